import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CustomerRow } from '../../src/domain/customer/customer.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer, insertCustomerAttribute, insertUserCustomerLink } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';

let gateway: Gateway;
let clerk: TestUser;
let stranger: TestUser;
let anna: CustomerRow;
let boris: CustomerRow;
let clara: CustomerRow;
let elsewhere: CustomerRow;

const day = (date: string) => new Date(`${date}T00:00:00Z`);

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  stranger = await gateway.createUser();
  clerk = await gateway.createUser({
    roles: [
      ['CanGetCustomer', bankId],
      ['CanGetCustomers', bankId],
      ['CanGetCustomersMinimal', bankId],
      ['CanGetCustomerAttributesAtOneBank', bankId],
      ['CanGetCustomersAtAnyBank', null],
      ['CanGetCustomersMinimalAtAnyBank', null],
    ],
  });
  const { database } = gateway;
  anna = await insertCustomer(database, {
    bankId,
    customerNumber: '1001',
    legalName: 'Ánna  Maria 100% Šmídová',
    mobilePhoneNumber: '+44 07972 444 876',
    email: 'Anna@Example.com',
    kycStatus: true,
    lastOkDate: day('2024-03-01'),
    branchId: 'DERBY6',
    createdAt: day('2020-01-01'),
    creditRating: 'AA',
    creditSource: 'Experian',
    creditLimitCurrency: 'EUR',
    creditLimitAmount: '1500.50',
    faceImageUrl: 'https://faces.example.com/anna.png',
    dateOfBirth: '1980-02-29',
    dependants: 1,
    dobOfDependants: ['2010-05-06'],
  });
  boris = await insertCustomer(database, {
    bankId,
    customerNumber: '1002',
    legalName: 'Boris Anders',
    mobilePhoneNumber: '+49 30 123456',
    email: null,
    createdAt: day('2021-01-01'),
  });
  clara = await insertCustomer(database, {
    bankId,
    customerNumber: '1003',
    legalName: 'Clara Manna',
    mobilePhoneNumber: '+4915112345678',
    email: 'clara@example.com',
    kycStatus: true,
    lastOkDate: day('2023-03-01'),
    createdAt: day('2022-01-01'),
  });
  elsewhere = await insertCustomer(database, {
    bankId: otherBankId,
    customerNumber: '1001',
    legalName: 'Anna Elsewhere',
    mobilePhoneNumber: '+447972444876',
    lastOkDate: day('2025-01-01'),
    createdAt: day('2019-01-01'),
  });
  await insertCustomerAttribute(database, { bankId, customerId: clara.id, name: 'SEGMENT', value: 'GOLD' });
  await insertCustomerAttribute(database, { bankId, customerId: boris.id, name: 'SEGMENT', value: 'SILVER' });
});

afterAll(() => gateway.stop());

