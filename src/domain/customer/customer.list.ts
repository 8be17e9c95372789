import { and, asc, count, desc, eq, getTableColumns, gte, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { holdsAny } from '../../auth/authenticated-user.ts';
import { gatewayError } from '../../base/errors.ts';
import type { Role } from '../../base/roles.ts';
import { isLongerThan, lengthRule } from '../../base/text-bounds.ts';
import { InvalidValue, parsePhoneNumber } from '../../base/values.ts';
import { afterValues, comesAfter } from '../../database/batch.ts';
import type { Database } from '../../database/database.ts';
import {
  countCandidates,
  frequentCandidates,
  type OrderedScan,
  orderedScan,
  patternSearch,
  prefixSearch,
  textSearch,
  withoutIndex,
} from '../../database/search.ts';
import { statementByShape } from '../../database/statement.ts';
import { cutPage, type Page, type PageArguments, totalOf } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { assertInput } from '../../graph/input.ts';
import { neverOk, normaliseForSearch } from './customer.rules.ts';
import { type CustomerRow, customer } from './customer.table.ts';
import { type Customer, CustomerSort, SortDirection } from './customer.type.ts';
import { attributeSearchValue } from './customer-attribute.rules.ts';
import { customerAttribute } from './customer-attribute.table.ts';
import type { CustomerFilter } from './customer-filter.type.ts';

/** The columns of each sort; ids are unique over all banks, so the order is total. */
const orderColumns: Record<CustomerSort, [SQLiteColumn, SQLiteColumn]> = {
  LAST_OK_DATE: [customer.lastOkDateOrder, customer.id],
  CREATED: [customer.createdAt, customer.id],
  CUSTOMER_NUMBER: [customer.customerNumber, customer.id],
};

function orderValues(sortBy: CustomerSort, row: CustomerRow): readonly unknown[] {
  switch (sortBy) {
    case CustomerSort.LAST_OK_DATE:
      return [row.lastOkDateOrder, row.id];
    case CustomerSort.CREATED:
      return [row.createdAt, row.id];
    case CustomerSort.CUSTOMER_NUMBER:
      return [row.customerNumber, row.id];
  }
}

/** A condition of a list, and the values of its placeholders. */
interface Condition {
  /** Names the prepared statement; the same name is always the same SQL. */
  name: string;
  sql: SQL;
  values: Record<string, unknown>;
  /** Whether it usually finds few rows, whatever the bank's size, so that it chooses the index. */
  selective: boolean;
  /** Whether the index of the default order holds what it compares. */
  isSearch?: boolean;
  /** For one that finds very many now and then. */
  orderedScan?: OrderedScan | null;
}

const minSearchedCharacters = 3;
/** In E.164. */
const maxPhoneNumberLength = 16;
/** The trigram index takes long to search for a longer text, and cannot find one. */
const maxLegalNameCharacters = 255;
const attributeRoles: Role[] = ['CanGetCustomerAttributesAtOneBank', 'CanGetCustomerAttributesAtAnyBank'];

/** The value of a placeholder, as the column keeps it. */
function given(column: SQLiteColumn, name: string) {
  return sql.param(sql.placeholder(name), column);
}

/**
 * A pattern keeps its digits and wildcards, and needs three digits in a row, so that the index serves it; without a
 * wildcard it is the one number.
 */
export function mobilePhoneNumberCondition(written: string, field: string): Condition {
  const column = customer.mobilePhoneNumberE164;
  if (!/[%_]/.test(written)) {
    try {
      const { e164 } = parsePhoneNumber(written);
      return equalTo(
        column,
        'mobilePhoneNumber',
        e164,
        sql`${withoutIndex(column)} = ${sql.placeholder('mobilePhoneNumber')}`,
      );
    } catch (error) {
      if (error instanceof InvalidValue) throw gatewayError('OBP-10001', { message: `It ${error.message}.`, field });
      throw error;
    }
  }
  const pattern = written.replace(/[^0-9+%_]/g, '').replace(/%+/g, '%');
  if (!/[0-9+]{3}/.test(pattern)) throw gatewayError('PHONE_PATTERN_TOO_SHORT', { field });
  if (pattern.replaceAll('%', '').length > maxPhoneNumberLength) {
    const message = `A pattern stands for at most ${maxPhoneNumberLength} characters, as a phone number has.`;
    throw gatewayError('OBP-10001', { message, field });
  }
  const name = 'mobilePhonePattern';
  return { name, ...patternSearch({ rowNumber: customer.rowNumber, column, name }, pattern), selective: true };
}

/** The text as the column has it. A text that no legal name can have is rejected before NFKC makes it many times longer. */
function searchedLegalName(text: string, field: string): string {
  assertInput(!isLongerThan(text, maxLegalNameCharacters), field, lengthRule(maxLegalNameCharacters));
  const searched = normaliseForSearch(text);
  assertInput(!isLongerThan(searched, maxLegalNameCharacters), field, lengthRule(maxLegalNameCharacters));
  return searched;
}

function legalNameContains(text: string): Condition {
  const field = 'filter.legalNameContains';
  const searched = searchedLegalName(text, field);
  assertInput(
    [...searched].length >= minSearchedCharacters,
    field,
    `must be at least ${minSearchedCharacters} characters`,
  );
  const name = 'legalNameContains';
  const search = textSearch({ rowNumber: customer.rowNumber, column: customer.legalNameSearch, name }, searched);
  return { name, ...search, selective: true };
}

function legalNameStartsWith(prefix: string): Condition {
  const name = 'legalNameStartsWith';
  const searched = searchedLegalName(prefix, 'filter.legalNameStartsWith');
  return { name, ...prefixSearch(customer.legalNameSearch, name, searched), selective: true };
}

/** Of a column that tells customers apart, unless many were given the same, such as a number that stands for none. */
function equalTo(column: SQLiteColumn, name: string, value: string, compared: SQL | null): Condition {
  const equal = eq(column, sql.placeholder(name));
  const candidates = sql`select 1 from ${customer} where ${equal}`;
  return {
    name,
    sql: equal,
    values: { [name]: value },
    selective: true,
    orderedScan: orderedScan(candidates, compared),
  };
}

function hasAttribute(name: string, value: string): Condition {
  const { name: nameColumn, valueSearch, value: valueColumn, customerId } = customerAttribute;
  const given = sql`${nameColumn} = ${sql.placeholder('attributeName')} and ${valueSearch} = ${sql.placeholder('attributeSearch')}`;
  const same = sql`${valueColumn} = ${sql.placeholder('attributeValue')}`;
  const ofCustomer = sql`select 1 from ${customerAttribute} where ${withoutIndex(nameColumn)} = ${sql.placeholder('attributeName')} and ${same} and ${customerId} = ${customer.id}`;
  return {
    name: 'attribute',
    sql: sql`${customer.id} in (select ${customerId} from ${customerAttribute} where ${given} and ${same})`,
    values: { attributeName: name, attributeSearch: attributeSearchValue(value), attributeValue: value },
    selective: true,
    orderedScan: orderedScan(sql`select 1 from ${customerAttribute} where ${given}`, sql`exists (${ofCustomer})`),
  };
}

function conditionsOf(filter: CustomerFilter): Condition[] {
  const conditions: Condition[] = [];
  const column = (name: string, columnSql: SQL, value: unknown, selective: boolean) =>
    conditions.push({ name, sql: columnSql, values: { [name]: value }, selective });

  if (filter.customerNumber != null) {
    const equal = eq(customer.customerNumber, sql.placeholder('customerNumber'));
    column('customerNumber', equal, filter.customerNumber, true);
  }
  if (filter.legalNameStartsWith != null) conditions.push(legalNameStartsWith(filter.legalNameStartsWith));
  if (filter.legalNameContains != null) conditions.push(legalNameContains(filter.legalNameContains));
  if (filter.email != null) {
    // The index of the order does not hold it.
    conditions.push(equalTo(customer.emailSearch, 'email', normaliseForSearch(filter.email), null));
  }
  if (filter.mobilePhoneNumber != null) {
    conditions.push(mobilePhoneNumberCondition(filter.mobilePhoneNumber, 'filter.mobilePhoneNumber'));
  }
  if (filter.kycStatus != null) {
    column(
      'kycStatus',
      sql`${customer.kycStatus} = ${given(customer.kycStatus, 'kycStatus')}`,
      filter.kycStatus,
      false,
    );
  }
  if (filter.branchId != null) {
    column('branchId', eq(customer.branchId, sql.placeholder('branchId')), filter.branchId, false);
  }
  if (filter.createdFrom != null) {
    column('createdFrom', gte(customer.createdAt, given(customer.createdAt, 'createdFrom')), filter.createdFrom, false);
  }
  if (filter.createdBefore != null) {
    const before = lt(customer.createdAt, given(customer.createdAt, 'createdBefore'));
    column('createdBefore', before, filter.createdBefore, false);
  }
  const lastOk = customer.lastOkDateOrder;
  if (filter.lastOkFrom != null) {
    column('lastOkFrom', gte(lastOk, given(lastOk, 'lastOkFrom')), filter.lastOkFrom, false);
  }
  if (filter.lastOkBefore != null) {
    const before = sql`${lastOk} < ${given(lastOk, 'lastOkBefore')} and ${lastOk} > ${sql.param(neverOk, lastOk)}`;
    column('lastOkBefore', before, filter.lastOkBefore, false);
  }
  if (filter.attribute != null) conditions.push(hasAttribute(filter.attribute.name, filter.attribute.value));
  return conditions;
}

interface Shape {
  atBank: boolean;
  sortBy: CustomerSort;
  descending: boolean;
  continued: boolean;
  conditions: Condition[];
}

function whereOf({ atBank, conditions }: Shape): SQL | undefined {
  const selective = conditions.some((condition) => condition.selective);
  const bankColumn = selective ? withoutIndex(customer.bankId) : customer.bankId;
  const bank = atBank ? sql`${bankColumn} = ${sql.placeholder('bankId')}` : undefined;
  return and(bank, ...conditions.map((condition) => condition.sql));
}

/** Identifies the filters. */
function filtersKey({ atBank, conditions }: Shape): string {
  return [atBank, ...conditions.map((condition) => condition.name)].join(' ');
}

function pageKey(shape: Shape): string {
  return [shape.sortBy, shape.descending, shape.continued, filtersKey(shape)].join(' ');
}

function orderOf({ sortBy, descending }: Shape): SQL[] {
  return orderColumns[sortBy].map((column) => (descending ? desc(column) : asc(column)));
}

const customerPageStatement = statementByShape<Shape, CustomerRow[]>(pageKey, (queries, shape) => {
  const after = shape.continued ? comesAfter(orderColumns[shape.sortBy], shape.descending) : undefined;
  const where = and(whereOf(shape), after);
  const limit = sql.placeholder('limit');
  if (!shape.conditions.some(({ isSearch }) => isSearch)) {
    const page = queries.select().from(customer).where(where);
    return page.orderBy(...orderOf(shape)).limit(limit);
  }
  // The index of the default order holds what is searched: of those who are looked at there, only the page's rows are read.
  const matching = queries.select({ id: customer.id }).from(customer).where(where);
  const ids = matching.orderBy(...orderOf(shape)).limit(limit);
  const page = queries.select(getTableColumns(customer)).from(customer).where(inArray(customer.id, ids));
  return page.orderBy(...orderOf(shape));
});

/** How many customers are read in their order for a page: those who match may all come later, or be at another bank. */
export const maxScannedRows = 20_000;

/** Reads customers in their order, each of whom is compared, until the page is full. */
const orderedScanStatement = statementByShape<Shape, CustomerRow[]>(pageKey, (queries, shape) => {
  const { id, legalNameSearch, mobilePhoneNumberE164 } = customer;
  const scanned = queries
    .select({ id, legalNameSearch, mobilePhoneNumberE164 })
    .from(customer)
    .where(
      and(
        shape.atBank ? eq(customer.bankId, sql.placeholder('bankId')) : undefined,
        shape.continued ? comesAfter(orderColumns[shape.sortBy], shape.descending) : undefined,
      ),
    )
    .orderBy(...orderOf(shape))
    .limit(maxScannedRows)
    // As the conditions name its columns. With its limit it is read in its order, until the page is full.
    .as('customer');
  const compared = shape.conditions.flatMap((condition) => condition.orderedScan?.compared ?? []);
  const matching = queries
    .select({ id: scanned.id })
    .from(scanned)
    .where(and(...compared))
    .as('matching');
  const others = shape.conditions.filter((condition) => condition.orderedScan?.compared == null);
  return (
    queries
      .select(getTableColumns(customer))
      .from(matching)
      // Those who match lead, so that they stay in their order.
      .crossJoin(customer)
      .where(and(eq(customer.id, matching.id), ...others.map((condition) => condition.sql)))
      .limit(sql.placeholder('limit'))
  );
});

/**
 * A page of those whom a search finds, where that are so many that reading and sorting them all takes longer than looking for a
 * page of them in the order of the list. Null where it has to be searched otherwise.
 */
async function frequentRows(
  database: Database,
  shape: Shape,
  values: Record<string, unknown> & { limit: number },
): Promise<CustomerRow[] | null> {
  const selective = shape.conditions.filter((condition) => condition.selective);
  if (selective.length === 0) return null;
  for (const { name, orderedScan } of selective) {
    // It finds few, or the database knows by itself.
    if (orderedScan == null) return null;
    const [counted] = await countCandidates(database, { name, candidates: orderedScan.candidates }, values);
    if (Number(counted?.total) < frequentCandidates) return null;
  }
  const rows = await orderedScanStatement(database, shape, values);
  return rows.length === values.limit ? rows : null;
}

const countStatement = statementByShape(filtersKey, (queries, shape) =>
  queries.select({ total: count() }).from(customer).where(whereOf(shape)),
);

export interface CustomerList {
  /** The coordinate of the field that lists, which its cursors belong to. */
  field: string;
  /** Null: of all banks. */
  bankId: string | null;
  filter?: CustomerFilter | null;
  /** A condition beside the filter's. */
  condition?: Condition;
  sortBy?: CustomerSort | null;
  sortDirection?: SortDirection | null;
}

/** One page of the customers of a bank, or of all banks. */
export async function customerPage<Node = Customer>(
  context: Context,
  { field, bankId, filter, condition, ...order }: CustomerList,
  page: PageArguments,
  toNode: (row: CustomerRow) => Node,
): Promise<Page<CustomerRow, Node>> {
  const database = context.readDatabase();
  const sortBy = order.sortBy ?? CustomerSort.LAST_OK_DATE;
  const descending = order.sortDirection !== SortDirection.ASC;
  // The result shows which customers have the value, so the caller must be allowed to read attributes.
  if (filter?.attribute != null && !holdsAny(context.user, attributeRoles, bankId)) {
    throw gatewayError('OBP-20006', { missingRoles: attributeRoles, field: 'filter.attribute' });
  }
  const conditions = conditionsOf(filter ?? {});
  if (condition !== undefined) conditions.push(condition);
  const values = Object.assign({ bankId }, ...conditions.map((condition) => condition.values));
  const shape = { atBank: bankId !== null, sortBy, descending, conditions };
  return cutPage(context, page, {
    field,
    boundTo: [sortBy, descending, values],
    orderValues: (row: CustomerRow) => orderValues(sortBy, row),
    toNode,
    count: async () => totalOf(await countStatement(database, { ...shape, continued: false }, values)),
    async read({ after, limit }) {
      const shapeOfPage = { ...shape, continued: after !== null };
      const pageValues = { ...values, ...afterValues(after), limit };
      const rows = await frequentRows(database, shapeOfPage, pageValues);
      return rows ?? customerPageStatement(database, shapeOfPage, pageValues);
    },
  });
}
