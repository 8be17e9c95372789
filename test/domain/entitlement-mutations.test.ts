import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { entitlement } from '../../src/domain/user/entitlement.table.ts';
import { entitlementRequest } from '../../src/domain/user/entitlement-request.table.ts';
import { auditReader } from '../support/audit-events.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf, endCursorOf, nodesOf, readPages } from '../support/paging.ts';
import { insertEntitlement, insertEntitlementRequest } from '../support/rows.ts';
import { everythingStored } from '../support/stored.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';

const grant = /* GraphQL */ `mutation ($userId: ID!, $input: GrantEntitlementInput!, $idempotencyKey: String) {
  grantEntitlement(userId: $userId, input: $input, idempotencyKey: $idempotencyKey) {
    entitlement { id userId roleName bankId expiresAt bank { id } } } }`;
const revoke = /* GraphQL */ `mutation ($id: ID!, $idempotencyKey: String) {
  revokeEntitlement(id: $id, idempotencyKey: $idempotencyKey) { entitlementId } }`;
const request = /* GraphQL */ `mutation ($input: RequestEntitlementInput!, $idempotencyKey: String) {
  requestEntitlement(input: $input, idempotencyKey: $idempotencyKey) {
    entitlementRequest { id userId roleName bankId reason state decidedByUserId version user { id } } } }`;
const approve = /* GraphQL */ `mutation ($id: ID!, $expiresAt: DateTime, $idempotencyKey: String) {
  approveEntitlementRequest(id: $id, expiresAt: $expiresAt, idempotencyKey: $idempotencyKey) {
    entitlementRequest { id state decidedByUserId version } entitlement { id roleName bankId expiresAt } } }`;
const reject = /* GraphQL */ `mutation ($id: ID!, $reason: String!, $idempotencyKey: String) {
  rejectEntitlementRequest(id: $id, reason: $reason, idempotencyKey: $idempotencyKey) {
    entitlementRequest { id state decidedByUserId decisionReason } } }`;
const requests = /* GraphQL */ `query ($bankId: ID, $state: EntitlementRequestState, $first: Int, $after: String) {
  entitlementRequests(bankId: $bankId, state: $state, first: $first, after: $after) {
    nodes { id state user { id } } totalCount pageInfo { hasNextPage endCursor } } }`;

let gateway: Gateway;
/** Can grant and revoke roles at the bank. */
let administrator: TestUser;
/** Can grant and revoke roles at any bank. */
let administratorOfAll: TestUser;
let superAdmin: TestUser;
let recipient: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  superAdmin = await gateway.createUser({ isSuperAdmin: true });
});

beforeEach(async () => {
  administrator = await gateway.createUser({
    roles: [
      ['CanCreateEntitlementAtOneBank', bankId],
      ['CanDeleteEntitlementAtOneBank', bankId],
    ],
  });
  administratorOfAll = await gateway.createUser({
    roles: [
      ['CanCreateEntitlementAtAnyBank', null],
      ['CanDeleteEntitlementAtAnyBank', null],
    ],
  });
  recipient = await gateway.createUser();
});

afterAll(() => gateway.stop());

function heldBy(userId: string) {
  return gateway.database.read.select().from(entitlement).where(eq(entitlement.userId, userId));
}

async function storedRequest(id: string) {
  const [row] = await gateway.database.read.select().from(entitlementRequest).where(eq(entitlementRequest.id, id));
  return row;
}

/** The extensions of the error with which a call fails. Expects that the call writes nothing. */
async function refusal(caller: TestUser, document: string, variables: Record<string, unknown>) {
  const before = await everythingStored(gateway.database);
  const { data, errors } = await gateway.query(caller.token, document, variables);
  expect(Object.values(data ?? {}).filter((value) => value !== null)).toEqual([]);
  expect(await everythingStored(gateway.database)).toEqual(before);
  return errors[0]?.extensions;
}

