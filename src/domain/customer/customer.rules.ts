import { InvalidValue, parsePhoneNumber } from '../../base/values.ts';
import type { CustomerRow } from './customer.table.ts';

/** Stands for an unset `lastOkDate` in the order: before all others, so last in DESC on both databases. */
export const neverOk = new Date('0001-01-01T00:00:00Z');

/** What is alike to people is the same here: NFKC, lower case, each run of white space one space, none around. */
export function normaliseForSearch(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC').replace(/\s+/g, ' ').trim();
}

export function emailSearchOf(email: string | null): string | null {
  return email === null ? null : normaliseForSearch(email);
}

/** E.164, or null where the number is no international one: an imported number may be any text. */
export function mobilePhoneNumberE164Of(mobilePhoneNumber: string): string | null {
  try {
    return parsePhoneNumber(mobilePhoneNumber).e164;
  } catch (error) {
    if (error instanceof InvalidValue) return null;
    throw error;
  }
}

export function lastOkDateOrderOf(lastOkDate: Date | null): Date {
  return lastOkDate ?? neverOk;
}

/** The columns that are made from others. Whoever changes one of those writes its derived column with it. */
export function derivedColumns(
  customer: Pick<CustomerRow, 'legalName' | 'mobilePhoneNumber' | 'email' | 'lastOkDate'>,
): Pick<CustomerRow, 'legalNameSearch' | 'mobilePhoneNumberE164' | 'emailSearch' | 'lastOkDateOrder'> {
  return {
    legalNameSearch: normaliseForSearch(customer.legalName),
    mobilePhoneNumberE164: mobilePhoneNumberE164Of(customer.mobilePhoneNumber),
    emailSearch: emailSearchOf(customer.email),
    lastOkDateOrder: lastOkDateOrderOf(customer.lastOkDate),
  };
}
