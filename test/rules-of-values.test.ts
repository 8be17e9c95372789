import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokenRules, type RowRule } from '../src/base/row-rule.ts';
import { parseAmount, parseCountryCode, parseEmailAddress } from '../src/base/values.ts';
import { AttributeType } from '../src/domain/attribute/attribute-type.ts';
import { bank } from '../src/domain/bank/bank.table.ts';
import { customerRules } from '../src/domain/customer/customer.rules.ts';
import { type CustomerRow, customer } from '../src/domain/customer/customer.table.ts';
import { kycDocumentRules } from '../src/domain/kyc/kyc-evidence.rules.ts';
import { kycStatusRules } from '../src/domain/kyc/kyc-status.rules.ts';
import { kycStatus } from '../src/domain/kyc/kyc-status.table.ts';
import { entities } from '../src/import/entities.ts';
import type { Entity } from '../src/import/entity.ts';
import { generateBank } from '../src/import/generated/bank.ts';
import { generateCustomer } from '../src/import/generated/customer.ts';
import { type Gateway, startGateway, type TestUser } from './support/gateway.ts';
import { importRecords } from './support/import-records.ts';
import {
  insertAttributeDefinition,
  insertCustomer,
  insertCustomerAttribute,
  insertKycCheck,
  insertKycDocument,
  insertKycMedia,
  insertKycStatus,
} from './support/rows.ts';

const withRules = (entities as readonly Entity[]).filter(({ rules }) => rules !== undefined);
const bankId = 'gh.29.uk';
let gateway: Gateway;
let officer: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  const roles = [
    'CanCreateCustomer',
    'CanAddKycStatus',
    'CanAddKycDocument',
    'CanUpdateCustomerIdentity',
    'CanUpdateCustomerCreditLimit',
    'CanUpdateCustomerEmail',
    'CanCreateCustomerAddress',
    'CanCreateCustomerAttributeAtOneBank',
    'CanAddKycMedia',
  ] as const;
  officer = await gateway.createUser({ roles: roles.map((role) => [role, bankId] as const) });
});

afterAll(() => gateway.stop());

const problemsOf = (records: object, update = false) => importRecords(gateway.database, records, { update });

function customerRecord(values: object) {
  return {
    bank_id: bankId,
    customer_id: randomUUID(),
    customer_number: randomUUID(),
    legal_name: 'Ada Lovelace',
    mobile_phone_number: '+44 7400 123456',
    ...values,
  };
}

const ofStored = (customerId: string) => ({ bank_id: bankId, customer_id: customerId, customer_number: 'ignored' });

function storedCustomer(id: string): Promise<CustomerRow | undefined> {
  return gateway.database.read
    .select()
    .from(customer)
    .where(eq(customer.id, id))
    .then(([row]) => row);
}

const createCustomer = `mutation ($bankId: ID!, $input: CreateCustomerInput!) {
  createCustomer(bankId: $bankId, input: $input) { customer { id } } }`;
const addKycStatus = `mutation ($bankId: ID!, $customerId: ID!, $input: AddKycStatusInput!) {
  addKycStatus(bankId: $bankId, customerId: $customerId, input: $input) { kycStatus { ok date } } }`;
const addKycDocument = `mutation ($bankId: ID!, $customerId: ID!, $input: AddKycDocumentInput!) {
  addKycDocument(bankId: $bankId, customerId: $customerId, input: $input) { kycDocument { id } } }`;
const createAddress = `mutation ($bankId: ID!, $customerId: ID!, $input: CustomerAddressInput!) {
  createCustomerAddress(bankId: $bankId, customerId: $customerId, input: $input) { customerAddress { id } } }`;
const updateIdentity = `mutation ($bankId: ID!, $customerId: ID!, $input: UpdateCustomerIdentityInput!) {
  updateCustomerIdentity(bankId: $bankId, customerId: $customerId, input: $input) { customer { title } } }`;
const updateData = `mutation ($bankId: ID!, $customerId: ID!, $input: UpdateCustomerDataInput!) {
  updateCustomerData(bankId: $bankId, customerId: $customerId, input: $input) { customer { employmentStatus } } }`;

