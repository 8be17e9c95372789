import { sql } from 'drizzle-orm';
import { columns } from '../../database/columns.ts';
import { childOfCustomer } from '../customer/child-of-customer.ts';
import { user } from '../user/user.table.ts';
import { kycStatusProposal } from './kyc-status-proposal.table.ts';

const { table, id, text, timestamp, boolean, uniqueIndex, index } = columns;

/** The timeline of a customer. Statuses are only added, and retracted. */
export const kycStatus = table(
  'kyc_status',
  {
    id: id('id').primaryKey(),
    bankId: id('bank_id').notNull(),
    customerId: id('customer_id').notNull(),
    ok: boolean('ok').notNull(),
    date: timestamp('date').notNull(),
    /** The date that the caller sent, if it was ahead of the clock and `date` is the time of the call. A retry sends it again. */
    sentDate: timestamp('sent_date'),
    retractedAt: timestamp('retracted_at'),
    retractedByUserId: id('retracted_by_user_id').references(() => user.id),
    retractionReason: text('retraction_reason'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    /** The user who recorded the row. Null if it was imported, or recorded by an earlier version. */
    recordedByUserId: id('recorded_by_user_id').references(() => user.id),
    reason: text('reason'),
    /** The proposal whose confirmation added the status. */
    proposalId: id('proposal_id').references(() => kycStatusProposal.id),
  },
  (t) => [
    childOfCustomer(t),
    // A retracted status can be added again.
    uniqueIndex('kyc_status_valid').on(t.customerId, t.date, t.ok).where(sql`retracted_at is null`),
    index('kyc_status_customer').on(t.customerId, t.date, t.id),
    index('kyc_status_proposal_reference').on(t.proposalId).where(sql`proposal_id is not null`),
  ],
);

export type KycStatusRow = typeof kycStatus.$inferSelect;
