import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const project = fileURLToPath(new URL('..', import.meta.url));
const graphqlCodegen = join(project, 'node_modules/@graphql-codegen/cli/esm/bin.js');
const drizzleKit = join(project, 'node_modules/drizzle-kit/bin.cjs');

/** What generated files are made from, and they themselves: generating them there changes nothing here. */
async function copyProject(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'generated-'));
  const parts = ['codegen.yml', 'drizzle', 'package.json', 'schema', 'src', 'tsconfig.json'];
  for (const part of parts) await cp(join(project, part), join(copy, part), { recursive: true });
  await cp(join(project, 'test/generated'), join(copy, 'test/generated'), { recursive: true });
  await symlink(join(project, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

async function run(folder: string, program: string, ...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [program, ...args], { cwd: folder });
}

/** Every file below the folder, by its path, with what it holds. */
async function contentsOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'utf8')])),
  );
}

describe('the types of the operations', () => {
  /** The files that are not what is generated anew. */
  async function staleFiles(copy: string): Promise<string[]> {
    const committed = await contentsOf(join(copy, 'test/generated'));
    await run(copy, graphqlCodegen, '--config', 'codegen.yml', '--silent');
    const generated = await contentsOf(join(copy, 'test/generated'));
    return Object.keys(generated).filter((path) => generated[path] !== committed[path]);
  }

  test('are those of schema/schema.graphql and schema/operations', async () => {
    expect(await staleFiles(await copyProject()), 'run `npm run codegen`').toEqual([]);
  });

  test('are stale when an operation is added, and that is noticed', async () => {
    const copy = await copyProject();
    await writeFile(join(copy, 'schema/operations/Planted.graphql'), 'query Planted { banks { id } }');

    expect(await staleFiles(copy)).toEqual(['operations.ts']);
  });

  test('are stale when a type of the schema changes, and that is noticed', async () => {
    const copy = await copyProject();
    const schema = join(copy, 'schema/schema.graphql');
    await writeFile(schema, (await readFile(schema, 'utf8')).replaceAll('legalName: String!', 'legalName: String'));

    expect(await staleFiles(copy)).toEqual(['operations.ts']);
  });
});

describe.each(['sqlite', 'postgresql'])('the migrations of %s', (dialect) => {
  async function generateMigrations(copy: string): Promise<{ committed: string[]; generated: string[] }> {
    const filesOf = async () => (await readdir(join(copy, 'drizzle', dialect))).sort();
    const committed = await filesOf();
    await run(copy, drizzleKit, 'generate', '--config', `drizzle/${dialect}.config.ts`);
    return { committed, generated: await filesOf() };
  }

  test('lay down the tables as they are', async () => {
    const { committed, generated } = await generateMigrations(await copyProject());

    expect(generated, 'run `npm run migrations`').toEqual(committed);
  });

  test('are stale when a table is added, and that is noticed', async () => {
    const copy = await copyProject();
    const planted = `
      export const planted = columns.table('planted', { id: columns.id('id').primaryKey() });
    `;
    await appendFile(join(copy, 'src/domain/bank/bank.table.ts'), planted);

    const { committed, generated } = await generateMigrations(copy);

    expect(generated).toHaveLength(committed.length + 1);
    expect(generated.filter((name) => !committed.includes(name))).toEqual([expect.stringMatching(/^\d{4}_.+\.sql$/)]);
  });
});
