import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { socialMediaHandle } from '../../src/domain/social-media-handle/social-media-handle.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer, insertSocialMediaHandle } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const input = { type: 'twitter', handle: '@eveline' };

const create = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $input: SocialMediaHandleInput!, $idempotencyKey: String) {
  addSocialMediaHandle(bankId: $bankId, customerId: $customerId, input: $input, idempotencyKey: $idempotencyKey) {
    socialMediaHandle { id customerId type handle version } customer { id socialMediaHandles { handle } } } }`;
const remove = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $id: ID!, $expectedVersion: Int, $idempotencyKey: String) {
  deleteSocialMediaHandle(bankId: $bankId, customerId: $customerId, id: $id, expectedVersion: $expectedVersion,
    idempotencyKey: $idempotencyKey) { socialMediaHandle { id handle } customer { socialMediaHandles { id } } } }`;

let gateway: Gateway;
let clerk: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  clerk = await gateway.createUser({
    roles: [
      ['CanAddSocialMediaHandle', bankId],
      ['CanDeleteSocialMediaHandle', bankId],
      ['CanGetSocialMediaHandles', bankId],
      ['CanGetCustomer', bankId],
    ],
  });
});

beforeEach(async () => {
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
});

afterAll(() => gateway.stop());

function storedOf(id: string) {
  return gateway.database.read.select().from(socialMediaHandle).where(eq(socialMediaHandle.customerId, id));
}

describe.each([
  ['addSocialMediaHandle', 'CanAddSocialMediaHandle', create],
  ['deleteSocialMediaHandle', 'CanDeleteSocialMediaHandle', remove],
] as const)('%s', (field, role, document) => {
  test('refuses an anonymous caller and a caller with the role at another bank, and changes nothing', async () => {
    const { id } = await insertSocialMediaHandle(gateway.database, { bankId, customerId });
    const stranger = await gateway.createUser({ roles: [[role, otherBankId]] });
    const variables = { bankId, customerId, id, input };

    const anonymous = await gateway.query(null, document, variables);
    const unauthorized = await gateway.query(stranger.token, document, variables);

    expect(anonymous.errors[0]?.extensions.obpCode).toBe('OBP-20001');
    expect(unauthorized.data).toEqual({ [field]: null });
    expect(unauthorized.errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-20006', missingRoles: [role] });
    expect(await storedOf(customerId)).toMatchObject([{ id }]);
  });

  test('fails for an unknown bank and for a customer of another bank, and changes nothing', async () => {
    const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });
    const own = { bankId: otherBankId, customerId: foreign.id };
    const { id } = await insertSocialMediaHandle(gateway.database, own);
    const variables = { bankId, customerId: foreign.id, id, input };

    const unknown = await gateway.query(clerk.token, document, { ...variables, bankId: 'no-bank' });
    const { errors } = await gateway.query(clerk.token, document, variables);

    expect(unknown.errors[0]?.extensions.obpCode).toBe('OBP-30001');
    expect(errors[0]?.extensions.obpCode).toBe('OBP-30046');
    expect(await storedOf(foreign.id)).toMatchObject([{ id }]);
  });
});

