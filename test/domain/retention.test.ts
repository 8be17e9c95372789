import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { setKycReasonRequired, setRetentionDays } from '../../src/domain/bank/bank-administration.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { kycCheck } from '../../src/domain/kyc/kyc-check.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf } from '../support/paging.ts';
import {
  insertCrmEvent,
  insertCustomer,
  insertCustomerAddress,
  insertCustomerMessage,
  insertKycCheck,
  insertKycDocument,
  insertKycMedia,
  insertKycStatus,
  insertKycStatusProposal,
  insertMeeting,
} from '../support/rows.ts';
import { everythingStored } from '../support/stored.ts';

const bankId = 'gh.29.uk';
const retentionDays = 30;
const cascade = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $idempotencyKey: String) {
  deleteCustomerCascade(bankId: $bankId, customerId: $customerId, idempotencyKey: $idempotencyKey) {
    deleted { addresses kycChecks } } }`;

let gateway: Gateway;
let clerk: TestUser;
/** A customer whose last change was before the retention period. */
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await setRetentionDays(gateway.database, bankId, retentionDays);
  clerk = await gateway.createUser({
    roles: [
      ['CanDeleteCustomerCascade', bankId],
      ['CanRetractKycEvidence', bankId],
      ['CanAddKycCheck', bankId],
    ],
  });
});

beforeEach(async () => {
  customerId = await customerChanged(31);
});

afterAll(() => gateway.stop());

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 86_400_000);
}

/** The end of the retention period after a change. */
function endOfPeriod(changedAt: Date): string {
  return new Date(changedAt.getTime() + retentionDays * 86_400_000).toISOString();
}

function storedAt(days: number) {
  const time = daysAgo(days);
  return { createdAt: time, updatedAt: time };
}

async function customerChanged(days: number, at = bankId): Promise<string> {
  return (await insertCustomer(gateway.database, { bankId: at, ...storedAt(days) })).id;
}

function deleteCustomer(more: Record<string, unknown> = {}, token = clerk.token) {
  return gateway.query(token, cascade, { bankId, customerId, ...more });
}

/** All rows except those of the audit trail, which also records refused calls. */
function stored() {
  return everythingStored(gateway.database);
}

describe('deleteCustomerCascade at a bank with a retention period', () => {
  test('fails with the end of the period for a customer who changed within the period, and writes nothing', async () => {
    const { id, updatedAt } = await insertCustomer(gateway.database, { bankId, ...storedAt(29) });
    await insertCustomerAddress(gateway.database, { bankId, customerId: id });
    const before = await stored();

    const { data, errors } = await deleteCustomer({ customerId: id, idempotencyKey: randomUUID() });

    expect(data).toEqual({ deleteCustomerCascade: null });
    expect(errors[0]?.message).toBe(
      'The customer cannot be deleted until the retention period of the bank has passed.',
    );
    expect(errors[0]?.extensions).toMatchObject({
      code: 'CONFLICT',
      obpCode: null,
      bankId,
      retainedUntil: endOfPeriod(updatedAt),
    });
    expect(await stored()).toEqual(before);
  });

  test('does not reveal the period to a caller without the role', async () => {
    const stranger = await gateway.createUser();

    const { errors } = await deleteCustomer({ customerId: await customerChanged(1) }, stranger.token);

    expect(codesOf({ errors })).toEqual(['OBP-20006']);
    expect(errors[0]?.extensions).not.toHaveProperty('retainedUntil');
  });

  test('deletes a customer whose last change was before the period', async () => {
    await insertKycCheck(gateway.database, { bankId, customerId, ...storedAt(31) });

    const { data, errors } = await deleteCustomer();

    expect(errors).toEqual([]);
    expect(data).toEqual({ deleteCustomerCascade: { deleted: { addresses: 0, kycChecks: 1 } } });
  });

  test.each([
    ['a KYC check', insertKycCheck],
    ['a KYC document', insertKycDocument],
    ['a KYC media item', insertKycMedia],
    ['a KYC status', insertKycStatus],
    [
      'a KYC status proposal',
      async (database: Gateway['database'], customerOfProposal: { bankId: string; customerId: string }) =>
        insertKycStatusProposal(database, { ...customerOfProposal, proposedByUserId: clerk.id }),
    ],
  ])('fails if %s was stored within the period', async (_kind, insert) => {
    const times = storedAt(10);
    await insertKycCheck(gateway.database, { bankId, customerId, ...storedAt(40) });
    await insert(gateway.database, { bankId, customerId, ...times });

    const { errors } = await deleteCustomer();

    expect(codesOf({ errors })).toEqual(['CONFLICT']);
    expect(errors[0]?.extensions.retainedUntil).toBe(endOfPeriod(times.updatedAt));
  });

  test('fails if evidence was retracted within the period', async () => {
    const { id } = await insertKycCheck(gateway.database, { bankId, customerId, ...storedAt(40) });
    const retract = `mutation ($bankId: ID!, $customerId: ID!, $input: RetractKycEvidenceInput!) {
      retractKycEvidence(bankId: $bankId, customerId: $customerId, input: $input) { kycEvidenceId } }`;
    const input = { kind: 'CHECK', kycEvidenceId: id, reason: 'A mistake' };
    expect((await gateway.query(clerk.token, retract, { bankId, customerId, input })).errors).toEqual([]);
    const [row] = await gateway.database.read.select().from(kycCheck).where(eq(kycCheck.customerId, customerId));

    const { errors } = await deleteCustomer();

    if (row?.retractedAt == null) throw new Error('The check is not retracted.');
    expect(errors[0]?.extensions.retainedUntil).toBe(endOfPeriod(row.retractedAt));
  });

  test('ignores messages, meetings, and CRM events', async () => {
    await insertCustomerMessage(gateway.database, { bankId, customerId });
    await insertMeeting(gateway.database, { bankId, customerId });
    await insertCrmEvent(gateway.database, { bankId, customerId });

    expect((await deleteCustomer()).errors).toEqual([]);
  });

  test('either fails because of a check that is added at the same time, or deletes the customer first', async () => {
    const add = `mutation ($bankId: ID!, $customerId: ID!, $input: AddKycCheckInput!) {
      addKycCheck(bankId: $bankId, customerId: $customerId, input: $input) { kycCheck { id } } }`;
    const input = { date: daysAgo(0).toISOString(), how: 'online', staffUserId: '1', staffName: 'S', satisfied: true };

    for (let round = 0; round < 5; round += 1) {
      const variables = { bankId, customerId: await customerChanged(31) };
      const [deleted, added] = await Promise.all([
        deleteCustomer(variables),
        gateway.query(clerk.token, add, { ...variables, input }),
      ]);

      const { read } = gateway.database;
      const left = await read.select().from(customer).where(eq(customer.id, variables.customerId));
      const outcome = [codesOf(deleted), codesOf(added), left.length];
      expect([
        [[], ['OBP-30046'], 0],
        [['CONFLICT'], [], 1],
      ]).toContainEqual(outcome);
    }
  });

  test('follows the setting of each bank, which can be switched off', async () => {
    const otherBankId = 'gh.30.uk';
    await gateway.createBank(otherBankId);
    const otherClerk = await gateway.createUser({ roles: [['CanDeleteCustomerCascade', otherBankId]] });
    const deleteThere = async () =>
      deleteCustomer({ bankId: otherBankId, customerId: await customerChanged(0, otherBankId) }, otherClerk.token);

    expect((await deleteThere()).errors).toEqual([]);
    await setRetentionDays(gateway.database, otherBankId, 1);
    expect(codesOf(await deleteThere())).toEqual(['CONFLICT']);
    await setRetentionDays(gateway.database, otherBankId, null);
    expect((await deleteThere()).errors).toEqual([]);
  });
});

describe('the settings of a bank', () => {
  const settings = `query ($bankId: ID!) { bank(bankId: $bankId) { retentionDays kycReasonRequired version } }`;

  test('are refused to an anonymous caller, and off for a new bank', async () => {
    await gateway.createBank('new.bank');
    const { token } = await gateway.createUser();

    const anonymous = await gateway.query(null, settings, { bankId: 'new.bank' });
    const { data } = await gateway.query(token, settings, { bankId: 'new.bank' });

    expect(anonymous.data).toEqual({ bank: { retentionDays: null, kycReasonRequired: null, version: 1 } });
    expect(anonymous.errors.map(({ extensions }) => extensions.obpCode)).toEqual(['OBP-20001', 'OBP-20001']);

    expect(data).toEqual({ bank: { retentionDays: null, kycReasonRequired: false, version: 1 } });
  });

  test('change independently, and increment the version of the bank', async () => {
    await gateway.createBank('kept.bank');
    await setRetentionDays(gateway.database, 'kept.bank', 1826);
    await setKycReasonRequired(gateway.database, 'kept.bank', true);

    const { token } = await gateway.createUser();
    const { data } = await gateway.query(token, settings, { bankId: 'kept.bank' });

    expect(data).toEqual({ bank: { retentionDays: 1826, kycReasonRequired: true, version: 3 } });
  });

  test('fail for an unknown bank', async () => {
    await expect(setRetentionDays(gateway.database, 'nowhere', 1)).rejects.toThrow('OBP-30001');
    await expect(setKycReasonRequired(gateway.database, 'nowhere', true)).rejects.toThrow('OBP-30001');
  });
});
