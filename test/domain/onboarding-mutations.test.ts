import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Role } from '../../src/base/roles.ts';
import { customerAccountLink } from '../../src/domain/account/customer-account-link.table.ts';
import { customerAddress } from '../../src/domain/address/address.table.ts';
import { AttributeType } from '../../src/domain/attribute/attribute-type.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { customerAttribute } from '../../src/domain/customer/customer-attribute.table.ts';
import { kycStatus } from '../../src/domain/kyc/kyc-status.table.ts';
import { insertNumbered } from '../../src/domain/onboarding/create-customer.ts';
import { taxResidence } from '../../src/domain/tax-residence/tax-residence.table.ts';
import { userCustomerLink } from '../../src/domain/user-customer-link/user-customer-link.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertAccount, insertAttributeDefinition, insertCustomer } from '../support/rows.ts';

const otherBankId = 'gh.30.uk';
const partRoles: Role[] = [
  'CanCreateCustomerAddress',
  'CanCreateCustomerAttributeAtOneBank',
  'CanCreateTaxResidence',
  'CanCreateCustomerAccountLink',
  'CanCreateUserCustomerLink',
  'CanAddKycStatus',
];
const readRoles: Role[] = [
  'CanGetCustomerAddress',
  'CanGetCustomerAttributesAtOneBank',
  'CanGetTaxResidence',
  'CanGetCustomerAccountLinks',
  'CanGetUserCustomerLink',
  'CanGetKycStatusesAtOneBank',
];
const required = { legalName: 'Felix Smith', mobilePhoneNumber: '+44 7972 444876' };
const address = { line1: 'No 1 the Road', city: 'Berlin', postcode: '13359', countryCode: 'DE' };

const selection = `id bankId customerNumber legalName mobilePhoneNumber mobilePhoneNumberE164 email
  faceImage { url date } dateOfBirth relationshipStatus dependants dobOfDependants creditRating { rating source }
  creditLimit { currency amount } highestEducationAttained employmentStatus kycStatus lastOkDate title branchId
  nameSuffix version`;
const children = `addresses { line1 } attributes { name value } taxResidences { domain taxNumber }
  accountLinks { accountId relationshipType } userLinks { userId isActive } kycStatuses { ok date }`;

function createOne(fields = 'id'): string {
  return `mutation ($bankId: ID!, $input: CreateCustomerInput!, $idempotencyKey: String) {
    createCustomer(bankId: $bankId, input: $input, idempotencyKey: $idempotencyKey) { customer { ${fields} } } }`;
}

const createMany = /* GraphQL */ `mutation ($bankId: ID!, $input: [CreateCustomerInput!]!, $idempotencyKey: String) {
  createCustomers(bankId: $bankId, input: $input, idempotencyKey: $idempotencyKey) {
    customers { id customerNumber legalName } } }`;

let gateway: Gateway;
let bankId: string;
let clerk: TestUser;
let accountId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(otherBankId);
});

// Each test has its own bank, so that it can count rows.
beforeEach(async () => {
  bankId = `bank-${randomUUID()}`;
  await gateway.createBank(bankId);
  const roles: Role[] = ['CanCreateCustomer', ...partRoles, ...readRoles];
  clerk = await gateway.createUser({ roles: roles.map((role) => [role, bankId] as const) });
  accountId = (await insertAccount(gateway.database, { bankId })).id;
});

afterAll(() => gateway.stop());

const tables = {
  customer,
  customerAddress,
  customerAttribute,
  taxResidence,
  customerAccountLink,
  userCustomerLink,
  kycStatus,
};

