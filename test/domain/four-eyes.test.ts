import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { setKycFourEyes } from '../../src/domain/bank/bank-administration.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { kycStatus } from '../../src/domain/kyc/kyc-status.table.ts';
import { kycStatusProposal } from '../../src/domain/kyc/kyc-status-proposal.table.ts';
import { entitlement } from '../../src/domain/user/entitlement.table.ts';
import { disableUser, grantRole } from '../../src/domain/user/user-administration.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf } from '../support/paging.ts';
import { insertCustomer, insertKycStatusProposal, insertUserCustomerLink } from '../support/rows.ts';
import { everythingStored } from '../support/stored.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const date = '2024-05-31T09:30:00.000Z';
const input = { ok: true, date };

const propose = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $input: AddKycStatusInput!, $idempotencyKey: String) {
  proposeKycStatus(bankId: $bankId, customerId: $customerId, input: $input, idempotencyKey: $idempotencyKey) {
    kycStatusProposal { id ok date state proposedByUserId decidedByUserId version } kycStatus { id } } }`;
const confirm = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $id: ID!, $idempotencyKey: String) {
  confirmKycStatus(bankId: $bankId, customerId: $customerId, id: $id, idempotencyKey: $idempotencyKey) {
    kycStatusProposal { id state decidedByUserId version } kycStatus { ok date }
    customer { id kycStatus lastOkDate } } }`;
const reject = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $id: ID!, $reason: String!, $idempotencyKey: String) {
  rejectKycStatus(bankId: $bankId, customerId: $customerId, id: $id, reason: $reason, idempotencyKey: $idempotencyKey) {
    kycStatusProposal { id state decidedByUserId decisionReason } kycStatus { id } } }`;
const add = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $input: AddKycStatusInput!) {
  addKycStatus(bankId: $bankId, customerId: $customerId, input: $input) { kycStatus { ok } } }`;
const open = /* GraphQL */ `query ($bankId: ID!, $customerId: ID!) {
  customer(bankId: $bankId, customerId: $customerId) { kycStatus kycStatusProposals { id ok } }
  kycStatusProposals(bankId: $bankId, customerId: $customerId, state: PROPOSED) { nodes { id ok } } }`;

let gateway: Gateway;
/** Can propose and confirm KYC statuses, as the second officer can, but cannot confirm their own proposals. */
let officer: TestUser;
let secondOfficer: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  for (const id of [bankId, otherBankId]) await gateway.createBank(id);
  await setKycFourEyes(gateway.database, bankId, true);
  const roles = ['CanAddKycStatus', 'CanConfirmKycStatus', 'CanGetCustomer', 'CanCreateCustomer'] as const;
  const newOfficer = () => {
    return gateway.createUser({
      roles: [bankId, otherBankId].flatMap((at) => roles.map((role) => [role, at] as const)),
    });
  };
  officer = await newOfficer();
  secondOfficer = await newOfficer();
});

beforeEach(async () => {
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
});

afterAll(() => gateway.stop());

async function proposalOf({ id: proposedByUserId }: TestUser): Promise<string> {
  const values = { bankId, customerId, proposedByUserId, date: new Date(date) };
  return (await insertKycStatusProposal(gateway.database, values)).id;
}

function timeline() {
  return gateway.database.read.select().from(kycStatus).where(eq(kycStatus.customerId, customerId));
}

async function storedProposal(id: string) {
  const [row] = await gateway.database.read.select().from(kycStatusProposal).where(eq(kycStatusProposal.id, id));
  return row;
}

/** The error with which a call fails. Expects that the call writes nothing. */
async function refusal(caller: TestUser, document: string, variables: Record<string, unknown>) {
  const before = await everythingStored(gateway.database);
  const { data, errors } = await gateway.query(caller.token, document, { bankId, customerId, ...variables });
  expect(Object.values(data ?? {}).filter((value) => value !== null)).toEqual([]);
  expect(await everythingStored(gateway.database)).toEqual(before);
  return errors[0];
}

