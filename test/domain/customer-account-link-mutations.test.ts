import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { customerAccountLink } from '../../src/domain/account/customer-account-link.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertAccount, insertCustomer, insertCustomerAccountLink } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const linkFields =
  'customerAccountLink { id accountId relationshipType version } customer { id accountLinks { accountId } }';

const create = `mutation ($bankId: ID!, $customerId: ID!, $input: CreateCustomerAccountLinkInput!, $idempotencyKey: String) {
  createCustomerAccountLink(bankId: $bankId, customerId: $customerId, input: $input, idempotencyKey: $idempotencyKey) {
    ${linkFields} } }`;
const update = `mutation ($bankId: ID!, $id: ID!, $input: UpdateCustomerAccountLinkInput!, $expectedVersion: Int,
    $idempotencyKey: String) {
  updateCustomerAccountLink(bankId: $bankId, id: $id, input: $input, expectedVersion: $expectedVersion,
    idempotencyKey: $idempotencyKey) { ${linkFields} } }`;
const remove = `mutation ($bankId: ID!, $id: ID!, $expectedVersion: Int, $idempotencyKey: String) {
  deleteCustomerAccountLink(bankId: $bankId, id: $id, expectedVersion: $expectedVersion,
    idempotencyKey: $idempotencyKey) { ${linkFields} } }`;

let gateway: Gateway;
let clerk: TestUser;
let customerId: string;
let accountId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  clerk = await gateway.createUser({
    roles: [
      ['CanCreateCustomerAccountLink', bankId],
      ['CanUpdateCustomerAccountLink', bankId],
      ['CanDeleteCustomerAccountLink', bankId],
      ['CanGetCustomerAccountLinks', bankId],
      ['CanGetCustomer', bankId],
    ],
  });
});

beforeEach(async () => {
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
  accountId = (await insertAccount(gateway.database, { bankId })).id;
});

afterAll(() => gateway.stop());

function storedOf(id: string) {
  return gateway.database.read.select().from(customerAccountLink).where(eq(customerAccountLink.customerId, id));
}

describe('createCustomerAccountLink', () => {
  test('refuses a caller without the role at the bank and writes nothing', async () => {
    const stranger = await gateway.createUser({ roles: [['CanCreateCustomerAccountLink', otherBankId]] });
    const variables = { bankId, customerId, input: { accountId, relationshipType: 'Owner' } };

    const { data, errors } = await gateway.query(stranger.token, create, variables);

    expect(data).toEqual({ createCustomerAccountLink: null });
    expect(errors[0]?.extensions.missingRoles).toEqual(['CanCreateCustomerAccountLink']);
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('fails with OBP-30046 for a customer of another bank and writes nothing', async () => {
    const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });
    const variables = { bankId, customerId: foreign.id, input: { accountId, relationshipType: 'Owner' } };

    const { errors } = await gateway.query(clerk.token, create, variables);

    expect(errors[0]?.extensions.obpCode).toBe('OBP-30046');
    expect(await storedOf(foreign.id)).toEqual([]);
  });

  test('fails with OBP-30018 for an unknown account or an account of another bank, and writes nothing', async () => {
    const foreign = await insertAccount(gateway.database, { bankId: otherBankId });

    for (const unknown of [foreign.id, 'no-account']) {
      const input = { accountId: unknown, relationshipType: 'Owner' };
      const { errors } = await gateway.query(clerk.token, create, { bankId, customerId, input });

      expect(errors[0]?.extensions).toMatchObject({
        code: 'NOT_FOUND',
        obpCode: 'OBP-30018',
        field: 'input.accountId',
      });
    }
    expect(await storedOf(customerId)).toEqual([]);
  });

  test.each([
    ['an empty relationship type', { relationshipType: ' ' }, 'input.relationshipType'],
    ['a relationship type that is too long', { relationshipType: 'x'.repeat(256) }, 'input.relationshipType'],
    ['an invalid account ID', { accountId: 'an account' }, 'input.accountId'],
  ])('fails with OBP-10001 for %s and writes nothing', async (_what, change, field) => {
    const input = { accountId, relationshipType: 'Owner', ...change };

    const { errors } = await gateway.query(clerk.token, create, { bankId, customerId, input });

    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field });
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('returns the link and its customer, and writes once for each idempotency key', async () => {
    const input = { accountId, relationshipType: 'Owner' };
    const variables = { bankId, customerId, input, idempotencyKey: randomUUID() };

    const first = await gateway.query(clerk.token, create, variables);
    const again = await gateway.query(clerk.token, create, variables);

    expect(first.errors).toEqual([]);
    expect(first.data).toEqual({
      createCustomerAccountLink: {
        customerAccountLink: { id: expect.any(String), accountId, relationshipType: 'Owner', version: 1 },
        customer: { id: customerId, accountLinks: [{ accountId }] },
      },
    });
    expect(again).toMatchObject({ errors: [], data: first.data });
    expect(await storedOf(customerId)).toMatchObject([{ bankId }]);
  });

  test('fails with OBP-30223 for a linked account, even with another relationship type', async () => {
    await insertCustomerAccountLink(gateway.database, { bankId, customerId, accountId });
    const input = { accountId, relationshipType: 'Guarantor' };

    const { errors } = await gateway.query(clerk.token, create, { bankId, customerId, input });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', obpCode: 'OBP-30223' });
    expect(await storedOf(customerId)).toMatchObject([{ relationshipType: 'Owner' }]);
  });

  test('succeeds once when requests race', async () => {
    const variables = { bankId, customerId, input: { accountId, relationshipType: 'Owner' } };

    const responses = await Promise.all(Array.from({ length: 5 }, () => gateway.query(clerk.token, create, variables)));

    const codes = responses.map(({ errors }) => errors[0]?.extensions.obpCode ?? null).sort();
    expect(codes).toEqual([...Array.from({ length: 4 }, () => 'OBP-30223'), null].sort());
    expect(await storedOf(customerId)).toHaveLength(1);
  });
});