describe('addSocialMediaHandle', () => {
  test.each([
    ['an empty type', { type: ' ' }, 'input.type'],
    ['a type of 17 characters', { type: 't'.repeat(17) }, 'input.type'],
    ['an empty handle', { handle: '' }, 'input.handle'],
    ['a handle of 65 characters', { handle: 'h'.repeat(65) }, 'input.handle'],
    ['a control character', { handle: '@\u0000' }, 'input.handle'],
    ['a date without a time', { dateAdded: '2024-05-31' }, 'input.dateAdded'],
  ])('fails with OBP-10001 for %s and writes nothing', async (_what, change, field) => {
    const variables = { bankId, customerId, input: { ...input, ...change } };

    const { errors } = await gateway.query(clerk.token, create, variables);

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001' });
    expect(errors[0]?.extensions.field).toBe(field);
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('fails with OBP-30111 for an invalid bank ID', async () => {
    const { errors } = await gateway.query(clerk.token, create, { bankId: 'gh 29', customerId, input });

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-30111' });
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('fails with CONFLICT for a handle that the customer already has, and writes nothing', async () => {
    const first = await gateway.query(clerk.token, create, { bankId, customerId, input });
    const second = await gateway.query(clerk.token, create, { bankId, customerId, input });

    expect(first.errors).toEqual([]);
    expect(second.data).toEqual({ addSocialMediaHandle: null });
    expect(second.errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', obpCode: null, customerId });
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test('succeeds once when requests race, and fails with CONFLICT for the others', async () => {
    const responses = await Promise.all(
      Array.from({ length: 6 }, () => gateway.query(clerk.token, create, { bankId, customerId, input })),
    );

    const codes = responses.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));
    expect(codes).toEqual(Array.from({ length: 5 }, () => 'CONFLICT'));
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test.each([
    ['another handle', { handle: '@eveline2' }],
    ['another network', { type: 'mastodon' }],
  ])('accepts %s for the same customer, and the same handle for another customer', async (_what, change) => {
    const other = await insertCustomer(gateway.database, { bankId });
    await insertSocialMediaHandle(gateway.database, { bankId, customerId, ...input });

    const own = await gateway.query(clerk.token, create, { bankId, customerId, input: { ...input, ...change } });
    const others = await gateway.query(clerk.token, create, { bankId, customerId: other.id, input });

    expect([...own.errors, ...others.errors]).toEqual([]);
    expect([await storedOf(customerId), await storedOf(other.id)]).toMatchObject([[{}, {}], [{}]]);
  });

  test('returns the handle and its customer, and writes once for one idempotency key', async () => {
    const variables = { bankId, customerId, input, idempotencyKey: randomUUID() };

    const { data, errors } = await gateway.query(clerk.token, create, variables);
    const again = await gateway.query(clerk.token, create, variables);

    expect(errors).toEqual([]);
    expect(data?.addSocialMediaHandle).toEqual({
      socialMediaHandle: { id: expect.any(String), customerId, ...input, version: 1 },
      customer: { id: customerId, socialMediaHandles: [{ handle: input.handle }] },
    });
    expect(again.errors).toEqual([]);
    expect(again.data).toEqual(data);
    expect(await storedOf(customerId)).toMatchObject([{ bankId, ...input }]);
  });
});

test('addSocialMediaHandle stores its times to the millisecond', async () => {
  const dates = { dateAdded: '2024-05-31T09:30:00+02:00', dateActivated: '2024-06-01T00:00:00.123Z' };

  const { errors } = await gateway.query(clerk.token, create, { bankId, customerId, input: { ...input, ...dates } });

  expect(errors).toEqual([]);
  expect(await storedOf(customerId)).toMatchObject([
    { dateAdded: new Date('2024-05-31T07:30:00Z'), dateActivated: new Date('2024-06-01T00:00:00.123Z') },
  ]);
});

describe('deleteSocialMediaHandle', () => {
  test('fails with SOCIAL_MEDIA_HANDLE_NOT_FOUND for a handle of another customer and deletes nothing', async () => {
    const other = await insertCustomer(gateway.database, { bankId });
    const { id } = await insertSocialMediaHandle(gateway.database, { bankId, customerId: other.id });

    const { errors } = await gateway.query(clerk.token, remove, { bankId, customerId, id });

    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: null });
    expect(await storedOf(other.id)).toHaveLength(1);
  });

  test('fails with CONFLICT for a stale version and deletes nothing', async () => {
    const { id } = await insertSocialMediaHandle(gateway.database, { bankId, customerId });

    const { errors } = await gateway.query(clerk.token, remove, { bankId, customerId, id, expectedVersion: 7 });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 1 });
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test('returns the deleted handle, and deletes nothing more when retried with the same key', async () => {
    const { id, handle } = await insertSocialMediaHandle(gateway.database, { bankId, customerId });
    const variables = { bankId, customerId, id, expectedVersion: 1, idempotencyKey: randomUUID() };

    const { data, errors } = await gateway.query(clerk.token, remove, variables);
    const again = await gateway.query(clerk.token, remove, variables);
    const other = await gateway.query(clerk.token, remove, { bankId, customerId, id });

    expect(errors).toEqual([]);
    expect(data?.deleteSocialMediaHandle).toEqual({
      socialMediaHandle: { id, handle },
      customer: { socialMediaHandles: [] },
    });
    expect(again).toMatchObject({ errors: [], data: { deleteSocialMediaHandle: { socialMediaHandle: null } } });
    expect(other.errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: null });
    expect(await storedOf(customerId)).toEqual([]);
  });
});
