/** A cache that evicts the least recently used value. */
export class LruCache<Key, Value> {
  // A map iterates over its keys in the order in which they were set.
  readonly #values = new Map<Key, Value>();
  readonly #maxSize: number;
  readonly #onEvict: (value: Value) => void;

  constructor(maxSize: number, onEvict: (value: Value) => void = () => undefined) {
    this.#maxSize = maxSize;
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: Key): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  set(key: Key, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    for (const [oldest, evicted] of this.#values) {
      if (this.#values.size <= this.#maxSize) return;
      this.#values.delete(oldest);
      this.#onEvict(evicted);
    }
  }
}
