import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AttributeType } from '../../src/domain/attribute/attribute-type.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertAccount, insertAccountAttribute, insertAccountHolder, insertAccountRouting } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
/** Both banks have an account with this ID. */
const id = 'current-1';

let gateway: Gateway;
let clerk: TestUser;
let holder: TestUser;
let stranger: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  const { database } = gateway;
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  clerk = await gateway.createUser({ roles: [['CanGetCustomerOverviewFlat', bankId]] });
  holder = await gateway.createUser();
  stranger = await gateway.createUser();
  const own = { bankId, accountId: id };
  await insertAccount(database, { bankId, id, label: 'Here', productCode: '787LOW' });
  await insertAccount(database, { bankId: otherBankId, id, label: 'There' });
  await insertAccount(database, { bankId, id: 'bare', balanceCurrency: null, balanceAmount: null, label: null });
  await insertAccountHolder(database, { ...own, userId: holder.id });
  await insertAccountRouting(database, { ...own, scheme: 'IBAN', address: 'DE02120300000000202051' });
  await insertAccountRouting(database, { ...own, scheme: 'AccountNumber', address: '4930396' });
  await insertAccountRouting(database, { bankId: otherBankId, accountId: id, scheme: 'IBAN', address: 'elsewhere' });
  const loan = { ...own, contractCode: 'LOAN-1', productCode: '1234BW' };
  await insertAccountAttribute(database, { ...loan, name: 'INTEREST_RATE', type: AttributeType.DOUBLE, value: '3.5' });
  await insertAccountAttribute(database, { ...own, contractCode: 'CARD-7', name: 'interest_rate', value: '9.9' });
  await insertAccountAttribute(database, { ...loan, name: 'Payment Method', value: 'cash' });
  await insertAccountAttribute(database, { ...loan, name: 'term', value: '24 months' });
  await insertAccountAttribute(database, { ...own, contractCode: ' ', name: 'TERM', value: 'of no contract' });
  await insertAccountAttribute(database, { ...own, name: 'MATURITY_DATE', value: '2030-01-01' });
});

afterAll(() => gateway.stop());

const account = (bank: string, accountId: string, selection = 'id bankId label') =>
  `{ account(bankId: "${bank}", accountId: "${accountId}") { ${selection} } }`;

test.each([
  ['an anonymous caller', () => null, 'OBP-20001'],
  ['a caller without a role', () => stranger.token, 'OBP-20006'],
])('account refuses %s', async (_who, token, obpCode) => {
  const { data, errors } = await gateway.query(token(), account(bankId, id));

  expect(data).toEqual({ account: null });
  expect(errors.map(({ extensions }) => extensions.obpCode)).toEqual([obpCode]);
});

test.each([
  ['a caller with the role at one bank', () => clerk],
  ['the holder of the account with the same ID at another bank', () => holder],
])('account refuses the account of another bank to %s', async (_who, caller) => {
  const { data, errors } = await gateway.query(caller().token, account(otherBankId, id));

  expect(data).toEqual({ account: null });
  expect(errors[0]?.extensions).toMatchObject({
    obpCode: 'OBP-20006',
    bankId: otherBankId,
    missingRoles: ['CanGetCustomerOverview', 'CanGetCustomerOverviewFlat'],
  });
});

test('account does not reveal to a caller without a role whether an account exists', async () => {
  const known = await gateway.query(stranger.token, account(bankId, id));
  const unknown = await gateway.query(stranger.token, account(bankId, 'no-account'));

  expect(unknown.errors[0]?.extensions).toEqual(known.errors[0]?.extensions);
});

