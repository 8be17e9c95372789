import { randomUUID } from 'node:crypto';
import { asc, gt } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditEventCustomer } from '../../src/audit/audit.table.ts';
import type { Database } from '../../src/database/database.ts';
import { isUniqueViolation } from '../../src/database/errors.ts';
import { insertAtOnce, insertRows, type OnConflict, rowsFor } from '../../src/database/insert-rows.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { openMigratedDatabase } from '../support/migrated-database.ts';

let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  ({ database, drop } = await openMigratedDatabase());
});

afterAll(() => drop());

const now = new Date('2026-11-21T03:04:05.678Z');

function bankRow(id: string, shortName: string | null = null): typeof bank.$inferInsert {
  return { id, shortName, kycFourEyes: true, retentionDays: 3650, createdAt: now, updatedAt: now };
}

test('insertRows stores values of every kind, and defaults for omitted columns', async () => {
  const names = [
    null,
    'Müller & Söhne',
    `"quoted" 'twice' \\ {"a": [1]}`,
    '',
    '1e400',
    'null',
    'true',
    '🏦',
    '0012.50',
  ];
  await database.transaction((transaction) =>
    insertRows(
      transaction,
      bank,
      names.map((name, index) => bankRow(`bank-${index}`, name)),
    ),
  );
  const person = {
    id: randomUUID(),
    bankId: 'bank-0',
    legalName: 'Ada Lovelace',
    legalNameSearch: 'ada lovelace',
    dateOfBirth: '1815-12-10',
    dobOfDependants: ['1836-05-12', '1837-09-22'],
    dependants: 2,
    creditLimitCurrency: 'EUR',
    creditLimitAmount: '12345678901234.50',
    kycStatus: false,
    lastOkDate: null,
    lastOkDateOrder: new Date(0),
    mobilePhoneNumber: '+44 7972 444876',
    createdAt: now,
    updatedAt: now,
  };
  const people = Array.from({ length: 250 }, (_, index) => ({
    ...person,
    id: randomUUID(),
    customerNumber: String(index),
  }));
  await database.transaction((transaction) => insertRows(transaction, customer, people));

  const banks = await database.read.select().from(bank).orderBy(asc(bank.id));
  expect(banks.map(({ shortName }) => shortName)).toEqual(names);
  expect(banks[0]).toMatchObject({ ...bankRow('bank-0'), kycReasonRequired: false, version: 1, fullName: null });
  const stored = await database.read.select().from(customer).orderBy(asc(customer.rowNumber));
  expect(stored).toHaveLength(250);
  for (const [index, row] of stored.entries()) expect(row).toMatchObject({ ...people[index], version: 1, email: null });
});

test('insertRows omits existing rows on request, and fails otherwise', async () => {
  const first = [bankRow('twice-1', 'first')];
  const again = [bankRow('twice-1', 'again'), bankRow('twice-2', 'again')];
  const insert = (rows: (typeof bank.$inferInsert)[], onConflict?: OnConflict) =>
    database.transaction((transaction) => insertRows(transaction, bank, rows, { onConflict }));
  const stored = async () =>
    (await database.read.select().from(bank).orderBy(asc(bank.id)))
      .filter(({ id }) => id.startsWith('twice'))
      .map(({ id, shortName }) => `${id} ${shortName}`);

  await insert(first);
  await expect(insert(again)).rejects.toSatisfy((error) => isUniqueViolation(error));
  expect(await stored()).toEqual(['twice-1 first']);
  await insert(again, 'ignore');
  expect(await stored()).toEqual(['twice-1 first', 'twice-2 again']);
  await insert([], 'ignore');
});

describe('insertAtOnce', () => {
  const about = (sequence: number) => ({ customerId: 'c', at: now, chain: 1, sequence });
  const insert = (sequence: number, id: string) =>
    insertAtOnce(database, rowsFor(auditEventCustomer, [about(sequence)]), rowsFor(bank, [bankRow(id)]));

  test('inserts the rows of both tables, or none of them', async () => {
    await insert(1_000_001, 'b');
    await expect(insert(1_000_002, 'b')).rejects.toSatisfy((error) => isUniqueViolation(error));

    const stored = await database.read
      .select({ sequence: auditEventCustomer.sequence })
      .from(auditEventCustomer)
      .where(gt(auditEventCustomer.sequence, 1_000_000));
    expect(stored).toEqual([{ sequence: 1_000_001 }]);
  });

  test(`takes ${dialectUnderTest === 'sqlite' ? 'two statements' : 'one statement'}`, async () => {
    const { statistics } = database;
    const before = statistics.statements;

    await insert(1_000_003, 'c');

    expect(statistics.statements - before).toBe(dialectUnderTest === 'sqlite' ? 2 : 1);
  });
});
