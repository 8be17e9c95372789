import { sql } from 'drizzle-orm';
import { columns } from '../../database/columns.ts';
import { compactColumn, isNotCompact } from '../../database/compact-column.ts';
import { isUnderived } from '../../database/plain-text.ts';
import { bank } from '../bank/bank.table.ts';
import { user } from '../user/user.table.ts';
import type { CustomerType } from './customer-type.ts';
import { KycState } from './kyc-state.ts';

const { table, rowNumber, id, text, date, timestamp, decimal, integer, boolean, json, unique, index } = columns;

/** The condition that the mobile phone number is not international, so that it is only found as written. Imports can have any text. */
export const isWrittenPhone = sql`mobile_phone_number_e164 is null and mobile_phone_number <> ''`;

/** Derived columns (see `derivedColumns`) are named for their purpose: search and order. */
export const customer = table(
  'customer',
  {
    rowNumber: rowNumber('row_number'),
    id: id('id').notNull(),
    bankId: id('bank_id')
      .notNull()
      .references(() => bank.id),
    customerNumber: text('customer_number').notNull(),
    /** See `derivedCanonicalForm`. Not unique, because earlier versions stored numbers in any form. */
    canonicalNumber: text('canonical_number'),
    legalName: text('legal_name').notNull(),
    legalNameSearch: text('legal_name_search').notNull(),
    mobilePhoneNumber: text('mobile_phone_number').notNull(),
    mobilePhoneNumberE164: text('mobile_phone_number_e164'),
    email: text('email'),
    emailSearch: text('email_search'),
    faceImageUrl: text('face_image_url'),
    faceImageDate: timestamp('face_image_date'),
    dateOfBirth: date('date_of_birth'),
    relationshipStatus: text('relationship_status'),
    dependants: integer('dependants'),
    dobOfDependants: json<string[]>('dob_of_dependants').notNull(),
    creditRating: text('credit_rating'),
    creditSource: text('credit_source'),
    creditLimitCurrency: text('credit_limit_currency'),
    creditLimitAmount: decimal('credit_limit_amount'),
    highestEducationAttained: text('highest_education_attained'),
    employmentStatus: text('employment_status'),
    kycStatus: boolean('kyc_status').notNull().default(false),
    lastOkDate: timestamp('last_ok_date'),
    lastOkDateOrder: timestamp('last_ok_date_order').notNull(),
    title: text('title'),
    branchId: text('branch_id'),
    nameSuffix: text('name_suffix'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
    /** The words of the legal name as `nameWords` folds them. Null until they are filled, in rows of an earlier version. */
    nameWords: text('name_words'),
    customerType: text('customer_type').notNull().default('RETAIL').$type<CustomerType>(),
    registrationNumber: text('registration_number'),
    incorporationDate: date('incorporation_date'),
    legalForm: text('legal_form'),
    /** The day on which the relationship with the customer ended. Null while it continues. */
    closedOn: date('closed_on'),
    closingReason: text('closing_reason'),
    closedByUserId: id('closed_by_user_id').references(() => user.id),
    closedAt: timestamp('closed_at'),
    /** The last change of the customer and of the KYC material when the closing was recorded. Null for imported closings. */
    changedBeforeClosing: timestamp('changed_before_closing'),
    /** The date of the next review that an officer set. */
    kycReviewDate: date('kyc_review_date'),
    /** See `refreshReviewDates`. Null if no review is due at any time. */
    kycReviewDueOn: date('kyc_review_due_on'),
    /** Triggers count the customers of each state in the table `kyc_count`. */
    kycState: text('kyc_state').notNull().default(KycState.NEVER_ASSESSED).$type<KycState>(),
  },
  (t) => [
    unique('customer_id_unique').on(t.id),
    unique('customer_bank_id_unique').on(t.bankId, t.id),
    unique('customer_number_unique').on(t.bankId, t.customerNumber),
    // Contains the searched columns, so a search that matches many customers scans this index without reading their rows.
    index('customer_bank_last_ok').on(t.bankId, t.lastOkDateOrder, t.id, t.mobilePhoneNumberE164, t.legalNameSearch),
    index('customer_bank_review')
      .on(t.bankId, t.kycReviewDueOn, t.id)
      .where(sql`kyc_review_due_on is not null and closed_on is null`),
    index('customer_bank_created').on(t.bankId, t.createdAt, t.id),
    index('customer_bank_kyc_status').on(t.bankId, t.kycStatus, t.lastOkDateOrder, t.id),
    index('customer_bank_kyc_state').on(t.bankId, t.kycState, t.lastOkDateOrder, t.id),
    index('customer_bank_branch').on(t.bankId, t.branchId, t.lastOkDateOrder, t.id),
    index('customer_bank_updated').on(t.bankId, t.updatedAt, t.id),
    index('customer_bank_legal_name').on(t.bankId, t.legalNameSearch, t.id),
    index('customer_last_ok').on(t.lastOkDateOrder, t.id, t.mobilePhoneNumberE164, t.legalNameSearch),
    index('customer_created').on(t.createdAt, t.id),
    index('customer_updated').on(t.updatedAt, t.id),
    index('customer_number').on(t.customerNumber, t.id),
    index('customer_canonical_number').on(t.canonicalNumber, t.bankId).where(sql`canonical_number is not null`),
    index('customer_underived_number').on(t.id).where(isUnderived('canonical_number', 'customer_number')),
    index('customer_legal_name').on(t.legalNameSearch, t.id),
    index('customer_email').on(t.emailSearch, t.bankId, t.id),
    index('customer_phone').on(t.mobilePhoneNumberE164, t.bankId, t.id),
    index('customer_date_of_birth').on(t.dateOfBirth, t.bankId, t.nameWords),
    index('customer_compact_number')
      .on(compactColumn('customer_number'), t.bankId)
      .where(isNotCompact('customer_number')),
    index('customer_written_phone').on(compactColumn('mobile_phone_number'), t.id).where(isWrittenPhone),
    index('customer_without_name_words').on(t.id).where(sql`name_words is null`),
    index('customer_bank_closed').on(t.bankId, t.closedOn, t.id).where(sql`closed_on is not null`),
  ],
);

export type CustomerRow = typeof customer.$inferSelect;
