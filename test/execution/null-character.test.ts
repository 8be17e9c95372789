import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';

const bankId = 'gh.29.uk';

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

test('who may not call is told that first', async () => {
  const stranger = await gateway.createUser();
  const document = `{ customer(bankId: "${bankId}", customerId: "\\u0000") { id } }`;

  const { errors } = await gateway.query(stranger.token, document);

  expect(errors[0]?.extensions.obpCode).toBe('OBP-20006');
});
