/**
 * The staff of one bank and the IDs of another. The caller holds every bank role at their own bank only. The tests walk the schema,
 * and try the IDs of the other bank in each argument and each input field that takes an ID. If this file does not know such an
 * argument, a test fails with its name.
 */
import { and, eq, getTableColumns, ne } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isObjectType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRole, type Role, roleScope, roles } from '../src/base/roles.ts';
import { bank } from '../src/domain/bank/bank.table.ts';
import { meetingInvitee } from '../src/domain/meeting/meeting-invitee.table.ts';
import { entitlementRequest } from '../src/domain/user/entitlement-request.table.ts';
import { EntitlementRequestState } from '../src/domain/user/entitlement-request-state.ts';
import { idempotencyKey } from '../src/domain/user/idempotency-key.table.ts';
import { gatewaySchema } from '../src/schema.ts';
import { type Variables, wholeEnvironment } from './support/api-cases.ts';
import { insertEveryEntity, sharedNames, type World } from './support/every-entity.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
import { documentOfRoot, rootCallOf, valueOrNull } from './support/root-calls.ts';
import { everythingStored } from './support/stored.ts';

type Field = GraphQLField<unknown, unknown>;
/** The path of a value in the variables: names, and 0 for the first item of a list. */
type Path = (string | 0)[];

interface Pair {
  /** Such as `Mutation.addKycMedia(input.relatesToKycCheckId:)`. */
  coordinate: string;
  called: Called;
  path: Path;
}

interface Called {
  coordinate: string;
  kind: 'query' | 'mutation';
  field: Field;
  variables(world: World): Variables;
  selection: string;
}

const schema = await gatewaySchema();
const bankRoles = Object.keys(roles)
  .filter(isRole)
  .filter((role) => roleScope(role) === 'bank');

/** Whether values of the type identify an object. Customer numbers do, although they are not IDs of the schema. */
function namesSomething(type: GraphQLNamedType, name: string): boolean {
  return type.name === 'ID' || name === 'customerNumber';
}

function pathsIn(type: GraphQLInputType, path: Path, within: GraphQLNamedType[] = []): Path[] {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return pathsIn(nullable.ofType, [...path, 0], within);
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return namesSomething(named, String(path.at(-1))) ? [path] : [];
  if (within.includes(named)) return [];
  const fields = Object.values(named.getFields());
  return fields.flatMap((field) => pathsIn(field.type, [...path, field.name], [...within, named]));
}

function pathText(path: Path): string {
  return path
    .map((step) => (step === 0 ? '[]' : `.${step}`))
    .join('')
    .slice(1);
}

const calls: Called[] = [];
const uncalled: string[] = [];
for (const type of [schema.getQueryType(), schema.getMutationType()]) {
  for (const field of Object.values(type?.getFields() ?? {})) {
    const coordinate = `${type?.name}.${field.name}`;
    const takesIds = field.args.some((argument) => pathsIn(argument.type, [argument.name]).length > 0);
    if (!takesIds) continue;
    const kind = type === schema.getMutationType() ? 'mutation' : 'query';
    const found = rootCallOf(kind, field);
    if (found === undefined) uncalled.push(coordinate);
    else calls.push({ coordinate, kind, field, ...found });
  }
}

/** The fields of `Subscription` are tested in `test/http/live.test.ts`. */
const rootTypes: unknown[] = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];

/** Fields below the root that take an ID. Each has a test of its own. */
const below = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter((type) => !rootTypes.includes(type))
  .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
  .flatMap(({ type, field }) =>
    field.args
      .flatMap((argument) => pathsIn(argument.type, [argument.name]))
      .map((path) => `${type.name}.${field.name}(${pathText(path)}:)`),
  );

const pairs: Pair[] = calls.flatMap((called) =>
  called.field.args
    .flatMap((argument) => pathsIn(argument.type, [argument.name]))
    .map((path) => ({ coordinate: `${called.coordinate}(${pathText(path)}:)`, called, path })),
);

