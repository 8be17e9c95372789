import { getTableName } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { belongingEntries } from '../../src/domain/onboarding/belongings.ts';
import { tablesOfCustomers } from '../support/stored.ts';

describe('belongings', () => {
  test.each(tablesOfCustomers.map((table) => getTableName(table)))('contain the table %s', (name) => {
    const isListed = belongingEntries.some(([, { table }]) => getTableName(table) === name);
    const remedy = `The table ${name} has a column customer_id: add an entry to src/domain/onboarding/belongings.ts, so that the rows are exported and deleted with their customer.`;

    expect(isListed, remedy).toBe(true);
  });
});
