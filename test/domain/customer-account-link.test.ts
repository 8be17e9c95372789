import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import {
  insertAccount,
  insertAccountAttribute,
  insertAccountHolder,
  insertAccountRouting,
  insertCustomer,
  insertCustomerAccountLink,
  insertUserCustomerLink,
} from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';

let gateway: Gateway;
let clerk: TestUser;
let wrongBankClerk: TestUser;
let stranger: TestUser;
let customerId: string;
let partnerId: string;
let foreignCustomerId: string;
let linkId: string;
let foreignLinkId: string;

beforeAll(async () => {
  gateway = await startGateway();
  const { database } = gateway;
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  const roles = ['CanGetCustomer', 'CanGetCustomerAccountLink', 'CanGetCustomerAccountLinks'] as const;
  clerk = await gateway.createUser({ roles: roles.map((role) => [role, bankId] as const) });
  wrongBankClerk = await gateway.createUser({ roles: roles.map((role) => [role, otherBankId] as const) });
  stranger = await gateway.createUser();
  customerId = (await insertCustomer(database, { bankId })).id;
  partnerId = (await insertCustomer(database, { bankId })).id;
  foreignCustomerId = (await insertCustomer(database, { bankId: otherBankId })).id;
  for (const id of ['joint', 'savings', 'unlinked']) await insertAccount(database, { bankId, id, label: id });
  await insertAccount(database, { bankId: otherBankId, id: 'joint', label: 'elsewhere' });
  await insertAccountRouting(database, {
    bankId,
    accountId: 'joint',
    scheme: 'IBAN',
    address: 'DE02120300000000202051',
  });
  await insertAccountAttribute(database, { bankId, accountId: 'joint', contractCode: 'LOAN-1', name: 'TERM' });
  const own = { bankId, customerId };
  linkId = (await insertCustomerAccountLink(database, { ...own, accountId: 'savings', relationshipType: 'Owner' })).id;
  await insertCustomerAccountLink(database, { ...own, accountId: 'joint', relationshipType: 'Co-Owner' });
  await insertCustomerAccountLink(database, { bankId, customerId: partnerId, accountId: 'joint' });
  const foreign = { bankId: otherBankId, customerId: foreignCustomerId, accountId: 'joint' };
  foreignLinkId = (await insertCustomerAccountLink(database, foreign)).id;
});

afterAll(() => gateway.stop());

const linkOf = (id: string) =>
  `{ customerAccountLink(bankId: "${bankId}", id: "${id}")
     { id bankId customerId accountId relationshipType version customer { id } } }`;
const linksOf = (id: string) =>
  `{ customerAccountLinks(bankId: "${bankId}", customerId: "${id}") { accountId relationshipType } }`;
const linksByAccount = (id: string) =>
  `{ customerAccountLinksByAccount(bankId: "${bankId}", accountId: "${id}") { customerId } }`;

describe.each([
  ['customerAccountLink', () => linkOf(linkId)],
  ['customerAccountLinks', () => linksOf(customerId)],
  ['customerAccountLinksByAccount', () => linksByAccount('joint')],
])('%s', (field, document) => {
  test.each([
    ['an anonymous caller', () => null, 'OBP-20001'],
    ['a caller without a role', () => stranger.token, 'OBP-20006'],
    ['a caller with the role at another bank', () => wrongBankClerk.token, 'OBP-20006'],
  ])('refuses %s', async (_who, token, obpCode) => {
    const { data, errors } = await gateway.query(token(), document());

    expect(data).toEqual({ [field]: null });
    expect(errors.map(({ extensions }) => extensions.obpCode)).toEqual([obpCode]);
  });

  test('fails with OBP-30001 for an unknown bank', async () => {
    const { data, errors } = await gateway.query(clerk.token, document().replace(bankId, 'no-bank'));

    expect(data).toEqual({ [field]: null });
    expect(errors.map(({ extensions }) => extensions.obpCode)).toEqual(['OBP-30001']);
  });
});

test.each([
  ['customerAccountLink of an unknown link', 'OBP-30225', () => linkOf('no-link')],
  ['customerAccountLink of a link of another bank', 'OBP-30225', () => linkOf(foreignLinkId)],
  ['customerAccountLinks of an unknown customer', 'OBP-30046', () => linksOf('no-customer')],
  ['customerAccountLinks of a customer of another bank', 'OBP-30046', () => linksOf(foreignCustomerId)],
  ['customerAccountLinksByAccount of an unknown account', 'OBP-30018', () => linksByAccount('no-account')],
])('%s fails with %s', async (_what, obpCode, document) => {
  const { data, errors } = await gateway.query(clerk.token, document());

  expect(Object.values(data ?? {})).toEqual([null]);
  expect(errors.map(({ extensions }) => [extensions.code, extensions.obpCode])).toEqual([['NOT_FOUND', obpCode]]);
});

test('customerAccountLink returns the link and its customer', async () => {
  const { data, errors } = await gateway.query(clerk.token, linkOf(linkId));

  expect(errors).toEqual([]);
  expect(data?.customerAccountLink).toEqual({
    id: linkId,
    bankId,
    customerId,
    accountId: 'savings',
    relationshipType: 'Owner',
    version: 1,
    customer: { id: customerId },
  });
});

