import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { entitlement } from '../../src/domain/user/entitlement.table.ts';
import { entitlementRequest } from '../../src/domain/user/entitlement-request.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf, endCursorOf, nodesOf, readPages } from '../support/paging.ts';
import { insertEntitlement, insertEntitlementRequest } from '../support/rows.ts';
import { everythingStored } from '../support/stored.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';

const grant = `mutation ($userId: ID!, $input: GrantEntitlementInput!, $idempotencyKey: String) {
  grantEntitlement(userId: $userId, input: $input, idempotencyKey: $idempotencyKey) {
    entitlement { id userId roleName bankId expiresAt bank { id } } } }`;
const revoke = `mutation ($id: ID!, $idempotencyKey: String) {
  revokeEntitlement(id: $id, idempotencyKey: $idempotencyKey) { entitlement { id userId roleName bankId } } }`;
const request = `mutation ($input: RequestEntitlementInput!, $idempotencyKey: String) {
  requestEntitlement(input: $input, idempotencyKey: $idempotencyKey) {
    entitlementRequest { id userId roleName bankId reason state decidedByUserId version user { id } } } }`;
const approve = `mutation ($id: ID!, $expiresAt: DateTime, $idempotencyKey: String) {
  approveEntitlementRequest(id: $id, expiresAt: $expiresAt, idempotencyKey: $idempotencyKey) {
    entitlementRequest { id state decidedByUserId version } entitlement { id roleName bankId expiresAt } } }`;
const reject = `mutation ($id: ID!, $reason: String!, $idempotencyKey: String) {
  rejectEntitlementRequest(id: $id, reason: $reason, idempotencyKey: $idempotencyKey) {
    entitlementRequest { id state decidedByUserId decisionReason } } }`;
const requests = `query ($bankId: ID, $state: EntitlementRequestState, $first: Int, $after: String) {
  entitlementRequests(bankId: $bankId, state: $state, first: $first, after: $after) {
    nodes { id state user { id } } totalCount pageInfo { hasNextPage endCursor } } }`;

let gateway: Gateway;
/** Grants and revokes at the bank. */
let administrator: TestUser;
/** Grants and revokes everywhere. */
let administratorOfAll: TestUser;
let superAdmin: TestUser;
let clerk: TestUser;

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
  clerk = await gateway.createUser();
});

afterAll(() => gateway.stop());

function heldBy(userId: string) {
  return gateway.database.read.select().from(entitlement).where(eq(entitlement.userId, userId));
}

async function storedRequest(id: string) {
  const [row] = await gateway.database.read.select().from(entitlementRequest).where(eq(entitlementRequest.id, id));
  return row;
}

/** What a call that is refused answers, when nothing was written by it. */
async function refusal(caller: TestUser, document: string, variables: Record<string, unknown>) {
  const before = await everythingStored(gateway.database);
  const { data, errors } = await gateway.query(caller.token, document, variables);
  expect(Object.values(data ?? {}).filter((value) => value !== null)).toEqual([]);
  expect(await everythingStored(gateway.database)).toEqual(before);
  return errors[0]?.extensions;
}

/** Whether the system role CanGetAnyKycChecks counts. */
async function mayReadChecks(user: TestUser): Promise<boolean> {
  const { errors } = await gateway.query(user.token, '{ kycChecks(customerId: "nobody") { id } }');
  return !errors.some(({ extensions }) => extensions.code === 'FORBIDDEN');
}

