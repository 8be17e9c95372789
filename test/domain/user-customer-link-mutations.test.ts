import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { userCustomerLink } from '../../src/domain/user-customer-link/user-customer-link.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer, insertCustomerAddress, insertUserCustomerLink } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const customerFields = 'customer { id userLinks { userId } }';
const linkFields = `userCustomerLink { id userId customerId isActive version } ${customerFields}`;

const create = `mutation ($bankId: ID!, $customerId: ID!, $input: CreateUserCustomerLinkInput!, $idempotencyKey: String) {
  createUserCustomerLink(bankId: $bankId, customerId: $customerId, input: $input, idempotencyKey: $idempotencyKey) {
    ${linkFields} } }`;
const update = `mutation ($bankId: ID!, $id: ID!, $input: UpdateUserCustomerLinkInput!, $expectedVersion: Int,
    $idempotencyKey: String) {
  updateUserCustomerLink(bankId: $bankId, id: $id, input: $input, expectedVersion: $expectedVersion,
    idempotencyKey: $idempotencyKey) { ${linkFields} } }`;
const remove = `mutation ($bankId: ID!, $id: ID!, $expectedVersion: Int, $idempotencyKey: String) {
  deleteUserCustomerLink(bankId: $bankId, id: $id, expectedVersion: $expectedVersion,
    idempotencyKey: $idempotencyKey) { ${linkFields} } }`;
const myCustomers = '{ myCustomers { id addresses { city } } }';

let gateway: Gateway;
let clerk: TestUser;
let owner: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  clerk = await gateway.createUser({
    roles: [
      ['CanCreateUserCustomerLink', bankId],
      ['CanDeleteUserCustomerLink', bankId],
      ['CanGetUserCustomerLink', bankId],
      ['CanGetCustomer', bankId],
    ],
  });
});

beforeEach(async () => {
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
  owner = await gateway.createUser();
});

afterAll(() => gateway.stop());

function storedOf(id: string) {
  return gateway.database.read.select().from(userCustomerLink).where(eq(userCustomerLink.customerId, id));
}

async function foreignLink() {
  const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });
  return insertUserCustomerLink(gateway.database, {
    bankId: otherBankId,
    customerId: foreign.id,
    userId: owner.id,
  });
}

