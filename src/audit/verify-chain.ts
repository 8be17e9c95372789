import type { Database } from '../database/database.ts';
import type { AuditChainRow, AuditEventRow, AuditSealRow } from './audit.table.ts';
import type { AuditEvent } from './audit-event.ts';
import type { AuditFinding } from './audit-finding.ts';
import { type AuditKey, type AuditKeys, emptyHead, nextHead } from './audit-key.ts';
import { findCustomerRows, pageLength, readEvent, readEvents, readSeals } from './chain-rows.ts';
import { type Checkpoints, checkpointsOf } from './checkpoint.ts';
import { eventParts, sealParts } from './mac-parts.ts';
import type { RecordedRestore } from './recorded-restore.ts';

export interface ChainVerification {
  findings: AuditFinding[];
  /** The number of events that no checkpoint covers. */
  events: number;
  /** The number of seals that no checkpoint covers. */
  seals: number;
  isClosed: boolean;
  /** The events after the last seal, and the number of sequences between them without an event. */
  unsealed: { events: number; missing: number };
  /** The seals that the process of another chain wrote. */
  laterSeals: LaterSeal[];
  /** The restores whose events are in this chain, and match their MACs. */
  restores: ChainRestore[];
}

export type ChainRestore = Pick<
  RecordedRestore,
  'chain' | 'sequence' | 'mac' | 'at' | 'clientName' | 'reason' | 'state'
>;

/** A seal that another process wrote, because the process of the chain was killed. */
export interface LaterSeal {
  chain: number;
  seal: number;
  sealedBy: number;
  /** The first and the last of its events. */
  events: { from: number; to: number };
  /** How many of them are `LOST` events. */
  lost: number;
}

export interface ChainVerificationOptions {
  /** The number of the last seal to verify. Defaults to the end of the chain. */
  upToSeal?: number;
  /** Called with the number of events that were verified since the last call. */
  onEvents?: (count: number) => void;
}

/**
 * Compares the events of a chain with their MACs, their columns, the rows of their customers, and the seals. It can run while events
 * are written, because each page of seals is read before the events that they cover.
 */
export async function verifyChain(
  database: Database,
  keys: AuditKeys,
  chain: AuditChainRow,
  options: ChainVerificationOptions = {},
): Promise<ChainVerification> {
  let checkpoints = await checkpointsOf(database, keys, chain);
  for (;;) {
    const verification = await new ChainVerifier(database, keys.get(chain.keyId), chain, checkpoints, options).verify();
    const latest = await checkpointsOf(database, keys, chain);
    if (latest.newest?.sequence === checkpoints.newest?.sequence) return verification;
    // Events that were pruned during the verification look removed, so it is repeated.
    checkpoints = latest;
  }
}

const noEventMessage = 'No event has this number.';

/** One pass over the rows of a chain. */
class ChainVerifier {
  readonly #database: Database;
  readonly #key: AuditKey | undefined;
  readonly #chain: AuditChainRow;
  readonly #forgedCheckpoints: Checkpoints['forged'];
  readonly #upToSeal: number | null;
  readonly #onEvents: (count: number) => void;
  readonly #findings: AuditFinding[] = [];
  readonly #laterSeals: LaterSeal[] = [];
  readonly #restores: ChainRestore[] = [];
  /** The last event that the previous seal covers, and the number of `LOST` events since. */
  #sealed = { sequence: 0, lost: 0 };
  readonly #counts = { events: 0, seals: 0, unsealed: { events: 0, missing: 0 } };
  /** The point from which the chain continues after pruning. */
  readonly #start: { sequence: number; sealNumber: number; head: string };
  /** The last event that exists or is missing, and the head of the chain there. */
  #position: { sequence: number; head: string };
  /** Whether there is a finding since the last seal, so that a wrong head adds nothing. */
  #isDamaged = false;
  #isClosed = false;
  #lastSeal: number;
  #lastEventAt: Date;
  #readUpTo = Number.MIN_SAFE_INTEGER;

  constructor(
    database: Database,
    key: AuditKey | undefined,
    chain: AuditChainRow,
    { newest, forged }: Checkpoints,
    { upToSeal, onEvents = () => undefined }: ChainVerificationOptions,
  ) {
    this.#database = database;
    this.#key = key;
    this.#chain = chain;
    this.#forgedCheckpoints = forged;
    this.#upToSeal = upToSeal ?? null;
    this.#onEvents = onEvents;
    this.#start = newest ?? { sequence: 0, sealNumber: 0, head: emptyHead };
    this.#position = { sequence: this.#start.sequence, head: this.#start.head };
    this.#sealed.sequence = this.#start.sequence;
    this.#lastSeal = this.#start.sealNumber;
    this.#lastEventAt = newest?.at ?? chain.startedAt;
  }

