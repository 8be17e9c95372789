import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertUserCustomerLink } from '../support/rows.ts';
import { insertWholeCustomer, insertWholeCustomers } from '../support/whole-customer.ts';

const bankId = 'gh.29.uk';

interface CustomersWithMessages {
  customers: { nodes: { id: string; bad: object | null; good: object | null }[] };
}

let gateway: Gateway;
let clerk: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  clerk = await gateway.createUser({
    roles: [
      ['CanGetCustomer', bankId],
      ['CanGetCustomers', bankId],
      ['CanGetCustomerAccountLink', bankId],
      ['CanGetUserCustomerLink', bankId],
    ],
  });
});

afterAll(() => gateway.stop());

test.each([
  [`customer(bankId: "${bankId}", customerId: $text) { id }`, 'customerId'],
  [`customerByNumber(bankId: "${bankId}", customerNumber: $text) { id }`, 'customerNumber'],
  [`customerAccountLink(bankId: "${bankId}", id: $text) { id }`, 'id'],
  [`userCustomerLinksByUser(bankId: "${bankId}", userId: $text) { id }`, 'userId'],
  [`customers(bankId: "${bankId}", filter: { branchId: $text }) { totalCount }`, 'filter.branchId'],
  [
    `bank(bankId: "${bankId}") { customers(filter: { customerNumber: $text }) { totalCount } }`,
    'filter.customerNumber',
  ],
])('U+0000 in an argument of { %s } is OBP-10001 on every database', async (selection, field) => {
  const type = /(customerId|[^n]id|userId|branchId): \$text/.test(selection) ? 'ID!' : 'String!';

  const { errors } = await gateway.query(clerk.token, `query ($text: ${type}) { ${selection} }`, { text: 'a\u0000b' });

  expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001', field });
});

test('in a batched field it costs those who may not call no refusal', async () => {
  const [own, other] = await insertWholeCustomers(gateway.database, 2, { bankId });
  const linked = await gateway.createUser({ roles: [['CanGetCustomers', bankId]] });
  await insertUserCustomerLink(gateway.database, { bankId, customerId: own?.customerId ?? '', userId: linked.id });
  const document = `query ($after: String) {
    customers(bankId: "${bankId}") { nodes { id bad: messages(after: $after) { nodes { id } } good: messages { nodes { id } } } }
  }`;

  const { data, errors } = await gateway.query<CustomersWithMessages>(linked.token, document, { after: 'a\u0000b' });

  const nodes = data?.customers.nodes ?? [];
  expect(nodes.find(({ id }) => id === own?.customerId)).toMatchObject({
    bad: null,
    good: { nodes: expect.anything() },
  });
  expect(nodes.find(({ id }) => id === other?.customerId)).toMatchObject({ bad: null, good: null });
  const codes = errors.map(({ extensions }) => extensions.obpCode);
  expect(codes.filter((code) => code === 'OBP-20006')).toHaveLength(1);
  expect(codes.filter((code) => code === 'OBP-10001')).toHaveLength(1);
});

test('who may not call is told that first', async () => {
  const stranger = await gateway.createUser();
  const document = `{ customer(bankId: "${bankId}", customerId: "\\u0000") { id } }`;

  const { errors } = await gateway.query(stranger.token, document);

  expect(errors[0]?.extensions.obpCode).toBe('OBP-20006');
});

test.each([
  ['customer', 'customerId', 'addresses { id }'],
  ['account', 'id', 'routings { address }'],
])('in the key of one %s it costs another, who is read with it, nothing', async (field, argument, below) => {
  const whole = await insertWholeCustomer(gateway.database, { bankId });
  const id = field === 'customer' ? whole.customerId : whole.accountId;
  const reader = await gateway.createUser({
    roles: [
      ['CanGetCustomer', bankId],
      ['CanGetCustomerAddress', bankId],
      ['CanGetCustomerOverview', bankId],
    ],
  });
  const one = (alias: string, given: string) =>
    `${alias}: ${field}(bankId: "${bankId}", ${argument}: ${given}) { id ${below} }`;

  const { data, errors } = await gateway.query(
    reader.token,
    `query ($bad: ID!) { ${one('good', JSON.stringify(id))} ${one('bad', '$bad')} }`,
    { bad: 'a\u0000b' },
  );

  expect(data).toEqual({ bad: null, good: { id, [below.split(' ')[0] ?? '']: [expect.anything()] } });
  expect(errors).toMatchObject([{ path: ['bad'], extensions: { obpCode: 'OBP-10001', field: argument } }]);
});
