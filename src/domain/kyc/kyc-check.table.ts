import { columns } from '../../database/columns.ts';
import { childOfCustomer } from '../customer/child-of-customer.ts';
import { user } from '../user/user.table.ts';

const { table, id, text, timestamp, boolean, primaryKey, index } = columns;

/** Clients can choose the ID, which is unique only for the customer. */
export const kycCheck = table(
  'kyc_check',
  {
    customerId: id('customer_id').notNull(),
    id: id('id').notNull(),
    bankId: id('bank_id').notNull(),
    date: timestamp('date').notNull(),
    how: text('how').notNull(),
    staffUserId: text('staff_user_id'),
    staffName: text('staff_name'),
    satisfied: boolean('satisfied').notNull(),
    comments: text('comments'),
    retractedAt: timestamp('retracted_at'),
    retractedByUserId: id('retracted_by_user_id').references(() => user.id),
    retractionReason: text('retraction_reason'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    /** The user who recorded the row. Null if it was imported, or recorded by an earlier version. */
    recordedByUserId: id('recorded_by_user_id').references(() => user.id),
  },
  (t) => [
    childOfCustomer(t),
    primaryKey({ columns: [t.customerId, t.id] }),
    index('kyc_check_customer').on(t.customerId, t.date, t.id),
  ],
);

export type KycCheckRow = typeof kycCheck.$inferSelect;
