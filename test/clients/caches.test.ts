/**
 * Two customers with the same IDs in OBP, in the caches of the clients that front ends use. Reads of the first, the second, and
 * again the first customer must return what the gateway returns, although the third read comes from the cache.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { eq } from 'drizzle-orm';
import { getOperationAST, parse } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { isRole, roleScope, roles } from '../../src/base/roles.ts';
import { account } from '../../src/domain/account/account.table.ts';
import { setRetentionDays } from '../../src/domain/bank/bank-administration.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { kycCheck } from '../../src/domain/kyc/kyc-check.table.ts';
import { kycDocument } from '../../src/domain/kyc/kyc-document.table.ts';
import { kycMedia } from '../../src/domain/kyc/kyc-media.table.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { wholeEnvironment } from '../support/api-cases.ts';
import { insertEveryEntity, sharedNames, type World } from '../support/every-entity.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { rootCallOf } from '../support/root-calls.ts';
import { insertAccountHolder, insertCustomer, insertUserCustomerLink } from '../support/rows.ts';
import { openApolloClient } from './apollo.ts';
import {
  type CachedClient,
  type ClientOptions,
  countingFetch,
  type Operation,
  type Variables,
  withoutTypenames,
} from './cached-client.ts';
import { documentedQueries, isQuery, shippedOperations } from './documented-operations.ts';
import { type CompiledOperations, compileForRelay, openRelayClient } from './relay.ts';
import { openUrqlClient } from './urql.ts';

const project = join(import.meta.dirname, '../..');
const schema = await gatewaySchema();
const operations = [...shippedOperations(), ...documentedQueries()];

/** The types that docs/clients.md names for urql. */
const [, listed = ''] =
  /^const typesWithoutId = \[\n(.*?)^\];/ms.exec(readFileSync(join(project, 'docs/clients.md'), 'utf8')) ?? [];
const typesWithoutId = [...listed.matchAll(/'(\w+)'/g)].map(([, name = '']) => name);

/** The bank that the pages name in their queries. */
const documentedBankId = 'gh.29.uk';
/** The root fields with a different value in each response, such as a time, a new cursor, or the audit events of the reads. */
const changingFields = ['auditEvents', 'changes', 'exportCustomerData'];

let gateway: Gateway;
let caller: TestUser;
let first: World;
let second: World;
let compiled: CompiledOperations;
/** The time of `asOf`. */
let formerTime: string;

beforeAll(async () => {
  gateway = await startGateway({ environment: wholeEnvironment });
  await gateway.createBank(documentedBankId);
  const names = sharedNames();
  first = await insertEveryEntity(gateway, names);
  second = await insertEveryEntity(gateway, names);
  caller = await callerWithEveryRole([documentedBankId, first.bankId, second.bankId]);
  for (const world of [first, second]) {
    await becomeDistinct(world);
    // A customer of each bank is past retention.
    await setRetentionDays(gateway.database, world.bankId, 30);
    await insertCustomer(gateway.database, { bankId: world.bankId, closedOn: '2020-05-31' });
  }
  formerTime = new Date().toISOString();
  compiled = await compileForRelay(operations, join(project, 'schema/schema.graphql'));
});

afterAll(() => gateway.stop());
afterEach(() => vi.restoreAllMocks());

function callerWithEveryRole(bankIds: readonly string[]): Promise<TestUser> {
  const held = Object.keys(roles)
    .filter(isRole)
    .flatMap((role) => (roleScope(role) === 'bank' ? bankIds : [null]).map((bankId) => [role, bankId] as const));
  return gateway.createUser({ roles: held });
}

/** Writes different values to the objects that have the same IDs in OBP, and links the caller to the customer. */
async function becomeDistinct({ bankId, customerId, accountId }: World): Promise<void> {
  const text = `of ${customerId}`;
  const url = `https://media.example.com/${customerId}`;
  await gateway.database.transaction(async (transaction) => {
    // Test rows have times that can be ahead of the clock.
    await transaction
      .update(customer)
      .set({ createdAt: new Date(0) })
      .where(eq(customer.id, customerId));
    await transaction.update(account).set({ label: text }).where(eq(account.bankId, bankId));
    await transaction.update(kycCheck).set({ comments: text }).where(eq(kycCheck.customerId, customerId));
    await transaction.update(kycDocument).set({ number: text }).where(eq(kycDocument.customerId, customerId));
    await transaction.update(kycMedia).set({ url }).where(eq(kycMedia.customerId, customerId));
  });
  await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: caller.id });
  await insertAccountHolder(gateway.database, { bankId, accountId, userId: caller.id });
}

