import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import type { Dialect } from '../../src/database/dialect.ts';

const serverUrl = inject('databaseUrl');

export const dialectUnderTest: Dialect = serverUrl === undefined ? 'sqlite' : 'postgresql';

/**
 * The number of statements that record a read: the event and its customers, which PostgreSQL stores with one statement.
 */
export const statementsOfAuditTrail = dialectUnderTest === 'sqlite' ? 2 : 1;

/** Creates an empty database for a test file. `drop` also closes all remaining connections to it. */
export async function createDatabaseUrl(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  return serverUrl === undefined ? sqliteFile(name) : createPostgresqlDatabase(serverUrl, name);
}

function sqliteFile(name: string): { url: string; drop(): Promise<void> } {
  const file = join(tmpdir(), `${name}.db`);
  return {
    url: `file:${file}`,
    async drop() {
      await Promise.all([file, `${file}-wal`, `${file}-shm`].map((path) => rm(path, { force: true })));
    },
  };
}

async function createPostgresqlDatabase(server: string, name: string): Promise<{ url: string; drop(): Promise<void> }> {
  // template0 accepts any encoding and never has connections, which would prevent the copy.
  await execute(server, `create database ${name} encoding 'UTF8' template template0`);
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
