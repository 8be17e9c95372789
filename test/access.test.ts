import { randomUUID } from 'node:crypto';
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isIntrospectionType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Role, roleScope } from '../src/auth/roles.ts';
import { gatewaySchema } from '../src/schema.ts';
import { type Gateway, startGateway, type TestUser } from './support/gateway.ts';
import {
  insertAccount,
  insertAccountHolder,
  insertCrmEvent,
  insertCustomer,
  insertCustomerAccountLink,
  insertCustomerAddress,
  insertCustomerAttribute,
  insertCustomerMessage,
  insertKycCheck,
  insertKycDocument,
  insertKycMedia,
  insertKycStatus,
  insertMeeting,
  insertSocialMediaHandle,
  insertTaxResidence,
  insertUserCustomerLink,
} from './support/rows.ts';

/**
 * Walks the built schema and tries every guarded field. A new type or argument that this file does not know fails here
 * by name, so that no field is left untried.
 */

interface GuardedField {
  coordinate: string;
  type: GraphQLObjectType;
  field: GraphQLField<unknown, unknown>;
  isRoot: boolean;
  rule: { kind: 'public' | 'authenticated' | 'role'; anyOf?: Role[] };
}

const bankId = 'access.bank';
const otherBankId = 'access.other.bank';

let gateway: Gateway;
/** The id that stands for each name, of rows that all belong to one customer. */
const ids: Record<string, string> = {};
let stranger: TestUser;

/** How a test comes to an object of a type: the selection around it, and the roles that it needs. */
const ways: Record<string, { roles: Role[]; around(selection: string): string }> = {};

function way(typeName: string, roles: Role[], around: (selection: string) => string): void {
  ways[typeName] = { roles, around };
}

const schema: GraphQLSchema = await gatewaySchema();

function guardedFields(): GuardedField[] {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .filter((type) => !isIntrospectionType(type))
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
    .filter(({ field }) => field.extensions.access !== undefined)
    .map(({ type, field }) => ({
      coordinate: `${type.name}.${field.name}`,
      type,
      field,
      isRoot: roots.includes(type),
      rule: field.extensions.access as GuardedField['rule'],
    }));
}

const fields = guardedFields();
const byRole = fields.filter(({ rule }) => rule.kind === 'role' && (rule.anyOf ?? []).length > 0);

/** The argument's value for this field, as GraphQL writes it. */
function argumentValue(coordinate: string, name: string): string {
  const value = ids[`${coordinate}(${name}:)`] ?? ids[name];
  if (value === undefined) throw new Error(`access.test.ts has no value for the argument ${coordinate}(${name}:).`);
  return value.startsWith('{') ? value : JSON.stringify(value);
}

/** The selection of the field alone: its required arguments and, where there is one, the bank. */
function selectionOf({ coordinate, field }: GuardedField): string {
  const given = field.args
    .filter((argument) => isRequiredArgument(argument) || argument.name === 'bankId')
    .map(({ name }) => `${name}: ${argumentValue(coordinate, name)}`);
  const call = given.length === 0 ? field.name : `${field.name}(${given.join(', ')})`;
  return isCompositeType(getNamedType(field.type)) ? `${call} { __typename }` : call;
}

function wayTo(guarded: GuardedField): { roles: Role[]; document: string } {
  if (guarded.isRoot) {
    const operation = guarded.type === schema.getMutationType() ? 'mutation' : 'query';
    return { roles: [], document: `${operation} { ${selectionOf(guarded)} }` };
  }
  const found = ways[guarded.type.name];
  if (found === undefined) throw new Error(`access.test.ts knows no way to the type ${guarded.type.name}.`);
  return { roles: found.roles, document: `query { ${found.around(selectionOf(guarded))} }` };
}

/** A role where it counts: at the bank, or without one. */
const rightly = (role: Role): [Role, string | null] => [role, roleScope(role) === 'system' ? null : bankId];
/** A role where it does not count: at another bank, or a system role that was given at a bank. */
const wrongly = (role: Role): [Role, string | null] => [role, roleScope(role) === 'system' ? bankId : otherBankId];

