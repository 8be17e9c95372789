import { columns } from '../../database/columns.ts';
import { user } from './user.table.ts';

const { table, id, text, timestamp, json, primaryKey, index } = columns;

/** The result of a mutation for a key, so that a retry writes nothing. It contains only IDs, and no personal data. */
export const idempotencyKey = table(
  'idempotency_key',
  {
    userId: id('user_id')
      .notNull()
      .references(() => user.id),
    key: text('key').notNull(),
    field: text('field').notNull(),
    /** A keyed hash, from which the arguments cannot be guessed. */
    argumentsHash: text('arguments_hash').notNull(),
    written: json<Record<string, unknown>>('written').notNull(),
    createdAt: timestamp('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.key] }), index('idempotency_key_created').on(t.createdAt)],
);

export type IdempotencyKeyRow = typeof idempotencyKey.$inferSelect;
