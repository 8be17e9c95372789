import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConnectionQueue, type ConnectionTaker } from '../../src/http/connection-queue.ts';
import { type Listener, openListener } from '../../src/http/listener.ts';
import { openRawClient, rawPost } from '../support/raw-client.ts';

class FakeWorker implements ConnectionTaker {
  readonly taken: Socket[] = [];
  isBlocked = false;
  isResponding = () => !this.isBlocked;
  hasRoom = () => true;
  size = () => this.taken.length;
  take = (connection: Socket) => void this.taken.push(connection);
}

let queue: ConnectionQueue;
let listener: Listener;
let accepted = 0;

beforeEach(async () => {
  queue = new ConnectionQueue();
  accepted = 0;
  listener = await openListener({
    ...{ host: '127.0.0.1', port: 0, pauseOnConnect: true },
    onConnection(socket) {
      accepted += 1;
      queue.add(socket);
    },
  });
});
afterEach(async () => {
  queue.close();
  await listener.close();
});

async function open(count: number) {
  const clients = await Promise.all(Array.from({ length: count }, () => openRawClient(listener.url)));
  await expect.poll(() => accepted).toBe(count);
  return clients;
}

describe('a connection', () => {
  test('goes to the worker that serves the fewest', async () => {
    const workers = [new FakeWorker(), new FakeWorker(), new FakeWorker()];
    for (const worker of workers) queue.addTaker(worker);
    const clients = await open(8);
    expect(workers.map(({ taken }) => taken.length).sort()).toEqual([2, 3, 3]);
    for (const { socket } of clients) socket.destroy();
  });

  test('waits while no worker responds, and goes to one that does', async () => {
    const [blocked, other] = [new FakeWorker(), new FakeWorker()];
    blocked.isBlocked = true;
    queue.addTaker(blocked);
    const clients = await open(3);
    expect(blocked.taken).toEqual([]);
    queue.addTaker(other);
    expect(other.taken).toHaveLength(3);
    for (const { socket } of clients) socket.destroy();
  });

  test('is refused with a response that arrives if no worker exists at the end, although the client sent a request', async () => {
    const clients = await open(5);
    const request = rawPost('x'.repeat(100_000));
    for (const { send } of clients) send(request);
    queue.close();
    for (const client of clients) {
      expect(await client.closed()).toMatch(
        /^HTTP\/1\.1 503 [\s\S]*retry-after: 5[\s\S]*connection: close[\s\S]*"key":"SERVICE_UNAVAILABLE"/,
      );
    }
  });
});
