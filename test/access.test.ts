import { randomUUID } from 'node:crypto';
import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  getNamedType,
  isCompositeType,
  isIntrospectionType,
  isObjectType,
  isRequiredArgument,
  print,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Role, roleScope } from '../src/base/roles.ts';
import { setRetentionDays } from '../src/domain/bank/bank-administration.ts';
import { grantRole } from '../src/domain/user/user-administration.ts';
import type { PermissionType } from '../src/graph/access/permissions.ts';
import { printedAccess } from '../src/graph/access/printed-access.ts';
import { gatewaySchema } from '../src/schema.ts';
import { gatewayCases, wholeEnvironment } from './support/api-cases.ts';
import { insertEveryEntity, type World } from './support/every-entity.ts';
import { type Gateway, type ResponseError, startGateway, type TestUser } from './support/gateway.ts';
import { valueOrNull } from './support/root-calls.ts';
import { insertCustomer } from './support/rows.ts';

/**
 * Walks the schema and tries every guarded field: as an anonymous caller, without roles, with the roles where they do not apply, and
 * with each of the roles. If this file does not know a type, argument or input, a test fails with its name.
 */

interface Rule {
  kind: 'public' | 'authenticated' | 'role';
  anyOf?: Role[];
}

interface GuardedField {
  coordinate: string;
  type: GraphQLObjectType;
  field: GraphQLField<unknown, unknown>;
  rule: Rule;
}

/** The operation that selects an object of a type, and the roles that it requires. */
interface Way {
  roles: Role[];
  document(world: World, selection: string): string;
}

const schema = await gatewaySchema();
const otherBankId = 'access.other.bank';

let gateway: Gateway;
/** The world for reads. Tests that write create their own. */
let sharedWorld: World;

beforeAll(async () => {
  gateway = await startGateway({ environment: { ...wholeEnvironment, GATEWAY_CUSTOMER_FIREHOSE: 'on' } });
  await gateway.createBank(otherBankId);
  sharedWorld = await newWorld();
  // CustomerPastRetention.customer needs a customer who was closed long ago.
  await setRetentionDays(gateway.database, sharedWorld.bankId, 30);
  await insertCustomer(gateway.database, { bankId: sharedWorld.bankId, closedOn: '2020-05-31' });
});

afterAll(() => gateway.stop());

async function newWorld(): Promise<World> {
  const world = await insertEveryEntity(gateway);
  const { username } = world.linkedUser;
  // User.entitlements needs an entitlement.
  await grantRole(gateway.database, { username, roleName: 'CanGetMeetings', bankId: world.bankId });
  // AuditEvent.user needs an audit event.
  await gateway.query(world.colleague.token, `{ customer(${ofOne(world)}) { id } }`);
  return world;
}

/** The types that only streams contain. `test/http/live.test.ts` tests the access to their fields. */
const streamedTypes: readonly string[] = ['Subscription', 'CustomerChange', 'KycWorkChange'];

const fields: GuardedField[] = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type))
  .filter((type) => !isIntrospectionType(type) && !streamedTypes.includes(type.name))
  .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
  .filter(({ field }) => field.extensions.access !== undefined)
  .map(({ type, field }) => ({
    coordinate: `${type.name}.${field.name}`,
    type,
    field,
    rule: field.extensions.access as Rule,
  }));
const guardedFields = fields.filter(({ rule }) => rule.kind !== 'public');
const fieldsByRole = fields.filter(({ rule }) => rule.kind === 'role' && (rule.anyOf ?? []).length > 0);

const isRoot = ({ type }: GuardedField) => type === schema.getQueryType() || type === schema.getMutationType();

const addressInput = '{ line1: "No 1 the Road", city: "Berlin", postcode: "13359", countryCode: "DE" }';
const attributeInput = '{ name: "SHOE_SIZE", type: INTEGER, value: "42" }';
const customerInput = '{ legalName: "Eveline Tripman", mobilePhoneNumber: "+447972444876" }';
const date = '2024-03-01T00:00:00Z';

