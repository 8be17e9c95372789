import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import SqliteDatabase from 'better-sqlite3';

/** The milliseconds for which a transaction waits for another process that writes. */
const writeTimeout = 10_000;

/**
 * The milliseconds between two attempts to begin a transaction. Not longer after many attempts, because processes that have just
 * started to wait would overtake those that have waited long.
 */
const writePause = 1;

/** The milliseconds after which no more transactions join a group commit, so that other processes can write. */
const maxGroupMilliseconds = 10;

/**
 * Runs `work` in a transaction, and resolves after the commit. If `isGathered` is true, the transaction does not wait for others of
 * the same tick.
 */
export type Write = <Result>(work: () => Promise<Result>, isGathered?: boolean) => Promise<Result>;

interface Waiting {
  /** The time from `performance.now()` from which on the transaction waits no longer for another process. */
  latestBegin: number;
  /** Runs the transaction, and returns a function that must be called after the commit. */
  run(): Promise<() => void>;
  reject(error: unknown): void;
}

interface Failure {
  error: unknown;
}

interface WriterHooks {
  /** Rolls back the group if it throws. */
  beforeCommit?(): void;
  afterCommit?(): void;
}

export function isBusy(error: unknown): boolean {
  return error instanceof SqliteDatabase.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/**
 * The single writer of a handle, with group commit: concurrent transactions share one flush to disk, whose cost does not depend on
 * their size. Every transaction after the first runs in a savepoint, so one failure does not roll back the others. The first has none,
 * because SQLite holds in memory what changes after a savepoint.
 */
export function writerOf(
  handle: SqliteDatabase.Database,
  { beforeCommit = () => undefined, afterCommit = () => undefined }: WriterHooks = {},
): { write: Write; settled(): Promise<void> } {
  const statement = (text: string) => {
    const prepared = handle.prepare(text);
    return () => prepared.run();
  };
  const beginImmediate = statement('begin immediate');
  const commit = statement('commit');
  const savepoint = statement('savepoint work');
  const release = statement('release work');
  const rollbackToSavepoint = statement('rollback to work');
  const rollback = statement('rollback');
  const waiting: Waiting[] = [];
  let writing: Promise<void> | null = null;

  /** Waits for writers of other processes without blocking the event loop. */
  async function begin(): Promise<void> {
    for (;;) {
      try {
        beginImmediate();
        return;
      } catch (error) {
        if (!isBusy(error) || tooLate() > 0) throw error;
        await sleep(writePause);
      }
    }
  }

  /** The number of transactions that have waited too long. The others have waited less than these. */
  function tooLate(): number {
    const now = performance.now();
    const first = waiting.findIndex(({ latestBegin }) => latestBegin > now);
    return first === -1 ? waiting.length : first;
  }

  /** Rolls back to the savepoint on failure, unless the failure has ended the whole transaction, such as a full disk. */
  async function runInSavepoint(transaction: Waiting): Promise<(() => void) | Failure> {
    savepoint();
    const onCommit = await transaction.run().catch((error): Failure => ({ error }));
    if (typeof onCommit === 'function') release();
    else if (handle.inTransaction) {
      rollbackToSavepoint();
      release();
    }
    return onCommit;
  }

  async function writeGroup(): Promise<void> {
    const group: Waiting[] = [];
    const onCommits: (() => void)[] = [];
    try {
      await begin();
      const end = performance.now() + maxGroupMilliseconds;
      do {
        const next = waiting.shift();
        if (next === undefined) break;
        group.push(next);
        if (onCommits.length === 0) onCommits.push(await next.run());
        else {
          const onCommit = await runInSavepoint(next);
          if (typeof onCommit === 'function') onCommits.push(onCommit);
          // The failure might be caused by what another transaction of the group wrote, so it is reported after the commit, too.
          else if (handle.inTransaction) onCommits.push(() => next.reject(onCommit.error));
          // The whole group was rolled back.
          else throw onCommit.error;
        }
      } while (performance.now() < end);
      beforeCommit();
      commit();
      afterCommit();
    } catch (error) {
      // If the group could not begin, only the transactions that have waited too long fail.
      for (const { reject } of group.length > 0 ? group : waiting.splice(0, Math.max(1, tooLate()))) reject(error);
      if (handle.inTransaction) rollback();
      return;
    }
    for (const onCommit of onCommits) onCommit();
  }

  async function writeAll(isGathered: boolean): Promise<void> {
    // Transactions of the same tick form a group.
    if (!isGathered) await setImmediate();
    try {
      while (waiting.length > 0) await writeGroup();
    } catch (error) {
      // The rollback failed, so all waiting transactions fail. The next one tries again.
      for (const { reject } of waiting.splice(0)) reject(error);
    } finally {
      writing = null;
    }
  }

  return {
    write: (work, isGathered = false) =>
      new Promise((resolve, reject) => {
        waiting.push({
          latestBegin: performance.now() + writeTimeout,
          run: async () => {
            const result = await work();
            return () => resolve(result);
          },
          reject,
        });
        writing ??= writeAll(isGathered);
      }),
    async settled() {
      await writing;
    },
  };
}
