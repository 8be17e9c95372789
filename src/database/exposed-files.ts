import { statSync } from 'node:fs';
import { dialectOf } from './dialect.ts';
import { sqlitePath } from './sqlite-path.ts';

/**
 * The files of an SQLite database that other accounts of the machine can read or write. Only files from before the upgrade,
 * or whose mode an operator changed, because new ones are for their owner only.
 */
export function exposedFiles(databaseUrl: string): { file: string; mode: string }[] {
  if (dialectOf(databaseUrl) === 'postgresql') return [];
  const path = sqlitePath(databaseUrl);
  return [path, `${path}-wal`, `${path}-shm`].flatMap((file) => {
    const mode = (statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o777;
    return (mode & 0o077) === 0 ? [] : [{ file, mode: mode.toString(8) }];
  });
}
