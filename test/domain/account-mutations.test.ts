import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { account } from '../../src/domain/account/account.table.ts';
import { accountAttribute } from '../../src/domain/account/account-attribute.table.ts';
import { accountHolder } from '../../src/domain/account/account-holder.table.ts';
import { accountRouting } from '../../src/domain/account/account-routing.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertAccount, insertAccountAttribute, insertAccountRouting } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';

const create = /* GraphQL */ `mutation ($bankId: ID!, $input: CreateAccountInput!, $idempotencyKey: String) {
  createAccount(bankId: $bankId, input: $input, idempotencyKey: $idempotencyKey) {
    account { id bankId accountId label number productCode balance { currency amount } branchId version } } }`;

let gateway: Gateway;
let clerk: TestUser;
let caller: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  clerk = await gateway.createUser({ roles: [['CanCreateAccount', bankId]] });
  caller = await gateway.createUser();
});

afterAll(() => gateway.stop());

function newInput() {
  return {
    accountId: randomUUID(),
    label: 'Everyday',
    productCode: 'CURRENT',
    balance: { currency: 'EUR', amount: '0.00' } as { currency: string; amount?: string | null },
    branchId: 'DERBY6',
    accountRoutings: [{ scheme: 'IBAN', address: `DE${randomUUID().toUpperCase()}` }],
  };
}

/** The input that a caller without the role can send. */
function ownInput() {
  const { accountId: _id, accountRoutings: _routings, ...input } = newInput();
  return input;
}

type Created = { createAccount: { account: { accountId: string } } | null };

function storedWith(id: string) {
  return gateway.database.read
    .select()
    .from(account)
    .where(and(eq(account.bankId, bankId), eq(account.id, id)));
}

function holdersOf(accountId: string) {
  return gateway.database.read.select().from(accountHolder).where(eq(accountHolder.accountId, accountId));
}

