import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Lease, type SentStatement } from './connection-lease.ts';
import { currentDeadline } from './deadline.ts';
import { connectionFailure, databaseOutage, isStalePlan, namedConnectionFailure } from './errors.ts';
import { ActivityMonitor } from './postgresql-activity.ts';
import { cancelStatement } from './postgresql-cancel.ts';
import type { Sessions } from './postgresql-session.ts';
import { deallocateDropped } from './statement-names.ts';
import { StatementQueue } from './statement-queue.ts';

/** The milliseconds between two reviews of the running statements. */
const reviewInterval = 100;
/** The milliseconds between two questions what the server does with slow statements. */
const activityInterval = 500;
/** The milliseconds within which the server must respond to a statement that was cancelled or has reached its time limit. */
const maxSilence = 2_000;
/** The milliseconds between two attempts to connect if the server has no connection left, and for which they are made. */
const retryInterval = 100;
const maxAttempts = 10_000;

/** How many times a statement is sent whose plan is stale. */
const maxAttemptsWithPlan = 3;

/** Runs statements on one of several connections. */
export interface StatementConnection {
  /**
   * After the deadline, the statement is stopped and fails with the reason of the deadline. If it is replaceable, it is stopped when it
   * becomes slow.
   */
  query(
    config: pg.QueryConfig | pg.QueryArrayConfig,
    values?: unknown[],
    deadline?: AbortSignal,
    isReplaceable?: boolean,
  ): Promise<pg.QueryResult>;
}

interface ConnectionsOptions {
  /** The maximum number of connections, without those of slow statements. */
  size: number;
  /** The time limit of statements, in milliseconds. 0 if there is none. */
  statementTimeoutMilliseconds?: number;
}

/** A connection that is in use. */
interface Use {
  lease: Lease;
  client: pg.PoolClient;
  /** The error with which the statement fails, because it was stopped or the connection does not respond. */
  failure: unknown;
  /** Whether the connection must not be used again. */
  isUnusable: boolean;
  /** When the server was asked to cancel the statement, as `performance.now()`. */
  cancelledAt: number | null;
  /** The beginning of the statement that the server did not run when it was last asked. */
  idleSince: number | null;
}

/** The errors after which the server closes the connection, by the first characters of their codes. */
const closingErrors = /^(08|53|57P|58|XX)/;

function sent({ name, text }: pg.QueryConfig, values: readonly unknown[] = []): SentStatement {
  return { name: name ?? text, values };
}

