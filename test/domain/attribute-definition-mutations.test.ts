import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attributeDefinition } from '../../src/domain/attribute/attribute-definition.table.ts';
import { AttributeType } from '../../src/domain/attribute/attribute-type.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import {
  insertAttributeDefinition,
  insertCustomer,
  insertCustomerAttribute,
  insertUserCustomerLink,
} from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const fields = 'id bankId name category type description alias canBeSeenOnViews isActive version';

const write = `mutation ($bankId: ID!, $input: CustomerAttributeDefinitionInput!, $expectedVersion: Int,
  $idempotencyKey: String) {
  createOrUpdateCustomerAttributeDefinition(bankId: $bankId, input: $input, expectedVersion: $expectedVersion,
    idempotencyKey: $idempotencyKey) { customerAttributeDefinition { ${fields} } } }`;
const remove = /* GraphQL */ `mutation ($bankId: ID!, $id: ID!, $expectedVersion: Int, $idempotencyKey: String) {
  deleteCustomerAttributeDefinition(bankId: $bankId, id: $id, expectedVersion: $expectedVersion,
    idempotencyKey: $idempotencyKey) { customerAttributeDefinition { id name } } }`;

interface Written {
  createOrUpdateCustomerAttributeDefinition: { customerAttributeDefinition: { id: string; version: number } };
}

let gateway: Gateway;
let clerk: TestUser;
let name: string;
let input: Record<string, unknown>;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  clerk = await gateway.createUser({
    roles: [
      ['CanCreateCustomerAttributeDefinitionAtOneBank', bankId],
      ['CanDeleteCustomerAttributeDefinitionAtOneBank', bankId],
    ],
  });
});

beforeEach(() => {
  name = randomUUID();
  input = {
    name,
    type: 'INTEGER',
    description: 'The size of the shoes',
    alias: 'SHOES',
    canBeSeenOnViews: ['owner', 'auditor'],
    isActive: true,
  };
});

afterAll(() => gateway.stop());

function stored() {
  return gateway.database.read.select().from(attributeDefinition).where(eq(attributeDefinition.name, name));
}

