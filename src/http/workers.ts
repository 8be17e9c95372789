import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger, describeError, type Logger } from '../base/logger.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import { stopSignal } from './stop-signal.ts';

/** The pause before a worker that ended soon is replaced, in milliseconds. It doubles with every failure in a row. */
const minPause = 100;
const maxPause = 30_000;

/** A worker that ends later than this, in milliseconds after its start, did not end soon. */
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

/** The message of a worker to the parent process once it listens. */
interface Listening {
  url: string;
  logLevel: Config['logLevel'];
}

/**
 * Runs `count` workers of this command on one port until the process receives SIGTERM or SIGINT and all workers have ended. A
 * second signal ends all of them at once. A worker that ends earlier is replaced, after a pause that grows while workers end
 * soon. Workers end together with this process. The parent process reads no configuration and opens no database: the first
 * worker does, and reports what is wrong.
 *
 * @returns the exit code. If the first worker never listened, this is the exit code of that worker.
 */
export async function keepWorkers(count: number): Promise<number> {
  const stopping = new AbortController();
  let exitCode = 0;
  const stopped = stopSignal(killWorkers).then((signal) => {
    stopping.abort();
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
    return signal;
  });
  // The first worker starts alone, so that it migrates for all, and a failure that concerns all is reported once.
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
      const pause = failures === 0 ? 0 : Math.min(minPause * 2 ** (failures - 1), maxPause);
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

/** Serves like a single process, with the worker's share of the connections. */
export async function serveAsWorker(config: Config, database: Database, count: number): Promise<void> {
  const { serve } = await import('./serve.ts');
  const { maxConnections, maxConnectionsPerAddress } = config.limits;
  const limits = {
    ...config.limits,
    maxConnections: Math.ceil(maxConnections / count),
    // Connections are distributed round-robin, so those of one address are spread evenly but not exactly.
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

/** Whether this process is the worker that starts alone, which applies the migrations. */
export function isFirstWorker(): boolean {
  return cluster.worker?.id === 1;
}

/** Lets a worker end that has nothing more to do. Its channel to the parent process would keep it running. */
export function endWorker(): void {
  cluster.worker?.disconnect();
}

/** Starts a worker with the arguments, the Node options, and the environment of this process. */
function startWorker(): StartedWorker {
  const worker = cluster.fork();
  closeLostConnection(worker);
  const listening = new Promise<Listening>((resolve) => worker.once('message', resolve));
  const ended = new Promise<WorkerEnd>((resolve) => {
    worker.once('exit', (exitCode: number | null, signal: string | null) => resolve({ exitCode, signal }));
    // Without a listener, an error would end this process. A message to a worker that is ending causes one too.
    worker.on('error', (error) => {
      if (worker.process.pid === undefined) resolve({ exitCode: null, signal: null, error });
    });
  });
  return { pid: worker.process.pid, listening, ended };
}

/**
 * Closes the connection that a worker did not acknowledge before it was killed. The parent process keeps its own handle of a
 * connection until the acknowledgement, so the client would wait forever.
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

/** The exit code for a first worker that never listened. It has reported the reason itself, unless a signal ended it. */
function exitCodeOf({ exitCode, signal, error }: WorkerEnd): number {
  if (error instanceof Error) throw error;
  if (signal !== null) throw new Error(`The first worker was ended by ${signal} before it listened.`);
  return exitCode === 0 || exitCode === null ? 1 : exitCode;
}

function logEnd(logger: Logger, { pid }: StartedWorker, { exitCode, signal, error }: WorkerEnd, pause: number): void {
  const reason = error === undefined ? { exitCode, signal } : { error: describeError(error) };
  logger.error({ worker: pid, ...reason, pauseInMilliseconds: pause }, 'worker ended');
}
