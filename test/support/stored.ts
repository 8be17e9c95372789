/**
 * The content of a database without the audit trail, the table of changes, and the history of customers, to compare it
 * before and after an operation.
 *
 *   const before = await everythingStored(gateway.database);
 *   …
 *   expect(await everythingStored(gateway.database)).toEqual(before);
 */
import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { getTableColumns, getTableName, is, type SQL, sql, Table } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from '../../src/database/database.ts';
import { dialect } from '../../src/database/dialect.ts';

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

/** Whether the table contains what was done, as opposed to its result. */
function isRecord(table: SQLiteTable): boolean {
  return getTableName(table).startsWith('audit_') || ['change', 'customer_history'].includes(getTableName(table));
}

const comparedTables = allTables.filter((table) => !isRecord(table));

/** Returns a row as text. The database creates it, because the tests compare everything that is stored thousands of times. */
export function rowText(table: SQLiteTable): SQL<string> {
  const columns = sql.join(Object.values<SQLiteColumn>(getTableColumns(table)), sql`, `);
  return dialect === 'sqlite' ? sql`json_array(${columns})` : sql`${table}::text`;
}

/** Returns a text that every write of the table changes, together with the number of rows. Null if there are none. */
function contentText(table: SQLiteTable): SQL<string | null> {
  // SQLite returns unchanged rows in an unchanged order.
  if (dialect === 'sqlite') return sql`group_concat(${rowText(table)})`;
  // An insertion or an update stores the ID of its transaction, which is greater than all before. A deletion reduces the number.
  return sql`sum(${table}.xmin::text::bigint)::text`;
}

/**
 * Returns the number of rows and a hash of them for each table, because a failed assertion prints these values.
 *
 * @param condition Returns the condition of the compared rows: undefined for all rows of a table, null for none.
 */
export async function everythingStored(
  database: Database,
  condition: (table: SQLiteTable) => SQL | undefined | null = () => undefined,
): Promise<Record<string, string>> {
  const columns: Record<string, SQL<string>> = {};
  for (const table of comparedTables) {
    const where = condition(table);
    if (where === null) continue;
    const text = sql`count(*) || ' rows ' || coalesce(${contentText(table)}, '')`;
    columns[getTableName(table)] = sql`(select ${text} from ${table} where ${where ?? sql`true`})`;
  }
  const [texts = {}] = await database.read.select(columns).from(sql`(select 1) as one`);
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, hashed(text)]));
}

/** Replaces the rows by their hash, and keeps their number. */
function hashed(text: string): string {
  const [, count = '', rows = ''] = /^(\d+ rows )(.*)$/s.exec(text) ?? [];
  return count + createHash('sha256').update(rows).digest('hex');
}
