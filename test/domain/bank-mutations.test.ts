import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';

const create = /* GraphQL */ `mutation ($input: CreateBankInput!, $idempotencyKey: String) {
  createBank(input: $input, idempotencyKey: $idempotencyKey) {
    bank { id shortName fullName logoUrl websiteUrl version } } }`;

let gateway: Gateway;
let administrator: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  administrator = await gateway.createUser({ roles: [['CanCreateBank', null]] });
});

afterAll(() => gateway.stop());

function newInput() {
  return {
    bankId: `gh.${randomUUID()}`,
    shortName: 'Uk',
    fullName: 'The Royal Bank of Uk',
    logoUrl: 'https://static.example.com/logo.png',
    websiteUrl: 'https://www.example.com',
  };
}

function storedWith(id: string) {
  return gateway.database.read.select().from(bank).where(eq(bank.id, id));
}

describe('createBank', () => {
  test('refuses a caller with the system role at one bank only, and writes nothing', async () => {
    await gateway.createBank('gh.29.uk');
    const stranger = await gateway.createUser({ roles: [['CanCreateBank', 'gh.29.uk']] });
    const input = newInput();

    const { data, errors } = await gateway.query(stranger.token, create, { input });

    expect(data).toEqual({ createBank: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missingRoles: ['CanCreateBank'] });
    expect(await storedWith(input.bankId)).toEqual([]);
  });

  test.each(['', 'gh 29 uk', 'gh/29', 'x'.repeat(255)])('fails with OBP-30111 for the ID %j', async (bankId) => {
    const { errors } = await gateway.query(administrator.token, create, { input: { ...newInput(), bankId } });

    expect(errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      obpCode: 'OBP-30111',
      field: 'input.bankId',
    });
    expect(await storedWith(bankId)).toEqual([]);
  });

  test.each([
    ['an empty name', { shortName: '' }],
    ['a name that is too long', { fullName: 'x'.repeat(256) }],
    ['a script in place of a URL', { logoUrl: 'javascript:alert(1)' }],
    ['a URL without encryption', { websiteUrl: 'http://www.example.com' }],
  ])('fails with OBP-10001 for %s and writes nothing', async (_what, change) => {
    const input = { ...newInput(), ...change };

    const { errors } = await gateway.query(administrator.token, create, { input });

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001' });
    expect(await storedWith(input.bankId)).toEqual([]);
  });

  test('returns the bank and lets its creator grant roles there, but nothing else', async () => {
    const creator = await gateway.createUser({ roles: [['CanCreateBank', null]] });
    const input = newInput();
    const { bankId: id, ...values } = input;

    const { data, errors } = await gateway.query(creator.token, create, { input });
    const me = await gateway.query(creator.token, '{ me { entitlements { roleName bankId } } }');

    expect(errors).toEqual([]);
    expect(data).toEqual({
      createBank: { bank: { id, ...values, websiteUrl: 'https://www.example.com/', version: 1 } },
    });
    expect(me.data).toEqual({
      me: {
        entitlements: [
          { roleName: 'CanCreateBank', bankId: null },
          { roleName: 'CanCreateEntitlementAtOneBank', bankId: input.bankId },
        ],
      },
    });
  });

  test('fails with OBP-34000 for an existing ID, and neither changes the bank nor grants a role', async () => {
    const input = newInput();
    await gateway.createBank(input.bankId);
    const creator = await gateway.createUser({ roles: [['CanCreateBank', null]] });

    const { errors } = await gateway.query(creator.token, create, { input });
    const me = await gateway.query(creator.token, '{ me { entitlements { roleName } } }');

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', obpCode: 'OBP-34000', field: 'input.bankId' });
    expect(await storedWith(input.bankId)).toMatchObject([{ shortName: null, version: 1 }]);
    expect(me.data).toEqual({ me: { entitlements: [{ roleName: 'CanCreateBank' }] } });
  });

  test('succeeds once when requests with the same ID race', async () => {
    const input = newInput();

    const responses = await Promise.all(
      Array.from({ length: 5 }, () => gateway.query(administrator.token, create, { input })),
    );

    const failed = responses.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.obpCode));
    expect(failed).toEqual(Array.from({ length: 4 }, () => 'OBP-34000'));
  });

  test('writes once for each idempotency key', async () => {
    const variables = { input: newInput(), idempotencyKey: randomUUID() };

    const first = await gateway.query(administrator.token, create, variables);
    const again = await gateway.query(administrator.token, create, variables);

    expect(first.errors).toEqual([]);
    expect(again).toMatchObject({ errors: [], data: first.data });
  });
});
