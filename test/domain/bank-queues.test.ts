/** The lists of the work at a bank: meetings, messages, and CRM events. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf, endCursorOf, readPages } from '../support/paging.ts';
import { insertCrmEvent, insertCustomer, insertCustomerMessage, insertMeeting } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const hour = 3_600_000;
const at = (hours: number) => new Date(Date.UTC(2024, 0, 1) + hours * hour);

let gateway: Gateway;
let officer: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  const roles = [
    'CanGetMeetings',
    'CanGetCustomerMessages',
    'CanGetCrmEvents',
    'CanCloseCrmEvent',
    'CanCreateCrmEvent',
  ] as const;
  officer = await gateway.createUser({ roles: [...roles, 'CanGetCustomer' as const].map((role) => [role, bankId]) });
  const { database } = gateway;
  customerId = (await insertCustomer(database, { bankId })).id;
  const otherCustomerId = (await insertCustomer(database, { bankId: otherBankId })).id;
  for (const [index, when] of [at(3), at(1), at(2), at(2)].entries()) {
    await insertMeeting(database, { id: `meeting-${index}`, bankId, customerId, when });
  }
  await insertMeeting(database, { id: 'future', bankId, customerId, when: new Date(Date.now() + 24 * hour) });
  await insertMeeting(database, { id: 'cancelled', bankId, customerId, when: at(2), cancelledAt: at(0) });
  await insertMeeting(database, { id: 'elsewhere', bankId: otherBankId, when: at(2) });
  for (const [index, date] of [at(1), at(3), at(2)].entries()) {
    await insertCustomerMessage(database, { id: `message-${index}`, bankId, customerId, date });
  }
  await insertCustomerMessage(database, {
    id: 'elsewhere',
    bankId: otherBankId,
    customerId: otherCustomerId,
    date: at(2),
  });
  const events = [
    ['call', { category: 'Call', createdAt: at(1), closedAt: at(1) }],
    ['due', { category: 'Call', createdAt: at(2), scheduledDate: at(12), actualDate: null }],
    ['letter', { category: 'Letter', createdAt: at(3), scheduledDate: at(11), actualDate: null }],
    ['complaint', { category: 'Complaint', createdAt: at(4), actualDate: null }],
  ] as const;
  for (const [id, columns] of events) await insertCrmEvent(database, { id, bankId, customerId, ...columns });
  await insertCrmEvent(database, { id: 'elsewhere', bankId: otherBankId, createdAt: at(2), actualDate: null });
});

afterAll(() => gateway.stop());

interface Queue {
  field: string;
  role: 'CanGetMeetings' | 'CanGetCustomerMessages' | 'CanGetCrmEvents';
  /** The field by which an entry says since when it waits. */
  since: string;
}

const queues: Queue[] = [
  { field: 'upcomingMeetings', role: 'CanGetMeetings', since: 'when' },
  { field: 'bankMessages', role: 'CanGetCustomerMessages', since: 'date' },
  { field: 'crmEvents', role: 'CanGetCrmEvents', since: 'createdAt' },
];

function documentOf({ field, since }: Queue, args = '', page = 'after: $after') {
  return `query ($bankId: ID!, $after: String) { list: ${field}(bankId: $bankId, ${args} ${page}) {
    totalCount nodes { id ${since} customer { id } } pageInfo { hasNextPage endCursor } } }`;
}

function queue(field: string): Queue {
  return queues.find((each) => each.field === field) as Queue;
}

async function idsOf(field: string, args: string): Promise<string[]> {
  const read = (after: string | null) =>
    gateway.query(officer.token, documentOf(queue(field), args, 'first: 2, after: $after'), { bankId, after });
  const pages = await readPages<{ id: string; customer: { id: string } }>(read, ({ list }) => list);
  const nodes = pages.flat();
  for (const { customer } of nodes) expect(customer).toEqual({ id: customerId });
  const { data } = await read(null);
  expect(data).toMatchObject({ list: { totalCount: nodes.length } });
  return nodes.map(({ id }) => id);
}

const from = (hours: number) => `from: "${at(hours).toISOString()}"`;
const to = (hours: number) => `to: "${at(hours).toISOString()}"`;

describe.each(queues)('$field', (tested) => {
  test('is refused to an anonymous caller, and to a caller with the role at another bank', async () => {
    const elsewhere = await gateway.createUser({ roles: [[tested.role, otherBankId]] });

    expect(codesOf(await gateway.query(null, documentOf(tested), { bankId }))).toEqual(['OBP-20001']);
    const { data, errors } = await gateway.query(elsewhere.token, documentOf(tested), { bankId });
    expect(data).toEqual({ list: null });
    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-20006', missingRoles: [tested.role] });
  });

  test('fails with OBP-10001 for a period that ends before it starts', async () => {
    const { errors } = await gateway.query(officer.token, documentOf(tested, `${from(2)}, ${to(1)}`), { bankId });

    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field: 'from' });
  });

  test('fails for a cursor of another period', async () => {
    const { data } = await gateway.query(officer.token, documentOf(tested, from(0), 'first: 1, after: $after'), {
      bankId,
    });
    const after = endCursorOf(data?.list);

    expect(codesOf(await gateway.query(officer.token, documentOf(tested, from(1)), { bankId, after }))).toEqual([
      'BAD_USER_INPUT',
    ]);
    expect(codesOf(await gateway.query(officer.token, documentOf(tested, from(0)), { bankId, after }))).toEqual([]);
  });
});

