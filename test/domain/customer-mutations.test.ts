import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Role } from '../../src/base/roles.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';

interface Update {
  roles: Role[];
  input: Record<string, unknown>;
  /** The columns that the input sets. */
  stored: Record<string, unknown>;
}

const updates: Record<string, Update> = {
  Branch: {
    roles: ['CanUpdateCustomerIdentity', 'CanUpdateCustomerBranch'],
    input: { branchId: 'LEEDS1' },
    stored: { branchId: 'LEEDS1' },
  },
  CreditLimit: {
    roles: ['CanUpdateCustomerCreditLimit'],
    input: { creditLimit: { currency: 'EUR', amount: '1000.50' } },
    stored: { creditLimitCurrency: 'EUR', creditLimitAmount: '1000.50' },
  },
  CreditRatingAndSource: {
    roles: ['CanUpdateCustomerCreditRatingAndSource', 'CanUpdateCustomerCreditRatingAndSourceAtAnyBank'],
    input: { creditRating: 'AA', creditSource: 'Experian' },
    stored: { creditRating: 'AA', creditSource: 'Experian' },
  },
  Email: {
    roles: ['CanUpdateCustomerEmail'],
    input: { email: 'Felix@Example.com' },
    stored: { email: 'Felix@Example.com', emailSearch: 'felix@example.com' },
  },
  Identity: {
    roles: ['CanUpdateCustomerIdentity'],
    input: { legalName: 'Felix  SMITH', dateOfBirth: '1985-10-26', title: 'Dr.' },
    stored: {
      legalName: 'Felix  SMITH',
      legalNameSearch: 'felix smith',
      nameWords: 'felix smith',
      dateOfBirth: '1985-10-26',
      title: 'Dr.',
    },
  },
  MobilePhoneNumber: {
    roles: ['CanUpdateCustomerMobilePhoneNumber'],
    input: { mobilePhoneNumber: '0049 30 901820' },
    stored: { mobilePhoneNumber: '0049 30 901820', mobilePhoneNumberE164: '+4930901820' },
  },
  Number: {
    roles: ['CanUpdateCustomerNumber'],
    input: { customerNumber: 'number 1' },
    stored: { customerNumber: 'number 1' },
  },
  Data: {
    roles: ['CanUpdateCustomerIdentity', 'CanUpdateCustomerData'],
    input: {
      faceImage: { url: 'https://media.example.com/felix.png', date: '2024-05-31T09:30:00Z' },
      relationshipStatus: 'married',
      dependants: 2,
      dobOfDependants: ['2012-09-08', '2016-01-30'],
      employmentStatus: 'Employed',
    },
    stored: {
      faceImageUrl: 'https://media.example.com/felix.png',
      faceImageDate: new Date('2024-05-31T09:30:00Z'),
      relationshipStatus: 'married',
      dependants: 2,
      dobOfDependants: ['2012-09-08', '2016-01-30'],
      employmentStatus: 'Employed',
    },
  },
};

/** A value for every field of updates, so that unintended changes are noticed. */
const before = {
  branchId: 'DERBY6',
  creditLimitCurrency: 'GBP',
  creditLimitAmount: '5',
  creditRating: 'OBP',
  creditSource: 'OBP',
  dateOfBirth: '1980-01-02',
  title: 'Ms',
  nameSuffix: 'Jr',
  relationshipStatus: 'single',
  dependants: 1,
  dobOfDependants: ['2010-01-02'],
  highestEducationAttained: 'Master',
  employmentStatus: 'worker',
};

function updateOf(name: string, selection = 'customer { id version updatedAt }'): string {
  return `mutation ($bankId: ID!, $customerId: ID!, $input: UpdateCustomer${name}Input!, $expectedVersion: Int,
    $idempotencyKey: String) { updateCustomer${name}(bankId: $bankId, customerId: $customerId, input: $input,
    expectedVersion: $expectedVersion, idempotencyKey: $idempotencyKey) { ${selection} } }`;
}

let gateway: Gateway;
let clerk: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  const roles = Object.values(updates).map((update) => update.roles.at(-1) as Role);
  clerk = await gateway.createUser({
    roles: roles.map((role) => [role, role.endsWith('AtAnyBank') ? null : bankId] as const),
  });
});

beforeEach(async () => {
  customerId = (await insertCustomer(gateway.database, { bankId, ...before })).id;
});

afterAll(() => gateway.stop());

async function storedOf(id: string) {
  const [row] = await gateway.database.read.select().from(customer).where(eq(customer.id, id));
  return row;
}

