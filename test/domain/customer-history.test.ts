/** The history of a customer: which changes it contains, and who can read which parts of it. */
import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Role } from '../../src/base/roles.ts';
import { customerHistory, type HistoryValues } from '../../src/changes/customer-history.table.ts';
import { CustomerHistoryObject } from '../../src/changes/customer-history-object.ts';
import { insertRows } from '../../src/database/insert-rows.ts';
import { CustomerType } from '../../src/domain/customer/customer-type.ts';
import { auditReader } from '../support/audit-events.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import {
  insertAccount,
  insertCustomer,
  insertCustomerAddress,
  insertCustomerLink,
  insertUserCustomerLink,
} from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';

const readRoles = [
  'CanGetCustomer',
  'CanGetCustomerHistory',
  'CanGetCustomerAccountLinks',
  'CanGetCustomerAddress',
  'CanGetCustomerAttributesAtOneBank',
  'CanGetCustomerLinks',
  'CanGetSocialMediaHandles',
  'CanGetTaxResidence',
  'CanGetUserCustomerLink',
] as const satisfies Role[];
const writeRoles = [
  'CanCreateCustomer',
  'CanUpdateCustomerIdentity',
  'CanUpdateCustomerEmail',
  'CanCreateCustomerAddress',
  'CanUpdateCustomerAddress',
  'CanDeleteCustomerAddress',
  'CanCreateTaxResidence',
  'CanDeleteTaxResidence',
  'CanCreateCustomerAttributeAtOneBank',
  'CanUpdateCustomerAttributeAtOneBank',
  'CanDeleteCustomerAttributeAtOneBank',
  'CanAddSocialMediaHandle',
  'CanDeleteSocialMediaHandle',
  'CanCreateUserCustomerLink',
  'CanDeleteUserCustomerLink',
  'CanCreateCustomerAccountLink',
  'CanUpdateCustomerAccountLink',
  'CanDeleteCustomerAccountLink',
  'CanGetCustomerLinks',
  'CanCreateCustomerLink',
  'CanUpdateCustomerLink',
  'CanDeleteCustomerLink',
  'CanAddKycStatus',
  'CanDeleteCustomerCascade',
] as const satisfies Role[];

interface Entry {
  __typename: string;
  changedAt: string;
  changedBy: { userId: string } | null;
  requestId: string | null;
  isImport: boolean;
  object: string;
  objectId: string;
  action: string;
  changes: { field: string; before: unknown; after: unknown; until: string | null }[] | null;
}

interface History {
  customer: { history: { totalCount: number; nodes: Entry[]; pageInfo: { endCursor: string; hasNextPage: boolean } } };
}

const query = /* GraphQL */ `query ($bankId: ID!, $customerId: ID!, $first: Int, $after: String) {
  customer(bankId: $bankId, customerId: $customerId) { id history(first: $first, after: $after) {
    totalCount pageInfo { endCursor hasNextPage } nodes {
      __typename changedAt changedBy { userId username } requestId isImport object objectId action
      changes { field before after until } } } } }`;

let gateway: Gateway;
let anna: TestUser;
let auditor: TestUser;
let customerId: string;

function atBank(roles: readonly Role[], id = bankId) {
  return { roles: roles.map((role) => [role, id] as const) };
}

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  anna = await gateway.createUser(atBank(writeRoles));
  auditor = await gateway.createUser(atBank(readRoles));
});

beforeEach(async () => {
  customerId = (await insertCustomer(gateway.database, { bankId, legalName: 'Jane Doe' })).id;
});

afterAll(() => gateway.stop());

/** Calls a mutation, such as `updateCustomerEmail(…)`. Returns the ID of the object. */
async function mutate(mutation: string, selection: string, user = anna): Promise<string> {
  const document = `mutation { ${mutation} { ${selection} } }`;
  const { data, errors } = await gateway.query<Record<string, Record<string, { id: string }>>>(user.token, document);
  expect(errors).toEqual([]);
  return Object.values(Object.values(data ?? {})[0] ?? {})[0]?.id ?? '';
}

