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
let officer: TestUser;
let owner: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  officer = await gateway.createUser({
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
  test('refuses a caller without the role at the bank and writes nothing', async () => {
    const caller = await gateway.createUser({ roles: [['CanCreateUserCustomerLink', otherBankId]] });

    const variables = { bankId, customerId, input: { userId: owner.id } };
    const { data, errors } = await gateway.query(caller.token, create, variables);

    expect(data).toEqual({ createUserCustomerLink: null });
    expect(errors[0]?.extensions.missingRoles).toEqual([
      'CanCreateUserCustomerLink',
      'CanCreateUserCustomerLinkAtAnyBank',
    ]);
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('fails with OBP-30046 for a customer of another bank and writes nothing', async () => {
    const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });

    const variables = { bankId, customerId: foreign.id, input: { userId: owner.id } };
    const { errors } = await gateway.query(officer.token, create, variables);

    expect(errors[0]?.extensions.obpCode).toBe('OBP-30046');
    expect(await storedOf(foreign.id)).toEqual([]);
  });

  test('fails with OBP-20057 for an unknown user and writes nothing', async () => {
    const { errors } = await gateway.query(officer.token, create, { bankId, customerId, input: { userId: 'unknown' } });

    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-20057', field: 'input.userId' });
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('fails with OBP-10001 for an invalid user ID and writes nothing', async () => {
    const { errors } = await gateway.query(officer.token, create, { bankId, customerId, input: { userId: 'a user' } });

    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field: 'input.userId' });
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('fails with OBP-30111 for an invalid bank ID', async () => {
    const variables = { bankId: 'gh 29 uk', customerId, input: { userId: owner.id } };

    const { errors } = await gateway.query(officer.token, create, variables);

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-30111', field: 'bankId' });
  });

  test('returns an active link, and writes once for each idempotency key', async () => {
    const variables = { bankId, customerId, input: { userId: owner.id }, idempotencyKey: randomUUID() };

    const first = await gateway.query(officer.token, create, variables);
    const again = await gateway.query(officer.token, create, variables);

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

  test("makes the customer's data the user's own data", async () => {
    await insertCustomerAddress(gateway.database, { bankId, customerId });
    const before = await gateway.query(owner.token, myCustomers);

    await gateway.query(officer.token, create, { bankId, customerId, input: { userId: owner.id } });
    const after = await gateway.query(owner.token, myCustomers);

    expect(before.data).toEqual({ myCustomers: [] });
    expect(after).toMatchObject({
      errors: [],
      data: { myCustomers: [{ id: customerId, addresses: [{ city: 'Berlin' }] }] },
    });
  });

  test('accepts a caller with the system role', async () => {
    const withSystemRole = await gateway.createUser({ roles: [['CanCreateUserCustomerLinkAtAnyBank', null]] });
    const document = create.replace(customerFields, '');

    const { errors } = await gateway.query(withSystemRole.token, document, {
      bankId,
      customerId,
      input: { userId: owner.id },
    });

    expect(errors).toEqual([]);
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test.each([
    [true, /BANK_ID$/],
    [false, /The link is switched off\. `updateUserCustomerLink` switches it on\.$/],
  ])('fails with OBP-30007 and the ID of the link if a link exists, active: %s', async (isActive, message) => {
    const { id } = await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: owner.id, isActive });

    const { errors } = await gateway.query(officer.token, create, { bankId, customerId, input: { userId: owner.id } });

    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(message),
        extensions: { code: 'CONFLICT', obpCode: 'OBP-30007', userCustomerLinkId: id, field: 'input.userId' },
      },
    ]);
    expect(await storedOf(customerId)).toMatchObject([{ isActive }]);
  });

  test('succeeds once when requests race', async () => {
    const variables = { bankId, customerId, input: { userId: owner.id } };

    const answers = await Promise.all(Array.from({ length: 5 }, () => gateway.query(officer.token, create, variables)));

    const failed = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.obpCode));
    expect(failed).toEqual(Array.from({ length: 4 }, () => 'OBP-30007'));
    expect(await storedOf(customerId)).toHaveLength(1);
  });
});

describe('updateUserCustomerLink', () => {
  test('refuses a caller without the role at the bank and changes nothing', async () => {
    const { id } = await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: owner.id });
    const caller = await gateway.createUser({ roles: [['CanCreateUserCustomerLink', otherBankId]] });

    const { errors } = await gateway.query(caller.token, update, { bankId, id, input: { isActive: false } });

    expect(errors[0]?.extensions.missingRoles).toEqual(['CanCreateUserCustomerLink']);
    expect(await storedOf(customerId)).toMatchObject([{ isActive: true, version: 1 }]);
  });

  test('fails with OBP-30035 for an unknown link or a link of another bank, and changes nothing', async () => {
    const { id, customerId: foreignId } = await foreignLink();

    for (const unknown of [id, 'no-link']) {
      const variables = { bankId, id: unknown, input: { isActive: false } };
      const { errors } = await gateway.query(officer.token, update, variables);
      expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-30035' });
    }
    expect(await storedOf(foreignId)).toMatchObject([{ isActive: true, version: 1 }]);
  });

  test('fails with CONFLICT and the current version for a stale version, and changes nothing', async () => {
    const { id } = await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: owner.id });

    const variables = { bankId, id, input: { isActive: false }, expectedVersion: 3 };
    const { errors } = await gateway.query(officer.token, update, variables);

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 1 });
    expect(await storedOf(customerId)).toMatchObject([{ isActive: true }]);
  });

  test('deactivates the link, which grants no access from the next request on, and activates it again', async () => {
    const { id } = await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: owner.id });
    const switchTo = async (isActive: boolean) => {
      const variables = { bankId, id, input: { isActive }, idempotencyKey: randomUUID() };
      await gateway.query(officer.token, update, variables);
      return gateway.query(officer.token, update, variables);
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
  test('refuses a caller without the role at the bank and deletes nothing', async () => {
    const { id } = await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: owner.id });
    const caller = await gateway.createUser({ roles: [['CanDeleteUserCustomerLink', otherBankId]] });

    const { errors } = await gateway.query(caller.token, remove, { bankId, id });

    expect(errors[0]?.extensions.missingRoles).toEqual(['CanDeleteUserCustomerLink']);
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test('fails with OBP-30035 for a link of another bank and deletes nothing', async () => {
    const { id, customerId: foreignId } = await foreignLink();

    const { errors } = await gateway.query(officer.token, remove, { bankId, id });

    expect(errors[0]?.extensions.obpCode).toBe('OBP-30035');
    expect(await storedOf(foreignId)).toHaveLength(1);
  });

  test('fails with CONFLICT for a stale version and deletes nothing', async () => {
    const { id } = await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: owner.id });

    const { errors } = await gateway.query(officer.token, remove, { bankId, id, expectedVersion: 7 });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 1 });
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test('returns the deleted link, and deletes nothing more when retried with the same key', async () => {
    const { id } = await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: owner.id });
    const variables = { bankId, id, idempotencyKey: randomUUID() };

    const first = await gateway.query(officer.token, remove, variables);
    const again = await gateway.query(officer.token, remove, variables);
    const other = await gateway.query(officer.token, remove, { bankId, id });

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
