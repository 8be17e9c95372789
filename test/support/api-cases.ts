/**
 * How each API is called: what is given and selected, what comes of it, and how its special errors are provoked. Errors
 * that every API has alike (nobody, a stranger, an unknown bank, customer or id) are provoked by test/apis.test.ts itself.
 */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Role } from '../../src/base/roles.ts';
import type { World } from './every-noun.ts';

export type Variables = Record<string, unknown>;

/** A call that is refused; what is left out is as in a call that is not. */
export interface Refusal {
  /** Laid over the variables of success. */
  given?(world: World): Variables;
  /** Who calls, by token. */
  caller?(world: World): string | Promise<string>;
  /** In place of the operation. */
  document?: string;
  /** Variables of the environment over those of the test, for a gateway of its own. */
  environment?: Record<string, string>;
}

export interface ApiCase {
  given(world: World): Variables;
  /** Laid over what is given where who calls holds no role, and does so for what is their own. */
  givenForOwn?(world: World): Variables;
  /** Of the field, without its braces. */
  selection: string;
  /** The field of the answer, whole. */
  answer(world: World): unknown;
  /** Nothing of it is the caller's own: although who is logged in gets to it, without a role it is refused. */
  isByRoleOnly?: true;
  /** Held beside any one of the roles of the field, for what is selected or for a part of what is written. */
  alsoRoles?: readonly Role[];
  refusals?: Record<string, Refusal>;
  /** Laid over what is given: what else could be written, where that is not said by an id. */
  otherwise?(world: World): Variables;
  /** Laid over what is given, where that makes a new object: one that is there already, in its version 1. */
  givenForVersion?(world: World): Variables;
}

const anId = expect.any(String);
const aTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);

const ofBank = ({ bankId }: World) => ({ bankId });
const ofCustomer = ({ bankId, customerId }: World) => ({ bankId, customerId });
const idOfCustomer = ({ customerId }: World) => ({ id: customerId });

/** Refused by GraphQL itself: null where a value has to be. */
const without = (name: string): Refusal => ({ given: () => ({ [name]: null }) });

/** Input of which one field has a bad value. */
function badInput(given: (world: World) => Variables, change: Variables): Refusal {
  return { given: (world) => ({ input: { ...(given(world).input as Variables), ...change } }) };
}

const addressInput = { line1: 'No 1 the Road', city: 'Berlin', postcode: '13359', countryCode: 'DE', tags: ['home'] };
const addressSelection = 'customerAddress { id customerId line1 countryCode tags version } customer { id }';
const attributeInput = { name: 'LOYALTY', type: 'INTEGER', value: '12' };
const attributeSelection = 'customerAttribute { id customerId name type value version } customer { id }';
const definitionInput = {
  name: 'MEMBER_SINCE',
  type: 'DATE_WITH_DAY',
  description: 'The day of joining',
  alias: 'SINCE',
  canBeSeenOnViews: ['owner'],
  isActive: true,
};
const definitionSelection = 'customerAttributeDefinition { id bankId name category type isActive version }';
const messageInput = { message: 'Your card is ready.', transport: 'SMS', fromDepartment: 'Cards', fromPerson: 'Tom' };
const messageSelection = 'customerMessage { id message transport fromDepartment fromPerson } customer { id }';
const customerLinkSelection = 'customerAccountLink { id accountId relationshipType version } customer { id }';
const userLinkSelection = 'userCustomerLink { id userId isActive version } customer { id }';
const meetingInput = {
  providerId: 'jitsi',
  purposeId: 'onboarding',
  date: '2030-03-13T11:39:33.000Z',
  creator: { name: 'Simon Redfern', mobilePhone: '+447972444876', emailAddress: 'simon@example.com' },
  invitees: [],
};
const readCustomer: readonly Role[] = ['CanGetCustomer'];

/** What a gateway has to be told so that every API can be called. */
export const wholeEnvironment = {
  GATEWAY_CUSTOMER_FIREHOSE: 'on',
  GATEWAY_JITSI_DOMAIN: 'meet.example.org',
  GATEWAY_JITSI_APP_ID: 'gateway',
  GATEWAY_JITSI_SECRET: 'a secret of the tests, for rooms only',
};

function listOfCustomer(selection: string, answer: ApiCase['answer'], rest: Partial<ApiCase> = {}): ApiCase {
  return { given: ofCustomer, selection, answer, ...rest };
}

function updateOfCustomer(input: Variables, bad: Variables, selection: string, answer: Variables): ApiCase {
  const given = (world: World) => ({ ...ofCustomer(world), input });
  return {
    given,
    selection: `customer { id ${selection} version }`,
    answer: ({ customerId }) => ({ customer: { id: customerId, ...answer, version: 2 } }),
    refusals: { 'OBP-10001': badInput(given, bad) },
  };
}

function myCustomers(given: ApiCase['given'], refusals?: ApiCase['refusals']): ApiCase {
  return {
    given,
    selection: 'id legalName',
    answer: ({ customerId }) => [{ id: customerId, legalName: 'Eveline Tripman' }],
    refusals,
  };
}

