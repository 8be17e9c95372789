import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, type ResponseError, startGateway, type TestUser } from '../support/gateway.ts';

const bankId = 'gh.29.uk';
const required = { legalName: 'Eveline Tripman', mobilePhoneNumber: '+44 7911 123456' };
const address = { line1: '29 Green Street', city: 'Berlin', countryCode: 'DE' };

/** An input with an invalid value of each kind, and the problems in the order of the input. */
const invalid = {
  legalName: ' ',
  mobilePhoneNumber: '12',
  email: 'felix@nowhere',
  faceImage: { url: 'http://example.com', date: '2024-01-01' },
  dateOfBirth: '1985-13-26',
  dobOfDependants: ['2010-01-01', 'soon'],
  dependants: 2,
  creditLimit: { currency: 'EURO', amount: '1e3' },
  addresses: [
    { ...address, countryCode: 'UK', tags: ['a', ''] },
    { ...address, postcode: 'x'.repeat(21) },
  ],
  accountLinks: [{ accountId: 'a b', relationshipType: '' }],
};
const problems = [
  ['input.legalName', 'NOT_EMPTY'],
  ['input.mobilePhoneNumber', 'PHONE_NUMBER'],
  ['input.email', 'EMAIL_ADDRESS'],
  ['input.faceImage.url', 'HTTPS_URL'],
  ['input.faceImage.date', 'DATE_TIME'],
  ['input.dateOfBirth', 'DATE'],
  ['input.dobOfDependants[1]', 'DATE'],
  ['input.creditLimit.currency', 'CURRENCY_CODE'],
  ['input.creditLimit.amount', 'DECIMAL'],
  ['input.addresses[0].countryCode', 'COUNTRY_CODE'],
  ['input.addresses[0].tags[1]', 'NOT_EMPTY'],
  ['input.addresses[1].postcode', 'MAX_CHARACTERS'],
  ['input.accountLinks[0].accountId', 'ID_CHARACTERS'],
  ['input.accountLinks[0].relationshipType', 'NOT_EMPTY'],
];

interface Problem {
  field: string;
  key: string;
  message: string;
  rule?: string;
  limit?: number;
}

function problemsOf(errors: readonly ResponseError[]): Problem[] {
  expect(errors).toHaveLength(1);
  return errors[0]?.extensions.problems as Problem[];
}

function byField(errors: readonly ResponseError[]): (string | undefined)[][] {
  return problemsOf(errors)
    .map(({ field, rule }) => [field, rule])
    .sort();
}

const byText = (errors: readonly ResponseError[]) =>
  problemsOf(errors)
    .map(({ message }) => message)
    .sort();

