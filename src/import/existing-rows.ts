import { getTableColumns, getTableName, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { inKeys, keyValues, oncePerDatabase } from '../database/batch.ts';
import type { Database } from '../database/database.ts';
import { keptByShape } from '../database/kept-by-shape.ts';
import type { Row } from './fields.ts';
import { keyOf } from './records.ts';

type Statement = (values: Record<string, unknown>) => Promise<Row[]>;

const statementsOf = oncePerDatabase(() => new Map<string, Statement>());

export function columnsOf(table: SQLiteTable): Record<string, SQLiteColumn> {
  return getTableColumns(table);
}

function statement(database: Database, table: SQLiteTable, names: string[]): Statement {
  const columns = columnsOf(table);
  const keyColumns = names.map((name) => columns[name]).filter((column) => column !== undefined);
  const statements = statementsOf(database);
  const key = keyColumns.map((column) => column.uniqueName ?? column.name).join() + Object.keys(columns).join();
  let found = statements.get(key);
  if (found === undefined) {
    found = database.prepare<Row>(database.read.select().from(table).where(inKeys(keyColumns)));
    statements.set(key, found);
  }
  return found;
}

/** What a row is known by. */
export function identityOf(names: string[], row: Row): string {
  return keyOf(...names.map((name) => row[name] ?? ''));
}

export async function isEmptyTable(database: Database, table: SQLiteTable): Promise<boolean> {
  return (await database.read.select().from(table).limit(1)).length === 0;
}

/** The rows of the database whose columns hold what one of these rows has there. */
export async function storedRows(
  database: Database,
  table: SQLiteTable,
  names: string[],
  rows: readonly Row[],
): Promise<Row[]> {
  const keys = new Map(
    rows
      .filter((row) => names.every((name) => typeof row[name] === 'string'))
      .map((row) => [identityOf(names, row), names.map((name) => String(row[name]))]),
  );
  if (keys.size === 0) return [];
  const list = [...keys.values()];
  return statement(database, table, names)(keyValues(names.length === 1 ? list.map(([key = '']) => key) : list));
}

const countStatementsOf = oncePerDatabase(() => new Map<SQLiteTable, Statement>());

/** How many rows of a table of children each of these customers has in the database. */
export async function storedCounts(
  database: Database,
  table: SQLiteTable,
  customerIds: string[],
): Promise<Map<string, number>> {
  const { customerId } = columnsOf(table);
  if (customerId === undefined || customerIds.length === 0) return new Map();
  const statements = countStatementsOf(database);
  let count = statements.get(table);
  if (count === undefined) {
    count = database.prepare<Row>(
      database.read
        .select({ customerId, count: sql<number>`count(*)`.mapWith(Number) })
        .from(table)
        .where(inKeys([customerId]))
        .groupBy(customerId),
    );
    statements.set(table, count);
  }
  return new Map((await count(keyValues(customerIds))).map((row) => [String(row.customerId), Number(row.count)]));
}

const countsByParent = oncePerDatabase(() => keptByShape<Statement>());

/** How many rows of a table in the database have these values in the columns, by `identityOf` of the values. */
export async function storedCountsBy(
  database: Database,
  table: SQLiteTable,
  names: string[],
  values: readonly Row[],
): Promise<Map<string, number>> {
  const columns = Object.fromEntries(Object.entries(columnsOf(table)).filter(([name]) => names.includes(name)));
  const keyColumns = names.map((name) => columns[name]).filter((column) => column !== undefined);
  const key = [getTableName(table), ...names].join(' ');
  const count = countsByParent(database)(key, () =>
    database.prepare<Row>(
      database.read
        .select({ ...columns, count: sql<number>`count(*)`.mapWith(Number) })
        .from(table)
        .where(inKeys(keyColumns))
        .groupBy(...keyColumns),
    ),
  );
  const keys = values.map((row) => names.map((name) => String(row[name])));
  const rows = await count(keyValues(names.length === 1 ? keys.map(([key = '']) => key) : keys));
  return new Map(rows.map((row) => [identityOf(names, row), Number(row.count)]));
}

const momentsOfTables = new WeakMap<SQLiteTable, string[]>();

/** The columns of a table that are moments, on either database. */
function momentsOf(table: SQLiteTable): string[] {
  let names = momentsOfTables.get(table);
  if (names === undefined) {
    names = Object.entries(columnsOf(table))
      .filter(([, column]) => column.dataType === 'date' || column.getSQLType().startsWith('timestamp'))
      .map(([name]) => name);
    momentsOfTables.set(table, names);
  }
  return names;
}

/** A staged row's moments, which JSON holds as text, as dates. */
export function revived(table: SQLiteTable, row: Row): Row {
  for (const name of momentsOf(table)) {
    const value = row[name];
    if (typeof value === 'string') row[name] = new Date(value);
  }
  return row;
}
