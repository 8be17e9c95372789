export interface RateLimit {
  /** Null when it is allowed, and counted; otherwise the seconds to wait. */
  take(key: string): number | null;
}

/**
 * At most `most` at once for each key, of which one comes back every `periodSeconds / most`. Kept in the memory of this
 * process, for the keys that were used last.
 */
export function createRateLimit({
  most,
  periodSeconds,
  mostKeys = 10_000,
}: {
  most: number;
  periodSeconds: number;
  mostKeys?: number;
}): RateLimit {
  const period = periodSeconds * 1000;
  const interval = period / most;
  /** When all of a key's are back. The key that was used last is the last. */
  const fullAt = new Map<string, number>();

  return {
    take(key) {
      const now = Date.now();
      const before = Math.max(fullAt.get(key) ?? 0, now);
      const wait = before + interval - period - now;
      const isAllowed = wait <= 0;
      fullAt.delete(key);
      fullAt.set(key, isAllowed ? before + interval : before);
      for (const oldest of fullAt.keys()) {
        if (fullAt.size <= mostKeys) break;
        fullAt.delete(oldest);
      }
      return isAllowed ? null : Math.ceil(wait / 1000);
    },
  };
}
