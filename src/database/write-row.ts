/**
 * Writes of rows that a change recorder sees. Statements that it must not see, such as those of counters, use the builder.
 */
import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { recorderOf } from './change-recorder.ts';
import type { Queries } from './database.ts';
import type { OnConflict } from './insert-rows.ts';
import { statement, statementByShape } from './statement.ts';

type RowOf<Table extends SQLiteTable> = Table['$inferSelect'];

/** The names of the columns whose values are not undefined, which the builder omits, too. */
function providedNames(values: Record<string, unknown>): string[] {
  return Object.keys(values).filter((name) => values[name] !== undefined);
}

/** Differs from the names of the placeholders in conditions. */
function placeholderOf(name: string): string {
  return `new ${name}`;
}

function placeholders(names: readonly string[]): Record<string, SQL> {
  return Object.fromEntries(names.map((name) => [name, sql`${sql.placeholder(placeholderOf(name))}`]));
}

/** The values as the driver accepts them. Null is not encoded, although Drizzle would ask the column to encode it. */
function driverValues(
  table: SQLiteTable,
  names: readonly string[],
  values: Record<string, unknown>,
): Record<string, unknown> {
  const columns = table as unknown as Record<string, SQLiteColumn>;
  const encoded: Record<string, unknown> = {};
  for (const name of names) {
    const value = values[name];
    encoded[placeholderOf(name)] = value === null ? null : columns[name]?.mapToDriverValue(value);
  }
  return encoded;
}

type Values<Table extends SQLiteTable> = Partial<Table['$inferInsert']>;

interface RowShape {
  table: SQLiteTable;
  names: readonly string[];
  onConflict: OnConflict;
}

const inserts = statementByShape(
  ({ table, names, onConflict }: RowShape) => [getTableName(table), onConflict, ...names].join(' '),
  (queries, { table, names, onConflict }) => {
    const inserting = queries.insert(table).values(placeholders(names));
    return (onConflict === 'ignore' ? inserting.onConflictDoNothing() : inserting).returning();
  },
);

/**
 * Inserts a row with a prepared statement.
 *
 * @returns The row as stored. Empty if the row exists and `onConflict` is `ignore`.
 */
export async function insertRow<Table extends SQLiteTable>(
  transaction: Queries,
  table: Table,
  row: Table['$inferInsert'],
  onConflict: OnConflict = 'fail',
): Promise<RowOf<Table>[]> {
  const names = providedNames(row);
  const inserted = await inserts(transaction, { table, names, onConflict }, driverValues(table, names, row));
  if (inserted.length > 0) recorderOf(transaction)?.inserted(table, [row]);
  return inserted;
}

interface Update<Table extends SQLiteTable> {
  /** The row as far as it was read. A column is recorded as changed if its new value differs. */
  before: Partial<RowOf<Table>>;
  set: Values<Table>;
  /** The values of the placeholders in the condition. */
  where: Record<string, unknown>;
}

function recordUpdates(
  transaction: Queries,
  table: SQLiteTable,
  before: Record<string, unknown>,
  rows: readonly Record<string, unknown>[],
  names: readonly string[],
): void {
  for (const row of rows) recorderOf(transaction)?.updated(table, before, row, names);
}

/**
 * Makes a function that updates the rows that meet `condition` with a prepared statement, and returns the rows as stored.
 * Each update also sets the columns of `always`.
 */
export function updateOf<Table extends SQLiteTable>(
  table: Table,
  condition: SQL | undefined,
  always: Record<string, SQL> = {},
) {
  const updates = statementByShape(
    (names: readonly string[]) => names.join(' '),
    (queries, names) =>
      queries
        .update(table as SQLiteTable)
        .set({ ...placeholders(names), ...always })
        .where(condition)
        .returning(),
  );
  return async (transaction: Queries, { before, set, where }: Update<Table>): Promise<RowOf<Table>[]> => {
    const names = providedNames(set);
    const rows = await updates(transaction, names, { ...where, ...driverValues(table, names, set) });
    recordUpdates(transaction, table, before, rows, names);
    return rows;
  };
}

/** Updates the rows that meet a condition, and returns the rows as stored. Use it for statements that are rare or vary. */
export async function updateRows<Table extends SQLiteTable>(
  transaction: Queries,
  table: Table,
  {
    before,
    set,
    where,
  }: {
    before: Partial<RowOf<Table>>;
    set: { [Name in keyof Values<Table>]: Values<Table>[Name] | SQL };
    where: SQL | undefined;
  },
): Promise<RowOf<Table>[]> {
  const rows = await transaction
    .update(table as SQLiteTable)
    .set(set)
    .where(where)
    .returning();
  recordUpdates(transaction, table, before, rows, providedNames(set));
  return rows;
}

/** Makes a function that deletes the rows that meet `condition` with a prepared statement, and returns the deleted rows. */
export function deleteOf<Table extends SQLiteTable>(table: Table, condition: SQL | undefined) {
  const deleteMatching = statement((queries) =>
    queries
      .delete(table as SQLiteTable)
      .where(condition)
      .returning(),
  );
  return async (transaction: Queries, where: Record<string, unknown>): Promise<RowOf<Table>[]> => {
    const rows = await deleteMatching(transaction, where);
    recorderOf(transaction)?.deleted(table, rows);
    return rows;
  };
}

/**
 * Deletes the rows that meet a condition, and returns their `returned` columns, by default all. Use it for statements that are rare
 * or vary.
 */
export async function deleteRows<Table extends SQLiteTable>(
  transaction: Queries,
  table: Table,
  where: SQL | undefined,
  returned: Record<string, SQLiteColumn> = getTableColumns(table as SQLiteTable),
): Promise<RowOf<Table>[]> {
  const rows = await transaction
    .delete(table as SQLiteTable)
    .where(where)
    .returning(returned);
  recorderOf(transaction)?.deleted(table, rows);
  return rows;
}