/** The IDs of the other bank to try, by the name of the argument or input field. */
const foreignByName: Record<string, (world: World) => string> = {
  bankId: ({ bankId }) => bankId,
  customerId: ({ customerId }) => customerId,
  customerNumber: ({ customerNumber }) => customerNumber,
  accountId: ({ accountId }) => accountId,
  userId: ({ linkedUser }) => linkedUser.id,
  staffUserId: ({ linkedUser }) => linkedUser.id,
  customerUserId: ({ linkedUser }) => linkedUser.id,
  relatesToKycCheckId: ({ kycCheckId }) => kycCheckId,
  relatesToKycDocumentId: ({ kycDocumentId }) => kycDocumentId,
  branchId: () => 'THEIR-BRANCH',
  linkedCustomerId: ({ customerId }) => customerId,
  parentCustomerId: ({ companyId }) => companyId,
  kycCheckId: ({ kycCheckId }) => kycCheckId,
  kycDocumentId: ({ kycDocumentId }) => kycDocumentId,
  kycMediaId: ({ kycMediaId }) => kycMediaId,
};

function valueAt(container: unknown, [step, ...rest]: Path): unknown {
  return step === undefined ? container : valueAt((container as Record<string | 0, unknown> | undefined)?.[step], rest);
}

/** The ID that the same call has at the other bank, unless the name of the argument or input field says which to try. */
function foreignOf({ path, called }: Pair): ((world: World) => string) | undefined {
  const name = String(path.findLast((step) => step !== 0));
  const foreign = foreignByName[name];
  if (foreign !== undefined || typeof valueAt(called.variables(mine), path) !== 'string') return foreign;
  return (world) => String(valueAt(called.variables(world), path));
}

const ofNoBank = 'Users belong to no bank, so a caller who can write at a bank can name any user there.';
const ownName = "It is unique only at its bank or for its customer, so the caller's bank can have the same.";
const freeText = 'It is stored as a text, and refers to no object.';
const ownData = "It returns the caller's own data of any bank. The caller has none at the other bank.";
const filtered = "It filters the customers of the caller's bank, so it finds none.";

