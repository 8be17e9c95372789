import { randomUUID } from 'node:crypto';
import { getTableName } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { meetingInvitee } from '../../src/domain/meeting/meeting-invitee.table.ts';
import { belongingEntries } from '../../src/domain/onboarding/belongings.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer, insertCustomerAddress } from '../support/rows.ts';
import { allTables, everythingStored, tablesOfCustomers } from '../support/stored.ts';
import { insertWholeCustomer } from '../support/whole-customer.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const collections = belongingEntries.map(([name]) => name).join(' ');
const cascade = `mutation ($bankId: ID!, $customerId: ID!, $expectedVersion: Int, $idempotencyKey: String) {
  deleteCustomerCascade(bankId: $bankId, customerId: $customerId, expectedVersion: $expectedVersion,
    idempotencyKey: $idempotencyKey) { customer { id legalName } deleted { ${collections} } } }`;

let gateway: Gateway;
let clerk: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  clerk = await gateway.createUser({
    roles: [
      ['CanDeleteCustomerCascade', bankId],
      ['CanGetCustomer', bankId],
      ['CanCreateCustomerAddress', bankId],
    ],
  });
});

afterAll(() => gateway.stop());

/** Who saw or changed what of a customer stays, and names the id only. */
const auditTables = ['audit_event', 'audit_event_customer'];

/** The tables that have a row with this text anywhere in it. */
async function tablesThatMention(text: string): Promise<string[]> {
  const found = await Promise.all(
    allTables.map(async (table) => {
      const rows = await gateway.database.read.select().from(table);
      return JSON.stringify(rows).includes(text) ? [getTableName(table)] : [];
    }),
  );
  return found.flat().sort();
}

function deleteOne(customerId: string, more: Record<string, unknown> = {}, token = clerk.token) {
  return gateway.query(token, cascade, { bankId, customerId, ...more });
}

describe('deleteCustomerCascade', () => {
  test('is refused without the role, and deletes nothing', async () => {
    const { customerId } = await insertWholeCustomer(gateway.database, { bankId });
    const stranger = await gateway.createUser({ roles: [['CanDeleteCustomerCascade', otherBankId]] });
    const before = await everythingStored(gateway.database);

    const { data, errors } = await deleteOne(customerId, {}, stranger.token);

    expect(data).toEqual({ deleteCustomerCascade: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missingRoles: ['CanDeleteCustomerCascade'] });
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('of a customer of another bank is not found, and deletes nothing', async () => {
    const { customerId } = await insertWholeCustomer(gateway.database, { bankId: otherBankId });
    const before = await everythingStored(gateway.database);

    const { errors } = await deleteOne(customerId);

    expect(errors[0]?.extensions.obpCode).toBe('OBP-30046');
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('with a stale version is a conflict, and deletes nothing', async () => {
    const { customerId } = await insertWholeCustomer(gateway.database, { bankId });
    const before = await everythingStored(gateway.database);

    const { errors } = await deleteOne(customerId, { expectedVersion: 2 });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 1 });
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('leaves no row of any table that mentions the customer, says how much it was, and touches no other', async () => {
    const { userId } = await insertWholeCustomer(gateway.database, { bankId });
    const { customerId } = await insertWholeCustomer(gateway.database, { bankId, userId });
    const isOther = (row: Record<string, unknown>, table: string) =>
      table !== 'idempotency_key' && table !== 'meeting_invitee' && !JSON.stringify(row).includes(customerId);
    const before = await everythingStored(gateway.database, isOther);
    const inviteesBefore = await gateway.database.read.select().from(meetingInvitee);
    // The positive control: the search below finds the customer everywhere that it can be.
    const tables = [customer, ...tablesOfCustomers].map((table) => getTableName(table));
    expect(await tablesThatMention(customerId)).toEqual(tables.sort());

    const response = await deleteOne(customerId, { expectedVersion: 1, idempotencyKey: randomUUID() });

    expect(response).toMatchObject({
      errors: [],
      data: {
        deleteCustomerCascade: {
          customer: { id: customerId, legalName: 'Eveline Tripman' },
          deleted: {
            ...Object.fromEntries(belongingEntries.map(([name]) => [name, 1])),
            ...{ messages: 2, crmEvents: 2, meetings: 2, meetingInvitees: 2 },
          },
        },
      },
    });
    expect(await tablesThatMention(customerId)).toEqual(auditTables);
    expect(await everythingStored(gateway.database, isOther)).toEqual(before);
    expect(await gateway.database.read.select().from(meetingInvitee)).toHaveLength(inviteesBefore.length - 2);
  });

  test('with the same key again responses the same numbers and no customer; without it there is none', async () => {
    const { customerId } = await insertWholeCustomer(gateway.database, { bankId });
    const idempotencyKey = randomUUID();

    const first = await deleteOne(customerId, { idempotencyKey });
    const again = await deleteOne(customerId, { idempotencyKey });
    const other = await deleteOne(customerId);

    const { deleted } = (first.data as { deleteCustomerCascade: { deleted: unknown } }).deleteCustomerCascade;
    expect(deleted).toMatchObject({ addresses: 1, messages: 2 });
    expect(again).toMatchObject({ errors: [], data: { deleteCustomerCascade: { customer: null, deleted } } });
    expect(other.errors[0]?.extensions.obpCode).toBe('OBP-30046');
  });

  test('shows the customer only to who may read customers', async () => {
    const { id } = await insertCustomer(gateway.database, { bankId });
    const deleter = await gateway.createUser({ roles: [['CanDeleteCustomerCascade', bankId]] });

    const { data, errors } = await deleteOne(id, {}, deleter.token);

    expect(data).toMatchObject({ deleteCustomerCascade: { customer: null, deleted: { addresses: 0 } } });
    expect(errors[0]?.extensions).toMatchObject({ missingRoles: ['CanGetCustomer'] });
    expect(await tablesThatMention(id)).toEqual(auditTables);
  });

  test('of calls that race deletes once', async () => {
    const { customerId } = await insertWholeCustomer(gateway.database, { bankId });

    const responses = await Promise.all([1, 2, 3].map(() => deleteOne(customerId)));

    const codes = responses.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.obpCode));
    expect(codes).toEqual(['OBP-30046', 'OBP-30046']);
  });

  test('wins over addresses that are added at the same moment', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    for (let count = 0; count < 20; count += 1) await insertCustomerAddress(gateway.database, { bankId, customerId });
    const add = `mutation ($bankId: ID!, $customerId: ID!) { createCustomerAddress(bankId: $bankId,
      customerId: $customerId, input: { line1: "1", city: "Berlin", postcode: "13359", countryCode: "DE" }) {
      customerAddress { id } } }`;

    const adding = () => gateway.query(clerk.token, add, { bankId, customerId });
    const [response, ...added] = await Promise.all([deleteOne(customerId), ...Array.from({ length: 6 }, adding)]);

    const codes = added.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.obpCode));
    expect(response?.errors).toEqual([]);
    expect(codes.filter((code) => code !== 'OBP-30046')).toEqual([]);
    expect(await tablesThatMention(customerId)).toEqual(auditTables);
  });
});