/** Whether the user can use the system role CanGetAnyKycChecks. */
async function canReadChecks(user: TestUser): Promise<boolean> {
  const { errors } = await gateway.query(user.token, '{ kycChecks(customerId: "unknown") { id } }');
  return !errors.some(({ extensions }) => extensions.code === 'FORBIDDEN');
}

describe('grantEntitlement', () => {
  const atBank = { roleName: 'CanGetCustomer', bankId };
  const ofSystem = { roleName: 'CanGetAnyKycChecks' };

  test.each([
    ['a caller without a role', () => recipient, atBank],
    ['a caller who can grant at another bank only', () => administrator, { ...atBank, bankId: otherBankId }],
    ['a system role to a caller who can grant at one bank', () => administrator, ofSystem],
  ])('refuses %s and writes nothing', async (_what, caller, input) => {
    const other = await gateway.createUser();

    const refused = await refusal(caller(), grant, { userId: other.id, input });

    const missingRoles = ['CanCreateEntitlementAtOneBank', 'CanCreateEntitlementAtAnyBank'];
    expect(refused).toMatchObject({
      code: 'FORBIDDEN',
      obpCode: 'OBP-20006',
      missingRoles: input === ofSystem ? missingRoles.slice(1) : missingRoles,
    });
  });

  test.each([
    ['can grant at the bank', () => administrator],
    ['can grant at any bank', () => administratorOfAll],
    ['is a super admin', () => superAdmin],
  ])('refuses a role for the caller, even if the caller %s', async (_who, caller) => {
    expect(await refusal(caller(), grant, { userId: caller().id, input: atBank })).toMatchObject({
      code: 'FORBIDDEN',
      obpCode: 'OBP-30221',
    });
  });

  test.each([
    ['OBP-30205', 'a bank role without a bank', { roleName: 'CanGetCustomer' }],
    ['OBP-30206', 'a system role at a bank', { roleName: 'CanGetAnyKycChecks', bankId }],
    ['OBP-30001', 'a role at an unknown bank', { roleName: 'CanGetCustomer', bankId: 'unknown' }],
    ['OBP-10001', 'an expiry in the past', { ...atBank, expiresAt: '2020-01-01T00:00:00Z' }],
    ['OBP-10001', 'an unknown role', { ...atBank, roleName: 'CanDoAnything' }],
  ])('fails with %s for %s and writes nothing', async (obpCode, _what, input) => {
    expect(await refusal(administratorOfAll, grant, { userId: recipient.id, input })).toMatchObject({ obpCode });
  });

  test('fails with OBP-20057 for an unknown user and writes nothing', async () => {
    expect(await refusal(administrator, grant, { userId: 'unknown', input: atBank })).toMatchObject({
      obpCode: 'OBP-20057',
    });
  });

  test.each([
    ['a bank role if the caller can grant at the bank', () => administrator, atBank],
    ['a bank role if the caller can grant at any bank', () => administratorOfAll, atBank],
    ['a system role if the caller can grant at any bank', () => administratorOfAll, ofSystem],
    ['a system role if the caller is a super admin', () => superAdmin, ofSystem],
  ])('grants %s, from the next request on', async (_what, caller, input) => {
    const { data, errors } = await gateway.query(caller().token, grant, { userId: recipient.id, input });
    const me = await gateway.query(recipient.token, '{ me { entitlements { roleName bankId } } }');

    expect(errors).toEqual([]);
    const at = 'bankId' in input ? input.bankId : null;
    expect(data).toEqual({
      grantEntitlement: {
        entitlement: {
          id: expect.any(String),
          userId: recipient.id,
          roleName: input.roleName,
          bankId: at,
          expiresAt: null,
          bank: at === null ? null : { id: at },
        },
      },
    });
    expect(me.data).toEqual({ me: { entitlements: [{ roleName: input.roleName, bankId: at }] } });
    expect(await canReadChecks(recipient)).toBe(input === ofSystem);
  });

  test('succeeds once when calls race, and fails with OBP-30216 if the user holds the role', async () => {
    const call = (caller: TestUser) => gateway.query(caller.token, grant, { userId: recipient.id, input: atBank });

    const answers = await Promise.all([call(administrator), call(administratorOfAll), call(superAdmin)]);

    expect(answers.flatMap(codesOf)).toEqual(['OBP-30216', 'OBP-30216']);
    expect(await heldBy(recipient.id)).toHaveLength(1);
  });

  test('writes once for each idempotency key', async () => {
    const variables = { userId: recipient.id, input: atBank, idempotencyKey: randomUUID() };

    const first = await gateway.query(administrator.token, grant, variables);
    const again = await gateway.query(administrator.token, grant, variables);

    expect(first.errors).toEqual([]);
    expect(again.data).toEqual(first.data);
    expect(await heldBy(recipient.id)).toHaveLength(1);
  });

  test('grants a role until it expires, after which it is not returned and can be granted again', async () => {
    const expiresAt = new Date(Date.now() + 2000).toISOString();
    const input = { ...ofSystem, expiresAt };
    const { errors } = await gateway.query(superAdmin.token, grant, { userId: recipient.id, input });
    const canNow = await canReadChecks(recipient);

    await new Promise((resolve) => setTimeout(resolve, 2100));
    const canLater = await canReadChecks(recipient);
    const me = await gateway.query(recipient.token, '{ me { entitlements { id } } }');
    const again = await gateway.query(superAdmin.token, grant, { userId: recipient.id, input: ofSystem });

    expect(errors).toEqual([]);
    expect([canNow, canLater]).toEqual([true, false]);
    expect(me.data).toEqual({ me: { entitlements: [] } });
    expect(again.errors).toEqual([]);
    expect(await canReadChecks(recipient)).toBe(true);
    expect(await heldBy(recipient.id)).toHaveLength(1);
  });

  test('refuses a caller whose granting role has expired', async () => {
    await insertEntitlement(gateway.database, {
      userId: recipient.id,
      roleName: 'CanCreateEntitlementAtOneBank',
      bankId,
      expiresAt: new Date(Date.now() - 1),
    });

    expect(await refusal(recipient, grant, { userId: administrator.id, input: atBank })).toMatchObject({
      obpCode: 'OBP-20006',
    });
  });

  test('does not imply access to data for a super admin', async () => {
    const document = `{ customers(bankId: "${bankId}") { nodes { id } } entitlements(userId: "${recipient.id}") { id } users { nodes { id } } }`;

    const { data, errors } = await gateway.query(superAdmin.token, document);

    expect(data).toEqual({ customers: null, entitlements: null, users: null });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']);
  });
});