test('customerAccountLinks and Customer.accountLinks return the links, oldest first', async () => {
  const root = await gateway.query(clerk.token, linksOf(customerId));
  const nested = await gateway.query(
    clerk.token,
    `{ customer(bankId: "${bankId}", customerId: "${customerId}") { accountLinks { accountId relationshipType } } }`,
  );

  const links = [
    { accountId: 'savings', relationshipType: 'Owner' },
    { accountId: 'joint', relationshipType: 'Co-Owner' },
  ];
  expect(root.errors).toEqual([]);
  expect(root.data).toEqual({ customerAccountLinks: links });
  expect(nested.errors).toEqual([]);
  expect(nested.data).toEqual({ customer: { accountLinks: links } });
});

test('customerAccountLinksByAccount returns only the links of the account at this bank', async () => {
  const linked = await gateway.query(clerk.token, linksByAccount('joint'));
  const none = await gateway.query(clerk.token, linksByAccount('unlinked'));

  expect(linked.errors).toEqual([]);
  expect(linked.data).toEqual({ customerAccountLinksByAccount: [{ customerId }, { customerId: partnerId }] });
  expect(none.errors).toEqual([]);
  expect(none.data).toEqual({ customerAccountLinksByAccount: [] });
});

describe('CustomerAccountLink.account', () => {
  const accounts = (id: string) =>
    `{ customerAccountLinks(bankId: "${bankId}", customerId: "${id}") { account { label routings { address } } } }`;

  test('is refused to a caller who can only read links', async () => {
    const { data, errors } = await gateway.query(clerk.token, accounts(customerId));

    expect(data).toEqual({ customerAccountLinks: [{ account: null }, { account: null }] });
    expect(errors.map(({ path, extensions }) => [path, extensions.key])).toEqual(
      [0, 1].map((index) => [['customerAccountLinks', index, 'account'], 'OBP-20006']),
    );
  });

  test.each(['CanGetCustomerOverview', 'CanGetCustomerOverviewFlat'] as const)(
    'is returned to a caller with %s',
    async (role) => {
      const officer = await gateway.createUser({
        roles: [
          ['CanGetCustomerAccountLinks', bankId],
          [role, bankId],
        ],
      });
      const { data, errors } = await gateway.query(officer.token, accounts(partnerId));

      expect(errors).toEqual([]);
      expect(data).toEqual({
        customerAccountLinks: [{ account: { label: 'joint', routings: [{ address: 'DE02120300000000202051' }] } }],
      });
    },
  );

  test('is returned to the account holder', async () => {
    const holder = await gateway.createUser({ roles: [['CanGetCustomerAccountLinks', bankId]] });
    await insertAccountHolder(gateway.database, { bankId, accountId: 'savings', userId: holder.id });
    const { data, errors } = await gateway.query(holder.token, accounts(customerId));

    expect(data).toEqual({
      customerAccountLinks: [{ account: { label: 'savings', routings: [] } }, { account: null }],
    });
    expect(errors.map(({ extensions }) => extensions.obpCode)).toEqual(['OBP-20006']);
  });
});

describe('a linked user', () => {
  const accountLinks = `accountLinks {
    relationshipType customer { id } account { label routings { scheme } attributes { name } contracts { contractCode } }
  }`;

  test('can read the account links of the customer with all data of the accounts', async () => {
    const linked = await gateway.createUser();
    await insertUserCustomerLink(gateway.database, { bankId, customerId: partnerId, userId: linked.id });
    const own = await gateway.query(linked.token, `{ myCustomer(customerId: "${partnerId}") { ${accountLinks} } }`);

    expect(own.errors).toEqual([]);
    expect(own.data?.myCustomer).toEqual({
      accountLinks: [
        {
          relationshipType: 'Owner',
          customer: { id: partnerId },
          account: {
            label: 'joint',
            routings: [{ scheme: 'IBAN' }],
            attributes: [{ name: 'TERM' }],
            contracts: [{ contractCode: 'LOAN-1' }],
          },
        },
      ],
    });
  });

  test('cannot read the links of other customers, their own links through a root field, or the account by its ID', async () => {
    const linked = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });
    await insertUserCustomerLink(gateway.database, { bankId, customerId: partnerId, userId: linked.id });
    const others = await gateway.query(
      linked.token,
      `{ customer(bankId: "${bankId}", customerId: "${customerId}") { ${accountLinks} } }`,
    );
    const root = await gateway.query(linked.token, linksOf(partnerId));
    const account = await gateway.query(linked.token, `{ account(bankId: "${bankId}", accountId: "joint") { id } }`);

    expect(others.data).toEqual({ customer: { accountLinks: null } });
    expect(root.data).toEqual({ customerAccountLinks: null });
    expect(account.data).toEqual({ account: null });
    for (const { errors } of [others, root, account]) expect(errors[0]?.extensions.obpCode).toBe('OBP-20006');
  });

  test('cannot read the links while the user-customer link is inactive', async () => {
    const linked = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: linked.id, isActive: false });
    const { data } = await gateway.query(
      linked.token,
      `{ customer(bankId: "${bankId}", customerId: "${customerId}") { ${accountLinks} } }`,
    );

    expect(data).toEqual({ customer: { accountLinks: null } });
  });
});