/** Values of arguments and inputs, by coordinate or, if they are the same for all fields, by name. */
const values: Record<string, (world: World) => string> = {
  bankId: ({ bankId }) => JSON.stringify(bankId),
  customerId: ({ customerId }) => JSON.stringify(customerId),
  customerNumber: ({ customerNumber }) => JSON.stringify(customerNumber),
  accountId: ({ accountId }) => JSON.stringify(accountId),
  accountIds: ({ accountId }) => JSON.stringify([accountId]),
  customerIds: ({ customerId }) => JSON.stringify([customerId]),
  userId: ({ linkedUser }) => JSON.stringify(linkedUser.id),
  mobilePhoneNumber: () => '"%123%"',
  'Customer.asOf(time:)': () => JSON.stringify(new Date().toISOString()),
  'Query.customerAccountLink(id:)': ({ customerAccountLinkId }) => JSON.stringify(customerAccountLinkId),
  'Query.customerAttribute(id:)': ({ attributeId }) => JSON.stringify(attributeId),
  'Query.customersWithKycGaps(gap:)': () => 'NO_SATISFIED_CHECK',
  'Query.expiringKycDocuments(before:)': () => '"9999-12-31"',
  'Query.findUser(username:)': ({ linkedUser }) => JSON.stringify(linkedUser.username),
  'Query.meeting(id:)': ({ meetingId }) => JSON.stringify(meetingId),
  'Mutation.login(username:)': ({ linkedUser }) => JSON.stringify(linkedUser.username),
  'Mutation.login(password:)': () => '"not the password"',
  'Mutation.requestPasswordReset(usernameOrEmail:)': ({ linkedUser }) => JSON.stringify(linkedUser.username),
  'Mutation.resetPassword(token:)': () => '"not a token"',
  'Mutation.resetPassword(newPassword:)': () => '"A long enough passphrase."',
  'Mutation.changeMyPassword(oldPassword:)': () => '"not the password"',
  'Mutation.changeMyPassword(newPassword:)': () => '"A long enough passphrase."',
  'Mutation.deleteCustomerAccountLink(id:)': ({ customerAccountLinkId }) => JSON.stringify(customerAccountLinkId),
  'Mutation.deleteCustomerAddress(id:)': ({ addressId }) => JSON.stringify(addressId),
  'Mutation.deleteCustomerAttribute(id:)': ({ attributeId }) => JSON.stringify(attributeId),
  'Mutation.deleteCustomerAttributeDefinition(id:)': ({ definitionId }) => JSON.stringify(definitionId),
  'Mutation.deleteSocialMediaHandle(id:)': ({ socialMediaHandleId }) => JSON.stringify(socialMediaHandleId),
  'Mutation.deleteTaxResidence(id:)': ({ taxResidenceId }) => JSON.stringify(taxResidenceId),
  'Mutation.deleteUserCustomerLink(id:)': ({ userCustomerLinkId }) => JSON.stringify(userCustomerLinkId),
  'Mutation.revokeEntitlement(id:)': ({ entitlementId }) => JSON.stringify(entitlementId),
  'Mutation.approveEntitlementRequest(id:)': ({ entitlementRequestId }) => JSON.stringify(entitlementRequestId),
  'Mutation.rejectEntitlementRequest(id:)': ({ entitlementRequestId }) => JSON.stringify(entitlementRequestId),
  'Mutation.rejectEntitlementRequest(reason:)': () => '"Not needed"',
  'Mutation.confirmKycStatus(id:)': ({ kycStatusProposalId }) => JSON.stringify(kycStatusProposalId),
  'Mutation.rejectKycStatus(id:)': ({ kycStatusProposalId }) => JSON.stringify(kycStatusProposalId),
  'Mutation.createCustomerLink(customerId:)': ({ companyId }) => JSON.stringify(companyId),
  'Mutation.liftLegalHold(customerId:)': ({ otherCustomerId }) => JSON.stringify(otherCustomerId),
  'Mutation.reopenCustomer(customerId:)': ({ otherCustomerId }) => JSON.stringify(otherCustomerId),
  'Mutation.rejectKycStatus(reason:)': () => '"The passport had expired"',
  'Mutation.updateCustomerAccountLink(id:)': ({ customerAccountLinkId }) => JSON.stringify(customerAccountLinkId),
  'Mutation.updateCustomerAddress(id:)': ({ addressId }) => JSON.stringify(addressId),
  'Mutation.updateCustomerAttribute(id:)': ({ attributeId }) => JSON.stringify(attributeId),
  'Mutation.updateMeeting(id:)': ({ meetingId }) => JSON.stringify(meetingId),
  'Mutation.updateUserCustomerLink(id:)': ({ userCustomerLinkId }) => JSON.stringify(userCustomerLinkId),
  AccountAttributeInput: () => '{ name: "OVERDRAFT", type: INTEGER, value: "100" }',
  AddKycCheckInput: () =>
    `{ date: "${date}", how: "online", staffUserId: "staff-1", staffName: "Simon", satisfied: true }`,
  AddKycDocumentInput: () =>
    '{ type: "passport", number: "1", issueDate: "2020-01-01", issuePlace: "Berlin", expiryDate: "2030-01-01" }',
  AddKycMediaInput: () => `{ type: "image", url: "https://media.example.com/1.png", date: "${date}" }`,
  AddKycStatusInput: () => `{ ok: true, date: "${date}" }`,
  CreateAccountInput: () =>
    '{ label: "Everyday", productCode: "CURRENT", branchId: "DERBY6", balance: { currency: "EUR", amount: "0" } }',
  CreateBankInput: () => `{ bankId: "bank-${randomUUID()}", shortName: "Bank", fullName: "The Bank" }`,
  CreateCrmEventInput: ({ customerId }) => `{ category: "Call", channel: "Phone", customerId: "${customerId}" }`,
  CreateCustomerAccountLinkInput: ({ freeAccountId }) => `{ accountId: "${freeAccountId}", relationshipType: "Owner" }`,
  CreateCustomerInput: () => customerInput,
  'Mutation.createCustomers(input:)': () => `[${customerInput}]`,
  CreateCustomerMessageInput: () => '{ message: "Hello", fromDepartment: "Cards", fromPerson: "Tom" }',
  CreateMeetingInput: ({ customerId }) =>
    `{ customerId: "${customerId}", providerId: "jitsi", purposeId: "onboarding", date: "${date}", creator: { name: "Simon" }, invitees: [] }`,
  CreateUserCustomerLinkInput: ({ freeUser }) => `{ userId: "${freeUser.id}" }`,
  CreateUserInput: () =>
    `{ username: "${randomUUID().slice(0, 8)}.someone", password: "A long enough passphrase.", email: "someone@example.com", firstName: "Some", lastName: "One" }`,
  CustomerAddressInput: () => addressInput,
  UpdateCustomerAddressInput: () => addressInput,
  CustomerAttributeDefinitionInput: () =>
    '{ name: "SHOE_SIZE", type: INTEGER, canBeSeenOnViews: ["owner"], isActive: true }',
  CustomerAttributeInput: () => attributeInput,
  UpdateCustomerAttributeInput: () => attributeInput,
  GrantEntitlementInput: ({ bankId }) => `{ roleName: CanGetCustomer, bankId: "${bankId}" }`,
  RequestEntitlementInput: ({ bankId }) => `{ roleName: CanGetCustomer, bankId: "${bankId}", reason: "My work" }`,
  RetractKycEvidenceInput: ({ kycCheckId }) => `{ kind: CHECK, kycEvidenceId: "${kycCheckId}", reason: "A mistake" }`,
  SocialMediaHandleInput: () => '{ type: "linkedin", handle: "@other" }',
  TaxResidenceInput: () => '{ domain: "France", taxNumber: "tax-2" }',
  UpdateCustomerAccountLinkInput: () => '{ relationshipType: "Signatory" }',
  UpdateCustomerBranchInput: () => '{ branchId: "DERBY7" }',
  UpdateCustomerCreditLimitInput: () => '{ creditLimit: { currency: "EUR", amount: "10" } }',
  UpdateCustomerCreditRatingAndSourceInput: () => '{ creditRating: "AA", creditSource: "Experian" }',
  UpdateCustomerDataInput: () => '{ dependants: 0, dobOfDependants: [] }',
  UpdateCustomerEmailInput: () => '{ email: "new@example.com" }',
  UpdateCustomerIdentityInput: () => '{ legalName: "Eveline Smith" }',
  UpdateCustomerMobilePhoneNumberInput: () => '{ mobilePhoneNumber: "+4915112345678" }',
  UpdateCustomerNumberInput: () => `{ customerNumber: "${randomUUID()}" }`,
  UpdateMeetingInput: () => `{ when: "${date}", cancelled: false }`,
  UpdateUserCustomerLinkInput: () => '{ isActive: false }',
  UserAttributeInput: () => '{ name: "LANGUAGE", type: STRING, value: "de" }',
};

