/**
 * A customer as it was at a former time, compared with what the API returned at that time, after random writes.
 * `SEED=<seed> npm test -- test/domain/customer-as-of.test.ts` repeats a failure.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditCommand } from '../../src/audit/command-audit.ts';
import type { Role } from '../../src/base/roles.ts';
import { customerHistory } from '../../src/changes/customer-history.table.ts';
import { CustomerHistoryObject } from '../../src/changes/customer-history-object.ts';
import { historyStart } from '../../src/changes/history-start.table.ts';
import { insertRows } from '../../src/database/insert-rows.ts';
import { CustomerType } from '../../src/domain/customer/customer-type.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { importRecords } from '../support/import-records.ts';
import { randomNumbers, testSeed } from '../support/random-operation.ts';
import { insertAccount, insertCustomer, insertCustomers, insertUserCustomerLink } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const seed = testSeed();

const readRoles = [
  'CanGetCustomer',
  'CanGetCustomers',
  'CanGetCustomerHistory',
  'CanGetCustomerAccountLinks',
  'CanGetCustomerAddress',
  'CanGetCustomerAttributesAtOneBank',
  'CanGetCustomerLinks',
  'CanGetSocialMediaHandles',
  'CanGetTaxResidence',
  'CanGetUserCustomerLink',
] as const satisfies Role[];
const writeRoles = [
  'CanUpdateCustomerIdentity',
  'CanUpdateCustomerCreditLimit',
  'CanUpdateCustomerEmail',
  'CanUpdateCustomerMobilePhoneNumber',
  'CanCreateCustomerAddress',
  'CanUpdateCustomerAddress',
  'CanDeleteCustomerAddress',
  'CanCreateTaxResidence',
  'CanDeleteTaxResidence',
  'CanCreateCustomerAttributeAtOneBank',
  'CanUpdateCustomerAttributeAtOneBank',
  'CanDeleteCustomerAttributeAtOneBank',
  'CanAddSocialMediaHandle',
  'CanDeleteSocialMediaHandle',
  'CanCreateUserCustomerLink',
  'CanDeleteUserCustomerLink',
  'CanCreateCustomerAccountLink',
  'CanUpdateCustomerAccountLink',
  'CanDeleteCustomerAccountLink',
  'CanCreateCustomerLink',
  'CanUpdateCustomerLink',
  'CanDeleteCustomerLink',
  'CanAddKycStatus',
] as const satisfies Role[];

/** The fields that a customer has now and had at a former time. */
const fields = /* GraphQL */ `customerNumber legalName mobilePhoneNumber mobilePhoneNumberE164 email
  faceImage { url date } dateOfBirth relationshipStatus dependants dobOfDependants creditRating { rating source }
  creditLimit { currency amount } highestEducationAttained employmentStatus kycStatus lastOkDate title branchId
  nameSuffix createdAt
  addresses { line1 line2 city postcode countryCode tags insertDate } attributes { name type value createdAt }
  taxResidences { domain taxNumber createdAt } socialMediaHandles { type handle dateAdded createdAt }
  customerLinks { customerId linkedCustomerId relationshipTo percentage createdAt }
  inverseCustomerLinks { customerId linkedCustomerId relationshipTo percentage createdAt }
  accountLinks { accountId relationshipType createdAt } userLinks { userId isActive dateInserted }`;

const presentQuery = `query ($bankId: ID!, $customerId: ID!) {
  customer(bankId: $bankId, customerId: $customerId) { ${fields} } }`;
const asOfQuery = `query ($bankId: ID!, $customerId: ID!, $time: DateTime!) {
  customer(bankId: $bankId, customerId: $customerId) { asOf(time: $time) { ${fields} } } }`;

type Data = Record<string, unknown>;

let gateway: Gateway;
let anna: TestUser;
let auditor: TestUser;

