import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { auditReader } from '../support/audit-events.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertUserCustomerLink } from '../support/rows.ts';
import { insertWholeCustomer, insertWholeCustomers } from '../support/whole-customer.ts';

const bankId = 'gh.29.uk';

interface CustomersWithMessages {
  customers: { nodes: { id: string; bad: object | null; good: object | null }[] };
}

let gateway: Gateway;
let clerk: TestUser;
let stranger: TestUser;

const address = { line1: 'No 1 the Road', city: 'Berlin', postcode: '13359', countryCode: 'DE' };
const person = { legalName: 'Eveline Tripman', mobilePhoneNumber: '+44 7972 444876' };
const createCustomer = /* GraphQL */ `mutation ($bankId: ID!, $input: CreateCustomerInput!) {
  createCustomer(bankId: $bankId, input: $input) { customer { id } } }`;
const createAddress = `mutation ($tags: [String!]) { createCustomerAddress(bankId: "${bankId}", customerId: "c",
  input: { line1: "1", city: "Berlin", postcode: "1", countryCode: "DE", tags: $tags }) { customer { id } } }`;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  clerk = await gateway.createUser({
    roles: [
      ['CanGetCustomer', bankId],
      ['CanGetCustomers', bankId],
      ['CanGetCustomerAccountLink', bankId],
      ['CanGetUserCustomerLink', bankId],
      ['CanCreateCustomer', bankId],
      ['CanCreateCustomerAddress', bankId],
      ['CanDeleteCustomerAddress', bankId],
    ],
  });
  stranger = await gateway.createUser();
});

afterAll(() => gateway.stop());

test.each([
  [`customer(bankId: "${bankId}", customerId: $text) { id }`, 'customerId'],
  [`customerByNumber(bankId: "${bankId}", customerNumber: $text) { id }`, 'customerNumber'],
  [`customerAccountLink(bankId: "${bankId}", id: $text) { id }`, 'id'],
  [`userCustomerLinksByUser(bankId: "${bankId}", userId: $text) { id }`, 'userId'],
  [`customers(bankId: "${bankId}", filter: { branchId: $text }) { totalCount }`, 'filter.branchId'],
  [
    `bank(bankId: "${bankId}") { customers(filter: { customerNumber: $text }) { totalCount } }`,
    'filter.customerNumber',
  ],
])('U+0000 in an argument of { %s } is OBP-10001 on every database', async (selection, field) => {
  const type = /(customerId|[^n]id|userId|branchId): \$text/.test(selection) ? 'ID!' : 'String!';

  const { errors } = await gateway.query(clerk.token, `query ($text: ${type}) { ${selection} }`, { text: 'a\u0000b' });

  expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001', field });
});

test('U+0000 in a batched field fails it for each object that the caller can access, and no other field', async () => {
  const [own, other] = await insertWholeCustomers(gateway.database, 2, { bankId });
  const linked = await gateway.createUser({ roles: [['CanGetCustomers', bankId]] });
  await insertUserCustomerLink(gateway.database, { bankId, customerId: own?.customerId ?? '', userId: linked.id });
  const document = `query ($after: String) {
    customers(bankId: "${bankId}") { nodes { id bad: messages(after: $after) { nodes { id } } good: messages { nodes { id } } } }
  }`;

  const { data, errors } = await gateway.query<CustomersWithMessages>(linked.token, document, { after: 'a\u0000b' });

  const nodes = data?.customers.nodes ?? [];
  expect(nodes.find(({ id }) => id === own?.customerId)).toMatchObject({
    bad: null,
    good: { nodes: expect.anything() },
  });
  expect(nodes.find(({ id }) => id === other?.customerId)).toMatchObject({ bad: null, good: null });
  expect(errors.map(({ extensions }) => extensions.key).sort()).toEqual(['OBP-10001', 'OBP-20006', 'OBP-20006']);
  expect(new Set(errors.map(({ path }) => path?.join('.'))).size).toBe(3);
});

test('an invalid argument of a batched field fails it at each bank', async () => {
  await gateway.createBank('rbs');
  const linked = await gateway.createUser();
  for (const [atBank, count] of [
    [bankId, 2],
    ['rbs', 1],
  ] as const) {
    for (const { customerId } of await insertWholeCustomers(gateway.database, count, { bankId: atBank })) {
      await insertUserCustomerLink(gateway.database, { bankId: atBank, customerId, userId: linked.id });
    }
  }

  const { errors } = await gateway.query(
    linked.token,
    'query ($after: String) { me { customers { messages(after: $after) { nodes { id } } } } }',
    { after: 'a\u0000b' },
  );

  expect(errors.map(({ path, extensions }) => [path, extensions.key])).toEqual(
    [0, 1, 2].map((index) => [['me', 'customers', index, 'messages'], 'OBP-10001']),
  );
});

