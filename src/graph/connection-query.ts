import { and, count, desc, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterValues, comesAfter, inKeys, keyValues, type MakeLoader, pageBy } from '../database/batch.ts';
import { createLoader } from '../database/loader.ts';
import { statement } from '../database/statement.ts';
import { afterOf, Page, type PageArguments, pageSize } from './connection.ts';
import type { Context } from './context.ts';

/** A table whose rows grow without bound, and are listed from the newest to the oldest. */
type GrowingTable = SQLiteTable & { id: SQLiteColumn; customerId: SQLiteColumn };
type RowOf<Table extends GrowingTable> = Table['$inferSelect'] & { id: string };
type ColumnNameOf<Table extends GrowingTable> = keyof Table['$inferSelect'] & string;

function columnOf(table: GrowingTable, name: string): SQLiteColumn {
  return (table as unknown as Record<string, SQLiteColumn>)[name] as SQLiteColumn;
}

function countBy(table: GrowingTable, parent: SQLiteColumn): MakeLoader<string, number> {
  const countRows = statement((queries) =>
    queries
      .select({ parent: sql<string>`${parent}`.as('parent'), total: count() })
      .from(table as SQLiteTable)
      .where(inKeys([parent]))
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
 * Lists the rows of customers by `dateName`, the newest first: the pages of any number of customers take one statement,
 * their totals another. `field` is the coordinate of the field that lists, which its cursors belong to.
 */
export function newestOfCustomers<Table extends GrowingTable>(table: Table, dateName: ColumnNameOf<Table>) {
  const orderBy = [dateName, 'id' as ColumnNameOf<Table>];
  const pages = pageBy(table, 'customerId' as ColumnNameOf<Table>, { orderBy, descending: true });
  const totals = countBy(table, table.customerId);

  /** A page for each customer; an error for those to whom the cursor does not belong. */
  async function ofEach<Node>(
    context: Context,
    field: string,
    customers: readonly { id: string }[],
    page: PageArguments,
    toNode: (row: RowOf<Table>) => Node,
  ): Promise<(Page<RowOf<Table>, Node> | Error)[]> {
    const size = pageSize(page.first);
    const asked = customers.map(({ id }) => {
      const scope = { secret: context.config.secret, field, arguments: id };
      try {
        return { scope, key: { parent: id, limit: size + 1, after: afterOf(scope, page.after) } };
      } catch (error) {
        return error as Error;
      }
    });
    const keys = asked.flatMap((each) => (each instanceof Error ? [] : [each.key]));
    const found = (await context.loader(pages).loadAll(keys)).values();
    return asked.map((each) => {
      if (each instanceof Error) return each;
      const { scope, key } = each;
      return new Page({
        rows: (found.next().value ?? []) as RowOf<Table>[],
        size,
        after: page.after,
        scope,
        orderValues: (row) => [row[dateName], row.id],
        toNode,
        count: () => context.loader(totals).load(key.parent),
      });
    });
  }

  /** The page of one customer. */
  async function ofOne<Node>(
    context: Context,
    field: string,
    customer: { id: string },
    page: PageArguments,
    toNode: (row: RowOf<Table>) => Node,
  ): Promise<Page<RowOf<Table>, Node>> {
    const [given] = await ofEach(context, field, [customer], page, toNode);
    if (given === undefined || given instanceof Error) throw given;
    return given;
  }

  return { ofEach, ofOne };
}

/**
 * Lists the rows that meet a condition by `dateName`, the newest first. `values` are those of the condition's
 * placeholders; a cursor is bound to `field` and to `boundTo`.
 */
export function newestWhere<Table extends GrowingTable>(table: Table, dateName: ColumnNameOf<Table>, condition: SQL) {
  const orderColumns = [columnOf(table, dateName), table.id];
  const page = (where: SQL | undefined) =>
    statement<Table['$inferSelect'][]>((queries) =>
      queries
        .select()
        .from(table as SQLiteTable)
        .where(where)
        .orderBy(...orderColumns.map((column) => desc(column)))
        .limit(sql.placeholder('limit')),
    );
  const firstPage = page(condition);
  const nextPage = page(and(condition, comesAfter(orderColumns, true)));
  const total = statement((queries) =>
    queries
      .select({ total: count() })
      .from(table as SQLiteTable)
      .where(condition),
  );

  return async function list<Node>(
    context: Context,
    { field, boundTo, values }: { field: string; boundTo: unknown; values: Record<string, unknown> },
    page: PageArguments,
    toNode: (row: RowOf<Table>) => Node,
  ): Promise<Page<RowOf<Table>, Node>> {
    const size = pageSize(page.first);
    const scope = { secret: context.config.secret, field, arguments: boundTo };
    const after = afterOf(scope, page.after);
    const database = context.readDatabase();
    const read = after === null ? firstPage : nextPage;
    const rows = await read(database, { ...values, ...afterValues(after), limit: size + 1 });
    return new Page({
      rows: rows as RowOf<Table>[],
      size,
      after: page.after,
      scope,
      orderValues: (row) => [row[dateName], row.id],
      toNode,
      async count() {
        const [counted] = await total(database, values);
        return Number(counted?.total ?? 0);
      },
    });
  };
}
