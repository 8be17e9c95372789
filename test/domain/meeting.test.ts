import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { meeting as meetingTable } from '../../src/domain/meeting/meeting.table.ts';
import { user } from '../../src/domain/user/user.table.ts';
import { statementsOfAuditTrail } from '../support/database-url.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf, endCursorOf, nodesOf, readPages } from '../support/paging.ts';
import { insertCustomer, insertMeeting, insertMeetingInvitee, insertUserCustomerLink } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const pageFields = 'nodes { purposeId } pageInfo { hasNextPage endCursor }';

let gateway: Gateway;
let officer: TestUser;
let creator: TestUser;
let staff: TestUser;
let customerUser: TestUser;
let invitee: TestUser;
let validated: TestUser;
let unvalidated: TestUser;
let linked: TestUser;
let formerlyLinked: TestUser;
let uninvolved: TestUser;
let customerId: string;
let secondId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  const { database } = gateway;
  officer = await gateway.createUser({
    roles: [
      ['CanGetMeetings', bankId],
      ['CanGetCustomers', bankId],
    ],
  });
  creator = await gateway.createUser();
  staff = await gateway.createUser();
  customerUser = await gateway.createUser();
  invitee = await gateway.createUser();
  validated = await gateway.createUser();
  unvalidated = await gateway.createUser();
  linked = await gateway.createUser();
  formerlyLinked = await gateway.createUser();
  uninvolved = await gateway.createUser();
  await database.transaction(async (transaction) => {
    await transaction.update(user).set({ emailValidatedAt: new Date() }).where(eq(user.id, validated.id));
    await transaction.update(user).set({ emailValidatedAt: null }).where(eq(user.id, unvalidated.id));
  });
  customerId = (await insertCustomer(database, { bankId })).id;
  secondId = (await insertCustomer(database, { bankId })).id;
  await insertUserCustomerLink(database, { bankId, customerId, userId: linked.id });
  await insertUserCustomerLink(database, { bankId, customerId, userId: customerUser.id });
  await insertUserCustomerLink(database, { bankId, customerId, userId: formerlyLinked.id, isActive: false });

  const when = (day: number) => new Date(Date.UTC(2024, 0, day));
  await insertMeeting(database, {
    id: 'meeting-1',
    bankId,
    customerId,
    purposeId: 'one',
    when: when(1),
    sessionId: 'session-1',
    creatorUserId: creator.id,
    staffUserId: staff.id,
    customerUserId: customerUser.id,
  });
  const invited = [
    { userId: invitee.id, name: 'Known by ID', emailAddress: null, mobilePhone: null, status: null },
    { name: 'Known by email', emailAddress: validated.email },
    { name: 'Known by an unvalidated email', emailAddress: unvalidated.email },
  ];
  for (const [position, values] of invited.entries()) {
    await insertMeetingInvitee(database, { meetingId: 'meeting-1', position, ...values });
  }
  await insertMeeting(database, { bankId, purposeId: 'two', when: when(2), creatorUserId: creator.id });
  await insertMeeting(database, { bankId, customerId, purposeId: 'three', when: when(3), staffUserId: staff.id });
  await insertMeeting(database, { bankId, customerId: secondId, purposeId: 'four', when: when(4) });
  await insertMeeting(database, { bankId, customerId, purposeId: 'five', when: when(4) });
  await insertMeeting(database, {
    id: 'meeting-elsewhere',
    bankId: otherBankId,
    purposeId: 'elsewhere',
    creatorUserId: creator.id,
  });
});

afterAll(() => gateway.stop());

function meeting(token: string | null, id = 'meeting-1', bank = bankId) {
  return gateway.query(
    token,
    `{ meeting(bankId: "${bank}", id: "${id}") {
      id bankId customerId providerId purposeId when version
      present { staffUserId customerUserId }
      keys { sessionId staffToken customerToken }
      creator { name mobilePhone emailAddress }
      invitees { contactDetails { name mobilePhone emailAddress } status }
    } }`,
  );
}

