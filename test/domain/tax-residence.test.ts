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

test('taxResidences is refused to nobody, to a stranger and to the role at another bank', async () => {
  const elsewhere = await gateway.createUser({ roles: [['CanGetTaxResidence', otherBankId]] });

  expect(codesOf(await taxResidences(null))).toEqual(['OBP-20001']);
  expect(codesOf(await taxResidences((await gateway.createUser()).token))).toEqual(['OBP-20006']);
  expect(codesOf(await taxResidences(elsewhere.token))).toEqual(['OBP-20006']);
});

test('taxResidences tells that the bank or the customer is unknown, also of another bank’s customer', async () => {
  expect(codesOf(await taxResidences(clerk.token, customerId, 'no-bank'))).toEqual(['OBP-30001']);
  expect(codesOf(await taxResidences(clerk.token, 'no-customer'))).toEqual(['OBP-30046']);
  expect(codesOf(await taxResidences(clerk.token, foreignCustomerId))).toEqual(['OBP-30046']);
});

test('taxResidences gives them, the oldest first', async () => {
  const { data, errors } = await taxResidences(clerk.token);

  expect(errors).toEqual([]);
  expect(data?.taxResidences).toEqual([
    { customerId, domain: 'Germany', taxNumber: '1' },
    { customerId, domain: 'France', taxNumber: '2' },
  ]);
});

test('a linked user sees their own tax residences, but not by the root field', async () => {
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

test('a link that is not active opens no tax residences', async () => {
  const reader = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });
  await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: reader.id, isActive: false });

  const answer = await gateway.query(
    reader.token,
    `{ customer(bankId: "${bankId}", customerId: "${customerId}") { taxResidences { domain } } }`,
  );

  expect(answer.data).toEqual({ customer: { taxResidences: null } });
  expect(codesOf(answer)).toEqual(['OBP-20006']);
});
