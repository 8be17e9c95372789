import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf, endCursorOf, nodesOf, readPages } from '../support/paging.ts';
import { insertCrmEvent, insertCustomer, insertUserCustomerLink } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const pageFields = 'nodes { detail } pageInfo { hasNextPage endCursor }';

let gateway: Gateway;
let officer: TestUser;
let customerId: string;
let secondId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  const { database } = gateway;
  officer = await gateway.createUser({
    roles: [
      ['CanGetCrmEvents', bankId],
      ['CanGetCustomers', bankId],
      ['CanGetCustomer', bankId],
    ],
  });
  customerId = (await insertCustomer(database, { bankId })).id;
  secondId = (await insertCustomer(database, { bankId })).id;
  const scheduledDate = new Date('2013-01-25T12:23:00Z');
  await insertCrmEvent(database, { bankId, customerId, detail: 'one', scheduledDate });
  await insertCrmEvent(database, { bankId, customerId: secondId, detail: 'two' });
  await insertCrmEvent(database, { bankId, detail: 'three', customerName: 'Joe Bloggs', customerNumber: '00987987' });
  await insertCrmEvent(database, { bankId, customerId, detail: 'four' });
  await insertCrmEvent(database, { bankId, customerId, detail: 'five' });
  await insertCrmEvent(database, { bankId: otherBankId, detail: 'elsewhere' });
});

afterAll(() => gateway.stop());

interface PageVariables {
  bank?: string;
  first?: number | null;
  after?: string | null;
  fields?: string;
}

function crmEvents(token: string | null, variables: PageVariables = {}) {
  const { bank = bankId, first = null, after = null, fields = pageFields } = variables;
  return gateway.query(
    token,
    `query ($bank: ID!, $first: Int, $after: String) {
      crmEvents(bankId: $bank, first: $first, after: $after) { ${fields} }
    }`,
    { bank, first, after },
  );
}

describe('crmEvents', () => {
  test('is refused to an anonymous caller and to callers without the role at the bank', async () => {
    const elsewhere = await gateway.createUser({ roles: [['CanGetCrmEvents', otherBankId]] });

    expect(codesOf(await crmEvents(null))).toEqual(['OBP-20001']);
    expect(codesOf(await crmEvents((await gateway.createUser()).token))).toEqual(['OBP-20006']);
    expect(codesOf(await crmEvents(elsewhere.token))).toEqual(['OBP-20006']);
  });

  test('fails with OBP-30001 for an unknown bank', async () => {
    expect(codesOf(await crmEvents(officer.token, { bank: 'no-bank' }))).toEqual(['OBP-30001']);
  });

  test.each([0, -1, 101])('fails with OBP-10025 for the page size %i', async (first) => {
    expect(codesOf(await crmEvents(officer.token, { first }))).toEqual(['OBP-10025']);
  });

  test('returns the events of the bank in pages, sorted by creation time, newest first', async () => {
    const pages = await readPages<{ detail: string }>(
      (after) => crmEvents(officer.token, { first: 2, after }),
      (data) => data.crmEvents,
    );
    const { data } = await crmEvents(officer.token, { fields: 'totalCount pageInfo { hasPreviousPage }' });

    expect(pages.map((page) => page.map(({ detail }) => detail))).toEqual([
      ['five', 'four'],
      ['three', 'two'],
      ['one'],
    ]);
    expect(data?.crmEvents).toEqual({ totalCount: 5, pageInfo: { hasPreviousPage: false } });
  });

  test('returns the recorded name and number of a customer whom the bank does not have', async () => {
    const fields = `nodes {
      bankId customerId customerName customerNumber category channel scheduledDate actualDate result customer { id }
    }`;
    const { data, errors } = await crmEvents(officer.token, { first: 5, fields });

    expect(errors).toEqual([]);
    const nodes = nodesOf(data?.crmEvents);
    expect(nodes[2]).toEqual({
      bankId,
      customerId: null,
      customerName: 'Joe Bloggs',
      customerNumber: '00987987',
      category: 'Call',
      channel: 'Phone',
      scheduledDate: null,
      actualDate: expect.any(String),
      result: 'Will call again',
      customer: null,
    });
    expect(nodes[4]).toMatchObject({ scheduledDate: '2013-01-25T12:23:00.000Z', customer: { id: customerId } });
  });

  test('fails for the cursor of another bank or another field', async () => {
    const reader = await gateway.createUser({
      roles: [
        ['CanGetCrmEvents', bankId],
        ['CanGetCrmEvents', otherBankId],
        ['CanGetCustomer', bankId],
      ],
    });
    const { data } = await crmEvents(reader.token, { first: 1 });
    const after = endCursorOf(data?.crmEvents);
    const nested = `query ($after: String) {
      customer(bankId: "${bankId}", customerId: "${customerId}") { crmEvents(after: $after) { nodes { id } } }
    }`;

    expect(codesOf(await crmEvents(reader.token, { after, bank: otherBankId }))).toEqual(['BAD_USER_INPUT']);
    expect(codesOf(await gateway.query(reader.token, nested, { after }))).toEqual(['BAD_USER_INPUT']);
    expect(codesOf(await crmEvents(reader.token, { after }))).toEqual([]);
  });
});

describe('Customer.crmEvents', () => {
  const nested = (first: number) =>
    `{ customers(bankId: "${bankId}", sortBy: CREATED, sortDirection: ASC, first: ${first}) { nodes {
      crmEvents(first: 2) { totalCount nodes { detail } pageInfo { hasNextPage } }
    } } }`;

  test('is refused to a linked user', async () => {
    const linked = await gateway.createUser();
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: linked.id });

    const answer = await gateway.query(linked.token, '{ myCustomers { crmEvents { nodes { id } } } }');

    expect(answer.data).toEqual({ myCustomers: [{ crmEvents: null }] });
    expect(codesOf(answer)).toEqual(['OBP-20006']);
  });

  test('takes as many statements for pages of several customers as for a page of one', async () => {
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
          crmEvents: {
            totalCount: 3,
            nodes: [{ detail: 'five' }, { detail: 'four' }],
            pageInfo: { hasNextPage: true },
          },
        },
        { crmEvents: { totalCount: 1, nodes: [{ detail: 'two' }], pageInfo: { hasNextPage: false } } },
      ],
    });
    expect(forTwo).toBe(forOne);
  });
});
