import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { eq } from 'drizzle-orm';
import { Kind, type OperationDefinitionNode, parse, specifiedRules, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRole, type Role, roleScope } from '../src/base/roles.ts';
import { bank } from '../src/domain/bank/bank.table.ts';
import { setRetentionDays } from '../src/domain/bank/bank-administration.ts';
import { user } from '../src/domain/user/user.table.ts';
import * as administration from '../src/domain/user/user-administration.ts';
import { checkListCost, defaultLimits, operationLimits } from '../src/execution/limits.ts';
import { selectsSecret } from '../src/graph/secret.ts';
import { gatewaySchema } from '../src/schema.ts';
import {
  BankContactsDocument,
  BanksDocument,
  ChangeMyPasswordDocument,
  CloseCustomerDocument,
  CompanyOwnershipDocument,
  CreateUserDocument,
  CustomerAccountsDocument,
  CustomerAsOfDocument,
  CustomerByNumberDocument,
  CustomerHistoryDocument,
  CustomerOverviewDocument,
  CustomerPermissionsDocument,
  CustomerSearchDocument,
  CustomersByMobilePhoneNumberDocument,
  CustomersPastRetentionDocument,
  FindCustomerDocument,
  KycDashboardDocument,
  KycReviewDocument,
  LoginDocument,
  MyCustomersDocument,
  MyMeetingsDocument,
  OnboardCustomerDocument,
  PossibleDuplicatesDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  SetLegalHoldDocument,
  WorkListDocument,
} from './generated/graphql.ts';
import { type Gateway, type GatewayResponse, startGateway } from './support/gateway.ts';
import { startMailServer } from './support/mail-server.ts';
import { insertCustomer } from './support/rows.ts';
import { insertWholeCustomer, type WholeCustomer } from './support/whole-customer.ts';

const bankId = 'gh.29.uk';
const folder = new URL('../schema/operations/', import.meta.url);
const sources = Object.fromEntries(
  readdirSync(folder).map((file) => [file.replace(/\.graphql$/, ''), readFileSync(new URL(file, folder), 'utf8')]),
);
const names = Object.keys(sources);
const manifest = new URL('generated/persisted-documents.json', import.meta.url);

const trustedDocuments = {
  GATEWAY_TRUSTED_DOCUMENTS: `shipped=${fileURLToPath(manifest)}`,
  GATEWAY_TRUSTED_DOCUMENTS_MODE: 'only',
};

let gateway: Gateway;
let customer: WholeCustomer;

beforeAll(async () => {
  gateway = await startGateway({ environment: trustedDocuments });
  await gateway.createBank(bankId);
  await gateway.database.transaction(async (transaction) => {
    const names = { shortName: 'gh', fullName: 'The Bank' };
    const urls = { logoUrl: 'https://www.example.com/logo.png', websiteUrl: 'https://www.example.com' };
    await transaction
      .update(bank)
      .set({ ...names, ...urls })
      .where(eq(bank.id, bankId));
  });
  customer = await insertWholeCustomer(gateway.database, { bankId });
});

afterAll(() => gateway.stop());

function sourceOf(name: string): string {
  const source = sources[name];
  if (source === undefined) throw new Error(`The operation ${name} does not exist.`);
  return source;
}

/** Returns the bank roles that the comment of an operation lists. */
function rolesOf(name: string): Role[] {
  const [comment = ''] = sourceOf(name).split(/^(?:query|mutation)/m);
  const roleNames: string[] = comment.match(/\bCan\w+/g) ?? [];
  return roleNames.filter(isRole).filter((role) => roleScope(role) === 'bank');
}

/** Executes a shipped operation by the ID that `npm run codegen` has written into its document, because no text is accepted. */
function execute<Data, Variables extends object>(
  token: string | null,
  document: TypedDocumentNode<Data, Variables>,
  variables?: Variables,
  at = gateway,
): Promise<GatewayResponse<Data>> {
  const { __meta__ } = document as { __meta__?: { hash: string } };
  return at.send(token, { documentId: __meta__?.hash, variables });
}

async function callerWith(bankRoles: readonly Role[]): Promise<string> {
  return (await gateway.createUser({ roles: bankRoles.map((role) => [role, bankId]) })).token;
}

