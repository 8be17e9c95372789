import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LargeOperations } from '../../src/execution/operation-queue.ts';

/** Names of operations in the order in which they begin, and what ends each. */
function recorder(operations: LargeOperations) {
  const ends = new Map<string, () => void>();
  return {
    begun: () => [...ends.keys()],
    begin: async (name: string, deadline = new AbortController().signal) => {
      ends.set(name, await operations.begin(deadline));
    },
    async end(name: string) {
      ends.get(name)?.();
      await sleep(20);
    },
  };
}

test('so many are begun at a time, the others in their order when one has ended', async () => {
  const { begun, begin, end } = recorder(new LargeOperations(2));
  const all = ['a', 'b', 'c', 'd'].map((name) => begin(name));
  await sleep(20);
  expect(begun()).toEqual(['a', 'b']);
  await end('b');
  expect(begun()).toEqual(['a', 'b', 'c']);
  await end('a');
  expect(begun()).toEqual(['a', 'b', 'c', 'd']);
  await Promise.all(all);
});

test('a turn comes after what was to run meanwhile', async () => {
  const operations = new LargeOperations(1);
  const order: string[] = [];
  const endFirst = await operations.begin(new AbortController().signal);
  const second = operations.begin(new AbortController().signal).then(() => order.push('second'));
  endFirst();
  setImmediate(() => order.push('immediate'));
  await second;
  expect(order).toEqual(['immediate', 'second']);
});

test('who has to wait beyond the deadline gets its reason, never begins, and takes the turn of nobody', async () => {
  const { begun, begin, end } = recorder(new LargeOperations(1));
  const deadline = new AbortController();
  await begin('a');
  const late = begin('late', deadline.signal);
  const next = begin('next');
  deadline.abort(new Error('too late'));
  await expect(late).rejects.toThrow('too late');
  await end('a');
  await next;
  expect(begun()).toEqual(['a', 'next']);
});

test('a deadline that has passed already is not waited for', async () => {
  const operations = new LargeOperations(1);
  await expect(operations.begin(AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
  await expect(operations.begin(new AbortController().signal)).resolves.toBeTypeOf('function');
});
