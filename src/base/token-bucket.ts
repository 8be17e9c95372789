interface Bucket {
  /** The time at which the bucket is full again, in milliseconds of the monotonic clock. */
  fullAt: number;
  /** The tokens that were taken since they were last collected. */
  taken: number;
}

export interface TokenBucketOptions {
  capacity: number;
  /** The time in which an empty bucket becomes full. */
  periodSeconds: number;
  maxKeys?: number;
  /** The number of taken tokens from which a key is collected. Defaults to never. */
  collectFrom?: number;
}

export interface TakenTokens {
  key: string;
  tokens: number;
}

/**
 * A token bucket for each key, in the memory of this process. A bucket is refilled continuously, and its level can become
 * negative. Only buckets that are not full are stored; when there are too many keys, the fullest buckets are evicted.
 */
export class TokenBuckets {
  readonly capacity: number;
  readonly #millisecondsPerToken: number;
  readonly #periodMilliseconds: number;
  readonly #maxKeys: number;
  readonly #collectFrom: number;
  readonly #buckets = new Map<string, Bucket>();
  /** The keys to collect, in the order in which they reached `collectFrom`. */
  readonly #collectable = new Set<string>();

  constructor({
    capacity,
    periodSeconds,
    maxKeys = 10_000,
    collectFrom = Number.POSITIVE_INFINITY,
  }: TokenBucketOptions) {
    this.capacity = capacity;
    this.#periodMilliseconds = periodSeconds * 1000;
    this.#millisecondsPerToken = this.#periodMilliseconds / capacity;
    this.#maxKeys = maxKeys;
    this.#collectFrom = collectFrom;
  }

  /** The time until the bucket holds this number of tokens. 0 if it holds them already. */
  millisecondsUntil(key: string, tokens: number): number {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return 0;
    const missing = bucket.fullAt - performance.now() - this.#periodMilliseconds + tokens * this.#millisecondsPerToken;
    // Rounded down, because sums of fractions are not exact.
    return missing < 1 ? 0 : Math.floor(missing);
  }

  /** The tokens in the bucket. Negative if more were taken than it held. */
  level(key: string): number {
    return this.capacity - this.millisecondsUntil(key, this.capacity) / this.#millisecondsPerToken;
  }

  /** Takes tokens whether the bucket holds them or not. */
  take(key: string, tokens: number): void {
    const now = performance.now();
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = { fullAt: now, taken: 0 };
      this.#buckets.set(key, bucket);
    }
    bucket.fullAt = Math.max(bucket.fullAt, now) + tokens * this.#millisecondsPerToken;
    bucket.taken += tokens;
    if (bucket.taken >= this.#collectFrom) this.#collectable.add(key);
    if (this.#buckets.size > this.#maxKeys) this.#evict(now);
  }

  /** Returns the tokens that were taken since the last call, for at most `maxKeys` keys. The other keys stay for the next call. */
  collectTaken(maxKeys: number): TakenTokens[] {
    const collected: TakenTokens[] = [];
    for (const key of this.#collectable) {
      if (collected.length >= maxKeys) break;
      this.#collectable.delete(key);
      const bucket = this.#buckets.get(key);
      if (bucket === undefined) continue;
      collected.push({ key, tokens: bucket.taken });
      bucket.taken = 0;
    }
    return collected;
  }

  /** Puts collected tokens back, to be collected again. */
  restoreTaken({ key, tokens }: TakenTokens): void {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return;
    bucket.taken += tokens;
    this.#collectable.add(key);
  }

  /** Sets the bucket to a shared level, less the tokens that are not collected yet. */
  setMillisecondsUntilFull(key: string, milliseconds: number): void {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return;
    bucket.fullAt = performance.now() + milliseconds + bucket.taken * this.#millisecondsPerToken;
  }

  toMilliseconds(tokens: number): number {
    return tokens * this.#millisecondsPerToken;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Evicts a tenth at a time, so that the search for the fullest buckets is rare. */
  #evict(now: number): void {
    for (const [key, { fullAt }] of this.#buckets) if (fullAt <= now) this.#buckets.delete(key);
    let surplus = this.#buckets.size - this.#maxKeys;
    if (surplus <= 0) return;
    surplus += Math.floor(this.#maxKeys / 10);
    const times = Float64Array.from(this.#buckets.values(), ({ fullAt }) => fullAt).sort();
    const latest = times[surplus - 1] ?? 0;
    for (const [key, { fullAt }] of this.#buckets) {
      if (surplus === 0) break;
      if (fullAt > latest) continue;
      this.#buckets.delete(key);
      surplus -= 1;
    }
  }
}
