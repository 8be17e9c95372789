/** The modules and the memory of the real program before the first request. */
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabaseUrl, dialectUnderTest } from '../support/database-url.ts';
import { testEnvironment } from '../support/gateway.ts';
import { buildProgram, runProgram, startProgram } from '../support/program.ts';

let database: Awaited<ReturnType<typeof createDatabaseUrl>>;
beforeAll(async () => {
  database = await createDatabaseUrl();
  await buildProgram();
}, 120_000);
afterAll(() => database.drop());

function serve(environment: Record<string, string>) {
  return startProgram(['serve', '--workers', '1'], /"worker":(\d+).*"msg":"listening"/, {
    environment: {
      ...testEnvironment(database.url),
      NODE_ENV: 'production',
      // The options of `npm run gateway`.
      NODE_OPTIONS: '--max-semi-space-size=32',
      NODE_DISABLE_COMPILE_CACHE: '1',
      ...environment,
    },
  });
}

/** The URLs of all modules that a process loaded, which it writes to a file when it ends. */
async function modulesIn(coverageFolder: string): Promise<string[]> {
  const files = await readdir(coverageFolder);
  const reports = await Promise.all(files.map((file) => readFile(join(coverageFolder, file), 'utf8')));
  return reports.flatMap((report) =>
    (JSON.parse(report) as { result: { url: string }[] }).result.map(({ url }) => url),
  );
}

async function megabytesOf(pid: number | string | undefined, name: 'VmRSS' | 'RssAnon'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
}

function packagesOf(modules: readonly string[]): Set<string> {
  return new Set(modules.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []));
}

test('modules of features that are not configured are not loaded', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'loaded-'));
  const { program, ended } = await serve({ NODE_V8_COVERAGE: folder });
  program.kill('SIGTERM');
  expect(await ended).toBe(0);
  const modules = await modulesIn(folder);
  const packages = packagesOf(modules);
  const [driver, otherDriver] = dialectUnderTest === 'sqlite' ? ['better-sqlite3', 'pg'] : ['pg', 'better-sqlite3'];
  expect(packages).toContain('fastify');
  expect(packages).toContain(driver);
  for (const idle of [
    otherDriver,
    'nodemailer',
    'ruru',
    '@faker-js/faker',
    'ajv',
    '@apollo/usage-reporting-protobuf',
  ]) {
    expect(packages).not.toContain(idle);
  }
  expect(modules.filter((url) => /\/dist\/(import\/|cli\/demo\.)/.test(url))).toEqual([]);
});

test('the command line loads no packages except commander', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'loaded-'));
  const { exitCode } = await runProgram(['--version'], { environment: { NODE_V8_COVERAGE: folder } });
  expect(exitCode).toBe(0);
  expect(packagesOf(await modulesIn(folder))).toEqual(new Set(['commander']));
});

test.runIf(process.platform === 'linux')('the resident memory is small', async () => {
  const { program, match, ended } = await serve({});
  await sleep(2_000);
  const worker = await megabytesOf(match[1], 'VmRSS');
  const parent = await megabytesOf(program.pid, 'RssAnon');
  program.kill('SIGTERM');
  expect(await ended).toBe(0);
  // 163 to 170 when this was written; 37 more if Node looked up each module of drizzle-orm by itself (resolve-drizzle.ts).
  expect(worker).toBeLessThan(180);
  // Without the program of Node.js, which both processes share.
  expect(parent).toBeLessThan(40);
});