describe('customer', () => {
  test('fails with OBP-30046 for a customer of another bank', async () => {
    const { data, errors } = await gateway.query(
      clerk.token,
      `{ customer(bankId: "${bankId}", customerId: "${elsewhere.id}") { id } }`,
    );

    expect(data).toEqual({ customer: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-30046' });
  });

  test('does not reveal to a caller without the role whether a customer exists', async () => {
    const read = (id: string) =>
      gateway.query(stranger.token, `{ customer(bankId: "${bankId}", customerId: "${id}") { id } }`);

    const [known, unknown] = [await read(anna.id), await read('no-customer')];

    expect(known.errors).toEqual(unknown.errors);
    expect(known.errors[0]?.extensions.obpCode).toBe('OBP-20006');
  });

  test('returns all fields', async () => {
    const { data, errors } = await gateway.query(
      clerk.token,
      `{ customer(bankId: "${bankId}", customerId: "${anna.id}") {
          id bankId customerNumber legalName mobilePhoneNumber mobilePhoneNumberE164 email faceImage { url date }
          dateOfBirth relationshipStatus dependants dobOfDependants creditRating { rating source }
          creditLimit { currency amount } highestEducationAttained employmentStatus kycStatus lastOkDate title branchId
          nameSuffix createdAt version bank { id } } }`,
    );

    expect(errors).toEqual([]);
    expect(data?.customer).toEqual({
      id: anna.id,
      bankId,
      customerNumber: '1001',
      legalName: 'Ánna  Maria 100% Šmídová',
      mobilePhoneNumber: '+44 07972 444 876',
      mobilePhoneNumberE164: '+447972444876',
      email: 'Anna@Example.com',
      faceImage: { url: 'https://faces.example.com/anna.png', date: null },
      dateOfBirth: '1980-02-29',
      relationshipStatus: null,
      dependants: 1,
      dobOfDependants: ['2010-05-06'],
      creditRating: { rating: 'AA', source: 'Experian' },
      creditLimit: { currency: 'EUR', amount: '1500.50' },
      highestEducationAttained: null,
      employmentStatus: null,
      kycStatus: true,
      lastOkDate: '2024-03-01T00:00:00.000Z',
      title: null,
      branchId: 'DERBY6',
      nameSuffix: null,
      createdAt: '2020-01-01T00:00:00.000Z',
      version: 1,
      bank: { id: bankId },
    });
  });
});

describe('customerByNumber', () => {
  test('fails with OBP-30002 for a number that the bank does not have', async () => {
    const { errors } = await gateway.query(
      clerk.token,
      `{ customerByNumber(bankId: "${bankId}", customerNumber: "9999") { id } }`,
    );

    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-30002' });
  });

  test('returns the customer of the bank, even if another bank has the same number', async () => {
    const { data } = await gateway.query(
      clerk.token,
      `{ customerByNumber(bankId: "${bankId}", customerNumber: "1001") { id } }`,
    );

    expect(data?.customerByNumber).toEqual({ id: anna.id });
  });
});

interface Listed {
  nodes: { id: string }[];
  edges: { cursor: string }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  totalCount: number;
}

const listed =
  'nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount';

async function list(call: string, caller = clerk) {
  const { data, errors } = await gateway.query<{ list: Listed | null }>(
    caller.token,
    `{ list: ${call} { ${listed} } }`,
  );
  return { list: data?.list ?? null, ids: data?.list?.nodes.map(({ id }) => id) ?? null, errors };
}

describe('customers', () => {
  test.each([
    ['first: 0', 'OBP-10025'],
    ['first: 101', 'OBP-10025'],
    ['first: -1', 'OBP-10025'],
  ])('fails for %s instead of clamping it', async (argument, obpCode) => {
    const { list: result, errors } = await list(`customers(bankId: "${bankId}", ${argument})`);

    expect(result).toBeNull();
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode, field: 'first' });
  });

  test.each([
    ['LAST_OK_DATE', 'DESC', () => [anna, clara, boris]],
    ['LAST_OK_DATE', 'ASC', () => [boris, clara, anna]],
    ['CREATED', 'DESC', () => [clara, boris, anna]],
    ['CREATED', 'ASC', () => [anna, boris, clara]],
    ['CUSTOMER_NUMBER', 'DESC', () => [clara, boris, anna]],
    ['CUSTOMER_NUMBER', 'ASC', () => [anna, boris, clara]],
  ] as const)('sorts by %s %s, with null last in DESC', async (sortBy, sortDirection, expected) => {
    const order = `sortBy: ${sortBy}, sortDirection: ${sortDirection}`;
    const whole = await list(`customers(bankId: "${bankId}", ${order})`);
    const ids = expected().map(({ id }) => id);

    expect(whole.ids).toEqual(ids);
    expect(whole.list?.totalCount).toBe(3);

    const walked: string[] = [];
    let after = '';
    for (const hasNextPage of [true, true, false]) {
      const page = await list(`customers(bankId: "${bankId}", first: 1, ${order} ${after})`);
      walked.push(...(page.ids ?? []));
      expect(page.list?.pageInfo).toMatchObject({ hasNextPage, hasPreviousPage: after !== '' });
      expect(page.list?.pageInfo.endCursor).toBe(page.list?.edges.at(-1)?.cursor);
      after = `after: "${page.list?.pageInfo.endCursor}"`;
    }
    expect(walked).toEqual(ids);
  });

  test('fails for a cursor of another sort order, filter, or list, and for an invalid cursor', async () => {
    const page = await list(`customers(bankId: "${bankId}", first: 1)`);
    const cursor = page.list?.pageInfo.endCursor;

    for (const call of [
      `customers(bankId: "${bankId}", sortDirection: ASC, after: "${cursor}")`,
      `customers(bankId: "${bankId}", sortBy: CREATED, after: "${cursor}")`,
      `customers(bankId: "${bankId}", filter: { kycStatus: true }, after: "${cursor}")`,
      `customersAtAnyBank(after: "${cursor}")`,
      `customers(bankId: "${bankId}", after: "${cursor?.slice(1)}")`,
      `customers(bankId: "${bankId}", after: "")`,
    ]) {
      const { list: result, errors } = await list(call);
      expect(result).toBeNull();
      expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: null, field: 'after' });
    }
  });

  test.each([
    ['customerNumber: "1002"', () => [boris]],
    ['customerNumber: "100"', () => []],
    ['legalNameStartsWith: "ánna MARIA"', () => [anna]],
    ['legalNameStartsWith: "anna"', () => []],
    ['legalNameContains: "ANN"', () => [clara]],
    ['legalNameContains: "00% š"', () => [anna]],
    ['legalNameContains: "a_d"', () => []],
    ['legalNameContains: "\\"or"', () => []],
    ['email: "anna@example.COM"', () => [anna]],
    ['mobilePhoneNumber: "+44 7972 444876"', () => [anna]],
    ['mobilePhoneNumber: "%123456%"', () => [clara, boris]],
    ['mobilePhoneNumber: "+49_0123%"', () => [boris]],
    ['mobilePhoneNumber: "+49_01%456"', () => [boris]],
    ['mobilePhoneNumber: "%797%876"', () => [anna]],
    [`mobilePhoneNumber: "+44797${'%'.repeat(1_900)}444876"`, () => [anna]],
    ['mobilePhoneNumber: "_447972444876%___"', () => []],
    ['mobilePhoneNumber: "%797%87"', () => []],
    ['mobilePhoneNumber: "%511%151%"', () => []],
    ['mobilePhoneNumber: "07972 444 876"', () => []],
    ['kycStatus: true', () => [anna, clara]],
    ['kycStatus: false', () => [boris]],
    ['branchId: "DERBY6"', () => [anna]],
    ['createdFrom: "2021-01-01T00:00:00Z"', () => [clara, boris]],
    ['createdBefore: "2021-01-01T00:00:00Z"', () => [anna]],
    ['createdFrom: "2020-06-01T00:00:00Z", createdBefore: "2021-06-01T00:00:00Z"', () => [boris]],
    ['lastOkFrom: "2024-01-01T00:00:00Z"', () => [anna]],
    ['lastOkBefore: "2024-01-01T00:00:00Z"', () => [clara]],
    ['attributes: [{ name: "SEGMENT", value: "GOLD" }]', () => [clara]],
    ['attributes: [{ name: "SEGMENT", value: "gold" }]', () => []],
    ['kycStatus: true, createdFrom: "2021-01-01T00:00:00Z", legalNameStartsWith: "c"', () => [clara]],
    ['kycStatus: true, branchId: "DERBY6", customerNumber: "1003"', () => []],
  ] as const)('with the filter { %s } returns the customers that meet all conditions', async (filter, expected) => {
    const { ids, list: result, errors } = await list(`customers(bankId: "${bankId}", filter: { ${filter} })`);

    expect(errors).toEqual([]);
    expect([...(ids ?? [])].sort()).toEqual(
      expected()
        .map(({ id }) => id)
        .sort(),
    );
    expect(result?.totalCount).toBe(expected().length);
  });

  test.each([
    ['mobilePhoneNumber: "%12%"', 'filter.mobilePhoneNumber', null],
    ['mobilePhoneNumber: "%"', 'filter.mobilePhoneNumber', null],
    ['mobilePhoneNumber: "1_2_3_4"', 'filter.mobilePhoneNumber', null],
    ['mobilePhoneNumber: "12"', 'filter.mobilePhoneNumber', 'OBP-10001'],
    ['mobilePhoneNumber: "12345x"', 'filter.mobilePhoneNumber', 'OBP-10001'],
    ['mobilePhoneNumber: "07972 444 %"', 'filter.mobilePhoneNumber', 'OBP-10001'],
    ['mobilePhoneNumber: "44 7972 444 %"', 'filter.mobilePhoneNumber', 'OBP-10001'],
    ['mobilePhoneNumber: "%(0)7972 444 %"', 'filter.mobilePhoneNumber', 'OBP-10001'],
    [`mobilePhoneNumber: "${'%797'.repeat(6)}"`, 'filter.mobilePhoneNumber', 'OBP-10001'],
    ['legalNameContains: "an"', 'filter.legalNameContains', 'OBP-10001'],
    [`legalNameContains: "${'ann'.repeat(86)}"`, 'filter.legalNameContains', 'OBP-10001'],
  ])('fails for the filter { %s }, which no index supports', async (filter, field, obpCode) => {
    const { list: result, errors } = await list(`customers(bankId: "${bankId}", filter: { ${filter} })`);

    expect(result).toBeNull();
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field, obpCode });
  });

  test('customersAtAnyBank returns the customers of all banks in one order', async () => {
    const { ids } = await list('customersAtAnyBank(sortBy: CREATED)');

    expect(ids).toEqual([clara.id, boris.id, anna.id, elsewhere.id]);
  });
});