/** The places where the IDs of another bank are valid, and the reasons. Elsewhere, they must fail like unknown IDs. */
const exceptions: Record<string, { outcome: 'nothing' | 'own'; because: string }> = {
  'Query.bank(bankId:)': { outcome: 'own', because: 'The list of banks is public.' },
  'Query.myCustomers(bankId:)': { outcome: 'nothing', because: ownData },
  'Query.myCustomerMessages(bankId:)': { outcome: 'nothing', because: ownData },
  'Query.meetings(bankId:)': { outcome: 'nothing', because: ownData },
  'Query.customers(filter.customerNumber:)': { outcome: 'nothing', because: filtered },
  'Query.customers(filter.branchId:)': { outcome: 'nothing', because: filtered },
  'Query.userCustomerLinksByUser(userId:)': {
    outcome: 'nothing',
    because: "Users belong to no bank. The links at the caller's bank are returned.",
  },
  'Query.bankEntitlements(userId:)': {
    outcome: 'nothing',
    because: "Users belong to no bank. The roles at the caller's bank are returned.",
  },
  'Query.entitlements(userId:)': {
    outcome: 'nothing',
    because: "Users belong to no bank. The roles at the caller's bank are returned.",
  },
  'Query.auditEvents(userId:)': {
    outcome: 'nothing',
    because: "Users belong to no bank. The events at the caller's bank are returned.",
  },
  'Query.entitlementRequests(bankId:)': { outcome: 'nothing', because: ownData },
  'Mutation.grantEntitlement(userId:)': { outcome: 'own', because: ofNoBank },
  'Mutation.requestEntitlement(input.bankId:)': {
    outcome: 'own',
    because: 'Every user can request a role at any bank, which then decides.',
  },
  'Mutation.addKycCheck(input.kycCheckId:)': { outcome: 'own', because: ownName },
  'Mutation.addKycDocument(input.kycDocumentId:)': { outcome: 'own', because: ownName },
  'Mutation.addKycMedia(input.kycMediaId:)': { outcome: 'own', because: ownName },
  'Mutation.addKycCheck(input.staffUserId:)': { outcome: 'own', because: freeText },
  'Mutation.createAccount(input.accountId:)': { outcome: 'own', because: ownName },
  'Mutation.createAccount(input.userId:)': { outcome: 'own', because: ofNoBank },
  'Mutation.createAccount(input.branchId:)': { outcome: 'own', because: freeText },
  'Mutation.createCrmEvent(input.customerNumber:)': {
    outcome: 'own',
    because: 'The number of a customer whom the bank does not have is stored as a text.',
  },
  'Mutation.createCustomer(input.branchId:)': { outcome: 'own', because: freeText },
  'Mutation.createCustomer(input.customerNumber:)': { outcome: 'own', because: ownName },
  'Mutation.createCustomer(input.userLinks[].userId:)': { outcome: 'own', because: ofNoBank },
  'Mutation.createCustomers(input[].branchId:)': { outcome: 'own', because: freeText },
  'Mutation.createCustomers(input[].customerNumber:)': { outcome: 'own', because: ownName },
  'Mutation.createCustomers(input[].userLinks[].userId:)': { outcome: 'own', because: ofNoBank },
  'Mutation.createCustomer(input.kycChecks[].kycCheckId:)': { outcome: 'own', because: ownName },
  'Mutation.createCustomer(input.kycDocuments[].kycDocumentId:)': { outcome: 'own', because: ownName },
  'Mutation.createCustomer(input.kycMedia[].kycMediaId:)': { outcome: 'own', because: ownName },
  'Mutation.createCustomer(input.kycChecks[].staffUserId:)': { outcome: 'own', because: freeText },
  'Mutation.createCustomer(input.meeting.staffUserId:)': { outcome: 'own', because: ofNoBank },
  'Mutation.createCustomer(input.meeting.invitees[].userId:)': { outcome: 'own', because: ofNoBank },
  'Mutation.createCustomers(input[].kycChecks[].kycCheckId:)': { outcome: 'own', because: ownName },
  'Mutation.createCustomers(input[].kycDocuments[].kycDocumentId:)': { outcome: 'own', because: ownName },
  'Mutation.createCustomers(input[].kycMedia[].kycMediaId:)': { outcome: 'own', because: ownName },
  'Mutation.createCustomers(input[].kycChecks[].staffUserId:)': { outcome: 'own', because: freeText },
  'Mutation.createCustomers(input[].meeting.staffUserId:)': { outcome: 'own', because: ofNoBank },
  'Mutation.createCustomers(input[].meeting.invitees[].userId:)': { outcome: 'own', because: ofNoBank },
  'Mutation.createMeeting(input.staffUserId:)': { outcome: 'own', because: ofNoBank },
  'Mutation.createMeeting(input.invitees[].userId:)': { outcome: 'own', because: ofNoBank },
  'Mutation.createUserCustomerLink(input.userId:)': { outcome: 'own', because: ofNoBank },
  'Mutation.updateCustomerBranch(input.branchId:)': { outcome: 'own', because: freeText },
  'Mutation.updateCustomerNumber(input.customerNumber:)': { outcome: 'own', because: ownName },
  'Mutation.updateMeeting(input.staffUserId:)': { outcome: 'own', because: ofNoBank },
};

/** The other variables of a call in which two IDs would have to refer to the same object. */
const givenAlone: Record<string, (world: World) => Variables> = {
  'Mutation.requestEntitlement(input.bankId:)': () => ({ input: { roleName: 'CanGetCustomer', reason: 'My work' } }),
  'Mutation.createCrmEvent(input.customerNumber:)': ({ bankId }) => ({
    bankId,
    input: { customerName: 'Eveline Tripman', category: 'Call' },
  }),
};

