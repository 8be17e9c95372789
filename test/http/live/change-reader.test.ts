import { afterAll, beforeAll, expect, test } from 'vitest';
import { change } from '../../../src/changes/change.table.ts';
import type { Database } from '../../../src/database/database.ts';
import { insertRows } from '../../../src/database/insert-rows.ts';
import { ChangeReader, type PlacedChange } from '../../../src/http/live/change-reader.ts';
import { openMigratedDatabase } from '../../support/migrated-database.ts';

let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  ({ database, drop } = await openMigratedDatabase());
});
afterAll(() => drop());

async function insert(...names: string[]): Promise<void> {
  const row = { at: new Date(), bankId: 'bank', customerIds: [], userIds: [] };
  const rows = names.map((name) => ({ ...row, fields: [name] }));
  await database.transaction((transaction) => insertRows<typeof change>(transaction, change, rows));
}

/** A reader, and the changes that it has passed on. `failing` are the numbers of the calls that fail. */
function openReader({ failing = [] }: { failing?: number[] } = {}) {
  const names: string[] = [];
  let calls = 0;
  const reader = new ChangeReader(database, {
    async onChanges(changes: readonly PlacedChange[]) {
      calls += 1;
      if (failing.includes(calls)) throw new Error('The database is unavailable.');
      names.push(...changes.flatMap(({ row }) => row.fields));
    },
    onLoss: () => names.push('loss'),
    onFailure: () => names.push('failure'),
  });
  return { reader, names };
}

async function begin(reader: ChangeReader): Promise<void> {
  await reader.join(() => {
    reader.isNeeded = true;
  });
}

test('a reader that is needed again does not begin at the end of its former reads', async () => {
  const { reader, names } = openReader();
  await begin(reader);
  await insert('while it is needed');
  await expect.poll(() => names).toEqual(['while it is needed']);
  reader.isNeeded = false;
  await insert('while it is not needed');

  await begin(reader);
  await insert('while it is needed again');
  await expect.poll(() => names).toEqual(['while it is needed', 'while it is needed again']);
  reader.isNeeded = false;
});

test('a reader continues after the last changes that were passed on if it fails between two pages', async () => {
  const { reader, names } = openReader({ failing: [2] });
  await begin(reader);
  const all = Array.from({ length: 700 }, (_, index) => `change-${index}`);
  await insert(...all);

  await expect.poll(() => names.length).toBe(501);
  // Reads at once, instead of after the pause.
  await reader.join(() => {
    reader.isNeeded = false;
  });

  expect(names).toEqual([...all.slice(0, 500), 'failure', ...all.slice(500)]);
});
