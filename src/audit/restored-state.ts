import { and, asc, eq, gt, isNull, lt, lte, or, sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { auditChain, auditCheckpoint, auditSeal } from './audit.table.ts';
import type { RestoredState } from './audit-event.ts';
import { pageLength } from './chain-rows.ts';

/** The number of the last seal that the database contained when it was restored. */
const lastSeal = sql<number>`(select max(${auditSeal.number}) from ${auditSeal}
  where ${auditSeal.chain} = ${auditChain.number}
    and (${auditSeal.sealedBy} is null or ${auditSeal.sealedBy} < ${sql.placeholder('firstChain')}))`;

const hasCheckpoint = sql`exists (select 1 from ${auditCheckpoint} where ${auditCheckpoint.chain} = ${auditChain.number})`;

/** The chains that were not closed. A chain whose seals were all pruned counts as closed, because its process has ended long ago. */
const openChains = statement((queries) =>
  queries
    .select({ chain: auditChain.number, seal: auditSeal.number, mac: auditSeal.mac })
    .from(auditChain)
    .leftJoin(auditSeal, and(eq(auditSeal.chain, auditChain.number), eq(auditSeal.number, lastSeal)))
    .where(
      and(
        gt(auditChain.number, sql.placeholder('after')),
        lte(auditChain.number, sql.placeholder('upTo')),
        lt(auditChain.number, sql.placeholder('firstChain')),
        or(eq(auditSeal.isLast, false), and(isNull(auditSeal.number), sql`not ${hasCheckpoint}`)),
      ),
    )
    .orderBy(asc(auditChain.number)),
);

/** Reads the state of the audit trail when `firstChain` began: the seals after which a chain can have lost further ones. */
export async function readRestoredState(database: Database, firstChain: number): Promise<RestoredState> {
  const state: RestoredState = { firstChain, openChains: [] };
  // In pages, because SQLite executes a statement without a pause.
  for (let after = 0; after < firstChain; after += pageLength) {
    const rows = await openChains(database, { after, upTo: after + pageLength, firstChain });
    for (const { chain, seal, mac } of rows) state.openChains.push([chain, seal ?? 0, mac ?? '']);
  }
  return state;
}
