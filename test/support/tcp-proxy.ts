import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  /** The URL of the server through the proxy. */
  url: string;
  /**
   * From now on, forwards nothing on the connections that are open, without closing them. New connections work. Connections on
   * which a client has recently sent the text of `except` continue to work.
   */
  silence(options?: { except?: string }): void;
  /** Accepts new connections without forwarding anything, or forwards those that follow again. */
  setUnreachable(isUnreachable: boolean): void;
  /** Closes all connections. New ones lead to the server of this URL. */
  switchTo(url: string): void;
  /** The number of connections that clients hold open, and of those that were silenced. */
  openConnections(): number;
  silentConnections(): number;
  stop(): Promise<void>;
}

/** How much of what a client sent is kept. */
const maxSentCharacters = 10_000;

class Pair {
  readonly client: Socket;
  readonly server: Socket;
  isSilent = false;
  #sent = '';

  constructor(client: Socket, server: Socket) {
    this.client = client;
    this.server = server;
    client.on('data', (data) => {
      this.#sent = (this.#sent + data.toString('latin1')).slice(-maxSentCharacters);
    });
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) socket.on('error', () => undefined);
  }

  hasSent(text: string): boolean {
    return this.#sent.includes(text);
  }

  silence(): void {
    this.isSilent = true;
    for (const socket of [this.client, this.server]) {
      socket.unpipe();
      // Data that arrives is confirmed and dropped.
      socket.on('data', () => undefined).resume();
    }
  }

  destroy(): void {
    this.client.destroy();
    this.server.destroy();
  }
}

/** Starts a proxy in front of the server of `url`. */
export async function startTcpProxy(url: string): Promise<TcpProxy> {
  let { hostname, port } = new URL(url);
  let isUnreachable = false;
  const pairs = new Set<Pair>();
  const proxy = createServer((client) => {
    const pair = new Pair(client, connect(Number(port), hostname));
    pairs.add(pair);
    if (isUnreachable) pair.silence();
    client.once('close', () => {
      pairs.delete(pair);
      pair.destroy();
    });
    pair.server.once('close', () => {
      // The client of a silent connection does not learn that the server has closed it.
      if (!pair.isSilent) pair.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const proxied = new URL(url);
  proxied.port = String((proxy.address() as { port: number }).port);
  return {
    url: proxied.href,
    silence({ except } = {}) {
      for (const pair of pairs) if (except === undefined || !pair.hasSent(except)) pair.silence();
    },
    setUnreachable(newValue) {
      isUnreachable = newValue;
      if (isUnreachable) for (const pair of pairs) pair.silence();
    },
    switchTo(newUrl) {
      ({ hostname, port } = new URL(newUrl));
      for (const pair of pairs) pair.destroy();
    },
    openConnections: () => pairs.size,
    silentConnections: () => [...pairs].filter(({ isSilent }) => isSilent).length,
    async stop() {
      for (const pair of pairs) pair.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