/** The other fields of an input object that contains the ID, if the call does not contain such an object. */
const around: Record<string, Variables> = {
  accountLinks: { relationshipType: 'Owner' },
  invitees: { contactDetails: { name: 'Eveline Tripman' } },
  customerLinks: { relationshipTo: 'GUARDIAN' },
  kycChecks: { date: '2024-03-01T00:00:00Z', how: 'online', staffUserId: '1', staffName: 'Simon', satisfied: true },
  kycDocuments: {
    ...{ type: 'passport', number: '1', issuePlace: 'Berlin', issueDate: '2020-01-01', expiryDate: '2030-01-01' },
  },
  kycMedia: { type: 'image', url: 'https://media.example.com/1.png', date: '2024-03-01T00:00:00Z' },
  meeting: {
    ...{ providerId: 'jitsi', purposeId: 'onboarding', date: '2024-03-01T00:00:00Z' },
    ...{ creator: { name: 'Simon' }, invitees: [] },
  },
};

/** The variables with this value at the path. */
function placed(container: unknown, path: Path, value: string, name = ''): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (step === 0) {
    const [first, ...others] = Array.isArray(container) ? container : [];
    return [placed(first ?? around[name], rest, value), ...others];
  }
  const record = (container ?? around[name] ?? {}) as Variables;
  return { ...record, [step]: placed(record[step], rest, value, step) };
}

function documentOf({ kind, field, selection }: Called): string {
  return documentOfRoot(kind, field, selection);
}

function allBankRoles({ bankId }: World): [Role, string][] {
  return bankRoles.map((role) => [role, bankId]);
}

async function clerkOf(world: World): Promise<string> {
  return (await gateway.createUser({ roles: allBankRoles(world) })).token;
}

/** All rows of a bank, and those of users, who belong to no bank. */
function storedAt({ bankId, meetingId }: World) {
  return everythingStored(gateway.database, (table) => {
    if (table === bank) return eq(bank.id, bankId);
    if (table === meetingInvitee) return eq(meetingInvitee.meetingId, meetingId);
    if (table === idempotencyKey) return null;
    const { bankId: bankColumn }: Record<string, SQLiteColumn> = getTableColumns(table);
    const isOfBank = bankColumn && eq(bankColumn, bankId);
    // Every user can request a role. Only decided requests belong to the bank.
    return table === entitlementRequest
      ? and(isOfBank, ne(entitlementRequest.state, EntitlementRequestState.REQUESTED))
      : isOfBank;
  });
}

function textsOf({ furtherIds, linkedUser, ...world }: World): string[] {
  const texts = Object.values(world).filter((value) => typeof value === 'string');
  return [...texts, ...Object.values(furtherIds)];
}

/** The IDs of objects that exist at this bank only. */
function ownIds(world: World): string[] {
  const names = new Set(Object.values(sharedOf(world)));
  return textsOf(world).filter((value) => !names.has(value));
}

/** Whether the value is of this world, or an ID that no bank has. */
function isNamed(world: World, value: string): boolean {
  return [...textsOf(world), world.linkedUser.id, world.colleague.id, 'THEIR-BRANCH'].includes(value);
}

function sharedOf(world: World) {
  const { customerNumber, accountId, freeAccountId, kycCheckId, kycDocumentId, kycMediaId, definitionName } = world;
  return { customerNumber, accountId, freeAccountId, kycCheckId, kycDocumentId, kycMediaId, definitionName };
}

let gateway: Gateway;
/** The caller's bank. */
let mine: World;
/** The other bank. It shares no ID with the caller's bank. */
let theirs: World;
let clerk: string;

beforeAll(async () => {
  gateway = await startGateway({ environment: wholeEnvironment });
  mine = await insertEveryEntity(gateway);
  theirs = await insertEveryEntity(gateway);
  clerk = await clerkOf(mine);
});

afterAll(() => gateway.stop());

describe('the walk', () => {
  test('knows how to call every root field that takes an ID', () => {
    expect(
      uncalled,
      'Add a mutation to gatewayCases in test/support/api-cases.ts, and a query to furtherReads in test/support/root-calls.ts.',
    ).toEqual([]);
  });

  test('knows an ID of another bank for every argument and input field that takes an ID', () => {
    const unknown = pairs.filter((pair) => {
      const foreign = foreignOf(pair);
      return foreign === undefined || !isNamed(theirs, foreign(theirs));
    });

    expect(
      unknown.map(({ coordinate }) => coordinate),
      'Name an ID of World in `given` of the case, or add the argument to foreignByName in test/isolation.test.ts.',
    ).toEqual([]);
  });

  test('has only exceptions for arguments that exist', () => {
    const known = pairs.map(({ coordinate }) => coordinate);
    const named = Object.keys(exceptions);

    expect(named.filter((coordinate) => !known.includes(coordinate))).toEqual([]);
  });
});

