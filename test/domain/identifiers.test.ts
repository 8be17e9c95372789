import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';
import { accountRouting } from '../../src/domain/account/account-routing.table.ts';
import { crmEvent } from '../../src/domain/crm-event/crm-event.table.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { customerAttribute } from '../../src/domain/customer/customer-attribute.table.ts';
import { fillCanonicalIdentifiers } from '../../src/domain/identifier/canonical-identifiers.ts';
import { createCustomerAs, recordOfCustomer, updateNumberAs } from '../support/customer-numbers.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { createFormerDatabase } from '../support/former-database.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { importRecords } from '../support/import-records.ts';
import { insertAccount, insertAccountRouting, insertCustomer, insertCustomerAttribute } from '../support/rows.ts';

const bankId = 'gh.29.uk';
let gateway: Gateway;
let clerk: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  const roles = [
    'CanCreateCustomer',
    'CanGetCustomer',
    'CanUpdateCustomerNumber',
    'CanAddKycDocument',
    'CanCreateAccount',
    'CanCreateTaxResidence',
    'CanAddSocialMediaHandle',
    'CanGetCustomerOverview',
  ] as const;
  clerk = await gateway.createUser({ roles: roles.map((role) => [role, bankId] as const) });
});

afterAll(() => gateway.stop());

const createCustomer = (number: string) => createCustomerAs(gateway, clerk, bankId, number);

/** Seven digits, in ASCII. */
const newNumber = () => String(Math.floor(Math.random() * 9_000_000) + 1_000_000);
const fullWidth = (digits: string) => [...digits].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('');

const invisible = ['\u200E', '\u200B', '\u00AD', '\u2060', '\u200D', '\uFE0F', '\u3164', '\u{E0061}'];

async function numbersOf(number: string): Promise<string[]> {
  const rows = await gateway.database.read
    .select()
    .from(customer)
    .where(and(eq(customer.bankId, bankId), eq(customer.customerNumber, number)));
  return rows.map(({ customerNumber }) => customerNumber);
}

describe('a customer number', () => {
  test.each(invisible)('with the invisible character %j is refused by GraphQL and by an import', async (character) => {
    const number = newNumber();
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });

    for (const written of [number + character, `${number.slice(0, 3)}${character}${number.slice(3)}`]) {
      const created = await createCustomer(written);
      expect(created.errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field: 'input.customerNumber' });
      const updated = await updateNumberAs(gateway, clerk, { bankId, customerId }, written);
      expect(updated.errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field: 'input.customerNumber' });
      expect(await importRecords(gateway.database, { customers: [recordOfCustomer(bankId, written)] })).toEqual([
        'customer customer_number must not contain invisible characters',
      ]);
    }
  });

  test('is the same number in full-width digits, and is stored in ASCII', async () => {
    const number = newNumber();

    const { data, errors } = await createCustomer(fullWidth(number));

    expect(errors).toEqual([]);
    expect(data).toMatchObject({ createCustomer: { customer: { customerNumber: number } } });
    for (const again of [number, fullWidth(number), ` ${number}\u3000`]) {
      expect((await createCustomer(again)).errors[0]?.extensions.obpCode).toBe('OBP-30006');
      expect(await importRecords(gateway.database, { customers: [recordOfCustomer(bankId, again)] })).toEqual([
        expect.stringContaining('customer customer_number must be unique at the bank'),
      ]);
    }
    expect(await numbersOf(number)).toHaveLength(1);
  });

  test.each(['\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2015', '\u2212', '\uFE58', '\uFE63', '\uFF0D'])(
    'with the dash %j is the same number as with a hyphen',
    async (dash) => {
      const number = newNumber();

      const { data, errors } = await createCustomer(`A${dash}${number}`);

      expect(errors).toEqual([]);
      expect(data).toMatchObject({ createCustomer: { customer: { customerNumber: `A-${number}` } } });
      for (const again of [`A-${number}`, `A${dash}${number}`, `A\u2013${number}`]) {
        expect((await createCustomer(again)).errors[0]?.extensions.obpCode).toBe('OBP-30006');
        expect(await importRecords(gateway.database, { customers: [recordOfCustomer(bankId, again)] })).toEqual([
          'customer customer_number must be unique at the bank, but is the same in the database',
        ]);
      }
    },
  );

  test('differs in letter case', async () => {
    const number = `a${newNumber()}`;

    expect((await createCustomer(number)).errors).toEqual([]);
    expect((await createCustomer(number.toUpperCase())).errors).toEqual([]);
  });

  test('finds its customer in every form, by every field', async () => {
    const number = newNumber();
    await createCustomer(number);
    const reader = await gateway.createUser({
      roles: [
        ['CanGetCustomer', bankId],
        ['CanGetCustomers', bankId],
        ['CanGetCustomerOverview', bankId],
      ],
    });

    for (const written of [number, fullWidth(number), ` ${number} `]) {
      const { data, errors } = await gateway.query(
        reader.token,
        `query ($bankId: ID!, $number: String!) {
          customerByNumber(bankId: $bankId, customerNumber: $number) { customerNumber }
          customerOverview(bankId: $bankId, customerNumber: $number) { customerNumber }
          customers(bankId: $bankId, filter: { customerNumber: $number }) { nodes { customerNumber } } }`,
        { bankId, number: written },
      );
      expect(errors).toEqual([]);
      expect(data).toEqual({
        customerByNumber: { customerNumber: number },
        customerOverview: { customerNumber: number },
        customers: { nodes: [{ customerNumber: number }] },
      });
    }
  });

  test('is found by its exact form if an earlier version stored it', async () => {
    const number = newNumber();
    const stored = [number, `${number}\u200E`, `${number}\u200B`, `${number}\u00AD`, fullWidth(number)];
    for (const customerNumber of stored) await insertCustomer(gateway.database, { bankId, customerNumber });

    for (const written of stored) {
      const { data } = await gateway.query(
        clerk.token,
        `query ($bankId: ID!, $number: String!) {
          customerByNumber(bankId: $bankId, customerNumber: $number) { customerNumber } }`,
        { bankId, number: written },
      );
      expect(data).toEqual({ customerByNumber: { customerNumber: written } });
    }
  });
});

