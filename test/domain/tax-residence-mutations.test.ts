import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { taxResidence } from '../../src/domain/tax-residence/tax-residence.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer, insertTaxResidence } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const input = { domain: 'Germany', taxNumber: '81872495633' };

const create = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $input: TaxResidenceInput!, $idempotencyKey: String) {
  createTaxResidence(bankId: $bankId, customerId: $customerId, input: $input, idempotencyKey: $idempotencyKey) {
    taxResidence { id customerId domain taxNumber version } customer { id taxResidences { taxNumber } } } }`;
const remove = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $id: ID!, $expectedVersion: Int, $idempotencyKey: String) {
  deleteTaxResidence(bankId: $bankId, customerId: $customerId, id: $id, expectedVersion: $expectedVersion,
    idempotencyKey: $idempotencyKey) { taxResidence { id taxNumber } customer { taxResidences { id } } } }`;

let gateway: Gateway;
let clerk: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  clerk = await gateway.createUser({
    roles: [
      ['CanCreateTaxResidence', bankId],
      ['CanDeleteTaxResidence', bankId],
      ['CanGetTaxResidence', bankId],
      ['CanGetCustomer', bankId],
    ],
  });
});

beforeEach(async () => {
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
});

afterAll(() => gateway.stop());

function storedOf(id: string) {
  return gateway.database.read.select().from(taxResidence).where(eq(taxResidence.customerId, id));
}

describe.each([
  ['createTaxResidence', 'CanCreateTaxResidence', create],
  ['deleteTaxResidence', 'CanDeleteTaxResidence', remove],
] as const)('%s', (field, role, document) => {
  test('refuses an anonymous caller and a caller with the role at another bank, and changes nothing', async () => {
    const { id } = await insertTaxResidence(gateway.database, { bankId, customerId });
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
    const { id } = await insertTaxResidence(gateway.database, own);
    const variables = { bankId, customerId: foreign.id, id, input };

    const unknown = await gateway.query(clerk.token, document, { ...variables, bankId: 'no-bank' });
    const { errors } = await gateway.query(clerk.token, document, variables);

    expect(unknown.errors[0]?.extensions.obpCode).toBe('OBP-30001');
    expect(errors[0]?.extensions.obpCode).toBe('OBP-30046');
    expect(await storedOf(foreign.id)).toMatchObject([{ id }]);
  });
});

describe('createTaxResidence', () => {
  test.each([
    ['an empty domain', { domain: ' ' }, 'input.domain'],
    ['a domain of 21 characters', { domain: 'd'.repeat(21) }, 'input.domain'],
    ['an empty number', { taxNumber: '' }, 'input.taxNumber'],
    ['a number of 21 characters', { taxNumber: '1'.repeat(21) }, 'input.taxNumber'],
    ['a control character', { taxNumber: '1\u0000' }, 'input.taxNumber'],
    ['a missing number', { taxNumber: undefined }, 'input'],
  ])('fails with OBP-10001 for %s and writes nothing', async (_what, change, field) => {
    const variables = { bankId, customerId, input: { ...input, ...change } };

    const { errors } = await gateway.query(clerk.token, create, variables);

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001' });
    expect(errors[0]?.extensions.field).toBe(field);
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('fails with CONFLICT for a tax residence that the customer already has, and writes nothing', async () => {
    const first = await gateway.query(clerk.token, create, { bankId, customerId, input });
    const second = await gateway.query(clerk.token, create, { bankId, customerId, input });

    expect(first.errors).toEqual([]);
    expect(second.data).toEqual({ createTaxResidence: null });
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
    ['another number', { taxNumber: '2' }],
    ['another domain', { domain: 'France' }],
  ])('accepts %s for the same customer, and the same tax residence for another customer', async (_what, change) => {
    const other = await insertCustomer(gateway.database, { bankId });
    await insertTaxResidence(gateway.database, { bankId, customerId, ...input });

    const own = await gateway.query(clerk.token, create, { bankId, customerId, input: { ...input, ...change } });
    const others = await gateway.query(clerk.token, create, { bankId, customerId: other.id, input });

    expect([...own.errors, ...others.errors]).toEqual([]);
    expect([await storedOf(customerId), await storedOf(other.id)]).toMatchObject([[{}, {}], [{}]]);
  });

  test('returns the tax residence and its customer, and writes once for one idempotency key', async () => {
    const variables = { bankId, customerId, input, idempotencyKey: randomUUID() };

    const { data, errors } = await gateway.query(clerk.token, create, variables);
    const again = await gateway.query(clerk.token, create, variables);

    expect(errors).toEqual([]);
    expect(data?.createTaxResidence).toEqual({
      taxResidence: { id: expect.any(String), customerId, ...input, version: 1 },
      customer: { id: customerId, taxResidences: [{ taxNumber: input.taxNumber }] },
    });
    expect(again.errors).toEqual([]);
    expect(again.data).toEqual(data);
    expect(await storedOf(customerId)).toMatchObject([{ bankId, ...input }]);
  });
});

describe('deleteTaxResidence', () => {
  test('fails with OBP-30300 for a tax residence of another customer and deletes nothing', async () => {
    const other = await insertCustomer(gateway.database, { bankId });
    const { id } = await insertTaxResidence(gateway.database, { bankId, customerId: other.id });

    const { errors } = await gateway.query(clerk.token, remove, { bankId, customerId, id });

    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-30300' });
    expect(await storedOf(other.id)).toHaveLength(1);
  });

  test('fails with CONFLICT for a stale version and deletes nothing', async () => {
    const { id } = await insertTaxResidence(gateway.database, { bankId, customerId });

    const { errors } = await gateway.query(clerk.token, remove, { bankId, customerId, id, expectedVersion: 7 });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 1 });
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test('returns the deleted tax residence, and deletes nothing more when retried with the same key', async () => {
    const { id, taxNumber } = await insertTaxResidence(gateway.database, { bankId, customerId });
    const variables = { bankId, customerId, id, expectedVersion: 1, idempotencyKey: randomUUID() };

    const { data, errors } = await gateway.query(clerk.token, remove, variables);
    const again = await gateway.query(clerk.token, remove, variables);
    const other = await gateway.query(clerk.token, remove, { bankId, customerId, id });

    expect(errors).toEqual([]);
    expect(data?.deleteTaxResidence).toEqual({ taxResidence: { id, taxNumber }, customer: { taxResidences: [] } });
    expect(again).toMatchObject({ errors: [], data: { deleteTaxResidence: { taxResidence: null } } });
    expect(other.errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-30300' });
    expect(await storedOf(customerId)).toEqual([]);
  });
});
