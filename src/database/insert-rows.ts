import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Queries } from './database.ts';
import { dialect } from './dialect.ts';

/** What becomes of a row whose key is there already: it is left out, or all rows are refused. */
type Existing = 'left out' | 'refused';

interface PreparedInsert {
  execute(values: { rows: string }): Promise<unknown>;
}

/** Of each handle for writes: SQLite has one, on PostgreSQL each transaction has its own. */
const prepared = new WeakMap<Queries, Map<string, PreparedInsert>>();
/** PostgreSQL knows a prepared statement by its name, on each of its connections. */
const names = new Map<string, string>();

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

function preparedInsert(
  transaction: Queries,
  table: SQLiteTable,
  columns: [string, SQLiteColumn][],
  existing: Existing,
): PreparedInsert {
  const ofTransaction = prepared.get(transaction) ?? new Map<string, PreparedInsert>();
  prepared.set(transaction, ofTransaction);
  const key = [getTableName(table), existing, ...columns.map(([name]) => name)].join(' ');
  let insert = ofTransaction.get(key);
  if (insert === undefined) {
    const name = names.get(key) ?? `insert_rows_${names.size}`;
    names.set(key, name);
    const rows = insertedRows(columns.map(([, column]) => column));
    const inserting = transaction.insert(withColumns(table, columns)).select(rows);
    const query = existing === 'left out' ? inserting.onConflictDoNothing() : inserting;
    const { prepare } = query as unknown as { prepare(name: string): PreparedInsert };
    insert = prepare.call(query, name);
    ofTransaction.set(key, insert);
  }
  return insert;
}

/**
 * Inserts any number of rows with one prepared statement, where the builder alone would make the SQL of each anew. Each row
 * has a value, or null, for the columns of the first.
 */
export async function insertRows<Table extends SQLiteTable>(
  transaction: Queries,
  table: Table,
  rows: readonly Table['$inferInsert'][],
  existing: Existing = 'refused',
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.entries<SQLiteColumn>(getTableColumns(table as SQLiteTable)).filter(([name]) =>
    Object.hasOwn(first, name),
  );
  const values = rows.map((row: Record<string, unknown>) =>
    columns.map(([name, column]) => (row[name] === null ? null : column.mapToDriverValue(row[name]))),
  );
  await preparedInsert(transaction, table, columns, existing).execute({ rows: JSON.stringify(values) });
}