/** The value of an argument in the case of the mutation. */
function valueOfCase({ name }: GuardedField['field'], argument: GraphQLArgument, world: World): string {
  const value = gatewayCases[name]?.variables(world)[argument.name];
  const literal = value === undefined ? null : astFromValue(value, argument.type);
  if (literal === null || literal === undefined) {
    throw new Error(`Add a case for ${name} with a value of ${argument.name} to test/support/api-cases.ts.`);
  }
  return print(literal);
}

/** The field with its required arguments, with `bankId` if it has one, and with the arguments whose values stand above. */
function selectionOf({ coordinate, field }: GuardedField, world: World, omitted: readonly string[] = []): string {
  const given = field.args
    .filter(({ name }) => !omitted.includes(name))
    .filter(
      (argument) =>
        isRequiredArgument(argument) || argument.name === 'bankId' || `${coordinate}(${argument.name}:)` in values,
    )
    .map((argument) => {
      const own = `${coordinate}(${argument.name}:)`;
      const value = values[own] ?? values[argument.name] ?? values[getNamedType(argument.type).name];
      return `${argument.name}: ${value?.(world) ?? valueOfCase(field, argument, world)}`;
    });
  const call = given.length === 0 ? field.name : `${field.name}(${given.join(', ')})`;
  return isCompositeType(getNamedType(field.type)) ? `${call} { __typename }` : call;
}

