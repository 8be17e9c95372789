import { eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { gatewayError } from '../../base/errors.ts';
import { isLongerThan } from '../../base/text-bounds.ts';
import { InvalidValue } from '../../base/value-rules.ts';
import { parsePhoneNumber, phonePatternE164, withAsciiDigits } from '../../base/values.ts';
import { orderedScan, patternSearch, prefixSearch, textSearch, withoutIndex } from '../../database/search.ts';
import type { Values } from '../../database/statement.ts';
import { assertInput, refusedInput } from '../../graph/input.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { mobilePhoneNumberE164Of, neverOk, normaliseForSearch } from './customer.rules.ts';
import { customer } from './customer.table.ts';
import type { Condition, ListPlace } from './customer-condition.ts';
import type { CustomerFilter } from './customer-filter.type.ts';
import { hasNumber, numberValues } from './customer-number.ts';
import { searchedEmail } from './customer-search.rules.ts';
import { kycStateCondition } from './kyc-state-filter.ts';
import { openProposalCondition } from './open-proposal-filter.ts';
import { hasWrittenPhone, writtenPhoneValues } from './written-phone-number.ts';

const minSearchedCharacters = 3;
/** The limit of stored addresses. */
const maxEmailCharacters = 200;
/** The length of a number in E.164 with its plus sign. */
const maxPhoneNumberLength = 16;
/** The trigram index searches longer texts slowly, and no legal name contains one. */
const maxLegalNameCharacters = 255;

/** A placeholder whose value is encoded as the column stores it. */
function encoded(column: SQLiteColumn, name: string): SQL {
  return sql`${sql.param(sql.placeholder(name), column)}`;
}

function requireThreeDigits(pattern: string, field: string): void {
  if (!/[0-9+]{3}/.test(pattern)) throw gatewayError('PHONE_PATTERN_TOO_SHORT', { field });
}

function parsedNumber<Value>(field: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InvalidValue) throw gatewayError('OBP-10001', { field, rule: error.rule });
    throw error;
  }
}

/**
 * A pattern keeps its digits and wildcards. It must contain three digits in a row, because the index consists of trigrams. A
 * value without a wildcard is compared as a whole number.
 */
export function mobilePhoneNumberCondition(written: string, field: string): Condition {
  const column = customer.mobilePhoneNumberE164;
  if (!/[%_]/.test(written)) {
    const asWritten = mobilePhoneNumberE164Of(written) === null ? writtenPhoneValues(written) : null;
    if (asWritten !== null) return writtenPhoneNumber(asWritten);
    const { e164 } = parsedNumber(field, () => parsePhoneNumber(written));
    const compared = sql`${withoutIndex(column)} = ${sql.placeholder('mobilePhoneNumber')}`;
    return equalTo(column, 'mobilePhoneNumber', e164, compared);
  }
  requireThreeDigits(withAsciiDigits(written).replace(/[^0-9+%_]/g, ''), field);
  const pattern = parsedNumber(field, () => phonePatternE164(written));
  requireThreeDigits(pattern, field);
  if (pattern.replaceAll('%', '').length > maxPhoneNumberLength) {
    throw refusedInput(field, 'PHONE_PATTERN_CHARACTERS', { limit: maxPhoneNumberLength });
  }
  const name = 'mobilePhonePattern';
  return { name, ...patternSearch({ rowNumber: customer.rowNumber, column, name }, pattern), selective: true };
}

/** The text in the form of the column. The length is checked before NFKC too, which can make a text many times longer. */
function searchedLegalName(text: string, field: string): string {
  assertInput(!isLongerThan(text, maxLegalNameCharacters), field, 'MAX_CHARACTERS', { limit: maxLegalNameCharacters });
  const searched = normaliseForSearch(text);
  assertInput(!isLongerThan(searched, maxLegalNameCharacters), field, 'MAX_CHARACTERS', {
    limit: maxLegalNameCharacters,
  });
  return searched;
}

function legalNameContains(text: string): Condition {
  const field = 'filter.legalNameContains';
  const searched = searchedLegalName(text, field);
  const isLongEnough = [...searched].length >= minSearchedCharacters;
  assertInput(isLongEnough, field, 'MIN_CHARACTERS', { limit: minSearchedCharacters });
  const name = 'legalNameContains';
  const search = textSearch({ rowNumber: customer.rowNumber, column: customer.legalNameSearch, name }, searched);
  return { name, ...search, selective: true };
}

function legalNameStartsWith(prefix: string): Condition {
  const name = 'legalNameStartsWith';
  const searched = searchedLegalName(prefix, 'filter.legalNameStartsWith');
  return { name, ...prefixSearch(customer.legalNameSearch, name, searched), selective: true };
}

