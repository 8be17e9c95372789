/** The real program with a log that cannot be written, or not at once. */
import { type ChildProcess, execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createMigratedDatabaseUrl, type TestDatabase } from '../support/database-url.ts';
import { testEnvironment } from '../support/gateway.ts';
import { freePort } from '../support/postgresql-server.ts';
import { buildProgram, spawnProgram } from '../support/program.ts';

interface Serving {
  program: ChildProcess;
  url: string;
  /** Sends SIGTERM. Resolves with the exit code, or with the signal if the program had to be killed. */
  stop(): Promise<unknown>;
}

let database: TestDatabase;
let serving: Serving | null = null;

beforeAll(buildProgram);

afterEach(async () => {
  serving?.program.kill('SIGKILL');
  serving = null;
  await database.drop();
});

async function serve(workers: string, outputFile: string): Promise<Serving> {
  database = await createMigratedDatabaseUrl();
  const port = await freePort();
  const environment = { ...testEnvironment(database.url), PORT: String(port) };
  const program = spawnProgram(['serve', '--workers', workers], { environment, outputFile });
  const ended = once(program, 'close');
  const url = `http://127.0.0.1:${port}`;
  serving = {
    program,
    url,
    async stop() {
      program.kill('SIGTERM');
      const [exitCode, signal] = await ended;
      return exitCode ?? signal;
    },
  };
  while (!(await isLive(url))) await sleep(20);
  return serving;
}

function isLive(url: string): Promise<boolean> {
  return fetch(`${url}/health/live`, { signal: AbortSignal.timeout(10_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function sendRequests(url: string, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 20) {
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const response = await fetch(`${url}/.well-known/jwks.json`, { headers: { 'x-request-id': randomUUID() } });
        await response.text();
      }),
    );
  }
}

/** A named pipe, from which only `read` reads. */
async function createPipe() {
  const file = join(tmpdir(), `log-${randomUUID()}`);
  await promisify(execFile)('mkfifo', [file]);
  const reader = openSync(file, constants.O_RDWR | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(65_536);
  let text = '';
  const read = () => {
    try {
      for (;;) text += buffer.toString('utf8', 0, readSync(reader, buffer));
    } catch {
      return text;
    }
  };
  return { file, read, close: () => closeSync(reader) };
}

describe.each(['1', '2'])('with %s workers', (workers) => {
  test('a full disk of the log stops neither serving nor shutdown', async () => {
    const { url, stop } = await serve(workers, '/dev/full');
    await sendRequests(url, 100);
    expect(await isLive(url)).toBe(true);
    expect(await stop()).toBe(0);
  });

  test('a log whose reader does not read stops neither serving nor shutdown', async () => {
    const pipe = await createPipe();
    const { url, stop } = await serve(workers, pipe.file);
    // More than the pipe holds.
    await sendRequests(url, 1_000);
    expect(await isLive(url)).toBe(true);
    expect(await stop()).toBe(0);
    pipe.close();
  });

  test('lines that a slow reader has not read when the program stops are not lost, and are not mixed', async () => {
    const pipe = await createPipe();
    const { url, stop } = await serve(workers, pipe.file);
    await sendRequests(url, 1_000);
    const reading = setInterval(pipe.read, 5);
    expect(await stop()).toBe(0);
    clearInterval(reading);
    const lines = pipe.read().trim().split('\n');
    const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages.filter((message) => message === 'request')).toHaveLength(1_000);
    expect(messages.at(-1)).toBe('stopped');
    pipe.close();
  });
});
