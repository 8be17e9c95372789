import { optionalWithinClockLeeway } from '../../base/dates.ts';
import { parseCustomerNumber } from '../../base/identifiers.ts';
import { parseAmount, parsePhoneNumber } from '../../base/values.ts';
import { assertInput, optionalId, optionalText, requireRules, text, valid } from '../../graph/input.ts';
import { customerRules, emailSearchOf, normaliseForSearch } from './customer.rules.ts';
import type { CustomerRow } from './customer.table.ts';
import type {
  CreditLimitInput,
  FaceImageInput,
  UpdateCustomerDataInput,
  UpdateCustomerIdentityInput,
} from './customer-input.type.ts';

/** The columns that fields of nested objects set. */
const nestedFields: Record<string, string> = {
  creditLimitAmount: 'creditLimit.amount',
  faceImageDate: 'faceImage.date',
};

/** Checks the columns that an input sets. @throws OBP-10001 or OBP-10020 unless the stored customer has the same values. */
export function requireCustomerRules(values: Partial<CustomerRow>, field = 'input', stored?: CustomerRow): void {
  requireRules(customerRules, values, (column) => `${field}.${nestedFields[column] ?? column}`, stored);
}

/** The value of a mutation that updates a single field. Null unsets the field. @throws OBP-10001 if it is omitted. */
export function requireProvided<Value>(field: string, value: Value | undefined): Value {
  assertInput(value !== undefined, field, 'PROVIDED_OR_NULL');
  return value;
}

export function branchColumns(
  branchId: string | null | undefined,
  field = 'input.branchId',
): Pick<CustomerRow, 'branchId'> {
  // An empty text unsets the branch.
  return { branchId: optionalId(field, branchId === '' ? null : branchId) };
}

export function creditLimitColumns(
  creditLimit: CreditLimitInput | null | undefined,
  field = 'input.creditLimit',
): Pick<CustomerRow, 'creditLimitCurrency' | 'creditLimitAmount'> {
  if (creditLimit == null) return { creditLimitCurrency: null, creditLimitAmount: null };
  const { currency, amount } = creditLimit;
  return {
    creditLimitCurrency: currency,
    creditLimitAmount: valid(`${field}.amount`, () => parseAmount(amount, currency)),
  };
}

/** The rating and its source have other paths in each input, so the caller provides the paths. */
export function creditRatingColumns(
  { rating, source }: { rating: string | null | undefined; source: string | null | undefined },
  fields: { rating: string; source: string },
): Pick<CustomerRow, 'creditRating' | 'creditSource'> {
  return {
    creditRating: optionalText(fields.rating, rating, 100),
    creditSource: optionalText(fields.source, source, 100),
  };
}

export function emailColumns(email: string | null | undefined): Pick<CustomerRow, 'email' | 'emailSearch'> {
  return { email: email ?? null, emailSearch: emailSearchOf(email ?? null) };
}

export function identityColumns(
  input: UpdateCustomerIdentityInput,
  field = 'input',
): Pick<CustomerRow, 'legalName' | 'legalNameSearch' | 'dateOfBirth' | 'title' | 'nameSuffix'> {
  const legalName = text(`${field}.legalName`, input.legalName, 255);
  return {
    legalName,
    legalNameSearch: normaliseForSearch(legalName),
    dateOfBirth: input.dateOfBirth ?? null,
    title: optionalText(`${field}.title`, input.title, 255),
    nameSuffix: optionalText(`${field}.nameSuffix`, input.nameSuffix, 255),
  };
}

export function mobilePhoneNumberColumns(
  mobilePhoneNumber: string,
  field = 'input.mobilePhoneNumber',
): Pick<CustomerRow, 'mobilePhoneNumber' | 'mobilePhoneNumberE164'> {
  const { written, e164 } = valid(field, () => parsePhoneNumber(mobilePhoneNumber));
  return { mobilePhoneNumber: written, mobilePhoneNumberE164: e164 };
}

export function customerNumberOf(customerNumber: string, field = 'input.customerNumber'): string {
  return valid(field, () => parseCustomerNumber(customerNumber));
}

type DataColumns =
  | 'faceImageUrl'
  | 'faceImageDate'
  | 'relationshipStatus'
  | 'dependants'
  | 'dobOfDependants'
  | 'highestEducationAttained'
  | 'employmentStatus';

export function dataColumns(input: UpdateCustomerDataInput, field = 'input'): Pick<CustomerRow, DataColumns> {
  const { faceImage, dependants, dobOfDependants, relationshipStatus, highestEducationAttained, employmentStatus } =
    input;
  return {
    ...faceImageColumns(faceImage),
    dependants: dependants ?? null,
    dobOfDependants: dobOfDependants ?? [],
    relationshipStatus: optionalText(`${field}.relationshipStatus`, relationshipStatus, 16),
    highestEducationAttained: optionalText(`${field}.highestEducationAttained`, highestEducationAttained, 32),
    employmentStatus: optionalText(`${field}.employmentStatus`, employmentStatus, 32),
  };
}

function faceImageColumns(faceImage: FaceImageInput | null | undefined) {
  return { faceImageUrl: faceImage?.url ?? null, faceImageDate: optionalWithinClockLeeway(faceImage?.date) };
}
