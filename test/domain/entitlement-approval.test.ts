/** Grants that require the approval of a second granter, so that no granter can use another user as a puppet. */
import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setGrantApprovalRequired } from '../../src/domain/bank/bank-administration.ts';
import { empowerment } from '../../src/domain/user/empowerment.table.ts';
import { entitlement } from '../../src/domain/user/entitlement.table.ts';
import { entitlementRequest } from '../../src/domain/user/entitlement-request.table.ts';
import { disableUser, grantRole } from '../../src/domain/user/user-administration.ts';
import { type AuditReader, auditReader } from '../support/audit-events.ts';
import { type Gateway, type GatewayResponse, startGateway, type TestUser } from '../support/gateway.ts';
import { nodesOf } from '../support/paging.ts';
import { insertEntitlementRequest } from '../support/rows.ts';
import { everythingStored } from '../support/stored.ts';

const bankId = 'gh.29.uk';
const strictBankId = 'gh.30.uk';

const grantDocument = /* GraphQL */ `mutation ($userId: ID!, $input: GrantEntitlementInput!, $idempotencyKey: String) {
  grantEntitlement(userId: $userId, input: $input, idempotencyKey: $idempotencyKey) { entitlement { id roleName } } }`;
const approveDocument = /* GraphQL */ `mutation ($id: ID!, $expiresAt: DateTime, $idempotencyKey: String) {
  approveEntitlementRequest(id: $id, expiresAt: $expiresAt, idempotencyKey: $idempotencyKey) {
    entitlementRequest { state proposedByUserId decidedByUserId expiresAt } entitlement { userId roleName expiresAt } } }`;
const rejectDocument = /* GraphQL */ `mutation ($id: ID!) {
  rejectEntitlementRequest(id: $id, reason: "Not needed") { entitlementRequest { state decidedByUserId } } }`;
const requestDocument = /* GraphQL */ `mutation ($input: RequestEntitlementInput!) {
  requestEntitlement(input: $input) { entitlementRequest { id } } }`;
const revokeDocument = 'mutation ($id: ID!) { revokeEntitlement(id: $id) { entitlementId } }';
const listDocument = /* GraphQL */ `query ($bankId: ID) { entitlementRequests(bankId: $bankId, state: REQUESTED) {
  nodes { id userId proposedByUserId reason expiresAt } } }`;

const granting = { roleName: 'CanCreateEntitlementAtOneBank', bankId };
const ordinary = { roleName: 'CanGetCustomer', bankId };

let gateway: Gateway;
let audit: AuditReader;

beforeAll(async () => {
  gateway = await startGateway({ environment: { GATEWAY_GRANT_APPROVAL: 'on' } });
  await gateway.createBank(bankId);
  await gateway.createBank(strictBankId);
  await setGrantApprovalRequired(gateway.database, strictBankId, true);
  audit = auditReader(gateway.database);
});

afterAll(() => gateway.stop());

/** Created on the command line, and therefore independent of all other users. */
const granter = () =>
  gateway.createUser({
    roles: [bankId, strictBankId].flatMap((at) => [
      ['CanCreateEntitlementAtOneBank', at] as const,
      ['CanDeleteEntitlementAtOneBank', at] as const,
    ]),
  });
const superAdmin = () => gateway.createUser({ isSuperAdmin: true });
const newUser = () => gateway.createUser();

function grant(by: TestUser, to: TestUser, input: object, idempotencyKey?: string) {
  return gateway.query(by.token, grantDocument, { userId: to.id, input, idempotencyKey });
}

function approve(by: TestUser, id: string, expiresAt?: string, idempotencyKey?: string) {
  return gateway.query(by.token, approveDocument, { id, expiresAt, idempotencyKey });
}

function keysOf({ errors }: Pick<GatewayResponse<unknown>, 'errors'>): unknown[] {
  return errors.map(({ extensions }) => extensions.key);
}

