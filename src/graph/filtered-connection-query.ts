import { and, asc, count, desc, getTableName, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterValues, comesAfter } from '../database/batch.ts';
import { statementByShape } from '../database/statement.ts';
import { cutPage, type Page, type PageArguments, totalOf } from './connection.ts';
import type { Context } from './context.ts';

type ListedTable = SQLiteTable & { id: SQLiteColumn };
type RowOf<Table extends ListedTable> = Table['$inferSelect'] & { id: string };

/** The condition of a filter. Its placeholder has the name of the filter. `sorted` is the column by which the list is sorted. */
export type FilterCondition = (sorted: SQLiteColumn) => SQL;

/** The start of the period of the sorted column, inclusive. */
export const fromCondition: FilterCondition = (sorted) =>
  sql`${sorted} >= ${sql.param(sql.placeholder('from'), sorted)}`;

/** The end of the period of the sorted column, exclusive. */
export const toCondition: FilterCondition = (sorted) => sql`${sorted} < ${sql.param(sql.placeholder('to'), sorted)}`;

interface Shape {
  /** The filters that have a value. Each set of filters has a statement of its own. */
  filters: readonly string[];
  sortBy: string;
  descending: boolean;
  continued: boolean;
}

interface FilteredList<Table extends ListedTable, Name extends string> {
  /** The coordinate of the field, to which the cursors are bound. */
  field: string;
  /** The arguments of the field that choose the rows, to which the cursors are bound, too. */
  boundTo: unknown;
  sortBy: keyof Table['$inferSelect'] & string;
  descending: boolean;
  /** The values of the filters. One that is null or undefined does not filter. */
  filter: Readonly<Partial<Record<Name, unknown>>>;
}

/** The rows that meet all filters which have a value. Each filter must be served by an index, which tests of query plans check. */
export function filteredConnectionQuery<Table extends ListedTable, Name extends string>(
  table: Table,
  conditions: Readonly<Record<Name, FilterCondition>>,
) {
  const columnOf = (name: string) => (table as unknown as Record<string, SQLiteColumn>)[name] as SQLiteColumn;
  const whereOf = ({ filters, sortBy }: Shape) =>
    and(...filters.map((name) => conditions[name as Name](columnOf(sortBy))));
  const keyOf = ({ filters, sortBy, descending, continued }: Shape) =>
    [getTableName(table as SQLiteTable), sortBy, descending, continued, ...filters].join(' ');

  const readPage = statementByShape(keyOf, (queries, shape: Shape) => {
    const order = [columnOf(shape.sortBy), table.id];
    return queries
      .select()
      .from(table as SQLiteTable)
      .where(and(whereOf(shape), shape.continued ? comesAfter(order, shape.descending) : undefined))
      .orderBy(...order.map((column) => (shape.descending ? desc(column) : asc(column))))
      .limit(sql.placeholder('limit'));
  });
  const countRows = statementByShape(keyOf, (queries, shape: Shape) =>
    queries
      .select({ total: count() })
      .from(table as SQLiteTable)
      .where(whereOf(shape)),
  );

  return function list<Node>(
    context: Context,
    { field, boundTo, sortBy, descending, filter }: FilteredList<Table, Name>,
    page: PageArguments,
    toNode: (row: RowOf<Table>) => Node,
  ): Promise<Page<RowOf<Table>, Node>> {
    const database = context.readDatabase();
    const filters = (Object.keys(conditions) as Name[]).filter((name) => filter[name] != null);
    const values: Record<string, unknown> = Object.fromEntries(filters.map((name) => [name, filter[name]]));
    const shape = { filters, sortBy, descending };
    return cutPage(context, page, {
      field,
      boundTo,
      orderValues: (row: RowOf<Table>) => [row[sortBy], row.id],
      toNode,
      count: async () => totalOf(await countRows(database, { ...shape, continued: false }, values)),
      async read({ after, limit }) {
        const pageShape = { ...shape, continued: after !== null };
        return (await readPage(database, pageShape, { ...values, ...afterValues(after), limit })) as RowOf<Table>[];
      },
    });
  };
}
