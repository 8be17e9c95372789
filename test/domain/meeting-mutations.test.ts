import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { type JWTPayload, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { meeting } from '../../src/domain/meeting/meeting.table.ts';
import { user } from '../../src/domain/user/user.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf } from '../support/paging.ts';
import { insertCustomer, insertMeeting, insertUserCustomerLink } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const secret = 'a secret of the tests, for Jitsi only';
const environment = {
  GATEWAY_JITSI_DOMAIN: 'Meet.example.org',
  GATEWAY_JITSI_APP_ID: 'gateway-app',
  GATEWAY_JITSI_SECRET: secret,
};

const meetingFields = `id bankId customerId providerId purposeId when version cancelledAt
  present { staffUserId customerUserId } keys { sessionId staffToken customerToken }
  creator { name mobilePhone emailAddress } invitees { contactDetails { name mobilePhone emailAddress } status }`;
const create = `mutation ($bankId: ID!, $input: CreateMeetingInput!, $idempotencyKey: String) {
  createMeeting(bankId: $bankId, input: $input, idempotencyKey: $idempotencyKey) {
    meeting { ${meetingFields} } customer { id } } }`;
const update = `mutation (
  $bankId: ID!, $id: ID!, $input: UpdateMeetingInput!, $expectedVersion: Int, $idempotencyKey: String
) {
  updateMeeting(bankId: $bankId, id: $id, input: $input, expectedVersion: $expectedVersion,
    idempotencyKey: $idempotencyKey) { meetingId meeting { ${meetingFields} } customer { id } } }`;

interface MeetingAnswer {
  id: string;
  version: number;
  cancelledAt: string | null;
  present: { staffUserId: string | null; customerUserId: string | null };
  keys: { sessionId: string; staffToken: string | null; customerToken: string | null } | null;
}

let gateway: Gateway;
let officer: TestUser;
let staff: TestUser;
let linked: TestUser;
let customerId: string;
let input: Record<string, unknown>;

beforeAll(async () => {
  gateway = await startGateway({ environment });
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  officer = await gateway.createUser({
    roles: [
      ['CanCreateMeeting', bankId],
      ['CanUpdateMeeting', bankId],
      ['CanGetMeetings', bankId],
      ['CanGetCustomer', bankId],
    ],
  });
  staff = await gateway.createUser();
  linked = await gateway.createUser();
  await gateway.database.transaction(async (transaction) => {
    await transaction.update(user).set({ firstName: 'Eveline', lastName: 'Tripman' }).where(eq(user.id, linked.id));
    await transaction.update(user).set({ email: null }).where(eq(user.id, staff.id));
  });
});

beforeEach(async () => {
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
  await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: linked.id });
  input = {
    customerId,
    providerId: 'jitsi',
    purposeId: 'onboarding',
    date: '2024-05-31T09:30:00Z',
    creator: { name: 'Eveline Tripman', mobilePhone: '+44 7972 444 876', emailAddress: 'eveline@example.com' },
    invitees: [],
  };
});

afterAll(() => gateway.stop());

function createAs(caller: TestUser, change: object = {}, bank = bankId, at = gateway) {
  return at.query(caller.token, create, { bankId: bank, input: { ...input, ...change } });
}

function storedOf(id: string) {
  return gateway.database.read.select().from(meeting).where(eq(meeting.customerId, id));
}

function meetingIn(data: Record<string, unknown> | null, field: string): MeetingAnswer {
  return (data?.[field] as { meeting: MeetingAnswer } | undefined)?.meeting ?? expect.fail(`There is no ${field}.`);
}

async function created(caller: TestUser, change: object = {}): Promise<MeetingAnswer> {
  const { data, errors } = await createAs(caller, change);
  expect(errors).toEqual([]);
  return meetingIn(data, 'createMeeting');
}

async function meetingFor(caller: TestUser, id: string): Promise<MeetingAnswer> {
  const document = `{ meeting(bankId: "${bankId}", id: "${id}") { ${meetingFields} } }`;
  const { data, errors } = await gateway.query(caller.token, document);
  expect(errors).toEqual([]);
  return data?.meeting as MeetingAnswer;
}

/** Verifies a token as Prosody does: by the shared secret, the issuer, the audience, `sub`, and `room`. */
async function verified(token: string | null | undefined, key = secret): Promise<JWTPayload> {
  const { payload, protectedHeader } = await jwtVerify(String(token), new TextEncoder().encode(key), {
    algorithms: ['HS256'],
    issuer: 'gateway-app',
    audience: 'gateway-app',
    subject: 'meet.example.org',
    requiredClaims: ['exp', 'nbf', 'room'],
  });
  expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' });
  return payload;
}

