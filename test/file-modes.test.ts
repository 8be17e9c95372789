import { mkdtemp, readdir, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customer } from '../src/import/obp/customer.ts';
import { Staging } from '../src/import/staging.ts';
import { dialectUnderTest } from './support/database-url.ts';
import { testEnvironment } from './support/gateway.ts';
import { buildProgram, runProgram, startProgram } from './support/program.ts';

let folder: string;
let formerMask: number;
beforeAll(async () => {
  // The tested programs inherit the mask. Without a mask, only the requested mode protects a file.
  formerMask = process.umask(0);
  folder = await mkdtemp(join(tmpdir(), 'file-modes-'));
  await buildProgram();
}, 120_000);
afterAll(() => {
  process.umask(formerMask);
});

async function modeOf(file: string): Promise<string> {
  return ((await stat(file)).mode & 0o777).toString(8);
}

async function run(command: string[], environment: Record<string, string> = {}): Promise<void> {
  const { exitCode, errors } = await runProgram(command, { environment });
  expect([exitCode, errors]).toEqual([0, '']);
}

/** Returns the modes of the database file, its log and its shared memory while it is served. */
async function serveAndReadModes(file: string) {
  const environment = testEnvironment(`file:${file}`);
  const { program, lines, ended } = await startProgram(['serve', '--workers', '2'], /"listening"/, { environment });
  const modes = await Promise.all(['', '-wal', '-shm'].map((suffix) => modeOf(`${file}${suffix}`)));
  program.kill('SIGTERM');
  await ended;
  return { modes, lines };
}

describe('with any umask, only the owner can access', () => {
  test('signing keys', async () => {
    const file = join(folder, 'signing-key.json');
    await run(['keys', 'create', file]);
    expect(await modeOf(file)).toBe('600');
    await run(['keys', 'rotate', file]);
    expect(await modeOf(file)).toBe('600');
    expect(await readdir(folder)).toEqual(['signing-key.json']);
  });

  test('temporary files of an import', async () => {
    const staging = new Staging();
    const row = { id: 'x'.repeat(1_000) };
    for (let line = 0; line < 20_000; line += 1) {
      staging.add({ entity: customer, key: String(line), row }, { file: 0, offset: 0, line, column: 1, position: '' });
    }
    const descriptors = await readdir('/proc/self/fd').catch(() => []);
    const targets = await Promise.all(
      descriptors.map(async (name) => [name, await readlink(`/proc/self/fd/${name}`).catch(() => '')] as const),
    );
    const temporary = targets.filter(([, target]) => target.endsWith('(deleted)'));
    // Only Linux lists deleted files.
    if (process.platform === 'linux') expect(temporary).not.toEqual([]);
    for (const [name] of temporary) expect(await modeOf(`/proc/self/fd/${name}`)).toBe('600');
    staging.database.close();
  });

  if (dialectUnderTest === 'sqlite') {
    test('a database, its write-ahead log, its new folder and its backups', async () => {
      const file = join(folder, 'new', 'data', 'gateway.db');
      const { modes, lines } = await serveAndReadModes(file);
      expect(modes).toEqual(['600', '600', '600']);
      expect(await modeOf(join(folder, 'new', 'data'))).toBe('700');
      expect(await modeOf(join(folder, 'new'))).toBe('700');
      expect(lines.join('\n')).not.toContain('accessible');

      const copy = join(folder, 'copy.db');
      const { exitCode } = await runProgram(['backup', copy], { environment: testEnvironment(`file:${file}`) });
      expect([exitCode, await modeOf(copy)]).toEqual([0, '600']);
    });

    test('a database at the end of a symbolic link', async () => {
      const target = join(folder, 'target.db');
      await symlink(target, join(folder, 'link.db'));
      await run(['migrate'], { DATABASE_URL: `file:${join(folder, 'link.db')}` });
      expect(await modeOf(target)).toBe('600');
    });
  }
});

if (dialectUnderTest === 'sqlite') {
  test('an existing database keeps its mode, and a warning logs the remedy', async () => {
    const file = join(folder, 'former.db');
    await writeFile(file, '', { mode: 0o640 });

    const { modes, lines } = await serveAndReadModes(file);

    expect(modes).toEqual(['640', '640', '640']);
    const warnings = lines.filter((line) => line.includes('accessible')).map((line) => JSON.parse(line));
    expect(warnings).toMatchObject(
      ['', '-wal', '-shm'].map((suffix) => ({
        level: 'warn',
        file: `${file}${suffix}`,
        mode: '640',
        remedy: `chmod 600 ${file}${suffix}`,
        msg: 'database file is accessible to other accounts',
      })),
    );
  });
}
