import { TokenBuckets } from './token-bucket.ts';

export interface RateLimit {
  /** Takes a token. Returns null, or the seconds to wait if there is none. */
  take(key: string): number | null;
}

/**
 * A token bucket for each key: it holds `capacity` tokens and regains one every `periodSeconds / capacity` seconds. The buckets
 * are in the memory of this process. If there are more than `maxKeys`, the fullest are evicted.
 */
export function createRateLimit({
  capacity,
  periodSeconds,
  maxKeys,
}: {
  capacity: number;
  periodSeconds: number;
  maxKeys?: number;
}): RateLimit {
  const buckets = new TokenBuckets({ capacity, periodSeconds, maxKeys });
  return {
    take(key) {
      const wait = buckets.millisecondsUntil(key, 1);
      if (wait > 0) return Math.ceil(wait / 1000);
      buckets.take(key, 1);
      return null;
    },
  };
}
