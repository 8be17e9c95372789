import { type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { dialect } from './dialect.ts';

/** The values of the columns in all rows of a query, as the text of a JSON list: `[["CanGetUser",null],…]`. */
export function jsonList(...columns: SQLiteColumn[]): SQL<string> {
  const list = sql.join(columns, sql`, `);
  return dialect === 'sqlite'
    ? sql`json_group_array(json_array(${list}))`
    : sql`coalesce(json_agg(json_build_array(${list})), '[]')::text`;
}