interface Violation {
  /** The rule of the row that the value breaks, if it is a rule on rows. */
  broken?: { rules: readonly RowRule<never>[]; row: object };
  document: string;
  input: object;
  /** The field of the input, and the end of the message. */
  refusal: [field: string | undefined, message: string];
  /** The content of a file for a stored customer. */
  file(customerId: string): object;
  problem: string;
}

const newCustomer = { legalName: 'Ada Lovelace', mobilePhoneNumber: '+44 7400 123456' };
const document = { type: 'passport', number: '1', issuePlace: 'London' };
const address = { city: 'London', postcode: 'W1' };

function ofCustomer(
  row: object,
  input: object,
  refusal: Violation['refusal'],
  record: object,
  problem: string,
): Violation {
  return {
    broken: { rules: customerRules, row },
    document: createCustomer,
    input: { ...newCustomer, ...input },
    refusal,
    file: () => ({ customers: [customerRecord(record)] }),
    problem: `customer ${problem}`,
  };
}

const violations: Record<string, Violation> = {
  'a birth date in the future': ofCustomer(
    { dateOfBirth: '2099-01-01' },
    { dateOfBirth: '2099-01-01' },
    ['input.dateOfBirth', 'must not be in the future'],
    { date_of_birth: '2099-01-01T00:00:00Z' },
    'date_of_birth must not be in the future',
  ),
  'a birth date of a dependant in the future': ofCustomer(
    { dobOfDependants: ['2020-01-01', '2099-01-01'], dependants: 2 },
    { dobOfDependants: ['2020-01-01', '2099-01-01'], dependants: 2 },
    ['input.dobOfDependants[1]', 'must not be in the future'],
    { dob_of_dependants: ['20200101', '2099-01-01'], dependants: 2 },
    'dob_of_dependants item 2 must not be in the future',
  ),
  'a negative credit limit': ofCustomer(
    { creditLimitAmount: '-1' },
    { creditLimit: { currency: 'EUR', amount: '-1' } },
    ['input.creditLimit.amount', 'must not be negative'],
    { credit_limit: { currency: 'EUR', amount: '-1' } },
    'credit_limit.amount must not be negative',
  ),
  'a last ok date in the future': ofCustomer(
    { lastOkDate: new Date('9999-12-31T23:59:59Z') },
    { kycStatus: true, lastOkDate: '9999-12-31T23:59:59Z' },
    ['input.lastOkDate', 'must not be in the future'],
    { kyc_status: true, last_ok_date: '9999-12-31T23:59:59Z' },
    'last_ok_date must not be in the future',
  ),
  'a KYC status in the future': {
    broken: { rules: kycStatusRules, row: { date: new Date('2099-01-01T00:00:00Z') } },
    document: addKycStatus,
    input: { ok: true, date: '2099-01-01T00:00:00Z' },
    refusal: ['input.date', 'must not be in the future'],
    file: (customerId) => ({ statuses: [{ ...ofStored(customerId), ok: true, date: '2099-01-01T00:00:00Z' }] }),
    problem: 'kycStatus date must not be in the future',
  },
  'a document that expires before it is issued': {
    broken: { rules: kycDocumentRules, row: { issueDate: '2020-01-02', expiryDate: '2020-01-01' } },
    document: addKycDocument,
    input: { ...document, issueDate: '2020-01-02', expiryDate: '2020-01-01' },
    refusal: ['input.expiryDate', 'must not be before input.issueDate'],
    file: (customerId) => ({
      documents: [
        {
          ...{ ...ofStored(customerId), id: randomUUID(), type: 'passport', number: '1', issue_place: 'London' },
          issue_date: '2020-01-02T00:00:00Z',
          expiry_date: '2020-01-01T00:00:00Z',
        },
      ],
    }),
    problem: 'kycDocument expiry_date must not be before issue_date',
  },
  'an email address that HTML refuses': {
    document: createCustomer,
    input: { ...newCustomer, email: 'a@example-.com' },
    refusal: ['input.email', 'must be a valid email address'],
    file: () => ({ customers: [customerRecord({ email: 'a@example-.com' })] }),
    problem: 'customer email must be a valid email address',
  },
  'an amount in a withdrawn currency': {
    document: createCustomer,
    input: { ...newCustomer, creditLimit: { currency: 'BGN', amount: '1' } },
    refusal: ['input.creditLimit.currency', 'must be an ISO 4217 currency code'],
    file: () => ({ customers: [customerRecord({ credit_limit: { currency: 'BGN', amount: '1' } })] }),
    problem: 'customer credit_limit.currency must be an ISO 4217 currency code',
  },
  'an amount with more digits than its currency has': {
    document: createCustomer,
    input: { ...newCustomer, creditLimit: { currency: 'JPY', amount: '1.5' } },
    refusal: ['input.creditLimit.amount', 'must have at most 0 digits after the decimal point, as its currency has'],
    file: () => ({ customers: [customerRecord({ credit_limit: { currency: 'JPY', amount: '1.5' } })] }),
    problem: 'customer credit_limit.amount must have at most 0 digits after the decimal point, as its currency has',
  },
  'an unknown country': {
    document: createAddress,
    input: { ...address, line1: '1', countryCode: 'UK' },
    refusal: ['input.countryCode', 'must be an ISO 3166-1 alpha-2 country code'],
    file: (customerId) => ({
      addresses: [
        { ...ofStored(customerId), ...address, customer_address_id: randomUUID(), line_1: '1', country_code: 'UK' },
      ],
    }),
    problem: 'customerAddress country_code must be an ISO 3166-1 alpha-2 country code',
  },
};

