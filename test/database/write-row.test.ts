import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isUniqueViolation } from '../../src/database/errors.ts';
import { insertRows, type OnConflict } from '../../src/database/insert-rows.ts';
import { insertRow, updateOf } from '../../src/database/write-row.ts';
import { customerAddress } from '../../src/domain/address/address.table.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { insertCustomer } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const now = new Date('2026-11-21T03:04:05.678Z');

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
});

afterAll(() => gateway.stop());

describe('insertRow', () => {
  const row = { id: 'a', kycFourEyes: true, retentionDays: 3650, createdAt: now, updatedAt: now };
  const insert = (values: typeof bank.$inferInsert, onConflict?: OnConflict) =>
    gateway.database.transaction((transaction) => insertRow(transaction, bank, values, onConflict));

  test('returns the row as stored, with null for null and defaults for omitted columns', async () => {
    const values = {
      ...row,
      id: 'values',
      shortName: null,
      fullName: `"é" '{"a": [1]}' 🏦`,
      kycReasonRequired: undefined,
    };

    const inserted = await insert(values);

    const stored = { ...values, kycReasonRequired: false, version: 1 };
    expect(inserted).toMatchObject([stored]);
    expect(await gateway.database.read.select().from(bank).where(eq(bank.id, 'values'))).toEqual(inserted);
  });

  test('fails or omits the row if its key exists', async () => {
    await insert({ ...row, id: 'twice', shortName: 'first' });

    await expect(insert({ ...row, id: 'twice' })).rejects.toSatisfy((error) => isUniqueViolation(error, ['id']));
    expect(await insert({ ...row, id: 'twice' }, 'ignore')).toEqual([]);
    expect(await insert({ ...row, id: 'not yet' }, 'ignore')).toHaveLength(1);
  });

  test('stores lists and times', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const address = {
      id: randomUUID(),
      bankId,
      customerId,
      line1: 'No 1 the Road',
      city: 'Berlin',
      postcode: '13359',
      countryCode: 'DE',
      tags: ['home', '"quoted"'],
      insertDate: now,
      updatedAt: now,
    };

    const inserted = await gateway.database.transaction((transaction) =>
      insertRow(transaction, customerAddress, address),
    );

    expect(inserted).toEqual([
      { ...address, line2: null, line3: null, county: null, state: null, status: null, version: 1 },
    ]);
  });
});

test('updateOf sets the provided columns, null included, and returns the rows', async () => {
  const row = {
    kycFourEyes: true,
    retentionDays: 3650,
    createdAt: now,
    updatedAt: now,
    shortName: 'short',
    fullName: 'full',
  };
  const update = updateOf(bank, eq(bank.id, sql.placeholder('id')), { version: sql`${bank.version} + 1` });
  const later = new Date('2026-11-22T00:00:00.001Z');

  const updated = await gateway.database.transaction(async (transaction) => {
    await insertRows(transaction, bank, [
      { ...row, id: 'changed' },
      { ...row, id: 'unchanged' },
    ]);
    const set = { shortName: null, fullName: undefined, updatedAt: later };
    return update(transaction, { before: {}, set, where: { id: 'changed' } });
  });

  const changed = { ...row, id: 'changed', shortName: null, updatedAt: later, version: 2 };
  expect(updated).toMatchObject([changed]);
  expect(await gateway.database.read.select().from(bank).where(eq(bank.id, 'changed'))).toEqual(updated);
  const [other] = await gateway.database.read.select().from(bank).where(eq(bank.id, 'unchanged'));
  expect(other).toMatchObject({ shortName: 'short', version: 1 });
});
