import type { Database, DatabaseOptions } from './database.ts';
import { DatabaseUnavailable } from './database-unavailable.ts';
import { dialectOf } from './dialect.ts';

/**
 * Opens the database of the URL and applies pending migrations.
 *
 * @throws DatabaseUnavailable
 */
export async function openDatabase(url: string, options: DatabaseOptions = {}): Promise<Database> {
  try {
    // Loaded on demand, because a process needs the driver of only one of the two databases.
    if (dialectOf(url) === 'sqlite') return await (await import('./sqlite.ts')).openSqlite(url, options);
    return await (await import('./postgresql.ts')).openPostgresql(url, options);
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error;
    throw new DatabaseUnavailable(options.variable ?? 'DATABASE_URL', url, error);
  }
}