/** Files a request by a grant, and returns the ID of the request. */
async function proposal(by: TestUser, to: TestUser, input: object): Promise<string> {
  const answer = await grant(by, to, input);
  expect(keysOf(answer)).toEqual(['APPROVAL_REQUIRED']);
  return String(answer.errors[0]?.extensions.entitlementRequestId);
}

/** Grants with the approval of a second granter. */
async function grantTogether(by: TestUser, approver: TestUser, to: TestUser, input: object): Promise<void> {
  expect((await approve(approver, await proposal(by, to, input))).errors).toEqual([]);
}

function heldBy({ id }: TestUser) {
  return gateway.database.read.select().from(entitlement).where(eq(entitlement.userId, id));
}

/** Expects the error, and that nothing is written. */
async function expectRefusal(key: string, call: () => Promise<GatewayResponse<unknown>>): Promise<void> {
  const before = await everythingStored(gateway.database);
  expect(keysOf(await call())).toEqual([key]);
  expect(await everythingStored(gateway.database)).toEqual(before);
}

describe('grantEntitlement', () => {
  test.each([
    ['CanCreateEntitlementAtOneBank', bankId, granter],
    ['CanDeleteEntitlementAtOneBank', bankId, granter],
    ['CanCreateEntitlementAtAnyBank', null, superAdmin],
    ['CanDeleteEntitlementAtAnyBank', null, superAdmin],
    ['CanCreateBank', null, superAdmin],
  ])('files a request for %s and grants nothing', async (roleName, at, newGranter) => {
    const [admin, puppet] = [await newGranter(), await newUser()];

    const answer = await grant(admin, puppet, { roleName, bankId: at, reason: 'Joined the team' });

    expect(answer.data).toEqual({ grantEntitlement: null });
    const { extensions } = answer.errors[0] ?? {};
    expect(extensions).toMatchObject({ code: 'FORBIDDEN', key: 'APPROVAL_REQUIRED', obpCode: null });
    expect(await heldBy(puppet)).toEqual([]);
    const stored = await gateway.database.read
      .select()
      .from(entitlementRequest)
      .where(eq(entitlementRequest.userId, puppet.id));
    expect(stored).toMatchObject([
      {
        id: extensions?.entitlementRequestId,
        proposedByUserId: admin.id,
        roleName,
        bankId: at,
        state: 'REQUESTED',
        reason: 'Joined the team',
      },
    ]);
  });

  test('records the refused grant with the request that it filed', async () => {
    const [admin, puppet] = [await granter(), await newUser()];
    await audit.skipExisting();

    const id = await proposal(admin, puppet, granting);

    const events = await audit.events();
    expect(events).toMatchObject([
      {
        kind: 'WRITE',
        outcome: 'REFUSED',
        bankId,
        userId: admin.id,
        subjectUserIds: [puppet.id],
        fieldsRefused: ['Mutation.grantEntitlement'],
        fieldsReturned: [],
        errors: ['APPROVAL_REQUIRED'],
        changes: expect.arrayContaining(['EntitlementRequest.proposedByUserId', 'EntitlementRequest.roleName']),
      },
    ]);
    expect(JSON.stringify(events)).not.toContain(id);
  });

  test('grants an ordinary role at once to a user who did not empower the granter', async () => {
    const [admin, recipient] = [await granter(), await newUser()];

    expect((await grant(admin, recipient, ordinary)).errors).toEqual([]);
    expect(await heldBy(recipient)).toHaveLength(1);
  });

  test('files one request for each idempotency key, and returns it even after the approval', async () => {
    const [admin, second, puppet] = [await granter(), await granter(), await newUser()];
    const key = randomUUID();

    const answers = await Promise.all([1, 2, 3].map(() => grant(admin, puppet, granting, key)));
    const id = String(answers[0]?.errors[0]?.extensions.entitlementRequestId);
    expect((await approve(second, id)).errors).toEqual([]);
    answers.push(await grant(admin, puppet, granting, key));

    for (const { errors } of answers) {
      expect(errors[0]?.extensions).toMatchObject({ key: 'APPROVAL_REQUIRED', entitlementRequestId: id });
    }
    const stored = await gateway.database.read
      .select()
      .from(entitlementRequest)
      .where(eq(entitlementRequest.userId, puppet.id));
    expect(stored).toHaveLength(1);
    expect(await heldBy(puppet)).toHaveLength(1);
  });

  test('returns the open proposal of the caller without a key, and fails with OBP-30214 for other proposals', async () => {
    const [admin, second, puppet] = [await granter(), await granter(), await newUser()];
    const id = await proposal(admin, puppet, granting);

    const again = await Promise.all([1, 2].map(() => grant(admin, puppet, granting)));
    const other = await grant(second, puppet, granting);
    const otherExpiry = await grant(admin, puppet, { ...granting, expiresAt: '2100-01-01T00:00:00Z' });

    expect(again.map(({ errors }) => errors[0]?.extensions.entitlementRequestId)).toEqual([id, id]);
    for (const { errors } of [other, otherExpiry]) {
      expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-30214', entitlementRequestId: id });
    }
  });

  test('checks the grant before it files a request', async () => {
    const [admin, second, puppet] = [await granter(), await granter(), await newUser()];
    const unknown = { ...puppet, id: randomUUID() };
    await grantTogether(admin, second, puppet, granting);

    await expectRefusal('OBP-30216', () => grant(admin, puppet, granting));
    await expectRefusal('OBP-20057', () => grant(admin, unknown, granting));
    await expectRefusal('OBP-30221', () => grant(admin, admin, granting));
    await expectRefusal('OBP-10001', () => grant(admin, unknown, { ...granting, expiresAt: '2020-01-01T00:00:00Z' }));
    await expectRefusal('OBP-10001', () => grant(admin, unknown, { ...granting, reason: 'x'.repeat(2001) }));
  });

  test('requires an approval for a user who empowered the granter through any chain', async () => {
    const [admin, second, bob, cleo] = [await granter(), await granter(), await newUser(), await newUser()];
    await grantTogether(admin, second, bob, granting);
    const helper = await granter();
    await grantTogether(bob, helper, cleo, granting);

    for (const upstream of [admin, second, bob, helper]) await proposal(cleo, upstream, ordinary);
    expect((await grant(cleo, await newUser(), ordinary)).errors).toEqual([]);
  });

  test('requires an approval even if the right was revoked and granted again by another user', async () => {
    const [admin, second, puppet] = [await granter(), await granter(), await newUser()];
    await grantTogether(admin, second, puppet, granting);
    const [held] = await heldBy(puppet);
    expect((await gateway.query(admin.token, revokeDocument, { id: held?.id })).errors).toEqual([]);
    const { username } = puppet;
    await grantRole(gateway.database, { username, roleName: 'CanCreateEntitlementAtOneBank', bankId });

    await proposal(puppet, admin, ordinary);
  });
});

