import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger, describeError, type Logger } from '../base/logger.ts';
import { isMismatchExitCode } from '../database/database-mismatch.ts';
import { ConnectionQueue } from './connection-queue.ts';
import type { Readiness } from './health.ts';
import { type HealthPort, openHealthPort } from './health-port.ts';
import { type Listener, openListener } from './listener.ts';
import { stopSignal } from './stop-signal.ts';
import { type WorkerEnd, WorkerProcess } from './worker-process.ts';
import { combinedReadiness } from './worker-readiness.ts';

/** The pause before a worker that ended soon is replaced, in milliseconds. It doubles with every failure in a row. */
const minPause = 100;
const maxPause = 30_000;

/** A worker that ends later than this, in milliseconds after its start, did not end soon. */
const settledAfter = 60_000;

const checkInterval = 1_000;

/**
 * A worker that was silent at so many checks in a row is killed, because its event loop is blocked. It reports every second, and
 * the checks pause together with it if the machine is suspended.
 */
const maxSilentChecks = 60;

/**
 * Runs `count` workers of this command until the process receives SIGTERM or SIGINT and all workers have ended. A second signal
 * ends all of them at once. This process accepts the connections and distributes them, so a worker can be replaced without the
 * loss of a connection. Workers end together with this process. It reads no configuration and opens no database: the first
 * worker does, and reports what is wrong. If a worker cannot use the database any more, all workers are stopped.
 *
 * @returns the exit code. If the first worker never served, or if a worker could not use the database any more, this is the exit
 * code of that worker.
 */
export async function keepWorkers(count: number): Promise<number> {
  const workers = new Workers();
  let listener: Listener | null = null;
  let health: HealthPort | null = null;
  let logger: Logger | null = null;
  const stopped = Promise.race([stopSignal(() => workers.kill()), workers.mismatch]).then(async (cause) => {
    // The worker that found a mismatch has reported it.
    if (cause !== 'mismatch') logger?.info({ signal: cause }, 'stopping');
    workers.beginStop();
    await listener?.close();
    workers.stop(cause === 'mismatch' ? 'SIGTERM' : cause);
  });

  try {
    // The first worker starts alone, so that it migrates for all, and a failure that concerns all is reported once.
    const first = workers.start();
    const settings = await Promise.race([first.configured, first.ended.then(() => null)]);
    if (settings === null) return workers.isStopping ? workers.exitCode : exitCodeOf(await first.ended);
    logger = createLogger(settings.logLevel);
    const { host, port, healthPort } = settings;
    const readiness = () => workers.readiness();
    if (healthPort !== null) health = await openHealthPort({ host, port: healthPort, logger, readiness });
    const hasStarted = await Promise.race([first.started.then(() => true), first.ended.then(() => false)]);
    if (!hasStarted) return workers.isStopping ? workers.exitCode : exitCodeOf(await first.ended);
    listener = await openListener({ host, port, pauseOnConnect: true, onConnection: workers.accept });
    if (!workers.isStopping) {
      logger.info({ url: listener.url, healthUrl: health?.url, workers: count }, 'listening');
      workers.announce(listener.url);
      workers.watch(logger);
      void workers.keep(first, logger);
      for (let number = 1; number < count; number += 1) void workers.keep(workers.start(), logger);
    } else await listener.close();
    await stopped;
    await workers.allEnded();
    logger.info('stopped');
    return workers.exitCode;
  } catch (error) {
    workers.beginStop();
    workers.stop('SIGTERM');
    await workers.allEnded();
    throw error;
  } finally {
    await health?.close();
  }
}

class Workers {
  /** 1 if a worker failed while it stopped. After a mismatch, the exit code of a worker that found it. */
  exitCode = 0;
  isStopping = false;
  /** Resolves if a worker cannot use the database any more. */
  readonly mismatch: Promise<'mismatch'>;
  readonly #onMismatch: () => void;
  readonly #running = new Set<WorkerProcess>();
  /** The workers that get connections. */
  readonly #serving = new Set<WorkerProcess>();
  readonly #queue = new ConnectionQueue();
  /** Aborted by a stop. */
  readonly #stopping = new AbortController();
  #url: string | null = null;

