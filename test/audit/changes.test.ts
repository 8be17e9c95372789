/** The audit event of each mutation of the schema. A mutation whose changes are not recorded fails here by name. */
import { randomUUID } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { eq, getTableName, gt, ne } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type GraphQLField, type GraphQLInputType, getNamedType, isEnumType, isInputObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditEvent } from '../../src/audit/audit-event.ts';
import { type Role, roleScope } from '../../src/base/roles.ts';
import { type ChangeRow, change } from '../../src/changes/change.table.ts';
import { allChangesInOrder } from '../../src/changes/change-order.ts';
import { typeNameOf, unrecordedTables } from '../../src/changes/collected-changes.ts';
import { attributeDefinition } from '../../src/domain/attribute/attribute-definition.table.ts';
import { AttributeType } from '../../src/domain/attribute/attribute-type.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { meeting } from '../../src/domain/meeting/meeting.table.ts';
import { meetingInvitee } from '../../src/domain/meeting/meeting-invitee.table.ts';
import { registration } from '../../src/domain/user/registration.table.ts';
import { createUser } from '../../src/domain/user/user-administration.ts';
import { gatewaySchema } from '../../src/schema.ts';
import {
  type ApiCase,
  apiCases,
  gatewayCases,
  mutationsWithoutCase,
  type Variables,
  wholeEnvironment,
} from '../support/api-cases.ts';
import { auditReader } from '../support/audit-events.ts';
import { insertEveryEntity, type World } from '../support/every-entity.ts';
import { type Gateway, type GatewayResponse, startGateway } from '../support/gateway.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { passwordCalls, passwordEnvironment } from '../support/password-calls.ts';
import { documentOfRoot } from '../support/root-calls.ts';
import { insertEntitlement } from '../support/rows.ts';
import { allTableNames, allTables, everythingStored, tablesOfCustomers } from '../support/stored.ts';

type Field = GraphQLField<unknown, unknown>;

interface MutationCall {
  /** The operation of the catalogue, or the field if there is none. Several operations can be one field. */
  title: string;
  field: Field;
  case: ApiCase;
}

const catalogue = JSON.parse(readFileSync(new URL('../catalogue.json', import.meta.url), 'utf8')) as {
  operation: string;
  root: string;
}[];
const mutations = (await gatewaySchema()).getMutationType()?.getFields() ?? {};

const calls: MutationCall[] = [
  ...catalogue.map(({ operation, root }) => ({ title: operation, name: root, case: apiCases[operation] })),
  ...Object.entries(gatewayCases).map(([name, gatewayCase]) => ({
    title: name,
    name: `Mutation.${name}`,
    case: gatewayCase,
  })),
].flatMap(({ title, name, case: apiCase }) => {
  const field = name.startsWith('Mutation.') ? mutations[name.slice('Mutation.'.length)] : undefined;
  return field === undefined || apiCase === undefined ? [] : [{ title, field, case: apiCase }];
});

/** The banks of mutations without the argument `bankId`. */
const banks: Record<string, (world: World, variables: Variables) => string> = {
  grantEntitlement: ({ bankId }) => bankId,
  revokeEntitlement: ({ bankId }) => bankId,
  approveEntitlementRequest: ({ bankId }) => bankId,
  rejectEntitlementRequest: ({ bankId }) => bankId,
  createBank: (_world, { input }) => String((input as { bankId: string }).bankId),
};

/** The users whom each mutation concerns. */
const subjects: Record<string, (world: World) => string[]> = {
  createCustomer: ({ freeUser }) => [freeUser.id],
  createUserCustomerLink: ({ freeUser }) => [freeUser.id],
  updateUserCustomerLink: ({ linkedUser }) => [linkedUser.id],
  deleteUserCustomerLink: ({ linkedUser }) => [linkedUser.id],
  createMeeting: ({ linkedUser }) => [linkedUser.id],
  updateMeeting: ({ linkedUser }) => [linkedUser.id],
  createAccount: ({ freeUser }) => [freeUser.id],
  deleteCustomerCascade: ({ linkedUser }) => [linkedUser.id],
  grantEntitlement: ({ freeUser }) => [freeUser.id],
  revokeEntitlement: ({ colleague }) => [colleague.id],
  requestEntitlement: ({ linkedUser }) => [linkedUser.id],
  approveEntitlementRequest: ({ colleague }) => [colleague.id],
  rejectEntitlementRequest: ({ colleague }) => [colleague.id],
  createUserAttribute: ({ linkedUser }) => [linkedUser.id],
  unlockUser: ({ lockedUser }) => [lockedUser.id],
  revokeMyTokens: ({ linkedUser }) => [linkedUser.id],
};
/** The mutations that concern the caller or a new user. */
const concernCallerOrNewUser = ['createBank', 'createUser'];

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway({ environment: wholeEnvironment });
});