describe('a puppet', () => {
  test('cannot be empowered by a granter at a bank alone', async () => {
    const [admin, puppet] = [await granter(), await newUser()];
    const id = await proposal(admin, puppet, granting);

    await expectRefusal('OBP-20006', () => grant(puppet, admin, ordinary));
    await expectRefusal('OBP-30221', () => approve(admin, id));
    await expectRefusal('OBP-20006', () => approve(puppet, id));
  });

  test('cannot be empowered by a super admin alone', async () => {
    const [admin, puppet] = [await superAdmin(), await newUser()];
    const id = await proposal(admin, puppet, { roleName: 'CanCreateEntitlementAtAnyBank' });

    await expectRefusal('OBP-30221', () => approve(admin, id));
    expect(await heldBy(puppet)).toEqual([]);
  });

  test('cannot approve for the granter whose token created it', async () => {
    const admin = await granter();
    const username = `puppet.${randomUUID().slice(0, 8)}`;
    const created = await gateway.query<{ createUser: { token: string; user: { id: string } } }>(
      admin.token,
      `mutation ($input: CreateUserInput!) { createUser(input: $input) { token user { id } } }`,
      {
        input: {
          username,
          password: 'A long enough passphrase.',
          email: 'puppet@example.com',
          firstName: 'A',
          lastName: 'B',
        },
      },
    );
    const { token = '', user } = created.data?.createUser ?? {};
    const puppet = { id: user?.id ?? '', username, email: '', token };
    await grantRole(gateway.database, { username, roleName: 'CanCreateEntitlementAtOneBank', bankId });
    const id = await proposal(admin, await newUser(), granting);

    await expectRefusal('OBP-30221', () => approve(puppet, id));
  });
});