test.each([
  ['customer', 'customerId', 'addresses { id }'],
  ['account', 'accountId', 'routings { address }'],
])('U+0000 in the key of one %s does not fail another one of the same batch', async (field, argument, below) => {
  const whole = await insertWholeCustomer(gateway.database, { bankId });
  const id = field === 'customer' ? whole.customerId : whole.accountId;
  const reader = await gateway.createUser({
    roles: [
      ['CanGetCustomer', bankId],
      ['CanGetCustomerAddress', bankId],
      ['CanGetCustomerOverview', bankId],
    ],
  });
  const one = (alias: string, given: string) =>
    `${alias}: ${field}(bankId: "${bankId}", ${argument}: ${given}) { key: ${field === 'customer' ? 'id' : argument} ${below} }`;

  const { data, errors } = await gateway.query(
    reader.token,
    `query ($bad: ID!) { ${one('good', JSON.stringify(id))} ${one('bad', '$bad')} }`,
    { bad: 'a\u0000b' },
  );

  expect(data).toEqual({ bad: null, good: { key: id, [below.split(' ')[0] ?? '']: [expect.anything()] } });
  expect(errors).toMatchObject([{ path: ['bad'], extensions: { obpCode: 'OBP-10001', field: argument } }]);
});

const rejected = (field: string, rest: object = {}) => ({
  code: 'BAD_USER_INPUT',
  obpCode: 'OBP-10001',
  field,
  ...rest,
});

