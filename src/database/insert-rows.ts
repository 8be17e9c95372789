import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type IsInitial, type Row, recorderOf } from './change-recorder.ts';
import type { Database, Queries } from './database.ts';
import { dialect } from './dialect.ts';
import { retryConflicts } from './retry-conflicts.ts';
import { statementByShape } from './statement.ts';

/** Whether a row that violates a unique constraint is ignored, or makes the statement fail. */
export type OnConflict = 'ignore' | 'fail';

/** The table with only these columns, because the builder inserts every column, and the others must get their defaults. */
function withColumns(table: SQLiteTable, columns: [string, SQLiteColumn][]): SQLiteTable {
  return Object.create(table, { [Symbol.for('drizzle:Columns')]: { value: Object.fromEntries(columns) } });
}

function insertedRows(columns: readonly SQLiteColumn[], placeholderName: string): SQL {
  const placeholder = sql.placeholder(placeholderName);
  const values = columns.map((column, index) => {
    const value = sql.raw(`value ->> ${index}`);
    return dialect === 'sqlite' ? value : sql`(${value})::${sql.raw(column.getSQLType())}`;
  });
  const list = sql.join(values, sql`, `);
  // The condition keeps SQLite from parsing `on conflict` as a part of the select. PostgreSQL would parse `json` again for each
  // value, but not `jsonb`.
  return dialect === 'sqlite'
    ? sql`select ${list} from json_each(${placeholder}) where true`
    : sql`select ${list} from jsonb_array_elements(${placeholder}::jsonb)`;
}

interface RowsShape {
  table: SQLiteTable;
  /** The columns for which a row has a value. */
  columns: [string, SQLiteColumn][];
}

function keyOf({ table, columns }: RowsShape): string {
  return [getTableName(table), ...columns.map(([name]) => name)].join(' ');
}

const columnsByTable = new WeakMap<SQLiteTable, [string, SQLiteColumn][]>();

function columnsOf(table: SQLiteTable): [string, SQLiteColumn][] {
  let columns = columnsByTable.get(table);
  if (columns === undefined) {
    columns = Object.entries<SQLiteColumn>(getTableColumns(table));
    columnsByTable.set(table, columns);
  }
  return columns;
}

function shapeOf(table: SQLiteTable, rows: readonly Row[]): RowsShape {
  return { table, columns: columnsOf(table).filter(([name]) => rows.some((row) => row[name] !== undefined)) };
}

function driverValue(column: SQLiteColumn, value: unknown): unknown {
  return value == null ? null : column.mapToDriverValue(value);
}

/** Returns the values of the rows as JSON: a list for each row. */
function rowsOf(table: SQLiteTable, rows: readonly Row[]): { shape: RowsShape; values: string } {
  const shape = shapeOf(table, rows);
  const values = rows.map((row) => shape.columns.map(([name, column]) => driverValue(column, row[name])));
  return { shape, values: JSON.stringify(values) };
}

function inserting(queries: Pick<Queries, 'insert'>, { table, columns }: RowsShape, placeholderName = 'rows') {
  const selected = insertedRows(
    columns.map(([, column]) => column),
    placeholderName,
  );
  return queries.insert(withColumns(table, columns)).select(selected);
}

const inserts = statementByShape(
  ({ onConflict, ...rows }: RowsShape & { onConflict: OnConflict }) => `${onConflict} ${keyOf(rows)}`,
  (queries, { onConflict, ...rows }) => {
    const query = inserting(queries, rows);
    return onConflict === 'ignore' ? query.onConflictDoNothing() : query;
  },
);

/** A single row by its values, which SQLite inserts twice as fast as from JSON. */
const insertsOfOne = statementByShape(
  ({ onConflict, ...row }: RowsShape & { onConflict: OnConflict }) => `one ${onConflict} ${keyOf(row)}`,
  (queries, { onConflict, table, columns }) => {
    const values = Object.fromEntries(columns.map(([name]) => [name, sql`${sql.placeholder(name)}`]));
    const query = queries.insert(withColumns(table, columns)).values(values);
    return onConflict === 'ignore' ? query.onConflictDoNothing() : query;
  },
);

