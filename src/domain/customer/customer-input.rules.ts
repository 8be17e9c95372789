import { optionalWithinClockLeeway } from '../../base/dates.ts';
import { parseCustomerNumber } from '../../base/identifiers.ts';
import { parseAmount, parsePhoneNumber } from '../../base/values.ts';
import { identifier, optionalId, optionalText, requireRules, text, valid } from '../../graph/input.ts';
import { optionalField, requiredField } from '../../graph/input-fields.ts';
import { customerRules, derivedNameColumns, emailSearchOf } from './customer.rules.ts';
import type { CustomerRow } from './customer.table.ts';
import type { CreditLimitInput, FaceImageInput } from './customer-input.type.ts';

/** The columns that fields of nested objects set. */
const nestedFields: Record<string, string> = {
  creditLimitAmount: 'creditLimit.amount',
  faceImageDate: 'faceImage.date',
};

/** Checks the columns that an input sets. @throws OBP-10001 or OBP-10020 unless the stored customer has the same values. */
export function requireCustomerRules(values: Partial<CustomerRow>, field = 'input', stored?: CustomerRow): void {
  requireRules(customerRules, values, (column) => `${field}.${nestedFields[column] ?? column}`, stored);
}

export const branchFields = {
  // An empty text unsets the branch.
  branchId: optionalField((value: string | null, place) => ({
    branchId: optionalId(place, value === '' ? null : value),
  })),
};

function amountOf({ currency, amount }: CreditLimitInput, place: string): string {
  // Undefined if the argument guard has found it invalid: then the amount cannot be compared with it.
  const isCurrency = (currency as string | undefined) !== undefined;
  return isCurrency ? valid(place, () => parseAmount(amount, currency), '') : amount;
}

export const creditLimitFields = {
  creditLimit: optionalField((value: CreditLimitInput | null, place) => ({
    creditLimitCurrency: value === null ? null : value.currency,
    creditLimitAmount: value === null ? null : amountOf(value, `${place}.amount`),
  })),
};

export const creditRatingFields = {
  creditRating: optionalField((value: string | null, place) => ({ creditRating: optionalText(place, value, 100) })),
  creditSource: optionalField((value: string | null, place) => ({ creditSource: optionalText(place, value, 100) })),
};

export const emailFields = {
  email: optionalField((email: string | null) => ({ email, emailSearch: emailSearchOf(email) })),
};

export const identityFields = {
  legalName: requiredField((value: string, place) => {
    const legalName = text(place, value, 255);
    return { legalName, ...derivedNameColumns(legalName) };
  }),
  dateOfBirth: optionalField((dateOfBirth: string | null) => ({ dateOfBirth })),
  title: optionalField((value: string | null, place) => ({ title: optionalText(place, value, 255) })),
  nameSuffix: optionalField((value: string | null, place) => ({ nameSuffix: optionalText(place, value, 255) })),
};

/** The fields of companies. */
export const companyFields = {
  registrationNumber: optionalField((value: string | null, place) => ({
    registrationNumber: value === null || value === '' ? null : identifier(place, value, 50),
  })),
  incorporationDate: optionalField((incorporationDate: string | null) => ({ incorporationDate })),
  legalForm: optionalField((value: string | null, place) => ({ legalForm: optionalText(place, value, 64) })),
};

export const mobilePhoneNumberFields = {
  mobilePhoneNumber: requiredField((value: string, place) => {
    const { written, e164 } = valid(place, () => parsePhoneNumber(value));
    return { mobilePhoneNumber: written, mobilePhoneNumberE164: e164 };
  }),
};

export const customerNumberFields = {
  customerNumber: requiredField((value: string, place) => ({
    customerNumber: valid(place, () => parseCustomerNumber(value)),
  })),
};

export const dataFields = {
  faceImage: optionalField((value: FaceImageInput | null) => ({
    faceImageUrl: value?.url ?? null,
    faceImageDate: optionalWithinClockLeeway(value?.date),
  })),
  relationshipStatus: optionalField((value: string | null, place) => ({
    relationshipStatus: optionalText(place, value, 16),
  })),
  dependants: optionalField((dependants: number | null) => ({ dependants })),
  dobOfDependants: optionalField((dobOfDependants: string[] | null) => ({ dobOfDependants: dobOfDependants ?? [] })),
  highestEducationAttained: optionalField((value: string | null, place) => ({
    highestEducationAttained: optionalText(place, value, 32),
  })),
  employmentStatus: optionalField((value: string | null, place) => ({
    employmentStatus: optionalText(place, value, 32),
  })),
};
