/** The port of the parent process, while the workers of the real program serve, are blocked, or stop. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Readiness } from '../../src/http/health.ts';
import { combinedReadiness } from '../../src/http/worker-readiness.ts';
import { createMigratedDatabaseUrl, type TestDatabase } from '../support/database-url.ts';
import { testEnvironment } from '../support/gateway.ts';
import { buildProgram, runProgram, startProgram, workersIn } from '../support/program.ts';
import { openRawClient, type RawClient, rawPost, rawResponse } from '../support/raw-client.ts';

const within = { timeout: 60_000 };

let database: TestDatabase;
let program: Awaited<ReturnType<typeof startProgram>> | null = null;
let clients: RawClient[] = [];

beforeAll(async () => {
  await buildProgram();
  database = await createMigratedDatabaseUrl();
}, 120_000);
afterEach(() => {
  for (const { socket } of clients) socket.destroy();
  clients = [];
  program?.program.kill('SIGKILL');
  program = null;
});
afterAll(() => database.drop());

async function start(workers: number, environment: Record<string, string> = {}) {
  program = await startProgram(['serve', '--workers', String(workers)], /"url":"([^"]+)","healthUrl":"([^"]+)"/, {
    environment: { ...testEnvironment(database.url), GATEWAY_HEALTH_PORT: '0', ...environment },
  });
  const { lines, match, ended } = program;
  await expect.poll(() => workersIn(lines), within).toHaveLength(workers);
  const [, url = '', healthUrl = ''] = match;
  return { program: program.program, url, healthUrl, ended, workers: workersIn(lines) };
}

async function responseOf(url: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url);
  return { status: response.status, body: await response.json() };
}

describe.each([1, 2])('with %i workers', (workers) => {
  test('reports the same on both ports, and serves nothing else', async () => {
    const { url, healthUrl } = await start(workers);
    for (const origin of [url, healthUrl]) {
      expect(await responseOf(`${origin}/health/live`)).toEqual({ status: 200, body: { status: 'live' } });
      expect(await responseOf(`${origin}/health/ready`)).toEqual({ status: 200, body: { status: 'ready' } });
    }
    const other = await fetch(`${healthUrl}/graphql`, { method: 'POST', body: '{}' });
    expect(other.status).toBe(404);
    expect(other.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await other.json()).toMatchObject({ errors: [{ extensions: { key: 'PATH_NOT_FOUND' } }] });
    const malformed = await rawResponse(healthUrl, 'nonsense\r\n\r\n');
    expect(malformed).toMatch(/^HTTP\/1\.1 400 [\s\S]*x-content-type-options: nosniff/);
  });

  test('is live but not ready while all workers are blocked', async () => {
    const { healthUrl, workers: ids } = await start(workers);
    for (const id of ids) process.kill(id, 'SIGSTOP');
    const ready = () => responseOf(`${healthUrl}/health/ready`);
    await expect.poll(ready, within).toEqual({ status: 503, body: { status: 'unavailable' } });
    expect((await responseOf(`${healthUrl}/health/live`)).status).toBe(200);
    for (const id of ids) process.kill(id, 'SIGCONT');
    await expect.poll(ready, within).toEqual({ status: 200, body: { status: 'ready' } });
  });
});

test('responds although the main port refuses connections', async () => {
  const { url, healthUrl } = await start(1, { GATEWAY_MAX_CONNECTIONS: '2' });
  for (let opened = 0; opened < 50; opened += 1) clients.push(await openRawClient(url));
  expect((await responseOf(`${healthUrl}/health/ready`)).status).toBe(200);
});

test('is live but not ready until a stop has answered the last request', async () => {
  const { program, url, healthUrl, ended } = await start(1);
  const client = await openRawClient(url);
  clients.push(client);
  const request = rawPost('{"query":"{ me { id } }"}');
  client.send(request);
  await expect.poll(() => client.received(), within).toContain('200 OK');
  client.send(request.subarray(0, 20));
  program.kill('SIGTERM');
  const ready = () => responseOf(`${healthUrl}/health/ready`);
  await expect.poll(ready, within).toEqual({ status: 503, body: { status: 'stopping' } });
  expect((await responseOf(`${healthUrl}/health/live`)).status).toBe(200);
  client.send(request.subarray(20));
  await client.closed();
  expect(await ended).toBe(0);
});

test('serve fails if another program uses the port', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const environment = { ...testEnvironment(database.url), GATEWAY_HEALTH_PORT: String(port) };
  const { exitCode, errors } = await runProgram(['serve'], { environment });
  other.close();
  expect(exitCode).toBe(1);
  expect(errors).toContain(`127.0.0.1:${port}`);
});

const ready = (used: number): Readiness => ({ status: 'ready', replicas: { used, leftOut: 2 - used } });

test.each<[string, (Readiness | null)[], Readiness]>([
  ['no worker serves', [], { status: 'unavailable' }],
  ['all workers are ready', [{ status: 'ready' }, { status: 'ready' }], { status: 'ready' }],
  ['one worker is ready, and another one is silent', [null, { status: 'ready' }], { status: 'ready' }],
  ['all workers are silent', [null, null], { status: 'unavailable' }],
  ['one worker is not ready', [{ status: 'ready' }, { status: 'unavailable' }], { status: 'unavailable' }],
  ['one worker ends', [{ status: 'stopping' }, { status: 'ready' }], { status: 'unavailable' }],
  ['the workers use different replicas', [ready(2), ready(1), ready(2)], ready(1)],
])('the readiness of all workers if %s', (_case, states, expected) => {
  expect(combinedReadiness(states)).toEqual(expected);
});