/** The value of the field in an answer: what is deepest, through the first item of each list. */
function valueAt(data: unknown, fieldName: string): unknown {
  if (Array.isArray(data)) return valueAt(data[0], fieldName);
  if (typeof data !== 'object' || data === null) return undefined;
  if (fieldName in data) return (data as Record<string, unknown>)[fieldName];
  return Object.values(data)
    .map((value) => valueAt(value, fieldName))
    .find((value) => value !== undefined);
}

async function ask(guarded: GuardedField, roles: [Role, string | null][]) {
  const { roles: wayRoles, document } = wayTo(guarded);
  const held = new Map([...wayRoles.map(rightly), ...roles].map((role) => [role.join(' '), role]));
  const caller = await gateway.createUser({ roles: [...held.values()] });
  const answer = await gateway.query(caller.token, document);
  const own = answer.errors.filter(({ path }) => path?.includes(guarded.field.name));
  return { ...answer, own, value: valueAt(answer.data, guarded.field.name) };
}

beforeAll(async () => {
  gateway = await startGateway({ environment: { GATEWAY_CUSTOMER_FIREHOSE: 'on' } });
  const { database } = gateway;
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  stranger = await gateway.createUser();
  const linked = await gateway.createUser({ roles: [['CanGetMeetings', bankId]] });
  const customer = await insertCustomer(database, { bankId });
  const child = { bankId, customerId: customer.id };
  const account = await insertAccount(database, { bankId });
  await insertAccountHolder(database, { bankId, accountId: account.id, userId: linked.id });
  const link = await insertCustomerAccountLink(database, { ...child, accountId: account.id });
  await insertUserCustomerLink(database, { ...child, userId: linked.id });
  await insertCustomerAddress(database, child);
  const attribute = await insertCustomerAttribute(database, child);
  await insertTaxResidence(database, child);
  await insertSocialMediaHandle(database, child);
  const document = await insertKycDocument(database, child);
  const check = await insertKycCheck(database, child);
  const related = { relatesToKycDocumentId: document.id, relatesToKycCheckId: check.id };
  await insertKycMedia(database, { ...child, ...related });
  await insertKycStatus(database, child);
  const meeting = await insertMeeting(database, child);
  await insertCustomerMessage(database, child);
  await insertCrmEvent(database, child);

  Object.assign(ids, {
    bankId,
    customerId: customer.id,
    customerNumber: customer.customerNumber,
    accountId: account.id,
    userId: linked.id,
    mobilePhoneNumber: '%123%',
    'Query.account(id:)': account.id,
    'Query.customerAccountLink(id:)': link.id,
    'Query.customerAttribute(id:)': attribute.id,
    'Query.meeting(id:)': meeting.id,
    'Query.user(id:)': linked.id,
    'Mutation.login(username:)': linked.username,
    'Mutation.login(password:)': 'not the password',
    'Mutation.createUser(input:)': `{ username: "${randomUUID().slice(0, 8)}.someone", password: "A long enough passphrase.", email: "someone@example.com", firstName: "Some", lastName: "One" }`,
  });

  const one = `bankId: "${bankId}", customerId: "${customer.id}"`;
  way('Bank', [], (selection) => `bank(bankId: "${bankId}") { ${selection} }`);
  way('Customer', ['CanGetCustomer'], (selection) => `customer(${one}) { ${selection} }`);
  const children: [string, Role, string][] = [
    ['CustomerAddress', 'CanGetCustomerAddress', 'customerAddresses'],
    ['CustomerAttribute', 'CanGetCustomerAttributesAtOneBank', 'customerAttributes'],
    ['CustomerAccountLink', 'CanGetCustomerAccountLinks', 'customerAccountLinks'],
    ['UserCustomerLink', 'CanGetUserCustomerLink', 'userCustomerLinksByCustomer'],
    ['TaxResidence', 'CanGetTaxResidence', 'taxResidences'],
    ['SocialMediaHandle', 'CanGetSocialMediaHandles', 'socialMediaHandles'],
    ['KycCheck', 'CanGetKycChecksAtOneBank', 'kycChecks'],
    ['KycDocument', 'CanGetKycDocumentsAtOneBank', 'kycDocuments'],
    ['KycMedia', 'CanGetKycMediaAtOneBank', 'kycMedia'],
    ['KycStatus', 'CanGetKycStatusesAtOneBank', 'kycStatuses'],
    ['CorrelatedEntity', 'CanGetCorrelatedUsersInfo', 'correlatedUsers'],
  ];
  for (const [typeName, role, field] of children) {
    way(typeName, [role], (selection) => `${field}(${one}) { ${selection} }`);
  }
  way(
    'Account',
    ['CanGetCustomerOverview'],
    (selection) => `account(bankId: "${bankId}", id: "${account.id}") { ${selection} }`,
  );
  way('User', ['CanGetAnyUser'], (selection) => `user(id: "${linked.id}") { ${selection} }`);
  way(
    'Entitlement',
    ['CanGetAnyUser', 'CanGetEntitlementsForAnyUserAtAnyBank'],
    (selection) => `user(id: "${linked.id}") { entitlements { ${selection} } }`,
  );
  way(
    'CustomerMessage',
    ['CanGetCustomerMessages'],
    (selection) => `customerMessages(${one}) { nodes { ${selection} } }`,
  );
  way('CrmEvent', ['CanGetCrmEvents'], (selection) => `crmEvents(bankId: "${bankId}") { nodes { ${selection} } }`);
  way('Meeting', ['CanGetMeetings'], (selection) => `meetings(bankId: "${bankId}") { nodes { ${selection} } }`);
});

