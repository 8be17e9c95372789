import { and, getTableColumns, getTableName, isNotNull, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { inKeys, keyValues } from '../database/batch.ts';
import type { Database } from '../database/database.ts';
import { withDates } from '../database/json-dates.ts';
import { statementByShape } from '../database/statement.ts';
import { identityOf, type Row } from './row.ts';

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

function nullableColumns(columns: readonly SQLiteColumn[]): SQLiteColumn[] {
  return columns.filter((column) => !column.notNull);
}

const findRows = statementByShape<ColumnsOfTable, Row[]>(columnsKey, (queries, shape) =>
  queries
    .select()
    .from(shape.table)
    // No key contains null. Partial indexes need the condition.
    .where(and(inKeys(keyColumnsOf(shape)), ...nullableColumns(keyColumnsOf(shape)).map(isNotNull))),
);

export async function isEmptyTable(database: Database, table: SQLiteTable): Promise<boolean> {
  return (await database.read.select().from(table).limit(1)).length === 0;
}

/** Finds the rows of the database that have the same values in these columns as one of `rows`. */
export async function storedRows(
  database: Database,
  table: SQLiteTable,
  names: readonly string[],
  rows: readonly object[],
): Promise<Row[]> {
  const keys = new Map(
    (rows as readonly Row[])
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

/** Counts the rows of the database that have these values in the columns. The map key is the identity of the values. */
export async function storedCounts(
  database: Database,
  table: SQLiteTable,
  names: readonly string[],
  values: readonly object[],
): Promise<Map<string, number>> {
  if (values.length === 0) return new Map();
  const keys = (values as readonly Row[]).map((row) => names.map((name) => String(row[name])));
  const keyList = keyValues(names.length === 1 ? keys.map(([key = '']) => key) : keys);
  const rows = await countRows(database, { table, names }, keyList);
  return new Map(rows.map((row) => [identityOf(names, row), Number(row.count)]));
}

/** The staged row with its customer, bank and dates. It omits null for columns that cannot be null. */
export function rowOfStaged(
  table: SQLiteTable,
  staged: { row: Row; customerId: string | null; bankId: string | null },
): Row {
  const columns = columnsOf(table);
  const row = withDates(table, { ...staged.row });
  if (columns.customerId !== undefined && staged.customerId !== null) row.customerId = staged.customerId;
  if (columns.bankId !== undefined && staged.bankId !== null) row.bankId = staged.bankId;
  for (const name of Object.keys(row)) if (row[name] === null && columns[name]?.notNull === true) delete row[name];
  return row;
}