const ofCustomer = (id = customerId) => `bankId: "${bankId}", customerId: "${id}"`;
const rename = (legalName: string, id?: string) =>
  mutate(`updateCustomerIdentity(${ofCustomer(id)}, input: { legalName: "${legalName}" })`, 'customer { id }');

async function historyOf(
  id = customerId,
  page: object = {},
  reader = auditor,
): Promise<History['customer']['history']> {
  const { data, errors } = await gateway.query<History>(reader.token, query, { bankId, customerId: id, ...page });
  expect(errors).toEqual([]);
  return data?.customer.history as History['customer']['history'];
}

function valuesOf({ changes }: Entry) {
  return Object.fromEntries((changes ?? []).map(({ field, before, after }) => [field, [before, after]]));
}

/** The values of the changes of a created or deleted object. */
function pairs(values: Record<string, unknown>, place: 'before' | 'after') {
  const pairOf = (value: unknown) => (place === 'before' ? [value, null] : [null, value]);
  return Object.fromEntries(Object.entries(values).map(([field, value]) => [field, pairOf(value)]));
}

function shown(entry: Entry) {
  return [entry.object, entry.objectId, entry.action, valuesOf(entry)];
}

describe('Customer.history', () => {
  test('contains a change of the name with its user, its request, and its time', async () => {
    const document = `mutation { updateCustomerIdentity(${ofCustomer()}, input: { legalName: "Jane Roe", title: "Dr" })
      { customer { updatedAt } } }`;
    const { data, headers } = await gateway.query<{ updateCustomerIdentity: { customer: { updatedAt: string } } }>(
      anna.token,
      document,
    );

    const { nodes } = await historyOf();

    expect(nodes).toEqual([
      {
        __typename: 'CustomerDataHistoryEntry',
        changedAt: data?.updateCustomerIdentity.customer.updatedAt,
        changedBy: { userId: anna.id, username: anna.username },
        requestId: headers.get('x-request-id'),
        isImport: false,
        object: 'CUSTOMER',
        objectId: customerId,
        action: 'UPDATED',
        changes: [
          { field: 'legalName', before: 'Jane Doe', after: 'Jane Roe', until: null },
          { field: 'title', before: null, after: 'Dr', until: null },
        ],
      },
    ]);
  });

  test('contains until when each value applied', async () => {
    await rename('Jane Roe');
    await mutate(`updateCustomerEmail(${ofCustomer()}, input: { email: "jane@example.com" })`, 'customer { id }');
    await rename('Jane Poe');

    const [last, email, first] = (await historyOf()).nodes;

    expect(first?.changes).toEqual([
      { field: 'legalName', before: 'Jane Doe', after: 'Jane Roe', until: last?.changedAt },
    ]);
    expect(email?.changes).toMatchObject([{ field: 'email', after: 'jane@example.com', until: null }]);
    expect(last?.changes).toMatchObject([{ field: 'legalName', before: 'Jane Roe', after: 'Jane Poe', until: null }]);
  });

  test('contains an address from its creation to its deletion, and the address that replaces it', async () => {
    const input = '{ line1: "No 1 the Road", city: "Berlin", countryCode: "DE", tags: ["home"] }';
    const create = `createCustomerAddress(${ofCustomer()}, input: ${input})`;
    const id = await mutate(create, 'customerAddress { id }');
    await mutate(
      `updateCustomerAddress(${ofCustomer()}, id: "${id}", input: { city: "Bonn" })`,
      'customerAddress { id }',
    );
    await mutate(`deleteCustomerAddress(${ofCustomer()}, id: "${id}")`, 'customerAddress { id }');
    const nextId = await mutate(create, 'customerAddress { id }');

    const [recreated, deleted, updated, created] = (await historyOf()).nodes;

    const entry = { __typename: 'CustomerAddressHistoryEntry', object: 'ADDRESS', objectId: id };
    const values = { line1: 'No 1 the Road', city: 'Berlin', countryCode: 'DE', tags: ['home'] };
    expect(created).toMatchObject({ ...entry, action: 'CREATED' });
    for (const [field, value] of Object.entries(values)) {
      const until = field === 'city' ? updated?.changedAt : deleted?.changedAt;
      expect(created?.changes).toContainEqual({ field, before: null, after: value, until });
    }
    expect(updated).toMatchObject({ ...entry, action: 'UPDATED' });
    expect(updated?.changes).toEqual([{ field: 'city', before: 'Berlin', after: 'Bonn', until: deleted?.changedAt }]);
    expect(deleted).toMatchObject({ ...entry, action: 'DELETED' });
    expect(valuesOf(deleted as Entry)).toMatchObject({ line1: ['No 1 the Road', null], city: ['Bonn', null] });
    expect(recreated).toMatchObject({ ...entry, objectId: nextId, action: 'CREATED' });
    expect(recreated?.changes).toContainEqual({ field: 'city', before: null, after: 'Berlin', until: null });
  });

  test.each<
    [object: string, create: () => Promise<string>, field: string, value: unknown, remove: (id: string) => string]
  >([
    [
      'TAX_RESIDENCE',
      () =>
        mutate(
          `createTaxResidence(${ofCustomer()}, input: { domain: "Germany", taxNumber: "12345" })`,
          'taxResidence { id }',
        ),
      ...(['taxNumber', '12345'] as const),
      (id) => `deleteTaxResidence(${ofCustomer()}, id: "${id}") { taxResidence { id } }`,
    ],
    [
      'ATTRIBUTE',
      () =>
        mutate(
          `createCustomerAttribute(${ofCustomer()}, input: { name: "RISK", type: INTEGER, value: "7" })`,
          'customerAttribute { id }',
        ),
      ...(['value', '7'] as const),
      (id) => `deleteCustomerAttribute(${ofCustomer()}, id: "${id}") { customerAttribute { id } }`,
    ],
    [
      'SOCIAL_MEDIA_HANDLE',
      () =>
        mutate(
          `addSocialMediaHandle(${ofCustomer()}, input: { type: "twitter", handle: "@jane" })`,
          'socialMediaHandle { id }',
        ),
      ...(['handle', '@jane'] as const),
      (id) => `deleteSocialMediaHandle(${ofCustomer()}, id: "${id}") { socialMediaHandleId }`,
    ],
    [
      'ACCOUNT_LINK',
      async () => {
        const { id: accountId } = await insertAccount(gateway.database, { bankId, id: `account-${randomUUID()}` });
        return mutate(
          `createCustomerAccountLink(${ofCustomer()}, input: { accountId: "${accountId}", relationshipType: "Owner" })`,
          'customerAccountLink { id }',
        );
      },
      ...(['relationshipType', 'Owner'] as const),
      (id) => `deleteCustomerAccountLink(bankId: "${bankId}", id: "${id}") { customerAccountLink { id } }`,
    ],
    [
      'USER_LINK',
      () =>
        mutate(
          `createUserCustomerLink(${ofCustomer()}, input: { userId: "${auditor.id}" })`,
          'userCustomerLink { id }',
        ),
      ...(['isActive', true] as const),
      (id) => `deleteUserCustomerLink(bankId: "${bankId}", id: "${id}") { userCustomerLink { id } }`,
    ],
  ])(
    'contains the creation and the deletion of an object of the kind %s',
    async (object, create, field, value, remove) => {
      const objectId = await create();
      const { errors } = await gateway.query(anna.token, `mutation { ${remove(objectId)} }`);
      expect(errors).toEqual([]);

      const [deleted, created, ...others] = (await historyOf()).nodes;

      expect(others).toEqual([]);
      expect(created).toMatchObject({ object, objectId, action: 'CREATED' });
      expect(created?.changes).toContainEqual({ field, before: null, after: value, until: deleted?.changedAt });
      expect(deleted).toMatchObject({ object, objectId, action: 'DELETED' });
      expect(valuesOf(deleted as Entry)[field]).toEqual([value, null]);
    },
  );

  test('contains a link of two customers for both, from its creation to its deletion', async () => {
    const { id: wardId } = await insertCustomer(gateway.database, { bankId });
    const ofWard = `customerId: "${wardId}"`;
    const input = `{ linkedCustomerId: "${customerId}", relationshipTo: GUARDIAN }`;
    const id = await mutate(
      `createCustomerLink(bankId: "${bankId}", ${ofWard}, input: ${input})`,
      'customerLink { id }',
    );
    await mutate(`deleteCustomerLink(bankId: "${bankId}", id: "${id}")`, 'customerLink { id }');

    const [ofOne, ofOther] = [await historyOf(wardId), await historyOf()];

    const values = { linkedCustomerId: customerId, relationshipTo: 'GUARDIAN' };
    const expected = (object: string, all: Record<string, unknown>) => [
      [object, id, 'DELETED', expect.objectContaining(pairs(all, 'before'))],
      [object, id, 'CREATED', pairs(all, 'after')],
    ];
    expect(ofOne.nodes.map(shown)).toEqual(expected('CUSTOMER_LINK', values));
    expect(ofOther.nodes.map(shown)).toEqual(expected('INVERSE_CUSTOMER_LINK', { customerId: wardId, ...values }));
  });

  test('contains the former share of an owner for both customers, and the deletion of the link with either', async () => {
    for (const isCompanyDeleted of [true, false]) {
      const { id: companyId } = await insertCustomer(gateway.database, {
        bankId,
        customerType: CustomerType.CORPORATE,
      });
      const { id: ownerId } = await insertCustomer(gateway.database, { bankId });
      const link = { customerId: companyId, linkedCustomerId: ownerId, percentage: '10' };
      const { id } = await insertCustomerLink(gateway.database, { bankId, ...link });
      await mutate(
        `updateCustomerLink(bankId: "${bankId}", id: "${id}", input: { percentage: "90" })`,
        'customerLink { id }',
      );
      const [deletedId, keptId] = isCompanyDeleted ? [companyId, ownerId] : [ownerId, companyId];
      await mutate(`deleteCustomerCascade(${ofCustomer(deletedId)})`, 'deleted { history }');

      const { nodes } = await historyOf(keptId);

      const object = isCompanyDeleted ? 'INVERSE_CUSTOMER_LINK' : 'CUSTOMER_LINK';
      const last = { linkedCustomerId: ownerId, percentage: '90', ...(isCompanyDeleted && { customerId: companyId }) };
      expect(nodes.map(shown)).toEqual([
        [object, id, 'DELETED', expect.objectContaining(pairs(last, 'before'))],
        [object, id, 'UPDATED', { percentage: ['10', '90'] }],
      ]);
    }
  });

  test('contains a new customer with its addresses, and the KYC status that follows', async () => {
    const input = `{ legalName: "Ann Lee", mobilePhoneNumber: "+447972444876",
      addresses: [{ line1: "No 1 the Road", city: "Berlin", countryCode: "DE" }] }`;
    const id = await mutate(`createCustomer(bankId: "${bankId}", input: ${input})`, 'customer { id }');
    await mutate(
      `addKycStatus(${ofCustomer(id)}, input: { ok: true, date: "2024-05-31T09:30:00Z" })`,
      'kycStatus { id }',
    );

    const { nodes } = await historyOf(id);

    expect(nodes.map(({ object, action }) => [object, action])).toEqual([
      ['CUSTOMER', 'UPDATED'],
      ['ADDRESS', 'CREATED'],
      ['CUSTOMER', 'CREATED'],
    ]);
    expect(valuesOf(nodes[0] as Entry)).toMatchObject({ kycStatus: [false, true] });
    expect(valuesOf(nodes[2] as Entry)).toMatchObject({ legalName: [null, 'Ann Lee'] });
  });

  test('has pages, newest first', async () => {
    for (const name of ['a', 'b', 'c']) await rename(name);

    const first = await historyOf(customerId, { first: 2 });
    const second = await historyOf(customerId, { first: 2, after: first.pageInfo.endCursor });

    const names = [first, second].map(({ nodes }) => nodes.map((entry) => valuesOf(entry).legalName?.[1]));
    expect(names).toEqual([['c', 'b'], ['a']]);
    expect(second.nodes[0]?.changes?.[0]?.until).toBe(first.nodes[1]?.changedAt);
    expect([first, second].map(({ totalCount }) => totalCount)).toEqual([3, 3]);
    expect([first, second].map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, false]);
  });

  test('contains nothing of a write that fails, or that changes nothing', async () => {
    const name = 'Jane Doe';
    await rename(name);
    const refused = `mutation { updateCustomerIdentity(${ofCustomer()}, expectedVersion: 99, input: { legalName: "x" }) { customer { id } } }`;
    const { errors } = await gateway.query(anna.token, refused);
    expect(errors[0]?.extensions.code).toBe('CONFLICT');
    const input = '{ domain: "Germany", taxNumber: "12345" }';
    const create = `createTaxResidence(${ofCustomer()}, input: ${input})`;
    await mutate(create, 'taxResidence { id }');
    await gateway.query(anna.token, `mutation { ${create} { taxResidence { id } } }`);

    expect((await historyOf()).nodes).toMatchObject([{ object: 'TAX_RESIDENCE', action: 'CREATED' }]);
  });

  test('contains one entry for a call that is retried with the same idempotency key', async () => {
    const call = `updateCustomerIdentity(${ofCustomer()}, idempotencyKey: "${randomUUID()}", input: { legalName: "Jane Roe" })`;
    await mutate(call, 'customer { id }');
    await mutate(call, 'customer { id }');

    expect((await historyOf()).totalCount).toBe(1);
  });

  test('contains every change of concurrent writers in the order of their commits', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `Jane ${index}`);
    await Promise.all(names.map((name) => rename(name)));

    const { nodes } = await historyOf();

    const chain = nodes.toReversed().map((entry) => valuesOf(entry).legalName as [string, string]);
    expect(chain.map(([, after]) => after).sort()).toEqual(names.toSorted());
    expect(chain.map(([before]) => before)).toEqual(['Jane Doe', ...chain.slice(0, -1).map(([, after]) => after)]);
  });

  test('is deleted with the customer', async () => {
    await rename('Jane Roe');
    await mutate(`deleteCustomerCascade(${ofCustomer()})`, 'deleted { history }');

    const { read } = gateway.database;
    expect(await read.select().from(customerHistory).where(eq(customerHistory.customerId, customerId))).toEqual([]);
  });
});

