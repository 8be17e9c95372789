import cluster, { type Worker } from 'node:cluster';
import type { Socket } from 'node:net';
import type { ConnectionTaker } from './connection-queue.ts';
import type { Readiness } from './health.ts';
import type { ParentMessage, ParentSettings, WorkerMessage } from './worker-messages.ts';

/** How long a worker can take to stop, in milliseconds. Then it is killed. */
const maxStopMilliseconds = 10_000;

/** The maximum number of connections that are sent to a worker before it has received the first of them. */
const maxUnreceived = 8;

/** A worker that does not receive a connection for so long, in milliseconds, is blocked. */
const maxReceiveMilliseconds = 1_000;

/** The age in milliseconds from which on the state of a worker counts as unknown. A busy worker reports late. */
const maxReadinessAge = 10_000;

/** How a worker ended: with an exit code, by a signal, or never started. */
export interface WorkerEnd {
  exitCode: number | null;
  signal: string | null;
  error?: unknown;
}

export interface WorkerEvents {
  /** The worker has received a connection. */
  onReceived(): void;
  /** The worker has ended, or ends. It has not received these connections. */
  onLost(unreceived: readonly Socket[]): void;
  /** No worker can use the database any more. */
  onMismatch(): void;
}

/** A worker, as the parent process sees it. It runs with the arguments, the Node options, and the environment of this process. */
export class WorkerProcess implements ConnectionTaker {
  readonly configured: Promise<ParentSettings>;
  readonly started: Promise<void>;
  /** Resolves when the worker received a signal. */
  readonly leaving: Promise<'leaving'>;
  readonly ended: Promise<WorkerEnd>;
  readonly #worker: Worker = cluster.fork();
  /** The connections that were sent. This process keeps them open until the worker has them. */
  readonly #unreceived: { connection: Socket; sentAt: number }[] = [];
  #isServing = false;
  #isStopping = false;
  /** The number of connections that the worker serves, as far as it reported it. */
  #size = 0;
  #readiness: { readiness: Readiness; at: number } | null = null;
  /** How many times in a row `isSilent` was called without a message in between. */
  #silence = 0;

  constructor({ onReceived, onLost, onMismatch }: WorkerEvents) {
    const worker = this.#worker;
    const configured = Promise.withResolvers<ParentSettings>();
    const started = Promise.withResolvers<void>();
    const leaving = Promise.withResolvers<'leaving'>();
    const ended = Promise.withResolvers<WorkerEnd>();
    worker.on('message', (message: WorkerMessage) => {
      this.#silence = 0;
      switch (message.kind) {
        case 'configured':
          configured.resolve(message.settings);
          break;
        case 'started':
          this.#isServing = true;
          started.resolve();
          break;
        case 'received':
          this.#unreceived.shift()?.connection.destroy();
          this.#size += 1;
          onReceived();
          break;
        case 'size':
          this.#size = message.size;
          break;
        case 'readiness':
          this.#readiness = { readiness: message.readiness, at: performance.now() };
          break;
        case 'mismatch':
          onMismatch();
          break;
        case 'leaving':
          leaving.resolve('leaving');
          // The stop was a signal, because the message `started` came after it.
          if (this.#isStopping) this.#send({ kind: 'stop', signal: 'SIGTERM' });
      }
    });
    // The channel is closed. There is no `disconnect` if the worker was killed before it received a connection.
    worker.process.once('close', () => {
      this.#isServing = false;
      // After the last messages.
      setImmediate(() => onLost(this.#unreceived.splice(0).map(({ connection }) => connection)));
    });
    worker.once('exit', (exitCode: number | null, signal: string | null) => ended.resolve({ exitCode, signal }));
    // Without a listener, an error would end this process. A message to a worker that is ending causes one too.
    worker.on('error', (error) => {
      if (worker.process.pid === undefined) ended.resolve({ exitCode: null, signal: null, error });
    });
    this.configured = configured.promise;
    this.started = started.promise;
    this.leaving = leaving.promise;
    this.ended = ended.promise;
  }

  get pid(): number | undefined {
    return this.#worker.process.pid;
  }

  /** The last known state. Null if the worker has not reported it recently. */
  get readiness(): Readiness | null {
    const known = this.#readiness;
    return known !== null && performance.now() - known.at < maxReadinessAge ? known.readiness : null;
  }

  isResponding(): boolean {
    const [oldest] = this.#unreceived;
    return this.#isServing && (oldest === undefined || performance.now() - oldest.sentAt < maxReceiveMilliseconds);
  }

  hasRoom(): boolean {
    return this.#unreceived.length < maxUnreceived;
  }

  size(): number {
    return this.#size + this.#unreceived.length;
  }

  take(connection: Socket): void {
    this.#unreceived.push({ connection, sentAt: performance.now() });
    const message: ParentMessage = { kind: 'connection' };
    this.#worker.send(message, connection, { keepOpen: true });
  }

  announce(url: string): void {
    this.#send({ kind: 'listening', url });
  }

  /** Lets the worker accept its share of the connections. */
  share(workers: number): void {
    this.#send({ kind: 'shared', workers });
  }

  /** Ends the worker when it has answered the requests on its connections. No connection follows. */
  stop(signal: NodeJS.Signals): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    if (this.#isServing) this.#send({ kind: 'stop', signal });
    else this.#worker.process.kill(signal);
    const timer = setTimeout(() => this.kill(), maxStopMilliseconds).unref();
    this.#worker.once('exit', () => clearTimeout(timer));
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }

  /** Whether a worker that serves has sent no message since the last `calls` calls. */
  isSilentSince(calls: number): boolean {
    if (this.#isServing) this.#silence += 1;
    return this.#silence > calls;
  }

  #send(message: ParentMessage): void {
    if (this.#worker.isConnected()) this.#worker.send(message);
  }
}