describe('revokeEntitlement', () => {
  test('refuses a caller without a role, whether the entitlement exists or not', async () => {
    const { id } = await insertEntitlement(gateway.database, {
      userId: recipient.id,
      roleName: 'CanGetCustomer',
      bankId,
    });

    const existing = await refusal(recipient, revoke, { id });
    const unknown = await refusal(recipient, revoke, { id: 'no-such-id' });

    expect(existing).toMatchObject({
      obpCode: 'OBP-20006',
      missingRoles: ['CanDeleteEntitlementAtOneBank', 'CanDeleteEntitlementAtAnyBank'],
    });
    expect(unknown).toEqual(existing);
  });

  test.each([
    ['at another bank', 'CanGetCustomer', otherBankId],
    ['of a system role', 'CanGetAnyKycChecks', null],
  ])('fails with OBP-30212 for an entitlement %s if the caller can revoke at one bank', async (_what, roleName, at) => {
    const { id } = await insertEntitlement(gateway.database, { userId: recipient.id, roleName, bankId: at });

    expect(await refusal(administrator, revoke, { id })).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-30212' });
  });

  test.each([
    ['can revoke at the bank', () => administrator, 'CanGetCustomer', bankId],
    ['can revoke at any bank', () => administratorOfAll, 'CanGetAnyKycChecks', null],
    ['is a super admin', () => superAdmin, 'CanGetAnyKycChecks', null],
  ])('revokes a role once, from the next request on, if the caller %s', async (_who, caller, roleName, at) => {
    const { id } = await insertEntitlement(gateway.database, { userId: recipient.id, roleName, bankId: at });
    const idempotencyKey = randomUUID();

    const first = await gateway.query(caller().token, revoke, { id, idempotencyKey });
    const replayed = await gateway.query(caller().token, revoke, { id, idempotencyKey });
    const again = await gateway.query(caller().token, revoke, { id });

    expect(first.data).toEqual({
      revokeEntitlement: { entitlementId: id },
    });
    expect(replayed.data).toEqual(first.data);
    expect(codesOf(again)).toEqual(['OBP-30212']);
    expect(await heldBy(recipient.id)).toEqual([]);
    expect(await canReadChecks(recipient)).toBe(false);
  });
});

