import { and, count, desc, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterValues, comesAfter, inKeys, keyValues, type MakeLoader, pageBy } from '../database/batch.ts';
import { createLoader } from '../database/loader.ts';
import { statement } from '../database/statement.ts';
import { cutPage, cutPages, type Page, type PageArguments, totalOf } from './connection.ts';
import type { Context } from './context.ts';

/** A table with any number of rows for a customer, which are listed newest first. */
type GrowingTable = SQLiteTable & { customerId: SQLiteColumn };
type IdentifiedTable = GrowingTable & { id: SQLiteColumn };
type RowOf<Table extends GrowingTable> = Table['$inferSelect'];
type ColumnNameOf<Table extends GrowingTable> = keyof Table['$inferSelect'] & string;

function columnOf(table: GrowingTable, name: string): SQLiteColumn {
  return (table as unknown as Record<string, SQLiteColumn>)[name] as SQLiteColumn;
}

function countBy(table: GrowingTable, parent: SQLiteColumn, condition?: SQL): MakeLoader<string, number> {
  const countRows = statement((queries) =>
    queries
      .select({ parent: sql<string>`${parent}`.as('parent'), total: count() })
      .from(table as SQLiteTable)
      .where(and(inKeys([parent]), condition))
      .groupBy(parent),
  );
  return (database) =>
    createLoader(async (keys) => {
      const totals = new Map<string, number>();
      for (const { parent, total } of await countRows(database, keyValues(keys))) totals.set(parent, Number(total));
      return keys.map((key) => totals.get(key) ?? 0);
    });
}

/**
 * The rows of customers that meet the condition, sorted by `orderName`, such as a date, newest first. Rows with equal values are sorted by ID if they have
 * one. One statement reads the pages of any number of customers, another one their totals. `field` is the coordinate of the field, to
 * which the cursors are bound.
 */
export function customerConnectionQuery<Table extends GrowingTable>(
  table: Table,
  orderName: ColumnNameOf<Table>,
  condition?: SQL,
) {
  const orderBy = 'id' in table ? [orderName, 'id' as ColumnNameOf<Table>] : [orderName];
  const pages = pageBy(table, 'customerId' as ColumnNameOf<Table>, { orderBy, descending: true }, condition);
  const totals = countBy(table, table.customerId, condition);

  /** A page for each customer. An error for customers for whom the cursor is not valid. */
  function forCustomers<Node>(
    context: Context,
    field: string,
    customers: readonly { id: string }[],
    page: PageArguments,
    toNode: (row: RowOf<Table>) => Node,
  ): Promise<(Page<RowOf<Table>, Node> | Error)[]> {
    const lists = customers.map(({ id }) => ({
      field,
      boundTo: id,
      orderValues: (row: RowOf<Table>) => orderBy.map((name) => row[name]),
      toNode,
      count: () => context.loader(totals).load(id),
    }));
    return cutPages(context, page, lists, async (slices) => {
      const keys = slices.map(({ list, limit, after }) => ({ parent: String(list.boundTo), limit, after }));
      return (await context.loader(pages).loadAll(keys)) as RowOf<Table>[][];
    });
  }

  async function forCustomer<Node>(
    context: Context,
    field: string,
    customer: { id: string },
    page: PageArguments,
    toNode: (row: RowOf<Table>) => Node,
  ): Promise<Page<RowOf<Table>, Node>> {
    const [result] = await forCustomers(context, field, [customer], page, toNode);
    if (result === undefined || result instanceof Error) throw result;
    return result;
  }

  return { forCustomers, forCustomer };
}

/**
 * The rows that meet a condition, sorted by `dateName`, newest first. `values` are those of the placeholders in the condition.
 * Cursors are bound to `field` and `boundTo`.
 */
export function connectionQuery<Table extends IdentifiedTable>(
  table: Table,
  dateName: ColumnNameOf<Table>,
  condition: SQL,
) {
  const orderColumns = [columnOf(table, dateName), table.id];
  const pageStatement = (where: SQL | undefined) =>
    statement((queries) =>
      queries
        .select()
        .from(table as SQLiteTable)
        .where(where)
        .orderBy(...orderColumns.map((column) => desc(column)))
        .limit(sql.placeholder('limit')),
    );
  const firstPage = pageStatement(condition);
  const nextPage = pageStatement(and(condition, comesAfter(orderColumns, true)));
  const total = statement((queries) =>
    queries
      .select({ total: count() })
      .from(table as SQLiteTable)
      .where(condition),
  );

  return function list<Node>(
    context: Context,
    { field, boundTo, values }: { field: string; boundTo: unknown; values: Record<string, unknown> },
    page: PageArguments,
    toNode: (row: RowOf<Table>) => Node,
  ): Promise<Page<RowOf<Table>, Node>> {
    const database = context.readDatabase();
    return cutPage(context, page, {
      field,
      boundTo,
      orderValues: (row: RowOf<Table>) => [row[dateName], (row as { id: string }).id],
      toNode,
      count: async () => totalOf(await total(database, values)),
      async read({ after, limit }) {
        const read = after === null ? firstPage : nextPage;
        const rows = await read(database, { ...values, ...afterValues(after), limit });
        return rows as RowOf<Table>[];
      },
    });
  };
}
