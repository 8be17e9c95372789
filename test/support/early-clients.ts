/** Clients that connect before the server notices them, because its thread is blocked meanwhile. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

interface Clients {
  port: number;
  count: number;
  request: Buffer;
  /** Becomes 1 when each client has sent the request. */
  sent: Int32Array;
}

/**
 * Blocks the thread until each of `count` clients of another thread has connected to a port of this thread, and has sent the request.
 *
 * @returns the whole response to each client, or the code of its error
 */
export function connectBeforeAccepted(clients: Omit<Clients, 'sent'>): Promise<string[]> {
  const sent = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(import.meta.filename, { workerData: { ...clients, sent } satisfies Clients });
  const message = once(worker, 'message');
  Atomics.wait(sent, 0, 0);
  return message.then(([responses]) => responses);
}

async function send({ port, request }: Clients): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(request);
  return socket;
}

async function run(clients: Clients): Promise<void> {
  const sockets = await Promise.all(Array.from({ length: clients.count }, () => send(clients)));
  const responses = sockets.map((socket) => text(socket).catch(({ code }: NodeJS.ErrnoException) => String(code)));
  Atomics.store(clients.sent, 0, 1);
  Atomics.notify(clients.sent, 0);
  parentPort?.postMessage(await Promise.all(responses));
}

if (!isMainThread && parentPort !== null && workerData?.sent instanceof Int32Array) await run(workerData as Clients);
