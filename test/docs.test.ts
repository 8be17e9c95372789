import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse, specifiedRules, validate } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { defaultLimits, operationLimits } from '../src/execution/limits.ts';
import { gatewaySchema } from '../src/schema.ts';
import catalogue from './catalogue.json' with { type: 'json' };

const project = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(project, 'docs/apis.md'), 'utf8');
const errorsPage = readFileSync(join(project, 'docs/errors.md'), 'utf8');

/** Copies the pages and their sources, so that generating the pages changes nothing in the project. */
async function copyProject(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'docs-'));
  const sources = ['base/roles.ts', 'base/errors.ts', 'execution/variables.ts', 'http/format-error.ts'];
  for (const part of [
    'docs',
    'package.json',
    'schema',
    'test/catalogue.json',
    ...sources.map((file) => `src/${file}`),
  ]) {
    await cp(join(project, part), join(copy, part), { recursive: true });
  }
  await symlink(join(project, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Generates the pages in a copy of the project, and returns one of them. */
async function generateIn(copy: string, name = 'docs/apis.md'): Promise<string> {
  await promisify(execFile)(process.execPath, ['docs/generate.ts'], { cwd: copy });
  return readFile(join(copy, name), 'utf8');
}

describe('docs/errors.md', () => {
  test('is up to date', async () => {
    expect(await generateIn(await copyProject(), 'docs/errors.md'), 'run `npm run docs`').toBe(errorsPage);
  });
});

describe('docs/apis.md', () => {
  test('is up to date', async () => {
    expect(await generateIn(await copyProject()), 'run `npm run docs`').toBe(page);
  });

  test.each([
    ['schema/schema.graphql', 'Adds an address to a customer.', 'Adds a postal address to a customer.'],
    ['test/catalogue.json', '"name": "Create Address"', '"name": "Add Address"'],
    ['src/base/roles.ts', 'Create an address of a customer.', 'Create a postal address of a customer.'],
    ['src/base/errors.ts', "Customer's Address not found", 'Address not found'],
  ])('depends on %s', async (file, before, after) => {
    const copy = await copyProject();
    const text = await readFile(join(copy, file), 'utf8');
    await writeFile(join(copy, file), text.replace(before, after));

    expect(text).toContain(before);
    expect(await generateIn(copy)).not.toBe(page);
  });
});

describe.each(catalogue.map(({ operation, root, errors }): [string, string, string[]] => [operation, root, errors]))(
  'docs/apis.md on %s',
  (operation, root, errors) => {
    let section: string;

    beforeAll(() => {
      section = page.split(/^### /m).find((text) => text.startsWith(`${operation}\n`)) ?? '';
    });

    test('names its field and each of its errors', () => {
      expect(section).toContain(`\`${root}\``);
      expect(errors.filter((code) => !section.includes(`| ${code} |`))).toEqual([]);
    });

    test('has an operation that is valid, and within the limits', async () => {
      const [, source = ''] = /```graphql\n([\s\S]*?)\n```/.exec(section) ?? [];

      const document = parse(source, { maxTokens: 1_500 });

      expect(validate(await gatewaySchema(), document, [...specifiedRules, ...operationLimits(defaultLimits)])).toEqual(
        [],
      );
    });
  },
);