describe.each(Object.keys(updates))('updateCustomer%s', (name) => {
  const { roles, input, stored } = updates[name] as Update;

  test('refuses a caller without the role and writes nothing', async () => {
    const elsewhere = roles.map((role) => [role, otherBankId] as const);
    const stranger = await gateway.createUser({ roles: [...elsewhere, ['CanGetCustomer', bankId]] });
    const unchanged = await storedOf(customerId);

    const { data, errors } = await gateway.query(stranger.token, updateOf(name), { bankId, customerId, input });

    expect(data).toEqual({ [`updateCustomer${name}`]: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missingRoles: roles });
    expect(await storedOf(customerId)).toEqual(unchanged);
  });

  test('fails with OBP-30046 for a customer of another bank and writes nothing', async () => {
    const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });

    const { errors } = await gateway.query(clerk.token, updateOf(name), { bankId, customerId: foreign.id, input });

    expect(errors[0]?.extensions.obpCode).toBe('OBP-30046');
    expect(await storedOf(foreign.id)).toEqual(foreign);
  });

  test.each(roles)('changes the fields of the input and no others with the role %s', async (role) => {
    const holder = await gateway.createUser({ roles: [[role, role.endsWith('AtAnyBank') ? null : bankId]] });
    const unchanged = await storedOf(customerId);
    const customerNumber = randomUUID();
    const own = name === 'Number' ? { customerNumber } : input;

    const { data, errors } = await gateway.query(holder.token, updateOf(name), { bankId, customerId, input: own });

    const row = await storedOf(customerId);
    expect(errors).toEqual([]);
    expect(row).toEqual({
      ...unchanged,
      ...(name === 'Number' ? own : stored),
      version: 2,
      updatedAt: row?.updatedAt,
    });
    expect(row?.updatedAt.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(data).toEqual({
      [`updateCustomer${name}`]: {
        customer: { id: customerId, version: 2, updatedAt: row?.updatedAt.toISOString() },
      },
    });
  });

  test('fails with CONFLICT and the current version for a stale version, and changes nothing', async () => {
    const variables = { bankId, customerId, input, expectedVersion: 3 };

    const { errors } = await gateway.query(clerk.token, updateOf(name), variables);

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 1, field: 'expectedVersion' });
    expect(await storedOf(customerId)).toMatchObject({ version: 1 });
  });

  test('writes once and returns the customer again for one idempotency key', async () => {
    const own = name === 'Number' ? { customerNumber: randomUUID() } : input;
    const variables = { bankId, customerId, input: own, expectedVersion: 1, idempotencyKey: randomUUID() };

    const first = await gateway.query(clerk.token, updateOf(name), variables);
    const again = await gateway.query(clerk.token, updateOf(name), variables);

    expect(first.errors).toEqual([]);
    expect(again).toMatchObject({ errors: [], data: first.data });
    expect(await storedOf(customerId)).toMatchObject({ version: 2 });
  });
});

