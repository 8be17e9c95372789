import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Row, recorderOf } from './change-recorder.ts';
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

/** Returns the values of the rows as JSON: a list for each row. */
function rowsOf<Table extends SQLiteTable>(
  table: Table,
  rows: readonly Table['$inferInsert'][],
): { shape: RowsShape; values: string } {
  const records: readonly Record<string, unknown>[] = rows;
  const columns = Object.entries<SQLiteColumn>(getTableColumns(table as SQLiteTable)).filter(([name]) =>
    records.some((row) => row[name] !== undefined),
  );
  const values = records.map((row) =>
    columns.map(([name, column]) => (row[name] == null ? null : column.mapToDriverValue(row[name]))),
  );
  return { shape: { table, columns }, values: JSON.stringify(values) };
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

/**
 * Inserts any number of rows with one prepared statement, for which the builder alone would create new SQL for each number of
 * rows. A column that one row provides is null in the rows that do not.
 *
 * @param recorded The rows as the change recorder sees them, if they need more than their own columns to be placed.
 */
export async function insertRows<Table extends SQLiteTable>(
  transaction: Queries,
  table: Table,
  rows: readonly Table['$inferInsert'][],
  { onConflict = 'fail', recorded = rows }: { onConflict?: OnConflict; recorded?: readonly Row[] } = {},
): Promise<void> {
  await insertUnrecorded(transaction, table, rows, onConflict);
  recorderOf(transaction)?.inserted(table, recorded);
}

async function insertUnrecorded<Table extends SQLiteTable>(
  transaction: Queries,
  table: Table,
  rows: readonly Table['$inferInsert'][],
  onConflict: OnConflict = 'fail',
): Promise<void> {
  if (rows.length === 0) return;
  const { shape, values } = rowsOf(table, rows);
  await inserts(transaction, { ...shape, onConflict }, { rows: values });
}

const insertsTogether = statementByShape(
  ({ rows, others }: { rows: RowsShape; others: RowsShape }) => `${keyOf(rows)} ${keyOf(others)}`,
  (queries, { rows, others }) => {
    const insertOthers = queries.$with('others', {}).as(inserting(queries, others, 'others').getSQL());
    return inserting(queries.with(insertOthers), rows);
  },
);

/**
 * Inserts rows of two tables without recording them, on PostgreSQL with one statement. The tables must not have foreign keys to each
 * other.
 */
export async function insertTogether<One extends SQLiteTable, Other extends SQLiteTable>(
  transaction: Queries,
  [table, rows]: readonly [One, readonly One['$inferInsert'][]],
  [otherTable, otherRows]: readonly [Other, readonly Other['$inferInsert'][]],
): Promise<void> {
  if (dialect === 'sqlite' || rows.length === 0 || otherRows.length === 0) {
    await insertUnrecorded(transaction, table, rows);
    await insertUnrecorded(transaction, otherTable, otherRows);
    return;
  }
  const first = rowsOf(table, rows);
  const second = rowsOf(otherTable, otherRows);
  await insertsTogether(
    transaction,
    { rows: first.shape, others: second.shape },
    { rows: first.values, others: second.values },
  );
}

/** Like `insertTogether`, in a transaction of its own that does not wait for other writes of the tick. */
export async function insertAtOnce<One extends SQLiteTable, Other extends SQLiteTable>(
  database: Database,
  rows: readonly [One, readonly One['$inferInsert'][]],
  otherRows: readonly [Other, readonly Other['$inferInsert'][]],
): Promise<void> {
  // A single statement is a transaction of its own.
  if (dialect === 'postgresql') {
    await retryConflicts(() => insertTogether(database.read, rows, otherRows));
    database.statistics.committedAt = performance.now();
  } else
    await database.transaction((transaction) => insertTogether(transaction, rows, otherRows), { isGathered: true });
}