afterAll(() => gateway.stop());

function accessOf({ extensions }: Field) {
  return extensions.access as { kind: 'public' | 'authenticated' | 'role'; anyOf?: Role[] };
}

async function tokenWith(roles: readonly Role[], bankId: string): Promise<string> {
  const entitlements = roles.map((role) => [role, roleScope(role) === 'system' ? null : bankId] as const);
  return (await gateway.createUser({ roles: entitlements })).token;
}

async function callerOf({ field, case: { alsoRoles = [] } }: MutationCall, at: World): Promise<string | null> {
  const { kind, anyOf = [] } = accessOf(field);
  if (kind === 'public') return null;
  return anyOf.length === 0 ? at.linkedUser.token : tokenWith([...anyOf, ...alsoRoles], at.bankId);
}

function documentOf({ field, case: { selection } }: MutationCall): string {
  return documentOfRoot('mutation', field, selection);
}

interface MutationResult {
  /** The changes that were stored with the mutation. */
  changes: ChangeRow[];
  response: GatewayResponse<Record<string, Record<string, unknown> | null>>;
  /** The events of the mutation, without those of reading its payload. */
  events: AuditEvent[];
}

/** The tables whose changes an event must name. */
const recordedTables = allTables.filter((table) => !unrecordedTables.has(getTableName(table)));

function isChanged(table: SQLiteTable, before: Record<string, string>, after: Record<string, string>): boolean {
  const name = getTableName(table);
  return before[name] !== after[name];
}

function isNamed(table: SQLiteTable, { changes }: AuditEvent): boolean {
  return changes.some((change) => change.split('.')[0] === typeNameOf(table));
}

/** The tables of which a mutation changes only columns that follow from changes that its event contains. */
const followingTables: Record<string, readonly string[]> = { closeCustomer: ['kyc_document'] };

/** Runs a mutation. Returns its response and its events. */
async function mutate(
  token: string | null,
  document: string,
  variables: Variables,
  on = gateway,
): Promise<MutationResult> {
  const requestId = randomUUID();
  const { newest } = await allChangesInOrder.readEnd(on.database);
  const response = await on.query<MutationResult['response']['data'] & object>(token, document, variables, {
    'x-request-id': requestId,
  });
  const events = await auditReader(on.database).events();
  const changes = await on.database.read
    .select()
    .from(change)
    .where(gt(change.number, newest?.number ?? 0));
  const own = events.filter((event) => event.requestId === requestId && event.kind !== 'READ');
  return { response, changes, events: own };
}

function apiOf(name: string): MutationCall {
  const api = calls.find(({ title }) => title === name);
  if (api === undefined) throw new Error(`No case calls ${name}.`);
  return api;
}

/** Runs the case of a mutation in a world of its own, as a caller with all required roles. */
async function call(name: string, change: Variables = {}): Promise<MutationResult & { at: World; event: AuditEvent }> {
  const api = apiOf(name);
  const at = await insertEveryEntity(gateway);
  const result = await mutate(await callerOf(api, at), documentOf(api), { ...api.case.variables(at), ...change });
  return { ...result, at, event: onlyOne(result.events) };
}

function onlyOne(events: AuditEvent[]): AuditEvent {
  expect(events).toHaveLength(1);
  const [event] = events;
  if (event === undefined) throw new Error('No event was recorded.');
  return event;
}

