/** The list cost from which an operation is large. */
export const largeListCost = 10_000;

/** The milliseconds between the end of an operation and the start of the next one, in which small operations are executed. */
const pauseMilliseconds = 1;

/**
 * A queue for large operations, which limits how many of them are executed at the same time. More of them would not be faster, but
 * would keep what they have read in memory, and delay small operations.
 */
export class OperationQueue {
  readonly #slots: number;
  readonly #waiting = new Set<() => void>();
  #usedSlots = 0;

  constructor(slots: number) {
    this.#slots = slots;
  }

  /** Whether the next operation must wait for a slot. */
  get isFull(): boolean {
    return this.#usedSlots >= this.#slots;
  }

  /**
   * Waits for a slot, first come, first served. Resolves with the function that releases the slot, which must be called once. Rejects
   * with the reason of `signal` if the signal is aborted first.
   */
  acquire(signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = () => {
        this.#waiting.delete(useSlot);
        reject(signal.reason);
      };
      const useSlot = () => {
        signal.removeEventListener('abort', onAbort);
        this.#usedSlots += 1;
        resolve(() => setTimeout(() => setImmediate(() => this.#release()), pauseMilliseconds));
      };
      if (!this.isFull) {
        useSlot();
        return;
      }
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(useSlot);
    });
  }

  #release(): void {
    this.#usedSlots -= 1;
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    next();
  }
}
