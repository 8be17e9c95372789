import { randomBytes, randomUUID } from 'node:crypto';
import { eq, lt } from 'drizzle-orm';
import type { Database, Queries } from './database.ts';
import { readinessCheck } from './readiness-check.table.ts';

/** The time after which the row of a process that has ended is deleted. */
const lifetimeMilliseconds = 86_400_000;

/** The size of a large row. */
const largeBytes = 65_536;

/** Commits a small row. */
export async function checkWrite(database: Database, id: string): Promise<void> {
  const set = { filler: '', checkedAt: new Date() };
  await database.transaction((transaction) =>
    transaction
      .insert(readinessCheck)
      .values({ id, ...set })
      .onConflictDoUpdate({ target: readinessCheck.id, set }),
  );
}

/** Commits a new large row, which is deleted again. It needs new pages on the disk, as the writes of requests do. */
export async function checkLargeWrite(database: Database): Promise<void> {
  const id = randomUUID();
  // The database cannot compress random bytes.
  const filler = randomBytes(largeBytes).toString('base64');
  await database.transaction(async (transaction) => {
    await transaction.insert(readinessCheck).values({ id, filler, checkedAt: new Date() });
    await transaction.delete(readinessCheck).where(eq(readinessCheck.id, id));
  });
}

/** Deletes the rows of processes that have ended. */
export async function deleteExpiredReadinessChecks(transaction: Queries): Promise<void> {
  const before = new Date(Date.now() - lifetimeMilliseconds);
  await transaction.delete(readinessCheck).where(lt(readinessCheck.checkedAt, before));
}
