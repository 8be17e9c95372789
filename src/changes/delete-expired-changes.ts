import { and, asc, inArray, lt, sql } from 'drizzle-orm';
import { isOfOtherCluster } from '../database/commit-order.ts';
import type { Database } from '../database/database.ts';
import { change } from './change.table.ts';

/** Longer than a transaction can take, because a row is as old as its insertion, and the clocks of machines differ. */
const marginMilliseconds = 3_600_000;

/** The number of rows that one transaction deletes, so that other transactions can write between them. */
const batchLength = 1_000;

/** Deletes the changes that are older than the retention period, except the newest, by which cursors are checked. */
export async function deleteExpiredChanges(database: Database, retentionSeconds: number): Promise<void> {
  const earliest = new Date(Date.now() - retentionSeconds * 1_000 - marginMilliseconds);
  const oldest = database.read
    .select({ number: change.number })
    .from(change)
    .orderBy(asc(change.number))
    .limit(batchLength);
  const newest = sql`(select max(${change.number}) from ${change})`;
  const isExpired = and(inArray(change.number, oldest), lt(change.at, earliest), lt(change.number, newest));
  for (;;) {
    const deleted = await database.transaction((transaction) =>
      transaction.delete(change).where(isExpired).returning({ number: change.number }),
    );
    if (deleted.length < batchLength) break;
  }
  await database.transaction((transaction) => transaction.delete(change).where(isOfOtherCluster(change.transactionId)));
}
