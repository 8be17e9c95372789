import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Queries } from './database.ts';
import { dialect } from './dialect.ts';
import { preparedByKey } from './prepared.ts';

/** What becomes of a row whose key is there already: it is left out, or all rows are refused. */
export type Existing = 'left out' | 'refused';

const inserts = preparedByKey<unknown>();

/** The table as the builder is to see it: it names every column in an insert, and the others are to get their defaults. */
function withColumns(table: SQLiteTable, columns: [string, SQLiteColumn][]): SQLiteTable {
  return Object.create(table, { [Symbol.for('drizzle:Columns')]: { value: Object.fromEntries(columns) } });
}

function insertedRows(columns: readonly SQLiteColumn[]): SQL {
  const placeholder = sql.placeholder('rows');
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
  const given: readonly Record<string, unknown>[] = rows;
  const columns = Object.entries<SQLiteColumn>(getTableColumns(table as SQLiteTable)).filter(([name]) =>
    given.some((row) => row[name] !== undefined),
  );
  const values = given.map((row) =>
    columns.map(([name, column]) => (row[name] == null ? null : column.mapToDriverValue(row[name]))),
  );
  const key = [getTableName(table), existing, ...columns.map(([name]) => name)];
  const insert = inserts(key, (queries) => {
    const selected = insertedRows(columns.map(([, column]) => column));
    const inserting = queries.insert(withColumns(table, columns)).select(selected);
    return existing === 'left out' ? inserting.onConflictDoNothing() : inserting;
  });
  await insert(transaction, { rows: JSON.stringify(values) });
}
