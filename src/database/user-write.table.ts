import { columns } from './columns.ts';

const { table, id, text } = columns;

/**
 * Kept only where replicas answer reads: the id of the last transaction that wrote for a user, or about one. A replica
 * that has not replayed it is not asked for that user. Not in the user's own row, which other writes lock before their
 * last statement: two of them could then wait for each other.
 */
export const userWrite = table('user_write', {
  userId: id('user_id').primaryKey(),
  lastWrite: text('last_write').notNull(),
});
