/** Filters by attributes: exact values, ranges, several at once, their limits, and access to them. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AttributeType } from '../../src/domain/attribute/attribute-type.ts';
import { customerAttribute } from '../../src/domain/customer/customer-attribute.table.ts';
import { type Gateway, type GatewayResponse, startGateway, type TestUser } from '../support/gateway.ts';
import { readPages } from '../support/paging.ts';
import { insertAttributeDefinition, insertCustomer, insertCustomerAttribute } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const { STRING, INTEGER, DOUBLE, DATE_WITH_DAY } = AttributeType;

let gateway: Gateway;
let clerk: TestUser;

/** The attributes of each customer, which is known by its number. */
const customers: Record<string, [name: string, type: AttributeType, value: string][]> = {
  anna: [
    ['SEGMENT', STRING, 'GOLD'],
    ['SCORE', INTEGER, '7'],
    ['FEE', DOUBLE, '2.50'],
    ['SINCE', DATE_WITH_DAY, '2012-04-23'],
  ],
  boris: [
    ['SEGMENT', STRING, 'GOLD'],
    ['SCORE', INTEGER, '+0010'],
    ['FEE', DOUBLE, '1e1'],
    ['SINCE', DATE_WITH_DAY, '2020-02-29'],
  ],
  clara: [
    ['SEGMENT', STRING, 'SILVER'],
    ['SCORE', INTEGER, '-3'],
    ['FEE', DOUBLE, '-0.5'],
    ['SINCE', DATE_WITH_DAY, '0999-12-31'],
  ],
  // Several attributes with the same name.
  dora: [
    ['SEGMENT', STRING, 'GOLD'],
    ['SEGMENT', STRING, 'SILVER'],
    ['SCORE', INTEGER, '2'],
    ['SCORE', INTEGER, '20'],
  ],
  // Numbers that are not exact as floating-point numbers.
  emil: [['SCORE', INTEGER, '9007199254740993']],
  // The name has another type here, and the digits of a text are not a number.
  fanny: [['SCORE', DOUBLE, '7.5']],
  gustav: [['SCORE', STRING, '8']],
};

/** Values that an earlier version imported although they are not of their type. */
const invalid: [type: AttributeType, value: string][] = [
  [INTEGER, 'seven'],
  [INTEGER, '7.0'],
  [DOUBLE, '7,5'],
  [DOUBLE, '1e999'],
  [DATE_WITH_DAY, '2012-02-30'],
  [DATE_WITH_DAY, '7'],
];

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  clerk = await gateway.createUser({
    roles: [
      ['CanGetCustomers', bankId],
      ['CanGetCustomerAttributesAtOneBank', bankId],
      ['CanCreateCustomerAttributeAtOneBank', bankId],
      ['CanUpdateCustomerAttributeAtOneBank', bankId],
      ['CanGetCustomersAtAnyBank', null],
      ['CanGetCustomerAttributesAtAnyBank', null],
      ['CanUseCustomerFirehoseAtAnyBank', null],
    ],
  });
  const { database } = gateway;
  for (const [customerNumber, attributes] of Object.entries(customers)) {
    const { id: customerId } = await insertCustomer(database, { bankId, customerNumber });
    for (const [name, type, value] of attributes) {
      await insertCustomerAttribute(database, { bankId, customerId, name, type, value });
    }
  }
  const { id: customerId } = await insertCustomer(database, { bankId, customerNumber: 'invalid' });
  for (const [type, value] of invalid) {
    await insertCustomerAttribute(database, { bankId, customerId, name: 'SCORE', type, value });
  }
  const elsewhere = await insertCustomer(database, { bankId: otherBankId, customerNumber: 'elsewhere' });
  const score = { name: 'SCORE', type: INTEGER, value: '8' };
  await insertCustomerAttribute(database, { bankId: otherBankId, customerId: elsewhere.id, ...score });
  const definitions = [
    ['TEXT', STRING],
    ['WHOLE', INTEGER],
    ['AMOUNT', DOUBLE],
    ['DAY', DATE_WITH_DAY],
  ] as const;
  for (const [name, type] of definitions) await insertAttributeDefinition(database, { bankId, name, type });
  await insertAttributeDefinition(database, { bankId, name: 'INACTIVE', type: STRING, isActive: false });
});

