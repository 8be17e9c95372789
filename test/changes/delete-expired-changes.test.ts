import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { change } from '../../src/changes/change.table.ts';
import { deleteExpiredChanges } from '../../src/changes/delete-expired-changes.ts';
import type { Database } from '../../src/database/database.ts';
import { dialect } from '../../src/database/dialect.ts';
import { openMigratedDatabase } from '../support/migrated-database.ts';

const dayMilliseconds = 86_400_000;

let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  ({ database, drop } = await openMigratedDatabase());
});
afterAll(() => drop());

async function insert(name: string, ageInDays: number, count = 1): Promise<void> {
  const at = new Date(Date.now() - ageInDays * dayMilliseconds);
  const row = { at, bankId: null, customerIds: [], userIds: [], fields: [name] };
  await database.transaction((transaction) => transaction.insert(change).values(Array(count).fill(row)));
}

async function stored(): Promise<string[]> {
  return (await database.read.select().from(change)).flatMap(({ fields }) => fields);
}

test('deletes the changes that are older than the retention period, but not the newest', async () => {
  await insert('old', 9, 1_500);
  await insert('also old', 8);

  await deleteExpiredChanges(database, 7 * 86_400);
  expect(await stored()).toEqual(['also old']);

  await insert('within the retention period', 6);
  await insert('new', 0);
  await deleteExpiredChanges(database, 7 * 86_400);
  expect(await stored()).toEqual(['within the retention period', 'new']);
});

if (dialect === 'postgresql') {
  test('deletes the changes of another cluster, whose transaction IDs this one has not assigned', async () => {
    await insert('restored', 0);
    await database.transaction((transaction) =>
      transaction
        .update(change)
        .set({ transactionId: sql`'9000000000000'::xid8` })
        .where(sql`fields ->> 0 = 'restored'`),
    );
    await insert('newer', 0);

    await deleteExpiredChanges(database, 7 * 86_400);

    expect(await stored()).toEqual(['within the retention period', 'new', 'newer']);
  });
}