/** Sends a statement. The promises of `pg` itself would keep the rows in memory until a major garbage collection. */
function resultOf(client: pg.PoolClient, config: pg.QueryConfig, values: unknown[] = []): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    client.query({ ...config, values }, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

/** Closes a connection without waiting for the server. */
function destroy(client: pg.PoolClient): void {
  client.connection.stream.destroy();
}

/**
 * The connections to one server, which are opened on demand. Statements that nothing waits for any more are stopped, and connections
 * that do not respond are replaced.
 */
export class PostgresqlConnections implements StatementConnection {
  readonly #sessions: Sessions;
  readonly #pool: pg.Pool;
  readonly #queue: StatementQueue;
  readonly #monitor: ActivityMonitor;
  readonly #statementTimeout: number;
  readonly #uses = new Map<Lease, Use>();
  /** The current use of each connection. */
  readonly #useOf = new WeakMap<pg.PoolClient, Use>();
  /** Runs code outside any operation, whose objects would stay in memory as long as the timers and sockets that the code creates. */
  readonly #outside = AsyncLocalStorage.snapshot();
  readonly #connectionOf = new WeakMap<pg.PoolClient, StatementConnection>();
  /** When each connection has last responded, as `performance.now()`. */
  readonly #respondedAt = new WeakMap<pg.ClientBase, number>();
  /** When a connection was last found to be silent. Others that have not responded since then are not used any more. */
  #silentAt = Number.NEGATIVE_INFINITY;
  readonly #openedAt = new WeakMap<pg.ClientBase, number>();
  /** When a connection was last found to have a stale plan. Others that were opened before are not used any more. */
  #staleAt = Number.NEGATIVE_INFINITY;
  #review: NodeJS.Timeout | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(sessions: Sessions, { size, statementTimeoutMilliseconds = 0 }: ConnectionsOptions) {
    this.#sessions = sessions;
    this.#statementTimeout = statementTimeoutMilliseconds;
    this.#queue = new StatementQueue(size);
    this.#monitor = new ActivityMonitor(sessions);
    this.#pool = new pg.Pool({
      ...sessions.configuration,
      max: this.#queue.maxConnections,
      onConnect: (client) => this.#prepare(client),
    });
    // The pool replaces an idle connection that is lost. Without a listener, the error would end the process.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => {
      // The same for a connection in use. The statement that runs on it, or the next one, fails.
      client.on('error', () => undefined);
    });
    this.#pool.on('acquire', deallocateDropped);
  }

  async query(
    config: pg.QueryConfig | pg.QueryArrayConfig,
    values: unknown[] = [],
    deadline?: AbortSignal,
    isReplaceable?: boolean,
  ): Promise<pg.QueryResult> {
    for (let attempt = 1; ; attempt += 1) {
      const use = await this.#acquire(new Lease(sent(config, values), deadline, isReplaceable));
      try {
        return await this.#run(use, config, values);
      } catch (error) {
        if (!isStalePlan(error) || attempt === maxAttemptsWithPlan) throw error;
      } finally {
        this.#release(use);
      }
    }
  }

  /** Runs `work` in a transaction, with a connection that is the same object whenever it is the same connection. */
  async transaction<Result>(work: (connection: StatementConnection) => Promise<Result>): Promise<Result> {
    const use = await this.#acquire(new Lease(null, currentDeadline()));
    try {
      await this.#run(use, { text: 'begin' });
      const result = await work(this.#connectionTo(use.client));
      // If a commit were stopped, its outcome would be unknown.
      use.lease.isCommitting = use.failure === null;
      await this.#run(use, { text: 'commit' });
      return result;
    } catch (error) {
      await this.#run(use, { text: 'rollback' }).catch(() => {
        use.isUnusable = true;
      });
      // Drizzle has wrapped the failure.
      throw use.failure ?? error;
    } finally {
      this.#release(use);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
    this.#monitor.close();
  }

  async #prepare(client: pg.ClientBase): Promise<void> {
    await this.#sessions.prepare(client);
    this.#respondedAt.set(client, performance.now());
    this.#openedAt.set(client, performance.now());
  }

  /** Whether the connection responds, and has no stale plans, as far as that is known. */
  #isUsable(client: pg.ClientBase): boolean {
    if ((this.#respondedAt.get(client) ?? 0) < this.#silentAt) return false;
    return (this.#openedAt.get(client) ?? 0) > this.#staleAt;
  }

  #connectionTo(client: pg.PoolClient): StatementConnection {
    let connection = this.#connectionOf.get(client);
    if (connection === undefined) {
      connection = {
        query: async (config, values) => {
          const use = this.#useOf.get(client);
          if (use === undefined) throw connectionFailure('NO_CONNECTION');
          return this.#run(use, config, values);
        },
      };
      this.#connectionOf.set(client, connection);
    }
    return connection;
  }

  async #acquire(lease: Lease): Promise<Use> {
    this.#keepReviewing();
    if (!this.#queue.enter(lease)) await this.#queue.wait(lease);
    try {
      const client = await this.#connect(lease);
      const use = { lease, client, failure: null, isUnusable: false, cancelledAt: null, idleSince: null };
      this.#uses.set(lease, use);
      this.#useOf.set(client, use);
      return use;
    } catch (error) {
      this.#queue.leave(lease);
      throw error;
    }
  }

  async #connect(lease: Lease): Promise<pg.PoolClient> {
    const begun = performance.now();
    for (;;) {
      try {
        const client = await this.#outside(() => this.#pool.connect());
        if (this.#isUsable(client)) return client;
        destroy(client);
        client.release(true);
      } catch (error) {
        await this.#waitForAnother(lease, namedConnectionFailure(error), begun);
      }
    }
  }

  /** Waits for a connection that is in use if another could not be opened. @throws the error of the attempt if there is none */
  async #waitForAnother(lease: Lease, error: unknown, begun: number): Promise<void> {
    if (this.#pool.ending) throw error;
    if (this.#uses.size > 0) {
      this.#queue.recordRefusal(this.#uses.size + this.#pool.idleCount);
      this.#queue.leave(lease);
      await this.#queue.wait(lease, 'first');
      return;
    }
    const isFull = databaseOutage(error)?.kind === 'NO_RESOURCES';
    if (!isFull || performance.now() - begun > maxAttempts || lease.isOver) throw error;
    await sleep(retryInterval * (0.5 + Math.random()));
  }

  async #run(use: Use, config: pg.QueryConfig | pg.QueryArrayConfig, values?: unknown[]): Promise<pg.QueryResult> {
    const { lease, client } = use;
    if (use.failure !== null) throw use.failure;
    this.#queue.beginStatement(lease, lease.onlyStatement ?? sent(config, values));
    let hasSucceeded = false;
    try {
      const result = await resultOf(client, config as pg.QueryConfig, values);
      hasSucceeded = true;
      this.#respondedAt.set(client, performance.now());
      return result;
    } catch (error) {
      // The former trace leads to the socket, this one to the code that sent the statement.
      if (error instanceof Error) Error.captureStackTrace(error);
      if (error instanceof pg.DatabaseError) this.#respondedAt.set(client, performance.now());
      const isOfServer = error instanceof pg.DatabaseError;
      if (!isOfServer || closingErrors.test(error.code ?? '')) use.isUnusable = true;
      if (isStalePlan(error)) {
        use.isUnusable = true;
        this.#staleAt = performance.now();
      }
      throw use.failure ?? error;
    } finally {
      this.#queue.endStatement(lease, hasSucceeded);
    }
  }

  #release(use: Use): void {
    const { lease, client, failure, isUnusable } = use;
    this.#uses.delete(lease);
    const isLost = failure !== null || isUnusable;
    this.#useOf.delete(client);
    if (isLost) destroy(client);
    this.#outside(() => client.release(isLost));
    this.#queue.leave(lease);
  }

  #keepReviewing(): void {
    this.#review ??= this.#outside(
      setTimeout,
      () => {
        this.#review = null;
        this.#reviewUses();
        if (!this.#queue.isIdle) this.#keepReviewing();
        else this.#monitor.close();
      },
      reviewInterval,
    ).unref();
  }

  #reviewUses(): void {
    const now = performance.now();
    for (const lease of this.#queue.review()) {
      const use = this.#uses.get(lease);
      if (use !== undefined) this.#stop(use, now);
    }
    const slow: Use[] = [];
    for (const use of this.#uses.values()) {
      const { statement, since, isSlow } = use.lease;
      if (statement === null) continue;
      if (this.#isSilent(use, now)) this.#abandon(use);
      else if (isSlow && now - since > activityInterval) slow.push(use);
    }
    if (slow.length > 0 && now - this.#askedAt > activityInterval) {
      this.#askedAt = now;
      void this.#abandonIdle(slow);
    }
  }

  #stop(use: Use, now: number): void {
    if (use.failure !== null) return;
    use.failure = use.lease.isOver ? use.lease.deadline?.reason : connectionFailure('STOPPED');
    if (use.lease.statement === null) return;
    use.cancelledAt = now;
    cancelStatement(use.client);
  }

  #isSilent({ lease, cancelledAt }: Use, now: number): boolean {
    if (cancelledAt !== null) return now - cancelledAt > maxSilence;
    return this.#statementTimeout > 0 && now - lease.since > this.#statementTimeout + maxSilence;
  }

  /** Closes a connection that does not respond. Its statement fails. */
  #abandon(use: Use): void {
    use.failure = connectionFailure('NO_RESPONSE');
    this.#silentAt = performance.now();
    destroy(use.client);
  }

  /** Abandons connections whose statements the server does not run, at the second time, because a result might be on its way. */
  async #abandonIdle(slow: readonly Use[]): Promise<void> {
    const asked = slow.map((use) => ({ use, id: this.#sessions.processIdOf(use.client), since: use.lease.since }));
    const idle = await this.#monitor.idleProcesses(asked.map(({ id }) => id));
    if (idle === null) return;
    for (const { use, id, since } of asked) {
      const { lease } = use;
      if (!idle.has(id) || lease.statement === null || lease.since !== since) use.idleSince = null;
      else if (use.idleSince === since) this.#abandon(use);
      else use.idleSince = since;
    }
  }
}