test('a filter by attribute is refused to a caller who cannot read attributes, because it would reveal values', async () => {
  const reader = await gateway.createUser({ roles: [['CanGetCustomers', bankId]] });

  const { list: result, errors } = await list(
    `customers(bankId: "${bankId}", filter: { attributes: [{ name: "SEGMENT", value: "GOLD" }] })`,
    reader,
  );

  expect(result).toBeNull();
  expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', obpCode: 'OBP-20006', field: 'filter.attributes' });
});

test('a filter is checked before the page size, and access to the filter before both', async () => {
  const reader = await gateway.createUser({ roles: [['CanGetCustomers', bankId]] });
  const invalid = `customers(bankId: "${bankId}", first: 0, filter: { legalNameContains: "ab" })`;
  const refused = `customers(bankId: "${bankId}", first: 0, filter: {
    legalNameContains: "ab", attributes: [{ name: "SEGMENT", value: "GOLD" }] })`;

  expect((await list(invalid, reader)).errors).toMatchObject([{ extensions: { field: 'filter.legalNameContains' } }]);
  expect((await list(refused, reader)).errors).toMatchObject([{ extensions: { field: 'filter.attributes' } }]);
});

test('a cursor does not reveal the values by which the list is sorted', async () => {
  const { data } = await gateway.query<{ customersMinimal: { pageInfo: { endCursor: string } } }>(
    clerk.token,
    `{ customersMinimal(bankId: "${bankId}", first: 1) { pageInfo { endCursor } } }`,
  );

  const decoded = Buffer.from(data?.customersMinimal.pageInfo.endCursor ?? '', 'base64url').toString('latin1');
  expect(decoded.length).toBeGreaterThan(40);
  expect(decoded).not.toMatch(/date|170925/);
});