/** Returns the paths to each null and each empty list in the data of a response. */
function missing(value: unknown, path = ''): string[] {
  if (value === null || (Array.isArray(value) && value.length === 0)) return [path];
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, child]) => missing(child, path === '' ? key : `${path}.${key}`));
}

describe.each(names)('%s', (name) => {
  test('contains one operation with the name of the file and a comment', () => {
    const { definitions } = parse(sourceOf(name));
    const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);

    expect(operations.map((operation) => operation.name?.value)).toEqual([name]);
    expect(sourceOf(name)).toMatch(/^# \w/);
  });

  test('is valid and within the limits for full pages', async () => {
    const schema = await gatewaySchema();
    const document = parse(sourceOf(name), { maxTokens: 1_500 });
    const operation = document.definitions.find(
      (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
    );
    const fullPages = (operation?.variableDefinitions ?? [])
      .map(({ variable }) => variable.name.value)
      .filter((variable) => variable.startsWith('first'))
      .map((variable) => [variable, 100]);

    expect(validate(schema, document, [...specifiedRules, ...operationLimits(defaultLimits)])).toEqual([]);
    expect(checkListCost(schema, document, name, Object.fromEntries(fullPages), defaultLimits.maxListCost)).toBeNull();
  });
});

/** The operations that require a role, with the variables that select the customer. */
const reads: Record<string, () => { document: TypedDocumentNode<object, never>; variables: object }> = {
  CustomerOverview: () => ({
    document: CustomerOverviewDocument,
    variables: { bankId, customerId: customer.customerId },
  }),
  CustomerPermissions: () => ({
    document: CustomerPermissionsDocument,
    variables: { bankId, customerId: customer.customerId },
  }),
  CustomerHistory: () => ({
    document: CustomerHistoryDocument,
    variables: { bankId, customerId: customer.customerId },
  }),
  CustomerAsOf: () => ({
    document: CustomerAsOfDocument,
    variables: { bankId, customerId: customer.customerId, time: new Date().toISOString() },
  }),
  CustomerSearch: () => ({
    document: CustomerSearchDocument,
    variables: { bankId, filter: { customerNumber: customer.customerNumber }, sortBy: 'CREATED', first: 1 },
  }),
  FindCustomer: () => ({
    document: FindCustomerDocument,
    variables: { bankId, search: customer.customerNumber, first: 1 },
  }),
  CustomerByNumber: () => ({
    document: CustomerByNumberDocument,
    variables: { bankId, customerNumber: customer.customerNumber },
  }),
  CustomersByMobilePhoneNumber: () => ({
    document: CustomersByMobilePhoneNumberDocument,
    variables: { bankId, mobilePhoneNumber: '%444876' },
  }),
  WorkList: () => ({
    document: WorkListDocument,
    variables: { bankId, before: '9999-12-31', includeExpired: true },
  }),
  KycDashboard: () => ({ document: KycDashboardDocument, variables: { bankId, kycState: 'OK' as const } }),
  BankContacts: () => ({
    document: BankContactsDocument,
    variables: { bankId, from: '2000-01-01T00:00:00Z', first: 1 },
  }),
  KycReview: () => ({ document: KycReviewDocument, variables: { bankId, customerId: customer.customerId } }),
  CustomerAccounts: () => ({
    document: CustomerAccountsDocument,
    variables: { bankId, customerNumber: customer.customerNumber },
  }),
};

describe.each(Object.keys(reads))('%s', (name) => {
  function read(token: string | null) {
    const operation = reads[name]?.();
    if (operation === undefined) throw new Error(`The operation ${name} does not exist.`);
    return execute(token, operation.document as TypedDocumentNode<object, object>, operation.variables);
  }

  test('returns a value in every field to a caller with only the roles of its comment', async () => {
    const { status, data, errors } = await read(await callerWith(rolesOf(name)));

    expect(errors).toEqual([]);
    expect(status).toBe(200);
    // The present values of a history have no end.
    expect(missing(data).filter((path) => !path.endsWith('.until'))).toEqual([]);
  });

  test.each(rolesOf(name))('returns errors with the missing role to a caller without %s', async (role) => {
    const { errors } = await read(await callerWith(rolesOf(name).filter((bankRole) => bankRole !== role)));

    const missingRoles = errors.flatMap(({ extensions }) => extensions.missingRoles);
    expect(errors.map(({ extensions }) => extensions.obpCode)).toEqual(errors.map(() => 'OBP-20006'));
    expect(missingRoles).toContain(role);
  });

  test('refuses an anonymous caller', async () => {
    const { data, errors } = await read(null);

    expect(new Set(Object.values(data ?? {}))).toEqual(new Set([null]));
    expect(new Set(errors.map(({ extensions }) => extensions.obpCode))).toEqual(new Set(['OBP-20001']));
  });
});

test('CustomerOverview nests each object in the object that it belongs to', async () => {
  const token = await callerWith(rolesOf('CustomerOverview'));
  const { customerId, accountId, userId, customerNumber } = customer;

  const { data } = await execute(token, CustomerOverviewDocument, { bankId, customerId });

  const overview = data?.customer;
  expect(overview).toMatchObject({ id: customerId, customerNumber, bank: { id: bankId, fullName: 'The Bank' } });
  expect(overview?.accountLinks?.map(({ account }) => account?.accountId)).toEqual([accountId]);
  expect(overview?.accountLinks?.[0]?.account?.contracts).toMatchObject([
    { contractCode: 'LKJL98769F', productCode: 'MORTGAGE', interestRate: '1.5' },
  ]);
  expect(overview?.userLinks?.map((link) => link.user?.id)).toEqual([userId]);
  expect(overview?.correlatedUsers?.map(({ id }) => id)).toEqual([userId]);
  const [document] = overview?.kycDocuments ?? [];
  const [check] = overview?.kycChecks ?? [];
  const [media] = overview?.kycMedia ?? [];
  expect(document?.media?.map(({ id }) => id)).toEqual([media?.id]);
  expect(media).toMatchObject({ document: { id: document?.id }, check: { id: check?.id } });
  const { messages, meetings, crmEvents } = overview ?? {};
  expect([messages, meetings, crmEvents].map((connection) => connection?.nodes.length)).toEqual([2, 2, 2]);
});

test('CustomerOverview returns the next page of messages, meetings, and CRM events', async () => {
  const token = await callerWith(rolesOf('CustomerOverview'));
  const variables = {
    bankId,
    customerId: customer.customerId,
    firstMessages: 1,
    firstMeetings: 1,
    firstCrmEvents: 1,
  };
  const pageAfter = async (after: object) => {
    const { data } = await execute(token, CustomerOverviewDocument, { ...variables, ...after });
    if (data?.customer == null) throw new Error('The response must contain the customer.');
    const { messages, meetings, crmEvents } = data.customer;
    return [messages, meetings, crmEvents];
  };

  const first = await pageAfter({});
  const [afterMessage, afterMeeting, afterCrmEvent] = first.map((connection) => connection?.pageInfo.endCursor);
  const second = await pageAfter({ afterMessage, afterMeeting, afterCrmEvent });

  expect(first.map((connection) => connection?.pageInfo.hasNextPage)).toEqual([true, true, true]);
  expect(second.map((connection) => connection?.pageInfo.hasNextPage)).toEqual([false, false, false]);
  for (const [index, connection] of second.entries()) {
    expect(connection?.nodes).toHaveLength(1);
    expect(connection?.nodes[0]?.id).not.toBe(first[index]?.nodes[0]?.id);
  }
});

test('PossibleDuplicates returns the customers of the bank with the same values', async () => {
  const at = 'gh.30.uk';
  await gateway.createBank(at);
  const { customerId } = await insertWholeCustomer(gateway.database, { bankId: at });
  const other = await insertWholeCustomer(gateway.database, { bankId: at });
  const { token } = await gateway.createUser({ roles: rolesOf('PossibleDuplicates').map((role) => [role, at]) });

  const { data, errors } = await execute(token, PossibleDuplicatesDocument, { bankId: at, customerId });

  expect(errors).toEqual([]);
  expect(missing(data)).toEqual([]);
  expect(data?.customer?.possibleDuplicates?.map((duplicate) => duplicate.customerId)).toEqual([other.customerId]);
});

test('MyCustomers returns all data of the linked customers to a user without roles', async () => {
  const caller = await gateway.createUser({ roles: [['CanGetCustomers', bankId]] });
  await gateway.database.transaction(async (transaction) => {
    await transaction.update(user).set({ firstName: 'Eveline', lastName: 'Tripman' }).where(eq(user.id, caller.id));
  });
  const customerOfCaller = await insertWholeCustomer(gateway.database, { bankId, userId: caller.id });

  const { data, errors } = await execute(caller.token, MyCustomersDocument, {});

  expect(errors).toEqual([]);
  expect(data?.myCustomers?.map(({ id }) => id)).toEqual([customerOfCaller.customerId]);
  expect(missing(data)).toEqual([]);

  const meetings = await execute(caller.token, MyMeetingsDocument, {});
  expect(meetings.errors).toEqual([]);
  // The token is null, because a provider of video sessions is not configured.
  const tokens = ['0', '1'].map((index) => `myCustomers.0.meetings.nodes.${index}.keys.customerToken`);
  expect(missing(meetings.data)).toEqual(tokens);
});

test('OnboardCustomer creates a company, whose ownership CompanyOwnership returns', async () => {
  const { customerId: ownerId } = await insertWholeCustomer(gateway.database, { bankId });
  const clerk = await callerWith(['CanCreateCustomer', 'CanCreateCustomerLink']);
  const customerLinks = [{ linkedCustomerId: ownerId, relationshipTo: 'BENEFICIAL_OWNER' as const, percentage: '75' }];
  const company = { registrationNumber: '09876543', incorporationDate: '2009-04-01', legalForm: 'Ltd' };
  const names = { legalName: 'Tripman Ltd', mobilePhoneNumber: '+44 7972 444876', customerType: 'CORPORATE' as const };

  const created = await execute(clerk, OnboardCustomerDocument, {
    bankId,
    input: { ...names, ...company, customerLinks },
  });
  const customerId = created.data?.createCustomer?.customer?.id ?? '';
  const read = await execute(await callerWith(rolesOf('CompanyOwnership')), CompanyOwnershipDocument, {
    bankId,
    customerId,
  });

  for (const { data, errors } of [created, read]) expect(errors, JSON.stringify(data)).toEqual([]);
  const links = read.data?.customer?.customerLinks?.map(({ linkedCustomer }) => linkedCustomer?.id);
  expect(links).toEqual([ownerId]);
});

/** The operations that end the relationship with a customer. */
const lifecycle = ['CloseCustomer', 'CustomersPastRetention', 'SetLegalHold'];

test('a customer is closed, listed after the retention period, and put under a legal hold', async () => {
  const [clerk, ...others] = await Promise.all(lifecycle.map((name) => callerWith(rolesOf(name))));
  const [lister = null, holder = null] = others;
  const lastChange = new Date('2020-05-01T00:00:00Z');
  const { id: customerId } = await insertCustomer(gateway.database, {
    bankId,
    createdAt: lastChange,
    updatedAt: lastChange,
  });
  await setRetentionDays(gateway.database, bankId, 30);
  const closing = { date: '2020-05-31', reason: 'Moved abroad' };

  const closed = await execute(clerk ?? null, CloseCustomerDocument, { bankId, customerId, input: closing });
  const listed = await execute(lister, CustomersPastRetentionDocument, { bankId, first: 1 });
  const held = await execute(holder, SetLegalHoldDocument, { bankId, customerId, input: { reason: 'Court order' } });
  await setRetentionDays(gateway.database, bankId, null);

  for (const { data, errors } of [closed, listed, held]) expect([errors, missing(data)]).toEqual([[], []]);
  expect(listed.data?.customersPastRetention?.nodes.map((node) => node.customerId)).toEqual([customerId]);
});

test('only operations for tokens and keys select a secret, because their responses are not compressed', async () => {
  const schema = await gatewaySchema();
  const secret = names.filter((name) => selectsSecret(schema, parse(sourceOf(name))));
  expect(secret.sort()).toEqual(['ChangeMyPassword', 'CreateUser', 'Login', 'MyMeetings']);
});

test('MyCustomers returns empty lists to a user without links and accounts', async () => {
  const { token, id } = await gateway.createUser();

  const { data, errors } = await execute(token, MyCustomersDocument, {});

  expect(errors).toEqual([]);
  expect(data).toMatchObject({ me: { id, accounts: [] }, myCustomers: [] });
});

test('Banks returns the banks to an anonymous caller', async () => {
  const { data, errors } = await execute(null, BanksDocument);

  expect(errors).toEqual([]);
  const bank = data?.banks?.find(({ id }) => id === bankId);
  expect(bank).toBeDefined();
  expect(missing(bank)).toEqual([]);
});

test('CreateUser creates a user, and Login returns a token of the user', async () => {
  const username = 'eveline.tripman';
  const password = 'a password of more than seventeen characters';
  const input = { username, password, email: 'eveline@example.com', firstName: 'Eveline', lastName: 'Tripman' };

  const created = await execute(null, CreateUserDocument, { input });
  const loggedIn = await execute(null, LoginDocument, { username, password });

  expect([created.errors, loggedIn.errors, missing(created.data), missing(loggedIn.data)]).toEqual([[], [], [], []]);
  for (const token of [created.data?.createUser?.token, loggedIn.data?.login?.token]) {
    const { data } = await execute(token ?? null, MyCustomersDocument, {});
    expect(data?.me).toMatchObject({ id: created.data?.createUser?.user?.id, username });
  }
});

test('the password is changed by its owner, and reset by mail', async () => {
  const mailServer = await startMailServer();
  const environment = {
    ...{ ...trustedDocuments, ...mailServer.environment },
    GATEWAY_PASSWORD_RESET_URL: 'https://app.example/reset-password',
  };
  const at = await startGateway({ environment });
  try {
    const [username, email] = ['eveline.tripman', 'eveline@example.com'];
    const passwords = ['the first of the passphrases', 'the second of the passphrases', 'the third of the passphrases'];
    const [password = '', second = '', third = ''] = passwords;
    const { database } = at;
    await administration.createUser(database, { username, password, email, firstName: null, lastName: null });
    await administration.validateEmail(database, username);
    const loggedIn = await execute(null, LoginDocument, { username, password }, at);
    const owner = loggedIn.data?.login?.token ?? null;

    const passwordsOfOwner = { oldPassword: password, newPassword: second };
    const changed = await execute(owner, ChangeMyPasswordDocument, passwordsOfOwner, at);
    const requested = await execute(null, RequestPasswordResetDocument, { usernameOrEmail: email }, at);
    // The mail about the change can arrive later than the link.
    await mailServer.mailTo(email, 2);
    const token = /#token=([\w-]{43})/.exec(mailServer.received.map(({ text }) => text).join('\n'))?.[1] ?? '';
    const reset = await execute(null, ResetPasswordDocument, { token, newPassword: third }, at);
    const again = await execute(null, LoginDocument, { username, password: third }, at);

    for (const { data, errors } of [changed, requested, reset]) expect([errors, missing(data)]).toEqual([[], []]);
    expect(again.data?.login?.token).toEqual(expect.any(String));
  } finally {
    await at.stop();
    await mailServer.close();
  }
});

test('the manifest contains every operation and no other', () => {
  const texts = Object.values(JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, string>);

  expect(texts.map((text) => /\b(?:query|mutation) (\w+)/.exec(text)?.[1]).sort()).toEqual([...names].sort());
});

test('a text is refused even if it is that of a shipped operation', async () => {
  const { status, errors } = await gateway.query(null, sourceOf('Banks'));

  expect([status, ...errors.map(({ extensions }) => extensions.key)]).toEqual([403, 'DOCUMENT_NOT_TRUSTED']);
});

test('the tests cover every operation in schema/operations', () => {
  const passwords = ['ChangeMyPassword', 'CreateUser', 'Login', 'RequestPasswordReset', 'ResetPassword'];
  const others = [
    'Banks',
    'MyCustomers',
    'MyMeetings',
    'OnboardCustomer',
    'CompanyOwnership',
    'PossibleDuplicates',
    ...lifecycle,
  ];
  expect([...Object.keys(reads), ...passwords, ...others].sort()).toEqual([...names].sort());
});