/** The customers in the request or the response, and the new customers at the bank. */
async function customersOf(name: string, at: World, exchanged: unknown): Promise<string[]> {
  const known = [at.customerId, at.otherCustomerId, at.companyId];
  const concerned = known.filter((id) => JSON.stringify(exchanged).includes(id));
  if (['updateMeeting', 'updateCustomerLink'].includes(name)) concerned.push(at.customerId);
  // The links of the company are deleted with the customer.
  if (name === 'deleteCustomerCascade') concerned.push(at.companyId);
  const stored = await gateway.database.read
    .select({ id: customer.id })
    .from(customer)
    .where(eq(customer.bankId, at.bankId));
  const created = stored.map(({ id }) => id).filter((id) => !known.includes(id));
  return [...concerned, ...created].sort();
}

/** The texts in a variable, without IDs, enum values, and texts so short that they could occur by chance. */
function textsOf(type: GraphQLInputType, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => textsOf(type, item));
  const named = getNamedType(type);
  if (isInputObjectType(named)) {
    return Object.values(named.getFields()).flatMap((field) => {
      return textsOf(field.type, (value as Variables | null | undefined)?.[field.name]);
    });
  }
  const isText = typeof value === 'string' && value.length > 3 && named.name !== 'ID' && !isEnumType(named);
  return isText ? [value] : [];
}

describe('the event of a mutation', () => {
  test('is tested for every mutation of the schema', () => {
    const tested = new Set([...mutationsWithoutCase, ...calls.map(({ field }) => field.name)]);

    const missing = Object.keys(mutations).filter((name) => !tested.has(name));
    expect(
      missing,
      'Add a case for each of these mutations to gatewayCases in test/support/api-cases/gateway-cases.ts.',
    ).toEqual([]);
  });

  test.each(calls.map((api): [string, MutationCall] => [api.title, api]))(
    'contains the changed fields, the bank, the customers, and the users of %s, and no values',
    async (_title, api) => {
      const { field } = api;
      const at = await insertEveryEntity(gateway);
      const variables = api.case.variables(at);
      const caller = await callerOf(api, at);
      const before = await everythingStored(gateway.database);

      const { response, changes, events } = await mutate(caller, documentOf(api), variables);

      expect(response.errors).toEqual([]);
      const event = onlyOne(events);
      const stored = changes.flatMap(({ fields }) => fields.map((field) => field.replace(/\[[\w-]{12}\]/, '')));
      expect(new Set(stored)).toEqual(new Set(event.changes));
      const changedIds = changes.flatMap(({ customerIds, userIds }) => [...customerIds, ...userIds]);
      expect([...event.customerIds, ...event.subjectUserIds]).toEqual(expect.arrayContaining(changedIds));
      expect([event.bankId, null]).toEqual(expect.arrayContaining(changes.map(({ bankId }) => bankId)));
      const after = await everythingStored(gateway.database);
      expect(
        recordedTables
          .filter((table) => isChanged(table, before, after) && !isNamed(table, event))
          .map(getTableName)
          .filter((name) => followingTables[field.name]?.includes(name) !== true),
        'The mutation changes these tables, but its event does not name them. Use insertRow, updateOf, deleteOf or their like of src/database/write-row.ts.',
      ).toEqual([]);
      expect(event).toMatchObject({
        kind: 'WRITE',
        outcome: 'SUCCEEDED',
        bankId: variables.bankId ?? banks[field.name]?.(at, variables) ?? null,
        fieldsReturned: [`Mutation.${field.name}`],
        fieldsRefused: [],
        fieldsFailed: [],
        errors: [],
      });
      expect(event.customerIds.toSorted()).toEqual(await customersOf(field.name, at, [variables, response.data]));
      if (concernCallerOrNewUser.includes(field.name)) expect(event.subjectUserIds).toHaveLength(1);
      else expect(event.subjectUserIds).toEqual(subjects[field.name]?.(at) ?? []);
      expect(event.changes).not.toEqual([]);
      expect(event.changes.filter((change) => !/^[A-Z][A-Za-z]+(\.[a-z][A-Za-z0-9]+)?$/.test(change))).toEqual([]);

      // IDs and hashes are compared above or belong to the caller, and can contain any digits.
      const { at: _at, requestId, operationHash, userId, bankId, customerIds, subjectUserIds, ...rest } = event;
      const texts = field.args.flatMap(({ name, type }) => textsOf(type, variables[name]));
      expect(texts.filter((text) => JSON.stringify(rest).includes(text))).toEqual([]);
    },
  );
});

/** The tables that limit logins and mails, whose rows do not name a user. */
const counters = ['login_attempt', 'login_network', 'registration_mail'];

