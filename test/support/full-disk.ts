import type Sqlite from 'better-sqlite3';
import pg from 'pg';
import { dialectUnderTest } from './database-url.ts';
import type { Gateway } from './gateway.ts';

const tables = ['audit_event', 'readiness_check'];

/** Makes the database of a gateway fail like one whose disk is full, or work again. */
export async function setDiskFull({ config, database }: Gateway, isFull: boolean): Promise<void> {
  if (dialectUnderTest === 'sqlite') {
    await database.transaction(async (transaction) => {
      const { $client } = transaction as unknown as { $client: Sqlite.Database };
      // SQLite rounds the limit up to the present size.
      $client.pragma(`max_page_count = ${isFull ? 1 : 2 ** 30}`);
    });
    return;
  }
  const client = new pg.Client({ connectionString: config.databaseUrl });
  await client.connect();
  const statements = isFull
    ? [
        `create function fail_by_full_disk() returns trigger language plpgsql as
          $$ begin raise exception 'No space left on device' using errcode = '53100'; end $$`,
        ...tables.map(
          (table) =>
            `create trigger full_disk before insert or update on ${table} execute function fail_by_full_disk()`,
        ),
      ]
    : ['drop function fail_by_full_disk() cascade'];
  for (const statement of statements) await client.query(statement);
  await client.end();
}
