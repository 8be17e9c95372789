import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { statement } from './statement.ts';
import { userWrite } from './user-write.table.ts';

const lastWrite = sql`pg_current_xact_id()::text`;

const storeLastWrite = statement((queries) =>
  queries
    .insert(userWrite)
    .select(sql`select unnest(${sql.placeholder('userIds')}::text[]), ${lastWrite}`)
    .onConflictDoUpdate({ target: userWrite.userId, set: { lastWrite } }),
);

/**
 * Stores the ID of this transaction as the last write of the users, on PostgreSQL only. Must be the last statement of the
 * transaction, because other transactions of the same users wait for its row locks.
 *
 * The users are sorted, so that two transactions cannot deadlock. The IDs of transactions are not in the order of their commits, but a
 * transaction that overwrites the row has waited for the former one, so a replica that has replayed it has replayed both.
 */
export async function recordLastWrite(transaction: Queries, userIds: Iterable<string>): Promise<void> {
  // Without users too, so that the number of statements does not reveal whether a user exists.
  await storeLastWrite(transaction, { userIds: [...new Set(userIds)].sort() });
}
