import { statSync } from 'node:fs';
import { dialectOf } from './dialect.ts';
import { sqlitePath } from './sqlite-path.ts';

/**
 * Finds the files of an SQLite database that other accounts of the machine can read or write. New files are for their owner only, so
 * these are files from before an upgrade, or files whose mode an operator has changed.
 */
export function exposedFiles(databaseUrl: string): { file: string; mode: string }[] {
  if (dialectOf(databaseUrl) === 'postgresql') return [];
  const path = sqlitePath(databaseUrl);
  return [path, `${path}-wal`, `${path}-shm`].flatMap((file) => {
    const mode = (statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o777;
    return (mode & 0o077) === 0 ? [] : [{ file, mode: mode.toString(8) }];
  });
}