/** A number that is not international, which an import stored as written. */
function writtenPhoneNumber(values: Values): Condition {
  const candidates = sql`select 1 from ${customer} where ${hasWrittenPhone()}`;
  return {
    name: 'writtenPhoneNumber',
    sql: hasWrittenPhone(),
    values,
    selective: true,
    orderedScan: orderedScan(candidates, null),
  };
}

/** @throws OBP-10001 if the address is too long */
function searchedAddress(email: string): string {
  const field = 'filter.email';
  assertInput(!isLongerThan(email, maxEmailCharacters), field, 'MAX_CHARACTERS', { limit: maxEmailCharacters });
  return searchedEmail(email);
}

/** Compares a column that usually differs between customers. Many can share a value, such as a dummy number. */
function equalTo(column: SQLiteColumn, name: string, value: string, compared: SQL | null): Condition {
  const equal = eq(column, sql.placeholder(name));
  const candidates = sql`select 1 from ${customer} where ${equal}`;
  const values = { [name]: value };
  return { name, sql: equal, values, selective: true, orderedScan: orderedScan(candidates, compared) };
}

const lastOk = customer.lastOkDateOrder;

/** All filters except those whose conditions depend on the bank and the caller (`attributeConditions`, `searchCondition`). */
type ColumnFilter = Omit<CustomerFilter, 'attributes' | 'search'>;

type Filters = {
  [Name in keyof Required<ColumnFilter>]: (value: NonNullable<ColumnFilter[Name]>, place: ListPlace) => Condition;
};

/** A condition that many customers meet. */
function broad(name: string, condition: SQL, value: unknown, index: Partial<Condition>): Condition {
  return { name, sql: condition, values: { [name]: value }, selective: false, ...index };
}

const byBank = { isIndexed: 'at bank', indexOrderedBy: customer.lastOkDateOrder } as const;

/** The condition of each filter. Each one must be served by an index, which test/database/plans.test.ts checks. */
export const customerFilters: Filters = {
  customerNumber: (value) => ({
    name: 'customerNumber',
    sql: sql`(${hasNumber()})`,
    values: numberValues(value),
    selective: true,
  }),
  legalNameStartsWith,
  legalNameContains,
  // The index of the default order does not contain the column, so rows cannot be compared in that order.
  email: (value) => equalTo(customer.emailSearch, 'email', searchedAddress(value), null),
  mobilePhoneNumber: (value) => mobilePhoneNumberCondition(value, 'filter.mobilePhoneNumber'),
  // As for `email`.
  dateOfBirth: (value) => equalTo(customer.dateOfBirth, 'dateOfBirth', value, null),
  kycState: kycStateCondition,
  hasOpenKycStatusProposal: openProposalCondition,
  kycStatus: (value) =>
    broad('kycStatus', sql`${customer.kycStatus} = ${encoded(customer.kycStatus, 'kycStatus')}`, value, byBank),
  branchId: (value) => broad('branchId', eq(customer.branchId, sql.placeholder('branchId')), value, byBank),
  createdFrom: (value) =>
    broad('createdFrom', gte(customer.createdAt, encoded(customer.createdAt, 'createdFrom')), value, {
      orderedBy: customer.createdAt,
    }),
  createdBefore: (value) =>
    broad('createdBefore', lt(customer.createdAt, encoded(customer.createdAt, 'createdBefore')), value, {
      orderedBy: customer.createdAt,
    }),
  updatedFrom: (value) =>
    broad('updatedFrom', gte(customer.updatedAt, encoded(customer.updatedAt, 'updatedFrom')), value, {
      orderedBy: customer.updatedAt,
    }),
  updatedBefore: (value) =>
    broad('updatedBefore', lt(customer.updatedAt, encoded(customer.updatedAt, 'updatedBefore')), value, {
      orderedBy: customer.updatedAt,
    }),
  lastOkFrom: (value) => broad('lastOkFrom', gte(lastOk, encoded(lastOk, 'lastOkFrom')), value, { orderedBy: lastOk }),
  lastOkBefore: (value) => {
    const wasOk = sql`${lastOk} > ${sql.param(neverOk, lastOk)}`;
    return broad('lastOkBefore', sql`${lastOk} < ${encoded(lastOk, 'lastOkBefore')} and ${wasOk}`, value, {
      orderedBy: lastOk,
    });
  },
};

/** The conditions of the filters on columns that have a value. Fails with the problems of all of them. */
export function conditionsOf(filter: ColumnFilter, place: ListPlace): Condition[] {
  return collectProblems(() =>
    Object.entries(customerFilters).flatMap(([name, conditionOf]) => {
      const value = filter[name as keyof ColumnFilter];
      if (value == null) return [];
      return [collectProblems(() => (conditionOf as (value: unknown, place: ListPlace) => Condition)(value, place))];
    }),
  );
}
