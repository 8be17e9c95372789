import { getOperationAST, isInterfaceType, isObjectType, parse } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { fieldCosts, fixedCostOf } from '../../src/execution/operation-cost.ts';
import { gatewaySchema } from '../../src/schema.ts';

let fieldNames: Set<string>;

beforeAll(async () => {
  const types = Object.values((await gatewaySchema()).getTypeMap());
  fieldNames = new Set(
    types.flatMap((type) => (isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [])),
  );
});

function costOf(text: string) {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('There is no operation.');
  return fixedCostOf(document, operation);
}

test('every field with a cost of its own is in the schema', () => {
  for (const name of Object.keys(fieldCosts)) expect(fieldNames).toContain(name);
});

describe('the fixed cost of an operation', () => {
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

  test('stays a number for fragments that double each other, and ends for cycles', () => {
    const fragments = Array.from(
      { length: 100 },
      (_, index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`,
    );
    const text = `{ ...F0 } ${fragments.join(' ')} fragment F100 on Query { customers { totalCount } }`;
    expect(costOf(text).fields).toBe(Number.MAX_SAFE_INTEGER);
    expect(costOf('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }').fields).toBe(0);
  });
});
