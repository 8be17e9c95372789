import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A client that sends bytes unchanged. A test can have clients with different addresses of the loopback network. */
export interface RawClient {
  socket: Socket;
  send(text: string | Buffer): void;
  /** Returns all received bytes so far. */
  received(): string;
  isClosed(): boolean;
  /** Resolves with all received bytes after the server has closed the connection. */
  closed(): Promise<string>;
}

export async function openRawClient(url: string, localAddress = '127.0.0.1'): Promise<RawClient> {
  const { hostname: host, port } = new URL(url);
  const socket = connect({ host, port: Number(port), localAddress });
  let received = '';
  let isClosed = false;
  socket.on('data', (bytes) => {
    received += bytes.toString('latin1');
  });
  // The server often resets the connection of a client that violates the protocol.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isClosed = true;
  });
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  return {
    socket,
    send: (text) => socket.write(text),
    received: () => received,
    isClosed: () => isClosed,
    async closed() {
      while (!isClosed) await sleep(5);
      return received;
    },
  };
}

/** Sends bytes, and returns all received bytes after the server has closed the connection. */
export async function rawResponse(url: string, text: string | Buffer, localAddress?: string): Promise<string> {
  const client = await openRawClient(url, localAddress);
  client.send(text);
  return client.closed();
}

export function bodyOf(response: string): unknown {
  return JSON.parse(response.slice(response.indexOf('\r\n\r\n') + 4));
}

export function rawPost(body: string | Buffer, headers: readonly string[] = []): Buffer {
  const lines = [
    'POST /graphql HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}
