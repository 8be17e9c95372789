/** Commands whose standard output cannot be written. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMigratedDatabaseUrl, type TestDatabase } from './support/database-url.ts';
import { testEnvironment } from './support/gateway.ts';
import { buildProgram, type ProgramOptions, runProgram } from './support/program.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createMigratedDatabaseUrl();
  await buildProgram();
  const { exitCode } = await run(['user', 'create', 'clerk.bob', '--email', 'bob@example.org'], {
    input: 'a password of the test\n',
  });
  expect(exitCode).toBe(0);
}, 120_000);

afterAll(() => database.drop());

function run(args: string[], options: ProgramOptions = {}) {
  return runProgram(args, { environment: testEnvironment(database.url), ...options });
}

test('a command whose reader has closed the pipe exits with its own exit code', async () => {
  const file = join(tmpdir(), `${randomUUID()}.json`);
  await writeFile(file, '[{ "bank_id": 1, "full_name": 2 }]');
  expect(await run(['import', file], { hasNoReader: true })).toMatchObject({ exitCode: 1 });
  expect(await run(['token', 'clerk.bob'], { hasNoReader: true })).toMatchObject({ exitCode: 0, errors: '' });
});

test('audit export ends without an error when its reader closes the pipe', async () => {
  expect(await run(['audit', 'export'], { hasNoReader: true })).toMatchObject({ exitCode: 0, errors: '' });
});

test.each([
  ['token', 'clerk.bob'],
  ['audit', 'export'],
  ['schema', 'print'],
])('%s %s fails if its output does not fit on the disk', async (...args) => {
  expect(await run(args, { outputFile: '/dev/full' })).toMatchObject({
    exitCode: 1,
    errors: 'Standard output cannot be written (ENOSPC).\n',
  });
});
