import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq, getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Role, roleScope, roles } from '../../src/base/roles.ts';
import { typeNameOf } from '../../src/changes/collected-changes.ts';
import type { Database } from '../../src/database/database.ts';
import { deleteRows } from '../../src/database/write-row.ts';
import { customerAddress } from '../../src/domain/address/address.table.ts';
import { crmEvent } from '../../src/domain/crm-event/crm-event.table.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { collidingIds } from '../../src/domain/onboarding/colliding-ids.ts';
import { identifiedTables, idsOfOthers } from '../../src/domain/onboarding/identified-tables.ts';
import { globalId, keyOfGlobalId } from '../../src/graph/global-id.ts';
import { importFiles } from '../../src/import/import.ts';
import { renderProblem } from '../../src/import/report.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { insertEveryEntity, sharedNames, type World } from '../support/every-entity.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCrmEvent, insertCustomerAddress, insertKycDocument } from '../support/rows.ts';
import { allTables, everythingStored } from '../support/stored.ts';

let gateway: Gateway;
/** Two banks with the same IDs of accounts and KYC evidence. */
let worlds: World[];
let officer: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  const names = sharedNames();
  worlds = [await insertEveryEntity(gateway, names), await insertEveryEntity(gateway, names)];
  for (const { bankId, otherCustomerId } of worlds) {
    await insertKycDocument(gateway.database, { bankId, customerId: otherCustomerId, id: names.kycDocumentId });
  }
  const held = (Object.keys(roles) as Role[]).flatMap((role): [Role, string | null][] =>
    roleScope(role) === 'system' ? [[role, null]] : worlds.map(({ bankId }) => [role, bankId]),
  );
  officer = await gateway.createUser({ roles: held });
});

afterAll(() => gateway.stop());

const everything = /* GraphQL */ `query ($bankId: ID!, $accountIds: [ID!]!, $time: DateTime!) {
  bank(bankId: $bankId) { ...Named customerAttributeDefinitions { __typename id } }
  users(first: 100) { nodes { __typename id attributes { __typename id } entitlements { __typename id } } }
  entitlementRequests(bankId: $bankId) { nodes { __typename id } }
  auditEvents(bankId: $bankId, first: 100) { nodes { __typename id } }
  accountsById(bankId: $bankId, accountIds: $accountIds) { __typename id attributes { __typename id } }
  customers(bankId: $bankId) { nodes {
    __typename id
    asOf(time: $time) { __typename id customerId }
    accountLinks { __typename id account { __typename id } }
    addresses { __typename id } attributes { __typename id } taxResidences { __typename id }
    socialMediaHandles { __typename id } userLinks { __typename id } kycStatuses { __typename id }
    kycStatusProposals { __typename id } legalHolds { __typename id } customerLinks { __typename id } messages { nodes { __typename id } } meetings { nodes { __typename id } }
    crmEvents { nodes { __typename id } } kycMedia { __typename id kycMediaId customerId }
    kycChecks { __typename id kycCheckId customerId } kycDocuments { __typename id kycDocumentId customerId }
  } }
} fragment Named on Bank { __typename id }`;

interface Identified {
  __typename: string;
  id: string;
}

function objectsIn(value: unknown): Identified[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(objectsIn);
  return 'id' in value ? [value as Identified, ...below] : below;
}

async function readEverything(): Promise<Identified[]> {
  const read: Identified[] = [];
  for (const { bankId, accountId, freeAccountId } of worlds) {
    const { data, errors } = await gateway.query(officer.token, everything, {
      bankId,
      accountIds: [accountId, freeAccountId],
      time: new Date().toISOString(),
    });
    expect(errors).toEqual([]);
    read.push(...objectsIn(data));
  }
  return read;
}