function atBank(roles: readonly Role[]) {
  return { roles: roles.map((role) => [role, bankId] as const) };
}

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  anna = await gateway.createUser(atBank([...readRoles, ...writeRoles]));
  auditor = await gateway.createUser(atBank(readRoles));
});

afterAll(() => gateway.stop());

async function read(customerId: string): Promise<Data> {
  const { data, errors } = await gateway.query<{ customer: Data }>(auditor.token, presentQuery, { bankId, customerId });
  expect(errors).toEqual([]);
  return data?.customer as Data;
}

function queryAsOf(customerId: string, time: Date, reader = auditor) {
  const variables = { bankId, customerId, time: time.toISOString() };
  return gateway.query<{ customer: { asOf: Data | null } }>(reader.token, asOfQuery, variables);
}

async function readAsOf(customerId: string, time: Date): Promise<Data> {
  const { data, errors } = await queryAsOf(customerId, time);
  expect(errors).toEqual([]);
  return data?.customer.asOf as Data;
}

/** Returns the present time, once it is over. Later writes have a later time. */
async function timeThatIsOver(): Promise<Date> {
  const time = new Date();
  while (Date.now() <= time.getTime()) await sleep(1);
  return time;
}

interface ObjectKind {
  name: string;
  create: (random: string) => string;
  update?: (random: string) => string;
  /** Whether updates and deletions take the ID of the customer. */
  isOfCustomer: boolean;
  /** The customer for whom an object is created that shows this customer. By default, it is the customer itself. */
  otherCustomer?: () => string | undefined;
}