test.each([
  ['upcomingMeetings', '', ['future']],
  ['upcomingMeetings', `${from(1)}, ${to(3)}`, ['meeting-1', 'meeting-2', 'meeting-3']],
  ['upcomingMeetings', `${from(2)}, ${to(4)}`, ['meeting-2', 'meeting-3', 'meeting-0']],
  ['bankMessages', '', ['message-1', 'message-2', 'message-0']],
  ['bankMessages', from(2), ['message-1', 'message-2']],
  ['bankMessages', `${from(1)}, ${to(3)}`, ['message-2', 'message-0']],
  ['crmEvents', '', ['complaint', 'letter', 'due', 'call']],
  ['crmEvents', 'sortDirection: ASC', ['call', 'due', 'letter', 'complaint']],
  ['crmEvents', 'category: "Call"', ['due', 'call']],
  ['crmEvents', 'category: "call"', []],
  ['crmEvents', 'state: OPEN', ['complaint', 'letter', 'due']],
  ['crmEvents', 'state: CLOSED', ['call']],
  ['crmEvents', `${from(2)}, ${to(4)}`, ['letter', 'due']],
  ['crmEvents', 'sortBy: SCHEDULED, sortDirection: ASC', ['letter', 'due']],
  ['crmEvents', `sortBy: SCHEDULED, sortDirection: ASC, state: OPEN, ${to(12)}`, ['letter']],
  ['crmEvents', 'category: "Call", state: OPEN, sortBy: SCHEDULED', ['due']],
])('%s(%s) lists %j', async (field, args, expected) => {
  expect(await idsOf(field, args)).toEqual(expected);
});

const close = /* GraphQL */ `mutation ($bankId: ID!, $id: ID!, $input: CloseCrmEventInput!, $idempotencyKey: String) {
  closeCrmEvent(bankId: $bankId, id: $id, input: $input, idempotencyKey: $idempotencyKey) {
    crmEvent { id state closedAt closedBy { userId username } actualDate result category } customer { id } } }`;

describe('closeCrmEvent', () => {
  const openEvent = async (columns: { bankId?: string } = {}) =>
    (await insertCrmEvent(gateway.database, { bankId, customerId, actualDate: null, ...columns })).id;

  test('refuses a caller without the role at the bank', async () => {
    const id = await openEvent();
    const caller = await gateway.createUser({
      roles: [
        ['CanCreateCrmEvent', bankId],
        ['CanCloseCrmEvent', otherBankId],
      ],
    });

    const { data, errors } = await gateway.query(caller.token, close, { bankId, id, input: {} });

    expect(data).toEqual({ closeCrmEvent: null });
    expect(errors[0]?.extensions).toMatchObject({ missingRoles: ['CanCloseCrmEvent'] });
    expect(await idsOf('crmEvents', 'state: OPEN')).toContain(id);
  });

  test.each([
    ['a result that is too long', { result: 'x'.repeat(2001) }, 'input.result'],
    ['a date in the future', { actualDate: '2999-01-01T00:00:00Z' }, 'input.actualDate'],
  ])('fails with OBP-10001 for %s, and leaves the event open', async (_what, input, field) => {
    const id = await openEvent();

    const { errors } = await gateway.query(officer.token, close, { bankId, id, input });

    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field });
    expect(await idsOf('crmEvents', 'state: OPEN')).toContain(id);
  });

  test('fails with CRM_EVENT_NOT_FOUND for an unknown event, and for one of another bank', async () => {
    const { id: foreign } = await insertCrmEvent(gateway.database, { bankId: otherBankId, actualDate: null });

    for (const id of [foreign, randomUUID()]) {
      const { errors } = await gateway.query(officer.token, close, { bankId, id, input: {} });
      expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', key: 'CRM_EVENT_NOT_FOUND', field: 'id' });
    }
  });

  test('closes once for each idempotency key, and only one of several concurrent calls succeeds', async () => {
    const id = await openEvent();
    const input = { result: 'Has sent the form', actualDate: '2024-05-31T09:45:00.000Z' };
    const variables = { bankId, id, input, idempotencyKey: randomUUID() };

    const first = await gateway.query(officer.token, close, variables);
    const again = await gateway.query(officer.token, close, variables);
    const others = await Promise.all([1, 2].map(() => gateway.query(officer.token, close, { bankId, id, input })));

    expect(first).toMatchObject({ errors: [] });
    expect(first.data).toEqual({
      closeCrmEvent: {
        crmEvent: {
          ...{ id, category: 'Call', state: 'CLOSED', closedAt: expect.any(String), ...input },
          closedBy: { userId: officer.id, username: officer.username },
        },
        customer: { id: customerId },
      },
    });
    expect(again.data).toEqual(first.data);
    for (const { errors } of others) {
      expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', key: 'CRM_EVENT_CLOSED', field: 'id' });
    }
    expect(await idsOf('crmEvents', 'state: OPEN')).not.toContain(id);
  });

  test('is not needed for an event that is created with an actualDate', async () => {
    const create = /* GraphQL */ `mutation ($bankId: ID!, $input: CreateCrmEventInput!) {
      createCrmEvent(bankId: $bankId, input: $input) { crmEvent { state closedBy { userId } createdAt closedAt } } }`;
    const states = [];
    for (const actualDate of [null, '2024-05-31T09:45:00.000Z']) {
      const input = { customerId, category: 'Call', actualDate };
      const { data } = await gateway.query<{ createCrmEvent: { crmEvent: Record<string, unknown> } }>(
        officer.token,
        create,
        { bankId, input },
      );
      states.push(data?.createCrmEvent.crmEvent);
    }

    expect(states[0]).toMatchObject({ state: 'OPEN', closedBy: null, closedAt: null });
    expect(states[1]).toMatchObject({ state: 'CLOSED', closedBy: { userId: officer.id } });
    expect(states[1]?.closedAt).toBe(states[1]?.createdAt);
  });
});
