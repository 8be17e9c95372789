import type { World } from '../every-entity.ts';
import { type ApiCase, anId, aTime, badInput, idOfCustomer, ofBank, ofCustomer, readCustomer } from './api-case.ts';

const messageInput = { message: 'Your card is ready.', transport: 'SMS', fromDepartment: 'Cards', fromPerson: 'Tom' };
const messageSelection = 'customerMessage { id message transport fromDepartment fromPerson } customer { id }';

const meetingInput = {
  providerId: 'jitsi',
  purposeId: 'onboarding',
  date: '2030-03-13T11:39:33.000Z',
  creator: { name: 'Simon Redfern', mobilePhone: '+447972444876', emailAddress: 'simon@example.com' },
  invitees: [],
};

const createMessage = (world: World) => ({ ...ofCustomer(world), input: messageInput });

const createMeeting = (world: World) => ({
  ...ofBank(world),
  input: { ...meetingInput, customerId: world.customerId },
});

export const contactCases: Readonly<Record<string, ApiCase>> = {
  getCrmEvents: {
    variables: ofBank,
    selection: 'nodes { id customerId category }',
    result: ({ crmEventId, customerId }) => ({ nodes: [{ id: crmEventId, customerId, category: 'Call' }] }),
  },
  createMeeting: {
    variables: createMeeting,
    selection: 'meeting { id bankId customerId providerId purposeId when version } customer { id }',
    result: (world) => ({
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
    otherVariables: (world) => ({ input: { ...createMeeting(world).input, purposeId: 'advice' } }),
  },
  getMeeting: {
    variables: ({ bankId, meetingId }) => ({ bankId, id: meetingId }),
    selection: 'id purposeId when',
    result: ({ meetingId }) => ({ id: meetingId, purposeId: 'onboarding', when: aTime }),
  },
  getMeetings: {
    variables: ofBank,
    selection: 'nodes { id }',
    result: ({ meetingId }) => ({ nodes: [{ id: meetingId }] }),
    refusals: {
      // The root field returns an empty list to callers without a role, but the field of a customer requires one.
      'OBP-20006': {
        document:
          'query ($bankId: ID!, $customerId: ID!) { customer(bankId: $bankId, customerId: $customerId) { meetings { nodes { id } } } }',
        variables: ofCustomer,
        caller: async ({ gateway, bankId }) =>
          (await gateway.createUser({ roles: [['CanGetCustomer', bankId]] })).token,
      },
    },
  },
  createCustomerMessage: {
    variables: createMessage,
    selection: messageSelection,
    result: (world) => ({ customerMessage: { id: anId, ...messageInput }, customer: idOfCustomer(world) }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(createMessage, { message: 'x'.repeat(1025) }) },
  },
  addCustomerMessage: {
    variables: (world) => ({ ...ofCustomer(world), input: { ...messageInput, transport: undefined } }),
    selection: messageSelection,
    result: (world) => ({
      customerMessage: { id: anId, ...messageInput, transport: null },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(createMessage, { transport: undefined, fromPerson: ' ' }) },
  },
  getCustomerMessages: {
    variables: ofCustomer,
    selection: 'nodes { id message }',
    result: ({ messageId }) => ({ nodes: [{ id: messageId, message: 'Your card is ready.' }] }),
  },
  getCustomersMessages: {
    variables: ofBank,
    selection: 'nodes { id message }',
    result: ({ messageId }) => ({ nodes: [{ id: messageId, message: 'Your card is ready.' }] }),
  },
};
