import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { createMigratedDatabaseUrl } from './database-url.ts';

export interface MigratedDatabase {
  database: Database;
  url: string;
  /** Closes and drops the database. */
  drop(): Promise<void>;
}

/**
 * Creates and opens a database with all tables, for a test without a server.
 *
 *   ({ database, drop } = await openMigratedDatabase());
 */
export async function openMigratedDatabase(options?: Parameters<typeof openDatabase>[1]): Promise<MigratedDatabase> {
  const { url, drop } = await createMigratedDatabaseUrl();
  const database = await openDatabase(url, options);
  return {
    database,
    url,
    async drop() {
      await database.close();
      await drop();
    },
  };
}