test.each([
  ['createOrUpdateCustomerAttributeDefinition', 'CanCreateCustomerAttributeDefinitionAtOneBank', write],
  ['deleteCustomerAttributeDefinition', 'CanDeleteCustomerAttributeDefinitionAtOneBank', remove],
] as const)('%s refuses a caller without the role at the bank and changes nothing', async (field, role, document) => {
  const { id } = await insertAttributeDefinition(gateway.database, { bankId, name });
  const stranger = await gateway.createUser({ roles: [[role, otherBankId]] });
  const variables = { bankId, id, input };

  const anonymous = await gateway.query(null, document, variables);
  const unauthorized = await gateway.query(stranger.token, document, variables);
  const unknown = await gateway.query(clerk.token, document, { ...variables, bankId: 'no-bank' });

  expect(anonymous.errors[0]?.extensions.obpCode).toBe('OBP-20001');
  expect(unauthorized.data).toEqual({ [field]: null });
  expect(unauthorized.errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-20006', missingRoles: [role] });
  expect(unknown.errors[0]?.extensions.obpCode).toBe('OBP-30001');
  expect(await stored()).toMatchObject([{ description: 'The tax number', version: 1 }]);
});

describe('createOrUpdateCustomerAttributeDefinition', () => {
  test.each([
    ['a category that is not Customer', { category: 'Account' }, 'input.category'],
    ['an unknown type', { type: 'BOOLEAN' }, 'input.type'],
    ['an empty name', { name: '' }, 'input.name'],
    ['a name of 51 characters', { name: 'n'.repeat(51) }, 'input.name'],
    ['a description of 2001 characters', { description: 'd'.repeat(2001) }, 'input.description'],
    ['an alias of 51 characters', { alias: 'a'.repeat(51) }, 'input.alias'],
    ['an empty view', { canBeSeenOnViews: ['owner', ''] }, 'input.canBeSeenOnViews[1]'],
    ['too many views', { canBeSeenOnViews: ['v'.repeat(128), 'v'.repeat(128)] }, 'input.canBeSeenOnViews'],
    ['missing views', { canBeSeenOnViews: null }, 'input.canBeSeenOnViews'],
  ])('fails with OBP-10001 for %s and writes nothing', async (_what, change, field) => {
    const before = await gateway.database.read.select().from(attributeDefinition);

    const { errors } = await gateway.query(clerk.token, write, { bankId, input: { ...input, ...change } });

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001' });
    expect(errors[0]?.extensions.field).toBe(field);
    expect(await gateway.database.read.select().from(attributeDefinition)).toEqual(before);
  });

  test('creates a definition, then replaces everything except its ID, once for one idempotency key', async () => {
    const created = await gateway.query(clerk.token, write, { bankId, input: { ...input, category: 'Customer' } });
    const next = { name, type: 'STRING', canBeSeenOnViews: [], isActive: false };
    const variables = { bankId, input: next, idempotencyKey: randomUUID() };
    const replaced = await gateway.query(clerk.token, write, variables);
    const again = await gateway.query(clerk.token, write, variables);

    expect([...created.errors, ...replaced.errors]).toEqual([]);
    const [row] = await stored();
    expect(created.data?.createOrUpdateCustomerAttributeDefinition).toEqual({
      customerAttributeDefinition: { id: row?.id, bankId, category: 'Customer', ...input, version: 1 },
    });
    expect(replaced.data?.createOrUpdateCustomerAttributeDefinition).toEqual({
      customerAttributeDefinition: {
        id: row?.id,
        bankId,
        category: 'Customer',
        ...next,
        description: null,
        alias: null,
        version: 2,
      },
    });
    expect(again.data).toEqual(replaced.data);
    expect(await stored()).toMatchObject([{ version: 2, isActive: false }]);
  });

  test('does not change definitions of the same name at another bank or in another category', async () => {
    await insertAttributeDefinition(gateway.database, { bankId: otherBankId, name });
    await insertAttributeDefinition(gateway.database, { bankId, name, category: 'Account' });

    const { errors } = await gateway.query(clerk.token, write, { bankId, input });

    expect(errors).toEqual([]);
    const rows = await stored();
    expect(rows).toHaveLength(3);
    expect(rows.filter(({ version, type }) => version === 1 && type === 'INTEGER')).toHaveLength(1);
  });

  test.each([
    ['a stale version', 1, 2],
    ['version 0 if the definition exists', 0, 2],
    ['a version other than 0 if the definition does not exist', 1, 0],
  ])(
    'fails with CONFLICT and the current version for %s, and changes nothing',
    async (_what, expectedVersion, current) => {
      if (current > 0) await insertAttributeDefinition(gateway.database, { bankId, name, version: current });
      const before = await stored();

      const { errors } = await gateway.query(clerk.token, write, { bankId, input, expectedVersion });

      expect(errors[0]?.extensions).toMatchObject({
        code: 'CONFLICT',
        currentVersion: current,
        field: 'expectedVersion',
      });
      expect(await stored()).toEqual(before);
    },
  );

  test('replaces the definition with the expected version', async () => {
    const created = await gateway.query<Written>(clerk.token, write, { bankId, input, expectedVersion: 0 });
    const replaced = await gateway.query<Written>(clerk.token, write, { bankId, input, expectedVersion: 1 });

    expect([...created.errors, ...replaced.errors]).toEqual([]);
    expect(await stored()).toMatchObject([{ version: 2 }]);
  });

  test('creates one definition when requests race, and fails for none of them', async () => {
    const responses = await Promise.all(
      Array.from({ length: 8 }, () => gateway.query<Written>(clerk.token, write, { bankId, input })),
    );

    expect(responses.flatMap(({ errors }) => errors)).toEqual([]);
    const definitions = responses.map(
      ({ data }) => data?.createOrUpdateCustomerAttributeDefinition.customerAttributeDefinition,
    );
    expect(new Set(definitions.map((definition) => definition?.id)).size).toBe(1);
    expect(await stored()).toMatchObject([{ version: 8 }]);
  });

  test('succeeds once when updates of one version race', async () => {
    await insertAttributeDefinition(gateway.database, { bankId, name });

    const responses = await Promise.all(
      Array.from({ length: 4 }, () => gateway.query(clerk.token, write, { bankId, input, expectedVersion: 1 })),
    );

    expect(responses.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    expect(await stored()).toMatchObject([{ version: 2 }]);
  });

  test('fails to add a definition to 500 others, but replaces one of them', async () => {
    const fullBankId = 'full.bank';
    await gateway.createBank(fullBankId);
    const officer = await gateway.createUser({
      roles: [['CanCreateCustomerAttributeDefinitionAtOneBank', fullBankId]],
    });
    const now = new Date();
    const rows = Array.from({ length: 500 }, (_, index) => ({
      id: randomUUID(),
      bankId: fullBankId,
      name: `NAME_${index}`,
      category: 'Customer',
      type: AttributeType.STRING,
      canBeSeenOnViews: ['owner'],
      isActive: true,
      createdAt: now,
      updatedAt: now,
    }));
    await gateway.database.transaction(async (transaction) => {
      await transaction.insert(attributeDefinition).values(rows);
    });

    const added = await gateway.query(officer.token, write, { bankId: fullBankId, input });
    const replaced = await gateway.query(officer.token, write, {
      bankId: fullBankId,
      input: { ...input, name: 'NAME_7' },
    });

    expect(added.errors[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 500 });
    expect(await stored()).toEqual([]);
    expect(replaced.errors).toEqual([]);
  });

  test('hides the attributes from linked users while its views lack owner, active or not', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    await insertCustomerAttribute(gateway.database, { bankId, customerId, name });
    const linked = await gateway.createUser();
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: linked.id });
    const seen = async (definition: Record<string, unknown>) => {
      await gateway.query(clerk.token, write, { bankId, input: { ...input, ...definition } });
      const { data } = await gateway.query(
        linked.token,
        `{ myCustomer(customerId: "${customerId}") { attributes { name } } }`,
      );
      return data;
    };
    const hidden = { myCustomer: { attributes: [] } };
    const shown = { myCustomer: { attributes: [{ name }] } };

    expect(await seen({ canBeSeenOnViews: ['auditor'] })).toEqual(hidden);
    expect(await seen({ canBeSeenOnViews: ['auditor'], isActive: false })).toEqual(hidden);
    expect(await seen({ canBeSeenOnViews: [] })).toEqual(hidden);
    expect(await seen({ canBeSeenOnViews: ['owner'] })).toEqual(shown);
  });
});

