import { existsSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import { fillPlaceholders, type Logger } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { deferWork, millisecondsInTick } from '../base/tick-clock.ts';
import { batchPerTick } from './batch-per-tick.ts';
import type { Database, DatabaseOptions, DatabaseStatistics, Preparable, Queries } from './database.ts';
import { DatabaseMismatch } from './database-mismatch.ts';
import { rowMapperOf } from './map-rows.ts';
import { checkMigrations, type MigrationMode, migrationsToApply, pendingMigrations } from './migrations.ts';
import { backupSqlite } from './sqlite-backup.ts';
import { createFile, watchFiles } from './sqlite-files.ts';
import { maxIdleLogBytes, sqlitePath } from './sqlite-path.ts';
import { isBusy, writerOf } from './sqlite-writer.ts';

/** How long reads can occupy a pass of the event loop, in milliseconds. The others run in the next one. */
const maxTickMilliseconds = 8;

function openHandle(path: string, readonly: boolean, isServing: boolean): SqliteDatabase.Database {
  const handle = new SqliteDatabase(path, { readonly });
  handle.pragma('busy_timeout = 5000');
  handle.pragma('foreign_keys = ON');
  // Set on each handle, because in WAL mode the first write would lower it to NORMAL, which can lose commits in a power failure.
  handle.pragma('synchronous = FULL');
  handle.pragma(`cache_size = ${isServing ? -65536 : -16384}`);
  handle.pragma(`mmap_size = ${isServing ? 1073741824 : 0}`);
  handle.pragma('temp_store = MEMORY');
  // The log grows while another process reads an old snapshot, and would keep its size.
  handle.pragma(`journal_size_limit = ${maxIdleLogBytes}`);
  return handle;
}

/**
 * Creates a query builder that writes parameters as `+?`. SQLite is built with STAT4, so it compiles a statement again whenever a
 * bare parameter of a condition is bound, because another plan might suit the value. Compiling takes three times as long as running
 * the statement. The plus makes the parameter an ordinary expression.
 */
function queriesOn(handle: SqliteDatabase.Database, logger: Logger): Queries {
  const queries = drizzle(handle, { logger });
  const { dialect } = queries as unknown as { dialect: { escapeParam(): string } };
  dialect.escapeParam = () => '+?';
  return queries as unknown as Queries;
}

/** A requested read that was not run yet. */
interface PendingRead {
  /** Runs the read on the writer or on the reader, and returns the function that passes on its rows. */
  run(isOnWriter: boolean): () => void;
  reject(error: unknown): void;
}

/** A query that Drizzle has prepared on the reader. */
interface PreparedQuery<Row> {
  readonly query: { sql: string; params: unknown[] };
  readonly stmt: SqliteDatabase.Statement<unknown[], unknown[]>;
  /** Returns the rows synchronously. */
  all(values?: Record<string, unknown>): Row[];
}

function appliedMigrations(handle: SqliteDatabase.Database): string[] {
  const table = handle.prepare("select 1 from sqlite_master where type = 'table' and name = 'migration'").get();
  return table === undefined ? [] : handle.prepare('select hash from migration').pluck().all().map(String);
}

/** If two processes start at the same time, the second one waits for the first and then finds no pending migrations. */
async function migrate(writer: SqliteDatabase.Database, mode: MigrationMode): Promise<void> {
  if (migrationsToApply('sqlite', appliedMigrations(writer), mode).length === 0) return;
  await writerOf(writer).write(async () => {
    const pending = migrationsToApply('sqlite', appliedMigrations(writer), mode);
    writer.exec('create table if not exists migration (hash text primary key, applied_at text not null)');
    for (const { hash, statements } of pending) {
      for (const statement of statements) writer.exec(statement);
      writer.prepare('insert into migration values (?, ?)').run(hash, new Date().toISOString());
    }
  });
}

/** A worker that is replaced finds the file that the first worker has opened, unless it was deleted. */
function missingFile(path: string, isServing: boolean): Error {
  return isServing
    ? new DatabaseMismatch(
        'FILES_REPLACED',
        `${path} was deleted or moved while it was in use. Restore it before you start the gateway again.`,
      )
    : new Error(`${path} does not exist.`);
}

/**
 * Opens the database with a read-only handle, the reader, and a handle for writes, the writer. SQLite allows only one writer at a time,
 * so transactions wait in a queue instead of failing with SQLITE_BUSY.
 *
 * Each commit invalidates the page cache of every other handle, and the audit trail commits with nearly every request. So prepared
 * reads run on the writer while it has no open transaction. They see committed data on either handle.
 */
export async function openSqlite(url: string, options: DatabaseOptions): Promise<Database> {
  const path = sqlitePath(url);
  const mode = options.migrate ?? 'create';
  const isServing = options.isServing === true;
  if (mode !== 'never') createFile(path);
  else if (!existsSync(path)) throw missingFile(path, isServing);
  const writer = openHandle(path, false, isServing);
  try {
    writer.pragma('journal_mode = WAL');
    writer.pragma('busy_timeout = 0');
    // Without migrations, an outdated database is accepted: `check` reports it.
    if (mode === 'never') pendingMigrations('sqlite', appliedMigrations(writer));
    else await migrate(writer, mode);
  } catch (error) {
    writer.close();
    throw error;
  }
  const reader = openHandle(path, true, isServing);
  // The first read creates `-wal` and `-shm`.
  appliedMigrations(reader);
  const checkFiles = watchFiles(path);
  const statistics: DatabaseStatistics = { statements: 0, roundTrips: 0, committedAt: Number.NEGATIVE_INFINITY };
  const logger = {
    logQuery(statement: string, parameters: unknown[]) {
      statistics.statements += 1;
      options.onStatement?.(statement, parameters);
    },
  };
  const read = queriesOn(reader, logger);
  const writes = queriesOn(writer, logger);
  const { write, settled } = writerOf(writer, {
    beforeCommit: checkFiles,
    afterCommit() {
      statistics.committedAt = performance.now();
    },
  });
  const aroundReads = {
    reader: { begin: reader.prepare('begin'), end: reader.prepare('commit') },
    writer: { begin: writer.prepare('begin'), end: writer.prepare('commit') },
  };
  /** Runs the reads. Their rows are passed on together, so that the reads that depend on them arrive together as well. */
  function runReads(reads: readonly PendingRead[], done: readonly (() => void)[] = []): void {
    const isOnWriter = !writer.inTransaction;
    const handle = isOnWriter ? writer : reader;
    const { begin, end } = isOnWriter ? aroundReads.writer : aroundReads.reader;
    const newlyDone: (() => void)[] = [];
    try {
      // In a transaction, they acquire and release the lock only once.
      if (reads.length > 1) begin.run();
      for (const { run, reject } of reads) {
        try {
          newlyDone.push(run(isOnWriter));
        } catch (error) {
          newlyDone.push(() => reject(error));
        }
        if (millisecondsInTick() >= maxTickMilliseconds) break;
      }
      // A failing disk ends the transaction.
      if (handle.inTransaction) end.run();
    } catch (error) {
      for (const pass of done) pass();
      for (const { reject } of reads) reject(error);
      return;
    }
    const allDone = [...done, ...newlyDone];
    const others = reads.slice(newlyDone.length);
    if (others.length > 0) deferWork(() => runReads(others, allDone));
    else for (const pass of allDone) pass();
  }
  const schedule = batchPerTick<PendingRead>((reads) => {
    statistics.roundTrips += 1;
    if (millisecondsInTick() < maxTickMilliseconds) runReads(reads);
    else deferWork(() => runReads(reads));
  });

  return {
    read,
    statistics,
    // Reads run in this thread.
    concurrency: 1,
    replicas: null,
    prepare<Row>(query: Preparable<Row>) {
      const prepared = query.prepare() as unknown as PreparedQuery<Row>;
      const { sql, params } = prepared.query;
      if (!prepared.stmt.readonly) throw new Error(`A prepared statement of a database must only read: ${sql}`);
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
          // Another process recovers the log. The reader waits for that, the writer does not.
          if (isBusy(error)) return rowsOf(onReader);
          throw error;
        }
      }
      return (values?: Record<string, unknown>) =>
        new Promise<Row[]>((resolve, reject) => {
          schedule({
            run(isOnWriter) {
              const rows = run(values, isOnWriter);
              return () => resolve(rows);
            },
            reject,
          });
        });
    },
    transaction: (work, { isGathered = false } = {}) => write(() => work(writes), isGathered),
    async check() {
      checkFiles(true);
      checkMigrations('sqlite', appliedMigrations(reader));
    },
    backup: (file, onProgress) => backupSqlite(path, file, onProgress),
    updateStatistics: async () => undefined,
    async close() {
      await settled();
      reader.close();
      writer.close();
    },
  };
}
