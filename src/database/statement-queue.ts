import type { Lease, SentStatement } from './connection-lease.ts';
import { connectionFailure } from './errors.ts';
import { SlowStatements } from './slow-statements.ts';

/** A statement that has run for longer, in milliseconds, is slow. */
const slowAfter = 1_000;
/** A slow statement that has run for longer, in milliseconds, can be stopped if other statements need its connection. */
const stoppableAfter = 2_000;
/** How many reads can run that are slow elsewhere, beyond the share of slow statements, to see whether they still are. */
const maxProbes = 2;
/** The maximum wait for a connection, in milliseconds, of statements without a deadline. */
const maxWait = 10_000;
/** After the server refused a connection, the milliseconds after which one more is tried. */
const growthInterval = 1_000;

/** Statements that are quick unless the server or the disk is slow for all. */
const transactionStatements = new Set(['begin', 'commit', 'rollback']);

interface Waiting {
  lease: Lease;
  since: number;
  start(): void;
  fail(error: unknown): void;
}

/**
 * Distributes the connections of a pool, so that slow statements and locked tables delay only the requests that need them:
 *
 * - At most `size` statements run that are not slow. Slow ones do not count, so the pool opens up to half as many further connections.
 * - A statement that is slow elsewhere (`slow-statements.ts`) waits while slow statements hold half of all connections.
 * - If all connections are in use and slow statements hold more than half of them, the latest of these are stopped.
 *
 * Statements wait in their order. If the server refuses further connections, they wait for those that are open.
 */
export class StatementQueue {
  readonly #size: number;
  readonly #running = new Set<Lease>();
  #waiting: Waiting[] = [];
  readonly #slowStatements = new SlowStatements();
  #slowCount = 0;
  /** The number of open connections when the server refused one more. Null if it did not. */
  #refused: { open: number; at: number } | null = null;

  constructor(size: number) {
    this.#size = size;
  }

  /** The maximum number of connections, slow statements included. */
  get maxConnections(): number {
    return this.#size + Math.ceil(this.#size / 2);
  }

  get running(): ReadonlySet<Lease> {
    return this.#running;
  }

  get isIdle(): boolean {
    return this.#running.size === 0 && this.#waiting.length === 0;
  }

