import { asc, desc, eq, gt, lt, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { InstallationSecret } from '../base/installation-secret.ts';
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
import { type AuditKeys, auditKeys } from './audit-key.ts';
import { customerColumns, customerValues, findCustomerRows, pageLength, readEvent } from './chain-rows.ts';
import { checkpointsOf } from './checkpoint.ts';
import { type LoggedSeal, loggedSeal } from './logged-seal.ts';
import { chainParts } from './mac-parts.ts';
import { type LoggedRestore, loggedRestore, type RecordedRestore, RecordedRestores } from './recorded-restore.ts';
import { type ChainRestore, type LaterSeal, verifyChain } from './verify-chain.ts';

export interface AuditVerificationParts {
  database: Database;
  secret: InstallationSecret;
  /** The lines of logs. The seals in them must be in the database. */
  logLines?: AsyncIterable<string>;
  onFinding: (finding: AuditFinding) => void;
  /** Called for a chain whose last events no seal covers, because its process is running or did not close the chain. */
  onUnsealed?: (unsealed: UnsealedEvents) => void;
  /** Called for each seal that another process wrote. */
  onLaterSeal?: ((seal: LaterSeal) => void) | undefined;
  /** Called at the end for each restore that `audit restored` recorded, with the number of logged seals that were lost with it. */
  onRestore?: ((restore: RecordedRestore, lostSeals: number) => void) | undefined;
  /** Called with the number of events that were verified so far. */
  onProgress?: (events: number) => void;
}

export interface UnsealedEvents {
  chain: number;
  events: number;
  /** The number of sequences between them without an event: their transactions failed, or are not committed yet. */
  missing: number;
}

export interface AuditVerification {
  chains: number;
  events: number;
  seals: number;
  unsealedEvents: number;
  /** The number of seals in the log. */
  loggedSeals: number;
  findings: number;
}

/** A seal that a later chain or the log contains. */
type KnownSeal = Pick<LoggedSeal, 'chain' | 'number' | 'mac'> & Partial<LoggedSeal>;

const sealColumns = [auditSeal.chain, auditSeal.number];
const eventColumns = [auditEvent.chain, auditEvent.sequence];

/** Finds a row of a chain that does not exist. Each statement has one condition, because two in one would read the whole table. */
function strayRow(table: SQLiteTable & { chain: SQLiteColumn; at: SQLiteColumn }, isOutside: SQL) {
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

const strayRows = [auditEvent, auditSeal, auditCheckpoint].flatMap((table) => [
  strayRow(table, lt(table.chain, 1)),
  strayRow(table, gt(table.chain, sql.placeholder('last'))),
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

/** The chains, sorted by number. */
export async function* auditChains(database: Database): AsyncGenerator<AuditChainRow> {
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    // The column of PostgreSQL has 32 bits.
    const chains = await chainsAfter(database, { after: Math.max(after, -(2 ** 31)) });
    yield* chains;
    const last = chains.at(-1);
    if (last === undefined) return;
    after = last.number;
  }
}

/**
 * Verifies the integrity of the audit trail: reports events, seals and chains that were changed, removed, inserted or truncated. It
 * can run while events are written.
 */
export async function verifyAuditTrail(parts: AuditVerificationParts): Promise<AuditVerification> {
  const { database, secret, logLines } = parts;
  const keys = auditKeys(secret);
  const counts = { chains: 0, events: 0, seals: 0, unsealedEvents: 0, loggedSeals: 0, findings: 0 };
  let verified = 0;
  const report = (finding: AuditFinding) => {
    counts.findings += 1;
    parts.onFinding(finding);
  };
  const onEvents = (count: number) => {
    verified += count;
    parts.onProgress?.(verified);
  };

  const restores = new RecordedRestores();
  let previous: AuditChainRow | undefined;
  for await (const chain of auditChains(database)) {
    verifyLink(keys, chain, previous, report);
    const verification = await verifyChain(database, keys, chain, { onEvents });
    for (const finding of verification.findings) report(finding);
    for (const seal of verification.laterSeals) parts.onLaterSeal?.(seal);
    await verifyKnownSeals({ database, keys, report }, sealsKnownTo(chain), `Chain ${chain.number}`);
    for (const restore of verification.restores) {
      const first =
        restore.state.firstChain === chain.number ? chain : await chainAt(database, restore.state.firstChain);
      // Only chains up to that of the event can have begun before it.
      if (first === undefined || first.number > chain.number) continue;
      restores.add({ ...restore, begunAt: first.startedAt });
      const source = `The restore that chain ${chain.number} contains`;
      await verifyKnownSeals({ database, keys, report }, sealsOfRestore(restore), source);
    }
    counts.chains += 1;
    counts.events += verification.events;
    counts.seals += verification.seals;
    if (!verification.isClosed && verification.unsealed.events > 0) {
      counts.unsealedEvents += verification.unsealed.events;
      parts.onUnsealed?.({ chain: chain.number, ...verification.unsealed });
    }
    previous = chain;
  }
  await verifyNoStrayRows(database, previous?.number ?? 0, report);
  await verifyCustomerRows(database, report);
  if (logLines !== undefined) {
    for await (const { seals, restores: logged } of loggedRecords(logLines)) {
      counts.loggedSeals += seals.length;
      await verifyKnownSeals({ database, keys, report, restores }, seals, 'The log');
      await verifyLoggedRestores(database, restores, logged, report);
    }
  }
  for (const { lostSeals, ...restore } of restores) parts.onRestore?.(restore, lostSeals);
  return counts;
}

type Report = (finding: AuditFinding) => void;

function verifyLink(keys: AuditKeys, chain: AuditChainRow, previous: AuditChainRow | undefined, report: Report): void {
  const { number, startedAt: at } = chain;
  const expected = (previous?.number ?? 0) + 1;
  if (number > expected) {
    const message = `${number - expected === 1 ? 'It is' : `The chains ${expected} to ${number - 1} are`} missing.`;
    report({ what: 'removed', chain: expected, at, message });
    // Its MAC covers the missing chain, so it cannot be verified.
    return;
  }
  const key = keys.get(chain.keyId);
  if (
    number === expected &&
    (key === undefined || chain.mac === key.mac('chain', chainParts(chain, previous?.mac ?? '')))
  ) {
    return;
  }
  report({ what: 'changed', chain: number, at, message: 'The chain or the previous one does not match its MAC.' });
}

function sealsKnownTo({ knownSeals }: AuditChainRow): KnownSeal[] {
  try {
    const seals = JSON.parse(knownSeals) as [chain: number, number: number, mac: string][];
    return seals.map(([chain, number, mac]) => ({ chain, number, mac }));
  } catch {
    // The MAC of the chain does not match then, which is reported.
    return [];
  }
}

/** The seals that the restored database contained, as its record states. */
function sealsOfRestore({ state }: ChainRestore): KnownSeal[] {
  const sealed = state.openChains.filter(([, number]) => number > 0);
  return sealed.map(([chain, number, mac]) => ({ chain, number, mac }));
}

async function chainAt(database: Database, number: number): Promise<AuditChainRow | undefined> {
  const [chain] = await chainByNumber(database, { number });
  return chain;
}

interface SealVerification {
  database: Database;
  keys: AuditKeys;
  report: Report;
  /** The restores with which seals of the log can have been lost. */
  restores?: RecordedRestores;
}

/** Verifies that seals which a later chain or the log contains exist, or that a checkpoint or a restore explains why not. */
async function verifyKnownSeals(
  { database, keys, report, restores }: SealVerification,
  knownSeals: readonly KnownSeal[],
  source: string,
): Promise<void> {
  if (knownSeals.length === 0) return;
  const tuples = tupleValues(
    sealColumns,
    knownSeals.map(({ chain, number }) => [chain, number]),
  );
  const seals = await sealsByNumber(database, { tuples });
  const stored = new Map(seals.map((seal) => [`${seal.chain} ${seal.number}`, seal]));
  for (const knownSeal of knownSeals) {
    const { chain, number, sequence, head, mac } = knownSeal;
    const seal = stored.get(`${chain} ${number}`);
    if (seal !== undefined) {
      const isSame =
        mac === seal.mac && (sequence ?? seal.sequence) === seal.sequence && (head ?? seal.head) === seal.head;
      if (!isSame && !restores?.explains(knownSeal))
        report({
          what: 'changed',
          chain,
          seal: number,
          at: seal.at,
          message: `${source} contains another seal with this number.`,
        });
      continue;
    }
    const row = await chainAt(database, chain);
    const { newest } = row === undefined ? { newest: null } : await checkpointsOf(database, keys, row);
    if (newest !== null && number <= newest.sealNumber) continue;
    if (restores?.explains(knownSeal)) continue;
    const at = row?.startedAt ?? null;
    const covered = sequence === undefined ? '' : `, which covers the events up to ${sequence}`;
    const message = `${source} contains this seal${covered}, but the database does not.`;
    report({ what: 'truncated', chain, seal: number, at, message });
  }
}

/** Reports missing chains at the end, which leave no gap in the numbers but rows of their events. */
async function verifyNoStrayRows(database: Database, last: number, report: Report): Promise<void> {
  const reported = new Set<number>();
  for (const stray of strayRows) {
    for (const { chain, at } of await stray(database, { last })) {
      // The chain can have begun during the verification.
      if (reported.has(chain) || (await chainAt(database, chain)) !== undefined) continue;
      reported.add(chain);
      report({ what: 'removed', chain, at, message: 'The chain is missing, but its rows are not.' });
    }
  }
}

/** Verifies that each row of a customer belongs to an event that contains the customer. */
async function verifyCustomerRows(database: Database, report: Report): Promise<void> {
  let after: unknown[] = ['', new Date(0), 0, 0];
  for (;;) {
    const rows = await customersAfter(database, afterValues(after));
    const last = rows.at(-1);
    if (last === undefined) return;
    after = customerValues(last);
    const keys = new Map(rows.map(({ chain, sequence }) => [`${chain} ${sequence}`, [chain, sequence]]));
    const storedEvents = await eventsBySequence(database, { tuples: tupleValues(eventColumns, [...keys.values()]) });
    const eventByKey = new Map(
      storedEvents.map(({ chain, sequence, event }) => [`${chain} ${sequence}`, readEvent(event)]),
    );
    const wrong = rows.filter(({ customerId, at, chain, sequence }) => {
      const event = eventByKey.get(`${chain} ${sequence}`);
      // An event that cannot be read is already reported.
      return event !== null && !(event?.customerIds.includes(customerId) && Date.parse(event.at) === at.getTime());
    });
    // Rows that were pruned during the verification no longer exist.
    for (const { customerId, at, chain, sequence } of await findCustomerRows(database, wrong)) {
      const message = `The event does not concern the customer ${customerId} of its row.`;
      report({ what: 'inserted', chain, events: { from: sequence, to: sequence }, at, message });
    }
  }
}

interface LoggedRecords {
  seals: LoggedSeal[];
  restores: LoggedRestore[];
}

async function* loggedRecords(lines: AsyncIterable<string>): AsyncGenerator<LoggedRecords> {
  let records: LoggedRecords = { seals: [], restores: [] };
  for await (const line of lines) {
    const seal = loggedSeal(line);
    const restore = seal === null ? loggedRestore(line) : null;
    if (seal !== null) records.seals.push(seal);
    if (restore !== null) records.restores.push(restore);
    if (records.seals.length + records.restores.length < pageLength) continue;
    yield records;
    records = { seals: [], restores: [] };
  }
  yield records;
}

/** Verifies that the restores in the log exist, unless a later restore has undone them. */
async function verifyLoggedRestores(
  database: Database,
  restores: RecordedRestores,
  logged: readonly LoggedRestore[],
  report: Report,
): Promise<void> {
  if (logged.length === 0) return;
  const recorded = new Set([...restores].map(({ chain, sequence, mac }) => `${chain} ${sequence} ${mac}`));
  for (const { chain, sequence, mac, loggedAt } of logged) {
    if (recorded.has(`${chain} ${sequence} ${mac}`) || restores.hasUndone(chain, loggedAt)) continue;
    const message = 'The log contains a restore that was recorded in this event, but the database does not.';
    const at = (await chainAt(database, chain))?.startedAt ?? loggedAt;
    report({ what: 'removed', chain, events: { from: sequence, to: sequence }, at, message });
  }
}
