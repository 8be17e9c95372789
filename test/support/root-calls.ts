/**
 * The successful calls of root fields: those of the API cases, and those of the queries that are not APIs of OBP.
 *
 *   const { variables, selection } = rootCallOf('query', field);
 *   gateway.query(token, documentOfRoot('query', field, selection), variables(world));
 */
import { type GraphQLField, getNamedType, isObjectType } from 'graphql';
import catalogue from '../catalogue.json' with { type: 'json' };
import { type ApiCase, apiCases, gatewayCases } from './api-cases.ts';

type Field = GraphQLField<unknown, unknown>;
type Kind = 'query' | 'mutation';

/** The variables and the selection of a call. */
export type RootCall = Pick<ApiCase, 'variables' | 'selection'>;

/** The queries that are not APIs of OBP. */
const furtherReads: Record<string, RootCall> = {
  account: { variables: ({ bankId, accountId }) => ({ bankId, accountId }), selection: 'id bankId label' },
  accountsById: {
    variables: ({ bankId, accountId }) => ({ bankId, accountIds: [accountId] }),
    selection: 'id bankId label',
  },
  customersById: {
    variables: ({ bankId, customerId }) => ({ bankId, customerIds: [customerId] }),
    selection: 'id bankId customerNumber',
  },
  auditEvents: {
    variables: ({ bankId, customerId }) => ({ bankId, customerId }),
    selection: 'nodes { id bankId customerIds subjectUserIds userId }',
  },
  changes: {
    variables: ({ bankId }) => ({ bankId }),
    selection: 'nodes { at bankId customerIds userIds fields }',
  },
  bankEntitlements: {
    variables: ({ bankId }) => ({ bankId }),
    selection: 'nodes { id userId roleName bankId }',
  },
  customersDueForReview: {
    variables: ({ bankId }) => ({ bankId }),
    selection: 'nodes { customerId dueOn }',
  },
  customersWithKycGaps: {
    variables: ({ bankId }) => ({ bankId, gap: 'NO_SATISFIED_CHECK' }),
    selection: 'nodes { customerId kind }',
  },
  expiringKycDocuments: {
    variables: ({ bankId }) => ({ bankId, before: '9999-12-31', includeExpired: true }),
    selection: 'nodes { id customerId }',
  },
  kycStatusProposals: {
    variables: ({ bankId, customerId }) => ({ bankId, customerId }),
    selection: 'nodes { id customerId }',
  },
  banks: { variables: () => ({}), selection: 'id' },
  findUser: {
    variables: ({ bankId, linkedUser }) => ({ bankId, username: linkedUser.username }),
    selection: 'userId username displayName',
  },
  me: { variables: () => ({}), selection: 'id' },
  customersPastRetention: {
    variables: ({ bankId }) => ({ bankId }),
    selection: 'nodes { bankId customerId closedOn }',
  },
  legalHolds: { variables: ({ bankId }) => ({ bankId }), selection: 'nodes { id customerId }' },
  users: { variables: () => ({ first: 2 }), selection: 'nodes { id }' },
  bank: { variables: ({ bankId }) => ({ bankId }), selection: 'id' },
  entitlements: {
    variables: ({ bankId, colleague }) => ({ bankId, userId: colleague.id }),
    selection: 'id userId roleName bankId',
  },
  exportCustomerData: { variables: ({ bankId, customerId }) => ({ bankId, customerId }), selection: 'customerId data' },
  entitlementRequests: { variables: ({ bankId }) => ({ bankId }), selection: 'nodes { id userId roleName bankId }' },
  myCustomer: { variables: ({ customerId }) => ({ customerId }), selection: 'id' },
  viewerPermissions: { variables: () => ({}), selection: '' },
  upcomingMeetings: {
    variables: ({ bankId }) => ({ bankId, from: '2000-01-01T00:00:00Z' }),
    selection: 'nodes { id bankId }',
  },
  bankMessages: { variables: ({ bankId }) => ({ bankId }), selection: 'nodes { id bankId }' },
  kycCounts: { variables: ({ bankId }) => ({ bankId }), selection: 'ok notOk' },
  user: { variables: ({ linkedUser }) => ({ userId: linkedUser.id }), selection: 'id' },
};

/** A list of a customer is called with the IDs of the bank and the customer. */
function listOfCustomer({ args, type }: Field): RootCall | undefined {
  const names = new Set(args.map(({ name }) => name));
  for (const name of ['first', 'after']) names.delete(name);
  if (names.size !== 2 || !names.has('bankId') || !names.has('customerId')) return undefined;
  const named = getNamedType(type);
  if (!isObjectType(named)) return undefined;
  const selection = named.getFields().nodes === undefined ? 'id' : 'nodes { id }';
  return { variables: ({ bankId, customerId }) => ({ bankId, customerId }), selection };
}

const callsByCoordinate = new Map<string, RootCall>([
  ...Object.entries(furtherReads).map(([name, call]) => [`Query.${name}`, call] as const),
  ...Object.entries(gatewayCases).map(([name, call]) => [`Mutation.${name}`, call] as const),
  ...catalogue.flatMap(({ operation, root }) => {
    const call = apiCases[operation];
    return call === undefined ? [] : [[root, call] as const];
  }),
]);

/** The call of a root field. Undefined if no case calls it. */
export function rootCallOf(kind: Kind, field: Field): RootCall | undefined {
  const coordinate = `${kind === 'query' ? 'Query' : 'Mutation'}.${field.name}`;
  return callsByCoordinate.get(coordinate) ?? (kind === 'query' ? listOfCustomer(field) : undefined);
}

/** The value of a root field, or null if it is a list of nulls: a field that reads objects by their IDs refuses each ID. */
export function valueOrNull(value: unknown): unknown {
  const isRefused = Array.isArray(value) && value.length > 0 && value.every((item) => item === null);
  return isRefused ? null : (value ?? null);
}

/** Returns the operation that passes every argument of a root field as a variable. */
export function documentOfRoot(kind: Kind, field: Field, selection: string): string {
  const inBrackets = (items: string[]) => (items.length === 0 ? '' : `(${items.join(', ')})`);
  const variables = field.args.map(({ name, type, defaultValue }) => {
    return `$${name}: ${type}${defaultValue === undefined ? '' : ` = ${defaultValue}`}`;
  });
  const passed = field.args.map(({ name }) => `${name}: $${name}`);
  const selected = isObjectType(getNamedType(field.type)) ? `{ ${selection} }` : '';
  return `${kind} ${inBrackets(variables)} { ${field.name}${inBrackets(passed)} ${selected} }`;
}
