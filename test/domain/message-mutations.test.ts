import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { customerMessage } from '../../src/domain/message/message.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const input = { message: 'Your card is ready.', transport: 'SMS', fromDepartment: 'Cards', fromPerson: 'Tom' };

const create = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $input: CreateCustomerMessageInput!, $idempotencyKey: String) {
  createCustomerMessage(bankId: $bankId, customerId: $customerId, input: $input, idempotencyKey: $idempotencyKey) {
    customerMessage { message transport fromDepartment fromPerson date customerId }
    customer { id messages { nodes { message } } } } }`;

let gateway: Gateway;
let officer: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  officer = await gateway.createUser({
    roles: [
      ['CanCreateCustomerMessage', bankId],
      ['CanGetCustomerMessages', bankId],
      ['CanGetCustomer', bankId],
    ],
  });
});

beforeEach(async () => {
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
});

afterAll(() => gateway.stop());

function storedOf(id: string) {
  return gateway.database.read.select().from(customerMessage).where(eq(customerMessage.customerId, id));
}

describe('createCustomerMessage', () => {
  test('refuses a caller without the role at the bank and writes nothing', async () => {
    const caller = await gateway.createUser({ roles: [['CanCreateCustomerMessage', otherBankId]] });

    const { data, errors } = await gateway.query(caller.token, create, { bankId, customerId, input });

    expect(data).toEqual({ createCustomerMessage: null });
    expect(errors[0]?.extensions.missingRoles).toEqual(['CanCreateCustomerMessage']);
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('fails with OBP-30046 for a customer of another bank and writes nothing', async () => {
    const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });

    const { errors } = await gateway.query(officer.token, create, { bankId, customerId: foreign.id, input });

    expect(errors[0]?.extensions.obpCode).toBe('OBP-30046');
    expect(await storedOf(foreign.id)).toEqual([]);
  });

  test.each([
    ['an empty message', { message: '' }, 'input.message'],
    ['a message that is too long', { message: 'x'.repeat(1025) }, 'input.message'],
    ['a transport that is too long', { transport: 'x'.repeat(65) }, 'input.transport'],
    ['an empty department', { fromDepartment: ' ' }, 'input.fromDepartment'],
    ['a person that is too long', { fromPerson: 'x'.repeat(65) }, 'input.fromPerson'],
  ])('fails with OBP-10001 for %s and writes nothing', async (_what, change, field) => {
    const variables = { bankId, customerId, input: { ...input, ...change } };

    const { errors } = await gateway.query(officer.token, create, variables);

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001', field });
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('returns the message and its customer, and writes once for each idempotency key', async () => {
    const variables = { bankId, customerId, input, idempotencyKey: randomUUID() };

    const first = await gateway.query(officer.token, create, variables);
    const again = await gateway.query(officer.token, create, variables);

    expect(first.errors).toEqual([]);
    expect(first.data).toEqual({
      createCustomerMessage: {
        customerMessage: { ...input, customerId, date: expect.stringMatching(/^\d{4}-.*Z$/) },
        customer: { id: customerId, messages: { nodes: [{ message: 'Your card is ready.' }] } },
      },
    });
    expect(again.data).toEqual(first.data);
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test('accepts a message without a transport, and another with the same text', async () => {
    const { transport: _transport, ...without } = input;

    const answers = [
      await gateway.query(officer.token, create, { bankId, customerId, input: without }),
      await gateway.query(officer.token, create, { bankId, customerId, input: without }),
    ];

    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(await storedOf(customerId)).toMatchObject([{ transport: null }, { transport: null }]);
  });
});