afterAll(() => gateway.stop());

describe.each(fields.filter(({ rule }) => rule.kind !== 'public'))('$coordinate', (guarded) => {
  test('is refused to nobody', async () => {
    const document = guarded.isRoot ? wayTo(guarded).document : `query { ${selectionOfPublicWay(guarded)} }`;
    const { errors, data } = await gateway.query(null, document);

    expect(errors[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED', obpCode: 'OBP-20001' });
    expect(valueAt(data, guarded.field.name) ?? null).toBeNull();
  });
});

/** Nobody gets no further than what is public; from there on the first guarded field refuses. */
function selectionOfPublicWay(guarded: GuardedField): string {
  const found = ways[guarded.type.name];
  if (found === undefined) throw new Error(`access.test.ts knows no way to the type ${guarded.type.name}.`);
  return found.around(selectionOf(guarded));
}

/** Their roles are those of every way to their type, so nobody comes so far and is refused. */
const givenByTheirWay = [
  'KycCheck.customerNumber',
  'KycDocument.customerNumber',
  'KycMedia.customerNumber',
  'KycStatus.customerNumber',
  'SocialMediaHandle.customerNumber',
  'Account.routings',
  'Account.attributes',
  'Account.contracts',
  'User.attributes',
  'User.isSuperAdmin',
];

describe.each(byRole.filter(({ coordinate }) => !givenByTheirWay.includes(coordinate)))('$coordinate', (guarded) => {
  const anyOf = guarded.rule.anyOf ?? [];

  test('is refused to a stranger, who is told the roles', async () => {
    const { own, value } = await ask(guarded, []);

    expect(own).toHaveLength(1);
    expect(own[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', obpCode: 'OBP-20006', missingRoles: anyOf });
    expect(value ?? null).toBeNull();
  });

  test('is refused to who holds the roles where they do not count', async () => {
    const { own, value } = await ask(guarded, anyOf.map(wrongly));

    expect(own[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', obpCode: 'OBP-20006' });
    expect(value ?? null).toBeNull();
  });
});

describe.each(byRole)('$coordinate', (guarded) => {
  test.each(guarded.rule.anyOf ?? [])('is given to who holds %s', async (role) => {
    const { errors, value } = await ask(guarded, [rightly(role)]);

    expect(errors).toEqual([]);
    expect(value ?? null).not.toBeNull();
  });
});

describe.each(fields.filter(({ rule }) => rule.kind === 'authenticated'))('$coordinate', (guarded) => {
  test('lets a stranger in, for what is their own', async () => {
    const { errors } = await gateway.query(stranger.token, wayTo(guarded).document);

    expect(errors.filter(({ extensions }) => extensions.obpCode === 'OBP-20001')).toEqual([]);
  });
});

describe.each(fields.filter(({ rule }) => rule.kind === 'public'))('$coordinate', (guarded) => {
  test('is open to everybody', async () => {
    const { own } = await ask(guarded, []);

    const refusals = own.filter(({ extensions }) => ['OBP-20001', 'OBP-20006'].includes(String(extensions.obpCode)));
    expect(refusals).toEqual([]);
  });
});
