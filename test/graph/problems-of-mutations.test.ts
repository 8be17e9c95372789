/** Every mutation with an input lists the problems of all of its fields, not only those of the first. */
import {
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRole, roleScope, roles } from '../../src/base/roles.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer, insertCustomerAddress, insertCustomerAttribute } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const invalidText = '\u0001';
const future = '2190-01-01';

/** A value of each scalar that the scalar or the mutation refuses. Other scalars have no invalid value of their own. */
const invalidValues: Record<string, unknown> = {
  String: invalidText,
  ID: invalidText,
  CountryCode: 'XX',
  Currency: 'ZZZ',
  DateTime: 'soon',
  Decimal: 'many',
  EmailAddress: 'felix',
  HttpsUrl: 'http://example.com',
  LocalDate: 'soon',
};

/** Fields whose value is checked later, and a valid value. */
const checkedLater: Record<string, Record<string, unknown>> = {
  // The roles of the caller at the bank are checked before the other fields.
  grantEntitlement: { bankId },
  // It must be the number of dates of birth.
  createCustomer: { dependants: 1 },
  createCustomers: { dependants: 1 },
  updateCustomerData: { dependants: 1 },
};

const mutations = Object.values((await gatewaySchema()).getMutationType()?.getFields() ?? {}).flatMap(
  ({ name, args }) => {
    const input = args.find((argument) => argument.name === 'input');
    return input === undefined ? [] : [{ name, args, input: input.type }];
  },
);

let gateway: Gateway;
let officer: TestUser;
let ids: Record<string, string>;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  const all = Object.keys(roles).filter(isRole);
  officer = await gateway.createUser({
    roles: all.map((role) => [role, roleScope(role) === 'system' ? null : bankId]),
  });
  const { id: customerId } = await insertCustomer(gateway.database, { bankId });
  const { id: addressId } = await insertCustomerAddress(gateway.database, { bankId, customerId });
  const { id: attributeId } = await insertCustomerAttribute(gateway.database, { bankId, customerId });
  ids = { customerId, updateCustomerAddress: addressId, updateCustomerAttribute: attributeId };
});

afterAll(() => gateway.stop());

/** An input of the type in which each field is invalid, and the paths of these fields. */
function invalidInput(type: GraphQLInputType, path: string, valid: Record<string, unknown>, paths: string[]): unknown {
  if (isNonNullType(type)) return invalidInput(type.ofType, path, valid, paths);
  if (isListType(type)) return [invalidInput(type.ofType, `${path}[0]`, valid, paths)];
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (field) => isRequiredInputField(field) || !isEnumType(getNamedType(field.type)),
    );
    return Object.fromEntries(
      fields.map((field) => [
        field.name,
        valid[field.name] ?? invalidInput(field.type, `${path}.${field.name}`, valid, paths),
      ]),
    );
  }
  if (isEnumType(type))
    return (
      type.getValues().find(({ name }) => ['STRING', 'CanGetCustomer'].includes(name))?.name ??
      type.getValues()[0]?.name
    );
  if (type.name === 'Boolean') return true;
  const invalid = invalidValues[type.name];
  if (invalid === undefined) return undefined;
  paths.push(path);
  return invalid;
}

async function problemsOf(name: string, input: unknown, further: Record<string, unknown> = {}) {
  const mutation = mutations.find((each) => each.name === name);
  const sent = mutation?.args.filter(({ name, type }) => isNonNullType(type) || name in further) ?? [];
  const values: Record<string, unknown> = { bankId, customerId: ids.customerId, id: ids[name], input, ...further };
  const { errors } = await gateway.query(
    officer.token,
    `mutation (${sent.map((each) => `$${each.name}: ${each.type}`).join(', ')}) {
      ${name}(${sent.map((each) => `${each.name}: $${each.name}`).join(', ')}) { __typename }
    }`,
    Object.fromEntries(sent.map((each) => [each.name, values[each.name] ?? 'unknown'])),
  );
  expect(errors).toHaveLength(1);
  const problems = (errors[0]?.extensions.problems ?? []) as { field: string }[];
  return problems.map(({ field }) => field).sort();
}

describe('the problems of', () => {
  test.each(mutations)('$name are listed together', async ({ name, input: type }) => {
    const paths: string[] = [];
    const input = invalidInput(type, 'input', checkedLater[name] ?? {}, paths);

    expect(await problemsOf(name, input)).toEqual(paths.sort());
  });

  // The rules of an attribute's new values depend on the stored attribute, which only the write reads.
  const keyed = mutations.filter(
    ({ name, args }) =>
      name !== 'updateCustomerAttribute' && args.some((argument) => argument.name === 'idempotencyKey'),
  );

  test.each(keyed)('$name include that of its idempotency key', async ({ name, input: type }) => {
    for (const idempotencyKey of ['a b', invalidText]) {
      const paths: string[] = ['idempotencyKey'];
      const input = invalidInput(type, 'input', checkedLater[name] ?? {}, paths);

      expect(await problemsOf(name, input, { idempotencyKey })).toEqual(paths.sort());
    }
  });

  test.each([
    ['updateCustomerIdentity', { dateOfBirth: future, title: invalidText }],
    ['updateCustomerData', { dobOfDependants: [future], dependants: 1, employmentStatus: invalidText }],
    ['updateCustomerData', { dobOfDependants: [future], dependants: 1, faceImage: { url: 'http://example.com' } }],
    ['updateCustomerCreditLimit', { creditLimit: { currency: 'ZZZ', amount: '-1' } }],
    ['addKycStatus', { ok: true, date: `${future}T00:00:00Z`, reason: invalidText }],
    [
      'createAccount',
      { label: invalidText, productCode: 'a', branchId: 'a', balance: { currency: 'EUR', amount: '' } },
    ],
  ])('%s include rules on values that are valid for their type: %o', async (name, input) => {
    expect(await problemsOf(name, input)).toHaveLength(2);
  });

  test('an update do not include that of an old value that is sent again', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId, dateOfBirth: future });
    const { errors } = await gateway.query(
      officer.token,
      `mutation ($bankId: ID!, $customerId: ID!, $input: UpdateCustomerIdentityInput!) {
        updateCustomerIdentity(bankId: $bankId, customerId: $customerId, input: $input) { customer { title } }
      }`,
      { bankId, customerId, input: { dateOfBirth: future, title: 'Dr' } },
    );
    expect(errors).toEqual([]);
  });
});