describe('confirmKycStatus and rejectKycStatus', () => {
  const kycRoles = ['CanAddKycStatus', 'CanConfirmKycStatus'] as const;
  const grant = `mutation ($userId: ID!, $roleName: Role!, $bankId: ID) {
    grantEntitlement(userId: $userId, input: { roleName: $roleName, bankId: $bankId }) { entitlement { id } } }`;

  async function grantRoles(by: TestUser, to: TestUser, ...roleNames: string[]): Promise<void> {
    for (const roleName of roleNames) {
      const { errors } = await gateway.query(by.token, grant, { userId: to.id, roleName, bankId });
      expect(errors).toEqual([]);
    }
  }

  /** An officer who can also grant roles, created on the command line. */
  const grantingOfficer = () =>
    gateway.createUser({
      roles: ['CanCreateEntitlementAtOneBank', 'CanDeleteEntitlementAtOneBank', ...kycRoles].map(
        (role) => [role as 'CanAddKycStatus', bankId] as const,
      ),
    });

  async function expectRefused(proposer: TestUser, decider: TestUser): Promise<void> {
    const id = await proposalOf(proposer);
    for (const [document, variables] of [
      [confirm, { id }],
      [reject, { id, reason: 'No' }],
    ] as const) {
      const refused = await refusal(decider, document, variables);
      expect(refused?.extensions).toMatchObject({ code: 'FORBIDDEN', key: 'KYC_OFFICERS_NOT_INDEPENDENT', bankId });
    }
    expect((await storedProposal(id))?.state).toBe('PROPOSED');
    await gateway.database.transaction((transaction) =>
      transaction.delete(kycStatusProposal).where(eq(kycStatusProposal.id, id)),
    );
  }

  test('refuse two officers if one granted a KYC role to the other, even after the role was revoked', async () => {
    const [maker, puppet] = [await grantingOfficer(), await gateway.createUser()];
    await grantRoles(maker, puppet, ...kycRoles);

    await expectRefused(maker, puppet);
    await expectRefused(puppet, maker);
    await gateway.database.transaction((transaction) =>
      transaction.delete(entitlement).where(eq(entitlement.userId, puppet.id)),
    );
    const { username } = puppet;
    for (const roleName of kycRoles) await grantRole(gateway.database, { username, roleName, bankId });
    await expectRefused(maker, puppet);
  });

  test('refuse two officers if one empowered the other through a third user', async () => {
    const [maker, between, puppet] = [await grantingOfficer(), await gateway.createUser(), await gateway.createUser()];
    await grantRoles(maker, between, 'CanCreateEntitlementAtOneBank');
    await grantRoles(between, puppet, ...kycRoles);

    await expectRefused(maker, puppet);
    await expectRefused(puppet, maker);
  });

  test('accept two officers whom the same administrator appointed', async () => {
    const [administrator, proposer, decider] = [
      await grantingOfficer(),
      await gateway.createUser(),
      await gateway.createUser(),
    ];
    await grantRoles(administrator, proposer, ...kycRoles);
    await grantRoles(administrator, decider, ...kycRoles);

    const variables = { bankId, customerId, id: await proposalOf(proposer) };
    const { errors } = await gateway.query(decider.token, confirm, variables);

    expect(errors.filter(({ path }) => path?.length === 1)).toEqual([]);
  });

  test('refuse two officers if one enabled the other', async () => {
    const helper = await gateway.createUser({
      roles: [['CanUnlockUser', null], ...kycRoles.map((role) => [role, bankId] as const)],
    });
    await disableUser(gateway.database, secondOfficer.username);
    const unlock = 'mutation ($userId: ID!) { unlockUser(userId: $userId) { user { userId } } }';
    expect((await gateway.query(helper.token, unlock, { userId: secondOfficer.id })).data?.unlockUser).not.toBeNull();

    await expectRefused(helper, secondOfficer);
  });
});

describe('a bank with kycFourEyes', () => {
  test('is marked as such for every authenticated caller', async () => {
    const { token } = await gateway.createUser();
    const { data } = await gateway.query(token, '{ banks { id kycFourEyes } }');

    expect(data).toEqual({
      banks: [
        { id: bankId, kycFourEyes: true },
        { id: otherBankId, kycFourEyes: false },
      ],
    });
  });

  test('refuses addKycStatus, and names the alternative in the error', async () => {
    const refused = await refusal(officer, add, { input });

    expect(refused?.extensions).toMatchObject({ code: 'FORBIDDEN', obpCode: null, bankId });
    expect(refused?.message).toContain('Call proposeKycStatus, then let another officer call confirmKycStatus.');
  });

  test('refuses a new customer with an ok status, alone or in a list, but accepts others', async () => {
    const newCustomer = { legalName: 'Eveline Tripman', mobilePhoneNumber: '+447972444876' };
    const create = `mutation ($bankId: ID!, $input: CreateCustomerInput!) {
      createCustomer(bankId: $bankId, input: $input) { customer { kycStatus } } }`;
    const createMany = `mutation ($bankId: ID!, $input: [CreateCustomerInput!]!) {
      createCustomers(bankId: $bankId, input: $input) { customers { kycStatus } } }`;

    const alone = await refusal(officer, create, { input: { ...newCustomer, kycStatus: true } });
    const inList = await refusal(officer, createMany, { input: [newCustomer, { ...newCustomer, kycStatus: true }] });
    const without = await gateway.query(officer.token, create, { bankId, input: newCustomer });

    expect(alone?.extensions).toMatchObject({ code: 'FORBIDDEN', field: 'input.kycStatus', bankId });
    expect(inList?.extensions).toMatchObject({ code: 'FORBIDDEN', field: 'input[1].kycStatus', bankId });
    expect(without.data).toEqual({ createCustomer: { customer: { kycStatus: false } } });
  });

  test('does not affect another bank, at which one officer is enough', async () => {
    const { id } = await insertCustomer(gateway.database, { bankId: otherBankId });

    const { errors } = await gateway.query(officer.token, add, { bankId: otherBankId, customerId: id, input });

    expect(errors).toEqual([]);
  });

  test('accepts addKycStatus again after kycFourEyes is disabled', async () => {
    const id = `bank-${randomUUID()}`;
    await gateway.createBank(id);
    const own = await gateway.createUser({ roles: [['CanAddKycStatus', id]] });
    const ofBank = await insertCustomer(gateway.database, { bankId: id });
    const call = () => gateway.query(own.token, add, { bankId: id, customerId: ofBank.id, input });

    await setKycFourEyes(gateway.database, id, true);
    const on = await call();
    await setKycFourEyes(gateway.database, id, false);
    const off = await call();

    expect(on.errors[0]?.extensions.code).toBe('FORBIDDEN');
    expect(off.errors).toEqual([]);
    await expect(setKycFourEyes(gateway.database, 'unknown', true)).rejects.toMatchObject({ key: 'OBP-30001' });
  });
});

