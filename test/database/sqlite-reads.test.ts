/** Tests an SQLite file of its own, whichever database the project tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';

test('the process does other work between long reads that arrive together', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reads-'));
  const database = await openDatabase(`file:${join(folder, 'own.db')}`);
  const count = sql<number>`(
    with recursive number(value) as (select 1 union all select value + 1 from number where value < 100000)
    select count(*) from number)`;
  const read = database.prepare(database.read.select({ count }).from(sql`(select 1)`), { name: 'count' });
  let passes = 0;
  let isReading = true;
  const countPass = () => {
    passes += 1;
    if (isReading) setImmediate(countPass);
  };
  setImmediate(countPass);

  const rows = await Promise.all(Array.from({ length: 20 }, () => read()));

  isReading = false;
  expect(rows).toEqual(Array.from({ length: 20 }, () => [{ count: 100_000 }]));
  // Each read takes some milliseconds.
  expect(passes).toBeGreaterThan(3);
  expect(database.statistics.roundTrips).toBe(1);
  await database.close();
  await rm(folder, { recursive: true });
});
