import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { kycStatus } from '../../src/domain/kyc/kyc-status.table.ts';
import { importFiles } from '../../src/import/import.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer, insertKycStatus } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const fourEyesBankId = 'gh.30.uk';
const reason = 'Recorded for another person.';
const earlier = new Date('2023-01-02T00:00:00Z');
const later = new Date('2024-01-02T00:00:00Z');

let gateway: Gateway;
let officer: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(fourEyesBankId);
  await gateway.database.transaction((transaction) =>
    transaction.update(bank).set({ kycFourEyes: true }).where(eq(bank.id, fourEyesBankId)),
  );
  const roles = ['CanRetractKycStatus', 'CanAddKycStatus', 'CanGetKycStatusesAtOneBank', 'CanGetCustomer'] as const;
  officer = await gateway.createUser({
    roles: [bankId, fourEyesBankId].flatMap((id) => roles.map((role) => [role, id] as const)),
  });
});

beforeEach(async () => {
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
});

afterAll(() => gateway.stop());

const retract = `mutation ($bankId: ID!, $customerId: ID!, $input: RetractKycStatusInput!, $idempotencyKey: String) {
  retractKycStatus(bankId: $bankId, customerId: $customerId, input: $input, idempotencyKey: $idempotencyKey) {
    kycStatus { id ok date retraction { date userId reason } } customer { id kycStatus lastOkDate version } } }`;
const add = `mutation ($bankId: ID!, $customerId: ID!, $input: AddKycStatusInput!) {
  addKycStatus(bankId: $bankId, customerId: $customerId, input: $input) {
    kycStatus { id } customer { kycStatus lastOkDate } } }`;

function callRetract(caller: TestUser, input: object, more: object = {}) {
  return gateway.query(caller.token, retract, { bankId, customerId, input: { reason, ...input }, ...more });
}

async function addStatus(ok: boolean, date: Date, more: object = {}): Promise<string> {
  const input = { ok, date: date.toISOString() };
  const { data, errors } = await gateway.query<{ addKycStatus: { kycStatus: { id: string } } }>(officer.token, add, {
    ...{ bankId, customerId, input },
    ...more,
  });
  expect(errors).toEqual([]);
  return data?.addKycStatus.kycStatus.id ?? '';
}

async function storedCustomer(id = customerId) {
  const [row] = await gateway.database.read.select().from(customer).where(eq(customer.id, id));
  return row;
}

function timeline() {
  return gateway.database.read
    .select()
    .from(kycStatus)
    .where(eq(kycStatus.customerId, customerId))
    .orderBy(asc(kycStatus.createdAt), asc(kycStatus.id));
}

