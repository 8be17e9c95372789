import { setTimeout as sleep } from 'node:timers/promises';
import { asc, eq, gt, sql } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import { inKeys, keyValues } from '../../database/batch.ts';
import type { Database, Queries } from '../../database/database.ts';
import type { OnFilled } from '../../database/fill-missing.ts';
import { lockedForWriting } from '../../database/lock.ts';
import { statement } from '../../database/statement.ts';
import { customer } from './customer.table.ts';
import { type FillName, pendingFill } from './pending-fill.table.ts';

/** Small, because other writers of SQLite wait for it. */
const batchSize = 250;

const isPending = statement((queries) =>
  queries
    .select({ name: pendingFill.name })
    .from(pendingFill)
    .where(eq(pendingFill.name, sql.placeholder('name'))),
);

/** @throws UPGRADE_UNFINISHED if the values of customers of an earlier version are not filled yet */
export async function requireFilled(database: Database, name: FillName): Promise<void> {
  if ((await isPending(database, { name })).length > 0) throw gatewayError('UPGRADE_UNFINISHED');
}

export interface FillOptions {
  onFilled?: OnFilled;
  signal?: AbortSignal;
}

/** A pause as long as the batch before it, in which others can write. */
export async function pauseSince(begin: number): Promise<void> {
  await sleep(performance.now() - begin);
}

/**
 * Derives values for the customers of an earlier version while the server serves. Resumes where an earlier run stopped. `fill` derives
 * those of the customers with these IDs, whose rows are locked.
 */
export async function fillCustomers(
  database: Database,
  name: FillName,
  fill: (transaction: Queries, ids: readonly string[]) => Promise<void>,
  { onFilled, signal }: FillOptions = {},
): Promise<void> {
  while (signal?.aborted !== true) {
    const begin = performance.now();
    const rows = await database.transaction((transaction) => fillBatch(transaction, name, fill));
    if (rows === 0) return;
    onFilled?.(customer, rows);
    await pauseSince(begin);
  }
}

/** Processes that fill at the same time wait for each other, because each batch locks the row of the fill. */
async function fillBatch(
  transaction: Queries,
  name: FillName,
  fill: (transaction: Queries, ids: readonly string[]) => Promise<void>,
): Promise<number> {
  const ofFill = eq(pendingFill.name, name);
  const [pending] = await lockedForWriting(transaction.select().from(pendingFill).where(ofFill));
  if (pending === undefined) return 0;
  const { id, rowNumber } = customer;
  const next = await transaction
    .select({ id, rowNumber })
    .from(customer)
    .where(gt(rowNumber, pending.filledRowNumber))
    .orderBy(asc(rowNumber))
    .limit(batchSize);
  const last = next.at(-1);
  if (last === undefined) {
    await transaction.delete(pendingFill).where(ofFill);
    return 0;
  }
  // A concurrent transaction might delete a customer, or change the rows that the values follow from.
  const locked = await lockCustomers(transaction, keyValues(next.map((row) => row.id)));
  await fill(
    transaction,
    locked.map((row) => row.id),
  );
  await transaction.update(pendingFill).set({ filledRowNumber: last.rowNumber }).where(ofFill);
  return next.length;
}

/** All processes lock customers in the same order. */
const lockCustomers = statement((queries) =>
  lockedForWriting(
    queries
      .select({ id: customer.id })
      .from(customer)
      .where(inKeys([customer.id]))
      .orderBy(asc(customer.id)),
  ),
);