afterAll(() => gateway.stop());

interface Listed {
  list: { nodes: { customerNumber: string }[]; totalCount: number } | null;
}

function list(attributes: unknown, { user = clerk, of = `customers(bankId: "${bankId}", ` } = {}) {
  return gateway.query<Listed>(
    user.token,
    `query ($attributes: [AttributeFilter!]) {
      list: ${of}filter: { attributes: $attributes }) { nodes { customerNumber } totalCount } }`,
    { attributes },
  );
}

async function numbersOf(response: Promise<GatewayResponse<Listed>>): Promise<string[]> {
  const { data, errors } = await response;
  expect(errors).toEqual([]);
  const numbers = data?.list?.nodes.map(({ customerNumber }) => customerNumber) ?? [];
  expect(data?.list?.totalCount).toBe(numbers.length);
  return numbers.sort();
}

describe('a filter by attributes', () => {
  test.each([
    ['an exact text', [{ name: 'SEGMENT', value: 'GOLD' }], ['anna', 'boris', 'dora']],
    ['an exact text in another case', [{ name: 'SEGMENT', value: 'gold' }], []],
    ['an exact number, as it is stored', [{ name: 'SCORE', value: '+0010' }], ['boris']],
    ['an exact number in another notation', [{ name: 'SCORE', value: '10' }], []],
    ['a range that contains one number in every notation', [{ name: 'SCORE', from: '1e1', to: '10.0' }], ['boris']],
    ['both bounds inclusive', [{ name: 'SCORE', from: '7', to: '10' }], ['anna', 'boris', 'fanny']],
    ['bounds between the values', [{ name: 'SCORE', from: '7.1', to: '9.9' }], ['fanny']],
    ['no largest value', [{ name: 'SCORE', from: '10' }], ['boris', 'dora', 'emil']],
    ['no smallest value', [{ name: 'SCORE', to: '2' }], ['clara', 'dora']],
    ['a negative bound', [{ name: 'SCORE', from: '-3', to: '-3.0' }], ['clara']],
    ['a bound beyond the floating-point numbers', [{ name: 'SCORE', from: '9007199254740993' }], ['emil']],
    ['the next bound', [{ name: 'SCORE', from: '9007199254740994' }], []],
    ['the bound before', [{ name: 'SCORE', from: '9007199254740992', to: '9007199254740992' }], []],
    ['a decimal number with zeros at the end', [{ name: 'FEE', from: '2.5', to: '2.5000' }], ['anna']],
    ['decimal numbers with an exponent', [{ name: 'FEE', from: '+9.99' }], ['boris']],
    ['negative decimal numbers', [{ name: 'FEE', to: '-0.49' }], ['clara']],
    ['a day', [{ name: 'SINCE', from: '2012-04-23', to: '2012-04-23' }], ['anna']],
    ['a day as its midnight in UTC', [{ name: 'SINCE', from: '2012-04-23T00:00:00Z', to: '2012-04-23' }], ['anna']],
    ['days from a date on', [{ name: 'SINCE', from: '2012-04-24' }], ['boris']],
    ['days until a date', [{ name: 'SINCE', to: '2012-04-23' }], ['anna', 'clara']],
    ['a number for dates', [{ name: 'SINCE', from: '0' }], []],
    ['a date for numbers', [{ name: 'SCORE', from: '0001-01-01' }], []],
    ['a range of an unknown name', [{ name: 'UNKNOWN', from: '0' }], []],
    ['a range of an inactive definition', [{ name: 'INACTIVE', from: '0' }], []],
    ['an empty list', [], ['anna', 'boris', 'clara', 'dora', 'emil', 'fanny', 'gustav', 'invalid']],
    ['null', null, ['anna', 'boris', 'clara', 'dora', 'emil', 'fanny', 'gustav', 'invalid']],
    [
      'null in place of omitted bounds',
      [{ name: 'SCORE', value: null, from: '8', to: null }],
      ['boris', 'dora', 'emil'],
    ],
    [
      'several names, which must all match',
      [
        { name: 'SCORE', from: '0' },
        { name: 'SEGMENT', value: 'GOLD' },
        { name: 'SINCE', to: '2015-01-01' },
      ],
      ['anna'],
    ],
    [
      'the same name twice, matched by two attributes of a customer',
      [
        { name: 'SEGMENT', value: 'GOLD' },
        { name: 'SEGMENT', value: 'SILVER' },
      ],
      ['dora'],
    ],
    [
      'ranges of the same name without overlap',
      [
        { name: 'SCORE', to: '2' },
        { name: 'SCORE', from: '20' },
      ],
      ['dora'],
    ],
    [
      'one range of the same name, which a single attribute must match',
      [{ name: 'SCORE', from: '3', to: '19' }],
      ['anna', 'boris', 'fanny'],
    ],
    [
      'the same entry ten times',
      Array.from({ length: 10 }, () => ({ name: 'SEGMENT', value: 'SILVER' })),
      ['clara', 'dora'],
    ],
  ])('finds customers by %s', async (_what, attributes, expected) => {
    expect(await numbersOf(list(attributes))).toEqual(expected);
  });

  test('accepts a single entry in place of a list', async () => {
    expect(await numbersOf(list({ name: 'SCORE', from: '20' }))).toEqual(['dora', 'emil']);
  });

  test('finds customers of all banks, also with names that one of the banks defined', async () => {
    const of = 'customersAtAnyBank(';
    const score = { name: 'SCORE', from: '8', to: '10' };

    expect(await numbersOf(list([score], { of }))).toEqual(['boris', 'elsewhere']);
    expect(await numbersOf(list([{ name: 'TEXT', from: '8' }], { of }))).toEqual([]);
  });

  test('works in lists of a bank', async () => {
    const { data, errors } = await gateway.query(
      clerk.token,
      `{ bank(bankId: "${bankId}") { customers(filter: { attributes: [{ name: "FEE", from: "3" }] }) {
        nodes { customerNumber } } } }`,
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ bank: { customers: { nodes: [{ customerNumber: 'boris' }] } } });
  });

  test('follows attributes that are created and updated', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId, customerNumber: 'hanna' });
    const created = await gateway.query<{ createCustomerAttribute: { customerAttribute: { id: string } } }>(
      clerk.token,
      `mutation { createCustomerAttribute(bankId: "${bankId}", customerId: "${customerId}",
        input: { name: "LEVEL", type: INTEGER, value: "-007" }) { customerAttribute { id } } }`,
    );
    expect(await numbersOf(list([{ name: 'LEVEL', to: '-7' }]))).toEqual(['hanna']);

    const id = created.data?.createCustomerAttribute.customerAttribute.id;
    const update = (type: string, value: string) =>
      gateway.query(
        clerk.token,
        `mutation { updateCustomerAttribute(bankId: "${bankId}", customerId: "${customerId}", id: "${id}",
          input: { name: "LEVEL", type: ${type}, value: "${value}" }) { customerAttribute { id } } }`,
      );
    expect((await update('DOUBLE', '1.5')).errors).toEqual([]);
    expect(await numbersOf(list([{ name: 'LEVEL', to: '-7' }]))).toEqual([]);
    expect(await numbersOf(list([{ name: 'LEVEL', from: '1.5' }]))).toEqual(['hanna']);
    expect((await update('STRING', '1.5')).errors).toEqual([]);
    expect(await numbersOf(list([{ name: 'LEVEL', from: '1.5' }]))).toEqual([]);
    await gateway.database.transaction((transaction) =>
      transaction.delete(customerAttribute).where(eq(customerAttribute.customerId, customerId)),
    );
  });
});

