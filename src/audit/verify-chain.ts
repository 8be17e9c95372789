import { and, asc, eq, gt, lte, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { inTuples, tupleValues } from '../database/tuple-condition.ts';
import {
  type AuditChainRow,
  type AuditEventRow,
  type AuditSealRow,
  auditEvent,
  auditEventCustomer,
  auditSeal,
} from './audit.table.ts';
import { type AuditEvent, parseAuditEvent } from './audit-event.ts';
import type { AuditFinding } from './audit-finding.ts';
import { emptyHead, nextHead } from './audit-key.ts';
import { eventParts, sealParts } from './audit-trail.ts';
import { type AuditKeys, type Checkpoints, checkpointsOf } from './checkpoint.ts';

/** How many rows are read at once. */
export const pageLength = 1000;

export interface ChainCheck {
  findings: AuditFinding[];
  /** Those that no checkpoint covers. */
  events: number;
  seals: number;
  isClosed: boolean;
  /** The events after the last seal, and how many numbers between them no event has. */
  unsealed: { events: number; missing: number };
}

export interface ChainCheckOptions {
  /** Goes only as far as this seal; otherwise to the end. */
  upToSeal?: number;
  /** Told how many more events were checked. */
  onEvents?: (count: number) => void;
}

type CustomerKey = typeof auditEventCustomer.$inferSelect;

export const customerColumns = [
  auditEventCustomer.customerId,
  auditEventCustomer.at,
  auditEventCustomer.chain,
  auditEventCustomer.sequence,
];

export function customerValues({ customerId, at, chain, sequence }: CustomerKey): unknown[] {
  return [customerId, at, chain, sequence];
}

function eventsAfter(upTo?: SQL) {
  return statement((queries) =>
    queries
      .select()
      .from(auditEvent)
      .where(
        and(eq(auditEvent.chain, sql.placeholder('chain')), gt(auditEvent.sequence, sql.placeholder('after')), upTo),
      )
      .orderBy(asc(auditEvent.sequence))
      .limit(pageLength),
  );
}

function sealsAfter(upTo?: SQL) {
  return statement((queries) =>
    queries
      .select()
      .from(auditSeal)
      .where(and(eq(auditSeal.chain, sql.placeholder('chain')), gt(auditSeal.number, sql.placeholder('after')), upTo))
      .orderBy(asc(auditSeal.number))
      .limit(pageLength),
  );
}

const allEvents = eventsAfter();
const eventsUpTo = eventsAfter(lte(auditEvent.sequence, sql.placeholder('upTo')));
const allSeals = sealsAfter();
const sealsUpTo = sealsAfter(lte(auditSeal.number, sql.placeholder('upTo')));

const customersOfKeys = statement((queries) =>
  queries
    .select()
    .from(auditEventCustomer)
    .where(inTuples(customerColumns, sql.placeholder('tuples'))),
);

/** Those of these rows that are there. */
export async function findCustomerRows(database: Database, keys: readonly CustomerKey[]): Promise<CustomerKey[]> {
  if (keys.length === 0) return [];
  return customersOfKeys(database, { tuples: tupleValues(customerColumns, keys.map(customerValues)) });
}

/** The event as its text has it; null for a text that is none. */
export function readEvent(text: string): AuditEvent | null {
  try {
    const event = parseAuditEvent(text);
    const isEvent = !Number.isNaN(Date.parse(event.at)) && Array.isArray(event.customerIds);
    return isEvent ? event : null;
  } catch {
    return null;
  }
}

/**
 * Compares the events of a chain with their macs, their columns, the rows of their customers and the seals over them. What
 * is written meanwhile is not missed: a page of seals is read before the events that they cover.
 */
export async function checkChain(
  database: Database,
  keys: AuditKeys,
  chain: AuditChainRow,
  options: ChainCheckOptions = {},
): Promise<ChainCheck> {
  let checkpoints = await checkpointsOf(database, keys, chain);
  for (;;) {
    const check = await checkFrom(database, keys, chain, checkpoints, options);
    const now = await checkpointsOf(database, keys, chain);
    if (now.newest?.sequence === checkpoints.newest?.sequence) return check;
    // What was pruned meanwhile looked removed.
    checkpoints = now;
  }
}

async function checkFrom(
  database: Database,
  keys: AuditKeys,
  chain: AuditChainRow,
  { newest, forged }: Checkpoints,
  { upToSeal, onEvents = () => undefined }: ChainCheckOptions,
): Promise<ChainCheck> {
  const { number } = chain;
  const key = keys.get(chain.keyId);
  const findings: AuditFinding[] = [];
  const base = newest ?? { sequence: 0, sealNumber: 0, head: emptyHead };
  const counts = { events: 0, seals: 0, unsealed: { events: 0, missing: 0 } };
  /** The last event that was there, or would have to be, and the hash up to it. */
  let position = { sequence: base.sequence, head: base.head };
  /** Something about the events since the last seal was found already: then its head says nothing new. */
  let isDamaged = false;
  let isClosed = false;
  let lastSeal = base.sealNumber;
  let lastAt = newest?.at ?? chain.startedAt;
  let readTo = Number.MIN_SAFE_INTEGER;

  /** Findings of the same kind that follow one another are one. */
  function note(what: AuditFinding['what'], from: number, to: number, at: Date, message: string): void {
    const last = findings.at(-1);
    if (last?.events?.to === from - 1 && last.what === what && last.message === message) last.events.to = to;
    else findings.push({ what, chain: number, events: { from, to }, at, message });
  }

  function noteSeal(what: AuditFinding['what'], { number: seal, at }: AuditSealRow, message: string): void {
    findings.push({ what, chain: number, seal, at, message });
  }

  function noteMissing(from: number, to: number, at: Date): void {
    isDamaged = true;
    note('removed', from, to, at, 'No event has this number.');
  }

  /** The event of a row in which nothing was changed. */
  function checkEvent(row: AuditEventRow): AuditEvent | null {
    const { sequence, at } = row;
    if (key !== undefined && row.mac !== key.mac('event', eventParts(chain.id, sequence, row.event))) {
      isDamaged = true;
      note('changed', sequence, sequence, at, 'It does not match its mac.');
      return null;
    }
    const event = readEvent(row.event);
    if (event === null) {
      note('changed', sequence, sequence, at, 'It cannot be read.');
      return null;
    }
    const columns = [
      ...(Date.parse(event.at) === at.getTime() ? [] : ['at']),
      ...(event.bankId === row.bankId ? [] : ['bank_id']),
      ...(event.userId === row.userId ? [] : ['user_id']),
    ];
    if (columns.length === 0) return event;
    note('changed', sequence, sequence, new Date(event.at), `Not what it says itself: ${columns.join(', ')}.`);
    return null;
  }

  async function checkCustomers(events: [sequence: number, event: AuditEvent][]): Promise<void> {
    const expected = events.flatMap(([sequence, { at, customerIds }]) =>
      customerIds.map((customerId) => ({ customerId, at: new Date(at), chain: number, sequence })),
    );
    const rows = await findCustomerRows(database, expected);
    const found = new Set(rows.map(({ customerId, sequence }) => `${sequence} ${customerId}`));
    for (const { customerId, at, sequence } of expected) {
      if (found.has(`${sequence} ${customerId}`)) continue;
      note('removed', sequence, sequence, at, `The row that finds it by its customer ${customerId} is not there.`);
    }
  }

  function checkSealedHead(seal: AuditSealRow): void {
    if (position.sequence < seal.sequence) {
      noteMissing(position.sequence + 1, seal.sequence, seal.at);
    } else if (position.sequence > seal.sequence) {
      noteSeal('changed', seal, 'It covers fewer events than the seal before it.');
      return;
    } else if (position.head !== seal.head && !isDamaged) {
      noteSeal('changed', seal, 'Its hash is not that over the events up to it.');
    }
    position = { sequence: seal.sequence, head: seal.head };
    isDamaged = false;
  }

  function checkUnsealed(row: AuditEventRow): void {
    counts.unsealed.events += 1;
    const missing = row.sequence - position.sequence - 1;
    if (isClosed) {
      note('inserted', row.sequence, row.sequence, row.at, 'The chain was closed before it.');
    } else {
      // A transaction that failed, or that is not committed yet: which of them only a seal decides.
      counts.unsealed.missing += missing;
    }
  }

  /** Checks the events up to this one, or to the end, and the seals over them in their order. */
  async function checkEvents(upTo: number | null, seals: readonly AuditSealRow[]): Promise<void> {
    const isSealed = upTo !== null;
    let next = 0;
    for (;;) {
      const place = { chain: number, after: readTo };
      const rows = await (upTo === null ? allEvents(database, place) : eventsUpTo(database, { ...place, upTo }));
      const whole: [number, AuditEvent][] = [];
      for (const row of rows) {
        const { sequence } = row;
        readTo = sequence;
        const isCovered = sequence <= base.sequence;
        for (let seal = seals[next]; !isCovered && seal && seal.sequence < sequence; seal = seals[++next]) {
          checkSealedHead(seal);
        }
        const event = checkEvent(row);
        if (isCovered) {
          // It may be there still, or partly: pruning goes on with it the next time.
          isDamaged = false;
          continue;
        }
        if (!Number.isSafeInteger(sequence)) continue;
        if (event !== null) whole.push([sequence, event]);
        if (!isSealed) checkUnsealed(row);
        else if (sequence > position.sequence + 1) noteMissing(position.sequence + 1, sequence - 1, row.at);
        position = { sequence, head: nextHead(position.head, row.mac) };
        lastAt = row.at;
        counts.events += 1;
      }
      await checkCustomers(whole);
      onEvents(rows.length);
      if (rows.length < pageLength) break;
    }
    for (const seal of seals.slice(next)) checkSealedHead(seal);
  }

  /** Whether it is as it was written; only then it says something of events. */
  function isWhole(seal: AuditSealRow): boolean {
    const isCovered = seal.number <= base.sealNumber;
    if (!isCovered) {
      counts.seals += 1;
      if (seal.number > lastSeal + 1) {
        const missing = lastSeal + 1 === seal.number - 1 ? seal.number - 1 : `${lastSeal + 1} to ${seal.number - 1}`;
        noteSeal('removed', seal, `Before it: ${missing}.`);
      }
      lastSeal = seal.number;
    }
    if (key !== undefined && seal.mac !== key.mac('seal', sealParts(chain.id, seal))) {
      noteSeal('changed', seal, 'It does not match its mac.');
      return false;
    }
    if (isClosed) noteSeal('inserted', seal, 'The chain was closed before it.');
    isClosed ||= seal.isLast;
    return !isCovered;
  }

  if (key === undefined) {
    const message = `Its key is ${chain.keyId}, of a secret that is neither GATEWAY_SECRET nor in GATEWAY_FORMER_SECRETS: no mac was checked.`;
    findings.push({ what: 'unknown key', chain: number, at: chain.startedAt, message });
  }
  for (const { sequence, at } of forged) {
    note('changed', sequence, sequence, at, 'The checkpoint up to it is not signed with any of the keys.');
  }
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const place = { chain: number, after };
    const seals = await (upToSeal === undefined
      ? allSeals(database, place)
      : sealsUpTo(database, { ...place, upTo: upToSeal }));
    const last = seals.at(-1);
    if (last === undefined) break;
    after = last.number;
    const whole = seals.filter(isWhole);
    const upTo = whole.at(-1)?.sequence;
    if (upTo !== undefined) await checkEvents(upTo, whole);
  }
  if (upToSeal === undefined) await checkEvents(null, []);
  const last = findings.at(-1);
  if (
    last?.what === 'removed' &&
    last.events?.to === position.sequence &&
    last.message === 'No event has this number.'
  ) {
    last.what = 'cut off';
    last.at = lastAt;
  }
  return { findings, ...counts, isClosed };
}
