#!/usr/bin/env node
/**
 * Serves the demo and restarts it when a file in src/ or schema/operations/ changes: `npm run dev`.
 * The database, the users and their tokens are kept in data/dev. With `--fresh`, they are created again.
 * Options such as `--inspect` are passed to the Node.js process of the server.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, watch } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('..', import.meta.url));
const folder = 'data/dev';
const debounceMilliseconds = 50;
/** A server that waits for open connections longer than this is killed. SQLite loses nothing by that. */
const stopMilliseconds = 300;
const nodeOptions = process.argv.slice(2).filter((option) => option.startsWith('--inspect'));
const tsc = 'node_modules/typescript/bin/tsc';
/** Node.js reads compiled modules from this cache, which saves a quarter of the time to start. */
const compileCache = 'node_modules/.cache/node-compile-cache';

function run(args: string[], stdout: 'inherit' | 'pipe' = 'inherit'): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: project,
    stdio: ['ignore', stdout, 'inherit'],
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env },
  });
}

async function succeeds(args: string[]): Promise<boolean> {
  const [exitCode] = await once(run(args), 'exit');
  return exitCode === 0;
}

let server: ChildProcess | null = null;
let typeCheck: ChildProcess | null = null;
let isFirstStart = true;

async function stop(): Promise<void> {
  const stopping = server;
  server = null;
  if (stopping === null || stopping.exitCode !== null || stopping.signalCode !== null) return;
  const ended = once(stopping, 'exit');
  stopping.kill('SIGTERM');
  const timer = setTimeout(() => stopping.kill('SIGKILL'), stopMilliseconds);
  await ended;
  clearTimeout(timer);
}

/** Checks the types when the server is up, so that it does not start later. The next change ends the check. */
function checkTypes(): void {
  typeCheck?.kill();
  typeCheck = run([
    tsc,
    '-p',
    'tsconfig.build.json',
    '--noEmit',
    '--noCheck',
    'false',
    '--tsBuildInfoFile',
    'dist/.dev.tsbuildinfo',
  ]);
}

/** Starts the server. Later starts print one line instead of the users, whose tokens stay valid. */
async function start(changedAt: number): Promise<void> {
  const starting = run(
    [...nodeOptions, '--max-semi-space-size=32', '--enable-source-maps', 'dist/main.js', 'demo', '--keep', folder],
    'pipe',
  );
  server = starting;
  const prints = { welcome: isFirstStart, rest: false };
  createInterface(starting.stdout as Readable).on('line', (line) => {
    if (prints.welcome || prints.rest) console.log(line);
    if (prints.rest || !line.includes('Ctrl-C')) return;
    prints.rest = true;
    isFirstStart = false;
    const seconds = ((performance.now() - changedAt) / 1000).toFixed(1);
    checkTypes();
    console.log(prints.welcome ? 'Restarts when a file in src/ changes.' : `Restarted in ${seconds} s.`);
  });
  const [exitCode] = await once(starting, 'exit');
  if (server === starting) console.error(`The server ended with ${exitCode}. It starts again at the next change.`);
}

/** Compiles and replaces the server. A syntax error leaves the running server in place, a type error does not. */
async function restart(changedAt: number): Promise<void> {
  typeCheck?.kill();
  if (!(await succeeds([tsc, '-p', 'tsconfig.build.json', '--noCheck']))) return;
  await stop();
  void start(changedAt);
}

let isRestarting = false;
let changedAt: number | null = null;

async function onChange(): Promise<void> {
  changedAt ??= performance.now();
  if (isRestarting) return;
  isRestarting = true;
  while (changedAt !== null) {
    await new Promise((resolve) => setTimeout(resolve, debounceMilliseconds));
    const since = changedAt;
    changedAt = null;
    await restart(since);
  }
  isRestarting = false;
}

if (process.argv.includes('--fresh'))
  rmSync(new URL(`../${folder}`, import.meta.url), { recursive: true, force: true });
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    typeCheck?.kill();
    void stop().then(() => process.exit(0));
  });
}
for (const watched of ['src', 'schema/operations']) {
  watch(new URL(`../${watched}`, import.meta.url), { recursive: true }, (_event, name) => {
    if (/\.(ts|graphql)$/.test(name ?? '')) void onChange();
  });
}
await onChange();
