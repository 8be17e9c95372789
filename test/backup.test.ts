/** Copies the database of a real server while clients write to it over HTTP. */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { sqlitePath } from '../src/database/sqlite-path.ts';
import { createMigratedDatabaseUrl, dialectUnderTest, type TestDatabase } from './support/database-url.ts';
import { testEnvironment } from './support/gateway.ts';
import { buildProgram, runProgram } from './support/program.ts';
import { openRestartingServer, type RestartingServer } from './support/restarting-server.ts';
import { findLosses, prepareWrites, startWriters, type WriteTarget } from './support/writers.ts';

let database: TestDatabase;
let target: WriteTarget;
let server: RestartingServer;

beforeAll(buildProgram, 120_000);
beforeEach(async () => {
  database = await createMigratedDatabaseUrl();
  target = await prepareWrites(database.url);
  server = await openRestartingServer(database.url);
});
afterEach(async () => {
  await server.stop();
  await database.drop();
});

if (dialectUnderTest === 'sqlite') {
  /** Adds 30 MB, so that a backup takes several steps. */
  function enlarge(): void {
    const opened = new Sqlite(sqlitePath(database.url));
    const insert = opened.prepare('insert into readiness_check (id, filler, checked_at) values (?, ?, ?)');
    opened.transaction(() => {
      for (let row = 0; row < 500; row += 1) insert.run(randomUUID(), 'x'.repeat(60_000), Date.now());
    })();
    opened.close();
  }

  test('a backup ends while 16 clients write, and is consistent and complete', async () => {
    enlarge();
    await server.start(2);
    const writers = startWriters(target, server.url);
    await writers.acknowledge(50);
    const copy = join(tmpdir(), `${randomUUID()}.db`);
    const before = new Set(writers.acknowledged);

    const { exitCode, errors } = await runProgram(['backup', copy], { environment: testEnvironment(database.url) });

    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    await writers.stop();
    expect(writers.unexpected).toEqual([]);
    expect((await stat(copy)).mode & 0o777).toBe(0o600);
    const opened = new Sqlite(copy, { readonly: true });
    expect(opened.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(opened.pragma('foreign_key_check')).toEqual([]);
    opened.close();
    const url = `file:${copy}`;
    expect(await findLosses(url, { acknowledged: before })).toEqual({ lost: 0, doubled: 0 });
    expect(await runProgram(['audit', 'verify'], { environment: testEnvironment(url) })).toMatchObject({ exitCode: 0 });
    expect(await server.verifyAuditTrail()).toMatchObject({ exitCode: 0 });
  });
} else {
  test('a database of PostgreSQL is left to its own tools', async () => {
    const copy = join(tmpdir(), `${randomUUID()}.db`);
    const { exitCode, errors } = await runProgram(['backup', copy], { environment: testEnvironment(database.url) });
    expect(exitCode).toBe(1);
    expect(errors).toContain('pg_dump');
    await expect(stat(copy)).rejects.toMatchObject({ code: 'ENOENT' });
  });
}