/** Whether a bank role is enough for the field. */
function isOfBank({ field }: Called): boolean {
  const { kind, anyOf = [] } = field.extensions.access as { kind: string; anyOf?: Role[] };
  return kind !== 'role' || anyOf.some((role) => roleScope(role) === 'bank');
}

async function tried({ called, path }: Pair, value: string, from: World = mine) {
  const variables = placed(called.variables(from), path, value) as Variables;
  const { data, errors } = await gateway.query(clerk, documentOf(called), variables);
  return { value: valueOrNull(data?.[called.field.name]), errors };
}

function foreignFor(pair: Pair): string {
  const foreign = foreignOf(pair);
  if (foreign === undefined) throw new Error(`isolation.test.ts does not know what to try in ${pair.coordinate}.`);
  return foreign(theirs);
}

/** Related evidence and linked customers are parts of the input, and OBP has no error for them. */
const refusedAsInput = ['relatesToKycCheckId', 'relatesToKycDocumentId', 'linkedCustomerId', 'parentCustomerId'];

function refusedAs({ called, path }: Pair): string {
  if (refusedAsInput.includes(String(path.at(-1)))) return 'BAD_USER_INPUT';
  return isOfBank(called) ? 'NOT_FOUND' : 'FORBIDDEN';
}

const isBankArgument = ({ coordinate, path }: Pair) =>
  (path.length === 1 && path[0] === 'bankId') || coordinate === 'Mutation.grantEntitlement(input.bankId:)';
const regular = pairs.filter(({ coordinate }) => exceptions[coordinate] === undefined);
const withNothing = pairs.filter(({ coordinate }) => exceptions[coordinate]?.outcome === 'nothing');
const withOwn = pairs.filter(({ coordinate }) => exceptions[coordinate]?.outcome === 'own');

function named(some: Pair[]): [string, Pair][] {
  return some.map((pair) => [pair.coordinate, pair]);
}

describe(`an ID of another bank (${regular.length} of ${pairs.length} arguments)`, () => {
  test.each(named(regular.filter((pair) => !isBankArgument(pair))))(
    'in %s fails like an unknown ID, and changes nothing',
    async (_coordinate, pair) => {
      const before = await everythingStored(gateway.database);

      const foreign = await tried(pair, foreignFor(pair));
      const nobodys = await tried(pair, 'no-such-id');

      expect(foreign.value).toBeNull();
      expect(foreign.errors.map(({ extensions }) => extensions.code)).toEqual([refusedAs(pair)]);
      expect(foreign.errors).toEqual(nobodys.errors);
      expect(await everythingStored(gateway.database)).toEqual(before);
    },
  );

  test.each(named(regular.filter(isBankArgument)))(
    'in %s is refused together with the IDs of either bank, and changes nothing',
    async (_coordinate, pair) => {
      const before = await everythingStored(gateway.database);

      const answers = [await tried(pair, theirs.bankId), await tried(pair, theirs.bankId, theirs)];

      expect(answers.map(({ value }) => value)).toEqual([null, null]);
      expect(answers.map(({ errors }) => errors.map(({ extensions }) => extensions.obpCode))).toEqual([
        ['OBP-20006'],
        ['OBP-20006'],
      ]);
      expect(await everythingStored(gateway.database)).toEqual(before);
    },
  );
});