describe('the event of a mutation of passwords and tokens', () => {
  let mailServer: MailServer;
  let own: Gateway;
  beforeAll(async () => {
    mailServer = await startMailServer();
    own = await startGateway({ environment: passwordEnvironment(mailServer) });
  });
  afterAll(async () => {
    await own.stop();
    await mailServer.close();
  });

  test.each(Object.entries(passwordCalls))(
    'contains the changed fields and the user of %s, and no values',
    async (name, prepare) => {
      const { userId, token, document, variables } = await prepare({ gateway: own, mailServer });
      const before = await everythingStored(own.database);

      const { response, changes, events } = await mutate(token, document, variables, own);

      expect(response.errors).toEqual([]);
      const event = onlyOne(events);
      const after = await everythingStored(own.database);
      expect(new Set(changes.flatMap(({ fields }) => fields))).toEqual(new Set(event.changes));
      const unnamed = recordedTables.filter((table) => isChanged(table, before, after) && !isNamed(table, event));
      expect(unnamed.map(getTableName).filter((table) => !counters.includes(table))).toEqual([]);
      expect(event).toMatchObject({ outcome: 'SUCCEEDED', fieldsReturned: [`Mutation.${name}`], errors: [] });
      expect([event.userId, ...event.subjectUserIds]).toContain(userId);
      const { requestId, operationHash, ...rest } = event;
      expect(Object.values<string>(variables).filter((text) => JSON.stringify(rest).includes(text))).toEqual([]);
    },
  );
});

