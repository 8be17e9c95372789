/** The attacker's client, which sends any bytes from any client address of the loopback network. */
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Reply {
  /** 0 if the connection closed before a response. */
  status: number;
  /** Status line and headers, as received. */
  head: string;
  /** The beginning of the body, and its end if it is long. */
  text: string;
  /** The `key` of each error or, for a build without keys, its `obpCode` or `code`. */
  keys: string[];
  /** The length of the whole body. Negative if the connection closed before its end. */
  bytes: number;
  seconds: number;
}

export interface ClientRequest {
  address: string;
  method: string;
  path: string;
  headers: Readonly<Record<string, string | string[]>>;
  token: string | null;
  body: string | Uint8Array;
  agent: Agent;
  /** The time after which the client disconnects, which counts as a closed connection. */
  timeoutMilliseconds: number;
}

/** The number of bytes at the beginning and at the end of a body that are kept. */
const keptBytes = 65_536;

/** Keeps the beginning and the end of a body of any length. */
class BodyEnds {
  bytes = 0;
  #beginning: Buffer[] = [];
  #kept = 0;
  #end: Buffer = Buffer.alloc(0);

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.#kept < keptBytes) {
      this.#beginning.push(chunk);
      this.#kept += chunk.length;
    } else {
      this.#end = Buffer.concat([this.#end, chunk]).subarray(-keptBytes);
    }
  }

  text(): string {
    return Buffer.concat([...this.#beginning, this.#end]).toString();
  }
}

interface ResponseBody {
  errors?: { extensions?: { key?: string; obpCode?: string | null; code?: string } }[];
}

/** Returns the key of each error. The beginning of a long body is enough, because errors precede the data. */
export function keysOf(text: string): string[] {
  try {
    const { errors = [] } = JSON.parse(text) as ResponseBody;
    return errors.map(({ extensions }) => extensions?.key ?? extensions?.obpCode ?? extensions?.code ?? 'no key');
  } catch {
    const keys = [...text.matchAll(/"(?:key|obpCode)":"([\w-]{1,60})"/g)].map(([, key = '']) => key);
    return text.startsWith('{"errors"') && keys.length === 0 ? ['no key'] : keys;
  }
}

/** Sends a request and reads its response. Never throws, because a lost connection is a reply with status 0. */
export function send(port: number, options: Partial<ClientRequest> & { address: string }): Promise<Reply> {
  const { method = 'POST', path = '/graphql', token = null, body = '', timeoutMilliseconds = 60_000 } = options;
  const start = performance.now();
  return new Promise((resolve) => {
    const finish = (status: number, head: string, ends: BodyEnds) => {
      const text = ends.text();
      const seconds = (performance.now() - start) / 1000;
      resolve({ status, head, text, keys: keysOf(text), bytes: ends.bytes, seconds });
    };
    const fail = (error?: Error) => finish(0, error?.message ?? '', new BodyEnds());
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        localAddress: options.address,
        method,
        path,
        agent: options.agent ?? false,
        headers: {
          'content-type': 'application/json',
          ...(method === 'GET' ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...options.headers,
        },
        signal: AbortSignal.timeout(timeoutMilliseconds),
      },
      (response) => {
        const ends = new BodyEnds();
        response.on('data', (chunk: Buffer) => ends.add(chunk));
        response.once('close', () => {
          if (!response.complete) ends.bytes = -ends.bytes;
          finish(response.complete ? (response.statusCode ?? 0) : 0, headOf(response), ends);
        });
        response.on('error', () => undefined);
      },
    );
    request.on('error', fail);
    request.end(body);
  });
}

function headOf({ statusCode, rawHeaders }: IncomingMessage): string {
  const lines: string[] = [`HTTP/1.1 ${statusCode}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    lines.push(`${rawHeaders[index]?.toLowerCase()}: ${rawHeaders[index + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

export function keepAliveAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1 });
}

/** Opens a connection from an address. Null if the server refuses it. Later errors of the connection are ignored. */
export function openSocket(port: number, address: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: address });
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(null));
    socket.on('error', () => undefined);
  });
}

/** Sends bytes unchanged, and reads until the server closes the connection or `milliseconds` have passed. */
export async function exchange(
  port: number,
  address: string,
  bytes: string | Uint8Array | readonly (string | Uint8Array)[],
  milliseconds = 3_000,
): Promise<Reply> {
  const start = performance.now();
  const socket = await openSocket(port, address);
  const ends = new BodyEnds();
  if (socket !== null) {
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (chunk) => ends.add(chunk));
    for (const part of Array.isArray(bytes) ? bytes : [bytes]) socket.write(part as string | Uint8Array);
    const timer = new AbortController();
    await Promise.race([closed, sleep(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined)]);
    timer.abort();
    socket.destroy();
  }
  const received = ends.text();
  const headEnd = received.indexOf('\r\n\r\n');
  const head = headEnd === -1 ? '' : received.slice(0, headEnd + 4);
  const text = received.slice(head.length);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  const seconds = (performance.now() - start) / 1000;
  return { status, head: head.toLowerCase(), text, keys: keysOf(text), bytes: ends.bytes, seconds };
}
