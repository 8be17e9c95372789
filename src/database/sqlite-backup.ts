import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import SqliteDatabase from 'better-sqlite3';

/** The number of pages between two reports of the progress. Copying them takes about ten milliseconds. */
const pagesPerStep = 1_000;

async function flushed(opening: Promise<FileHandle>): Promise<void> {
  const handle = await opening;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Fails if the file exists, because it might be a database. Only the owner can access the new file. */
async function createNew(file: string): Promise<void> {
  await (await open(file, 'wx', 0o600)).close();
}

/**
 * Copies the database to a new file, as it is now. The copy has another name until it is complete, so that an interrupted one is not
 * mistaken for a backup. `onProgress` receives a share from 0 to 1.
 */
export async function backupSqlite(path: string, file: string, onProgress: (share: number) => void): Promise<void> {
  // Reports now what would make the last step fail.
  await createNew(file);
  await rm(file);
  const partial = `${file}.${randomBytes(4).toString('hex')}.partial`;
  const removePartial = () => {
    for (const name of [partial, `${partial}-journal`]) rmSync(name, { force: true });
  };
  const source = new SqliteDatabase(path, { readonly: true, fileMustExist: true });
  process.on('exit', removePartial);
  try {
    await createNew(partial);
    source.pragma('busy_timeout = 5000');
    // The open transaction keeps one snapshot. Without it, each commit of another connection would start the copy again.
    source.exec('begin');
    source.prepare('select count(*) from sqlite_master').get();
    await source.backup(partial, {
      progress({ totalPages, remainingPages }) {
        onProgress(totalPages === 0 ? 1 : 1 - remainingPages / totalPages);
        return pagesPerStep;
      },
    });
    await flushed(open(partial, 'r+'));
    await createNew(file);
    await rename(partial, file);
    await flushed(open(dirname(file), 'r'));
  } finally {
    source.close();
    removePartial();
    process.off('exit', removePartial);
  }
}
