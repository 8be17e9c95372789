import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import pg from 'pg';
import type { Sessions } from './postgresql-session.ts';

/** The share of the rows of a table from which its statistics are updated, as that of autovacuum. */
const minShare = 0.1;

/**
 * Updates the statistics of the planner for the tables of which a large part was written. PostgreSQL skips tables that the user of
 * the sessions does not own.
 */
export async function analyzeTables(sessions: Sessions, written: ReadonlyMap<SQLiteTable, number>): Promise<void> {
  const names = [...written.keys()].map(getTableName);
  if (names.length === 0) return;
  const client = await sessions.open();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select written.name from unnest($1::text[], $2::float[]) as written (name, count)
      join pg_class on pg_class.oid = to_regclass(quote_ident(written.name))
      where written.count > 0 and written.count >= $3 * reltuples order by written.name`,
      [names, [...written.values()], minShare],
    );
    for (const { name } of rows) await client.query(`analyze ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
