import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { crmEvent } from '../../src/domain/crm-event/crm-event.table.ts';
import type { CustomerRow } from '../../src/domain/customer/customer.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const input = {
  category: 'Call',
  detail: 'Asked for a loan',
  channel: 'Phone',
  scheduledDate: '2024-05-31T09:30:00.000Z',
  actualDate: '2024-05-31T09:45:00.000Z',
  result: 'Will call again',
};

const create = /* GraphQL */ `mutation ($bankId: ID!, $input: CreateCrmEventInput!, $idempotencyKey: String) {
  createCrmEvent(bankId: $bankId, input: $input, idempotencyKey: $idempotencyKey) {
    crmEvent { customerId customerName customerNumber category detail channel scheduledDate actualDate result }
    customer { id crmEvents { nodes { category } } } } }`;

let gateway: Gateway;
let clerk: TestUser;
let customer: CustomerRow;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  clerk = await gateway.createUser({
    roles: [
      ['CanCreateCrmEvent', bankId],
      ['CanGetCrmEvents', bankId],
      ['CanGetCustomer', bankId],
    ],
  });
});

beforeEach(async () => {
  await gateway.database.transaction(async (transaction) => {
    await transaction.delete(crmEvent);
  });
  customer = await insertCustomer(gateway.database, { bankId });
});

afterAll(() => gateway.stop());

function stored() {
  return gateway.database.read.select().from(crmEvent).where(eq(crmEvent.bankId, bankId));
}

describe('createCrmEvent', () => {
  test('is refused without the role at the bank, and nothing is written', async () => {
    const stranger = await gateway.createUser({ roles: [['CanCreateCrmEvent', otherBankId]] });

    const { data, errors } = await gateway.query(stranger.token, create, { bankId, input });

    expect(data).toEqual({ createCrmEvent: null });
    expect(errors[0]?.extensions.missingRoles).toEqual(['CanCreateCrmEvent']);
    expect(await stored()).toEqual([]);
  });

  test('with the id of a customer of another bank is OBP-30046, and nothing is written', async () => {
    const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });
    const variables = { bankId, input: { ...input, customerId: foreign.id } };

    const { errors } = await gateway.query(clerk.token, create, variables);

    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-30046' });
    expect(await stored()).toEqual([]);
  });

  test.each([
    ['an empty category', { category: '' }, 'input.category'],
    ['a category that is too long', { category: 'x'.repeat(256) }, 'input.category'],
    ['a detail that is too long', { detail: 'x'.repeat(2001) }, 'input.detail'],
    ['a number that is too long', { customerNumber: '1'.repeat(51) }, 'input.customerNumber'],
    ['no date', { actualDate: 'yesterday' }, 'input.actualDate'],
  ])('with %s is OBP-10001, and nothing is written', async (_what, change, field) => {
    const { errors } = await gateway.query(clerk.token, create, { bankId, input: { ...input, ...change } });

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001' });
    expect(errors[0]?.extensions.field).toBe(field);
    expect(await stored()).toEqual([]);
  });

  test('with an id and the number of another customer is OBP-10001, and nothing is written', async () => {
    const other = await insertCustomer(gateway.database, { bankId });
    const named = { ...input, customerId: customer.id, customerNumber: other.customerNumber };

    const { errors } = await gateway.query(clerk.token, create, { bankId, input: named });

    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field: 'input.customerNumber' });
    expect(await stored()).toEqual([]);
  });

  test('gives the event and the customer with it, and writes once per idempotency key', async () => {
    const variables = { bankId, input: { ...input, customerId: customer.id }, idempotencyKey: randomUUID() };

    const first = await gateway.query(clerk.token, create, variables);
    const again = await gateway.query(clerk.token, create, variables);

    expect(first.errors).toEqual([]);
    expect(first.data).toEqual({
      createCrmEvent: {
        crmEvent: {
          ...input,
          customerId: customer.id,
          customerName: customer.legalName,
          customerNumber: customer.customerNumber,
        },
        customer: { id: customer.id, crmEvents: { nodes: [{ category: 'Call' }] } },
      },
    });
    expect(again.data).toEqual(first.data);
    expect(await stored()).toHaveLength(1);
  });

  test('links the bank’s customer with the number, and keeps the name as it is given', async () => {
    const named = { ...input, customerName: 'Eve', customerNumber: customer.customerNumber };

    const { data, errors } = await gateway.query(clerk.token, create, { bankId, input: named });

    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      createCrmEvent: {
        crmEvent: { customerId: customer.id, customerName: 'Eve', customerNumber: customer.customerNumber },
        customer: { id: customer.id },
      },
    });
  });

  test('keeps the name and number of whom the bank does not have, also when another bank does', async () => {
    const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });
    const named = { category: 'Call', customerName: 'Eve', customerNumber: foreign.customerNumber };

    const { data, errors } = await gateway.query(clerk.token, create, { bankId, input: named });

    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      createCrmEvent: {
        crmEvent: { customerId: null, customerName: 'Eve', customerNumber: foreign.customerNumber, detail: null },
        customer: null,
      },
    });
  });
});