describe('grantEntitlement', () => {
  const atBank = { roleName: 'CanGetCustomer', bankId };
  const ofSystem = { roleName: 'CanGetAnyKycChecks' };

  test.each([
    ['to nobody in particular', () => clerk, atBank],
    ['to who may grant at another bank', () => administrator, { ...atBank, bankId: otherBankId }],
    ['of a system role to who may grant at one bank', () => administrator, ofSystem],
  ])('is refused %s, and nothing is written', async (_what, caller, input) => {
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
    ['who may grant at the bank', () => administrator],
    ['who may grant at any bank', () => administratorOfAll],
    ['the super admin', () => superAdmin],
  ])('to oneself is refused even to %s', async (_who, caller) => {
    expect(await refusal(caller(), grant, { userId: caller().id, input: atBank })).toMatchObject({
      code: 'FORBIDDEN',
      obpCode: 'OBP-30221',
    });
  });

  test.each([
    ['a bank role without a bank', { roleName: 'CanGetCustomer' }, 'OBP-30205'],
    ['a system role at a bank', { roleName: 'CanGetAnyKycChecks', bankId }, 'OBP-30206'],
    ['a role at an unknown bank', { roleName: 'CanGetCustomer', bankId: 'unknown' }, 'OBP-30001'],
    ['a role that has expired already', { ...atBank, expiresAt: '2020-01-01T00:00:00Z' }, 'OBP-10001'],
    ['what is no role', { ...atBank, roleName: 'CanDoAnything' }, 'OBP-10001'],
  ])('of %s is %s', async (_what, input, obpCode) => {
    expect(await refusal(administratorOfAll, grant, { userId: clerk.id, input })).toMatchObject({ obpCode });
  });

  test('to an unknown user is OBP-20057', async () => {
    expect(await refusal(administrator, grant, { userId: 'nobody', input: atBank })).toMatchObject({
      obpCode: 'OBP-20057',
    });
  });

  test.each([
    ['who may grant at the bank, of a bank role', () => administrator, atBank],
    ['who may grant at any bank, of a bank role', () => administratorOfAll, atBank],
    ['who may grant at any bank, of a system role', () => administratorOfAll, ofSystem],
    ['the super admin, of a system role', () => superAdmin, ofSystem],
  ])('by %s counts from the next request on, and is read by the user', async (_who, caller, input) => {
    const { data, errors } = await gateway.query(caller().token, grant, { userId: clerk.id, input });
    const me = await gateway.query(clerk.token, '{ me { entitlements { roleName bankId } } }');

    expect(errors).toEqual([]);
    const at = 'bankId' in input ? input.bankId : null;
    expect(data).toEqual({
      grantEntitlement: {
        entitlement: {
          id: expect.any(String),
          userId: clerk.id,
          roleName: input.roleName,
          bankId: at,
          expiresAt: null,
          bank: at === null ? null : { id: at },
        },
      },
    });
    expect(me.data).toEqual({ me: { entitlements: [{ roleName: input.roleName, bankId: at }] } });
    expect(await mayReadChecks(clerk)).toBe(input === ofSystem);
  });

  test('of what is held already is OBP-30216, and of calls that race one wins', async () => {
    const call = (caller: TestUser) => gateway.query(caller.token, grant, { userId: clerk.id, input: atBank });

    const answers = await Promise.all([call(administrator), call(administratorOfAll), call(superAdmin)]);

    expect(answers.flatMap(codesOf)).toEqual(['OBP-30216', 'OBP-30216']);
    expect(await heldBy(clerk.id)).toHaveLength(1);
  });

  test('with an idempotency key writes once', async () => {
    const variables = { userId: clerk.id, input: atBank, idempotencyKey: randomUUID() };

    const first = await gateway.query(administrator.token, grant, variables);
    const again = await gateway.query(administrator.token, grant, variables);

    expect(first.errors).toEqual([]);
    expect(again.data).toEqual(first.data);
    expect(await heldBy(clerk.id)).toHaveLength(1);
  });

  test('until a time counts no longer than that, is not read any more, and can be granted anew', async () => {
    const expiresAt = new Date(Date.now() + 2000).toISOString();
    const input = { ...ofSystem, expiresAt };
    const { errors } = await gateway.query(superAdmin.token, grant, { userId: clerk.id, input });
    const mayNow = await mayReadChecks(clerk);

    await new Promise((resolve) => setTimeout(resolve, 2100));
    const mayLater = await mayReadChecks(clerk);
    const me = await gateway.query(clerk.token, '{ me { entitlements { id } } }');
    const again = await gateway.query(superAdmin.token, grant, { userId: clerk.id, input: ofSystem });

    expect(errors).toEqual([]);
    expect([mayNow, mayLater]).toEqual([true, false]);
    expect(me.data).toEqual({ me: { entitlements: [] } });
    expect(again.errors).toEqual([]);
    expect(await mayReadChecks(clerk)).toBe(true);
    expect(await heldBy(clerk.id)).toHaveLength(1);
  });

  test('lets nobody grant by a right that has expired', async () => {
    await insertEntitlement(gateway.database, {
      userId: clerk.id,
      roleName: 'CanCreateEntitlementAtOneBank',
      bankId,
      expiresAt: new Date(Date.now() - 1),
    });

    expect(await refusal(clerk, grant, { userId: administrator.id, input: atBank })).toMatchObject({
      obpCode: 'OBP-20006',
    });
  });

  test('is all that the super admin may: no field is given for it', async () => {
    const document = `{ customers(bankId: "${bankId}") { nodes { id } } entitlements(userId: "${clerk.id}") { id } users { nodes { id } } }`;

    const { data, errors } = await gateway.query(superAdmin.token, document);

    expect(data).toEqual({ customers: null, entitlements: null, users: null });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']);
  });
});