describe('other identifiers', () => {
  let customerId: string;

  beforeEach(async () => {
    customerId = (await insertCustomer(gateway.database, { bankId })).id;
  });

  const document = { type: 'passport', issueDate: '2018-03-09', issuePlace: 'Berlin', expiryDate: '2028-03-08' };
  const addDocument = `mutation ($bankId: ID!, $customerId: ID!, $input: AddKycDocumentInput!) {
    addKycDocument(bankId: $bankId, customerId: $customerId, input: $input) { kycDocument { number } } }`;
  const createTaxResidence = `mutation ($bankId: ID!, $customerId: ID!, $input: TaxResidenceInput!) {
    createTaxResidence(bankId: $bankId, customerId: $customerId, input: $input) { taxResidence { domain taxNumber } } }`;
  const addHandle = `mutation ($bankId: ID!, $customerId: ID!, $input: SocialMediaHandleInput!) {
    addSocialMediaHandle(bankId: $bankId, customerId: $customerId, input: $input) {
      socialMediaHandle { type handle } } }`;
  const createAccount = `mutation ($bankId: ID!, $input: CreateAccountInput!) {
    createAccount(bankId: $bankId, input: $input) { account { routings { address } } } }`;
  const newAccount = (address: string) => ({
    ...{ accountId: randomUUID(), label: 'Main', productCode: 'CURRENT', branchId: 'LONDON1' },
    ...{ balance: { currency: 'EUR', amount: '0' }, accountRoutings: [{ scheme: 'IBAN', address }] },
  });

  test.each([
    ['a document number', addDocument, (number: string) => ({ ...document, number }), 'input.number'],
    ['a tax number', createTaxResidence, (taxNumber: string) => ({ domain: 'GB', taxNumber }), 'input.taxNumber'],
    [
      'the domain of a tax number',
      createTaxResidence,
      (domain: string) => ({ domain, taxNumber: '1' }),
      'input.domain',
    ],
    ['a handle', addHandle, (handle: string) => ({ type: 'twitter', handle }), 'input.handle'],
    ['the network of a handle', addHandle, (type: string) => ({ type, handle: '@a' }), 'input.type'],
    ['the address of a routing', createAccount, newAccount, 'input.accountRoutings[0].address'],
  ])(
    '%s is stored without full-width forms, and refused with invisible characters',
    async (_name, mutation, inputOf, field) => {
      const number = newNumber();
      const variables = { bankId, ...(mutation === createAccount ? {} : { customerId }) };

      const stored = await gateway.query(clerk.token, mutation, { ...variables, input: inputOf(fullWidth(number)) });
      const refused = await gateway.query(clerk.token, mutation, { ...variables, input: inputOf(`${number}\u200B`) });

      expect(stored.errors.filter(({ path }) => path?.length === 1)).toEqual([]);
      if (mutation !== createAccount) expect(JSON.stringify(stored.data)).toContain(`"${number}"`);
      expect(refused.errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field });
      if (mutation !== createAccount) return;
      const again = await gateway.query(clerk.token, mutation, { ...variables, input: inputOf(number) });
      expect(again.errors[0]?.extensions.obpCode).toBe('OBP-30115');
    },
  );

  test('are refused by an import if they contain invisible characters', async () => {
    const ids = { bank_id: bankId, customer_id: customerId };
    const problems = await importRecords(gateway.database, {
      documents: [{ ...ids, id: 'd1', type: 'passport', number: '1\u200B' }],
      tax_residences: [
        { ...ids, domain: 'GB', tax_number: '1\u200B' },
        { ...ids, domain: 'GB\u200B', tax_number: '1' },
      ],
      social_media_handles: [
        { ...ids, type: 'twitter', handle: '@a\u200B' },
        { ...ids, type: 'twitter\u200B', handle: '@a' },
      ],
      users: [{ user_id: randomUUID(), username: 'ada.lovelace\u200B' }],
      crm_events: [{ bank_id: bankId, id: randomUUID(), category: 'a', channel: 'b', customer_number: '1\u200B' }],
      accounts: [{ bank_id: bankId, account_id: randomUUID(), IBAN: 'DE1\u200B', balance: null }],
      customer_attributes: [{ ...ids, name: 'vip\u200B', type: 'STRING', value: 'a' }],
      attributes: [
        {
          bank_id: bankId,
          name: 'vip\u200B',
          category: 'Customer',
          type: 'STRING',
          can_be_seen_on_views: [],
          is_active: true,
        },
      ],
    });

    const rule = 'must not contain invisible characters';
    expect(problems.sort()).toEqual([
      `accountRouting address ${rule}`,
      `attributeDefinition name ${rule}`,
      `crmEvent customer_number ${rule}`,
      `customerAttribute name ${rule}`,
      `kycDocument number ${rule}`,
      `socialMediaHandle handle ${rule}`,
      `socialMediaHandle type ${rule}`,
      `taxResidence domain ${rule}`,
      `taxResidence tax_number ${rule}`,
      `user username ${rule}`,
    ]);
  });
});

