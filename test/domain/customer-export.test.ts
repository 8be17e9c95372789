import { and, eq, getTableColumns, getTableName, inArray } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertRows } from '../../src/database/insert-rows.ts';
import { account } from '../../src/domain/account/account.table.ts';
import { accountAttribute } from '../../src/domain/account/account-attribute.table.ts';
import { accountRouting } from '../../src/domain/account/account-routing.table.ts';
import { customerAccountLink } from '../../src/domain/account/customer-account-link.table.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { lockCustomer } from '../../src/domain/customer/locked-customer.ts';
import { meeting } from '../../src/domain/meeting/meeting.table.ts';
import { customerMessage } from '../../src/domain/message/message.table.ts';
import { type BelongingName, belongingEntries } from '../../src/domain/onboarding/belongings.ts';
import { exportCustomer } from '../../src/domain/onboarding/customer-export.ts';
import { maxExportedRows } from '../../src/domain/onboarding/exported-rows.ts';
import { AnswerMeter, defaultAnswerLimits } from '../../src/execution/answer-meter.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf } from '../support/paging.ts';
import {
  insertCrmEvent,
  insertCustomer,
  insertCustomerMessage,
  insertKycCheck,
  insertKycDocument,
  insertKycMedia,
} from '../support/rows.ts';
import { allTables, everythingStored, tablesOfCustomers } from '../support/stored.ts';
import { insertWholeCustomer, type WholeCustomer } from '../support/whole-customer.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const document = /* GraphQL */ `query ($bankId: ID!, $customerId: ID!) {
  exportCustomerData(bankId: $bankId, customerId: $customerId) { bankId customerId exportedAt data } }`;

type Row = Record<string, unknown>;
type Exported = Record<Exclude<BelongingName, 'meetingInvitees'>, Row[]> & { customer: Row };

const listNames = belongingEntries.filter(([, { exportedBy }]) => exportedBy !== null).map(([name]) => name);

let gateway: Gateway;
let clerk: TestUser;
/** The exported customer, with retracted evidence. */
let whole: WholeCustomer;
/** Another customer of the same bank. */
let other: WholeCustomer;
const retraction = { date: '2024-05-31T09:30:00.000Z', reason: 'belongs to another person' };

let wholeClosing: { closedOn: string; closingReason: string; closedByUserId: string; closedAt: Date };

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  clerk = await gateway.createUser({
    roles: [
      ['CanExportCustomerData', bankId],
      ['CanGetCustomer', bankId],
      ['CanDeleteCustomerCascade', bankId],
    ],
  });
  whole = await insertWholeCustomer(gateway.database, { bankId });
  other = await insertWholeCustomer(gateway.database, { bankId });
  wholeClosing = {
    closedOn: '2024-05-31',
    closingReason: 'Moved abroad',
    closedByUserId: whole.userId,
    closedAt: new Date('2024-06-01T09:30:00Z'),
  };
  await gateway.database.transaction((transaction) =>
    transaction.update(customer).set(wholeClosing).where(eq(customer.id, whole.customerId)),
  );
  const retracted = {
    bankId,
    customerId: whole.customerId,
    retractedAt: new Date(retraction.date),
    retractedByUserId: whole.userId,
    retractionReason: retraction.reason,
  };
  await insertKycCheck(gateway.database, { ...retracted, id: 'retracted-check' });
  await insertKycDocument(gateway.database, { ...retracted, id: 'retracted-document' });
  await insertKycMedia(gateway.database, { ...retracted, id: 'retracted-media' });
});

afterAll(() => gateway.stop());

function exportOf(customerId: string, token = clerk.token) {
  return gateway.query<{ exportCustomerData: { exportedAt: string; data: Exported } | null }>(token, document, {
    bankId,
    customerId,
  });
}

async function dataOf(customerId: string): Promise<Exported> {
  const { data, errors } = await exportOf(customerId);
  expect(errors).toEqual([]);
  if (data === null || data.exportCustomerData === null) throw new Error('The query returned no data.');
  return data.exportCustomerData.data;
}

/** The value after a conversion to JSON and back. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** All values at any depth that are neither objects nor lists. */
function leavesOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return Object.values(value).flatMap(leavesOf);
}

/** All objects at any depth. */
function objectsIn(value: unknown): Row[] {
  if (typeof value !== 'object' || value === null) return [];
  return [...(Array.isArray(value) ? [] : [value as Row]), ...Object.values(value).flatMap(objectsIn)];
}

function rowsWhere(table: SQLiteTable, column: SQLiteColumn, value: string): Promise<Row[]> {
  return gateway.database.read.select().from(table).where(eq(column, value)) as unknown as Promise<Row[]>;
}

function columnNamed(table: SQLiteTable, name: string): SQLiteColumn | undefined {
  return Object.values<SQLiteColumn>(getTableColumns(table)).find((column) => column.name === name);
}

/** Columns that are not exported, with the reason. */
const excludedColumns: Record<string, string> = {
  bankId: 'It is exported once, at the top.',
  customerId: 'It is exported once, at the top.',
  rowNumber: 'Only the search index needs it.',
  legalNameSearch: 'It is derived from legalName.',
  nameWords: 'They are derived from legalName.',
  emailSearch: 'It is derived from email.',
  valueSearch: 'It is derived from value.',
  valueOrder: 'It is derived from type and value.',
  lastOkDateOrder: 'It is derived from lastOkDate.',
  version: 'Only updates need it.',
  number: 'It only sorts the history.',
  ofClosedCustomer: 'It is derived from closedOn of the customer.',
  sessionId: 'It grants access to the video session.',
};

/** The field of an object with the ID that is unique only for its customer, such as `kycCheckId`. */
function ownIdOf(table: SQLiteTable): string {
  return `${getTableName(table).replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())}Id`;
}

describe('exportCustomerData', () => {
  test('refuses a caller without the role at the bank, even a linked user', async () => {
    const stranger = await gateway.createUser({ roles: [['CanExportCustomerData', otherBankId]] });
    const linked = await gateway.createUser();
    const { customerId } = await insertWholeCustomer(gateway.database, { bankId, userId: linked.id });

    for (const { token } of [stranger, linked]) {
      const { data, errors } = await exportOf(customerId, token);

      expect(data).toEqual({ exportCustomerData: null });
      expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missingRoles: ['CanExportCustomerData'] });
    }
  });

  test('fails with OBP-30046 for an unknown customer and for a customer of another bank', async () => {
    const { customerId } = await insertWholeCustomer(gateway.database, { bankId: otherBankId });

    expect(codesOf(await exportOf(customerId))).toEqual(['OBP-30046']);
    expect(codesOf(await exportOf('no-such-id'))).toEqual(['OBP-30046']);
  });

  test('returns the customer as the field customer does, except for the version', async () => {
    const fields = `id bankId customerNumber legalName mobilePhoneNumber mobilePhoneNumberE164 email
      faceImage { url date } dateOfBirth relationshipStatus dependants dobOfDependants creditRating { rating source }
      creditLimit { currency amount } highestEducationAttained employmentStatus kycStatus kycState lastOkDate title branchId
      nameSuffix customerType closedOn createdAt updatedAt`;
    const query = `query ($bankId: ID!, $customerId: ID!) {
      customer(bankId: $bankId, customerId: $customerId) { ${fields} } }`;
    const { customerId } = whole;
    const { data } = await gateway.query(clerk.token, query, { bankId, customerId });

    const { closing, ...exported } = (await dataOf(customerId)).customer as { closing: object };
    // Only companies have these values.
    const ofCompany = { registrationNumber: null, incorporationDate: null, legalForm: null };
    // The field customer returns the dates of reviews only to KYC officers.
    const reviewDates = { kycReviewDate: '2023-01-01', kycReviewDueOn: '2023-01-01' };
    expect(exported).toEqual({ ...(data?.customer as object), ...ofCompany, ...reviewDates });
    const { closedOn: date, closingReason: reason, closedAt, closedByUserId: recordedByUserId } = wholeClosing;
    expect(closing).toEqual({ date, reason, recordedAt: closedAt.toISOString(), recordedByUserId });
    expect(leavesOf(data).filter((value) => value === null)).toEqual([]);
  });

  test.each(tablesOfCustomers.map((table): [string, SQLiteTable] => [getTableName(table), table]))(
    "returns every value of the customer's rows of %s, except for excluded columns",
    async (_name, table) => {
      const ofCustomer = columnNamed(table, 'customer_id');
      if (ofCustomer === undefined) throw new Error('The table has no column customer_id.');
      const objects = objectsIn(await dataOf(whole.customerId));

      const rows = await rowsWhere(table, ofCustomer, whole.customerId);

      expect(rows, 'test/support/whole-customer.ts inserts no row of this table.').not.toEqual([]);
      for (const row of rows) {
        const exported = objects.find((object) => [object.id, object[ownIdOf(table)]].includes(row.id));
        const leaves = leavesOf(exported);
        const kept = Object.entries(row).filter(([name]) => excludedColumns[name] === undefined);
        const lost = kept.filter(([, value]) => leavesOf(asJson(value)).some((leaf) => !leaves.includes(leaf)));
        expect(lost.filter(([, value]) => value !== null)).toEqual([]);
      }
    },
  );

  test('has a test for every table that references a meeting or an account', () => {
    const below = allTables.filter((table) => columnNamed(table, 'meeting_id') ?? columnNamed(table, 'account_id'));

    expect(
      below.map(getTableName).sort(),
      'Export the rows of a new table in src/domain/onboarding, and add a test of it here, unless they are not of the customer.',
    ).toEqual(['account_attribute', 'account_holder', 'account_routing', 'customer_account_link', 'meeting_invitee']);
  });

  test('returns the accounts inside their links, with routings and attributes', async () => {
    const { accountLinks } = await dataOf(whole.customerId);
    const { read } = gateway.database;
    const [row] = await read.select().from(account).where(eq(account.id, whole.accountId));
    const ofAccount = (table: typeof accountRouting | typeof accountAttribute) =>
      read
        .select()
        .from(table as SQLiteTable)
        .where(and(eq(table.bankId, bankId), eq(table.accountId, whole.accountId)));
    const withoutKeys = (rows: Row[]) =>
      rows.map(({ bankId: _bankId, accountId: _accountId, version: _version, ...rest }) => asJson(rest));
    const [link] = await rowsWhere(customerAccountLink, customerAccountLink.customerId, whole.customerId);
    const attributes = withoutKeys(await ofAccount(accountAttribute));

    expect(accountLinks).toEqual([
      {
        id: link?.id,
        relationshipType: 'Owner',
        createdAt: asJson(link?.createdAt),
        updatedAt: asJson(link?.updatedAt),
        account: {
          id: `Account~${bankId}~${whole.accountId}`,
          accountId: whole.accountId,
          label: 'Everyday',
          number: '1234567',
          productCode: 'CURRENT',
          balance: { currency: 'EUR', amount: '10.50' },
          branchId: 'DERBY6',
          createdAt: asJson(row?.createdAt),
          updatedAt: asJson(row?.updatedAt),
          routings: withoutKeys(await ofAccount(accountRouting)),
          attributes,
        },
      },
    ]);
    expect(attributes).toHaveLength(15);
  });

  test('returns the meetings with participants, creator, and invitees, but without credentials', async () => {
    const { meetings } = await dataOf(whole.customerId);
    const { userId } = whole;
    const [row] = await rowsWhere(meeting, meeting.customerId, whole.customerId);

    expect(meetings).toHaveLength(2);
    expect(meetings[0]).toMatchObject({
      id: row?.id,
      providerId: 'tokbox',
      purposeId: 'onboarding',
      present: { staffUserId: userId, customerUserId: userId },
      creatorUserId: userId,
      creator: { name: 'Simon Redfern', mobilePhone: '+447972444876', emailAddress: 'simon@example.com' },
      invitees: [
        {
          contactDetails: {
            name: 'Eveline Tripman',
            mobilePhone: '+447972444876',
            emailAddress: 'eveline@example.com',
          },
          userId,
          status: 'Good',
        },
      ],
      cancelledAt: null,
    });
    expect(row?.sessionId).toBe('session-1');
    expect(JSON.stringify(meetings)).not.toMatch(/session|token|key/i);
  });

  test('returns retracted evidence with its retraction', async () => {
    const { kycChecks, kycDocuments, kycMedia } = await dataOf(whole.customerId);

    for (const [evidence, id] of [
      [kycChecks, { kycCheckId: 'retracted-check' }],
      [kycDocuments, { kycDocumentId: 'retracted-document' }],
      [kycMedia, { kycMediaId: 'retracted-media' }],
    ] as const) {
      expect(evidence.map((item) => item.retraction)).toContainEqual(null);
      expect(evidence.filter((item) => item.retraction !== null)).toMatchObject([
        {
          ...id,
          retraction: { ...retraction, userId: whole.userId },
        },
      ]);
    }
  });

  test('returns the CRM events that refer to the customer by number only, and no event of another customer', async () => {
    const { id: customerId, customerNumber } = await insertCustomer(gateway.database, { bankId });
    const linked = await insertCrmEvent(gateway.database, { bankId, customerId, customerNumber });
    const named = await insertCrmEvent(gateway.database, { bankId, customerNumber, customerName: 'E. Tripman' });
    await insertCrmEvent(gateway.database, { bankId: otherBankId, customerNumber });
    await insertCrmEvent(gateway.database, { bankId, customerNumber: 'another-number' });
    await insertCrmEvent(gateway.database, { bankId, customerNumber, customerId: other.customerId });
    await insertCrmEvent(gateway.database, { bankId });

    const { crmEvents } = await dataOf(customerId);

    expect(crmEvents.map(({ id }) => id)).toEqual([linked.id, named.id]);
    expect(crmEvents[1]).toMatchObject({ customerNumber, customerName: 'E. Tripman' });
  });

  test('returns neither data of another customer of the bank nor internal data of the gateway', async () => {
    const text = JSON.stringify(await dataOf(whole.customerId));
    const ids = await Promise.all(
      tablesOfCustomers.map(async (table) => {
        const ofCustomer = columnNamed(table, 'customer_id');
        const rows = ofCustomer === undefined ? [] : await rowsWhere(table, ofCustomer, other.customerId);
        return rows.map(({ id }) => String(id));
      }),
    );
    const theirs = [other.customerId, other.customerNumber, other.accountId, other.userId, ...ids.flat()];

    expect(theirs.length).toBeGreaterThan(15);
    expect(theirs.filter((value) => text.includes(value))).toEqual([]);
    const names = new Set(objectsIn(JSON.parse(text)).flatMap(Object.keys));
    const internal = [...names].filter((name) => /search|order|rowNumber|version|session|token|password/i.test(name));
    expect(internal).toEqual([]);
    // A positive control of the search.
    expect(text).toContain(whole.accountId);
  });

  test('returns empty lists for a customer without other data', async () => {
    const { id } = await insertCustomer(gateway.database, { bankId });

    const { customer, ...lists } = await dataOf(id);

    expect(customer.id).toBe(id);
    expect(Object.values(lists).filter((list) => list.length > 0)).toEqual([]);
    expect(Object.keys(lists)).toEqual(listNames);
  });

  test('returns the same data in the same order again, oldest first, and writes nothing', async () => {
    const before = await everythingStored(gateway.database);

    const first = await dataOf(whole.customerId);
    const again = await dataOf(whole.customerId);

    expect(JSON.stringify(again)).toBe(JSON.stringify(first));
    for (const list of [first.messages, first.kycChecks]) {
      const dates = list.map(({ date }) => String(date));
      expect(dates).toEqual([...dates].sort());
    }
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('needs as many statements for a customer with all kinds of data as for a customer without other data', async () => {
    const { id } = await insertCustomer(gateway.database, { bankId });
    const { database } = gateway;
    async function statementsFor(customerId: string): Promise<number> {
      const before = database.statistics.statements;
      await database.transaction(async (transaction) =>
        exportCustomer(
          { transaction, answer: new AnswerMeter(defaultAnswerLimits) },
          await lockCustomer(transaction, bankId, customerId),
        ),
      );
      return database.statistics.statements - before;
    }

    const forNothing = await statementsFor(id);

    expect(forNothing).toBeGreaterThan(15);
    expect(await statementsFor(whole.customerId)).toBe(forNothing);
  });

  test('either returns everything or fails if the customer is deleted at the same time', async () => {
    const remove = `mutation ($bankId: ID!, $customerId: ID!) {
      deleteCustomerCascade(bankId: $bankId, customerId: $customerId) { deleted { messages } } }`;

    for (let round = 0; round < 5; round += 1) {
      const { customerId } = await insertWholeCustomer(gateway.database, { bankId });
      const [, { data, errors }] = await Promise.all([
        gateway.query(clerk.token, remove, { bankId, customerId }),
        exportOf(customerId),
      ]);

      if (errors.length > 0) expect(codesOf({ errors })).toEqual(['OBP-30046']);
      else {
        const lists = Object.values(data?.exportCustomerData?.data ?? {});
        expect(lists).toHaveLength(listNames.length + 1);
        expect(lists.filter((list) => Array.isArray(list) && list.length === 0)).toEqual([]);
      }
    }
  });

  test('returns 10,000 messages, and fails for more instead of returning a part', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const now = new Date();
    const rows = Array.from({ length: maxExportedRows }, (_, index) => ({
      id: `${customerId}-${index}`,
      bankId,
      customerId,
      date: now,
      transport: null,
      message: `Your card is ready (${index}).`,
      fromDepartment: 'Cards',
      fromPerson: 'Tom',
      createdAt: now,
      updatedAt: now,
    }));
    await gateway.database.transaction((transaction) => insertRows(transaction, customerMessage, rows));

    expect((await dataOf(customerId)).messages).toHaveLength(maxExportedRows);
    await insertCustomerMessage(gateway.database, { bankId, customerId });

    const { data, errors } = await exportOf(customerId);
    expect(data).toEqual({ exportCustomerData: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: maxExportedRows });
    expect(errors[0]?.message).toContain('messages');
    await gateway.database.transaction(async (transaction) => {
      await transaction.delete(customerMessage).where(inArray(customerMessage.customerId, [customerId]));
    });
  });
});