describe('revokeEntitlement', () => {
  test('is refused without a role, to which nothing is told about what exists', async () => {
    const { id } = await insertEntitlement(gateway.database, {
      userId: clerk.id,
      roleName: 'CanGetCustomer',
      bankId,
    });

    const there = await refusal(clerk, revoke, { id });
    const nowhere = await refusal(clerk, revoke, { id: 'no-such-id' });

    expect(there).toMatchObject({
      obpCode: 'OBP-20006',
      missingRoles: ['CanDeleteEntitlementAtOneBank', 'CanDeleteEntitlementAtAnyBank'],
    });
    expect(nowhere).toEqual(there);
  });

  test.each([
    ['at another bank', 'CanGetCustomer', otherBankId],
    ['of a system role', 'CanGetAnyKycChecks', null],
  ])('of one %s is not found by who may revoke at one bank', async (_what, roleName, at) => {
    const { id } = await insertEntitlement(gateway.database, { userId: clerk.id, roleName, bankId: at });

    expect(await refusal(administrator, revoke, { id })).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-30212' });
  });

  test.each([
    ['who may at the bank', () => administrator, 'CanGetCustomer', bankId],
    ['who may at any bank', () => administratorOfAll, 'CanGetAnyKycChecks', null],
    ['the super admin', () => superAdmin, 'CanGetAnyKycChecks', null],
  ])('by %s counts from the next request on, once', async (_who, caller, roleName, at) => {
    const { id } = await insertEntitlement(gateway.database, { userId: clerk.id, roleName, bankId: at });
    const idempotencyKey = randomUUID();

    const first = await gateway.query(caller().token, revoke, { id, idempotencyKey });
    const replayed = await gateway.query(caller().token, revoke, { id, idempotencyKey });
    const again = await gateway.query(caller().token, revoke, { id });

    expect(first.data).toEqual({ revokeEntitlement: { entitlement: { id, userId: clerk.id, roleName, bankId: at } } });
    expect(replayed.data).toEqual(first.data);
    expect(codesOf(again)).toEqual(['OBP-30212']);
    expect(await heldBy(clerk.id)).toEqual([]);
    expect(await mayReadChecks(clerk)).toBe(false);
  });
});

describe('entitlements', () => {
  const document = 'query ($bankId: ID, $userId: ID!) { entitlements(bankId: $bankId, userId: $userId) { roleName } }';

  beforeEach(async () => {
    await insertEntitlement(gateway.database, { userId: clerk.id, roleName: 'CanGetCustomer', bankId });
    await insertEntitlement(gateway.database, { userId: clerk.id, roleName: 'CanGetAnyUser' });
    const expiresAt = new Date(Date.now() - 1);
    await insertEntitlement(gateway.database, { userId: clerk.id, roleName: 'CanGetMeetings', bankId, expiresAt });
  });

  test('gives those at the bank to who may read there, and all to who may read at any bank', async () => {
    const ofBank = await gateway.createUser({ roles: [['CanGetEntitlementsForAnyUserAtOneBank', bankId]] });
    const ofAll = await gateway.createUser({ roles: [['CanGetEntitlementsForAnyUserAtAnyBank', null]] });

    const atBank = await gateway.query(ofBank.token, document, { bankId, userId: clerk.id });
    const everywhere = await gateway.query(ofAll.token, document, { userId: clerk.id });
    const refused = await gateway.query(ofBank.token, document, { userId: clerk.id });
    const unknown = await gateway.query(ofAll.token, document, { userId: 'nobody' });

    expect(atBank.data).toEqual({ entitlements: [{ roleName: 'CanGetCustomer' }] });
    expect(everywhere.data).toEqual({ entitlements: [{ roleName: 'CanGetAnyUser' }, { roleName: 'CanGetCustomer' }] });
    expect(codesOf(refused)).toEqual(['OBP-20006']);
    expect(codesOf(unknown)).toEqual(['OBP-20057']);
  });
});