describe('an ID of another bank in an exception', () => {
  test.each(named(withNothing))('finds nothing in %s, and changes nothing', async (_coordinate, pair) => {
    const before = await everythingStored(gateway.database);

    const { value, errors } = await tried(pair, foreignFor(pair));

    expect(errors).toEqual([]);
    const list = Array.isArray(value) ? value : (value as { nodes?: unknown }).nodes;
    expect(list, exceptions[pair.coordinate]?.because).toEqual([]);
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test.each(named(withOwn))('is valid in %s, and changes nothing at the other bank', async (_coordinate, pair) => {
    const { called, path, coordinate } = pair;
    const own = await insertEveryEntity(gateway);
    const ownClerk = await clerkOf(own);
    const before = await storedAt(theirs);
    const given = givenAlone[coordinate] ?? called.variables;
    const variables = placed(given(own), path, foreignFor(pair)) as Variables;

    const { data, errors } = await gateway.query(ownClerk, documentOf(called), variables);

    expect(errors, exceptions[coordinate]?.because).toEqual([]);
    const told = ownIds(theirs).filter((id) => id !== foreignFor(pair) && JSON.stringify(data).includes(id));
    expect(told).toEqual([]);
    expect(await storedAt(theirs)).toEqual(before);
  });
});

describe('below the root', () => {
  test('only Bank.customers takes IDs', () => {
    expect(below.sort()).toEqual(['Bank.customers(filter.branchId:)', 'Bank.customers(filter.customerNumber:)']);
  });

  test('Bank.customers(filter.customerNumber:) finds no customer of another bank', async () => {
    const document = `query ($bankId: ID!, $customerNumber: String) {
      bank(bankId: $bankId) { customers(filter: { customerNumber: $customerNumber }) { nodes { id } } } }`;
    const { bankId, customerNumber } = mine;

    const foreign = await gateway.query(clerk, document, { bankId, customerNumber: theirs.customerNumber });
    const own = await gateway.query(clerk, document, { bankId, customerNumber });

    expect(foreign).toMatchObject({ errors: [], data: { bank: { customers: { nodes: [] } } } });
    expect(own.data).toEqual({ bank: { customers: { nodes: [{ id: mine.customerId }] } } });
  });
});

/** Fields with an ID of a customer and an ID of the customer's object, which could reach objects of another customer. */
const throughCustomer = calls.filter(({ coordinate, field }) => {
  const names = field.args.map(({ name }) => name);
  const naming = ['Mutation.retractKycEvidence', 'Mutation.addKycMedia'];
  return names.includes('customerId') && (names.includes('id') || naming.includes(coordinate));
});

describe('an object of another customer of the bank', () => {
  test.each(throughCustomer.map((called): [string, Called] => [called.coordinate, called]))(
    'is not found by %s, and nothing changes',
    async (_coordinate, called) => {
      const before = await everythingStored(gateway.database);
      const variables = { ...called.variables(mine), customerId: mine.otherCustomerId };

      const { data, errors } = await gateway.query(clerk, documentOf(called), variables);

      expect(data?.[called.field.name] ?? null).toBeNull();
      const isMedia = called.coordinate === 'Mutation.addKycMedia';
      expect(errors.map(({ extensions }) => extensions.code)).toEqual([isMedia ? 'BAD_USER_INPUT' : 'NOT_FOUND']);
      expect(await everythingStored(gateway.database)).toEqual(before);
    },
  );
});

describe('a bank with the same customer numbers, account IDs and KYC IDs', () => {
  test.each(calls.filter(isOfBank).map((called): [string, Called] => [called.coordinate, called]))(
    'is not reached by %s',
    async (_coordinate, called) => {
      const own = await insertEveryEntity(gateway, sharedNames());
      const alike = await insertEveryEntity(gateway, sharedOf(own));
      const ownClerk = await clerkOf(own);
      const before = await storedAt(alike);

      const { data, errors } = await gateway.query(ownClerk, documentOf(called), called.variables(own));

      const unlinked = called.coordinate === 'Query.myCustomer' ? ['OBP-30046'] : [];
      expect(errors.map(({ extensions }) => extensions.obpCode)).toEqual(unlinked);
      expect(ownIds(alike).filter((id) => JSON.stringify(data).includes(id))).toEqual([]);
      expect(await storedAt(alike)).toEqual(before);
    },
  );
});
