/** Compares a migrated database with the definitions of the tables, because a committed migration can be edited by mistake. */
import { getTableColumns, getTableName, is, SQL, sql } from 'drizzle-orm';
import { PgDialect, getTableConfig as postgresqlConfig } from 'drizzle-orm/pg-core';
import { type SQLiteColumn, type SQLiteTable, getTableConfig as sqliteConfig } from 'drizzle-orm/sqlite-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { dialect } from '../../src/database/dialect.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { createMigratedDatabaseUrl, type TestDatabase } from '../support/database-url.ts';
import { allTables } from '../support/stored.ts';

interface ColumnFacts {
  name: string;
  isRequired: boolean;
  /** As SQL, without the type. Null if the column has no default. */
  defaultValue: string | null;
}

let stored: TestDatabase;
let database: Database;

beforeAll(async () => {
  stored = await createMigratedDatabaseUrl();
  database = await openDatabase(stored.url);
});

afterAll(async () => {
  await database.close();
  await stored.drop();
});

function asSql(value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (is(value, SQL)) return new PgDialect().sqlToQuery(value).sql;
  throw new Error(`This test must be extended to defaults of the type ${typeof value}.`);
}

function definedColumns(table: SQLiteTable): ColumnFacts[] {
  return Object.values<SQLiteColumn>(getTableColumns(table)).map((column) => ({
    name: column.name,
    isRequired: column.notNull,
    defaultValue: asSql(column.default),
  }));
}

function definedIndexes(table: SQLiteTable): string[] {
  const { indexes } = dialect === 'sqlite' ? sqliteConfig(table) : postgresqlConfig(table as never);
  return indexes.map(({ config }) => config.name ?? '');
}

async function columnsInDatabase(table: string): Promise<ColumnFacts[]> {
  const [from, isRequired, defaultValue] =
    dialect === 'sqlite'
      ? [sql`pragma_table_info(${table})`, sql`"notnull" or pk > 0`, sql`dflt_value`]
      : [
          sql`information_schema.columns where table_schema = current_schema() and table_name = ${table}`,
          sql`is_nullable = 'NO'`,
          sql`column_default`,
        ];
  const name = dialect === 'sqlite' ? sql`name` : sql`column_name`;
  const rows = await database.read
    .select({
      name: sql<string>`${name}`,
      isRequired: sql<unknown>`${isRequired}`,
      defaultValue: sql<string | null>`${defaultValue}`,
    })
    .from(from as unknown as SQLiteTable);
  return rows.map((row) => ({
    name: row.name,
    isRequired: Boolean(row.isRequired),
    defaultValue: row.defaultValue?.replace(/::[\w ]+$/, '') ?? null,
  }));
}

async function indexesInDatabase(table: string): Promise<string[]> {
  const rows = await database.read
    .select({ name: sql<string>`${dialect === 'sqlite' ? sql`name` : sql`indexname`}` })
    .from(
      (dialect === 'sqlite'
        ? sql`sqlite_master where type = 'index' and sql is not null and tbl_name = ${table}`
        : sql`pg_indexes where schemaname = current_schema() and tablename = ${table}
            and indexname not in (select conname from pg_constraint)`) as unknown as SQLiteTable,
    );
  return rows.map(({ name }) => name);
}

const byName = (one: ColumnFacts, other: ColumnFacts) => one.name.localeCompare(other.name);

describe.each(allTables.map((table) => [getTableName(table), table] as const))(
  'the migrated table %s',
  (name, table) => {
    test('has the columns of its definition, with the same defaults', async () => {
      expect((await columnsInDatabase(name)).sort(byName)).toEqual(definedColumns(table).sort(byName));
    });

    // Indexes for searches in texts exist only in the migrations, as do the indexes of unique constraints on SQLite.
    test('has the indexes of its definition', async () => {
      expect(await indexesInDatabase(name)).toEqual(expect.arrayContaining(definedIndexes(table)));
    });
  },
);