  async verify(): Promise<ChainVerification> {
    const { number, keyId, startedAt } = this.#chain;
    if (this.#key === undefined) {
      const message = `Its key ${keyId} belongs to a secret that is neither GATEWAY_SECRET nor in GATEWAY_FORMER_SECRETS, so no MAC was verified.`;
      this.#findings.push({ what: 'unknown key', chain: number, at: startedAt, message });
    }
    for (const { sequence, at } of this.#forgedCheckpoints) {
      this.#addFinding('changed', sequence, sequence, at, 'None of the keys signed the checkpoint at this event.');
    }
    await this.#verifySealedEvents();
    if (this.#upToSeal === null) await this.#verifyEvents(null, []);
    this.#markTruncation();
    return {
      findings: this.#findings,
      ...this.#counts,
      isClosed: this.#isClosed,
      laterSeals: this.#laterSeals,
      restores: this.#restores,
    };
  }

  async #verifySealedEvents(): Promise<void> {
    for (let after = Number.MIN_SAFE_INTEGER; ; ) {
      const seals = await readSeals(this.#database, { chain: this.#chain.number, after, upTo: this.#upToSeal });
      const last = seals.at(-1);
      if (last === undefined) return;
      after = last.number;
      const intact = seals.filter((seal) => this.#isIntact(seal));
      const upTo = intact.at(-1)?.sequence;
      if (upTo !== undefined) await this.#verifyEvents(upTo, intact);
    }
  }

  /** If the last finding is that events up to the end are missing, the chain was truncated. */
  #markTruncation(): void {
    const last = this.#findings.at(-1);
    const isAtEnd = last?.what === 'removed' && last.events?.to === this.#position.sequence;
    if (!isAtEnd || last.message !== noEventMessage) return;
    last.what = 'truncated';
    last.at = this.#lastEventAt;
  }

  /** Adds a finding about events, or extends the last finding if it is the same for the event before. */
  #addFinding(what: AuditFinding['what'], from: number, to: number, at: Date, message: string): void {
    const last = this.#findings.at(-1);
    if (last?.events?.to === from - 1 && last.what === what && last.message === message) last.events.to = to;
    else this.#findings.push({ what, chain: this.#chain.number, events: { from, to }, at, message });
  }

