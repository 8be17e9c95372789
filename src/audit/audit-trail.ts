import { randomUUID } from 'node:crypto';
import { and, desc, eq, gte, inArray, sql } from 'drizzle-orm';
import type { Database, Queries } from '../database/database.ts';
import { isUniqueViolation } from '../database/errors.ts';
import { insertAtOnce, insertTogether } from '../database/insert-rows.ts';
import { recordLastWrite } from '../database/read-your-writes.ts';
import { insertRow } from '../database/write-row.ts';
import {
  type AuditChainRow,
  type AuditEventRow,
  type AuditSealRow,
  auditChain,
  auditEvent,
  auditEventCustomer,
  auditSeal,
} from './audit.table.ts';
import { type AuditEvent, auditEventOf, auditEventText } from './audit-event.ts';
import { type AuditKey, auditKey, emptyHead, nextHead } from './audit-key.ts';

/** Seals that are this much older than the chain before are looked at too: clocks of processes differ. */
const clockTolerance = 3_600_000;

/** A seal as it is logged, so that the log can show what is missing in the database. */
export type LoggedSeal = Pick<AuditSealRow, 'chain' | 'number' | 'sequence' | 'head' | 'mac'>;

/** What a transaction gives: its result, and what is to be recorded of it. */
export interface AuditedWrite<Result> {
  result: Result;
  event: AuditEvent | readonly AuditEvent[] | null;
  /** Who must find what was written wherever they read next, beside those whom the events name. */
  userIds?: readonly string[];
}

/** The audit trail of one process: a chain of events, each written before anybody is told what it tells of. */
export interface AuditTrail {
  /** Writes events in one commit with those of others that come at the same time; they are there when it resolves. */
  record(events: readonly AuditEvent[]): Promise<void>;
  /** `work` in a transaction, and in the same one what it gives to record: both are there, or neither. */
  write<Result>(work: (transaction: Queries) => Promise<AuditedWrite<Result>>): Promise<Result>;
  /** Writes what waits, and ends the chain. */
  close(): Promise<void>;
}

export interface AuditTrailParts {
  database: Database;
  secret: string;
  onSeal?: (seal: LoggedSeal) => void;
  /** A seal that cannot be written is written later; meanwhile somebody should know. */
  onSealFailure?: (error: unknown) => void;
  /** How long an event waits at most until a seal covers it. */
  sealIntervalMilliseconds?: number;
}

/** What the mac of a chain is over. */
export function chainParts(
  { number, id, startedAt, keyId, knownSeals }: Omit<AuditChainRow, 'mac'>,
  macBefore: string,
): (string | number)[] {
  return [number, id, startedAt.getTime(), keyId, knownSeals, macBefore];
}

/** What the mac of an event is over. The other columns are in the event too. */
export function eventParts(chainId: string, sequence: number, event: string): (string | number)[] {
  return [chainId, sequence, event];
}

/** What the mac of a seal is over. */
export function sealParts(
  chainId: string,
  { number, sequence, head, at, isLast }: Omit<AuditSealRow, 'mac' | 'chain'>,
): (string | number | boolean)[] {
  return [chainId, number, sequence, head, at.getTime(), isLast];
}

/** The newest seals of the chains that were sealed since the chain before began: whoever cuts those off is found here. */
async function knownSeals(transaction: Queries, before: AuditChainRow | undefined): Promise<string> {
  if (before === undefined) return '[]';
  const since = new Date(before.startedAt.getTime() - clockTolerance);
  const newest = transaction
    .select({ chain: auditSeal.chain, number: sql<number>`max(${auditSeal.number})`.as('newest') })
    .from(auditSeal)
    .where(gte(auditSeal.at, since))
    .groupBy(auditSeal.chain)
    .as('newest_seal');
  const seals = await transaction
    .select({ chain: auditSeal.chain, number: auditSeal.number, mac: auditSeal.mac })
    .from(auditSeal)
    .innerJoin(newest, and(eq(auditSeal.chain, newest.chain), eq(auditSeal.number, newest.number)))
    .orderBy(auditSeal.chain);
  return JSON.stringify(seals.map(({ chain, number, mac }) => [chain, number, mac]));
}

