import { setTimeout as sleep } from 'node:timers/promises';

/** The operations in flight, so that a stop can end them and wait for them. */
export class Operations {
  readonly #running = new Set<Promise<unknown>>();
  readonly #deadlines = new Set<() => void>();

  track<Result>(operation: Promise<Result>): Promise<Result> {
    this.#running.add(operation);
    operation.catch(() => undefined).finally(() => this.#running.delete(operation));
    return operation;
  }

  /** Calls `onDeadline` after the time, or at a stop. Returns a function that prevents this. */
  startDeadline(milliseconds: number, onDeadline: () => void): () => void {
    const timeout = setTimeout(onDeadline, milliseconds);
    this.#deadlines.add(onDeadline);
    return () => {
      clearTimeout(timeout);
      this.#deadlines.delete(onDeadline);
    };
  }

  /** Brings the deadline of all operations forward to now. */
  stop(): void {
    for (const onDeadline of this.#deadlines) onDeadline();
  }

  /** Waits for the operations, but not longer than until `latest`, as `performance.now()`. */
  async settled(latest: number): Promise<void> {
    const milliseconds = Math.max(0, latest - performance.now());
    await Promise.race([Promise.allSettled(this.#running), sleep(milliseconds, undefined, { ref: false })]);
  }
}