const ofOne = ({ bankId, customerId }: World) => `bankId: "${bankId}", customerId: "${customerId}"`;

function wayByField(role: Role, name: string): Way {
  return { roles: [role], document: (world, selection) => `{ ${name}(${ofOne(world)}) { ${selection} } }` };
}

function wayByConnection(role: Role, call: (world: World) => string): Way {
  return { roles: [role], document: (world, selection) => `{ ${call(world)} { nodes { ${selection} } } }` };
}

/** The customer that is closed and under a legal hold. */
const wayByClosedCustomer: Way = {
  roles: ['CanGetCustomer'],
  document: ({ bankId, otherCustomerId }, selection) =>
    `{ customer(bankId: "${bankId}", customerId: "${otherCustomerId}") { ${selection} } }`,
};

function wayByRetraction(kind: string, idOf: (world: World) => string): Way {
  return {
    roles: ['CanRetractKycEvidence'],
    document: (world, selection) => {
      const input = `{ kind: ${kind}, kycEvidenceId: "${idOf(world)}", reason: "A mistake" }`;
      return `mutation { retractKycEvidence(${ofOne(world)}, input: ${input}) { ${selection} } }`;
    },
  };
}

function wayByHistory(typeName: string): [string, Way] {
  const document = (world: World, selection: string) =>
    `{ customer(${ofOne(world)}) { history { nodes { ... on ${typeName} { ${selection} } } } } }`;
  return [typeName, { roles: ['CanGetCustomer', 'CanGetCustomerHistory'], document }];
}

const historyEntry = schema.getType('CustomerHistoryEntry') as GraphQLInterfaceType;
const historyTypes = schema.getPossibleTypes(historyEntry).map(({ name }) => name);

