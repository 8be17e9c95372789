/**
 * How long each part of the gateway waits for more reads, so that reads which start together reach the database together.
 *
 * A tick is one pass of the event loop over the callbacks of `process.nextTick` and the microtasks that they cause. If
 * resolvers run in tick 0, their statements arrive at the database in these ticks:
 *
 * | read                       | waits for                                                          | arrives in |
 * | -------------------------- | ------------------------------------------------------------------ | ---------- |
 * | a `statement`              | nothing                                                            | tick 0     |
 * | `loadAll` of a loader      | 1 tick, for keys (`database/loader.ts`)                            | tick 1     |
 * | `load` of a loader         | the tick of DataLoader and that of `loadAll`, which are the same   | tick 1     |
 * | a prefetch below a `load`  | 1 tick, for that `load`; its `loadAll` waits in the same tick      | tick 1     |
 * | a batched field            | 1 tick, for parents (`execution/compiled.ts`), and that of `loadAll` | tick 2     |
 *
 * The database sends what has arrived after `databaseTicks`, which is therefore one more than the last of them. A part that waits
 * for longer costs an operation another round trip: `test/base/ticks.test.ts` and `test/statements.test.ts` fail then.
 */

/** The number of ticks for which the database collects statements after the first one (`database/batch-per-tick.ts`). */
export const databaseTicks = 3;

/** Calls `callback` when the running code and its microtasks have ended: this is how executor and loaders wait for one tick. */
export function onNextTick(callback: () => void): void {
  process.nextTick(callback);
}

/** Resolves on the next tick. */
export function nextTick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** Calls `callback` after `count` ticks. */
export function afterTicks(count: number, callback: () => void): void {
  // The microtask ends the tick: a callback of `nextTick` that is added within another runs in the same tick.
  process.nextTick(() => (count === 1 ? callback() : queueMicrotask(() => afterTicks(count - 1, callback))));
}
