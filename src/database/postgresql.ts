import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { combineStatements, type StatementConnection } from './combined-statements.ts';
import type { Database, DatabaseOptions, DatabaseStatistics, Queries } from './database.ts';
import { checkMigrations } from './migrations.ts';
import { appliedMigrations, migratePostgresql } from './postgresql-migrations.ts';
import { type SessionSchema, type Sessions, sessionsOf } from './postgresql-session.ts';
import { openReplicas } from './replicas.ts';
import { deallocateDropped } from './statement-names.ts';

/** A PostgreSQL server accepts 100 connections by default. */
function poolSize(processes: number): number {
  return Math.min(10, Math.max(4, Math.floor(60 / processes)));
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

function openPool(sessions: Sessions, max: number): pg.Pool {
  const pool = new pg.Pool({ ...sessions.configuration, max, onConnect: sessions.prepare });
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
  const schema: SessionSchema = { name: null };
  const { statementTimeoutMilliseconds } = options;
  const mode = options.migrate ?? 'create';
  // A worker can start while the database is unavailable. Its requests fail until the database is available again.
  const isWorker = mode === 'never' && options.isServing === true;
  if (!isWorker) await migratePostgresql(url, { ownerUrl: options.ownerUrl ?? null, mode, schema });
  const pool = openPool(sessionsOf(url, { schema, statementTimeoutMilliseconds }), poolSize(options.processes ?? 1));
  /** The part of a database that sends statements to the primary or to a replica. */
  function readsOn(connection: StatementConnection) {
    const statistics: DatabaseStatistics = { statements: 0, roundTrips: 0, committedAt: Number.NEGATIVE_INFINITY };
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
    async transaction(work) {
      const result = await inTransaction(pool, (client) => work(queriesOf(client)));
      reads.statistics.committedAt = performance.now();
      return result;
    },
    async check() {
      checkMigrations('postgresql', await appliedMigrations(pool));
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
    sessionsOn: (url, connection) =>
      sessionsOf(url, { schema, isReplica: true, statementTimeoutMilliseconds, connection }),
    openPool: (sessions) => openPool(sessions, 10),
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
