import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRateLimit } from '../../src/base/rate-limit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('what is over the limit is refused with the time to wait, after which one more is allowed', () => {
  const limit = createRateLimit({ most: 3, periodSeconds: 3_600 });
  expect([limit.take('a'), limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([null, null, null, 1_200]);
  expect(limit.take('b')).toBeNull();
  vi.advanceTimersByTime(1_199_000);
  expect(limit.take('a')).toBe(1);
  vi.advanceTimersByTime(1_000);
  expect([limit.take('a'), limit.take('a')]).toEqual([null, 1_200]);
});

test('after however long no more than the limit is allowed at once', () => {
  const limit = createRateLimit({ most: 2, periodSeconds: 60 });
  limit.take('a');
  vi.advanceTimersByTime(86_400_000);
  expect([limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([null, null, 30]);
});

test('evicts the fullest of too many buckets, never an emptier one', () => {
  const limit = createRateLimit({ most: 3, periodSeconds: 60, mostKeys: 2 });
  for (const key of ['empty', 'empty', 'empty', 'fuller', 'emptier', 'emptier']) limit.take(key);
  expect(limit.take('empty')).toBe(20);
  expect([limit.take('fuller'), limit.take('fuller'), limit.take('fuller')]).toEqual([null, null, null]);
});
