import { getTableName, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Queries } from './database.ts';
import type { Existing } from './insert-rows.ts';
import { preparedByKey } from './prepared.ts';

type RowOf<Table extends SQLiteTable> = Table['$inferSelect'];

/** Those that have a value, or null; the builder leaves out the others too. */
function givenNames(values: Record<string, unknown>): string[] {
  return Object.keys(values).filter((name) => values[name] !== undefined);
}

/** Of its own for each column: no placeholder of a condition is named like it. */
function placeholderOf(name: string): string {
  return `new ${name}`;
}

function placeholders(names: readonly string[]): Record<string, SQL> {
  return Object.fromEntries(names.map((name) => [name, sql`${sql.placeholder(placeholderOf(name))}`]));
}

/** The values as the driver takes them. Drizzle would ask the column to encode null too. */
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

const inserts = preparedByKey<Record<string, unknown>[]>();

/**
 * Inserts a row by a statement that is prepared, and gives it as it is stored; nothing where its key is there already and
 * it is to be left out then.
 */
export async function insertRow<Table extends SQLiteTable>(
  transaction: Queries,
  table: Table,
  row: Table['$inferInsert'],
  existing: Existing = 'refused',
): Promise<RowOf<Table>[]> {
  const names = givenNames(row);
  const insert = inserts([getTableName(table), existing, ...names], (queries) => {
    const inserting = queries.insert(table as SQLiteTable).values(placeholders(names));
    return (existing === 'keep existing' ? inserting.onConflictDoNothing() : inserting).returning();
  });
  return insert(transaction, driverValues(table, names, row));
}

/**
 * Sets columns of the rows that meet `condition`, and what `always` sets, by a statement that is prepared, and gives the rows
 * as they are stored.
 */
export function updateOf<Table extends SQLiteTable>(
  table: Table,
  condition: SQL | undefined,
  always: Record<string, SQL> = {},
) {
  const updates = preparedByKey<Record<string, unknown>[]>();
  return async (
    transaction: Queries,
    values: Partial<Table['$inferInsert']>,
    conditionValues: Record<string, unknown>,
  ): Promise<RowOf<Table>[]> => {
    const names = givenNames(values);
    const update = updates(names, (queries) =>
      queries
        .update(table as SQLiteTable)
        .set({ ...placeholders(names), ...always })
        .where(condition)
        .returning(),
    );
    return update(transaction, { ...conditionValues, ...driverValues(table, names, values) });
  };
}