describe('createAccount', () => {
  test('refuses an anonymous caller', async () => {
    const { data, errors } = await gateway.query(null, create, { bankId, input: newInput() });

    expect(data).toEqual({ createAccount: null });
    expect(errors[0]?.extensions.obpCode).toBe('OBP-20001');
  });

  test('refuses to open an account for any other user without the role at the bank, and writes nothing', async () => {
    const stranger = await gateway.createUser({ roles: [['CanCreateAccount', otherBankId]] });

    for (const userId of [caller.id, 'nobody', 'no user id']) {
      const input = { ...newInput(), userId };
      const { errors } = await gateway.query(stranger.token, create, { bankId, input });

      expect(errors[0]?.extensions).toMatchObject({
        code: 'FORBIDDEN',
        obpCode: 'OBP-20006',
        missingRoles: ['CanCreateAccount'],
        bankId,
      });
      expect(await storedWith(input.accountId)).toEqual([]);
    }
  });

  test('fails with OBP-30001 for an unknown bank', async () => {
    const { errors } = await gateway.query(caller.token, create, { bankId: 'no-bank', input: ownInput() });

    expect(errors[0]?.extensions.obpCode).toBe('OBP-30001');
  });

  test.each(['', 'gh 29 uk', 'x'.repeat(255)])('fails with OBP-30111 for the bank ID %j', async (badId) => {
    const { errors } = await gateway.query(clerk.token, create, { bankId: badId, input: newInput() });

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-30111', field: 'bankId' });
  });

  test.each([
    ['OBP-30105', 'an unknown currency', 'currency', { balance: { currency: 'EURO', amount: '0' } }],
    ['OBP-30105', 'a currency in lower case', 'currency', { balance: { currency: 'eur', amount: '0' } }],
    ['OBP-30106', 'a missing amount', 'amount', { balance: { currency: 'EUR' } }],
    ['OBP-30106', 'an empty amount', 'amount', { balance: { currency: 'EUR', amount: '' } }],
    [
      'OBP-30106',
      'more decimal places than the currency has',
      'amount',
      { balance: { currency: 'JPY', amount: '0.00' } },
    ],
    ['OBP-30112', 'an amount that is not a number', 'amount', { balance: { currency: 'EUR', amount: 'nothing' } }],
    ['OBP-30112', 'an amount with a comma', 'amount', { balance: { currency: 'EUR', amount: '0,00' } }],
    ['OBP-30109', 'an amount that is not zero', 'amount', { balance: { currency: 'EUR', amount: '0.01' } }],
    ['OBP-30109', 'a negative amount', 'amount', { balance: { currency: 'EUR', amount: '-1' } }],
  ])('fails with %s for %s and writes nothing', async (obpCode, _what, field, change) => {
    const input = { ...newInput(), ...change };

    const { errors } = await gateway.query(clerk.token, create, { bankId, input });

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode, field: `input.balance.${field}` });
    expect(await storedWith(input.accountId)).toEqual([]);
  });

  test.each(['', 'an account', 'ä', 'x'.repeat(255)])(
    'fails with OBP-30110 for the account ID %j',
    async (accountId) => {
      const { errors } = await gateway.query(clerk.token, create, { bankId, input: { ...newInput(), accountId } });

      expect(errors[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        obpCode: 'OBP-30110',
        field: 'input.accountId',
      });
    },
  );

  test('fails with OBP-30107 for an invalid user ID, with OBP-20005 for an unknown user, and writes nothing', async () => {
    const badId = { ...newInput(), userId: 'a user' };
    const unknown = { ...newInput(), userId: 'nobody' };

    const responses = [
      await gateway.query(clerk.token, create, { bankId, input: badId }),
      await gateway.query(clerk.token, create, { bankId, input: unknown }),
    ];

    expect(responses.map(({ errors }) => errors[0]?.extensions)).toMatchObject([
      { code: 'BAD_USER_INPUT', obpCode: 'OBP-30107', field: 'input.userId' },
      { code: 'NOT_FOUND', obpCode: 'OBP-20005', field: 'input.userId' },
    ]);
    expect(await storedWith(badId.accountId)).toEqual([]);
    expect(await storedWith(unknown.accountId)).toEqual([]);
  });

  test.each([
    ['an empty label', { label: '' }, 'input.label'],
    ['a label that is too long', { label: 'x'.repeat(256) }, 'input.label'],
    ['an empty product code', { productCode: ' ' }, 'input.productCode'],
    ['an empty branch', { branchId: '' }, 'input.branchId'],
    [
      'a routing without address',
      { accountRoutings: [{ scheme: 'IBAN', address: '' }] },
      'input.accountRoutings[0].address',
    ],
  ])('fails with OBP-10001 for %s and writes nothing', async (_what, change, field) => {
    const input = { ...newInput(), ...change };

    const { errors } = await gateway.query(clerk.token, create, { bankId, input });

    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field });
    expect(await storedWith(input.accountId)).toEqual([]);
  });

  test('fails with OBP-30114 for a repeated scheme and writes nothing', async () => {
    const accountRoutings = ['1', '2'].map((address) => ({ scheme: 'IBAN', address: address + randomUUID() }));
    const input = { ...newInput(), accountRoutings };

    const { errors } = await gateway.query(clerk.token, create, { bankId, input });

    expect(errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      obpCode: 'OBP-30114',
      field: 'input.accountRoutings[1].scheme',
    });
    expect(await storedWith(input.accountId)).toEqual([]);
  });

  test('fails with OBP-30115 for a routing that exists at the bank and writes nothing', async () => {
    const other = await insertAccount(gateway.database, { bankId });
    const { scheme, address } = await insertAccountRouting(gateway.database, { bankId, accountId: other.id });
    const input = { ...newInput(), accountRoutings: [{ scheme, address }] };

    const { errors } = await gateway.query(clerk.token, create, { bankId, input });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', obpCode: 'OBP-30115' });
    expect(await storedWith(input.accountId)).toEqual([]);
  });

  test('accepts a routing that exists at another bank or in another scheme', async () => {
    const other = await insertAccount(gateway.database, { bankId: otherBankId });
    const routing = await insertAccountRouting(gateway.database, { bankId: otherBankId, accountId: other.id });
    const { address } = routing;
    const input = { ...newInput(), accountRoutings: ['IBAN', 'BBAN'].map((scheme) => ({ scheme, address })) };

    const { errors } = await gateway.query(clerk.token, create, { bankId, input });

    expect(errors).toEqual([]);
  });

  test('fails with OBP-30208 for an ID that exists at the bank, and adds no account holder', async () => {
    const { id } = await insertAccount(gateway.database, { bankId });

    const { errors } = await gateway.query(clerk.token, create, { bankId, input: { ...newInput(), accountId: id } });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', obpCode: 'OBP-30208', field: 'input.accountId' });
    expect(await holdersOf(id)).toEqual([]);
  });

  test('accepts an ID that exists at another bank only', async () => {
    const { id } = await insertAccount(gateway.database, { bankId: otherBankId });

    const { errors } = await gateway.query(clerk.token, create, { bankId, input: { ...newInput(), accountId: id } });

    expect(errors).toEqual([]);
  });

  test('succeeds once when requests with the same ID race, and once when requests with the same routing race', async () => {
    const { accountId } = newInput();
    const routings = ['BBAN', 'IBAN', 'OBP'].map((scheme) => ({ scheme, address: randomUUID() }));
    const send = (change: object) =>
      gateway.query(clerk.token, create, { bankId, input: { ...newInput(), ...change } });

    const ids = await Promise.all(Array.from({ length: 5 }, () => send({ accountId })));
    const addressed = await Promise.all(
      Array.from({ length: 6 }, (_, index) => send({ accountRoutings: index % 2 ? routings : routings.toReversed() })),
    );

    const codes = (responses: typeof ids) => responses.flatMap(({ errors }) => errors.map((e) => e.extensions.obpCode));
    expect(codes(ids)).toEqual(Array.from({ length: 4 }, () => 'OBP-30208'));
    expect(codes(addressed)).toEqual(Array.from({ length: 5 }, () => 'OBP-30115'));
  });

  test('opens an account that the caller holds, without any role', async () => {
    const document = create.replace('version', 'version routings { scheme address } attributes { id }');

    const { data, errors } = await gateway.query<Created>(caller.token, document, { bankId, input: ownInput() });

    expect(errors).toEqual([]);
    expect(data).toEqual({
      createAccount: {
        account: {
          id: expect.stringContaining(`Account~${bankId}~`),
          bankId,
          accountId: expect.any(String),
          label: 'Everyday',
          number: expect.stringMatching(/^\d{18}$/),
          productCode: 'CURRENT',
          balance: { currency: 'EUR', amount: '0.00' },
          branchId: 'DERBY6',
          version: 1,
          routings: [],
          attributes: [],
        },
      },
    });
    expect(await holdersOf(data?.createAccount?.account.accountId ?? '')).toMatchObject([
      { bankId, userId: caller.id },
    ]);
  });

  test.each([
    ['empty', () => ''],
    ["the caller's", () => caller.id],
  ])('opens the account for the caller if the user ID is %s', async (_what, userId) => {
    const input = { ...ownInput(), userId: userId() };

    const { data, errors } = await gateway.query<Created>(caller.token, create, { bankId, input });

    expect(errors).toEqual([]);
    expect(await holdersOf(data?.createAccount?.account.accountId ?? '')).toMatchObject([{ userId: caller.id }]);
  });

  test('opens an account for another user with the role, and shows what was written', async () => {
    const input = {
      ...newInput(),
      userId: caller.id,
      accountRoutings: [{ scheme: 'IBAN', address: randomUUID().toUpperCase() }],
    };
    const document = create
      .replace('version', 'version routings { scheme address } holders { username } attributes { name }')
      .replace('account {', 'holder { userId username displayName } account {');

    const { data, errors } = await gateway.query(clerk.token, document, { bankId, input });

    const { id, username } = caller;
    expect(data).toMatchObject({
      createAccount: {
        holder: { userId: id, username, displayName: username },
        account: {
          accountId: input.accountId,
          routings: input.accountRoutings,
          holders: [{ username }],
          attributes: null,
        },
      },
    });
    expect(errors.map(({ path }) => path)).toEqual([['createAccount', 'account', 'attributes']]);
    expect(await holdersOf(input.accountId)).toMatchObject([{ userId: caller.id }]);
  });

  test('generates a missing ID, and writes once for each idempotency key', async () => {
    const variables = { bankId, input: ownInput(), idempotencyKey: randomUUID() };

    const first = await gateway.query<Created>(caller.token, create, variables);
    const again = await gateway.query(caller.token, create, variables);

    expect(first.errors).toEqual([]);
    expect(again).toMatchObject({ errors: [], data: first.data });
    expect(await storedWith(first.data?.createAccount?.account.accountId ?? '')).toHaveLength(1);
  });

  test('accepts zero in any notation, and bitcoin', async () => {
    for (const balance of [
      { currency: 'EUR', amount: '0' },
      { currency: 'EUR', amount: '0.0' },
      { currency: 'JPY', amount: '-0' },
      { currency: 'XBT', amount: '0.00000000' },
    ]) {
      const { errors } = await gateway.query(clerk.token, create, { bankId, input: { ...newInput(), balance } });
      expect(errors).toEqual([]);
    }
  });

  test('fails for more than 500 routings', async () => {
    const accountRoutings = Array.from({ length: 501 }, (_, index) => ({ scheme: `S${index}`, address: randomUUID() }));
    const input = { ...newInput(), accountRoutings };

    const { errors } = await gateway.query(clerk.token, create, { bankId, input });

    expect(errors[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 500 });
    expect(await gateway.database.read.select().from(accountRouting).where(eq(accountRouting.scheme, 'S0'))).toEqual(
      [],
    );
  });
});