describe('the changes in the event', () => {
  test('are only the fields that differ, for an update', async () => {
    const api = apiOf('updateCustomerAddress');
    const { at } = await call(api.title);
    const original = api.case.variables(at);
    const variables = {
      ...original,
      input: { ...(original.input as Variables), city: 'Hamburg', tags: ['home', 'mail'] },
    };
    const token = await callerOf(api, at);

    const second = await mutate(token, documentOf(api), variables);
    const third = await mutate(token, documentOf(api), variables);

    expect(onlyOne(second.events).changes).toEqual(['CustomerAddress.city', 'CustomerAddress.tags']);
    expect(onlyOne(third.events)).toMatchObject({ outcome: 'SUCCEEDED', changes: [] });
  });

  test('exclude columns that are derived from the changed field', async () => {
    expect((await call('updateCustomerBranch')).event.changes).toEqual(['Customer.branchId']);
    expect((await call('updateCustomerEmail')).event.changes).toEqual(['Customer.email']);
    expect((await call('updateCustomerMobileNumber')).event.changes).toEqual(['Customer.mobilePhoneNumber']);
  });

  test('include the fields of all parts of a new customer', async () => {
    const at = await insertEveryEntity(gateway);
    const roles: Role[] = [
      'CanCreateCustomer',
      'CanCreateCustomerAddress',
      'CanCreateCustomerAttributeAtOneBank',
      'CanCreateTaxResidence',
      'CanCreateCustomerAccountLink',
      'CanCreateUserCustomerLink',
      'CanAddKycStatus',
    ];
    const input = {
      legalName: 'Ada Lovelace',
      mobilePhoneNumber: '+44 7972 444876',
      kycStatus: true,
      addresses: [{ line1: 'No 1 the Road', city: 'Berlin', postcode: '13359', countryCode: 'DE', tags: [] }],
      attributes: [{ name: 'LOYALTY', type: 'INTEGER', value: '12' }],
      taxResidences: [{ domain: 'France', taxNumber: '99-1' }],
      accountLinks: [{ accountId: at.freeAccountId, relationshipType: 'Owner' }],
      userLinks: [{ userId: at.freeUser.id }, { userId: at.linkedUser.id }],
    };

    const { response, events } = await mutate(
      await tokenWith(roles, at.bankId),
      'mutation ($bankId: ID!, $input: CreateCustomerInput!) { createCustomer(bankId: $bankId, input: $input) { customer { id } } }',
      { bankId: at.bankId, input },
    );

    expect(response.errors).toEqual([]);
    const event = onlyOne(events);
    expect(event.changes).toEqual(
      expect.arrayContaining([
        'Customer.customerNumber',
        'Customer.legalName',
        'Customer.mobilePhoneNumber',
        'Customer.kycStatus',
        'Customer.lastOkDate',
        'CustomerAddress.city',
        'CustomerAttribute.value',
        'TaxResidence.taxNumber',
        'CustomerAccountLink.accountId',
        'UserCustomerLink.userId',
        'KycStatus.ok',
      ]),
    );
    expect(event.changes).not.toContain('Customer.email');
    expect(event.changes).not.toContain('CustomerAddress.line2');
    expect(event.subjectUserIds.toSorted()).toEqual([at.freeUser.id, at.linkedUser.id].sort());
  });

  test('are the deleted types, for deleteCustomerCascade', async () => {
    const { at, event } = await call('deleteCustomerCascade');

    expect(event.bankId).toBe(at.bankId);
    expect(event.customerIds.toSorted()).toEqual([at.customerId, at.companyId].sort());
    const recorded = tablesOfCustomers.filter((table) => !unrecordedTables.has(getTableName(table)));
    expect(event.changes.toSorted()).toEqual([customer, meetingInvitee, ...recorded].map(typeNameOf).sort());
  });

  test('include the replaced entitlement, for a grant that replaces an expired one', async () => {
    const at = await insertEveryEntity(gateway);
    const { bankId, freeUser } = at;
    const api = apiOf('grantEntitlement');
    await insertEntitlement(gateway.database, {
      userId: freeUser.id,
      bankId,
      roleName: 'CanGetCustomer',
      expiresAt: new Date(0),
    });

    const { events } = await mutate(await callerOf(api, at), documentOf(api), api.case.variables(at));

    expect(onlyOne(events)).toMatchObject({
      bankId,
      subjectUserIds: [freeUser.id],
      customerIds: [],
      changes: ['Entitlement', 'Entitlement.userId', 'Entitlement.roleName'],
    });
  });

  test('include the proposal and the timeline, for a confirmed KYC status', async () => {
    const { at, event } = await call('confirmKycStatus');

    expect(event.changes).toEqual(
      expect.arrayContaining([
        'KycStatusProposal.state',
        'KycStatusProposal.decidedByUserId',
        'KycStatusProposal.decidedAt',
        'KycStatus.ok',
        'KycStatus.date',
      ]),
    );
    // The event does not concern the officers who proposed and confirmed it.
    expect(event.subjectUserIds).toEqual([]);
    expect(event.customerIds).toEqual([at.customerId]);
  });

  test('are the columns of the retraction, for retracted evidence', async () => {
    const { event } = await call('retractKycEvidence');

    expect(event.changes).toEqual([
      'KycDocument.retractedAt',
      'KycDocument.retractedByUserId',
      'KycDocument.retractionReason',
    ]);
    expect(event.subjectUserIds).toEqual([]);
  });

  test('come with the former and the current participants of a meeting', async () => {
    const { at, event } = await call('updateMeeting', {
      input: { staffUserId: null, when: '2031-03-13T11:39:33.000Z', cancelled: false },
    });

    expect(event.changes.toSorted()).toEqual(['Meeting.staffUserId', 'Meeting.when']);
    expect(event.subjectUserIds).toEqual([at.linkedUser.id]);
  });

  test('are compared with the result of a concurrent update', async () => {
    const at = await insertEveryEntity(gateway);
    const api = apiOf('updateMeeting');
    const when = '2032-03-13T11:39:33.000Z';
    const variables = { ...api.case.variables(at), input: { staffUserId: null, when, cancelled: false } };
    const token = await callerOf(api, at);

    const waiting = await gateway.database.transaction(async (transaction) => {
      const changed = { staffUserId: null, when: new Date(when) };
      await transaction.update(meeting).set(changed).where(eq(meeting.id, at.meetingId));
      const running = mutate(token, documentOf(api), variables);
      await sleep(300);
      // Returned in an object, because awaiting the promise here would be a deadlock.
      return { running };
    });

    expect(onlyOne((await waiting.running).events)).toMatchObject({ outcome: 'SUCCEEDED', changes: [] });
  });

  test('are all fields only once, for concurrent writes of one attribute definition', async () => {
    const at = await insertEveryEntity(gateway);
    const api = calls.find(({ field }) => field.name === 'createOrUpdateCustomerAttributeDefinition');
    if (api === undefined) throw new Error('No case writes a definition.');
    const original = api.case.variables(at);
    const variables = { ...original, input: { ...(original.input as Variables), name: 'WRITTEN_AT_ONCE' } };
    const token = await callerOf(api, at);

    // All of them find no definition, and wait for one that is rolled back.
    const now = new Date();
    const rolledBack = { id: randomUUID(), bankId: at.bankId, name: 'WRITTEN_AT_ONCE', category: 'Customer' };
    let running: Promise<MutationResult>[] = [];
    const holding = gateway.database.transaction(async (transaction) => {
      await transaction.insert(attributeDefinition).values({
        ...rolledBack,
        type: AttributeType.STRING,
        canBeSeenOnViews: [],
        isActive: true,
        createdAt: now,
        updatedAt: now,
      });
      running = Array.from({ length: 6 }, () => mutate(token, documentOf(api), variables));
      await sleep(300);
      throw new Error('rolled back');
    });
    await expect(holding).rejects.toThrow('rolled back');
    const results = await Promise.all(running);

    expect(results.flatMap(({ response }) => response.errors)).toEqual([]);
    const changes = results.map(({ events }) => onlyOne(events).changes);
    expect(changes.filter((fields) => fields.includes('AttributeDefinition.name'))).toHaveLength(1);
    expect(changes.filter((fields) => fields.length === 0)).toHaveLength(5);
  });

  test('include an existing lock, for unlockUser, and the event always concerns the user', async () => {
    const { username, id: userId } = await gateway.createUser();
    const login = `mutation { login(username: "${username}", password: "Another long passphrase.") { token } }`;
    const api = apiOf('unlockUser');
    const unlocker = await tokenWith(['CanUnlockUser'], 'no bank');

    await mutate(null, login, {});
    const attempted = await mutate(unlocker, documentOf(api), { userId });
    const repeated = await mutate(unlocker, documentOf(api), { userId });

    expect(onlyOne(attempted.events)).toMatchObject({ subjectUserIds: [userId], changes: ['LoginAttempt'] });
    expect(onlyOne(repeated.events)).toMatchObject({ subjectUserIds: [userId], changes: [] });
  });

  test('are empty for a call that is retried with the same idempotency key', async () => {
    const api = apiOf('createCustomerAddress');
    const at = await insertEveryEntity(gateway);
    const token = await callerOf(api, at);
    const variables = { ...api.case.variables(at), idempotencyKey: randomUUID() };
    const first = await mutate(token, documentOf(api), variables);

    const again = await mutate(token, documentOf(api), variables);

    expect(onlyOne(first.events).changes).toContain('CustomerAddress.city');
    expect(onlyOne(again.events)).toMatchObject({
      outcome: 'SUCCEEDED',
      customerIds: [at.customerId],
      changes: [],
    });
  });
});

