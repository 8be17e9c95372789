import { existsSync } from 'node:fs';
import { copyFile, open, rename, rm, writeFile } from 'node:fs/promises';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTokens } from '../../src/auth/tokens.ts';
import { readConfig } from '../../src/config.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { sqlitePath } from '../../src/database/sqlite-path.ts';
import { createMigratedDatabaseUrl, dialectUnderTest, type TestDatabase } from '../support/database-url.ts';
import { setDiskFull } from '../support/full-disk.ts';
import { type Gateway, insertBank, insertUser, startGateway, testEnvironment } from '../support/gateway.ts';
import { buildProgram, runProgram, startProgram, workersIn } from '../support/program.ts';
import { setReadOnly } from '../support/read-only-database.ts';
import { insertCustomer } from '../support/rows.ts';

beforeAll(buildProgram, 120_000);

async function execute(url: string, statement: string): Promise<void> {
  if (dialectUnderTest === 'sqlite') {
    const database = new Sqlite(sqlitePath(url));
    database.exec(statement);
    database.close();
    return;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

async function health(url: string, path: 'live' | 'ready'): Promise<[status: number, body: unknown]> {
  const response = await fetch(`${url}/health/${path}`);
  return [response.status, await response.json()];
}

const ready = [200, { status: 'ready' }];
const unavailable = [503, { status: 'unavailable' }];

/** Starts `serve`, and resolves when it listens. */
async function startServe(url: string, workers: number) {
  const environment = testEnvironment(url);
  const pattern = workers === 1 ? /"url":"(http[^"]+)".*"listening"/ : /"url":"(http[^"]+)","workers":.*"listening"/;
  const { match, ...program } = await startProgram(['serve', '--workers', String(workers)], pattern, { environment });
  return { ...program, url: match[1] ?? '' };
}

describe('a server', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway({ checkIntervalMilliseconds: 50 });
  });
  afterAll(() => gateway.stop());

  const isReady = () => expect.poll(() => health(gateway.url, 'ready'), { timeout: 20_000 });

  test('is live, and ready while its database can be read and written', async () => {
    await isReady().toEqual(ready);
    await setReadOnly(gateway, true);
    await isReady().toEqual(unavailable);
    expect(await health(gateway.url, 'live')).toEqual([200, { status: 'live' }]);
    await setReadOnly(gateway, false);
    await isReady().toEqual(ready);
    const messages = gateway.logged.map(({ msg }) => String(msg)).filter((msg) => /ready|database/.test(msg));
    expect(messages.slice(0, 3)).toEqual(['database unavailable', 'not ready', 'ready again']);
  });

  test('is live but not ready while its database lacks a migration', async () => {
    await execute(gateway.config.databaseUrl, 'alter table migration rename to former_migration');
    await isReady().toEqual(unavailable);
    expect(await health(gateway.url, 'live')).toEqual([200, { status: 'live' }]);
    await execute(gateway.config.databaseUrl, 'alter table former_migration rename to migration');
    await isReady().toEqual(ready);
    expect(gateway.logged.findLast(({ msg }) => msg === 'not ready')).toMatchObject({
      error: { message: expect.stringMatching(/lacks \d+ migration/) },
    });
  });
});

test('a server is live but not ready while the disk of its database is full', async () => {
  const gateway = await startGateway({ checkIntervalMilliseconds: 50 });
  const { url, logged } = gateway;
  const isReady = () => expect.poll(() => health(url, 'ready'), { timeout: 20_000 });
  const { token } = await gateway.createUser();
  await setDiskFull(gateway, true);
  // Each query records an event, until the last page is full.
  for (let status = 200; status === 200; ) ({ status } = await gateway.query(token, '{ me { id } }'));
  await isReady().toEqual(unavailable);
  expect(await health(url, 'live')).toEqual([200, { status: 'live' }]);
  await setDiskFull(gateway, false);
  await isReady().toEqual(ready);
  expect(logged.filter(({ msg }) => msg === 'database unavailable')).toMatchObject([
    { reason: 'The disk of the database is full' },
  ]);
  await gateway.stop();
});

describe('a process that serves', () => {
  test.each([1, 2])('ends when a newer version has migrated its database, with %i workers', async (workers) => {
    const { url: databaseUrl, drop } = await createMigratedDatabaseUrl();
    const { lines, ended } = await startServe(databaseUrl, workers);
    await execute(databaseUrl, "insert into migration values ('of a newer version', '2030-01-01T00:00:00.000Z')");
    expect(await ended).toBe(4);
    const log = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    // The second worker might have started too late to serve.
    if (workers === 1) {
      expect(log).toContainEqual(
        expect.objectContaining({ level: 'fatal', msg: 'stopping', reason: expect.stringContaining('newer version') }),
      );
    }
    expect(log.filter(({ msg }) => msg === 'unexpected error' || msg === 'worker ended')).toEqual([]);
    await drop();
  });

  test('is not ready after a request has found damaged data, until it is started again', async () => {
    const { url: databaseUrl, drop } = await createMigratedDatabaseUrl();
    const database = await openDatabase(databaseUrl);
    const { token, customerId } = await insertClerk(database, databaseUrl);
    await database.close();
    await damageAddresses(databaseUrl);
    const { program, url, ended } = await startServe(databaseUrl, 1);
    expect(await health(url, 'ready')).toEqual(ready);

    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: createAddress, variables: { customerId } }),
    });
    expect(response.status).toBe(503);
    for (let count = 0; count < 3; count += 1) expect(await health(url, 'ready')).toEqual(unavailable);
    program.kill('SIGTERM');
    await ended;
    await drop();
  });
});

