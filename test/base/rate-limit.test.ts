import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRateLimit } from '../../src/base/rate-limit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('take returns the time to wait when the bucket is empty, and then null for one more token', () => {
  const limit = createRateLimit({ capacity: 3, periodSeconds: 3_600 });
  expect([limit.take('a'), limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([null, null, null, 1_200]);
  expect(limit.take('b')).toBeNull();
  vi.advanceTimersByTime(1_199_000);
  expect(limit.take('a')).toBe(1);
  vi.advanceTimersByTime(1_000);
  expect([limit.take('a'), limit.take('a')]).toEqual([null, 1_200]);
});

test('a bucket never holds more tokens than its capacity', () => {
  const limit = createRateLimit({ capacity: 2, periodSeconds: 60 });
  limit.take('a');
  vi.advanceTimersByTime(86_400_000);
  expect([limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([null, null, 30]);
});

test('the fullest buckets are evicted when there are too many', () => {
  const limit = createRateLimit({ capacity: 3, periodSeconds: 60, maxKeys: 2 });
  for (const key of ['empty', 'empty', 'empty', 'fuller', 'emptier', 'emptier']) limit.take(key);
  expect(limit.take('empty')).toBe(20);
  expect([limit.take('fuller'), limit.take('fuller'), limit.take('fuller')]).toEqual([null, null, null]);
});
