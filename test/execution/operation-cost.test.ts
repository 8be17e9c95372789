import {
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  parse,
} from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { additionalCostOf, fieldCosts } from '../../src/execution/operation-cost.ts';
import { gatewaySchema } from '../../src/schema.ts';

let schema: GraphQLSchema;
let fieldNames: Set<string>;

beforeAll(async () => {
  schema = await gatewaySchema();
  const types = Object.values(schema.getTypeMap());
  fieldNames = new Set(
    types.flatMap((type) => (isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [])),
  );
});

function costOf(text: string, variables?: Record<string, unknown>) {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('There is no operation.');
  return additionalCostOf(document, operation, variables);
}

test('every field with a cost of its own is in the schema', () => {
  for (const name of Object.keys(fieldCosts)) expect(fieldNames).toContain(name);
});

describe('the additional cost of an operation', () => {
  test('is nothing for a query of plain fields', () => {
    expect(costOf('{ me { id } customer(bankId: "a", customerId: "b") { legalName } }')).toEqual({
      fields: 0,
      passwords: 0,
    });
  });

  test('counts each field of a mutation, within fragments too', () => {
    const deletion = 'deleteCustomerAddress(bankId: "a", customerId: "b", id: "c") { customer { id } }';
    expect(
      costOf(
        `mutation { one: ${deletion} ...F } fragment F on Mutation { two: ${deletion} ... { three: ${deletion} } }`,
      ),
    ).toEqual({
      fields: 60,
      passwords: 0,
    });
  });

  test('counts password hashes apart', () => {
    expect(costOf('mutation { login(username: "a", password: "b") { token } }')).toEqual({ fields: 20, passwords: 20 });
    expect(costOf('mutation { a: createUser(input: {}) { token } b: createUser(input: {}) { token } }')).toEqual({
      fields: 40,
      passwords: 40,
    });
  });

  test('counts expensive fields wherever they are selected', () => {
    expect(costOf('{ customers { totalCount nodes { messages { totalCount } } } }').fields).toBe(200);
    expect(costOf('{ exportCustomerData(bankId: "a", customerId: "b") }').fields).toBe(1_000);
  });

  const entry = { name: 'SEGMENT', value: 'GOLD' };
  test.each([
    ['a literal list', '{ customers(filter: { attributes: [{ name: "A" }, { name: "B" }] }) { nodes { id } } }', {}, 2],
    ['a literal entry', '{ customers(filter: { attributes: { name: "A" } }) { nodes { id } } }', {}, 1],
    ['the argument of the firehose', '{ firehoseCustomers(attributes: [{ name: "A" }]) { id } }', {}, 1],
    ['the filter of a bank', '{ bank { customers(filter: { attributes: [{ name: "A" }] }) { nodes { id } } } }', {}, 1],
    ['an entry from a variable', '{ customers(filter: { attributes: [$a, $b] }) { nodes { id } } }', {}, 2],
    ['a list from a variable', '{ customers(filter: { attributes: $a }) { nodes { id } } }', { a: [entry, entry] }, 2],
    ['a single entry from a variable', '{ firehoseCustomers(attributes: $a) { id } }', { a: entry }, 1],
    [
      'a filter from a variable',
      '{ customers(filter: $f) { nodes { id } } }',
      { f: { attributes: [entry, entry] } },
      2,
    ],
    [
      'a default of a variable',
      'query ($f: CustomerFilter = { attributes: [{ name: "A" }] }) { customers(filter: $f) { nodes { id } } }',
      {},
      1,
    ],
    [
      'null',
      '{ a: customers(filter: $f) { nodes { id } } b: firehoseCustomers(attributes: null) { id } }',
      { f: null },
      0,
    ],
    [
      'a variable that several fields and fragments use',
      'query { a: customers(filter: $f) { nodes { id } } ...F ...F } fragment F on Query { b: customers(filter: $f) { nodes { id } } }',
      { f: { attributes: [entry, entry] } },
      6,
    ],
    ['other filters', '{ customers(filter: { customerNumber: "1" }) { nodes { id } } }', {}, 0],
  ])('counts the entries of a filter by attributes in %s', (_where, text, variables, entries) => {
    expect(costOf(text, variables)).toEqual({ fields: 50 * entries, passwords: 0 });
  });

  test('finds the filters by attributes by the names of their arguments', () => {
    const takers = Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type)
        ? Object.values(type.getFields()).flatMap(({ args }) =>
            args.filter(({ type }) => {
              const input = getNamedType(type);
              return (
                isInputObjectType(input) &&
                [input, ...Object.values(input.getFields()).map((field) => getNamedType(field.type))].some(
                  ({ name }) => name === 'AttributeFilter',
                )
              );
            }),
          )
        : [],
    );
    expect(takers.length).toBeGreaterThanOrEqual(4);
    for (const { name, type } of takers) {
      expect(name).toBe(getNamedType(type).name === 'AttributeFilter' ? 'attributes' : 'filter');
    }
  });

  test('stays a number for fragments that double each other, and ends for cycles', () => {
    const fragments = Array.from(
      { length: 100 },
      (_, index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`,
    );
    const text = `{ ...F0 } ${fragments.join(' ')} fragment F100 on Query { customers { totalCount } }`;
    expect(costOf(text).fields).toBe(Number.MAX_SAFE_INTEGER);
    const filtered = text.replace('customers {', 'customers(filter: $f) {');
    expect(costOf(filtered, { f: { attributes: [entry] } }).fields).toBe(Number.MAX_SAFE_INTEGER);
    expect(costOf('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }').fields).toBe(0);
  });
});
