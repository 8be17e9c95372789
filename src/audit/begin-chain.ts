import { randomUUID } from 'node:crypto';
import { and, desc, eq, gte, sql } from 'drizzle-orm';
import type { Database, Queries } from '../database/database.ts';
import { isUniqueViolation } from '../database/errors.ts';
import { type AuditChainRow, auditChain, auditSeal } from './audit.table.ts';
import type { AuditKey } from './audit-key.ts';
import { chainParts } from './mac-parts.ts';

/** The tolerated difference between the clocks of processes, in milliseconds. */
const clockTolerance = 3_600_000;

/** The newest seals of the chains that were sealed since the previous chain began. If they are removed later, this chain shows it. */
async function newestSeals(transaction: Queries, previous: AuditChainRow | undefined): Promise<string> {
  if (previous === undefined) return '[]';
  const since = new Date(previous.startedAt.getTime() - clockTolerance);
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

/** Begins a chain. If two processes begin one at the same time, one of them retries with the next number. */
export async function beginChain(database: Database, key: AuditKey): Promise<AuditChainRow> {
  for (;;) {
    try {
      return await database.transaction(async (transaction) => {
        const [previous] = await transaction.select().from(auditChain).orderBy(desc(auditChain.number)).limit(1);
        const chain = {
          number: (previous?.number ?? 0) + 1,
          id: randomUUID(),
          startedAt: new Date(),
          keyId: key.id,
          knownSeals: await newestSeals(transaction, previous),
        };
        const row = { ...chain, mac: key.mac('chain', chainParts(chain, previous?.mac ?? '')) };
        await transaction.insert(auditChain).values(row);
        return row;
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
  }
}
