import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBankId } from './workloads.ts';

export type Request = readonly [query: string, variables: object];

const folder = join(import.meta.dirname, '../schema/operations');

/** The shipped operations for the tasks of a day. */
const taskNames = [
  'OnboardCustomer',
  'SetLegalHold',
  'FindCustomer',
  'CustomerSearch',
  'PossibleDuplicates',
  'KycDashboard',
  'WorkList',
  'BankContacts',
  'KycReview',
  'CustomerHistory',
  'CustomerAsOf',
  'CompanyOwnership',
  'CustomersPastRetention',
] as const;
type TaskName = (typeof taskNames)[number];

const documents = new Map<TaskName, string>(
  taskNames.map((name) => [name, readFileSync(join(folder, `${name}.graphql`), 'utf8')]),
);

/** The roles of the parts of a new customer, and those that let a search match identifiers of accounts and documents. */
const rolesOfParts = [
  'CanCreateCustomerAddress',
  'CanAddKycCheck',
  'CanAddKycDocument',
  'CanAddKycStatus',
  'CanCreateTaxResidence',
  'CanGetCustomerOverview',
  'CanGetKycDocumentsAtOneBank',
];

/** Returns the roles that the comments of the operations list, which all exist at a bank. */
export function taskRoles(): string[] {
  const comments = [...documents.values()].map((document) => document.split(/^(?:query|mutation)/m)[0] ?? '');
  const listed = comments.flatMap((comment) => comment.match(/\bCan\w+/g) ?? []);
  return [...new Set([...listed, ...rolesOfParts])].filter((role) => !role.startsWith('CanGetAny'));
}

/** The data that staff read on papers, and type to find a customer. */
interface KnownCustomer {
  id: string;
  legalName: string;
  customerNumber: string;
  mobilePhoneNumber: string;
  email: string;
  dateOfBirth: string;
  kycDocuments: { number: string }[];
  accountLinks: { account: { routings: { address: string }[] } }[];
}

const knownCustomersDocument = `
  query KnownCustomers($bankId: ID!, $customerIds: [ID!]!) {
    customersById(bankId: $bankId, customerIds: $customerIds) {
      id legalName customerNumber mobilePhoneNumber email dateOfBirth
      kycDocuments { number }
      accountLinks { account { routings { address } } }
    }
  }`;

/** The number of customers whose data are searched. */
const searchedCustomers = 40;

function newCustomer(index: number) {
  return {
    legalName: `Eveline Tripman ${index}`,
    mobilePhoneNumber: `+44 7${String(972_000_000 + index)}`,
    email: `eveline.tripman.${index}@example.com`,
    dateOfBirth: '1985-10-26',
    kycStatus: true,
    addresses: [
      { line1: '12 Harbour Street', city: 'Bristol', postcode: 'BS1 5TR', countryCode: 'GB', tags: ['home'] },
    ],
    taxResidences: [{ domain: 'GB', taxNumber: `QQ${index}C` }],
    kycChecks: [
      {
        date: '2024-05-31T09:30:00Z',
        how: 'online_meeting',
        staffUserId: '67876',
        staffName: 'Simon',
        satisfied: true,
      },
    ],
    kycDocuments: [
      {
        type: 'passport',
        number: `P${index}`,
        issueDate: '2020-01-01',
        issuePlace: 'Bristol',
        expiryDate: '2030-01-01',
      },
    ],
  };
}

/**
 * Plans the tasks of a day in the order of a day. The changes come first, so that customers have a history.
 *
 * @param customerIds at least as many customers of the bank as requests are sent for each task
 * @param requests the number of requests of each task
 */
