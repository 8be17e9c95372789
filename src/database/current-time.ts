import { type SQL, sql } from 'drizzle-orm';
import { dialect } from './dialect.ts';

/**
 * The time by the clock of the database, in milliseconds since 1970: the same for every process, and throughout a
 * statement.
 */
export const currentMilliseconds: SQL<number> =
  dialect === 'sqlite'
    ? sql`cast(unixepoch('subsec') * 1000 as integer)`
    : sql`(extract(epoch from statement_timestamp()) * 1000)::bigint`;