describe('the event of a failed mutation', () => {
  test('contains the key of a conflict, and no changes', async () => {
    const { at, event } = await call('updateCustomerAddress', { expectedVersion: 99 });

    expect(event).toMatchObject({
      kind: 'WRITE',
      outcome: 'FAILED',
      bankId: at.bankId,
      customerIds: [at.customerId],
      fieldsReturned: [],
      fieldsFailed: ['Mutation.updateCustomerAddress'],
      errors: ['VERSION_CONFLICT'],
      changes: [],
    });
  });

  test('has the outcome REFUSED if the caller lacks the role', async () => {
    const at = await insertEveryEntity(gateway);
    const api = apiOf('createCustomerAddress');

    const { events } = await mutate(at.freeUser.token, documentOf(api), api.case.variables(at));

    expect(onlyOne(events)).toMatchObject({
      outcome: 'REFUSED',
      userId: at.freeUser.id,
      bankId: at.bankId,
      customerIds: [at.customerId],
      fieldsReturned: [],
      fieldsRefused: ['Mutation.createCustomerAddress'],
      errors: ['OBP-20006'],
      changes: [],
      roles: [],
    });
  });

  test('contains no changes that were rolled back', async () => {
    const at = await insertEveryEntity(gateway);
    const legalName = `Rolled back ${randomUUID()}`;
    const input = ['a-1', at.customerNumber].map((customerNumber) => ({
      customerNumber,
      legalName,
      mobilePhoneNumber: '+447972444876',
    }));

    const { response, events } = await mutate(
      await tokenWith(['CanCreateCustomer'], at.bankId),
      'mutation ($bankId: ID!, $input: [CreateCustomerInput!]!) { createCustomers(bankId: $bankId, input: $input) { customers { id } } }',
      { bankId: at.bankId, input },
    );

    expect(response.data?.createCustomers).toBeNull();
    expect(onlyOne(events)).toMatchObject({ outcome: 'FAILED', bankId: at.bankId, customerIds: [], changes: [] });
    const kept = await gateway.database.read
      .select({ legalName: customer.legalName })
      .from(customer)
      .where(ne(customer.legalName, ''));
    expect(kept.filter((row) => row.legalName === legalName)).toEqual([]);
  });
});

