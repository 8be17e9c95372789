import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { readSettings } from '../src/config.ts';

const root = join(import.meta.dirname, '..');

/** The Markdown pages of the project, by their paths. */
const pages = new Map(
  [
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'bench/README.md',
    ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => `docs/${file}`),
  ].map((path) => [path, readFileSync(join(root, path), 'utf8')]),
);

/** The pages that are written by hand and describe the present state. */
const current = [...pages].filter(([path]) => !['CHANGELOG.md', 'docs/apis.md', 'docs/errors.md'].includes(path));

function pageAt(path: string): string {
  return pages.get(path) ?? '';
}

/** The page without blocks of code, in which nothing is a heading or a link. */
function proseOf(page: string): string {
  return page.replace(/^```.*?^```$/gms, '').replace(/^ {4}.*$/gm, '');
}

/** The anchors of the headings, as GitHub forms them. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let copy = 1; anchors.has(anchor); copy += 1) anchor = `${slug}-${copy}`;
    anchors.add(anchor);
  }
  return anchors;
}

function linksOf(page: string): string[] {
  const text = proseOf(page).replace(/`[^`]*`/g, '');
  return [...text.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);
}

/** Why a relative link of a page does not resolve; null if it does. */
function brokenLink(path: string, target: string): string | null {
  const [file = '', anchor] = target.split('#');
  const linked = file === '' ? path : join(dirname(path), file);
  if (!existsSync(join(root, linked))) return `${target}: ${linked} does not exist`;
  if (anchor === undefined || anchorsOf(pageAt(linked)).has(anchor)) return null;
  return `${target}: ${linked} has no such heading`;
}

test('every relative link between pages resolves', () => {
  const problems = [...pages].flatMap(([path, page]) =>
    linksOf(page)
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => brokenLink(path, target))
      .filter((problem) => problem !== null)
      .map((problem) => `${path}: ${problem}`),
  );

  expect(problems).toEqual([]);
});

test('every path that a page names exists', () => {
  const missing = current.flatMap(([page, text]) =>
    [...text.matchAll(/`((?:bench|docs|drizzle|schema|scripts|src|test)\/[\w./-]*)`/g)]
      .map(([, path = '']) => path)
      .filter((path) => !existsSync(join(root, path)))
      .map((path) => `${page}: ${path}`),
  );

  expect(missing).toEqual([]);
});

test('package.json has every script that a page names', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const named = current.flatMap(([, page]) => [...page.matchAll(/\bnpm run ([\w:]+)/g)].map(([, name = '']) => name));

  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

test('a link to a missing page or heading is reported', () => {
  expect(brokenLink('docs/access.md', 'missing.md')).toBe('missing.md: docs/missing.md does not exist');
  expect(brokenLink('README.md', 'docs/access.md#missing')).toBe(
    'docs/access.md#missing: docs/access.md has no such heading',
  );
  expect(brokenLink('docs/access.md', '#own-data')).toBeNull();
});

test('README.md has at most 160 lines', () => {
  expect(pageAt('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(160);
});

test('CHANGELOG.md has entries of at most two lines under known headings', () => {
  const sections = ['Breaking changes', 'Added', 'Changed', 'Fixed', 'Removed', 'Security'];
  const lines = pageAt('CHANGELOG.md').split('\n');
  const headings = lines.filter((line) => line.startsWith('### ')).map((line) => line.slice(4));

  expect(headings.filter((heading) => !sections.includes(heading))).toEqual([]);
  expect(lines.filter((line, index) => line.startsWith('  ') && lines[index - 1]?.startsWith('  '))).toEqual([]);
});

test('docs/errors.md lists every error that other pages name', () => {
  const listed = new Set(
    [...pageAt('docs/errors.md').matchAll(/^\| `([\w-]+)` \| `(\w+)`/gm)].flatMap(([, key, code]) => [key, code]),
  );
  const sdl = readFileSync(new URL('../schema/schema.graphql', import.meta.url), 'utf8');
  const enumValues = new Set([...sdl.matchAll(/^ {2}([A-Z][A-Z0-9_]*)$/gm)].map(([, name]) => name));
  const variables = /^(GATEWAY|DATABASE|TEST|TOKEN|AUTHORIZATION|NODE|LOG|OTEL)_/;
  const names = current.flatMap(([, page]) =>
    [...page.matchAll(/`([A-Z]{2,}(?:_[A-Z]+)+|OBP-\d{5})`/g)].map(([, name = '']) => name),
  );

  expect(names.length).toBeGreaterThan(40);
  expect(names.filter((name) => !listed.has(name) && !enumValues.has(name) && !variables.test(name))).toEqual([]);
});

test('docs/identity.md describes every reason why a token is refused', () => {
  const source = readFileSync(join(root, 'src/auth/token-refused.ts'), 'utf8');
  const reasons = [...source.matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(([, reason = '']) => reason);

  expect(reasons.length).toBeGreaterThan(10);
  expect(reasons.filter((reason) => !pageAt('docs/identity.md').includes(`\`${reason}\``))).toEqual([]);
});

/** The rows of the tables of docs/configuration.md. */
const documented = [...pageAt('docs/configuration.md').matchAll(/^\| `([A-Z_\d]+)` \| ([^|]+) \| /gm)].map(
  ([, name = '', text = '']) => ({ name, text }),
);

test('docs/configuration.md lists every variable once', () => {
  const source = readFileSync(join(root, 'src/config.ts'), 'utf8');
  const variables = [...source.matchAll(/^ {2}([A-Z][A-Z_\d]+): /gm)].map(([, name]) => name);

  expect(variables.length).toBeGreaterThan(40);
  expect(documented.map(({ name }) => name).sort()).toEqual(variables.sort());
});

/** Whether the settings are the same with and without the variable, in development and in production. */
function isDefault(name: string, text: string): boolean {
  const [, value = '', inProduction = value] = /^`([^`]+)`(?:, in production `([^`]+)`)?$/.exec(text) ?? [];
  const isSame = (environment: Record<string, string>, set: string) =>
    isDeepStrictEqual(readSettings({ ...environment, [name]: set }, []), readSettings(environment, []));
  return isSame({}, value) && (name === 'NODE_ENV' || isSame({ NODE_ENV: 'production' }, inProduction));
}

test('the defaults in docs/configuration.md are those of the code', () => {
  const withDefault = documented.filter(({ text }) => text !== 'none');

  expect(withDefault.length).toBeGreaterThan(25);
  expect(withDefault.filter(({ name, text }) => !isDefault(name, text))).toEqual([]);
});