describe('a filter by attributes fails for', () => {
  const path = 'filter.attributes[0]';
  const isNone = 'must be a number, or a date in the form YYYY-MM-DD';
  const defined = (type: string) => `because the bank defined the type ${type} for this name`;
  test.each([
    ['an entry with neither', { name: 'SCORE' }, path, 'must have a value, or one or both of from and to'],
    [
      'a value and a bound',
      { name: 'SCORE', value: '7', to: '8' },
      `${path}.value`,
      'must be omitted if the entry has',
    ],
    ['a bound that is not a number', { name: 'SCORE', from: 'seven' }, `${path}.from`, isNone],
    ['a number with a comma', { name: 'SCORE', to: '7,5' }, `${path}.to`, isNone],
    ['an empty bound', { name: 'SCORE', from: '' }, `${path}.from`, isNone],
    ['a date that does not exist', { name: 'SINCE', from: '2023-02-29' }, `${path}.from`, isNone],
    ['a date with a time', { name: 'SINCE', to: '2023-02-28T12:00:00Z' }, `${path}.to`, isNone],
    [
      'a number and a date',
      { name: 'SCORE', from: '1', to: '2023-02-28' },
      `${path}.to`,
      'must be a number, because from',
    ],
    [
      'numbers in the wrong order',
      { name: 'SCORE', from: '10', to: '9' },
      `${path}.from`,
      'must not be greater than to',
    ],
    [
      'negative numbers in the wrong order',
      { name: 'SCORE', from: '-1', to: '-2' },
      `${path}.from`,
      'must not be greater',
    ],
    [
      'dates in the wrong order',
      { name: 'SINCE', from: '2012-04-23', to: '2012-04-22' },
      `${path}.from`,
      'must not be',
    ],
    ['a range of texts', { name: 'TEXT', from: '1' }, `${path}.from`, `must be omitted, ${defined('STRING')}`],
    [
      'a range of texts without numbers',
      { name: 'TEXT', to: 'Z' },
      `${path}.to`,
      `must be omitted, ${defined('STRING')}`,
    ],
    [
      'a date for an integer',
      { name: 'WHOLE', from: '2012-04-23' },
      `${path}.from`,
      `must be a number, ${defined('INTEGER')}`,
    ],
    [
      'a date for a decimal number',
      { name: 'AMOUNT', to: '2012-04-23' },
      `${path}.to`,
      `must be a number, ${defined('DOUBLE')}`,
    ],
    [
      'a number for a date',
      { name: 'DAY', from: '2012' },
      `${path}.from`,
      `must be a date, ${defined('DATE_WITH_DAY')}`,
    ],
    [
      'too many digits',
      { name: 'SCORE', from: '1'.repeat(101) },
      `${path}.from`,
      'must have at most 100 significant digits',
    ],
  ])('%s', async (_what, entry, field, rule) => {
    const { data, errors } = await list([entry]);

    expect(data).toEqual({ list: null });
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toContain(`${field} ${rule}`);
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001', field });
  });

  test('an entry among valid ones, by its position', async () => {
    const { errors } = await list([{ name: 'SEGMENT', value: 'GOLD' }, { name: 'SCORE' }]);

    expect(errors[0]?.extensions).toMatchObject({ field: 'filter.attributes[1]' });
  });

  test('more than 10 entries, before anything is read', async () => {
    const { data, errors } = await list(Array.from({ length: 11 }, () => ({ name: 'SEGMENT' })));

    expect(data).toEqual({ list: null });
    expect(errors).toMatchObject([
      { extensions: { code: 'LIMIT_EXCEEDED', key: 'TOO_MANY_ITEMS', field: 'filter.attributes', limit: 10 } },
    ]);
  });

  test.each([
    ['no role for attributes', [['CanGetCustomers', bankId]]],
    [
      'a role for one attribute only',
      [
        ['CanGetCustomers', bankId],
        ['CanGetCustomerAttributeAtOneBank', bankId],
      ],
    ],
    [
      'the role at another bank',
      [
        ['CanGetCustomers', bankId],
        ['CanGetCustomerAttributesAtOneBank', otherBankId],
      ],
    ],
  ] as const)('a caller with %s, even if the entry is invalid', async (_what, roles) => {
    const user = await gateway.createUser({ roles: roles.map(([role, at]) => [role, at]) });

    for (const entry of [{ name: 'SCORE', from: '0' }, { name: 'SCORE', value: '7' }, { name: 'SCORE' }]) {
      const { data, errors } = await list([entry], { user });
      expect(data).toEqual({ list: null });
      expect(errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN', obpCode: 'OBP-20006', field: 'filter.attributes' } },
      ]);
    }
  });

  test('a caller who can read the attributes of one bank, at all banks', async () => {
    const user = await gateway.createUser({
      roles: [
        ['CanGetCustomersAtAnyBank', null],
        ['CanGetCustomerAttributesAtOneBank', bankId],
      ],
    });

    const { errors } = await list([{ name: 'SCORE', from: '0' }], { user, of: 'customersAtAnyBank(' });
    expect(errors).toMatchObject([{ extensions: { obpCode: 'OBP-20006', field: 'filter.attributes' } }]);
  });
});

