import { and, asc, desc, eq, getTableColumns, type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database, Queries } from './database.ts';
import { dialect } from './dialect.ts';
import { createLoader, type Loader, maxStatementRows, type ReadMeter, readRows } from './loader.ts';
import { type Query, statement } from './statement.ts';

/** Creates the loader of one operation. */
export type MakeLoader<Key, Value> = (database: Database, meter: ReadMeter) => Loader<Key, Value>;

type RowOf<Table extends SQLiteTable> = Table['$inferSelect'];
type ColumnNameOf<Table extends SQLiteTable> = keyof RowOf<Table> & string;
/** An ID, or the IDs of a composite key in the order of their columns. */
type KeyOf<Names extends readonly string[]> = Names extends readonly [string]
  ? string
  : { [Index in keyof Names]: string };

interface Order<Table extends SQLiteTable> {
  orderBy: ColumnNameOf<Table>[];
  descending?: boolean;
}

/** The limit of loaders' statements. It is a literal, because PostgreSQL plans for a tenth of the rows if the limit is a parameter. */
export const limitOfStatement = sql.raw(String(maxStatementRows + 1)) as unknown as Placeholder;

function columnOf(table: SQLiteTable, name: string): SQLiteColumn {
  return (table as unknown as Record<string, SQLiteColumn>)[name] as SQLiteColumn;
}

function joined(key: string | readonly string[]): string {
  return typeof key === 'string' ? key : key.join('\u0000');
}

/** The `joined` key of the row. */
function keyOfRow(row: Record<string, unknown>, names: readonly string[]): string {
  const [first = ''] = names;
  return names.length === 1 ? String(row[first]) : names.map((name) => row[name]).join('\u0000');
}

/**
 * The condition that the columns equal one of the keys of `keyValues`, which is the same SQL for any number of keys. Several columns
 * are a composite key.
 */
export function inKeys(columns: (SQLiteColumn | SQL)[], placeholder = 'keys'): SQL {
  const [first] = columns;
  if (dialect === 'sqlite') {
    if (columns.length === 1) return sql`${first} in (select value from json_each(${sql.placeholder(placeholder)}))`;
    const list = sql.join(columns, sql`, `);
    const parts = sql.join(
      columns.map((_, index) => sql`value ->> ${sql.raw(String(index))}`),
      sql`, `,
    );
    return sql`(${list}) in (select ${parts} from json_each(${sql.placeholder(placeholder)}))`;
  }
  // The select hides the keys from the planner, so that it uses a generic plan. Otherwise, it would plan the statement for the keys of
  // each call, which takes three times as long as running it.
  const hidden = (name: string) => sql`(select ${sql.placeholder(name)}::text[])::text[]`;
  if (columns.length === 1) return sql`${first} = any(${hidden(placeholder)})`;
  const list = sql.join(columns, sql`, `);
  const arrays = sql.join(
    columns.map((_, index) => hidden(`${placeholder}${index}`)),
    sql`, `,
  );
  return sql`(${list}) in (select * from unnest(${arrays}))`;
}

/** The values of the placeholders of `inKeys`. */
export function keyValues(
  keys: readonly (string | readonly string[])[],
  placeholder = 'keys',
): Record<string, unknown> {
  if (dialect === 'sqlite') return { [placeholder]: JSON.stringify(keys) };
  const [first] = keys;
  if (first === undefined || typeof first === 'string') return { [placeholder]: keys };
  return Object.fromEntries(first.map((_, index) => [`${placeholder}${index}`, keys.map((key) => key[index])]));
}

function orderOf<Table extends SQLiteTable>(table: Table, { orderBy, descending }: Order<Table>): SQL[] {
  return orderBy.map((name) => (descending === true ? desc(columnOf(table, name)) : asc(columnOf(table, name))));
}

/** The values of the placeholders of `inKeys` for an empty list of keys. */
function noKeyValues(columns: SQLiteColumn[]): Record<string, unknown> {
  if (dialect === 'sqlite' || columns.length === 1) return keyValues([]);
  return Object.fromEntries(columns.map((_, index) => [`keys${index}`, []]));
}

/**
 * Reads the rows of a query whose columns equal one of the keys; `build` gets this condition. SQLite has a second statement for a
 * single key, which takes half the time. PostgreSQL would save little by that, and uses one statement for any number of keys, so
 * that the same statements are combined.
 */
function keyedStatement<Row>(
  columns: SQLiteColumn[],
  build: (queries: Queries, condition: SQL | undefined) => Query<Row[]>,
): (database: Database, keys: readonly (string | readonly string[])[]) => Promise<Row[]> {
  const ofOne = statement((queries) =>
    build(queries, and(...columns.map((column, index) => eq(column, sql.placeholder(`key${index}`))))),
  );
  const ofMany = statement((queries) => build(queries, inKeys(columns)), { none: noKeyValues(columns) });
  return (database, keys) => {
    const [only] = keys;
    if (dialect === 'postgresql' || keys.length !== 1 || only === undefined) return ofMany(database, keyValues(keys));
    if (typeof only === 'string') return ofOne(database, { key0: only });
    return ofOne(database, Object.fromEntries(only.map((part, index) => [`key${index}`, part])));
  };
}

