/** Tests an SQLite file of its own, whichever database the project tests. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { Queries } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { maxIdleLogBytes } from '../../src/database/sqlite-path.ts';

test('the write-ahead log shrinks after another process has read an old snapshot', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'log-size-'));
  const file = join(folder, 'own.db');
  const database = await openDatabase(`file:${file}`);
  const logBytes = async () => (await stat(`${file}-wal`)).size;
  const write = (bytes: number) =>
    database.transaction(async (transaction: Queries) => {
      const { run } = transaction as unknown as { run(statement: unknown): void };
      run.call(transaction, sql`insert into filled values (zeroblob(${bytes}))`);
    });
  const other = new Sqlite(file);
  other.exec('create table filled (bytes blob)');
  other.exec('begin');
  other.prepare('select count(*) from filled').get();
  for (let count = 0; count < 8; count += 1) await write(10 * 2 ** 20);
  expect(await logBytes()).toBeGreaterThan(maxIdleLogBytes);
  other.exec('commit');
  other.close();
  // The first commit writes the log into the database, the second one begins the log again.
  for (let count = 0; count < 2; count += 1) await write(10);
  expect(await logBytes()).toBeLessThanOrEqual(maxIdleLogBytes);
  await database.close();
  await rm(folder, { recursive: true });
});