describe.each(Object.entries(violations))('%s', (_name, { document, input, refusal, file, problem }) => {
  test('is refused by GraphQL', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });

    const variables = document === createCustomer ? { bankId, input } : { bankId, customerId, input };
    const { errors } = await gateway.query(officer.token, document, variables);

    const [field, message] = refusal;
    expect(errors.map(({ extensions }) => extensions.field)).toEqual([field]);
    expect(errors[0]?.message).toContain(message);
  });

  test('is refused by an import', async () => {
    const { id } = await insertCustomer(gateway.database, { bankId });

    expect(await problemsOf(file(id))).toContain(problem);
  });
});

test('each violation of a rule on rows breaks the rule, so generated rows are compared with it', () => {
  for (const { broken } of Object.values(violations)) {
    if (broken !== undefined)
      expect(brokenRules(broken.rules as readonly RowRule<object>[], broken.row)).not.toEqual([]);
  }
});

/** The generated rows of each entity with rules. */
const generatedLists = {
  customer: 'customers',
  customerAddress: 'addresses',
  customerLink: 'customerLinks',
  userCustomerLink: 'userCustomerLinks',
  socialMediaHandle: 'socialMediaHandles',
  kycStatus: 'kycStatuses',
  kycCheck: 'kycChecks',
  kycDocument: 'kycDocuments',
  kycMedia: 'kycMedia',
  customerMessage: 'messages',
  crmEvent: 'crmEvents',
} as const;

test('generated customers conform to all rules', () => {
  const bank = generateBank(1, bankId, 0);
  for (let index = 0; index < 300; index += 1) {
    const generated = generateCustomer(bank, index);
    for (const { name, rules } of withRules) {
      // Generated users have no attributes.
      if (name === 'userAttribute') continue;
      for (const row of generated[generatedLists[name as keyof typeof generatedLists]]) {
        expect(brokenRules(rules as readonly RowRule<object>[], row)).toEqual([]);
      }
    }
    for (const row of generated.customers) {
      if (row.email !== null) parseEmailAddress(row.email);
      if (row.creditLimitAmount !== null) parseAmount(row.creditLimitAmount, row.creditLimitCurrency ?? '');
    }
    for (const { countryCode } of generated.addresses) parseCountryCode(countryCode);
  }
});

test('imports have the rules on rows of GraphQL', async () => {
  const folder = new URL('../src/domain/', import.meta.url);
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.rules.ts'));
  const modules: object[] = await Promise.all(files.map((name) => import(new URL(name, folder).href)));
  const lists = modules
    .flatMap((module) => Object.values(module))
    .filter((value) => Array.isArray(value) && value.every((rule) => typeof rule.holds === 'function'));

  expect(new Set(withRules.map(({ rules }) => rules))).toEqual(new Set(lists));
  expect(withRules.map(({ name }) => name).sort()).toEqual([...Object.keys(generatedLists), 'userAttribute'].sort());
});

