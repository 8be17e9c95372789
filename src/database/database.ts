/** The interface of a database. SQLite and PostgreSQL implement it, so this file imports neither of them. */
import type { BaseSQLiteDatabase, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { DatabaseVariable } from './database-unavailable.ts';
import type { MigrationMode } from './migrations.ts';

/**
 * Builds queries: the handle for reads, or a transaction. A query must be sent with `await`, because `.all()`, `.get()`, and
 * `.run()` exist on only one of the two databases.
 */
export type Queries = Pick<
  BaseSQLiteDatabase<'async', unknown>,
  '$with' | 'with' | 'select' | 'selectDistinct' | 'insert' | 'update' | 'delete'
>;

/** A builder of `Queries` that was not awaited. */
export interface Preparable<Row> {
  prepare(): { all(values?: Record<string, unknown>): PromiseLike<Row[]> };
}

export interface PrepareOptions {
  /** The name of the prepared statement on PostgreSQL. */
  name: string;
  /** Values for which the statement returns no rows, so that it can be sent unrequested, along with others. */
  none?: Record<string, unknown>;
}

export interface DatabaseStatistics {
  /** The number of SQL statements that were sent since the database was opened. */
  statements: number;
  /** The number of round trips for prepared reads, alone or combined. Those of transactions are not counted. */
  roundTrips: number;
  /** The time of the last commit, from `performance.now()`. Negative if there was none. */
  committedAt: number;
}

export interface Database {
  /** Builds reads. On SQLite, a write fails. */
  read: Queries;
  /** Prepares a read. Only `statement` and `statementByShape` call it, which prepare each statement once. */
  prepare<Row>(query: Preparable<Row>, options: PrepareOptions): (values?: Record<string, unknown>) => Promise<Row[]>;
  /**
   * Runs `work` in a transaction. Transactions run concurrently on PostgreSQL. On SQLite they run one after the other, with group
   * commit. If `isGathered` is true, `work` contains all writes of the tick, so that SQLite does not wait for more.
   *
   * After a deadlock or a serialization failure, PostgreSQL runs `work` again (`retry-conflicts.ts`). So `work` must have no effects
   * outside the transaction, or replace those of its former attempt.
   */
  transaction<Result>(
    work: (transaction: Queries) => Promise<Result>,
    options?: { isGathered?: boolean },
  ): Promise<Result>;
  /** @throws if the database is unavailable; MigrationsMissing; DatabaseMismatch */
  check(): Promise<void>;
  /** Writes a copy of the database to a file. Reads and writes continue in the meantime. `onProgress` receives a share from 0 to 1. */
  backup(file: string, onProgress: (share: number) => void): Promise<void>;
  /**
   * Updates the statistics of the planner after many rows were written, with the number of written rows of each table. Does nothing
   * on SQLite, whose planner has no statistics.
   */
  updateStatistics(written: ReadonlyMap<SQLiteTable, number>): Promise<void>;
  statistics: DatabaseStatistics;
  /** The number of large operations that can run at the same time without slowing each other down. */
  readonly concurrency: number;
  /** Null if there are none, and on SQLite. */
  replicas: Replicas | null;
  close(): Promise<void>;
}

export interface ReplicaState {
  /** `host:port/database` of its URL. */
  name: string;
  isUsed: boolean;
  /** The reason why the replica is not used. Null while it is used. */
  reason: string | null;
}

/** The read replicas of the database. A replica is only used after `watch` was called and a check has succeeded. */
export interface Replicas {
  /**
   * Returns a database whose reads are sent to a replica, or to the primary if the replica fails. The replica has replayed
   * `position`, which is a user's last write. The used replicas are returned round-robin. Null if no replica qualifies.
   */
  databaseWith(position: string | null): Database | null;
  /** Starts to check the replicas. `onChange` is called once each time that a replica begins or ceases to be used. */
  watch(onChange: (state: ReplicaState) => void): void;
  states(): (ReplicaState & Pick<Database, 'statistics'>)[];
}

export interface DatabaseOptions {
  /** The variable that names the database. Defaults to `DATABASE_URL`. */
  variable?: DatabaseVariable;
  /** Which databases are migrated. Defaults to `create`. */
  migrate?: MigrationMode;
  /** On PostgreSQL, the URL of the user who owns the tables and migrates. Defaults to the user who reads and writes. */
  ownerUrl?: string | null;
  /** Whether the process serves requests, so that a large cache pays. Other commands read the data only once. */
  isServing?: boolean;
  /** On PostgreSQL, the time after which the server stops a statement. By default, and during migrations, it never does. */
  statementTimeoutMilliseconds?: number;
  /** On PostgreSQL, the URLs of streaming replicas. */
  replicaUrls?: readonly string[];
  /** The replication lag from which a replica is not used. Defaults to 10 seconds. */
  replicaMaxLagMilliseconds?: number;
  /** The number of processes of this server that share the connections to the database. Defaults to 1. */
  processes?: number;
  /** Called for each SQL statement. The parameters contain personal data, so this is for tests, never for a log. */
  onStatement?: (statement: string, parameters: unknown[]) => void;
}
