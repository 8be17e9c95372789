import { and, asc, desc, eq, gte, inArray, lte, sql } from 'drizzle-orm';
import type { InstallationSecret } from '../base/installation-secret.ts';
import type { Database } from '../database/database.ts';
import { inTuples, tupleValues } from '../database/tuple-condition.ts';
import { insertRow } from '../database/write-row.ts';
import { sealOldEvents } from './abandoned-chains.ts';
import { type AuditChainRow, auditCheckpoint, auditEvent, auditEventCustomer, auditSeal } from './audit.table.ts';
import { findingLine } from './audit-finding.ts';
import { type AuditKeys, auditKey, auditKeys } from './audit-key.ts';
import { customerColumns, customerValues, readEvent, readEvents } from './chain-rows.ts';
import { checkpointsOf } from './checkpoint.ts';
import type { LoggedSeal } from './logged-seal.ts';
import { checkpointParts } from './mac-parts.ts';
import { auditChains } from './verify.ts';
import { verifyChain } from './verify-chain.ts';

/** The number of rows that one transaction deletes, so that other transactions can write between them. */
const batchLength = 500;

/** The event of `audit restored` is the first of its chain, unless the transactions of earlier ones failed. */
const maxEventsOfRestore = 10;

/** A sequence that no event reaches. */
const maxSequence = Number.MAX_SAFE_INTEGER;

export interface AuditPruningParts {
  /** On PostgreSQL, opened as a user who can delete from the audit trail. */
  database: Database;
  secret: InstallationSecret;
  /** Events before this time are deleted, up to the last seal that covers only such events. */
  before: Date;
  /** The chain of this process, which seals the events of killed processes. Without it, their unsealed events are kept. */
  sealedBy?: number;
  onSeal?: (seal: LoggedSeal) => void;
  /** Called with the number of events that were deleted so far. */
  onProgress?: (events: number) => void;
}

/**
 * Deletes the events whose retention period has passed, and writes a signed checkpoint to each of their chains, so that the
 * remaining events can be verified. Recorded restores are kept. If it is interrupted, the next call continues.
 * @throws if the events of a chain were tampered with. They are evidence, so nothing of the chain is deleted.
 */
export async function pruneAuditTrail(parts: AuditPruningParts): Promise<{ events: number; chains: number }> {
  const { database, secret, before, sealedBy, onSeal, onProgress = () => undefined } = parts;
  const keys = auditKeys(secret);
  const pruned = { events: 0, chains: 0 };
  for await (const chain of auditChains(database)) {
    if (sealedBy !== undefined) await sealOldEvents({ database, keys, sealedBy, onSeal }, chain, before);
    // Without its record, the seals that a restore removed would look truncated.
    if (await containsRestore(database, chain.number)) continue;
    await writeCheckpoint(database, keys, chain, before, secret);
    const { newest } = await checkpointsOf(database, keys, chain);
    if (newest === null) continue;
    let deleted = 0;
    for (;;) {
      const count = await deleteEvents(database, chain.number, newest.sequence);
      if (count === 0) break;
      deleted += count;
      onProgress(pruned.events + deleted);
    }
    while ((await deleteSeals(database, chain.number, newest.sealNumber)) > 0);
    pruned.events += deleted;
    if (deleted > 0) pruned.chains += 1;
  }
  return pruned;
}

/** Whether the chain is that of `audit restored`, which has few events. */
async function containsRestore(database: Database, chain: number): Promise<boolean> {
  const rows = await readEvents(database, { chain, after: 0, upTo: maxEventsOfRestore });
  return rows.some(({ event }) => readEvent(event)?.restore !== undefined);
}

/** Writes the checkpoint up to which the chain can be pruned. Does nothing if no event is old enough. */
async function writeCheckpoint(
  database: Database,
  keys: AuditKeys,
  chain: AuditChainRow,
  before: Date,
  secret: InstallationSecret,
): Promise<void> {
  // A seal can be older than its events, if the clock was set back, or younger, if another process wrote it after a kill. In one
  // statement, because the process of the chain might write meanwhile.
  const keptSequence = sql`(select ${auditEvent.sequence} from ${auditEvent}
    where ${eq(auditEvent.chain, chain.number)} and ${gte(auditEvent.at, before)} order by ${auditEvent.sequence} limit 1)`;
  const [seal] = await database.read
    .select()
    .from(auditSeal)
    .where(
      and(eq(auditSeal.chain, chain.number), sql`${auditSeal.sequence} < coalesce(${keptSequence}, ${maxSequence})`),
    )
    .orderBy(desc(auditSeal.number))
    .limit(1);
  const { newest } = await checkpointsOf(database, keys, chain);
  if (seal === undefined || seal.sequence <= (newest?.sequence ?? 0)) return;
  const { findings } = await verifyChain(database, keys, chain, { upToSeal: seal.number });
  if (findings[0] !== undefined) {
    throw new Error(`A chain that was tampered with cannot be pruned. Run audit verify. ${findingLine(findings[0])}`);
  }
  const { sequence, number: sealNumber, head } = seal;
  const checkpoint = { sequence, sealNumber, head, at: new Date() };
  const mac = auditKey(secret).mac('checkpoint', checkpointParts(chain.id, checkpoint));
  const row = { chain: chain.number, ...checkpoint, mac };
  await database.transaction(async (transaction) => {
    // If two processes prune at the same time, both continue from the checkpoint of the first.
    await insertRow(transaction, auditCheckpoint, row, 'ignore');
  });
}

/** Deletes the oldest events that the checkpoint covers, with the rows of their customers. */
async function deleteEvents(database: Database, chain: number, upTo: number): Promise<number> {
  const isCovered = and(eq(auditEvent.chain, chain), lte(auditEvent.sequence, upTo));
  const rows = await database.read
    .select({ sequence: auditEvent.sequence, event: auditEvent.event })
    .from(auditEvent)
    .where(isCovered)
    .orderBy(asc(auditEvent.sequence))
    .limit(batchLength);
  const last = rows.at(-1);
  if (last === undefined) return 0;
  const customers = rows.flatMap(({ sequence, event }) => {
    const { at, customerIds } = readEvent(event) ?? { at: '', customerIds: [] };
    return customerIds.map((customerId) => customerValues({ customerId, at: new Date(at), chain, sequence }));
  });
  await database.transaction(async (transaction) => {
    await transaction
      .delete(auditEventCustomer)
      .where(inTuples(customerColumns, tupleValues(customerColumns, customers)));
    await transaction.delete(auditEvent).where(and(isCovered, lte(auditEvent.sequence, last.sequence)));
  });
  return rows.length;
}

async function deleteSeals(database: Database, chain: number, upTo: number): Promise<number> {
  const seals = await database.read
    .select({ number: auditSeal.number })
    .from(auditSeal)
    .where(and(eq(auditSeal.chain, chain), lte(auditSeal.number, upTo)))
    .orderBy(asc(auditSeal.number))
    .limit(batchLength);
  if (seals.length === 0) return 0;
  const numbers = seals.map(({ number }) => number);
  await database.transaction(async (transaction) => {
    await transaction.delete(auditSeal).where(and(eq(auditSeal.chain, chain), inArray(auditSeal.number, numbers)));
  });
  return seals.length;
}