  /** The state of the workers that get connections. */
  readiness(): Readiness {
    if (this.isStopping) return { status: 'stopping' };
    return combinedReadiness(Array.from(this.#serving, ({ readiness }) => readiness));
  }

  readonly accept = this.#queue.add.bind(this.#queue);

  constructor() {
    const mismatch = Promise.withResolvers<'mismatch'>();
    this.mismatch = mismatch.promise;
    this.#onMismatch = () => {
      // A new worker would find another database, or none.
      this.beginStop();
      mismatch.resolve('mismatch');
    };
  }

  start(): WorkerProcess {
    const worker = new WorkerProcess({
      onReceived: () => this.#queue.distribute(),
      onLost: (unreceived) => {
        this.#release(worker);
        this.#queue.addAgain(unreceived);
      },
      onMismatch: this.#onMismatch,
    });
    this.#running.add(worker);
    void worker.started.then(() => {
      if (this.#url !== null) worker.announce(this.#url);
      this.#serving.add(worker);
      this.#shareConnections();
      this.#queue.addTaker(worker);
    });
    void worker.ended.then(({ exitCode, signal }) => {
      this.#running.delete(worker);
      this.#release(worker);
      // A worker that has not started yet is ended by the signal.
      const hasFailed = exitCode === null ? signal === 'SIGKILL' : exitCode !== 0;
      if (isMismatchExitCode(exitCode)) {
        this.exitCode = exitCode;
        this.#onMismatch();
      } else if (this.isStopping && hasFailed) this.exitCode ||= 1;
    });
    return worker;
  }

  /** Assigns no further connection to the worker. */
  #release(worker: WorkerProcess): void {
    this.#queue.removeTaker(worker);
    this.#serving.delete(worker);
    if (!this.isStopping) this.#shareConnections();
  }

  #shareConnections(): void {
    for (const worker of this.#serving) worker.share(this.#serving.size);
  }

  /** Sends the URL to all workers, also to those that start later. */
  announce(url: string): void {
    this.#url = url;
    for (const worker of this.#running) worker.announce(url);
  }

  /** Replaces the worker and its successors until a stop. */
  async keep(worker: WorkerProcess, logger: Logger): Promise<void> {
    let current = worker;
    for (let failures = 0; ; ) {
      const startedAt = Date.now();
      const end = await Promise.race([current.ended, current.leaving]);
      if (this.isStopping) return;
      if (end === 'leaving') {
        logger.info({ worker: current.pid }, 'worker replaced');
        failures = 0;
        const successor = this.start();
        // Until then, there might be no other worker that serves.
        await Promise.race([successor.started, successor.ended, current.ended]);
        this.#release(current);
        current.stop('SIGTERM');
        current = successor;
      } else {
        failures = Date.now() - startedAt < settledAfter ? failures + 1 : 0;
        const pause = failures === 0 ? 0 : Math.min(minPause * 2 ** (failures - 1), maxPause);
        logEnd(logger, current, end, pause);
        await sleep(pause, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
        if (this.isStopping) return;
        current = this.start();
      }
    }
  }

  /** Kills workers that do not respond. They are replaced like others that end. */
  watch(logger: Logger): void {
    setInterval(() => {
      for (const worker of this.#running) {
        if (!worker.isSilentSince(maxSilentChecks)) continue;
        logger.error({ worker: worker.pid }, 'worker not responding');
        worker.kill();
      }
    }, checkInterval).unref();
  }

  /** Starts no worker any more. */
  beginStop(): void {
    this.isStopping = true;
    this.#stopping.abort();
  }

  /** Ends all workers when they have answered the requests on their connections. */
  stop(signal: NodeJS.Signals): void {
    this.#queue.close();
    for (const worker of this.#running) worker.stop(signal);
  }

  kill(): void {
    for (const worker of this.#running) worker.kill();
  }

  async allEnded(): Promise<void> {
    await Promise.all(Array.from(this.#running, ({ ended }) => ended));
  }
}

/** The exit code for a first worker that never served. It has reported the reason itself, unless a signal ended it. */
function exitCodeOf({ exitCode, signal, error }: WorkerEnd): number {
  if (error instanceof Error) throw error;
  if (signal !== null) throw new Error(`The first worker was ended by ${signal} before it listened.`);
  return exitCode === 0 || exitCode === null ? 1 : exitCode;
}

function logEnd(logger: Logger, { pid }: WorkerProcess, { exitCode, signal, error }: WorkerEnd, pause: number): void {
  const reason = error === undefined ? { exitCode, signal } : { error: describeError(error) };
  logger.error({ worker: pid, ...reason, pauseInMilliseconds: pause }, 'worker ended');
}
