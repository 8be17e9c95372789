import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf, endCursorOf, readPages } from '../support/paging.ts';
import { insertCustomer, insertCustomerMessage, insertUserCustomerLink } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const pageFields = 'nodes { message } pageInfo { hasNextPage endCursor }';

let gateway: Gateway;
let officer: TestUser;
let linked: TestUser;
let customerId: string;
let secondId: string;
let foreignCustomerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  const { database } = gateway;
  officer = await gateway.createUser({
    roles: [
      ['CanGetCustomerMessages', bankId],
      ['CanGetCustomers', bankId],
    ],
  });
  linked = await gateway.createUser();
  customerId = (await insertCustomer(database, { bankId })).id;
  secondId = (await insertCustomer(database, { bankId })).id;
  foreignCustomerId = (await insertCustomer(database, { bankId: otherBankId })).id;
  // Two messages have the same date, so their IDs determine the order, and no page omits one of them.
  const date = (day: number) => new Date(Date.UTC(2024, 0, day));
  const message = { bankId, customerId };
  await insertCustomerMessage(database, { ...message, message: 'one', date: date(1) });
  await insertCustomerMessage(database, { ...message, message: 'two a', id: 'message-a', date: date(2) });
  await insertCustomerMessage(database, { ...message, message: 'two b', id: 'message-b', date: date(2) });
  await insertCustomerMessage(database, { ...message, message: 'three', date: date(3), transport: null });
  await insertCustomerMessage(database, { bankId, customerId: secondId, message: 'to the second', date: date(4) });
  await insertCustomerMessage(database, { bankId: otherBankId, customerId: foreignCustomerId, message: 'elsewhere' });
  await insertUserCustomerLink(database, { bankId, customerId, userId: linked.id });
  await insertUserCustomerLink(database, { bankId, customerId: secondId, userId: linked.id, isActive: false });
  await insertUserCustomerLink(database, { bankId: otherBankId, customerId: foreignCustomerId, userId: linked.id });
});

afterAll(() => gateway.stop());

interface PageVariables {
  bank?: string;
  customer?: string;
  first?: number | null;
  after?: string | null;
  fields?: string;
}

function customerMessages(token: string | null, variables: PageVariables = {}) {
  const { bank = bankId, customer = customerId, first = null, after = null, fields = pageFields } = variables;
  return gateway.query(
    token,
    `query ($bank: ID!, $customer: ID!, $first: Int, $after: String) {
      customerMessages(bankId: $bank, customerId: $customer, first: $first, after: $after) { ${fields} }
    }`,
    { bank, customer, first, after },
  );
}

function myCustomerMessages(token: string | null, variables: PageVariables = {}) {
  const { bank = bankId, first = null, after = null, fields = pageFields } = variables;
  return gateway.query(
    token,
    `query ($bank: ID!, $first: Int, $after: String) {
      myCustomerMessages(bankId: $bank, first: $first, after: $after) { ${fields} }
    }`,
    { bank, first, after },
  );
}

describe('customerMessages', () => {
  test('is refused to an anonymous caller and to callers without the role at the bank, even a linked user', async () => {
    const elsewhere = await gateway.createUser({ roles: [['CanGetCustomerMessages', otherBankId]] });

    expect(codesOf(await customerMessages(null))).toEqual(['OBP-20001']);
    expect(codesOf(await customerMessages((await gateway.createUser()).token))).toEqual(['OBP-20006']);
    expect(codesOf(await customerMessages(linked.token))).toEqual(['OBP-20006']);
    expect(codesOf(await customerMessages(elsewhere.token))).toEqual(['OBP-20006']);
  });

  test('fails for an unknown bank, an unknown customer, and a customer of another bank', async () => {
    expect(codesOf(await customerMessages(officer.token, { bank: 'no-bank' }))).toEqual(['OBP-30001']);
    expect(codesOf(await customerMessages(officer.token, { customer: 'no-customer' }))).toEqual(['OBP-30046']);
    expect(codesOf(await customerMessages(officer.token, { customer: foreignCustomerId }))).toEqual(['OBP-30046']);
  });

  test.each([0, -1, 101])('fails with OBP-10025 for the page size %i', async (first) => {
    expect(codesOf(await customerMessages(officer.token, { first }))).toEqual(['OBP-10025']);
    expect(codesOf(await myCustomerMessages(linked.token, { first }))).toEqual(['OBP-10025']);
  });

  test('returns the messages with their authors, newest first', async () => {
    const fields = 'totalCount nodes { message date transport fromDepartment fromPerson customerId bankId }';

    const { data, errors } = await customerMessages(officer.token, { first: 1, fields });

    expect(errors).toEqual([]);
    expect(data?.customerMessages).toEqual({
      totalCount: 4,
      nodes: [
        {
          message: 'three',
          date: '2024-01-03T00:00:00.000Z',
          transport: null,
          fromDepartment: 'Cards',
          fromPerson: 'Tom',
          customerId,
          bankId,
        },
      ],
    });
  });

  test('returns every message once over all pages', async () => {
    const pages = await readPages<{ message: string }>(
      (after) => customerMessages(officer.token, { first: 2, after }),
      (data) => data.customerMessages,
    );

    expect(pages.map((page) => page.map(({ message }) => message))).toEqual([
      ['three', 'two b'],
      ['two a', 'one'],
    ]);
  });

  test('fails for the cursor of another customer or another field, and for an invalid cursor', async () => {
    const { data } = await customerMessages(officer.token, { first: 1 });
    const after = endCursorOf(data?.customerMessages);

    expect(codesOf(await customerMessages(officer.token, { after, customer: secondId }))).toEqual(['BAD_USER_INPUT']);
    expect(codesOf(await myCustomerMessages(linked.token, { after }))).toEqual(['BAD_USER_INPUT']);
    expect(codesOf(await customerMessages(officer.token, { after: 'made-up' }))).toEqual(['BAD_USER_INPUT']);
    expect(codesOf(await customerMessages(officer.token, { after }))).toEqual([]);
  });
});