describe('the name of an attribute', () => {
  const name = 'vip\u200B';
  const attribute = { name, type: 'STRING', value: 'a' };
  const ofCustomer = 'bankId: $bankId, customerId: $customerId, input: $input';

  test.each([
    [`createCustomerAttribute(${ofCustomer}) { customerAttribute { name } }`, 'CustomerAttributeInput', attribute],
    [
      'createOrUpdateCustomerAttributeDefinition(bankId: $bankId, input: $input) { customerAttributeDefinition { name } }',
      'CustomerAttributeDefinitionInput',
      { name, type: 'STRING', canBeSeenOnViews: [], isActive: true },
    ],
    ['createUserAttribute(userId: $userId, input: $input) { userAttribute { name } }', 'UserAttributeInput', attribute],
    [
      'createAccountAttribute(bankId: $bankId, accountId: $accountId, input: $input) { accountAttribute { name } }',
      'AccountAttributeInput',
      attribute,
    ],
  ])('is refused with invisible characters by %s', async (field, type, input) => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const { id: accountId } = await insertAccount(gateway.database, { bankId });
    const user = await gateway.createUser({
      roles: [
        ['CanCreateCustomerAttributeAtOneBank', bankId],
        ['CanCreateCustomerAttributeDefinitionAtOneBank', bankId],
        ['CanCreateAccountAttributeAtOneBank', bankId],
        ['CanCreateUserAttribute', null],
      ],
    });
    const declared = ['$bankId: ID!', '$customerId: ID!', '$accountId: ID!', '$userId: ID!', `$input: ${type}!`];
    const used = declared.filter((declaration) => field.includes(declaration.split(':')[0] ?? ''));

    const { errors } = await gateway.query(user.token, `mutation (${used.join(', ')}) { ${field} }`, {
      ...{ bankId, customerId, accountId, userId: user.id, input },
    });

    expect(errors.map(({ extensions }) => [extensions.rule, extensions.field])).toEqual([
      ['NO_INVISIBLE_CHARACTERS', 'input.name'],
    ]);
  });

  test('is kept if an earlier version stored it with invisible characters', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const { id } = await insertCustomerAttribute(gateway.database, { bankId, customerId, name });
    const ids = { bank_id: bankId, customer_id: customerId, customer_attribute_id: id };
    const read = () => gateway.database.read.select().from(customerAttribute).where(eq(customerAttribute.id, id));

    const problems = await importRecords(
      gateway.database,
      { customer_attributes: [{ ...ids, name, type: 'STRING', value: 'changed' }] },
      { update: true },
    );

    expect(problems).toEqual([]);
    expect(await read()).toMatchObject([{ name, value: 'changed' }]);
  });
});