test('customersMinimal and customersMinimalAtAnyBank return the IDs of banks and customers', async () => {
  const { data } = await gateway.query(
    clerk.token,
    `{ one: customersMinimal(bankId: "${bankId}", first: 1) { nodes { bankId customerId } totalCount }
       any: customersMinimalAtAnyBank(first: 1, sortDirection: DESC) { nodes { bankId customerId } totalCount } }`,
  );

  expect(data).toEqual({
    one: { nodes: [{ bankId, customerId: anna.id }], totalCount: 3 },
    any: { nodes: [{ bankId: otherBankId, customerId: elsewhere.id }], totalCount: 4 },
  });
});

test.each([
  ['%7972444%', () => [anna]],
  ['+44 (7972) 444-876', () => [anna]],
  ['+491511234567_', () => [clara]],
  ['%999%', () => []],
  ['+44 7972 444 %', () => [anna]],
  ['+44 07972 444 %', () => [anna]],
  ['+44 ７972 444 %', () => [anna]],
  ['0044 7972 444 %', () => [anna]],
  ['0044 (0) 7972 444 %', () => [anna]],
  ['+44 (0)7972 444 %', () => [anna]],
  ['+44 (0)79_2 %', () => [anna]],
  ['+44 0%', () => [anna]],
  ['+44 (0)7973 %', () => []],
  ['+49 (0)151 1234567_', () => [clara]],
] as const)('customersByMobilePhoneNumber finds %s at the bank only', async (pattern, expected) => {
  const { ids } = await list(`customersByMobilePhoneNumber(bankId: "${bankId}", mobilePhoneNumber: "${pattern}")`);

  expect(ids).toEqual(expected().map(({ id }) => id));
});

