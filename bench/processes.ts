import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../test/support/postgresql-server.ts';
import { openConnection } from './http-client.ts';

/** The maximum time in milliseconds until a server listens. */
const startTimeout = 60_000;

/** The unit of times in `/proc/PID/stat`: 100 on every Linux that Node.js supports. */
const ticksPerSecond = 100;

export interface RunningServer {
  port: number;
  pid: number;
  /** The time from the start of the process until it listens. */
  startMilliseconds: number;
  stop(): Promise<void>;
}

export interface ServerCommand {
  /** The arguments of Node.js. */
  arguments: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** The file for standard output and standard error. */
  logFile: string;
}

/** Returns a promise that is rejected on SIGINT or SIGTERM, so that `finally` blocks stop all servers. */
export function rejectOnSignal(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => reject(new Error(`Interrupted by ${signal}.`)));
    }
  });
}

/** Starts a server process on a free port, which it gets in `PORT`, and waits until it listens there. */
export async function startServer({ arguments: args, environment, logFile }: ServerCommand): Promise<RunningServer> {
  const port = await freePort();
  const log = openSync(logFile, 'a');
  const start = performance.now();
  const server = spawn(process.execPath, args, {
    env: { ...environment, PATH: process.env.PATH, PORT: String(port) },
    stdio: ['ignore', log, log],
  });
  const { pid } = server;
  if (pid === undefined) throw new Error(`node ${args.join(' ')} did not start.`);
  // The benchmark might be interrupted before the caller can stop the server.
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  server.once('exit', () => process.off('exit', kill));
  while (!(await listens(port))) {
    if (server.exitCode !== null || performance.now() - start > startTimeout) {
      server.kill('SIGKILL');
      throw new Error(`node ${args.join(' ')} did not start:\n${await readFile(logFile, 'utf8')}`);
    }
    await sleep(5);
  }
  return { port, pid, startMilliseconds: performance.now() - start, stop: () => stop(server) };
}

async function listens(port: number): Promise<boolean> {
  try {
    (await openConnection(port)).close();
    return true;
  } catch {
    return false;
  }
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGTERM');
  const hasExited = await Promise.race([exited.then(() => true), sleep(10_000, false, { ref: false })]);
  if (!hasExited) server.kill('SIGKILL');
  await exited;
}

/** The CPU times of a process in seconds. */
interface ProcessTimes {
  parentPid: number;
  own: number;
  /** The CPU time of the children that have exited. */
  exitedChildren: number;
}

async function timesOf(pid: number | string): Promise<ProcessTimes | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // The name of the program stands in parentheses and can contain any character, so the fields are read from its end
  // on.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [, parentPid = 0] = fields;
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15);
  const exitedChildren = (childrenUser + childrenSystem) / ticksPerSecond;
  return { parentPid, own: (user + system) / ticksPerSecond, exitedChildren };
}

/** Returns the CPU time of processes and their children so far, in seconds. */
export async function cpuSeconds(pids: readonly number[]): Promise<number> {
  let total = 0;
  const own = await Promise.all(pids.map(timesOf));
  for (const times of own) total += (times?.own ?? 0) + (times?.exitedChildren ?? 0);
  const allPids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(allPids.map(timesOf));
  for (const times of all) if (times !== null && pids.includes(times.parentPid)) total += times.own;
  return total;
}

/** Returns the resident memory of a process and its children in megabytes. */
export function residentMegabytes(pid: number): Promise<number> {
  return megabytesOf(pid, 'VmRSS');
}

/** Returns the sum of the maximum resident memory of a process and of its children so far, in megabytes. */
export function maxResidentMegabytes(pid: number): Promise<number> {
  return megabytesOf(pid, 'VmHWM');
}

async function megabytesOf(pid: number, name: 'VmRSS' | 'VmHWM'): Promise<number> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean);
  const megabytes = await Promise.all(
    [pid, ...children].map(async (each) => {
      const status = await readFile(`/proc/${each}/status`, 'utf8');
      const [, kibibytes] = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
      if (kibibytes === undefined) throw new Error(`The process ${each} has exited.`);
      return (Number(kibibytes) * 1024) / 1e6;
    }),
  );
  return megabytes.reduce((sum, each) => sum + each, 0);
}
