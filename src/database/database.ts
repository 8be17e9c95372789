/** What the rest of the gateway knows of a database. Imports neither of the two, so that both can import it. */
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core';
import type { DatabaseVariable } from './database-unavailable.ts';

/**
 * What a query needs: the handle for reads, or a transaction. Only ever `await` a query: `.all()`, `.get()` and
 * `.run()` exist on one of the two databases only.
 */
export type Queries = Pick<
  BaseSQLiteDatabase<'async', unknown>,
  '$with' | 'with' | 'select' | 'selectDistinct' | 'insert' | 'update' | 'delete'
>;

/** A query that can be prepared: what a builder of `Queries` is before it is awaited. */
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
  /** SQL statements that were sent since the database was opened. */
  statements: number;
  /** How often prepared reads were sent, alone or several together; those of a transaction are not counted. */
  roundTrips: number;
}

export interface Database {
  /** For reads only: on SQLite a write through it fails. */
  read: Queries;
  /** Prepares a read. Only `statement` and `statementByShape` call it, which prepare each statement once. */
  prepare<Row>(query: Preparable<Row>, options: PrepareOptions): (values?: Record<string, unknown>) => Promise<Row[]>;
  /**
   * All of `work`, or nothing of it. Writes run side by side on PostgreSQL; on SQLite they follow one another, and those
   * that come at the same time are committed together. `isGathered`: it holds all that came at the same time already, so
   * it does not wait for more.
   */
  transaction<Result>(
    work: (transaction: Queries) => Promise<Result>,
    options?: { isGathered?: boolean },
  ): Promise<Result>;
  /** Fails when the database does not answer or lacks a migration of this program. */
  check(): Promise<void>;
  /** Writes a copy of the whole database to a file while others go on reading and writing. */
  backup(file: string, onProgress: (share: number) => void): Promise<void>;
  statistics: DatabaseStatistics;
  /** How many large operations it is worth answering at a time: with more, each would only take longer. */
  readonly concurrency: number;
  /** Where others answer reads too; null where there are none, and on SQLite. */
  replicas: Replicas | null;
  close(): Promise<void>;
}

export interface ReplicaState {
  /** `host:port/database`, as its URL names it. */
  name: string;
  isUsed: boolean;
  /** Why it is left out; null while it is used. */
  reason: string | null;
}

/** Replicas of the database. None is used before `watch` was called and it was found to be good. */
export interface Replicas {
  /**
   * One that has replayed this position (of a user's last write; null: any), as a database whose reads it answers, and
   * the primary where it fails; the used ones in turn. Null where there is none.
   */
  databaseWith(position: string | null): Database | null;
  /** Begins to look after them; `onChange` is told when one is left out and when it comes back, once each. */
  watch(onChange: (state: ReplicaState) => void): void;
  states(): (ReplicaState & Pick<Database, 'statistics'>)[];
}

export interface DatabaseOptions {
  /** The variable that names the database. Defaults to `DATABASE_URL`. */
  variable?: DatabaseVariable;
  /** False where another process migrates. */
  migrate?: boolean;
  /** On PostgreSQL the user who owns the tables and migrates, where it is another than the one who reads and writes. */
  ownerUrl?: string | null;
  /** Keeps what is read often in memory: for serving, where others only pass through the data once. */
  isServing?: boolean;
  /** On PostgreSQL, streaming replicas that answer reads; each URL is that of one of them. */
  replicaUrls?: readonly string[];
  /** A replica that is further behind is left out; 10 seconds when left out. */
  replicaMaxLagMilliseconds?: number;
  /** How many processes of this server share what the database can give; 1 when left out. */
  processes?: number;
  /** Told each SQL statement and its parameters as they are sent. They hold personal data: for tests, never for a log. */
  onStatement?: (statement: string, parameters: unknown[]) => void;
}
