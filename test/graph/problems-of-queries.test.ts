/** Every query and every other field with arguments lists the problems of all of them together, as mutations do. */
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isRole, roleScope, roles } from '../../src/base/roles.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { undocumentedParts } from '../support/documented-errors.ts';
import { type Gateway, type ResponseError, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer } from '../support/rows.ts';

const bankId = 'gh.29.uk';
/** No text of a client can contain this character. */
const invalidText = 'a\u0000';

/** An invalid value of each scalar, and of the arguments of pages. Other scalars have no invalid value that is of their type. */
const invalidValues: Record<string, unknown> = {
  String: invalidText,
  DateTime: 'soon',
  EmailAddress: 'felix',
  LocalDate: 'soon',
};
const invalidPages: Record<string, unknown> = { first: 0, after: 'x', limit: 501, offset: -1 };

const isId = ({ type }: GraphQLArgument) => getNamedType(type).name === 'ID';

interface Called {
  coordinate: string;
  kind: 'query' | 'subscription';
  field: GraphQLField<unknown, unknown>;
}

const schema = await gatewaySchema();
const called: Called[] = Object.values(schema.getTypeMap()).flatMap((type): Called[] => {
  if (!isObjectType(type) || type === schema.getMutationType() || type.name.startsWith('__')) return [];
  const kind = type === schema.getSubscriptionType() ? 'subscription' : 'query';
  return Object.values(type.getFields())
    .filter(({ args }) => args.length > 0)
    .map((field) => ({ coordinate: `${type.name}.${field.name}`, kind, field }));
});
const named = (fields: readonly Called[]) => fields.map((each): [string, Called] => [each.coordinate, each]);

let gateway: Gateway;
let officer: TestUser;
let ids: Record<string, string>;
let sent: string[] = [];

beforeAll(async () => {
  gateway = await startGateway({
    environment: { GATEWAY_CUSTOMER_FIREHOSE: 'on' },
    onStatement: (statement, parameters) => sent.push(`${statement} ${JSON.stringify(parameters)}`),
  });
  await gateway.createBank(bankId);
  const all = Object.keys(roles).filter(isRole);
  officer = await gateway.createUser({
    roles: all.map((role) => [role, roleScope(role) === 'system' ? null : bankId]),
  });
  const { id: customerId } = await insertCustomer(gateway.database, { bankId });
  ids = { bankId, customerId, userId: officer.id };
});
beforeEach(() => {
  sent = [];
});
afterAll(() => gateway.stop());

/** A value in which everything is invalid, and the paths of its parts. */
function invalidValue(type: GraphQLInputType, path: string, paths: string[]): unknown {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [invalidValue(nullable.ofType, `${path}[0]`, paths)];
  if (isInputObjectType(nullable)) {
    return Object.fromEntries(
      Object.values(nullable.getFields()).map(({ name, type: ofField }) => [
        name,
        invalidValue(ofField, `${path}.${name}`, paths),
      ]),
    );
  }
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name;
  if (nullable.name === 'Boolean') return true;
  paths.push(path);
  return nullable.name === 'ID' ? invalidText : invalidValues[nullable.name];
}

function textOf(value: unknown, type: GraphQLInputType): string {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return `[${(value as unknown[]).map((each) => textOf(each, nullable.ofType)).join(', ')}]`;
  if (isEnumType(nullable)) return String(value);
  if (!isInputObjectType(nullable)) return JSON.stringify(value);
  const fields = nullable.getFields();
  const members = Object.entries(value as object).map(
    ([name, each]) => `${name}: ${textOf(each, fields[name]?.type ?? nullable)}`,
  );
  return `{ ${members.join(', ')} }`;
}

const parents: Record<string, string> = {
  Bank: 'bank(bankId: $parentBank)',
  Customer: 'customer(bankId: $parentBank, customerId: $parentCustomer)',
};

