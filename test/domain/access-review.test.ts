/** The roles of users at a bank, the holders of accounts, and the search for a user to link or to grant a role to. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entitlement } from '../../src/domain/user/entitlement.table.ts';
import * as administration from '../../src/domain/user/user-administration.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertWholeCustomers } from '../support/whole-customer.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'other.bank';

let gateway: Gateway;
let reviewer: TestUser;
let officer: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  reviewer = await gateway.createUser({ roles: [['CanGetEntitlementsForAnyUserAtOneBank', bankId]] });
  officer = await gateway.createUser({
    roles: [
      ['CanAddKycCheck', bankId],
      ['CanAddKycStatus', bankId],
      ['CanAddKycMedia', otherBankId],
      ['CanGetAnyUser', null],
    ],
  });
  const now = new Date();
  const expired = { userId: officer.id, roleName: 'CanAddKycMedia', expiresAt: new Date(Date.now() - 1_000) };
  const unknown = { userId: officer.id, roleName: 'CanFly' };
  await gateway.database.transaction(async (transaction) => {
    for (const values of [expired, unknown]) {
      await transaction
        .insert(entitlement)
        .values({ ...values, id: randomUUID(), bankId, createdAt: now, updatedAt: now });
    }
  });
});

afterAll(() => gateway.stop());

describe('bankEntitlements', () => {
  const document = /* GraphQL */ `
    query ($bankId: ID!, $roleName: Role, $userId: ID, $first: Int, $after: String) {
      bankEntitlements(bankId: $bankId, roleName: $roleName, userId: $userId, first: $first, after: $after) {
        totalCount
        nodes { roleName bankId user { userId username displayName } }
        pageInfo { hasNextPage endCursor }
      }
    }
  `;
  interface Answer {
    bankEntitlements: {
      totalCount: number;
      nodes: { roleName: string; bankId: string; user: { userId: string } }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
  }
  const read = (variables: object = {}) => gateway.query<Answer>(reviewer.token, document, { bankId, ...variables });

  test('returns the roles at the bank that have an effect, sorted by role', async () => {
    const { data, errors } = await read();

    expect(errors).toEqual([]);
    expect(data?.bankEntitlements.totalCount).toBe(3);
    expect(data?.bankEntitlements.nodes).toEqual([
      { roleName: 'CanAddKycCheck', bankId, user: summaryOf(officer) },
      { roleName: 'CanAddKycStatus', bankId, user: summaryOf(officer) },
      { roleName: 'CanGetEntitlementsForAnyUserAtOneBank', bankId, user: summaryOf(reviewer) },
    ]);
  });

  test('returns those of one role, of one user, and page by page', async () => {
    const ofRole = await read({ roleName: 'CanAddKycStatus' });
    expect(ofRole.data?.bankEntitlements.nodes.map(({ user }) => user.userId)).toEqual([officer.id]);
    const ofUser = await read({ userId: reviewer.id });
    expect(ofUser.data?.bankEntitlements.nodes.map(({ user }) => user.userId)).toEqual([reviewer.id]);
    const first = await read({ first: 2 });
    expect(first.data?.bankEntitlements.pageInfo.hasNextPage).toBe(true);
    const second = await read({ first: 2, after: first.data?.bankEntitlements.pageInfo.endCursor });
    expect(second.data?.bankEntitlements.nodes.map(({ user }) => user.userId)).toEqual([reviewer.id]);
  });

  test('is refused for another bank', async () => {
    const { errors } = await read({ bankId: otherBankId });
    expect(errors).toMatchObject([{ extensions: { key: 'OBP-20006', bankId: otherBankId } }]);
  });
});

function summaryOf({ id, username }: TestUser) {
  return { userId: id, username, displayName: username };
}

describe('findUser', () => {
  const document = /* GraphQL */ `
    query ($bankId: ID!, $username: String, $email: EmailAddress, $provider: String) {
      findUser(bankId: $bankId, username: $username, email: $email, provider: $provider) { userId username displayName }
    }
  `;

  async function createNamed() {
    const username = `user.${randomUUID().replaceAll('-', '')}`;
    const email = `${username}@example.com`;
    const password = 'correct horse battery staple';
    const names = { firstName: 'Felix', lastName: 'Smith' };
    const { id } = await administration.createUser(gateway.database, { username, password, email, ...names });
    return { id, username, email };
  }

  test.each(['CanCreateUserCustomerLink', 'CanCreateEntitlementAtOneBank', 'CanCreateAccount'] as const)(
    'returns the user with the username, the email address, or both, to callers with %s',
    async (role) => {
      const { token } = await gateway.createUser({ roles: [[role, bankId]] });
      const { id, username, email } = await createNamed();
      for (const search of [
        { username },
        { username: username.toUpperCase() },
        { email },
        { email: email.toUpperCase() },
        { username, email },
      ]) {
        const { data, errors } = await gateway.query(token, document, { bankId, ...search });
        expect(errors).toEqual([]);
        expect(data).toEqual({ findUser: { userId: id, username, displayName: 'Felix Smith' } });
      }
    },
  );

  test('returns null unless exactly one user matches', async () => {
    const { token } = await gateway.createUser({ roles: [['CanCreateUserCustomerLink', bankId]] });
    const { username, email } = await createNamed();
    for (const search of [
      { username: `${username}x` },
      { username: username.slice(0, -1) },
      { username, email: `x${email}` },
      { username, provider: 'https://idp.example.com' },
    ]) {
      const { data, errors } = await gateway.query(token, document, { bankId, ...search });
      expect(errors).toEqual([]);
      expect(data).toEqual({ findUser: null });
    }
  });

  test('fails without a username and an email address, and for callers who neither link nor grant at the bank', async () => {
    const { token } = await gateway.createUser({ roles: [['CanCreateUserCustomerLink', bankId]] });
    const incomplete = await gateway.query(token, document, { bankId });
    expect(incomplete.errors).toMatchObject([{ extensions: { key: 'OBP-10001', field: 'username' } }]);
    const elsewhere = await gateway.query(token, document, { bankId: otherBankId, username: reviewer.username });
    expect(elsewhere.errors).toMatchObject([{ extensions: { key: 'OBP-20006' } }]);
  });
});

test('Account.holders is refused to linked users who do not hold the account', async () => {
  const [whole] = await insertWholeCustomers(gateway.database, 1, { bankId });
  const customerId = whole?.customerId ?? '';
  const linked = await gateway.createUser();
  const linker = await gateway.createUser({
    roles: [
      ['CanCreateUserCustomerLink', bankId],
      ['CanGetCustomerOverview', bankId],
      ['CanGetCustomer', bankId],
    ],
  });
  const link = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $input: CreateUserCustomerLinkInput!) {
    createUserCustomerLink(bankId: $bankId, customerId: $customerId, input: $input) { userCustomerLink { id } }
  }`;
  const linking = await gateway.query(linker.token, link, { bankId, customerId, input: { userId: linked.id } });
  expect(linking.errors).toEqual([]);
  const read = /* GraphQL */ `query ($customerId: ID!) {
    myCustomer(customerId: $customerId) { accountLinks { account { id holders { userId } } } }
  }`;

  const { data, errors } = await gateway.query(linked.token, read, { customerId });

  expect(data).toMatchObject({ myCustomer: { accountLinks: [{ account: { holders: null } }] } });
  expect(errors[0]?.extensions).toMatchObject({ key: 'OBP-20006' });
});