describe('approveEntitlementRequest of a proposal', () => {
  test('grants the role until the proposed time, and stores both granters', async () => {
    const [admin, second, recipient] = [await granter(), await granter(), await newUser()];
    const expiresAt = '2100-01-01T00:00:00.000Z';
    const id = await proposal(admin, recipient, { ...granting, expiresAt });

    await expectRefusal('OBP-10001', () => approve(second, id, '2100-01-02T00:00:00.000Z'));
    const { data, errors } = await approve(second, id);

    expect(errors).toEqual([]);
    expect(data).toEqual({
      approveEntitlementRequest: {
        entitlementRequest: {
          state: 'APPROVED',
          proposedByUserId: admin.id,
          decidedByUserId: second.id,
          expiresAt,
        },
        entitlement: { userId: recipient.id, roleName: granting.roleName, expiresAt },
      },
    });
    const history = await gateway.database.read.select().from(empowerment).where(eq(empowerment.userId, recipient.id));
    expect(history).toMatchObject([
      { kind: 'GRANTED', byUserId: admin.id, approvedByUserId: second.id, roleName: granting.roleName, bankId },
    ]);
  });

  test('accepts a second super admin, who can read the proposal in the list', async () => {
    const [admin, second, recipient] = [await superAdmin(), await superAdmin(), await newUser()];
    const input = { roleName: 'CanCreateEntitlementAtAnyBank', reason: 'New administrator' };
    const id = await proposal(admin, recipient, input);

    const list = await gateway.query(second.token, listDocument);
    expect(nodesOf(list.data?.entitlementRequests)).toContainEqual({
      id,
      userId: recipient.id,
      proposedByUserId: admin.id,
      reason: 'New administrator',
      expiresAt: null,
    });
    expect((await approve(second, id)).errors).toEqual([]);
    expect(await heldBy(recipient)).toHaveLength(1);
  });

  test('refuses the recipient, and users who depend on the proposer or the recipient', async () => {
    const [admin, second, third] = [await granter(), await granter(), await granter()];
    const [bob, cleo] = [await newUser(), await newUser()];
    await grantTogether(admin, second, bob, granting);
    await grantTogether(bob, third, cleo, granting);
    const [fresh, other] = [await newUser(), await newUser()];
    const ofAdmin = await proposal(admin, fresh, granting);
    const ofCleo = await proposal(cleo, other, granting);
    const toBob = await proposal(third, bob, { ...granting, roleName: 'CanDeleteEntitlementAtOneBank' });

    for (const [id, approver] of [
      // Users whom the proposer empowered, directly or through a chain.
      [ofAdmin, bob],
      [ofAdmin, cleo],
      // Users who empowered the proposer.
      [ofCleo, bob],
      [ofCleo, admin],
      [ofCleo, third],
      // The recipient, a user whom the recipient empowered, and a user who empowered the recipient.
      [toBob, bob],
      [toBob, cleo],
      [toBob, admin],
    ] as const) {
      await expectRefusal('OBP-30221', () => approve(approver, id));
    }
    expect((await approve(second, toBob)).errors).toEqual([]);
    expect((await approve(await granter(), ofCleo)).errors).toEqual([]);
  });

  test('accepts the same two granters for a second role of the same user', async () => {
    const [admin, second, recipient] = [await granter(), await granter(), await newUser()];

    await grantTogether(admin, second, recipient, granting);
    await grantTogether(admin, second, recipient, { ...granting, roleName: 'CanDeleteEntitlementAtOneBank' });

    expect(await heldBy(recipient)).toHaveLength(2);
  });

  test('succeeds once when two granters approve at the same time', async () => {
    const [admin, recipient] = [await granter(), await newUser()];
    const id = await proposal(admin, recipient, granting);
    const [second, third] = [await granter(), await granter()];

    const answers = await Promise.all([approve(second, id), approve(third, id)]);

    expect(answers.flatMap(keysOf)).toEqual(['VERSION_CONFLICT']);
    expect(await heldBy(recipient)).toHaveLength(1);
  });

  test('makes the approver the proposer if the first granter has lost the right to grant', async () => {
    const [admin, disabled, second, recipient] = [await granter(), await granter(), await granter(), await newUser()];
    const [ofRevoked, ofDisabled] = [
      await proposal(admin, recipient, granting),
      await proposal(disabled, await newUser(), granting),
    ];
    await gateway.database.transaction((transaction) =>
      transaction.delete(entitlement).where(eq(entitlement.userId, admin.id)),
    );
    await disableUser(gateway.database, disabled.username);

    for (const id of [ofRevoked, ofDisabled]) {
      const { data } = await approve(second, id);
      expect(data).toMatchObject({
        approveEntitlementRequest: {
          entitlementRequest: { state: 'REQUESTED', proposedByUserId: second.id },
          entitlement: null,
        },
      });
    }
    expect(await heldBy(recipient)).toEqual([]);
    expect((await approve(await granter(), ofRevoked)).errors).toEqual([]);
    expect(await heldBy(recipient)).toHaveLength(1);
  });

  test('accepts the proposal of a granter whose role is a claim, because claims are not stored', async () => {
    const [second, recipient] = [await granter(), await newUser()];
    const proposedByUserId = (await newUser()).id;
    const stored = { userId: recipient.id, ...granting, proposedByUserId, isProposedByClaim: true };
    const { id } = await insertEntitlementRequest(gateway.database, stored);

    expect((await approve(second, id)).errors).toEqual([]);
    expect(await heldBy(recipient)).toHaveLength(1);
  });

  test('grants once for each idempotency key, and returns the same', async () => {
    const [admin, second, recipient] = [await granter(), await granter(), await newUser()];
    const id = await proposal(admin, recipient, granting);
    const key = randomUUID();

    const first = await approve(second, id, undefined, key);
    const again = await approve(second, id, undefined, key);

    expect(first.errors).toEqual([]);
    expect(again.data).toEqual(first.data);
    expect(await heldBy(recipient)).toHaveLength(1);
  });
});

