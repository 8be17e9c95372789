/** Callers cannot grant themselves access to the data of a customer: each test tries a write that would make them linked users. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertAccount, insertCustomer, insertUserCustomerLink } from '../support/rows.ts';
import { everythingStored } from '../support/stored.ts';

const bankId = 'gh.29.uk';
const createLink = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $userId: ID!) {
  createUserCustomerLink(bankId: $bankId, customerId: $customerId, input: { userId: $userId }) {
    userCustomerLink { id } } }`;
const updateLink = /* GraphQL */ `mutation ($bankId: ID!, $id: ID!, $isActive: Boolean!) {
  updateUserCustomerLink(bankId: $bankId, id: $id, input: { isActive: $isActive }) { userCustomerLinkId } }`;
const linkAccount = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $accountId: ID!) {
  createCustomerAccountLink(bankId: $bankId, customerId: $customerId,
    input: { accountId: $accountId, relationshipType: "Owner" }) { customerAccountLink { id } } }`;
const createCustomer = /* GraphQL */ `mutation ($bankId: ID!, $input: CreateCustomerInput!) {
  createCustomer(bankId: $bankId, input: $input) { customer { id } } }`;
const createCustomers = /* GraphQL */ `mutation ($bankId: ID!, $input: [CreateCustomerInput!]!) {
  createCustomers(bankId: $bankId, input: $input) { customers { id } } }`;

let gateway: Gateway;
let officer: TestUser;
let colleague: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
});

beforeEach(async () => {
  const newOfficer = () =>
    gateway.createUser({
      roles: [
        ['CanCreateUserCustomerLink', bankId],
        ['CanCreateUserCustomerLinkAtAnyBank', null],
        ['CanCreateCustomerAccountLink', bankId],
        ['CanCreateCustomer', bankId],
      ],
    });
  officer = await newOfficer();
  colleague = await newOfficer();
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
});

afterAll(() => gateway.stop());

/** Expects SELF_LINK_REFUSED for this input field, and that nothing is written. */
async function expectRefusal(document: string, variables: Record<string, unknown>, field: string) {
  const before = await everythingStored(gateway.database);
  const { data, errors } = await gateway.query(officer.token, document, { bankId, ...variables });

  expect(Object.values(data ?? {})).toEqual([null]);
  expect(errors).toHaveLength(1);
  expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', key: 'SELF_LINK_REFUSED', obpCode: null, field });
  expect(await everythingStored(gateway.database)).toEqual(before);
}

test('createUserCustomerLink refuses the caller as user, and accepts a colleague', async () => {
  await expectRefusal(createLink, { customerId, userId: officer.id }, 'input.userId');

  const { errors } = await gateway.query(officer.token, createLink, { bankId, customerId, userId: colleague.id });

  expect(errors).toEqual([]);
});

test("updateUserCustomerLink refuses to activate the caller's own link, but deactivates it", async () => {
  const link = { bankId, customerId, userId: officer.id, isActive: false };
  const { id } = await insertUserCustomerLink(gateway.database, link);
  await expectRefusal(updateLink, { id, isActive: true }, 'input.isActive');

  const activated = await gateway.query(colleague.token, updateLink, { bankId, id, isActive: true });
  const deactivated = await gateway.query(officer.token, updateLink, { bankId, id, isActive: false });

  expect([...activated.errors, ...deactivated.errors]).toEqual([]);
});

test('createCustomer and createCustomers refuse the caller as linked user', async () => {
  const plain = { legalName: 'Felix Smith', mobilePhoneNumber: '+44 7972 444876' };
  const own = { ...plain, userLinks: [{ userId: colleague.id }, { userId: officer.id }] };

  await expectRefusal(createCustomer, { input: own }, 'input.userLinks[1].userId');
  await expectRefusal(createCustomers, { input: [plain, own] }, 'input[1].userLinks[1].userId');
  const rows = await gateway.database.read.select().from(customer).where(eq(customer.legalName, plain.legalName));
  expect(rows).toEqual([]);
});

test('createCustomerAccountLink refuses linked users of the customer', async () => {
  const { id: accountId } = await insertAccount(gateway.database, { bankId });
  await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: officer.id });
  await expectRefusal(linkAccount, { customerId, accountId }, 'customerId');

  const { errors } = await gateway.query(colleague.token, linkAccount, { bankId, customerId, accountId });

  expect(errors).toEqual([]);
});