/** Begins a chain. Of two processes that begin at once one takes the next number, and the other tries again. */
async function beginChain(database: Database, key: AuditKey): Promise<AuditChainRow> {
  for (;;) {
    try {
      return await database.transaction(async (transaction) => {
        const [before] = await transaction.select().from(auditChain).orderBy(desc(auditChain.number)).limit(1);
        const chain = {
          number: (before?.number ?? 0) + 1,
          id: randomUUID(),
          startedAt: new Date(),
          keyId: key.id,
          knownSeals: await knownSeals(transaction, before),
        };
        const row = { ...chain, mac: key.mac('chain', chainParts(chain, before?.mac ?? '')) };
        await transaction.insert(auditChain).values(row);
        return row;
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
  }
}

interface Waiting {
  events: readonly AuditEvent[];
  resolve(): void;
  reject(error: unknown): void;
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
  /** The last number that was given to an event. */
  let sequence = 0;
  /** Numbers of events whose transaction failed, as far as this process knows: the next events take them. */
  let doubtful: number[] = [];
  /** All events up to this one are in the database, with this hash over them. */
  let settled = { sequence: 0, head: emptyHead };
  /** The macs of events that are in the database too, while one before them is not yet. */
  const settledAhead = new Map<number, string>();
  let sealed = { number: 0, sequence: 0 };
  let waiting: Waiting[] = [];
  let flushing: Promise<void> | null = null;
  const writing = new Set<Promise<void>>();
  let isClosed = false;
  let sealing: Promise<void> = Promise.resolve();

  function rowOf(event: AuditEvent, number: number): AuditEventRow {
    const text = auditEventText(event);
    return {
      chain: chain.number,
      sequence: number,
      at: new Date(event.at),
      bankId: event.bankId,
      userId: event.userId,
      event: text,
      mac: key.mac('event', eventParts(chain.id, number, text)),
    };
  }

  function customersOf(
    events: readonly AuditEvent[],
    rows: readonly AuditEventRow[],
  ): (typeof auditEventCustomer.$inferInsert)[] {
    return rows.flatMap(({ chain, sequence, at }, index) =>
      (events[index]?.customerIds ?? []).map((customerId) => ({ customerId, at, chain, sequence })),
    );
  }

  function settle(rows: readonly Pick<AuditEventRow, 'sequence' | 'mac'>[]): void {
    for (const { sequence, mac } of rows) if (sequence > settled.sequence) settledAhead.set(sequence, mac);
    for (;;) {
      const next = settled.sequence + 1;
      const mac = settledAhead.get(next);
      if (mac === undefined) return;
      settledAhead.delete(next);
      settled = { sequence: next, head: nextHead(settled.head, mac) };
    }
  }

  /** A transaction may have been committed although its client was told that it failed: then its numbers are taken. */
  async function freeNumbers(transaction: Queries, claimed: number[]): Promise<number[]> {
    if (claimed.length === 0) return [];
    const written = await transaction
      .select({ sequence: auditEvent.sequence, mac: auditEvent.mac })
      .from(auditEvent)
      .where(and(eq(auditEvent.chain, chain.number), inArray(auditEvent.sequence, claimed)));
    settle(written);
    const taken = new Set(written.map((row) => row.sequence));
    return claimed.filter((number) => !taken.has(number));
  }

  /**
   * Writes what `work` gives within a transaction of its own, under numbers that are free, else under new ones. What it gives
   * is made when it is known how many are free; null: nothing.
   */
  async function writeNumbered<Result>(
    work: (transaction: Queries) => Promise<{
      result: Result;
      eventsOf: ((free: number) => readonly AuditEvent[]) | null;
      /** Who must find what was written wherever they read next; what was read changes nothing. */
      readers?: readonly (string | null)[];
    }>,
  ): Promise<Result> {
    let rows: AuditEventRow[] = [];
    // Claimed before anything is awaited: no two transactions have one number, and none is forgotten.
    let claimed: number[] = [];
    let left: number[] = [];
    try {
      const result = await database.transaction(async (transaction) => {
        const { result, eventsOf, readers = [] } = await work(transaction);
        if (eventsOf !== null) {
          claimed = doubtful;
          doubtful = [];
          left = await freeNumbers(transaction, claimed);
          const events = eventsOf(left.length);
          rows = events.map((event) => rowOf(event, left.shift() ?? ++sequence));
          await insertTogether(transaction, [auditEvent, rows], [auditEventCustomer, customersOf(events, rows)]);
        }
        if (database.replicas !== null) {
          await recordLastWrite(
            transaction,
            readers.filter((id) => id !== null),
          );
        }
        return result;
      });
      doubtful.push(...left);
      settle(rows);
      return result;
    } catch (error) {
      doubtful.push(...new Set([...claimed, ...rows.map((row) => row.sequence)]));
      throw error;
    }
  }

  /** Most events are written with nothing else, and under new numbers: then nothing has to be looked up. */
  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    const events = batch.flatMap(({ events }) => events);
    if (doubtful.length > 0) {
      await writeNumbered(async () => ({ result: undefined, eventsOf: () => events }));
      return;
    }
    const rows = events.map((event) => rowOf(event, ++sequence));
    try {
      await insertAtOnce(database, [auditEvent, rows], [auditEventCustomer, customersOf(events, rows)]);
    } catch (error) {
      doubtful.push(...rows.map(({ sequence }) => sequence));
      throw error;
    }
    settle(rows);
  }

  /** Numbers that no event has taken say that there was one which could not be written: else no seal goes beyond them. */
  async function fillGaps(): Promise<void> {
    if (doubtful.length === 0) return;
    const lost = auditEventOf({ kind: 'LOST', outcome: 'FAILED', errors: ['AUDIT_UNAVAILABLE'] });
    await writeNumbered(async () => ({ result: undefined, eventsOf: (free) => Array(free).fill(lost) }));
  }

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await writeBatch(batch);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        if (batch.length === 1) batch[0]?.reject(error);
        // What one of them cannot write is not to cost the others their answers.
        else for (const one of batch) await writeBatch([one]).then(one.resolve, one.reject);
      }
    }
    flushing = null;
  }

  /** The last seal says that nothing follows it. */
  function refuseWhenClosed(): void {
    if (isClosed) throw new Error('The audit trail is closed.');
  }

  /** Counts as being written until it ends, however it does. */
  function awaited<Result>(result: Promise<Result>): Promise<Result> {
    const ended = result.then(
      () => undefined,
      () => undefined,
    );
    writing.add(ended);
    ended.finally(() => writing.delete(ended));
    return result;
  }

  async function writeSeal(isLast: boolean): Promise<void> {
    const { sequence, head } = settled;
    if (sequence === sealed.sequence && !isLast) return;
    const number = sealed.number + 1;
    const seal = { number, sequence, head, at: new Date(), isLast };
    const row = { chain: chain.number, ...seal, mac: key.mac('seal', sealParts(chain.id, seal)) };
    const [stored] = await database.transaction(async (transaction) => {
      const inserted = await insertRow(transaction, auditSeal, row, 'ignore');
      if (inserted.length > 0) return inserted;
      const own = and(eq(auditSeal.chain, chain.number), eq(auditSeal.number, number));
      return transaction.select().from(auditSeal).where(own);
    });
    if (stored === undefined) throw new Error('The seal of the audit trail is not there after it was written.');
    sealed = { number, sequence: stored.sequence };
    onSeal({ chain: chain.number, number, sequence: stored.sequence, head: stored.head, mac: stored.mac });
    // One that was written although it seemed to fail stands; what came since gets the next one.
    if (stored.mac !== row.mac) await writeSeal(isLast);
  }

  function seal(isLast = false): Promise<void> {
    sealing = sealing.catch(() => undefined).then(() => writeSeal(isLast));
    return sealing;
  }

  const timer = setInterval(() => {
    fillGaps()
      .then(() => seal())
      .catch(onSealFailure);
  }, sealIntervalMilliseconds).unref();

  return {
    async record(events) {
      if (events.length === 0) return;
      refuseWhenClosed();
      await new Promise<void>((resolve, reject) => {
        waiting.push({ events, resolve, reject });
        // What ends in the same turn of the event loop is written together.
        flushing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(flush);
      });
    },

    async write(work) {
      refuseWhenClosed();
      return awaited(
        writeNumbered(async (transaction) => {
          const { result, event, userIds = [] } = await work(transaction);
          const events = event === null ? [] : [event].flat();
          const readers = [...userIds, ...events.flatMap(({ userId, subjectUserIds }) => [userId, ...subjectUserIds])];
          return { result, eventsOf: events.length === 0 ? null : () => events, readers };
        }),
      );
    },

    async close() {
      isClosed = true;
      clearInterval(timer);
      await Promise.all([flushing, ...writing]);
      await fillGaps().catch(onSealFailure);
      await seal(true);
    },
  };
}