describe('updateCustomerAccountLink', () => {
  test('refuses a caller without the role and changes nothing', async () => {
    const { id } = await insertCustomerAccountLink(gateway.database, { bankId, customerId, accountId });
    const stranger = await gateway.createUser({ roles: [['CanUpdateCustomerAccountLink', otherBankId]] });

    const { errors } = await gateway.query(stranger.token, update, { bankId, id, input: { relationshipType: 'Heir' } });

    expect(errors[0]?.extensions.missingRoles).toEqual(['CanUpdateCustomerAccountLink']);
    expect(await storedOf(customerId)).toMatchObject([{ relationshipType: 'Owner', version: 1 }]);
  });

  test('fails with OBP-30225 for an unknown link or a link of another bank, and changes nothing', async () => {
    const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });
    const foreignAccount = await insertAccount(gateway.database, { bankId: otherBankId });
    const { id } = await insertCustomerAccountLink(gateway.database, {
      bankId: otherBankId,
      customerId: foreign.id,
      accountId: foreignAccount.id,
    });

    for (const unknown of [id, 'no-link']) {
      const variables = { bankId, id: unknown, input: { relationshipType: 'Heir' } };
      const { errors } = await gateway.query(clerk.token, update, variables);
      expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-30225' });
    }
    expect(await storedOf(foreign.id)).toMatchObject([{ relationshipType: 'Owner', version: 1 }]);
  });

  test('fails with OBP-10001 for an empty relationship type and changes nothing', async () => {
    const { id } = await insertCustomerAccountLink(gateway.database, { bankId, customerId, accountId });

    const { errors } = await gateway.query(clerk.token, update, { bankId, id, input: { relationshipType: '' } });

    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field: 'input.relationshipType' });
    expect(await storedOf(customerId)).toMatchObject([{ version: 1 }]);
  });

  test('replaces the relationship type, once for each idempotency key', async () => {
    const { id } = await insertCustomerAccountLink(gateway.database, { bankId, customerId, accountId });
    const variables = { bankId, id, input: { relationshipType: 'Heir' }, idempotencyKey: randomUUID() };

    const { data, errors } = await gateway.query(clerk.token, update, variables);
    const again = await gateway.query(clerk.token, update, variables);

    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      updateCustomerAccountLink: { customerAccountLink: { id, accountId, relationshipType: 'Heir', version: 2 } },
    });
    expect(again.data).toEqual(data);
  });

  test('fails with CONFLICT and the current version for a stale version, and changes nothing', async () => {
    const { id } = await insertCustomerAccountLink(gateway.database, { bankId, customerId, accountId });
    const variables = { bankId, id, input: { relationshipType: 'Heir' }, expectedVersion: 2 };

    const { errors } = await gateway.query(clerk.token, update, variables);

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 1 });
    expect(await storedOf(customerId)).toMatchObject([{ relationshipType: 'Owner' }]);
  });
});

describe('deleteCustomerAccountLink', () => {
  test('refuses a caller without the role and deletes nothing', async () => {
    const { id } = await insertCustomerAccountLink(gateway.database, { bankId, customerId, accountId });
    const stranger = await gateway.createUser({ roles: [['CanDeleteCustomerAccountLink', otherBankId]] });

    const { errors } = await gateway.query(stranger.token, remove, { bankId, id });

    expect(errors[0]?.extensions.missingRoles).toEqual(['CanDeleteCustomerAccountLink']);
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test('fails with OBP-30225 for a link of another bank and deletes nothing', async () => {
    const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });
    const foreignAccount = await insertAccount(gateway.database, { bankId: otherBankId });
    const { id } = await insertCustomerAccountLink(gateway.database, {
      bankId: otherBankId,
      customerId: foreign.id,
      accountId: foreignAccount.id,
    });

    const { errors } = await gateway.query(clerk.token, remove, { bankId, id });

    expect(errors[0]?.extensions.obpCode).toBe('OBP-30225');
    expect(await storedOf(foreign.id)).toHaveLength(1);
  });

  test('fails with CONFLICT for a stale version and deletes nothing', async () => {
    const { id } = await insertCustomerAccountLink(gateway.database, { bankId, customerId, accountId });

    const { errors } = await gateway.query(clerk.token, remove, { bankId, id, expectedVersion: 7 });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 1 });
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test('returns the deleted link, and deletes nothing more when retried with the same key', async () => {
    const { id } = await insertCustomerAccountLink(gateway.database, { bankId, customerId, accountId });
    const variables = { bankId, id, idempotencyKey: randomUUID() };

    const first = await gateway.query(clerk.token, remove, variables);
    const again = await gateway.query(clerk.token, remove, variables);
    const other = await gateway.query(clerk.token, remove, { bankId, id });

    expect(first).toMatchObject({
      errors: [],
      data: {
        deleteCustomerAccountLink: {
          customerAccountLink: { id, accountId },
          customer: { id: customerId, accountLinks: [] },
        },
      },
    });
    expect(again).toMatchObject({
      errors: [],
      data: { deleteCustomerAccountLink: { customerAccountLink: null, customer: { id: customerId } } },
    });
    expect(other.errors[0]?.extensions.obpCode).toBe('OBP-30225');
    expect(await storedOf(customerId)).toEqual([]);
  });
});
