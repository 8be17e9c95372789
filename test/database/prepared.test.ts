/** Statements that are made once, and what they write. */
import { randomUUID } from 'node:crypto';
import { eq, gt, SQL, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { auditEventCustomer } from '../../src/audit/audit.table.ts';
import { isUniqueViolation } from '../../src/database/errors.ts';
import { insertAtOnce, insertRows, type OnConflict } from '../../src/database/insert-rows.ts';
import { prepared } from '../../src/database/prepared.ts';
import { insertRow, updateOf } from '../../src/database/write-row.ts';
import { customerAddress } from '../../src/domain/address/address.table.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { insertCustomer } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const now = new Date('2026-11-21T03:04:05.678Z');

let gateway: Gateway;
let customerId: string;
let clerk: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
  const { token } = await gateway.createUser({
    roles: [
      ['CanCreateCustomerAddress', bankId],
      ['CanUpdateCustomerAddress', bankId],
      ['CanDeleteCustomerAddress', bankId],
    ],
  });
  clerk = token;
});

afterEach(() => vi.restoreAllMocks());

afterAll(() => gateway.stop());

test('a statement is made once for each handle, and runs with the values of each call', async () => {
  let made = 0;
  const find = prepared((queries) => {
    made += 1;
    return queries
      .select({ id: bank.id })
      .from(bank)
      .where(eq(bank.id, sql.placeholder('id')));
  });
  const ask = (id: string) => gateway.database.transaction((transaction) => find(transaction, { id }));

  const found = [await ask(bankId), await ask('no.such.bank'), await ask(bankId)];

  expect(found).toEqual([[{ id: bankId }], [], [{ id: bankId }]]);
  expect(made).toBe(1);
});

test('mutations that have run before build no SQL', async () => {
  const input = { line1: 'No 1 the Road', city: 'Berlin', postcode: '13359', countryCode: 'DE' };
  const parameters = '$bankId: ID!, $customerId: ID!';
  const ofCustomer = 'bankId: $bankId, customerId: $customerId';
  const create = `mutation (${parameters}, $input: CustomerAddressInput!, $key: String!) {
    createCustomerAddress(${ofCustomer}, input: $input, idempotencyKey: $key) { customerAddress { id } } }`;
  const change = `mutation (${parameters}, $id: ID!, $input: CustomerAddressInput!) {
    updateCustomerAddress(${ofCustomer}, id: $id, input: $input, expectedVersion: 1) { customerAddress { version } }
    deleteCustomerAddress(${ofCustomer}, id: $id) { customerAddress { version } } }`;
  const built = vi.spyOn(SQL.prototype, 'toQuery');

  async function builtOfRound(): Promise<number> {
    built.mockClear();
    const ids = { bankId, customerId };
    const created = await gateway.query<{ createCustomerAddress: { customerAddress: { id: string } } }>(clerk, create, {
      ...ids,
      input,
      key: randomUUID(),
    });
    const id = created.data?.createCustomerAddress.customerAddress.id;
    const { data } = await gateway.query(clerk, change, { ...ids, id, input });
    expect(data).toEqual({
      updateCustomerAddress: { customerAddress: { version: 2 } },
      deleteCustomerAddress: { customerAddress: { version: 2 } },
    });
    return built.mock.calls.length;
  }
  const counts: number[] = [];
  for (let round = 0; round < 5; round += 1) counts.push(await builtOfRound());

  expect(counts[0]).toBeGreaterThan(5);
  // What the gateway does by itself may take a connection of PostgreSQL meanwhile, on which a statement is new.
  expect(Math.min(...counts.slice(1))).toBe(0);
});

describe('a row that is inserted by a prepared statement', () => {
  const row = { id: 'a', kycFourEyes: true, retentionDays: 3650, createdAt: now, updatedAt: now };
  const insert = (values: typeof bank.$inferInsert, onConflict?: OnConflict) =>
    gateway.database.transaction((transaction) => insertRow(transaction, bank, values, onConflict));

  test('comes back as it is stored: null is null, and what is left out has its default', async () => {
    const given = {
      ...row,
      id: 'values',
      shortName: null,
      fullName: `"é" '{"a": [1]}' 🏦`,
      kycReasonRequired: undefined,
    };

    const inserted = await insert(given);

    const stored = { ...given, kycReasonRequired: false, version: 1 };
    expect(inserted).toMatchObject([stored]);
    expect(await gateway.database.read.select().from(bank).where(eq(bank.id, 'values'))).toEqual(inserted);
  });

  test('is refused where its key is there, or left out', async () => {
    await insert({ ...row, id: 'twice', shortName: 'first' });

    await expect(insert({ ...row, id: 'twice' })).rejects.toSatisfy((error) => isUniqueViolation(error, ['id']));
    expect(await insert({ ...row, id: 'twice' }, 'ignore')).toEqual([]);
    expect(await insert({ ...row, id: 'not yet' }, 'ignore')).toHaveLength(1);
  });

  test('has lists and times', async () => {
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

test('an update sets the columns that are given, to null too, and gives the rows', async () => {
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

describe('rows of two tables that are inserted alone', () => {
  const bankRow = (id: string) => ({ id, kycFourEyes: true, retentionDays: 1, createdAt: now, updatedAt: now });
  const about = (sequence: number) => ({ customerId, at: now, chain: 1, sequence });
  const insert = (sequence: number, id: string) =>
    insertAtOnce(gateway.database, [auditEventCustomer, [about(sequence)]], [bank, [bankRow(id)]]);

  test('are all there, or none of them', async () => {
    await insert(1_000_001, 'b');
    await expect(insert(1_000_002, 'b')).rejects.toSatisfy((error) => isUniqueViolation(error));

    const stored = await gateway.database.read
      .select({ sequence: auditEventCustomer.sequence })
      .from(auditEventCustomer)
      .where(gt(auditEventCustomer.sequence, 1_000_000));
    expect(stored).toEqual([{ sequence: 1_000_001 }]);
  });

  test(`take ${dialectUnderTest === 'sqlite' ? 'two statements' : 'one statement'}`, async () => {
    const { statistics } = gateway.database;
    const before = statistics.statements;

    await insert(1_000_003, 'c');

    expect(statistics.statements - before).toBe(dialectUnderTest === 'sqlite' ? 2 : 1);
  });
});