/** Of the customers of the test's first bank, one at least: other banks may be there. */
const somebody = (one: Variables) => ({ nodes: expect.arrayContaining([one]) });
const badPage: Refusal = { given: () => ({ first: 0 }) };

const createAddress = (world: World) => ({ ...ofCustomer(world), input: addressInput });
const updateAddress = (world: World) => ({ ...createAddress(world), id: world.addressId });
const createAttribute = (world: World) => ({ ...ofCustomer(world), input: attributeInput });
const updateAttribute = (world: World) => ({ ...createAttribute(world), id: world.attributeId });
const createDefinition = (world: World) => ({ ...ofBank(world), input: definitionInput });
const createMessage = (world: World) => ({ ...ofCustomer(world), input: messageInput });
const createMeeting = (world: World) => ({
  ...ofBank(world),
  input: { ...meetingInput, customerId: world.customerId },
});
const addHandle = (world: World) => ({
  ...ofCustomer(world),
  input: { type: 'mastodon', handle: '@eveline@example.com', dateAdded: '2024-05-31T09:30:00.000Z' },
});
const createTaxResidence = (world: World) => ({ ...ofCustomer(world), input: { domain: 'France', taxNumber: '99-1' } });
const linkUser = (world: World) => ({ ...ofCustomer(world), input: { userId: world.freeUser.id } });
const linkAccount = (world: World) => ({
  ...ofCustomer(world),
  input: { accountId: world.freeAccountId, relationshipType: 'Owner' },
});
const updateAccountLink = (world: World) => ({
  ...ofBank(world),
  id: world.customerAccountLinkId,
  input: { relationshipType: 'Guarantor' },
});
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
const createAccount = (world: World) => ({
  ...ofBank(world),
  input: {
    userId: world.freeUser.id,
    label: 'Everyday',
    productCode: 'CURRENT',
    balance: { currency: 'EUR', amount: '0.00' },
    branchId: 'DERBY6',
    accountRoutings: [{ scheme: 'IBAN', address: 'FR1420041010050500013M02606' }],
  },
});
const addCheck = (world: World) => ({
  ...ofCustomer(world),
  input: {
    date: '2024-05-31T09:30:00.000Z',
    how: 'online',
    staffUserId: '67876',
    staffName: 'Simon',
    satisfied: true,
    comments: 'All is well.',
  },
});
const addDocument = (world: World) => ({
  ...ofCustomer(world),
  input: { type: 'passport', number: '83436', issueDate: '2018-03-09', issuePlace: 'Berlin', expiryDate: '2028-03-08' },
});
const addMedia = (world: World) => ({
  ...ofCustomer(world),
  input: {
    type: 'image',
    url: 'https://media.example.com/2.png',
    date: '2024-05-31T09:30:00.000Z',
    relatesToKycDocumentId: world.kycDocumentId,
    relatesToKycCheckId: world.kycCheckId,
  },
});
const addStatus = (world: World) => ({ ...ofCustomer(world), input: { ok: false, date: '2024-05-31T09:30:00.000Z' } });
const firehose = (world: World) => ({ ...ofBank(world), limit: 10, offset: 0 });

function changed(given: (world: World) => Variables, change: (world: World) => Variables): Refusal {
  return { given: (world) => ({ input: { ...(given(world).input as Variables), ...change(world) } }) };
}