/** The ways to types and, if the way to their type is not enough, to fields. */
const ways: Record<string, Way> = {
  'Customer.closing': wayByClosedCustomer,
  'Customer.legalHold': wayByClosedCustomer,
  CustomerClosing: {
    roles: ['CanGetCustomer', 'CanCloseCustomer'],
    document: (world, selection) => wayByClosedCustomer.document(world, `closing { ${selection} }`),
  },
  LegalHold: wayByConnection('CanSetLegalHold', ({ bankId }) => `legalHolds(bankId: "${bankId}")`),
  CustomerPastRetention: wayByConnection(
    'CanDeleteCustomerCascade',
    ({ bankId }) => `customersPastRetention(bankId: "${bankId}")`,
  ),
  ...Object.fromEntries(historyTypes.map(wayByHistory)),
  CustomerAsOf: {
    roles: ['CanGetCustomer', 'CanGetCustomerHistory'],
    document: (world, selection) =>
      `{ customer(${ofOne(world)}) { asOf(time: "${new Date().toISOString()}") { ${selection} } } }`,
  },
  Bank: { roles: [], document: ({ bankId }, selection) => `{ bank(bankId: "${bankId}") { ${selection} } }` },
  Customer: wayByField('CanGetCustomer', 'customer'),
  CustomerMessage: wayByConnection('CanGetCustomerMessages', (world) => `customerMessages(${ofOne(world)})`),
  AuditEvent: wayByConnection(
    'CanGetAuditEvents',
    ({ bankId, colleague }) => `auditEvents(bankId: "${bankId}", userId: "${colleague.id}")`,
  ),
  CrmEvent: wayByConnection('CanGetCrmEvents', ({ bankId }) => `crmEvents(bankId: "${bankId}")`),
  EntitlementRequest: wayByConnection(
    'CanCreateEntitlementAtOneBank',
    ({ bankId }) => `entitlementRequests(bankId: "${bankId}")`,
  ),
  CustomerReview: wayByConnection(
    'CanGetKycStatusesAtOneBank',
    ({ bankId }) => `customersDueForReview(bankId: "${bankId}")`,
  ),
  CustomerKycGap: wayByConnection(
    'CanGetKycStatusesAtOneBank',
    ({ bankId }) => `customersWithKycGaps(bankId: "${bankId}", gap: NO_SATISFIED_CHECK)`,
  ),
  KycStatusProposal: wayByConnection('CanGetKycStatusesAtOneBank', (world) => `kycStatusProposals(${ofOne(world)})`),
  // The second customer has the phone number of the first one.
  PossibleDuplicate: {
    roles: ['CanCreateCustomer', 'CanGetCustomers'],
    document: ({ bankId }, selection) => {
      const call = `createCustomer(bankId: "${bankId}", input: { legalName: "Ada", mobilePhoneNumber: "+447972000001" })`;
      return `mutation { original: ${call} { __typename } ${call} { possibleDuplicates { ${selection} } } }`;
    },
  },
  KycRetraction: {
    roles: ['CanGetKycChecksAtOneBank'],
    document: (world, selection) => `{ kycChecks(${ofOne(world)}) { retraction { ${selection} } } }`,
  },
  'KycEvidencePayload.kycCheck': wayByRetraction('CHECK', ({ kycCheckId }) => kycCheckId),
  'KycEvidencePayload.kycDocument': wayByRetraction('DOCUMENT', ({ kycDocumentId }) => kycDocumentId),
  'KycEvidencePayload.kycMedia': wayByRetraction('MEDIA', ({ kycMediaId }) => kycMediaId),
  MeetingPayload: {
    roles: ['CanCreateMeeting'],
    document: ({ bankId, customerId }, selection) => {
      const input = `customerId: "${customerId}", providerId: "jitsi", purposeId: "p", date: "${date}", creator: { name: "S" }`;
      return `mutation { createMeeting(bankId: "${bankId}", input: { ${input}, invitees: [] }) { ${selection} } }`;
    },
  },
  RevokeEntitlementPayload: {
    roles: ['CanDeleteEntitlementAtOneBank'],
    document: ({ entitlementId }, selection) =>
      `mutation { revokeEntitlement(id: "${entitlementId}") { ${selection} } }`,
  },
  Meeting: wayByConnection('CanGetMeetings', ({ bankId }) => `meetings(bankId: "${bankId}")`),
  Account: {
    roles: ['CanGetCustomerOverview'],
    document: ({ bankId, accountId }, selection) =>
      `{ account(bankId: "${bankId}", accountId: "${accountId}") { ${selection} } }`,
  },
  AccountSummary: {
    roles: ['CanCreateAccountAttributeAtOneBank'],
    document: ({ bankId, accountId }, selection) =>
      `mutation { createAccountAttribute(bankId: "${bankId}", accountId: "${accountId}", input: ${values.AccountAttributeInput?.(sharedWorld)}) { account { ${selection} } } }`,
  },
  User: {
    roles: ['CanGetAnyUser'],
    document: ({ linkedUser }, selection) => `{ user(userId: "${linkedUser.id}") { ${selection} } }`,
  },
  Entitlement: {
    roles: ['CanGetAnyUser', 'CanGetEntitlementsForAnyUserAtAnyBank'],
    document: ({ linkedUser }, selection) => `{ user(userId: "${linkedUser.id}") { entitlements { ${selection} } } }`,
  },
};

