import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { userWrite } from './user-write.table.ts';

/**
 * Remembers for these users what this transaction writes. PostgreSQL only, and the last statement of the transaction:
 * others of the same user wait for it to end. In one order everywhere, so that no two wait for each other. That the ids
 * of transactions are not in the order of their commits does no harm: the later one waited for the earlier one, so a
 * replica that has replayed the later has replayed both.
 */
export async function noteWriteOf(transaction: Queries, userIds: Iterable<string>): Promise<void> {
  const lastWrite = sql`pg_current_xact_id()::text`;
  const rows = [...new Set(userIds)].sort().map((userId) => ({ userId, lastWrite }));
  if (rows.length === 0) return;
  await transaction.insert(userWrite).values(rows).onConflictDoUpdate({ target: userWrite.userId, set: { lastWrite } });
}
