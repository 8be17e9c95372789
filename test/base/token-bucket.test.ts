import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TokenBuckets } from '../../src/base/token-bucket.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a token bucket', () => {
  test('is full at first, and refilled continuously up to its capacity', () => {
    const buckets = new TokenBuckets({ capacity: 60, periodSeconds: 60 });
    expect(buckets.level('a')).toBe(60);
    buckets.take('a', 50);
    expect(buckets.level('a')).toBe(10);
    vi.advanceTimersByTime(5_000);
    expect(buckets.level('a')).toBe(15);
    vi.advanceTimersByTime(3_600_000);
    expect(buckets.level('a')).toBe(60);
  });

  test('can be overdrawn, and returns how long it takes until it holds a number of tokens', () => {
    const buckets = new TokenBuckets({ capacity: 60, periodSeconds: 60 });
    buckets.take('a', 100);
    expect(buckets.level('a')).toBe(-40);
    expect(buckets.millisecondsUntil('a', 1)).toBe(41_000);
    expect(buckets.millisecondsUntil('a', -40)).toBe(0);
    expect(buckets.millisecondsUntil('b', 60)).toBe(0);
  });

  test('does not depend on the system clock', () => {
    const buckets = new TokenBuckets({ capacity: 60, periodSeconds: 60 });
    buckets.take('a', 60);
    vi.setSystemTime(Date.now() - 86_400_000);
    expect(buckets.millisecondsUntil('a', 1)).toBe(1_000);
  });
});

describe('eviction', () => {
  test('starts with full buckets and continues with the fullest', () => {
    const buckets = new TokenBuckets({ capacity: 60, periodSeconds: 60, maxKeys: 100 });
    for (let index = 0; index < 50; index += 1) buckets.take(`empty ${index}`, 60);
    for (let index = 0; index < 1_000; index += 1) {
      buckets.take(`fuller ${index}`, 1 + (index % 10));
      expect(buckets.size).toBeLessThanOrEqual(100);
    }
    for (let index = 0; index < 50; index += 1) expect(buckets.level(`empty ${index}`)).toBe(0);
    vi.advanceTimersByTime(10_000);
    for (let index = 0; index < 60; index += 1) buckets.take(`new ${index}`, 20);
    for (let index = 0; index < 50; index += 1) expect(buckets.level(`empty ${index}`)).toBe(10);
  });
});

describe('taken tokens', () => {
  test('are collected once for each key, when there are at least `collectFrom`', () => {
    const buckets = new TokenBuckets({ capacity: 60, periodSeconds: 60, collectFrom: 10 });
    buckets.take('a', 9);
    expect(buckets.collectTaken(10)).toEqual([]);
    buckets.take('a', 2);
    buckets.take('b', 30);
    expect(buckets.collectTaken(1)).toEqual([{ key: 'a', tokens: 11 }]);
    expect(buckets.collectTaken(1)).toEqual([{ key: 'b', tokens: 30 }]);
    expect(buckets.collectTaken(1)).toEqual([]);
  });

  test('are collected again after they were restored', () => {
    const buckets = new TokenBuckets({ capacity: 60, periodSeconds: 60, collectFrom: 10 });
    buckets.take('a', 20);
    for (const taken of buckets.collectTaken(10)) buckets.restoreTaken(taken);
    buckets.take('a', 5);
    expect(buckets.collectTaken(10)).toEqual([{ key: 'a', tokens: 25 }]);
  });

  test('are subtracted from a shared level if they are not collected yet', () => {
    const buckets = new TokenBuckets({ capacity: 60, periodSeconds: 60, collectFrom: 10 });
    buckets.take('a', 20);
    buckets.collectTaken(10);
    buckets.take('a', 5);
    buckets.setMillisecondsUntilFull('a', 30_000);
    expect(buckets.level('a')).toBe(25);
  });
});
