/** Measures the process under attack from outside. Requires `/proc`. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attack, type Cost, problemOf, type Scene } from './attack.ts';
import { type Reply, send } from './client.ts';
import type { Issuer } from './issuer.ts';
import { type Silence, startProber } from './prober.ts';
import type { World, WorldUserKind } from './world.ts';

/** The responses to an attack, and its cost. */
export interface Outcome extends Cost {
  replies: Reply[];
  /** A description of the first unexpected response, or null. */
  problem: string | null;
  /** The maximum resident memory during the attack. */
  maxMegabytes: number;
  /** The longest time that a client of another address waits for the response to an operation, in seconds. */
  unservedSeconds: number;
  seconds: number;
  hasDied: boolean;
}

export interface Target {
  pid: number;
  attack(attack: Attack): Promise<Outcome>;
  stop(): Promise<void>;
}

export interface TargetOptions {
  /** The process that was started. */
  pid: number;
  port: number;
  world: World;
  issuer: Issuer;
  /** The duration of attacks on connections. */
  seconds: number;
}

/** Returns the process that handles requests: the worker that a server has started, or the server itself in older builds. */
export function workerOf(pid: number): number {
  const [child] = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return child === undefined ? pid : Number(child);
}

/** Returns the CPU time of all running threads of a process so far. */
export function cpuMilliseconds(pid: number): number {
  let nanoseconds = 0;
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      try {
        nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
      } catch {
        // The thread has exited.
      }
    }
  } catch {
    return Number.NaN;
  }
  return nanoseconds / 1e6;
}

function megabytes(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** Resets `VmHWM`, the maximum resident memory. */
function resetMaxMemory(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // The process has exited, which the outcome shows.
  }
}

function isAlive(pid: number): boolean {
  try {
    // A process that has exited remains a zombie until its parent reads the exit code.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const longAttackMilliseconds = 1_000;
const maxWorkMilliseconds = 40_000;
/** The number of consecutive checks, 20 ms apart, that must find the main thread asleep in an idle process. */
const minIdleChecks = 8;

/** Whether the main thread runs or waits for a processor. */
function isBusy(pid: number): boolean {
  try {
    return /^State:\s+[RD]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Waits until the process is idle, at most `maxWorkMilliseconds`. */
async function untilIdle(pid: number): Promise<void> {
  const end = performance.now() + maxWorkMilliseconds;
  for (let idleChecks = 0; idleChecks < minIdleChecks && performance.now() < end; ) {
    await sleep(20);
    idleChecks = isBusy(pid) ? 0 : idleChecks + 1;
  }
}

/** Returns a generator of the client addresses 127.10.0.1, 127.10.0.2, … */
function addresses(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `127.${10 + (count >> 16)}.${(count >> 8) & 255}.${count & 255}`;
  };
}

function users({ users: all }: World): Scene['newUser'] {
  const used = new Map<WorldUserKind, number>();
  return (kind) => {
    const index = used.get(kind) ?? 0;
    used.set(kind, index + 1);
    const user = all[kind][index];
    if (user === undefined) throw new Error(`The world has only ${index} users of kind ${kind}.`);
    return user;
  };
}

export function openTarget({ pid: serverPid, port, world, issuer, seconds }: TargetOptions): Target {
  const pid = workerOf(serverPid);
  const newAddress = addresses();
  const scene: Scene = {
    port,
    world,
    issuer,
    seconds,
    newAddress,
    newUser: users(world),
    send: (request) => send(port, { address: newAddress(), ...request }),
    cpuMilliseconds: () => cpuMilliseconds(pid),
  };
  const prober = startProber({ pid, port, token: world.users.prober[0]?.token ?? '' });

  return {
    pid,
    async attack(attack) {
      prober.reset();
      resetMaxMemory(pid);
      const megabytesBefore = megabytes(pid, 'VmRSS');
      const cpuBefore = cpuMilliseconds(pid);
      const start = performance.now();
      const replies = await attack.send(scene);
      // The server might continue to work for clients that have disconnected, which is part of the attack's cost.
      if (performance.now() - start > longAttackMilliseconds) await untilIdle(pid);
      const cpu = cpuMilliseconds(pid) - cpuBefore;
      const duration = (performance.now() - start) / 1000;
      const maxMegabytes = megabytes(pid, 'VmHWM');
      const hasDied = !isAlive(pid);
      const silence: Silence = hasDied ? { live: Number.NaN, query: Number.NaN } : await prober.silence();
      const problem = hasDied
        ? 'the process died'
        : (problemOf(attack, replies) ?? (await attack.check?.(scene, replies)) ?? null);
      return {
        replies,
        problem,
        cpuMilliseconds: cpu,
        bytes: replies.reduce((sum, { bytes }) => sum + Math.abs(bytes), 0),
        megabytes: maxMegabytes - megabytesBefore,
        maxMegabytes,
        silentSeconds: silence.live,
        unservedSeconds: silence.query,
        seconds: duration,
        hasDied,
      };
    },
    stop: () => prober.stop(),
  };
}