describe('pages of customers in a range', () => {
  const pagedBank = 'paged.bank';
  const count = 25;
  let user: TestUser;
  const page = /* GraphQL */ `query ($bankId: ID!, $after: String, $sortBy: CustomerSort, $sortDirection: SortDirection, $attributes: [AttributeFilter!]) {
    list: customers(bankId: $bankId, first: 4, after: $after, sortBy: $sortBy, sortDirection: $sortDirection,
      filter: { attributes: $attributes }) { nodes { customerNumber } pageInfo { hasNextPage endCursor } } }`;

  beforeAll(async () => {
    await gateway.createBank(pagedBank);
    user = await gateway.createUser({
      roles: [
        ['CanGetCustomers', pagedBank],
        ['CanGetCustomerAttributesAtOneBank', pagedBank],
      ],
    });
    for (let index = 0; index < count; index += 1) {
      const lastOkDate = new Date(Date.UTC(2024, 0, 1 + ((index * 7) % 5)));
      const customerNumber = `N${String(index).padStart(2, '0')}`;
      const { id: customerId } = await insertCustomer(gateway.database, {
        bankId: pagedBank,
        customerNumber,
        lastOkDate,
      });
      // Both attributes are in the range, but the customer must occur once.
      for (const value of [index, index + 1_000]) {
        const row = { bankId: pagedBank, customerId, name: 'SCORE', type: INTEGER, value: String(value) };
        await insertCustomerAttribute(gateway.database, row);
      }
      const group = index % 2 === 0 ? 'EVEN' : 'ODD';
      await insertCustomerAttribute(gateway.database, { bankId: pagedBank, customerId, name: 'GROUP', value: group });
    }
  });

  const range = [{ name: 'SCORE', from: '3' }];
  const several = [...range, { name: 'GROUP', value: 'ODD' }];

  async function pagesOf(attributes: unknown, order: object): Promise<string[][]> {
    const pages = await readPages<{ customerNumber: string }>(
      (after) => gateway.query(user.token, page, { bankId: pagedBank, after, attributes, ...order }),
      ({ list }) => list,
    );
    return pages.map((nodes) => nodes.map(({ customerNumber }) => customerNumber));
  }

  test.each(
    ['LAST_OK_DATE', 'CREATED', 'CUSTOMER_NUMBER'].flatMap((sortBy) => [
      { sortBy, sortDirection: 'ASC' },
      { sortBy, sortDirection: 'DESC' },
    ]),
  )('contain each customer once, sorted by $sortBy $sortDirection', async (order) => {
    const all = (await pagesOf([], order)).flat();
    expect(all).toHaveLength(count);
    // All scores are in the range, because each customer has a score above 1,000.
    expect((await pagesOf(range, order)).flat()).toEqual(all);
    const odd = all.filter((number) => Number(number.slice(1)) % 2 === 1);
    const pages = await pagesOf(several, order);
    expect(pages.flat()).toEqual(odd);
    expect(pages.map(({ length }) => length)).toEqual([4, 4, 4]);
  });

  test('accept a cursor of the same entries in another order or notation, but of no other entries', async () => {
    const first = await gateway.query<{ list: { pageInfo: { endCursor: string } } }>(user.token, page, {
      bankId: pagedBank,
      attributes: several,
    });
    const after = first.data?.list.pageInfo.endCursor;
    const next = (attributes: unknown) => gateway.query(user.token, page, { bankId: pagedBank, after, attributes });

    const expected = (await next(several)).data;
    const same = [several[1], { name: 'SCORE', from: '3.0' }, several[0]];
    expect(await next(same)).toMatchObject({ data: expected, errors: [] });
    for (const other of [
      range,
      [],
      [{ name: 'SCORE', from: '4' }, several[1]],
      [{ name: 'SCORE', to: '3' }, several[1]],
    ]) {
      expect((await next(other)).errors).toMatchObject([{ extensions: { key: 'INVALID_CURSOR' } }]);
    }
  });
});

