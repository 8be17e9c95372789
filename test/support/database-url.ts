import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import type { Dialect } from '../../src/database/dialect.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { sqlitePath } from '../../src/database/sqlite-path.ts';

const serverUrl = inject('databaseUrl');
const templateName = inject('templateName');

export const dialectUnderTest: Dialect = serverUrl === undefined ? 'sqlite' : 'postgresql';

/**
 * The number of statements that record a read: the event and its customers, which PostgreSQL stores with one statement.
 */
export const statementsOfAuditTrail = dialectUnderTest === 'sqlite' ? 2 : 1;

export interface TestDatabase {
  url: string;
  /** Drops the database, and closes all remaining connections to it. */
  drop(): Promise<void>;
}

/** Creates an empty database for a test file. */
export async function createDatabaseUrl(): Promise<TestDatabase> {
  const name = newName();
  if (serverUrl === undefined) return sqliteFile(name);
  // template0 accepts any encoding and never has connections, which would prevent the copy.
  return createPostgresqlDatabase(serverUrl, name, 'template0');
}

/** Creates a database with all tables for a test file. It is a copy, because the migrations take longer than many files. */
export async function createMigratedDatabaseUrl(): Promise<TestDatabase> {
  const name = newName();
  if (serverUrl !== undefined) return createPostgresqlDatabase(serverUrl, name, await postgresqlTemplate(serverUrl));
  const database = sqliteFile(name);
  await copyFile(await sqliteTemplate(), sqlitePath(database.url));
  return database;
}

function newName(): string {
  return `test_${randomBytes(8).toString('hex')}`;
}

function sqliteFile(name: string): TestDatabase {
  const file = join(tmpdir(), `${name}.db`);
  return {
    url: `file:${file}`,
    async drop() {
      await Promise.all([file, `${file}-wal`, `${file}-shm`].map((path) => rm(path, { force: true })));
    },
  };
}

/** Several processes can create the template at the same time. Each replaces it by an equal file. */
async function sqliteTemplate(): Promise<string> {
  const template = join(tmpdir(), 'migrated.db');
  if (!existsSync(template)) {
    const { url } = sqliteFile(newName());
    await (await openDatabase(url)).close();
    await rename(sqlitePath(url), template);
  }
  return template;
}

/** The advisory lock of the process that creates the template. */
const templateLock = 7_001;

async function postgresqlTemplate(server: string): Promise<string> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [templateLock]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [templateName]);
    if (rowCount === 0) {
      const { url } = await createPostgresqlDatabase(server, templateName, 'template0');
      await (await openDatabase(url)).close();
    }
    return templateName;
  } finally {
    await client.end();
  }
}

async function createPostgresqlDatabase(server: string, name: string, template: string): Promise<TestDatabase> {
  // Copying files takes less CPU time than the default strategy, which writes the copy to the WAL.
  await execute(server, `create database ${name} encoding 'UTF8' template ${template} strategy file_copy`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => execute(server, `drop database if exists ${name} with (force)`),
  };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
