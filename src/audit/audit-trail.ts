import type { InstallationSecret } from '../base/installation-secret.ts';
import type { ChangesByBank } from '../changes/collected-changes.ts';
import { type ChangeAuthor, noAuthor } from '../changes/collected-history.ts';
import type { Database, Queries } from '../database/database.ts';
import { withoutDeadline } from '../database/deadline.ts';
import { databaseOutage } from '../database/errors.ts';
import type { AuditEvent } from './audit-event.ts';
import { auditKey } from './audit-key.ts';
import { beginChain } from './begin-chain.ts';
import { ChainSealer } from './chain-sealer.ts';
import { EventWriter } from './event-writer.ts';
import type { LoggedSeal } from './logged-seal.ts';

/** The result of a transaction, and the events to record with it. */
export interface AuditedWrite<Result> {
  result: Result;
  event: AuditEvent | readonly AuditEvent[] | null;
  /** The users who must find the writes in their next reads, in addition to those in the events. */
  userIds?: readonly string[];
  /** The author in the history of customers. Omitted for commands. */
  author?: ChangeAuthor;
}

/** The work of a transaction. `changes` contains the changes of the rows that it has written so far. */
export type AuditedWork<Result> = (transaction: Queries, changes: ChangesByBank) => Promise<AuditedWrite<Result>>;

/** The audit trail of one process: a chain of events, each recorded before the response that it concerns is sent. */
export interface AuditTrail {
  /** The number of the chain. */
  chain: number;
  /** Records events, in one commit with other events of the same tick. Resolves when they are committed. */
  record(events: readonly AuditEvent[]): Promise<void>;
  /**
   * Runs `work` in a transaction, and records its events, its changes, and the history of customers, which it collects meanwhile, in
   * the same transaction.
   */
  write<Result>(work: AuditedWork<Result>): Promise<Result>;
  /** Records the remaining events, and closes the chain. */
  close(): Promise<void>;
}

export interface AuditTrailParts {
  database: Database;
  secret: InstallationSecret;
  onSeal?: (seal: LoggedSeal) => void;
  /** Called if a seal cannot be written. It is written later. */
  onSealFailure?: (error: unknown) => void;
  /** The maximum time until a seal covers an event. */
  sealIntervalMilliseconds?: number;
}

interface PendingEvents {
  events: readonly AuditEvent[];
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Records events in groups: those of one tick, and those that arrive while a group is written. If the database is unavailable, those
 * that have arrived fail with the group, because each group might wait for a long time.
 */
class GroupCommit {
  readonly #writer: EventWriter;
  #pending: PendingEvents[] = [];
  #flushing: Promise<void> | null = null;

  constructor(writer: EventWriter) {
    this.#writer = writer;
  }

  record(events: readonly AuditEvent[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ events, resolve, reject });
      this.#flushing ??= withoutDeadline(() =>
        new Promise<void>((tick) => setImmediate(tick)).then(() => this.#flush()),
      );
    });
  }

  async flushed(): Promise<void> {
    await this.#flushing;
  }

  async #flush(): Promise<void> {
    while (this.#pending.length > 0) {
      const group = this.#pending;
      this.#pending = [];
      try {
        await this.#writer.writeEvents(group.flatMap(({ events }) => events));
        for (const { resolve } of group) resolve();
      } catch (error) {
        if (databaseOutage(error) !== null) {
          for (const { reject } of [...group, ...this.#pending.splice(0)]) reject(error);
        } else if (group.length === 1) group[0]?.reject(error);
        // Written one by one, so that an event that cannot be written fails only its own operation.
        else
          for (const { events, resolve, reject } of group) await this.#writer.writeEvents(events).then(resolve, reject);
      }
    }
    this.#flushing = null;
  }
}

/** Begins the chain of this process. */
export async function openAuditTrail({
  database,
  secret,
  onSeal = () => undefined,
  onSealFailure = () => undefined,
  sealIntervalMilliseconds = 1_000,
}: AuditTrailParts): Promise<AuditTrail> {
  const key = auditKey(secret);
  const chain = await beginChain(database, key);
  const writer = new EventWriter(database, chain, key);
  const sealer = new ChainSealer(database, chain, key, writer, onSeal);
  const groups = new GroupCommit(writer);
  const running = new Set<Promise<void>>();
  let isClosed = false;

  /** The last seal states that no event follows. */
  function assertOpen(): void {
    if (isClosed) throw new Error('The audit trail is closed.');
  }

  /** Lets `close` wait for the transaction, whether it succeeds or fails. */
  function tracked<Result>(result: Promise<Result>): Promise<Result> {
    const ended = result.then(
      () => undefined,
      () => undefined,
    );
    running.add(ended);
    ended.finally(() => running.delete(ended));
    return result;
  }

  const timer = setInterval(() => {
    writer
      .fillGaps()
      .then(() => sealer.seal())
      .catch(onSealFailure);
  }, sealIntervalMilliseconds).unref();

  return {
    chain: chain.number,

    async record(events) {
      if (events.length === 0) return;
      assertOpen();
      await groups.record(events);
    },

    async write(work) {
      assertOpen();
      return tracked(
        writer.write(async (transaction, changes) => {
          const { result, event, userIds = [], author = noAuthor } = await work(transaction, changes);
          const events = event === null ? [] : [event].flat();
          const readers = [...userIds, ...events.flatMap(({ userId, subjectUserIds }) => [userId, ...subjectUserIds])];
          return { result, eventsOf: events.length === 0 ? null : () => events, readers, author };
        }),
      );
    },

    async close() {
      isClosed = true;
      clearInterval(timer);
      await Promise.all([groups.flushed(), ...running]);
      await writer.fillGaps().catch(onSealFailure);
      await sealer.seal(true);
    },
  };
}
