import { type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { dialect } from './dialect.ts';

/** The values of the columns in all rows of a query, as the text of a JSON list: `[["CanGetUser",null],…]`. */
export function jsonList(...columns: SQLiteColumn[]): SQL<string> {
  const list = sql.join(columns, sql`, `);
  return dialect === 'sqlite'
    ? sql`json_group_array(json_array(${list}))`
    : sql`coalesce(json_agg(json_build_array(${list})), '[]')::text`;
}

/** The rows of a JSON list of pairs, `[["a",1],…]`, each of a text and a whole number: for a `select`. */
export function jsonPairs(list: Placeholder): { first: SQL; second: SQL; from: SQL } {
  return dialect === 'sqlite'
    ? { first: sql`value ->> 0`, second: sql`value ->> 1`, from: sql`json_each(${list})` }
    : { first: sql`value ->> 0`, second: sql`(value ->> 1)::bigint`, from: sql`jsonb_array_elements(${list}::jsonb)` };
}
