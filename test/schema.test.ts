import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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
import { enforceAccess } from '../src/graph/access/guard.ts';
import { guardArguments } from '../src/graph/argument-guard.ts';
import { MaxInputItemsUndeclared } from '../src/graph/input-shape.ts';
import { gatewaySchema, printedAccessRules, printedSchema } from '../src/schema.ts';

/** The types whose `id` no object of another type has. */
const entities = [
  'Account',
  'AccountAttribute',
  'AuditEvent',
  'Bank',
  'CrmEvent',
  'Customer',
  // At a time, which is a part of the id.
  'CustomerAsOf',
  'CustomerAccountLink',
  'CustomerAddress',
  'CustomerAttribute',
  'CustomerAttributeDefinition',
  'CustomerLink',
  'CustomerMessage',
  'Entitlement',
  'EntitlementRequest',
  'KycCheck',
  'KycDocument',
  'KycMedia',
  'KycStatus',
  'KycStatusProposal',
  'LegalHold',
  'Meeting',
  'SocialMediaHandle',
  'TaxResidence',
  'User',
  'UserAttribute',
  'UserCustomerLink',
];

let schema: GraphQLSchema;

beforeAll(async () => {
  schema = await gatewaySchema();
});

test('schema/schema.graphql is what the code prints', async () => {
  const snapshot = readFileSync(new URL('../schema/schema.graphql', import.meta.url), 'utf8');

  expect(await printedSchema(), 'run `npm run schema:print`').toBe(snapshot);
});

test('schema/access.json is what the code prints', async () => {
  const snapshot = readFileSync(new URL('../schema/access.json', import.meta.url), 'utf8');

  expect(await printedAccessRules(), 'run `npm run schema:print`').toBe(snapshot);
});

test('every type, field, argument, input field and enum value is described', () => {
  const undescribed: string[] = [];
  const check = (coordinate: string, { description }: { description?: string | null }) => {
    if (description == null || description.trim() === '') undescribed.push(coordinate);
  };
  const rootTypes: unknown[] = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    if (!rootTypes.includes(type)) check(type.name, type);
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

  expect(undescribed, 'Add a description to each of these in its .type.ts or .resolver.ts file.').toEqual([]);
});

/** Types that show an entity of another type, which they name in a field. */
const views = ['CustomerMinimal', 'CustomerOverview', 'CustomerOverviewFlat', 'UserSummary'];

test('every type with an id is an entity, and the views of an entity have none', () => {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  const withId = types.filter((type) => type.getFields().id !== undefined).map(({ name }) => name);

  expect(
    withId.sort(),
    'If no other object can have an id of the type, add it here and to test/domain/identity.test.ts. If the type is a view of another one, name its id after the entity, such as customerId.',
  ).toEqual([...entities].sort());
  expect(types.map(({ name }) => name)).toEqual(expect.arrayContaining(views));
});

test('every id of an entity is a required ID', () => {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  const ids = types.flatMap((type) => type.getFields().id ?? []);

  expect(ids.map(({ type }) => String(type))).toEqual(ids.map(() => 'ID!'));
});

test('every resolver of src/domain is in the schema', () => {
  const source = readFileSync(new URL('../src/schema.ts', import.meta.url), 'utf8');
  const modules = globSync('**/*.resolver.ts', { cwd: fileURLToPath(new URL('../src/domain', import.meta.url)) });
  const missing = modules.filter((module) => {
    const [, name] = new RegExp(`import \\* as (\\w+) from './domain/${module}'`).exec(source) ?? [];
    return name === undefined || !new RegExp(`^  ${name},$`, 'm').test(source);
  });

  expect(modules.length).toBeGreaterThan(20);
  expect(missing, 'import it in src/schema.ts and add its name to `modules`').toEqual([]);
});

test.for([
  ['Customer.addresses', 'Requires `CanGetCustomerAddress` at the bank, or a link to the customer.'],
  ['Query.banks', null],
  ['Bank.kycFourEyes', 'Requires authentication.'],
  ['User.accounts', 'Requires that the caller is the user.'],
  [
    'Query.kycChecks',
    'Requires `CanGetKycChecksAtOneBank` at the bank, or the system role `CanGetAnyKycChecks`, and a reason in the `X-Reason` header if the bank requires one.',
  ],
  ['Mutation.updateCustomerBranch', 'Requires `CanUpdateCustomerIdentity` or `CanUpdateCustomerBranch` at the bank.'],
] as const)('the description of %s ends with its access rule', ([coordinate, sentence]) => {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  const description = isObjectType(type) ? (type.getFields()[fieldName]?.description ?? '') : '';

  if (sentence === null) expect(description).not.toMatch(/Requires/);
  else expect(description.endsWith(` ${sentence}`), description).toBe(true);
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
  // It reads nothing, so it cannot fail.
  const cannotFail = ['viewerPermissions'];
  const required = roots.flatMap((type) =>
    Object.values(type?.getFields() ?? {})
      .filter((field) => field.type.toString().endsWith('!') && !cannotFail.includes(field.name))
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
        banks: { check: async () => undefined, wantsReason: () => false, ofCustomer: async () => null },
        ownAccess: { orLinkedUser: () => false, orHolder: () => false, orSelf: () => false },
      });
  }

  test('when a resolved field declares no access rule, by its name', async () => {
    const start = await plantedFault((field) => {
      field.extensions = {};
    });

    expect(start).toThrow(
      'Customer.addresses declares no access rule. Add @RequiresRole, @Authenticated or @Public to its method',
    );
    expect(start).toThrow('if it is a plain field, add simpleResolvers: true to its @ObjectType.');
  });

  test('when a field takes a list of parents and is not batched, by its name', async () => {
    const start = await plantedFault((field) => {
      field.extensions = { ...field.extensions, isBatched: false };
    });

    expect(start).toThrow(
      'Customer.addresses takes a list of parents. Add @Batched() or @BatchedByKey() to its method.',
    );
  });

  test('when a guarded field could not be null, by its name', async () => {
    const start = await plantedFault((field) => {
      field.type = new GraphQLNonNull(field.type);
    });

    expect(start).toThrow('Customer.addresses is guarded, so it must be nullable. Add nullable: true to it.');
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
