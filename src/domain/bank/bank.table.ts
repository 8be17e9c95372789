import { columns } from '../../database/columns.ts';

const { table, id, text, timestamp, integer, boolean } = columns;

/** A bank that is only referenced so far is a placeholder: an ID without names. */
export const bank = table('bank', {
  id: id('id').primaryKey(),
  shortName: text('short_name'),
  fullName: text('full_name'),
  logoUrl: text('logo_url'),
  websiteUrl: text('website_url'),
  /** Whether a second officer must confirm KYC statuses. */
  kycFourEyes: boolean('kyc_four_eyes').notNull().default(false),
  /** Whether requests for KYC material must state a reason. */
  kycReasonRequired: boolean('kyc_reason_required').notNull().default(false),
  /** Whether a second granter must approve every grant of a role at the bank. */
  grantApprovalRequired: boolean('grant_approval_required').notNull().default(false),
  /** The number of days after the closing, or else the last change, during which a customer cannot be deleted. Null for none. */
  retentionDays: integer('retention_days'),
  createdAt: timestamp('created_at').notNull(),
  updatedAt: timestamp('updated_at').notNull(),
  version: integer('version').notNull().default(1),
});

export type BankRow = typeof bank.$inferSelect;