describe('deleteCustomerAttributeDefinition', () => {
  test.each([
    ['another bank', { bankId: otherBankId }],
    ['another category', { bankId, category: 'Account' }],
  ])('fails with OBP-30071 for a definition of %s and deletes nothing', async (_case, place) => {
    const { id } = await insertAttributeDefinition(gateway.database, { name, ...place });

    const { errors } = await gateway.query(clerk.token, remove, { bankId, id });

    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-30071' });
    expect(await stored()).toHaveLength(1);
  });

  test('fails with CONFLICT for a stale version and deletes nothing', async () => {
    const { id } = await insertAttributeDefinition(gateway.database, { bankId, name, version: 2 });

    const { errors } = await gateway.query(clerk.token, remove, { bankId, id, expectedVersion: 1 });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 2 });
    expect(await stored()).toHaveLength(1);
  });

  test('returns the deleted definition, keeps the attributes, and deletes nothing more when retried with the same key', async () => {
    const { id } = await insertAttributeDefinition(gateway.database, { bankId, name });
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    await insertCustomerAttribute(gateway.database, { bankId, customerId, name });
    const variables = { bankId, id, expectedVersion: 1, idempotencyKey: randomUUID() };
    const reader = await gateway.createUser({ roles: [['CanGetCustomerAttributesAtOneBank', bankId]] });

    const { data, errors } = await gateway.query(clerk.token, remove, variables);
    const again = await gateway.query(clerk.token, remove, variables);
    const other = await gateway.query(clerk.token, remove, { bankId, id });
    const attributes = await gateway.query(
      reader.token,
      `{ customerAttributes(bankId: "${bankId}", customerId: "${customerId}") { name } }`,
    );

    expect(errors).toEqual([]);
    expect(data).toEqual({ deleteCustomerAttributeDefinition: { customerAttributeDefinition: { id, name } } });
    expect(again).toMatchObject({
      errors: [],
      data: { deleteCustomerAttributeDefinition: { customerAttributeDefinition: null } },
    });
    expect(other.errors[0]?.extensions.obpCode).toBe('OBP-30071');
    expect(
      await gateway.database.read.select().from(attributeDefinition).where(eq(attributeDefinition.id, id)),
    ).toEqual([]);
    expect(attributes.data).toEqual({ customerAttributes: [{ name }] });
  });
});
