import { statSync } from 'node:fs';
import type { Logger } from '../base/logger.ts';
import { dialectOf } from '../database/dialect.ts';
import { maxIdleLogBytes, sqlitePath } from '../database/sqlite-path.ts';

const checkInterval = 10_000;

/** SQLite usually writes its log into the database from about 4 MB on, which a long read or a backup of another process prevents. */
const largeLogBytes = 4 * maxIdleLogBytes;

/** Logs when the write-ahead log of an SQLite database becomes large, and when it is small again. Returns a function that stops. */
export function watchWriteAheadLog(databaseUrl: string, logger: Logger): () => void {
  if (dialectOf(databaseUrl) === 'postgresql') return () => undefined;
  const file = `${sqlitePath(databaseUrl)}-wal`;
  let isLarge = false;
  const timer = setInterval(() => {
    const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (!isLarge && bytes > largeLogBytes) {
      isLarge = true;
      logger.warn({ file, bytes }, 'write-ahead log large');
    } else if (isLarge && bytes <= maxIdleLogBytes) {
      isLarge = false;
      logger.info({ file, bytes }, 'write-ahead log truncated');
    }
  }, checkInterval).unref();
  return () => clearInterval(timer);
}
