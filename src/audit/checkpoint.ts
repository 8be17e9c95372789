import { desc, eq, sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { type AuditChainRow, type AuditCheckpointRow, auditCheckpoint } from './audit.table.ts';
import type { AuditKeys } from './audit-key.ts';
import { checkpointParts } from './mac-parts.ts';

const checkpointsOfChain = statement<AuditCheckpointRow[]>((queries) =>
  queries
    .select()
    .from(auditCheckpoint)
    .where(eq(auditCheckpoint.chain, sql.placeholder('chain')))
    .orderBy(desc(auditCheckpoint.sequence)),
);

export interface Checkpoints {
  /** The point from which the chain continues. Null if nothing was pruned. */
  newest: AuditCheckpointRow | null;
  /** The checkpoints that none of the keys signed. */
  forged: AuditCheckpointRow[];
}

/** The checkpoints of a chain. Any key can have signed them, because pruning happens years after the chain began. */
export async function checkpointsOf(database: Database, keys: AuditKeys, chain: AuditChainRow): Promise<Checkpoints> {
  const rows = await checkpointsOfChain(database, { chain: chain.number });
  const isGood = (row: AuditCheckpointRow) =>
    [...keys.values()].some((key) => row.mac === key.mac('checkpoint', checkpointParts(chain.id, row)));
  return { newest: rows.find(isGood) ?? null, forged: rows.filter((row) => !isGood(row)) };
}
