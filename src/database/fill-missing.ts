import { and, getTableColumns, isNull, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Queries } from './database.ts';
import { dialect } from './dialect.ts';

/** Called with the number of rows of a table in which a column was filled. */
export type OnFilled = (table: SQLiteTable, rows: number) => void;

/** A column that rows lack, and the values for the rows with these keys. */
export interface MissingValues {
  table: SQLiteTable;
  key: readonly SQLiteColumn[];
  column: SQLiteColumn;
  /** The values of the key of each row, followed by the value of the column. */
  values: readonly (readonly string[])[];
}

/** Sets a column of rows in which it is null, with one statement, because the builder alone would need one for each row. */
export async function fillMissing(transaction: Queries, { table, key, column, values }: MissingValues): Promise<void> {
  const json = JSON.stringify(values);
  const rows = dialect === 'sqlite' ? sql`json_each(${json})` : sql`jsonb_array_elements(${json}::jsonb)`;
  const valueAt = (index: number): SQL => sql`source.value ->> ${sql.raw(String(index))}`;
  const isRow = key.map((part, index) => sql`${part} = ${valueAt(index)}`);
  const names = Object.entries(getTableColumns(table)).flatMap(([name, other]) => (other === column ? [name] : []));
  await transaction
    .update(table)
    .set(Object.fromEntries(names.map((name) => [name, valueAt(key.length)])))
    .from(sql`${rows} as source`)
    .where(and(isNull(column), ...isRow));
}
