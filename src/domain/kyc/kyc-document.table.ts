import { sql } from 'drizzle-orm';
import { columns } from '../../database/columns.ts';
import { compactColumn } from '../../database/compact-column.ts';
import { childOfCustomer } from '../customer/child-of-customer.ts';
import { user } from '../user/user.table.ts';

const { table, id, text, date, timestamp, boolean, primaryKey, index } = columns;

/** Clients can choose the ID, which is unique only for the customer. */
export const kycDocument = table(
  'kyc_document',
  {
    customerId: id('customer_id').notNull(),
    id: id('id').notNull(),
    bankId: id('bank_id').notNull(),
    type: text('type').notNull(),
    number: text('number').notNull(),
    issueDate: date('issue_date'),
    issuePlace: text('issue_place'),
    expiryDate: date('expiry_date'),
    retractedAt: timestamp('retracted_at'),
    retractedByUserId: id('retracted_by_user_id').references(() => user.id),
    retractionReason: text('retraction_reason'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    /** The user who recorded the row. Null if it was imported, or recorded by an earlier version. */
    recordedByUserId: id('recorded_by_user_id').references(() => user.id),
    /** See `followClosings`. An index cannot contain columns of the customer. */
    ofClosedCustomer: boolean('of_closed_customer').notNull().default(false),
  },
  (t) => [
    childOfCustomer(t),
    primaryKey({ columns: [t.customerId, t.id] }),
    index('kyc_document_number').on(compactColumn('number'), t.bankId, t.customerId),
    index('kyc_document_customer').on(t.customerId, t.createdAt, t.id),
    index('kyc_document_bank_expiry')
      .on(t.bankId, t.expiryDate, t.customerId, t.id)
      .where(sql`retracted_at is null and expiry_date is not null and not of_closed_customer`),
  ],
);

export type KycDocumentRow = typeof kycDocument.$inferSelect;