describe('entitlements', () => {
  const document = 'query ($bankId: ID, $userId: ID!) { entitlements(bankId: $bankId, userId: $userId) { roleName } }';

  beforeEach(async () => {
    await insertEntitlement(gateway.database, { userId: recipient.id, roleName: 'CanGetCustomer', bankId });
    await insertEntitlement(gateway.database, { userId: recipient.id, roleName: 'CanGetAnyUser' });
    const expiresAt = new Date(Date.now() - 1);
    await insertEntitlement(gateway.database, { userId: recipient.id, roleName: 'CanGetMeetings', bankId, expiresAt });
  });

  test('returns the entitlements at the bank with the bank role, and all with the system role', async () => {
    const ofBank = await gateway.createUser({ roles: [['CanGetEntitlementsForAnyUserAtOneBank', bankId]] });
    const ofAll = await gateway.createUser({ roles: [['CanGetEntitlementsForAnyUserAtAnyBank', null]] });

    const atBank = await gateway.query(ofBank.token, document, { bankId, userId: recipient.id });
    const everywhere = await gateway.query(ofAll.token, document, { userId: recipient.id });
    const refused = await gateway.query(ofBank.token, document, { userId: recipient.id });
    const unknown = await gateway.query(ofAll.token, document, { userId: 'unknown' });

    expect(atBank.data).toEqual({ entitlements: [{ roleName: 'CanGetCustomer' }] });
    expect(everywhere.data).toEqual({ entitlements: [{ roleName: 'CanGetAnyUser' }, { roleName: 'CanGetCustomer' }] });
    expect(codesOf(refused)).toEqual(['OBP-20006']);
    expect(codesOf(unknown)).toEqual(['OBP-20057']);
  });
});

describe('requestEntitlement', () => {
  const input = { roleName: 'CanGetCustomer', bankId, reason: 'Joined the team' };

  test.each([
    ['OBP-30205', 'a bank role without a bank', { bankId: null }],
    ['OBP-30206', 'a system role at a bank', { roleName: 'CanGetAnyKycChecks' }],
    ['OBP-30001', 'a role at an unknown bank', { bankId: 'unknown' }],
    ['OBP-10001', 'an empty reason', { reason: ' ' }],
    ['OBP-10001', 'a reason that is too long', { reason: 'x'.repeat(2001) }],
  ])('fails with %s for %s and writes nothing', async (obpCode, _what, change) => {
    expect(await refusal(recipient, request, { input: { ...input, ...change } })).toMatchObject({ obpCode });
  });

  test('files a request and grants nothing', async () => {
    const { data, errors } = await gateway.query(recipient.token, request, { input });

    expect(errors).toEqual([]);
    expect(data).toEqual({
      requestEntitlement: {
        entitlementRequest: {
          ...input,
          id: expect.any(String),
          userId: recipient.id,
          state: 'REQUESTED',
          decidedByUserId: null,
          version: 1,
          user: { id: recipient.id },
        },
      },
    });
    expect(await heldBy(recipient.id)).toEqual([]);
  });

  test.each([
    ['a bank role', input],
    ['a system role', { roleName: 'CanGetAnyUser', reason: 'Support' }],
  ])('files one request for %s when calls race', async (_what, requested) => {
    const call = () => gateway.query(recipient.token, request, { input: requested });

    const answers = await Promise.all([call(), call(), call()]);

    expect(answers.flatMap(codesOf)).toEqual(['OBP-30214', 'OBP-30214']);
  });

  test('fails with OBP-30216 if the caller holds the role, but not if it has expired', async () => {
    await insertEntitlement(gateway.database, { userId: recipient.id, roleName: 'CanGetCustomer', bankId });
    const expiresAt = new Date(Date.now() - 1);
    await insertEntitlement(gateway.database, { userId: recipient.id, roleName: 'CanGetMeetings', bankId, expiresAt });

    const expired = await gateway.query(recipient.token, request, { input: { ...input, roleName: 'CanGetMeetings' } });

    expect(await refusal(recipient, request, { input })).toMatchObject({ obpCode: 'OBP-30216' });
    expect(expired.errors).toEqual([]);
  });
});

