/** Lists without pages have a maximum length, which no write can exceed. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertRows } from '../../src/database/insert-rows.ts';
import { account } from '../../src/domain/account/account.table.ts';
import { accountHolder } from '../../src/domain/account/account-holder.table.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { entitlement } from '../../src/domain/user/entitlement.table.ts';
import { userCustomerLink } from '../../src/domain/user-customer-link/user-customer-link.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertAccount, insertCustomer, insertCustomers } from '../support/rows.ts';
import { everythingStored } from '../support/stored.ts';

const bankId = 'gh.29.uk';
/** A time in the past, because the number of accounts that a user can open in a day is limited. */
const now = new Date('2020-01-01T00:00:00Z');
const times = { createdAt: now, updatedAt: now };
const ids = (count: number) => Array.from({ length: count }, () => randomUUID());

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
});
afterAll(() => gateway.stop());

/** Expects that `write` fails because of the limit, and stores nothing. */
async function expectFull(limit: number, write: () => ReturnType<Gateway['query']>): Promise<void> {
  const before = await everythingStored(gateway.database);
  const { errors } = await write();
  expect(errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', key: 'TOO_MANY_ITEMS', limit } }]);
  expect(await everythingStored(gateway.database)).toEqual(before);
}

describe('a user', () => {
  test('with 500 accounts cannot open another one', async () => {
    const user = await gateway.createUser();
    const template = await insertAccount(gateway.database, { bankId });
    const accounts = ids(500).map((id) => ({ ...template, id, number: id }));
    await gateway.database.transaction(async (transaction) => {
      await insertRows(transaction, account, accounts);
      await insertRows(
        transaction,
        accountHolder,
        accounts.map(({ id }) => ({ bankId, accountId: id, userId: user.id, createdAt: now })),
      );
    });
    const list = await gateway.query<{ me: { accounts: object[] } }>(user.token, '{ me { accounts { id } } }');
    expect(list.data?.me.accounts).toHaveLength(500);
    const input = {
      label: 'One more',
      productCode: 'CURRENT',
      branchId: 'b',
      balance: { currency: 'EUR', amount: '0' },
    };
    const create = `mutation ($input: CreateAccountInput!) { createAccount(bankId: "${bankId}", input: $input) { account { id } } }`;
    await expectFull(500, () => gateway.query(user.token, create, { input }));
  });

  test('with 500 links cannot be linked to another customer', async () => {
    const user = await gateway.createUser();
    const customers = await insertCustomers(
      gateway.database,
      ids(500).map(() => ({ bankId })),
    );
    const links = customers.map(({ id }) => ({
      id: randomUUID(),
      bankId,
      customerId: id,
      userId: user.id,
      isActive: true,
      dateInserted: now,
      updatedAt: now,
    }));
    await gateway.database.transaction((transaction) => insertRows(transaction, userCustomerLink, links));
    const list = await gateway.query<{ myCustomers: object[] }>(user.token, '{ myCustomers { id } }');
    expect(list.data?.myCustomers).toHaveLength(500);
    const clerk = await gateway.createUser({
      roles: [
        ['CanCreateUserCustomerLink', bankId],
        ['CanCreateCustomer', bankId],
      ],
    });
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const variables = { bankId, customerId, input: { userId: user.id } };
    const link = `mutation ($bankId: ID!, $customerId: ID!, $input: CreateUserCustomerLinkInput!) {
      createUserCustomerLink(bankId: $bankId, customerId: $customerId, input: $input) { userCustomerLink { id } } }`;
    await expectFull(500, () => gateway.query(clerk.token, link, variables));
    const create = `mutation ($bankId: ID!, $input: CreateCustomerInput!) {
      createCustomer(bankId: $bankId, input: $input) { customer { id } } }`;
    const input = { legalName: 'New', mobilePhoneNumber: '+447972444876', userLinks: [{ userId: user.id }] };
    await expectFull(500, () => gateway.query(clerk.token, create, { bankId, input }));
  });

  describe('with 1,000 entitlements', () => {
    let user: TestUser;
    beforeAll(async () => {
      user = await gateway.createUser({ roles: [['CanCreateBank', null]] });
      const banks = Array.from({ length: 999 }, (_, index) => ({ id: `bank.${index}`, ...times }));
      await gateway.database.transaction(async (transaction) => {
        await insertRows(transaction, bank, banks);
        const rows = banks.map(({ id }) => ({
          id: randomUUID(),
          userId: user.id,
          roleName: 'CanGetCustomer',
          bankId: id,
          ...times,
        }));
        await insertRows(transaction, entitlement, rows);
      });
    });

    test('cannot be granted another one', async () => {
      const list = await gateway.query<{ me: { entitlements: object[] } }>(
        user.token,
        '{ me { entitlements { roleName } } }',
      );
      expect(list.data?.me.entitlements).toHaveLength(1_000);
      const granter = await gateway.createUser({ isSuperAdmin: true });
      const grant = `mutation ($userId: ID!) {
        grantEntitlement(userId: $userId, input: { roleName: CanGetCustomer, bankId: "${bankId}" }) { entitlement { id } } }`;
      await expectFull(1_000, () => gateway.query(granter.token, grant, { userId: user.id }));
    });

    test('cannot create a bank, and a taken ID fails with OBP-34000', async () => {
      const create = `mutation ($id: ID!) {
        createBank(input: { bankId: $id, shortName: "One", fullName: "One more" }) { bank { id } } }`;
      await expectFull(1_000, () => gateway.query(user.token, create, { id: 'new.bank' }));

      const { errors } = await gateway.query(user.token, create, { id: bankId });
      expect(errors).toMatchObject([{ extensions: { obpCode: 'OBP-34000', field: 'input.bankId' } }]);
    });
  });
});

test('an installation with 5,000 banks lists them and accepts no other', async () => {
  const creator = await gateway.createUser({ roles: [['CanCreateBank', null]] });
  const { data } = await gateway.query<{ banks: { id: string }[] }>(null, '{ banks { id } }');
  const missing = Array.from({ length: 5_000 - (data?.banks.length ?? 0) }, (_, index) => ({
    id: `more.${index}`,
    ...times,
  }));
  await gateway.database.transaction((transaction) => insertRows(transaction, bank, missing));
  const list = await gateway.query<{ banks: object[] }>(null, '{ banks { id } }');
  expect(list.data?.banks).toHaveLength(5_000);
  const create =
    'mutation { createBank(input: { bankId: "one.more", shortName: "One", fullName: "One more" }) { bank { id } } }';
  await expectFull(5_000, () => gateway.query(creator.token, create));
});