test('records of one document that are valid only apart are refused by an import', async () => {
  const { id } = await insertCustomer(gateway.database, { bankId });
  const record = { ...ofStored(id), id: 'd1', type: 'passport', number: '1' };

  const problems = await problemsOf({
    documents: [
      { ...record, issue_date: '2020-01-02' },
      { ...record, expiry_date: '2020-01-01' },
    ],
  });

  expect(problems).toEqual(['kycDocument expiry_date must not be before issue_date']);
});

test('a customer without a mobile phone number is imported as OBP holds it, and returned by GraphQL', async () => {
  const reader = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });
  const record = customerRecord({ mobile_phone_number: '' });

  expect(await problemsOf({ customers: [record] })).toEqual([]);
  expect(await problemsOf({ customers: [customerRecord({ mobile_phone_number: null })] })).toEqual([
    'customer mobile_phone_number is required',
  ]);

  const { data } = await gateway.query(
    reader.token,
    `query ($bankId: ID!, $customerId: ID!) {
      customer(bankId: $bankId, customerId: $customerId) { mobilePhoneNumber mobilePhoneNumberE164 } }`,
    { bankId, customerId: record.customer_id },
  );
  expect(data).toEqual({ customer: { mobilePhoneNumber: '', mobilePhoneNumberE164: null } });
});

test.each([{ postcode: '' }, { postcode: null }, {}])(
  'an address is imported without a postcode: %j',
  async (values) => {
    const { id } = await insertCustomer(gateway.database, { bankId });
    const reader = await gateway.createUser({ roles: [['CanGetCustomerAddress', bankId]] });
    const record = { ...ofStored(id), customer_address_id: randomUUID(), line_1: 'Nathan Road 1', city: 'Kowloon' };

    expect(await problemsOf({ addresses: [{ ...record, country_code: 'HK', ...values }] })).toEqual([]);

    const { data } = await gateway.query(
      reader.token,
      `query ($bankId: ID!, $customerId: ID!) {
      customerAddresses(bankId: $bankId, customerId: $customerId) { postcode countryCode } }`,
      { bankId, customerId: id },
    );
    expect(data).toEqual({ customerAddresses: [{ postcode: null, countryCode: 'HK' }] });
  },
);

test('a number of dependants that is not the number of their birth dates is refused by GraphQL, and imported', async () => {
  const input = { ...newCustomer, dependants: 2, dobOfDependants: ['2020-01-01'] };
  const { errors } = await gateway.query(officer.token, createCustomer, { bankId, input });
  expect(errors.map(({ extensions }) => [extensions.key, extensions.field])).toEqual([
    ['OBP-10020', 'input.dependants'],
  ]);

  const record = customerRecord({ dependants: 10, dob_of_dependants: ['1100-01-01T00:00:00Z'] });
  expect(await problemsOf({ customers: [record] })).toEqual([]);
  const shorter = { ...record, dependants: 11, dob_of_dependants: undefined };
  expect(await problemsOf({ customers: [shorter] }, true)).toEqual([]);
  expect(await storedCustomer(record.customer_id)).toMatchObject({ dependants: 11, dobOfDependants: ['1100-01-01'] });
});

