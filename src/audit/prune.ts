import { and, asc, desc, eq, gte, inArray, lt, lte } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { inTuples, tupleValues } from '../database/tuple-condition.ts';
import { insertRow } from '../database/write-row.ts';
import { type AuditChainRow, auditCheckpoint, auditEvent, auditEventCustomer, auditSeal } from './audit.table.ts';
import { findingLine } from './audit-finding.ts';
import { auditKey } from './audit-key.ts';
import { type AuditKeys, auditKeys, checkpointParts, checkpointsOf } from './checkpoint.ts';
import { auditChains } from './verify.ts';
import { checkChain, customerColumns, customerValues, readEvent } from './verify-chain.ts';

/** How many rows one transaction deletes: others write in between. */
const batchLength = 500;

export interface AuditPruningParts {
  /** On PostgreSQL opened as somebody who may delete from the audit trail. */
  database: Database;
  secret: string;
  formerSecrets?: readonly string[];
  /** Events before this moment go, up to the last seal before it that covers no event of this moment or later. */
  before: Date;
  /** Told how many events were deleted so far. */
  onProgress?: (events: number) => void;
}

/**
 * Deletes the events whose retention period has passed, and leaves a signed checkpoint in each of their chains, so that the
 * rest stays verifiable. What was begun and not finished is finished by the next time. Throws, and deletes nothing of the
 * chain, when what is to go is not as it was written: that would be the end of the evidence.
 */
export async function pruneAuditTrail(parts: AuditPruningParts): Promise<{ events: number; chains: number }> {
  const { database, secret, formerSecrets = [], before, onProgress = () => undefined } = parts;
  const keys = auditKeys(secret, formerSecrets);
  const pruned = { events: 0, chains: 0 };
  for await (const chain of auditChains(database)) {
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

/** Signs up to where the chain may be pruned; without one where nothing of it is old enough. */
async function writeCheckpoint(
  database: Database,
  keys: AuditKeys,
  chain: AuditChainRow,
  before: Date,
  secret: string,
): Promise<void> {
  // A clock that was set back made seals that are older than the events that they cover.
  const [kept] = await database.read
    .select({ sequence: auditEvent.sequence })
    .from(auditEvent)
    .where(and(eq(auditEvent.chain, chain.number), gte(auditEvent.at, before)))
    .orderBy(asc(auditEvent.sequence))
    .limit(1);
  const coversNothingKept = kept === undefined ? undefined : lt(auditSeal.sequence, kept.sequence);
  const [seal] = await database.read
    .select()
    .from(auditSeal)
    .where(and(eq(auditSeal.chain, chain.number), lt(auditSeal.at, before), coversNothingKept))
    .orderBy(desc(auditSeal.number))
    .limit(1);
  const { newest } = await checkpointsOf(database, keys, chain);
  if (seal === undefined || seal.sequence <= (newest?.sequence ?? 0)) return;
  const { findings } = await checkChain(database, keys, chain, { upToSeal: seal.number });
  if (findings[0] !== undefined) {
    throw new Error(
      `Of a chain that was tampered with nothing is pruned: see audit verify. ${findingLine(findings[0])}`,
    );
  }
  const { sequence, number: sealNumber, head } = seal;
  const checkpoint = { sequence, sealNumber, head, at: new Date() };
  const mac = auditKey(secret).mac('checkpoint', checkpointParts(chain.id, checkpoint));
  const row = { chain: chain.number, ...checkpoint, mac };
  await database.transaction(async (transaction) => {
    // Of two that prune at once both go on from the first one's.
    await insertRow(transaction, auditCheckpoint, row, 'ignore');
  });
}

/** Deletes the oldest events that the checkpoint covers, with the rows that find them by their customers. */
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