describe('createMeeting', () => {
  test('refuses a caller without the role and without a link to the customer, and writes nothing', async () => {
    const withRoleElsewhere = await gateway.createUser({ roles: [['CanCreateMeeting', otherBankId]] });
    const formerlyLinked = await gateway.createUser();
    const linkedElsewhere = await gateway.createUser();
    const second = await insertCustomer(gateway.database, { bankId });
    await insertUserCustomerLink(gateway.database, {
      bankId,
      customerId,
      userId: formerlyLinked.id,
      isActive: false,
    });
    await insertUserCustomerLink(gateway.database, { bankId, customerId: second.id, userId: linkedElsewhere.id });

    for (const caller of [withRoleElsewhere, formerlyLinked, linkedElsewhere]) {
      const refused = await createAs(caller);

      expect(refused.data).toEqual({ createMeeting: null });
      expect(refused.errors[0]?.extensions).toMatchObject({
        obpCode: 'OBP-20006',
        missingRoles: ['CanCreateMeeting'],
        bankId,
      });
      // The error is the same whether or not the customer exists.
      expect((await createAs(caller, { customerId: 'no-customer' })).errors).toEqual(refused.errors);
    }
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('refuses an anonymous caller, and a linked user at another bank', async () => {
    expect(codesOf(await gateway.query(null, create, { bankId, input }))).toEqual(['OBP-20001']);
    expect(codesOf(await createAs(linked, {}, otherBankId))).toEqual(['OBP-20006']);
    expect(codesOf(await createAs(linked, {}, 'no-bank'))).toEqual(['OBP-30001']);
  });

  test('refuses a staff user in the input without the role, because staff users are moderators', async () => {
    expect(codesOf(await createAs(linked, { staffUserId: linked.id }))).toEqual(['OBP-20006']);
    expect(await storedOf(customerId)).toEqual([]);
  });

  test.each<[what: string, change: object, field: string | undefined]>([
    ['a provider that is not URL-friendly', { providerId: 'jitsi meet' }, 'input.providerId'],
    ['a purpose that is not URL-friendly', { purposeId: 'on/boarding' }, 'input.purposeId'],
    ['a purpose that is too long', { purposeId: 'x'.repeat(65) }, 'input.purposeId'],
    ['an empty purpose', { purposeId: '' }, 'input.purposeId'],
    ['an empty name of the creator', { creator: { name: '' } }, 'input.creator.name'],
    ['an invalid phone number', { creator: { name: 'A', mobilePhone: '123' } }, 'input.creator.mobilePhone'],
    ['an invalid email address', { creator: { name: 'A', emailAddress: 'a@b' } }, 'input.creator.emailAddress'],
    [
      'an invitee without a name',
      { invitees: [{ contactDetails: { name: 'A' } }, { contactDetails: { name: ' ' } }] },
      'input.invitees[1].contactDetails.name',
    ],
    [
      'a status that is too long',
      { invitees: [{ contactDetails: { name: 'A' }, status: 'x'.repeat(256) }] },
      'input.invitees[0].status',
    ],
    ['an invalid user ID', { customerUserId: 'a b' }, 'input.customerUserId'],
  ])('fails with OBP-10001 for %s and writes nothing', async (_what, change, field) => {
    const { errors } = await createAs(officer, change);

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001' });
    expect(errors[0]?.extensions.field).toBe(field);
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('fails with the field of an unknown customer, user, or link, and writes nothing', async () => {
    const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });
    const invitee = (userId: string) => ({ contactDetails: { name: 'A' }, userId });

    for (const [change, obpCode, field] of [
      [{ customerId: foreign.id }, 'OBP-30046', undefined],
      [{ staffUserId: 'no-user' }, 'OBP-20057', 'input.staffUserId'],
      [{ invitees: [invitee(staff.id), invitee('no-user')] }, 'OBP-20057', 'input.invitees[1].userId'],
      [{ customerUserId: staff.id }, 'OBP-30035', 'input.customerUserId'],
    ] as const) {
      const { errors } = await createAs(officer, change);
      expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode });
      expect(errors[0]?.extensions.field).toBe(field);
    }
    expect([...(await storedOf(customerId)), ...(await storedOf(foreign.id))]).toEqual([]);
  });

  test('refuses other users in the input of a linked user, whether they exist or not', async () => {
    for (const change of [
      { invitees: [{ contactDetails: { name: 'Tom' }, userId: staff.id }] },
      { invitees: [{ contactDetails: { name: 'Tom' }, userId: 'no-user' }] },
      { customerUserId: staff.id },
    ]) {
      const { errors } = await createAs(linked, change);

      expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-20006', missingRoles: ['CanCreateMeeting'] });
    }
  });

  test('returns the meeting to a linked user, with a token for the customer but not for the bank', async () => {
    const invitees = [
      { contactDetails: { name: 'Tom', mobilePhone: '+447972444876' }, status: 'accepted' },
      { contactDetails: { name: 'Ann', emailAddress: 'ann@example.com' } },
    ];

    const { data, errors } = await createAs(linked, { invitees });

    expect(errors).toEqual([]);
    expect(data?.createMeeting).toEqual({
      meeting: {
        id: expect.any(String),
        bankId,
        customerId,
        providerId: 'jitsi',
        purposeId: 'onboarding',
        when: '2024-05-31T09:30:00.000Z',
        version: 1,
        cancelledAt: null,
        present: { staffUserId: null, customerUserId: linked.id },
        keys: {
          sessionId: expect.stringMatching(/^[0-9a-f]{32}$/),
          staffToken: null,
          customerToken: expect.any(String),
        },
        creator: input.creator,
        invitees: [
          { contactDetails: { name: 'Tom', mobilePhone: '+447972444876', emailAddress: null }, status: 'accepted' },
          { contactDetails: { name: 'Ann', mobilePhone: null, emailAddress: 'ann@example.com' }, status: null },
        ],
      },
      customer: { id: customerId },
    });
    expect(await storedOf(customerId)).toMatchObject([{ creatorUserId: linked.id }]);
  });

  test('defaults to the only linked user if the bank creates the meeting', async () => {
    const second = await gateway.createUser();
    const formerlyLinked = await gateway.createUser();
    await insertUserCustomerLink(gateway.database, {
      bankId,
      customerId,
      userId: formerlyLinked.id,
      isActive: false,
    });

    const withDefault = await created(officer, { staffUserId: staff.id });
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: second.id });
    const withoutDefault = await created(officer);
    const withChosen = await created(officer, { customerUserId: second.id });

    expect(withDefault.present).toEqual({ staffUserId: staff.id, customerUserId: linked.id });
    expect(withoutDefault.present).toEqual({ staffUserId: null, customerUserId: null });
    expect(withChosen.present).toEqual({ staffUserId: null, customerUserId: second.id });
  });

  test('writes once for each idempotency key, with one session', async () => {
    const variables = { bankId, input, idempotencyKey: randomUUID() };

    const first = await gateway.query(linked.token, create, variables);
    const second = await gateway.query(linked.token, create, variables);

    const [meetingOfFirst, meetingOfSecond] = [first, second].map(({ data }) => meetingIn(data, 'createMeeting'));
    expect(second.errors).toEqual([]);
    expect(meetingOfSecond?.id).toBe(meetingOfFirst?.id);
    expect(meetingOfSecond?.keys?.sessionId).toBe(meetingOfFirst?.keys?.sessionId);
    expect(await storedOf(customerId)).toHaveLength(1);
  });
});

