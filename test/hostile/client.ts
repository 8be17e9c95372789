/** The attacker's connections: from any client address of the loopback network, with any bytes. */
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Reply {
  /** 0 if the connection ended before a response. */
  status: number;
  /** Status line and headers, as received. */
  head: string;
  /** The beginning of the body, and its end if it is long. */
  text: string;
  /** The `key` of each error or, for a build without keys, its `obpCode` or `code`. */
  keys: string[];
  /** Length of the whole body. */
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
  /** The client disconnects after this time, which counts as a closed connection. */
  timeoutMilliseconds: number;
}

const keptBytes = 65_536;

/** Keeps the beginning and the end of a body of any length. */
class BodyEnds {
  bytes = 0;
  #begin: Buffer[] = [];
  #kept = 0;
  #end: Buffer = Buffer.alloc(0);

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.#kept < keptBytes) {
      this.#begin.push(chunk);
      this.#kept += chunk.length;
    } else {
      this.#end = Buffer.concat([this.#end, chunk]).subarray(-keptBytes);
    }
  }

  text(): string {
    return Buffer.concat([...this.#begin, this.#end]).toString();
  }
}

interface AnswerBody {
  errors?: { extensions?: { key?: string; obpCode?: string | null; code?: string } }[];
}

/** Errors precede the data, so the beginning of a long body is enough. */
export function keysOf(text: string): string[] {
  try {
    const { errors = [] } = JSON.parse(text) as AnswerBody;
    return errors.map(({ extensions }) => extensions?.key ?? extensions?.obpCode ?? extensions?.code ?? 'no key');
  } catch {
    const found = [...text.matchAll(/"(?:key|obpCode)":"([\w-]{1,60})"/g)].map(([, key = '']) => key);
    return text.startsWith('{"errors"') && found.length === 0 ? ['no key'] : found;
  }
}

/** Sends a request and reads its response. Never throws: a lost connection is a reply with status 0. */
export function send(port: number, given: Partial<ClientRequest> & { address: string }): Promise<Reply> {
  const { method = 'POST', path = '/graphql', token = null, body = '', timeoutMilliseconds = 60_000 } = given;
  const begun = performance.now();
  return new Promise((resolve) => {
    const answered = (status: number, head: string, ends: BodyEnds) => {
      const text = ends.text();
      const seconds = (performance.now() - begun) / 1000;
      resolve({ status, head, text, keys: keysOf(text), bytes: ends.bytes, seconds });
    };
    const lost = (error?: Error) => answered(0, error?.message ?? '', new BodyEnds());
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        localAddress: given.address,
        method,
        path,
        agent: given.agent ?? false,
        headers: {
          'content-type': 'application/json',
          ...(method === 'GET' ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...given.headers,
        },
        signal: AbortSignal.timeout(timeoutMilliseconds),
      },
      (response) => {
        const ends = new BodyEnds();
        response.on('data', (chunk: Buffer) => ends.add(chunk));
        response.once('close', () => {
          if (!response.complete) ends.bytes = -ends.bytes;
          answered(response.complete ? (response.statusCode ?? 0) : 0, headOf(response), ends);
        });
        response.on('error', () => undefined);
      },
    );
    request.on('error', lost);
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

/** A connection from this address, or null if it is refused. Its later errors are ignored. */
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
  const begun = performance.now();
  const socket = await openSocket(port, address);
  const ends = new BodyEnds();
  if (socket !== null) {
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (chunk) => ends.add(chunk));
    for (const part of Array.isArray(bytes) ? bytes : [bytes]) socket.write(part as string | Uint8Array);
    const enough = new AbortController();
    await Promise.race([closed, sleep(milliseconds, undefined, { signal: enough.signal }).catch(() => undefined)]);
    enough.abort();
    socket.destroy();
  }
  const received = ends.text();
  const border = received.indexOf('\r\n\r\n');
  const head = border === -1 ? '' : received.slice(0, border + 4);
  const text = received.slice(head.length);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  const seconds = (performance.now() - begun) / 1000;
  return { status, head: head.toLowerCase(), text, keys: keysOf(text), bytes: ends.bytes, seconds };
}
