import { getTableColumns, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Queries } from './database.ts';

/** The widest table has 33 columns, and both databases take more than 30,000 parameters in a statement. */
const rowsAtOnce = 100;

interface PreparedInsert {
  execute(values: unknown[]): Promise<unknown>;
}

/** Of each handle for writes: SQLite has one, on PostgreSQL each transaction has its own. */
const prepared = new WeakMap<Queries, Map<SQLiteTable, PreparedInsert>>();

function preparedInsert(transaction: Queries, table: SQLiteTable, columns: [string, SQLiteColumn][]): PreparedInsert {
  const ofTransaction = prepared.get(transaction) ?? new Map<SQLiteTable, PreparedInsert>();
  prepared.set(transaction, ofTransaction);
  let insert = ofTransaction.get(table);
  if (insert === undefined) {
    // Placeholders are named by their position, so that their values are just a list. A bare placeholder would be
    // encoded by its column, which fails on null.
    const rows = Array.from({ length: rowsAtOnce }, (_, row) =>
      Object.fromEntries(
        columns.map(([name], index) => [name, sql`${sql.placeholder(String(row * columns.length + index))}`]),
      ),
    );
    const query = transaction.insert(table).values(rows).onConflictDoNothing();
    // PostgreSQL knows a prepared statement by its name, on each of its connections.
    const { prepare } = query as unknown as { prepare(name: string): PreparedInsert };
    insert = prepare.call(query, `insert_many_${columns[0]?.[1].uniqueName ?? ''}_${columns.length}`);
    ofTransaction.set(table, insert);
  }
  return insert;
}

/**
 * Inserts any number of rows, much faster than the builder alone, which makes the SQL of each statement anew. A row whose
 * key is there already is left out. Each row has a value, or null, for the same columns.
 */
export async function insertMany<Table extends SQLiteTable>(
  transaction: Queries,
  table: Table,
  rows: Table['$inferInsert'][],
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
    await preparedInsert(transaction, table, columns).execute(values);
  }
  if (done < rows.length) {
    await transaction
      .insert(table as SQLiteTable)
      .values(rows.slice(done))
      .onConflictDoNothing();
  }
}
