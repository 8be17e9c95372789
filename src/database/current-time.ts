import { type SQL, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { dialect } from './dialect.ts';
import { statement } from './statement.ts';

/**
 * The time by the clock of the database, in milliseconds since 1970: the same for every process, and throughout a
 * statement.
 */
export const currentMilliseconds: SQL<number> =
  dialect === 'sqlite'
    ? sql`cast(unixepoch('subsec') * 1000 as integer)`
    : sql`(extract(epoch from statement_timestamp()) * 1000)::bigint`;

/** The same time, to compare it with columns of times. */
export const currentTimestamp: SQL = dialect === 'sqlite' ? currentMilliseconds : sql`statement_timestamp()`;

const selectTime = statement((queries) =>
  queries
    .select({ milliseconds: sql<number | string>`${currentMilliseconds}`.as('milliseconds') })
    .from(sql`(select 1) as one`),
);

/** Reads the time by the clock of the database, so that processes with different clocks agree. */
export async function readCurrentTime(queries: Queries): Promise<Date> {
  const [row] = await selectTime(queries);
  return new Date(Number(row?.milliseconds));
}