test('no two objects have the same id, although two banks and two customers have the same IDs of OBP', async () => {
  const objects = await readEverything();
  const typesById = new Map<string, Set<string>>();
  for (const { __typename, id } of objects) typesById.set(id, (typesById.get(id) ?? new Set()).add(__typename));
  const schema = await gatewaySchema();
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  const withId = types.filter((type) => type.getFields().id !== undefined).map(({ name }) => name);

  expect([...typesById.values()].filter((typeNames) => typeNames.size > 1)).toEqual([]);
  expect([...new Set(objects.map(({ __typename }) => __typename))].sort()).toEqual(withId.sort());
  const own = new Map<string, Set<string>>();
  for (const object of objects) {
    const ofObject = Object.entries(object).filter(([name]) => name.endsWith('Id'));
    own.set(object.id, (own.get(object.id) ?? new Set()).add(JSON.stringify(ofObject)));
  }
  expect([...own.values()].filter((values) => values.size > 1)).toEqual([]);
  const documents = new Set(objects.filter(({ __typename }) => __typename === 'KycDocument').map(({ id }) => id));
  expect(documents.size).toBe(4);
  expect(new Set(objects.filter(({ __typename }) => __typename === 'Account').map(({ id }) => id)).size).toBe(4);
});

test('each table of objects has a rule for its id', async () => {
  const schema = await gatewaySchema();
  const isObject = (name: string) => {
    const type = schema.getType(name);
    return isObjectType(type) && type.getFields().id !== undefined;
  };
  const tables = allTables.filter((table) => isObject(typeNameOf(table)) || 'category' in getTableColumns(table));
  const composed = tables.filter((table) => {
    const { id, rowNumber }: Record<string, SQLiteColumn> = getTableColumns(table);
    // The ID of a customer is unique, although its primary key is another column.
    return id?.primary !== true && rowNumber === undefined;
  });

  expect(composed.map(typeNameOf).sort()).toEqual(['Account', 'AuditEvent', 'KycCheck', 'KycDocument', 'KycMedia']);
  expect(
    identifiedTables.map(getTableName).sort(),
    'Add the table to src/domain/onboarding/identified-tables.ts, or the type to src/graph/global-id.ts.',
  ).toEqual(
    tables
      .filter((table) => !composed.includes(table))
      .map(getTableName)
      .sort(),
  );
});

describe('a global ID', () => {
  test('contains its key, and no other type reads it', () => {
    const id = globalId('KycDocument', 'a.b-c_1', 'document-1');

    expect(keyOfGlobalId('KycDocument', id)).toEqual(['a.b-c_1', 'document-1']);
    expect(keyOfGlobalId('KycCheck', id)).toBeNull();
    expect(encodeURIComponent(id)).toBe(id);
  });

  test.each([
    '',
    'Account',
    'Account~a',
    'Account~~a',
    'Account~a~',
    'Account~a~b~c',
    'account~a~b',
    'Account~a~b\n',
    ' Account~a~b',
    'Account~a~ü',
  ])('is not %j', (id) => {
    expect(keyOfGlobalId('Account', id)).toBeNull();
  });
});

