import { TokenBuckets } from './token-bucket.ts';

export interface RateLimit {
  /** Null when it is allowed, and counted; otherwise the seconds to wait. */
  take(key: string): number | null;
}

/**
 * A token bucket for each key: it holds `most` tokens and regains one every `periodSeconds / most` seconds. Kept in the
 * memory of this process, for at most `mostKeys` keys: the fullest buckets are evicted first.
 */
export function createRateLimit({
  most,
  periodSeconds,
  mostKeys,
}: {
  most: number;
  periodSeconds: number;
  mostKeys?: number;
}): RateLimit {
  const buckets = new TokenBuckets({ capacity: most, periodSeconds, maxKeys: mostKeys });
  return {
    take(key) {
      const wait = buckets.millisecondsUntil(key, 1);
      if (wait > 0) return Math.ceil(wait / 1000);
      buckets.take(key, 1);
      return null;
    },
  };
}