describe('createUserCustomerLink', () => {
  test('is refused without the role at the bank, and nothing is written', async () => {
    const stranger = await gateway.createUser({ roles: [['CanCreateUserCustomerLink', otherBankId]] });

    const variables = { bankId, customerId, input: { userId: owner.id } };
    const { data, errors } = await gateway.query(stranger.token, create, variables);

    expect(data).toEqual({ createUserCustomerLink: null });
    expect(errors[0]?.extensions.missingRoles).toEqual([
      'CanCreateUserCustomerLink',
      'CanCreateUserCustomerLinkAtAnyBank',
    ]);
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('for a customer of another bank is not found, and nothing is written', async () => {
    const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });

    const variables = { bankId, customerId: foreign.id, input: { userId: owner.id } };
    const { errors } = await gateway.query(clerk.token, create, variables);

    expect(errors[0]?.extensions.obpCode).toBe('OBP-30046');
    expect(await storedOf(foreign.id)).toEqual([]);
  });

  test('of a user who does not exist is OBP-20057, and nothing is written', async () => {
    const { errors } = await gateway.query(clerk.token, create, { bankId, customerId, input: { userId: 'nobody' } });

    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-20057', field: 'input.userId' });
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('with what is no id of a user is OBP-10001, and nothing is written', async () => {
    const { errors } = await gateway.query(clerk.token, create, { bankId, customerId, input: { userId: 'a user' } });

    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field: 'input.userId' });
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('with what is no id of a bank is OBP-30111', async () => {
    const variables = { bankId: 'gh 29 uk', customerId, input: { userId: owner.id } };

    const { errors } = await gateway.query(clerk.token, create, variables);

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-30111', field: 'bankId' });
  });

  test('gives an active link, and writes once per idempotency key', async () => {
    const variables = { bankId, customerId, input: { userId: owner.id }, idempotencyKey: randomUUID() };

    const first = await gateway.query(clerk.token, create, variables);
    const again = await gateway.query(clerk.token, create, variables);

    expect(first.errors).toEqual([]);
    expect(first.data).toEqual({
      createUserCustomerLink: {
        userCustomerLink: { id: expect.any(String), userId: owner.id, customerId, isActive: true, version: 1 },
        customer: { id: customerId, userLinks: [{ userId: owner.id }] },
      },
    });
    expect(again).toMatchObject({ errors: [], data: first.data });
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test('makes the customer’s data the user’s own', async () => {
    await insertCustomerAddress(gateway.database, { bankId, customerId });
    const before = await gateway.query(owner.token, myCustomers);

    await gateway.query(clerk.token, create, { bankId, customerId, input: { userId: owner.id } });
    const after = await gateway.query(owner.token, myCustomers);

    expect(before.data).toEqual({ myCustomers: [] });
    expect(after).toMatchObject({
      errors: [],
      data: { myCustomers: [{ id: customerId, addresses: [{ city: 'Berlin' }] }] },
    });
  });

  test('is allowed to who holds the role for any bank', async () => {
    const officer = await gateway.createUser({ roles: [['CanCreateUserCustomerLinkAtAnyBank', null]] });
    const document = create.replace(customerFields, '');

    const { errors } = await gateway.query(officer.token, document, {
      bankId,
      customerId,
      input: { userId: owner.id },
    });

    expect(errors).toEqual([]);
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test('of a user who is linked already, active or not, is OBP-30007', async () => {
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: owner.id, isActive: false });

    const { errors } = await gateway.query(clerk.token, create, { bankId, customerId, input: { userId: owner.id } });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', obpCode: 'OBP-30007' });
    expect(await storedOf(customerId)).toMatchObject([{ isActive: false }]);
  });

  test('of racing requests lets one link the user', async () => {
    const variables = { bankId, customerId, input: { userId: owner.id } };

    const answers = await Promise.all(Array.from({ length: 5 }, () => gateway.query(clerk.token, create, variables)));

    const failed = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.obpCode));
    expect(failed).toEqual(Array.from({ length: 4 }, () => 'OBP-30007'));
    expect(await storedOf(customerId)).toHaveLength(1);
  });
});

describe('updateUserCustomerLink', () => {
  test('is refused without the role at the bank, and changes nothing', async () => {
    const { id } = await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: owner.id });
    const stranger = await gateway.createUser({ roles: [['CanCreateUserCustomerLink', otherBankId]] });

    const { errors } = await gateway.query(stranger.token, update, { bankId, id, input: { isActive: false } });

    expect(errors[0]?.extensions.missingRoles).toEqual(['CanCreateUserCustomerLink']);
    expect(await storedOf(customerId)).toMatchObject([{ isActive: true, version: 1 }]);
  });

  test('of a link of another bank, or of none, is OBP-30035, and changes nothing', async () => {
    const { id, customerId: foreignId } = await foreignLink();

    for (const unknown of [id, 'no-link']) {
      const variables = { bankId, id: unknown, input: { isActive: false } };
      const { errors } = await gateway.query(clerk.token, update, variables);
      expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-30035' });
    }
    expect(await storedOf(foreignId)).toMatchObject([{ isActive: true, version: 1 }]);
  });

  test('with a stale version is a conflict that tells the current one, and changes nothing', async () => {
    const { id } = await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: owner.id });

    const variables = { bankId, id, input: { isActive: false }, expectedVersion: 3 };
    const { errors } = await gateway.query(clerk.token, update, variables);

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 1 });
    expect(await storedOf(customerId)).toMatchObject([{ isActive: true }]);
  });

  test('switches the link off, which grants nothing from the next request, and on again', async () => {
    const { id } = await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: owner.id });
    const switchTo = async (isActive: boolean) => {
      const variables = { bankId, id, input: { isActive }, idempotencyKey: randomUUID() };
      await gateway.query(clerk.token, update, variables);
      return gateway.query(clerk.token, update, variables);
    };
    const own = async () => (await gateway.query(owner.token, '{ myCustomers { id } }')).data;

    const off = await switchTo(false);
    const whileOff = await own();
    const on = await switchTo(true);
    const whileOn = await own();

    expect(off).toMatchObject({
      errors: [],
      data: { updateUserCustomerLink: { userCustomerLink: { id, isActive: false, version: 2 } } },
    });
    expect(whileOff).toEqual({ myCustomers: [] });
    expect(on).toMatchObject({
      data: { updateUserCustomerLink: { userCustomerLink: { isActive: true, version: 3 } } },
    });
    expect(whileOn).toEqual({ myCustomers: [{ id: customerId }] });
  });
});

describe('deleteUserCustomerLink', () => {
  test('is refused without the role at the bank, and deletes nothing', async () => {
    const { id } = await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: owner.id });
    const stranger = await gateway.createUser({ roles: [['CanDeleteUserCustomerLink', otherBankId]] });

    const { errors } = await gateway.query(stranger.token, remove, { bankId, id });

    expect(errors[0]?.extensions.missingRoles).toEqual(['CanDeleteUserCustomerLink']);
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test('of a link of another bank is OBP-30035, and deletes nothing', async () => {
    const { id, customerId: foreignId } = await foreignLink();

    const { errors } = await gateway.query(clerk.token, remove, { bankId, id });

    expect(errors[0]?.extensions.obpCode).toBe('OBP-30035');
    expect(await storedOf(foreignId)).toHaveLength(1);
  });

  test('with a stale version deletes nothing', async () => {
    const { id } = await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: owner.id });

    const { errors } = await gateway.query(clerk.token, remove, { bankId, id, expectedVersion: 7 });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 1 });
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test('gives what was deleted, and the same key again deletes nothing more', async () => {
    const { id } = await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: owner.id });
    const variables = { bankId, id, idempotencyKey: randomUUID() };

    const first = await gateway.query(clerk.token, remove, variables);
    const again = await gateway.query(clerk.token, remove, variables);
    const other = await gateway.query(clerk.token, remove, { bankId, id });

    expect(first).toMatchObject({
      errors: [],
      data: {
        deleteUserCustomerLink: {
          userCustomerLink: { id, userId: owner.id },
          customer: { id: customerId, userLinks: [] },
        },
      },
    });
    expect(again).toMatchObject({ errors: [], data: { deleteUserCustomerLink: { userCustomerLink: null } } });
    expect(other.errors[0]?.extensions.obpCode).toBe('OBP-30035');
    expect(await storedOf(customerId)).toEqual([]);
  });
});