describe('proposeKycStatus', () => {
  test('refuses a caller without the role, and fails for an unknown customer and a time in the future', async () => {
    const confirmer = await gateway.createUser({ roles: [['CanConfirmKycStatus', bankId]] });

    const codes = [
      await refusal(confirmer, propose, { input }),
      await refusal(officer, propose, { customerId: 'unknown', input }),
      await refusal(officer, propose, { input: { ...input, date: '2100-01-01T00:00:00Z' } }),
    ].map((error) => error?.extensions.obpCode);

    expect(codes).toEqual(['OBP-20006', 'OBP-30046', 'OBP-10001']);
  });

  test('files an open proposal that does not change the customer', async () => {
    const idempotencyKey = randomUUID();
    const variables = { bankId, customerId, input, idempotencyKey };

    const first = await gateway.query(officer.token, propose, variables);
    const again = await gateway.query(officer.token, propose, variables);
    const read = await gateway.query(secondOfficer.token, open, { bankId, customerId });

    expect(first.errors).toEqual([]);
    expect(first.data).toEqual({
      proposeKycStatus: {
        kycStatusProposal: {
          ...input,
          id: expect.any(String),
          state: 'PROPOSED',
          proposedByUserId: officer.id,
          decidedByUserId: null,
          version: 1,
        },
        kycStatus: null,
      },
    });
    expect(again.data).toEqual(first.data);
    const proposals = [{ id: expect.any(String), ok: true }];
    expect(read.data).toEqual({
      customer: { kycStatus: false, kycStatusProposals: proposals },
      kycStatusProposals: { nodes: proposals },
    });
    expect(await timeline()).toEqual([]);
  });

  test('files one proposal when two officers propose the same status at the same time', async () => {
    const call = ({ token }: TestUser) => gateway.query(token, propose, { bankId, customerId, input });

    const answers = await Promise.all([call(officer), call(secondOfficer), call(officer)]);

    expect(answers.flatMap(codesOf)).toEqual([]);
    const proposals = answers.map(({ data }) => data?.proposeKycStatus as { kycStatusProposal: { id: string } });
    expect(new Set(proposals.map(({ kycStatusProposal: { id } }) => id)).size).toBe(1);
  });
});

