import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { combineStatements } from './combined-statements.ts';
import type { Database, DatabaseOptions, DatabaseStatistics, Queries } from './database.ts';
import { currentDeadline } from './deadline.ts';
import { checkMigrations } from './migrations.ts';
import { PostgresqlConnections, type StatementConnection } from './postgresql-connections.ts';
import { appliedMigrations, migratePostgresql } from './postgresql-migrations.ts';
import { type SessionSchema, type Sessions, sessionsOf } from './postgresql-session.ts';
import { analyzeTables } from './postgresql-statistics.ts';
import { openReplicas } from './replicas.ts';
import { retryConflicts } from './retry-conflicts.ts';

/** A PostgreSQL server accepts 100 connections by default. */
function poolSize(processes: number): number {
  return Math.min(10, Math.max(4, Math.floor(60 / processes)));
}

/** The connection for statements that Drizzle sends, which knows no deadlines. */
function untilDeadline(connection: StatementConnection): StatementConnection {
  return { query: (config, values) => connection.query(config, values, currentDeadline()) };
}

export async function openPostgresql(url: string, options: DatabaseOptions): Promise<Database> {
  const schema: SessionSchema = { name: null };
  const { statementTimeoutMilliseconds } = options;
  const mode = options.migrate ?? 'create';
  // A worker can start while the database is unavailable. Its requests fail until the database is available again.
  const isWorker = mode === 'never' && options.isServing === true;
  if (!isWorker) await migratePostgresql(url, { ownerUrl: options.ownerUrl ?? null, mode, schema });
  const open = (sessions: Sessions, size: number) =>
    new PostgresqlConnections(sessions, { size, statementTimeoutMilliseconds });
  const primary = open(sessionsOf(url, { schema, statementTimeoutMilliseconds }), poolSize(options.processes ?? 1));
  /** The part of a database that sends statements to the primary or to a replica. */
  function readsOn(connection: StatementConnection) {
    const statistics: DatabaseStatistics = { statements: 0, roundTrips: 0, committedAt: Number.NEGATIVE_INFINITY };
    function onStatement(statement: string, parameters: unknown[]): void {
      statistics.statements += 1;
      options.onStatement?.(statement, parameters);
    }
    const logger = { logQuery: onStatement };
    const queries = (client: StatementConnection) =>
      drizzle(client as unknown as pg.Pool, { logger }) as unknown as Queries;
    return {
      queries,
      read: queries(untilDeadline(connection)),
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

  const { queries, ...reads } = readsOn(primary);
  /** One handle for each connection, so that statements are prepared once on each. */
  const queriesOfConnections = new WeakMap<StatementConnection, Queries>();
  function queriesOf(connection: StatementConnection): Queries {
    const cached = queriesOfConnections.get(connection) ?? queries(connection);
    queriesOfConnections.set(connection, cached);
    return cached;
  }
  const { replicaUrls = [], replicaMaxLagMilliseconds = 10_000 } = options;
  const database: Database = {
    ...reads,
    // Each server has one operation that waits for the server, and one that this process completes.
    concurrency: 2 * (1 + replicaUrls.length),
    replicas: null,
    async transaction(work) {
      const run = () => primary.transaction((connection) => work(queriesOf(connection)));
      const result = await retryConflicts(run);
      reads.statistics.committedAt = performance.now();
      return result;
    },
    async check() {
      checkMigrations('postgresql', await appliedMigrations(primary));
    },
    async backup() {
      throw new Error('PostgreSQL must be backed up with its own tools, such as pg_dump or pg_basebackup.');
    },
    updateStatistics: (written) => analyzeTables(sessionsOf(options.ownerUrl ?? url, { schema }), written),
    close: () => primary.close(),
  };
  if (replicaUrls.length === 0) return database;

  const replicas = openReplicas({
    primary,
    urls: replicaUrls,
    maxLagMilliseconds: replicaMaxLagMilliseconds,
    sessionsOn: (url, connection) =>
      sessionsOf(url, { schema, isReplica: true, statementTimeoutMilliseconds, connection }),
    openConnections: (sessions) => open(sessions, poolSize(1)),
    databaseOn: (connection) => ({ ...database, ...readsOn(connection) }),
    queryPrimary(config, values, deadline, isReplaceable) {
      reads.statistics.statements += 1;
      // The combined statements of a replica have names that are not prepared on connections to the primary.
      return primary.query({ ...config, name: undefined }, values, deadline, isReplaceable);
    },
  });
  return {
    ...database,
    replicas,
    async close() {
      await replicas.close();
      await primary.close();
    },
  };
}
