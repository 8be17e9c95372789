/**
 * The content of a database without the audit trail, to compare it before and after an operation.
 *
 *   const before = await everythingStored(gateway.database);
 *   …
 *   expect(await everythingStored(gateway.database)).toEqual(before);
 */
import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { getTableColumns, getTableName, is, Table } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from '../../src/database/database.ts';

const source = new URL('../../src/', import.meta.url);

/**
 * Returns all tables of the program with the names of their exports. Like the migrations, finds them by their file
 * names.
 */
async function findTables(): Promise<[string, SQLiteTable][]> {
  const files = globSync('**/*.table.ts', { cwd: source });
  const modules: Record<string, unknown>[] = await Promise.all(files.map((file) => import(new URL(file, source).href)));
  return modules.flatMap((module) =>
    Object.entries(module).filter((entry): entry is [string, SQLiteTable] => is(entry[1], Table as never)),
  );
}

const tablesByName = await findTables();
export const allTableNames = tablesByName.map(([name]) => name);
export const allTables = tablesByName.map(([, table]) => table);

function hasCustomer(table: SQLiteTable): boolean {
  return Object.values<SQLiteColumn>(getTableColumns(table)).some(({ name }) => name === 'customer_id');
}

/** The tables whose rows belong to customers, without the audit trail, which remains when a customer is deleted. */
export const tablesOfCustomers = allTables.filter(
  (table) => hasCustomer(table) && !getTableName(table).startsWith('audit_'),
);

const comparedTables = allTables.filter((table) => !getTableName(table).startsWith('audit_'));

/** Returns the number of rows and a hash of them for each table, because a failed assertion prints these values. */
export async function everythingStored(
  database: Database,
  isCompared: (row: Record<string, unknown>, table: string) => boolean = () => true,
): Promise<Record<string, string>> {
  const stored = await Promise.all(
    comparedTables.map(async (table) => {
      const name = getTableName(table);
      const rows = (await database.read.select().from(table)) as Record<string, unknown>[];
      const texts = rows.filter((row) => isCompared(row, name)).map((row) => JSON.stringify(row));
      return [name, `${texts.length} rows ${createHash('sha256').update(texts.sort().join('\n')).digest('hex')}`];
    }),
  );
  return Object.fromEntries(stored);
}
