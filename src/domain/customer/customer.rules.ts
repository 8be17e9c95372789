import { nameWords } from '../../base/name-folding.ts';
import { isInFuture, notInFuture, type RowRule } from '../../base/row-rule.ts';
import { InvalidValue, valueRule } from '../../base/value-rules.ts';
import { parsePhoneNumber } from '../../base/values.ts';
import type { CustomerRow } from './customer.table.ts';
import { CustomerType } from './customer-type.ts';
import { KycState } from './kyc-state.ts';

/** The maximum number of dates of birth that an input or an import can contain. Stored customers can have more. */
export const maxDependants = 100;

/** A rule that the column has no value, or an empty list, unless the customer is of this type. */
function onlyOf(customerType: CustomerType, column: keyof CustomerRow & string): RowRule<CustomerRow> {
  return {
    columns: [column, 'customerType'],
    reason: () => valueRule(customerType === CustomerType.RETAIL ? 'NOT_OF_COMPANY' : 'NOT_OF_PERSON'),
    holds(row) {
      const value = row[column];
      const isUnset = value === null || value === 0 || (Array.isArray(value) && value.length === 0);
      return isUnset || row.customerType === customerType;
    },
  };
}

const columnsOfPersons = [
  'dateOfBirth',
  'title',
  'nameSuffix',
  'relationshipStatus',
  'dependants',
  'dobOfDependants',
  'highestEducationAttained',
  'employmentStatus',
] as const;

const columnsOfCompanies = ['registrationNumber', 'incorporationDate', 'legalForm'] as const;

export const customerRules: readonly RowRule<CustomerRow>[] = [
  notInFuture('dateOfBirth'),
  {
    columns: ['dobOfDependants'],
    reason: () => valueRule('NOT_IN_FUTURE'),
    invalidItem: ({ dobOfDependants }) => dobOfDependants.findIndex(isInFuture),
    holds: ({ dobOfDependants }) => !dobOfDependants.some(isInFuture),
  },
  {
    columns: ['dependants', 'dobOfDependants'],
    reason: (nameOf) => valueRule('NUMBER_OF_ITEMS', { otherField: nameOf('dobOfDependants') }),
    // A customer without a number has no dependants.
    holds: ({ dependants, dobOfDependants }) => (dependants ?? 0) === dobOfDependants.length,
    // The examples in OBP's documentation break it: 10 dependants, and one date.
    isForInputsOnly: true,
    errorKey: 'OBP-10020',
  },
  {
    columns: ['creditLimitAmount'],
    reason: () => valueRule('NOT_NEGATIVE'),
    holds: ({ creditLimitAmount }) => creditLimitAmount?.startsWith('-') !== true,
  },
  notInFuture('lastOkDate'),
  notInFuture('faceImageDate'),
  notInFuture('closedOn'),
  notInFuture('incorporationDate'),
  ...columnsOfPersons.map((column) => onlyOf(CustomerType.RETAIL, column)),
  ...columnsOfCompanies.map((column) => onlyOf(CustomerType.CORPORATE, column)),
];

/** The columns that only roles show. Linked users, who see the version and the time of the last change, must not learn of their changes. */
const columnsOfOfficers: ReadonlySet<string> = new Set<keyof CustomerRow>([
  'closingReason',
  'closedByUserId',
  'closedAt',
  'changedBeforeClosing',
  'kycReviewDate',
]);

/** Whether an update of these columns leaves the version and the time of the last change as they are. */
export function isUpdateForOfficers(columns: readonly string[]): boolean {
  return columns.every((name) => columnsOfOfficers.has(name));
}

/** Represents a null `lastOkDate` in the order: earlier than all dates, so last in descending order on both databases. */
export const neverOk = new Date('0001-01-01T00:00:00Z');

/** Maps texts that look alike to the same text: NFKC, lower case, single spaces, trimmed. */
export function normaliseForSearch(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC').replace(/\s+/g, ' ').trim();
}

export function emailSearchOf(email: string | null): string | null {
  return email === null ? null : normaliseForSearch(email);
}

/** The number in E.164. Null if it is not an international number, because imported numbers can be any text. */
export function mobilePhoneNumberE164Of(mobilePhoneNumber: string): string | null {
  try {
    return parsePhoneNumber(mobilePhoneNumber).e164;
  } catch (error) {
    if (error instanceof InvalidValue) return null;
    throw error;
  }
}

/**
 * The columns that follow from the timeline of a customer. `newest` is the valid status with the latest date. `lastOkDate` is the
 * latest date of a valid status that is `ok`.
 */
export function timelineColumns(
  newest: { ok: boolean } | null | undefined,
  lastOkDate: Date | null,
): Pick<CustomerRow, 'kycStatus' | 'kycState' | 'lastOkDate' | 'lastOkDateOrder'> {
  const columns = { kycStatus: newest?.ok === true, lastOkDate, lastOkDateOrder: lastOkDateOrderOf(lastOkDate) };
  return { ...columns, kycState: kycStateOf({ ...columns, kycState: newest == null ? null : KycState.NOT_OK }) };
}

/**
 * The state of a customer. Customers of imports can have a KYC status without a timeline. A customer who was assessed, as
 * `kycState` states, is never `NEVER_ASSESSED` again by these columns alone.
 */
export function kycStateOf({
  kycStatus,
  lastOkDate,
  kycState,
}: Pick<CustomerRow, 'kycStatus' | 'lastOkDate'> & { kycState?: KycState | null }): KycState {
  if (kycStatus) return KycState.OK;
  const isAssessed = lastOkDate !== null || (kycState ?? KycState.NEVER_ASSESSED) !== KycState.NEVER_ASSESSED;
  return isAssessed ? KycState.NOT_OK : KycState.NEVER_ASSESSED;
}

export function lastOkDateOrderOf(lastOkDate: Date | null): Date {
  return lastOkDate ?? neverOk;
}

export function derivedNameColumns(legalName: string): Pick<CustomerRow, 'legalNameSearch' | 'nameWords'> {
  return { legalNameSearch: normaliseForSearch(legalName), nameWords: nameWords(legalName) };
}

/** The columns that are derived from others. A write of one of those must also write its derived column. */
export function derivedColumns(
  customer: Pick<CustomerRow, 'legalName' | 'mobilePhoneNumber' | 'email'> & Parameters<typeof kycStateOf>[0],
): Pick<
  CustomerRow,
  'legalNameSearch' | 'nameWords' | 'mobilePhoneNumberE164' | 'emailSearch' | 'lastOkDateOrder' | 'kycState'
> {
  return {
    ...derivedNameColumns(customer.legalName),
    mobilePhoneNumberE164: mobilePhoneNumberE164Of(customer.mobilePhoneNumber),
    emailSearch: emailSearchOf(customer.email),
    lastOkDateOrder: lastOkDateOrderOf(customer.lastOkDate),
    kycState: kycStateOf(customer),
  };
}