async function importRecords(records: object, update = false, database = gateway.database): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ids-'));
  try {
    await writeFile(join(folder, 'file.json'), JSON.stringify(records));
    const problems: string[] = [];
    await importFiles(
      database,
      [join(folder, 'file.json')],
      { update },
      { onProblem: (problem) => problems.push(renderProblem(problem)) },
    );
    return problems;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const withoutPlaces = (problem: string) => problem.replace(/^.*?: /, '').replace(/file\.json.*$/, '…');

const person = { legal_name: 'Ada Lovelace', mobile_phone_number: '+44 7400 123456' };
const customerRecord = (bank: string, id: string) => ({
  ...{ bank_id: bank, customer_id: id, customer_number: id, ...person },
});
const addressRecord = (customerId: string, id: string) => ({
  ...{ customer_id: customerId, customer_address_id: id, line_1: 'No 1', city: 'Berlin', country_code: 'DE' },
  ...{ insert_date: '2024-03-01T00:00:00Z' },
});
const linkRecord = (customerId: string, userId: string, id: string) => ({
  ...{ bank_id: worlds[0]?.bankId, customer_id: customerId, user_id: userId, user_customer_link_id: id },
  ...{ date_inserted: '2024-03-01T00:00:00Z', is_active: true },
});

describe('an import', () => {
  test('refuses IDs that objects of two types in the files have', async () => {
    const [{ bankId }] = worlds as [World];
    const [a, b, c, own] = Array.from({ length: 4 }, () => randomUUID());
    const before = await everythingStored(gateway.database);

    const problems = await importRecords({
      banks: [{ id: 'two-types', short_name: 'Bank', full_name: 'The Bank' }],
      customers: [
        customerRecord(bankId, 'two-types'),
        customerRecord(bankId, a ?? ''),
        customerRecord(bankId, own ?? ''),
      ],
      addresses: [addressRecord(own ?? '', a ?? ''), addressRecord(own ?? '', b ?? ''), addressRecord(own ?? '', 'x1')],
      user_customer_links: [
        linkRecord(own ?? '', worlds[0]?.linkedUser.id ?? '', b ?? ''),
        linkRecord(own ?? '', 'x1', c ?? ''),
      ],
    });

    expect(problems.map(withoutPlaces).sort()).toEqual([
      'customer customer_id must be the ID of one object, but is also that of the Bank in …',
      'customerAddress customer_address_id must be the ID of one object, but is also that of the Customer in …',
      'customerAddress customer_address_id must be the ID of one object, but is also that of the User in …',
      'userCustomerLink user_customer_link_id must be the ID of one object, but is also that of the CustomerAddress in …',
    ]);
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('refuses IDs that objects of other types in the database have', async () => {
    const [world] = worlds as [World];
    const { bankId, customerId, addressId, meetingId, linkedUser } = world;
    const before = await everythingStored(gateway.database);

    const problems = await importRecords({
      banks: [{ id: customerId, short_name: 'Bank', full_name: 'The Bank' }],
      users: [{ user_id: addressId, username: `user-${addressId}` }],
      customers: [customerRecord(bankId, linkedUser.id), customerRecord(meetingId, randomUUID())],
      addresses: [addressRecord(customerId, bankId), addressRecord(customerId, world.otherCustomerId)],
      user_customer_links: [linkRecord(customerId, world.crmEventId, randomUUID())],
    });

    const rule = 'must be the ID of one object, but is also that of the';
    expect(problems.map(withoutPlaces).sort()).toEqual([
      `bank id ${rule} Customer in the database`,
      `customer bank_id ${rule} Meeting in the database`,
      `customer customer_id ${rule} User in the database`,
      `customerAddress customer_address_id ${rule} Bank in …`,
      `customerAddress customer_address_id ${rule} Customer in the database`,
      `user user_id ${rule} CustomerAddress in the database`,
      `userCustomerLink user_id ${rule} CrmEvent in the database`,
    ]);
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('accepts the same file again, and keeps each id when it updates', async () => {
    const [{ bankId }] = worlds as [World];
    const customerId = `customer-${randomUUID()}`;
    const records = (label: string) => ({
      customers: [customerRecord(bankId, customerId)],
      addresses: [{ ...addressRecord(customerId, `address-${customerId}`), city: label }],
      documents: [
        {
          ...{ bank_id: bankId, customer_id: customerId, id: 'document-1', type: 'passport', number: '1' },
          ...{ issue_date: '2019-10-01', issue_place: 'Hull', expiry_date: '2029-10-01' },
        },
      ],
      accounts: [{ bank_id: bankId, account_id: `account-${customerId}`, label, balance: null }],
    });
    const document = /* GraphQL */ `query ($bankId: ID!, $customerId: ID!, $accountId: ID!) {
      customer(bankId: $bankId, customerId: $customerId) { id addresses { id city } kycDocuments { id } }
      account(bankId: $bankId, accountId: $accountId) { id label } }`;
    const read = async () => {
      const accountId = `account-${customerId}`;
      return JSON.stringify(await gateway.query(officer.token, document, { bankId, customerId, accountId }));
    };

    expect(await importRecords(records('Before'))).toEqual([]);
    const before = await read();
    expect(await importRecords(records('Before'))).toEqual([]);
    expect(await read()).toBe(before);
    expect(await importRecords(records('After'), true)).toEqual([]);

    expect(before).toContain('Before');
    expect(await read()).toBe(before.replaceAll('Before', 'After'));
  });
});

describe('an ID that is chosen twice at once', () => {
  test('fails the import that writes it after the other one', async () => {
    const [{ bankId, customerId }] = worlds as [World];
    const id = `chosen-twice-${randomUUID()}`;
    let isFirst = true;
    // The other import commits between the check and the first transaction of this one.
    const database: Database = {
      ...gateway.database,
      async transaction(work, options) {
        if (isFirst) {
          isFirst = false;
          await insertCustomerAddress(gateway.database, { bankId, customerId, id });
        }
        return gateway.database.transaction(work, options);
      },
    };

    await expect(importRecords({ customers: [customerRecord(bankId, id)] }, false, database)).rejects.toThrow(
      'An object with an ID of the files was created during the import. Import the files again.',
    );

    const stored = await gateway.database.read.select().from(customer).where(eq(customer.id, id));
    expect(stored).toEqual([]);
    expect(await importRecords({ customers: [customerRecord(bankId, id)] })).toHaveLength(1);
  });

  test('is found by one of two transactions that have both inserted it', async () => {
    const [{ bankId, customerId }] = worlds as [World];
    const id = `inserted-twice-${randomUUID()}`;
    const insertedBoth = Promise.withResolvers<void>();
    let inserted = 0;
    async function insertAndCheck(table: SQLiteTable, insert: (database: Database) => Promise<unknown>) {
      await gateway.database.transaction(async (transaction) => {
        await insert({ ...gateway.database, transaction: (work) => work(transaction) });
        inserted += 1;
        if (inserted === 2) insertedBoth.resolve();
        // On SQLite, the second transaction begins when the first has ended.
        if (dialectUnderTest === 'postgresql') await insertedBoth.promise;
        if ((await idsOfOthers(transaction, table, [id])).length > 0) throw new Error('taken');
      });
    }

    const results = await Promise.allSettled([
      insertAndCheck(customerAddress, (database) => insertCustomerAddress(database, { bankId, customerId, id })),
      insertAndCheck(crmEvent, (database) => insertCrmEvent(database, { bankId, customerId, id })),
    ]);

    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const stored = await Promise.all([
      gateway.database.read.select().from(customerAddress).where(eq(customerAddress.id, id)),
      gateway.database.read.select().from(crmEvent).where(eq(crmEvent.id, id)),
    ]);
    expect(stored.flat()).toHaveLength(1);
  });

  test('is listed if objects of two types have it', async () => {
    const [{ bankId, customerId }] = worlds as [World];
    const before = await collidingIds(gateway.database.read);
    await insertCustomerAddress(gateway.database, { bankId, customerId, id: bankId });

    const listed = await collidingIds(gateway.database.read);
    await gateway.database.transaction((transaction) =>
      deleteRows(transaction, customerAddress, eq(customerAddress.id, bankId)),
    );

    expect(before).toEqual([]);
    expect(listed).toEqual([
      {
        ...{ kind: 'ID', bankId: null },
        identifiers: [
          { id: bankId, objectType: 'Bank' },
          { id: bankId, objectType: 'CustomerAddress' },
        ],
      },
    ]);
  });
});

describe('createBank', () => {
  test('refuses an ID that any other object has like that of another bank, and writes nothing', async () => {
    const [world] = worlds as [World];
    const { id: _bank, ...others } = { id: world.bankId, ...world };
    const taken = Object.entries(others).filter(
      ([name, value]) =>
        typeof value === 'string' &&
        name.endsWith('Id') &&
        !['accountId', 'freeAccountId', 'kycCheckId', 'kycDocumentId', 'kycMediaId'].includes(name),
    );
    const ids = [...taken.map(([, id]) => String(id)), world.linkedUser.id, ...Object.values(world.furtherIds)];
    const before = await everythingStored(gateway.database);
    const create = 'mutation ($input: CreateBankInput!) { createBank(input: $input) { bank { id } } }';

    for (const bankId of ids) {
      const { errors } = await gateway.query(officer.token, create, {
        input: { bankId, shortName: 'Bank', fullName: 'The Bank' },
      });
      expect(errors.map(({ extensions }) => [extensions.key, extensions.field])).toEqual([
        ['OBP-34000', 'input.bankId'],
      ]);
    }
    expect(ids.length).toBeGreaterThan(15);
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('accepts the ID of an account or of KYC evidence, whose objects have another id', async () => {
    const [{ accountId }] = worlds as [World];
    const create = 'mutation ($input: CreateBankInput!) { createBank(input: $input) { bank { id } } }';

    const { errors } = await gateway.query(officer.token, create, {
      input: { bankId: accountId, shortName: 'Bank', fullName: 'The Bank' },
    });

    expect(errors).toEqual([]);
  });
});
