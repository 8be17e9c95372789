import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setImmediate as endOfTick } from 'node:timers/promises';

export interface ListenerOptions {
  host: string;
  port: number;
  onConnection(socket: Socket): void;
  /** Whether nothing is read from the connections, because another process reads from them. */
  pauseOnConnect?: boolean;
}

export interface Listener {
  url: string;
  /** Accepts the connections that wait in the queue of the operating system, then stops to listen. */
  close(): Promise<void>;
}

/** How many connections the operating system keeps until the process accepts them. A client tries a lost one again after a second. */
const maxWaitingConnections = 4_096;

/** The maximum time in milliseconds for which `close` accepts connections. */
const maxDrainMilliseconds = 1_000;

/** Listens on a port. The connections do not belong to a server of Node.js, so another process can take them. */
export async function openListener({ host, port, onConnection, pauseOnConnect }: ListenerOptions): Promise<Listener> {
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect });
  let isAccepting = false;
  server.on('connection', (socket) => {
    isAccepting = true;
    onConnection(socket);
  });
  server.listen({ host, port, backlog: maxWaitingConnections });
  await once(server, 'listening');
  // The client of a connection that could not be accepted gets an error, for example because too many files are open.
  server.on('error', () => undefined);
  return {
    url: urlOf(server.address() as AddressInfo),
    async close() {
      // The operating system resets the connections in the queue when the socket is closed. A tick accepts one of them.
      const end = performance.now() + maxDrainMilliseconds;
      await endOfTick();
      do {
        isAccepting = false;
        await endOfTick();
      } while (isAccepting && performance.now() < end);
      server.close();
    },
  };
}

/** The URL at which a client on this machine reaches a server. */
function urlOf({ address, family, port }: AddressInfo): string {
  if (family === 'IPv6') return `http://[${address === '::' ? '::1' : address}]:${port}`;
  return `http://${address === '0.0.0.0' ? '127.0.0.1' : address}:${port}`;
}
