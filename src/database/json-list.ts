import { type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { dialect } from './dialect.ts';

/** Aggregates the values of the columns in all rows of a query to a JSON text: `[["CanGetUser",null],…]`. */
export function jsonList(...columns: SQLiteColumn[]): SQL<string> {
  const list = sql.join(columns, sql`, `);
  return dialect === 'sqlite'
    ? sql`json_group_array(json_array(${list}))`
    : sql`coalesce(json_agg(json_build_array(${list})), '[]')::text`;
}

/** Aggregates the column `id` of the rows that a select returns to a JSON text: `["a","b",…]`. */
export function jsonListOf(select: SQL): SQL<string> {
  const rows = sql`(${select}) as listed`;
  return dialect === 'sqlite'
    ? sql`(select json_group_array(id) from ${rows})`
    : sql`(select coalesce(json_agg(id), '[]')::text from ${rows})`;
}

/** The parts of a `select` that reads rows from a JSON list of pairs, `[["a",1],…]`, each of a text and an integer. */
export function jsonPairs(list: Placeholder): { first: SQL; second: SQL; from: SQL } {
  return dialect === 'sqlite'
    ? { first: sql`value ->> 0`, second: sql`value ->> 1`, from: sql`json_each(${list})` }
    : { first: sql`value ->> 0`, second: sql`(value ->> 1)::bigint`, from: sql`jsonb_array_elements(${list}::jsonb)` };
}

/** A derived table of the member names of a JSON object, in the column `key`. */
export function jsonKeys(object: SQL, name: string): SQL {
  return dialect === 'sqlite'
    ? sql`json_each(${object}) as ${sql.identifier(name)}`
    : sql`jsonb_object_keys(${object}) as ${sql.identifier(name)} (key)`;
}

/** A derived table of the texts in a JSON list of lists, `[["a","b"],…]`, which become the columns with these names. */
export function jsonTable(list: Placeholder | string, name: string, columns: readonly string[]): SQL {
  const parts = columns.map((column, index) => sql`value ->> ${sql.raw(String(index))} as ${sql.identifier(column)}`);
  const rows = dialect === 'sqlite' ? sql`json_each(${list})` : sql`jsonb_array_elements(${list}::jsonb)`;
  return sql`(select ${sql.join(parts, sql`, `)} from ${rows}) as ${sql.identifier(name)}`;
}
