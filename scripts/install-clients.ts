/**
 * Installs the packages of test/clients/, unless those of the lock file are installed. The check of the types and each run of
 * the tests begin with it.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const tests = fileURLToPath(new URL('../test/', import.meta.url));
const clients = join(tests, 'clients');
const installed = join(clients, 'node_modules');
/** A copy of the lock file from which the packages were installed. */
const marker = 'installed-lock.json';

async function isInstalled(): Promise<boolean> {
  const locked = await readFile(join(clients, 'package-lock.json'), 'utf8');
  return locked === (await readFile(join(installed, marker), 'utf8').catch(() => null));
}

function ignore(...codes: string[]): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (!codes.includes(error.code ?? '')) throw error;
  };
}

/** Installs the packages in a folder of its own, so that runs that start at once do not write to the same files. */
export default async function installClients(): Promise<void> {
  if (await isInstalled()) return;
  const folder = await mkdtemp(join(tests, '.clients-'));
  try {
    for (const file of ['package.json', 'package-lock.json']) await copyFile(join(clients, file), join(folder, file));
    const options = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
    await promisify(execFile)('npm', ['ci', ...options], { cwd: folder });
    await copyFile(join(folder, 'package-lock.json'), join(folder, 'node_modules', marker));
    if (await isInstalled()) return;
    await rename(installed, join(folder, 'former')).catch(ignore('ENOENT'));
    // Another run might have installed the same packages since.
    await rename(join(folder, 'node_modules'), installed).catch(ignore('ENOTEMPTY', 'EEXIST'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) await installClients();
