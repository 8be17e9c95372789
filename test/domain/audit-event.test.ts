import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditEventOf } from '../../src/audit/audit-event.ts';
import { openAuditTrail } from '../../src/audit/audit-trail.ts';
import { createUser } from '../../src/domain/user/user-administration.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf, endCursorOf, nodesOf, readPages } from '../support/paging.ts';
import { insertCustomer, insertCustomerAddress, insertUserCustomerLink } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const allFields = `id at kind outcome bankId customerIds subjectUserIds userId provider clientName clientAddress requestId
  operationName operationHash fieldsReturned fieldsRefused fieldsFailed roles changes errors reason count`;

interface Event {
  id: string;
  at: string;
  bankId: string | null;
  customerIds: string[];
  userId: string | null;
  requestId: string | null;
  [field: string]: unknown;
}

let gateway: Gateway;
/** The auditors of the bank, of the other bank, and of all banks. */
let auditor: TestUser;
let otherAuditor: TestUser;
let overseer: TestUser;
let officer: TestUser;
let withoutRole: TestUser;
let customerId: string;
let foreignCustomerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  auditor = await gateway.createUser({ roles: [['CanGetAuditEvents', bankId]] });
  otherAuditor = await gateway.createUser({ roles: [['CanGetAuditEvents', otherBankId]] });
  overseer = await gateway.createUser({ roles: [['CanGetAuditEventsAtAnyBank', null]] });
  officer = await gateway.createUser({
    roles: [
      ['CanGetCustomer', bankId],
      ['CanGetCustomer', otherBankId],
      ['CanGetCustomerAddress', bankId],
      ['CanCreateCustomerAddress', bankId],
      ['CanDeleteCustomerCascade', bankId],
    ],
  });
  withoutRole = await gateway.createUser();
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
  foreignCustomerId = (await insertCustomer(gateway.database, { bankId: otherBankId })).id;
});

afterAll(() => gateway.stop());

interface EventFilter {
  bankId?: string | null;
  customerId?: string | null;
  userId?: string | null;
  from?: string | null;
  to?: string | null;
  first?: number | null;
  after?: string | null;
}

function queryEvents(token: string | null, filter: EventFilter = {}, fields = `nodes { ${allFields} }`) {
  return gateway.query(
    token,
    `query ($bankId: ID, $customerId: ID, $userId: ID, $from: DateTime, $to: DateTime, $first: Int, $after: String) {
      auditEvents(bankId: $bankId, customerId: $customerId, userId: $userId, from: $from, to: $to, first: $first, after: $after) {
        ${fields}
      }
    }`,
    { bankId, ...filter },
  );
}

async function eventsFor(reader: TestUser, filter: EventFilter = {}): Promise<Event[]> {
  const { data, errors } = await queryEvents(reader.token, { first: 100, ...filter });
  if (data === null || errors.length > 0) throw new Error(JSON.stringify(errors));
  return nodesOf<Event>(data.auditEvents);
}

/** Runs an operation. Returns the answer, and the events of the operation that each auditor can read. */
async function acted(token: string | null, document: string, variables?: object, headers: Record<string, string> = {}) {
  const requestId = randomUUID();
  const answer = await gateway.query(token, document, variables, { 'x-request-id': requestId, ...headers });
  const ofRequest = (events: Event[]) => events.filter((event) => event.requestId === requestId);
  return {
    requestId,
    answer,
    own: ofRequest(await eventsFor(auditor)),
    others: ofRequest(await eventsFor(otherAuditor, { bankId: otherBankId })),
    all: ofRequest(await eventsFor(overseer, { bankId: null })),
  };
}

const customerQuery = /* GraphQL */ `query Look($bankId: ID!, $customerId: ID!) {
  customer(bankId: $bankId, customerId: $customerId) { id addresses { city } attributes { name } } }`;
