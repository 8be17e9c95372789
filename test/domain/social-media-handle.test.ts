import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf } from '../support/paging.ts';
import { insertCustomer, insertSocialMediaHandle, insertUserCustomerLink } from '../support/rows.ts';

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
  clerk = await gateway.createUser({ roles: [['CanGetSocialMediaHandles', bankId]] });
  // The same customer number at two banks, because a handle belongs to a customer, not to a number.
  customerId = (await insertCustomer(database, { bankId, customerNumber: '1' })).id;
  foreignCustomerId = (await insertCustomer(database, { bankId: otherBankId, customerNumber: '1' })).id;
  await insertSocialMediaHandle(database, {
    bankId,
    customerId,
    type: 'twitter',
    handle: '@anna',
    dateAdded: new Date('2017-09-19T00:00:00Z'),
    dateActivated: new Date('2017-09-20T00:00:00Z'),
  });
  await insertSocialMediaHandle(database, { bankId, customerId, type: 'mastodon', handle: '@anna', dateAdded: null });
  await insertSocialMediaHandle(database, { bankId: otherBankId, customerId: foreignCustomerId });
});

afterAll(() => gateway.stop());

function socialMediaHandles(token: string | null, id = customerId, bank = bankId) {
  return gateway.query(
    token,
    `{ socialMediaHandles(bankId: "${bank}", customerId: "${id}") { customerId type handle dateAdded dateActivated } }`,
  );
}

test('socialMediaHandles refuses an anonymous caller, a caller without the role, and a caller with the role at another bank', async () => {
  const elsewhere = await gateway.createUser({ roles: [['CanGetSocialMediaHandles', otherBankId]] });

  expect(codesOf(await socialMediaHandles(null))).toEqual(['OBP-20001']);
  expect(codesOf(await socialMediaHandles((await gateway.createUser()).token))).toEqual(['OBP-20006']);
  expect(codesOf(await socialMediaHandles(elsewhere.token))).toEqual(['OBP-20006']);
});

test('socialMediaHandles fails with OBP-30001 or OBP-30046 for an unknown bank or customer, or a customer of another bank', async () => {
  expect(codesOf(await socialMediaHandles(clerk.token, customerId, 'no-bank'))).toEqual(['OBP-30001']);
  expect(codesOf(await socialMediaHandles(clerk.token, 'no-customer'))).toEqual(['OBP-30046']);
  expect(codesOf(await socialMediaHandles(clerk.token, foreignCustomerId))).toEqual(['OBP-30046']);
});

test('socialMediaHandles returns the handles of the customer, newest first', async () => {
  const { data, errors } = await socialMediaHandles(clerk.token);

  expect(errors).toEqual([]);
  expect(data?.socialMediaHandles).toEqual([
    { customerId, type: 'mastodon', handle: '@anna', dateAdded: null, dateActivated: null },
    {
      customerId,
      type: 'twitter',
      handle: '@anna',
      dateAdded: '2017-09-19T00:00:00.000Z',
      dateActivated: '2017-09-20T00:00:00.000Z',
    },
  ]);
});

test('a linked user can read the handles of the customer, but not through socialMediaHandles', async () => {
  const linked = await gateway.createUser();
  await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: linked.id });

  const own = await gateway.query(linked.token, '{ myCustomers { socialMediaHandles { type customer { id } } } }');

  expect(own.errors).toEqual([]);
  const customer = { id: customerId };
  expect(own.data?.myCustomers).toEqual([
    {
      socialMediaHandles: [
        { type: 'mastodon', customer },
        { type: 'twitter', customer },
      ],
    },
  ]);
  expect(codesOf(await socialMediaHandles(linked.token))).toEqual(['OBP-20006']);
});

test('an inactive link does not grant access to the handles', async () => {
  const reader = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });
  await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: reader.id, isActive: false });

  const response = await gateway.query(
    reader.token,
    `{ customer(bankId: "${bankId}", customerId: "${customerId}") { socialMediaHandles { handle } } }`,
  );

  expect(response.data).toEqual({ customer: { socialMediaHandles: null } });
  expect(codesOf(response)).toEqual(['OBP-20006']);
});
