import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../test/support/postgresql-server.ts';
import { openConnection } from './http-client.ts';

/** How long a server may take until it listens. */
const startTimeout = 60_000;

/** Ticks of the times in /proc/PID/stat: 100 on every Linux that Node supports. */
const ticksPerSecond = 100;

export interface RunningServer {
  port: number;
  pid: number;
  /** From the start of the process until it listened. */
  startMilliseconds: number;
  stop(): Promise<void>;
}

export interface ServerCommand {
  /** Arguments of node. */
  arguments: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Where its output goes. */
  logFile: string;
}

/** Rejects on Ctrl-C and the like: what was started is then stopped in order. */
export function toldToEnd(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => reject(new Error(`Ended by ${signal}.`)));
    }
  });
}

/** Starts a server as a process of its own, on a free port that it is told by PORT, and waits until it listens there. */
export async function startServer({ arguments: given, environment, logFile }: ServerCommand): Promise<RunningServer> {
  const port = await freePort();
  const log = openSync(logFile, 'a');
  const begun = performance.now();
  const server = spawn(process.execPath, given, {
    env: { ...environment, PATH: process.env.PATH, PORT: String(port) },
    stdio: ['ignore', log, log],
  });
  const { pid } = server;
  if (pid === undefined) throw new Error(`node ${given.join(' ')} could not be started.`);
  // One that is still starting when the benchmark is told to end.
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  server.once('exit', () => process.off('exit', kill));
  while (!(await listens(port))) {
    if (server.exitCode !== null || performance.now() - begun > startTimeout) {
      server.kill('SIGKILL');
      throw new Error(`node ${given.join(' ')} did not start:\n${await readFile(logFile, 'utf8')}`);
    }
    await sleep(5);
  }
  return { port, pid, startMilliseconds: performance.now() - begun, stop: () => stop(server) };
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
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  const isEnded = await Promise.race([ended.then(() => true), sleep(10_000, false, { ref: false })]);
  if (!isEnded) server.kill('SIGKILL');
  await ended;
}

interface ProcessTimes {
  parentPid: number;
  /** Of the process itself, in seconds. */
  own: number;
  /** Of its children that have ended. */
  ofEnded: number;
}

async function timesOf(pid: number | string): Promise<ProcessTimes | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // After the name of the program, which is in parentheses and may hold anything.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [, parentPid = 0] = fields;
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
  return { parentPid, own: (user + system) / ticksPerSecond, ofEnded: (endedUser + endedSystem) / ticksPerSecond };
}

/** The time that the processes with these ids, and their children, have been on a processor so far, in seconds. */
export async function cpuSeconds(pids: readonly number[]): Promise<number> {
  let total = 0;
  const own = await Promise.all(pids.map(timesOf));
  for (const times of own) total += (times?.own ?? 0) + (times?.ofEnded ?? 0);
  const everyPid = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const every = await Promise.all(everyPid.map(timesOf));
  for (const times of every) if (times !== null && pids.includes(times.parentPid)) total += times.own;
  return total;
}

/** The memory of the process that is not swapped out, in megabytes. */
export function residentMegabytes(pid: number): Promise<number> {
  return megabytesOf(pid, 'VmRSS');
}

/** The most of it that there was so far. */
export function mostMegabytes(pid: number): Promise<number> {
  return megabytesOf(pid, 'VmHWM');
}

async function megabytesOf(pid: number, name: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kibibytes] = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
  if (kibibytes === undefined) throw new Error(`The process ${pid} has ended.`);
  return (Number(kibibytes) * 1024) / 1e6;
}
