import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseMismatch } from './database-mismatch.ts';

/** The time for which a check of the files is reused, in milliseconds. */
const reuseMilliseconds = 10;

/**
 * Creates the file with access for its owner only. SQLite creates `-wal` and `-shm` with the same mode. An existing file must not be
 * opened here, because closing it would release the locks that this process holds on the database.
 *
 * @throws DatabaseMismatch if only the log of the file exists, which SQLite would delete together with the writes in it
 */
export function createFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (existsSync(path)) return;
  if (existsSync(`${path}-wal`)) {
    throw new DatabaseMismatch(
      'FILES_REPLACED',
      `${path} does not exist, but ${path}-wal does. Restore both files, or delete ${path}-wal to begin with an empty database.`,
    );
  }
  closeSync(openSync(path, 'a', 0o600));
}

/** Identifies a file, whatever its path is. Null if the file does not exist. */
function identityOf(path: string): string | null {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? null : `${stats.dev} ${stats.ino}`;
}

/**
 * Remembers which files a process has opened. SQLite continues to write to a file that was deleted or replaced, and these writes are
 * lost when the process ends.
 *
 * @returns a function that fails if a file is not the one at its path any more. It looks at most every ten milliseconds, unless
 * `isThorough` is true.
 */
export function watchFiles(path: string): (isThorough?: boolean) => void {
  const files = [path, `${path}-wal`, `${path}-shm`].map((file) => ({ file, identity: identityOf(file) }));
  let checkedAt = performance.now();
  let mismatch: DatabaseMismatch | null = null;

  return (isThorough = false) => {
    if (mismatch !== null) throw mismatch;
    const now = performance.now();
    if (!isThorough && now - checkedAt < reuseMilliseconds) return;
    checkedAt = now;
    const changed = files.find(({ file, identity }) => identity !== null && identityOf(file) !== identity);
    if (changed === undefined) return;
    mismatch = new DatabaseMismatch(
      'FILES_REPLACED',
      `${changed.file} was deleted, moved, or replaced while it was in use. Restore the database before you start the gateway again.`,
    );
    throw mismatch;
  };
}
