import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { belongingEntries } from '../../src/domain/onboarding/belongings.ts';
import { insertEveryEntity } from '../support/every-entity.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { tablesOfCustomers } from '../support/stored.ts';
import { insertWholeCustomer } from '../support/whole-customer.ts';

describe('belongings', () => {
  test.each(tablesOfCustomers.map((table) => getTableName(table)))('contain the table %s', (name) => {
    const isListed = belongingEntries.some(([, { table }]) => getTableName(table) === name);
    const remedy = `The table ${name} has a column customer_id: add an entry to src/domain/onboarding/belongings.ts, so that the rows are exported and deleted with their customer.`;

    expect(isListed, remedy).toBe(true);
  });
});

/** Tests of access, isolation, audit, and privacy find a kind of data only in these rows. */
describe('the test data has a row of every belonging', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway();
    await gateway.createBank('gh.29.uk');
  });
  afterAll(() => gateway.stop());

  async function emptyTables(): Promise<string[]> {
    const names = await Promise.all(
      belongingEntries.map(async ([, { table }]) => {
        const rows = await gateway.database.read
          .select()
          .from(table as SQLiteTable)
          .limit(1);
        return rows.length === 0 ? [getTableName(table)] : [];
      }),
    );
    return names.flat();
  }

  test.each([
    ['whole-customer.ts', () => insertWholeCustomer(gateway.database, { bankId: 'gh.29.uk' })],
    ['every-entity.ts', () => insertEveryEntity(gateway)],
  ] as const)('in %s', async (file, insert) => {
    await gateway.database.transaction(async (transaction) => {
      for (const [, { table }] of belongingEntries.toReversed()) await transaction.delete(table as SQLiteTable);
    });
    await insert();

    const remedy = `Insert a row of each table in test/support/${file}, or remove its belonging from withFunction in further-belongings.ts.`;
    expect(await emptyTables(), remedy).toEqual([]);
  });
});
