import { asc, desc, eq, gt, lt, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterValues, comesAfter } from '../database/batch.ts';
import type { Database } from '../database/database.ts';
import { type Query, statement } from '../database/statement.ts';
import { inTuples, tupleValues } from '../database/tuple-condition.ts';
import {
  type AuditChainRow,
  auditChain,
  auditCheckpoint,
  auditEvent,
  auditEventCustomer,
  auditSeal,
} from './audit.table.ts';
import type { AuditFinding } from './audit-finding.ts';
import { chainParts, type LoggedSeal } from './audit-trail.ts';
import { type AuditKeys, auditKeys, checkpointsOf } from './checkpoint.ts';
import { loggedSeal } from './logged-seal.ts';
import {
  checkChain,
  customerColumns,
  customerValues,
  findCustomerRows,
  pageLength,
  readEvent,
} from './verify-chain.ts';

export interface AuditVerificationParts {
  database: Database;
  secret: string;
  formerSecrets?: readonly string[];
  /** The lines of logs: the seals among them have to be in the database. */
  logLines?: AsyncIterable<string>;
  onFinding: (finding: AuditFinding) => void;
  /** Told of a chain whose last events no seal covers: its process runs, or ended without closing it. */
  onUnsealed?: (unsealed: UnsealedEvents) => void;
  /** Told how many events were checked so far. */
  onProgress?: (events: number) => void;
}

export interface UnsealedEvents {
  chain: number;
  events: number;
  /** How many numbers between them no event has: their transactions failed, or are not committed yet. */
  missing: number;
}

export interface AuditVerification {
  chains: number;
  events: number;
  seals: number;
  unsealedEvents: number;
  /** Seals of the log that were looked for. */
  loggedSeals: number;
  findings: number;
}

/** A seal that somebody remembers: a later chain, or the log. */
type RememberedSeal = Pick<LoggedSeal, 'chain' | 'number' | 'mac'> & Partial<LoggedSeal>;

const sealColumns = [auditSeal.chain, auditSeal.number];
const eventColumns = [auditEvent.chain, auditEvent.sequence];

/** A row of a chain that is not between the first and the last one. Two such conditions in one would read the whole table. */
function strayOf(table: SQLiteTable & { chain: SQLiteColumn; at: SQLiteColumn }, isOutside: SQL) {
  return statement<{ chain: number; at: Date }[]>(
    (queries) =>
      queries
        .select({ chain: table.chain, at: table.at })
        .from(table as SQLiteTable)
        .where(isOutside)
        .orderBy(desc(table.chain))
        .limit(1) as Query<{ chain: number; at: Date }[]>,
  );
}

const strays = [auditEvent, auditSeal, auditCheckpoint].flatMap((table) => [
  strayOf(table, lt(table.chain, 1)),
  strayOf(table, gt(table.chain, sql.placeholder('last'))),
]);

const chainsAfter = statement((queries) =>
  queries
    .select()
    .from(auditChain)
    .where(gt(auditChain.number, sql.placeholder('after')))
    .orderBy(asc(auditChain.number))
    .limit(pageLength),
);

const chainByNumber = statement((queries) =>
  queries
    .select()
    .from(auditChain)
    .where(eq(auditChain.number, sql.placeholder('number'))),
);

const sealsByNumber = statement((queries) =>
  queries
    .select()
    .from(auditSeal)
    .where(inTuples(sealColumns, sql.placeholder('tuples'))),
);

const customersAfter = statement((queries) =>
  queries
    .select()
    .from(auditEventCustomer)
    .where(comesAfter(customerColumns, false))
    .orderBy(...customerColumns.map((column) => asc(column)))
    .limit(pageLength),
);

const eventsBySequence = statement((queries) =>
  queries
    .select({ chain: auditEvent.chain, sequence: auditEvent.sequence, event: auditEvent.event })
    .from(auditEvent)
    .where(inTuples(eventColumns, sql.placeholder('tuples'))),
);

/** The chains, in the order in which they began. */
export async function* auditChains(database: Database): AsyncGenerator<AuditChainRow> {
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    // A column of PostgreSQL has 32 bits.
    const chains = await chainsAfter(database, { after: Math.max(after, -(2 ** 31)) });
    yield* chains;
    const last = chains.at(-1);
    if (last === undefined) return;
    after = last.number;
  }
}

/**
 * Looks for whatever was changed, removed, inserted or cut off in the audit trail since it was written. It may be written
 * to meanwhile.
 */
export async function verifyAuditTrail(parts: AuditVerificationParts): Promise<AuditVerification> {
  const { database, secret, formerSecrets = [], logLines } = parts;
  const keys = auditKeys(secret, formerSecrets);
  const counts = { chains: 0, events: 0, seals: 0, unsealedEvents: 0, loggedSeals: 0, findings: 0 };
  let checked = 0;
  const tell = (finding: AuditFinding) => {
    counts.findings += 1;
    parts.onFinding(finding);
  };
  const onEvents = (count: number) => {
    checked += count;
    parts.onProgress?.(checked);
  };

  let before: AuditChainRow | undefined;
  for await (const chain of auditChains(database)) {
    checkLink(keys, chain, before, tell);
    const check = await checkChain(database, keys, chain, { onEvents });
    for (const finding of check.findings) tell(finding);
    await checkRemembered(database, keys, knownSeals(chain), `Chain ${chain.number} knew it when it began`, tell);
    counts.chains += 1;
    counts.events += check.events;
    counts.seals += check.seals;
    if (!check.isClosed && check.unsealed.events > 0) {
      counts.unsealedEvents += check.unsealed.events;
      parts.onUnsealed?.({ chain: chain.number, ...check.unsealed });
    }
    before = chain;
  }
  await checkStrays(database, before?.number ?? 0, tell);
  await checkCustomerRows(database, tell);
  if (logLines !== undefined) {
    for await (const seals of loggedSeals(logLines)) {
      counts.loggedSeals += seals.length;
      await checkRemembered(database, keys, seals, 'The log has it', tell);
    }
  }
  return counts;
}

