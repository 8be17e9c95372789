import { sql } from 'drizzle-orm';
import { columns } from '../../database/columns.ts';
import { bank } from '../bank/bank.table.ts';
import { user } from './user.table.ts';

const { table, id, text, timestamp, unique, uniqueIndex, index } = columns;

/** A role that a user holds at a bank, or without a bank. */
export const entitlement = table(
  'entitlement',
  {
    id: id('id').primaryKey(),
    userId: id('user_id')
      .notNull()
      .references(() => user.id),
    roleName: text('role_name').notNull(),
    bankId: id('bank_id').references(() => bank.id),
    /** The time from which on the entitlement has no effect. Null if it does not expire. */
    expiresAt: timestamp('expires_at'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
  },
  (t) => [
    unique('entitlement_user_role_bank_unique').on(t.userId, t.roleName, t.bankId),
    index('entitlement_bank').on(t.bankId, t.roleName, t.userId),
    // A unique constraint treats nulls as different values.
    uniqueIndex('entitlement_user_role_unique').on(t.userId, t.roleName).where(sql`bank_id is null`),
  ],
);

export type EntitlementRow = typeof entitlement.$inferSelect;
