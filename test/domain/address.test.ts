import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer, insertCustomerAddress, insertUserCustomerLink } from '../support/rows.ts';

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
  clerk = await gateway.createUser({
    roles: [
      ['CanGetCustomerAddress', bankId],
      ['CanGetCustomer', bankId],
    ],
  });
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
  foreignCustomerId = (await insertCustomer(gateway.database, { bankId: otherBankId })).id;
  await insertCustomerAddress(gateway.database, { bankId, customerId, line1: 'No 1 the Road', tags: ['home', 'a,b'] });
  await insertCustomerAddress(gateway.database, { bankId, customerId, line1: 'No 2 the Road', status: 'OK' });
  await insertCustomerAddress(gateway.database, { bankId: otherBankId, customerId: foreignCustomerId });
});

afterAll(() => gateway.stop());

function addressesOf(id: string, caller = clerk) {
  return gateway.query(
    caller.token,
    `{ customerAddresses(bankId: "${bankId}", customerId: "${id}") { line1 line2 tags status customer { id } } }`,
  );
}

test('customerAddresses fails with OBP-30046 for a customer of another bank', async () => {
  const { data, errors } = await addressesOf(foreignCustomerId);

  expect(data).toEqual({ customerAddresses: null });
  expect(errors[0]?.extensions.obpCode).toBe('OBP-30046');
});

test('customerAddresses fails with OBP-30046 for an unknown customer', async () => {
  const { errors } = await addressesOf('no-customer');

  expect(errors[0]?.extensions.obpCode).toBe('OBP-30046');
});

test('customerAddresses returns the addresses, oldest first, each with its own tags and status', async () => {
  const { data, errors } = await addressesOf(customerId);

  expect(errors).toEqual([]);
  expect(data?.customerAddresses).toEqual([
    { line1: 'No 1 the Road', line2: null, tags: ['home', 'a,b'], status: null, customer: { id: customerId } },
    { line1: 'No 2 the Road', line2: null, tags: ['mailing'], status: 'OK', customer: { id: customerId } },
  ]);
});

test('Customer.addresses returns the same addresses as customerAddresses', async () => {
  const { data } = await gateway.query(
    clerk.token,
    `{ customer(bankId: "${bankId}", customerId: "${customerId}") { addresses { line1 } } }`,
  );

  expect(data).toEqual({ customer: { addresses: [{ line1: 'No 1 the Road' }, { line1: 'No 2 the Road' }] } });
});

test('an earlier import can have stored more and longer tags than an input can contain', async () => {
  const { id } = await insertCustomer(gateway.database, { bankId });
  const tags = Array.from({ length: 100 }, () => 'x'.repeat(255));
  await insertCustomerAddress(gateway.database, { bankId, customerId: id, tags });

  expect(await addressesOf(id)).toMatchObject({ errors: [], data: { customerAddresses: [{ tags }] } });
});

test('a linked user can read the addresses of the customer, but not through customerAddresses', async () => {
  const linked = await gateway.createUser();
  await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: linked.id });

  const own = await gateway.query(linked.token, '{ myCustomers { addresses { line1 customer { id } } } }');
  const byRoot = await addressesOf(customerId, linked);

  expect(own.errors).toEqual([]);
  expect(own.data?.myCustomers).toEqual([
    {
      addresses: [
        { line1: 'No 1 the Road', customer: { id: customerId } },
        { line1: 'No 2 the Road', customer: { id: customerId } },
      ],
    },
  ]);
  expect(byRoot.errors[0]?.extensions.obpCode).toBe('OBP-20006');
});
