import { connect, type Socket } from 'node:net';

export interface HttpResponse {
  status: number;
  body: Buffer;
}

/** A persistent connection that sends one request at a time. */
export interface HttpConnection {
  send(request: Buffer): Promise<HttpResponse>;
  close(): void;
}

const endOfHead = Buffer.from('\r\n\r\n');
const endOfChunks = Buffer.from('\r\n0\r\n\r\n');

/** Encodes a POST request in advance, so that the client takes as little CPU time as possible from the servers. */
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

/** Decodes a response. Null while bytes are missing. */
function readResponse(bytes: Buffer): HttpResponse | null {
  const headLength = bytes.indexOf(endOfHead);
  if (headLength === -1) return null;
  const head = bytes.toString('latin1', 0, headLength);
  const status = Number(head.slice(9, 12));
  const bodyStart = headLength + endOfHead.length;
  const [, length] = /^content-length: *(\d+)/im.exec(head) ?? [];
  if (length !== undefined) {
    const end = bodyStart + Number(length);
    return bytes.length < end ? null : { status, body: bytes.subarray(bodyStart, end) };
  }
  if (!/^transfer-encoding: *chunked/im.test(head)) throw new Error(`The length of the response is unknown:\n${head}`);
  if (!bytes.subarray(-endOfChunks.length).equals(endOfChunks)) return null;
  return { status, body: withoutChunks(bytes.subarray(bodyStart)) };
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
  let pending: { resolve(answer: HttpResponse): void; reject(error: Error): void } | null = null;
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opened = connect(port, '127.0.0.1', () => resolve(opened));
    opened.once('error', reject);
  });
  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    received.push(chunk);
    const [first] = received;
    const response = readResponse(received.length === 1 && first !== undefined ? first : Buffer.concat(received));
    if (response === null) return;
    received = [];
    pending?.resolve(response);
    pending = null;
  });
  const fail = (error?: Error) => pending?.reject(error ?? new Error('The server closed the connection.'));
  socket.on('error', fail);
  socket.on('close', () => fail());
  return {
    send(request) {
      return new Promise((resolve, reject) => {
        pending = { resolve, reject };
        // The server might have closed the idle connection.
        if (socket.readableEnded || socket.destroyed) fail();
        else socket.write(request);
      });
    },
    close: () => socket.destroy(),
  };
}
