import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { customerHistory } from '../../src/changes/customer-history.table.ts';
import { setKycFourEyes } from '../../src/domain/bank/bank-administration.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { legalHold } from '../../src/domain/customer/legal-hold.table.ts';
import { CustomerRelationship } from '../../src/domain/customer-link/customer-relationship.ts';
import { recordEmpowerment } from '../../src/domain/user/empowerment.writes.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf } from '../support/paging.ts';
import {
  insertAccount,
  insertCustomer,
  insertCustomerAccountLink,
  insertCustomerAddress,
  insertCustomerAttribute,
  insertCustomerLink,
  insertLegalHold,
  insertMeeting,
  insertSocialMediaHandle,
  insertTaxResidence,
  insertUserCustomerLink,
  liftedBy,
} from '../support/rows.ts';
import { everythingStored } from '../support/stored.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const set = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $reason: String!, $idempotencyKey: String) {
  setLegalHold(bankId: $bankId, customerId: $customerId, input: { reason: $reason }, idempotencyKey: $idempotencyKey) {
    legalHold { id customerId reason setAt setBy { userId } liftedAt liftedBy { userId } liftReason } } }`;
const lift = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $id: ID!) {
  liftLegalHold(bankId: $bankId, customerId: $customerId, input: { legalHoldId: $id, reason: "Case closed" }) {
    legalHold { id liftedAt liftedBy { userId } liftReason } } }`;
const read = /* GraphQL */ `query ($bankId: ID!, $customerId: ID!) {
  customer(bankId: $bankId, customerId: $customerId) { legalHold { id } legalHolds { id liftReason } } }`;
