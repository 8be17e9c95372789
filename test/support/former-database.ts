import { readdir } from 'node:fs/promises';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { migrationsOf } from '../../src/database/migrations.ts';
import { sqlitePath } from '../../src/database/sqlite-path.ts';
import { createDatabaseUrl, dialectUnderTest } from './database-url.ts';

export interface FormerDatabase {
  url: string;
  /** Runs a statement with `?` for each value. */
  execute(statement: string, values: readonly (string | number | null)[]): Promise<void>;
  drop(): Promise<void>;
}

/** Creates a database with the tables before a migration, such as `canonical_usernames`, for tests of upgrades. */
export async function createFormerDatabase(migration: string): Promise<FormerDatabase> {
  const { url, drop } = await createDatabaseUrl();
  const files = await readdir(new URL(`../../drizzle/${dialectUnderTest}`, import.meta.url));
  const number = files.sort().findIndex((file) => file.endsWith(`_${migration}.sql`));
  if (number === -1) throw new Error(`The migration ${migration} does not exist.`);
  const migrations = migrationsOf(dialectUnderTest).slice(0, number);
  const insertMigration = "insert into migration values (?, '2026-01-01T00:00:00.000Z')";
  const createTable = 'create table migration (hash text primary key, applied_at text not null)';

  if (dialectUnderTest === 'sqlite') {
    const database = new Sqlite(sqlitePath(url));
    database.exec(createTable);
    for (const { hash, statements } of migrations) {
      for (const statement of statements) database.exec(statement);
      database.prepare(insertMigration).run(hash);
    }
    return {
      url,
      async execute(statement, values) {
        database.prepare(statement).run(...values);
      },
      async drop() {
        database.close();
        await drop();
      },
    };
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const execute: FormerDatabase['execute'] = async (statement, values) => {
    let position = 0;
    const numbered = statement.replaceAll('?', () => {
      position += 1;
      return `$${position}`;
    });
    await client.query(numbered, [...values]);
  };
  await client.query(createTable);
  for (const { hash, statements } of migrations) {
    for (const statement of statements) await client.query(statement);
    await execute(insertMigration, [hash]);
  }
  return {
    url,
    execute,
    async drop() {
      await client.end();
      await drop();
    },
  };
}