/**
 * Inserts any number of rows with one prepared statement, for which the builder alone would create new SQL for each number of
 * rows. A column that one row provides is null in the rows that do not.
 *
 * @param recorded The rows as the change recorder sees them, if they need more than their own columns to be placed.
 * @param isInitial Whether the recorded rows of a customer are stored with the customer, whose history begins after them. By default, none are.
 */
export async function insertRows<Table extends SQLiteTable>(
  transaction: Queries,
  table: Table,
  rows: readonly Table['$inferInsert'][],
  {
    onConflict = 'fail',
    recorded = rows,
    isInitial,
  }: { onConflict?: OnConflict; recorded?: readonly Row[]; isInitial?: IsInitial } = {},
): Promise<void> {
  await insertUnrecorded(transaction, table, rows, onConflict);
  recorderOf(transaction)?.inserted(table, recorded, isInitial);
}

async function insertUnrecorded<Table extends SQLiteTable>(
  transaction: Queries,
  table: Table,
  rows: readonly Table['$inferInsert'][],
  onConflict: OnConflict = 'fail',
): Promise<void> {
  const [first] = rows as readonly Row[];
  if (first === undefined) return;
  if (dialect === 'sqlite' && rows.length === 1) {
    const { columns } = shapeOf(table, [first]);
    const values = Object.fromEntries(columns.map(([name, column]) => [name, driverValue(column, first[name])]));
    await insertsOfOne(transaction, { table, columns, onConflict }, values);
    return;
  }
  const { shape, values } = rowsOf(table, rows);
  await inserts(transaction, { ...shape, onConflict }, { rows: values });
}

/** Rows to insert into a table. */
export interface TableRows {
  table: SQLiteTable;
  rows: readonly Row[];
}

export function rowsFor<Table extends SQLiteTable>(table: Table, rows: readonly Table['$inferInsert'][]): TableRows {
  return { table, rows };
}

const insertsTogether = statementByShape(
  (shapes: readonly RowsShape[]) => shapes.map(keyOf).join(),
  (queries, [first, ...others]: readonly RowsShape[]) => {
    if (first === undefined) throw new Error('There are no rows to insert.');
    const inserted = others.map((shape, index) =>
      queries.$with(`inserted_${index}`, {}).as(inserting(queries, shape, `rows${index + 1}`).getSQL()),
    );
    return inserting(queries.with(...inserted), first, 'rows0');
  },
);

/**
 * Inserts rows of several tables without recording them, on PostgreSQL with one statement. The tables must not have foreign keys to
 * each other.
 */
export async function insertTogether(transaction: Queries, ...all: readonly TableRows[]): Promise<void> {
  const inserted = all.filter(({ rows }) => rows.length > 0);
  if (dialect === 'sqlite' || inserted.length < 2) {
    for (const { table, rows } of inserted) await insertUnrecorded(transaction, table, rows);
    return;
  }
  const tables = inserted.map(({ table, rows }) => rowsOf(table, rows));
  await insertsTogether(
    transaction,
    tables.map(({ shape }) => shape),
    Object.fromEntries(tables.map(({ values }, index) => [`rows${index}`, values])),
  );
}

/** Like `insertTogether`, in a transaction of its own that does not wait for other writes of the tick. */
export async function insertAtOnce(database: Database, ...all: readonly TableRows[]): Promise<void> {
  // A single statement is a transaction of its own.
  if (dialect === 'postgresql') {
    await retryConflicts(() => insertTogether(database.read, ...all));
    database.statistics.committedAt = performance.now();
  } else await database.transaction((transaction) => insertTogether(transaction, ...all), { isGathered: true });
}
