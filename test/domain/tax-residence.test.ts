import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf } from '../support/paging.ts';
import { insertCustomer, insertTaxResidence, insertUserCustomerLink } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';

let gateway: Gateway;
let clerk: TestUser;
let customerId: string;
let foreignCustomerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  const { database } = gateway;
  clerk = await gateway.createUser({ roles: [['CanGetTaxResidence', bankId]] });
  customerId = (await insertCustomer(database, { bankId })).id;
  foreignCustomerId = (await insertCustomer(database, { bankId: otherBankId })).id;
  await insertTaxResidence(database, { bankId, customerId, domain: 'Germany', taxNumber: '1' });
  await insertTaxResidence(database, { bankId, customerId, domain: 'France', taxNumber: '2' });
  await insertTaxResidence(database, { bankId: otherBankId, customerId: foreignCustomerId });
});

afterAll(() => gateway.stop());

function taxResidences(token: string | null, id = customerId, bank = bankId) {
  return gateway.query(
    token,
    `{ taxResidences(bankId: "${bank}", customerId: "${id}") { customerId domain taxNumber } }`,
  );
}

test('taxResidences refuses an anonymous caller, a caller without the role, and a caller with the role at another bank', async () => {
  const elsewhere = await gateway.createUser({ roles: [['CanGetTaxResidence', otherBankId]] });

  expect(codesOf(await taxResidences(null))).toEqual(['OBP-20001']);
  expect(codesOf(await taxResidences((await gateway.createUser()).token))).toEqual(['OBP-20006']);
  expect(codesOf(await taxResidences(elsewhere.token))).toEqual(['OBP-20006']);
});

test('taxResidences fails with OBP-30001 or OBP-30046 for an unknown bank or customer, or a customer of another bank', async () => {
  expect(codesOf(await taxResidences(clerk.token, customerId, 'no-bank'))).toEqual(['OBP-30001']);
  expect(codesOf(await taxResidences(clerk.token, 'no-customer'))).toEqual(['OBP-30046']);
  expect(codesOf(await taxResidences(clerk.token, foreignCustomerId))).toEqual(['OBP-30046']);
});

test('taxResidences returns the tax residences, oldest first', async () => {
  const { data, errors } = await taxResidences(clerk.token);

  expect(errors).toEqual([]);
  expect(data?.taxResidences).toEqual([
    { customerId, domain: 'Germany', taxNumber: '1' },
    { customerId, domain: 'France', taxNumber: '2' },
  ]);
});

test('a linked user can read the tax residences of the customer, but not through taxResidences', async () => {
  const linked = await gateway.createUser();
  await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: linked.id });

  const own = await gateway.query(linked.token, '{ myCustomers { taxResidences { domain customer { id } } } }');

  expect(own.errors).toEqual([]);
  const customer = { id: customerId };
  expect(own.data?.myCustomers).toEqual([
    {
      taxResidences: [
        { domain: 'Germany', customer },
        { domain: 'France', customer },
      ],
    },
  ]);
  expect(codesOf(await taxResidences(linked.token))).toEqual(['OBP-20006']);
});

test('an inactive link does not grant access to the tax residences', async () => {
  const reader = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });
  await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: reader.id, isActive: false });

  const response = await gateway.query(
    reader.token,
    `{ customer(bankId: "${bankId}", customerId: "${customerId}") { taxResidences { domain } } }`,
  );

  expect(response.data).toEqual({ customer: { taxResidences: null } });
  expect(codesOf(response)).toEqual(['OBP-20006']);
});