const createAddress = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!) {
  createCustomerAddress(bankId: $bankId, customerId: $customerId, input: {
    line1: "No 1 the Road", city: "Berlin", postcode: "13359", countryCode: "DE" }) { customerAddress { id } } }`;
const login =
  'mutation ($username: String!, $password: String!) { login(username: $username, password: $password) { token } }';

describe('auditEvents', () => {
  test('is refused to an anonymous caller and to callers without a role that applies at the bank', async () => {
    const withWrongScopes = await gateway.createUser({
      roles: [
        ['CanGetAuditEvents', null],
        ['CanGetAuditEventsAtAnyBank', bankId],
      ],
    });

    expect(codesOf(await queryEvents(null))).toEqual(['OBP-20001']);
    expect(codesOf(await queryEvents(withoutRole.token))).toEqual(['OBP-20006']);
    expect(codesOf(await queryEvents(otherAuditor.token))).toEqual(['OBP-20006']);
    expect(codesOf(await queryEvents(withWrongScopes.token))).toEqual(['OBP-20006']);
    expect(codesOf(await queryEvents(auditor.token, { bankId: null }))).toEqual(['OBP-20006']);
    expect(codesOf(await queryEvents(withWrongScopes.token, { bankId: null }))).toEqual(['OBP-20006']);
  });

  test('fails for an unknown bank, an unknown customer, and a customer of another bank', async () => {
    await gateway.query(officer.token, customerQuery, { bankId: otherBankId, customerId: foreignCustomerId });

    expect(codesOf(await queryEvents(auditor.token, { bankId: 'no-bank' }))).toEqual(['OBP-30001']);
    expect(codesOf(await queryEvents(auditor.token, { customerId: 'no-customer' }))).toEqual(['OBP-30046']);
    expect(codesOf(await queryEvents(auditor.token, { customerId: foreignCustomerId }))).toEqual(['OBP-30046']);
    expect(codesOf(await queryEvents(overseer.token, { bankId: null, customerId: 'no-customer' }))).toEqual([
      'OBP-30046',
    ]);
    expect(codesOf(await queryEvents(overseer.token, { bankId: null, customerId: foreignCustomerId }))).toEqual([]);
  });

  test.each([0, 101])('fails with OBP-10025 for the page size %i', async (first) => {
    expect(codesOf(await queryEvents(auditor.token, { first }))).toEqual(['OBP-10025']);
  });

  test('fails with OBP-10001 for a period that ends before it starts', async () => {
    const period = { from: '2024-02-01T00:00:00Z', to: '2024-01-31T23:59:59Z' };

    expect(codesOf(await queryEvents(auditor.token, period))).toEqual(['OBP-10001']);
  });

  test('is empty for a customer without events', async () => {
    const { id } = await insertCustomer(gateway.database, { bankId });

    expect(await eventsFor(auditor, { customerId: id })).toEqual([]);
  });
});

describe('AuditEvent', () => {
  test('contains the caller, the customer, the fields, and the reason of a query', async () => {
    await insertCustomerAddress(gateway.database, { bankId, customerId });
    const document = `query Look($bankId: ID!, $customerId: ID!) {
      customer(bankId: $bankId, customerId: $customerId) { id addresses { city } } }`;

    const { own, requestId } = await acted(
      officer.token,
      document,
      { bankId, customerId },
      {
        'x-reason': 'Yearly%20review',
        'apollographql-client-name': 'Branch front end',
      },
    );

    expect(own).toEqual([
      {
        id: expect.stringMatching(/^AuditEvent~\d+~\d+$/),
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        kind: 'READ',
        outcome: 'SUCCEEDED',
        bankId,
        customerIds: [customerId],
        subjectUserIds: [],
        userId: officer.id,
        provider: expect.any(String),
        clientName: 'Branch front end',
        clientAddress: '127.0.0.1',
        requestId,
        operationName: 'Look',
        operationHash: createHash('sha256').update(document).digest('hex'),
        fieldsReturned: ['Query.customer', 'Customer.addresses'],
        fieldsRefused: [],
        fieldsFailed: [],
        roles: ['CanGetCustomer', 'CanGetCustomerAddress'],
        changes: [],
        errors: [],
        reason: 'Yearly review',
        count: 1,
      },
    ]);
  });

  test('contains the number of attempts that it represents', async () => {
    const trail = await openAuditTrail({ database: gateway.database, secret: gateway.config.secret });
    const requestId = randomUUID();
    await trail.record([auditEventOf({ kind: 'READ', outcome: 'REFUSED', bankId, requestId, count: 41 })]);
    await trail.close();

    const event = (await eventsFor(auditor)).find((candidate) => candidate.requestId === requestId);

    expect(event).toMatchObject({ outcome: 'REFUSED', userId: null, count: 41 });
  });

  test('contains the returned and the refused fields of a query that is refused in part', async () => {
    const { own } = await acted(officer.token, customerQuery, { bankId, customerId });

    expect(own).toEqual([
      expect.objectContaining({
        outcome: 'PARTIAL',
        customerIds: [customerId],
        fieldsReturned: ['Query.customer', 'Customer.addresses'],
        fieldsRefused: ['Customer.attributes'],
        errors: ['OBP-20006'],
      }),
    ]);
  });

  test('contains the caller and the customer of a refused query', async () => {
    const { own } = await acted(withoutRole.token, customerQuery, { bankId, customerId });

    expect(own).toEqual([
      expect.objectContaining({
        outcome: 'REFUSED',
        userId: withoutRole.id,
        customerIds: [customerId],
        fieldsReturned: [],
        fieldsRefused: ['Query.customer'],
        roles: [],
        errors: ['OBP-20006'],
      }),
    ]);
  });

  test('contains no user if the caller is anonymous', async () => {
    const { own } = await acted(null, customerQuery, { bankId, customerId });

    expect(own).toEqual([
      expect.objectContaining({ kind: 'READ', outcome: 'REFUSED', userId: null, errors: ['OBP-20001'] }),
    ]);
  });

  test('contains the failed fields of a query that fails', async () => {
    const { own } = await acted(officer.token, customerQuery, { bankId, customerId: 'no-customer' });

    expect(own).toEqual([
      expect.objectContaining({
        outcome: 'FAILED',
        customerIds: [],
        fieldsFailed: ['Query.customer'],
        errors: ['OBP-30046'],
      }),
    ]);
  });

  test('contains the changed fields of a mutation, but no values', async () => {
    const { own } = await acted(officer.token, createAddress, { bankId, customerId });

    expect(own.toReversed()).toEqual([
      expect.objectContaining({
        kind: 'WRITE',
        outcome: 'SUCCEEDED',
        customerIds: [customerId],
        fieldsReturned: ['Mutation.createCustomerAddress'],
        roles: ['CanCreateCustomerAddress'],
        changes: expect.arrayContaining(['CustomerAddress.city', 'CustomerAddress.postcode']),
        errors: [],
      }),
      expect.objectContaining({
        kind: 'READ',
        outcome: 'SUCCEEDED',
        customerIds: [customerId],
        fieldsReturned: ['CustomerAddressPayload.customerAddress'],
        roles: ['CanCreateCustomerAddress'],
        changes: [],
      }),
    ]);
    expect(JSON.stringify(own)).not.toMatch(/Berlin|13359/);
  });

  test('contains no changes if a mutation is refused or fails', async () => {
    const refused = await acted(withoutRole.token, createAddress, { bankId, customerId });
    const failed = await acted(officer.token, createAddress, { bankId, customerId: 'no-customer' });

    expect(refused.own).toEqual([
      expect.objectContaining({
        kind: 'WRITE',
        outcome: 'REFUSED',
        customerIds: [customerId],
        fieldsRefused: ['Mutation.createCustomerAddress'],
        changes: [],
        errors: ['OBP-20006'],
      }),
    ]);
    expect(failed.own).toEqual([
      expect.objectContaining({
        kind: 'WRITE',
        outcome: 'FAILED',
        customerIds: [],
        fieldsFailed: ['Mutation.createCustomerAddress'],
        changes: [],
        errors: ['OBP-30046'],
      }),
    ]);
  });

  test('has no bank for logins, failed logins, and invalid tokens, and requires the system role', async () => {
    const username = `user.${randomUUID().replaceAll('-', '')}`;
    const password = 'correct horse battery staple';
    const { id } = await createUser(gateway.database, { username, password, email: `${username}@example.com` });

    const good = await acted(null, login, { username, password });
    const bad = await acted(null, login, { username, password: 'a wrong one, certainly' });
    const badToken = await acted('not.a.token', '{ me { id } }');

    const authentication = { kind: 'AUTHENTICATION', bankId: null, customerIds: [] };
    expect(good.all).toEqual([
      expect.objectContaining({ ...authentication, outcome: 'SUCCEEDED', subjectUserIds: [id], errors: [] }),
    ]);
    expect(bad.all).toEqual([
      expect.objectContaining({ ...authentication, outcome: 'REFUSED', userId: null, errors: ['OBP-20004'] }),
    ]);
    expect(badToken.all).toEqual([expect.objectContaining({ ...authentication, outcome: 'REFUSED', userId: null })]);
    expect([good, bad, badToken].flatMap(({ own, others }) => [...own, ...others])).toEqual([]);
    expect(JSON.stringify([good, bad, badToken].map(({ all }) => all))).not.toContain(username);
  });

  test('is recorded when the audit trail is read, too', async () => {
    await eventsFor(auditor, { customerId });
    expect(codesOf(await queryEvents(withoutRole.token))).toEqual(['OBP-20006']);

    const [refused, read] = (await eventsFor(auditor)).filter(({ userId }) =>
      [auditor.id, withoutRole.id].includes(String(userId)),
    );

    expect(refused).toMatchObject({ outcome: 'REFUSED', userId: withoutRole.id, fieldsRefused: ['Query.auditEvents'] });
    expect(read).toMatchObject({
      outcome: 'SUCCEEDED',
      userId: auditor.id,
      customerIds: [customerId],
      fieldsReturned: ['Query.auditEvents'],
      roles: ['CanGetAuditEvents'],
    });
  });

  test('is recorded at each bank whose events are read without bankId', async () => {
    await eventsFor(overseer, { bankId: null, customerId: foreignCustomerId });

    const [newest] = await eventsFor(otherAuditor, { bankId: otherBankId });

    expect(newest).toMatchObject({
      userId: overseer.id,
      customerIds: [foreignCustomerId],
      fieldsReturned: ['Query.auditEvents'],
      roles: ['CanGetAuditEventsAtAnyBank'],
    });
  });

  test('returns its bank, and its user only to callers who can read users at the bank', async () => {
    const fields = 'nodes { bank { id } user { id username } }';
    const filter = { userId: officer.id, first: 1 };
    const both = await gateway.createUser({
      roles: [
        ['CanGetAuditEvents', bankId],
        ['CanGetCorrelatedUsersInfo', bankId],
      ],
    });
    await gateway.query(officer.token, customerQuery, { bankId, customerId });

    const refused = await queryEvents(auditor.token, filter, fields);
    const returned = await queryEvents(both.token, filter, fields);

    expect(codesOf(refused)).toEqual(['OBP-20006']);
    expect(refused.data?.auditEvents).toEqual({ nodes: [{ bank: { id: bankId }, user: null }] });
    expect(returned.errors).toEqual([]);
    expect(returned.data?.auditEvents).toEqual({
      nodes: [{ bank: { id: bankId }, user: { id: officer.id, username: officer.username } }],
    });
  });
});

describe('the audit events of two banks', () => {
  const bothBanks = `query ($customerId: ID!, $foreignCustomerId: ID!) {
    here: customer(bankId: "${bankId}", customerId: $customerId) { id }
    there: customer(bankId: "${otherBankId}", customerId: $foreignCustomerId) { id } }`;

  test('are recorded once at each bank for an operation at both, with only the customers of that bank', async () => {
    const { own, others, all } = await acted(officer.token, bothBanks, { customerId, foreignCustomerId });

    expect(own).toEqual([expect.objectContaining({ bankId, customerIds: [customerId] })]);
    expect(others).toEqual([expect.objectContaining({ bankId: otherBankId, customerIds: [foreignCustomerId] })]);
    expect(JSON.stringify(own)).not.toContain(foreignCustomerId);
    expect(JSON.stringify(others)).not.toContain(customerId);
    expect(all.map(({ id }) => id).sort()).toEqual([...own, ...others].map(({ id }) => id).sort());
  });

  test('do not contain a customer of the other bank for an operation that fails', async () => {
    const queried = await acted(officer.token, customerQuery, { bankId, customerId: foreignCustomerId });
    const written = await acted(officer.token, createAddress, { bankId, customerId: foreignCustomerId });
    const refused = await acted(withoutRole.token, customerQuery, { bankId, customerId: foreignCustomerId });
    const audited = await acted(
      auditor.token,
      '{ auditEvents(bankId: "gh.29.uk", customerId: "a text") { totalCount } }',
    );

    for (const { own, others } of [queried, written, refused, audited]) {
      expect(own).toEqual([expect.objectContaining({ bankId, customerIds: [] })]);
      expect(JSON.stringify(own)).not.toMatch(new RegExp(`${foreignCustomerId}|a text`));
      expect(others).toEqual([]);
    }
  });

  test('are returned to an auditor of a bank only if they are of this bank', async () => {
    const events = await eventsFor(auditor);

    expect(new Set(events.map((event) => event.bankId))).toEqual(new Set([bankId]));
    expect(JSON.stringify(events)).not.toContain(foreignCustomerId);
  });
});

/** Records events without the API, as another process does. `secondOf` is the time of an event in seconds after `start`. */
async function recordAt(
  start: Date,
  count: number,
  details: object,
  secondOf = (index: number) => index,
): Promise<void> {
  const trail = await openAuditTrail({ database: gateway.database, secret: gateway.config.secret });
  const events = Array.from({ length: count }, (_, index) =>
    auditEventOf({
      kind: 'READ',
      outcome: 'SUCCEEDED',
      bankId,
      operationName: `number ${index}`,
      ...details,
      at: new Date(start.getTime() + 1000 * secondOf(index)).toISOString(),
    }),
  );
  await trail.record(events);
  await trail.close();
}

describe('the list of audit events', () => {
  const start = new Date('2020-03-01T00:00:00Z');
  const end = '2020-03-02T00:00:00Z';
  const listed = { from: start.toISOString(), to: end };
  let readerId: string;
  let seenId: string;

  beforeAll(async () => {
    readerId = (await gateway.createUser()).id;
    seenId = (await insertCustomer(gateway.database, { bankId })).id;
    // Three events have the same time, so their sequence determines the order, and no page omits one of them.
    const secondOf = (index: number) => Math.floor(index / 3);
    await recordAt(start, 120, { userId: readerId, customerIds: [seenId] }, secondOf);
    await recordAt(start, 3, { userId: readerId, bankId: otherBankId, customerIds: [foreignCustomerId] });
    await recordAt(start, 2, { userId: officer.id });
  });

  const names = (events: Event[]) => events.map(({ operationName }) => operationName);

  test('is filtered by user, customer, and period, with from inclusive and to exclusive', async () => {
    const second = (number: number) => new Date(start.getTime() + 1000 * number).toISOString();
    const total = async (reader: TestUser, filter: EventFilter) => {
      const { data } = await queryEvents(reader.token, { ...listed, first: 1, ...filter }, 'totalCount');
      return (data?.auditEvents as { totalCount: number } | undefined)?.totalCount;
    };

    expect(await total(auditor, {})).toBe(122);
    expect(await total(auditor, { userId: readerId })).toBe(120);
    expect(await total(auditor, { userId: officer.id })).toBe(2);
    expect(await total(auditor, { userId: 'unknown' })).toBe(0);
    expect(await total(auditor, { customerId: seenId })).toBe(120);
    expect(await total(auditor, { customerId: seenId, userId: officer.id })).toBe(0);
    expect(await total(overseer, { bankId: null })).toBe(125);
    expect(await total(overseer, { bankId: null, userId: readerId })).toBe(123);
    expect(await total(overseer, { bankId: null, customerId: foreignCustomerId })).toBe(3);
    expect(await total(auditor, { userId: readerId, from: second(1), to: second(3) })).toBe(6);
    expect(await total(auditor, { customerId: seenId, from: second(1), to: second(3) })).toBe(6);
    expect(await total(auditor, { userId: readerId, from: second(1), to: second(1) })).toBe(0);
    expect(names(await eventsFor(auditor, { userId: readerId, from: second(39), to: second(40) }))).toEqual([
      'number 119',
      'number 118',
      'number 117',
    ]);
  });

  test.each<[string, () => EventFilter, number]>([
    ['the bank', () => ({ to: end }), 122],
    ['a user', () => ({ userId: readerId, to: end }), 120],
    ['a customer', () => ({ customerId: seenId, to: end }), 120],
  ])('returns each event of %s once over all pages while others are recorded', async (_name, filter, total) => {
    const pages = await readPages<Event>(
      async (after) => {
        await gateway.query(officer.token, customerQuery, { bankId, customerId: seenId });
        const fields = 'nodes { id userId operationName } pageInfo { hasNextPage endCursor }';
        return queryEvents(auditor.token, { first: 50, after, ...filter() }, fields);
      },
      (data) => data.auditEvents,
    );

    const events = pages.flat();
    expect(events).toHaveLength(total);
    expect(new Set(events.map(({ id }) => id)).size).toBe(total);
    const numbered = Array.from({ length: 120 }, (_, index) => `number ${119 - index}`);
    expect(names(events.filter(({ userId }) => userId === readerId))).toEqual(numbered);
  });

  test('starts with the newest event if the period has no end', async () => {
    const { requestId } = await acted(officer.token, customerQuery, { bankId, customerId: seenId });
    const pages = await readPages<Event>(
      async (after) => {
        await gateway.query(officer.token, customerQuery, { bankId, customerId: seenId });
        return queryEvents(
          auditor.token,
          { customerId: seenId, first: 50, after },
          'nodes { id requestId operationName } pageInfo { hasNextPage endCursor }',
        );
      },
      (data) => data.auditEvents,
    );

    const events = pages.flat();
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(names(events).filter((name) => String(name).startsWith('number '))).toHaveLength(120);
    expect(events.filter((event) => event.requestId === requestId)).toHaveLength(1);
  });

  test('fails for the cursor of another filter or another field, and for an invalid cursor', async () => {
    const { data } = await queryEvents(auditor.token, { ...listed, first: 1 }, 'pageInfo { endCursor }');
    const after = endCursorOf(data?.auditEvents);

    expect(codesOf(await queryEvents(auditor.token, { ...listed, after }))).toEqual([]);
    expect(codesOf(await queryEvents(auditor.token, { after }))).toEqual(['BAD_USER_INPUT']);
    expect(codesOf(await queryEvents(auditor.token, { ...listed, after, userId: readerId }))).toEqual([
      'BAD_USER_INPUT',
    ]);
    expect(codesOf(await queryEvents(otherAuditor.token, { ...listed, after, bankId: otherBankId }))).toEqual([
      'BAD_USER_INPUT',
    ]);
    expect(codesOf(await queryEvents(auditor.token, { after: 'made-up' }))).toEqual(['BAD_USER_INPUT']);
    const reader = await gateway.createUser({
      roles: [
        ['CanGetAuditEvents', bankId],
        ['CanGetCustomer', bankId],
      ],
    });
    const nested = `query ($after: String) {
      customer(bankId: "${bankId}", customerId: "${seenId}") { auditEvents(after: $after) { totalCount } } }`;
    expect(codesOf(await gateway.query(reader.token, nested, { after }))).toEqual(['BAD_USER_INPUT']);
  });
});

describe('the events of a deleted customer', () => {
  test('are kept, and contain only IDs', async () => {
    const { id } = await insertCustomer(gateway.database, { bankId, legalName: 'Gone Forever' });
    await gateway.query(officer.token, customerQuery, { bankId, customerId: id });
    const before = await eventsFor(auditor, { customerId: id });
    const { errors } = await gateway.query(
      officer.token,
      'mutation ($bankId: ID!, $id: ID!) { deleteCustomerCascade(bankId: $bankId, customerId: $id) { deleted { addresses } } }',
      { bankId, id },
    );
    expect(errors).toEqual([]);

    const after = await eventsFor(auditor, { customerId: id });

    // Newest first: the read of the payload, the deletion, the read of the audit trail, and the first query.
    expect(after.map(({ kind }) => kind)).toEqual(['READ', 'WRITE', 'READ', 'READ']);
    expect(after.slice(3)).toEqual(before);
    expect(after[1]).toMatchObject({ fieldsReturned: ['Mutation.deleteCustomerCascade'], customerIds: [id] });
    expect(JSON.stringify(after)).not.toContain('Gone Forever');
    expect(await eventsFor(auditor, { customerId: id, userId: 'unknown' })).toEqual([]);
    expect(codesOf(await queryEvents(otherAuditor.token, { bankId: otherBankId, customerId: id }))).toEqual([
      'OBP-30046',
    ]);
  });
});

describe('Customer.auditEvents', () => {
  const nestedBankId = 'gh.31.uk';
  const fields = 'nodes { operationName customerIds bankId } totalCount pageInfo { hasNextPage endCursor }';
  const ofPage = `query ($first: Int!, $firstEvents: Int) {
    customers(bankId: "${nestedBankId}", first: $first, sortBy: CREATED, sortDirection: ASC) {
      nodes { id auditEvents(first: $firstEvents) { ${fields} } } } }`;
  const start = new Date('2020-04-01T00:00:00Z');
  let reader: TestUser;
  let customerIds: string[];

  beforeAll(async () => {
    await gateway.createBank(nestedBankId);
    reader = await gateway.createUser({
      roles: [
        ['CanGetAuditEvents', nestedBankId],
        ['CanGetCustomers', nestedBankId],
        ['CanGetCustomer', nestedBankId],
      ],
    });
    customerIds = [];
    for (let index = 0; index < 100; index += 1) {
      customerIds.push((await insertCustomer(gateway.database, { bankId: nestedBankId })).id);
    }
    for (const id of customerIds.slice(0, 2)) {
      await recordAt(start, 3, { bankId: nestedBankId, customerIds: [id] });
    }
    // An event without a bank can contain customers of several banks.
    await recordAt(start, 1, { bankId: null, customerIds: [customerIds[0], foreignCustomerId] });
  });

  interface Nested {
    customers: { nodes: { id: string; auditEvents: { nodes: Event[]; totalCount: number } | null }[] };
  }

  async function minStatements(first: number): Promise<number> {
    const counted: number[] = [];
    // The audit trail is sealed from time to time, which takes a further statement.
    for (let time = 0; time < 3; time += 1) {
      const before = gateway.database.statistics.statements;
      const { errors } = await gateway.query(reader.token, ofPage, { first, firstEvents: 2 });
      expect(errors).toEqual([]);
      counted.push(gateway.database.statistics.statements - before);
    }
    return Math.min(...counted);
  }

  test('is refused to a linked user', async () => {
    const linked = await gateway.createUser();
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: linked.id });
    const document = `query { myCustomer(customerId: "${customerId}") { id auditEvents { totalCount } } }`;

    const { data, errors } = await gateway.query(linked.token, document);

    expect(errors[0]?.extensions).toMatchObject({
      obpCode: 'OBP-20006',
      missingRoles: ['CanGetAuditEvents', 'CanGetAuditEventsAtAnyBank'],
    });
    expect(data).toEqual({ myCustomer: { id: customerId, auditEvents: null } });
  });

  test("returns the events of each customer at the customer's bank, newest first", async () => {
    const { data, errors } = await gateway.query<Nested>(reader.token, ofPage, { first: 3, firstEvents: 2 });

    expect(errors).toEqual([]);
    const [first, second, third] = data?.customers.nodes ?? [];
    expect(first?.auditEvents?.totalCount).toBe(3);
    expect(first?.auditEvents?.nodes).toEqual([
      { operationName: 'number 2', customerIds: [first?.id], bankId: nestedBankId },
      { operationName: 'number 1', customerIds: [first?.id], bankId: nestedBankId },
    ]);
    expect(second?.auditEvents?.nodes.map((event) => event.customerIds)).toEqual([[second?.id], [second?.id]]);
    expect(third?.auditEvents).toMatchObject({ nodes: [], totalCount: 0 });
  });

  test('takes as many statements for 100 customers as for 2', async () => {
    const ofTwo = await minStatements(2);
    const ofAll = await minStatements(100);

    expect(ofAll).toBe(ofTwo);
  });

  async function namesOfPages(id: string, first: number, otherSelection = '') {
    const pages = await readPages<Event>(
      (after) =>
        gateway.query(
          reader.token,
          `query ($first: Int, $after: String) {
            customer(bankId: "${nestedBankId}", customerId: "${id}") { auditEvents(first: $first, after: $after) { ${fields} } }
            ${otherSelection} }`,
          { first, after },
        ),
      (data) => (data.customer as { auditEvents: unknown }).auditEvents,
    );
    return pages.map((page) => page.map(({ operationName }) => operationName));
  }

  test('is returned in pages, alone and together with the events of another customer', async () => {
    const [id = '', otherId = ''] = customerIds;
    const otherSelection = `other: customer(bankId: "${nestedBankId}", customerId: "${otherId}") {
      auditEvents(first: $first, after: null) { ${fields} } }`;

    expect((await namesOfPages(id, 1)).slice(-3)).toEqual([['number 2'], ['number 1'], ['number 0']]);
    expect((await namesOfPages(id, 1, otherSelection)).slice(-3)).toEqual([['number 2'], ['number 1'], ['number 0']]);
  });

  test('returns all events of the same time over several pages', async () => {
    const id = customerIds[3] ?? '';
    await recordAt(start, 5, { bankId: nestedBankId, customerIds: [id] }, () => 0);

    const names = (await namesOfPages(id, 2)).flat();

    expect(names.filter((name) => name !== null)).toEqual([4, 3, 2, 1, 0].map((index) => `number ${index}`));
  });
});