describe('Customer.messages', () => {
  const nested = (first: number) =>
    `{ customers(bankId: "${bankId}", sortBy: CREATED, sortDirection: ASC, first: ${first}) { nodes {
      messages(first: 2) { totalCount nodes { message } pageInfo { hasNextPage } }
    } } }`;

  test('is returned to a linked user, and refused to a user with an inactive link', async () => {
    const reader = await gateway.createUser({ roles: [['CanGetCustomers', bankId]] });
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: reader.id });
    await insertUserCustomerLink(gateway.database, {
      bankId,
      customerId: secondId,
      userId: reader.id,
      isActive: false,
    });

    const answer = await gateway.query(reader.token, nested(2));

    expect(answer.data).toMatchObject({ customers: { nodes: [{ messages: { totalCount: 4 } }, { messages: null }] } });
    expect(codesOf(answer)).toEqual(['OBP-20006']);
  });

  test('takes as many statements for pages and totals of several customers as for those of one', async () => {
    await gateway.query(officer.token, nested(2));
    const start = gateway.database.statistics.statements;
    await gateway.query(officer.token, nested(1));
    const forOne = gateway.database.statistics.statements - start;
    const { data, errors } = await gateway.query(officer.token, nested(2));
    const forTwo = gateway.database.statistics.statements - start - forOne;

    expect(errors).toEqual([]);
    expect(data?.customers).toEqual({
      nodes: [
        {
          messages: {
            totalCount: 4,
            nodes: [{ message: 'three' }, { message: 'two b' }],
            pageInfo: { hasNextPage: true },
          },
        },
        {
          messages: { totalCount: 1, nodes: [{ message: 'to the second' }], pageInfo: { hasNextPage: false } },
        },
      ],
    });
    expect(forTwo).toBe(forOne);
  });

  test('counts the messages only if totalCount is selected', async () => {
    const withTotal = `{ customers(bankId: "${bankId}") { nodes { messages { totalCount nodes { id } } } } }`;
    const without = withTotal.replace('totalCount', '');
    for (const document of [withTotal, without]) await gateway.query(officer.token, document);
    const start = gateway.database.statistics.statements;
    await gateway.query(officer.token, without);
    const uncounted = gateway.database.statistics.statements - start;
    await gateway.query(officer.token, withTotal);

    expect(gateway.database.statistics.statements - start - uncounted).toBe(uncounted + 1);
  });

  test('is returned in pages to a linked user', async () => {
    const pages = await readPages<{ message: string }>(
      (after) =>
        gateway.query(
          linked.token,
          `query ($id: ID!, $after: String) { myCustomer(customerId: $id) { messages(first: 3, after: $after) { ${pageFields} } } }`,
          { id: customerId, after },
        ),
      (data) => (data.myCustomer as { messages: unknown }).messages,
    );

    expect(pages.map((page) => page.map(({ message }) => message))).toEqual([['three', 'two b', 'two a'], ['one']]);
  });
});

describe('myCustomerMessages', () => {
  test('is refused to an anonymous caller, and fails with OBP-30001 for an unknown bank', async () => {
    expect(codesOf(await myCustomerMessages(null))).toEqual(['OBP-20001']);
    expect(codesOf(await myCustomerMessages(linked.token, { bank: 'no-bank' }))).toEqual(['OBP-30001']);
  });

  test('is empty for a caller without an active link, whatever roles the caller holds', async () => {
    const { data } = await myCustomerMessages(officer.token, { fields: 'totalCount nodes { id }' });

    expect(data?.myCustomerMessages).toEqual({ totalCount: 0, nodes: [] });
  });

  test('returns the messages to the linked customers at the bank in pages, each with its customer', async () => {
    const fields = 'totalCount nodes { message customer { id } } pageInfo { hasNextPage endCursor }';
    const pages = await readPages(
      (after) => myCustomerMessages(linked.token, { first: 3, after, fields }),
      (data) => data.myCustomerMessages,
    );
    const { data } = await myCustomerMessages(linked.token, { fields });

    const customer = { id: customerId };
    expect(pages).toEqual([
      [
        { message: 'three', customer },
        { message: 'two b', customer },
        { message: 'two a', customer },
      ],
      [{ message: 'one', customer }],
    ]);
    expect(data?.myCustomerMessages).toMatchObject({ totalCount: 4 });
  });

  test('fails for the cursor of another caller or another bank', async () => {
    const { data } = await myCustomerMessages(linked.token, { first: 1 });
    const after = endCursorOf(data?.myCustomerMessages);

    expect(codesOf(await myCustomerMessages(officer.token, { after }))).toEqual(['BAD_USER_INPUT']);
    expect(codesOf(await myCustomerMessages(linked.token, { after, bank: otherBankId }))).toEqual(['BAD_USER_INPUT']);
  });
});
