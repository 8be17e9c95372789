/** A database of an earlier version, which stored identifiers in any form. */
import { randomUUID } from 'node:crypto';
import { eq, inArray } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localProvider } from '../../src/auth/password.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { accountRouting } from '../../src/domain/account/account-routing.table.ts';
import { attributeDefinition } from '../../src/domain/attribute/attribute-definition.table.ts';
import { crmEvent } from '../../src/domain/crm-event/crm-event.table.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { fillCanonicalIdentifiers } from '../../src/domain/identifier/canonical-identifiers.ts';
import { socialMediaHandle } from '../../src/domain/social-media-handle/social-media-handle.table.ts';
import { taxResidence } from '../../src/domain/tax-residence/tax-residence.table.ts';
import { user } from '../../src/domain/user/user.table.ts';
import { createUser } from '../../src/domain/user/user-administration.ts';
import { userForLogin } from '../../src/domain/user/username.ts';
import { createCustomerAs, recordOfCustomer, updateNumberAs } from '../support/customer-numbers.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { createFormerDatabase, type FormerDatabase } from '../support/former-database.ts';
import { type Gateway, startGateway, type TestUser, testEnvironment } from '../support/gateway.ts';
import { importRecords } from '../support/import-records.ts';
import { buildProgram, runProgram } from '../support/program.ts';
import { insertUserCustomerLink } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'rbs';

/** Customer numbers that look the same, in any order. */
const colliding = ['5987953', '5987953\u200B', '５９８７９５３'];
/** Customer numbers that have another form than the canonical one, which no other number of the bank has. */
const alone = { stored: 'A\u00A077\u2060', canonical: 'A 77' };
/** A number that is canonical, but not plain. */
const cyrillic = 'Ж-1';
/** The number of a customer with an identifier of each kind. */
const owner = '100';

let former: FormerDatabase;
let gateway: Gateway;
let clerk: TestUser;
/** The ID of the customer with each number. */
const ids = new Map<string, string>();

const now = () => (dialectUnderTest === 'sqlite' ? Date.now() : new Date().toISOString());

async function insert(table: string, row: Record<string, string | number | null>): Promise<void> {
  const names = Object.keys(row);
  const statement = `insert into ${table} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`;
  await former.execute(statement, Object.values(row));
}

async function insertFormerCustomer(customerNumber: string, atBank = bankId): Promise<string> {
  const id = randomUUID();
  await insert('customer', {
    id,
    bank_id: atBank,
    customer_number: customerNumber,
    legal_name: 'Ada Lovelace',
    legal_name_search: 'ada lovelace',
    mobile_phone_number: '+447972444876',
    dob_of_dependants: '[]',
    last_ok_date_order: dialectUnderTest === 'sqlite' ? 0 : '0001-01-01T00:00:00Z',
    created_at: now(),
    updated_at: now(),
  });
  return id;
}

/** The columns that each table has for a row of the customer. */
function ofCustomer(customerId: string) {
  return { id: randomUUID(), bank_id: bankId, customer_id: customerId, created_at: now(), updated_at: now() };
}

async function insertFormerRouting(scheme: string, address: string): Promise<void> {
  const accountId = randomUUID();
  const times = { created_at: now(), updated_at: now() };
  await insert('account', { bank_id: bankId, id: accountId, ...times });
  await insert('account_routing', { bank_id: bankId, account_id: accountId, scheme, address, created_at: now() });
}

async function insertFormerEvent(customerNumber: string): Promise<void> {
  const times = { created_at: now(), updated_at: now() };
  await insert('crm_event', {
    ...{ id: randomUUID(), bank_id: bankId, customer_number: customerNumber, category: 'Call', ...times },
  });
}

