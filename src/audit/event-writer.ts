import { and, eq, inArray } from 'drizzle-orm';
import { change } from '../changes/change.table.ts';
import { ChangeRows } from '../changes/change-rows.ts';
import { type ChangesByBank, collectChanges, stopCollecting } from '../changes/collected-changes.ts';
import { type ChangeAuthor, CollectedHistory, noAuthor } from '../changes/collected-history.ts';
import { customerHistory } from '../changes/customer-history.table.ts';
import type { Database, Queries } from '../database/database.ts';
import { insertAtOnce, insertTogether, rowsFor, type TableRows } from '../database/insert-rows.ts';
import { recordLastWrite } from '../database/read-your-writes.ts';
import { type AuditChainRow, type AuditEventRow, auditEvent, auditEventCustomer } from './audit.table.ts';
import { type AuditEvent, auditEventOf, auditEventText } from './audit-event.ts';
import { type AuditKey, emptyHead, nextHead } from './audit-key.ts';
import { eventParts } from './mac-parts.ts';

/** The result of a transaction, and the events to write with it. */
interface NumberedWrite<Result> {
  result: Result;
  /** Creates the events, once it is known how many failed sequences are free. Null if there are none. */
  eventsOf: ((free: number) => readonly AuditEvent[]) | null;
  /** The users who must find the writes in their next reads, from whatever replica. Reads change nothing for them. */
  readers?: readonly (string | null)[];
  author: ChangeAuthor;
}

/** The events up to a sequence, with the head of the chain there. */
interface Settled {
  sequence: number;
  head: string;
}

/** The event for a sequence whose transaction failed. */
export function lostEvent(): AuditEvent {
  return auditEventOf({ kind: 'LOST', outcome: 'FAILED', errors: ['AUDIT_UNAVAILABLE'] });
}

export function auditEventRow(chain: AuditChainRow, key: AuditKey, event: AuditEvent, sequence: number): AuditEventRow {
  const text = auditEventText(event);
  return {
    chain: chain.number,
    sequence,
    at: new Date(event.at),
    bankId: event.bankId,
    userId: event.userId,
    event: text,
    mac: key.mac('event', eventParts(chain.id, sequence, text)),
  };
}

/** Writes the events of one chain under consecutive sequences. Sequences of failed transactions are used again. */
export class EventWriter {
  readonly #database: Database;
  readonly #chain: AuditChainRow;
  readonly #key: AuditKey;
  /** The last assigned sequence. */
  #sequence = 0;
  /** The sequences of failed transactions, as far as this process knows. The next events get those that are free. */
  #doubtful: number[] = [];
  #settled: Settled = { sequence: 0, head: emptyHead };
  /** The MACs of committed events that follow an event which is not committed yet. */
  readonly #settledAhead = new Map<number, string>();

  constructor(database: Database, chain: AuditChainRow, key: AuditKey) {
    this.#database = database;
    this.#chain = chain;
    this.#key = key;
  }

  /** The last event up to which all events are committed. */
  get settled(): Settled {
    return this.#settled;
  }

