import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AttributeType } from '../../src/domain/attribute/attribute-type.ts';
import { customerAttribute } from '../../src/domain/customer/customer-attribute.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertAttributeDefinition, insertCustomer, insertCustomerAttribute } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const input = { name: 'SHOE_SIZE', type: 'INTEGER', value: '42' };
const payload = 'customerAttribute { id name type value version } customer { id attributes { name value } }';

const create = `mutation ($bankId: ID!, $customerId: ID!, $input: CustomerAttributeInput!, $idempotencyKey: String) {
  createCustomerAttribute(bankId: $bankId, customerId: $customerId, input: $input, idempotencyKey: $idempotencyKey) {
    ${payload} } }`;
const update = `mutation ($bankId: ID!, $customerId: ID!, $id: ID!, $input: UpdateCustomerAttributeInput!,
  $expectedVersion: Int, $idempotencyKey: String) {
  updateCustomerAttribute(bankId: $bankId, customerId: $customerId, id: $id, input: $input,
    expectedVersion: $expectedVersion, idempotencyKey: $idempotencyKey) { ${payload} } }`;
const remove = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $id: ID!, $expectedVersion: Int, $idempotencyKey: String) {
  deleteCustomerAttribute(bankId: $bankId, customerId: $customerId, id: $id, expectedVersion: $expectedVersion,
    idempotencyKey: $idempotencyKey) { customerAttribute { id value } customer { attributes { name } } } }`;

let gateway: Gateway;
let clerk: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  clerk = await gateway.createUser({
    roles: [
      ['CanCreateCustomerAttributeAtOneBank', bankId],
      ['CanUpdateCustomerAttributeAtOneBank', bankId],
      ['CanDeleteCustomerAttributeAtOneBank', bankId],
      ['CanGetCustomerAttributesAtOneBank', bankId],
      ['CanGetCustomer', bankId],
    ],
  });
});

beforeEach(async () => {
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
});

afterAll(() => gateway.stop());

function storedOf(id: string) {
  return gateway.database.read.select().from(customerAttribute).where(eq(customerAttribute.customerId, id));
}

describe.each([
  ['createCustomerAttribute', 'CanCreateCustomerAttribute', create],
  ['updateCustomerAttribute', 'CanUpdateCustomerAttribute', update],
  ['deleteCustomerAttribute', 'CanDeleteCustomerAttribute', remove],
] as const)('%s', (field, rolePrefix, document) => {
  test('refuses an anonymous caller and a caller with the role at another bank, and changes nothing', async () => {
    const { id } = await insertCustomerAttribute(gateway.database, { bankId, customerId, value: 'before' });
    const stranger = await gateway.createUser({ roles: [[`${rolePrefix}AtOneBank`, otherBankId]] });
    const variables = { bankId, customerId, id, input };

    const anonymous = await gateway.query(null, document, variables);
    const unauthorized = await gateway.query(stranger.token, document, variables);

    expect(anonymous.errors[0]?.extensions.obpCode).toBe('OBP-20001');
    expect(unauthorized.data).toEqual({ [field]: null });
    expect(unauthorized.errors[0]?.extensions).toMatchObject({
      obpCode: 'OBP-20006',
      missingRoles: [`${rolePrefix}AtOneBank`, `${rolePrefix}AtAnyBank`],
    });
    expect(await storedOf(customerId)).toMatchObject([{ value: 'before', version: 1 }]);
  });

  test('fails for an unknown bank and for a customer of another bank, and changes nothing', async () => {
    const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });
    const { id } = await insertCustomerAttribute(gateway.database, { bankId: otherBankId, customerId: foreign.id });
    const variables = { bankId, customerId: foreign.id, id, input };

    const unknown = await gateway.query(clerk.token, document, { ...variables, bankId: 'no-bank' });
    const { errors } = await gateway.query(clerk.token, document, variables);

    expect(unknown.errors[0]?.extensions.obpCode).toBe('OBP-30001');
    expect(errors[0]?.extensions.obpCode).toBe('OBP-30046');
    expect(await storedOf(foreign.id)).toMatchObject([{ name: 'SPECIAL_TAX_NUMBER', version: 1 }]);
  });

  test('accepts the system role for every bank', async () => {
    const { id } = await insertCustomerAttribute(gateway.database, { bankId, customerId });
    const officer = await gateway.createUser({ roles: [[`${rolePrefix}AtAnyBank`, null]] });

    const { data, errors } = await gateway.query(officer.token, document, { bankId, customerId, id, input });

    expect(errors.map(({ path }) => path)).toEqual([[field, 'customer']]);
    expect(data).toMatchObject({ [field]: { customerAttribute: { id: expect.any(String) } } });
  });
});

describe.each([
  ['updateCustomerAttribute', update],
  ['deleteCustomerAttribute', remove],
])('%s', (_field, document) => {
  test('fails with OBP-30069 for an attribute of another customer and changes nothing', async () => {
    const other = await insertCustomer(gateway.database, { bankId });
    const { id } = await insertCustomerAttribute(gateway.database, { bankId, customerId: other.id });

    const { errors } = await gateway.query(clerk.token, document, { bankId, customerId, id, input });

    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-30069' });
    expect(await storedOf(other.id)).toMatchObject([{ value: '123', version: 1 }]);
  });

  test('fails with CONFLICT and the current version for a stale version, and changes nothing', async () => {
    const { id } = await insertCustomerAttribute(gateway.database, { bankId, customerId, version: 3 });

    const { errors } = await gateway.query(clerk.token, document, {
      bankId,
      customerId,
      id,
      input,
      expectedVersion: 2,
    });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 3 });
    expect(await storedOf(customerId)).toMatchObject([{ value: '123', version: 3 }]);
  });
});

describe.each([
  ['createCustomerAttribute', create],
  ['updateCustomerAttribute', update],
])('%s', (field, document) => {
  test.each([
    ['an empty name', { name: ' ' }, 'input.name'],
    ['a name of 51 characters', { name: 'n'.repeat(51) }, 'input.name'],
    ['an empty value', { value: '' }, 'input.value'],
    ['a value of 2001 characters', { type: 'STRING', value: 'v'.repeat(2001) }, 'input.value'],
    ['a control character', { type: 'STRING', value: 'a\u0000b' }, 'input.value'],
    ['an invalid integer', { value: '42.5' }, 'input.value'],
    ['an invalid decimal number', { type: 'DOUBLE', value: '12,5' }, 'input.value'],
    ['an invalid date', { type: 'DATE_WITH_DAY', value: '2012-02-30' }, 'input.value'],
    ['an unknown type', { type: 'BOOLEAN' }, 'input.type'],
  ])('fails with OBP-10001 for %s and writes nothing', async (_what, change, field) => {
    const { id } = await insertCustomerAttribute(gateway.database, { bankId, customerId });
    const variables = { bankId, customerId, id, input: { ...input, ...change } };

    const { errors } = await gateway.query(clerk.token, document, variables);

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001' });
    expect(errors[0]?.extensions.field).toBe(field);
    expect(await storedOf(customerId)).toMatchObject([{ value: '123', version: 1 }]);
  });

  test.each([
    ['INTEGER', '-123'],
    ['DOUBLE', '12.1234'],
    ['DATE_WITH_DAY', '2012-04-23'],
    ['STRING', 'x'.repeat(2000)],
  ])('stores a value of type %s as written, and makes it searchable', async (type, value) => {
    const { id } = await insertCustomerAttribute(gateway.database, { bankId, customerId });
    const variables = { bankId, customerId, id, input: { ...input, type, value } };

    const { data, errors } = await gateway.query(clerk.token, document, variables);

    expect(errors).toEqual([]);
    expect(data).toMatchObject({ [field]: { customerAttribute: { type, value } } });
    const stored = await storedOf(customerId);
    expect(stored.find((row) => row.value === value)?.valueSearch).toBe(value.slice(0, 100));
  });

  test('fails with OBP-10001 for another type than that of the active definition of the name', async () => {
    const name = randomUUID();
    await insertAttributeDefinition(gateway.database, { bankId, name, type: AttributeType.DATE_WITH_DAY });
    const { id } = await insertCustomerAttribute(gateway.database, { bankId, customerId });
    const send = (type: string, value: string) =>
      gateway.query(clerk.token, document, { bankId, customerId, id, input: { name, type, value } });

    const rejected = await send('STRING', '2012-04-23');
    const stored = await storedOf(customerId);
    const accepted = await send('DATE_WITH_DAY', '2012-04-23');

    expect(rejected.errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field: 'input.type' });
    expect(stored).toMatchObject([{ value: '123', version: 1 }]);
    expect(accepted.errors).toEqual([]);
  });

  test('accepts any type if the definition is inactive, of another bank, or of another category', async () => {
    const name = randomUUID();
    const type = AttributeType.DATE_WITH_DAY;
    await insertAttributeDefinition(gateway.database, { bankId, name, type, isActive: false });
    await insertAttributeDefinition(gateway.database, { bankId: otherBankId, name, type });
    await insertAttributeDefinition(gateway.database, { bankId, name, type, category: 'Account' });
    const { id } = await insertCustomerAttribute(gateway.database, { bankId, customerId });

    const variables = { bankId, customerId, id, input: { ...input, name } };
    const { errors } = await gateway.query(clerk.token, document, variables);

    expect(errors).toEqual([]);
  });
});

test('createCustomerAttribute returns the attribute and its customer, and writes once for one idempotency key', async () => {
  // Rows that a test inserts can be ahead of the clock, and the list is sorted by the time of creation.
  const createdAt = new Date(0);
  await insertCustomerAttribute(gateway.database, { bankId, customerId, name: 'SHOE_SIZE', value: '41', createdAt });
  const variables = { bankId, customerId, input, idempotencyKey: randomUUID() };

  const { data, errors } = await gateway.query(clerk.token, create, variables);
  const again = await gateway.query(clerk.token, create, variables);

  expect(errors).toEqual([]);
  expect(data?.createCustomerAttribute).toEqual({
    customerAttribute: { id: expect.any(String), ...input, version: 1 },
    customer: {
      id: customerId,
      attributes: [
        { name: 'SHOE_SIZE', value: '41' },
        { name: 'SHOE_SIZE', value: '42' },
      ],
    },
  });
  expect(again.data).toEqual(data);
  expect(await storedOf(customerId)).toHaveLength(2);
});

test('updateCustomerAttribute replaces name, type, and value, once for one idempotency key', async () => {
  const { id } = await insertCustomerAttribute(gateway.database, { bankId, customerId });
  const variables = { bankId, customerId, id, input, expectedVersion: 1, idempotencyKey: randomUUID() };

  const { data, errors } = await gateway.query(clerk.token, update, variables);
  const again = await gateway.query(clerk.token, update, variables);

  expect(errors).toEqual([]);
  expect(data?.updateCustomerAttribute).toEqual({
    customerAttribute: { id, ...input, version: 2 },
    customer: { id: customerId, attributes: [{ name: 'SHOE_SIZE', value: '42' }] },
  });
  expect(again.data).toEqual(data);
  expect(await storedOf(customerId)).toMatchObject([{ valueSearch: '42', version: 2 }]);
});

test('updateCustomerAttribute succeeds once when updates of one version race', async () => {
  const { id } = await insertCustomerAttribute(gateway.database, { bankId, customerId });

  const responses = await Promise.all(
    ['1', '2', '3'].map((value) =>
      gateway.query(clerk.token, update, {
        bankId,
        customerId,
        id,
        input: { ...input, value },
        expectedVersion: 1,
      }),
    ),
  );

  expect(responses.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
  expect(await storedOf(customerId)).toMatchObject([{ version: 2 }]);
});

test('deleteCustomerAttribute returns the deleted attribute, and deletes nothing more when retried with the same key', async () => {
  const { id } = await insertCustomerAttribute(gateway.database, { bankId, customerId });
  const variables = { bankId, customerId, id, idempotencyKey: randomUUID() };

  const { data, errors } = await gateway.query(clerk.token, remove, variables);
  const again = await gateway.query(clerk.token, remove, variables);
  const other = await gateway.query(clerk.token, remove, { bankId, customerId, id });

  expect(errors).toEqual([]);
  expect(data?.deleteCustomerAttribute).toEqual({
    customerAttribute: { id, value: '123' },
    customer: { attributes: [] },
  });
  expect(again).toMatchObject({ errors: [], data: { deleteCustomerAttribute: { customerAttribute: null } } });
  expect(other.errors[0]?.extensions.obpCode).toBe('OBP-30069');
  expect(await storedOf(customerId)).toEqual([]);
});