describe('the code in src/', () => {
  const source = new URL('../../src/', import.meta.url);

  /** Files that write rows without `insertRow`, `updateOf`, `deleteOf` and their like, and why no event must contain them. */
  const unrecordedWrites: Record<string, string> = {
    'audit/begin-chain.ts': 'The audit trail does not record itself.',
    'audit/abandoned-chains.ts': 'The audit trail does not record itself.',
    'audit/prune.ts': 'The audit trail does not record itself.',
    'changes/delete-expired-changes.ts': 'The changes are not changed themselves.',
    'auth/cost-exchange.ts': 'The processes exchange counters.',
    'auth/login-attempts.ts': 'The attempts are counters. Only their removal by unlockUser is recorded.',
    'database/readiness-check.ts': 'The rows prove that the database can be written.',
    'database/fill-missing.ts': 'Columns of an earlier version are filled at start-up, outside of any operation.',
    'database/read-your-writes.ts': 'The position of the last write serves replicas.',
    'domain/customer/review-dates.ts': 'The dates follow from columns and attributes that the event contains.',
    'domain/customer/customer-fill.ts': 'The row is the position of a fill.',
    'domain/customer/fill-kyc-states.ts':
      'Columns of an earlier version are filled in the background, outside of any operation.',
    'domain/customer/attribute-orders.ts':
      'Columns of an earlier version are filled at start-up, outside of any operation.',
    'domain/kyc/kyc-closing.writes.ts': 'The mark of documents follows from the closing, which the event contains.',
    'domain/kyc/kyc-gap.writes.ts': 'The gaps follow from the evidence, whose columns the event contains.',
    'domain/user/canonical-names.ts': 'Columns of an earlier version are filled at start-up, outside of any operation.',
    'domain/user/email-validation.ts': 'The registration becomes a user, whose columns the event contains.',
    'domain/user/former-registrations.ts':
      'Rows of an earlier version are moved at start-up, outside of any operation.',
    'domain/user/mail-count.ts': 'The mails are counters.',
    'domain/user/password-reset.ts': 'Expired rows are deleted every hour, outside of any operation.',
    'domain/user/revoke-tokens.ts': 'Expired rows are deleted every hour, outside of any operation.',
    'domain/user/user-registration.ts': 'Expired rows are deleted every hour, outside of any operation.',
    'domain/user/idempotency-key.writes.ts': 'Idempotency keys have no meaning of their own.',
  };

  test('writes rows only through functions that record them, except in the files listed here', () => {
    const helpers = new Set(['database/insert-rows.ts', 'database/write-row.ts']);
    const names = [...allTableNames, 'table'].join('|');
    const isWrite = new RegExp(`\\.(insert|update|delete)\\(\\s*(\\w+\\.)?(${names})\\b(?! \\?)`);
    const writing = globSync('**/*.ts', { cwd: source }).filter(
      (file) => !helpers.has(file) && isWrite.test(readFileSync(new URL(file, source), 'utf8')),
    );

    expect(
      writing.filter((file) => unrecordedWrites[file] === undefined),
      'These files write rows that no audit event contains: use src/database/write-row.ts',
    ).toEqual([]);
    expect(Object.keys(unrecordedWrites).filter((file) => !writing.includes(file))).toEqual([]);
  });
});

const password = 'A long enough passphrase.';

