import { randomUUID } from 'node:crypto';
import { eq, getTableName, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isForeignKeyViolation } from '../../src/database/errors.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { crmEvent } from '../../src/domain/crm-event/crm-event.table.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { customerNameWord } from '../../src/domain/customer/customer-name-word.table.ts';
import { kycCount } from '../../src/domain/customer/kyc-count.table.ts';
import { lockCustomerForDeletion } from '../../src/domain/customer/locked-customer.ts';
import { kycStatus } from '../../src/domain/kyc/kyc-status.table.ts';
import { meetingInvitee } from '../../src/domain/meeting/meeting-invitee.table.ts';
import { belongingEntries } from '../../src/domain/onboarding/belongings.ts';
import { deleteCustomerCascade } from '../../src/domain/onboarding/cascade.ts';
import { idempotencyKey } from '../../src/domain/user/idempotency-key.table.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCrmEvent, insertCustomer, insertCustomerAddress } from '../support/rows.ts';
import { allTables, everythingStored, rowText, tablesOfCustomers } from '../support/stored.ts';
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

/** The audit trail and the changes for other systems are kept. They contain only the ID of a deleted customer. */
const keptTables = ['audit_event', 'audit_event_customer', 'change'];

/** The tables with a row that contains the text. */
async function tablesThatMention(text: string): Promise<string[]> {
  const names = await Promise.all(
    allTables.map(async (table) => {
      const rows = await gateway.database.read.select().from(table);
      return JSON.stringify(rows).includes(text) ? [getTableName(table)] : [];
    }),
  );
  return names.flat().sort();
}

function deleteOne(customerId: string, more: Record<string, unknown> = {}, token = clerk.token) {
  return gateway.query(token, cascade, { bankId, customerId, ...more });
}

describe('deleteCustomerCascade', () => {
  test('refuses a caller without the role and deletes nothing', async () => {
    const { customerId } = await insertWholeCustomer(gateway.database, { bankId });
    const stranger = await gateway.createUser({ roles: [['CanDeleteCustomerCascade', otherBankId]] });
    const before = await everythingStored(gateway.database);

    const { data, errors } = await deleteOne(customerId, {}, stranger.token);

    expect(data).toEqual({ deleteCustomerCascade: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missingRoles: ['CanDeleteCustomerCascade'] });
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('fails with OBP-30046 for a customer of another bank and deletes nothing', async () => {
    const { customerId } = await insertWholeCustomer(gateway.database, { bankId: otherBankId });
    const before = await everythingStored(gateway.database);

    const { errors } = await deleteOne(customerId);

    expect(errors[0]?.extensions.obpCode).toBe('OBP-30046');
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('fails with CONFLICT for a stale version and deletes nothing', async () => {
    const { customerId } = await insertWholeCustomer(gateway.database, { bankId });
    const before = await everythingStored(gateway.database);

    const { errors } = await deleteOne(customerId, { expectedVersion: 2 });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 1 });
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('deletes all rows that mention the customer, returns their numbers, and changes no other row', async () => {
    const { userId } = await insertWholeCustomer(gateway.database, { bankId });
    const { customerId } = await insertWholeCustomer(gateway.database, { bankId, userId });
    const isOther = (table: SQLiteTable) => {
      if (table === idempotencyKey || table === meetingInvitee || table === kycCount) return null;
      const ofCustomer = sql`(select ${customer.rowNumber} from ${customer} where ${eq(customer.id, customerId)})`;
      if (table === customerNameWord) return sql`${customerNameWord.rowNumber} is distinct from ${ofCustomer}`;
      return sql`${rowText(table)} not like ${`%${customerId}%`}`;
    };
    const before = await everythingStored(gateway.database, isOther);
    const inviteesBefore = await gateway.database.read.select().from(meetingInvitee);
    // A positive control: before the deletion, the search finds the customer in all these tables.
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
            // The link in both directions is one row.
            ...{ customerLinks: 0, messages: 2, crmEvents: 2, meetings: 2, meetingInvitees: 2, history: 9 },
          },
        },
      },
    });
    expect(await tablesThatMention(customerId)).toEqual(keptTables);
    expect(await everythingStored(gateway.database, isOther)).toEqual(before);
    expect(await gateway.database.read.select().from(meetingInvitee)).toHaveLength(inviteesBefore.length - 2);
  });

  test('deletes CRM events that contain only the number of the customer, and keeps those of another bank', async () => {
    const { id: customerId, customerNumber } = await insertCustomer(gateway.database, { bankId });
    await insertCrmEvent(gateway.database, { bankId, customerNumber });
    const ofOtherBank = await insertCrmEvent(gateway.database, { bankId: otherBankId, customerNumber });

    const { data } = await deleteOne(customerId);

    expect(data).toMatchObject({ deleteCustomerCascade: { deleted: { crmEvents: 1 } } });
    const remaining = await gateway.database.read
      .select({ id: crmEvent.id })
      .from(crmEvent)
      .where(eq(crmEvent.customerNumber, customerNumber));
    expect(remaining).toEqual([{ id: ofOtherBank.id }]);
  });

  test('returns the same numbers and no customer when retried with the same key, and fails without the key', async () => {
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

  test('returns the customer only to a caller who can read customers', async () => {
    const { id } = await insertCustomer(gateway.database, { bankId });
    const deleter = await gateway.createUser({ roles: [['CanDeleteCustomerCascade', bankId]] });

    const { data, errors } = await deleteOne(id, {}, deleter.token);

    expect(data).toMatchObject({ deleteCustomerCascade: { customer: null, deleted: { addresses: 0 } } });
    expect(errors[0]?.extensions).toMatchObject({ missingRoles: ['CanGetCustomer'] });
    expect(await tablesThatMention(id)).toEqual(keptTables);
  });

  test('deletes once when calls race', async () => {
    const { customerId } = await insertWholeCustomer(gateway.database, { bankId });

    const responses = await Promise.all([1, 2, 3].map(() => deleteOne(customerId)));

    const codes = responses.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.obpCode));
    expect(codes).toEqual(['OBP-30046', 'OBP-30046']);
  });

  test('deletes addresses that are added at the same time', async () => {
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
    expect(await tablesThatMention(customerId)).toEqual(keptTables);
  });
});

