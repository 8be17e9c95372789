import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLField,
  GraphQLNonNull,
  type GraphQLSchema,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { AccessUndeclared, enforceAccess } from '../src/graph/access/guard.ts';
import { guardArguments } from '../src/graph/argument-guard.ts';
import { MaxInputItemsUndeclared } from '../src/graph/input-shape.ts';
import { gatewaySchema, printedSchema } from '../src/schema.ts';

let schema: GraphQLSchema;

beforeAll(async () => {
  schema = await gatewaySchema();
});

test('schema/schema.graphql is what the code prints', async () => {
  const snapshot = readFileSync(new URL('../schema/schema.graphql', import.meta.url), 'utf8');

  expect(await printedSchema(), 'run `npm run schema:print`').toBe(snapshot);
});

test('every type, field, argument, input field and enum value is described', () => {
  const undescribed: string[] = [];
  const check = (coordinate: string, { description }: { description?: string | null }) => {
    if (description == null || description.trim() === '') undescribed.push(coordinate);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    if (type !== schema.getQueryType() && type !== schema.getMutationType()) check(type.name, type);
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        check(`${type.name}.${field.name}`, field);
        for (const argument of field.args) check(`${type.name}.${field.name}(${argument.name}:)`, argument);
      }
    } else if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) check(`${type.name}.${field.name}`, field);
    } else if (isEnumType(type)) {
      for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
    }
  }

  expect(undescribed).toEqual([]);
});

test('every list that is taken states its maximum number of items', () => {
  const lists: string[] = [];
  const unlimited: string[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue;
    const fields = isObjectType(type) || isInputObjectType(type) ? Object.values(type.getFields()) : [];
    const taken = isInputObjectType(type) ? fields : fields.flatMap((field) => ('args' in field ? field.args : []));
    for (const { name, type: typeOfTaken, description } of taken) {
      if (!isListType(getNullableType(typeOfTaken))) continue;
      lists.push(name);
      if (!/ At most [\d,]+ items\.$/.test(description ?? '')) unlimited.push(`${type.name}: ${name}`);
    }
  }

  expect(lists.length).toBeGreaterThan(10);
  expect(unlimited).toEqual([]);
});

test('every root field is nullable, so that a failing one never hides its neighbour', () => {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  const required = roots.flatMap((type) =>
    Object.values(type?.getFields() ?? {})
      .filter((field) => field.type.toString().endsWith('!'))
      .map((field) => `${type?.name}.${field.name}`),
  );

  expect(required).toEqual([]);
});

test('every enum value but a role is in SCREAMING_SNAKE_CASE, every field in camelCase', () => {
  const odd: string[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue;
    if (isEnumType(type) && type.name !== 'Role') {
      odd.push(
        ...type.getValues().flatMap(({ name }) => (/^[A-Z][A-Z0-9_]*$/.test(name) ? [] : [`${type.name}.${name}`])),
      );
    }
    if (isObjectType(type) || isInputObjectType(type)) {
      odd.push(
        ...Object.keys(type.getFields()).flatMap((name) =>
          /^[a-z][A-Za-z0-9]*$/.test(name) ? [] : [`${type.name}.${name}`],
        ),
      );
    }
  }

  expect(odd).toEqual([]);
});

describe('a schema stops the server', () => {
  async function plantedFault(plant: (field: GraphQLField<unknown, unknown>) => void): Promise<() => void> {
    const planted = await gatewaySchema();
    const role = planted.getType('Role');
    const type = planted.getType('Customer');
    if (!isEnumType(role) || !isObjectType(type)) throw new Error('There is no Role or no Customer.');
    const { addresses } = type.getFields();
    if (addresses === undefined) throw new Error('There is no field Customer.addresses.');
    plant(addresses);
    return () =>
      enforceAccess(planted, role, {
        check: async () => undefined,
        wantsReason: () => false,
        ofCustomer: async () => null,
      });
  }

  test('when a resolved field declares no access rule, by its name', async () => {
    const start = await plantedFault((field) => {
      field.extensions = {};
    });

    expect(start).toThrow(new AccessUndeclared('Customer.addresses', 'declares no access rule'));
  });

  test('when a guarded field could not be null, by its name', async () => {
    const start = await plantedFault((field) => {
      field.type = new GraphQLNonNull(field.type);
    });

    expect(start).toThrow(new AccessUndeclared('Customer.addresses', 'is guarded, so it must be nullable'));
  });

  test('when a list of an input type declares no maximum, by its name', () => {
    const planted = buildSchema('input Address { tags: [String!] } type Query { address(input: Address): Boolean }');

    expect(() => guardArguments(planted)).toThrow(new MaxInputItemsUndeclared('Address.tags'));
  });

  test('when a list argument declares no maximum, by its name', async () => {
    const planted = await gatewaySchema();
    const field = planted.getMutationType()?.getFields().createCustomers;
    if (field === undefined) throw new Error('There is no field Mutation.createCustomers.');
    field.extensions = {};

    expect(() => guardArguments(planted)).toThrow(new MaxInputItemsUndeclared('Mutation.createCustomers(input:)'));
  });

  test('not when every field has one', async () => {
    expect(await plantedFault(() => undefined)).not.toThrow();
  });
});