describe('the event of a login', () => {
  const login =
    'mutation ($username: String!, $password: String!) { login(username: $username, password: $password) { token } }';
  async function newUser() {
    const username = `user${randomUUID().replaceAll('-', '')}`;
    const { id } = await createUser(gateway.database, { username, password, email: `${username}@example.org` });
    return { id, username };
  }

  test('contains the user, but neither the username nor the password', async () => {
    const { id, username } = await newUser();

    const event = onlyOne((await mutate(null, login, { username, password })).events);

    expect(event).toMatchObject({
      kind: 'AUTHENTICATION',
      outcome: 'SUCCEEDED',
      userId: null,
      subjectUserIds: [id],
      fieldsReturned: ['Mutation.login'],
    });
    expect(JSON.stringify(event)).not.toContain(username);
    expect(JSON.stringify(event)).not.toContain(password);
  });

  test('contains the change of a password hash that is replaced by a costlier one', async () => {
    const costlier = await startGateway({ environment: { GATEWAY_ARGON2_PASSES: '3' } });
    try {
      const username = `user${randomUUID().replaceAll('-', '')}`;
      const { id } = await createUser(costlier.database, { username, password, email: `${username}@example.org` });

      const first = onlyOne((await mutate(null, login, { username, password }, costlier)).events);
      const second = onlyOne((await mutate(null, login, { username, password }, costlier)).events);

      const event = { kind: 'AUTHENTICATION', outcome: 'SUCCEEDED', subjectUserIds: [id] };
      expect(first).toMatchObject({ ...event, changes: ['User.passwordHash'] });
      expect(second).toMatchObject({ ...event, changes: [] });
    } finally {
      await costlier.stop();
    }
  });

  test('contains the user if the password is wrong', async () => {
    const { id, username } = await newUser();

    const event = onlyOne((await mutate(null, login, { username, password: 'Another long passphrase.' })).events);

    expect(event).toMatchObject({
      kind: 'AUTHENTICATION',
      outcome: 'REFUSED',
      subjectUserIds: [id],
      fieldsReturned: [],
      errors: ['OBP-20004'],
    });
  });

  test('contains no user if the username is unknown', async () => {
    const username = `user${randomUUID().replaceAll('-', '')}`;

    const event = onlyOne((await mutate(null, login, { username, password })).events);

    expect(event).toMatchObject({ kind: 'AUTHENTICATION', subjectUserIds: [], errors: ['OBP-20004'] });
    expect(JSON.stringify(event)).not.toContain(username);
  });
});

describe('the event of createUser', () => {
  test('contains the new user, and no caller', async () => {
    const { response, event } = await call('createUser');
    const { userId: newUserId } = await gateway.tokens.verify(String(response.data?.createUser?.token));

    expect(event).toMatchObject({ userId: null, subjectUserIds: [newUserId] });
    expect(event.changes).toContain('User.passwordHash');
  });

  test('contains the registration or the holder of the username, if email addresses are validated', async () => {
    const mailing = await startGateway({
      environment: {
        // No server listens here, because this test does not depend on the delivery of mail.
        GATEWAY_SMTP_URL: 'smtp://127.0.0.1:9',
        GATEWAY_MAIL_FROM: 'The Bank <no-reply@bank.example>',
        GATEWAY_PUBLIC_URL: 'https://gateway.example/',
      },
    });
    try {
      const api = apiOf('createUser');
      const variables = {
        input: { username: 'ada.lovelace', password, email: 'ada@example.org', firstName: 'Ada', lastName: 'Lovelace' },
      };
      const holder = await mailing.createUser({ username: 'grace.hopper' });
      const taken = { input: { ...variables.input, username: 'Grace.Hopper' } };

      const first = await mutate(null, documentOf(api), variables, mailing);
      const again = await mutate(null, documentOf(api), variables, mailing);
      const refused = await mutate(null, documentOf(api), taken, mailing);

      const rows = await mailing.database.read.select().from(registration);
      expect(rows).toHaveLength(2);
      const events = [onlyOne(first.events), onlyOne(again.events)];
      expect(events.flatMap(({ subjectUserIds }) => subjectUserIds).sort()).toEqual(
        rows.map(({ userId }) => userId).sort(),
      );
      for (const event of events) {
        expect(event).toMatchObject({ outcome: 'SUCCEEDED' });
        expect(event.changes).toContain('Registration.username');
      }
      expect(onlyOne(refused.events)).toMatchObject({ outcome: 'SUCCEEDED', subjectUserIds: [holder.id], changes: [] });
    } finally {
      await mailing.stop();
    }
  });
});
