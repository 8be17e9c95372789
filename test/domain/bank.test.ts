import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../support/gateway.ts';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank('b.second');
  await gateway.createBank('a.first');
});

afterAll(() => gateway.stop());

test('the banks are public, and sorted by their ids', async () => {
  const { data, errors } = await gateway.query(null, '{ banks { id shortName version } }');

  expect(errors).toEqual([]);
  expect(data?.banks).toEqual([
    { id: 'a.first', shortName: null, version: 1 },
    { id: 'b.second', shortName: null, version: 1 },
  ]);
});

test('an unknown bank is OBP-30001, for everybody', async () => {
  const { data, errors } = await gateway.query(null, '{ bank(bankId: "no.bank") { id } }');

  expect(data).toEqual({ bank: null });
  expect(errors[0]).toMatchObject({
    message: 'OBP-30001: Bank not found. Please specify a valid value for BANK_ID.',
    path: ['bank'],
    extensions: { code: 'NOT_FOUND', obpCode: 'OBP-30001', bankId: 'no.bank' },
  });
});

test('an unknown bank is said even to who holds no role there', async () => {
  const stranger = await gateway.createUser();

  const { errors } = await gateway.query(stranger.token, '{ customers(bankId: "no.bank") { totalCount } }');

  expect(errors[0]?.extensions.obpCode).toBe('OBP-30001');
});

test('a bank lists its customers to who may, and costs only that field otherwise', async () => {
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
    extensions: { bankId: 'b.second', missingRoles: ['CanGetCustomers'], count: 1 },
  });
});
