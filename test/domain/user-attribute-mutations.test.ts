import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { userAttribute } from '../../src/domain/user/user-attribute.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertUserAttribute } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const input = { name: 'LOYALTY_LEVEL', type: 'INTEGER', value: '3' };

const create = /* GraphQL */ `mutation ($userId: ID!, $input: UserAttributeInput!, $idempotencyKey: String) {
  createUserAttribute(userId: $userId, input: $input, idempotencyKey: $idempotencyKey) {
    userAttribute { name type value } user { id attributes { name } } } }`;

let gateway: Gateway;
let administrator: TestUser;
let userId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  administrator = await gateway.createUser({
    roles: [
      ['CanCreateUserAttribute', null],
      ['CanGetAnyUser', null],
    ],
  });
});

beforeEach(async () => {
  userId = (await gateway.createUser()).id;
});

afterAll(() => gateway.stop());

function storedOf(id: string) {
  return gateway.database.read.select().from(userAttribute).where(eq(userAttribute.userId, id));
}

describe('createUserAttribute', () => {
  test("refuses a caller without the system role, even for the caller's own user, and writes nothing", async () => {
    const user = await gateway.createUser({ roles: [['CanCreateUserAttribute', bankId]] });

    const { data, errors } = await gateway.query(user.token, create, { userId: user.id, input });

    expect(data).toEqual({ createUserAttribute: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missingRoles: ['CanCreateUserAttribute'] });
    expect(await storedOf(user.id)).toEqual([]);
  });

  test('fails with OBP-20057 for an unknown user', async () => {
    const { errors } = await gateway.query(administrator.token, create, { userId: 'unknown', input });

    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-20057' });
  });

  test.each([
    ['an empty name', { name: ' ' }, 'input.name'],
    ['a name that is too long', { name: 'x'.repeat(51) }, 'input.name'],
    ['a value that is not an integer', { value: '3.5' }, 'input.value'],
    ['a value that is not a date', { type: 'DATE_WITH_DAY', value: '23 April' }, 'input.value'],
    ['a value that is not a decimal number', { type: 'DOUBLE', value: '1,5' }, 'input.value'],
    ['an empty value', { type: 'STRING', value: '' }, 'input.value'],
  ])('fails with OBP-10001 for %s and writes nothing', async (_what, change, field) => {
    const variables = { userId, input: { ...input, ...change } };

    const { errors } = await gateway.query(administrator.token, create, variables);

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001', field });
    expect(await storedOf(userId)).toEqual([]);
  });

  test('returns the attribute and its user, and writes once for each idempotency key', async () => {
    const variables = { userId, input, idempotencyKey: randomUUID() };

    const first = await gateway.query(administrator.token, create, variables);
    const again = await gateway.query(administrator.token, create, variables);

    expect(first.errors).toEqual([]);
    expect(first.data).toEqual({
      createUserAttribute: { userAttribute: input, user: { id: userId, attributes: [{ name: 'LOYALTY_LEVEL' }] } },
    });
    expect(again.data).toEqual(first.data);
    expect(await storedOf(userId)).toHaveLength(1);
  });

  test('refuses the user of the attribute to a caller without CanGetAnyUser', async () => {
    const caller = await gateway.createUser({ roles: [['CanCreateUserAttribute', null]] });

    const { data, errors } = await gateway.query(caller.token, create, { userId, input });

    expect(data).toEqual({ createUserAttribute: { userAttribute: input, user: null } });
    expect(errors[0]?.extensions.missingRoles).toEqual(['CanGetAnyUser']);
  });

  test('fails if the user already has 500 attributes', async () => {
    const { id: _id, ...row } = await insertUserAttribute(gateway.database, { userId });
    await gateway.database.transaction(async (transaction) => {
      const rows = Array.from({ length: 499 }, () => ({ ...row, id: randomUUID() }));
      await transaction.insert(userAttribute).values(rows);
    });

    const { errors } = await gateway.query(administrator.token, create, { userId, input });

    expect(errors[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 500 });
    expect(await storedOf(userId)).toHaveLength(500);
  });
});
