import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core';
import { dialectOf } from './dialect.ts';
import { openPostgresql } from './postgresql.ts';
import { openSqlite } from './sqlite.ts';

/**
 * What a query needs: the handle for reads, or a transaction. Only ever `await` a query: `.all()`, `.get()` and
 * `.run()` exist on one of the two databases only.
 */
export type Queries = Pick<
  BaseSQLiteDatabase<'async', unknown>,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete'
>;

/** A query that can be prepared: what a builder of `Queries` is before it is awaited. */
export interface Preparable<Row> {
  prepare(): { all(values?: Record<string, unknown>): PromiseLike<Row[]> };
}

export interface DatabaseStatistics {
  /** SQL statements that were sent since the database was opened. */
  statements: number;
}

export interface Database {
  /** For reads only: on SQLite a write through it fails. */
  read: Queries;
  /** Makes the SQL of a query once; the answer runs it with the values of its placeholders. */
  prepare<Row>(query: Preparable<Row>): (values?: Record<string, unknown>) => Promise<Row[]>;
  /** All of `work`, or nothing of it. Writes are queued on SQLite and run side by side on PostgreSQL. */
  transaction<Result>(work: (transaction: Queries) => Promise<Result>): Promise<Result>;
  /** Fails when the database does not answer or lacks a migration of this program. */
  check(): Promise<void>;
  /** Writes a copy of the whole database to a file while others go on reading and writing. */
  backup(file: string, onProgress: (share: number) => void): Promise<void>;
  statistics: DatabaseStatistics;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** False where another process migrates. */
  migrate?: boolean;
  /** On PostgreSQL the user who owns the tables and migrates, where it is another than the one who reads and writes. */
  ownerUrl?: string | null;
  /** Keeps what is read often in memory: for serving, where others only pass through the data once. */
  isServing?: boolean;
  /** Told each SQL statement and its parameters as they are sent. They hold personal data: for tests, never for a log. */
  onStatement?: (statement: string, parameters: unknown[]) => void;
}

/** Brings the database up to date, and opens it. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Promise<Database> {
  return dialectOf(url) === 'sqlite' ? openSqlite(url, options) : openPostgresql(url, options);
}