describe('requestEntitlement', () => {
  const input = { roleName: 'CanGetCustomer', bankId, reason: 'Joined the team' };

  test.each([
    ['a bank role without a bank', { bankId: null }, 'OBP-30205'],
    ['a system role at a bank', { roleName: 'CanGetAnyKycChecks' }, 'OBP-30206'],
    ['a role at an unknown bank', { bankId: 'unknown' }, 'OBP-30001'],
    ['a role without a reason', { reason: ' ' }, 'OBP-10001'],
    ['a role with too long a reason', { reason: 'x'.repeat(2001) }, 'OBP-10001'],
  ])('for %s is %s', async (_what, change, obpCode) => {
    expect(await refusal(clerk, request, { input: { ...input, ...change } })).toMatchObject({ obpCode });
  });

  test('is kept for somebody else to decide, and gives nothing', async () => {
    const { data, errors } = await gateway.query(clerk.token, request, { input });

    expect(errors).toEqual([]);
    expect(data).toEqual({
      requestEntitlement: {
        entitlementRequest: {
          ...input,
          id: expect.any(String),
          userId: clerk.id,
          state: 'REQUESTED',
          decidedByUserId: null,
          version: 1,
          user: { id: clerk.id },
        },
      },
    });
    expect(await heldBy(clerk.id)).toEqual([]);
  });

  test.each([
    ['a bank role', input],
    ['a system role', { roleName: 'CanGetAnyUser', reason: 'Support' }],
  ])('for %s is open once, whoever is first', async (_what, asked) => {
    const call = () => gateway.query(clerk.token, request, { input: asked });

    const answers = await Promise.all([call(), call(), call()]);

    expect(answers.flatMap(codesOf)).toEqual(['OBP-30214', 'OBP-30214']);
  });

  test('for what is held already is OBP-30216, but not when that has expired', async () => {
    await insertEntitlement(gateway.database, { userId: clerk.id, roleName: 'CanGetCustomer', bankId });
    const expiresAt = new Date(Date.now() - 1);
    await insertEntitlement(gateway.database, { userId: clerk.id, roleName: 'CanGetMeetings', bankId, expiresAt });

    const expired = await gateway.query(clerk.token, request, { input: { ...input, roleName: 'CanGetMeetings' } });

    expect(await refusal(clerk, request, { input })).toMatchObject({ obpCode: 'OBP-30216' });
    expect(expired.errors).toEqual([]);
  });
});

describe.each([
  ['approveEntitlementRequest', approve, {}],
  ['rejectEntitlementRequest', reject, { reason: 'Not needed' }],
])('%s', (_field, document, more) => {
  test('is refused without a role, to which nothing is told about what exists', async () => {
    const { id } = await insertEntitlementRequest(gateway.database, { userId: administrator.id, bankId });

    const there = await refusal(clerk, document, { id, ...more });
    const nowhere = await refusal(clerk, document, { id: 'no-such-id', ...more });

    expect(there).toMatchObject({
      obpCode: 'OBP-20006',
      missingRoles: ['CanCreateEntitlementAtOneBank', 'CanCreateEntitlementAtAnyBank'],
    });
    expect(nowhere).toEqual(there);
  });

  test.each([
    ['at another bank', 'CanGetMeetings', otherBankId],
    ['for a system role', 'CanGetAnyUser', null],
  ])('of one %s is not found by who may grant at one bank', async (_what, roleName, at) => {
    const { id } = await insertEntitlementRequest(gateway.database, { userId: clerk.id, roleName, bankId: at });

    expect(await refusal(administrator, document, { id, ...more })).toMatchObject({ obpCode: 'OBP-30215' });
  });

  test('of what one asked for oneself is OBP-30221', async () => {
    const { id } = await insertEntitlementRequest(gateway.database, { userId: administratorOfAll.id, bankId });

    expect(await refusal(administratorOfAll, document, { id, ...more })).toMatchObject({ obpCode: 'OBP-30221' });
  });

  test('happens once: of two who decide at the same time one is too late', async () => {
    const { id } = await insertEntitlementRequest(gateway.database, { userId: clerk.id, bankId });

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
    ['who may grant at the bank', () => administrator, 'CanGetMeetings', bankId],
    ['who may grant at any bank', () => administratorOfAll, 'CanGetAnyUser', null],
    ['the super admin', () => superAdmin, 'CanGetAnyUser', null],
  ])('by %s grants the role, until a time where one is given', async (_who, caller, roleName, at) => {
    const { id } = await insertEntitlementRequest(gateway.database, { userId: clerk.id, roleName, bankId: at });
    const expiresAt = '2100-01-01T00:00:00.000Z';

    const { data, errors } = await gateway.query(caller().token, approve, { id, expiresAt });

    expect(errors).toEqual([]);
    expect(data).toEqual({
      approveEntitlementRequest: {
        entitlementRequest: { id, state: 'APPROVED', decidedByUserId: caller().id, version: 2 },
        entitlement: { id: expect.any(String), roleName, bankId: at, expiresAt },
      },
    });
    expect(await heldBy(clerk.id)).toMatchObject([{ roleName, bankId: at, expiresAt: new Date(expiresAt) }]);
  });

  test('of what is held meanwhile, or until a time that has passed, leaves the request open', async () => {
    const { id } = await insertEntitlementRequest(gateway.database, { userId: clerk.id, bankId });
    const past = await refusal(administrator, approve, { id, expiresAt: '2020-01-01T00:00:00Z' });
    await insertEntitlement(gateway.database, { userId: clerk.id, roleName: 'CanGetMeetings', bankId });

    expect(past).toMatchObject({ obpCode: 'OBP-10001', field: 'expiresAt' });
    expect(await refusal(administrator, approve, { id })).toMatchObject({ obpCode: 'OBP-30216' });
    expect((await storedRequest(id))?.state).toBe('REQUESTED');
  });
});

