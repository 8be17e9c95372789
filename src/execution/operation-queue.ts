import { type GatewayError, requestError } from '../base/errors.ts';
import { hasDeferredWork } from '../base/tick-clock.ts';

/** The list cost from which an operation is large. */
export const largeListCost = 10_000;

/**
 * The queue is overloaded if more operations than `calmQueue` have waited without interruption for longer than this, in milliseconds.
 * Before that, none waits for longer: the others are refused.
 */
const overloadedAfter = 250;

/** How many operations can wait in any case while the queue is not overloaded, so that a few clients can use all of the machine. */
const calmQueue = 8;

/** How long the queue stays overloaded after the last refusal, in milliseconds. */
const calmAfter = 1_000;

/**
 * The milliseconds after which no more operations are started in a tick of the event loop. Requests that arrive later in the tick are
 * only queued, so that the process can count them, and respond to health checks.
 */
const maxTick = 5;

/** The interval in which operations that have waited too long are refused, in milliseconds. */
const refusalInterval = 5;

/** How long a slot rests at most, in milliseconds. An operation that takes longer has mostly waited for the database. */
const maxRest = 500;

/** The share of the latest interval in the average of the intervals between two operations that got a slot. */
const shareOfLatest = 0.1;

/** The maximum number of seconds after which the client of a refused operation retries. */
export const maxRetryAfterSeconds = 3;

export interface OperationQueueOptions {
  /** The number of operations that can be executed at the same time. It can change at any time. */
  slots(): number;
  /** How long an operation waits while the queue is overloaded, in milliseconds. Null if operations are never refused. */
  maxWait: number | null;
  /** How many operations can wait even while the queue is overloaded. Defaults to 0. */
  minQueue?: number;
  /** The share of the time in which a slot is used while the queue is overloaded. Defaults to 1. */
  share?: number;
}

export interface SlotRequest {
  signal: AbortSignal;
  /** Whether the operation has read something or changed it, so that it must not be refused. Defaults to false. */
  isStarted?: boolean;
}

interface Waiting {
  caller: string;
  isStarted: boolean;
  since: number;
  useSlot(): void;
  reject(error: unknown): void;
}

/**
 * A queue that limits how many operations are executed at the same time. More of them would not be faster, but would delay
 * each other. Slots are assigned to the callers round-robin, so that a caller with many operations does not delay the others.
 *
 * An operation can wait until its deadline, so that short bursts are not refused. If the queue has not been empty for some time,
 * the process is overloaded: then operations that would have to wait for long are refused at once.
 */
export class OperationQueue {
  readonly #slots: () => number;
  readonly #maxWait: number | null;
  readonly #minQueue: number;
  readonly #share: number;
  /** The waiting operations of each caller, in the order of their arrival. The first caller gets the next slot. */
  readonly #waiting = new Map<string, Set<Waiting>>();
  #waitingOperations = 0;
  #usedSlots = 0;
  #maxUsedSlots = 0;
  /** Since when more operations than `calmQueue` have been waiting, as `performance.now()`. Null if they are fewer. */
  #busySince: number | null = null;
  #overloadedUntil = Number.NEGATIVE_INFINITY;
  #lastStart = 0;
  /** The average interval between two waiting operations that got a slot, in milliseconds. */
  #interval = 0;
  #timer: NodeJS.Timeout | null = null;
  /** The end of the time in which operations are started in this tick, as `performance.now()`. Null before the first one. */
  #tickEnd: number | null = null;
  #refusals = 0;

  constructor({ slots, maxWait, minQueue = 0, share = 1 }: OperationQueueOptions) {
    this.#slots = slots;
    this.#maxWait = maxWait;
    this.#minQueue = minQueue;
    this.#share = share;
  }

  /** Whether the next operation must wait for a slot, or for the next tick of the event loop. */
  get mustWait(): boolean {
    return this.#isFull || this.#waitingOperations > 0 || !this.#isInTick();
  }

