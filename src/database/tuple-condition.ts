import { type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { dialect } from './dialect.ts';

/** The condition that the values of the columns are one of the `tuples`, which are the JSON of `tupleValues`. */
export function inTuples(columns: readonly SQLiteColumn[], tuples: Placeholder | string): SQL {
  const parts = columns.map((column, index) => {
    const value = sql`value ->> ${sql.raw(String(index))}`;
    return dialect === 'sqlite' ? value : sql`(${value})::${sql.raw(column.getSQLType())}`;
  });
  const rows = dialect === 'sqlite' ? sql`json_each(${tuples})` : sql`json_array_elements(${tuples}::json)`;
  return sql`(${sql.join([...columns], sql`, `)}) in (select ${sql.join(parts, sql`, `)} from ${rows})`;
}

/** The JSON for `inTuples`: for each row, a list of values in the order of the columns. */
export function tupleValues(columns: readonly SQLiteColumn[], rows: readonly (readonly unknown[])[]): string {
  return JSON.stringify(rows.map((row) => columns.map((column, index) => column.mapToDriverValue(row[index]))));
}
