import { getTableColumns, getTableName, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Queries } from './database.ts';

/** The widest table has 36 columns, and both databases take more than 30,000 parameters in a statement. */
const rowsAtOnce = 100;

/** What becomes of a row whose key is there already: it is left out, or all rows are refused. */
type Existing = 'left out' | 'refused';

interface PreparedInsert {
  execute(values: unknown[]): Promise<unknown>;
}

/** Of each handle for writes: SQLite has one, on PostgreSQL each transaction has its own. */
const prepared = new WeakMap<Queries, Map<string, PreparedInsert>>();
/** PostgreSQL knows a prepared statement by its name, on each of its connections. */
const names = new Map<string, string>();

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
    // Placeholders are named by their position, so that their values are just a list. A bare placeholder would be
    // encoded by its column, which fails on null.
    const rows = Array.from({ length: rowsAtOnce }, (_, row) =>
      Object.fromEntries(
        columns.map(([name], index) => [name, sql`${sql.placeholder(String(row * columns.length + index))}`]),
      ),
    );
    const values = transaction.insert(table).values(rows);
    const query = existing === 'left out' ? values.onConflictDoNothing() : values;
    const name = names.get(key) ?? `insert_many_${names.size}`;
    names.set(key, name);
    const { prepare } = query as unknown as { prepare(name: string): PreparedInsert };
    insert = prepare.call(query, name);
    ofTransaction.set(key, insert);
  }
  return insert;
}

/**
 * Inserts any number of rows, much faster than the builder alone, which makes the SQL of each statement anew. Each row has
 * a value, or null, for the columns of the first.
 */
export async function insertMany<Table extends SQLiteTable>(
  transaction: Queries,
  table: Table,
  rows: Table['$inferInsert'][],
  existing: Existing,
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.entries<SQLiteColumn>(getTableColumns(table as SQLiteTable)).filter(([name]) =>
    Object.hasOwn(first, name),
  );
  let done = 0;
  for (; done + rowsAtOnce <= rows.length; done += rowsAtOnce) {
    const values: unknown[] = [];
    for (let index = done; index < done + rowsAtOnce; index += 1) {
      const row = rows[index] as Record<string, unknown>;
      for (const [name, column] of columns) {
        const value = row[name];
        values.push(value === null ? null : column.mapToDriverValue(value));
      }
    }
    await preparedInsert(transaction, table, columns, existing).execute(values);
  }
  if (done < rows.length) {
    const rest = transaction.insert(table as SQLiteTable).values(rows.slice(done));
    await (existing === 'left out' ? rest.onConflictDoNothing() : rest);
  }
}
