import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../support/gateway.ts';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank('b.second');
  await gateway.createBank('a.first');
});

afterAll(() => gateway.stop());

test('an anonymous caller can read the banks, sorted by ID', async () => {
  const { data, errors } = await gateway.query(null, '{ banks { id shortName version } }');

  expect(errors).toEqual([]);
  expect(data?.banks).toEqual([
    { id: 'a.first', shortName: null, version: 1 },
    { id: 'b.second', shortName: null, version: 1 },
  ]);
});

test('bank fails with OBP-30001 for an unknown bank', async () => {
  const { data, errors } = await gateway.query(null, '{ bank(bankId: "no.bank") { id } }');

  expect(data).toEqual({ bank: null });
  expect(errors[0]).toMatchObject({
    message: 'OBP-30001: Bank not found. Please specify a valid value for BANK_ID.',
    path: ['bank'],
    extensions: { code: 'NOT_FOUND', obpCode: 'OBP-30001', bankId: 'no.bank' },
  });
});

test('a field with an unknown bank fails with OBP-30001, even if the caller has no role', async () => {
  const stranger = await gateway.createUser();

  const { errors } = await gateway.query(stranger.token, '{ customers(bankId: "no.bank") { totalCount } }');

  expect(errors[0]?.extensions.obpCode).toBe('OBP-30001');
});

test('Bank.customers is refused only for the banks where the caller lacks the role', async () => {
  const clerk = await gateway.createUser({ roles: [['CanGetCustomers', 'a.first']] });

  const { data, errors } = await gateway.query(clerk.token, '{ banks { id customers { totalCount } } }');

  expect(data?.banks).toEqual([
    { id: 'a.first', customers: { totalCount: 0 } },
    { id: 'b.second', customers: null },
  ]);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({
    message: 'OBP-20006: User is missing one or more roles: CanGetCustomers',
    path: ['banks', 1, 'customers'],
    extensions: { bankId: 'b.second', missingRoles: ['CanGetCustomers'] },
  });
});
