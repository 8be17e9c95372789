/**
 * All that a database holds, to be compared before and after; but for the audit trail, which tells also what was refused.
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

/** Every table of the program, by the name of its export. The names of their files find them, as for the migrations. */
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

/** The tables whose rows belong to customers. Those of the audit trail stay when a customer is deleted. */
export const tablesOfCustomers = allTables.filter(
  (table) => hasCustomer(table) && !getTableName(table).startsWith('audit_'),
);

const comparedTables = allTables.filter((table) => !getTableName(table).startsWith('audit_'));

/** For each table how many rows it has, and a hash of them: short enough to be read when two differ. */
export async function everythingStored(
  database: Database,
  counts: (row: Record<string, unknown>, table: string) => boolean = () => true,
): Promise<Record<string, string>> {
  const stored = await Promise.all(
    comparedTables.map(async (table) => {
      const name = getTableName(table);
      const rows = (await database.read.select().from(table)) as Record<string, unknown>[];
      const texts = rows.filter((row) => counts(row, name)).map((row) => JSON.stringify(row));
      return [name, `${texts.length} rows ${createHash('sha256').update(texts.sort().join('\n')).digest('hex')}`];
    }),
  );
  return Object.fromEntries(stored);
}
