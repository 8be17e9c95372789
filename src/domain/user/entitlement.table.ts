import { sql } from 'drizzle-orm';
import { columns } from '../../database/columns.ts';
import { bank } from '../bank/bank.table.ts';
import { user } from './user.table.ts';

const { table, id, text, timestamp, unique, uniqueIndex } = columns;

/** The exact pair (role, bank) or (role, no bank) that a user holds. */
export const entitlement = table(
  'entitlement',
  {
    id: id('id').primaryKey(),
    userId: id('user_id')
      .notNull()
      .references(() => user.id),
    roleName: text('role_name').notNull(),
    bankId: id('bank_id').references(() => bank.id),
    /** From then on it does not count any more. */
    expiresAt: timestamp('expires_at'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
  },
  (t) => [
    unique('entitlement_user_role_bank_unique').on(t.userId, t.roleName, t.bankId),
    // A unique key takes each null for another value.
    uniqueIndex('entitlement_user_role_unique').on(t.userId, t.roleName).where(sql`bank_id is null`),
  ],
);

export type EntitlementRow = typeof entitlement.$inferSelect;