/** The number of rows of the bank in each table. */
async function rowCounts(): Promise<Record<string, number>> {
  const counts = Object.entries(tables).map(async ([name, table]) => {
    const rows = await gateway.database.read.select({ id: table.id }).from(table).where(eq(table.bankId, bankId));
    return [name, rows.length] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

const nothing = Object.fromEntries(Object.keys(tables).map((name) => [name, 0]));

function storedCustomers() {
  return gateway.database.read.select().from(customer).where(eq(customer.bankId, bankId));
}

async function wholeInput() {
  const { id: userId } = await gateway.createUser();
  return {
    ...required,
    customerNumber: '5987953',
    email: 'Felix@Example.com',
    faceImage: { url: 'https://media.example.com/felix.png', date: '2024-05-31T09:30:00.000Z' },
    dateOfBirth: '1985-10-26',
    relationshipStatus: 'married',
    dependants: 1,
    dobOfDependants: ['2012-09-08'],
    creditRating: { rating: 'AA', source: 'Experian' },
    creditLimit: { currency: 'EUR', amount: '1000.50' },
    highestEducationAttained: 'Master',
    employmentStatus: 'Employed',
    kycStatus: true,
    lastOkDate: '2024-05-31T09:30:00.000Z',
    title: 'Dr.',
    branchId: 'DERBY6',
    nameSuffix: 'Jr.',
    addresses: [address, { ...address, line1: 'No 2 the Road' }, { ...address, line1: 'No 3 the Road' }],
    attributes: [{ name: 'TAX', type: 'INTEGER', value: '12' }],
    taxResidences: [{ domain: 'Germany', taxNumber: '1' }],
    accountLinks: [{ accountId, relationshipType: 'Owner' }],
    userLinks: [{ userId }],
  };
}

describe('createCustomer', () => {
  test('refuses a caller without the role and writes nothing', async () => {
    const stranger = await gateway.createUser({ roles: [['CanCreateCustomer', otherBankId]] });

    const { data, errors } = await gateway.query(stranger.token, createOne(), { bankId, input: required });

    expect(data).toEqual({ createCustomer: null });
    expect(errors[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      missingRoles: ['CanCreateCustomer', 'CanCreateCustomerAtAnyBank'],
    });
    expect(await rowCounts()).toEqual(nothing);
  });

  test('fails for an unknown bank and for an anonymous caller', async () => {
    const unknown = await gateway.query(clerk.token, createOne(), { bankId: 'no-bank', input: required });
    const anonymous = await gateway.query(null, createOne(), { bankId, input: required });

    expect(unknown.errors[0]?.extensions.obpCode).toBe('OBP-30001');
    expect(anonymous.errors[0]?.extensions.obpCode).toBe('OBP-20001');
    expect(await rowCounts()).toEqual(nothing);
  });

  test.each([
    ['addresses', ['CanCreateCustomerAddress']],
    ['attributes', ['CanCreateCustomerAttributeAtOneBank', 'CanCreateCustomerAttributeAtAnyBank']],
    ['taxResidences', ['CanCreateTaxResidence']],
    ['accountLinks', ['CanCreateCustomerAccountLink']],
    ['userLinks', ['CanCreateUserCustomerLink', 'CanCreateUserCustomerLinkAtAnyBank']],
    ['kycStatus', ['CanAddKycStatus']],
  ])('with %s requires %j too, before the input is validated', async (part, missingRoles) => {
    const held: Role[] = ['CanCreateCustomer', ...partRoles.filter((role) => !missingRoles.includes(role))];
    const lacking = await gateway.createUser({
      roles: [...held.map((role) => [role, bankId] as const), ...partRoles.map((role) => [role, otherBankId] as const)],
    });
    // The number exists and the name is empty, which must not be reported to a caller without the role.
    await insertCustomer(gateway.database, { bankId, customerNumber: '5987953' });
    const input = { ...(await wholeInput()), legalName: '' };

    const { errors } = await gateway.query(lacking.token, createOne(), { bankId, input });

    expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missingRoles, bankId, field: `input.${part}` });
    expect(await rowCounts()).toEqual({ ...nothing, customer: 1 });
  });

  test('requires no role for empty parts, and accepts system roles', async () => {
    const empty = {
      addresses: [],
      attributes: null,
      taxResidences: [],
      accountLinks: [],
      userLinks: [],
      kycStatus: false,
    };
    const { attributes, userLinks } = await wholeInput();
    const plain = await gateway.createUser({ roles: [['CanCreateCustomerAtAnyBank', null]] });
    const everywhere = await gateway.createUser({
      roles: [
        ['CanCreateCustomerAtAnyBank', null],
        ['CanCreateCustomerAttributeAtAnyBank', null],
        ['CanCreateUserCustomerLinkAtAnyBank', null],
      ],
    });

    const responses = [
      await gateway.query(plain.token, createOne(), { bankId, input: { ...required, ...empty } }),
      await gateway.query(everywhere.token, createOne(), { bankId, input: { ...required, attributes, userLinks } }),
    ];

    expect(responses.flatMap(({ errors }) => errors)).toEqual([]);
    expect(await rowCounts()).toEqual({ ...nothing, customer: 2, customerAttribute: 1, userCustomerLink: 1 });
  });

  test('accepts only a name and a phone number, generates the customer number, and sets other fields to null', async () => {
    const { data, errors } = await gateway.query<{ createCustomer: { customer: Record<string, unknown> } }>(
      clerk.token,
      createOne(`${selection} ${children}`),
      { bankId, input: required },
    );

    const created = data?.createCustomer.customer;
    expect(errors).toEqual([]);
    expect(created).toEqual({
      ...required,
      id: expect.any(String),
      bankId,
      customerNumber: expect.stringMatching(/^\d{1,10}$/),
      mobilePhoneNumberE164: '+447972444876',
      email: null,
      faceImage: null,
      dateOfBirth: null,
      relationshipStatus: null,
      dependants: null,
      dobOfDependants: [],
      creditRating: null,
      creditLimit: null,
      highestEducationAttained: null,
      employmentStatus: null,
      kycStatus: false,
      lastOkDate: null,
      title: null,
      branchId: null,
      nameSuffix: null,
      version: 1,
      addresses: [],
      attributes: [],
      taxResidences: [],
      accountLinks: [],
      userLinks: [],
      kycStatuses: [],
    });
    expect(Number(created?.customerNumber)).toBeLessThan(2 ** 31);
  });

  test('stores all fields and parts, and returns them in the order of the input', async () => {
    const input = await wholeInput();

    const { data, errors } = await gateway.query(clerk.token, createOne(`${selection} ${children}`), { bankId, input });

    const { addresses, attributes, taxResidences, accountLinks, userLinks, ...fields } = input;
    expect(errors).toEqual([]);
    expect(data).toEqual({
      createCustomer: {
        customer: {
          ...fields,
          id: expect.any(String),
          bankId,
          mobilePhoneNumberE164: '+447972444876',
          version: 1,
          addresses: addresses.map(({ line1 }) => ({ line1 })),
          attributes: attributes.map(({ name, value }) => ({ name, value })),
          taxResidences,
          accountLinks,
          userLinks: userLinks.map(({ userId }) => ({ userId, isActive: true })),
          kycStatuses: [{ ok: true, date: input.lastOkDate }],
        },
      },
    });
    expect(await storedCustomers()).toMatchObject([
      {
        legalNameSearch: 'felix smith',
        emailSearch: 'felix@example.com',
        lastOkDateOrder: new Date(input.lastOkDate),
      },
    ]);
  });

  test('uses the current time for the first KYC status if kycStatus is true without a date', async () => {
    const start = Date.now();

    await gateway.query(clerk.token, createOne(), { bankId, input: { ...required, kycStatus: true } });

    const [row] = await storedCustomers();
    const statuses = await gateway.database.read.select().from(kycStatus).where(eq(kycStatus.bankId, bankId));
    expect(row?.lastOkDate?.getTime()).toBeGreaterThanOrEqual(start);
    expect(statuses).toMatchObject([{ customerId: row?.id, ok: true, date: row?.lastOkDate }]);
  });

  const afterTomorrow = new Date(Date.now() + 48 * 3_600_000).toISOString().slice(0, 10);
  const sameTax = { domain: 'Germany', taxNumber: '1' };

  test.each([
    ['OBP-10001', 'input.legalName', { legalName: '' }],
    ['OBP-10001', 'input.legalName', { legalName: 'x'.repeat(256) }],
    ['OBP-10001', 'input.mobilePhoneNumber', { mobilePhoneNumber: '123' }],
    ['OBP-10001', 'input.customerNumber', { customerNumber: 'a::::b' }],
    ['OBP-10001', 'input.customerNumber', { customerNumber: '1'.repeat(51) }],
    ['OBP-10001', 'input.dateOfBirth', { dateOfBirth: afterTomorrow }],
    ['OBP-10001', 'input.relationshipStatus', { relationshipStatus: 'x'.repeat(17) }],
    ['OBP-10001', 'input.creditRating.rating', { creditRating: { rating: 'x'.repeat(101) } }],
    ['OBP-10001', 'input.creditLimit.amount', { creditLimit: { currency: 'JPY', amount: '0.5' } }],
    ['OBP-10001', 'input.branchId', { branchId: 'DERBY 6' }],
    ['OBP-10001', 'input.lastOkDate', { lastOkDate: '2024-05-31T09:30:00Z' }],
    ['OBP-10001', 'input.lastOkDate', { kycStatus: false, lastOkDate: '2024-05-31T09:30:00Z' }],
    ['OBP-10020', 'input.dependants', { dependants: 2, dobOfDependants: ['2012-09-08'] }],
    ['OBP-10020', 'input.dependants', { dependants: 1 }],
    ['OBP-10001', 'input.addresses[1].postcode', { addresses: [address, { ...address, postcode: '1'.repeat(21) }] }],
    ['OBP-10001', 'input.attributes[0].value', { attributes: [{ name: 'TAX', type: 'INTEGER', value: 'x' }] }],
    ['OBP-10001', 'input.attributes[0].type', { attributes: [{ name: 'DEFINED', type: 'STRING', value: 'x' }] }],
    ['OBP-10001', 'input.taxResidences[0].domain', { taxResidences: [{ domain: '', taxNumber: '1' }] }],
    [null, 'input.taxResidences[1]', { taxResidences: [sameTax, sameTax] }],
    ['OBP-20005', 'input.userLinks[0].userId', { userLinks: [{ userId: 'nobody' }] }],
  ])('fails with %s for %s and writes nothing', async (obpCode, field, change) => {
    await insertAttributeDefinition(gateway.database, { bankId, name: 'DEFINED', type: AttributeType.INTEGER });

    const variables = { bankId, input: { ...required, ...change } };
    const { data, errors } = await gateway.query(clerk.token, createOne(), variables);

    expect(data).toEqual({ createCustomer: null });
    expect(errors[0]?.extensions).toMatchObject({ obpCode, field, problems: [{ field }] });
    expect(await rowCounts()).toEqual(nothing);
  });

  test('fails for an account of another bank, a repeated account, and a repeated user', async () => {
    const { id: foreignId } = await insertAccount(gateway.database, { bankId: otherBankId });
    const { id: userId } = await gateway.createUser();
    const links = [{ accountId }, { accountId: foreignId }, { accountId }];
    const input = {
      ...required,
      accountLinks: links.map((link) => ({ ...link, relationshipType: 'Owner' })),
      userLinks: [{ userId }, { userId }],
    };

    const { errors } = await gateway.query(clerk.token, createOne(), { bankId, input });

    expect(errors[0]?.extensions).toMatchObject({ key: 'OBP-30018', code: 'NOT_FOUND' });
    expect(errors[0]?.extensions.problems).toMatchObject([
      { key: 'OBP-30018', field: 'input.accountLinks[1].accountId' },
      { key: 'OBP-30223', field: 'input.accountLinks[2].accountId' },
      { key: 'OBP-30007', field: 'input.userLinks[1].userId' },
    ]);
    expect(await rowCounts()).toEqual(nothing);
  });

  test('fails with OBP-30006 for the number of another customer of the bank and writes no part', async () => {
    const input = await wholeInput();
    await insertCustomer(gateway.database, { bankId: otherBankId, customerNumber: input.customerNumber });
    await insertCustomer(gateway.database, { bankId, customerNumber: input.customerNumber });

    const { errors } = await gateway.query(clerk.token, createOne(), { bankId, input });

    expect(errors[0]?.extensions).toMatchObject({
      code: 'CONFLICT',
      obpCode: 'OBP-30006',
      field: 'input.customerNumber',
    });
    expect(await rowCounts()).toEqual({ ...nothing, customer: 1 });
  });

  test('succeeds once when calls race for one number', async () => {
    const input = await wholeInput();

    const responses = await Promise.all(
      [1, 2, 3, 4].map(() => gateway.query(clerk.token, createOne(), { bankId, input })),
    );

    const codes = responses.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.obpCode));
    expect(codes).toEqual(['OBP-30006', 'OBP-30006', 'OBP-30006']);
    expect(await rowCounts()).toMatchObject({ customer: 1, customerAddress: 3, kycStatus: 1 });
  });

  test('writes once and returns the same customer for one idempotency key', async () => {
    const variables = { bankId, input: await wholeInput(), idempotencyKey: randomUUID() };

    const first = await gateway.query(clerk.token, createOne(), variables);
    const again = await gateway.query(clerk.token, createOne(), variables);

    expect(first.errors).toEqual([]);
    expect(again).toMatchObject({ errors: [], data: first.data });
    expect(await rowCounts()).toMatchObject({ customer: 1, customerAddress: 3 });
  });

  test('generates another number while the generated one exists', async () => {
    const taken = await insertCustomer(gateway.database, { bankId, customerNumber: '7' });
    const { rowNumber: _, ...row } = taken;
    const numbers = ['7', '7', '8'];

    const created = await gateway.database.transaction((transaction) =>
      insertNumbered(transaction, { ...row, id: randomUUID() }, () => numbers.shift() ?? ''),
    );

    expect(created.customerNumber).toBe('8');
    expect(await rowCounts()).toMatchObject({ customer: 2 });
  });
});

