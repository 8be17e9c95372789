import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { change } from '../../src/changes/change.table.ts';
import { allChangesInOrder, changesOfBankInOrder } from '../../src/changes/change-order.ts';
import { isLost, type Position, startOfTable } from '../../src/database/commit-order.ts';
import type { Database, Queries } from '../../src/database/database.ts';
import { dialect } from '../../src/database/dialect.ts';
import { openMigratedDatabase } from '../support/migrated-database.ts';

let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  ({ database, drop } = await openMigratedDatabase());
});
afterAll(() => drop());

async function insert(transaction: Queries, bankId: string, ...names: string[]): Promise<void> {
  const row = { at: new Date(), bankId, customerIds: [], userIds: [] };
  await transaction.insert(change).values(names.map((name) => ({ ...row, fields: [name] })));
}

/** Reads all rows after a position, page by page. */
async function readFrom(bankId: string, start: Position, limit = 3): Promise<{ names: string[]; position: Position }> {
  const names: string[] = [];
  let position = start;
  for (;;) {
    const { rows, end } = await changesOfBankInOrder.read(database, position, { limit, values: { bankId } });
    names.push(...rows.flatMap(({ row }) => row.fields));
    if (rows.length < limit) return { names, position: end.position };
    position = rows.at(-1)?.position ?? position;
  }
}

test('pages contain each row once, whichever rows are committed between them', async () => {
  const bankId = randomUUID();
  await database.transaction((transaction) => insert(transaction, bankId, 'a', 'b', 'c', 'd', 'e'));
  const first = await changesOfBankInOrder.read(database, startOfTable, { limit: 2, values: { bankId } });
  expect(first.rows.map(({ row }) => row.fields)).toEqual([['a'], ['b']]);
  await database.transaction((transaction) => insert(transaction, bankId, 'f'));

  const rest = await readFrom(bankId, first.rows[1]?.position ?? startOfTable);
  expect(rest.names).toEqual(['c', 'd', 'e', 'f']);
  expect((await readFrom(bankId, rest.position)).names).toEqual([]);
  await database.transaction((transaction) => insert(transaction, bankId, 'g'));
  expect((await readFrom(bankId, rest.position)).names).toEqual(['g']);
  expect((await readFrom(bankId, startOfTable)).names).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
});

test('a reader misses no row of concurrent transactions, and reads none twice', async () => {
  const bankId = randomUUID();
  const written: string[] = [];
  const { position: start } = await allChangesInOrder.readEnd(database);
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let number = 0; number < 30; number += 1) {
      const name = `${writer}-${number}`;
      written.push(name);
      await database.transaction(async (transaction) => {
        await insert(transaction, bankId, name);
        // On PostgreSQL, other transactions end before this one.
        if (number % 3 === 0) await sleep(Math.random() * 3);
      });
    }
  });
  let areDone = false;
  const done = Promise.all(writers).then(() => {
    areDone = true;
  });
  const names: string[] = [];
  let position = start;
  for (let isLast = false; ; ) {
    isLast = areDone;
    const read = await readFrom(bankId, position);
    names.push(...read.names);
    position = read.position;
    if (isLast) break;
  }
  await done;

  expect(names.toSorted()).toEqual(written.toSorted());
  // The rows of each writer are in the order of its transactions.
  for (let writer = 0; writer < 4; writer += 1) {
    const own = names.filter((name) => name.startsWith(`${writer}-`));
    expect(own).toEqual(Array.from({ length: 30 }, (_, number) => `${writer}-${number}`));
  }
});

test('a position is lost if the database has lost what followed, or a replica was promoted', async () => {
  const { position } = await allChangesInOrder.readEnd(database);
  await database.transaction((transaction) => insert(transaction, randomUUID(), 'a'));
  const end = await allChangesInOrder.readEnd(database);

  expect(isLost(position, end)).toBe(false);
  expect(isLost(end.position, end)).toBe(false);
  expect(isLost(end.position, { position, newest: null })).toBe(true);
  expect(isLost(startOfTable, end)).toBe(false);
  // SQLite has no timelines.
  const promoted = { ...end, position: { ...end.position, timeline: '00000002' } };
  expect(isLost(position, promoted)).toBe(dialect === 'postgresql');
});

if (dialect === 'postgresql') {
  test('a row that is committed after one with a higher number is read last', async () => {
    const bankId = randomUUID();
    const { promise: end, resolve: commit } = Promise.withResolvers<void>();
    const { promise: inserted, resolve: onInserted } = Promise.withResolvers<void>();
    const slow = database.transaction(async (transaction) => {
      await insert(transaction, bankId, 'slow');
      onInserted();
      await end;
    });
    await inserted;
    await database.transaction((transaction) => insert(transaction, bankId, 'fast'));

    const first = await readFrom(bankId, startOfTable);
    commit();
    await slow;
    const second = await readFrom(bankId, first.position);

    expect([first.names, second.names]).toEqual([['fast'], ['slow']]);
    // A cursor of a page, not of its end.
    const [fast] = (await changesOfBankInOrder.read(database, startOfTable, { limit: 1, values: { bankId } })).rows;
    expect(fast?.row.fields).toEqual(['slow']);
  });

  test('rows of another cluster are never read', async () => {
    const bankId = randomUUID();
    const { position } = await allChangesInOrder.readEnd(database);
    await database.transaction(async (transaction) => {
      await insert(transaction, bankId, 'restored');
      await transaction
        .update(change)
        .set({ transactionId: sql`'9000000000000'::xid8` })
        .where(sql`bank_id = ${bankId}`);
    });

    expect((await readFrom(bankId, position)).names).toEqual([]);
    expect((await readFrom(bankId, startOfTable)).names).toEqual([]);
  });
}
