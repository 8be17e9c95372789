import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database, Queries } from './database.ts';
import { dialect } from './dialect.ts';
import { preparedByKey } from './prepared.ts';

/** What becomes of a row whose key is there already: it is left out, or all rows are refused. */
export type Existing = 'keep existing' | 'refused';

const inserts = preparedByKey<unknown>();

/** The table as the builder is to see it: it names every column in an insert, and the others are to get their defaults. */
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
  // SQLite takes `on conflict` for a part of the select, unless that has a condition. PostgreSQL reads json anew for each
  // value, jsonb not.
  return dialect === 'sqlite'
    ? sql`select ${list} from json_each(${placeholder}) where true`
    : sql`select ${list} from jsonb_array_elements(${placeholder}::jsonb)`;
}

interface Rows {
  table: SQLiteTable;
  /** Those that a row has a value for. */
  columns: [string, SQLiteColumn][];
  /** Lists of the values, as JSON. */
  values: string;
  /** The table and the columns: what tells statements apart. */
  key: string[];
}

function rowsOf<Table extends SQLiteTable>(table: Table, rows: readonly Table['$inferInsert'][]): Rows {
  const given: readonly Record<string, unknown>[] = rows;
  const columns = Object.entries<SQLiteColumn>(getTableColumns(table as SQLiteTable)).filter(([name]) =>
    given.some((row) => row[name] !== undefined),
  );
  const values = given.map((row) =>
    columns.map(([name, column]) => (row[name] == null ? null : column.mapToDriverValue(row[name]))),
  );
  const key = [getTableName(table), ...columns.map(([name]) => name)];
  return { table, columns, values: JSON.stringify(values), key };
}

function inserting(queries: Pick<Queries, 'insert'>, { table, columns }: Rows, placeholderName = 'rows') {
  const selected = insertedRows(
    columns.map(([, column]) => column),
    placeholderName,
  );
  return queries.insert(withColumns(table, columns)).select(selected);
}

/**
 * Inserts any number of rows with one prepared statement, where the builder alone would make the SQL of each anew. Each row
 * has a value, or null, for each column that another has.
 */
export async function insertRows<Table extends SQLiteTable>(
  transaction: Queries,
  table: Table,
  rows: readonly Table['$inferInsert'][],
  existing: Existing = 'refused',
): Promise<void> {
  if (rows.length === 0) return;
  const given = rowsOf(table, rows);
  const insert = inserts([existing, ...given.key], (queries) => {
    const query = inserting(queries, given);
    return existing === 'keep existing' ? query.onConflictDoNothing() : query;
  });
  await insert(transaction, { rows: given.values });
}

const insertsTogether = preparedByKey<unknown>();

/** Inserts rows of two tables that do not point at each other: on PostgreSQL with one statement, on SQLite with two. */
export async function insertTogether<One extends SQLiteTable, Other extends SQLiteTable>(
  transaction: Queries,
  [table, rows]: readonly [One, readonly One['$inferInsert'][]],
  [otherTable, otherRows]: readonly [Other, readonly Other['$inferInsert'][]],
): Promise<void> {
  if (dialect === 'sqlite' || rows.length === 0 || otherRows.length === 0) {
    await insertRows(transaction, table, rows);
    await insertRows(transaction, otherTable, otherRows);
    return;
  }
  const given = rowsOf(table, rows);
  const others = rowsOf(otherTable, otherRows);
  const insert = insertsTogether([...given.key, ...others.key], (queries) => {
    const insertOthers = queries.$with('others', {}).as(inserting(queries, others, 'others').getSQL());
    return inserting(queries.with(insertOthers), given);
  });
  await insert(transaction, { rows: given.values, others: others.values });
}

/** The same, all of it or nothing, where nothing else is written with it, and nothing more is to be waited for. */
export async function insertAtOnce<One extends SQLiteTable, Other extends SQLiteTable>(
  database: Database,
  some: readonly [One, readonly One['$inferInsert'][]],
  others: readonly [Other, readonly Other['$inferInsert'][]],
): Promise<void> {
  // One statement needs no transaction around it.
  if (dialect === 'postgresql') await insertTogether(database.read, some, others);
  else await database.transaction((transaction) => insertTogether(transaction, some, others), { isGathered: true });
}
