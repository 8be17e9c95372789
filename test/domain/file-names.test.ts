import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';

const project = new URL('../../', import.meta.url);

/** The suffixes in the table of CONTRIBUTING.md, such as `table`. */
const suffixes = [...readFileSync(new URL('CONTRIBUTING.md', project), 'utf8').matchAll(/^\| `\.(\w+)\.ts` \|/gm)].map(
  ([, suffix]) => suffix,
);

test('the files of an entity have the suffixes in CONTRIBUTING.md', () => {
  const others = globSync('src/domain/**/*.ts', { cwd: project }).filter((file) => {
    const [name = '', ...parts] = basename(file, '.ts').split('.');
    return !/^[a-z]+(-[a-z]+)*$/.test(name) || parts.length > 1 || parts.some((suffix) => !suffixes.includes(suffix));
  });

  expect(suffixes).toContain('table');
  expect(others, 'Use one of the suffixes in CONTRIBUTING.md, or a name in lower case with hyphens.').toEqual([]);
});
