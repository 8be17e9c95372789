import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import {
  insertAccount,
  insertAccountAttribute,
  insertAccountRouting,
  insertAttributeDefinition,
  insertCustomer,
  insertCustomerAccountLink,
  insertCustomerAttribute,
} from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const customerNumber = '5987953';

let gateway: Gateway;
let stranger: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  const { database } = gateway;
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  stranger = await gateway.createUser();
  const customer = await insertCustomer(database, {
    bankId,
    customerNumber,
    legalName: 'Eveline Tripman',
    email: 'felixsmith@example.com',
    faceImageUrl: 'https://www.example.com/face.png',
    faceImageDate: new Date('2023-03-13T11:39:33Z'),
    dateOfBirth: '1985-10-26',
    relationshipStatus: 'single',
    dependants: 1,
    dobOfDependants: ['2010-01-02'],
    creditRating: 'OBP',
    creditSource: 'OBP',
    creditLimitCurrency: 'EUR',
    creditLimitAmount: '1000.50',
    highestEducationAttained: 'Master',
    employmentStatus: 'worker',
    kycStatus: true,
    lastOkDate: new Date('2023-03-13T11:39:33Z'),
    title: 'Dr.',
    branchId: 'DERBY6',
    nameSuffix: 'Sr',
  });
  customerId = customer.id;
  const own = { bankId, customerId };
  await insertCustomerAttribute(database, { ...own, name: 'SPECIAL_TAX_NUMBER', value: '123456789' });
  await insertCustomerAttribute(database, { ...own, name: 'RISK', value: 'low' });
  await insertAttributeDefinition(database, { bankId, name: 'RISK', canBeSeenOnViews: [] });
  for (const id of ['savings', 'current', 'unlinked']) await insertAccount(database, { bankId, id, label: id });
  await insertAccount(database, { bankId: otherBankId, id: 'current', label: 'elsewhere' });
  // The order of the links differs from that of the IDs.
  for (const accountId of ['savings', 'current']) await insertCustomerAccountLink(database, { ...own, accountId });
  const current = { bankId, accountId: 'current' };
  await insertAccountRouting(database, { ...current, scheme: 'AccountNumber', address: '4930396' });
  await insertAccountAttribute(database, { ...current, contractCode: 'LOAN', name: 'PAYMENT_METHOD', value: 'cash' });
  await insertAccountAttribute(database, { ...current, contractCode: 'CARD', name: 'PAYMENT_METHOD', value: 'debit' });
  // A customer of the other bank has the same number.
  await insertCustomer(database, { bankId: otherBankId, customerNumber, legalName: 'Another Person' });
});

afterAll(() => gateway.stop());

const flatFields = `customerId bankId customerNumber legalName mobilePhoneNumber email dateOfBirth title branchId nameSuffix
  attributes { name type value }
  accounts {
    accountId bankId label productCode balance { currency amount } branchId
    routings { scheme address } attributes { contractCode name value } contracts { contractCode paymentMethod }
  }`;

const flat = () => ({
  customerId,
  bankId,
  customerNumber,
  legalName: 'Eveline Tripman',
  mobilePhoneNumber: '+447972444876',
  email: 'felixsmith@example.com',
  dateOfBirth: '1985-10-26',
  title: 'Dr.',
  branchId: 'DERBY6',
  nameSuffix: 'Sr',
  attributes: [
    { name: 'SPECIAL_TAX_NUMBER', type: 'STRING', value: '123456789' },
    { name: 'RISK', type: 'STRING', value: 'low' },
  ],
  accounts: [
    {
      accountId: 'savings',
      bankId,
      label: 'savings',
      productCode: 'CURRENT',
      balance: { currency: 'EUR', amount: '10.50' },
      branchId: 'DERBY6',
      routings: [],
      attributes: [],
      contracts: [],
    },
    {
      accountId: 'current',
      bankId,
      label: 'current',
      productCode: 'CURRENT',
      balance: { currency: 'EUR', amount: '10.50' },
      branchId: 'DERBY6',
      routings: [{ scheme: 'AccountNumber', address: '4930396' }],
      attributes: [
        { contractCode: 'LOAN', name: 'PAYMENT_METHOD', value: 'cash' },
        { contractCode: 'CARD', name: 'PAYMENT_METHOD', value: 'debit' },
      ],
      contracts: [
        { contractCode: 'LOAN', paymentMethod: 'cash' },
        { contractCode: 'CARD', paymentMethod: 'debit' },
      ],
    },
  ],
});

