import { expect } from 'vitest';
import type { World } from '../every-entity.ts';
import {
  type ApiCase,
  anId,
  badInput,
  changed,
  idOfCustomer,
  ofBank,
  ofCustomer,
  type Refusal,
  readCustomer,
  type Variables,
  without,
} from './api-case.ts';

function updateOfCustomer(input: Variables, bad: Variables, selection: string, result: Variables): ApiCase {
  const variables = (world: World) => ({ ...ofCustomer(world), input });
  return {
    variables,
    selection: `customer { id ${selection} version }`,
    result: ({ customerId }) => ({ customer: { id: customerId, ...result, version: 2 } }),
    refusals: { 'OBP-10001': badInput(variables, bad) },
  };
}

function myCustomers(variables: ApiCase['variables'], refusals?: ApiCase['refusals']): ApiCase {
  return {
    variables,
    selection: 'id legalName',
    result: ({ customerId }) => [{ id: customerId, legalName: 'Eveline Tripman' }],
    refusals,
  };
}

/** Expects a page that contains a node, because the database might contain other banks. */
const pageWith = (node: Variables) => ({ nodes: expect.arrayContaining([node]) });

const badPage: Refusal = { variables: () => ({ first: 0 }) };

const createCustomer = (world: World) => ({
  ...ofBank(world),
  input: {
    customerNumber: 'new-1',
    legalName: 'Ada Lovelace',
    mobilePhoneNumber: '+44 7972 444876',
    email: 'ada@example.com',
    dependants: 1,
    dobOfDependants: ['2012-09-08'],
    userLinks: [{ userId: world.freeUser.id }],
  },
});

const firehose = (world: World) => ({ ...ofBank(world), limit: 10, offset: 0 });

