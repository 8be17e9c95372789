import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { combineStatements, type StatementConnection } from './combined-statements.ts';
import type { Database, DatabaseOptions, DatabaseStatistics, Queries } from './database.ts';
import { DatabaseUnavailable } from './database-unavailable.ts';
import { MigrationsMissing, pendingMigrations } from './migrations.ts';
import { grantToGateway } from './postgresql-grants.ts';
import { openReplicas } from './replicas.ts';
import { deallocateDropped } from './statement-names.ts';

/** The number of the advisory lock of migrations. It must be the same in every process. */
const migrationLock = 4_820_311;

const insufficientPrivilege = '42501';

/** A PostgreSQL server accepts 100 connections by default. */
function poolSize(processes: number): number {
  return Math.min(10, Math.max(4, Math.floor(60 / processes)));
}

async function appliedMigrations(client: pg.Pool | pg.PoolClient): Promise<string[]> {
  const table = await client.query("select to_regclass('migration') is not null as exists");
  if (table.rows[0]?.exists !== true) return [];
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

/** Checks for pending migrations first, because a user without DDL privileges fails even on `create table if not exists`. */
async function migrateIfPending(pool: pg.Pool): Promise<void> {
  const pending = pendingMigrations('postgresql', await appliedMigrations(pool)).length;
  if (pending === 0) return;
  try {
    await inTransaction(pool, migrate);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== insufficientPrivilege) throw error;
    throw new MigrationsMissing(pending, 'with DATABASE_OWNER_URL set to the owner of the tables');
  }
}

/** Migrates as the owner of the tables, and grants the user of `pool` what it needs. */
async function migrateAsOwner(ownerUrl: string, pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>('select current_user as name');
  const owner = openPool(ownerUrl, 1);
  try {
    await inTransaction(owner, async (client) => {
      await migrate(client);
      await grantToGateway(client, rows[0]?.name ?? '');
    });
  } catch (error) {
    const isRefused = error instanceof pg.DatabaseError && error.code === insufficientPrivilege;
    if (!isRefused) throw new DatabaseUnavailable('DATABASE_OWNER_URL', ownerUrl, error);
    throw new Error('The user of DATABASE_OWNER_URL must own the database and all its tables.');
  } finally {
    await owner.end();
  }
  const pending = pendingMigrations('postgresql', await appliedMigrations(pool)).length;
  if (pending > 0) throw new Error('DATABASE_OWNER_URL and DATABASE_URL must refer to the same database and schema.');
}

/** If two processes start at the same time, the second one waits for the lock and then finds no pending migrations. */
async function migrate(client: pg.PoolClient): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [migrationLock]);
  const pending = pendingMigrations('postgresql', await appliedMigrations(client));
  if (pending.length === 0) return;
  await client.query('create table if not exists migration (hash text primary key, applied_at text not null)');
  for (const { hash, statements } of pending) {
    for (const statement of statements) await client.query(statement);
    await client.query('insert into migration values ($1, $2)', [hash, new Date().toISOString()]);
  }
}

function openPool(connectionString: string, max: number, settings: pg.PoolConfig = {}): pg.Pool {
  // In UTC, times are read as they were written.
  const pool = new pg.Pool({
    connectionString,
    max,
    connectionTimeoutMillis: 10_000,
    options: '-c TimeZone=UTC -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s',
    ...settings,
  });
  // The pool replaces an idle connection that is lost. Without a listener, the error would end the process.
  pool.on('error', () => undefined);
  // The same for a connection in use. The statement that runs on it, or the next one, fails.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  pool.on('acquire', deallocateDropped);
  return pool;
}

export async function openPostgresql(url: string, options: DatabaseOptions): Promise<Database> {
  const pool = openPool(url, poolSize(options.processes ?? 1));
  const ownerUrl = options.ownerUrl ?? null;
  try {
    if (options.migrate !== false) await (ownerUrl === null ? migrateIfPending(pool) : migrateAsOwner(ownerUrl, pool));
    // A worker can start while the database is unavailable. Its requests fail until the database is available again.
    else if (!options.isServing) await pool.query('select');
  } catch (error) {
    await pool.end();
    throw error;
  }
  /** The part of a database that sends statements to the primary or to a replica. */
  function readsOn(connection: StatementConnection) {
    const statistics: DatabaseStatistics = { statements: 0, roundTrips: 0 };
    function onStatement(statement: string, parameters: unknown[]): void {
      statistics.statements += 1;
      options.onStatement?.(statement, parameters);
    }
    const logger = { logQuery: onStatement };
    const queries = (client: StatementConnection) => drizzle(client as pg.Pool, { logger }) as unknown as Queries;
    return {
      queries,
      read: queries(connection),
      statistics,
      prepare: combineStatements({
        connection,
        onStatement,
        onRoundTrip() {
          statistics.roundTrips += 1;
        },
      }),
    };
  }

  const { queries, ...reads } = readsOn(pool);
  /** One handle for each connection, so that statements are prepared once on each. */
  const queriesOfClients = new WeakMap<pg.PoolClient, Queries>();
  function queriesOf(client: pg.PoolClient): Queries {
    const cached = queriesOfClients.get(client) ?? queries(client);
    queriesOfClients.set(client, cached);
    return cached;
  }
  const { replicaUrls = [], replicaMaxLagMilliseconds = 10_000 } = options;
  const database: Database = {
    ...reads,
    // Each server has one operation that waits for the server, and one that this process completes.
    concurrency: 2 * (1 + replicaUrls.length),
    replicas: null,
    transaction: (work) => inTransaction(pool, (client) => work(queriesOf(client))),
    async check() {
      const pending = pendingMigrations('postgresql', await appliedMigrations(pool)).length;
      if (pending > 0) throw new MigrationsMissing(pending);
    },
    async backup() {
      throw new Error('PostgreSQL must be backed up with its own tools, such as pg_dump or pg_basebackup.');
    },
    close: () => pool.end(),
  };
  if (replicaUrls.length === 0) return database;

  const replicas = openReplicas({
    primary: pool,
    urls: replicaUrls,
    maxLagMilliseconds: replicaMaxLagMilliseconds,
    openPool: (url, settings) => openPool(url, 10, settings),
    databaseOn: (connection) => ({ ...database, ...readsOn(connection) }),
    queryPrimary(config, values) {
      reads.statistics.statements += 1;
      // The combined statements of a replica have names that are not prepared on connections to the primary.
      return pool.query({ ...config, name: undefined }, values);
    },
  });
  return {
    ...database,
    replicas,
    async close() {
      await replicas.close();
      await pool.end();
    },
  };
}