/** The root query that lists the objects of a type for a customer. */
function wayByList(typeName: string): Way | undefined {
  const nodeOf = ({ type }: GuardedField['field']) => {
    const named = getNamedType(type);
    const nodes = isObjectType(named) ? named.getFields().nodes : undefined;
    return { isConnection: nodes !== undefined, name: getNamedType(nodes?.type ?? type).name };
  };
  const list = fields.find(({ type, field, rule }) => {
    const names = new Set(field.args.map(({ name }) => name)).difference(new Set(['first', 'after']));
    const isOfCustomer = names.size === 2 && names.has('bankId') && names.has('customerId');
    return type === schema.getQueryType() && rule.kind === 'role' && isOfCustomer && nodeOf(field).name === typeName;
  });
  const role = list?.rule.anyOf?.[0];
  if (list === undefined || role === undefined) return undefined;
  const { name } = list.field;
  return nodeOf(list.field).isConnection
    ? wayByConnection(role, (world) => `${name}(${ofOne(world)})`)
    : wayByField(role, name);
}

/** A mutation that returns the payload and requires a role. */
function wayByMutation(typeName: string): Way | undefined {
  const mutation = fields.find(
    ({ type, field, rule }) =>
      type === schema.getMutationType() && rule.kind === 'role' && getNamedType(field.type).name === typeName,
  );
  if (mutation === undefined) return undefined;
  return {
    roles: (mutation.rule.anyOf ?? []).slice(0, 1),
    document: (world, selection) =>
      `mutation { ${selectionOf(mutation, world).replace('{ __typename }', `{ ${selection} }`)} }`,
  };
}

function wayTo(guarded: GuardedField): Way {
  if (isRoot(guarded)) {
    const operation = guarded.type === schema.getMutationType() ? 'mutation' : 'query';
    return { roles: [], document: (_world, selection) => `${operation} { ${selection} }` };
  }
  const { name } = guarded.type;
  const way = ways[guarded.coordinate] ?? ways[name] ?? wayByList(name) ?? wayByMutation(name);
  if (way === undefined)
    throw new Error(`Add an operation that selects the type ${name} to \`ways\` in test/access.test.ts.`);
  return way;
}

/** The value of the field in a response. Takes the first item of each list that has the field. */
function valueAt(data: unknown, fieldName: string): unknown {
  if (Array.isArray(data)) {
    return data.map((item) => valueAt(item, fieldName)).find((value) => value !== undefined);
  }
  if (typeof data !== 'object' || data === null) return undefined;
  if (fieldName in data) return (data as Record<string, unknown>)[fieldName];
  return Object.values(data)
    .map((value) => valueAt(value, fieldName))
    .find((value) => value !== undefined);
}

/** A role where it applies: at the bank, or without a bank. */
const rightly =
  ({ bankId }: World) =>
  (role: Role): [Role, string | null] => [role, roleScope(role) === 'system' ? null : bankId];
/** A role where it does not apply: at another bank, or a system role that was granted at a bank. */
const wrongly =
  ({ bankId }: World) =>
  (role: Role): [Role, string | null] => [role, roleScope(role) === 'system' ? bankId : otherBankId];

/** The permission that states the access to a field, and the types that list it. */
const rules = JSON.parse(printedAccess(schema)) as Record<
  string,
  { permission?: string; permissionOf?: PermissionType[] }
>;

/**
 * The types that list the permission of the field for the caller. The caller reaches the customer through a list, whose
 * role allows nothing else of a customer.
 */
