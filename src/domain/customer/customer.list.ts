import { and, asc, count, desc, eq, getTableColumns, inArray, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { holdsAny } from '../../auth/authenticated-user.ts';
import { gatewayError } from '../../base/errors.ts';
import type { Role } from '../../base/roles.ts';
import { afterValues, comesAfter } from '../../database/batch.ts';
import type { Database } from '../../database/database.ts';
import { countCandidates, frequentCandidates, withoutIndex } from '../../database/search.ts';
import { statementByShape } from '../../database/statement.ts';
import { cutPage, type Page, type PageArguments, totalOf } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { type CustomerRow, customer } from './customer.table.ts';
import { type Customer, CustomerSort, SortDirection } from './customer.type.ts';
import type { CustomerFilter } from './customer-filter.type.ts';
import { type Condition, conditionsOf } from './customer-filters.ts';

/** The columns of each order. IDs are unique across all banks, so the order is total. */
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

const attributeRoles: Role[] = ['CanGetCustomerAttributesAtOneBank', 'CanGetCustomerAttributesAtAnyBank'];

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
  // The index of the default order contains the searched columns, so only the rows of the page are read from the table.
  const matching = queries.select({ id: customer.id }).from(customer).where(where);
  const ids = matching.orderBy(...orderOf(shape)).limit(limit);
  const page = queries.select(getTableColumns(customer)).from(customer).where(inArray(customer.id, ids));
  return page.orderBy(...orderOf(shape));
});

/** The maximum number of customers that are scanned for a page. The matching ones could all be later, or at another bank. */
export const maxScannedRows = 20_000;

/** Compares customers in the order of the list until the page is full. */
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
    // The conditions use this table name. The limit makes SQLite scan the index in its order until the page is full.
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
      // SQLite reads the left side of a cross join first, so the order of the matching rows is kept.
      .crossJoin(customer)
      .where(and(eq(customer.id, matching.id), ...others.map((condition) => condition.sql)))
      .limit(sql.placeholder('limit'))
  );
});

/**
 * Reads a page of a search that matches so many customers that sorting them takes longer than scanning the list for a page.
 * Returns null if the scan did not fill the page, or if the search does not match so many.
 */
async function frequentRows(
  database: Database,
  shape: Shape,
  values: Record<string, unknown> & { limit: number },
): Promise<CustomerRow[] | null> {
  const selective = shape.conditions.filter((condition) => condition.selective);
  if (selective.length === 0) return null;
  for (const { name, orderedScan } of selective) {
    // The condition matches few rows, or the database is PostgreSQL, which chooses the plan itself.
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
  /** The coordinate of the field, to which the cursors are bound. */
  field: string;
  /** Null for the customers of all banks. */
  bankId: string | null;
  filter?: CustomerFilter | null;
  /** A condition in addition to those of the filter. */
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