describe('createMeeting without a configured provider', () => {
  test.each<[obpCode: string, what: string, settings: Record<string, string>, providerId: string]>([
    ['OBP-30101', 'a missing provider', {}, 'jitsi'],
    ['OBP-30101', 'an unknown provider', environment, 'zoom'],
    ['OBP-30101', 'a provider with the name of a property of every object', environment, 'constructor'],
    ['OBP-30102', 'a missing app ID', { GATEWAY_JITSI_DOMAIN: 'meet.example.org' }, 'jitsi'],
    [
      'OBP-30103',
      'a missing secret',
      { GATEWAY_JITSI_DOMAIN: 'meet.example.org', GATEWAY_JITSI_APP_ID: 'gateway-app' },
      'jitsi',
    ],
  ])('fails with %s for %s and writes nothing', async (obpCode, _what, settings, providerId) => {
    const other = await startGateway({ environment: settings });
    try {
      await other.createBank(bankId);
      const caller = await other.createUser({ roles: [['CanCreateMeeting', bankId]] });
      await insertCustomer(other.database, { bankId, id: customerId });

      const answer = await createAs(caller, { providerId }, bankId, other);

      expect(answer.data).toEqual({ createMeeting: null });
      expect(answer.errors[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE', obpCode });
      const configured =
        settings === environment ? 'The configured providers are: jitsi.' : 'No provider is configured.';
      expect(answer.errors[0]?.message).toContain(configured);
      expect(await other.database.read.select().from(meeting)).toEqual([]);
    } finally {
      await other.stop();
    }
  });
});

describe('the tokens of a meeting', () => {
  test('meet the requirements of Jitsi: for one room, for one hour, signed with the configured secret', async () => {
    const { keys } = await created(linked);

    const payload = await verified(keys?.customerToken);

    const now = Math.floor(Date.now() / 1000);
    expect(payload).toEqual({
      iss: 'gateway-app',
      aud: 'gateway-app',
      sub: 'meet.example.org',
      room: keys?.sessionId,
      iat: expect.any(Number),
      nbf: expect.any(Number),
      exp: expect.any(Number),
      context: {
        user: { id: linked.id, name: 'Eveline Tripman', email: linked.email, moderator: 'false' },
      },
    });
    expect(payload.exp).toBeGreaterThan(now);
    expect(payload.exp).toBeLessThanOrEqual(now + 3600);
    expect(payload.nbf).toBeLessThan(now);
    await expect(verified(keys?.customerToken, `${secret}!`)).rejects.toThrow('signature');
  });

  test('admit the staff user and callers with CanGetMeetings as moderators, under their own names', async () => {
    const { id } = await created(officer, { staffUserId: staff.id });

    for (const [caller, contextUser] of [
      [staff, { id: staff.id, name: staff.username, moderator: 'true' }],
      [officer, { id: officer.id, name: officer.username, email: officer.email, moderator: 'true' }],
    ] as const) {
      const { keys } = await meetingFor(caller, id);
      expect(keys?.customerToken).toBeNull();
      expect((await verified(keys?.staffToken)).context).toEqual({ user: contextUser });
    }
  });

  test('are null for the creator and the invitees, and the keys are null for other linked users', async () => {
    const creator = await gateway.createUser({
      roles: [
        ['CanCreateMeeting', bankId],
        ['CanGetCustomer', bankId],
      ],
    });
    const invitee = await gateway.createUser();
    const { id, keys } = await created(creator, {
      staffUserId: staff.id,
      invitees: [{ contactDetails: { name: 'A' }, userId: invitee.id }],
    });
    const partner = await gateway.createUser();
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: partner.id });

    const none = { sessionId: keys?.sessionId, staffToken: null, customerToken: null };
    expect(keys).toEqual(none);
    expect((await meetingFor(invitee, id)).keys).toEqual(none);
    const { data } = await gateway.query(
      partner.token,
      '{ myCustomers { meetings { nodes { keys { staffToken customerToken } } } } }',
    );
    expect(data).toEqual({ myCustomers: [{ meetings: { nodes: [{ keys: null }] } }] });
  });

  test('are generated by each read, and neither stored nor logged', async () => {
    const { id, keys } = await created(linked);

    const again = await meetingFor(linked, id);

    expect(again.keys?.sessionId).toBe(keys?.sessionId);
    const rows = JSON.stringify(await storedOf(customerId));
    const signature = String(keys?.customerToken).split('.')[2];
    expect(rows).not.toContain(signature);
    expect(JSON.stringify(gateway.logged)).not.toMatch(new RegExp(`${signature}|${secret}`));
  });

  test('are for a different room in each meeting', async () => {
    const rooms = await Promise.all(Array.from({ length: 5 }, async () => (await created(linked)).keys?.sessionId));

    expect(new Set(rooms).size).toBe(5);
  });

  test.each(['*', 'room', null])('are null for the imported session ID %j', async (sessionId) => {
    const { id } = await insertMeeting(gateway.database, { bankId, providerId: 'jitsi', sessionId });

    expect((await meetingFor(officer, id)).keys).toEqual({ sessionId, staffToken: null, customerToken: null });
  });
});