/** The only result of a subscription that fails. */
async function resultOfSubscription(query: string, variables: object): Promise<{ errors: ResponseError[] }> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      authorization: `Bearer ${officer.token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ query, variables }),
  });
  const [, data = ''] = /^data: (\{.*\})$/m.exec(await response.text()) ?? [];
  return JSON.parse(data) as { errors: ResponseError[] };
}

/** The error of the field with these arguments, as variables or as literals. */
async function errorOf({ coordinate, kind, field }: Called, values: Record<string, unknown>, asLiterals = false) {
  const given = field.args.filter(({ name }) => values[name] !== undefined);
  const [parent = ''] = coordinate.split('.');
  const above = parents[parent];
  const declared =
    above === undefined ? [] : ['$parentBank: ID!', ...(parent === 'Bank' ? [] : ['$parentCustomer: ID!'])];
  if (!asLiterals) declared.push(...given.map(({ name, type }) => `$${name}: ${type}`));
  const sentArguments = given.map(
    ({ name, type }) => `${name}: ${asLiterals ? textOf(values[name], type) : `$${name}`}`,
  );
  const selection = isLeafType(getNamedType(field.type)) ? '' : ' { __typename }';
  const call = `${field.name}(${sentArguments.join(', ')})${selection}`;
  const variables = { parentBank: bankId, parentCustomer: ids.customerId, ...(asLiterals ? {} : values) };
  const body = above === undefined ? call : `${above} { ${call} }`;
  const query = `${kind} ${declared.length === 0 ? '' : `(${declared.join(', ')})`} { ${body} }`;
  const { errors } =
    kind === 'query'
      ? await gateway.query(officer.token, query, variables, { 'x-reason': 'A test' })
      : await resultOfSubscription(query, variables);
  expect(errors, JSON.stringify(errors)).toHaveLength(1);
  expect(undocumentedParts(errors, 200)).toEqual([]);
  return errors[0] as ResponseError;
}

function fieldsOf({ extensions }: ResponseError): string[] {
  return ((extensions.problems ?? []) as { field: string }[]).map(({ field }) => field);
}

describe('the problems of', () => {
  const withOthers = called.filter(({ field: { args } }) =>
    args.some((argument) => !isId(argument) && !isEnumType(getNamedType(argument.type))),
  );
  test.each(named(withOthers))('%s are listed together, for variables and literals', async (_coordinate, each) => {
    const paths: string[] = [];
    const values = Object.fromEntries(
      each.field.args.map((argument) => {
        if (isId(argument)) return [argument.name, ids[argument.name]];
        if (argument.name in invalidPages) {
          paths.push(argument.name);
          return [argument.name, invalidPages[argument.name]];
        }
        return [argument.name, invalidValue(argument.type, argument.name, paths)];
      }),
    );

    const error = await errorOf(each, values);

    expect(fieldsOf(error).toSorted()).toEqual(paths.toSorted());
    expect(error.extensions.problems).toEqual((await errorOf(each, values, true)).extensions.problems);
  });

  const withIds = called.filter(({ field: { args } }) => args.some(isId));
  const invalidIds = ['', 'a b', 'Account~a~b', invalidText, 'x'.repeat(255), 'x'.repeat(2_000), '٣'];
  test.each(named(withIds))(
    '%s include every ID that no object can have, by which nothing is read',
    async (_, each) => {
      for (const id of invalidIds) {
        const values = Object.fromEntries(
          each.field.args.map(({ name, type }) => {
            const nullable = getNullableType(type);
            if (name in invalidPages) return [name, invalidPages[name]];
            if (getNamedType(type).name !== 'ID')
              return [name, isNonNullType(type) ? invalidValue(type, name, []) : undefined];
            return [name, isListType(nullable) ? ['a'] : id];
          }),
        );
        const paths = each.field.args
          .filter(
            ({ name, type }) =>
              values[name] !== undefined && !isListType(getNullableType(type)) && !isEnumType(getNamedType(type)),
          )
          .map(({ name }) => name);

        const error = await errorOf(each, values);

        expect(fieldsOf(error)).toEqual(paths);
        for (const { key, field } of error.extensions.problems as { key: string; field: string }[]) {
          if (field === 'bankId') expect(key).toBe('OBP-30111');
          else if (field.endsWith('Id') || field === 'id') expect(key).toBe('OBP-10001');
        }
        if (id !== '') expect(sent.filter((statement) => statement.includes(JSON.stringify(id)))).toEqual([]);
      }
    },
  );

  test.each([
    [
      'customers',
      {
        first: 0,
        after: 'x',
        filter: {
          ...{ search: 'a', legalNameContains: 'a', legalNameStartsWith: 'a'.repeat(256), email: 'a'.repeat(201) },
          ...{ mobilePhoneNumber: '%1%', dateOfBirth: 'soon', customerNumber: invalidText },
          attributes: [
            { name: 'A' },
            { name: 'B', from: 'x', to: 'y' },
            { name: 'C', from: '2', to: '1' },
            { name: 'D', value: invalidText },
            { name: 'E', value: 'a', from: '1' },
          ],
        },
      },
      [
        'first',
        'after',
        'filter.search',
        'filter.legalNameContains',
        'filter.legalNameStartsWith',
        'filter.email',
        'filter.mobilePhoneNumber',
        'filter.dateOfBirth',
        'filter.customerNumber',
        'filter.attributes[0]',
        'filter.attributes[1].from',
        'filter.attributes[1].to',
        'filter.attributes[2].from',
        'filter.attributes[3].value',
        'filter.attributes[4].value',
      ],
    ],
    [
      'firehoseCustomers',
      {
        limit: 0,
        offset: -1,
        fromDate: 'soon',
        attributes: [{ name: 'A' }, { name: 'B', from: 'x' }, { name: invalidText, value: 'a' }],
      },
      ['limit', 'offset', 'fromDate', 'attributes[0]', 'attributes[1].from', 'attributes[2].name'],
    ],
    [
      'customersByMobilePhoneNumber',
      { mobilePhoneNumber: '%1%', first: 101, after: 'x' },
      ['mobilePhoneNumber', 'first', 'after'],
    ],
    ['findUser', { provider: invalidText }, ['username', 'provider']],
    ['findUser', { email: 'felix', provider: invalidText }, ['email', 'provider']],
    ...['crmEvents', 'bankMessages', 'upcomingMeetings', 'auditEvents'].map((name): [string, object, string[]] => [
      name,
      {
        from: '2025-01-02T00:00:00Z',
        to: '2025-01-01T00:00:00Z',
        first: -1,
        after: '',
        ...(name === 'crmEvents' ? { category: invalidText } : {}),
      },
      ['from', 'first', 'after', ...(name === 'crmEvents' ? ['category'] : [])],
    ]),
  ])('%s include the rules on values that are valid for their type: %o', async (name, values, paths) => {
    const each = called.find(({ coordinate }) => coordinate === `Query.${name}`) as Called;

    const error = await errorOf(each, { bankId, ...values });

    expect(fieldsOf(error).toSorted()).toEqual(paths.toSorted());
  });

  test('a page include a cursor of another list, unless other arguments might have made it so', async () => {
    const { data } = await gateway.query<{ customers: { pageInfo: { endCursor: string } } }>(
      officer.token,
      `{ customers(bankId: "${bankId}") { pageInfo { endCursor } } }`,
    );
    const after = data?.customers.pageInfo.endCursor;
    const messages = called.find(({ coordinate }) => coordinate === 'Customer.messages') as Called;
    const events = called.find(({ coordinate }) => coordinate === 'Query.crmEvents') as Called;

    expect(fieldsOf(await errorOf(messages, { first: 0, after }))).toEqual(['first', 'after']);
    expect(fieldsOf(await errorOf(events, { bankId, first: 0, after })).toSorted()).toEqual(['after', 'first']);
    expect(fieldsOf(await errorOf(events, { bankId, first: 0, after, from: 'soon' })).toSorted()).toEqual([
      'first',
      'from',
    ]);
  });

  test('a list by IDs are those of each ID, at its place', async () => {
    const customerIds = [ids.customerId, 'a b', 'unknown', 'x'.repeat(255), 'a b', invalidText];
    const { data, errors } = await gateway.query(
      officer.token,
      'query ($bankId: ID!, $customerIds: [ID!]!) { customersById(bankId: $bankId, customerIds: $customerIds) { id } }',
      { bankId, customerIds },
    );

    expect(data?.customersById).toEqual([{ id: ids.customerId }, null, null, null, null, null]);
    expect(errors.map(({ path, extensions }) => [path?.[1], extensions.key, extensions.field])).toEqual([
      [1, 'OBP-10001', 'customerIds[1]'],
      [2, 'OBP-30046', undefined],
      [3, 'OBP-10001', 'customerIds[3]'],
      [4, 'OBP-10001', undefined],
      [5, 'OBP-10001', 'customerIds[5]'],
    ]);
    expect(sent.filter((statement) => statement.includes('a b'))).toEqual([]);
  });

  test('a query are hidden from a caller without the role, who gets the refusal', async () => {
    const stranger = await gateway.createUser();
    const { errors } = await gateway.query(
      stranger.token,
      `{ customers(bankId: "${bankId}", first: 0, filter: { dateOfBirth: "soon", search: "a" }) { totalCount } }`,
    );
    expect(errors).toMatchObject([{ extensions: { key: 'OBP-20006' } }]);
  });
});