describe('createAccount without CanCreateAccount at the bank', () => {
  test('refuses a chosen ID or routing with OBP-20006, whether it exists or not, and writes nothing', async () => {
    const { id: takenId } = await insertAccount(gateway.database, { bankId });
    const { scheme, address } = await insertAccountRouting(gateway.database, { bankId, accountId: takenId });
    const stranger = await gateway.createUser({ roles: [['CanCreateAccount', otherBankId]] });
    const label = randomUUID();

    const responses = await Promise.all(
      [
        { accountId: takenId },
        { accountId: randomUUID() },
        { accountId: 'not a valid ID' },
        { accountRoutings: [{ scheme, address }] },
        { accountRoutings: [{ scheme, address: randomUUID() }] },
        { accountRoutings: [{ scheme: '', address: '' }] },
      ].map((change) => gateway.query(stranger.token, create, { bankId, input: { ...ownInput(), label, ...change } })),
    );

    for (const { data, errors } of responses) {
      expect(data).toEqual({ createAccount: null });
      expect(errors).toEqual([{ ...errors[0], message: responses[0]?.errors[0]?.message }]);
      expect(errors[0]?.extensions).toEqual(responses[0]?.errors[0]?.extensions);
      expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-20006', missingRoles: ['CanCreateAccount'], bankId });
    }
    expect(await gateway.database.read.select().from(account).where(eq(account.label, label))).toEqual([]);
  });

  test('accepts an empty list of routings', async () => {
    const input = { ...ownInput(), accountId: null, accountRoutings: [] };

    expect((await gateway.query(caller.token, create, { bankId, input })).errors).toEqual([]);
  });

  test('opens the configured number of accounts a day and no more, even when the calls race', async () => {
    const { id, token } = await gateway.createUser();

    const responses = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        gateway.query(token, create, { bankId: index % 2 ? bankId : otherBankId, input: ownInput() }),
      ),
    );

    const refusals = responses.flatMap(({ errors }) => errors);
    expect(refusals).toHaveLength(6);
    for (const { extensions } of refusals) {
      expect(extensions).toMatchObject({ code: 'RATE_LIMITED', key: 'RATE_LIMITED', limit: 10 });
      expect(extensions.retryAfterSeconds).toBeGreaterThan(86_000);
      expect(extensions.retryAfterSeconds).toBeLessThanOrEqual(86_400);
    }
    const held = () => gateway.database.read.select().from(accountHolder).where(eq(accountHolder.userId, id));
    expect(await held()).toHaveLength(10);

    const yesterday = new Date(Date.now() - 86_401_000);
    await gateway.database.transaction(async (transaction) => {
      const [oldest] = await held();
      const isOldest = eq(accountHolder.accountId, oldest?.accountId ?? '');
      await transaction.update(accountHolder).set({ createdAt: yesterday }).where(isOldest);
    });
    const statuses = [];
    for (let count = 0; count < 2; count += 1) {
      const { errors } = await gateway.query(token, create, { bankId, input: ownInput() });
      statuses.push(errors[0]?.extensions.code);
    }
    expect(statuses).toEqual([undefined, 'RATE_LIMITED']);
  });

  test('does not count a call that is retried with its idempotency key', async () => {
    const { token } = await gateway.createUser();
    const variables = { bankId, input: ownInput(), idempotencyKey: randomUUID() };
    for (let count = 0; count < 12; count += 1) {
      expect((await gateway.query(token, create, variables)).errors).toEqual([]);
    }
    expect((await gateway.query(token, create, { bankId, input: ownInput() })).errors).toEqual([]);
  });

  test('follows GATEWAY_NEW_ACCOUNTS_PER_DAY and GATEWAY_SELF_SERVICE_ROUTINGS', async () => {
    const open = await startGateway({
      environment: { GATEWAY_SELF_SERVICE_ROUTINGS: 'on', GATEWAY_NEW_ACCOUNTS_PER_DAY: '1' },
    });
    const closed = await startGateway({ environment: { GATEWAY_NEW_ACCOUNTS_PER_DAY: '0' } });
    try {
      const codes = [];
      for (const other of [open, closed]) {
        await other.createBank(bankId);
        const { token } = await other.createUser();
        for (const input of [newInput(), ownInput()]) {
          const { errors } = await other.query(token, create, { bankId, input });
          codes.push(errors[0]?.extensions.key);
        }
      }
      expect(codes).toEqual([undefined, 'RATE_LIMITED', 'OBP-20006', 'OBP-20006']);
    } finally {
      await open.stop();
      await closed.stop();
    }
  });

  test('does not limit a caller with the role', async () => {
    const officer = await gateway.createUser({ roles: [['CanCreateAccount', bankId]] });
    for (let count = 0; count < 12; count += 1) {
      expect((await gateway.query(officer.token, create, { bankId, input: newInput() })).errors).toEqual([]);
    }
  });
});