describe('an attribute of another type than the bank defined for its name', () => {
  const name = 'DEFINED_SCORE';
  const problem = 'customerAttribute type must be INTEGER, the type that the bank defined for this name';
  const createAttribute = `mutation ($bankId: ID!, $customerId: ID!, $input: CustomerAttributeInput!) {
    createCustomerAttribute(bankId: $bankId, customerId: $customerId, input: $input) { customerAttribute { id } } }`;

  beforeAll(async () => {
    await insertAttributeDefinition(gateway.database, { bankId, name, type: AttributeType.INTEGER });
  });

  test.each([name, 'ＤＥＦＩＮＥＤ_SCORE'])('is refused by GraphQL and by an import: %s', async (written) => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const attribute = { name: written, type: 'STRING', value: 'high' };

    const { errors } = await gateway.query(officer.token, createAttribute, { bankId, customerId, input: attribute });
    expect(errors[0]?.message).toContain('input.type must be INTEGER, the type that the bank defined for this name');

    const record = { ...ofStored(customerId), ...attribute };
    expect(await problemsOf({ customer_attributes: [record] })).toEqual([problem]);
    expect(await problemsOf({ customer_attributes: [{ ...record, customer_attribute_id: randomUUID() }] })).toEqual([
      problem,
    ]);
    expect(await problemsOf({ customer_attributes: [{ ...record, type: 'INTEGER', value: '7' }] })).toEqual([]);
  });

  test('is refused by an import that contains the definition', async () => {
    const { id } = await insertCustomer(gateway.database, { bankId });
    const definition = {
      bank_id: bankId,
      name: 'SCORE_OF_FILE',
      category: 'Customer',
      type: 'INTEGER',
      can_be_seen_on_views: [],
    };
    const attribute = { ...ofStored(id), name: 'SCORE_OF_FILE', type: 'STRING', value: 'high' };

    const importing = (isActive: boolean) =>
      problemsOf({ attributes: [{ ...definition, is_active: isActive }], customer_attributes: [attribute] });
    expect(await importing(true)).toEqual([problem]);
    expect(await importing(false)).toEqual([]);
  });

  test('is imported if the bank defined the type later', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const id = randomUUID();
    await insertCustomerAttribute(gateway.database, {
      id,
      bankId,
      customerId,
      name,
      type: AttributeType.STRING,
      value: 'high',
    });
    const record = { ...ofStored(customerId), name, type: 'STRING', value: 'high' };

    expect(await problemsOf({ customer_attributes: [record] })).toEqual([]);
    const changed = { ...record, customer_attribute_id: id, value: 'low' };
    expect(await problemsOf({ customer_attributes: [changed] }, true)).toEqual([]);
  });
});

describe('a media item of retracted evidence', () => {
  const addKycMedia = `mutation ($bankId: ID!, $customerId: ID!, $input: AddKycMediaInput!) {
    addKycMedia(bankId: $bankId, customerId: $customerId, input: $input) { kycMedia { id } } }`;

  test.each([
    ['document', 'Document', insertKycDocument],
    ['check', 'Check', insertKycCheck],
  ] as const)('is refused by GraphQL and by an import: %s', async (label, kind, insertEvidence) => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const retraction = { retractedAt: new Date(), retractionReason: 'Wrong customer.' };
    await insertEvidence(gateway.database, { bankId, customerId, id: 'e1', ...retraction });
    const values = { type: 'image', url: 'https://media.example.com/1.png', date: '2024-05-31T09:30:00Z' };

    const field = `relatesToKyc${kind}Id`;
    const input = { ...values, [field]: 'e1' };
    const { errors } = await gateway.query(officer.token, addKycMedia, { bankId, customerId, input });
    expect(errors[0]?.message).toContain(`input.${field} must not be the ID of retracted evidence`);

    const name = `relates_to_kyc_${label}_id`;
    const record = { ...ofStored(customerId), ...values, id: 'm1', [name]: 'e1' };
    expect(await problemsOf({ medias: [record] })).toEqual([
      `kycMedia ${name} must not be the ID of a retracted ${label}`,
    ]);
  });

  test('is imported again if it was stored before the retraction', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const ofCustomer = { bankId, customerId };
    await insertKycDocument(gateway.database, { ...ofCustomer, id: 'e1', retractedAt: new Date() });
    const date = new Date('2024-05-31T09:30:00Z');
    await insertKycMedia(gateway.database, { ...ofCustomer, id: 'm1', date, relatesToKycDocumentId: 'e1' });

    const record = { ...ofStored(customerId), id: 'm1', type: 'image', url: 'https://media.example.com/1.png' };
    const media = {
      ...record,
      date: date.toISOString(),
      relates_to_kyc_document_id: 'e1',
      relates_to_kyc_check_id: '',
    };
    expect(await problemsOf({ medias: [media] })).toEqual([]);
  });
});