beforeAll(async () => {
  await buildProgram();
  former = await createFormerDatabase('canonical_identifiers');
  for (const id of [bankId, otherBankId]) await insert('bank', { id, created_at: now(), updated_at: now() });
  for (const number of [...colliding, alone.stored, cyrillic, owner]) {
    ids.set(number, await insertFormerCustomer(number));
  }
  await insertFormerCustomer('5987953\u200B', otherBankId);
  for (let number = 0; number < 1200; number += 1) await insertFormerCustomer(`7${number}\u200E`);
  for (const address of ['DE89', 'ＤＥ８９', 'DE 90', 'GB\u200B1', 'FR76 30', 'FR7630', 'fr76 30'])
    await insertFormerRouting('IBAN', address);
  for (const number of [colliding[0], colliding[1], 'A 77', 'Ａ 77', 'Ａ 7\u200B7']) {
    await insertFormerEvent(String(number));
  }
  const customerId = ids.get(owner) ?? '';
  for (const handle of ['@ada', '@ada\u200B', '@bob\u200B']) {
    await insert('social_media_handle', { ...ofCustomer(customerId), type: 'twitter', handle });
  }
  for (const number of ['12', '１２', '３４']) {
    await insert('tax_residence', { ...ofCustomer(customerId), domain: 'GB', tax_number: number });
  }

  for (const username of ['felix.brown', 'felix.brown\u200B', 'susan.green\u2060']) {
    await insert('"user"', {
      id: randomUUID(),
      ...{ username, canonical_username: username, provider: localProvider, provider_id: username },
      ...{ created_at: now(), updated_at: now() },
    });
  }
  for (const name of ['vip\u200B', 'risk']) {
    await insert('attribute_definition', {
      ...{ id: randomUUID(), bank_id: bankId, name, category: 'Customer', type: 'STRING', can_be_seen_on_views: '[]' },
      ...{ is_active: dialectUnderTest === 'sqlite' ? 1 : 'true', created_at: now(), updated_at: now() },
    });
  }

  gateway = await startGateway({
    async prepareDatabase() {
      const environment = testEnvironment(former.url);
      const migrations = await Promise.all([1, 2].map(() => runProgram(['migrate'], { environment })));
      expect(migrations).toMatchObject([1, 2].map(() => ({ exitCode: 0, errors: '' })));
      return former.url;
    },
  });
  const roles = [
    'CanCreateCustomer',
    'CanGetCustomer',
    'CanGetCustomers',
    'CanGetCustomerOverview',
    'CanUpdateCustomerNumber',
    'CanUpdateCustomerEmail',
    'CanCreateAccount',
    'CanCreateTaxResidence',
    'CanAddSocialMediaHandle',
    'CanCreateCrmEvent',
    'CanGetCrmEvents',
    'CanDeleteCustomerCascade',
    'CanCreateCustomerAttributeAtOneBank',
    'CanCreateCustomerAttributeDefinitionAtOneBank',
  ] as const;
  clerk = await gateway.createUser({ roles: roles.map((role) => [role, bankId] as const) });
}, 240_000);

afterAll(async () => {
  await gateway.stop();
  await former.drop();
});

const find = `query ($bankId: ID!, $number: String!) {
  customerByNumber(bankId: $bankId, customerNumber: $number) { id customerNumber }
  customerOverview(bankId: $bankId, customerNumber: $number) { customerNumber }
  customers(bankId: $bankId, filter: { customerNumber: $number }) { totalCount nodes { customerNumber } } }`;

/** The customer number that each field finds. */
async function found(number: string) {
  const { data } = await gateway.query<{
    customerByNumber: { customerNumber: string } | null;
    customerOverview: { customerNumber: string } | null;
    customers: { totalCount: number; nodes: { customerNumber: string }[] };
  }>(clerk.token, find, { bankId, number });
  const { customerByNumber, customerOverview, customers } = data ?? {};
  expect(customers?.totalCount).toBe(customers?.nodes.length);
  return [
    customerByNumber?.customerNumber ?? null,
    customerOverview?.customerNumber ?? null,
    ...(customers?.nodes.map(({ customerNumber }) => customerNumber) ?? []),
  ];
}

const createCustomer = (number: string) => createCustomerAs(gateway, clerk, bankId, number);
const updateNumber = (customerId: string | undefined, number: string) =>
  updateNumberAs(gateway, clerk, { bankId, customerId }, number);

const codesOf = ({ errors }: { errors: readonly { extensions: { obpCode?: unknown } }[] }) =>
  errors.map(({ extensions }) => extensions.obpCode);

