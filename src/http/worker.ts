import cluster from 'node:cluster';
import type { Socket } from 'node:net';
import type { Config } from '../config.ts';
import type { Server } from './server.ts';
import { stopSignal } from './stop-signal.ts';
import type { ParentMessage, WorkerMessage } from './worker-messages.ts';

/** The minimum number of connections of one address per worker, because a browser opens six, which one worker might get. */
const connectionsOfBrowser = 8;

const readinessInterval = 1_000;

/** The parent process, from which a worker gets its connections. */
export interface ParentProcess {
  /** Gets connections for the server, and reports its state. Resolves with the URL when the port is open, with null at a stop. */
  listen(server: ControlledServer): Promise<string | null>;
  /** Resolves with the signal that stops the worker, when no further connection comes. */
  stopped: Promise<NodeJS.Signals>;
  /** Stops all workers, because none of them can use the database. Resolves when no further connection comes to this one. */
  stopAll(): Promise<void>;
}

/** The part of a server that its parent process controls. */
type ControlledServer = Pick<Server, 'connections' | 'readiness'>;

/** The share of one of `count` workers in the limits of connections. */
function sharedLimits({ maxConnections, maxConnectionsPerAddress }: Config['limits'], count: number) {
  return {
    maxConnections: Math.ceil(maxConnections / count),
    // The connections of one address are spread evenly over the workers, but not exactly.
    maxPerAddress: Math.max(
      Math.ceil(maxConnectionsPerAddress / count),
      Math.min(maxConnectionsPerAddress, connectionsOfBrowser),
    ),
  };
}

/** Sends the settings to the parent process, and returns it. */
export function openParentProcess({ host, port, healthPort, logLevel, limits }: Config): ParentProcess {
  send({ kind: 'configured', settings: { host, port, healthPort, logLevel } });
  const listening = Promise.withResolvers<string>();
  const stopped = Promise.withResolvers<NodeJS.Signals>();
  let server: ControlledServer | null = null;
  let size = 0;
  let isReporting = false;

  function serve(connection: Socket): void {
    size += 1;
    connection.once('close', () => {
      size -= 1;
      reportSize();
    });
    server?.connections.serve(connection);
  }

  /** One message for all connections that are closed in a tick. */
  function reportSize(): void {
    if (isReporting) return;
    isReporting = true;
    setImmediate(() => {
      isReporting = false;
      send({ kind: 'size', size });
    });
  }

  process.on('message', (message: ParentMessage, connection?: Socket) => {
    switch (message.kind) {
      case 'connection':
        send({ kind: 'received' });
        // Undefined if the client has closed it.
        if (connection === undefined) reportSize();
        else serve(connection);
        break;
      case 'shared':
        server?.connections.limit(sharedLimits(limits, message.workers));
        break;
      case 'listening':
        listening.resolve(message.url);
        break;
      case 'stop':
        stopped.resolve(message.signal);
    }
  });
  return {
    stopped: stopped.promise,
    async stopAll() {
      send({ kind: 'mismatch' });
      await stopped.promise;
    },
    async listen(started) {
      server = started;
      void stopSignal().then(() => send({ kind: 'leaving' }));
      stopWithoutParent(stopped.resolve);
      const report = async () => send({ kind: 'readiness', readiness: await started.readiness() });
      const interval = setInterval(report, readinessInterval).unref();
      void stopped.promise.then(() => clearInterval(interval));
      await report();
      send({ kind: 'started' });
      return Promise.race([listening.promise, stopped.promise.then(() => null)]);
    },
  };
}

/** Whether this process is the worker that starts alone, which applies the migrations. */
export function isFirstWorker(): boolean {
  return cluster.worker?.id === 1;
}

/** Whether this process replaces one of the `count` workers that started together. */
export function isReplacement(count: number): boolean {
  return cluster.worker !== undefined && cluster.worker.id > count;
}

/** Lets a worker end that has nothing more to do. Its channel to the parent process would keep it running. */
export function endWorker(): void {
  cluster.worker?.disconnect();
}

function stopWithoutParent(stop: (signal: NodeJS.Signals) => void): void {
  const { worker } = cluster;
  worker?.once('disconnect', () => {
    // Node.js would end the process at once.
    worker.exitedAfterDisconnect = true;
    stop('SIGHUP');
  });
}

function send(message: WorkerMessage): void {
  // The parent process might have ended. Then the worker stops too.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}