describe('updateMeeting', () => {
  const when = '2024-06-30T08:00:00.000Z';

  function updateAs(caller: TestUser, id: string, change: object = {}, more: object = {}) {
    const changed = { staffUserId: staff.id, when, cancelled: false, ...change };
    return gateway.query(caller.token, update, { bankId, id, input: changed, ...more });
  }

  test('refuses a caller without the role, even a participant, and writes nothing', async () => {
    const { id } = await created(linked);

    const { data, errors } = await updateAs(linked, id, { staffUserId: linked.id });

    expect(data).toEqual({ updateMeeting: null });
    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-20006', missingRoles: ['CanUpdateMeeting'] });
    expect(await storedOf(customerId)).toMatchObject([{ staffUserId: null, version: 1 }]);
  });

  test('fails with OBP-30104 for an unknown meeting or a meeting of another bank, and writes nothing', async () => {
    const foreign = await insertMeeting(gateway.database, { bankId: otherBankId });

    expect(codesOf(await updateAs(officer, 'no-meeting'))).toEqual(['OBP-30104']);
    expect(codesOf(await updateAs(officer, foreign.id))).toEqual(['OBP-30104']);
    const [stored] = await gateway.database.read.select().from(meeting).where(eq(meeting.id, foreign.id));
    expect(stored).toEqual(foreign);
  });

  test('fails with OBP-20057 for an unknown staff user and writes nothing', async () => {
    const { id } = await created(linked);

    const { errors } = await updateAs(officer, id, { staffUserId: 'no-user' });

    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-20057', field: 'input.staffUserId' });
    expect(await storedOf(customerId)).toMatchObject([{ version: 1 }]);
  });

  test('changes the staff user and the time, keeps an omitted staff user, and unsets one that is null', async () => {
    const { id } = await created(linked);

    const { data, errors } = await updateAs(officer, id);
    expect(errors).toEqual([]);
    expect(data?.updateMeeting).toMatchObject({
      meeting: { when, version: 2, present: { staffUserId: staff.id, customerUserId: linked.id } },
      customer: { id: customerId },
    });
    await verified((await meetingFor(staff, id)).keys?.staffToken);

    const kept = await updateAs(officer, id, { staffUserId: undefined });
    expect(kept.data).toMatchObject({ updateMeeting: { meeting: { version: 3, present: { staffUserId: staff.id } } } });
    const without = await updateAs(officer, id, { staffUserId: null });
    expect(without.data).toMatchObject({ updateMeeting: { meeting: { version: 4, present: { staffUserId: null } } } });
  });

  test('cancels a meeting, which then has no tokens, keeps the first time, and reverts the cancellation', async () => {
    const { id } = await created(linked);
    await updateAs(officer, id);

    const cancelled = await updateAs(officer, id, { cancelled: true });
    const again = await updateAs(officer, id, { cancelled: true });

    const { cancelledAt } = meetingIn(cancelled.data, 'updateMeeting');
    expect(cancelledAt).toEqual(expect.any(String));
    expect(again.data).toMatchObject({ updateMeeting: { meeting: { cancelledAt } } });
    for (const caller of [officer, staff, linked]) {
      expect((await meetingFor(caller, id)).keys).toMatchObject({ staffToken: null, customerToken: null });
    }

    await updateAs(officer, id);
    expect((await meetingFor(linked, id)).cancelledAt).toBeNull();
    await verified((await meetingFor(linked, id)).keys?.customerToken);
  });

  test('fails with CONFLICT and the current version for a stale version, and changes nothing', async () => {
    const { id } = await created(linked);
    await updateAs(officer, id, {}, { expectedVersion: 1 });

    const { errors } = await updateAs(officer, id, { cancelled: true }, { expectedVersion: 1 });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 2, field: 'expectedVersion' });
    expect(await storedOf(customerId)).toMatchObject([{ cancelledAt: null, version: 2 }]);
  });

  test('succeeds once when updates of one version race', async () => {
    const { id } = await created(linked);

    const answers = await Promise.all(
      Array.from({ length: 3 }, () => updateAs(officer, id, {}, { expectedVersion: 1 })),
    );

    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    expect(await storedOf(customerId)).toMatchObject([{ version: 2 }]);
  });

  test('writes once for each idempotency key', async () => {
    const { id } = await created(linked);
    const idempotencyKey = randomUUID();

    const first = await updateAs(officer, id, {}, { idempotencyKey });
    const second = await updateAs(officer, id, {}, { idempotencyKey });

    expect([...first.errors, ...second.errors]).toEqual([]);
    expect(second.data).toMatchObject({ updateMeeting: { meeting: { id, version: 2 } } });
  });

  test('returns only the ID of the meeting to a caller without CanGetMeetings', async () => {
    const { id } = await created(linked);
    const planner = await gateway.createUser({ roles: [['CanUpdateMeeting', bankId]] });

    const { data } = await updateAs(planner, id);

    expect(data).toMatchObject({ updateMeeting: { meetingId: id, meeting: null } });
  });
});