test('account fails with OBP-30001 for an unknown bank and with OBP-30018 for an unknown account', async () => {
  const bank = await gateway.query(clerk.token, account('no-bank', id));
  const unknown = await gateway.query(clerk.token, account(bankId, 'no-account'));

  expect(bank.errors[0]?.extensions.obpCode).toBe('OBP-30001');
  expect(unknown.data).toEqual({ account: null });
  expect(unknown.errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-30018' });
});

describe.each([
  ['a caller with the role at one bank', () => clerk],
  ['the account holder', () => holder],
])('%s', (_who, caller) => {
  test('can read the account with its routings, attributes, and bank', async () => {
    const { data, errors } = await gateway.query(
      caller().token,
      account(
        bankId,
        id,
        `id bankId accountId label number productCode balance { currency amount } branchId version bank { id }
         routings { scheme address } attributes { productCode contractCode name type value }`,
      ),
    );

    expect(errors).toEqual([]);
    expect(data?.account).toEqual({
      id: `Account~${bankId}~${id}`,
      accountId: id,
      bankId,
      label: 'Here',
      number: '1234567',
      productCode: '787LOW',
      balance: { currency: 'EUR', amount: '10.50' },
      branchId: 'DERBY6',
      version: 1,
      bank: { id: bankId },
      routings: [
        { scheme: 'AccountNumber', address: '4930396' },
        { scheme: 'IBAN', address: 'DE02120300000000202051' },
      ],
      attributes: [
        { productCode: '1234BW', contractCode: 'LOAN-1', name: 'INTEREST_RATE', type: 'DOUBLE', value: '3.5' },
        { productCode: null, contractCode: 'CARD-7', name: 'interest_rate', type: 'STRING', value: '9.9' },
        { productCode: '1234BW', contractCode: 'LOAN-1', name: 'Payment Method', type: 'STRING', value: 'cash' },
        { productCode: '1234BW', contractCode: 'LOAN-1', name: 'term', type: 'STRING', value: '24 months' },
        { productCode: null, contractCode: ' ', name: 'TERM', type: 'STRING', value: 'of no contract' },
        { productCode: null, contractCode: null, name: 'MATURITY_DATE', type: 'STRING', value: '2030-01-01' },
      ],
    });
  });

  test('can read a contract for each contract code, with the values of that code only', async () => {
    const { data, errors } = await gateway.query(
      caller().token,
      account(
        bankId,
        id,
        `contracts { productCode contractCode productDescription issuanceAmount interestRate term formOfPayment
           interestAmount branchCode paymentMethod openingDate maturityDate renewalDate cancellationDate
           instrumentStatusCode instrumentStatusDefinition isSubstituted }`,
      ),
    );

    expect(errors).toEqual([]);
    const unset = {
      productDescription: null,
      issuanceAmount: null,
      formOfPayment: null,
      interestAmount: null,
      branchCode: null,
      openingDate: null,
      maturityDate: null,
      renewalDate: null,
      cancellationDate: null,
      instrumentStatusCode: null,
      instrumentStatusDefinition: null,
      isSubstituted: null,
    };
    expect(data?.account).toEqual({
      contracts: [
        {
          ...unset,
          productCode: '1234BW',
          contractCode: 'LOAN-1',
          interestRate: '3.5',
          term: '24 months',
          paymentMethod: 'cash',
        },
        {
          ...unset,
          productCode: '787LOW',
          contractCode: 'CARD-7',
          interestRate: '9.9',
          term: null,
          paymentMethod: null,
        },
      ],
    });
  });
});

test('account returns null for unset values, and empty lists if nothing belongs to the account', async () => {
  const { data, errors } = await gateway.query(
    clerk.token,
    account(
      bankId,
      'bare',
      'label balance { amount } routings { scheme } attributes { id } contracts { contractCode }',
    ),
  );

  expect(errors).toEqual([]);
  expect(data?.account).toEqual({ label: null, balance: null, routings: [], attributes: [], contracts: [] });
});

describe('User.accounts', () => {
  const accounts = 'accounts { bankId accountId routings { scheme } contracts { contractCode } }';

  test('refuses another user, whatever roles they hold', async () => {
    const administrator = await gateway.createUser({ roles: [['CanGetAnyUser', null]] });
    const { data, errors } = await gateway.query(
      administrator.token,
      `{ user(userId: "${holder.id}") { id ${accounts} } }`,
    );

    expect(data).toEqual({ user: { id: holder.id, accounts: null } });
    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-20006', missingRoles: [] });
    expect(errors[0]?.message).toMatch(/: no role allows access to the data of others\.$/);
  });

  test('returns the accounts that the user holds, with the data that belongs to them, and no others', async () => {
    const { data, errors } = await gateway.query(holder.token, `{ me { ${accounts} } }`);
    const none = await gateway.query(stranger.token, `{ me { ${accounts} } }`);

    expect(errors).toEqual([]);
    expect(data?.me).toEqual({
      accounts: [
        {
          bankId,
          accountId: id,
          routings: [{ scheme: 'AccountNumber' }, { scheme: 'IBAN' }],
          contracts: [{ contractCode: 'LOAN-1' }, { contractCode: 'CARD-7' }],
        },
      ],
    });
    expect(none.data?.me).toEqual({ accounts: [] });
  });

  test('needs as many statements for many accounts as for one', async () => {
    const many = await gateway.createUser();
    for (let index = 0; index < 5; index += 1) {
      const { id: accountId } = await insertAccount(gateway.database, { bankId });
      await insertAccountHolder(gateway.database, { bankId, accountId, userId: many.id });
    }
    const statements = async (caller: TestUser) => {
      const before = gateway.database.statistics.statements;
      const { data } = await gateway.query<{ me: { accounts: unknown[] } }>(caller.token, `{ me { ${accounts} } }`);
      return [data?.me.accounts.length, gateway.database.statistics.statements - before];
    };
    const [, ofOne] = await statements(holder);

    expect(await statements(many)).toEqual([5, ofOne]);
  });
});
