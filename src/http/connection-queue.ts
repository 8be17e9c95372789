import type { Socket } from 'node:net';
import { refuseConnection } from './raw-refusal.ts';

/** A process that serves connections. */
export interface ConnectionTaker {
  /** Whether the taker soon receives the connections that are assigned to it. */
  isResponding(): boolean;
  /** Whether another connection can be assigned to the taker, before it has received all earlier ones. */
  hasRoom(): boolean;
  /** The number of connections that it serves. */
  size(): number;
  take(connection: Socket): void;
}

/** The maximum number of connections that wait for a worker. */
const maxWaiting = 4_096;

const checkMilliseconds = 100;

/** How many checks a connection waits for a worker. They pause together with the workers if the machine is suspended. */
const maxWaitChecks = 100;

interface WaitingConnection {
  socket: Socket;
  /** The number of checks since it was added. */
  checks: number;
}

/**
 * The connections that were accepted and that no worker serves yet. Each goes to the worker that serves the fewest. If several
 * serve equally many, it goes to the one whose latest connection is the oldest.
 */
export class ConnectionQueue {
  /** Sorted by their last connection, least recent first. */
  readonly #takers: ConnectionTaker[] = [];
  #waiting: WaitingConnection[] = [];
  readonly #check = setInterval(() => {
    this.distribute();
    this.#refuseOld();
  }, checkMilliseconds).unref();

  add(socket: Socket): void {
    // A client can disconnect while it waits.
    socket.on('error', () => undefined);
    if (this.#waiting.length >= maxWaiting) refuseConnection(socket);
    else this.#waiting.push({ socket, checks: 0 });
    this.distribute();
  }

  /** Adds connections that a worker had not received when it ended. They are the first to be assigned again. */
  addAgain(sockets: readonly Socket[]): void {
    this.#waiting.unshift(...sockets.map((socket) => ({ socket, checks: 0 })));
    this.distribute();
  }

  addTaker(taker: ConnectionTaker): void {
    this.#takers.push(taker);
    this.distribute();
  }

  removeTaker(taker: ConnectionTaker): void {
    const index = this.#takers.indexOf(taker);
    if (index !== -1) this.#takers.splice(index, 1);
  }

  /**
   * Assigns the waiting connections to the workers. Connections wait for a worker that is busy for a short time, because most of
   * them are kept open for long, so their even distribution matters more.
   */
  distribute(): void {
    while (this.#waiting.length > 0) {
      const taker = smallest(this.#takers.filter((taker) => taker.isResponding()));
      if (!taker?.hasRoom()) return;
      this.#assignNextTo(taker);
    }
  }

  /** Assigns all waiting connections to the workers, even if they do not respond. Without a worker, they are refused. */
  close(): void {
    clearInterval(this.#check);
    while (this.#waiting.length > 0) {
      const taker = smallest(this.#takers);
      if (taker === undefined) break;
      this.#assignNextTo(taker);
    }
    for (const { socket } of this.#waiting) this.#refuse(socket);
    this.#waiting = [];
  }

  #refuse(socket: Socket): void {
    refuseConnection(socket, this.#takers.length === 0 ? 'SERVICE_UNAVAILABLE' : 'TOO_MANY_CONNECTIONS');
  }

  #assignNextTo(taker: ConnectionTaker): void {
    const connection = this.#waiting.shift();
    if (connection === undefined) return;
    this.removeTaker(taker);
    this.#takers.push(taker);
    taker.take(connection.socket);
  }

  #refuseOld(): void {
    for (const connection of this.#waiting) connection.checks += 1;
    const old = this.#waiting.filter(({ checks }) => checks > maxWaitChecks);
    this.#waiting = this.#waiting.filter(({ checks }) => checks <= maxWaitChecks);
    for (const { socket } of old) this.#refuse(socket);
  }
}

function smallest(takers: readonly ConnectionTaker[]): ConnectionTaker | undefined {
  return takers.reduce<ConnectionTaker | undefined>(
    (found, taker) => (found !== undefined && found.size() <= taker.size() ? found : taker),
    undefined,
  );
}
