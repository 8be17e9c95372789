import { rmSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** TMPDIR of the tests: whatever they leave there goes with it at the end of the run. */
    temporaryFolder: string;
  }
}

/** Gives the tests of a project one temporary folder, deleted at the end, also when the run is interrupted or fails. */
export default async function createTemporaryFolder(project: TestProject): Promise<() => void> {
  const folder = await mkdtemp(join(tmpdir(), `gateway-test-${project.name}-`));
  // Programs that tests start as another user (a second PostgreSQL server) must reach what is inside.
  await chmod(folder, 0o711);
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  // Vitest turns SIGINT and SIGTERM into an exit without teardown, and leaves out the closing of the terminal.
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