/** A literal of GraphQL. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, each]) => `${name}: ${literal(each)}`)
    .join(', ')} }`;
}

const create = `mutation ($bankId: ID!, $customer: CreateCustomerInput!) {
  createCustomer(bankId: $bankId, input: $customer) { customer { id } }
}`;

describe.each(['compiled', 'interpreted'] as const)('the problems of an input with %s execution', (execution) => {
  let gateway: Gateway;
  let clerk: TestUser;
  beforeAll(async () => {
    gateway = await startGateway({ environment: { GATEWAY_EXECUTION: execution } });
    await gateway.createBank(bankId);
    clerk = await gateway.createUser({
      roles: [
        ['CanCreateCustomer', bankId],
        ['CanGetCustomers', bankId],
        ['CanCreateCustomerAddress', bankId],
        ['CanCreateCustomerAccountLink', bankId],
        ['CanGetCustomer', bankId],
      ],
    });
  });
  afterAll(() => gateway.stop());

  const createCustomer = (customer: unknown, token: string | null = clerk.token) =>
    gateway.query(token, create, { bankId, customer });

  test('are listed together for variables, with paths below the argument', async () => {
    const { data, errors } = await createCustomer(invalid);

    expect(data).toEqual({ createCustomer: null });
    expect(byField(errors)).toEqual(problems.toSorted());
    expect(errors[0]).toMatchObject({ path: ['createCustomer'], extensions: { key: 'OBP-10001' } });
    expect(JSON.stringify(errors)).not.toMatch(/\$?customer\b/);
  });

  test('are the same for literals', async () => {
    const text = `mutation { createCustomer(bankId: "${bankId}", input: ${literal(invalid)}) { customer { id } } }`;

    const byLiteral = await gateway.query(clerk.token, text);
    const byVariable = await createCustomer(invalid);

    expect(byLiteral.data).toEqual({ createCustomer: null });
    expect(byLiteral.errors.map(({ extensions }) => extensions)).toEqual(
      byVariable.errors.map(({ extensions }) => extensions),
    );
  });

  test('have the key, the message, and the parameters of the error that each would be', async () => {
    const { errors } = await createCustomer({
      ...required,
      addresses: [address, { ...address, postcode: 'x'.repeat(21) }],
    });

    const field = 'input.addresses[1].postcode';
    const message = `OBP-10001: Incorrect json format. ${field} must be at most 20 characters.`;
    const parameters = { field, rule: 'MAX_CHARACTERS', limit: 20 };
    expect(errors).toMatchObject([
      {
        message,
        extensions: { key: 'OBP-10001', ...parameters, problems: [{ key: 'OBP-10001', message, ...parameters }] },
      },
    ]);
  });

  test('are in the order of the input, of which the first is the error', async () => {
    const { errors } = await createCustomer({ ...required, legalName: '', email: 'felix@nowhere' });

    expect(problemsOf(errors).map(({ field }) => field)).toEqual(['input.legalName', 'input.email']);
    expect(errors[0]).toMatchObject({
      message: 'OBP-10001: Incorrect json format. input.legalName must not be empty.',
      extensions: { field: 'input.legalName', rule: 'NOT_EMPTY' },
    });
  });

  test('name the item of a list of inputs', async () => {
    const { errors } = await gateway.query(
      clerk.token,
      `mutation ($bankId: ID!, $all: [CreateCustomerInput!]!) {
        createCustomers(bankId: $bankId, input: $all) { customers { id } }
      }`,
      {
        bankId,
        all: [
          required,
          { ...required, email: 'a@b', title: '\u0001' },
          { ...required, addresses: [{ ...address, city: '' }] },
        ],
      },
    );

    expect(problemsOf(errors).map(({ field }) => field)).toEqual(
      ['input[1].email', 'input[1].title', 'input[2].addresses[0].city'].sort((one, other) => (one < other ? -1 : 1)),
    );
  });

  test('are listed for values of a wrong type too, which fail before anything runs', async () => {
    const { status, data, errors } = await createCustomer({
      legalName: 1,
      dependants: 'two',
      addresses: [{ line1: 'a' }],
    });

    expect(status).toBe(400);
    expect(data).toBeNull();
    const fields = problemsOf(errors).map(({ field }) => field);
    expect(fields).toContain('input.legalName');
    expect(fields).toContain('input.dependants');
    expect(fields).toContain('input.addresses[0]');
    expect(fields).toContain('input');
  });

  test('are listed for literals of a wrong type as for variables', async () => {
    const customer = {
      unknown: 1,
      legalName: 1,
      title: 2,
      nameSuffix: true,
      email: 'felix@nowhere',
      addresses: [{ line1: 'a' }, { ...address, countryCode: 'UK', none: 1 }],
    };
    const text = `mutation { createCustomer(bankId: "${bankId}", input: ${literal(customer)}) { customer { id } } }`;

    const byLiteral = await gateway.query(clerk.token, text);
    const byVariable = await createCustomer(customer);

    expect(byLiteral.status).toBe(400);
    expect(problemsOf(byLiteral.errors)).toHaveLength(10);
    expect(byText(byLiteral.errors)).toEqual(byText(byVariable.errors));
  });

  test('are listed together with a required argument that is missing', async () => {
    const text = `{ customers(bankId: "${bankId}", sortBy: NONE, first: "x", filter: { kycState: NONE }) { nodes { id } }
      customer(bankId: "${bankId}") { id } }`;
    const { status, errors } = await gateway.query(clerk.token, text);

    expect(status).toBe(400);
    const fields = problemsOf(errors).map(({ field }) => field);
    expect(fields).toEqual(['sortBy', 'first', 'filter.kycState', 'customerId']);
  });

  test('do not raise the number of other errors of a document', async () => {
    const types = Array.from({ length: 50 }, (_, index) => `type Type${index}`).join(' ');
    const { errors } = await gateway.query(clerk.token, `{ me { id } } ${types}`);
    expect(errors).toHaveLength(4);
  });

  test('are found in all fields of a filter', async () => {
    const { errors } = await gateway.query(
      clerk.token,
      `{ customers(bankId: "${bankId}", filter: { legalNameContains: "a", mobilePhoneNumber: "%1%" }) { totalCount } }`,
    );
    expect(problemsOf(errors).map(({ field }) => field)).toEqual([
      'filter.legalNameContains',
      'filter.mobilePhoneNumber',
    ]);
  });

  test('do not include a value that only follows from another invalid one', async () => {
    const creditLimit = { currency: 'EURO', amount: '10.50' };
    expect(byField((await createCustomer({ ...required, creditLimit })).errors)).toEqual([
      ['input.creditLimit.currency', 'CURRENCY_CODE'],
    ]);
  });

  test('are at most 100', async () => {
    const countryCode = 'UK';
    const { errors } = await createCustomer({
      ...required,
      addresses: Array.from({ length: 150 }, () => ({ ...address, countryCode })),
    });
    expect(problemsOf(errors)).toHaveLength(100);
  });

  test('are found in the filter of a list, and OBP has its own error for the page size', async () => {
    const { errors } = await gateway.query(
      clerk.token,
      `{ customers(bankId: "${bankId}", first: 200) { totalCount } }`,
    );

    expect(errors[0]?.extensions).toMatchObject({ key: 'OBP-10025', field: 'first', minimum: 1, limit: 100 });
    expect(problemsOf(errors)).toMatchObject([{ field: 'first', key: 'OBP-10025', limit: 100 }]);
  });

  test('are hidden from a caller without the role, who gets the refusal', async () => {
    const stranger = await gateway.createUser();
    const { errors } = await createCustomer(invalid, stranger.token);
    expect(errors).toMatchObject([{ extensions: { key: 'OBP-20006' } }]);
    expect((await createCustomer(invalid, null)).errors).toMatchObject([{ extensions: { key: 'OBP-20001' } }]);
  });

  test('leave nothing written, and no value in the audit trail', async () => {
    const before = await gateway.query<{ customers: { totalCount: number } }>(
      clerk.token,
      `{ customers(bankId: "${bankId}") { totalCount } }`,
    );
    expect(before.data?.customers.totalCount).toBe(0);
  });
});
