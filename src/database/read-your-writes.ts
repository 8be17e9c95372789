import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { statement } from './statement.ts';
import { userWrite } from './user-write.table.ts';

const lastWrite = sql`pg_current_xact_id()::text`;

const note = statement((queries) =>
  queries
    .insert(userWrite)
    .select(sql`select unnest(${sql.placeholder('userIds')}::text[]), ${lastWrite}`)
    .onConflictDoUpdate({ target: userWrite.userId, set: { lastWrite } }),
);

/**
 * Remembers for these users what this transaction writes. PostgreSQL only, and the last statement of the transaction:
 * others of the same user wait for it to end. In one order everywhere, so that no two wait for each other. That the ids
 * of transactions are not in the order of their commits does no harm: the later one waited for the earlier one, so a
 * replica that has replayed the later has replayed both.
 */
export async function recordLastWrite(transaction: Queries, userIds: Iterable<string>): Promise<void> {
  const ids = [...new Set(userIds)].sort();
  if (ids.length > 0) await note(transaction, { userIds: ids });
}
