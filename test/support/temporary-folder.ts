import { rmSync } from 'node:fs';
import { chmod, mkdtemp, readFile, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The TMPDIR of the tests, which is deleted with all of its files at the end of the run. */
    temporaryFolder: string;
  }
}

const memoryFolder = '/dev/shm';
/** More than all databases and files of a run. */
const neededBytes = 4 * 2 ** 30;

/** Returns the parent of temporary folders: in memory if it has space, because tests create, flush and delete many databases. */
export async function spaciousFolder(): Promise<string> {
  try {
    const { bavail, bsize } = await statfs(memoryFolder);
    const mounts = await readFile('/proc/self/mounts', 'utf8');
    const [, options = 'noexec'] = new RegExp(`^\\S+ ${memoryFolder} \\S+ (\\S+)`, 'm').exec(mounts) ?? [];
    // Tests unpack programs and run them.
    return bavail * bsize > neededBytes && !options.split(',').includes('noexec') ? memoryFolder : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** Provides a temporary folder for the tests of a project. It is also deleted if the run is interrupted or fails. */
export default async function createTemporaryFolder(project: TestProject): Promise<() => void> {
  const folder = await mkdtemp(join(await spaciousFolder(), `gateway-test-${project.name}-`));
  // PostgreSQL servers run as another user, who must be able to enter the folder.
  await chmod(folder, 0o711);
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  // Vitest exits on SIGINT and SIGTERM without teardown, and does not handle SIGHUP.
  const hangUp = () => process.exit(129);
  process.once('exit', remove);
  process.once('SIGHUP', hangUp);
  project.provide('temporaryFolder', folder);
  return () => {
    process.off('exit', remove);
    process.off('SIGHUP', hangUp);
    remove();
  };
}
