import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const project = resolve(import.meta.dirname, '..');

/** The rows of a table in CONTRIBUTING.md, from the top: each has the names of files and folders that stand side by side. */
type Order = readonly (readonly string[])[];

interface Import {
  file: string;
  line: number;
  imported: string;
}

/** Reads the order of a folder from CONTRIBUTING.md. */
function orderOf(folder: string): Order {
  const text = readFileSync(resolve(project, 'CONTRIBUTING.md'), 'utf8');
  const [, table] = text.split(`| in \`${folder}\` | contents |\n| --- | --- |\n`);
  if (table === undefined) throw new Error(`CONTRIBUTING.md has no table of ${folder}.`);
  const [rows = ''] = table.split('\n\n');
  return rows.split('\n').map((row) => {
    const [, names = ''] = row.split('|');
    return Array.from(names.matchAll(/`([^`]+?)\/?`/g), ([, name = '']) => name);
  });
}

/** The imports of other files of the project in a text: of values, of types, and at run time. */
function importsIn(file: string, text: string): Import[] {
  return Array.from(text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g), ({ 1: imported = '', index }) => ({
    file,
    line: text.slice(0, index).split('\n').length,
    imported: relative(project, resolve(project, dirname(file), imported)),
  }));
}

function importsOf(folder: string): Import[] {
  const names = readdirSync(resolve(project, folder), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => importsIn(`${folder}${name}`, readFileSync(resolve(project, folder, name), 'utf8')));
}

/** The file or folder directly in `folder` that contains the path. Null if the path is elsewhere. */
function entryOf(folder: string, path: string): string | null {
  return path.startsWith(folder) ? (path.slice(folder.length).split('/')[0] ?? null) : null;
}

/** Whether the order allows an entry to import another one: only entries that stand below it. */
function isAllowed(order: Order, entry: string, imported: string): boolean {
  const rowOf = (name: string) => order.findIndex((names) => names.includes(name));
  return entry === imported || rowOf(entry) < rowOf(imported);
}

/** A sentence for each import of the folder that breaks the order. */
function violations(folder: string, order: Order, imports: readonly Import[]): string[] {
  return imports.flatMap(({ file, line, imported }) => {
    const [entry, importedEntry] = [entryOf(folder, file), entryOf(folder, imported)];
    if (entry === null || importedEntry === null || isAllowed(order, entry, importedEntry)) return [];
    const rule = `in ${folder}, ${entry} can import only what stands below it in the table of CONTRIBUTING.md`;
    return [`${file}:${line} imports ${imported}, but ${rule}.`];
  });
}

describe.each(['src/', 'src/domain/'])('the order of %s', (folder) => {
  test('names every file and folder', () => {
    const entries = readdirSync(resolve(project, folder));
    const remedy = `List every file and folder of ${folder}, and no other, in the tables of CONTRIBUTING.md.`;
    expect(orderOf(folder).flat().sort(), remedy).toEqual(entries.sort());
  });

  test('holds for every import', () => {
    expect(violations(folder, orderOf(folder), importsOf(folder))).toEqual([]);
  });
});

describe('an import that breaks the order', () => {
  const order = [['main.ts'], ['domain', 'http'], ['base']];

  test('is reported with its file, its line and the rule', () => {
    const upwards = { file: 'src/base/errors.ts', line: 3, imported: 'src/domain/bank/bank.table.ts' };
    expect(violations('src/', order, [upwards])).toEqual([
      'src/base/errors.ts:3 imports src/domain/bank/bank.table.ts, but in src/, base can import only what stands below it in the table of CONTRIBUTING.md.',
    ]);
  });

  test('is reported between two folders of one row', () => {
    const sideways = { file: 'src/domain/bank/bank.type.ts', line: 1, imported: 'src/http/server.ts' };
    expect(violations('src/', order, [sideways])).toHaveLength(1);
  });

  test('is not reported within a folder and downwards', () => {
    const inside = { file: 'src/domain/bank/bank.type.ts', line: 1, imported: 'src/domain/user/user.type.ts' };
    const downwards = { file: 'src/main.ts', line: 1, imported: 'src/base/errors.ts' };
    expect(violations('src/', order, [inside, downwards])).toEqual([]);
  });
});

test('importsIn finds imports of values, of types and at run time', () => {
  const text = `import { z } from 'zod';
import { bank } from './bank.table.ts';
import type {
  Context,
} from '../../graph/context.ts';
import './bank.type.ts';
const { demo } = await import('../../cli/demo.ts');
let config: typeof import('../../config.ts');`;
  expect(importsIn('src/domain/bank/bank.loader.ts', text).map(({ line, imported }) => [line, imported])).toEqual([
    [2, 'src/domain/bank/bank.table.ts'],
    [5, 'src/graph/context.ts'],
    [6, 'src/domain/bank/bank.type.ts'],
    [7, 'src/cli/demo.ts'],
    [8, 'src/config.ts'],
  ]);
});

/** Files that ask for a role without recording it: the access rule records the same roles, or names are shown. */
const askingSilently = [
  'src/domain/change/visible-fields.ts',
  'src/domain/customer-history/customer-history.resolver.ts',
  'src/domain/customer/customer-attribute.resolver.ts',
];

test('entities ask for roles with holdsFurtherRole and canShow, which record the role that decides', () => {
  const asking = importsOf('src/domain/')
    .filter(({ file }) => /\b(?:holdsAny|heldRole|canAccess)\(/.test(readFileSync(resolve(project, file), 'utf8')))
    .map(({ file }) => file);
  expect([...new Set(asking)].sort()).toEqual(askingSilently);
});