describe('a time that is at most five minutes ahead', () => {
  const ahead = () => new Date(Date.now() + 3 * 60_000).toISOString();

  test('is stored as the present by GraphQL', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });

    const input = { ok: true, date: ahead() };
    const { errors } = await gateway.query(officer.token, addKycStatus, { bankId, customerId, input });

    expect(errors).toEqual([]);
    const [status] = await gateway.database.read.select().from(kycStatus).where(eq(kycStatus.customerId, customerId));
    expect(status?.date.getTime()).toBeLessThanOrEqual(Date.now());
    expect((await storedCustomer(customerId))?.lastOkDate).toEqual(status?.date);
  });

  test('is stored as the present by an import', async () => {
    const record = customerRecord({ kyc_status: true, last_ok_date: ahead() });
    const { id } = await insertCustomer(gateway.database, { bankId });

    const status = { ...ofStored(id), ok: true, date: ahead() };
    expect(await problemsOf({ customers: [record], statuses: [status] })).toEqual([]);

    const imported = await storedCustomer(record.customer_id);
    expect(imported?.lastOkDate?.getTime()).toBeLessThanOrEqual(Date.now());
    const [stored] = await gateway.database.read.select().from(kycStatus).where(eq(kycStatus.customerId, id));
    expect(stored?.date.getTime()).toBeLessThanOrEqual(Date.now());
  });
});

describe('a time ahead of the clock that is sent twice', () => {
  const ahead = () => new Date(Date.now() + 3 * 60_000).toISOString();
  const statusesOf = (customerId: string) =>
    gateway.database.read.select().from(kycStatus).where(eq(kycStatus.customerId, customerId));
  const add = async (customerId: string, input: { ok: boolean; date: string }) => {
    const { data, errors } = await gateway.query<{ addKycStatus: { kycStatus: { id: string } } }>(
      officer.token,
      `mutation ($bankId: ID!, $customerId: ID!, $input: AddKycStatusInput!) {
        addKycStatus(bankId: $bankId, customerId: $customerId, input: $input) { kycStatus { id } } }`,
      { bankId, customerId, input },
    );
    expect(errors.filter(({ path }) => path?.length === 1)).toEqual([]);
    return data?.addKycStatus;
  };

  test('adds one KYC status', async () => {
    const { id } = await insertCustomer(gateway.database, { bankId });
    const date = ahead();

    for (const ok of [true, true, false, false]) await add(id, { ok, date });

    expect((await statusesOf(id)).map(({ ok, sentDate }) => [ok, sentDate?.toISOString()]).sort()).toEqual([
      [false, date],
      [true, date],
    ]);
  });

  test('adds one KYC status if the time is in the past when it is sent again', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const [date, sentDate] = [2, 1].map((minutes) => new Date(Date.now() - minutes * 60_000));
    await insertKycStatus(gateway.database, { bankId, customerId, ok: true, date, sentDate });

    await add(customerId, { ok: true, date: String(sentDate?.toISOString()) });
    expect(await statusesOf(customerId)).toHaveLength(1);

    await add(customerId, { ok: true, date: new Date(Number(sentDate) + 1).toISOString() });
    expect(await statusesOf(customerId)).toHaveLength(2);
  });

  test('adds a KYC status again after its retraction', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const input = { ok: true, date: ahead() };
    await add(customerId, input);
    const retraction = { retractedAt: new Date(), retractionReason: 'Wrong customer.' };
    await gateway.database.transaction((transaction) =>
      transaction.update(kycStatus).set(retraction).where(eq(kycStatus.customerId, customerId)),
    );

    await add(customerId, input);
    expect((await statusesOf(customerId)).filter(({ retractedAt }) => retractedAt === null)).toHaveLength(1);
  });

  test('adds one KYC status by two imports, and by GraphQL afterwards', async () => {
    const { id } = await insertCustomer(gateway.database, { bankId });
    const record = { ...ofStored(id), ok: true, date: ahead() };

    for (const statuses of [[record, record], [record]]) expect(await problemsOf({ statuses })).toEqual([]);
    await add(id, { ok: true, date: record.date });

    expect(await statusesOf(id)).toHaveLength(1);
  });

  test('makes one proposal, and one KYC status after it was confirmed', async () => {
    const fourEyesBank = 'four.eyes';
    await gateway.createBank(fourEyesBank);
    await gateway.database.transaction((transaction) =>
      transaction.update(bank).set({ kycFourEyes: true }).where(eq(bank.id, fourEyesBank)),
    );
    const { id: customerId } = await insertCustomer(gateway.database, { bankId: fourEyesBank });
    const proposer = await gateway.createUser({ roles: [['CanAddKycStatus', fourEyesBank]] });
    const confirmer = await gateway.createUser({ roles: [['CanConfirmKycStatus', fourEyesBank]] });
    const input = { ok: true, date: ahead() };
    const propose = async () => {
      const { data } = await gateway.query<{ proposeKycStatus: { kycStatusProposal: { id: string } } }>(
        proposer.token,
        `mutation ($bankId: ID!, $customerId: ID!, $input: AddKycStatusInput!) {
          proposeKycStatus(bankId: $bankId, customerId: $customerId, input: $input) { kycStatusProposal { id } } }`,
        { bankId: fourEyesBank, customerId, input },
      );
      return data?.proposeKycStatus.kycStatusProposal.id;
    };
    const confirm = async (id: string | undefined) => {
      const { errors } = await gateway.query(
        confirmer.token,
        `mutation ($bankId: ID!, $customerId: ID!, $id: ID!) {
          confirmKycStatus(bankId: $bankId, customerId: $customerId, id: $id) { customer: __typename } }`,
        { bankId: fourEyesBank, customerId, id },
      );
      expect(errors).toEqual([]);
    };

    const id = await propose();
    expect(await propose()).toBe(id);
    await confirm(id);
    const second = await propose();
    expect(second).not.toBe(id);
    await confirm(second);

    expect(await statusesOf(customerId)).toHaveLength(1);
  });
});

