import { columns } from '../../database/columns.ts';

const { table, id, text, timestamp, integer, boolean } = columns;

/** A bank that was only referred to is a stub: an id without names. */
export const bank = table('bank', {
  id: id('id').primaryKey(),
  shortName: text('short_name'),
  fullName: text('full_name'),
  logoUrl: text('logo_url'),
  websiteUrl: text('website_url'),
  /** A KYC status counts only when a second officer has confirmed it. */
  kycFourEyes: boolean('kyc_four_eyes').notNull().default(false),
  /** KYC material is given only to who says why. */
  kycReasonRequired: boolean('kyc_reason_required').notNull().default(false),
  /** A second granter must approve every grant of a role at the bank. */
  grantApprovalRequired: boolean('grant_approval_required').notNull().default(false),
  /** How long a customer is kept after the last change, before the customer may be erased; null: not at all. */
  retentionDays: integer('retention_days'),
  createdAt: timestamp('created_at').notNull(),
  updatedAt: timestamp('updated_at').notNull(),
  version: integer('version').notNull().default(1),
});

export type BankRow = typeof bank.$inferSelect;