const cascade = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!) {
  deleteCustomerCascade(bankId: $bankId, customerId: $customerId) { deleted { legalHolds } } }`;

let gateway: Gateway;
let officer: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  officer = await gateway.createUser({
    roles: [
      ...['CanSetLegalHold', 'CanGetCustomer', 'CanDeleteCustomerCascade', 'CanDeleteCustomerAddress'],
      ...['CanDeleteCustomerAttributeAtOneBank', 'CanDeleteCustomerAccountLink', 'CanDeleteTaxResidence'],
      ...['CanDeleteUserCustomerLink', 'CanDeleteSocialMediaHandle', 'CanCreateUserCustomerLink'],
      ...['CanUpdateCustomerLink', 'CanUpdateMeeting'],
    ].map((role) => [role as 'CanSetLegalHold', bankId] as const),
  });
});

beforeEach(async () => {
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
});

afterAll(() => gateway.stop());

function call(document: string, variables: Record<string, unknown> = {}, token: string | null = officer.token) {
  return gateway.query(token, document, { bankId, customerId, ...variables });
}

async function held(columns: { setAt?: Date } = {}): Promise<string> {
  return (await insertLegalHold(gateway.database, { bankId, customerId, setByUserId: officer.id, ...columns })).id;
}

function stored() {
  return everythingStored(gateway.database);
}

describe('setLegalHold', () => {
  test('fails without the role at the bank, and writes nothing', async () => {
    const stranger = await gateway.createUser({ roles: [['CanSetLegalHold', otherBankId]] });
    const before = await stored();

    const { data, errors } = await call(set, { reason: 'Court order' }, stranger.token);

    expect(data).toEqual({ setLegalHold: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missingRoles: ['CanSetLegalHold'] });
    expect(await stored()).toEqual(before);
  });

  test.each([
    ['without a reason', { reason: ' ' }, ['OBP-10001']],
    ['for a customer of another bank', { bankId: otherBankId }, ['OBP-20006']],
    ['for an unknown customer', { customerId: 'nobody' }, ['OBP-30046']],
  ])('fails %s', async (_name, variables, codes) => {
    const { errors } = await call(set, { reason: 'Court order', ...variables });

    expect(errors.map(({ extensions }) => extensions.obpCode)).toEqual(codes);
  });

  test('stores the reason, the user, and the time, once for each idempotency key', async () => {
    const idempotencyKey = randomUUID();
    const first = await call(set, { reason: 'Court order', idempotencyKey });
    const again = await call(set, { reason: 'Court order', idempotencyKey });

    expect(again.data).toEqual(first.data);
    expect(first).toMatchObject({
      errors: [],
      data: {
        setLegalHold: {
          legalHold: {
            customerId,
            reason: 'Court order',
            setBy: { userId: officer.id },
            liftedAt: null,
            liftedBy: null,
          },
        },
      },
    });
  });

  test('fails with TOO_MANY_ITEMS for the 501st hold of a customer', async () => {
    await gateway.database.transaction(async (transaction) => {
      const row = { bankId, customerId, reason: 'Order', setAt: new Date(), setByUserId: officer.id };
      await transaction.insert(legalHold).values(Array.from({ length: 500 }, () => ({ id: randomUUID(), ...row })));
    });

    expect((await call(set, { reason: 'Order' })).errors[0]?.extensions.key).toBe('TOO_MANY_ITEMS');
  });
});

describe('liftLegalHold', () => {
  test('keeps the hold, with the user, the time, and the reason', async () => {
    const id = await held();

    const { data, errors } = await call(lift, { id });

    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      liftLegalHold: { legalHold: { id, liftedBy: { userId: officer.id }, liftReason: 'Case closed' } },
    });
    expect((await call(read)).data).toEqual({
      customer: { legalHold: null, legalHolds: [{ id, liftReason: 'Case closed' }] },
    });
  });

  test('fails for a lifted hold, and for a hold of another customer', async () => {
    const id = await held();
    const otherId = (await insertCustomer(gateway.database, { bankId })).id;

    expect((await call(lift, { id, customerId: otherId })).errors[0]?.extensions.key).toBe('LEGAL_HOLD_NOT_FOUND');
    expect((await call(lift, { id })).errors).toEqual([]);
    expect((await call(lift, { id })).errors[0]?.extensions.key).toBe('LEGAL_HOLD_LIFTED');
  });
});

describe('the legal holds of a customer', () => {
  test('are refused to linked users, and to callers who can only read customers', async () => {
    await held();
    const linked = await gateway.createUser();
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: linked.id });
    const reader = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });

    for (const { token } of [linked, reader]) {
      const { data, errors } = await call(read, {}, token);
      expect(data).toEqual({ customer: { legalHold: null, legalHolds: null } });
      expect(codesOf({ errors })).toEqual(['OBP-20006', 'OBP-20006']);
    }
  });

  test('are listed at the bank while they are in force, newest first', async () => {
    const latest = (await Promise.all([4e12, 5e12].map((time) => held({ setAt: new Date(time) })))).reverse();
    await insertLegalHold(gateway.database, { bankId, customerId, setByUserId: officer.id, ...liftedBy(officer.id) });

    const { data } = await call('query ($bankId: ID!) { legalHolds(bankId: $bankId, first: 2) { nodes { id } } }');

    expect(data).toEqual({ legalHolds: { nodes: latest.map((id) => ({ id })) } });
  });
});

describe('while a legal hold is in force', () => {
  test('the customer cannot be deleted, until all holds are lifted', async () => {
    const ids = [await held(), await held()];
    const before = await stored();
    expect((await call(cascade)).errors[0]?.extensions).toMatchObject({ key: 'CUSTOMER_UNDER_LEGAL_HOLD' });
    expect(await stored()).toEqual(before);

    await call(lift, { id: ids[0] });
    expect((await call(cascade)).errors[0]?.extensions.key).toBe('CUSTOMER_UNDER_LEGAL_HOLD');
    await call(lift, { id: ids[1] });
    expect(await call(cascade)).toMatchObject({
      errors: [],
      data: { deleteCustomerCascade: { deleted: { legalHolds: 2 } } },
    });
  });

  const child = () => ({ bankId, customerId });
  const parts: [mutation: string, insert: () => Promise<{ id: string }>, isOfBank?: boolean][] = [
    ['deleteCustomerAddress', () => insertCustomerAddress(gateway.database, child())],
    ['deleteCustomerAttribute', () => insertCustomerAttribute(gateway.database, child())],
    ['deleteTaxResidence', () => insertTaxResidence(gateway.database, child())],
    ['deleteSocialMediaHandle', () => insertSocialMediaHandle(gateway.database, child())],
    [
      'deleteCustomerAccountLink',
      async () => {
        const { id: accountId } = await insertAccount(gateway.database, { bankId });
        return insertCustomerAccountLink(gateway.database, { ...child(), accountId });
      },
      true,
    ],
    [
      'deleteUserCustomerLink',
      async () => {
        const { id: userId } = await gateway.createUser();
        return insertUserCustomerLink(gateway.database, { ...child(), userId });
      },
      true,
    ],
  ];

  test.each<[side: string, link: (otherId: string) => { customerId: string; linkedCustomerId: string }]>([
    ['the customer', (otherId) => ({ customerId, linkedCustomerId: otherId })],
    ['the linked customer', (otherId) => ({ customerId: otherId, linkedCustomerId: customerId })],
  ])(
    'updateCustomerLink works if %s is under the hold, because the history keeps the share',
    async (_side, columnsOf) => {
      const { id: otherId } = await insertCustomer(gateway.database, { bankId });
      const owner = { relationshipTo: CustomerRelationship.BENEFICIAL_OWNER, percentage: '10' };
      const { id } = await insertCustomerLink(gateway.database, { bankId, ...columnsOf(otherId), ...owner });
      await held();
      const field = `updateCustomerLink(bankId: "${bankId}", id: "${id}", input: { percentage: "90" })`;

      const { errors } = await gateway.query(officer.token, `mutation { ${field} { customerLinkId } }`);

      expect(errors).toEqual([]);
      const { read } = gateway.database;
      const entries = await read.select().from(customerHistory).where(eq(customerHistory.customerId, customerId));
      expect(entries).toMatchObject([{ objectId: id, before: { percentage: '10' }, after: { percentage: '90' } }]);
    },
  );

  test('updateMeeting fails, and works afterwards', async () => {
    const { id } = await insertMeeting(gateway.database, { bankId, customerId });
    await expectRefusedUpdate(`updateMeeting(bankId: "${bankId}", id: "${id}", input: { cancelled: true })`);
  });

  async function expectRefusedUpdate(field: string): Promise<void> {
    const holdId = await held();
    const before = await stored();
    const document = `mutation { ${field} { __typename } }`;

    const refused = await gateway.query(officer.token, document);

    expect(refused.errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', key: 'CUSTOMER_UNDER_LEGAL_HOLD' });
    expect(await stored()).toEqual(before);
    await call(lift, { id: holdId });
    expect((await gateway.query(officer.token, document)).errors).toEqual([]);
  }

  test.each(parts)('%s fails and deletes nothing, and works afterwards', async (mutation, insert, isOfBank = false) => {
    const { id } = await insert();
    const customerArgument = isOfBank ? '' : `, customerId: "${customerId}"`;
    const document = `mutation { ${mutation}(bankId: "${bankId}"${customerArgument}, id: "${id}") { __typename } }`;
    const holdId = await held();
    const before = await stored();

    const refused = await gateway.query(officer.token, document);

    expect(refused.errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', key: 'CUSTOMER_UNDER_LEGAL_HOLD' });
    expect(await stored()).toEqual(before);
    await call(lift, { id: holdId });
    expect((await gateway.query(officer.token, document)).errors).toEqual([]);
  });

  test('a link to a user can be deactivated', async () => {
    await held();
    const { id: userId } = await gateway.createUser();
    const { id } = await insertUserCustomerLink(gateway.database, { bankId, customerId, userId });
    const deactivate = `mutation ($bankId: ID!, $id: ID!) {
      updateUserCustomerLink(bankId: $bankId, id: $id, input: { isActive: false }) { userCustomerLinkId } }`;

    const { data } = await gateway.query(officer.token, deactivate, { bankId, id });

    expect(data).toEqual({ updateUserCustomerLink: { userCustomerLinkId: id } });
  });

  test('only one of two concurrent calls that set a hold and delete the customer succeeds', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await insertCustomer(gateway.database, { bankId });
      const [hold, deleted] = await Promise.all([
        call(set, { customerId: id, reason: 'Order' }),
        call(cascade, { customerId: id }),
      ]);

      const left = await gateway.database.read
        .select()
        .from(customer as SQLiteTable)
        .where(eq(customer.id, id));
      const keys = [hold, deleted].map(({ errors }) => errors[0]?.extensions.key ?? null);
      expect([
        [null, 'CUSTOMER_UNDER_LEGAL_HOLD', 1],
        ['OBP-30046', null, 0],
      ]).toContainEqual([...keys, left.length]);
    }
  });
});

describe('at a bank with the four-eyes principle', () => {
  const fourEyesBank = 'four.eyes';
  let ofBank: { bankId: string; customerId: string };
  beforeAll(async () => {
    await gateway.createBank(fourEyesBank);
    await setKycFourEyes(gateway.database, fourEyesBank, true);
  });
  beforeEach(async () => {
    ofBank = {
      bankId: fourEyesBank,
      customerId: (await insertCustomer(gateway.database, { bankId: fourEyesBank })).id,
    };
  });

  const deleterOf = () => gateway.createUser({ roles: [['CanDeleteCustomerCascade', fourEyesBank]] });

  test('a user who lifted a hold or closed the customer cannot delete the customer', async () => {
    const { database } = gateway;
    const deleter = await deleterOf();
    const lifter = await deleterOf();
    const { bankId: at, customerId: heldId } = ofBank;
    const lifted = { ...liftedBy(lifter.id), setByUserId: deleter.id };
    await insertLegalHold(database, { bankId: at, customerId: heldId, ...lifted });
    const closing = { closedOn: '2020-05-31', closedByUserId: lifter.id };
    const closed = await insertCustomer(database, { bankId: at, ...closing });

    for (const id of [heldId, closed.id]) {
      const refused = await call(cascade, { bankId: at, customerId: id }, lifter.token);
      expect(refused.errors[0]?.extensions.key).toBe('DELETION_NEEDS_SECOND_OFFICER');
      expect((await call(cascade, { bankId: at, customerId: id }, deleter.token)).errors).toEqual([]);
    }
  });

  test('nor can a user whom that user created', async () => {
    const lifter = await gateway.createUser();
    const deleter = await deleterOf();
    await gateway.database.transaction((transaction) =>
      recordEmpowerment(transaction, { userId: deleter.id, byUserId: lifter.id, kind: 'CREATED' }),
    );
    await insertLegalHold(gateway.database, { ...ofBank, setByUserId: deleter.id, ...liftedBy(lifter.id) });

    const { errors } = await call(cascade, ofBank, deleter.token);

    expect(errors[0]?.extensions.key).toBe('KYC_OFFICERS_NOT_INDEPENDENT');
  });
});