describe.each([
  ['customerOverview', 'CanGetCustomerOverview', 'CanGetCustomerOverviewFlat'],
  ['customerOverviewFlat', 'CanGetCustomerOverviewFlat', 'CanGetCustomerOverview'],
] as const)('%s', (field, role, otherRole) => {
  const overview = (bank: string, number: string, selection = 'customerId attributes { id } accounts { id }') =>
    `{ ${field}(bankId: "${bank}", customerNumber: "${number}") { ${selection} } }`;

  test('refuses an anonymous caller, and does not reveal to a caller without a role whether a customer exists', async () => {
    const anonymous = await gateway.query(null, overview(bankId, customerNumber));
    const known = await gateway.query(stranger.token, overview(bankId, customerNumber));
    const unknown = await gateway.query(stranger.token, overview(bankId, 'no-number'));

    expect(anonymous.data).toEqual({ [field]: null });
    expect(anonymous.errors[0]?.extensions.obpCode).toBe('OBP-20001');
    expect(known.data).toEqual({ [field]: null });
    expect(known.errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-20006', missingRoles: [role], bankId });
    expect(unknown.errors[0]?.extensions).toEqual(known.errors[0]?.extensions);
  });

  test('refuses a caller with the role at another bank or the role of the other overview', async () => {
    const caller = await gateway.createUser({
      roles: [
        [role, otherBankId],
        [otherRole, bankId],
      ],
    });
    const { data, errors } = await gateway.query(caller.token, overview(bankId, customerNumber));

    expect(data).toEqual({ [field]: null });
    expect(errors.map(({ extensions }) => extensions.obpCode)).toEqual(['OBP-20006']);
  });

  test('fails for an unknown bank, and for a number that the bank does not have', async () => {
    const caller = await gateway.createUser({
      roles: [
        [role, bankId],
        [role, otherBankId],
      ],
    });
    const { customerNumber: foreignNumber } = await insertCustomer(gateway.database, { bankId: otherBankId });
    const bank = await gateway.query(caller.token, overview('no-bank', customerNumber));
    const number = await gateway.query(caller.token, overview(bankId, foreignNumber));

    expect(bank.errors[0]?.extensions.obpCode).toBe('OBP-30001');
    expect(number.data).toEqual({ [field]: null });
    expect(number.errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-30002' });
  });

  test('returns the customer with attributes and linked accounts, with its own role only', async () => {
    const caller = await gateway.createUser({ roles: [[role, bankId]] });
    const { data, errors } = await gateway.query(caller.token, overview(bankId, customerNumber, flatFields));

    expect(errors).toEqual([]);
    expect(data?.[field]).toEqual(flat());
  });

  test('returns empty lists if a customer has neither attributes nor accounts', async () => {
    const caller = await gateway.createUser({ roles: [[role, bankId]] });
    const { customerNumber: bare } = await insertCustomer(gateway.database, { bankId });
    const { data, errors } = await gateway.query(
      caller.token,
      overview(bankId, bare, 'attributes { id } accounts { id }'),
    );

    expect(errors).toEqual([]);
    expect(data).toEqual({ [field]: { attributes: [], accounts: [] } });
  });

  test('needs as many statements for many accounts as for one', async () => {
    const caller = await gateway.createUser({ roles: [[role, bankId]] });
    const customerWith = async (accounts: number) => {
      const row = await insertCustomer(gateway.database, { bankId });
      for (let index = 0; index < accounts; index += 1) {
        const { id: accountId } = await insertAccount(gateway.database, { bankId });
        await insertCustomerAccountLink(gateway.database, { bankId, customerId: row.id, accountId });
      }
      return row.customerNumber;
    };
    const statements = async (number: string) => {
      const before = gateway.database.statistics.statements;
      await gateway.query(caller.token, overview(bankId, number, flatFields));
      return gateway.database.statistics.statements - before;
    };
    const ofOne = await statements(await customerWith(1));

    expect(await statements(await customerWith(5))).toBe(ofOne);
  });
});

test('customerOverview returns all other fields of the customer', async () => {
  const caller = await gateway.createUser({ roles: [['CanGetCustomerOverview', bankId]] });
  const { data, errors } = await gateway.query(
    caller.token,
    `{ customerOverview(bankId: "${bankId}", customerNumber: "${customerNumber}") {
         mobilePhoneNumberE164 faceImage { url date } relationshipStatus dependants dobOfDependants
         creditRating { rating source } creditLimit { currency amount } highestEducationAttained employmentStatus
         kycStatus lastOkDate version
       } }`,
  );

  expect(errors).toEqual([]);
  expect(data?.customerOverview).toEqual({
    mobilePhoneNumberE164: '+447972444876',
    faceImage: { url: 'https://www.example.com/face.png', date: '2023-03-13T11:39:33.000Z' },
    relationshipStatus: 'single',
    dependants: 1,
    dobOfDependants: ['2010-01-02'],
    creditRating: { rating: 'OBP', source: 'OBP' },
    creditLimit: { currency: 'EUR', amount: '1000.50' },
    highestEducationAttained: 'Master',
    employmentStatus: 'worker',
    kycStatus: true,
    lastOkDate: '2023-03-13T11:39:33.000Z',
    version: 1,
  });
});
