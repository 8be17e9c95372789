import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { buildProgram } from './support/program.ts';

const root = join(import.meta.dirname, '..');

/** The commands of "Running it" without the first, which installs what the tests run with. */
async function commandsOfReadme(): Promise<string> {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, block = ''] = /^## Running it\n\n((?: {4}.*\n)+)/m.exec(readme) ?? [];
  const [install, ...commands] = block.split('\n').map((line) => line.trim());
  expect(install).toBe('npm ci --include=dev');
  return commands.join('\n');
}

/** A folder with what a fresh clone has after the installation. */
async function freshClone(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'clone-'));
  for (const name of ['package.json', 'node_modules', 'dist', 'drizzle', 'schema']) {
    await symlink(join(root, name), join(folder, name));
  }
  return folder;
}

test('the commands in "Running it" start a gateway in production mode', async () => {
  await buildProgram();
  const shell = spawn('sh', ['-e', '-c', await commandsOfReadme()], {
    cwd: await freshClone(),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0' },
    detached: true,
  });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.on('data', (bytes) => {
      output += bytes;
    });
  }
  const ended = once(shell, 'close');
  try {
    while (!output.includes('"msg":"listening"') && shell.exitCode === null) await sleep(50);
    const [, url = ''] = /"url":"([^"]+)"/.exec(output) ?? [];
    expect(output).toContain('first.admin');
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect((await fetch(`${url}/playground`)).status).toBe(404);
  } finally {
    // The shell, npm and the gateway.
    if (shell.pid !== undefined && shell.exitCode === null) process.kill(-shell.pid, 'SIGTERM');
    await ended;
  }
});