  /** Writes events outside any other transaction. */
  async writeEvents(events: readonly AuditEvent[]): Promise<void> {
    if (this.#doubtful.length > 0) {
      await this.write(async () => ({ result: undefined, eventsOf: () => events, author: noAuthor }));
      return;
    }
    // Usually all sequences are new, so nothing has to be read.
    const rows = events.map((event) => this.#rowOf(event, this.#nextSequence()));
    try {
      await insertAtOnce(this.#database, rowsFor(auditEvent, rows), customersOf(events, rows));
    } catch (error) {
      this.#doubtful.push(...rows.map(({ sequence }) => sequence));
      throw error;
    }
    this.#settle(rows);
  }

  /** Runs `work` in a transaction, and writes its events, its changes, and the history of customers in the same transaction. */
  async write<Result>(
    work: (transaction: Queries, changes: ChangesByBank) => Promise<NumberedWrite<Result>>,
  ): Promise<Result> {
    let rows: AuditEventRow[] = [];
    let claimed: number[] = [];
    let free: number[] = [];
    const returnSequences = () => {
      this.#doubtful.push(...new Set([...claimed, ...rows.map(({ sequence }) => sequence)]));
      [rows, claimed, free] = [[], [], []];
    };
    try {
      const result = await this.#database.transaction(async (transaction) => {
        // Those of a former attempt that was rolled back.
        returnSequences();
        const history = new CollectedHistory();
        const changeRows = new ChangeRows();
        const changes = collectChanges(transaction, changeRows, history);
        // The handle is used again by later transactions, whose changes must not be added.
        const written = await work(transaction, changes).finally(() => stopCollecting(transaction));
        const { result, eventsOf, readers = [], author } = written;
        let events: readonly AuditEvent[] = [];
        if (eventsOf !== null) {
          // Claimed before the next `await`, so that no other transaction uses the same sequences.
          claimed = this.#doubtful;
          this.#doubtful = [];
          free = await this.#freeSequences(transaction, claimed);
          events = eventsOf(free.length);
          rows = events.map((event) => this.#rowOf(event, free.shift() ?? this.#nextSequence()));
        }
        await insertTogether(
          transaction,
          rowsFor(auditEvent, rows),
          customersOf(events, rows),
          rowsFor(change, changeRows.rows()),
          rowsFor(customerHistory, history.rows(author)),
        );
        if (this.#database.replicas !== null) {
          const userIds = readers.filter((id) => id !== null);
          await recordLastWrite(transaction, userIds);
        }
        return result;
      });
      this.#doubtful.push(...free);
      this.#settle(rows);
      return result;
    } catch (error) {
      returnSequences();
      throw error;
    }
  }

  /** Writes a `LOST` event for each unused sequence, because seals only cover events without gaps. */
  async fillGaps(): Promise<void> {
    if (this.#doubtful.length === 0) return;
    const lost = lostEvent();
    await this.write(async () => ({ result: undefined, eventsOf: (free) => Array(free).fill(lost), author: noAuthor }));
  }

  #nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  #rowOf(event: AuditEvent, sequence: number): AuditEventRow {
    return auditEventRow(this.#chain, this.#key, event, sequence);
  }

  /** The claimed sequences without those that were committed although their transaction seemed to fail. */
  async #freeSequences(transaction: Queries, claimed: readonly number[]): Promise<number[]> {
    if (claimed.length === 0) return [];
    const committed = await transaction
      .select({ sequence: auditEvent.sequence, mac: auditEvent.mac })
      .from(auditEvent)
      .where(and(eq(auditEvent.chain, this.#chain.number), inArray(auditEvent.sequence, [...claimed])));
    this.#settle(committed);
    const taken = new Set(committed.map(({ sequence }) => sequence));
    return claimed.filter((sequence) => !taken.has(sequence));
  }

  #settle(committed: readonly Pick<AuditEventRow, 'sequence' | 'mac'>[]): void {
    for (const { sequence, mac } of committed) {
      if (sequence > this.#settled.sequence) this.#settledAhead.set(sequence, mac);
    }
    for (;;) {
      const sequence = this.#settled.sequence + 1;
      const mac = this.#settledAhead.get(sequence);
      if (mac === undefined) return;
      this.#settledAhead.delete(sequence);
      this.#settled = { sequence, head: nextHead(this.#settled.head, mac) };
    }
  }
}

function customersOf(events: readonly AuditEvent[], rows: readonly AuditEventRow[]): TableRows {
  return rowsFor(
    auditEventCustomer,
    rows.flatMap(({ chain, sequence, at }, index) =>
      (events[index]?.customerIds ?? []).map((customerId) => ({ customerId, at, chain, sequence })),
    ),
  );
}
