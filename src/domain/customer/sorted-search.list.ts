/** The customers who match a searched text, in another order than that of their ranks. */
import { and, asc, desc, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { afterValues, comesAfter } from '../../database/batch.ts';
import type { Database } from '../../database/database.ts';
import { orderOfSorted } from '../../database/search.ts';
import { statementByShape, type Values } from '../../database/statement.ts';
import type { Slice } from '../../graph/connection.ts';
import { type CustomerRow, customer } from './customer.table.ts';
import type { Condition } from './customer-condition.ts';
import { requireScannable } from './named-customers.ts';
import {
  type CustomerSearch,
  candidates,
  isFound,
  keyOfSource,
  ofBank,
  type SearchSource,
  type SourceShape,
  sourceOf,
  valuesOfSource,
} from './search-source.ts';

interface PageShape extends SourceShape {
  orderColumns: readonly SQLiteColumn[];
  descending: boolean;
  continued: boolean;
}

function pageKey({ orderColumns, descending, continued, ...shape }: PageShape): string {
  return [...orderColumns.map(({ name }) => name), descending, continued, keyOfSource(shape)].join(' ');
}

function orderOf({ orderColumns, descending }: PageShape): SQL[] {
  return orderColumns.map((column) => (descending ? desc(column) : asc(column)));
}

function isAfter({ orderColumns, descending, continued }: PageShape): SQL | undefined {
  return continued ? comesAfter([...orderColumns], descending) : undefined;
}

/** Sorts the customers that the source finds. */
const sortedPage = statementByShape<PageShape, CustomerRow[]>(
  pageKey,
  (queries, shape) =>
    queries
      .select(getTableColumns(customer))
      .from(candidates(queries, shape))
      .where(and(isFound(shape), isAfter(shape)))
      .orderBy(...orderOf(shape))
      .limit(sql.placeholder('limit')),
  () => true,
);

/** A condition that an index meets in the order of the list, and those that bound this order. */
function inOrder({ conditions, orderColumns: [sorted], atBank }: PageShape): Condition[] {
  const ordered = conditions.filter((condition) => condition.orderedBy === sorted);
  const first = atBank ? conditions.find((condition) => condition.indexOrderedBy === sorted) : undefined;
  return first === undefined ? ordered : [first, ...ordered];
}

/** Compares the customers in the order of the list until the page is full. */
const scannedPage = statementByShape<PageShape, CustomerRow[]>(pageKey, (queries, shape) => {
  const scanned = queries
    .select()
    .from(customer)
    .where(and(ofBank(shape.atBank), ...inOrder(shape).map((condition) => condition.sql), isAfter(shape)))
    .orderBy(...orderOf(shape))
    .limit(sql.placeholder('scannedRows'))
    // The conditions use this table name.
    .as('customer');
  return queries
    .select(getTableColumns(customer))
    .from(scanned)
    .where(isFound({ ...shape, conditions: shape.conditions.filter((each) => !inOrder(shape).includes(each)) }))
    .orderBy(...orderOfSorted(orderOf(shape)))
    .limit(sql.placeholder('limit'));
});

interface SortedSearch {
  search: CustomerSearch;
  conditions: readonly Condition[];
  orderColumns: readonly SQLiteColumn[];
  descending: boolean;
  /** The maximum number of customers that are scanned in the order of the list. */
  scannedRows: number;
}

/** Returns how to read a page of a search with further conditions, sorted by these columns. */
export function readSortedCustomers(
  database: Database,
  { search, conditions, orderColumns, descending, scannedRows }: SortedSearch,
) {
  const atBank = search.bankId !== null;
  const ofConditions: Values = Object.assign({}, ...conditions.map((condition) => condition.values));
  const values = { ...ofConditions, ...valuesOfSource(search) };
  const byNames: SearchSource = { kind: 'names' };

  /** @throws SEARCH_TOO_BROAD if the names are more than a page or a count can read */
  async function requireReadable(): Promise<void> {
    if (search.names === null) return;
    await requireScannable(database, { shape: { atBank, isContinued: false }, values });
  }

  return async function read({ after, limit }: Slice): Promise<CustomerRow[]> {
    const found = await sourceOf(database, search, conditions, values);
    const shape = { search, conditions, atBank, orderColumns, descending, continued: after !== null };
    const pageValues = { ...values, ...afterValues(after), limit, scannedRows };
    if (found.kind !== 'order') return sortedPage(database, { ...shape, source: found }, pageValues);
    const rows = await scannedPage(database, { ...shape, source: found }, pageValues);
    if (rows.length === limit) return rows;
    await requireReadable();
    return sortedPage(database, { ...shape, source: byNames }, pageValues);
  };
}