/** Creates, changes, and deletes objects of the customer at random. */
function randomWriter(
  customerId: string,
  { accountIds, companyIds, userIds }: Record<'accountIds' | 'companyIds' | 'userIds', string[]>,
) {
  const random = randomNumbers(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const ids = new Map<string, string[]>();
  const ofCustomer = `bankId: "${bankId}", customerId: "${customerId}"`;
  let step = 0;

  const kinds: Record<string, ObjectKind> = {
    customerAddress: {
      name: 'CustomerAddress',
      create: (text) => `{ line1: "${text}", city: "Berlin", countryCode: "DE", tags: ["home"] }`,
      update: (text) => pick([`{ city: "${text}" }`, `{ line2: "${text}", tags: [] }`, '{ line2: null }']),
      isOfCustomer: true,
    },
    customerAttribute: {
      name: 'CustomerAttribute',
      create: (text) => `{ name: "A ${text}", type: STRING, value: "${text}" }`,
      update: (text) => pick([`{ type: STRING, value: "${text}" }`, '{ type: INTEGER, value: "7" }']),
      isOfCustomer: true,
    },
    taxResidence: {
      name: 'TaxResidence',
      create: (text) => `{ domain: "Germany", taxNumber: "${text}" }`,
      isOfCustomer: true,
    },
    socialMediaHandle: {
      name: 'SocialMediaHandle',
      create: (text) => `{ type: "x", handle: "${text}", dateAdded: "2024-05-31T09:30:00Z" }`,
      isOfCustomer: true,
    },
    customerAccountLink: {
      name: 'CustomerAccountLink',
      create: (text) => `{ accountId: "${accountIds.pop()}", relationshipType: "${text}" }`,
      update: (text) => `{ relationshipType: "${text}" }`,
      isOfCustomer: false,
    },
    customerLink: {
      name: 'CustomerLink',
      create: () => `{ linkedCustomerId: "${customerId}", relationshipTo: BENEFICIAL_OWNER, percentage: "${step}" }`,
      update: () => `{ percentage: "${step + 1}.5" }`,
      isOfCustomer: false,
      otherCustomer: () => companyIds.pop(),
    },
    userCustomerLink: {
      name: 'UserCustomerLink',
      create: () => `{ userId: "${userIds.pop()}" }`,
      update: () => `{ isActive: ${random() < 0.5} }`,
      isOfCustomer: false,
    },
  };

  function customerWrite(text: string): string {
    const input = pick([
      `updateCustomerIdentity(${ofCustomer}, input: { legalName: "${text}", title: ${random() < 0.5 ? 'null' : '"Dr"'} })`,
      `updateCustomerIdentity(${ofCustomer}, input: { dateOfBirth: "1985-10-26", nameSuffix: "${text}" })`,
      `updateCustomerEmail(${ofCustomer}, input: { email: ${random() < 0.3 ? 'null' : `"${text}@example.com"`} })`,
      `updateCustomerMobilePhoneNumber(${ofCustomer}, input: { mobilePhoneNumber: "+49 30 90${1000 + step}" })`,
      `updateCustomerCreditLimit(${ofCustomer}, input: { creditLimit: { currency: "EUR", amount: "${step}.50" } })`,
      `updateCustomerData(${ofCustomer}, input: { dependants: 1, dobOfDependants: ["2012-09-08"],
        faceImage: { url: "https://example.com/${text}", date: "2024-05-31T09:30:00Z" } })`,
    ]);
    return `${input} { customer { id } }`;
  }

  function objectWrite(key: string, { name, create, update, isOfCustomer, otherCustomer }: ObjectKind, text: string) {
    const existing = ids.get(key) ?? [];
    const id = pick(existing);
    const verb = key === 'socialMediaHandle' ? 'add' : 'create';
    const place = isOfCustomer ? ofCustomer : `bankId: "${bankId}"`;
    const selection = `{ ${key} { id } }`;
    if (id === undefined || random() < 0.4) {
      const creator =
        otherCustomer === undefined ? ofCustomer : `bankId: "${bankId}", customerId: "${otherCustomer()}"`;
      return { key, document: `${verb}${name}(${creator}, input: ${create(text)}) ${selection}`, created: true };
    }
    if (update !== undefined && random() < 0.6) {
      return {
        key,
        document: `update${name}(${place}, id: "${id}", input: ${update(text)}) ${selection}`,
        created: false,
      };
    }
    ids.set(
      key,
      existing.filter((other) => other !== id),
    );
    return { key, document: `delete${name}(${place}, id: "${id}") ${selection}`, created: false };
  }

  return async function write(): Promise<void> {
    step += 1;
    const text = `v${step}`;
    const chosen = random();
    const status = `addKycStatus(${ofCustomer}, input: { ok: ${random() < 0.5}, date: "2024-05-31T09:30:${String(step % 60).padStart(2, '0')}Z" }) { kycStatus { id } }`;
    const [key, kind] = pick(Object.entries(kinds));
    const call =
      chosen < 0.25
        ? { document: customerWrite(text), key: '', created: false }
        : chosen < 0.32
          ? { document: status, key: '', created: false }
          : objectWrite(key, kind, text);
    const document = `mutation { write: ${call.document} }`;
    const { data, errors } = await gateway.query<{ write: Record<string, { id: string }> }>(anna.token, document);
    expect(errors, document).toEqual([]);
    if (call.created) ids.set(call.key, [...(ids.get(call.key) ?? []), data?.write[call.key]?.id ?? '']);
  };
}

describe('Customer.asOf', () => {
  test(`returns what was read at each time between random writes (seed ${seed})`, async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId, createdAt: new Date() });
    const accounts = Array.from({ length: 60 }, () => insertAccount(gateway.database, { bankId, id: randomUUID() }));
    const accountIds = (await Promise.all(accounts)).map(({ id }) => id);
    const users = Array.from({ length: 60 }, () => gateway.createUser());
    const company = { bankId, customerType: CustomerType.CORPORATE, createdAt: new Date() };
    const companies = await insertCustomers(
      gateway.database,
      Array.from({ length: 60 }, () => company),
    );
    const write = randomWriter(customerId, {
      accountIds,
      companyIds: companies.map(({ id }) => id),
      userIds: (await Promise.all(users)).map(({ id }) => id),
    });
    const former: [Date, Data][] = [[await timeThatIsOver(), await read(customerId)]];

    for (let count = 0; count < 50; count += 1) {
      await write();
      const data = await read(customerId);
      former.push([await timeThatIsOver(), data]);
    }

    for (const [time, data] of former) expect(await readAsOf(customerId, time)).toEqual(data);
  });

  test('includes a change from its own time on', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, {
      bankId,
      createdAt: new Date(),
      legalName: 'Jane Doe',
    });
    await timeThatIsOver();
    const document = `mutation { updateCustomerIdentity(bankId: "${bankId}", customerId: "${customerId}",
      input: { legalName: "Jane Roe" }) { customer { updatedAt } } }`;
    const { data } = await gateway.query<{ updateCustomerIdentity: { customer: { updatedAt: string } } }>(
      anna.token,
      document,
    );
    const changedAt = new Date(data?.updateCustomerIdentity.customer.updatedAt ?? 0);

    expect(await readAsOf(customerId, changedAt)).toMatchObject({ legalName: 'Jane Roe' });
    expect(await readAsOf(customerId, new Date(changedAt.getTime() - 1))).toMatchObject({ legalName: 'Jane Doe' });
  });

  test('is known from the creation of the customer on', async () => {
    const createdAt = new Date();
    const { id: customerId } = await insertCustomer(gateway.database, { bankId, createdAt });

    const { data, errors } = await queryAsOf(customerId, new Date(createdAt.getTime() - 1));

    expect(data?.customer.asOf).toBeNull();
    expect(errors[0]?.extensions).toMatchObject({ key: 'HISTORY_NOT_KEPT', keptSince: createdAt.toISOString() });
    expect(await readAsOf(customerId, createdAt)).toMatchObject({ createdAt: createdAt.toISOString() });
  });

  test('is known from the upgrade on for a customer that an earlier version has stored', async () => {
    const [start] = await gateway.database.read.select().from(historyStart);
    const { id: customerId } = await insertCustomer(gateway.database, { bankId, createdAt: new Date(0) });

    const { errors } = await queryAsOf(customerId, new Date('2020-01-01T00:00:00Z'));

    expect(errors[0]?.extensions).toMatchObject({
      key: 'HISTORY_NOT_KEPT',
      keptSince: start?.startedAt.toISOString(),
    });
    expect(await readAsOf(customerId, start?.startedAt ?? new Date(0))).toMatchObject({ addresses: [] });
  });

  test('fails for a time in the future, except for one within the leeway of clocks', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId, createdAt: new Date() });
    const { errors } = await queryAsOf(customerId, new Date(Date.now() + 3_600_000));

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'time', rule: 'NOT_IN_FUTURE' });
    expect(await readAsOf(customerId, new Date(Date.now() + 60_000))).toEqual(await read(customerId));
  });

  test('undoes thousands of changes', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, {
      bankId,
      createdAt: new Date(),
      legalName: 'Jane 6000',
    });
    const begin = await timeThatIsOver();
    const rows = Array.from({ length: 6_000 }, (_, index): typeof customerHistory.$inferInsert => ({
      ...{ bankId, customerId, object: CustomerHistoryObject.CUSTOMER, objectId: customerId },
      changedAt: new Date(begin.getTime() + 1 + Math.floor(index / 3_000)),
      before: { legalName: `Jane ${index}` },
      after: { legalName: `Jane ${index + 1}` },
    }));
    await gateway.database.transaction((transaction) => insertRows(transaction, customerHistory, rows));

    const names = [];
    for (const after of [0, 1, 2]) {
      names.push((await readAsOf(customerId, new Date(begin.getTime() + after))).legalName);
    }
    expect(names).toEqual(['Jane 0', 'Jane 3000', 'Jane 6000']);
  });

  test('takes the same number of statements for any number of customers', async () => {
    const at = { bankId, branchId: 'as-of', createdAt: new Date() };
    await insertCustomers(
      gateway.database,
      Array.from({ length: 12 }, () => at),
    );
    const time = (await timeThatIsOver()).toISOString();
    const statementsOf = async (first: number) => {
      const { statistics } = gateway.database;
      const before = statistics.statements;
      const document = `{ customers(bankId: "${bankId}", first: ${first}, filter: { branchId: "as-of" }) { nodes {
        asOf(time: "${time}") { legalName addresses { city } attributes { value } taxResidences { domain } } } } }`;
      const { errors } = await gateway.query(auditor.token, document);
      expect(errors).toEqual([]);
      return statistics.statements - before;
    };

    expect(await statementsOf(12)).toBe(await statementsOf(2));
  });
});

