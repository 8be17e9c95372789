import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { beforeAll, expect, test } from 'vitest';
import { program } from '../src/cli/program.ts';
import { buildProgram } from './support/program.ts';

const root = join(import.meta.dirname, '..');

/** The commands of the section "Running" without the first, which installs the packages that the tests use. */
async function commandsOfReadme(): Promise<string> {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, block = ''] = /^## Running\n\n((?: {4}.*\n)+)/m.exec(readme) ?? [];
  const [install, ...commands] = block.split('\n').map((line) => line.trim());
  expect(install).toBe('npm ci --include=dev');
  return commands.join('\n');
}

/** A folder with the contents of a fresh clone after the installation. */
async function freshClone(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'clone-'));
  for (const name of ['package.json', 'node_modules', 'dist', 'drizzle', 'schema']) {
    await symlink(join(root, name), join(folder, name));
  }
  return folder;
}

beforeAll(() => buildProgram());

test('the commands in the section "Running" start a gateway in production mode', async () => {
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

/** The names of the commands, with the groups that they belong to. */
function commandsOf({ commands }: Command, group: readonly string[] = []): string[] {
  return commands.flatMap((command) => {
    const path = [...group, command.name()];
    return command.commands.length === 0 ? [path.join(' ')] : commandsOf(command, path);
  });
}

test('docs/operations.md lists every command', async () => {
  const page = await readFile(join(root, 'docs/operations.md'), 'utf8');
  const documented = [...page.matchAll(/^\| (`.*?`(?:, `.*?`)*) \|/gm)]
    .flatMap(([, cell = '']) => cell.split('`, `'))
    .flatMap((text) => {
      const [command = '', members = ''] = text.replaceAll(/[`\\]/g, '').split(' ');
      return /^[a-z]/.test(members) ? members.split('|').map((member) => `${command} ${member}`) : [command];
    });

  const commands = commandsOf(program);

  expect(commands.length).toBeGreaterThan(20);
  expect(commands.filter((command) => !documented.includes(command))).toEqual([]);
});