/** Each API of the catalogue, by OBP's operation. */
export const apiCases: Record<string, ApiCase> = {
  createCustomerAddress: {
    given: createAddress,
    selection: addressSelection,
    answer: (world) => ({
      customerAddress: {
        id: anId,
        customerId: world.customerId,
        line1: 'No 1 the Road',
        countryCode: 'DE',
        tags: ['home'],
        version: 1,
      },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(createAddress, { countryCode: 'XX' }) },
  },
  createCustomer: {
    given: createCustomer,
    selection: 'customer { id bankId customerNumber legalName email dependants dobOfDependants version }',
    answer: ({ bankId }) => ({
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
    otherwise: (world) => ({ input: { ...createCustomer(world).input, legalName: 'Augusta King' } }),
  },
  createCustomerAccountLink: {
    given: linkAccount,
    selection: customerLinkSelection,
    answer: (world) => ({
      customerAccountLink: { id: anId, accountId: world.freeAccountId, relationshipType: 'Owner', version: 1 },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: {
      'OBP-10001': badInput(linkAccount, { relationshipType: ' ' }),
      'OBP-30018': badInput(linkAccount, { accountId: 'no-such-account' }),
      'OBP-30223': changed(linkAccount, ({ accountId }) => ({ accountId })),
    },
  },
  createCustomerAttribute: {
    given: createAttribute,
    selection: attributeSelection,
    answer: (world) => ({
      customerAttribute: { id: anId, customerId: world.customerId, ...attributeInput, version: 1 },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(createAttribute, { value: 'twelve' }) },
  },
  addSocialMediaHandle: {
    given: addHandle,
    selection: 'socialMediaHandle { id type handle dateAdded version } customer { id }',
    answer: (world) => ({
      socialMediaHandle: { id: anId, ...addHandle(world).input, version: 1 },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(addHandle, { handle: 'x'.repeat(65) }) },
  },
  createTaxResidence: {
    given: createTaxResidence,
    selection: 'taxResidence { id domain taxNumber version } customer { id }',
    answer: (world) => ({
      taxResidence: { id: anId, domain: 'France', taxNumber: '99-1', version: 1 },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(createTaxResidence, { taxNumber: 'x'.repeat(21) }) },
  },
  createUserCustomerLinks: {
    given: linkUser,
    selection: userLinkSelection,
    answer: (world) => ({
      userCustomerLink: { id: anId, userId: world.freeUser.id, isActive: true, version: 1 },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: {
      'OBP-10001': without('input'),
      'OBP-20057': badInput(linkUser, { userId: 'no-such-user' }),
      'OBP-30007': changed(linkUser, ({ linkedUser }) => ({ userId: linkedUser.id })),
    },
  },
  createOrUpdateCustomerAttributeAttributeDefinition: {
    given: createDefinition,
    selection: definitionSelection,
    answer: ({ bankId }) => ({
      customerAttributeDefinition: {
        id: anId,
        bankId,
        name: 'MEMBER_SINCE',
        category: 'Customer',
        type: 'DATE_WITH_DAY',
        isActive: true,
        version: 1,
      },
    }),
    refusals: { 'OBP-10001': badInput(createDefinition, { category: 'Bank' }) },
    otherwise: () => ({ input: { ...definitionInput, isActive: false } }),
    givenForVersion: ({ definitionName }) => ({ input: { ...definitionInput, name: definitionName } }),
  },
  deleteCustomerAccountLinkById: {
    given: (world) => ({ ...ofBank(world), id: world.customerAccountLinkId }),
    selection: customerLinkSelection,
    answer: (world) => ({
      customerAccountLink: {
        id: world.customerAccountLinkId,
        accountId: world.accountId,
        relationshipType: 'Owner',
        version: 1,
      },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
  },
  deleteCustomerAddress: {
    given: (world) => ({ ...ofCustomer(world), id: world.addressId }),
    selection: 'customerAddress { id line1 } customer { id }',
    answer: (world) => ({
      customerAddress: { id: world.addressId, line1: 'Rosenthaler Straße 1' },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
  },
  deleteCustomerAttribute: {
    given: (world) => ({ ...ofCustomer(world), id: world.attributeId }),
    selection: 'customerAttribute { id value } customer { id }',
    answer: (world) => ({
      customerAttribute: { id: world.attributeId, value: '123' },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
  },
  deleteCustomerAttributeDefinition: {
    given: (world) => ({ ...ofBank(world), id: world.definitionId }),
    selection: 'customerAttributeDefinition { id name }',
    answer: (world) => ({ customerAttributeDefinition: { id: world.definitionId, name: world.definitionName } }),
  },
  deleteCustomerCascade: {
    given: ofCustomer,
    selection: 'customer { id } deleted { addresses kycChecks kycMedia messages crmEvents userLinks accountLinks }',
    answer: (world) => ({
      customer: idOfCustomer(world),
      deleted: { addresses: 1, kycChecks: 1, kycMedia: 1, messages: 1, crmEvents: 1, userLinks: 1, accountLinks: 1 },
    }),
    alsoRoles: readCustomer,
  },
  deleteTaxResidence: {
    given: (world) => ({ ...ofCustomer(world), id: world.taxResidenceId }),
    selection: 'taxResidence { id taxNumber } customer { id }',
    answer: (world) => ({
      taxResidence: { id: world.taxResidenceId, taxNumber: 'tax-1' },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
  },
  deleteUserCustomerLink: {
    given: (world) => ({ ...ofBank(world), id: world.userCustomerLinkId }),
    selection: 'userCustomerLink { id userId } customer { id }',
    answer: (world) => ({
      userCustomerLink: { id: world.userCustomerLinkId, userId: world.linkedUser.id },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
  },
  getCrmEvents: {
    given: ofBank,
    selection: 'nodes { id customerId category }',
    answer: ({ crmEventId, customerId }) => ({ nodes: [{ id: crmEventId, customerId, category: 'Call' }] }),
  },
  getMyCorrelatedEntities: {
    given: () => ({}),
    selection: 'customer { id } users { id }',
    answer: (world) => [{ customer: idOfCustomer(world), users: [{ id: world.linkedUser.id }] }],
  },
  getCorrelatedUsersInfoByCustomerId: {
    given: ofCustomer,
    selection: 'customer { id } users { id username }',
    answer: (world) => ({
      customer: idOfCustomer(world),
      users: [{ id: world.linkedUser.id, username: world.linkedUser.username }],
    }),
    alsoRoles: readCustomer,
  },
  getCustomerAccountLinkById: {
    given: (world) => ({ ...ofBank(world), id: world.customerAccountLinkId }),
    selection: 'id customerId accountId relationshipType',
    answer: ({ customerAccountLinkId, customerId, accountId }) => ({
      id: customerAccountLinkId,
      customerId,
      accountId,
      relationshipType: 'Owner',
    }),
  },
  getCustomerAccountLinksByBankIdAccountId: {
    given: ({ bankId, accountId }) => ({ bankId, accountId }),
    selection: 'id customerId accountId',
    answer: ({ customerAccountLinkId, customerId, accountId }) => [
      { id: customerAccountLinkId, customerId, accountId },
    ],
    refusals: { 'OBP-30018': { given: () => ({ accountId: 'no-such-account' }) } },
  },
  getCustomerAccountLinksByCustomerId: listOfCustomer('id accountId', ({ customerAccountLinkId, accountId }) => [
    { id: customerAccountLinkId, accountId },
  ]),
  getCustomerAddresses: listOfCustomer('id line1 city', ({ addressId }) => [
    { id: addressId, line1: 'Rosenthaler Straße 1', city: 'Berlin' },
  ]),
  getCustomerAttributeById: {
    given: (world) => ({ ...ofCustomer(world), id: world.attributeId }),
    selection: 'id name type value',
    answer: ({ attributeId, definitionName }) => ({
      id: attributeId,
      name: definitionName,
      type: 'STRING',
      value: '123',
    }),
    refusals: { 'OBP-10001': without('id') },
  },
  getCustomerAttributeDefinition: {
    given: ofBank,
    selection: 'id name isActive',
    answer: ({ definitionId, definitionName }) => [{ id: definitionId, name: definitionName, isActive: true }],
  },
  getCustomerAttributes: listOfCustomer('id value', ({ attributeId }) => [{ id: attributeId, value: '123' }], {
    refusals: { 'OBP-10001': without('customerId') },
  }),
  getCustomerOverview: {
    given: ({ bankId, customerNumber }) => ({ bankId, customerNumber }),
    selection: 'customerNumber legalName attributes { value } accounts { id }',
    answer: ({ customerNumber, accountId }) => ({
      customerNumber,
      legalName: 'Eveline Tripman',
      attributes: [{ value: '123' }],
      accounts: [{ id: accountId }],
    }),
  },
  getCustomerOverviewFlat: {
    given: ({ bankId, customerNumber }) => ({ bankId, customerNumber }),
    selection: 'customerNumber legalName accounts { id }',
    answer: ({ customerNumber, accountId }) => ({
      customerNumber,
      legalName: 'Eveline Tripman',
      accounts: [{ id: accountId }],
    }),
  },
  getSocialMediaHandles: listOfCustomer('id handle', ({ socialMediaHandleId }) => [
    { id: socialMediaHandleId, handle: '@eveline' },
  ]),
  getCustomerByCustomerId: {
    given: ofCustomer,
    selection: 'id bankId customerNumber',
    answer: ({ customerId, bankId, customerNumber }) => ({ id: customerId, bankId, customerNumber }),
  },
  getCustomerByCustomerNumber: {
    given: ({ bankId, customerNumber }) => ({ bankId, customerNumber }),
    selection: 'id bankId customerNumber',
    answer: ({ customerId, bankId, customerNumber }) => ({ id: customerId, bankId, customerNumber }),
    refusals: { 'OBP-10001': without('customerNumber') },
  },
  getCustomersMinimalAtAnyBank: {
    given: () => ({ first: 100 }),
    selection: 'nodes { bankId customerId }',
    answer: ({ bankId, customerId }) => somebody({ bankId, customerId }),
    refusals: { 'OBP-10025': badPage },
  },
  getCustomersMinimalAtOneBank: {
    given: (world) => ({ ...ofBank(world), first: 100 }),
    selection: 'nodes { bankId customerId }',
    answer: ({ bankId, customerId }) => somebody({ bankId, customerId }),
    refusals: { 'OBP-10025': badPage },
  },
  getCustomersAtAnyBank: {
    given: () => ({ first: 100 }),
    selection: 'nodes { id bankId legalName }',
    answer: ({ bankId, customerId }) => somebody({ id: customerId, bankId, legalName: 'Eveline Tripman' }),
    refusals: { 'OBP-10025': badPage },
  },
  getCustomersAtOneBank: {
    given: (world) => ({ ...ofBank(world), filter: { customerNumber: world.customerNumber } }),
    selection: 'nodes { id customerNumber } totalCount',
    answer: ({ customerId, customerNumber }) => ({ nodes: [{ id: customerId, customerNumber }], totalCount: 1 }),
    refusals: { 'OBP-10025': badPage },
  },
  getCustomersByCustomerPhoneNumber: {
    given: (world) => ({ ...ofBank(world), mobilePhoneNumber: '%972444%' }),
    selection: 'nodes { id }',
    answer: ({ customerId }) => somebody({ id: customerId }),
    refusals: { 'OBP-10001': { given: () => ({ mobilePhoneNumber: 'call me' }) } },
  },
  getCustomersForUser: myCustomers(() => ({})),
  getCustomersForUserIdsOnly: {
    given: () => ({}),
    selection: 'id',
    answer: (world) => [idOfCustomer(world)],
  },
  getFirehoseCustomers: {
    given: firehose,
    selection: 'id',
    answer: ({ customerId }) => expect.arrayContaining([{ id: customerId }]),
    refusals: {
      'OBP-00012': { environment: { GATEWAY_CUSTOMER_FIREHOSE: 'off' } },
      'OBP-10024': { given: () => ({ offset: -1 }) },
      'OBP-10025': { given: () => ({ limit: 0 }) },
    },
  },
  getMyCustomersAtAnyBank: myCustomers(() => ({})),
  getMyCustomersAtBank: myCustomers(ofBank),
  getTaxResidence: listOfCustomer('id domain taxNumber', ({ taxResidenceId }) => [
    { id: taxResidenceId, domain: 'Germany', taxNumber: 'tax-1' },
  ]),
  getUserCustomerLinksByCustomerId: listOfCustomer('id userId isActive', ({ userCustomerLinkId, linkedUser }) => [
    { id: userCustomerLinkId, userId: linkedUser.id, isActive: true },
  ]),
  getUserCustomerLinksByUserId: {
    given: ({ bankId, linkedUser }) => ({ bankId, userId: linkedUser.id }),
    selection: 'id customerId',
    answer: ({ userCustomerLinkId, customerId }) => [{ id: userCustomerLinkId, customerId }],
    refusals: { 'OBP-20057': { given: () => ({ userId: 'no-such-user' }) } },
  },
  updateCustomerAccountLinkById: {
    given: updateAccountLink,
    selection: customerLinkSelection,
    answer: (world) => ({
      customerAccountLink: {
        id: world.customerAccountLinkId,
        accountId: world.accountId,
        relationshipType: 'Guarantor',
        version: 2,
      },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(updateAccountLink, { relationshipType: '' }) },
  },
  updateCustomerAttribute: {
    given: updateAttribute,
    selection: attributeSelection,
    answer: (world) => ({
      customerAttribute: { id: world.attributeId, customerId: world.customerId, ...attributeInput, version: 2 },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(updateAttribute, { value: 'twelve' }) },
  },
  updateCustomerAddress: {
    given: updateAddress,
    selection: addressSelection,
    answer: (world) => ({
      customerAddress: {
        id: world.addressId,
        customerId: world.customerId,
        line1: 'No 1 the Road',
        countryCode: 'DE',
        tags: ['home'],
        version: 2,
      },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(updateAddress, { postcode: '1'.repeat(21) }) },
  },
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
      'OBP-10001': { given: () => ({ input: { customerNumber: 'a::::b' } }) },
      'OBP-30006': { given: ({ otherCustomerNumber }) => ({ input: { customerNumber: otherCustomerNumber } }) },
    },
  },
  updateCustomerData: {
    ...updateOfCustomer({ dependants: 1, dobOfDependants: ['2012-09-08'] }, {}, 'dependants dobOfDependants', {
      dependants: 1,
      dobOfDependants: ['2012-09-08'],
    }),
    refusals: {
      'OBP-10001': { given: () => ({ input: { faceImage: { url: 'javascript:alert(1)' } } }) },
      'OBP-10020': { given: () => ({ input: { dependants: 2, dobOfDependants: ['2012-09-08'] } }) },
    },
  },
  createMeeting: {
    given: createMeeting,
    selection: 'meeting { id bankId customerId providerId purposeId when version } customer { id }',
    answer: (world) => ({
      meeting: {
        id: anId,
        bankId: world.bankId,
        customerId: world.customerId,
        providerId: 'jitsi',
        purposeId: 'onboarding',
        when: '2030-03-13T11:39:33.000Z',
        version: 1,
      },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: {
      'OBP-10001': badInput(createMeeting, { purposeId: 'to meet' }),
      'OBP-30101': { environment: { GATEWAY_JITSI_DOMAIN: '' } },
      'OBP-30102': { environment: { GATEWAY_JITSI_APP_ID: '' } },
      'OBP-30103': { environment: { GATEWAY_JITSI_SECRET: '' } },
    },
    otherwise: (world) => ({ input: { ...createMeeting(world).input, purposeId: 'advice' } }),
  },
  getMeeting: {
    given: ({ bankId, meetingId }) => ({ bankId, id: meetingId }),
    selection: 'id purposeId when',
    answer: ({ meetingId }) => ({ id: meetingId, purposeId: 'onboarding', when: aTime }),
  },
  getMeetings: {
    given: ofBank,
    selection: 'nodes { id }',
    answer: ({ meetingId }) => ({ nodes: [{ id: meetingId }] }),
    refusals: {
      // The root field gives everybody their own: who has none gets none. The same of a customer needs the role.
      'OBP-20006': {
        document:
          'query ($bankId: ID!, $customerId: ID!) { customer(bankId: $bankId, customerId: $customerId) { meetings { nodes { id } } } }',
        given: ofCustomer,
        caller: async ({ gateway, bankId }) =>
          (await gateway.createUser({ roles: [['CanGetCustomer', bankId]] })).token,
      },
    },
  },
  createCustomerMessage: {
    given: createMessage,
    selection: messageSelection,
    answer: (world) => ({ customerMessage: { id: anId, ...messageInput }, customer: idOfCustomer(world) }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(createMessage, { message: 'x'.repeat(1025) }) },
  },
  addCustomerMessage: {
    given: (world) => ({ ...ofCustomer(world), input: { ...messageInput, transport: undefined } }),
    selection: messageSelection,
    answer: (world) => ({
      customerMessage: { id: anId, ...messageInput, transport: null },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(createMessage, { transport: undefined, fromPerson: ' ' }) },
  },
  getCustomerMessages: {
    given: ofCustomer,
    selection: 'nodes { id message }',
    answer: ({ messageId }) => ({ nodes: [{ id: messageId, message: 'Your card is ready.' }] }),
  },
  getCustomersMessages: {
    given: ofBank,
    selection: 'nodes { id message }',
    answer: ({ messageId }) => ({ nodes: [{ id: messageId, message: 'Your card is ready.' }] }),
  },
  addKycCheck: {
    given: addCheck,
    selection: 'kycCheck { id customerId how satisfied date retraction { date } } customer { id }',
    answer: (world) => ({
      kycCheck: {
        id: anId,
        customerId: world.customerId,
        how: 'online',
        satisfied: true,
        date: '2024-05-31T09:30:00.000Z',
        retraction: null,
      },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(addCheck, { id: 'no id!' }) },
  },
  addKycDocument: {
    given: addDocument,
    selection: 'kycDocument { id customerId number issueDate expiryDate } customer { id }',
    answer: (world) => ({
      kycDocument: {
        id: anId,
        customerId: world.customerId,
        number: '83436',
        issueDate: '2018-03-09',
        expiryDate: '2028-03-08',
      },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(addDocument, { expiryDate: '2018-03-08' }) },
  },
  addKycMedia: {
    given: addMedia,
    selection: 'kycMedia { id url relatesToKycDocumentId relatesToKycCheckId } customer { id }',
    answer: (world) => ({
      kycMedia: {
        id: anId,
        url: 'https://media.example.com/2.png',
        relatesToKycDocumentId: world.kycDocumentId,
        relatesToKycCheckId: world.kycCheckId,
      },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(addMedia, { url: 'http://media.example.com/2.png' }) },
  },
  addKycStatus: {
    given: addStatus,
    selection: 'kycStatus { id customerId ok date } customer { id }',
    answer: (world) => ({
      kycStatus: { id: anId, customerId: world.customerId, ok: false, date: '2024-05-31T09:30:00.000Z' },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(addStatus, { date: 'yesterday' }) },
  },
  getKycChecks: listOfCustomer('id satisfied', ({ kycCheckId }) => [{ id: kycCheckId, satisfied: true }]),
  getKycDocuments: listOfCustomer('id number', ({ kycDocumentId }) => [{ id: kycDocumentId, number: '123456' }]),
  getKycStatuses: listOfCustomer('id ok', ({ kycStatusId }) => [{ id: kycStatusId, ok: true }]),
  getKycMedia: listOfCustomer('id url', ({ kycMediaId }) => [
    { id: kycMediaId, url: 'https://media.example.com/passport.png' },
  ]),
  createAccount: {
    given: createAccount,
    givenForOwn: (world) => ({ input: { ...createAccount(world).input, userId: null, accountRoutings: null } }),
    selection: 'account { id bankId label productCode balance { currency amount } }',
    answer: ({ bankId }) => ({
      account: {
        id: anId,
        bankId,
        label: 'Everyday',
        productCode: 'CURRENT',
        balance: { currency: 'EUR', amount: expect.stringMatching(/^0(\.0+)?$/) },
      },
    }),
    alsoRoles: ['CanGetCustomerOverview'],
    refusals: {
      'OBP-10001': badInput(createAccount, { label: 'x'.repeat(256) }),
      // For one's own account it is enough to be logged in.
      'OBP-20006': { given: createAccount, caller: ({ linkedUser }) => linkedUser.token },
      'OBP-20005': badInput(createAccount, { userId: 'no-such-user' }),
      'OBP-30105': badInput(createAccount, { balance: { currency: 'XXY', amount: '0' } }),
      'OBP-30106': badInput(createAccount, { balance: { currency: 'EUR', amount: '0.000' } }),
      'OBP-30107': badInput(createAccount, { userId: 'no user!' }),
      'OBP-30109': badInput(createAccount, { balance: { currency: 'EUR', amount: '10' } }),
      'OBP-30110': badInput(createAccount, { id: 'no account!' }),
      'OBP-30112': badInput(createAccount, { balance: { currency: 'EUR', amount: 'nothing' } }),
      'OBP-30114': badInput(createAccount, {
        accountRoutings: [
          { scheme: 'IBAN', address: 'FR1420041010050500013M02606' },
          { scheme: 'IBAN', address: 'FR7630006000011234567890189' },
        ],
      }),
      'OBP-30115': badInput(createAccount, {
        accountRoutings: [{ scheme: 'IBAN', address: 'DE89370400440532013000' }],
      }),
      'OBP-30208': changed(createAccount, ({ accountId }) => ({ id: accountId })),
    },
    otherwise: (world) => ({ input: { ...createAccount(world).input, label: 'Savings' } }),
  },
  createUser: {
    given: () => ({ input: newUser() }),
    selection: 'user { username } token validationRequired',
    answer: () => ({ user: { username: anId }, token: anId, validationRequired: false }),
    refusals: {
      'OBP-10001': { given: () => ({ input: { ...newUser(), firstName: ' ' } }) },
      'OBP-30207': { given: () => ({ input: { ...newUser(), password: 'too short' } }) },
    },
  },
};

function newUser() {
  const username = `user${randomUUID().replaceAll('-', '')}`;
  return {
    username,
    password: 'A long enough passphrase.',
    email: `${username}@example.org`,
    firstName: 'Ada',
    lastName: 'Lovelace',
  };
}

/** The mutations that are in neither of the two documents, by field. */
export const furtherCases: Record<string, ApiCase> = {
  proposeKycStatus: {
    given: (world) => ({ ...ofCustomer(world), input: { ok: false, date: '2024-05-31T09:30:00.000Z' } }),
    selection: 'kycStatusProposal { id customerId ok date state version } kycStatus { id } customer { id }',
    answer: (world) => ({
      kycStatusProposal: {
        id: anId,
        customerId: world.customerId,
        ok: false,
        date: '2024-05-31T09:30:00.000Z',
        state: 'PROPOSED',
        version: 1,
      },
      kycStatus: null,
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
  },
  confirmKycStatus: {
    given: (world) => ({ ...ofCustomer(world), id: world.kycStatusProposalId }),
    selection: 'kycStatusProposal { id state version } kycStatus { id ok date } customer { id kycStatus }',
    answer: (world) => ({
      kycStatusProposal: { id: world.kycStatusProposalId, state: 'CONFIRMED', version: 2 },
      kycStatus: { id: anId, ok: true, date: '2024-05-31T09:30:00.000Z' },
      customer: { id: world.customerId, kycStatus: true },
    }),
    alsoRoles: readCustomer,
  },
  rejectKycStatus: {
    given: (world) => ({ ...ofCustomer(world), id: world.kycStatusProposalId, reason: 'The passport had expired' }),
    selection: 'kycStatusProposal { id state decisionReason version } kycStatus { id } customer { id }',
    answer: (world) => ({
      kycStatusProposal: {
        id: world.kycStatusProposalId,
        state: 'REJECTED',
        decisionReason: 'The passport had expired',
        version: 2,
      },
      kycStatus: null,
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
  },
  grantEntitlement: {
    given: ({ bankId, freeUser }) => ({ userId: freeUser.id, input: { roleName: 'CanGetCustomer', bankId } }),
    selection: 'entitlement { id userId roleName bankId expiresAt }',
    answer: ({ bankId, freeUser }) => ({
      entitlement: { id: anId, userId: freeUser.id, roleName: 'CanGetCustomer', bankId, expiresAt: null },
    }),
    isByRoleOnly: true,
    otherwise: ({ bankId }) => ({ input: { roleName: 'CanGetMeetings', bankId } }),
  },
  revokeEntitlement: {
    given: ({ entitlementId }) => ({ id: entitlementId }),
    selection: 'entitlement { id userId roleName bankId expiresAt }',
    answer: ({ bankId, colleague, entitlementId }) => ({
      entitlement: {
        id: entitlementId,
        userId: colleague.id,
        roleName: 'CanGetCrmEvents',
        bankId,
        expiresAt: null,
      },
    }),
    isByRoleOnly: true,
  },
  requestEntitlement: {
    given: () => ({ input: { roleName: 'CanGetAnyUser', reason: 'My work' } }),
    selection: 'entitlementRequest { id userId roleName bankId reason state version } entitlement { id }',
    answer: ({ linkedUser }) => ({
      entitlementRequest: {
        id: anId,
        userId: linkedUser.id,
        roleName: 'CanGetAnyUser',
        bankId: null,
        reason: 'My work',
        state: 'REQUESTED',
        version: 1,
      },
      entitlement: null,
    }),
    otherwise: ({ bankId }) => ({ input: { roleName: 'CanGetMeetings', bankId, reason: 'My work' } }),
  },
  approveEntitlementRequest: {
    given: ({ entitlementRequestId }) => ({ id: entitlementRequestId }),
    selection: 'entitlementRequest { id state version } entitlement { userId roleName bankId }',
    answer: ({ bankId, colleague, entitlementRequestId }) => ({
      entitlementRequest: { id: entitlementRequestId, state: 'APPROVED', version: 2 },
      entitlement: { userId: colleague.id, roleName: 'CanGetMeetings', bankId },
    }),
    isByRoleOnly: true,
  },
  rejectEntitlementRequest: {
    given: ({ entitlementRequestId }) => ({ id: entitlementRequestId, reason: 'Not needed' }),
    selection: 'entitlementRequest { id state decisionReason version } entitlement { id }',
    answer: ({ entitlementRequestId }) => ({
      entitlementRequest: {
        id: entitlementRequestId,
        state: 'REJECTED',
        decisionReason: 'Not needed',
        version: 2,
      },
      entitlement: null,
    }),
    isByRoleOnly: true,
  },
  createCustomers: {
    given: (world) => ({
      ...ofBank(world),
      input: ['new-1', 'new-2'].map((customerNumber) => ({
        customerNumber,
        legalName: 'Ada Lovelace',
        mobilePhoneNumber: '+447972444876',
      })),
    }),
    selection: 'customers { customerNumber version }',
    answer: () => ({
      customers: [
        { customerNumber: 'new-1', version: 1 },
        { customerNumber: 'new-2', version: 1 },
      ],
    }),
    otherwise: () => ({ input: [{ legalName: 'Ada Lovelace', mobilePhoneNumber: '+447972444876' }] }),
  },
  createBank: {
    given: ({ definitionId }) => ({ input: { id: `new-${definitionId}`, shortName: 'New', fullName: 'The New Bank' } }),
    selection: 'bank { id shortName fullName }',
    answer: ({ definitionId }) => ({
      bank: { id: `new-${definitionId}`, shortName: 'New', fullName: 'The New Bank' },
    }),
    otherwise: ({ definitionId }) => ({
      input: { id: `new-${definitionId}`, shortName: 'Newer', fullName: 'The New Bank' },
    }),
  },
  createCrmEvent: {
    given: (world) => ({ ...ofBank(world), input: { customerId: world.customerId, category: 'Call' } }),
    selection: 'crmEvent { id customerId category } customer { id }',
    answer: (world) => ({
      crmEvent: { id: anId, customerId: world.customerId, category: 'Call' },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    otherwise: (world) => ({ input: { customerId: world.customerId, category: 'Letter' } }),
  },
  createAccountAttribute: {
    given: ({ bankId, accountId }) => ({
      bankId,
      accountId,
      input: { name: 'OVERDRAFT_START_DATE', type: 'DATE_WITH_DAY', value: '2012-04-23' },
    }),
    selection: 'accountAttribute { id name value }',
    answer: () => ({ accountAttribute: { id: anId, name: 'OVERDRAFT_START_DATE', value: '2012-04-23' } }),
    otherwise: () => ({ input: { name: 'OVERDRAFT_START_DATE', type: 'DATE_WITH_DAY', value: '2012-04-24' } }),
  },
  createUserAttribute: {
    given: ({ linkedUser }) => ({ userId: linkedUser.id, input: { name: 'LEVEL', type: 'INTEGER', value: '3' } }),
    selection: 'userAttribute { id name value }',
    answer: () => ({ userAttribute: { id: anId, name: 'LEVEL', value: '3' } }),
    otherwise: () => ({ input: { name: 'LEVEL', type: 'INTEGER', value: '4' } }),
  },
  unlockUser: {
    given: ({ lockedUser }) => ({ userId: lockedUser.id }),
    selection: 'user { id isDisabled }',
    answer: ({ lockedUser }) => ({ user: { id: lockedUser.id, isDisabled: false } }),
    otherwise: ({ freeUser }) => ({ userId: freeUser.id }),
  },
  updateUserCustomerLink: {
    given: (world) => ({ ...ofBank(world), id: world.userCustomerLinkId, input: { isActive: false } }),
    selection: userLinkSelection,
    answer: (world) => ({
      userCustomerLink: {
        id: world.userCustomerLinkId,
        userId: world.linkedUser.id,
        isActive: false,
        version: 2,
      },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
  },
  deleteSocialMediaHandle: {
    given: (world) => ({ ...ofCustomer(world), id: world.socialMediaHandleId }),
    selection: 'socialMediaHandle { id handle } customer { id }',
    answer: (world) => ({
      socialMediaHandle: { id: world.socialMediaHandleId, handle: '@eveline' },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
  },
  revokeMyTokens: {
    given: () => ({}),
    selection: 'revokedAt',
    answer: () => ({ revokedAt: aTime }),
  },
  updateMeeting: {
    given: (world) => ({
      ...ofBank(world),
      id: world.meetingId,
      input: { staffUserId: world.linkedUser.id, when: '2031-03-13T11:39:33.000Z', cancelled: true },
    }),
    selection: 'meeting { id when version }',
    answer: ({ meetingId }) => ({ meeting: { id: meetingId, when: '2031-03-13T11:39:33.000Z', version: 2 } }),
  },
  retractKycEvidence: {
    given: (world) => ({
      ...ofCustomer(world),
      input: { kind: 'DOCUMENT', id: world.kycDocumentId, reason: 'Belongs to another person' },
    }),
    selection: 'kycDocument { id retraction { reason } } customer { id }',
    answer: (world) => ({
      kycDocument: { id: world.kycDocumentId, retraction: { reason: 'Belongs to another person' } },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
  },
};