async function typesWithPermission({ coordinate }: GuardedField, { token }: TestUser, world: World) {
  const { permission = '', permissionOf = [] } = rules[coordinate] ?? {};
  const filter = `{ customerNumber: ${JSON.stringify(world.customerNumber)} }`;
  const customers = `customers(filter: ${filter}) { nodes { id viewerPermissions } }`;
  const document = `{ viewerPermissions bank(bankId: "${world.bankId}") { viewerPermissions ${permissionOf.includes('Customer') ? customers : ''} } }`;
  const { data, errors } = await gateway.query<{
    viewerPermissions: string[];
    bank: { viewerPermissions: string[]; customers?: { nodes: { id: string; viewerPermissions: string[] }[] } };
  }>(token, document);
  if (data === null || errors.length > 0) throw new Error(JSON.stringify(errors));
  const customer = data.bank.customers?.nodes.find(({ id }) => id === world.customerId);
  const listed: Record<PermissionType, string[] | undefined> = {
    Customer: customer?.viewerPermissions,
    Bank: data.bank.viewerPermissions,
    Query: data.viewerPermissions,
  };
  return new Set(permissionOf.filter((type) => listed[type]?.includes(permission)));
}

/** The types whose permission states that the caller can access the field, by the answer of the guard. */
async function typesWithAccess(guarded: GuardedField, { token }: TestUser, world: World, isRefused: boolean) {
  const { permissionOf = [] } = rules[guarded.coordinate] ?? {};
  const allowed = new Set<PermissionType>(isRefused ? [] : permissionOf);
  if (!permissionOf.includes('Query') || !guarded.field.args.some(({ name }) => name === 'bankId')) return allowed;
  // Without the bank, only system roles apply.
  allowed.delete('Query');
  const document = wayTo(guarded).document(world, selectionOf(guarded, world, ['bankId']));
  const { errors } = await gateway.query(token, document);
  if (!isRefusedIn(errors)) allowed.add('Query');
  return allowed;
}

function isRefusedIn(errors: readonly ResponseError[]): boolean {
  return errors.some(({ extensions }) => extensions.obpCode === 'OBP-20006');
}

/** Calls the field, and compares the caller's permissions with the answer of the guard. */
async function ask(guarded: GuardedField, rolesIn: (world: World) => [Role, string | null][]) {
  const way = wayTo(guarded);
  const document = way.document(sharedWorld, '');
  const world = document.startsWith('mutation') ? await newWorld() : sharedWorld;
  const reachesCustomer: Role[] = rules[guarded.coordinate]?.permissionOf?.includes('Customer')
    ? ['CanGetCustomers']
    : [];
  const roles = [...[...way.roles, ...reachesCustomer].map(rightly(world)), ...rolesIn(world)];
  const held = new Map(roles.map((role) => [role.join(' '), role]));
  const caller = await gateway.createUser({ roles: [...held.values()] });
  const permitted = await typesWithPermission(guarded, caller, world);
  const answer = await gateway.query(caller.token, way.document(world, selectionOf(guarded, world)));
  const own = answer.errors.filter(({ path }) => path?.includes(guarded.field.name));
  expect(permitted).toEqual(await typesWithAccess(guarded, caller, world, isRefusedIn(own)));
  return { ...answer, own, value: valueOrNull(valueAt(answer.data, guarded.field.name)) };
}