describe.each([
  ['approveEntitlementRequest', approve, {}],
  ['rejectEntitlementRequest', reject, { reason: 'Not needed' }],
])('%s', (_field, document, more) => {
  test('refuses a caller without a role, whether the request exists or not', async () => {
    const { id } = await insertEntitlementRequest(gateway.database, { userId: administrator.id, bankId });

    const existing = await refusal(recipient, document, { id, ...more });
    const unknown = await refusal(recipient, document, { id: 'no-such-id', ...more });

    expect(existing).toMatchObject({
      obpCode: 'OBP-20006',
      missingRoles: ['CanCreateEntitlementAtOneBank', 'CanCreateEntitlementAtAnyBank'],
    });
    expect(unknown).toEqual(existing);
  });

  test.each([
    ['at another bank', 'CanGetMeetings', otherBankId],
    ['for a system role', 'CanGetAnyUser', null],
  ])('fails with OBP-30215 for a request %s if the caller can grant at one bank', async (_what, roleName, at) => {
    const { id } = await insertEntitlementRequest(gateway.database, { userId: recipient.id, roleName, bankId: at });

    expect(await refusal(administrator, document, { id, ...more })).toMatchObject({ obpCode: 'OBP-30215' });
  });

  test("fails with OBP-30221 for the caller's own request", async () => {
    const { id } = await insertEntitlementRequest(gateway.database, { userId: administratorOfAll.id, bankId });

    expect(await refusal(administratorOfAll, document, { id, ...more })).toMatchObject({ obpCode: 'OBP-30221' });
  });

  test('succeeds once when two decisions race', async () => {
    const { id } = await insertEntitlementRequest(gateway.database, { userId: recipient.id, bankId });

    const answers = await Promise.all([
      gateway.query(administrator.token, approve, { id }),
      gateway.query(administratorOfAll.token, document, { id, ...more }),
    ]);

    const late = answers.flatMap(({ errors }) => errors).map(({ extensions }) => extensions.code);
    expect(late).toEqual(['CONFLICT']);
    expect((await storedRequest(id))?.version).toBe(2);
  });
});