describe('a stored row that breaks a rule', () => {
  const stored = {
    dateOfBirth: '2099-01-01',
    dependants: 3,
    dobOfDependants: ['2099-02-03'],
    creditLimitCurrency: 'BGN',
    creditLimitAmount: '1.00',
  };

  test('can be changed in its other fields by GraphQL', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId, ...stored });
    const identity = { legalName: 'Ada Lovelace', title: 'Lady', dateOfBirth: stored.dateOfBirth };
    const data = {
      dependants: stored.dependants,
      dobOfDependants: stored.dobOfDependants,
      employmentStatus: 'retired',
    };

    const first = await gateway.query(officer.token, updateIdentity, { bankId, customerId, input: identity });
    const second = await gateway.query(officer.token, updateData, { bankId, customerId, input: data });

    expect([...first.errors, ...second.errors]).toEqual([]);
    expect(await storedCustomer(customerId)).toMatchObject({ ...stored, title: 'Lady', employmentStatus: 'retired' });
  });

  test('cannot get another invalid value', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId, ...stored });
    const identity = { legalName: 'Ada Lovelace', title: 'Lady', dateOfBirth: '2099-01-02' };
    const data = { dependants: 3, dobOfDependants: ['2098-02-03'], employmentStatus: 'retired' };

    const first = await gateway.query(officer.token, updateIdentity, { bankId, customerId, input: identity });
    const second = await gateway.query(officer.token, updateData, { bankId, customerId, input: data });

    expect(first.errors[0]?.extensions.field).toBe('input.dateOfBirth');
    expect(second.errors[0]?.extensions.problems).toMatchObject([
      { field: 'input.dependants' },
      { field: 'input.dobOfDependants[0]' },
    ]);
    expect(await storedCustomer(customerId)).toMatchObject({ ...stored, title: null });
  });

  test('can be changed in its other fields by an import that omits the invalid ones', async () => {
    const { id, customerNumber } = await insertCustomer(gateway.database, { bankId, ...stored });
    const record = customerRecord({ customer_id: id, customer_number: customerNumber, title: 'Lady' });

    expect(await problemsOf({ customers: [record] }, true)).toEqual([]);
    expect(await storedCustomer(id)).toMatchObject({ ...stored, title: 'Lady' });
  });

  /** The record of a stored customer with the values that break rules. */
  function storedRecord({ id, customerNumber }: { id: string; customerNumber: string }, values: object = {}) {
    return customerRecord({
      ...{ customer_id: id, customer_number: customerNumber, date_of_birth: stored.dateOfBirth },
      ...{ dependants: stored.dependants, dob_of_dependants: stored.dobOfDependants, email: 'ada@example-.com' },
      credit_limit: { currency: stored.creditLimitCurrency, amount: stored.creditLimitAmount },
      ...values,
    });
  }

  test('can be changed in its other fields by an import that contains the invalid ones unchanged', async () => {
    const row = await insertCustomer(gateway.database, { bankId, ...stored, email: 'ada@example-.com' });

    expect(await problemsOf({ customers: [storedRecord(row, { title: 'Lady' })] }, true)).toEqual([]);
    expect(await storedCustomer(row.id)).toMatchObject({ ...stored, email: 'ada@example-.com', title: 'Lady' });
    expect(await problemsOf({ customers: [storedRecord(row, { title: 'Lady' })] })).toEqual([]);
  });

  test.each([
    [{ date_of_birth: '2099-01-02' }, ['date_of_birth must not be in the future']],
    [{ dob_of_dependants: ['2098-02-03'] }, ['dob_of_dependants item 1 must not be in the future']],
    [{ email: 'ada@example_.com' }, ['email must be a valid email address']],
    [
      { credit_limit: { currency: 'BGN', amount: '2.00' } },
      ['credit_limit.amount must have an ISO 4217 currency code'],
    ],
    [
      { credit_limit: { currency: 'ANG', amount: '2.00' }, email: 'a@b' },
      [
        'email must be a valid email address',
        'credit_limit.currency must be an ISO 4217 currency code',
        'credit_limit.amount must have an ISO 4217 currency code',
      ],
    ],
  ])('cannot get another invalid value by an import: %j', async (values, problems) => {
    const row = await insertCustomer(gateway.database, { bankId, ...stored, email: 'ada@example-.com' });

    const reported = await problemsOf({ customers: [storedRecord(row, { title: 'Lady', ...values })] }, true);
    expect(reported).toEqual(problems.map((problem) => expect.stringContaining(problem)));
    expect(await storedCustomer(row.id)).toMatchObject({ ...stored, email: 'ada@example-.com', title: null });
  });

  test('does not make the values valid for another customer', async () => {
    const row = await insertCustomer(gateway.database, { bankId, ...stored, email: 'ada@example-.com' });
    const record = storedRecord({ id: randomUUID(), customerNumber: `${row.customerNumber}-2` });

    expect(await problemsOf({ customers: [record] }, true)).toEqual(
      ['email must be', 'credit_limit.currency must be', 'credit_limit.amount must', 'date_of_birth must not'].map(
        (problem) => expect.stringContaining(problem),
      ),
    );
  });

  test('keeps a number with another form that an import contains unchanged', async () => {
    const number = `1${randomUUID()}`;
    const numbers = [number, `${number}\u200B`, number.replace('1', '１')];
    const rows = [];
    for (const customerNumber of numbers) rows.push(await insertCustomer(gateway.database, { bankId, customerNumber }));

    const customers = rows.map(({ id, customerNumber }) =>
      customerRecord({ customer_id: id, customer_number: customerNumber, title: 'Lady' }),
    );
    expect(await problemsOf({ customers }, true)).toEqual([]);
    for (const [index, { id }] of rows.entries()) {
      expect(await storedCustomer(id)).toMatchObject({ customerNumber: numbers[index], title: 'Lady' });
    }
  });

  test('returns a withdrawn currency', async () => {
    const reader = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });
    const { id: customerId } = await insertCustomer(gateway.database, { bankId, ...stored });

    const { data, errors } = await gateway.query(
      reader.token,
      `query ($bankId: ID!, $customerId: ID!) {
        customer(bankId: $bankId, customerId: $customerId) { creditLimit { currency amount } } }`,
      { bankId, customerId },
    );

    expect(errors).toEqual([]);
    expect(data).toEqual({ customer: { creditLimit: { currency: 'BGN', amount: '1.00' } } });
  });
});