/** Loads the row with a unique key, or null. */
export function oneBy<Table extends SQLiteTable, const Names extends readonly ColumnNameOf<Table>[]>(
  table: Table,
  ...names: Names
): MakeLoader<KeyOf<Names>, RowOf<Table> | null> {
  const columns = names.map((name) => columnOf(table, name));
  const find = keyedStatement<RowOf<Table>>(columns, (queries, condition) =>
    queries
      .select()
      .from(table as SQLiteTable)
      .where(condition),
  );
  return (database, meter) =>
    createLoader<KeyOf<Names>, RowOf<Table> | null>(async (keys) => {
      const byKey = new Map<string, RowOf<Table>>();
      const rows = await readRows(meter, keys, (keys) => find(database, keys));
      for (const row of rows) byKey.set(keyOfRow(row, names), row);
      return keys.map((key) => byKey.get(joined(key)) ?? null);
    }, joined);
}

/** Loads all rows of each parent, sorted. The lists must be short by nature. */
export function manyBy<Table extends SQLiteTable, const Names extends readonly ColumnNameOf<Table>[]>(
  table: Table,
  names: Names,
  order: Order<Table>,
): MakeLoader<KeyOf<Names>, RowOf<Table>[]> {
  const columns = names.map((name) => columnOf(table, name));
  const find = keyedStatement<RowOf<Table>>(columns, (queries, condition) =>
    queries
      .select()
      .from(table as SQLiteTable)
      .where(condition)
      .orderBy(...orderOf(table, order))
      .limit(limitOfStatement),
  );
  return (database, meter) =>
    createLoader<KeyOf<Names>, RowOf<Table>[]>(async (keys) => {
      const rows = await readRows(meter, keys, (keys) => find(database, keys));
      if (keys.length === 1) return [rows];
      const byKey = Map.groupBy(rows, (row) => keyOfRow(row, names));
      return keys.map((key) => byKey.get(joined(key)) ?? []);
    }, joined);
}

/** Identifies a page of a parent's rows. `after` has the sort values of the row before the page. It is null for the first page. */
export interface PageKey {
  parent: string;
  /** The maximum number of rows. */
  limit: number;
  after: readonly unknown[] | null;
}

/** The condition that a row comes after the row whose sort values are those of `afterValues`. */
export function comesAfter(columns: SQLiteColumn[], descending: boolean): SQL {
  const list = sql.join(columns, sql`, `);
  const values = sql.join(
    columns.map((column, index) => sql`${sql.param(sql.placeholder(`after${index}`), column)}`),
    sql`, `,
  );
  return descending ? sql`(${list}) < (${values})` : sql`(${list}) > (${values})`;
}

/** The values of the placeholders of `comesAfter`. */
export function afterValues(after: readonly unknown[] | null): Record<string, unknown> {
  return Object.fromEntries((after ?? []).map((value, index) => [`after${index}`, value]));
}

/** Creates a loader of pages. `load` returns the rows of all parents for which the same page is requested, by parent. */
export function pageLoader<Row>(
  load: (parents: readonly string[], page: Omit<PageKey, 'parent'>) => Promise<ReadonlyMap<string, Row[]>>,
): Loader<PageKey, Row[]> {
  const samePage = ({ limit, after }: PageKey) => `${limit} ${after === null ? '' : JSON.stringify(after)}`;
  return createLoader<PageKey, Row[]>(
    async (keys) => {
      const pages = new Map<PageKey, Row[]>();
      for (const group of Map.groupBy(keys, samePage).values()) {
        const [page] = group;
        if (page === undefined) continue;
        const parents = group.map(({ parent }) => parent);
        const rows = await load(parents, page);
        for (const key of group) pages.set(key, rows.get(key.parent) ?? []);
      }
      return keys.map((key) => pages.get(key) ?? []);
    },
    (key) => `${key.parent} ${samePage(key)}`,
  );
}

/**
 * Loads a page of the rows of each parent that meet the condition. Parents with the same page share a statement. The statement for a single parent reads
 * only the rows of the page.
 */
export function pageBy<Table extends SQLiteTable>(
  table: Table,
  parentName: ColumnNameOf<Table>,
  order: Order<Table>,
  condition?: SQL,
): MakeLoader<PageKey, RowOf<Table>[]> {
  const parent = columnOf(table, parentName);
  const ordered = orderOf(table, order);
  const orderColumns = order.orderBy.map((name) => columnOf(table, name));

  function pageStatements(after?: SQL) {
    const position = sql<number>`row_number() over (partition by ${parent} order by ${sql.join(ordered, sql`, `)})`;
    return {
      ofOne: statement<RowOf<Table>[]>((queries) =>
        queries
          .select()
          .from(table as SQLiteTable)
          .where(and(eq(parent, sql.placeholder('parent')), condition, after))
          .orderBy(...ordered)
          .limit(sql.placeholder('limit')),
      ),
      ofMany: statement<RowOf<Table>[]>((queries) => {
        const numbered = queries
          .select({ ...getTableColumns(table as SQLiteTable), position: position.as('position') })
          .from(table as SQLiteTable)
          .where(and(inKeys([parent]), condition, after))
          .as('numbered');
        return queries
          .select()
          .from(numbered)
          .where(sql`${numbered.position} <= ${sql.placeholder('limit')}`)
          .orderBy(sql`${numbered.position}`)
          .limit(limitOfStatement);
      }),
    };
  }
  const statements = {
    first: pageStatements(),
    next: pageStatements(comesAfter(orderColumns, order.descending === true)),
  };

  return (database, meter) =>
    pageLoader(async (parents, { limit, after }) => {
      const { ofOne, ofMany } = statements[after === null ? 'first' : 'next'];
      const shared = { ...afterValues(after), limit };
      const rows = await readRows(meter, parents, (parents) =>
        parents.length === 1
          ? ofOne(database, { ...shared, parent: parents[0] })
          : ofMany(database, { ...shared, ...keyValues(parents) }),
      );
      return Map.groupBy(rows, (row) => String(row[parentName]));
    });
}
