import { sql } from 'drizzle-orm';
import { columns } from '../../database/columns.ts';
import { childOfCustomer } from '../customer/child-of-customer.ts';
import { user } from '../user/user.table.ts';
import type { KycStatusProposalState } from './kyc-status-proposal-state.ts';

const { table, id, text, timestamp, boolean, integer, index, uniqueIndex } = columns;

/** A KYC status that an officer proposes. It is added to the timeline when another officer confirms it. */
export const kycStatusProposal = table(
  'kyc_status_proposal',
  {
    id: id('id').primaryKey(),
    bankId: id('bank_id').notNull(),
    customerId: id('customer_id').notNull(),
    ok: boolean('ok').notNull(),
    date: timestamp('date').notNull(),
    /** See `sentDate` of a status. */
    sentDate: timestamp('sent_date'),
    state: text('state').notNull().$type<KycStatusProposalState>(),
    proposedByUserId: id('proposed_by_user_id')
      .notNull()
      .references(() => user.id),
    decidedByUserId: id('decided_by_user_id').references(() => user.id),
    decidedAt: timestamp('decided_at'),
    decisionReason: text('decision_reason'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
    reason: text('reason'),
  },
  (t) => [
    childOfCustomer(t),
    uniqueIndex('kyc_status_proposal_open').on(t.customerId, t.date, t.ok).where(sql`state = 'PROPOSED'`),
    index('kyc_status_proposal_customer').on(t.customerId, t.createdAt, t.id),
    index('kyc_status_proposal_bank').on(t.bankId, t.createdAt, t.id),
    index('kyc_status_proposal_bank_state').on(t.bankId, t.state, t.createdAt, t.id),
  ],
);

export type KycStatusProposalRow = typeof kycStatusProposal.$inferSelect;
