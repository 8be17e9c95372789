import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { customerAddress } from '../../src/domain/address/address.table.ts';
import { idempotencyKey } from '../../src/domain/user/idempotency-key.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer, insertCustomerAddress } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const input = { line1: 'No 1 the Road', city: 'Berlin', postcode: '13359', countryCode: 'DE', tags: ['home'] };
const addressFields =
  'customerAddress { id line1 line2 city countryCode tags version } customer { id addresses { line1 } }';

const create = `mutation ($bankId: ID!, $customerId: ID!, $input: CustomerAddressInput!, $idempotencyKey: String) {
  createCustomerAddress(bankId: $bankId, customerId: $customerId, input: $input, idempotencyKey: $idempotencyKey) {
    ${addressFields} } }`;
const update = `mutation ($bankId: ID!, $customerId: ID!, $id: ID!, $input: UpdateCustomerAddressInput!, $expectedVersion: Int) {
  updateCustomerAddress(bankId: $bankId, customerId: $customerId, id: $id, input: $input,
    expectedVersion: $expectedVersion) { ${addressFields} } }`;
const remove = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $id: ID!, $expectedVersion: Int, $idempotencyKey: String) {
  deleteCustomerAddress(bankId: $bankId, customerId: $customerId, id: $id, expectedVersion: $expectedVersion,
    idempotencyKey: $idempotencyKey) { customerAddress { id line1 } } }`;

let gateway: Gateway;
let clerk: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  clerk = await gateway.createUser({
    roles: [
      ['CanCreateCustomerAddress', bankId],
      ['CanUpdateCustomerAddress', bankId],
      ['CanDeleteCustomerAddress', bankId],
      ['CanGetCustomerAddress', bankId],
      ['CanGetCustomer', bankId],
    ],
  });
});

beforeEach(async () => {
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
});

afterAll(() => gateway.stop());

function storedOf(id: string) {
  return gateway.database.read.select().from(customerAddress).where(eq(customerAddress.customerId, id));
}

describe('createCustomerAddress', () => {
  test('refuses a caller without the role and writes nothing', async () => {
    const stranger = await gateway.createUser({ roles: [['CanCreateCustomerAddress', otherBankId]] });

    const { data, errors } = await gateway.query(stranger.token, create, { bankId, customerId, input });

    expect(data).toEqual({ createCustomerAddress: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missingRoles: ['CanCreateCustomerAddress'] });
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('fails with OBP-30046 for a customer of another bank and writes nothing', async () => {
    const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });

    const { errors } = await gateway.query(clerk.token, create, { bankId, customerId: foreign.id, input });

    expect(errors[0]?.extensions.obpCode).toBe('OBP-30046');
    expect(await storedOf(foreign.id)).toEqual([]);
  });

  test.each([
    ['an unknown country', { countryCode: 'XX' }, 'input.countryCode'],
    ['an empty line', { line1: ' ' }, 'input.line1'],
    ['a line that is too long', { line1: 'x'.repeat(256) }, 'input.line1'],
    ['a postcode that is too long', { postcode: '1'.repeat(21) }, 'input.postcode'],
    ['a control character', { city: 'Ber\u0000lin' }, 'input.city'],
    ['an empty tag', { tags: ['home', ''] }, 'input.tags[1]'],
  ])('fails with OBP-10001 for %s and writes nothing', async (_what, change, field) => {
    const variables = { bankId, customerId, input: { ...input, ...change } };

    const { errors } = await gateway.query(clerk.token, create, variables);

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001' });
    expect(errors[0]?.extensions.field).toBe(field);
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('returns the address and its customer, read after the write', async () => {
    const { data, errors } = await gateway.query(clerk.token, create, { bankId, customerId, input });

    expect(errors).toEqual([]);
    expect(data?.createCustomerAddress).toEqual({
      customerAddress: {
        id: expect.any(String),
        line1: 'No 1 the Road',
        line2: null,
        city: 'Berlin',
        countryCode: 'DE',
        tags: ['home'],
        version: 1,
      },
      customer: { id: customerId, addresses: [{ line1: 'No 1 the Road' }] },
    });
  });

  test.each([{ postcode: '' }, { postcode: null }, { postcode: undefined }])(
    'stores an address without a postcode: %j',
    async (values) => {
      const variables = { bankId, customerId, input: { ...input, countryCode: 'AE', ...values } };

      const { errors } = await gateway.query(clerk.token, create, variables);

      expect(errors).toEqual([]);
      expect(await storedOf(customerId)).toMatchObject([{ postcode: null, countryCode: 'AE' }]);
    },
  );

  test('stores text in Unicode NFC, and empty text as null', async () => {
    const variables = { bankId, customerId, input: { ...input, city: 'Zu\u0308rich', line2: '' } };

    await gateway.query(clerk.token, create, variables);

    expect(await storedOf(customerId)).toMatchObject([{ city: 'Zürich', line2: null }]);
  });

  test('fails if the customer already has 500 addresses', async () => {
    const one = { bankId, customerId };
    await gateway.database.transaction(async (transaction) => {
      const now = new Date();
      const rows = Array.from({ length: 500 }, () => ({
        ...one,
        ...input,
        id: randomUUID(),
        insertDate: now,
        updatedAt: now,
      }));
      await transaction.insert(customerAddress).values(rows);
    });

    const { errors } = await gateway.query(clerk.token, create, { ...one, input });

    expect(errors[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 500 });
    expect(await storedOf(customerId)).toHaveLength(500);
  });
});

describe('an idempotency key', () => {
  test('writes once and returns the same object, whatever is selected', async () => {
    const variables = { bankId, customerId, input, idempotencyKey: randomUUID() };

    const first = await gateway.query(clerk.token, create, variables);
    const second = await gateway.query(clerk.token, create.replace('line2', 'postcode'), variables);

    expect(second.errors).toEqual([]);
    expect(second.data).toMatchObject({
      createCustomerAddress: { customerAddress: { postcode: '13359' }, customer: { addresses: [{}] } },
    });
    expect(await storedOf(customerId)).toHaveLength(1);
    expect(JSON.stringify(second.data)).toContain((await storedOf(customerId))[0]?.id);
    expect(first.errors).toEqual([]);
  });

  test('writes once when requests race', async () => {
    const variables = { bankId, customerId, input, idempotencyKey: randomUUID() };

    const responses = await Promise.all(Array.from({ length: 8 }, () => gateway.query(clerk.token, create, variables)));

    expect(responses.flatMap(({ errors }) => errors)).toEqual([]);
    expect(new Set(responses.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test('fails with CONFLICT for other arguments and writes nothing', async () => {
    const variables = { bankId, customerId, input, idempotencyKey: randomUUID() };
    await gateway.query(clerk.token, create, variables);

    const { errors } = await gateway.query(clerk.token, create, { ...variables, input: { ...input, city: 'Bonn' } });

    expect(errors[0]?.extensions.code).toBe('CONFLICT');
    expect(await storedOf(customerId)).toMatchObject([{ city: 'Berlin' }]);
  });

  test('does not affect the calls of another user', async () => {
    const other = await gateway.createUser({ roles: [['CanCreateCustomerAddress', bankId]] });
    const variables = { bankId, customerId, input, idempotencyKey: randomUUID() };

    await gateway.query(clerk.token, create, variables);
    await gateway.query(other.token, create, variables);

    expect(await storedOf(customerId)).toHaveLength(2);
  });

  test('can be used again after a failure, and after 24 hours', async () => {
    const variables = { bankId, customerId: 'no-customer', input, idempotencyKey: randomUUID() };
    const failed = await gateway.query(clerk.token, create, variables);
    const now = await gateway.query(clerk.token, create, { ...variables, customerId });
    await gateway.database.transaction(async (transaction) => {
      const dayAgo = new Date(Date.now() - 24 * 3_600_000 - 1);
      await transaction.update(idempotencyKey).set({ createdAt: dayAgo }).where(eq(idempotencyKey.userId, clerk.id));
    });
    const later = await gateway.query(clerk.token, create, { ...variables, customerId });

    expect(failed.errors[0]?.extensions.obpCode).toBe('OBP-30046');
    expect([...now.errors, ...later.errors]).toEqual([]);
    expect(await storedOf(customerId)).toHaveLength(2);
  });

  test('does not bypass the access check', async () => {
    const variables = { bankId, customerId, input, idempotencyKey: randomUUID() };
    await gateway.query(clerk.token, create, variables);
    const stranger = await gateway.createUser();

    const { errors } = await gateway.query(stranger.token, create, variables);

    expect(errors[0]?.extensions.obpCode).toBe('OBP-20006');
  });

  test.each(['', ' ', 'ü', 'x'.repeat(256)])('fails with OBP-10001 if it is %j', async (key) => {
    const { errors } = await gateway.query(clerk.token, create, { bankId, customerId, input, idempotencyKey: key });

    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field: 'idempotencyKey' });
  });

  test('can be sent as a header if the operation has one mutation field', async () => {
    const headers = { 'idempotency-key': randomUUID() };

    await gateway.query(clerk.token, create, { bankId, customerId, input }, headers);
    const again = await gateway.query(clerk.token, create, { bankId, customerId, input }, headers);

    expect(again.errors).toEqual([]);
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test('fails with OBP-10001 as a header of two mutation fields and writes nothing', async () => {
    const one = `createCustomerAddress(bankId: "${bankId}", customerId: "${customerId}", input: $input) { __typename }`;
    const document = `mutation ($input: CustomerAddressInput!) { a: ${one} ...B } fragment B on Mutation { b: ${one} }`;

    const { errors } = await gateway.query(clerk.token, document, { input }, { 'idempotency-key': randomUUID() });

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001' });
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('is stored without personal data', async () => {
    const variables = { bankId, customerId, input, idempotencyKey: randomUUID() };
    await gateway.query(clerk.token, create, variables);

    const rows = await gateway.database.read.select().from(idempotencyKey);

    expect(JSON.stringify(rows)).not.toMatch(/Road|Berlin|13359/);
  });
});

describe('updateCustomerAddress', () => {
  test('changes the fields of the input, and keeps the omitted ones', async () => {
    const { id } = await insertCustomerAddress(gateway.database, { bankId, customerId, line2: 'The Place' });

    const { data, errors } = await gateway.query(clerk.token, update, { bankId, customerId, id, input });

    expect(errors).toEqual([]);
    expect(data).toMatchObject({ updateCustomerAddress: { customerAddress: { id, line2: 'The Place', version: 2 } } });
  });

  test('fails with OBP-30310 for an address of another customer and changes nothing', async () => {
    const other = await insertCustomer(gateway.database, { bankId });
    const { id } = await insertCustomerAddress(gateway.database, { bankId, customerId: other.id });

    const { errors } = await gateway.query(clerk.token, update, { bankId, customerId, id, input });

    expect(errors[0]?.extensions.obpCode).toBe('OBP-30310');
    expect(await storedOf(other.id)).toMatchObject([{ line1: 'Rosenthaler Straße 1', version: 1 }]);
  });

  test('fails with CONFLICT and the current version for a stale version, and changes nothing', async () => {
    const { id } = await insertCustomerAddress(gateway.database, { bankId, customerId });
    await gateway.query(clerk.token, update, { bankId, customerId, id, input, expectedVersion: 1 });

    const stale = { bankId, customerId, id, input: { ...input, city: 'Bonn' }, expectedVersion: 1 };
    const { errors } = await gateway.query(clerk.token, update, stale);

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 2, field: 'expectedVersion' });
    expect(await storedOf(customerId)).toMatchObject([{ city: 'Berlin', version: 2 }]);
  });

  test('succeeds once when updates of one version race', async () => {
    const { id } = await insertCustomerAddress(gateway.database, { bankId, customerId });

    const responses = await Promise.all(
      ['Bonn', 'Köln', 'Mainz'].map((city) =>
        gateway.query(clerk.token, update, { bankId, customerId, id, input: { ...input, city }, expectedVersion: 1 }),
      ),
    );

    expect(responses.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    expect(await storedOf(customerId)).toMatchObject([{ version: 2 }]);
  });
});

describe('deleteCustomerAddress', () => {
  test('returns the deleted address, and deletes nothing more when retried with the same key', async () => {
    const { id } = await insertCustomerAddress(gateway.database, { bankId, customerId });
    const variables = { bankId, customerId, id, idempotencyKey: randomUUID() };

    const first = await gateway.query(clerk.token, remove, variables);
    const again = await gateway.query(clerk.token, remove, variables);
    const other = await gateway.query(clerk.token, remove, { bankId, customerId, id });

    expect(first.data).toEqual({ deleteCustomerAddress: { customerAddress: { id, line1: 'Rosenthaler Straße 1' } } });
    expect(again).toMatchObject({ errors: [], data: { deleteCustomerAddress: { customerAddress: null } } });
    expect(other.errors[0]?.extensions.obpCode).toBe('OBP-30310');
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('fails with CONFLICT for a stale version and deletes nothing', async () => {
    const { id } = await insertCustomerAddress(gateway.database, { bankId, customerId });

    const { errors } = await gateway.query(clerk.token, remove, { bankId, customerId, id, expectedVersion: 7 });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 1 });
    expect(await storedOf(customerId)).toHaveLength(1);
  });
});
