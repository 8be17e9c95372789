/** Lists in inputs that exceed their maximum. */
import { type Attack, operation, type Scene } from '../attack.ts';

const expected = { statuses: [200, 400], keys: ['OBP-10001', 'OBP-10020', 'TOO_MANY_ITEMS'] };
const bounds = { cpuMilliseconds: 120, bytes: 30_000 };

const times = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);

const address = { line1: 'a', city: 'b', postcode: 'c', countryCode: 'DE' };
const newCustomer = { legalName: 'Eve', mobilePhoneNumber: '+447972444876' };

function input(name: string, query: string, variables: (scene: Scene) => object): Attack {
  return operation(
    name,
    (scene) => ({
      query,
      variables: { bankId: scene.world.bankId, customerId: scene.world.heavyCustomerId, ...variables(scene) },
    }),
    { as: 'clerk', expected, bounds },
  );
}

const createCustomer =
  'mutation($bankId: ID!, $input: CreateCustomerInput!) { createCustomer(bankId: $bankId, input: $input) { customer { id } } }';
const customerMutation = (field: string, type: string, selection: string) =>
  `mutation($bankId: ID!, $customerId: ID!, $input: ${type}!) { ${field}(bankId: $bankId, customerId: $customerId, input: $input) { ${selection} } }`;

const listsOfNewCustomer: Readonly<Record<string, readonly unknown[]>> = {
  dobOfDependants: times(18_000, '2012-09-08'),
  addresses: times(3_500, address),
  attributes: times(4_000, { name: 'a', type: 'STRING', value: 'b' }),
  taxResidences: times(5_000, { domain: 'a', taxNumber: 'b' }),
  accountLinks: times(4_000, { accountId: 'a', relationshipType: 'b' }),
  userLinks: times(5_000, { userId: 'a' }),
};

export const inputAttacks: Attack[] = [
  ...Object.entries(listsOfNewCustomer).map(([field, list]) =>
    input(`createCustomer.input.${field}: ${list.length.toLocaleString('en')} items`, createCustomer, () => ({
      input: { ...newCustomer, [field]: list },
    })),
  ),
  input(
    'updateCustomerData.input.dobOfDependants: 18,000 dates',
    customerMutation('updateCustomerData', 'UpdateCustomerDataInput', 'customer { id }'),
    () => ({
      input: { dependants: 18_000, dobOfDependants: times(18_000, '2012-09-08') },
    }),
  ),
  input(
    'updateCustomerData.input.dobOfDependants: 18,000 invalid dates',
    customerMutation('updateCustomerData', 'UpdateCustomerDataInput', 'customer { id }'),
    () => ({
      input: { dobOfDependants: times(18_000, 'yesterday') },
    }),
  ),
  input(
    'createCustomerAddress.input.tags: 50,000 tags',
    customerMutation('createCustomerAddress', 'CustomerAddressInput', 'customerAddress { id }'),
    () => ({
      input: { ...address, tags: times(50_000, 'a') },
    }),
  ),
  input(
    'createCustomers.input: 3,500 customers',
    'mutation($bankId: ID!, $input: [CreateCustomerInput!]!) { createCustomers(bankId: $bankId, input: $input) { customers { id } } }',
    () => ({
      input: times(3_500, newCustomer),
    }),
  ),
  input(
    'createCustomers.input: 100 customers with lists',
    'mutation($bankId: ID!, $input: [CreateCustomerInput!]!) { createCustomers(bankId: $bankId, input: $input) { customers { id } } }',
    () => ({
      input: times(100, {
        ...newCustomer,
        customerNumber: 'same',
        dobOfDependants: times(150, '2012-09-08'),
        dependants: 1,
      }),
    }),
  ),
  input(
    'createAccount.input.accountRoutings: 5,000 routings',
    'mutation($bankId: ID!, $input: CreateAccountInput!) { createAccount(bankId: $bankId, input: $input) { account { id } } }',
    () => ({
      input: {
        label: 'a',
        branchId: 'b',
        productCode: 'c',
        balance: { currency: 'EUR', amount: '0' },
        accountRoutings: Array.from({ length: 5_000 }, (_, index) => ({ scheme: `S${index}`, address: 'a' })),
      },
    }),
  ),
  input(
    'firehoseCustomers.attributes: 5,000 filters',
    'query($bankId: ID!, $a: [AttributeFilter!]) { firehoseCustomers(bankId: $bankId, attributes: $a) { id } }',
    () => ({
      a: times(5_000, { name: 'a', value: 'b' }),
    }),
  ),
  input(
    'createMeeting.input.invitees: 2,000 people',
    'mutation($bankId: ID!, $input: CreateMeetingInput!) { createMeeting(bankId: $bankId, input: $input) { meeting { id } } }',
    ({ world }) => {
      const contactDetails = { name: 'a', mobilePhone: '+447972444876', emailAddress: 'a@example.org' };
      return {
        input: {
          customerId: world.heavyCustomerId,
          creator: contactDetails,
          date: '2030-05-31T09:30:00Z',
          providerId: 'tokbox',
          purposeId: 'b',
          invitees: times(2_000, { contactDetails, status: 'Good' }),
        },
      };
    },
  ),
];