describe('retractKycStatus', () => {
  test('refuses a caller without the role at the bank and writes nothing', async () => {
    const id = await addStatus(true, earlier);
    const adder = await gateway.createUser({
      roles: [
        ['CanAddKycStatus', bankId],
        ['CanConfirmKycStatus', bankId],
        ['CanRetractKycEvidence', bankId],
        ['CanRetractKycStatus', fourEyesBankId],
      ],
    });

    const { data, errors } = await callRetract(adder, { id });

    expect(data).toEqual({ retractKycStatus: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missingRoles: ['CanRetractKycStatus'] });
    expect(await timeline()).toMatchObject([{ id, retractedAt: null }]);
    expect(await storedCustomer()).toMatchObject({ kycStatus: true });
  });

  test.each([
    ['an empty reason', { reason: ' ' }, 'input.reason'],
    ['a reason that is too long', { reason: 'x'.repeat(2001) }, 'input.reason'],
    ['an invalid ID', { id: 'a b' }, 'input.id'],
  ])('fails with OBP-10001 for %s and writes nothing', async (_what, change, field) => {
    const id = await addStatus(true, earlier);

    const { errors } = await callRetract(officer, { id, ...change });

    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field });
    expect(await timeline()).toMatchObject([{ retractedAt: null }]);
  });

  test('fails with KYC_STATUS_NOT_FOUND for the status of another customer', async () => {
    const second = await insertCustomer(gateway.database, { bankId });
    const foreign = await insertKycStatus(gateway.database, { bankId, customerId: second.id });

    const { errors } = await callRetract(officer, { id: foreign.id });

    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', key: 'KYC_STATUS_NOT_FOUND', field: 'input.id' });
    expect((await callRetract(officer, { id: randomUUID() })).errors[0]?.extensions.key).toBe('KYC_STATUS_NOT_FOUND');
  });

  test('keeps the status with its retraction, and shows it in the timeline', async () => {
    const id = await addStatus(true, earlier);

    const { data, errors } = await callRetract(officer, { id });

    expect(errors).toEqual([]);
    const retraction = { date: expect.any(String), userId: officer.id, reason };
    const status = { id, ok: true, date: earlier.toISOString(), retraction };
    expect(data).toEqual({
      retractKycStatus: {
        kycStatus: status,
        customer: { id: customerId, kycStatus: false, lastOkDate: null, version: 3 },
      },
    });
    const shown = await gateway.query(
      officer.token,
      `query ($bankId: ID!, $customerId: ID!) {
        kycStatuses(bankId: $bankId, customerId: $customerId) { id ok date retraction { date userId reason } }
        customer(bankId: $bankId, customerId: $customerId) { kycStatuses { id retraction { reason } } } }`,
      { bankId, customerId },
    );
    expect(shown.data).toEqual({
      kycStatuses: [status],
      customer: { kycStatuses: [{ id, retraction: { reason } }] },
    });
  });

  test('lets the customer follow the other statuses', async () => {
    const first = await addStatus(true, earlier);
    const second = await addStatus(false, later);
    expect(await storedCustomer()).toMatchObject({ kycStatus: false, lastOkDate: earlier });

    await callRetract(officer, { id: second });
    expect(await storedCustomer()).toMatchObject({ kycStatus: true, lastOkDate: earlier, lastOkDateOrder: earlier });

    await callRetract(officer, { id: first });
    expect(await storedCustomer()).toMatchObject({ kycStatus: false, lastOkDate: null });
  });

  test('ends the effect of a status of the future that was imported earlier', async () => {
    const future = new Date('2099-01-01T00:00:00Z');
    const row = await insertCustomer(gateway.database, { bankId, kycStatus: true, lastOkDate: future });
    const { id } = await insertKycStatus(gateway.database, { bankId, customerId: row.id, ok: true, date: future });
    await addStatus(false, later, { customerId: row.id });
    expect(await storedCustomer(row.id)).toMatchObject({ kycStatus: true, lastOkDate: future });

    await callRetract(officer, { id }, { customerId: row.id });

    expect(await storedCustomer(row.id)).toMatchObject({ kycStatus: false, lastOkDate: null });
  });

  test('allows the same status to be added again', async () => {
    const id = await addStatus(true, earlier);
    await callRetract(officer, { id });

    const again = await addStatus(true, earlier);
    expect(again).not.toBe(id);
    expect(await addStatus(true, earlier)).toBe(again);
    expect(await storedCustomer()).toMatchObject({ kycStatus: true, lastOkDate: earlier });

    expect((await callRetract(officer, { id: again })).errors).toEqual([]);
    expect(await storedCustomer()).toMatchObject({ kycStatus: false, lastOkDate: null });
    expect((await timeline()).map(({ retractionReason }) => retractionReason)).toEqual([reason, reason]);
  });

  test('requires no second officer at a bank with four eyes', async () => {
    const row = await insertCustomer(gateway.database, { bankId: fourEyesBankId, kycStatus: true, lastOkDate: later });
    const { id } = await insertKycStatus(gateway.database, {
      ...{ bankId: fourEyesBankId, customerId: row.id, ok: true, date: later },
    });

    const { errors } = await callRetract(officer, { id }, { bankId: fourEyesBankId, customerId: row.id });

    expect(errors).toEqual([]);
    expect(await storedCustomer(row.id)).toMatchObject({ kycStatus: false });
  });

  test('fails with KYC_STATUS_RETRACTED for a retracted status and keeps the first reason', async () => {
    const id = await addStatus(true, earlier);
    await callRetract(officer, { id });

    const { errors } = await callRetract(officer, { id, reason: 'Another reason.' });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', key: 'KYC_STATUS_RETRACTED', field: 'input.id' });
    expect(await timeline()).toMatchObject([{ retractionReason: reason }]);
    expect(await storedCustomer()).toMatchObject({ version: 3 });
  });

  test('retracts once for each idempotency key, and returns the same', async () => {
    const id = await addStatus(true, earlier);
    const idempotencyKey = randomUUID();

    const first = await callRetract(officer, { id }, { idempotencyKey });
    const second = await callRetract(officer, { id }, { idempotencyKey });

    expect(first.errors).toEqual([]);
    expect(second).toMatchObject({ errors: [], data: first.data });
  });

  test('succeeds once when requests race with each other and with an addition', async () => {
    const id = await addStatus(true, earlier);

    const [added, ...answers] = await Promise.all([
      addStatus(false, later),
      ...['A', 'B', 'C'].map((racingReason) => callRetract(officer, { id, reason: racingReason })),
    ]);

    expect(added).not.toBe('');
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    expect(await storedCustomer()).toMatchObject({ kycStatus: false, lastOkDate: null });
  });
});

test('an import neither revives a retracted status nor counts it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'retraction-'));
  try {
    const file = join(folder, 'statuses.json');
    const ids = { bank_id: bankId, customer_id: customerId };
    const statuses = [earlier, later].map((date) => ({ ...ids, ok: true, date: date.toISOString() }));
    await writeFile(file, JSON.stringify({ statuses }));
    await importFiles(gateway.database, [file]);
    expect(await storedCustomer()).toMatchObject({ kycStatus: true, lastOkDate: later });
    const newest = (await timeline()).find(({ date }) => date.getTime() === later.getTime());
    await callRetract(officer, { id: newest?.id });

    const report = await importFiles(gateway.database, [file]);

    expect(report.entities.get('kycStatus')).toMatchObject({ written: 0, unchanged: 2 });
    expect(await storedCustomer()).toMatchObject({ kycStatus: true, lastOkDate: earlier });
    await addStatus(true, later);
    await importFiles(gateway.database, [file]);
    expect(await storedCustomer()).toMatchObject({ kycStatus: true, lastOkDate: later });
    expect(await timeline()).toHaveLength(3);
  } finally {
    await rm(folder, { recursive: true });
  }
});