describe('the argument guard', () => {
  test('comes before an access rule that reads by the argument', async () => {
    const officer = await gateway.createUser({ roles: [['CanGetAnyKycChecks', null]] });
    await gateway.database.transaction(async (transaction) => {
      await transaction.update(bank).set({ kycReasonRequired: true }).where(eq(bank.id, bankId));
    });

    const { data, errors } = await gateway.query(officer.token, '{ kycChecks(customerId: "\\u0000") { id } }');

    expect(data).toEqual({ kycChecks: null });
    expect(errors).toMatchObject([{ extensions: rejected('customerId') }]);
  });

  test.each<[description: string, token: () => string | null]>([
    ['an anonymous caller', () => null],
    ['a caller without the role', () => stranger.token],
    ['a caller with the role', () => clerk.token],
  ])('rejects a text in the same way for %s', async (_who, token) => {
    const document = 'query ($bankId: ID!, $id: ID!) { customer(bankId: $bankId, customerId: $id) { id } }';
    const variables = { bankId, id: 'a'.repeat(10_000) };

    const { data, errors } = await gateway.query(token(), document, variables);

    expect(data).toEqual({ customer: null });
    expect(errors).toMatchObject([
      {
        message: 'OBP-10001: Incorrect json format. customerId must be at most 254 characters.',
        extensions: rejected('customerId', { limit: 254 }),
      },
    ]);
    expect(JSON.stringify(errors)).not.toContain('aaaa');
  });

  test.each([
    ['too long', 'a'.repeat(12_001), 'input.firstName must be at most 2,000 characters.'],
    ['with U+0000', 'a\u0000', 'input.firstName must not contain the character U+0000.'],
    ['with half a surrogate pair', 'a\uD800', 'input.firstName must be well-formed Unicode text.'],
    [
      'with a long run of combining characters',
      `a${'\u0300\u0323'.repeat(16)}`,
      'input.firstName must not contain more than 30 combining characters in a row.',
    ],
  ])('rejects a text %s in a public field', async (_what, firstName, rule) => {
    const { data, errors } = await gateway.query(
      null,
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }',
      {
        input: {
          username: 'felix.smith',
          password: 'Str0ng-Passw0rd',
          email: 'f@example.com',
          firstName,
          lastName: 'S',
        },
      },
    );

    expect(data).toEqual({ createUser: null });
    expect(errors).toMatchObject([
      { message: `OBP-10001: Incorrect json format. ${rule}`, extensions: rejected('input.firstName') },
    ]);
  });

  test.each<[description: string, field: string, input: object]>([
    ['an item', 'input.addresses[1].city', { addresses: [{ ...address }, { ...address, city: 'a\u0000' }] }],
    ['an item of an item', 'input.addresses[0].tags[1]', { addresses: [{ ...address, tags: ['home', 'a\uD800'] }] }],
    ['a nested input', 'input.creditRating.rating', { creditRating: { rating: 'a'.repeat(12_001), source: 'b' } }],
  ])('names the path to %s', async (_what, field, change) => {
    const { errors } = await gateway.query(clerk.token, createCustomer, { bankId, input: { ...person, ...change } });

    expect(errors).toMatchObject([{ extensions: rejected(field) }]);
  });

  test.each<[limit: number, field: string, input: object]>([
    [500, 'input.addresses', { addresses: new Array(501).fill(address) }],
    [20, 'input.addresses[0].tags', { addresses: [{ ...address, tags: new Array(64_000).fill('a') }] }],
    [100, 'input.dobOfDependants', { dobOfDependants: new Array(18_000).fill('2000-01-01') }],
  ])('rejects a list of more than %d items as %s', async (limit, field, change) => {
    const { status, data, errors } = await gateway.query(clerk.token, createCustomer, {
      bankId,
      input: { ...person, ...change },
    });

    expect({ status, data }).toEqual({ status: 200, data: { createCustomer: null } });
    expect(errors).toMatchObject([
      {
        message: `The list has too many items. ${field} must have at most ${limit} items.`,
        extensions: { code: 'LIMIT_EXCEEDED', obpCode: null, field, limit },
      },
    ]);
  });

  test('rejects a list that is written in the document, and a variable within it', async () => {
    const tags = `[${'"a" '.repeat(21)}]`;
    const inDocument = createAddress.replace('($tags: [String!])', '').replace('$tags', tags);

    const written = await gateway.query(clerk.token, inDocument);
    const passed = await gateway.query(clerk.token, createAddress, { tags: new Array(64_000).fill('a') });

    for (const { errors } of [written, passed]) {
      expect(errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', field: 'input.tags', limit: 20 } }]);
    }
  });

  test('rejects a variable with more fields than its type has, before it is coerced', async () => {
    const input = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`field${index}`, 1]));

    const { status, errors } = await gateway.query(clerk.token, createCustomer, { bankId, input });

    expect(status).toBe(400);
    expect(errors).toMatchObject([{ extensions: rejected('input') }]);
    expect(JSON.stringify(errors).length).toBeLessThan(1_000);
  });

  test('accepts texts that are long in code units only', async () => {
    const legalName = 'Nguyễn Thị Ánh '.repeat(17).trim();

    const { errors } = await gateway.query(clerk.token, createCustomer, {
      bankId,
      input: { ...person, legalName: legalName.normalize('NFD') },
    });

    expect(legalName.normalize('NFD').length).toBeGreaterThan(255);
    expect(errors).toEqual([]);
  });
});

describe('the audit event of a rejected argument', () => {
  const audit = () => auditReader(gateway.database);

  test.each<[kind: string, coordinate: string, document: string]>([
    ['READ', 'Query.customer', 'query ($text: ID!) { customer(bankId: "gh.29.uk", customerId: $text) { id } }'],
    [
      'WRITE',
      'Mutation.deleteCustomerAddress',
      'mutation ($text: ID!) { deleteCustomerAddress(bankId: "gh.29.uk", customerId: "c", id: $text) { customer { id } } }',
    ],
  ])('names the field and the bank of a %s, and quotes no value', async (kind, coordinate, document) => {
    const reader = audit();
    await reader.skipExisting();

    await gateway.query(clerk.token, document, { text: 'secret\u0000' });

    const events = await reader.events();
    expect(events).toMatchObject([
      { kind, outcome: 'FAILED', bankId, userId: clerk.id, fieldsFailed: [coordinate], errors: ['OBP-10001'] },
    ]);
    expect(JSON.stringify(events)).not.toContain('secret');
  });

  test('does not quote the ID of a bank or of a customer', async () => {
    const reader = audit();
    await reader.skipExisting();
    const document = 'query ($text: ID!) { customer(bankId: $text, customerId: $text) { id } }';

    for (const text of ['secret\u0000', 'secret\uD800', 'secret'.repeat(1_000)]) {
      await gateway.query(clerk.token, document, { text });
    }

    const events = await reader.events();
    expect(events.map(({ outcome, bankId: at, customerIds }) => [outcome, at, customerIds])).toEqual([
      ['FAILED', null, []],
      ['FAILED', null, []],
      ['FAILED', null, []],
    ]);
    expect(JSON.stringify(events)).not.toContain('secret');
  });
});
