import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildProgram } from './support/program.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const names = ['schema', 'codegen', 'docs', 'migrations:sqlite', 'migrations:postgresql'];

/** A copy of the project, so that a planted change leaves the project itself as it is. */
async function copyProject(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'check-'));
  const parts = ['codegen.yml', 'docs', 'drizzle', 'package.json', 'schema', 'scripts', 'src'];
  for (const part of [...parts, 'test/catalogue.json', 'test/generated', 'tsconfig.json', 'tsconfig.build.json']) {
    await cp(join(project, part), join(copy, part), { recursive: true });
  }
  // The times of the build are kept, so that only the planted changes are compiled.
  await cp(join(project, 'dist'), join(copy, 'dist'), { recursive: true, preserveTimestamps: true });
  await symlink(join(project, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

async function check(copy: string, ...args: string[]): Promise<{ exitCode: number; output: string }> {
  const result = promisify(execFile)(process.execPath, ['scripts/check.ts', ...args], { cwd: copy });
  return result.then(
    ({ stdout, stderr }) => ({ exitCode: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ exitCode: code, output: stdout + stderr }),
  );
}

describe('npm run check', () => {
  let copy: string;
  beforeAll(async () => {
    await buildProgram();
    copy = await copyProject();
  }, 120_000);

  test('finds every generated file that is out of date', async () => {
    const planted = "\nexport const planted = columns.table('planted', { id: columns.id('id').primaryKey() });\n";
    await appendFile(join(copy, 'src/domain/bank/bank.table.ts'), planted);
    const schema = join(copy, 'schema/schema.graphql');
    await writeFile(schema, (await readFile(schema, 'utf8')).replaceAll('legalName: String!', 'legalName: String'));

    const { exitCode, output } = await check(copy, ...names);

    expect(exitCode).toBe(1);
    expect(names.filter((name) => !output.includes(`FAILED  ${name} `))).toEqual([]);
    expect(output).toContain('CREATE TABLE `planted`');
    expect(output).toContain('CREATE TABLE "planted"');
  }, 120_000);

  test('finds an operation without types', async () => {
    const other = await copyProject();
    await writeFile(join(other, 'schema/operations/Planted.graphql'), 'query Planted { banks { id } }');

    expect(await check(other, 'codegen')).toMatchObject({ exitCode: 1 });
  });

  test('refuses an unknown name', async () => {
    const { exitCode, output } = await check(copy, 'docs', 'spelling');

    expect(exitCode).toBe(2);
    expect(output).toContain('Unknown checks: spelling.');
  });
});
