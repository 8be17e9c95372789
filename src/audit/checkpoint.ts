import { desc, eq, sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { type AuditChainRow, type AuditCheckpointRow, auditCheckpoint } from './audit.table.ts';
import { type AuditKey, auditKey } from './audit-key.ts';

/** The keys that sign or signed the audit trail, by their ids. */
export type AuditKeys = ReadonlyMap<string, AuditKey>;

/** The keys of the secret of the installation, and of those that it had before. */
export function auditKeys(secret: string, formerSecrets: readonly string[]): AuditKeys {
  return new Map([secret, ...formerSecrets].map(auditKey).map((key) => [key.id, key]));
}

/** What the mac of a checkpoint is over. */
export function checkpointParts(
  chainId: string,
  { sequence, sealNumber, head, at }: Omit<AuditCheckpointRow, 'mac' | 'chain'>,
): (string | number)[] {
  return [chainId, sequence, sealNumber, head, at.getTime()];
}

const checkpointsOfChain = statement<AuditCheckpointRow[]>((queries) =>
  queries
    .select()
    .from(auditCheckpoint)
    .where(eq(auditCheckpoint.chain, sql.placeholder('chain')))
    .orderBy(desc(auditCheckpoint.sequence)),
);

export interface Checkpoints {
  /** Where the rest of the chain goes on from; null when nothing was pruned. */
  newest: AuditCheckpointRow | null;
  /** Those that none of the keys signed. */
  forged: AuditCheckpointRow[];
}

/** The checkpoints of a chain. One may be signed with another key than the chain: pruning comes years later. */
export async function checkpointsOf(database: Database, keys: AuditKeys, chain: AuditChainRow): Promise<Checkpoints> {
  const rows = await checkpointsOfChain(database, { chain: chain.number });
  const isGood = (row: AuditCheckpointRow) =>
    [...keys.values()].some((key) => row.mac === key.mac('checkpoint', checkpointParts(chain.id, row)));
  return { newest: rows.find(isGood) ?? null, forged: rows.filter((row) => !isGood(row)) };
}