function rootFieldsOf({ source }: Operation): string[] {
  const selections = getOperationAST(parse(source))?.selectionSet.selections ?? [];
  return selections.flatMap((selection) => (selection.kind === 'Field' ? [selection.name.value] : []));
}

/** Returns the variables that an operation declares, from the calls of its root fields. */
function variablesOf(operation: Operation, world: World): Variables {
  const definitions = getOperationAST(parse(operation.source))?.variableDefinitions ?? [];
  const queryFields = schema.getQueryType()?.getFields() ?? {};
  const calls = rootFieldsOf(operation).map((name) => {
    const field = queryFields[name];
    return field === undefined ? {} : rootCallOf('query', field)?.variables(world);
  });
  const known: Variables = Object.assign({ time: formerTime, search: 'Eveline' }, ...calls);
  const names = definitions.map(({ variable }) => variable.name.value);
  return Object.fromEntries(names.filter((name) => name in known).map((name) => [name, known[name]]));
}

const answers = new Map<string, unknown>();

async function answerOfGateway({ source }: Operation, variables: Variables): Promise<unknown> {
  const key = JSON.stringify([source, variables]);
  if (!answers.has(key)) {
    const { data, errors } = await gateway.query(caller.token, source, variables);
    expect(errors).toEqual([]);
    answers.set(key, data);
  }
  return answers.get(key);
}

function spyOnConsole(): () => unknown[] {
  const methods = (['error', 'warn', 'info', 'log', 'debug'] as const).map((method) => vi.spyOn(console, method));
  return () => methods.flatMap(({ mock }) => mock.calls);
}

const clients: [string, (options: ClientOptions) => CachedClient][] = [
  ['Apollo Client', openApolloClient],
  ['urql', (options) => openUrqlClient({ ...options, typesWithoutId })],
  ['Relay', (options) => openRelayClient({ ...options, compiled })],
];

describe.each(clients)('%s', (_name, open) => {
  let client: CachedClient;
  let requests: ReturnType<typeof countingFetch>;

  // One cache for all operations, so that their objects meet in it.
  beforeAll(() => {
    requests = countingFetch(caller.token);
    client = open({ url: `${gateway.url}/graphql`, fetch: requests.fetch });
  });

  test.each(operations.filter(isQuery))('returns the data of each customer for $name', async (operation) => {
    const printed = spyOnConsole();
    const read = async (world: World) => withoutTypenames(await client.run(operation, variablesOf(operation, world)));
    const dependsOnCustomer = !isDeepStrictEqual(variablesOf(operation, first), variablesOf(operation, second));

    const firstAnswer = await read(first);
    const secondAnswer = await read(second);
    const sent = requests.count();
    const thirdAnswer = await read(first);

    expect(printed()).toEqual([]);
    expect(requests.count()).toBe(sent);
    expect(thirdAnswer).toEqual(firstAnswer);
    if (dependsOnCustomer) expect(secondAnswer).not.toEqual(firstAnswer);
    if (rootFieldsOf(operation).some((field) => changingFields.includes(field))) return;
    expect(
      firstAnswer,
      'Add the root field to changingFields if each response to the same query is different.',
    ).toEqual(await answerOfGateway(operation, variablesOf(operation, first)));
    expect(secondAnswer).toEqual(await answerOfGateway(operation, variablesOf(operation, second)));
  });
});

// After the reads, because a registered user is in the list of users.
test.each(clients)('%s returns the user of each registration and login', async (_name, open) => {
  const client = open({ url: `${gateway.url}/graphql`, fetch });
  const printed = spyOnConsole();
  const usernames = ['first', 'second'].map((name) => `${name}.${crypto.randomUUID().slice(0, 8)}`);
  const password = 'a password of more than seventeen characters';
  const userFrom = async (name: string, variables: Variables) => {
    const operation = operations.find((each) => each.name === name);
    if (operation === undefined) throw new Error(`The operation ${name} does not exist.`);
    const payloads = (await client.run(operation, variables)) as Record<string, { user: { id: string } }>;
    return withoutTypenames(Object.values(payloads)[0]?.user);
  };

  const created: unknown[] = [];
  for (const username of usernames) {
    const input = { username, password, email: `${username}@example.com`, firstName: username, lastName: 'Tripman' };
    created.push(await userFrom('CreateUser', { input }));
  }
  const loggedIn: unknown[] = [];
  for (const username of [...usernames, ...usernames]) {
    loggedIn.push(await userFrom('Login', { username, password }));
  }

  expect(printed()).toEqual([]);
  expect(created).toMatchObject(usernames.map((username) => ({ id: expect.any(String), username })));
  const users = created.map((user, index) => ({ id: (user as { id: string }).id, firstName: usernames[index] }));
  expect(loggedIn).toMatchObject([...users, ...users]);
});