  #addSealFinding(what: AuditFinding['what'], { number: seal, at }: AuditSealRow, message: string): void {
    this.#findings.push({ what, chain: this.#chain.number, seal, at, message });
  }

  #addMissing(from: number, to: number, at: Date): void {
    this.#isDamaged = true;
    this.#addFinding('removed', from, to, at, noEventMessage);
  }

  /** Whether the seal was not changed. Only intact seals say something about events. */
  #isIntact(seal: AuditSealRow): boolean {
    const isCovered = seal.number <= this.#start.sealNumber;
    if (!isCovered) {
      this.#counts.seals += 1;
      const [from, to] = [this.#lastSeal + 1, seal.number - 1];
      if (from === to) this.#addSealFinding('removed', seal, `The seal ${from} before it is missing.`);
      else if (from < to) this.#addSealFinding('removed', seal, `The seals ${from} to ${to} before it are missing.`);
      this.#lastSeal = seal.number;
    }
    if (this.#key !== undefined && seal.mac !== this.#key.mac('seal', sealParts(this.#chain.id, seal))) {
      this.#addSealFinding('changed', seal, 'It does not match its MAC.');
      return false;
    }
    if (this.#isClosed) this.#addSealFinding('inserted', seal, 'The chain was closed before it.');
    this.#isClosed ||= seal.isLast;
    return !isCovered;
  }

  /** Verifies the events up to a sequence or to the end, and the seals that cover them. */
  async #verifyEvents(upTo: number | null, seals: readonly AuditSealRow[]): Promise<void> {
    const remainingSeals = [...seals];
    for (;;) {
      const rows = await readEvents(this.#database, { chain: this.#chain.number, after: this.#readUpTo, upTo });
      const intact: [sequence: number, event: AuditEvent][] = [];
      for (const row of rows) {
        const event = this.#verifyRow(row, upTo !== null, remainingSeals);
        if (event !== null) intact.push([row.sequence, event]);
      }
      await this.#verifyCustomers(intact);
      this.#onEvents(rows.length);
      if (rows.length < pageLength) break;
    }
    for (const seal of remainingSeals) this.#verifyHead(seal);
  }

  /** Verifies an event, and the seals before it. Returns the event if its rows of customers must be verified. */
  #verifyRow(row: AuditEventRow, isSealed: boolean, remainingSeals: AuditSealRow[]): AuditEvent | null {
    const { sequence, at } = row;
    this.#readUpTo = sequence;
    const isCovered = sequence <= this.#start.sequence;
    while (!isCovered && remainingSeals[0] !== undefined && remainingSeals[0].sequence < sequence) {
      this.#verifyHead(remainingSeals[0]);
      remainingSeals.shift();
    }
    const event = this.#verifyEvent(row);
    if (isCovered) {
      // Pruning that was interrupted leaves events before the checkpoint. The next pruning deletes them.
      this.#isDamaged = false;
      return null;
    }
    if (!Number.isSafeInteger(sequence)) return null;
    if (event?.kind === 'LOST') this.#sealed.lost += 1;
    // Without the key, everyone could have written the event.
    if (event?.restore !== undefined && this.#key !== undefined) {
      const { restore: state, at: recordedAt, clientName, reason } = event;
      this.#restores.push({ chain: row.chain, sequence, mac: row.mac, at: recordedAt, clientName, reason, state });
    }
    if (!isSealed) this.#verifyUnsealed(row);
    else if (sequence > this.#position.sequence + 1) this.#addMissing(this.#position.sequence + 1, sequence - 1, at);
    this.#position = { sequence, head: nextHead(this.#position.head, row.mac) };
    this.#lastEventAt = at;
    this.#counts.events += 1;
    return event;
  }

  /** Returns the event if its row was not changed. */
  #verifyEvent(row: AuditEventRow): AuditEvent | null {
    const { sequence, at } = row;
    if (
      this.#key !== undefined &&
      row.mac !== this.#key.mac('event', eventParts(this.#chain.id, sequence, row.event))
    ) {
      this.#isDamaged = true;
      this.#addFinding('changed', sequence, sequence, at, 'It does not match its MAC.');
      return null;
    }
    const event = readEvent(row.event);
    if (event === null) {
      this.#addFinding('changed', sequence, sequence, at, 'It cannot be read.');
      return null;
    }
    const columns = [
      ...(Date.parse(event.at) === at.getTime() ? [] : ['at']),
      ...(event.bankId === row.bankId ? [] : ['bank_id']),
      ...(event.userId === row.userId ? [] : ['user_id']),
    ];
    if (columns.length === 0) return event;
    const message = `Its columns differ from its text: ${columns.join(', ')}.`;
    this.#addFinding('changed', sequence, sequence, new Date(event.at), message);
    return null;
  }

  async #verifyCustomers(events: readonly [sequence: number, event: AuditEvent][]): Promise<void> {
    const expected = events.flatMap(([sequence, { at, customerIds }]) =>
      customerIds.map((customerId) => ({ customerId, at: new Date(at), chain: this.#chain.number, sequence })),
    );
    const rows = await findCustomerRows(this.#database, expected);
    const existing = new Set(rows.map(({ customerId, sequence }) => `${sequence} ${customerId}`));
    for (const { customerId, at, sequence } of expected) {
      if (existing.has(`${sequence} ${customerId}`)) continue;
      this.#addFinding('removed', sequence, sequence, at, `Its row for the customer ${customerId} is missing.`);
    }
  }

  #verifyHead(seal: AuditSealRow): void {
    if (this.#position.sequence < seal.sequence) {
      this.#addMissing(this.#position.sequence + 1, seal.sequence, seal.at);
    } else if (this.#position.sequence > seal.sequence) {
      this.#addSealFinding('changed', seal, 'It covers fewer events than the seal before it.');
      return;
    } else if (this.#position.head !== seal.head && !this.#isDamaged) {
      this.#addSealFinding('changed', seal, 'Its hash does not match the events that it covers.');
    }
    this.#position = { sequence: seal.sequence, head: seal.head };
    this.#isDamaged = false;
    if (seal.sealedBy !== null) {
      const events = { from: this.#sealed.sequence + 1, to: seal.sequence };
      const { sealedBy, chain, number } = seal;
      this.#laterSeals.push({ chain, seal: number, sealedBy, events, lost: this.#sealed.lost });
    }
    this.#sealed = { sequence: seal.sequence, lost: 0 };
  }

  #verifyUnsealed(row: AuditEventRow): void {
    this.#counts.unsealed.events += 1;
    if (this.#isClosed) {
      this.#addFinding('inserted', row.sequence, row.sequence, row.at, 'The chain was closed before it.');
    } else {
      // Until the next seal, a transaction that failed cannot be distinguished from one that is not committed yet.
      this.#counts.unsealed.missing += row.sequence - this.#position.sequence - 1;
    }
  }
}