interface PageVariables {
  bank?: string;
  first?: number | null;
  after?: string | null;
  fields?: string;
}

function meetings(token: string | null, variables: PageVariables = {}) {
  const { bank = bankId, first = null, after = null, fields = pageFields } = variables;
  return gateway.query(
    token,
    `query ($bank: ID!, $first: Int, $after: String) {
      meetings(bankId: $bank, first: $first, after: $after) { ${fields} }
    }`,
    { bank, first, after },
  );
}

async function purposesOf(token: string, bank = bankId): Promise<string[]> {
  const { data, errors } = await meetings(token, { bank });
  expect(errors).toEqual([]);
  return nodesOf<{ purposeId: string }>(data?.meetings).map(({ purposeId }) => purposeId);
}

describe('meeting', () => {
  test('is refused to an anonymous caller', async () => {
    expect(codesOf(await meeting(null))).toEqual(['OBP-20001']);
  });

  test('is refused to a caller who does not take part, whether it exists or not', async () => {
    const elsewhere = await gateway.createUser({ roles: [['CanGetMeetings', otherBankId]] });

    for (const { token } of [uninvolved, elsewhere, unvalidated, formerlyLinked, linked]) {
      const refused = await meeting(token);

      expect(refused.data).toEqual({ meeting: null });
      expect(codesOf(refused)).toEqual(['OBP-20006']);
      expect(refused.errors[0]?.extensions).toMatchObject({ missingRoles: ['CanGetMeetings'], bankId });
      expect((await meeting(token, 'no-meeting')).errors).toEqual(refused.errors);
    }
  });

  test('is not returned at another bank', async () => {
    expect(codesOf(await meeting(officer.token, 'meeting-elsewhere'))).toEqual(['OBP-30104']);
    expect(codesOf(await meeting(creator.token, 'meeting-elsewhere'))).toEqual(['OBP-20006']);
    expect(codesOf(await meeting(creator.token, 'meeting-elsewhere', otherBankId))).toEqual([]);
  });

  test('fails with OBP-30001 for an unknown bank, and with the role with OBP-30104 for an unknown meeting', async () => {
    expect(codesOf(await meeting(officer.token, 'meeting-1', 'no-bank'))).toEqual(['OBP-30001']);
    expect(codesOf(await meeting(officer.token, 'no-meeting'))).toEqual(['OBP-30104']);
  });

  test('is returned to every participant and with the role, without tokens because no provider is configured', async () => {
    for (const { token } of [creator, staff, customerUser, invitee, validated, officer]) {
      const { data, errors } = await meeting(token);

      expect(errors).toEqual([]);
      expect(data?.meeting).toEqual({
        id: 'meeting-1',
        bankId,
        customerId,
        providerId: 'tokbox',
        purposeId: 'one',
        when: '2024-01-01T00:00:00.000Z',
        version: 1,
        present: { staffUserId: staff.id, customerUserId: customerUser.id },
        keys: { sessionId: 'session-1', staffToken: null, customerToken: null },
        creator: { name: 'Simon Redfern', mobilePhone: '+447972444876', emailAddress: 'simon@example.com' },
        invitees: [
          { contactDetails: { name: 'Known by ID', mobilePhone: null, emailAddress: null }, status: null },
          {
            contactDetails: { name: 'Known by email', mobilePhone: '+447972444876', emailAddress: validated.email },
            status: 'Good',
          },
          {
            contactDetails: {
              name: 'Known by an unvalidated email',
              mobilePhone: '+447972444876',
              emailAddress: unvalidated.email,
            },
            status: 'Good',
          },
        ],
      });
    }
  });

  test('is refused to a customer user whose link is no longer active', async () => {
    await insertMeeting(gateway.database, {
      id: 'meeting-of-former',
      bankId,
      customerId,
      customerUserId: formerlyLinked.id,
    });
    const document = `{ meeting(bankId: "${bankId}", id: "meeting-of-former") { id }
      meetings(bankId: "${bankId}") { nodes { id } } }`;

    const { data, errors } = await gateway.query(formerlyLinked.token, document);
    await gateway.database.transaction(async (transaction) => {
      await transaction.delete(meetingTable).where(eq(meetingTable.id, 'meeting-of-former'));
    });

    expect(data).toEqual({ meeting: null, meetings: { nodes: [] } });
    expect(errors[0]?.extensions.obpCode).toBe('OBP-20006');
  });

  test('returns its customer only to callers who can read the customer', async () => {
    const document = `{ meeting(bankId: "${bankId}", id: "meeting-1") { customer { id } } }`;
    const linkedCreator = await gateway.createUser();
    await insertMeeting(gateway.database, {
      id: 'meeting-of-linked',
      bankId: otherBankId,
      customerId: (await insertCustomer(gateway.database, { id: 'own-customer', bankId: otherBankId })).id,
      creatorUserId: linkedCreator.id,
    });
    await insertUserCustomerLink(gateway.database, {
      bankId: otherBankId,
      customerId: 'own-customer',
      userId: linkedCreator.id,
    });

    const refused = await gateway.query(staff.token, document);
    const returned = await gateway.query(
      linkedCreator.token,
      document.replace(bankId, otherBankId).replace('meeting-1', 'meeting-of-linked'),
    );

    expect(refused.data).toEqual({ meeting: { customer: null } });
    expect(codesOf(refused)).toEqual(['OBP-20006']);
    expect(returned.data).toEqual({ meeting: { customer: { id: 'own-customer' } } });
  });
});