type Tell = (finding: AuditFinding) => void;

function checkLink(keys: AuditKeys, chain: AuditChainRow, before: AuditChainRow | undefined, tell: Tell): void {
  const { number, startedAt: at } = chain;
  const expected = (before?.number ?? 0) + 1;
  if (number > expected) {
    const message = `${number - expected === 1 ? 'It is' : `The chains ${expected} to ${number - 1} are`} not there.`;
    tell({ what: 'removed', chain: expected, at, message });
    // What its mac is over is not there either.
    return;
  }
  const key = keys.get(chain.keyId);
  if (
    number === expected &&
    (key === undefined || chain.mac === key.mac('chain', chainParts(chain, before?.mac ?? '')))
  ) {
    return;
  }
  tell({ what: 'changed', chain: number, at, message: 'The chain, or the one before it, does not match its mac.' });
}

function knownSeals({ knownSeals }: AuditChainRow): RememberedSeal[] {
  try {
    const seals = JSON.parse(knownSeals) as [chain: number, number: number, mac: string][];
    return seals.map(([chain, number, mac]) => ({ chain, number, mac }));
  } catch {
    // Then the mac of the chain has told.
    return [];
  }
}

async function chainAt(database: Database, number: number): Promise<AuditChainRow | undefined> {
  const [chain] = await chainByNumber(database, { number });
  return chain;
}

/** Seals that somebody remembers have to be there, or to be covered by a checkpoint. */
async function checkRemembered(
  database: Database,
  keys: AuditKeys,
  remembered: readonly RememberedSeal[],
  by: string,
  tell: Tell,
): Promise<void> {
  if (remembered.length === 0) return;
  const tuples = tupleValues(
    sealColumns,
    remembered.map(({ chain, number }) => [chain, number]),
  );
  const seals = await sealsByNumber(database, { tuples });
  const found = new Map(seals.map((seal) => [`${seal.chain} ${seal.number}`, seal]));
  for (const { chain, number, sequence, head, mac } of remembered) {
    const seal = found.get(`${chain} ${number}`);
    if (seal !== undefined) {
      const isSame =
        mac === seal.mac && (sequence ?? seal.sequence) === seal.sequence && (head ?? seal.head) === seal.head;
      if (!isSame) tell({ what: 'changed', chain, seal: number, at: seal.at, message: `${by}, and it was another.` });
      continue;
    }
    const row = await chainAt(database, chain);
    const { newest } = row === undefined ? { newest: null } : await checkpointsOf(database, keys, row);
    if (newest !== null && number <= newest.sealNumber) continue;
    const at = row?.startedAt ?? null;
    const lost = sequence === undefined ? '' : `, over the events up to ${sequence}`;
    tell({ what: 'cut off', chain, seal: number, at, message: `${by}${lost}, and it is not there.` });
  }
}

/** A last chain whose own row is not there leaves no gap in the numbers. */
async function checkStrays(database: Database, last: number, tell: Tell): Promise<void> {
  const told = new Set<number>();
  for (const stray of strays) {
    for (const { chain, at } of await stray(database, { last })) {
      // Unless it began meanwhile.
      if (told.has(chain) || (await chainAt(database, chain)) !== undefined) continue;
      told.add(chain);
      tell({ what: 'removed', chain, at, message: 'It is not there, and what belongs to it is.' });
    }
  }
}

/** Every row that finds an event by its customer has to be what the event says. */
async function checkCustomerRows(database: Database, tell: Tell): Promise<void> {
  let after: unknown[] = ['', new Date(0), 0, 0];
  for (;;) {
    const rows = await customersAfter(database, afterValues(after));
    const last = rows.at(-1);
    if (last === undefined) return;
    after = customerValues(last);
    const places = new Map(rows.map(({ chain, sequence }) => [`${chain} ${sequence}`, [chain, sequence]]));
    const found = await eventsBySequence(database, { tuples: tupleValues(eventColumns, [...places.values()]) });
    const byPlace = new Map(found.map(({ chain, sequence, event }) => [`${chain} ${sequence}`, readEvent(event)]));
    const wrong = rows.filter(({ customerId, at, chain, sequence }) => {
      const event = byPlace.get(`${chain} ${sequence}`);
      // What cannot be read was told of already.
      return event !== null && !(event?.customerIds.includes(customerId) && Date.parse(event.at) === at.getTime());
    });
    // Pruned meanwhile, an event and its rows are gone together.
    for (const { customerId, at, chain, sequence } of await findCustomerRows(database, wrong)) {
      const message = `The event is not about the customer ${customerId} by whose row it is found.`;
      tell({ what: 'inserted', chain, events: { from: sequence, to: sequence }, at, message });
    }
  }
}

async function* loggedSeals(lines: AsyncIterable<string>): AsyncGenerator<LoggedSeal[]> {
  let seals: LoggedSeal[] = [];
  for await (const line of lines) {
    const seal = loggedSeal(line);
    if (seal === null) continue;
    seals.push(seal);
    if (seals.length < pageLength) continue;
    yield seals;
    seals = [];
  }
  yield seals;
}