async function listed() {
  const { exitCode, output, errors } = await runProgram(['collisions'], { environment: testEnvironment(former.url) });
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
  // Every character is visible.
  expect(output).toMatch(/^[\n -~]*$/);
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

describe('an upgraded database', () => {
  test('keeps the exact form of every number, and derives the canonical form of those that are not plain', async () => {
    const rows = await gateway.database.read
      .select({ number: customer.customerNumber, canonical: customer.canonicalNumber })
      .from(customer)
      .where(eq(customer.bankId, bankId));
    const canonicalOf = new Map(rows.map(({ number, canonical }) => [number, canonical]));

    expect(rows).toHaveLength(1206);
    expect([...colliding, alone.stored, cyrillic, owner].map((number) => canonicalOf.get(number))).toEqual([
      ...[null, '5987953', '5987953'],
      ...['A 77', cyrillic, null],
    ]);
    for (let number = 0; number < 1200; number += 1) expect(canonicalOf.get(`7${number}\u200E`)).toBe(`7${number}`);
  });

  test('derives nothing again, also not at the start of several processes', async () => {
    const databases = await Promise.all([1, 2].map(() => openDatabase(former.url, { migrate: 'upgrade' })));
    await former.execute('update customer set canonical_number = null', []);
    await Promise.all(databases.map((database) => fillCanonicalIdentifiers(database)));
    await Promise.all(databases.map((database) => fillCanonicalIdentifiers(database)));
    await Promise.all(databases.map((database) => database.close()));

    const rows = await gateway.database.read
      .select({ number: customer.customerNumber, canonical: customer.canonicalNumber })
      .from(customer);
    expect(rows.filter(({ canonical }) => canonical !== null)).toHaveLength(1205);
    expect(rows.find(({ number }) => number === alone.stored)).toMatchObject({ canonical: 'A 77' });
  });

  test.each(colliding)('finds the customer with the colliding number %j by its exact form', async (number) => {
    expect(await found(number)).toEqual([number, number, number]);
  });

  test('finds no customer by another form of a number that collides', async () => {
    for (const number of ['5987953\u00AD', '598795\uFF13']) expect(await found(number)).toEqual([null, null]);
  });

  test.each(['A 77', 'A\u00A077\u2060', 'Ａ 77', ' A  77 ', 'A\u200B 77'])(
    'finds the customer with a number that does not collide by the form %j',
    async (number) => {
      expect(await found(number)).toEqual([alone.stored, alone.stored, alone.stored]);
    },
  );

  test('lists all collisions with the command collisions', { timeout: 60_000 }, async () => {
    const collisions = await listed();
    const kinds = collisions.map(({ kind, bankId: bank }) => [kind, bank]);
    const customerId = ids.get(owner);

    expect(kinds).toEqual([
      ['CUSTOMER_NUMBER', bankId],
      ['ACCOUNT_ROUTING', bankId],
      ['ACCOUNT_ROUTING', bankId],
      ['SOCIAL_MEDIA_HANDLE', bankId],
      ['TAX_NUMBER', bankId],
      ['USERNAME', null],
    ]);
    const [numbers, routings, ibans, handles, taxNumbers, usernames] = collisions.map(({ identifiers }) => identifiers);
    expect(numbers).toHaveLength(3);
    expect(numbers).toEqual(
      expect.arrayContaining(colliding.map((number) => ({ customerId: ids.get(number), customerNumber: number }))),
    );
    expect(routings.map(({ scheme, address }: Record<string, string>) => [scheme, address]).sort()).toEqual([
      ['IBAN', 'DE89'],
      ['IBAN', 'ＤＥ８９'],
    ]);
    expect(ibans.map(({ address }: Record<string, string>) => address).sort()).toEqual([
      'FR76 30',
      'FR7630',
      'fr76 30',
    ]);
    expect(handles).toHaveLength(2);
    expect(handles).toEqual(
      expect.arrayContaining(
        ['@ada', '@ada\u200B'].map((handle) => ({ customerId, id: expect.any(String), type: 'twitter', handle })),
      ),
    );
    expect(usernames.map(({ username }: Record<string, string>) => username).sort()).toEqual([
      ...['felix.brown', 'felix.brown\u200B'],
    ]);
    expect(taxNumbers).toHaveLength(2);
    expect(taxNumbers).toEqual(
      expect.arrayContaining(
        ['12', '１２'].map((taxNumber) => ({ customerId, id: expect.any(String), domain: 'GB', taxNumber })),
      ),
    );
  });

  test('refuses new customer numbers with the same canonical form as a stored one', async () => {
    for (const number of ['5987953', '598795\uFF13', alone.canonical, cyrillic, '70', '7\uFF11']) {
      expect(codesOf(await createCustomer(number))).toEqual(['OBP-30006']);
      expect(codesOf(await updateNumber(ids.get(owner), number))).toEqual(['OBP-30006']);
      expect(await importRecords(gateway.database, { customers: [recordOfCustomer(bankId, number)] })).toEqual([
        'customer customer_number must be unique at the bank, but is the same in the database',
      ]);
    }
    expect(codesOf(await createCustomer('X-77'))).toEqual([]);
  });

  test('accepts a change of other columns, and the canonical form for a number that does not collide', async () => {
    const [, , fullWidth = ''] = colliding;
    const email = 'ada@example.com';
    const changed = await gateway.query(
      clerk.token,
      `mutation ($bankId: ID!, $customerId: ID!, $input: UpdateCustomerEmailInput!) {
        updateCustomerEmail(bankId: $bankId, customerId: $customerId, input: $input) { customer { email } } }`,
      { bankId, customerId: ids.get(fullWidth), input: { email } },
    );
    expect(changed.data).toEqual({ updateCustomerEmail: { customer: { email } } });
    expect(await found(fullWidth)).toEqual([fullWidth, fullWidth, fullWidth]);

    // The plain number of a collision stays that of its customer.
    const id = ids.get('5987953');
    const record = recordOfCustomer(bankId, '5987953', { customer_id: id, title: 'Dr' });
    expect(await importRecords(gateway.database, { customers: [record] }, { update: true })).toEqual([]);
    expect(codesOf(await updateNumber(id, '5987953'))).toEqual([]);
    const [row] = await gateway.database.read
      .select()
      .from(customer)
      .where(eq(customer.id, String(id)));
    expect(row).toMatchObject({ customerNumber: '5987953', canonicalNumber: null, title: 'Dr' });
  });

  test('refuses new routings with the same canonical form as a stored one', async () => {
    const createAccount = (scheme: string, address: string) =>
      gateway.query(
        clerk.token,
        `mutation ($bankId: ID!, $input: CreateAccountInput!) {
          createAccount(bankId: $bankId, input: $input) { account { id } } }`,
        {
          bankId,
          input: {
            ...{ accountId: randomUUID(), label: 'Main', productCode: 'CURRENT', branchId: 'LONDON1' },
            ...{ balance: { currency: 'EUR', amount: '0' }, accountRoutings: [{ scheme, address }] },
          },
        },
      );
    for (const [scheme, address] of [
      ['IBAN', 'DE89'],
      ['ＩＢＡＮ', 'DE8\uFF19'],
      ['IBAN', 'GB1'],
    ] as const) {
      expect(codesOf(await createAccount(scheme, address))).toContain('OBP-30115');
      const record = { bank_id: bankId, account_id: randomUUID(), account_routings: [{ scheme, address }] };
      expect(await importRecords(gateway.database, { accounts: [record] })).toEqual([
        'accountRouting address must be unique for the scheme at the bank, but is the same in the database',
      ]);
    }
    expect(codesOf(await createAccount('IBAN', 'GB2'))).not.toContain('OBP-30115');
    expect(await gateway.database.read.select().from(accountRouting)).toHaveLength(8);
  });

  test('refuses a new handle and a new tax number of a customer that the customer already has in another form', async () => {
    const customerId = ids.get(owner);
    const add = (mutation: string, type: string, input: object) =>
      gateway.query(
        clerk.token,
        `mutation ($bankId: ID!, $customerId: ID!, $input: ${type}!) {
          ${mutation}(bankId: $bankId, customerId: $customerId, input: $input) { bankId: __typename } }`,
        { bankId, customerId, input },
      );
    for (const [type, handle] of [
      ['twitter', '@ada'],
      ['twitter', '@bob'],
      ['ｔｗｉｔｔｅｒ', '@bob'],
    ]) {
      const { errors } = await add('addSocialMediaHandle', 'SocialMediaHandleInput', { type, handle });
      expect(errors.map(({ extensions }) => extensions.key)).toEqual(['SOCIAL_MEDIA_HANDLE_EXISTS']);
    }
    for (const [domain, taxNumber] of [
      ['GB', '12'],
      ['GB', '34'],
      ['GB', '3４'],
      ['ＧＢ', '34'],
    ]) {
      const { errors } = await add('createTaxResidence', 'TaxResidenceInput', { domain, taxNumber });
      expect(errors.map(({ extensions }) => extensions.key)).toEqual(['TAX_RESIDENCE_EXISTS']);
    }
  });

  test('contains no row twice after an import of the same handles and tax numbers', async () => {
    const ofOwner = { bank_id: bankId, customer_id: ids.get(owner) };
    const records = (handles: string[], taxNumbers: string[]) => ({
      social_media_handles: handles.map((handle) => ({ ...ofOwner, type: 'twitter', handle })),
      tax_residences: taxNumbers.map((number) => ({ ...ofOwner, domain: 'GB', tax_number: number })),
    });
    const stored = async () => [
      (await gateway.database.read.select().from(socialMediaHandle)).map(({ handle }) => handle).sort(),
      (await gateway.database.read.select().from(taxResidence)).map(({ taxNumber }) => taxNumber).sort(),
    ];
    const before = [
      ['@ada', '@ada\u200B', '@bob\u200B'],
      ['12', '１２', '３４'],
    ] as const;
    expect(await stored()).toEqual(before);

    const [handles, taxNumbers] = before;
    const asStored = records([...handles], [...taxNumbers]);
    for (const update of [false, true]) expect(await importRecords(gateway.database, asStored, { update })).toEqual([]);
    expect(await stored()).toEqual(before);

    expect(await importRecords(gateway.database, records(['@bob'], ['34']))).toEqual([]);
    expect(await stored()).toEqual(before);
    expect(await importRecords(gateway.database, records(['@bob'], ['34']), { update: true })).toEqual([]);
    expect(await stored()).toEqual([
      ['@ada', '@ada\u200B', '@bob'],
      ['12', '34', '１２'],
    ]);

    expect(await importRecords(gateway.database, records(['@ada\u00AD'], []))).toEqual([
      'socialMediaHandle handle must not contain invisible characters',
    ]);
  });

  test('imports other values of users whose usernames contain invisible characters, but no new such username', async () => {
    const users = ['felix.brown', 'felix.brown\u200B', 'susan.green\u2060'];
    const rows = () => gateway.database.read.select().from(user).where(inArray(user.username, users));
    const record = ({ id, username }: { id?: string; username: string }) => ({
      ...{ user_id: id, username, provider_id: username, first_name: id === undefined ? 'Named' : 'Identified' },
    });

    const identified = (await rows()).map(record);
    expect(identified).toHaveLength(3);
    for (const records of [identified, users.map((username) => record({ username }))]) {
      expect(await importRecords(gateway.database, { users: records }, { update: true })).toEqual([]);
      const names = new Set(records.map(({ first_name }) => first_name));
      expect(new Set((await rows()).map(({ firstName }) => firstName))).toEqual(names);
    }

    expect(
      await importRecords(gateway.database, { users: [record({ id: randomUUID(), username: 'felix.brown\u200B' })] }),
    ).toEqual(['user username must not contain invisible characters']);
    expect(await importRecords(gateway.database, { users: [record({ username: 'susan.green\u00AD' })] })).toEqual([
      'user username must not contain invisible characters',
    ]);
  });

  test('finds the customers of imported records and of CRM events by the canonical form', async () => {
    const event = { bank_id: bankId, id: randomUUID(), category: 'Call', customer_number: 'Ａ 77' };
    const address = {
      ...{ bank_id: bankId, customer_number: alone.canonical, customer_address_id: randomUUID() },
      ...{ line_1: 'Main Street 1', city: 'Berlin', country_code: 'DE' },
    };
    expect(await importRecords(gateway.database, { crm_events: [event], addresses: [address] })).toEqual([]);
    const [imported] = await gateway.database.read.select().from(crmEvent).where(eq(crmEvent.id, event.id));
    expect(imported).toMatchObject({ customerId: ids.get(alone.stored), customerNumber: 'A 77' });
    const unknown = { ...address, customer_number: 'B 77' };
    expect(await importRecords(gateway.database, { addresses: [unknown] })).toHaveLength(1);

    const { data } = await gateway.query(
      clerk.token,
      `mutation ($bankId: ID!, $input: CreateCrmEventInput!) {
        createCrmEvent(bankId: $bankId, input: $input) { crmEvent { customerNumber } customer { id } } }`,
      { bankId, input: { customerNumber: 'A 77', category: 'Call' } },
    );
    expect(data).toEqual({
      createCrmEvent: { crmEvent: { customerNumber: alone.stored }, customer: { id: ids.get(alone.stored) } },
    });
  });

  test('deletes the CRM events with the number of a deleted customer in any form, unless it collides', async () => {
    const remove = async (number: string) => {
      const { data } = await gateway.query<{ deleteCustomerCascade: { deleted: { crmEvents: number } } }>(
        clerk.token,
        `mutation ($bankId: ID!, $customerId: ID!) {
          deleteCustomerCascade(bankId: $bankId, customerId: $customerId) { deleted { crmEvents } } }`,
        { bankId, customerId: ids.get(number) },
      );
      return data?.deleteCustomerCascade.deleted.crmEvents;
    };
    // Three former events, and the two of the test above.
    expect(await remove(alone.stored)).toBe(5);
    expect(await remove('5987953')).toBe(1);
    const left = await gateway.database.read.select().from(crmEvent);
    expect(left.map(({ customerNumber }) => customerNumber)).toEqual(['5987953\u200B']);
  });

  test('finds users by names without invisible characters, unless they collide', async () => {
    const named = async (username: string) => (await userForLogin(gateway.database.read, username))?.username ?? null;

    expect(await named('felix.brown')).toBe('felix.brown');
    expect(await named('felix.brown\u200B')).toBe('felix.brown\u200B');
    expect(await named('Felix.Brown')).toBeNull();
    expect(await named('susan.green')).toBe('susan.green\u2060');
    const newUser = { username: 'susan.green', password: 'A long enough passphrase.', email: 'susan@example.org' };
    await expect(createUser(gateway.database, newUser)).rejects.toThrow('already exists');
  });

  test('applies the definition of an attribute to attributes whose names look the same', async () => {
    const customerId = ids.get(owner);
    const create = (name: string, type: string) =>
      gateway.query(
        clerk.token,
        `mutation ($bankId: ID!, $customerId: ID!, $input: CustomerAttributeInput!) {
          createCustomerAttribute(bankId: $bankId, customerId: $customerId, input: $input) { bankId: __typename } }`,
        { bankId, customerId, input: { name, type, value: '1' } },
      );
    for (const name of ['vip', 'ｒisk']) {
      expect((await create(name, 'INTEGER')).errors[0]?.extensions).toMatchObject({ field: 'input.type' });
      expect((await create(name, 'STRING')).errors).toEqual([]);
    }

    const linked = await gateway.createUser();
    await insertUserCustomerLink(gateway.database, { bankId, customerId: String(customerId), userId: linked.id });
    const { data } = await gateway.query(
      linked.token,
      'query ($id: ID!) { myCustomer(customerId: $id) { attributes { name } } }',
      { id: customerId },
    );
    expect(data).toEqual({ myCustomer: { attributes: [] } });

    const define = (name: string) =>
      gateway.query(
        clerk.token,
        `mutation ($bankId: ID!, $input: CustomerAttributeDefinitionInput!) {
          createOrUpdateCustomerAttributeDefinition(bankId: $bankId, input: $input) { bankId: __typename } }`,
        { bankId, input: { name, type: 'STRING', canBeSeenOnViews: ['owner'], isActive: true } },
      );
    expect((await define('vip')).errors).toEqual([]);
    const definition = { bank_id: bankId, name: 'ｒisk', category: 'Customer', type: 'STRING', is_active: true };
    const attributes = [{ ...definition, can_be_seen_on_views: ['owner'] }];
    expect(await importRecords(gateway.database, { attributes }, { update: true })).toEqual([]);
    const definitions = await gateway.database.read.select().from(attributeDefinition);
    expect(definitions.map(({ name, canBeSeenOnViews }) => [name, canBeSeenOnViews]).sort()).toEqual([
      ['vip', ['owner']],
      ['ｒisk', ['owner']],
    ]);
  });

  test('finds a customer in any form as soon as the number does not collide any more', async () => {
    const [, invisible = '', fullWidth = ''] = colliding;
    expect(await found('5987953')).toEqual([null, null]);
    expect(codesOf(await updateNumber(ids.get(invisible), '5987954'))).toEqual([]);

    expect(await found('5987953')).toEqual([fullWidth, fullWidth, fullWidth]);
    expect((await listed()).map(({ kind }) => kind)).not.toContain('CUSTOMER_NUMBER');
    expect(codesOf(await createCustomer('5987953'))).toEqual(['OBP-30006']);
    expect(codesOf(await updateNumber(ids.get(fullWidth), '5987953'))).toEqual([]);
    expect(await found(fullWidth)).toEqual(['5987953', '5987953', '5987953']);
  });
});