describe('the attributes of the firehose', () => {
  let open: Gateway;
  let token: string;

  beforeAll(async () => {
    open = await startGateway({ environment: { GATEWAY_CUSTOMER_FIREHOSE: 'on' } });
    await open.createBank(bankId);
    const user = await open.createUser({ roles: [['CanUseCustomerFirehoseAtAnyBank', null]] });
    ({ token } = user);
    for (const [customerNumber, attributes] of Object.entries(customers)) {
      const { id: customerId } = await insertCustomer(open.database, { bankId, customerNumber });
      for (const [name, type, value] of attributes) {
        await insertCustomerAttribute(open.database, { bankId, customerId, name, type, value });
      }
    }
    await insertAttributeDefinition(open.database, { bankId, name: 'TEXT', type: STRING });
  });

  afterAll(() => open.stop());

  const read = (attributes: unknown) =>
    open.query<{ list: { customerNumber: string }[] | null }>(
      token,
      `query ($attributes: [AttributeFilter!]) {
        list: firehoseCustomers(bankId: "${bankId}", attributes: $attributes) { customerNumber } }`,
      { attributes },
    );

  test.each([
    ['a range', [{ name: 'SCORE', from: '7', to: '10' }], ['anna', 'boris', 'fanny']],
    ['an open range of dates', [{ name: 'SINCE', to: '2012-04-23' }], ['anna', 'clara']],
    [
      'one of several entries',
      [
        { name: 'SCORE', from: '20' },
        { name: 'SCORE', to: '-3' },
        { name: 'SEGMENT', value: 'SILVER' },
        { name: 'SEGMENT', value: 'BRONZE' },
      ],
      ['clara', 'dora', 'emil'],
    ],
    ['an exact value', [{ name: 'SEGMENT', value: 'SILVER' }], ['clara', 'dora']],
  ])('find customers by %s', async (_what, attributes, expected) => {
    const { data, errors } = await read(attributes);

    expect(errors).toEqual([]);
    expect(data?.list?.map(({ customerNumber }) => customerNumber).sort()).toEqual(expected);
  });

  test.each([
    ['an entry with neither', { name: 'SCORE' }, 'attributes[0]'],
    ['a range of texts', { name: 'TEXT', to: '1' }, 'attributes[0].to'],
    ['numbers in the wrong order', { name: 'SCORE', from: '1', to: '0' }, 'attributes[0].from'],
  ])('fail for %s', async (_what, entry, field) => {
    const { data, errors } = await read([entry]);

    expect(data).toEqual({ list: null });
    expect(errors).toMatchObject([{ extensions: { obpCode: 'OBP-10001', field } }]);
  });
});