describe('meetings', () => {
  test('is refused to an anonymous caller, and fails with OBP-30001 for an unknown bank', async () => {
    expect(codesOf(await meetings(null))).toEqual(['OBP-20001']);
    expect(codesOf(await meetings(officer.token, { bank: 'no-bank' }))).toEqual(['OBP-30001']);
  });

  test.each([0, -1, 101])('fails with OBP-10025 for the page size %i', async (first) => {
    expect(codesOf(await meetings(officer.token, { first }))).toEqual(['OBP-10025']);
    expect(codesOf(await meetings(creator.token, { first }))).toEqual(['OBP-10025']);
  });

  test('returns the meetings of the caller at the bank without the role, latest first', async () => {
    const elsewhere = await gateway.createUser({ roles: [['CanGetMeetings', otherBankId]] });

    expect(await purposesOf(creator.token)).toEqual(['two', 'one']);
    expect(await purposesOf(creator.token, otherBankId)).toEqual(['elsewhere']);
    expect(await purposesOf(staff.token)).toEqual(['three', 'one']);
    expect(await purposesOf(customerUser.token)).toEqual(['one']);
    expect(await purposesOf(invitee.token)).toEqual(['one']);
    expect(await purposesOf(validated.token)).toEqual(['one']);
    for (const { token } of [unvalidated, uninvolved, linked, elsewhere]) expect(await purposesOf(token)).toEqual([]);
  });

  test('returns all meetings of the bank with the role, in pages', async () => {
    const pages = await readPages<{ purposeId: string }>(
      (after) => meetings(officer.token, { first: 2, after }),
      (data) => data.meetings,
    );
    const { data } = await meetings(officer.token, { fields: 'totalCount' });

    // Two meetings have the same time, so their generated IDs determine the order.
    const [first = [], ...others] = pages.map((page) => page.map(({ purposeId }) => purposeId));
    expect(first.toSorted()).toEqual(['five', 'four']);
    expect(others).toEqual([['three', 'two'], ['one']]);
    expect(data?.meetings).toEqual({ totalCount: 5 });
  });

  test("returns the caller's own meetings in pages, and counts only them", async () => {
    const pages = await readPages<{ purposeId: string }>(
      (after) => meetings(creator.token, { first: 1, after }),
      (data) => data.meetings,
    );
    const { data } = await meetings(creator.token, { fields: 'totalCount' });

    expect(pages).toEqual([[{ purposeId: 'two' }], [{ purposeId: 'one' }]]);
    expect(data?.meetings).toEqual({ totalCount: 2 });
  });

  test('fails for the cursor of another caller or another bank', async () => {
    const { data } = await meetings(officer.token, { first: 1 });
    const after = endCursorOf(data?.meetings);

    expect(codesOf(await meetings(creator.token, { after }))).toEqual(['BAD_USER_INPUT']);
    expect(codesOf(await meetings(officer.token, { after, bank: otherBankId }))).toEqual(['BAD_USER_INPUT']);
  });

  test('reads the invitees and the keys of all meetings in one batch', async () => {
    const fields = 'nodes { keys { sessionId } invitees { status } }';
    await meetings(creator.token, { fields });
    const start = gateway.database.statistics.statements;

    const { data } = await meetings(creator.token, { fields });

    expect(data?.meetings).toMatchObject({ nodes: [{ invitees: [] }, { keys: { sessionId: 'session-1' } }] });
    // The caller, the bank, the caller's email address, the meetings, their invitees, and the audit trail.
    expect(gateway.database.statistics.statements - start).toBe(5 + statementsOfAuditTrail);
  });
});

