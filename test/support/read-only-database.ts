import { setTimeout as sleep } from 'node:timers/promises';
import type Sqlite from 'better-sqlite3';
import pg from 'pg';
import type { Queries } from '../../src/database/database.ts';
import { dialectUnderTest } from './database-url.ts';
import type { Gateway } from './gateway.ts';

/** The connections to SQLite that write. Each is found once, because a read-only connection begins no transaction. */
const writers = new WeakMap<Gateway, Sqlite.Database>();

function handleOf(queries: Queries): Sqlite.Database {
  return (queries as unknown as { $client: Sqlite.Database }).$client;
}

/** Makes the database of a gateway refuse all writes, or accept them again. */
export async function setReadOnly(gateway: Gateway, isReadOnly: boolean): Promise<void> {
  const { config, database } = gateway;
  if (dialectUnderTest === 'sqlite') {
    const writer = writers.get(gateway) ?? (await database.transaction(async (transaction) => handleOf(transaction)));
    writers.set(gateway, writer);
    writer.pragma(`query_only = ${isReadOnly ? 'on' : 'off'}`);
    return;
  }
  const options = '-c default_transaction_read_only=off';
  const client = new pg.Client({ connectionString: config.databaseUrl, options });
  await client.connect();
  const name = pg.escapeIdentifier(client.database ?? '');
  await client.query(
    isReadOnly
      ? `alter database ${name} set default_transaction_read_only = on`
      : `alter database ${name} reset default_transaction_read_only`,
  );
  // The setting applies to new connections.
  await client.query(
    `select pg_terminate_backend(pid, 10000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`,
  );
  await client.end();
  // The pool drops the former connections as soon as it reads that they are closed.
  await sleep(50);
}