describe.each(guardedFields)('$coordinate', (guarded) => {
  test('fails for an anonymous caller', async () => {
    const document = wayTo(guarded).document(sharedWorld, selectionOf(guarded, sharedWorld));

    const { errors, data } = await gateway.query(null, document);

    expect(errors[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED', obpCode: 'OBP-20001' });
    expect(valueAt(data, guarded.field.name) ?? null).toBeNull();
  });
});

/** Fields whose roles are required to select their type, so no caller can select them and be refused. */
const givenByTheirWay = [
  ...historyTypes.map((name) => `${name}.changedBy`),
  'CustomerDataHistoryEntry.changes',
  'KycCheck.customerNumber',
  'KycDocument.customerNumber',
  'KycMedia.customerNumber',
  'KycStatus.customerNumber',
  'KycStatus.proposal',
  'SocialMediaHandle.customerNumber',
  'Account.routings',
  'Account.attributes',
  'Account.contracts',
  'Account.holders',
  'AccountSummary.attributes',
  'CorrelatedEntity.customer',
  'Customer.possibleDuplicates',
  'Entitlement.user',
  'EntitlementRequest.user',
  'User.attributes',
  'User.isSuperAdmin',
];

describe.each(fieldsByRole.filter(({ coordinate }) => !givenByTheirWay.includes(coordinate)))(
  '$coordinate',
  (guarded) => {
    const anyOf = guarded.rule.anyOf ?? [];

    test('is refused to a caller without roles, with the missing roles', async () => {
      const { own, value } = await ask(guarded, () => []);

      expect(own).toHaveLength(1);
      expect(own[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', obpCode: 'OBP-20006', missingRoles: anyOf });
      expect(value).toBeNull();
    });

    test('is refused to a caller whose roles do not apply', async () => {
      const { own, value } = await ask(guarded, (world) => anyOf.map(wrongly(world)));

      expect(own[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', obpCode: 'OBP-20006' });
      expect(value).toBeNull();
    });
  },
);

describe.each(fieldsByRole)('$coordinate', (guarded) => {
  test.each(guarded.rule.anyOf ?? [])('is returned to a caller with %s', async (role) => {
    const { errors, value } = await ask(guarded, (world) => [rightly(world)(role)]);

    expect(errors).toEqual([]);
    expect(value).not.toBeNull();
  });
});

describe.each(fields.filter(({ rule }) => rule.kind === 'authenticated'))('$coordinate', (guarded) => {
  test("is returned to a caller without roles, for the caller's own data", async () => {
    const { errors } = await ask(guarded, () => []);

    expect(errors.filter(({ extensions }) => extensions.obpCode === 'OBP-20001')).toEqual([]);
  });
});

test('anonymous callers can select only these fields', () => {
  const readable = new Set<string>();

  function walk(type: GraphQLObjectType): void {
    for (const field of Object.values(type.getFields())) {
      const rule = field.extensions.access as Rule | undefined;
      const coordinate = `${type.name}.${field.name}`;
      // A plain field of a payload or of an object that the caller reaches has no rule of its own.
      if ((rule !== undefined && rule.kind !== 'public') || readable.has(coordinate)) continue;
      readable.add(coordinate);
      const named = getNamedType(field.type);
      if (isObjectType(named)) walk(named);
    }
  }
  const query = schema.getQueryType();
  if (query) walk(query);

  const valuesOfBank = ['createdAt', 'fullName', 'id', 'logoUrl', 'shortName', 'updatedAt', 'version'];
  const bankFields = [...valuesOfBank, 'viewerPermissions', 'websiteUrl'];
  const rootFields = ['Query.bank', 'Query.banks', 'Query.viewerPermissions'];
  expect([...readable].sort()).toEqual([...bankFields.map((name) => `Bank.${name}`), ...rootFields]);
});

describe.each(fields.filter(({ rule }) => rule.kind === 'public'))('$coordinate', (guarded) => {
  test('is open to anonymous callers', async () => {
    const { own } = await ask(guarded, () => []);

    const refusals = own.filter(({ extensions }) => ['OBP-20001', 'OBP-20006'].includes(String(extensions.obpCode)));
    expect(refusals).toEqual([]);
  });
});

describe('a linked user', () => {
  /** Root fields that linked users cannot access, although they can access the field of `Customer` with the same name. */
  const narrowerRoots = ['Query.socialMediaHandles', 'Query.taxResidences'];
  const ofCustomer = fields.filter(({ coordinate }) => rules[coordinate]?.permissionOf?.includes('Customer'));

  test('has the permission for each field of a customer that the guard allows', async () => {
    const { token } = sharedWorld.linkedUser;
    const { data } = await gateway.query<{ myCustomer: { viewerPermissions: string[] } }>(
      token,
      `{ myCustomer(customerId: "${sharedWorld.customerId}") { viewerPermissions } }`,
    );
    const listed = data?.myCustomer.viewerPermissions ?? [];
    const wrong: string[] = [];
    for (const guarded of ofCustomer) {
      const way: Way = isRoot(guarded)
        ? wayTo(guarded)
        : {
            roles: [],
            document: ({ customerId }, selection) => `{ myCustomer(customerId: "${customerId}") { ${selection} } }`,
          };
      const { errors } = await gateway.query(token, way.document(sharedWorld, selectionOf(guarded, sharedWorld)));
      const isListed = listed.includes(rules[guarded.coordinate]?.permission ?? '');
      if (isListed === isRefusedIn(errors)) wrong.push(guarded.coordinate);
    }

    expect(ofCustomer.length).toBeGreaterThan(50);
    expect(wrong).toEqual(narrowerRoots);
    expect(listed).toContain('READ_ADDRESSES');
  });
});
