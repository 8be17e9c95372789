import { columns } from '../../database/columns.ts';
import { childOfCustomer } from '../customer/child-of-customer.ts';

const { table, id, timestamp, boolean, unique, index } = columns;

/** The timeline of a customer. Statuses are only added. */
export const kycStatus = table(
  'kyc_status',
  {
    id: id('id').primaryKey(),
    bankId: id('bank_id').notNull(),
    customerId: id('customer_id').notNull(),
    ok: boolean('ok').notNull(),
    date: timestamp('date').notNull(),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
  },
  (t) => [
    childOfCustomer(t),
    unique('kyc_status_unique').on(t.customerId, t.date, t.ok),
    index('kyc_status_customer').on(t.customerId, t.date, t.id),
  ],
);

export type KycStatusRow = typeof kycStatus.$inferSelect;
