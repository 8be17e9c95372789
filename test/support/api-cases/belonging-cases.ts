import type { World } from '../every-entity.ts';
import {
  type ApiCase,
  anId,
  badInput,
  changed,
  idOfCustomer,
  listOfCustomer,
  ofBank,
  ofCustomer,
  readCustomer,
  userLinkSelection,
  without,
} from './api-case.ts';

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
const customerLinkSelection = 'customerAccountLink { id accountId relationshipType version } customer { id }';
const createAddress = (world: World) => ({ ...ofCustomer(world), input: addressInput });
const updateAddress = (world: World) => ({ ...createAddress(world), id: world.addressId });
const createAttribute = (world: World) => ({ ...ofCustomer(world), input: attributeInput });
const updateAttribute = (world: World) => ({ ...createAttribute(world), id: world.attributeId });
const createDefinition = (world: World) => ({ ...ofBank(world), input: definitionInput });

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

export const belongingCases: Readonly<Record<string, ApiCase>> = {
  createCustomerAddress: {
    variables: createAddress,
    selection: addressSelection,
    result: (world) => ({
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
  createCustomerAccountLink: {
    variables: linkAccount,
    selection: customerLinkSelection,
    result: (world) => ({
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
    variables: createAttribute,
    selection: attributeSelection,
    result: (world) => ({
      customerAttribute: { id: anId, customerId: world.customerId, ...attributeInput, version: 1 },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(createAttribute, { value: 'twelve' }) },
  },
  addSocialMediaHandle: {
    variables: addHandle,
    selection: 'socialMediaHandle { id type handle dateAdded version } customer { id }',
    result: (world) => ({
      socialMediaHandle: { id: anId, ...addHandle(world).input, version: 1 },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(addHandle, { handle: 'x'.repeat(65) }) },
  },
  createTaxResidence: {
    variables: createTaxResidence,
    selection: 'taxResidence { id domain taxNumber version } customer { id }',
    result: (world) => ({
      taxResidence: { id: anId, domain: 'France', taxNumber: '99-1', version: 1 },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(createTaxResidence, { taxNumber: 'x'.repeat(21) }) },
  },
  createUserCustomerLinks: {
    variables: linkUser,
    selection: userLinkSelection,
    result: (world) => ({
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
    variables: createDefinition,
    selection: definitionSelection,
    result: ({ bankId }) => ({
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
    otherVariables: () => ({ input: { ...definitionInput, isActive: false } }),
    existingVariables: ({ definitionName }) => ({ input: { ...definitionInput, name: definitionName } }),
  },
  deleteCustomerAccountLinkById: {
    variables: (world) => ({ ...ofBank(world), id: world.customerAccountLinkId }),
    selection: customerLinkSelection,
    result: (world) => ({
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
    variables: (world) => ({ ...ofCustomer(world), id: world.addressId }),
    selection: 'customerAddress { id line1 } customer { id }',
    result: (world) => ({
      customerAddress: { id: world.addressId, line1: 'Rosenthaler Straße 1' },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
  },
  deleteCustomerAttribute: {
    variables: (world) => ({ ...ofCustomer(world), id: world.attributeId }),
    selection: 'customerAttribute { id value } customer { id }',
    result: (world) => ({
      customerAttribute: { id: world.attributeId, value: '123' },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
  },
  deleteCustomerAttributeDefinition: {
    variables: (world) => ({ ...ofBank(world), id: world.definitionId }),
    selection: 'customerAttributeDefinition { id name }',
    result: (world) => ({ customerAttributeDefinition: { id: world.definitionId, name: world.definitionName } }),
  },
  deleteTaxResidence: {
    variables: (world) => ({ ...ofCustomer(world), id: world.taxResidenceId }),
    selection: 'taxResidence { id taxNumber } customer { id }',
    result: (world) => ({
      taxResidence: { id: world.taxResidenceId, taxNumber: 'tax-1' },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
  },
  deleteUserCustomerLink: {
    variables: (world) => ({ ...ofBank(world), id: world.userCustomerLinkId }),
    selection: 'userCustomerLink { id userId } customer { id }',
    result: (world) => ({
      userCustomerLink: { id: world.userCustomerLinkId, userId: world.linkedUser.id },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
  },
  getMyCorrelatedEntities: {
    variables: () => ({}),
    selection: 'customer { id } users { id }',
    result: (world) => [{ customer: idOfCustomer(world), users: [{ id: world.linkedUser.id }] }],
  },
  getCorrelatedUsersInfoByCustomerId: {
    variables: ofCustomer,
    selection: 'customer { id } users { id username }',
    result: (world) => ({
      customer: idOfCustomer(world),
      users: [{ id: world.linkedUser.id, username: world.linkedUser.username }],
    }),
    alsoRoles: readCustomer,
  },
  getCustomerAccountLinkById: {
    variables: (world) => ({ ...ofBank(world), id: world.customerAccountLinkId }),
    selection: 'id customerId accountId relationshipType',
    result: ({ customerAccountLinkId, customerId, accountId }) => ({
      id: customerAccountLinkId,
      customerId,
      accountId,
      relationshipType: 'Owner',
    }),
  },
  getCustomerAccountLinksByBankIdAccountId: {
    variables: ({ bankId, accountId }) => ({ bankId, accountId }),
    selection: 'id customerId accountId',
    result: ({ customerAccountLinkId, customerId, accountId }) => [
      { id: customerAccountLinkId, customerId, accountId },
    ],
    refusals: { 'OBP-30018': { variables: () => ({ accountId: 'no-such-account' }) } },
  },
  getCustomerAccountLinksByCustomerId: listOfCustomer('id accountId', ({ customerAccountLinkId, accountId }) => [
    { id: customerAccountLinkId, accountId },
  ]),
  getCustomerAddresses: listOfCustomer('id line1 city', ({ addressId }) => [
    { id: addressId, line1: 'Rosenthaler Straße 1', city: 'Berlin' },
  ]),
  getCustomerAttributeById: {
    variables: (world) => ({ ...ofCustomer(world), id: world.attributeId }),
    selection: 'id name type value',
    result: ({ attributeId, definitionName }) => ({
      id: attributeId,
      name: definitionName,
      type: 'STRING',
      value: '123',
    }),
    refusals: { 'OBP-10001': without('id') },
  },
  getCustomerAttributeDefinition: {
    variables: ofBank,
    selection: 'id name isActive',
    result: ({ definitionId, definitionName }) => [{ id: definitionId, name: definitionName, isActive: true }],
  },
  getCustomerAttributes: listOfCustomer('id value', ({ attributeId }) => [{ id: attributeId, value: '123' }], {
    refusals: { 'OBP-10001': without('customerId') },
  }),
  getSocialMediaHandles: listOfCustomer('id handle', ({ socialMediaHandleId }) => [
    { id: socialMediaHandleId, handle: '@eveline' },
  ]),
  getTaxResidence: listOfCustomer('id domain taxNumber', ({ taxResidenceId }) => [
    { id: taxResidenceId, domain: 'Germany', taxNumber: 'tax-1' },
  ]),
  getUserCustomerLinksByCustomerId: listOfCustomer('id userId isActive', ({ userCustomerLinkId, linkedUser }) => [
    { id: userCustomerLinkId, userId: linkedUser.id, isActive: true },
  ]),
  getUserCustomerLinksByUserId: {
    variables: ({ bankId, linkedUser }) => ({ bankId, userId: linkedUser.id }),
    selection: 'id customerId',
    result: ({ userCustomerLinkId, customerId }) => [{ id: userCustomerLinkId, customerId }],
    refusals: { 'OBP-20057': { variables: () => ({ userId: 'no-such-user' }) } },
  },
  updateCustomerAccountLinkById: {
    variables: updateAccountLink,
    selection: customerLinkSelection,
    result: (world) => ({
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
    variables: updateAttribute,
    selection: attributeSelection,
    result: (world) => ({
      customerAttribute: { id: world.attributeId, customerId: world.customerId, ...attributeInput, version: 2 },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(updateAttribute, { value: 'twelve' }) },
  },
  updateCustomerAddress: {
    variables: updateAddress,
    selection: addressSelection,
    result: (world) => ({
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
};