describe('firehoseCustomers', () => {
  const document = `{ firehoseCustomers(bankId: "${bankId}") { id } }`;

  test('fails with OBP-00012 while the setting is off, even with the role', async () => {
    const reader = await gateway.createUser({ roles: [['CanUseCustomerFirehoseAtAnyBank', null]] });

    const { errors } = await gateway.query(reader.token, document);

    expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', obpCode: 'OBP-00012' });
  });

  describe('while the setting is on', () => {
    let open: Gateway;
    let reader: TestUser;
    const ids: string[] = [];

    beforeAll(async () => {
      open = await startGateway({ environment: { GATEWAY_CUSTOMER_FIREHOSE: 'on' } });
      await open.createBank(bankId);
      reader = await open.createUser({ roles: [['CanUseCustomerFirehoseAtAnyBank', null]] });
      for (const [index, value] of ['GOLD', 'SILVER', 'GOLD'].entries()) {
        const lastOkDate = day(`2024-01-0${index + 1}`);
        const { id } = await insertCustomer(open.database, { bankId, lastOkDate, updatedAt: lastOkDate });
        await insertCustomerAttribute(open.database, { bankId, customerId: id, name: 'SEGMENT', value });
        ids.push(id);
      }
    });

    afterAll(() => open.stop());

    const read = (args: string) =>
      open.query<{ firehoseCustomers: { id: string }[] | null }>(
        reader.token,
        `{ firehoseCustomers(bankId: "${bankId}", ${args}) { id } }`,
      );

    test.each([
      ['limit: 0', 'OBP-10025'],
      ['limit: 501', 'OBP-10025'],
      ['offset: -1', 'OBP-10024'],
    ])('fails for %s', async (args, obpCode) => {
      const { data, errors } = await read(args);

      expect(data).toEqual({ firehoseCustomers: null });
      expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode });
    });

    test.each([
      ['limit: 500', [2, 1, 0]],
      ['limit: 1, offset: 1', [1]],
      ['sortDirection: ASC', [0, 1, 2]],
      ['fromDate: "2024-01-02T00:00:00Z"', [2, 1]],
      ['toDate: "2024-01-02T00:00:00Z"', [1, 0]],
      ['attributes: [{ name: "SEGMENT", value: "GOLD" }]', [2, 0]],
      ['limit: 1, offset: 1, attributes: [{ name: "SEGMENT", value: "GOLD" }]', [0]],
      ['attributes: [{ name: "SEGMENT", value: "GOLD" }, { name: "SEGMENT", value: "SILVER" }]', [2, 1, 0]],
      ['attributes: []', []],
    ])('with %s returns the matching customers', async (args, expected) => {
      const { data, errors } = await read(args);

      expect(errors).toEqual([]);
      expect(data?.firehoseCustomers?.map(({ id }) => id)).toEqual(expected.map((index) => ids[index]));
    });
  });
});

test('a refused field of many customers has an error for each, which names the bank once', async () => {
  const { data, errors } = await gateway.query(
    clerk.token,
    '{ customersAtAnyBank(sortBy: CREATED) { nodes { id addresses { id } } } }',
  );

  expect(data).toMatchObject({ customersAtAnyBank: { nodes: [0, 1, 2, 3].map(() => ({ addresses: null })) } });
  expect(errors.map(({ path, extensions }) => [path?.at(-2), extensions.key, extensions.bankId])).toEqual([
    [0, 'OBP-20006', bankId],
    [1, 'OBP-20006', undefined],
    [2, 'OBP-20006', undefined],
    [3, 'OBP-20006', otherBankId],
  ]);
});

test('a linked user of another customer cannot read the customer through the root field customer', async () => {
  const linked = await gateway.createUser();
  const other = await insertCustomer(gateway.database, { bankId: otherBankId });
  await insertUserCustomerLink(gateway.database, { bankId: otherBankId, customerId: other.id, userId: linked.id });

  const { errors } = await gateway.query(
    linked.token,
    `{ customer(bankId: "${bankId}", customerId: "${anna.id}") { id } }`,
  );

  expect(errors[0]?.extensions.obpCode).toBe('OBP-20006');
});