describe.each([
  ['confirmKycStatus', confirm, {}],
  ['rejectKycStatus', reject, { reason: 'The passport had expired' }],
])('%s', (_field, document, more) => {
  test('refuses a caller without the role', async () => {
    const proposer = await gateway.createUser({ roles: [['CanAddKycStatus', bankId]] });
    const id = await proposalOf(officer);

    expect((await refusal(proposer, document, { id, ...more }))?.extensions).toMatchObject({
      obpCode: 'OBP-20006',
      missingRoles: ['CanConfirmKycStatus'],
    });
  });

  test("refuses a decision on the caller's own proposal, whatever roles the caller holds", async () => {
    const id = await proposalOf(officer);

    const refused = await refusal(officer, document, { id, ...more });

    expect(refused?.extensions).toMatchObject({ code: 'FORBIDDEN', obpCode: null, bankId });
    expect(refused?.message).toContain('Officers cannot decide on their own proposals');
  });

  test('fails with NOT_FOUND for a proposal of another customer and for an unknown proposal', async () => {
    const id = await proposalOf(officer);
    const other = await insertCustomer(gateway.database, { bankId });

    const refused = [
      await refusal(secondOfficer, document, { customerId: other.id, id, ...more }),
      await refusal(secondOfficer, document, { id: 'no-such-id', ...more }),
    ];

    expect(refused.map((error) => error?.extensions.code)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
  });

  test('succeeds once when two decisions race', async () => {
    const proposer = await gateway.createUser({ roles: [['CanAddKycStatus', bankId]] });
    const id = await proposalOf(proposer);
    const variables = { bankId, customerId, id, ...more };

    const answers = await Promise.all([
      gateway.query(officer.token, document, variables),
      gateway.query(secondOfficer.token, confirm, { bankId, customerId, id }),
    ]);

    expect(answers.flatMap(({ errors }) => errors).map(({ extensions }) => extensions.code)).toEqual(['CONFLICT']);
    expect((await storedProposal(id))?.version).toBe(2);
  });
});

describe('confirmKycStatus', () => {
  test('adds the status to the timeline once, and updates the customer', async () => {
    const id = await proposalOf(officer);
    const variables = { bankId, customerId, id, idempotencyKey: randomUUID() };

    const first = await gateway.query(secondOfficer.token, confirm, variables);
    const again = await gateway.query(secondOfficer.token, confirm, variables);
    const read = await gateway.query(officer.token, open, { bankId, customerId });

    expect(first.errors).toEqual([]);
    expect(first.data).toEqual({
      confirmKycStatus: {
        kycStatusProposal: { id, state: 'CONFIRMED', decidedByUserId: secondOfficer.id, version: 2 },
        kycStatus: input,
        customer: { id: customerId, kycStatus: true, lastOkDate: date },
      },
    });
    expect(again.data).toEqual(first.data);
    expect(read.data).toEqual({
      customer: { kycStatus: true, kycStatusProposals: [] },
      kycStatusProposals: { nodes: [] },
    });
    expect(await timeline()).toMatchObject([{ ok: true, date: new Date(date) }]);
  });
});

describe('rejectKycStatus', () => {
  test('adds nothing to the timeline, stores the officer and the reason, and allows the same proposal again', async () => {
    const id = await proposalOf(officer);
    const reason = 'The passport had expired';

    const { data } = await gateway.query(secondOfficer.token, reject, { bankId, customerId, id, reason });
    const again = await gateway.query(officer.token, propose, { bankId, customerId, input });

    expect(data).toEqual({
      rejectKycStatus: {
        kycStatusProposal: { id, state: 'REJECTED', decidedByUserId: secondOfficer.id, decisionReason: reason },
        kycStatus: null,
      },
    });
    expect(again.errors).toEqual([]);
    expect(await timeline()).toEqual([]);
    const [stored] = await gateway.database.read.select().from(customer).where(eq(customer.id, customerId));
    expect(stored).toMatchObject({ kycStatus: false, lastOkDate: null });
  });

  test('fails without a reason', async () => {
    const id = await proposalOf(officer);

    expect((await refusal(secondOfficer, reject, { id, reason: ' ' }))?.extensions.obpCode).toBe('OBP-10001');
  });
});

describe('Customer.kycStatusProposals', () => {
  test('is returned to a caller who can read KYC statuses, and refused to a linked user', async () => {
    const id = await proposalOf(officer);
    const linked = await gateway.createUser();
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: linked.id });
    const auditor = await gateway.createUser({
      roles: [
        ['CanGetCustomer', bankId],
        ['CanGetAnyKycStatuses', null],
      ],
    });

    const own = await gateway.query(linked.token, `{ myCustomers { kycStatusProposals { id } } }`);
    const read = await gateway.query(auditor.token, open, { bankId, customerId });

    expect(own.data).toEqual({ myCustomers: [{ kycStatusProposals: null }] });
    expect(codesOf(own)).toEqual(['OBP-20006']);
    expect(read.errors).toEqual([]);
    expect(read.data).toMatchObject({
      customer: { kycStatusProposals: [{ id }] },
      kycStatusProposals: { nodes: [{ id }] },
    });
  });

  test('takes one statement, however many customers there are', async () => {
    const lister = await gateway.createUser({
      roles: [
        ['CanGetCustomers', bankId],
        ['CanAddKycStatus', bankId],
      ],
    });
    const document = `query ($first: Int!) {
      customers(bankId: "${bankId}", first: $first) { nodes { kycStatusProposals { id } } } }`;
    const statementsFor = async (first: number) => {
      const before = gateway.database.statistics.statements;
      const { errors } = await gateway.query(lister.token, document, { first });
      expect(errors).toEqual([]);
      return gateway.database.statistics.statements - before;
    };
    await insertCustomer(gateway.database, { bankId });
    await statementsFor(1);

    expect(await statementsFor(5)).toBe(await statementsFor(1));
  });
});