describe('createCustomers', () => {
  test('refuses a caller without the role for a part of one customer and writes nothing', async () => {
    const lacking = await gateway.createUser({ roles: [['CanCreateCustomer', bankId]] });
    const input = [required, { ...required, addresses: [address] }];

    const { data, errors } = await gateway.query(lacking.token, createMany, { bankId, input });

    expect(data).toEqual({ createCustomers: null });
    expect(errors[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      missingRoles: ['CanCreateCustomerAddress'],
      field: 'input[1].addresses',
    });
    expect(await rowCounts()).toEqual(nothing);
  });

  test('creates 100 customers and returns them in the order of the input', async () => {
    const input = Array.from({ length: 100 }, (_, index) => ({
      ...required,
      legalName: `Customer ${index}`,
      customerNumber: index % 2 === 0 ? `number-${100 - index}` : null,
      addresses: [address],
    }));

    const { data, errors } = await gateway.query<{ createCustomers: { customers: { legalName: string }[] } }>(
      clerk.token,
      createMany,
      { bankId, input },
    );

    expect(errors).toEqual([]);
    expect(data?.createCustomers.customers.map(({ legalName }) => legalName)).toEqual(
      input.map(({ legalName }) => legalName),
    );
    expect(await rowCounts()).toEqual({ ...nothing, customer: 100, customerAddress: 100 });
  });

  test.each([
    [0, 'BAD_USER_INPUT', undefined],
    [101, 'LIMIT_EXCEEDED', 100],
  ])('fails for %d customers with %s', async (length, code, limit) => {
    const input = Array.from({ length }, () => required);

    const { errors } = await gateway.query(clerk.token, createMany, { bankId, input });

    expect(errors[0]?.extensions.code).toBe(code);
    expect(errors[0]?.extensions.limit).toBe(limit);
    expect(await rowCounts()).toEqual(nothing);
  });

  test('reports all problems, in the order of the input, and writes nothing', async () => {
    await insertCustomer(gateway.database, { bankId, customerNumber: 'taken' });
    const input = [
      { ...required, customerNumber: 'once' },
      { ...required, customerNumber: 'taken' },
      { ...required, legalName: '', addresses: [address, { ...address, city: '' }] },
      { ...required, customerNumber: 'once' },
      { ...required, userLinks: [{ userId: 'nobody' }] },
      { ...required, addresses: [address] },
    ];

    const { data, errors } = await gateway.query(clerk.token, createMany, { bankId, input });

    expect(data).toEqual({ createCustomers: null });
    expect(errors).toHaveLength(1);
    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', obpCode: 'OBP-30006' });
    expect(errors[0]?.extensions.problems).toEqual([
      expect.objectContaining({ key: 'OBP-30006', field: 'input[1].customerNumber' }),
      {
        key: 'OBP-10001',
        field: 'input[2].legalName',
        message: 'OBP-10001: Incorrect json format. input[2].legalName must not be empty.',
        rule: 'NOT_EMPTY',
      },
      expect.objectContaining({ key: 'OBP-10001', field: 'input[2].addresses[1].city' }),
      expect.objectContaining({ key: 'OBP-30006', field: 'input[3].customerNumber' }),
      expect.objectContaining({ key: 'OBP-20005', field: 'input[4].userLinks[0].userId' }),
    ]);
    expect(await rowCounts()).toEqual({ ...nothing, customer: 1 });
  });

  test('reports the places of values that are invalid in GraphQL', async () => {
    const { legalName } = required;
    const input = [required, { ...required, email: 'felix@nowhere' }, { legalName }];

    const { errors } = await gateway.query(clerk.token, createMany, { bankId, input });

    expect(errors.map(({ extensions }) => extensions.problems)).toMatchObject([
      [
        { field: 'input[1].email', rule: 'EMAIL_ADDRESS' },
        { field: 'input[2]', rule: 'REQUIRED_FIELD', schemaField: 'mobilePhoneNumber' },
      ],
    ]);
    expect(await rowCounts()).toEqual(nothing);
  });

  test('succeeds once when calls race for the same numbers in different orders', async () => {
    const numbered = (numbers: string[]) => numbers.map((customerNumber) => ({ ...required, customerNumber }));
    const numbers = ['a', 'b', 'c', 'd', 'e', 'f'];

    const responses = await Promise.all(
      [numbers, numbers.toReversed(), numbers, numbers.toReversed()].map((order) =>
        gateway.query(clerk.token, createMany, { bankId, input: numbered(order) }),
      ),
    );

    expect(responses.map(({ errors }) => errors[0]?.extensions.obpCode ?? 'written').sort()).toEqual([
      'OBP-30006',
      'OBP-30006',
      'OBP-30006',
      'written',
    ]);
    expect(await rowCounts()).toMatchObject({ customer: 6 });
  });

  test('writes once and returns the same customers for one idempotency key', async () => {
    const input = [required, { ...required, legalName: 'Eveline Tripman' }];
    const variables = { bankId, input, idempotencyKey: randomUUID() };

    const first = await gateway.query(clerk.token, createMany, variables);
    const again = await gateway.query(clerk.token, createMany, variables);

    expect(first.errors).toEqual([]);
    expect(again).toMatchObject({ errors: [], data: first.data });
    expect(await rowCounts()).toMatchObject({ customer: 2 });
  });
});