export async function planTasks(
  send: (request: Request) => Promise<Record<string, unknown>>,
  customerIds: readonly string[],
  requests: number,
): Promise<Map<string, readonly Request[]>> {
  const knownIds = customerIds.slice(0, searchedCustomers);
  const { customersById } = await send([knownCustomersDocument, { bankId: readBankId, customerIds: knownIds }]);
  const known = customersById as KnownCustomer[];
  const request = (name: TaskName, variables: object): Request => [
    documents.get(name) ?? '',
    { bankId: readBankId, ...variables },
  ];
  const ofEach = (name: TaskName, variables: object = {}) =>
    customerIds.map((customerId) => request(name, { customerId, ...variables }));
  const find = (textOf: (customer: KnownCustomer) => string | undefined) =>
    known.flatMap((customer) => {
      const search = textOf(customer);
      return search === undefined ? [] : [request('FindCustomer', { search })];
    });
  const search = (filter: object, sort: object = {}) => [request('CustomerSearch', { filter, ...sort })];
  const [firstKnown] = known;
  const names = (firstKnown?.legalName ?? '').split(' ');
  const [frequent = ''] = names;
  const byName = { sortBy: 'LEGAL_NAME', sortDirection: 'ASC' };
  const byUpdate = { sortBy: 'UPDATED' };

  return new Map<string, readonly Request[]>([
    [
      'onboard a customer with evidence',
      Array.from({ length: requests }, (_, index) => request('OnboardCustomer', { input: newCustomer(index) })),
    ],
    ['set a legal hold', ofEach('SetLegalHold', { input: { reason: 'Order 4 C 17/26 of the court' } })],
    ['find by legal name', find(({ legalName }) => legalName)],
    ['find by first name', find(({ legalName }) => legalName.split(' ')[0])],
    ['find by last name', find(({ legalName }) => legalName.split(' ').at(-1))],
    ['find by two beginnings of names', find(({ legalName }) => beginnings(legalName))],
    ['find by two letters', find(({ legalName }) => legalName.slice(0, 2))],
    ['find by customer number', find(({ customerNumber }) => customerNumber)],
    ['find by email', find(({ email }) => email)],
    ['find by phone', find(({ mobilePhoneNumber }) => mobilePhoneNumber)],
    ['find by IBAN', find(({ accountLinks }) => accountLinks[0]?.account.routings[0]?.address)],
    ['find by document number', find(({ kycDocuments }) => kycDocuments[0]?.number)],
    ['search sorted by last ok date', search({ search: frequent })],
    ['search sorted by legal name', search({ search: frequent }, byName)],
    ['search sorted by update', search({ search: frequent }, byUpdate)],
    ['search with KYC state', search({ search: frequent, kycState: 'NEVER_ASSESSED' })],
    ['search with a proposal', search({ search: frequent, hasOpenKycStatusProposal: true })],
    ['search with a branch without customers', search({ search: frequent, branchId: 'NONE' })],
    ['filter by date of birth', search({ dateOfBirth: firstKnown?.dateOfBirth })],
    ['filter by KYC state', search({ kycState: 'NOT_OK' })],
    ['filter by proposal', search({ hasOpenKycStatusProposal: true })],
    ['filter by update', search({ updatedFrom: '2024-01-01T00:00:00Z', updatedBefore: '2024-02-01T00:00:00Z' })],
    ['sort by legal name', search({}, byName)],
    ['sort by update', search({}, byUpdate)],
    ['possible duplicates', ofEach('PossibleDuplicates')],
    ['KYC dashboard', [request('KycDashboard', {})]],
    ['work list of a KYC officer', [request('WorkList', { before: '2027-03-01', includeExpired: true })]],
    ['meetings, CRM events, messages', [request('BankContacts', {})]],
    ['KYC review', ofEach('KycReview')],
    ['history of a customer', ofEach('CustomerHistory')],
    ['customer as of a time', ofEach('CustomerAsOf', { time: new Date().toISOString() })],
    ['owners of a customer', ofEach('CompanyOwnership')],
    ['customers past retention', [request('CustomersPastRetention', {})]],
  ]);
}

/** The first three letters of the first and of the last name. */
function beginnings(legalName: string): string {
  const names = legalName.split(' ');
  return `${names[0]?.slice(0, 3)} ${names.at(-1)?.slice(0, 3)}`;
}
