import { getTableColumns, getTableName, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { inKeys, keyValues } from '../database/batch.ts';
import type { Database } from '../database/database.ts';
import { statementByShape } from '../database/statement.ts';
import type { Row } from './fields.ts';
import { keyOf } from './records.ts';

export function columnsOf(table: SQLiteTable): Record<string, SQLiteColumn> {
  return getTableColumns(table);
}

interface ColumnsOfTable {
  table: SQLiteTable;
  names: readonly string[];
}

function columnsKey({ table, names }: ColumnsOfTable): string {
  return [getTableName(table), ...names].join(' ');
}

function keyColumnsOf({ table, names }: ColumnsOfTable): SQLiteColumn[] {
  const columns = columnsOf(table);
  return names.map((name) => columns[name]).filter((column) => column !== undefined);
}

const findRows = statementByShape<ColumnsOfTable, Row[]>(columnsKey, (queries, shape) =>
  queries
    .select()
    .from(shape.table)
    .where(inKeys(keyColumnsOf(shape))),
);

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
  const values = keyValues(names.length === 1 ? list.map(([key = '']) => key) : list);
  return findRows(database, { table, names }, values);
}

/** Counts the rows of each combination of values of the columns. */
const countRows = statementByShape<ColumnsOfTable, Row[]>(columnsKey, (queries, shape) => {
  const { table, names } = shape;
  const columns = Object.fromEntries(Object.entries(columnsOf(table)).filter(([name]) => names.includes(name)));
  const keyColumns = keyColumnsOf(shape);
  return queries
    .select({ ...columns, count: sql<number>`count(*)`.mapWith(Number) })
    .from(table)
    .where(inKeys(keyColumns))
    .groupBy(...keyColumns);
});

/** How many rows of a table of children each of these customers has in the database. */
export async function storedCounts(
  database: Database,
  table: SQLiteTable,
  customerIds: string[],
): Promise<Map<string, number>> {
  const { customerId } = columnsOf(table);
  if (customerId === undefined || customerIds.length === 0) return new Map();
  const rows = await countRows(database, { table, names: ['customerId'] }, keyValues(customerIds));
  return new Map(rows.map((row) => [String(row.customerId), Number(row.count)]));
}

/** How many rows of a table in the database have these values in the columns, by `identityOf` of the values. */
export async function storedCountsBy(
  database: Database,
  table: SQLiteTable,
  names: string[],
  values: readonly Row[],
): Promise<Map<string, number>> {
  const keys = values.map((row) => names.map((name) => String(row[name])));
  const keyList = keyValues(names.length === 1 ? keys.map(([key = '']) => key) : keys);
  const rows = await countRows(database, { table, names }, keyList);
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