describe('the history of an import', () => {
  const importAsCommand = (records: object, update = false) =>
    auditCommand(
      { database: gateway.database, secret: gateway.config.secret, operationName: 'import' },
      async (database) => importRecords(database, records, { update }),
    );

  test('has no rows of a new customer, but those that later imports add or change', async () => {
    const customerId = randomUUID();
    const customer = (legalName: string) => ({
      ...{ bank_id: bankId, customer_id: customerId, customer_number: customerId, mobile_phone_number: '' },
      legal_name: legalName,
    });
    const address = (id: string) => ({
      ...{ customer_address_id: id, customer_id: customerId, line_1: 'No 1', city: 'Berlin', country_code: 'DE' },
      insert_date: '2020-01-01T00:00:00Z',
    });
    const [firstId, secondId] = [randomUUID(), randomUUID()];
    expect(await importAsCommand({ customers: [customer('Jane Doe')], addresses: [address(firstId)] })).toEqual([]);
    const former = await read(customerId);
    const time = await timeThatIsOver();
    const update = { customers: [customer('Jane Roe')], addresses: [address(firstId), address(secondId)] };
    expect(await importAsCommand(update, true)).toEqual([]);

    const query = `{ customer(bankId: "${bankId}", customerId: "${customerId}") { history { nodes { object objectId action
      isImport requestId changedBy { userId } changes { field after } } } } }`;
    const { data } = await gateway.query<{ customer: { history: { nodes: Data[] } } }>(auditor.token, query);

    const ofImport = { isImport: true, requestId: null, changedBy: null };
    expect(data?.customer.history.nodes).toMatchObject([
      { ...ofImport, object: 'ADDRESS', objectId: secondId, action: 'CREATED' },
      { ...ofImport, object: 'CUSTOMER', action: 'UPDATED', changes: [{ field: 'legalName', after: 'Jane Roe' }] },
    ]);
    expect(await readAsOf(customerId, time)).toEqual(former);
  });
});

