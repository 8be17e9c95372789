import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  /** The URL of the server through the proxy. */
  url: string;
  /** From now on, forwards nothing on the connections that are open, without closing them. New connections work. */
  silence(): void;
  /** The number of connections that clients hold open. */
  openConnections(): number;
  stop(): Promise<void>;
}

/** Starts a proxy in front of the server of `url`. */
export async function startTcpProxy(url: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(url);
  const pairs = new Set<readonly [client: Socket, server: Socket]>();
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname);
    const pair = [client, server] as const;
    pairs.add(pair);
    client.pipe(server).pipe(client);
    for (const socket of pair) socket.on('error', () => undefined);
    client.once('close', () => {
      pairs.delete(pair);
      server.destroy();
    });
    server.once('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const proxied = new URL(url);
  proxied.port = String((proxy.address() as { port: number }).port);
  return {
    url: proxied.href,
    silence() {
      for (const [client, server] of pairs) {
        for (const socket of [client, server]) {
          socket.unpipe();
          // Data that arrives is confirmed and dropped.
          socket.on('data', () => undefined).resume();
        }
      }
    },
    openConnections: () => pairs.size,
    async stop() {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