describe('approveEntitlementRequest of a request by the user', () => {
  async function request(by: TestUser, input: object): Promise<string> {
    const { data } = await gateway.query<{ requestEntitlement: { entitlementRequest: { id: string } } }>(
      by.token,
      requestDocument,
      { input: { ...input, reason: 'My work' } },
    );
    return data?.requestEntitlement.entitlementRequest.id ?? '';
  }

  test('requires two granters for a granting role, and makes the first one the proposer', async () => {
    const [admin, second, recipient] = [await granter(), await granter(), await newUser()];
    const id = await request(recipient, granting);

    const first = await approve(admin, id);
    await expectRefusal('OBP-30221', () => approve(admin, id));
    const heldBetween = await heldBy(recipient);
    const last = await approve(second, id);

    expect(first.data).toMatchObject({
      approveEntitlementRequest: {
        entitlementRequest: { state: 'REQUESTED', proposedByUserId: admin.id, decidedByUserId: null },
        entitlement: null,
      },
    });
    expect(heldBetween).toEqual([]);
    expect(last.errors).toEqual([]);
    expect(await heldBy(recipient)).toHaveLength(1);
  });

  test('requires two granters if the user empowered the first one', async () => {
    const [admin, second, bob] = [await granter(), await granter(), await newUser()];
    await grantTogether(admin, second, bob, granting);
    const id = await request(admin, ordinary);

    const first = await approve(bob, id);

    expect(first.data).toMatchObject({ approveEntitlementRequest: { entitlement: null } });
    await expectRefusal('OBP-30221', () => approve(second, id));
    expect((await approve(await granter(), id)).errors).toEqual([]);
  });

  test('requires one granter for an ordinary role', async () => {
    const recipient = await newUser();
    const { errors } = await approve(await granter(), await request(recipient, ordinary));

    expect(errors).toEqual([]);
    expect(await heldBy(recipient)).toHaveLength(1);
  });
});