/** Imports write rows of a customer without locking the customer before. */
describe('deleteCustomerCascade during a write that does not lock the customer', () => {
  /** Resolves when a transaction waits for another. SQLite executes one after the other in any case. */
  async function untilOneWaits(): Promise<void> {
    if (dialectUnderTest === 'sqlite') return;
    const waiting = sql<string>`(select count(*) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock')`;
    const countWaiting = async () => {
      const [row] = await gateway.database.read.select({ waiting }).from(bank).limit(1);
      return Number(row?.waiting);
    };
    await expect.poll(countWaiting, { timeout: 10_000 }).toBeGreaterThan(0);
  }

  test('waits for an earlier write, even if it goes on to update the customer, and deletes its row', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const inserted = Promise.withResolvers<void>();
    const deleting = Promise.withResolvers<void>();
    const now = new Date();

    const writing = gateway.database.transaction(async (transaction) => {
      const row = { id: randomUUID(), bankId, customerId, ok: true, date: now, createdAt: now, updatedAt: now };
      await transaction.insert(kycStatus).values(row);
      inserted.resolve();
      await deleting.promise;
      await transaction.update(customer).set({ kycStatus: true }).where(eq(customer.id, customerId));
    });
    await inserted.promise;
    const deletion = deleteOne(customerId);
    await untilOneWaits().finally(deleting.resolve);
    await writing;

    expect(await deletion).toMatchObject({
      errors: [],
      data: { deleteCustomerCascade: { customer: { id: customerId }, deleted: { kycStatuses: 1 } } },
    });
    expect(await tablesThatMention(customerId)).toEqual(keptTables);
  });

  test('lets a later write wait, which then fails', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const locked = Promise.withResolvers<void>();
    const writing = Promise.withResolvers<void>();

    const deletion = gateway.database.transaction(async (transaction) => {
      const lockedCustomer = await lockCustomerForDeletion(transaction, bankId, customerId);
      locked.resolve();
      await writing.promise;
      return deleteCustomerCascade(transaction, lockedCustomer, null);
    });
    await locked.promise;
    const failing = expect(insertCustomerAddress(gateway.database, { bankId, customerId })).rejects.toSatisfy(
      (error: unknown) => isForeignKeyViolation(error),
    );
    await untilOneWaits().finally(writing.resolve);

    expect(await deletion).toMatchObject({ addresses: 0 });
    await failing;
    expect(await tablesThatMention(customerId)).toEqual([]);
  });
});
