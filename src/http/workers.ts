import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger, describeError, type Logger } from '../base/logger.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import { stopSignal } from './stop-signal.ts';

/** How long a worker's place stays empty after it has ended too soon for the first time, and at most, in milliseconds. */
const firstPause = 100;
const longestPause = 30_000;

/** A worker that lived this long did not end too soon. */
const settledAfter = 60_000;

/** The minimum number of connections of one address per worker, because a browser opens six, which one worker might get. */
const connectionsOfBrowser = 8;

/** How a worker ended: with an exit code, by a signal, or never started. */
interface WorkerEnd {
  exitCode: number | null;
  signal: string | null;
  error?: unknown;
}

interface StartedWorker {
  pid: number | undefined;
  listening: Promise<Listening>;
  ended: Promise<WorkerEnd>;
}

/** What a worker tells the process that keeps it, once it answers. */
interface Listening {
  url: string;
  logLevel: Config['logLevel'];
}

/**
 * Keeps `count` processes of this very command serving on one port until the process is told to stop (SIGTERM or SIGINT),
 * and then until all of them have ended. A second signal ends all at once. A worker that ends before is replaced, after a
 * pause that grows while workers end soon; but if not even the first one ever answered, its exit code is all there is.
 * Workers end when this process does, however it does. It reads no configuration and opens no database: the first worker
 * does, and says what is wrong.
 */
export async function keepWorkers(count: number): Promise<number> {
  const stopping = new AbortController();
  let exitCode = 0;
  const stopped = stopSignal(killWorkers).then((signal) => {
    stopping.abort();
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
    return signal;
  });
  // Alone, so that it migrates for all, and what keeps all of them from serving is said once.
  const first = startWorker();
  const listening = await Promise.race([first.listening, first.ended.then(() => null)]);
  if (listening === null) return stopping.signal.aborted ? 0 : exitCodeOf(await first.ended);
  const { url, logLevel } = listening;
  const logger = createLogger(logLevel);
  logger.info({ url, workers: count }, 'listening');
  void stopped.then((signal) => logger.info({ signal }, 'stopping'));

  async function keepWorker(worker: StartedWorker): Promise<void> {
    let current = worker;
    for (let failures = 0; ; ) {
      const startedAt = Date.now();
      const end = await current.ended;
      if (stopping.signal.aborted) {
        if (end.exitCode !== 0 && end.exitCode !== null) exitCode = 1;
        return;
      }
      failures = Date.now() - startedAt < settledAfter ? failures + 1 : 0;
      const pause = failures === 0 ? 0 : Math.min(firstPause * 2 ** (failures - 1), longestPause);
      logEnd(logger, current, end, pause);
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      current = startWorker();
    }
  }

  const others = stopping.signal.aborted ? [] : Array.from({ length: count - 1 }, startWorker);
  await Promise.all([first, ...others].map(keepWorker));
  await stopped;
  logger.info('stopped');
  return exitCode;
}

/** What a worker does: what a single process does, with its share of the connections. */
export async function serveAsWorker(config: Config, database: Database, count: number): Promise<void> {
  const { serve } = await import('./serve.ts');
  const { maxConnections, maxConnectionsPerAddress } = config.limits;
  const limits = {
    ...config.limits,
    maxConnections: Math.ceil(maxConnections / count),
    // Connections are handed out in turn, so those of one address are spread evenly but not exactly.
    maxConnectionsPerAddress: Math.max(
      Math.ceil(maxConnectionsPerAddress / count),
      Math.min(maxConnectionsPerAddress, connectionsOfBrowser),
    ),
  };
  await serve({ ...config, limits }, database, {
    worker: process.pid,
    onListening: (url) => process.send?.({ url, logLevel: config.logLevel } satisfies Listening),
  });
}

/** Whether this process is the worker that starts alone, which brings the database up to date. */
export function isFirstWorker(): boolean {
  return cluster.worker?.id === 1;
}

/** Lets a worker end that has nothing more to do: what ties it to the process that keeps it would go on. */
export function endWorker(): void {
  cluster.worker?.disconnect();
}

/** With the arguments, the options of Node and the environment of this process. */
function startWorker(): StartedWorker {
  const worker = cluster.fork();
  closeLostConnection(worker);
  const listening = new Promise<Listening>((resolve) => worker.once('message', resolve));
  const ended = new Promise<WorkerEnd>((resolve) => {
    worker.once('exit', (exitCode: number | null, signal: string | null) => resolve({ exitCode, signal }));
    // Without a listener it would end this process. What a worker that is ending can no longer be told is one too.
    worker.on('error', (error) => {
      if (worker.process.pid === undefined) resolve({ exitCode: null, signal: null, error });
    });
  });
  return { pid: worker.process.pid, listening, ended };
}

/**
 * A connection is kept open here until the worker to which it was handed says that it has it. Of a worker that is killed
 * before, nobody would ever answer or close it.
 */
function closeLostConnection({ process: worker }: Worker): void {
  const { send } = worker;
  let close = () => {};
  Object.assign(worker, {
    send(...parameters: unknown[]): boolean {
      const [, connection] = parameters;
      if (isClosable(connection)) close = () => connection.close();
      return Reflect.apply(send, worker, parameters);
    },
  });
  worker.once('exit', () => close());
}

function isClosable(handle: unknown): handle is { close(): void } {
  return typeof handle === 'object' && handle !== null && 'close' in handle && typeof handle.close === 'function';
}

function killWorkers(): void {
  for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGKILL');
}

/** Of a worker that never answered: it has said the reason itself, unless something ended it. */
function exitCodeOf({ exitCode, signal, error }: WorkerEnd): number {
  if (error instanceof Error) throw error;
  if (signal !== null) throw new Error(`The first worker was ended by ${signal} before it answered.`);
  return exitCode === 0 || exitCode === null ? 1 : exitCode;
}

function logEnd(logger: Logger, { pid }: StartedWorker, { exitCode, signal, error }: WorkerEnd, pause: number): void {
  const reason = error === undefined ? { exitCode, signal } : { error: describeError(error) };
  logger.error({ worker: pid, ...reason, pauseInMilliseconds: pause }, 'worker ended');
}
