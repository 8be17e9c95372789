/** The file of the signing keys cannot be read any more while the real program serves. */
import { execFile } from 'node:child_process';
import { mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSigningKey } from '../src/auth/signing-key.ts';
import { openTokens } from '../src/auth/tokens.ts';
import { openDatabase } from '../src/database/open-database.ts';
import { createMigratedDatabaseUrl, type TestDatabase } from './support/database-url.ts';
import { insertUser, testEnvironment } from './support/gateway.ts';
import { buildProgram, startProgram, workersIn } from './support/program.ts';

let stored: TestDatabase;
let folder: string;
let file: string;

beforeAll(async () => {
  await buildProgram();
  stored = await createMigratedDatabaseUrl();
  folder = await mkdtemp(join(tmpdir(), 'unconfirmed-keys-'));
  file = join(folder, 'keys.json');
}, 120_000);

afterAll(async () => {
  await rm(folder, { recursive: true });
  await stored.drop();
});

interface Line {
  msg: string;
  level: string;
  worker?: number;
  failures?: number;
}

async function startServe(workers: number, gracePeriod: string) {
  const { GATEWAY_SIGNING_KEY: _, ...others } = testEnvironment(stored.url);
  const environment = {
    ...others,
    GATEWAY_SIGNING_KEY_FILE: file,
    GATEWAY_KEY_GRACE_PERIOD: gracePeriod,
    GATEWAY_HEALTH_PORT: '0',
  };
  const { match, program, ended, lines } = await startProgram(
    ['serve', '--workers', String(workers)],
    /"url":"([^"]+)","healthUrl":"([^"]+)"/,
    { environment },
  );
  await expect.poll(() => workersIn(lines), { timeout: 60_000 }).toHaveLength(workers);
  const [, url = '', healthUrl = ''] = match;
  return {
    url,
    healthUrl,
    logged: () => lines.map((line) => JSON.parse(line) as Line),
    async stop() {
      program.kill('SIGTERM');
      expect(await ended).toBe(0);
    },
  };
}

async function get(url: string): Promise<[status: number, body: Record<string, unknown>]> {
  const response = await fetch(url);
  return [response.status, (await response.json()) as Record<string, unknown>];
}

test('a lost key file is logged once and shown, then tokens are refused until it is back', async () => {
  await writeFile(file, createSigningKey());
  const database = await openDatabase(stored.url);
  const { token } = await insertUser(database, await openTokens({ file }));
  await database.close();
  const { url, healthUrl, logged, stop } = await startServe(2, '2s');
  const ask = async () => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: '{ me { username } }' }),
    });
    const body = (await response.json()) as { errors?: { extensions: Record<string, unknown> }[] };
    return {
      status: response.status,
      key: body.errors?.[0]?.extensions.key,
      retryAfter: response.headers.get('retry-after'),
    };
  };
  const patient = { timeout: 60_000, interval: 100 };
  const linesOf = (text: string) => logged().filter(({ msg }) => msg === text);

  expect(await ask()).toMatchObject({ status: 200 });
  expect(await get(`${healthUrl}/health/ready`)).toEqual([200, { status: 'ready' }]);

  await rename(file, `${file}.away`);
  await expect.poll(() => linesOf('keys not read').length, patient).toBe(2);
  await expect.poll(ask, patient).toEqual({ status: 503, key: 'KEYS_UNCONFIRMED', retryAfter: '5' });
  await expect
    .poll(() => get(`${healthUrl}/health/ready`), patient)
    .toEqual([
      503,
      {
        status: 'unavailable',
        unconfirmedKeys: [
          {
            source: 'GATEWAY_SIGNING_KEY_FILE',
            readAt: expect.stringMatching(/^\d{4}-.*Z$/),
            failures: expect.any(Number),
            accepted: false,
          },
        ],
      },
    ]);
  await expect.poll(() => linesOf('keys no longer accepted').length, patient).toBe(2);
  expect((await get(`${url}/.well-known/jwks.json`))[0]).toBe(503);
  expect((await get(`${healthUrl}/health/live`))[0]).toBe(200);
  // Each process has one line, however often it tried again.
  expect(linesOf('keys not read').map(({ level }) => level)).toEqual(['error', 'error']);
  expect(new Set(linesOf('keys not read').map(({ worker }) => worker)).size).toBe(2);

  await rename(`${file}.away`, file);
  await expect.poll(() => linesOf('keys read again').length, patient).toBe(2);
  for (const { level, failures = 0 } of linesOf('keys read again')) {
    expect(level).toBe('info');
    expect(failures).toBeGreaterThan(0);
  }
  await expect.poll(() => get(`${healthUrl}/health/ready`), patient).toEqual([200, { status: 'ready' }]);
  expect(await ask()).toMatchObject({ status: 200 });
  expect((await get(`${url}/.well-known/jwks.json`))[0]).toBe(200);
  await stop();
}, 180_000);

test('a file system that does not respond counts as a file that cannot be read', async () => {
  await writeFile(file, createSigningKey());
  const tokens = await openTokens({ file }, { graceMilliseconds: 3_600_000 });
  const { token } = await tokens.sign({ userId: 'user-1' }, 3600);
  const key = `${file}.away`;
  await rename(file, key);
  // Opening a named pipe without a writer waits for ever.
  await promisify(execFile)('mkfifo', [file]);

  await expect
    .poll(
      async () => {
        await tokens.confirmKeys();
        return tokens.unconfirmedKeys();
      },
      { timeout: 30_000 },
    )
    .toMatchObject({ failures: 1, accepted: true });
  expect(await tokens.verify(token)).toMatchObject({ userId: 'user-1' });

  const writer = await open(file, 'w');
  await rename(key, file);
  await writer.close();
  await expect
    .poll(
      async () => {
        await tokens.confirmKeys();
        return tokens.unconfirmedKeys();
      },
      { timeout: 30_000 },
    )
    .toBeNull();
});
