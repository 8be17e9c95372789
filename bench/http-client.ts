import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  status: number;
  body: Buffer;
}

/** A connection that is kept, and over which one request is sent at a time. */
export interface HttpConnection {
  send(request: Buffer): Promise<HttpAnswer>;
  close(): void;
}

const endOfHead = Buffer.from('\r\n\r\n');
const endOfChunks = Buffer.from('\r\n0\r\n\r\n');

/** A POST as it goes over the wire: made once, so that the client costs as little as possible beside the servers. */
export function postRequest(path: string, token: string | null, body: object): Buffer {
  const json = JSON.stringify(body);
  const lines = [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'connection: keep-alive',
    'content-type: application/json',
    'accept: application/json',
    `content-length: ${Buffer.byteLength(json)}`,
  ];
  if (token !== null) lines.push(`authorization: Bearer ${token}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${json}`);
}

/** The answer that the bytes hold, or null while some are missing. */
function readAnswer(bytes: Buffer): HttpAnswer | null {
  const headLength = bytes.indexOf(endOfHead);
  if (headLength === -1) return null;
  const head = bytes.toString('latin1', 0, headLength);
  const status = Number(head.slice(9, 12));
  const begin = headLength + endOfHead.length;
  const [, length] = /^content-length: *(\d+)/im.exec(head) ?? [];
  if (length !== undefined) {
    const end = begin + Number(length);
    return bytes.length < end ? null : { status, body: bytes.subarray(begin, end) };
  }
  if (!/^transfer-encoding: *chunked/im.test(head)) throw new Error(`An answer of unknown length:\n${head}`);
  if (!bytes.subarray(-endOfChunks.length).equals(endOfChunks)) return null;
  return { status, body: withoutChunks(bytes.subarray(begin)) };
}

function withoutChunks(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let position = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', position);
    const length = Number.parseInt(bytes.toString('latin1', position, lineEnd), 16);
    if (!(length > 0)) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + length));
    position = lineEnd + 2 + length + 2;
  }
}

export async function openConnection(port: number): Promise<HttpConnection> {
  let received: Buffer[] = [];
  let waiting: { resolve(answer: HttpAnswer): void; reject(error: Error): void } | null = null;
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opened = connect(port, '127.0.0.1', () => resolve(opened));
    opened.once('error', reject);
  });
  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    received.push(chunk);
    const [first] = received;
    const answer = readAnswer(received.length === 1 && first !== undefined ? first : Buffer.concat(received));
    if (answer === null) return;
    received = [];
    waiting?.resolve(answer);
    waiting = null;
  });
  const fail = (error?: Error) => waiting?.reject(error ?? new Error('The server closed the connection.'));
  socket.on('error', fail);
  socket.on('close', () => fail());
  return {
    send(request) {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        // A server closes a connection that is not used for a while.
        if (socket.readableEnded || socket.destroyed) fail();
        else socket.write(request);
      });
    },
    close: () => socket.destroy(),
  };
}