describe('Customer.meetings', () => {
  test('is refused to a caller without the role and without an active link', async () => {
    const reader = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: reader.id, isActive: false });

    const answer = await gateway.query(
      reader.token,
      `{ customer(bankId: "${bankId}", customerId: "${customerId}") { meetings { nodes { id } } } }`,
    );

    expect(answer.data).toEqual({ customer: { meetings: null } });
    expect(codesOf(answer)).toEqual(['OBP-20006']);
  });

  test('is returned to a linked user, with the keys of only those meetings in which the user takes part', async () => {
    const document = '{ myCustomers { meetings { nodes { purposeId keys { sessionId } } } } }';

    const toLinkedUser = await gateway.query(linked.token, document);
    const toParticipant = await gateway.query(customerUser.token, document);

    expect(toLinkedUser.errors).toEqual([]);
    expect(toLinkedUser.data?.myCustomers).toEqual([
      {
        meetings: {
          nodes: [
            { purposeId: 'five', keys: null },
            { purposeId: 'three', keys: null },
            { purposeId: 'one', keys: null },
          ],
        },
      },
    ]);
    expect(toParticipant.data?.myCustomers).toMatchObject([
      { meetings: { nodes: [{ keys: null }, { keys: null }, { keys: { sessionId: 'session-1' } }] } },
    ]);
  });

  test('takes as many statements for pages of several customers as for a page of one', async () => {
    const nested = (first: number) =>
      `{ customers(bankId: "${bankId}", sortBy: CREATED, sortDirection: ASC, first: ${first}) { nodes {
        meetings(first: 2) { totalCount nodes { purposeId invitees { status } } pageInfo { hasNextPage } }
      } } }`;
    await gateway.query(officer.token, nested(2));
    const start = gateway.database.statistics.statements;
    await gateway.query(officer.token, nested(1));
    const forOne = gateway.database.statistics.statements - start;
    const { data, errors } = await gateway.query(officer.token, nested(2));
    const forTwo = gateway.database.statistics.statements - start - forOne;

    expect(errors).toEqual([]);
    expect(data?.customers).toMatchObject({
      nodes: [
        {
          meetings: {
            totalCount: 3,
            nodes: [{ purposeId: 'five' }, { purposeId: 'three' }],
            pageInfo: { hasNextPage: true },
          },
        },
        { meetings: { totalCount: 1, nodes: [{ purposeId: 'four' }], pageInfo: { hasNextPage: false } } },
      ],
    });
    expect(forTwo).toBe(forOne);
  });
});