describe('updates of a customer', () => {
  test('return guarded fields of the customer only to a caller who can read them', async () => {
    const document = updateOf('Branch', 'customer { id addresses { id } }');

    const { data, errors } = await gateway.query(clerk.token, document, {
      bankId,
      customerId,
      input: { branchId: 'LEEDS1' },
    });

    expect(data).toEqual({ updateCustomerBranch: { customer: { id: customerId, addresses: null } } });
    expect(errors[0]?.extensions).toMatchObject({ missingRoles: ['CanGetCustomerAddress'] });
  });

  test.each([
    ['Branch', { branchId: null }, { branchId: null }],
    ['CreditLimit', { creditLimit: null }, { creditLimitCurrency: null, creditLimitAmount: null }],
    ['CreditRatingAndSource', { creditRating: null, creditSource: null }, { creditRating: null, creditSource: null }],
    ['Email', { email: null }, { email: null, emailSearch: null }],
    [
      'Data',
      { relationshipStatus: null, dependants: null, dobOfDependants: null, faceImage: null },
      { relationshipStatus: null, dependants: null, dobOfDependants: [], faceImageUrl: null },
    ],
  ])('updateCustomer%s unsets the fields that are null', async (name, input, stored) => {
    const { errors } = await gateway.query(clerk.token, updateOf(name), { bankId, customerId, input });

    expect(errors).toEqual([]);
    expect(await storedOf(customerId)).toMatchObject(stored);
  });

  const afterTomorrow = new Date(Date.now() + 48 * 3_600_000).toISOString().slice(0, 10);

  test.each([
    ['Branch', { branchId: 'DERBY 6' }, 'OBP-10001', 'input.branchId'],
    ['CreditLimit', { creditLimit: { currency: 'JPY', amount: '1.5' } }, 'OBP-10001', 'input.creditLimit.amount'],
    ['CreditLimit', { creditLimit: { currency: 'EUR', amount: '-1' } }, 'OBP-10001', 'input.creditLimit.amount'],
    ['CreditRatingAndSource', { creditRating: 'x'.repeat(101) }, 'OBP-10001', 'input.creditRating'],
    ['CreditRatingAndSource', { creditSource: 'x'.repeat(101) }, 'OBP-10001', 'input.creditSource'],
    ['Identity', { legalName: ' ' }, 'OBP-10001', 'input.legalName'],
    ['Identity', { legalName: 'x'.repeat(256) }, 'OBP-10001', 'input.legalName'],
    ['Identity', { legalName: 'Felix', dateOfBirth: afterTomorrow }, 'OBP-10001', 'input.dateOfBirth'],
    ['Identity', { legalName: 'Felix', title: 'Dr\u0000' }, 'OBP-10001', 'input.title'],
    ['MobilePhoneNumber', { mobilePhoneNumber: '030 901820' }, 'OBP-10001', 'input.mobilePhoneNumber'],
    ['Number', { customerNumber: '12::::34' }, 'OBP-10001', 'input.customerNumber'],
    ['Number', { customerNumber: '1'.repeat(51) }, 'OBP-10001', 'input.customerNumber'],
    ['Data', { dependants: 1, dobOfDependants: [] }, 'OBP-10020', 'input.dependants'],
    ['Data', { dobOfDependants: ['2012-09-08', '2014-09-08'] }, 'OBP-10020', 'input.dependants'],
    ['Data', { dependants: 1, dobOfDependants: [afterTomorrow] }, 'OBP-10001', 'input.dobOfDependants[0]'],
    ['Data', { relationshipStatus: 'x'.repeat(17) }, 'OBP-10001', 'input.relationshipStatus'],
    ['Data', { highestEducationAttained: 'x'.repeat(33) }, 'OBP-10001', 'input.highestEducationAttained'],
    ['Data', { employmentStatus: 'x'.repeat(33) }, 'OBP-10001', 'input.employmentStatus'],
  ])('updateCustomer%s with %j fails with %s and changes nothing', async (name, input, obpCode, field) => {
    const { errors } = await gateway.query(clerk.token, updateOf(name), { bankId, customerId, input });

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode, field });
    expect(await storedOf(customerId)).toMatchObject({ ...before, version: 1 });
  });

  test.each([
    ['Email', { email: 'felix@nowhere' }],
    ['CreditLimit', { creditLimit: { currency: 'EURO', amount: '1' } }],
    ['Data', { faceImage: { url: 'javascript:alert(1)' } }],
  ])('updateCustomer%s with %j fails with OBP-10001 and changes nothing', async (name, input) => {
    const { errors } = await gateway.query(clerk.token, updateOf(name), { bankId, customerId, input });

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001' });
    expect(await storedOf(customerId)).toMatchObject({ ...before, version: 1 });
  });

  test('keep all values and derived columns if different fields are updated at the same time', async () => {
    await Promise.all(
      [
        { name: 'Email', input: { email: 'Both@Example.com' } },
        { name: 'MobilePhoneNumber', input: { mobilePhoneNumber: '+49 30 901820' } },
        { name: 'Branch', input: { branchId: 'BOTH' } },
      ].map(({ name, input }) => gateway.query(clerk.token, updateOf(name), { bankId, customerId, input })),
    );

    expect(await storedOf(customerId)).toMatchObject({
      emailSearch: 'both@example.com',
      mobilePhoneNumberE164: '+4930901820',
      branchId: 'BOTH',
      version: 4,
    });
  });
});

describe('updateCustomerNumber', () => {
  test('fails with OBP-30006 for the number of another customer of the bank and changes nothing', async () => {
    const { customerNumber } = await insertCustomer(gateway.database, { bankId });
    const unchanged = await storedOf(customerId);

    const { errors } = await gateway.query(clerk.token, updateOf('Number'), {
      bankId,
      customerId,
      input: { customerNumber },
    });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', obpCode: 'OBP-30006' });
    expect(await storedOf(customerId)).toEqual(unchanged);
  });

  test('accepts the current number, and a number of a customer of another bank', async () => {
    const { customerNumber } = await insertCustomer(gateway.database, { bankId: otherBankId });
    const own = (await storedOf(customerId))?.customerNumber;

    const toOwn = { bankId, customerId, input: { customerNumber: own } };
    const toForeign = { bankId, customerId, input: { customerNumber } };
    const responses = [
      await gateway.query(clerk.token, updateOf('Number'), toOwn),
      await gateway.query(clerk.token, updateOf('Number'), toForeign),
    ];

    expect(responses.flatMap(({ errors }) => errors)).toEqual([]);
    expect(await storedOf(customerId)).toMatchObject({ customerNumber, version: 3 });
  });

  test('succeeds once when customers race for one number', async () => {
    const others = await Promise.all([1, 2, 3].map(() => insertCustomer(gateway.database, { bankId })));
    const input = { customerNumber: randomUUID() };

    const responses = await Promise.all(
      others.map(({ id }) => gateway.query(clerk.token, updateOf('Number'), { bankId, customerId: id, input })),
    );

    const codes = responses.map(({ errors }) => errors[0]?.extensions.obpCode ?? null);
    expect(codes.toSorted()).toEqual(['OBP-30006', 'OBP-30006', null]);
  });
});
