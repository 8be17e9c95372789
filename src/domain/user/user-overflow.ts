import { count, getTableName, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { gatewayError } from '../../base/errors.ts';
import { inKeys, keyValues } from '../../database/batch.ts';
import type { Queries } from '../../database/database.ts';
import { lockedForWriting } from '../../database/lock.ts';
import { statement, statementByShape } from '../../database/statement.ts';
import { user } from './user.table.ts';

/** The maximum number of entitlements of a user: more than of other lists, as a user can have roles at many banks. */
export const maxEntitlements = 1_000;

type TableOfUsers = SQLiteTable & { userId: SQLiteColumn };

const lockUsers = statement((queries) =>
  lockedForWriting(
    queries
      .select({ id: user.id })
      .from(user)
      .where(inKeys([user.id]))
      .orderBy(user.id),
  ),
);

const countByUser = statementByShape(getTableName<TableOfUsers>, (queries, table: TableOfUsers) =>
  queries
    .select({ userId: sql<string>`${table.userId}`.as('user_id'), total: count() })
    .from(table as SQLiteTable)
    .where(inKeys([table.userId]))
    .groupBy(table.userId),
);

/**
 * Fails if one of the users would have more rows in the table than a list of the API can have. The users are locked, so that
 * concurrent writes do not exceed the limit together. `added` has an entry for each new row: the ID of its user.
 *
 * @throws TOO_MANY_ITEMS
 */
export async function refuseUserOverflow(
  transaction: Queries,
  table: TableOfUsers,
  added: readonly string[],
  limit: number,
  parameters: { field?: string; detail: 'ACCOUNTS_OF_USER' | 'ENTITLEMENTS_OF_USER' | 'LINKS_OF_USER' },
): Promise<void> {
  if (added.length === 0) return;
  const byUser = Map.groupBy(added, (userId) => userId);
  const keys = keyValues([...byUser.keys()].sort());
  await lockUsers(transaction, keys);
  for (const { userId, total } of await countByUser(transaction, table, keys)) {
    if (Number(total) + (byUser.get(userId)?.length ?? 0) <= limit) continue;
    throw gatewayError('TOO_MANY_ITEMS', { limit, ...parameters });
  }
}
