import { setImmediate as setImmediatePromise, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { deferWork } from '../../src/base/tick-clock.ts';
import { OperationQueue } from '../../src/execution/operation-queue.ts';

function queueOf(slots: number, { maxWait = null, share = 1 }: { maxWait?: number | null; share?: number } = {}) {
  return new OperationQueue({ slots: () => slots, maxWait, minQueue: 4, share });
}

/** Records the names of operations in the order in which they get a slot, and how each releases it. */
function recorder(queue: OperationQueue) {
  const releases = new Map<string, () => void>();
  return {
    running: () => [...releases.keys()],
    acquire: async (name: string, { caller = name, signal = new AbortController().signal } = {}) => {
      releases.set(name, await queue.acquire(() => caller, { signal }));
    },
    async release(name: string) {
      releases.get(name)?.();
      await sleep(20);
    },
  };
}

describe('OperationQueue', () => {
  test('runs as many operations as it has slots, and the others in their order when a slot is released', async () => {
    const { running, acquire, release } = recorder(queueOf(2));
    const all = ['a', 'b', 'c', 'd'].map((name) => acquire(name));
    await sleep(20);
    expect(running()).toEqual(['a', 'b']);
    await release('b');
    expect(running()).toEqual(['a', 'b', 'c']);
    await release('a');
    expect(running()).toEqual(['a', 'b', 'c', 'd']);
    await Promise.all(all);
  });

  test('assigns slots to callers round-robin, so that one with many operations does not delay the others', async () => {
    const { running, acquire, release } = recorder(queueOf(1));
    await acquire('first', { caller: 'x' });
    const all = ['x1', 'x2', 'x3', 'y1', 'y2', 'z1'].map((name) => acquire(name, { caller: name.slice(0, 1) }));

    for (let index = 0; index < all.length; index += 1) await release(running()[index] ?? '');

    expect(running()).toEqual(['first', 'x1', 'y1', 'z1', 'x2', 'y2', 'x3']);
    await Promise.all(all);
  });

  test('starts as many operations as a changed number of slots allows', async () => {
    let slots = 1;
    const queue = new OperationQueue({ slots: () => slots, maxWait: null });
    const { running, acquire, release } = recorder(queue);
    await acquire('a');
    const all = ['b', 'c', 'd'].map((name) => acquire(name));
    slots = 2;
    await release('a');
    expect(running()).toEqual(['a', 'b', 'c']);
    slots = 1;
    await release('b');
    expect(running()).toEqual(['a', 'b', 'c']);
    await release('c');
    await Promise.all(all);
  });

  test('passes on a slot after callbacks that were scheduled in the meantime if it uses a share of the time', async () => {
    const queue = queueOf(1, { share: 0.5 });
    const order: string[] = [];
    const releaseFirst = await queue.acquire(() => 'a', { signal: new AbortController().signal });
    const second = queue.acquire(() => 'b', { signal: new AbortController().signal }).then(() => order.push('second'));
    releaseFirst();
    setImmediate(() => order.push('immediate'));
    await second;
    expect(order).toEqual(['immediate', 'second']);
  });

  test('starts no operation while work of another one is deferred', async () => {
    const { running, acquire } = recorder(queueOf(2));
    deferWork(() => expect(running()).toEqual([]));
    await acquire('a');
    expect(running()).toEqual(['a']);
  });

  test('releases a slot once, whatever the number of calls', async () => {
    const queue = queueOf(1);
    const release = await queue.acquire(() => 'a', { signal: new AbortController().signal });
    release();
    const { running, acquire } = recorder(queue);
    await acquire('b');
    const waiting = acquire('c');
    release();
    await sleep(20);
    expect(running()).toEqual(['b']);
    await Promise.race([waiting, sleep(0)]);
  });

  test('rejects with the reason of the signal if it is aborted while the operation waits, and uses no slot', async () => {
    const { running, acquire, release } = recorder(queueOf(1));
    const deadline = new AbortController();
    await acquire('a');
    const late = acquire('late', { signal: deadline.signal });
    const next = acquire('next');
    deadline.abort(new Error('too late'));
    await expect(late).rejects.toThrow('too late');
    await release('a');
    await next;
    expect(running()).toEqual(['a', 'next']);
  });

  test('rejects at once if the signal is aborted already, and uses no slot', async () => {
    const queue = queueOf(1);
    await expect(queue.acquire(() => 'a', { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow(
      'too late',
    );
    await expect(queue.acquire(() => 'a', { signal: new AbortController().signal })).resolves.toBeTypeOf('function');
  });
});

describe('an overloaded OperationQueue', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
  });
  afterEach(() => vi.useRealTimers());

  const { signal } = new AbortController();

  /** Acquires the slot, and lets further operations wait. */
  async function fill(queue: OperationQueue, waitingOperations: number) {
    const release = await queue.acquire(() => 'x', { signal });
    const waiting = Array.from({ length: waitingOperations }, () => queue.acquire(() => 'x', { signal }));
    return { release, waiting };
  }

  test('refuses operations that have waited too long, with the time to retry after, but for the last ones', async () => {
    const queue = queueOf(1, { maxWait: 50 });
    const { waiting } = await fill(queue, 10);
    vi.advanceTimersByTime(400);

    for (const refused of waiting.slice(0, 6)) {
      await expect(refused).rejects.toMatchObject({
        key: 'OVERLOADED',
        extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: expect.any(Number) },
      });
    }
    expect(queue.takeRefusals()).toBe(6);
    expect(queue.takeRefusals()).toBe(0);
  });

  test('does not refuse operations that have started', async () => {
    const queue = queueOf(1, { maxWait: 50 });
    await fill(queue, 0);
    for (let count = 0; count < 10; count += 1) queue.acquire(() => 'x', { signal, isStarted: true });
    vi.advanceTimersByTime(400);
    expect(queue.takeRefusals()).toBe(0);
  });

  test('never refuses the operations of a few clients that send the next one when the last one is answered', async () => {
    const queue = queueOf(1, { maxWait: 50 });
    const { release, waiting } = await fill(queue, 7);
    let next = release;
    // Each operation takes 100 milliseconds, so each waits for 700.
    for (let count = 0; count < 100; count += 1) {
      waiting.push(queue.acquire(() => 'x', { signal }));
      vi.advanceTimersByTime(100);
      next();
      next = (await waiting.shift()) ?? next;
    }
    expect(queue.takeRefusals()).toBe(0);
  });

  test('refuses operations at the beginning of an overload that would wait for as long as it takes to notice it', async () => {
    const queue = queueOf(1, { maxWait: 50 });
    let { release, waiting } = await fill(queue, 4);
    for (let count = 0; count < 100; count += 1) {
      waiting.push(queue.acquire(() => 'x', { signal }));
      vi.advanceTimersByTime(20);
      release();
      release = (await waiting.shift()) ?? release;
    }
    expect(queue.isOverloaded).toBe(false);
    // Each operation takes 20 milliseconds, so the 13th would wait for 260.
    while (!queue.refuses(() => 'x')) waiting = [...waiting, queue.acquire(() => 'x', { signal })];
    expect(waiting).toHaveLength(12);
  });

  test('uses a slot for its share of the time', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval', 'setTimeout'] });
    const queue = queueOf(1, { maxWait: 50, share: 0.5 });
    const { release, waiting } = await fill(queue, 9);
    const settled = Promise.allSettled(waiting.slice(0, 5));
    let hasStarted = false;
    const next = waiting[5]?.then(() => {
      hasStarted = true;
    });
    vi.advanceTimersByTime(300);
    await settled;
    expect(queue.isOverloaded).toBe(true);

    release();
    vi.advanceTimersByTime(290);
    await setImmediatePromise();
    await setImmediatePromise();
    expect(hasStarted).toBe(false);
    vi.advanceTimersByTime(20);
    await next;
  });

  test('does not refuse operations during a short burst', async () => {
    const queue = queueOf(1, { maxWait: 50 });
    await fill(queue, 20);
    vi.advanceTimersByTime(200);
    expect(queue.refuses(() => 'x')).toBe(false);
    expect(queue.takeRefusals()).toBe(0);
  });

  test('refuses the next operation of a caller at once if the operations before it take too long', async () => {
    const queue = queueOf(1, { maxWait: 410 });
    let { release, waiting } = await fill(queue, 9);
    // Each operation takes 40 milliseconds, so the last one of the queue waits for 360.
    for (let count = 0; count < 100; count += 1) {
      waiting.push(queue.acquire(() => 'x', { signal }));
      vi.advanceTimersByTime(40);
      release();
      release = (await waiting.shift()) ?? release;
    }
    expect(queue.refuses(() => 'x')).toBe(false);
    waiting = [...waiting, queue.acquire(() => 'x', { signal })];

    expect(queue.refuses(() => 'x')).toBe(true);
    // The operation of another caller is the next but one.
    expect(queue.refuses(() => 'y')).toBe(false);
  });

  test('accepts operations again a second after the last refusal', async () => {
    const queue = queueOf(1, { maxWait: 50 });
    const { release, waiting } = await fill(queue, 10);
    vi.advanceTimersByTime(400);
    await Promise.allSettled(waiting.slice(0, 6));
    expect(queue.isOverloaded).toBe(true);
    let next = release;
    for (const operation of waiting.slice(6)) {
      next();
      next = await operation;
    }
    next();
    vi.advanceTimersByTime(1_500);

    expect(queue.isOverloaded).toBe(false);
  });

  test('never refuses if operations can wait for ever', async () => {
    const queue = queueOf(1);
    await fill(queue, 20);
    vi.advanceTimersByTime(10_000);
    expect(queue.refuses(() => 'x')).toBe(false);
    expect(queue.takeRefusals()).toBe(0);
  });
});
