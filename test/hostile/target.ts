/** Measures the process under attack from outside. Requires `/proc`. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attack, type Cost, type Scene, wrongOf } from './attack.ts';
import { type Reply, send } from './client.ts';
import type { Issuer } from './issuer.ts';
import { type Silence, startProber } from './prober.ts';
import type { World, WorldUserKind } from './world.ts';

/** The responses to an attack, and its cost. */
export interface Outcome extends Cost {
  replies: Reply[];
  /** What is wrong with the responses, or null. */
  wrong: string | null;
  /** The most resident memory during the attack. */
  peakMegabytes: number;
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
  pid: number;
  port: number;
  world: World;
  issuer: Issuer;
  /** How long attacks on connections last. */
  seconds: number;
}

/** The CPU time of all running threads of the process so far. */
export function cpuMilliseconds(pid: number): number {
  let nanoseconds = 0;
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      try {
        nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
      } catch {
        // The thread has ended.
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

/** Resets `VmHWM`, the peak of the resident memory. */
function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // The process has ended, as the outcome shows.
  }
}

function isAlive(pid: number): boolean {
  try {
    // A process that has ended stays a zombie until its parent reads its exit code.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const longAttackMilliseconds = 1_000;
const maxWorkMilliseconds = 40_000;
/** How many checks in a row, 20 ms apart, find the main thread of an idle process asleep. */
const looksAtIdle = 8;

/** Whether the main thread runs or waits for a processor. */
function isBusy(pid: number): boolean {
  try {
    return /^State:\s+[RD]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Waits until the process is idle, but not for longer than `maxWorkMilliseconds`. */
async function untilIdle(pid: number): Promise<void> {
  const end = performance.now() + maxWorkMilliseconds;
  for (let idleLooks = 0; idleLooks < looksAtIdle && performance.now() < end; ) {
    await sleep(20);
    idleLooks = isBusy(pid) ? 0 : idleLooks + 1;
  }
}

/** Client addresses 127.10.0.1, 127.10.0.2, … */
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
    if (user === undefined) throw new Error(`The world has only ${index} users of the kind ${kind}.`);
    return user;
  };
}

export function openTarget({ pid, port, world, issuer, seconds }: TargetOptions): Target {
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
      resetPeak(pid);
      const megabytesBefore = megabytes(pid, 'VmRSS');
      const cpuBefore = cpuMilliseconds(pid);
      const begun = performance.now();
      const replies = await attack.send(scene);
      // The server might continue to work for clients that have disconnected. That is part of the attack's cost.
      if (performance.now() - begun > longAttackMilliseconds) await untilIdle(pid);
      const cpu = cpuMilliseconds(pid) - cpuBefore;
      const lasted = (performance.now() - begun) / 1000;
      const peakMegabytes = megabytes(pid, 'VmHWM');
      const hasDied = !isAlive(pid);
      const silence: Silence = hasDied ? { live: Number.NaN, query: Number.NaN } : await prober.silence();
      const wrong = hasDied
        ? 'the process died'
        : (wrongOf(attack, replies) ?? (await attack.check?.(scene, replies)) ?? null);
      return {
        replies,
        wrong,
        cpuMilliseconds: cpu,
        bytes: replies.reduce((sum, { bytes }) => sum + Math.abs(bytes), 0),
        megabytes: peakMegabytes - megabytesBefore,
        peakMegabytes,
        silentSeconds: silence.live,
        unservedSeconds: silence.query,
        seconds: lasted,
        hasDied,
      };
    },
    stop: () => prober.stop(),
  };
}
