/**
 * A legitimate client in a separate thread, which the attacker cannot delay. It requests `/health/live` and its own
 * user over new connections, from an address that no attack uses, and records the longest time without a response.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker, workerData } from 'node:worker_threads';
import { send } from './client.ts';

interface ProberData {
  pid: number;
  port: number;
  token: string;
  /**
   * Two numbers per kind of probe: the start time of the current probe (or 0), and the longest silence in milliseconds.
   */
  times: SharedArrayBuffer;
}

/**
 * The longest time without a response, in seconds. Excludes the time that the server or this client waited for a
 * processor because of other programs.
 */
export interface Silence {
  live: number;
  query: number;
}

export interface Prober {
  /** Resets both longest times. */
  reset(): void;
  /** Returns the longest times since the reset, after the current probes have ended. */
  silence(): Promise<Silence>;
  stop(): Promise<void>;
}

const address = '127.77.0.1';
const pauseMilliseconds = 25;
const queriesEvery = 8;
const maxOutageMilliseconds = 60_000;
const probeTimeout = 30_000;

export function startProber({ pid, port, token }: Omit<ProberData, 'times'>): Prober {
  const buffer = new SharedArrayBuffer(4 * Float64Array.BYTES_PER_ELEMENT);
  const times = new Float64Array(buffer);
  const workerData: ProberData = { pid, port, token, times: buffer };
  const worker = new Worker(new URL(import.meta.url), { workerData, execArgv: ['--no-warnings'] });
  /** Whether a probe is in progress that started before a time. */
  const isOpen = (kind: number, time: number) => {
    const start = times[kind * 2] ?? 0;
    return start > 0 && start <= time;
  };
  return {
    reset: () => {
      times[1] = 0;
      times[3] = 0;
    },
    async silence() {
      const time = Date.now();
      while ((isOpen(0, time) || isOpen(1, time)) && Date.now() - time < maxOutageMilliseconds) await sleep(2);
      return { live: (times[1] ?? 0) / 1_000, query: (times[3] ?? 0) / 1_000 };
    },
    async stop() {
      await worker.terminate();
    },
  };
}

/** Returns the total time that a thread has waited for a processor, in milliseconds. */
function waitedMilliseconds(thread: string): number {
  try {
    return Number(readFileSync(`/proc/${thread}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    // The process has exited.
    return 0;
  }
}

async function probeForever({ pid, port, token, times: buffer }: ProberData): Promise<never> {
  const times = new Float64Array(buffer);
  const waited = () => waitedMilliseconds(`${pid}/task/${pid}`) + waitedMilliseconds('thread-self');

  /** Repeats a request until it succeeds, and records the time since the first attempt. */
  async function probe(kind: number, attempt: () => Promise<boolean>): Promise<void> {
    const start = Date.now();
    const waitedBefore = waited();
    times[kind * 2] = start;
    while (!(await attempt()) && Date.now() - start < maxOutageMilliseconds) await sleep(pauseMilliseconds);
    const silence = Date.now() - start - (waited() - waitedBefore);
    times[kind * 2 + 1] = Math.max(times[kind * 2 + 1] ?? 0, silence);
    times[kind * 2] = 0;
  }

  async function isLive(): Promise<boolean> {
    const path = '/health/live';
    const { status } = await send(port, { address, method: 'GET', path, timeoutMilliseconds: probeTimeout });
    return status === 200;
  }

  async function isServed(): Promise<boolean> {
    const body = JSON.stringify({ query: '{ me { id } }' });
    const { status, keys } = await send(port, { address, token, body, timeoutMilliseconds: probeTimeout });
    return status === 200 && keys.length === 0;
  }

  for (let round = 0; ; round += 1) {
    await probe(0, isLive);
    if (round % queriesEvery === 0) await probe(1, isServed);
    await sleep(pauseMilliseconds);
  }
}

const data = workerData as Partial<ProberData> | null;
if (data?.times instanceof SharedArrayBuffer) await probeForever(data as ProberData);
