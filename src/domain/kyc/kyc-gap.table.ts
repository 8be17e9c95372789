import { sql } from 'drizzle-orm';
import { columns } from '../../database/columns.ts';
import { childOfCustomer } from '../customer/child-of-customer.ts';

const { table, id, timestamp, index } = columns;

/**
 * Since when each customer has which gap in the KYC evidence: one row for each customer, which `refreshKycGaps` derives from the
 * evidence. The time is in the future if the last valid document expires then. It is null if there is no gap.
 */
export const kycGap = table(
  'kyc_gap',
  {
    customerId: id('customer_id').primaryKey(),
    bankId: id('bank_id').notNull(),
    noSatisfiedCheckSince: timestamp('no_satisfied_check_since'),
    noValidDocumentSince: timestamp('no_valid_document_since'),
    evidenceRetractedSince: timestamp('evidence_retracted_since'),
    mediaMissingSince: timestamp('media_missing_since'),
  },
  (t) => [
    childOfCustomer(t),
    index('kyc_gap_no_satisfied_check')
      .on(t.bankId, t.noSatisfiedCheckSince, t.customerId)
      .where(sql`no_satisfied_check_since is not null`),
    index('kyc_gap_no_valid_document')
      .on(t.bankId, t.noValidDocumentSince, t.customerId)
      .where(sql`no_valid_document_since is not null`),
    index('kyc_gap_evidence_retracted')
      .on(t.bankId, t.evidenceRetractedSince, t.customerId)
      .where(sql`evidence_retracted_since is not null`),
    index('kyc_gap_media_missing')
      .on(t.bankId, t.mediaMissingSince, t.customerId)
      .where(sql`media_missing_since is not null`),
  ],
);

export type KycGapRow = typeof kycGap.$inferSelect;
