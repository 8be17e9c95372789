import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { fillPlaceholders, type Logger } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { batchPerTick } from './batch-per-tick.ts';
import type { Database, DatabaseOptions, DatabaseStatistics, Preparable, Queries } from './database.ts';
import { rowMapperOf } from './map-rows.ts';
import { MigrationsMissing, pendingMigrations } from './migrations.ts';
import { sqlitePath } from './sqlite-path.ts';
import { isBusy, writerOf } from './sqlite-writer.ts';

/**
 * Creates the file for its owner only, from its first byte on. SQLite gives `-wal` and `-shm` the mode of the database. An
 * existing file is not even opened: closing it would release the locks that this process holds on the database.
 */
function createFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
}

function openHandle(path: string, readonly: boolean, isServing: boolean): SqliteDatabase.Database {
  const handle = new SqliteDatabase(path, { readonly });
  handle.pragma('busy_timeout = 5000');
  handle.pragma('foreign_keys = ON');
  // Said on each handle: in WAL the first write would otherwise lower it to NORMAL, which loses commits with the power.
  handle.pragma('synchronous = FULL');
  handle.pragma(`cache_size = ${isServing ? -65536 : -16384}`);
  handle.pragma(`mmap_size = ${isServing ? 1073741824 : 0}`);
  handle.pragma('temp_store = MEMORY');
  return handle;
}

/**
 * SQLite was built with STAT4: it compiles a statement anew whenever a bare parameter of its condition is bound, as another
 * plan might suit the value, which takes three times as long as running it. A parameter behind a plus is an
 * expression like any other.
 */
function queriesOn(handle: SqliteDatabase.Database, logger: Logger): Queries {
  const queries = drizzle(handle, { logger });
  const { dialect } = queries as unknown as { dialect: { escapeParam(): string } };
  dialect.escapeParam = () => '+?';
  return queries as unknown as Queries;
}

/** A read that somebody waits for. */
interface PendingRead {
  /** On the handle that writes, or on the one that only reads. */
  run(isOnWriter: boolean): void;
  reject(error: unknown): void;
}

/** What Drizzle has prepared on the handle that only reads. */
interface PreparedQuery<Row> {
  readonly query: { sql: string; params: unknown[] };
  readonly stmt: SqliteDatabase.Statement<unknown[], unknown[]>;
  /** Its rows are there when it returns. */
  all(values?: Record<string, unknown>): Row[];
}

function appliedMigrations(handle: SqliteDatabase.Database): string[] {
  const known = handle.prepare("select 1 from sqlite_master where type = 'table' and name = 'migration'").get();
  return known === undefined ? [] : handle.prepare('select hash from migration').pluck().all().map(String);
}

/** Two processes that start at once: the second waits for the first one's transaction, and finds nothing to do. */
async function migrate(writer: SqliteDatabase.Database): Promise<void> {
  await writerOf(writer).write(async () => {
    writer.exec('create table if not exists migration (hash text primary key, applied_at text not null)');
    for (const { hash, statements } of pendingMigrations('sqlite', appliedMigrations(writer))) {
      for (const statement of statements) writer.exec(statement);
      writer.prepare('insert into migration values (?, ?)').run(hash, new Date().toISOString());
    }
  });
}

/**
 * One read-only handle, and one that writes: there can be only one writer, so writes form a queue here rather than
 * meeting as SQLITE_BUSY.
 *
 * Each commit makes every other handle forget the pages that it has in memory, and the audit trail commits with nearly
 * every request. So prepared reads go to the handle that writes, as long as no transaction is open there; they see
 * what is committed either way.
 */
export async function openSqlite(url: string, options: DatabaseOptions): Promise<Database> {
  const path = sqlitePath(url);
  createFile(path);
  const isServing = options.isServing === true;
  const writer = openHandle(path, false, isServing);
  try {
    writer.pragma('journal_mode = WAL');
    writer.pragma('busy_timeout = 0');
    if (options.migrate !== false) await migrate(writer);
  } catch (error) {
    writer.close();
    throw error;
  }
  const reader = openHandle(path, true, isServing);
  const statistics: DatabaseStatistics = { statements: 0, roundTrips: 0 };
  const logger = {
    logQuery(statement: string, parameters: unknown[]) {
      statistics.statements += 1;
      options.onStatement?.(statement, parameters);
    },
  };
  const read = queriesOn(reader, logger);
  const writes = queriesOn(writer, logger);
  const { write, settled } = writerOf(writer);
  const aroundReads = {
    reader: { begin: reader.prepare('begin'), end: reader.prepare('commit') },
    writer: { begin: writer.prepare('begin'), end: writer.prepare('commit') },
  };
  const ask = batchPerTick<PendingRead>((asked) => {
    statistics.roundTrips += 1;
    const isOnWriter = !writer.inTransaction;
    const handle = isOnWriter ? writer : reader;
    const { begin, end } = isOnWriter ? aroundReads.writer : aroundReads.reader;
    try {
      // In one transaction: each would take and give back the lock by itself.
      if (asked.length > 1) begin.run();
      for (const { run, reject } of asked) {
        try {
          run(isOnWriter);
        } catch (error) {
          reject(error);
        }
      }
      // A disk that fails has ended it.
      if (handle.inTransaction) end.run();
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  });

  return {
    read,
    statistics,
    // It is read in this very thread.
    concurrency: 1,
    replicas: null,
    prepare<Row>(query: Preparable<Row>) {
      const prepared = query.prepare() as unknown as PreparedQuery<Row>;
      const { sql, params } = prepared.query;
      if (!prepared.stmt.readonly) throw new Error(`It does not only read: ${sql}`);
      const mapper = rowMapperOf(prepared);
      const onReader = prepared.stmt.raw();
      let onWriter: typeof onReader | null = null;
      function run(values: Record<string, unknown> | undefined, isOnWriter: boolean): Row[] {
        if (mapper === null) return prepared.all(values);
        const parameters = fillPlaceholders(params, values ?? {});
        logger.logQuery(sql, parameters);
        const rowsOf = (statement: typeof onReader) =>
          statement.all(...parameters).map((row) => mapper.rowOf(row) as Row);
        if (!isOnWriter) return rowsOf(onReader);
        onWriter ??= writer.prepare<unknown[], unknown[]>(sql).raw();
        try {
          return rowsOf(onWriter);
        } catch (error) {
          // Another process recovers the log, which the handle that writes does not wait for.
          if (isBusy(error)) return rowsOf(onReader);
          throw error;
        }
      }
      return (values?: Record<string, unknown>) =>
        new Promise<Row[]>((resolve, reject) => {
          ask({ run: (isOnWriter) => resolve(run(values, isOnWriter)), reject });
        });
    },
    transaction: (work, { isGathered = false } = {}) => write(() => work(writes), isGathered),
    async check() {
      const pending = pendingMigrations('sqlite', appliedMigrations(reader)).length;
      if (pending > 0) throw new MigrationsMissing(pending);
    },
    async backup(file, onProgress) {
      // Never over another file, least of all over this database; and for its owner alone from the first byte.
      await (await open(file, 'wx', 0o600)).close();
      try {
        await reader.backup(file, {
          progress({ totalPages, remainingPages }) {
            onProgress(totalPages === 0 ? 1 : 1 - remainingPages / totalPages);
            return 1000;
          },
        });
      } catch (error) {
        await rm(file, { force: true });
        throw error;
      }
    },
    async close() {
      await settled();
      reader.close();
      writer.close();
    },
  };
}
