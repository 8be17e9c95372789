import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Database, DatabaseOptions, DatabaseStatistics, Preparable, Queries } from './database.ts';
import { MigrationsMissing, pendingMigrations } from './migrations.ts';

/** Any number, the same in every process of this program: who holds it migrates. */
const migrationLock = 4_820_311;

async function appliedMigrations(client: pg.Pool | pg.PoolClient): Promise<string[]> {
  const known = await client.query("select to_regclass('migration') is not null as known");
  if (known.rows[0]?.known !== true) return [];
  const { rows } = await client.query<{ hash: string }>('select hash from migration');
  return rows.map(({ hash }) => hash);
}

async function inTransaction<Result>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Two processes that start at once: the second waits for the lock, and finds nothing to do. */
async function migrate(pool: pg.Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [migrationLock]);
    await client.query('create table if not exists migration (hash text primary key, applied_at text not null)');
    for (const { hash, statements } of pendingMigrations('postgresql', await appliedMigrations(client))) {
      for (const statement of statements) await client.query(statement);
      await client.query('insert into migration values ($1, $2)', [hash, new Date().toISOString()]);
    }
  });
}

export async function openPostgresql(url: string, options: DatabaseOptions): Promise<Database> {
  // A session in UTC reads every moment as it was written.
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 10_000,
    options: '-c TimeZone=UTC -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s',
  });
  // A connection that is lost while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  try {
    if (options.migrate !== false) await migrate(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const statistics: DatabaseStatistics = { statements: 0 };
  const logger = {
    logQuery(statement: string, parameters: unknown[]) {
      statistics.statements += 1;
      options.onStatement?.(statement, parameters);
    },
  };
  const queries = (client: pg.Pool | pg.PoolClient) => drizzle(client, { logger }) as unknown as Queries;
  let preparedStatements = 0;

  return {
    read: queries(pool),
    statistics,
    prepare<Row>(query: Preparable<Row>) {
      preparedStatements += 1;
      // On PostgreSQL a prepared statement has a name, and gives its rows through `execute`.
      const { prepare } = query as unknown as { prepare(name: string): { execute(values?: object): Promise<Row[]> } };
      const prepared = prepare.call(query, `gateway_${preparedStatements}`);
      return (values) => prepared.execute(values);
    },
    transaction: (work) => inTransaction(pool, (client) => work(queries(client))),
    async check() {
      const pending = pendingMigrations('postgresql', await appliedMigrations(pool)).length;
      if (pending > 0) throw new MigrationsMissing(pending);
    },
    async backup() {
      throw new Error('A PostgreSQL database is backed up with its own tools (pg_dump, pg_basebackup).');
    },
    close: () => pool.end(),
  };
}
