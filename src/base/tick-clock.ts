/** The start of the work in this pass of the event loop, as `performance.now()`. Null before the first question. */
let start: number | null = null;
let deferred = 0;

/** Returns how long this pass of the event loop has worked since the first call in it, in milliseconds. */
export function millisecondsInTick(): number {
  const now = performance.now();
  if (start === null) {
    start = now;
    setImmediate(() => {
      start = null;
    });
  }
  return now - start;
}

/**
 * Calls `work` in the next pass of the event loop, so that requests are received and refused before it. No operation is started
 * before it, because the operation that the work belongs to would take longer.
 */
export function deferWork(work: () => void): void {
  deferred += 1;
  setImmediate(() => {
    deferred -= 1;
    work();
  });
}

/** Whether an operation that has started waits for work that was deferred. */
export function hasDeferredWork(): boolean {
  return deferred > 0;
}
