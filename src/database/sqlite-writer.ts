import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import SqliteDatabase from 'better-sqlite3';

/** How long a write waits for another process that is writing, in milliseconds. */
const writeTimeout = 10_000;

/**
 * How often it looks whether it may write, in milliseconds. Always as often: whoever waited long and looked less often
 * would be passed by all who have just come.
 */
const writePause = 1;

/** After this many milliseconds nothing more is committed together: other processes write too. */
const maxGroupMilliseconds = 10;

/**
 * Runs `work` within a transaction of SQLite: all of it is committed when the result is there, or nothing of it ever. What is
 * gathered already waits for no more of the same turn.
 */
export type Write = <Result>(work: () => Promise<Result>, isGathered?: boolean) => Promise<Result>;

interface Waiting {
  /** Runs it, and gives what is to be done when it is committed. */
  run(): Promise<() => void>;
  reject(error: unknown): void;
}

interface Failed {
  error: unknown;
}

export function isBusy(error: unknown): boolean {
  return error instanceof SqliteDatabase.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/**
 * The only one who writes through a handle. What comes at the same time is committed together, in the order in which it came:
 * that the disk has it is what a commit waits for, however much that is. Each work but the first has a savepoint of its
 * own, so that what fails is taken back alone; the first has none, as SQLite keeps in memory what a large one changes after a
 * savepoint.
 */
export function writerOf(handle: SqliteDatabase.Database): { write: Write; settled(): Promise<void> } {
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

  /** Waits for a writer of another process without holding up this one's event loop. */
  async function begin(): Promise<void> {
    const deadline = Date.now() + writeTimeout;
    for (;;) {
      try {
        beginImmediate();
        return;
      } catch (error) {
        if (!isBusy(error) || Date.now() > deadline) throw error;
        await sleep(writePause);
      }
    }
  }

  /** Takes back what fails, as long as the transaction stands at all: a full disk, for example, ends it. */
  async function runBesideOthers(one: Waiting): Promise<(() => void) | Failed> {
    savepoint();
    const onCommit = await one.run().catch((error): Failed => ({ error }));
    if (typeof onCommit === 'function') release();
    else if (handle.inTransaction) {
      rollbackToSavepoint();
      release();
    }
    return onCommit;
  }

  async function writeTogether(): Promise<void> {
    const taken: Waiting[] = [];
    const committed: (() => void)[] = [];
    try {
      await begin();
      const end = performance.now() + maxGroupMilliseconds;
      do {
        const next = waiting.shift();
        if (next === undefined) break;
        taken.push(next);
        if (committed.length === 0) committed.push(await next.run());
        else {
          const onCommit = await runBesideOthers(next);
          if (typeof onCommit === 'function') committed.push(onCommit);
          // It may have failed by what another one has written, who is not told before the commit either.
          else if (handle.inTransaction) committed.push(() => next.reject(onCommit.error));
          // What the others have written is gone too.
          else throw onCommit.error;
        }
      } while (performance.now() < end);
      commit();
    } catch (error) {
      // Nobody was taken where it could not even begin: that is for who has waited longest.
      for (const one of taken.length > 0 ? taken : waiting.splice(0, 1)) one.reject(error);
      if (handle.inTransaction) rollback();
      return;
    }
    for (const onEnd of committed) onEnd();
  }

  async function writeAll(isGathered: boolean): Promise<void> {
    // What comes in the same turn of the event loop is written together.
    if (!isGathered) await setImmediate();
    try {
      while (waiting.length > 0) await writeTogether();
    } catch (error) {
      // It could not even be taken back: all that waits is told, and the next one tries again.
      for (const one of waiting.splice(0)) one.reject(error);
    } finally {
      writing = null;
    }
  }

  return {
    write: (work, isGathered = false) =>
      new Promise((resolve, reject) => {
        waiting.push({
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