describe('approveEntitlementRequest', () => {
  test.each([
    ['can grant at the bank', () => administrator, 'CanGetMeetings', bankId],
    ['can grant at any bank', () => administratorOfAll, 'CanGetAnyUser', null],
    ['is a super admin', () => superAdmin, 'CanGetAnyUser', null],
  ])('grants the role until expiresAt if the caller %s', async (_who, caller, roleName, at) => {
    const { id } = await insertEntitlementRequest(gateway.database, { userId: recipient.id, roleName, bankId: at });
    const expiresAt = '2100-01-01T00:00:00.000Z';

    const { data, errors } = await gateway.query(caller().token, approve, { id, expiresAt });

    expect(errors).toEqual([]);
    expect(data).toEqual({
      approveEntitlementRequest: {
        entitlementRequest: { id, state: 'APPROVED', decidedByUserId: caller().id, version: 2 },
        entitlement: { id: expect.any(String), roleName, bankId: at, expiresAt },
      },
    });
    expect(await heldBy(recipient.id)).toMatchObject([{ roleName, bankId: at, expiresAt: new Date(expiresAt) }]);
  });

  test('leaves the request open if the user holds the role or the expiry is in the past', async () => {
    const { id } = await insertEntitlementRequest(gateway.database, { userId: recipient.id, bankId });
    const past = await refusal(administrator, approve, { id, expiresAt: '2020-01-01T00:00:00Z' });
    await insertEntitlement(gateway.database, { userId: recipient.id, roleName: 'CanGetMeetings', bankId });

    expect(past).toMatchObject({ obpCode: 'OBP-10001', field: 'expiresAt' });
    expect(await refusal(administrator, approve, { id })).toMatchObject({ obpCode: 'OBP-30216' });
    expect((await storedRequest(id))?.state).toBe('REQUESTED');
  });
});

describe('rejectEntitlementRequest', () => {
  test('grants nothing, and returns the ID of the caller and the reason', async () => {
    const { id } = await insertEntitlementRequest(gateway.database, { userId: recipient.id, bankId });

    const { data } = await gateway.query(administrator.token, reject, { id, reason: 'Not needed' });

    expect(data).toEqual({
      rejectEntitlementRequest: {
        entitlementRequest: {
          id,
          state: 'REJECTED',
          decidedByUserId: administrator.id,
          decisionReason: 'Not needed',
        },
      },
    });
    expect(await heldBy(recipient.id)).toEqual([]);
  });

  test('fails without a reason, and refuses a super admin', async () => {
    const { id } = await insertEntitlementRequest(gateway.database, { userId: recipient.id, bankId });

    expect(await refusal(administrator, reject, { id, reason: '' })).toMatchObject({ obpCode: 'OBP-10001' });
    expect(await refusal(superAdmin, reject, { id, reason: 'No' })).toMatchObject({ obpCode: 'OBP-20006' });
  });
});

describe('entitlementRequests', () => {
  test('returns the requests at a bank to a caller who can grant there, and their own to others, newest first', async () => {
    const other = await gateway.createUser();
    const own = await insertEntitlementRequest(gateway.database, { userId: recipient.id, bankId });
    const others = await insertEntitlementRequest(gateway.database, { userId: other.id, bankId });
    const elsewhere = await insertEntitlementRequest(gateway.database, { userId: other.id, bankId: otherBankId });
    const idsFor = async (caller: TestUser, variables: Record<string, unknown>) => {
      const { data, errors } = await gateway.query(caller.token, requests, variables);
      expect(errors).toEqual([]);
      const inserted = [own.id, others.id, elsewhere.id];
      const returned = nodesOf<{ id: string }>(data?.entitlementRequests).map(({ id }) => id);
      return returned.filter((id) => inserted.includes(id));
    };

    expect(await idsFor(administrator, { bankId })).toEqual([others.id, own.id]);
    expect(await idsFor(administratorOfAll, {})).toEqual([elsewhere.id, others.id, own.id]);
    expect(await idsFor(administrator, { bankId: otherBankId })).toEqual([]);
    expect(await idsFor(recipient, { bankId })).toEqual([own.id]);
    expect(await idsFor(recipient, { state: 'APPROVED' })).toEqual([]);
    expect(await idsFor(superAdmin, {})).toEqual([]);
  });

  test('returns the requests in pages, and fails for the cursor of another caller', async () => {
    const inserted: string[] = [];
    for (const roleName of ['CanGetMeetings', 'CanGetCustomer', 'CanGetCrmEvents']) {
      inserted.unshift(
        (await insertEntitlementRequest(gateway.database, { userId: recipient.id, bankId, roleName })).id,
      );
    }

    const pages = await readPages<{ id: string }>(
      (after) => gateway.query(recipient.token, requests, { first: 2, after }),
      (data) => data.entitlementRequests,
    );
    const { data } = await gateway.query(recipient.token, requests, { first: 1 });
    const after = endCursorOf(data?.entitlementRequests);
    const foreign = await gateway.query(administratorOfAll.token, requests, { first: 1, after });

    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([inserted.slice(0, 2), inserted.slice(2)]);
    expect(data).toMatchObject({ entitlementRequests: { totalCount: 3 } });
    expect(foreign.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });
  });
});

