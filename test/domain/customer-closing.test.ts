import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Role } from '../../src/base/roles.ts';
import { setKycReasonRequired, setRetentionDays } from '../../src/domain/bank/bank-administration.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { wholeEnvironment } from '../support/api-cases.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { importRecords } from '../support/import-records.ts';
import {
  insertAccount,
  insertCustomer,
  insertKycCheck,
  insertKycDocument,
  insertKycMedia,
  insertKycStatus,
  insertKycStatusProposal,
  insertLegalHold,
  insertUserCustomerLink,
} from '../support/rows.ts';
import { everythingStored } from '../support/stored.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const retentionDays = 30;
const close = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $input: CloseCustomerInput!, $expectedVersion: Int) {
  closeCustomer(bankId: $bankId, customerId: $customerId, input: $input, expectedVersion: $expectedVersion) {
    customerId closing { date reason recordedBy { userId } } customer { closedOn version } } }`;
const reopen = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!) {
  reopenCustomer(bankId: $bankId, customerId: $customerId) { closing { date } customer { closedOn } } }`;
const cascade = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!) {
  deleteCustomerCascade(bankId: $bankId, customerId: $customerId) { deleted { addresses } } }`;
const list = /* GraphQL */ `query ($bankId: ID!, $first: Int, $after: String) {
  customersPastRetention(bankId: $bankId, first: $first, after: $after) {
    nodes { customerId closedOn retainedUntil customer { id } } pageInfo { endCursor hasNextPage } } }`;

/** The days of closings, which must not change at midnight. */
const [longAgo, lately] = [dateAgo(60), dateAgo(40)];

const input = { date: '2024-05-31', reason: 'Moved abroad' };
const roles: Role[] = [
  ...(['CanCloseCustomer', 'CanGetCustomer', 'CanDeleteCustomerCascade', 'CanCreateCustomerAddress'] as const),
  ...(['CanAddKycCheck', 'CanAddKycStatus', 'CanAddSocialMediaHandle', 'CanCreateCustomerAccountLink'] as const),
  ...(['CanCreateUserCustomerLink', 'CanCreateCustomerMessage', 'CanUpdateCustomerIdentity'] as const),
  ...(['CanCreateCrmEvent', 'CanCreateMeeting', 'CanConfirmKycStatus', 'CanRetractKycEvidence'] as const),
];

let gateway: Gateway;
let officer: TestUser;
let secondOfficer: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway({ environment: wholeEnvironment });
  for (const id of [bankId, otherBankId]) await gateway.createBank(id);
  officer = await gateway.createUser({ roles: roles.map((role) => [role, bankId] as const) });
  secondOfficer = await gateway.createUser({ roles: roles.map((role) => [role, bankId] as const) });
});

beforeEach(async () => {
  customerId = await customerChanged(31);
});

afterAll(() => gateway.stop());

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 86_400_000);
}

function dateAgo(days: number): string {
  return daysAgo(days).toISOString().slice(0, 10);
}

async function customerChanged(days: number, columns: object = {}): Promise<string> {
  const time = daysAgo(days);
  return (await insertCustomer(gateway.database, { bankId, createdAt: time, updatedAt: time, ...columns })).id;
}

async function update(id: string, columns: Partial<typeof customer.$inferInsert>): Promise<void> {
  await gateway.database.transaction((transaction) =>
    transaction.update(customer).set(columns).where(eq(customer.id, id)),
  );
}

/** Whether `customersPastRetention` contains the customer. */
async function isListed(id: string): Promise<boolean> {
  const { data, errors } = await call(list, { first: 100 });
  expect(errors).toEqual([]);
  const found = data as { customersPastRetention: { nodes: { customerId: string }[] } };
  return found.customersPastRetention.nodes.some((node) => node.customerId === id);
}

function call(document: string, variables: Record<string, unknown> = {}, token: string | null = officer.token) {
  return gateway.query(token, document, { bankId, customerId, ...variables });
}

function keyOf({ errors }: Awaited<ReturnType<typeof call>>): string | null {
  return (errors[0]?.extensions.key as string | undefined) ?? null;
}

describe('closeCustomer', () => {
  test('fails without the role at the bank, and writes nothing', async () => {
    const stranger = await gateway.createUser({ roles: [['CanCloseCustomer', otherBankId]] });
    const before = await everythingStored(gateway.database);

    const { data, errors } = await call(close, { input }, stranger.token);

    expect(data).toEqual({ closeCustomer: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missingRoles: ['CanCloseCustomer'] });
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('reports all problems of the input at once', async () => {
    const { errors } = await call(close, { input: { date: '2999-01-01', reason: '' } });

    expect(errors[0]?.extensions.problems).toMatchObject([{ field: 'input.date' }, { field: 'input.reason' }]);
  });

  test.each([
    ['another version', { expectedVersion: 7 }, 'VERSION_CONFLICT'],
    ['a customer of another bank', { customerId: 'nobody' }, 'OBP-30046'],
  ])('fails for %s', async (_name, variables, key) => {
    expect(keyOf(await call(close, { input, ...variables }))).toBe(key);
  });

  test('stores the day, the reason, and the user; a second closing fails', async () => {
    const { data, errors } = await call(close, { input, expectedVersion: 1 });

    expect(errors).toEqual([]);
    expect(data).toEqual({
      closeCustomer: {
        customerId,
        closing: { ...input, recordedBy: { userId: officer.id } },
        customer: { closedOn: '2024-05-31', version: 2 },
      },
    });
    expect(keyOf(await call(close, { input }))).toBe('CUSTOMER_CLOSED');
  });

  test('shows the customer only to callers who can read customers', async () => {
    const closer = await gateway.createUser({ roles: [['CanCloseCustomer', bankId]] });

    const { data, errors } = await call(close, { input }, closer.token);

    const closing = { ...input, recordedBy: { userId: closer.id } };
    expect(data).toEqual({ closeCustomer: { customerId, closing, customer: null } });
    expect(errors.map(({ extensions }) => extensions.missingRoles)).toEqual([['CanGetCustomer']]);
  });

  test.each<[what: string, add: (child: { bankId: string; customerId: string }) => Promise<unknown>]>([
    ['a check', (child) => insertKycCheck(gateway.database, { ...child, date: new Date('2024-06-01T00:00:00Z') })],
    ['a document', (child) => insertKycDocument(gateway.database, { ...child, issueDate: '2024-06-01' })],
    ['a media item', (child) => insertKycMedia(gateway.database, { ...child, date: new Date('2024-06-01T00:00:00Z') })],
    ['a status', (child) => insertKycStatus(gateway.database, { ...child, date: new Date('2024-06-01T00:00:00Z') })],
    ['the birth', async (child) => update(child.customerId, { dateOfBirth: '2024-06-01' })],
    ['the incorporation', async (child) => update(child.customerId, { incorporationDate: '2024-06-01' })],
  ])('fails for a day before the date of %s, and writes nothing', async (_what, add) => {
    await add({ bankId, customerId });
    const before = await everythingStored(gateway.database);

    expect(keyOf(await call(close, { input }))).toBe('CLOSING_TOO_EARLY');
    expect(await everythingStored(gateway.database)).toEqual(before);
    expect((await call(close, { input: { ...input, date: '2024-06-01' } })).errors).toEqual([]);
  });

  test('ignores the dates of retracted evidence', async () => {
    const retraction = { retractedAt: new Date(), retractedByUserId: officer.id, retractionReason: 'A mistake' };
    const date = new Date('2024-06-01T00:00:00Z');
    await insertKycCheck(gateway.database, { bankId, customerId, date, ...retraction });

    expect((await call(close, { input })).errors).toEqual([]);
  });

  test('requires the reason of the request at a bank that requires one for KYC material', async () => {
    await gateway.createBank('reason.bank');
    await setKycReasonRequired(gateway.database, 'reason.bank', true);
    const { id } = await insertCustomer(gateway.database, { bankId: 'reason.bank' });
    const { token } = await gateway.createUser({ roles: [['CanCloseCustomer', 'reason.bank']] });

    expect(keyOf(await call(close, { bankId: 'reason.bank', customerId: id, input }, token))).toBe('REASON_REQUIRED');
  });

  test('shows linked users the day, but not the reason', async () => {
    await call(close, { input });
    const linked = await gateway.createUser();
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: linked.id });

    const document = '{ myCustomers { closedOn closing { reason } } }';
    const { data, errors } = await gateway.query(linked.token, document);

    expect(data).toEqual({ myCustomers: [{ closedOn: '2024-05-31', closing: null }] });
    expect(errors[0]?.extensions.obpCode).toBe('OBP-20006');
  });
});

describe('reopenCustomer', () => {
  test('removes the closing, once', async () => {
    await call(close, { input });

    const { data } = await call(reopen);

    expect(data).toEqual({ reopenCustomer: { closing: null, customer: { closedOn: null } } });
    expect(keyOf(await call(reopen))).toBe('CUSTOMER_NOT_CLOSED');
  });
});

describe('a closed customer', () => {
  const time = '2024-03-01T00:00:00Z';
  const address = '{ line1: "1", city: "Berlin", countryCode: "DE" }';
  const check = `{ date: "${time}", how: "online", staffUserId: "1", staffName: "S", satisfied: true }`;
  const meeting = `providerId: "jitsi", purposeId: "p", date: "${time}", creator: { name: "S" }, invitees: []`;
  const ofCustomer = () => `bankId: "${bankId}", customerId: "${customerId}"`;

  test.each<[name: string, call: () => string | Promise<string>]>([
    ['an address', () => `createCustomerAddress(${ofCustomer()}, input: ${address})`],
    ['a KYC check', () => `addKycCheck(${ofCustomer()}, input: ${check})`],
    ['a KYC status', () => `addKycStatus(${ofCustomer()}, input: { ok: true, date: "${time}" })`],
    ['a proposal of a KYC status', () => `proposeKycStatus(${ofCustomer()}, input: { ok: true, date: "${time}" })`],
    [
      'a confirmed KYC status',
      async () => {
        const ofOfficer = { bankId, customerId, proposedByUserId: secondOfficer.id };
        const { id } = await insertKycStatusProposal(gateway.database, ofOfficer);
        return `confirmKycStatus(${ofCustomer()}, id: "${id}")`;
      },
    ],
    ['a social media handle', () => `addSocialMediaHandle(${ofCustomer()}, input: { type: "x", handle: "@e" })`],
    [
      'a link to an account',
      async () => {
        const { id } = await insertAccount(gateway.database, { bankId });
        return `createCustomerAccountLink(${ofCustomer()}, input: { accountId: "${id}", relationshipType: "Owner" })`;
      },
    ],
    ['a link to a user', () => `createUserCustomerLink(${ofCustomer()}, input: { userId: "${secondOfficer.id}" })`],
    [
      'an active link to a user',
      async () => {
        const link = { bankId, customerId, userId: secondOfficer.id, isActive: false };
        const { id } = await insertUserCustomerLink(gateway.database, link);
        return `updateUserCustomerLink(bankId: "${bankId}", id: "${id}", input: { isActive: true })`;
      },
    ],
    ['a meeting', () => `createMeeting(bankId: "${bankId}", input: { customerId: "${customerId}", ${meeting} })`],
  ])('does not get %s', async (_name, field) => {
    const document = `mutation { ${await field()} { __typename } }`;
    await call(close, { input });
    const before = await everythingStored(gateway.database);

    const refused = await gateway.query(officer.token, document);

    expect(keyOf(refused)).toBe('CUSTOMER_CLOSED');
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('can be corrected, and gets messages and CRM events', async () => {
    const { id } = await insertKycCheck(gateway.database, { bankId, customerId });
    await call(close, { input });

    const { errors } = await gateway.query(
      officer.token,
      `mutation {
        updateCustomerIdentity(${ofCustomer()}, input: { legalName: "Eveline Smith" }) { __typename }
        retractKycEvidence(${ofCustomer()}, input: { kind: CHECK, kycEvidenceId: "${id}", reason: "A mistake" }) { __typename }
        createCustomerMessage(${ofCustomer()}, input: { message: "Goodbye", fromDepartment: "Cards", fromPerson: "Tom" }) {
          __typename }
        createCrmEvent(bankId: "${bankId}", input: { category: "Call", channel: "Phone", customerId: "${customerId}" }) {
          __typename } }`,
    );

    expect(errors).toEqual([]);
  });
});

describe('the import of a closed customer', () => {
  const record = { bank_id: bankId, customer_number: '7', legal_name: 'Ada Lovelace', mobile_phone_number: '+441' };

  test('stores the day and the reason, without a user', async () => {
    const closing = { customer_id: 'closed-1', closed_on: '2020-05-31', closing_reason: 'Deceased' };
    expect(await importRecords(gateway.database, { customers: [{ ...record, ...closing }] })).toEqual([]);

    const read = `query ($bankId: ID!, $customerId: ID!) { customer(bankId: $bankId, customerId: $customerId) {
      closing { date reason recordedAt recordedBy { userId } } } }`;
    const { data } = await call(read, { customerId: 'closed-1' });

    const stored = { date: '2020-05-31', reason: 'Deceased', recordedAt: null, recordedBy: null };
    expect(data).toEqual({ customer: { closing: stored } });
  });
});

describe('the import of a closing before evidence', () => {
  const closed = (id: string, columns: object = {}) => ({
    ...{
      bank_id: bankId,
      customer_id: id,
      customer_number: id,
      legal_name: 'Ada Lovelace',
      mobile_phone_number: '+441',
    },
    ...{ closed_on: '2020-05-31', ...columns },
  });
  const check = (id: string, date: string) => ({
    ...{ bank_id: bankId, customer_id: id, id: `check-${id}`, customer_number: id, date },
    ...{ how: 'online', staff_user_id: '1', staff_name: 'S', satisfied: true, comments: '' },
  });

  test.each<[what: string, records: Record<string, object[]>]>([
    ['of the files', { customers: [closed('early-1')], checks: [check('early-1', '2020-06-01T00:00:00Z')] }],
    ['of the birth', { customers: [closed('early-2', { date_of_birth: '2020-06-01' })] }],
  ])('fails for a date %s', async (_what, records) => {
    const before = await everythingStored(gateway.database);

    const problems = await importRecords(gateway.database, records);

    expect(problems).toEqual([expect.stringContaining('closed_on')]);
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('fails for a stored check, but not for the same closing, or for evidence of the day', async () => {
    const records = { customers: [closed('early-3')], checks: [check('early-3', '2020-05-31T23:00:00Z')] };
    expect(await importRecords(gateway.database, records)).toEqual([]);

    const same = await importRecords(gateway.database, records, { update: true });
    const earlier = { customers: [closed('early-3', { closed_on: '2020-05-30' })] };
    const problems = await importRecords(gateway.database, earlier, { update: true });

    expect(same).toEqual([]);
    expect(problems).toEqual([expect.stringContaining('closed_on')]);
  });
});

describe('the retention period', () => {
  beforeAll(() => setRetentionDays(gateway.database, bankId, retentionDays));

  test('counts from the end of the day of the closing, not from later changes', async () => {
    const closedOn = dateAgo(10);
    const closing = { closedByUserId: officer.id, changedBeforeClosing: daysAgo(90) };
    const id = await customerChanged(90, { closedOn, ...closing });

    const { errors } = await call(cascade, { customerId: id }, secondOfficer.token);

    const until = Date.parse(`${closedOn}T00:00:00Z`) + (retentionDays + 1) * 86_400_000;
    expect(errors[0]?.extensions).toMatchObject({
      key: 'RETENTION_PERIOD_RUNS',
      retainedUntil: new Date(until).toISOString(),
    });
    const past = await customerChanged(1, { closedOn: dateAgo(40), ...closing });
    await insertKycCheck(gateway.database, { bankId, customerId: past });
    expect((await call(cascade, { customerId: past }, secondOfficer.token)).errors).toEqual([]);
  });

  test('counts from the last change before the closing if that is later, for every user', async () => {
    const id = await customerChanged(5);
    await call(close, { customerId: id, input: { date: '1990-01-01', reason: 'Moved abroad' } });

    for (const { token } of [officer, secondOfficer]) {
      expect(keyOf(await call(cascade, { customerId: id }, token))).toBe('RETENTION_PERIOD_RUNS');
    }
    expect(await isListed(id)).toBe(false);
  });

  test('counts from the last change of evidence before the closing, also if that was retracted', async () => {
    const check = await insertKycCheck(gateway.database, { bankId, customerId });
    const retraction = `mutation ($bankId: ID!, $customerId: ID!, $input: RetractKycEvidenceInput!) {
      retractKycEvidence(bankId: $bankId, customerId: $customerId, input: $input) { kycEvidenceId } }`;
    await call(retraction, { input: { kind: 'CHECK', kycEvidenceId: check.id, reason: 'A mistake' } });
    await call(close, { input: { date: '1990-01-01', reason: 'Moved abroad' } });

    expect(keyOf(await call(cascade, {}, secondOfficer.token))).toBe('RETENTION_PERIOD_RUNS');
    expect(await isListed(customerId)).toBe(false);
  });

  test('has passed after a closing if it had passed before', async () => {
    await call(close, { input: { date: dateAgo(400), reason: 'Moved abroad' } });

    expect(await isListed(customerId)).toBe(true);
    expect((await call(cascade, {}, secondOfficer.token)).errors).toEqual([]);
  });

  test('begins again when a customer is reopened, so that a second closing cannot shorten it', async () => {
    await call(close, { input: { date: dateAgo(400), reason: 'Moved abroad' } });
    await call(reopen);
    await call(close, { input: { date: dateAgo(400), reason: 'Moved abroad' } });

    expect(keyOf(await call(cascade, {}, secondOfficer.token))).toBe('RETENTION_PERIOD_RUNS');
    expect(await isListed(customerId)).toBe(false);
  });

  test('counts from the last change of a customer whom an earlier version closed', async () => {
    const id = await customerChanged(5, { closedOn: dateAgo(400), closedByUserId: officer.id });

    expect(keyOf(await call(cascade, { customerId: id }, secondOfficer.token))).toBe('RETENTION_PERIOD_RUNS');
    expect(await isListed(id)).toBe(false);
  });
});

describe('customersPastRetention', () => {
  const at = 'past.bank';
  let ids: Record<string, string>;
  let token: string;

  beforeAll(async () => {
    await gateway.createBank(at);
    await setRetentionDays(gateway.database, at, retentionDays);
    const ofBank = { bankId: at };
    ids = {
      closed: await customerChanged(1, { ...ofBank, closedOn: longAgo }),
      unchanged: await customerChanged(50, ofBank),
      closedLater: await customerChanged(1, { ...ofBank, closedOn: lately }),
      checked: await customerChanged(35, ofBank),
      closedLately: await customerChanged(400, { ...ofBank, closedOn: dateAgo(10) }),
      changed: await customerChanged(10, ofBank),
      held: await customerChanged(400, ofBank),
    };
    await insertKycCheck(gateway.database, { ...ofBank, customerId: String(ids.checked) });
    await insertKycCheck(gateway.database, {
      ...ofBank,
      ...{ customerId: String(ids.unchanged), createdAt: daysAgo(45), updatedAt: daysAgo(45) },
    });
    await insertLegalHold(gateway.database, { ...ofBank, customerId: String(ids.held), setByUserId: officer.id });
    ({ token } = await gateway.createUser({
      roles: [
        ['CanDeleteCustomerCascade', at],
        ['CanGetCustomer', at],
      ],
    }));
  });

  interface Answer {
    customersPastRetention: {
      nodes: { customerId: string; closedOn: string | null; retainedUntil: string; customer: { id: string } }[];
      pageInfo: { endCursor: string; hasNextPage: boolean };
    };
  }

  async function page(variables: Record<string, unknown> = {}): Promise<Answer['customersPastRetention']> {
    const { data, errors } = await call(list, { bankId: at, ...variables }, token);
    expect(errors).toEqual([]);
    return (data as unknown as Answer).customersPastRetention;
  }

  test('is refused without the role', async () => {
    expect(keyOf(await call(list, { bankId: at }))).toBe('OBP-20006');
  });

  test('contains the customers whom the deletion accepts, oldest first, without those under a hold', async () => {
    const { nodes } = await page();

    expect(nodes.map(({ customerId: id }) => id)).toEqual([ids.closed, ids.unchanged, ids.closedLater]);
    expect(nodes.map(({ closedOn }) => closedOn)).toEqual([longAgo, null, lately]);
    expect(nodes.map((node) => node.customer.id)).toEqual(nodes.map(({ customerId: id }) => id));
    for (const { retainedUntil } of nodes) expect(Date.parse(retainedUntil)).toBeLessThan(Date.now());
  });

  test('pages through closed and other customers in one order', async () => {
    const found: string[] = [];
    let after: string | null = null;
    for (let hasNextPage = true; hasNextPage; ) {
      const { nodes, pageInfo } = await page({ first: 1, after });
      found.push(...nodes.map(({ customerId: id }) => id));
      after = pageInfo.endCursor;
      ({ hasNextPage } = pageInfo);
    }

    expect(found).toEqual([ids.closed, ids.unchanged, ids.closedLater]);
  });

  test('continues after customers of the same day', async () => {
    const closedOn = dateAgo(90);
    const same = await Promise.all([1, 2, 3].map(() => customerChanged(1, { bankId: at, closedOn })));

    const first = await page({ first: 2 });
    const next = await page({ first: 1, after: first.pageInfo.endCursor });

    const found = [...first.nodes, ...next.nodes].map(({ customerId: id }) => id);
    expect(found).toEqual(same.sort());
  });

  test('is empty at a bank without a retention period', async () => {
    await setRetentionDays(gateway.database, at, null);
    expect(await page()).toMatchObject({ nodes: [] });
  });
});