describe('rejectEntitlementRequest of a proposal', () => {
  const reject = (by: TestUser, id: string) => gateway.query(by.token, rejectDocument, { id });

  test('accepts an independent granter, a super admin, or the proposer, and grants nothing', async () => {
    const [admin, second] = [await granter(), await granter()];
    for (const rejecter of [await granter(), await superAdmin(), admin]) {
      const recipient = await newUser();
      const id = await proposal(admin, recipient, granting);

      const { data, errors } = await reject(rejecter, id);

      expect(errors).toEqual([]);
      expect(data).toEqual({
        rejectEntitlementRequest: { entitlementRequest: { state: 'REJECTED', decidedByUserId: rejecter.id } },
      });
      await expectRefusal('VERSION_CONFLICT', () => approve(second, id));
      expect(await heldBy(recipient)).toEqual([]);
    }
  });

  test('refuses users who depend on the proposer', async () => {
    const [admin, second, bob] = [await granter(), await granter(), await newUser()];
    await grantTogether(admin, second, bob, granting);
    const id = await proposal(admin, await newUser(), granting);

    await expectRefusal('OBP-30221', () => reject(bob, id));
  });
});

describe('a bank that requires approval of every grant', () => {
  test('requires approval for system roles too, because they apply at all banks', async () => {
    const admin = await superAdmin();
    const { errors } = await grant(admin, await newUser(), { roleName: 'CanGetCustomersAtAnyBank' });
    expect(errors).toMatchObject([{ extensions: { key: 'APPROVAL_REQUIRED' } }]);
  });

  const atStrictBank = { roleName: 'CanGetCustomer', bankId: strictBankId };

  test('requires approval for ordinary roles too, and accepts granters whom the same two users empowered', async () => {
    const [admin, second] = [await superAdmin(), await superAdmin()];
    const [bob, cleo, recipient] = [await newUser(), await newUser(), await newUser()];
    const grantingThere = { ...granting, bankId: strictBankId };
    await grantTogether(admin, second, bob, grantingThere);
    await grantTogether(admin, second, cleo, grantingThere);

    const id = await proposal(bob, recipient, atStrictBank);
    expect(await heldBy(recipient)).toEqual([]);
    expect((await approve(cleo, id)).errors).toEqual([]);
    expect(await heldBy(recipient)).toHaveLength(1);
  });
});

test('the history of grants cannot be changed or deleted', async () => {
  const [admin, recipient] = [await granter(), await newUser()];
  await grant(admin, recipient, ordinary);
  const own = eq(empowerment.userId, recipient.id);
  const message = /cannot be (changed|deleted)/;
  const causeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'no error',
      (error: Error) => `${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`,
    );

  const deleted = gateway.database.transaction((transaction) => transaction.delete(empowerment).where(own));
  expect(await causeOf(deleted)).toMatch(message);
  const changed = gateway.database.transaction((transaction) =>
    transaction.update(empowerment).set({ byUserId: recipient.id }).where(own),
  );
  expect(await causeOf(changed)).toMatch(message);
  expect(await gateway.database.read.select().from(empowerment).where(own)).toMatchObject([{ byUserId: admin.id }]);
});