describe('the audit event of entitlements', () => {
  const ofOneBank = ['CanCreateEntitlementAtOneBank', 'CanDeleteEntitlementAtOneBank'];
  const ofAnyBank = ['CanCreateEntitlementAtAnyBank', 'CanDeleteEntitlementAtAnyBank'];

  /** The grounds of the events that the call records. Expects that it succeeds. */
  async function groundsOf(caller: TestUser, document: string, variables: Record<string, unknown>) {
    const audit = auditReader(gateway.database);
    await audit.skipExisting();
    const { errors } = await gateway.query(caller.token, document, variables);
    expect(errors).toEqual([]);
    return [...new Set((await audit.events()).flatMap(({ roles }) => roles))];
  }

  /** Files a request of the recipient. Super admins can reject only what a granter proposed. */
  async function requestedId(roleName: string, at: string | null, proposedByUserId: string | null = null) {
    const values = { userId: recipient.id, roleName, bankId: at, proposedByUserId };
    return (await insertEntitlementRequest(gateway.database, values)).id;
  }

  test.each([
    ['the role at the bank', () => administrator, 'CanGetMeetings', bankId, ofOneBank],
    ['the role at any bank', () => administratorOfAll, 'CanGetMeetings', bankId, ofAnyBank],
    ['the role at any bank for a system role', () => administratorOfAll, 'CanGetAnyUser', null, ofAnyBank],
    ['no role of a super admin', () => superAdmin, 'CanGetAnyUser', null, []],
  ])('contains %s for a grant, a decision, a revocation, and a list', async (_what, caller, roleName, at, roles) => {
    const by = caller();
    const [granting, revoking] = [roles.slice(0, 1), roles.slice(1)];
    const input = { roleName, bankId: at };

    const granted = await groundsOf(by, grant, { userId: recipient.id, input });
    const held = await heldBy(recipient.id);
    const revoked = await groundsOf(by, revoke, { id: held[0]?.id });
    const approved = await groundsOf(by, approve, { id: await requestedId(roleName, at) });
    const proposer = await gateway.createUser();
    const rejected = await groundsOf(by, reject, {
      id: await requestedId(roleName, at, proposer.id),
      reason: 'Not needed',
    });
    const listed = await groundsOf(by, 'query ($bankId: ID) { entitlementRequests(bankId: $bankId) { totalCount } }', {
      bankId: at,
    });

    expect(granted).toEqual(['authenticated', ...granting]);
    expect(revoked).toEqual(['authenticated', ...revoking]);
    expect([approved, rejected, listed]).toEqual(Array(3).fill(['authenticated', ...granting]));
  });

  test('contains the role for a refused decision on a request that the caller can see', async () => {
    const { id } = await insertEntitlementRequest(gateway.database, { userId: administrator.id, bankId });
    const audit = auditReader(gateway.database);
    await audit.skipExisting();

    await gateway.query(administrator.token, approve, { id });
    await gateway.query(administrator.token, approve, { id: await requestedId('CanGetMeetings', otherBankId) });

    expect((await audit.events()).map(({ errors, roles }) => [errors, roles])).toEqual([
      [['OBP-30221'], ['authenticated', 'CanCreateEntitlementAtOneBank']],
      [['OBP-30215'], ['authenticated']],
    ]);
  });
});
