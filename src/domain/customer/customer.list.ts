import { and, asc, count, desc, eq, getTableColumns, inArray, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { gatewayError } from '../../base/errors.ts';
import type { Role } from '../../base/roles.ts';
import { afterValues, comesAfter } from '../../database/batch.ts';
import type { Database } from '../../database/database.ts';
import { countCandidates, frequentCandidates, withoutIndex } from '../../database/search.ts';
import { statementByShape } from '../../database/statement.ts';
import { holdsFurtherRole } from '../../graph/access/further-role.ts';
import { cutPage, type Page, type PageArguments, totalOf } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { type CustomerRow, customer } from './customer.table.ts';
import { type Customer, CustomerSort, SortDirection } from './customer.type.ts';
import { attributeConditions, definedTypesOf, parseAttributeFilters } from './customer-attribute-filter.ts';
import { type Condition, comparedOnly } from './customer-condition.ts';
import { requireFilled } from './customer-fill.ts';
import type { CustomerFilter } from './customer-filter.type.ts';
import { conditionsOf } from './customer-filters.ts';
import { matchesOf, planCustomerSearch, type RankedCustomer, rankedCustomers } from './customer-search.list.ts';
import { parseSearch } from './customer-search.rules.ts';
import { requireProposalAccess } from './open-proposal-filter.ts';
import type { CustomerSearch } from './search-source.ts';
import { readSortedCustomers } from './sorted-search.list.ts';

/** The columns of each order. IDs are unique across all banks, so the order is total. */
const orderColumns: Record<CustomerSort, [SQLiteColumn, SQLiteColumn]> = {
  LAST_OK_DATE: [customer.lastOkDateOrder, customer.id],
  CREATED: [customer.createdAt, customer.id],
  UPDATED: [customer.updatedAt, customer.id],
  CUSTOMER_NUMBER: [customer.customerNumber, customer.id],
  LEGAL_NAME: [customer.legalNameSearch, customer.id],
};

function orderValues(sortBy: CustomerSort, row: CustomerRow): readonly unknown[] {
  switch (sortBy) {
    case CustomerSort.LAST_OK_DATE:
      return [row.lastOkDateOrder, row.id];
    case CustomerSort.CREATED:
      return [row.createdAt, row.id];
    case CustomerSort.UPDATED:
      return [row.updatedAt, row.id];
    case CustomerSort.CUSTOMER_NUMBER:
      return [row.customerNumber, row.id];
    case CustomerSort.LEGAL_NAME:
      return [row.legalNameSearch, row.id];
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

function dependsOnValues({ conditions }: Shape): boolean {
  return conditions.some((condition) => condition.dependsOnValues === true);
}

const customerPageStatement = statementByShape<Shape, CustomerRow[]>(
  pageKey,
  (queries, shape) => {
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
  },
  dependsOnValues,
);

/** The maximum number of customers that are scanned for a page. The matching ones could all be later, or at another bank. */
export const maxScannedRows = 20_000;

/** The same for attributes, which are read for each scanned customer. Collecting the customers of the attributes is faster then. */
const maxComparedRows = 2_000;

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
    .limit(sql.placeholder('scannedRows'))
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

/** How a list is searched. On PostgreSQL, the conditions never change, because it plans its statements itself. */
interface SearchPlan {
  conditions: Condition[];
  /** The number of customers to scan in the order of the list before the conditions are used. 0 if a search matches few customers. */
  scannedRows: number;
}

/**
 * Chooses the search with the fewest candidates to find customers by its index. The other searches are compared with these customers,
 * because collecting the customers of a search with very many candidates takes longer. If each search matches so many customers that
 * sorting them takes longer than scanning the list, the list is scanned.
 */
async function planSearch(
  database: Database,
  conditions: Condition[],
  values: Record<string, unknown>,
): Promise<SearchPlan> {
  const searches = conditions.filter(({ selective }) => selective);
  let fewest = frequentCandidates;
  let chosen: Condition | undefined;
  for (const search of searches) {
    const count = await candidatesOf(database, search, { ...values, limit: fewest });
    if (count < fewest) [fewest, chosen] = [count, search];
    if (count === 0) break;
  }
  if (chosen !== undefined) {
    const compared = conditions.map((condition) => (condition === chosen ? condition : comparedOnly(condition)));
    return { conditions: compared, scannedRows: 0 };
  }
  if (searches.length === 0) return { conditions, scannedRows: 0 };
  const isOfAttributes = searches.every(({ asSet }) => asSet !== undefined);
  return isOfAttributes
    ? { conditions: conditions.map(asSetOnly), scannedRows: maxComparedRows }
    : { conditions, scannedRows: maxScannedRows };
}

/** Zero if the candidates cannot be counted: then the condition matches few rows, or the database is PostgreSQL. */
async function candidatesOf(database: Database, search: Condition, values: Record<string, unknown>): Promise<number> {
  if (search.orderedScan == null) return 0;
  const { name, orderedScan } = search;
  return totalOf(await countCandidates(database, { name, candidates: orderedScan.candidates }, values));
}

/** The condition for a scan of the list, which compares the IDs in the index of the order. */
function asSetOnly(condition: Condition): Condition {
  const { name, asSet } = condition;
  if (asSet === undefined) return condition;
  return { ...condition, name: `${name} as set`, sql: asSet, selective: false, isSearch: true };
}

const countStatement = statementByShape(
  filtersKey,
  (queries, shape: Shape) => queries.select({ total: count() }).from(customer).where(whereOf(shape)),
  dependsOnValues,
);

const totalStatement = statementByShape(
  ({ name }: { name: string; total: SQL }) => name,
  (queries, { total }) => queries.select({ total: sql<number>`total` }).from(sql`(${total}) as counted`),
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
): Promise<Page<CustomerRow, Node> | Page<RankedCustomer, Node>> {
  const database = context.readDatabase();
  const sortBy = order.sortBy ?? CustomerSort.LAST_OK_DATE;
  const descending = order.sortDirection !== SortDirection.ASC;
  // The result shows which customers have the value, so the caller must be allowed to read attributes.
  const { attributes, search: searchedText, ...columnFilter } = filter ?? {};
  const isByAttributes = attributes != null && attributes.length > 0;
  if (isByAttributes && !holdsFurtherRole(context, field, attributeRoles, bankId)) {
    throw gatewayError('OBP-20006', { missingRoles: attributeRoles, field: 'filter.attributes' });
  }
  if (columnFilter.kycState != null) await requireFilled(database, 'kyc_states');
  if (columnFilter.hasOpenKycStatusProposal != null) await requireProposalAccess(context, field, bankId);
  const types = await definedTypesOf(context, bankId, attributes ?? []);
  const { conditions, entries, text } = collectProblems(() => ({
    conditions: conditionsOf(columnFilter, { atBank: bankId !== null, sortBy }),
    entries: parseAttributeFilters(attributes ?? [], 'filter.attributes', types),
    text: searchedText == null ? null : parseSearch(searchedText, 'filter.search'),
  }));
  conditions.push(...attributeConditions(entries, bankId !== null));
  if (condition !== undefined) conditions.push(condition);
  const search = text === null ? null : await planCustomerSearch(context, field, bankId, text);
  if (search !== null && order.sortBy == null) return rankedPage(context, field, search, conditions, page, toNode);
  const values = Object.assign({ bankId }, ...conditions.map((condition) => condition.values));
  const shape = { atBank: bankId !== null, sortBy, descending };
  const list = { field, orderValues: (row: CustomerRow) => orderValues(sortBy, row), toNode };
  if (search !== null) {
    const order = { orderColumns: orderColumns[sortBy], descending, scannedRows: maxScannedRows };
    return cutPage(context, page, {
      ...list,
      boundTo: [sortBy, descending, search.text.identifier, values],
      edgeValues: (row: CustomerRow) => ({ matchedOn: matchesOf(search, row) }),
      count: () => rankedCustomers(context, search, conditions).count(),
      read: readSortedCustomers(database, { search, conditions, ...order }),
    });
  }
  return cutPage(context, page, {
    ...list,
    boundTo: [sortBy, descending, values],
    async count() {
      const [only] = conditions;
      if (bankId !== null && only?.total !== undefined && conditions.length === 1) {
        return totalOf(await totalStatement(database, { name: only.name, total: only.total }, values));
      }
      const plan = await planSearch(database, conditions, values);
      return totalOf(await countStatement(database, { ...shape, ...plan, continued: false }, values));
    },
    async read({ after, limit }) {
      const shapeOfPage = { ...shape, continued: after !== null };
      const pageValues = { ...values, ...afterValues(after), limit };
      const { scannedRows, ...plan } = await planSearch(database, conditions, values);
      if (scannedRows > 0) {
        const scan = { ...pageValues, scannedRows };
        const rows = await orderedScanStatement(database, { ...shapeOfPage, conditions }, scan);
        if (rows.length === limit) return rows;
      }
      return customerPageStatement(database, { ...shapeOfPage, ...plan }, pageValues);
    },
  });
}

/** One page of the customers that match a search, in the order of the ranks. */
function rankedPage<Node>(
  context: Context,
  field: string,
  search: CustomerSearch,
  conditions: readonly Condition[],
  page: PageArguments,
  toNode: (row: CustomerRow) => Node,
): Promise<Page<RankedCustomer, Node>> {
  const { bankId, text } = search;
  return cutPage(context, page, {
    field,
    boundTo: ['rank', bankId, text.identifier, ...conditions.map(({ values }) => values)],
    orderValues: ({ order }: RankedCustomer) => order,
    toNode: ({ row }: RankedCustomer) => toNode(row),
    edgeValues: ({ row }: RankedCustomer) => ({ matchedOn: matchesOf(search, row) }),
    ...rankedCustomers(context, search, conditions),
  });
}
