import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Queries } from './database.ts';
import { dialect } from './dialect.ts';

interface PreparedInsert {
  execute(values: { rows: string }): Promise<unknown>;
}

/** Of each handle for writes: SQLite has one, on PostgreSQL each transaction has its own. */
const prepared = new WeakMap<Queries, Map<SQLiteTable, PreparedInsert>>();
/** PostgreSQL knows a prepared statement by its name, on each of its connections. */
const names = new Map<SQLiteTable, string>();

function insertedRows(columns: readonly SQLiteColumn[]): SQL {
  const placeholder = sql.placeholder('rows');
  const values = columns.map((column, index) => {
    const value = sql.raw(`value ->> ${index}`);
    return dialect === 'sqlite' ? value : sql`(${value})::${sql.raw(column.getSQLType())}`;
  });
  const list = sql.join(values, sql`, `);
  return dialect === 'sqlite'
    ? sql`select ${list} from json_each(${placeholder})`
    : sql`select ${list} from json_array_elements(${placeholder}::json)`;
}

function preparedInsert(transaction: Queries, table: SQLiteTable, columns: readonly SQLiteColumn[]): PreparedInsert {
  const ofTransaction = prepared.get(transaction) ?? new Map<SQLiteTable, PreparedInsert>();
  prepared.set(transaction, ofTransaction);
  let insert = ofTransaction.get(table);
  if (insert === undefined) {
    const name = names.get(table) ?? `insert_rows_${names.size}`;
    names.set(table, name);
    const query = transaction.insert(table).select(insertedRows(columns));
    const { prepare } = query as unknown as { prepare(name: string): PreparedInsert };
    insert = prepare.call(query, name);
    ofTransaction.set(table, insert);
  }
  return insert;
}

/** Inserts rows that have a value, or null, for every column: one prepared statement for any number of them. */
export async function insertRows<Table extends SQLiteTable>(
  transaction: Queries,
  table: Table,
  rows: readonly Table['$inferSelect'][],
): Promise<void> {
  if (rows.length === 0) return;
  const entries = Object.entries<SQLiteColumn>(getTableColumns(table as SQLiteTable));
  const values = rows.map((row: Record<string, unknown>) =>
    entries.map(([name, column]) => (row[name] === null ? null : column.mapToDriverValue(row[name]))),
  );
  const columns = entries.map(([, column]) => column);
  await preparedInsert(transaction, table, columns).execute({ rows: JSON.stringify(values) });
}
