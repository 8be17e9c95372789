/** From which list cost on an operation is a large one. */
export const largeListCost = 10_000;

/** How long the next one waits after another has ended, in milliseconds: whatever is small and came meanwhile goes first. */
const pause = 1;

/**
 * Lets so many large operations be answered at a time, while the others wait in the order in which they came. More at a
 * time would be answered no sooner, hold what they have read all the while, and keep everything small waiting.
 */
export class LargeOperations {
  readonly #atOnce: number;
  readonly #waiting = new Set<() => void>();
  #begun = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Whether the next one has to wait. */
  get areFull(): boolean {
    return this.#begun >= this.#atOnce;
  }

  /**
   * Waits until the operation may begin, and gives what is to be called, once, when it has ended. Fails with the reason of
   * `until` where that comes first.
   */
  begin(until: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      until.throwIfAborted();
      const giveUp = () => {
        this.#waiting.delete(begin);
        reject(until.reason);
      };
      const begin = () => {
        until.removeEventListener('abort', giveUp);
        this.#begun += 1;
        resolve(() => setTimeout(() => setImmediate(() => this.#end()), pause));
      };
      if (!this.areFull) {
        begin();
        return;
      }
      until.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(begin);
    });
  }

  #end(): void {
    this.#begun -= 1;
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    next();
  }
}