const createAddress = /* GraphQL */ `mutation ($customerId: ID!) {
  createCustomerAddress(
    bankId: "bank"
    customerId: $customerId
    input: { line1: "1 Hill Street", city: "Derby", postcode: "DE1 1AA", countryCode: "GB" }
  ) { customerAddress { id } }
}`;

async function insertClerk(database: Database, url: string): Promise<{ token: string; customerId: string }> {
  const tokens = await openTokens(readConfig(testEnvironment(url)).signing);
  await insertBank(database, 'bank');
  const { id } = await insertCustomer(database, { bankId: 'bank' });
  const clerk = await insertUser(database, tokens, { roles: [['CanCreateCustomerAddress', 'bank']] });
  return { token: clerk.token, customerId: id };
}

/** Overwrites the table of addresses on the disk or, on PostgreSQL, lets it fail like a damaged one. */
async function damageAddresses(url: string): Promise<void> {
  if (dialectUnderTest === 'postgresql') {
    await execute(
      url,
      `create function damaged() returns trigger language plpgsql as
        $$ begin raise exception 'invalid page' using errcode = 'XX001'; end $$;
      create trigger damaged before insert on customer_address execute function damaged()`,
    );
    return;
  }
  const handle = new Sqlite(sqlitePath(url));
  const pageSize = Number(handle.pragma('page_size', { simple: true }));
  const root = handle.prepare("select rootpage from sqlite_master where name = 'customer_address'").pluck().get();
  handle.close();
  const file = await open(sqlitePath(url), 'r+');
  await file.write(Buffer.alloc(pageSize, 0xff), 0, pageSize, (Number(root) - 1) * pageSize);
  await file.close();
}

// PostgreSQL has no files that the gateway opens.
if (dialectUnderTest === 'sqlite') {
  describe('a process that serves an SQLite file', () => {
    let stored: TestDatabase;
    let file: string;
    let clerk: { token: string; customerId: string };

    async function create(): Promise<void> {
      stored = await createMigratedDatabaseUrl();
      file = sqlitePath(stored.url);
      const database = await openDatabase(stored.url);
      clerk = await insertClerk(database, stored.url);
      await database.close();
    }

    /** Creates addresses until the server ends. Returns the number of those that were acknowledged. */
    async function createAddresses(url: string, until: Promise<unknown>): Promise<number> {
      let acknowledged = 0;
      let isOver = false;
      void until.then(() => {
        isOver = true;
      });
      while (!isOver) {
        const response = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${clerk.token}` },
          body: JSON.stringify({ query: createAddress, variables: { customerId: clerk.customerId } }),
        }).catch(() => null);
        if (response?.status === 200) acknowledged += 1;
      }
      return acknowledged;
    }

    test.each([
      ['the file was deleted', 1, () => rm(file)],
      ['the file was deleted', 2, () => rm(file)],
      ['the file was replaced', 1, () => copyFile(file, `${file}.copy`).then(() => rename(`${file}.copy`, file))],
      ['the -wal file was deleted', 1, () => rm(`${file}-wal`)],
      ['the -shm file was deleted', 1, () => rm(`${file}-shm`)],
    ])('ends after %s, with %i workers', async (_change, workers, change) => {
      await create();
      const { url, lines, ended } = await startServe(stored.url, workers);
      await change();
      const exists = existsSync(file);
      const acknowledged = await createAddresses(url, ended);
      expect(await ended).toBe(3);
      // The files are checked every ten milliseconds.
      expect(acknowledged).toBeLessThan(100);
      expect(existsSync(file)).toBe(exists);
      // The second worker might have found no file.
      if (workers === 1) {
        expect(lines.join('\n')).toMatch(/"level":"fatal".*was deleted, moved, or replaced while it was in use/);
      }
      await stored.drop();
    });

    test('ends if it finds no file to replace a killed worker', async () => {
      await create();
      const { lines, ended } = await startServe(stored.url, 2);
      await Promise.all(['', '-wal', '-shm'].map((suffix) => rm(`${file}${suffix}`)));
      await expect.poll(() => workersIn(lines)).not.toEqual([]);
      const [worker = 0] = workersIn(lines);
      process.kill(worker, 'SIGKILL');
      expect(await ended).toBe(3);
      expect(existsSync(file)).toBe(false);
      await stored.drop();
    });

    test('does not start if only its log is left', async () => {
      await create();
      await rm(file);
      await writeFile(`${file}-wal`, 'the last writes');
      const { exitCode, errors } = await runProgram(['serve', '--workers', '1'], {
        environment: testEnvironment(stored.url),
      });
      expect([exitCode, existsSync(file)]).toEqual([3, false]);
      expect(errors).toContain(`${file} does not exist, but ${file}-wal does.`);
      await stored.drop();
    });
  });
}