export const customerCases: Readonly<Record<string, ApiCase>> = {
  createCustomer: {
    variables: createCustomer,
    selection: 'customer { id bankId customerNumber legalName email dependants dobOfDependants version }',
    result: ({ bankId }) => ({
      customer: {
        id: anId,
        bankId,
        customerNumber: 'new-1',
        legalName: 'Ada Lovelace',
        email: 'ada@example.com',
        dependants: 1,
        dobOfDependants: ['2012-09-08'],
        version: 1,
      },
    }),
    alsoRoles: ['CanCreateUserCustomerLink'],
    refusals: {
      'OBP-10001': badInput(createCustomer, { mobilePhoneNumber: 'call me' }),
      'OBP-10020': badInput(createCustomer, { dependants: 2 }),
      'OBP-20005': badInput(createCustomer, { userLinks: [{ userId: 'no-such-user' }] }),
      'OBP-30006': changed(createCustomer, ({ customerNumber }) => ({ customerNumber })),
      'OBP-30007': changed(createCustomer, ({ freeUser }) => ({
        userLinks: [{ userId: freeUser.id }, { userId: freeUser.id }],
      })),
    },
    otherVariables: (world) => ({ input: { ...createCustomer(world).input, legalName: 'Augusta King' } }),
  },
  deleteCustomerCascade: {
    variables: ofCustomer,
    selection: 'customer { id } deleted { addresses kycChecks kycMedia messages crmEvents userLinks accountLinks }',
    result: (world) => ({
      customer: idOfCustomer(world),
      deleted: { addresses: 1, kycChecks: 1, kycMedia: 1, messages: 1, crmEvents: 1, userLinks: 1, accountLinks: 1 },
    }),
    alsoRoles: readCustomer,
  },
  getCustomerOverview: {
    variables: ({ bankId, customerNumber }) => ({ bankId, customerNumber }),
    selection: 'customerNumber legalName attributes { value } accounts { accountId }',
    result: ({ customerNumber, accountId }) => ({
      customerNumber,
      legalName: 'Eveline Tripman',
      attributes: [{ value: '123' }],
      accounts: [{ accountId }],
    }),
  },
  getCustomerOverviewFlat: {
    variables: ({ bankId, customerNumber }) => ({ bankId, customerNumber }),
    selection: 'customerNumber legalName accounts { accountId }',
    result: ({ customerNumber, accountId }) => ({
      customerNumber,
      legalName: 'Eveline Tripman',
      accounts: [{ accountId }],
    }),
  },
  getCustomerByCustomerId: {
    variables: ofCustomer,
    selection: 'id bankId customerNumber',
    result: ({ customerId, bankId, customerNumber }) => ({ id: customerId, bankId, customerNumber }),
  },
  getCustomerByCustomerNumber: {
    variables: ({ bankId, customerNumber }) => ({ bankId, customerNumber }),
    selection: 'id bankId customerNumber',
    result: ({ customerId, bankId, customerNumber }) => ({ id: customerId, bankId, customerNumber }),
    refusals: { 'OBP-10001': without('customerNumber') },
  },
  getCustomersMinimalAtAnyBank: {
    variables: () => ({ first: 100 }),
    selection: 'nodes { bankId customerId }',
    result: ({ bankId, customerId }) => pageWith({ bankId, customerId }),
    refusals: { 'OBP-10025': badPage },
  },
  getCustomersMinimalAtOneBank: {
    variables: (world) => ({ ...ofBank(world), first: 100 }),
    selection: 'nodes { bankId customerId }',
    result: ({ bankId, customerId }) => pageWith({ bankId, customerId }),
    refusals: { 'OBP-10025': badPage },
  },
  getCustomersAtAnyBank: {
    variables: () => ({ first: 100 }),
    selection: 'nodes { id bankId legalName }',
    result: ({ bankId, customerId }) => pageWith({ id: customerId, bankId, legalName: 'Eveline Tripman' }),
    refusals: { 'OBP-10025': badPage },
  },
  getCustomersAtOneBank: {
    variables: (world) => ({ ...ofBank(world), filter: { customerNumber: world.customerNumber } }),
    selection: 'nodes { id customerNumber } totalCount',
    result: ({ customerId, customerNumber }) => ({ nodes: [{ id: customerId, customerNumber }], totalCount: 1 }),
    refusals: { 'OBP-10025': badPage },
  },
  getCustomersByCustomerPhoneNumber: {
    variables: (world) => ({ ...ofBank(world), mobilePhoneNumber: '%972444%' }),
    selection: 'nodes { id }',
    result: ({ customerId }) => pageWith({ id: customerId }),
    refusals: { 'OBP-10001': { variables: () => ({ mobilePhoneNumber: 'call me' }) } },
  },
  getCustomersForUser: myCustomers(() => ({})),
  getCustomersForUserIdsOnly: {
    variables: () => ({}),
    selection: 'id',
    result: (world) => [idOfCustomer(world)],
  },
  getFirehoseCustomers: {
    variables: firehose,
    selection: 'id',
    result: ({ customerId }) => expect.arrayContaining([{ id: customerId }]),
    refusals: {
      'OBP-00012': { environment: { GATEWAY_CUSTOMER_FIREHOSE: 'off' } },
      'OBP-10024': { variables: () => ({ offset: -1 }) },
      'OBP-10025': { variables: () => ({ limit: 0 }) },
    },
  },
  getMyCustomersAtAnyBank: myCustomers(() => ({})),
  getMyCustomersAtBank: myCustomers(ofBank),
  updateCustomerBranch: updateOfCustomer({ branchId: 'DERBY7' }, { branchId: 'no branch!' }, 'branchId', {
    branchId: 'DERBY7',
  }),
  updateCustomerCreditLimit: updateOfCustomer(
    { creditLimit: { currency: 'EUR', amount: '2000.50' } },
    { creditLimit: { currency: 'EUR', amount: '2000.505' } },
    'creditLimit { currency amount }',
    { creditLimit: { currency: 'EUR', amount: '2000.50' } },
  ),
  updateCustomerCreditRatingAndSource: updateOfCustomer(
    { creditRating: 'AA+', creditSource: 'Agency' },
    { creditRating: 'x'.repeat(101) },
    'creditRating { rating source }',
    { creditRating: { rating: 'AA+', source: 'Agency' } },
  ),
  updateCustomerEmail: updateOfCustomer({ email: 'new@example.com' }, { email: 'new@example' }, 'email', {
    email: 'new@example.com',
  }),
  updateCustomerIdentity: updateOfCustomer(
    { legalName: 'Eveline Smith', dateOfBirth: '1985-10-26', title: 'Dr.', nameSuffix: null },
    { dateOfBirth: '2999-01-01' },
    'legalName dateOfBirth title nameSuffix',
    { legalName: 'Eveline Smith', dateOfBirth: '1985-10-26', title: 'Dr.', nameSuffix: null },
  ),
  updateCustomerMobileNumber: updateOfCustomer(
    { mobilePhoneNumber: '+49 30 901820' },
    { mobilePhoneNumber: '12' },
    'mobilePhoneNumber mobilePhoneNumberE164',
    { mobilePhoneNumber: '+49 30 901820', mobilePhoneNumberE164: '+4930901820' },
  ),
  updateCustomerNumber: {
    ...updateOfCustomer({ customerNumber: 'new-2' }, { customerNumber: 'a::::b' }, 'customerNumber', {
      customerNumber: 'new-2',
    }),
    refusals: {
      'OBP-10001': { variables: () => ({ input: { customerNumber: 'a::::b' } }) },
      'OBP-30006': { variables: ({ otherCustomerNumber }) => ({ input: { customerNumber: otherCustomerNumber } }) },
    },
  },
  updateCustomerData: {
    ...updateOfCustomer({ dependants: 1, dobOfDependants: ['2012-09-08'] }, {}, 'dependants dobOfDependants', {
      dependants: 1,
      dobOfDependants: ['2012-09-08'],
    }),
    refusals: {
      'OBP-10001': { variables: () => ({ input: { faceImage: { url: 'javascript:alert(1)' } } }) },
      'OBP-10020': { variables: () => ({ input: { dependants: 2, dobOfDependants: ['2012-09-08'] } }) },
    },
  },
};