describe('access to Customer.history', () => {
  async function read(reader: TestUser, id = customerId) {
    return gateway.query<History>(reader.token, query, { bankId, customerId: id });
  }

  test('is refused without the role at the bank, and to linked users', async () => {
    await rename('Jane Roe');
    const officer = await gateway.createUser({
      roles: [
        ['CanGetCustomer', bankId],
        ['CanGetCustomerHistory', otherBankId],
      ],
    });
    const linked = await gateway.createUser();
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: linked.id });

    for (const reader of [officer, linked]) {
      const { data, errors } = await read(reader);
      expect(data).toEqual({ customer: { id: customerId, history: null } });
      expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missingRoles: ['CanGetCustomerHistory'] });
    }
  });

  test('shows the values of other objects only with the roles that read these', async () => {
    await rename('Jane Roe');
    await mutate(
      `createTaxResidence(${ofCustomer()}, input: { domain: "Germany", taxNumber: "12345" })`,
      'taxResidence { id }',
    );
    await mutate(
      `addSocialMediaHandle(${ofCustomer()}, input: { type: "x", handle: "@jane" })`,
      'socialMediaHandle { id }',
    );
    const roles = ['CanGetCustomer', 'CanGetCustomerHistory', 'CanGetTaxResidence'] as const;
    const reader = await gateway.createUser(atBank(roles));

    const { data, errors } = await read(reader);

    expect(data?.customer.history.nodes).toMatchObject([
      { object: 'SOCIAL_MEDIA_HANDLE', action: 'CREATED', changedBy: { userId: anna.id }, changes: null },
      { object: 'TAX_RESIDENCE', changes: [{ after: 'Germany' }, { after: '12345' }] },
      { object: 'CUSTOMER', changes: [{ after: 'Jane Roe' }] },
    ]);
    expect(errors).toMatchObject([
      {
        path: ['customer', 'history', 'nodes', 0, 'changes'],
        extensions: { code: 'FORBIDDEN', missingRoles: ['CanGetSocialMediaHandles'] },
      },
    ]);
  });

  test('shows guarded fields of the customer only with their roles', async () => {
    const change = { closedOn: '2026-05-31', closingReason: 'Moved', closedByUserId: anna.id };
    const place = { bankId, customerId, object: CustomerHistoryObject.CUSTOMER, objectId: customerId };
    const unset = { closedOn: null, closingReason: null, closedByUserId: null };
    const row = { ...place, changedAt: new Date(), before: unset, after: change };
    await gateway.database.transaction((transaction) => insertRows(transaction, customerHistory, [row]));
    const closer = await gateway.createUser(atBank([...readRoles, 'CanCloseCustomer']));

    const fieldsFor = async (reader: TestUser) =>
      Object.keys(valuesOf((await historyOf(customerId, {}, reader)).nodes[0] as Entry));

    expect(await fieldsFor(auditor)).toEqual(['closedOn']);
    expect(await fieldsFor(closer)).toEqual(['closedByUserId', 'closedOn', 'closingReason']);
  });

  test('omits changes of fields that the caller cannot read from pages and totals', async () => {
    const place = { bankId, customerId, object: CustomerHistoryObject.CUSTOMER, objectId: customerId };
    const entry = (before: HistoryValues, after: HistoryValues) => ({ ...place, changedAt: new Date(), before, after });
    const review = entry({ kycReviewDate: null }, { kycReviewDate: '2027-01-31' });
    const title = (former: string, next: string) => entry({ title: former }, { title: next });
    const rows = [review, title('A', 'B'), review, review, title('B', 'C'), review];
    await gateway.database.transaction((transaction) => insertRows(transaction, customerHistory, rows));
    const officer = await gateway.createUser(atBank([...readRoles, 'CanGetKycStatusesAtOneBank']));
    const document = `query ($customerId: ID!, $after: String) { customer(bankId: "${bankId}", customerId: $customerId) {
      history(first: 1, after: $after) { nodes { ... on CustomerDataHistoryEntry { changes { field after } } }
        totalCount pageInfo { hasNextPage endCursor } } } }`;
    interface HistoryPage {
      nodes: { changes: { field: string; after: string }[] }[];
      totalCount: number;
      pageInfo: { hasNextPage: boolean; endCursor: string };
    }
    const pageFor = async ({ token }: TestUser, after: string | null = null) => {
      const { data, errors } = await gateway.query(token, document, { customerId, after });
      expect(errors).toEqual([]);
      return (data as unknown as { customer: { history: HistoryPage } }).customer.history;
    };

    const first = await pageFor(auditor);
    const second = await pageFor(auditor, first.pageInfo.endCursor);

    const shown = [first, second].map(({ nodes }) => nodes.map(({ changes }) => changes));
    expect(shown).toEqual([[[{ field: 'title', after: 'C' }]], [[{ field: 'title', after: 'B' }]]]);
    expect([first.totalCount, second.totalCount, second.pageInfo.hasNextPage]).toEqual([2, 2, false]);
    expect((await pageFor(officer)).totalCount).toBe(6);
  });

  test('records the role that shows a guarded field', async () => {
    const place = { bankId, customerId, object: CustomerHistoryObject.CUSTOMER, objectId: customerId };
    const row = { ...place, changedAt: new Date(), before: { closingReason: null }, after: { closingReason: 'Moved' } };
    await gateway.database.transaction((transaction) => insertRows(transaction, customerHistory, [row]));
    const closer = await gateway.createUser(atBank([...readRoles, 'CanCloseCustomer']));
    const audit = auditReader(gateway.database);
    await audit.skipExisting();

    await historyOf(customerId, {}, closer);

    const [event] = await audit.events();
    expect(event?.fieldsReturned).toContain('Customer.closing');
    expect(event?.roles).toContain('CanCloseCustomer');
  });

  test('leaves no values in the log and in the audit trail', async () => {
    const name = `Jane ${randomUUID()}`;
    await rename(name);
    await insertCustomerAddress(gateway.database, { bankId, customerId });
    await historyOf();

    const events = await gateway.query(
      (await gateway.createUser(atBank(['CanGetAuditEvents']))).token,
      `{ auditEvents(bankId: "${bankId}", customerId: "${customerId}") { nodes { fieldsReturned changes } } }`,
    );
    const text = JSON.stringify(events.data);
    expect(text).toContain('Customer.history');
    expect(text + JSON.stringify(gateway.logged)).not.toContain(name);
  });
});