describe('an IBAN', () => {
  const printed = 'DE89 3704 0044 0532 0130 00';
  const compact = 'DE89370400440532013000';

  async function open(address: string) {
    const opener = await gateway.createUser({ roles: [['CanCreateAccount', bankId]] });
    const input = { ...newInput(), accountRoutings: [{ scheme: 'IBAN', address }] };
    const { data, errors } = await gateway.query<{ createAccount: { account: { routings: object[] } } | null }>(
      opener.token,
      `mutation ($bankId: ID!, $input: CreateAccountInput!) {
        createAccount(bankId: $bankId, input: $input) { account { routings { scheme address } } } }`,
      { bankId, input },
    );
    return data?.createAccount?.account.routings ?? errors.map(({ extensions }) => extensions.key);
  }

  test('is stored without the spaces of its printed form, and is one routing in every form', async () => {
    expect(await open(printed)).toEqual([{ scheme: 'IBAN', address: compact }]);
    for (const address of [printed, compact, compact.toLowerCase()]) expect(await open(address)).toEqual(['OBP-30115']);
  });
});

describe('createAccountAttribute', () => {
  const createAttribute = `mutation ($bankId: ID!, $accountId: ID!, $input: AccountAttributeInput!, $idempotencyKey: String) {
    createAccountAttribute(bankId: $bankId, accountId: $accountId, input: $input, idempotencyKey: $idempotencyKey) {
      accountAttribute { productCode contractCode name type value version } account { accountId attributes { name } } } }`;
  const input = { name: 'OVERDRAFT_START_DATE', type: 'DATE_WITH_DAY', value: '2012-04-23' };

  let clerkOfAttributes: TestUser;

  beforeAll(async () => {
    clerkOfAttributes = await gateway.createUser({
      roles: [['CanCreateAccountAttributeAtOneBank', bankId]],
    });
  });

  function attributesOf(accountId: string) {
    return gateway.database.read.select().from(accountAttribute).where(eq(accountAttribute.accountId, accountId));
  }

  test('refuses a caller without the role at the bank and writes nothing', async () => {
    const { id: accountId } = await insertAccount(gateway.database, { bankId });
    const stranger = await gateway.createUser({ roles: [['CanCreateAccountAttributeAtOneBank', otherBankId]] });

    const { errors } = await gateway.query(stranger.token, createAttribute, { bankId, accountId, input });

    expect(errors[0]?.extensions.missingRoles).toEqual(['CanCreateAccountAttributeAtOneBank']);
    expect(await attributesOf(accountId)).toEqual([]);
  });

  test('fails with OBP-30018 for an account of another bank and writes nothing', async () => {
    const { id: accountId } = await insertAccount(gateway.database, { bankId: otherBankId });

    const { errors } = await gateway.query(clerkOfAttributes.token, createAttribute, { bankId, accountId, input });

    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-30018' });
    expect(await attributesOf(accountId)).toEqual([]);
  });

  test.each([
    ['an empty name', { name: '' }, 'input.name'],
    ['a name that is too long', { name: 'x'.repeat(101) }, 'input.name'],
    ['an invalid date', { value: '2012-02-30' }, 'input.value'],
    ['an invalid integer', { type: 'INTEGER', value: '1.5' }, 'input.value'],
    ['an invalid decimal number', { type: 'DOUBLE', value: 'much' }, 'input.value'],
    ['a text that is too long', { type: 'STRING', value: 'x'.repeat(2001) }, 'input.value'],
    ['a contract code that is too long', { contractCode: 'x'.repeat(101) }, 'input.contractCode'],
  ])('fails with OBP-10001 for %s and writes nothing', async (_what, change, field) => {
    const { id: accountId } = await insertAccount(gateway.database, { bankId });
    const variables = { bankId, accountId, input: { ...input, ...change } };

    const { errors } = await gateway.query(clerkOfAttributes.token, createAttribute, variables);

    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field });
    expect(await attributesOf(accountId)).toEqual([]);
  });

  test('returns the attribute and its account, and writes once for each idempotency key', async () => {
    const { id: accountId } = await insertAccount(gateway.database, { bankId });
    const variables = {
      bankId,
      accountId,
      input: { ...input, productCode: 'LOAN', contractCode: 'C1' },
      idempotencyKey: randomUUID(),
    };

    const first = await gateway.query(clerkOfAttributes.token, createAttribute, variables);
    const again = await gateway.query(clerkOfAttributes.token, createAttribute, variables);

    expect(first.errors).toEqual([]);
    expect(first.data).toEqual({
      createAccountAttribute: {
        accountAttribute: { ...input, productCode: 'LOAN', contractCode: 'C1', version: 1 },
        account: { accountId, attributes: [{ name: 'OVERDRAFT_START_DATE' }] },
      },
    });
    expect(again.data).toEqual(first.data);
    expect(await attributesOf(accountId)).toHaveLength(1);
  });

  test('fails if the account already has 500 attributes', async () => {
    const { id: accountId } = await insertAccount(gateway.database, { bankId });
    const { id: _id, ...row } = await insertAccountAttribute(gateway.database, { bankId, accountId });
    await gateway.database.transaction(async (transaction) => {
      const rows = Array.from({ length: 499 }, () => ({ ...row, id: randomUUID() }));
      await transaction.insert(accountAttribute).values(rows);
    });

    const { errors } = await gateway.query(clerkOfAttributes.token, createAttribute, { bankId, accountId, input });

    expect(errors[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 500 });
    expect(await attributesOf(accountId)).toHaveLength(500);
  });
});