  /** Whether the lease can have a connection at once. Otherwise, it must `wait`. @throws if it is replaceable and slow now */
  enter(lease: Lease): boolean {
    if (lease.isReplaceable && this.#isSlow(lease.onlyStatement)) throw connectionFailure('STOPPED');
    if (this.#waiting.length > 0 || !this.#canStart(lease.onlyStatement)) return false;
    this.#start(lease);
    return true;
  }

  /** Resolves when the lease can have a connection. @throws if it takes too long, or nothing waits for the result any more */
  wait(lease: Lease, place: 'first' | 'last' = 'last'): Promise<void> {
    return new Promise((start, fail) => {
      const waiting = { lease, since: performance.now(), start, fail };
      if (place === 'first') this.#waiting.unshift(waiting);
      else this.#waiting.push(waiting);
      this.#startWaiting();
    });
  }

  /** Ends the lease. */
  leave(lease: Lease): void {
    this.endStatement(lease, false);
    this.#running.delete(lease);
    this.#startWaiting();
  }

  /** The server refused a connection while `open` were open. */
  recordRefusal(open: number): void {
    this.#refused = { open, at: performance.now() };
  }

  /** @throws if the statement would wait for what others wait for already, while it holds a connection that they need */
  beginStatement(lease: Lease, statement: SentStatement): void {
    const isInTransaction = lease.onlyStatement === null;
    // A transaction holds its connection already, so that it can try a statement that is slow for other rows only.
    const canTry = this.#canBeSlow(statement) || this.#slowStatements.canProbe(statement);
    if (isInTransaction && this.#waiting.length > 0 && !canTry) throw connectionFailure('BUSY');
    lease.statement = statement;
    lease.since = performance.now();
    this.#countIfSlow(lease, statement);
  }

  endStatement(lease: Lease, hasSucceeded: boolean): void {
    const isQuick = hasSucceeded && performance.now() - lease.since < slowAfter;
    this.#slowStatements.end(lease, isQuick);
    lease.statement = null;
    this.#setSlow(lease, false);
  }

  /** Finds slow statements, and returns the leases to stop. Must be called regularly unless the queue is idle. */
  review(): Lease[] {
    const now = performance.now();
    for (const lease of this.#running) {
      if (lease.statement === null || now - lease.since < slowAfter) continue;
      this.#setSlow(lease, true);
      if (!transactionStatements.has(lease.statement.name)) this.#slowStatements.add(lease.statement, lease.since);
    }
    this.#slowStatements.forget();
    for (const lease of this.#running) if (this.#isSlow(lease.statement)) this.#setSlow(lease, true);
    this.#failOverdue(now);
    this.#startWaiting();
    const isDone = (lease: Lease) => lease.isOver || (lease.isSlow && lease.isReplaceable);
    const done = [...this.#running].filter((lease) => !lease.isCommitting && isDone(lease));
    return [...done, ...this.#surplus(now)];
  }

  get #limit(): number {
    if (this.#refused === null) return this.maxConnections;
    const { open, at } = this.#refused;
    const limit = Math.max(1, open) + Math.floor((performance.now() - at) / growthInterval);
    if (limit >= this.maxConnections) this.#refused = null;
    return Math.min(limit, this.maxConnections);
  }

  get #maxSlow(): number {
    return Math.max(1, Math.floor(this.#limit / 2));
  }

  #canStart(statement: SentStatement | null): boolean {
    if (this.#running.size >= this.#limit) return false;
    if (statement !== null && this.#isSlow(statement)) return this.#canBeSlow(statement);
    return this.#running.size - this.#slowCount < this.#size;
  }

  /** Whether the statement can start as far as slow statements are concerned. */
  #canBeSlow(statement: SentStatement): boolean {
    if (this.#slowCount < this.#maxSlow || !this.#isSlow(statement)) return true;
    return this.#slowCount < this.#maxSlow + maxProbes && this.#slowStatements.canProbe(statement);
  }

  #isSlow(statement: SentStatement | null): boolean {
    return statement !== null && this.#slowStatements.has(statement);
  }

  #start(lease: Lease): void {
    this.#running.add(lease);
    if (lease.onlyStatement !== null) this.#countIfSlow(lease, lease.onlyStatement);
  }

  #countIfSlow(lease: Lease, statement: SentStatement): void {
    this.#setSlow(lease, this.#slowStatements.begin(lease, statement));
  }

  #setSlow(lease: Lease, isSlow: boolean): void {
    if (lease.isSlow !== isSlow) this.#slowCount += isSlow ? 1 : -1;
    lease.isSlow = isSlow;
  }

  #startWaiting(): void {
    for (let place = 0; place < this.#waiting.length && this.#running.size < this.#limit; ) {
      const waiting = this.#waiting[place];
      if (waiting === undefined || !this.#canStart(waiting.lease.onlyStatement)) {
        place += 1;
        continue;
      }
      this.#waiting.splice(place, 1);
      this.#start(waiting.lease);
      waiting.start();
    }
  }

  /** Fails statements that nothing waits for any more, that have waited for too long, or that must be replaced. */
  #failOverdue(now: number): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) {
      const { lease, since, fail } = each;
      if (lease.isOver) fail(lease.deadline?.reason);
      else if (lease.isReplaceable && this.#isSlow(lease.onlyStatement)) fail(connectionFailure('STOPPED'));
      else if (lease.deadline === undefined && now - since > maxWait) fail(connectionFailure('NO_CONNECTION'));
      else this.#waiting.push(each);
    }
  }

  /** The slow statements to stop, so that waiting ones get their connections. */
  #surplus(now: number): Lease[] {
    const waiting = this.#waiting.filter(({ lease }) => !this.#isSlow(lease.onlyStatement)).length;
    if (waiting === 0 || this.#running.size < this.#limit) return [];
    const surplus = Math.min(waiting, this.#slowCount - this.#maxSlow);
    return [...this.#running]
      .filter(({ isSlow, isCommitting, since }) => isSlow && !isCommitting && now - since > stoppableAfter)
      .sort((one, other) => other.since - one.since)
      .slice(0, Math.max(0, surplus));
  }
}
