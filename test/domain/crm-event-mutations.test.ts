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
let officer: TestUser;
let customer: CustomerRow;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  officer = await gateway.createUser({
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
  test('refuses a caller without the role at the bank and writes nothing', async () => {
    const caller = await gateway.createUser({ roles: [['CanCreateCrmEvent', otherBankId]] });

    const { data, errors } = await gateway.query(caller.token, create, { bankId, input });

    expect(data).toEqual({ createCrmEvent: null });
    expect(errors[0]?.extensions.missingRoles).toEqual(['CanCreateCrmEvent']);
    expect(await stored()).toEqual([]);
  });

  test('fails with OBP-30046 for the ID of a customer of another bank and writes nothing', async () => {
    const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });
    const variables = { bankId, input: { ...input, customerId: foreign.id } };

    const { errors } = await gateway.query(officer.token, create, variables);

    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-30046' });
    expect(await stored()).toEqual([]);
  });

  test.each([
    ['an empty category', { category: '' }, 'input.category'],
    ['a category that is too long', { category: 'x'.repeat(256) }, 'input.category'],
    ['a detail that is too long', { detail: 'x'.repeat(2001) }, 'input.detail'],
    ['a number that is too long', { customerNumber: '1'.repeat(51) }, 'input.customerNumber'],
    ['an invalid time', { actualDate: 'yesterday' }, 'input.actualDate'],
  ])('fails with OBP-10001 for %s and writes nothing', async (_what, change, field) => {
    const { errors } = await gateway.query(officer.token, create, { bankId, input: { ...input, ...change } });

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001' });
    expect(errors[0]?.extensions.field).toBe(field);
    expect(await stored()).toEqual([]);
  });

  test('fails with OBP-10001 for the ID and the number of different customers, and writes nothing', async () => {
    const other = await insertCustomer(gateway.database, { bankId });
    const values = { ...input, customerId: customer.id, customerNumber: other.customerNumber };

    const { errors } = await gateway.query(officer.token, create, { bankId, input: values });

    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field: 'input.customerNumber' });
    expect(await stored()).toEqual([]);
  });

  test('returns the event and its customer, and writes once for each idempotency key', async () => {
    const variables = { bankId, input: { ...input, customerId: customer.id }, idempotencyKey: randomUUID() };

    const first = await gateway.query(officer.token, create, variables);
    const again = await gateway.query(officer.token, create, variables);

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

  test('links the customer of the bank with the number, and stores the name of the input', async () => {
    const values = { ...input, customerName: 'Eve', customerNumber: customer.customerNumber };

    const { data, errors } = await gateway.query(officer.token, create, { bankId, input: values });

    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      createCrmEvent: {
        crmEvent: { customerId: customer.id, customerName: 'Eve', customerNumber: customer.customerNumber },
        customer: { id: customer.id },
      },
    });
  });

  test('stores the name and the number of a customer whom only another bank has', async () => {
    const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });
    const values = { category: 'Call', customerName: 'Eve', customerNumber: foreign.customerNumber };

    const { data, errors } = await gateway.query(officer.token, create, { bankId, input: values });

    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      createCrmEvent: {
        crmEvent: { customerId: null, customerName: 'Eve', customerNumber: foreign.customerNumber, detail: null },
        customer: null,
      },
    });
  });
});