describe('rejectEntitlementRequest', () => {
  test('grants nothing, and says who decided and why', async () => {
    const { id } = await insertEntitlementRequest(gateway.database, { userId: clerk.id, bankId });

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
    expect(await heldBy(clerk.id)).toEqual([]);
  });

  test('needs a reason, and is nothing that the super admin may', async () => {
    const { id } = await insertEntitlementRequest(gateway.database, { userId: clerk.id, bankId });

    expect(await refusal(administrator, reject, { id, reason: '' })).toMatchObject({ obpCode: 'OBP-10001' });
    expect(await refusal(superAdmin, reject, { id, reason: 'No' })).toMatchObject({ obpCode: 'OBP-20006' });
  });
});

describe('entitlementRequests', () => {
  test('gives those at the bank to who may grant there, and to everybody else their own, the newest first', async () => {
    const other = await gateway.createUser();
    const own = await insertEntitlementRequest(gateway.database, { userId: clerk.id, bankId });
    const others = await insertEntitlementRequest(gateway.database, { userId: other.id, bankId });
    const elsewhere = await insertEntitlementRequest(gateway.database, { userId: other.id, bankId: otherBankId });
    const idsFor = async (caller: TestUser, variables: Record<string, unknown>) => {
      const { data, errors } = await gateway.query(caller.token, requests, variables);
      expect(errors).toEqual([]);
      const made = [own.id, others.id, elsewhere.id];
      const given = nodesOf<{ id: string }>(data?.entitlementRequests).map(({ id }) => id);
      return given.filter((id) => made.includes(id));
    };

    expect(await idsFor(administrator, { bankId })).toEqual([others.id, own.id]);
    expect(await idsFor(administratorOfAll, {})).toEqual([elsewhere.id, others.id, own.id]);
    expect(await idsFor(administrator, { bankId: otherBankId })).toEqual([]);
    expect(await idsFor(clerk, { bankId })).toEqual([own.id]);
    expect(await idsFor(clerk, { state: 'APPROVED' })).toEqual([]);
    expect(await idsFor(superAdmin, {})).toEqual([]);
  });

  test('gives page after page, and a cursor that is nobody else’s', async () => {
    const made: string[] = [];
    for (const roleName of ['CanGetMeetings', 'CanGetCustomer', 'CanGetCrmEvents']) {
      made.unshift((await insertEntitlementRequest(gateway.database, { userId: clerk.id, bankId, roleName })).id);
    }

    const pages = await readPages<{ id: string }>(
      (after) => gateway.query(clerk.token, requests, { first: 2, after }),
      (data) => data.entitlementRequests,
    );
    const { data } = await gateway.query(clerk.token, requests, { first: 1 });
    const after = endCursorOf(data?.entitlementRequests);
    const foreign = await gateway.query(administratorOfAll.token, requests, { first: 1, after });

    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([made.slice(0, 2), made.slice(2)]);
    expect(data).toMatchObject({ entitlementRequests: { totalCount: 3 } });
    expect(foreign.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });
  });
});
