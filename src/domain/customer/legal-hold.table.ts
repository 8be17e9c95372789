import { sql } from 'drizzle-orm';
import { columns } from '../../database/columns.ts';
import { user } from '../user/user.table.ts';
import { childOfCustomer } from './child-of-customer.ts';

const { table, id, text, timestamp, index } = columns;

/** A customer can be under several holds, such as those of two courts. Holds are only added and lifted. */
export const legalHold = table(
  'legal_hold',
  {
    id: id('id').primaryKey(),
    bankId: id('bank_id').notNull(),
    customerId: id('customer_id').notNull(),
    reason: text('reason').notNull(),
    setAt: timestamp('set_at').notNull(),
    setByUserId: id('set_by_user_id')
      .notNull()
      .references(() => user.id),
    liftedAt: timestamp('lifted_at'),
    liftedByUserId: id('lifted_by_user_id').references(() => user.id),
    liftReason: text('lift_reason'),
  },
  (t) => [
    childOfCustomer(t),
    index('legal_hold_customer').on(t.customerId, t.setAt, t.id),
    index('legal_hold_in_force').on(t.bankId, t.setAt, t.id).where(sql`lifted_at is null`),
  ],
);

export type LegalHoldRow = typeof legalHold.$inferSelect;
