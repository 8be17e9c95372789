import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { userAttribute } from '../../src/domain/user/user-attribute.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertUserAttribute } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const input = { name: 'LOYALTY_LEVEL', type: 'INTEGER', value: '3' };

const create = `mutation ($userId: ID!, $input: UserAttributeInput!, $idempotencyKey: String) {
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
  test('is refused without the role, also of oneself, and nothing is written', async () => {
    const user = await gateway.createUser({ roles: [['CanCreateUserAttribute', bankId]] });

    const { data, errors } = await gateway.query(user.token, create, { userId: user.id, input });

    expect(data).toEqual({ createUserAttribute: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missingRoles: ['CanCreateUserAttribute'] });
    expect(await storedOf(user.id)).toEqual([]);
  });

  test('of a user who does not exist is OBP-20057', async () => {
    const { errors } = await gateway.query(administrator.token, create, { userId: 'nobody', input });

    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-20057' });
  });

  test.each([
    ['an empty name', { name: ' ' }, 'input.name'],
    ['a name that is too long', { name: 'x'.repeat(51) }, 'input.name'],
    ['no whole number', { value: '3.5' }, 'input.value'],
    ['no day', { type: 'DATE_WITH_DAY', value: '23 April' }, 'input.value'],
    ['no decimal number', { type: 'DOUBLE', value: '1,5' }, 'input.value'],
    ['an empty text', { type: 'STRING', value: '' }, 'input.value'],
  ])('with %s is OBP-10001, and nothing is written', async (_what, change, field) => {
    const variables = { userId, input: { ...input, ...change } };

    const { errors } = await gateway.query(administrator.token, create, variables);

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001', field });
    expect(await storedOf(userId)).toEqual([]);
  });

  test('gives the attribute and the user with it, and writes once per idempotency key', async () => {
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

  test('shows the user to nobody who may not read users', async () => {
    const clerk = await gateway.createUser({ roles: [['CanCreateUserAttribute', null]] });

    const { data, errors } = await gateway.query(clerk.token, create, { userId, input });

    expect(data).toEqual({ createUserAttribute: { userAttribute: input, user: null } });
    expect(errors[0]?.extensions.missingRoles).toEqual(['CanGetAnyUser']);
  });

  test('adds no attribute to 500 others', async () => {
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
