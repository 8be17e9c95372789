import { newAddress, writeBankId, writeDocument } from './workloads.ts';

/** A mutation whose cost is compared between two builds. Both must have all of its fields. */
interface ComparedMutation {
  /** The roles that it requires at the bank. */
  roles: readonly string[];
  document: string;
  /** All variables except `bankId`. No two calls have the same `index`. */
  variables(index: number, customerId: string): object;
}

/** Writes a number with letters, so that it can be a word of a name. */
function lettersOf(index: number): string {
  return [...index.toString(26)].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join('');
}

/** Neighbouring calls get distant names and dates, because real ones are not sorted by the indexed columns. */
function spread(index: number): number {
  return (index * 7_919) % 999_983;
}

const createCustomer: ComparedMutation = {
  roles: [
    'CanCreateCustomer',
    'CanCreateCustomerAddress',
    'CanCreateCustomerAttributeAtOneBank',
    'CanCreateTaxResidence',
    'CanAddKycStatus',
  ],
  document: `
    mutation CreateCustomer($bankId: ID!, $input: CreateCustomerInput!) {
      createCustomer(bankId: $bankId, input: $input) {
        customer { id customerNumber legalName version }
      }
    }`,
  variables: (index) => ({
    input: {
      legalName: `Marta ${lettersOf(spread(index))} Penhallow`,
      mobilePhoneNumber: `+44777${String(1_000_000 + spread(index))}`,
      email: `${lettersOf(spread(index))}@example.com`,
      dateOfBirth: new Date(spread(index) * 1e6).toISOString().slice(0, 10),
      title: 'Dr.',
      branchId: 'HARBOUR1',
      employmentStatus: 'worker',
      relationshipStatus: 'married',
      creditLimit: { currency: 'GBP', amount: '5000.00' },
      creditRating: { rating: 'A', source: 'Credit Office' },
      kycStatus: true,
      lastOkDate: new Date(1_500_000_000_000 + spread(index) * 1e5).toISOString(),
      addresses: [newAddress],
      attributes: [
        { name: 'SEGMENT', type: 'STRING', value: 'private' },
        { name: 'CREDIT_WATCH', type: 'INTEGER', value: '2' },
      ],
      taxResidences: [{ domain: 'UK', taxNumber: String(spread(index)) }],
    },
  }),
};

const createCustomerAddress: ComparedMutation = {
  roles: ['CanCreateCustomerAddress'],
  document: writeDocument,
  variables: (_, customerId) => ({ customerId, input: newAddress }),
};

const addKycCheck: ComparedMutation = {
  roles: ['CanAddKycCheck'],
  document: `
    mutation AddKycCheck($bankId: ID!, $customerId: ID!, $input: AddKycCheckInput!) {
      addKycCheck(bankId: $bankId, customerId: $customerId, input: $input) {
        kycCheck { id kycCheckId date how satisfied }
      }
    }`,
  variables: (_, customerId) => ({
    customerId,
    input: {
      date: '2024-03-01T10:00:00Z',
      how: 'in branch',
      staffUserId: '3f2a0f9e-0000-4000-8000-000000000001',
      staffName: 'Clara Penhallow',
      satisfied: true,
      comments: 'Passport seen in the original.',
    },
  }),
};

const addKycStatus: ComparedMutation = {
  roles: ['CanAddKycStatus'],
  document: `
    mutation AddKycStatus($bankId: ID!, $customerId: ID!, $input: AddKycStatusInput!) {
      addKycStatus(bankId: $bankId, customerId: $customerId, input: $input) { kycStatus { date ok } }
    }`,
  // Each status is the latest one of its customer, and changes the customer's state.
  variables: (index, customerId) => ({
    customerId,
    input: { date: new Date(1_750_000_000_000 + index * 1000).toISOString(), ok: Math.floor(index / 2) % 2 === 0 },
  }),
};

const updateCustomerIdentity: ComparedMutation = {
  roles: ['CanUpdateCustomerIdentity'],
  document: `
    mutation UpdateCustomerIdentity($bankId: ID!, $customerId: ID!, $input: UpdateCustomerIdentityInput!) {
      updateCustomerIdentity(bankId: $bankId, customerId: $customerId, input: $input) {
        customer { id legalName version }
      }
    }`,
  variables: (index, customerId) => ({
    customerId,
    input: { legalName: `Marta ${lettersOf(spread(index))} Penhallow` },
  }),
};

const updateCustomerEmail: ComparedMutation = {
  roles: ['CanUpdateCustomerEmail'],
  document: `
    mutation UpdateCustomerEmail($bankId: ID!, $customerId: ID!, $input: UpdateCustomerEmailInput!) {
      updateCustomerEmail(bankId: $bankId, customerId: $customerId, input: $input) {
        customer { id email version }
      }
    }`,
  variables: (index, customerId) => ({ customerId, input: { email: `${lettersOf(spread(index))}@example.com` } }),
};

const mutations = {
  createCustomer,
  createCustomerAddress,
  addKycCheck,
  addKycStatus,
  updateCustomerIdentity,
  updateCustomerEmail,
} satisfies Record<string, ComparedMutation>;

export type ComparedMutationName = keyof typeof mutations;
export const comparedMutations: Readonly<Record<ComparedMutationName, ComparedMutation>> = mutations;

/** The bank of all compared mutations. */
export const mutatedBankId = writeBankId;