describe('access to Customer.asOf', () => {
  test('is refused without the role, and to linked users', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId, createdAt: new Date() });
    const officer = await gateway.createUser(atBank(['CanGetCustomer']));
    const linked = await gateway.createUser();
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: linked.id });
    const time = await timeThatIsOver();

    for (const reader of [officer, linked]) {
      const { data, errors } = await queryAsOf(customerId, time, reader);
      expect(data?.customer).toEqual({ asOf: null });
      expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missingRoles: ['CanGetCustomerHistory'] });
    }
  });

  test('shows each list only with the role that reads it', async () => {
    const { id: customerId, legalName } = await insertCustomer(gateway.database, { bankId, createdAt: new Date() });
    const reader = await gateway.createUser(
      atBank(['CanGetCustomer', 'CanGetCustomerHistory', 'CanGetCustomerAddress']),
    );

    const { data, errors } = await queryAsOf(customerId, await timeThatIsOver(), reader);

    const refused = [
      ...['accountLinks', 'attributes', 'customerLinks', 'inverseCustomerLinks'],
      ...['socialMediaHandles', 'taxResidences', 'userLinks'],
    ];
    expect(data?.customer.asOf).toMatchObject({
      ...{ legalName, addresses: [] },
      ...Object.fromEntries(refused.map((name) => [name, null])),
    });
    expect(errors.map(({ path }) => path?.at(-1)).sort()).toEqual(refused);
  });
});
