import { asc, isNull } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { nameWords } from '../../base/name-folding.ts';
import type { Database, Queries } from '../../database/database.ts';
import { fillMissing, type OnFilled } from '../../database/fill-missing.ts';
import { lockedForWriting } from '../../database/lock.ts';
import { statement } from '../../database/statement.ts';
import { customer } from './customer.table.ts';
import { customerNameWord } from './customer-name-word.table.ts';

/** Small, because other writers of SQLite wait for it. */
const batchSize = 250;

const customerWithoutWords = statement((queries) =>
  queries.select({ id: customer.id }).from(customer).where(isNull(customer.nameWords)).limit(1),
);

/** Whether names of an earlier version are not folded yet. */
export async function areNamesMissing(database: Database): Promise<boolean> {
  return (await customerWithoutWords(database)).length > 0;
}

/**
 * Folds the names that an earlier version stored, which SQL cannot do, while the server serves. Resumes where an earlier run stopped.
 * Each batch is followed by a pause of the same length, in which others can write.
 */
export async function fillNameWords(
  database: Database,
  { onFilled, signal }: { onFilled?: OnFilled; signal?: AbortSignal } = {},
): Promise<void> {
  let filled = 0;
  while (signal?.aborted !== true && (await areNamesMissing(database))) {
    const begin = performance.now();
    const rows = await database.transaction(fillBatch);
    filled += rows;
    onFilled?.(customer, rows);
    await new Promise((resolve) => setTimeout(resolve, performance.now() - begin));
  }
  if (filled > 0) await database.updateStatistics(new Map([[customerNameWord as SQLiteTable, filled]]));
}

/** Processes that fill at the same time lock the rows in the same order. */
async function fillBatch(transaction: Queries): Promise<number> {
  const { id, legalName } = customer;
  const rows = await lockedForWriting(
    transaction
      .select({ id, legalName })
      .from(customer)
      .where(isNull(customer.nameWords))
      .orderBy(asc(id))
      .limit(batchSize),
  );
  const values = rows.map((row) => [row.id, nameWords(row.legalName)]);
  await fillMissing(transaction, { table: customer, key: [id], column: customer.nameWords, values });
  return rows.length;
}