describe('an imported IBAN', () => {
  const account = (IBAN: string) => ({ bank_id: bankId, account_id: randomUUID(), IBAN, balance: null });

  test('is stored in its electronic form, and is the same with spaces and in lower case', async () => {
    const digits = newNumber();
    const first = account(`de12 ${digits.slice(0, 4)} ${digits.slice(4)}`);
    expect(await importRecords(gateway.database, { accounts: [first] })).toEqual([]);

    const stored = await gateway.database.read
      .select()
      .from(accountRouting)
      .where(eq(accountRouting.accountId, first.account_id));

    expect(stored).toMatchObject([{ scheme: 'IBAN', address: `DE12${digits}` }]);
    for (const again of [first.IBAN, `DE12${digits}`, `DE12 ${digits}`]) {
      expect(await importRecords(gateway.database, { accounts: [account(again)] })).toEqual([
        'accountRouting address must be unique for the scheme at the bank, but is the same in the database',
      ]);
    }
    expect(await importRecords(gateway.database, { accounts: [first] })).toEqual([]);
  });

  test('collides with one that an earlier version stored with spaces', async () => {
    const digits = newNumber();
    const { id: accountId } = await insertAccount(gateway.database, { bankId });
    const printed = `DE13 ${digits.slice(0, 4)} ${digits.slice(4)}`;
    await insertAccountRouting(gateway.database, { bankId, accountId, scheme: 'IBAN', address: printed });

    expect(await importRecords(gateway.database, { accounts: [account(`DE13${digits}`)] })).toEqual([
      'accountRouting address must be unique for the scheme at the bank, but is the same in the database',
    ]);
    const own = { ...account(printed), account_id: accountId };
    expect(await importRecords(gateway.database, { accounts: [own] }, { update: true })).toEqual([]);
  });

  test('collides with another form of it in the same files', async () => {
    const digits = newNumber();

    expect(
      await importRecords(gateway.database, { accounts: [account(`DE14${digits}`), account(`DE14 ${digits}`)] }),
    ).toEqual([expect.stringContaining('accountRouting address must be unique for the scheme at the bank')]);
  });
});

describe('a database of an earlier version', () => {
  test('derives the canonical forms with dashes again', async () => {
    const former = await createFormerDatabase('dashes_in_identifiers');
    const now = dialectUnderTest === 'sqlite' ? Date.now() : new Date().toISOString();
    const insert = async (table: string, row: Record<string, string | number>) => {
      const all = { ...row, created_at: now, updated_at: now };
      const marks = Object.keys(all).map(() => '?');
      const statement = `insert into ${table} (${Object.keys(all).join(', ')}) values (${marks.join(', ')})`;
      await former.execute(statement, Object.values(all));
    };
    await insert('bank', { id: bankId });
    const event = { bank_id: bankId, category: 'Call' };
    for (const [id, number] of [
      ['hyphen', 'A\u20101'],
      ['minus', 'A\u22122'],
      ['letter', 'Ж-3'],
    ] as const) {
      await insert('crm_event', { ...event, id, customer_number: number, canonical_number: number });
    }
    await insert('crm_event', { ...event, id: 'plain', customer_number: 'A-4' });

    const database = await openDatabase(former.url, { migrate: 'upgrade' });
    await fillCanonicalIdentifiers(database);
    const rows = await database.read
      .select({ number: crmEvent.customerNumber, canonical: crmEvent.canonicalNumber })
      .from(crmEvent)
      .orderBy(crmEvent.id);
    await database.close();
    await former.drop();

    expect(rows).toEqual([
      { number: 'A\u20101', canonical: 'A-1' },
      { number: 'Ж-3', canonical: 'Ж-3' },
      { number: 'A\u22122', canonical: 'A-2' },
      { number: 'A-4', canonical: null },
    ]);
  });
});
