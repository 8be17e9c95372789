import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { clientNetwork } from '../base/client-network.ts';
import type { Logger } from '../base/logger.ts';
import { LruCache } from '../base/lru-cache.ts';
import { OperationQueue } from '../execution/operation-queue.ts';

/** The bounds of the number of operations that are executed at the same time. */
const minSlots = 4;
const maxSlots = 1_024;
const initialSlots = 64;

/** The interval in which the number of slots is adapted, in milliseconds. */
const adaptationInterval = 100;

/** The delay of the event loop above which the process does too much at once, in milliseconds. */
const maxLoopDelayMilliseconds = 20;

/** The average time of a caller's look-up above which the database has too much to do: as a multiple of the fastest, and in any case. */
const maxLookupMultiple = 4;
const minSlowLookupMilliseconds = 5;

/** The factor by which the fastest look-up grows in each interval, so that it follows a database that becomes slower. */
const growthOfFastestLookup = 1.001;

/** How long a small operation waits for a slot while the process is overloaded, in milliseconds. */
const maxWaitMilliseconds = 15;

/** The same for a large operation. */
const maxWaitOfLargeMilliseconds = 30;

/** How long an operation can use a slot, in milliseconds. One that takes longer waits for something else than this process. */
const maxUseMilliseconds = 500;

/** How many operations can wait even while the process is overloaded, so that a few clients of a slow machine are not refused. */
const minQueue = 4;
const minQueueOfLarge = 1;

/** The share of the time in which large operations are executed while they are too many. */
const shareOfLarge = 0.5;

const maxKnownCallers = 10_000;

const logInterval = 10_000;

export interface LoadControlOptions {
  logger: Logger;
  /** The number of large operations that can be executed at the same time. */
  largeSlots: number;
  /** Whether operations are refused while the process is overloaded. */
  refuses: boolean;
}

/**
 * Limits how many operations are executed at the same time, and refuses those that would wait too long. The limit follows two
 * measurements that grow when the process or its database has too much to do: the delay of the event loop, and the time of the
 * first read of an operation, which looks up the caller. It shrinks while one of them is too high, and grows while all slots are used.
 */
export class LoadControl {
  /** The queue of large operations, which have read or can read much. */
  readonly large: OperationQueue;
  readonly #queue: OperationQueue;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  /** The users of the tokens that were accepted lately, by the hash of the header that contained the token. */
  readonly #callers = new LruCache<string, string>(maxKnownCallers);
  #slots = initialSlots;
  #lookups = 0;
  #lookupMilliseconds = 0;
  #fastestLookup = Number.POSITIVE_INFINITY;
  #dueAt = performance.now() + adaptationInterval;
  #loggedAt = Number.NEGATIVE_INFINITY;
  #refusals = 0;

  constructor({ logger, largeSlots, refuses }: LoadControlOptions) {
    this.#queue = new OperationQueue({
      slots: () => this.#slots,
      maxWait: refuses ? maxWaitMilliseconds : null,
      minQueue,
    });
    this.large = new OperationQueue({
      slots: () => (this.large.isOverloaded ? 1 : largeSlots),
      maxWait: refuses ? maxWaitOfLargeMilliseconds : null,
      minQueue: minQueueOfLarge,
      share: shareOfLarge,
    });
    this.#logger = logger;
    this.#timer = setInterval(() => this.#adapt(), adaptationInterval).unref();
  }

  /** Whether a request is refused before its body is read, because its operation would wait too long for a slot. */
  refuses(request: IncomingMessage, addressOf: (request: IncomingMessage) => string): boolean {
    return this.#queue.refuses(() => this.#callerOf(request, () => addressOf(request)));
  }

  /**
   * Waits until the operation can be executed. Resolves with the function that must be called when the operation has ended.
   *
   * @throws OVERLOADED, or the reason of `deadline` if the signal is aborted first.
   */
  async enter(request: FastifyRequest, deadline: AbortSignal): Promise<() => void> {
    const release = await this.#queue.acquire(() => this.#callerOf(request, () => request.clientAddress), {
      signal: deadline,
    });
    const timeout = setTimeout(release, maxUseMilliseconds).unref();
    return () => {
      clearTimeout(timeout);
      release();
    };
  }

  /** Notes who sent the request, so that slots are assigned to users round-robin, and how long the look-up took. */
  onCaller({ headers }: FastifyRequest, userId: string, milliseconds: number): void {
    if (headers.authorization !== undefined) this.#callers.set(tokenHash(headers.authorization), userId);
    this.#lookups += 1;
    this.#lookupMilliseconds += milliseconds;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** The user, or the network of an unknown caller. An attacker would use a new token for each request. */
  #callerOf({ headers }: Pick<IncomingMessage, 'headers'>, address: () => string): string {
    const user = headers.authorization === undefined ? undefined : this.#callers.get(tokenHash(headers.authorization));
    return user ?? clientNetwork(address());
  }

  #adapt(): void {
    const now = performance.now();
    const loopDelay = now - this.#dueAt;
    const isBusy = loopDelay > maxLoopDelayMilliseconds || this.#areLookupsSlow();
    const peak = this.#queue.takePeak();
    if (isBusy) this.#slots = Math.max(minSlots, Math.floor(Math.min(this.#slots, peak) * 0.9));
    else if (peak >= this.#slots) this.#slots = Math.min(maxSlots, Math.ceil(this.#slots * 1.1));
    this.#dueAt = now + adaptationInterval;
    this.#lookups = 0;
    this.#lookupMilliseconds = 0;
    this.#log(now);
  }

  /** Whether the look-ups since the last call took much longer than the fastest ones. */
  #areLookupsSlow(): boolean {
    if (this.#lookups === 0) return false;
    const average = this.#lookupMilliseconds / this.#lookups;
    this.#fastestLookup = Math.min(this.#fastestLookup * growthOfFastestLookup, average);
    return average > minSlowLookupMilliseconds && average > this.#fastestLookup * maxLookupMultiple;
  }

  /** A flood of requests must not become a flood of log lines. */
  #log(now: number): void {
    this.#refusals += this.#queue.takeRefusals() + this.large.takeRefusals();
    if (this.#refusals === 0 || now - this.#loggedAt < logInterval) return;
    this.#logger.warn({ refused: this.#refusals, slots: this.#slots }, 'overloaded');
    this.#refusals = 0;
    this.#loggedAt = now;
  }
}

function tokenHash(authorization: string): string {
  return hash('sha256', authorization, 'base64');
}
