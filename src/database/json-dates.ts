import { getTableColumns } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';

const timeColumns = new WeakMap<SQLiteTable, string[]>();

/** The columns of a table that contain times, on either database. */
function timeColumnsOf(table: SQLiteTable): string[] {
  let names = timeColumns.get(table);
  if (names === undefined) {
    names = Object.entries<SQLiteColumn>(getTableColumns(table))
      .filter(([, column]) => column.dataType === 'date' || column.getSQLType().startsWith('timestamp'))
      .map(([name]) => name);
    timeColumns.set(table, names);
  }
  return names;
}

/** Replaces the times of a row that was read from JSON, which are texts there, with dates. */
export function withDates<Row extends Record<string, unknown>>(table: SQLiteTable, row: Row): Row {
  const dates: Record<string, unknown> = row;
  for (const name of timeColumnsOf(table)) {
    const value = row[name];
    if (typeof value === 'string') dates[name] = new Date(value);
  }
  return row;
}
