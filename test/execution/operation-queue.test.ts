import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { OperationQueue } from '../../src/execution/operation-queue.ts';

/** Records the names of operations in the order in which they get a slot, and how each releases it. */
function recorder(queue: OperationQueue) {
  const releases = new Map<string, () => void>();
  return {
    running: () => [...releases.keys()],
    acquire: async (name: string, signal = new AbortController().signal) => {
      releases.set(name, await queue.acquire(signal));
    },
    async release(name: string) {
      releases.get(name)?.();
      await sleep(20);
    },
  };
}

describe('OperationQueue', () => {
  test('runs as many operations as it has slots, and the others in their order when a slot is released', async () => {
    const { running, acquire, release } = recorder(new OperationQueue(2));
    const all = ['a', 'b', 'c', 'd'].map((name) => acquire(name));
    await sleep(20);
    expect(running()).toEqual(['a', 'b']);
    await release('b');
    expect(running()).toEqual(['a', 'b', 'c']);
    await release('a');
    expect(running()).toEqual(['a', 'b', 'c', 'd']);
    await Promise.all(all);
  });

  test('passes on a slot after callbacks that were scheduled in the meantime', async () => {
    const queue = new OperationQueue(1);
    const order: string[] = [];
    const releaseFirst = await queue.acquire(new AbortController().signal);
    const second = queue.acquire(new AbortController().signal).then(() => order.push('second'));
    releaseFirst();
    setImmediate(() => order.push('immediate'));
    await second;
    expect(order).toEqual(['immediate', 'second']);
  });

  test('rejects with the reason of the signal if it is aborted while the operation waits, and uses no slot', async () => {
    const { running, acquire, release } = recorder(new OperationQueue(1));
    const deadline = new AbortController();
    await acquire('a');
    const late = acquire('late', deadline.signal);
    const next = acquire('next');
    deadline.abort(new Error('too late'));
    await expect(late).rejects.toThrow('too late');
    await release('a');
    await next;
    expect(running()).toEqual(['a', 'next']);
  });

  test('rejects at once if the signal is aborted already, and uses no slot', async () => {
    const queue = new OperationQueue(1);
    await expect(queue.acquire(AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    await expect(queue.acquire(new AbortController().signal)).resolves.toBeTypeOf('function');
  });
});