  /** Whether operations that would have to wait for long are refused. */
  get isOverloaded(): boolean {
    if (this.#maxWait === null) return false;
    const now = performance.now();
    if (this.#busySince !== null && now - this.#busySince > overloadedAfter) this.#overloadedUntil = now + calmAfter;
    return now < this.#overloadedUntil;
  }

  /** Returns the maximum number of slots in use since the last call. */
  takePeak(): number {
    const peak = this.#maxUsedSlots;
    this.#maxUsedSlots = this.#usedSlots;
    return peak;
  }

  /** Returns the number of operations that were refused since the last call. */
  takeRefusals(): number {
    const refusals = this.#refusals;
    this.#refusals = 0;
    return refusals;
  }

  /** Whether the next operation of this caller is refused, because it would have to wait too long. Counts the refusal. */
  refuses(callerOf: () => string): boolean {
    if (this.#waitingOperations === 0 || this.#maxWait === null) return false;
    const own = this.#waiting.get(callerOf())?.size ?? 0;
    const callers = this.#waiting.size + (own === 0 ? 1 : 0);
    const before = Math.min(this.#waitingOperations, (own + 1) * callers - 1);
    const [minQueue, maxWait] = this.isOverloaded ? [this.#minQueue, this.#maxWait] : [calmQueue, overloadedAfter];
    const untilNext = Math.max(0, this.#lastStart + this.#interval - performance.now());
    const isRefused = before >= minQueue && before * this.#interval + untilNext > maxWait;
    if (isRefused) this.#countRefusal();
    return isRefused;
  }

  /**
   * Waits for a slot. Resolves with the function that releases the slot; calls after the first have no effect. The caller is
   * only determined if the operation must wait.
   *
   * @throws OVERLOADED, or the reason of `signal` if the signal is aborted first.
   */
  async acquire(callerOf: () => string, { signal, isStarted = false }: SlotRequest): Promise<() => void> {
    signal.throwIfAborted();
    if (!this.mustWait) return this.#useSlot();
    const caller = callerOf();
    if (!isStarted && this.refuses(() => caller)) throw overloaded();
    return new Promise((resolve, reject) => {
      const leave = (error: unknown) => {
        signal.removeEventListener('abort', onAbort);
        this.#remove(waiting);
        reject(error);
      };
      const onAbort = () => leave(signal.reason);
      const waiting: Waiting = {
        caller,
        isStarted,
        since: performance.now(),
        useSlot: () => {
          signal.removeEventListener('abort', onAbort);
          resolve(this.#useSlot());
        },
        reject: leave,
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#add(waiting);
    });
  }

  get #isFull(): boolean {
    return this.#usedSlots >= this.#slots();
  }

  #useSlot(): () => void {
    this.#usedSlots += 1;
    this.#maxUsedSlots = Math.max(this.#maxUsedSlots, this.#usedSlots);
    const start = performance.now();
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      if (this.#share === 1) {
        this.#release();
        return;
      }
      const used = performance.now() - start;
      const rest = this.isOverloaded ? Math.min(maxRest, used * (1 / this.#share - 1)) : 1;
      setTimeout(() => setImmediate(() => this.#release()), rest);
    };
  }

  #release(): void {
    this.#usedSlots -= 1;
    if (!this.#isFull && this.#waitingOperations > 0 && this.#isInTick()) this.#startNext();
  }

  /** Whether an operation can be started in this tick of the event loop. If not, the next tick starts the waiting operations. */
  #isInTick(): boolean {
    const now = performance.now();
    if (this.#tickEnd === null) {
      this.#tickEnd = now + maxTick;
      setImmediate(() => {
        this.#tickEnd = null;
        // Only one, because it begins after this callback, so that its time is not known here.
        if (!this.#isFull && this.#waitingOperations > 0 && this.#isInTick()) this.#startNext();
      });
    }
    return now < this.#tickEnd && !hasDeferredWork();
  }

  #startNext(): void {
    const [next] = this.#waiting.values().next().value ?? [];
    if (next === undefined) return;
    const now = performance.now();
    const others = this.#remove(next);
    if (others !== undefined) {
      // The other operations of the caller wait until all other callers got a slot.
      this.#waiting.delete(next.caller);
      this.#waiting.set(next.caller, others);
    }
    this.#interval += shareOfLatest * (now - Math.max(this.#lastStart, next.since) - this.#interval);
    this.#lastStart = now;
    next.useSlot();
  }

  #add(waiting: Waiting): void {
    const own = this.#waiting.get(waiting.caller) ?? new Set();
    this.#waiting.set(waiting.caller, own.add(waiting));
    this.#waitingOperations += 1;
    if (this.#waitingOperations > calmQueue) this.#busySince ??= waiting.since;
    if (this.#maxWait === null) return;
    this.#timer ??= setInterval(() => this.#refuseLate(), refusalInterval).unref();
  }

  /** Removes the operation, and returns the others of its caller, if there are any. */
  #remove(waiting: Waiting): Set<Waiting> | undefined {
    const own = this.#waiting.get(waiting.caller);
    if (own?.delete(waiting)) this.#waitingOperations -= 1;
    if (own?.size === 0) this.#waiting.delete(waiting.caller);
    if (this.#waitingOperations <= calmQueue) this.#busySince = null;
    if (this.#waitingOperations === 0) {
      if (this.#timer !== null) clearInterval(this.#timer);
      this.#timer = null;
    }
    return own?.size ? own : undefined;
  }

  #refuseLate(): void {
    if (this.#maxWait === null || !this.isOverloaded) return;
    const latest = performance.now() - this.#maxWait;
    for (const own of [...this.#waiting.values()]) {
      for (const waiting of [...own]) {
        if (waiting.since >= latest || this.#waitingOperations <= this.#minQueue) break;
        if (waiting.isStarted) continue;
        this.#countRefusal();
        waiting.reject(overloaded());
      }
    }
  }

  #countRefusal(): void {
    this.#refusals += 1;
    this.#overloadedUntil = performance.now() + calmAfter;
  }
}

/** The clients of refused operations retry after a random number of seconds, so that they do not return together. */
export function overloaded(retryAfterSeconds = Math.ceil(Math.random() * maxRetryAfterSeconds)): GatewayError {
  return requestError('OVERLOADED', { retryAfterSeconds });
}
