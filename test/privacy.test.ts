/**
 * Checks that personal data does not leak. Calls every API successfully and with errors, and then searches the log at
 * level trace, the errors of responses, the audit trail, and the idempotency keys for all values that were sent,
 * stored, or returned.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { gt } from 'drizzle-orm';
import { type GraphQLField, getNamedType, isObjectType } from 'graphql';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { auditEvent } from '../src/audit/audit.table.ts';
import { createLogger, describeError } from '../src/base/logger.ts';
import { type Role, roleScope } from '../src/base/roles.ts';
import { idempotencyKey } from '../src/domain/user/idempotency-key.table.ts';
import { gatewaySchema } from '../src/schema.ts';
import catalogue from './catalogue.json' with { type: 'json' };
import { type ApiCase, apiCases, gatewayCases, type Variables, wholeEnvironment } from './support/api-cases.ts';
import { createDatabaseUrl, dialectUnderTest } from './support/database-url.ts';
import { insertEveryEntity, type World } from './support/every-entity.ts';
import { insertFurtherBelongings } from './support/further-belongings.ts';
import { type Gateway, type GatewayResponse, startGateway, testEnvironment } from './support/gateway.ts';
import { audience, type IdentityProvider, startIdentityProvider } from './support/identity-provider.ts';
import { leaksIn, type PlantedPerson, plantedPerson, textsIn } from './support/planted.ts';
import { buildProgram, runProgram, startProgram } from './support/program.ts';
import {
  insertCustomer,
  insertCustomerAddress,
  insertCustomerAttribute,
  insertKycDocument,
  insertSocialMediaHandle,
  insertTaxResidence,
} from './support/rows.ts';

type Field = GraphQLField<unknown, unknown>;

interface ApiCall {
  title: string;
  kind: 'query' | 'mutation';
  field: Field;
  errors: readonly string[];
  case: ApiCase;
}

const schema = await gatewaySchema();

function callOf(coordinate: string, title: string, errors: readonly string[], apiCase: ApiCase | undefined): ApiCall[] {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined || apiCase === undefined) return [];
  return [{ title, kind: typeName === 'Mutation' ? 'mutation' : 'query', field, errors, case: apiCase }];
}

const calls: ApiCall[] = [
  ...catalogue.flatMap(({ operation, root, errors }) => callOf(root, operation, errors, apiCases[operation])),
  ...Object.entries(gatewayCases).flatMap(([name, gatewayCase]) => callOf(`Mutation.${name}`, name, [], gatewayCase)),
];

function documentOf({ kind, field, case: { selection } }: ApiCall): string {
  const inBrackets = (items: string[]) => (items.length === 0 ? '' : `(${items.join(', ')})`);
  const variables = field.args.map(({ name, type, defaultValue }) => {
    return `$${name}: ${type}${defaultValue === undefined ? '' : ` = ${defaultValue}`}`;
  });
  const args = field.args.map(({ name }) => `${name}: $${name}`);
  const fields = isObjectType(getNamedType(field.type)) ? `{ ${selection} }` : '';
  return `${kind} ${inBrackets(variables)} { ${field.name}${inBrackets(args)} ${fields} }`;
}

/** Data that is stored at the bank but never sent, so errors must not contain it. */
const stored = plantedPerson();
/** Data that requests contain in unusual places. */
const sent = plantedPerson();
/** The sent and returned values that the log must not contain, with the names of their fields. */
const handled = new Map<string, string>();

let gateway: Gateway;
let provider: IdentityProvider;
let mailServer: Server;
let world: World;
/** The errors of all responses. */
const errorTexts: string[] = [];

function isHandled(value: string): boolean {
  // Log lines contain times, and can contain short words by chance.
  return value.length >= 6 && !/^\d{4}-\d\d-\d\d/.test(value);
}

function remember(value: unknown): void {
  for (const { field, text: sentText } of textsIn(value)) if (isHandled(sentText)) handled.set(sentText, field);
}

/** Starts a mail server that rejects each email with a message that contains the recipient. */
async function startRefusingMailServer(): Promise<Server> {
  const server = createServer((socket) => {
    socket.write('220 mail.example.org ESMTP\r\n');
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const line = String(chunk).trim();
      const reply = /^RCPT/i.test(line) ? `550 5.1.1 ${line.slice(8)} is unknown here` : '250 ok';
      socket.write(`${reply}\r\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

async function insertStored(bankId: string): Promise<string> {
  const { database } = gateway;
  const { legalName, phone, email, customerNumber } = stored;
  const { id: customerId } = await insertCustomer(database, {
    bankId,
    legalName,
    mobilePhoneNumber: phone,
    email,
    customerNumber,
  });
  const child = { bankId, customerId };
  await insertCustomerAddress(database, { ...child, line1: stored.line1, city: stored.city });
  await insertCustomerAttribute(database, { ...child, name: 'NOTE', value: stored.attributeValue });
  await insertKycDocument(database, { ...child, number: stored.documentNumber });
  await insertTaxResidence(database, { ...child, taxNumber: stored.taxNumber });
  await insertSocialMediaHandle(database, { ...child, handle: stored.handle });
  await insertFurtherBelongings(database, child, { isWhole: true, text: stored.message });
  return customerId;
}

beforeAll(async () => {
  provider = await startIdentityProvider();
  mailServer = await startRefusingMailServer();
  gateway = await startGateway({
    environment: {
      ...wholeEnvironment,
      LOG_LEVEL: 'trace',
      GATEWAY_OPERATION_TIMEOUT: '2s',
      GATEWAY_SMTP_URL: `smtp://127.0.0.1:${portOf(mailServer)}`,
      GATEWAY_MAIL_FROM: 'no-reply@bank.example',
      GATEWAY_PUBLIC_URL: 'https://gateway.example/',
      GATEWAY_NEW_USERS_PER_HOUR: '1000',
      GATEWAY_OIDC_ISSUERS: `${provider.issuer}|${audience}`,
      GATEWAY_OIDC_ENTITLEMENTS: `${provider.issuer}|obp_roles`,
    },
  });
  world = await insertEveryEntity(gateway);
  await insertStored(world.bankId);
});

afterAll(async () => {
  await gateway.stop();
  mailServer.close();
  await provider.stop();
});

function userWith(at: World, roles: readonly Role[]) {
  return gateway.createUser({ roles: roles.map((role) => [role, roleScope(role) === 'system' ? null : at.bankId]) });
}

async function callerOf({ field, case: { alsoRoles = [] } }: ApiCall, at: World): Promise<string | null> {
  const { kind, anyOf = [] } = field.extensions.access as { kind: string; anyOf?: Role[] };
  if (kind === 'public') return null;
  return anyOf.length === 0 ? at.linkedUser.token : (await userWith(at, [...anyOf, ...alsoRoles])).token;
}

async function send(
  token: string | null,
  document: string,
  variables: Variables = {},
  headers: Record<string, string> = {},
): Promise<GatewayResponse<Record<string, unknown>>> {
  const response = await gateway.query(token, document, variables, headers);
  remember([variables, response.data, token]);
  errorTexts.push(JSON.stringify(response.errors));
  return response;
}

const logLines = () => gateway.logged.map((line) => JSON.stringify(line));
const secretsOf = (person: PlantedPerson) => [...Object.values(person), ...person.token.split('.')];

async function auditTexts(after = 0): Promise<string[]> {
  const rows = await gateway.database.read.select().from(auditEvent).where(gt(auditEvent.sequence, after));
  return rows.map((row) => JSON.stringify(row));
}

async function idempotencyTexts(): Promise<string[]> {
  return (await gateway.database.read.select().from(idempotencyKey)).map((row) => JSON.stringify(row));
}

/** Fields whose values are words of the schema, which can occur anywhere. */
const fieldsWithWords = new Set(['category', 'kind', 'state', 'type', 'relationshipType', 'roleName']);

/** Returns the leaks in the log lines, errors, and audit events after the first ones of each. */
async function leaksSince(since: { lines: number; errors: number; events: number }): Promise<string[]> {
  const log = logLines().slice(since.lines);
  const personal = [...handled].filter(([, field]) => !fieldsWithWords.has(field));
  const { reason, ...sentWithoutReason } = sent;
  // The audit trail contains the reason, and the IDs of banks, customers, and users.
  const personalWithoutIds = personal.filter(([, field]) => !/id$/i.test(field)).map(([value]) => value);
  const idempotencyKeys = await idempotencyTexts();
  return [
    ...leaksIn(log, [...secretsOf(stored), ...secretsOf(sent), ...personal.map(([value]) => value)]),
    ...leaksIn(errorTexts.slice(since.errors), secretsOf(stored)),
    ...leaksIn(
      [...(await auditTexts(since.events)), ...idempotencyKeys],
      [...secretsOf(stored), ...Object.values(sentWithoutReason), ...personalWithoutIds],
    ),
    ...leaksIn(idempotencyKeys, [reason]),
  ];
}

const since = { lines: 0, errors: 0, events: 0 };

// Runs after each test, so that a leak fails the test that caused it.
afterEach(async () => {
  const leaks = await leaksSince(since);
  since.lines = gateway.logged.length;
  since.errors = errorTexts.length;
  since.events += (await auditTexts(since.events)).length;
  expect(leaks).toEqual([]);
});

describe('a successful request', () => {
  test.each(calls.map((call): [string, ApiCall] => [call.title, call]))(
    'does not leak personal data in %s',
    async (_title, call) => {
      const at = call.kind === 'query' ? world : await insertEveryEntity(gateway);
      const token = await callerOf(call, at);
      const variables = call.case.variables(at);
      const headers = { 'x-reason': encodeURIComponent(sent.reason), 'idempotency-key': randomUUID() };

      const first = await send(token, documentOf(call), variables, headers);

      expect(first.errors).toEqual([]);
    },
  );

  test('does not leak personal data in a new customer, retried with an email address as the idempotency key', async () => {
    const { token } = await userWith(world, ['CanCreateCustomer', 'CanGetCustomer']);
    const variables = {
      bankId: world.bankId,
      input: {
        legalName: sent.legalName,
        mobilePhoneNumber: sent.phone,
        email: sent.email,
        customerNumber: sent.customerNumber,
      },
      idempotencyKey: sent.email,
    };
    const document = `mutation ($bankId: ID!, $input: CreateCustomerInput!, $idempotencyKey: String) {
      createCustomer(bankId: $bankId, input: $input, idempotencyKey: $idempotencyKey) {
        customer { id legalName mobilePhoneNumberE164 email }
      }
    }`;

    for (const attempt of [1, 2]) {
      const { data, errors } = await gateway.query(token, document, variables);
      expect({ attempt, errors }).toEqual({ attempt, errors: [] });
      expect(JSON.stringify(data)).toContain(sent.phoneE164);
    }
  });
});

describe('a failed request', () => {
  const refusals = calls.flatMap((call) =>
    Object.entries(call.case.refusals ?? {})
      .filter(([, { environment }]) => environment === undefined)
      .map(([code, refusal]) => ({ call, code, refusal })),
  );

  test.each(
    refusals.map((item): [string, (typeof refusals)[number]] => [`${item.call.title} with ${item.code}`, item]),
  )('does not leak personal data in %s', async (_title, { call, refusal }) => {
    const token = (await refusal.caller?.(world)) ?? (await callerOf(call, world));
    const variables = { ...call.case.variables(world), ...refusal.variables?.(world) };

    const { errors } = await send(token, refusal.document ?? documentOf(call), variables);

    expect(errors).not.toEqual([]);
  });

  test.each(
    calls
      .filter(({ field }) => (field.extensions.access as { kind: string }).kind === 'role')
      .map((call): [string, ApiCall] => [call.title, call]),
  )('does not leak personal data in %s for an anonymous caller and for a user without roles', async (_title, call) => {
    for (const token of [null, world.freeUser.token]) {
      const { errors } = await send(token, documentOf(call), call.case.variables(world));
      expect(errors).not.toEqual([]);
    }
  });

  test.each(['bankId', 'customerId', 'id', 'userId', 'customerNumber', 'accountId'])(
    'does not leak personal data as the %s',
    async (name) => {
      const callsWithArgument = calls.filter(({ field }) => field.args.some((argument) => argument.name === name));
      for (const call of callsWithArgument) {
        for (const token of [null, world.freeUser.token, await callerOf(call, world)]) {
          const variables = { ...call.case.variables(world), [name]: sent.email };
          errorTexts.push(JSON.stringify(await gateway.query(token, documentOf(call), variables)));
        }
      }
    },
    60_000,
  );

  test('does not leak personal data with the customer number of another customer', async () => {
    const { token } = await userWith(world, [
      'CanCreateCustomer',
      'CanUpdateCustomerNumber',
      'CanCreateTaxResidence',
      'CanAddSocialMediaHandle',
    ]);
    const { bankId, customerId } = world;
    const responses = [
      await gateway.query(
        token,
        'mutation ($bankId: ID!, $input: CreateCustomerInput!) { createCustomer(bankId: $bankId, input: $input) { customer { id } } }',
        { bankId, input: { legalName: 'x', mobilePhoneNumber: '+4930901820', customerNumber: stored.customerNumber } },
      ),
      await gateway.query(
        token,
        `mutation ($bankId: ID!, $customerId: ID!, $input: UpdateCustomerNumberInput!) {
          updateCustomerNumber(bankId: $bankId, customerId: $customerId, input: $input) { customer { id } }
        }`,
        { bankId, customerId, input: { customerNumber: stored.customerNumber } },
      ),
    ];

    for (const { errors } of responses) {
      expect(errors).toMatchObject([{ extensions: { obpCode: 'OBP-30006' } }]);
      errorTexts.push(JSON.stringify(errors));
    }
  });
});

/** Sends a body unchanged, and remembers the text of the response. */
async function post(
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<{ status: number; responseText: string }> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: new Uint8Array(Buffer.from(body)),
  });
  const responseText = await response.text();
  errorTexts.push(responseText);
  return { status: response.status, responseText };
}

describe('an invalid request', () => {
  const inLiteral = `query { customers(bankId: "${sent.email}", filter: { legalNameStartsWith: ${JSON.stringify(sent.legalName)} }) { nodes { id } } }`;
  test.each([
    ['malformed JSON', `{"query": "{ me }", "variables": {"email": "${sent.email}", "name": "${sent.legalName}`],
    ['a JSON string', JSON.stringify(sent.legalName)],
    ['a list of operations', JSON.stringify([{ query: `{ user(id: "${sent.username}") { id } }` }])],
    ['a query that is an object', JSON.stringify({ query: { name: sent.legalName } })],
    ['variables that are a string', JSON.stringify({ query: '{ me { id } }', variables: sent.email })],
    ['a syntax error', JSON.stringify({ query: `{ user(id: "${sent.email}" "${sent.phone}" { id } }` })],
    ['an unterminated string', JSON.stringify({ query: `{ user(id: "${sent.email}` })],
    ['an unknown field', JSON.stringify({ query: `{ user(id: "x") { ${sent.firstName} } }` })],
    ['an unknown argument', JSON.stringify({ query: `{ user(id: "x", ${sent.firstName}: "${sent.phone}") { id } }` })],
    [
      'a literal of the wrong type',
      JSON.stringify({ query: `{ customers(bankId: "x", first: "${sent.phone}") { nodes { id } } }` }),
    ],
    ['a filter with personal data', JSON.stringify({ query: inLiteral })],
    ['an unknown operation', JSON.stringify({ query: 'query a { me { id } }', operationName: sent.legalName })],
    [
      'a variable of the wrong type',
      JSON.stringify({
        query: 'query ($id: Int) { customers(bankId: "x", first: $id) { nodes { id } } }',
        variables: { id: sent.phone },
      }),
    ],
    [
      'an input with an unknown field',
      JSON.stringify({
        query: 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }',
        variables: { input: { [sent.firstName]: sent.password, email: sent.email, password: sent.password } },
      }),
    ],
    [
      'an input with invalid values',
      JSON.stringify({
        query: 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }',
        variables: {
          input: {
            username: sent.username,
            password: 'short',
            email: sent.legalName,
            firstName: sent.firstName,
            lastName: sent.lastName,
          },
        },
      }),
    ],
    ['a persisted query', JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: sent.email } } })],
    ['a body that is too large', JSON.stringify({ query: `{ user(id: "${sent.email.repeat(20_000)}") { id } }` })],
    ['too many tokens', JSON.stringify({ query: `{ ${`a: user(id: "${sent.email}") { id } `.repeat(400)} }` })],
  ])('does not leak personal data in %s', async (_title, body) => {
    const { status, responseText } = await post(body);

    expect(responseText).toContain('"errors"');
    expect(status).toBeLessThan(500);
  });

  test('does not leak personal data in another content type, a path, and a query string', async () => {
    await post(`name=${encodeURIComponent(sent.legalName)}`, { 'content-type': `text/plain; name=${sent.username}` });
    const responses = [
      await fetch(`${gateway.url}/${encodeURIComponent(sent.legalName)}?email=${encodeURIComponent(sent.email)}`),
      await fetch(`${gateway.url}/graphql?query=${encodeURIComponent(`{ user(id: "${sent.email}") { id } }`)}`),
      await fetch(`${gateway.url}/health/ready?phone=${encodeURIComponent(sent.phone)}`),
      await fetch(`${gateway.url}/health/live?phone=${encodeURIComponent(sent.phone)}`),
      await fetch(`${gateway.url}/.well-known/jwks.json`),
      await fetch(`${gateway.url}/validate-email?token=${sent.token}`),
      await fetch(`${gateway.url}/validate-email?token=${sent.token}`, {
        method: 'POST',
        body: new URLSearchParams({ password: sent.password }),
      }),
    ];

    for (const response of responses) errorTexts.push(await response.text());
  });

  test('does not leak personal data in headers', async () => {
    const headersOfRequests: Record<string, string>[] = [
      { 'x-reason': `${sent.reason}%FF` },
      { 'x-reason': encodeURIComponent(sent.reason) },
      { 'x-request-id': sent.email },
      { 'idempotency-key': sent.legalName },
      { cookie: `session=${sent.token}` },
      { referer: `https://app.example.org/?name=${sent.username}` },
      { 'user-agent': sent.username },
      { origin: `https://${sent.username}.example.org` },
      { 'x-forwarded-for': sent.email },
    ];
    for (const headers of headersOfRequests) {
      await post(JSON.stringify({ query: '{ me { id } }' }), headers);
    }
  });

  test('does not leak personal data in a connection that closes before the end of the body', async () => {
    const broken = request(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': '5000' },
    });
    broken.on('error', () => undefined);
    broken.write(`{"query": "{ user(id: \\"${sent.email}\\")`);
    await sleep(50);
    broken.destroy();
    await sleep(50);
  });
});

describe('a login', () => {
  const login =
    'mutation ($username: String!, $password: String!) { login(username: $username, password: $password) { token } }';
  const register = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } token } }';

  test('does not leak personal data with a valid password, an invalid password, or an unknown username', async () => {
    const { username, password, email, firstName, lastName } = sent;
    const input = { username, password, email, firstName, lastName };
    expect((await send(null, register, { input })).errors).toEqual([]);
    await send(null, register, { input });
    for (const variables of [
      { username, password },
      { username, password: `${password}!` },
      { username: email, password },
      { username: `${username}-unknown`, password },
    ]) {
      await send(null, login, variables);
    }
    for (let attempt = 0; attempt < 7; attempt += 1) await send(null, login, { username, password: 'wrong' });

    // The mail server rejects the email to the new user with a message that contains the address.
    await expect.poll(() => logLines().filter((line) => line.includes('mail not sent'))).not.toEqual([]);
  });

  test('does not leak personal data with the password of another user at registration', async () => {
    const { username, email, firstName, lastName } = plantedPerson();
    const { password } = sent;
    await send(null, register, { input: { username, password, email, firstName, lastName } });
  });

  test('does not leak personal data with an invalid, forged, expired, or foreign token', async () => {
    const user = await gateway.createUser();
    const [header = '', payload = '', signature = ''] = user.token.split('.');
    const { token: expired } = await gateway.tokens.sign({ userId: user.id }, -3600);
    const tokens = [
      sent.token,
      sent.email,
      'Bearer',
      `${header}.${payload}.${signature.split('').reverse().join('')}`,
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`,
      expired,
      await provider.forge({ claims: { sub: sent.username, exp: 1 } }),
      await provider.forge({ claims: { sub: sent.username, aud: sent.email } }),
      await provider.forge({ claims: { sub: sent.username, iss: sent.email } }),
      await provider.forge({
        claims: { sub: sent.username, email: sent.legalName, name: 7 },
        header: { kid: sent.legalName },
      }),
    ];
    for (const token of tokens) {
      const { status } = await gateway.query(token, '{ me { id } }');
      // An email address is not split, because its parts occur in other addresses.
      for (const part of token === sent.email ? [token] : token.split('.')) {
        if (isHandled(part)) handled.set(part, 'token');
      }
      expect(status).toBe(401);
    }
    await post('{"query":"{ me { id } }"}', {
      authorization: `Basic ${Buffer.from(sent.password).toString('base64')}`,
    });
  });

  test('does not leak personal data with a token of an identity provider, also while the provider is down', async () => {
    provider.claims = {
      email: sent.email,
      name: sent.legalName,
      preferred_username: sent.username,
      obp_roles: ['CanFly', sent.email, 7],
    };
    const token = await provider.tokenOfPerson(sent.username);
    for (const part of token.split('.')) handled.set(part, 'token');
    await gateway.query(token, '{ me { id username email } }');

    provider.behaviour = 'down';
    const unknown = await provider.forge({ header: { kid: 'no-such-key' }, claims: { sub: sent.username } });
    await gateway.query(unknown, '{ me { id } }');
    provider.behaviour = 'normal';
  });
});

/** Runs a statement over another connection than the gateway's. */
async function execute(url: string, statement: string): Promise<void> {
  if (dialectUnderTest === 'sqlite') {
    const database = new Sqlite(url.replace('file:', ''));
    database.exec(statement);
    database.close();
    return;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** Locks the table of addresses. Returns the function that releases the lock. */
async function holdLock(url: string): Promise<() => Promise<void>> {
  if (dialectUnderTest === 'sqlite') {
    const database = new Sqlite(url.replace('file:', ''));
    database.exec('begin immediate');
    return async () => {
      database.close();
    };
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('begin');
  await client.query('lock table customer_address in access exclusive mode');
  return () => client.end();
}

const createAddress = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $input: CustomerAddressInput!) {
  createCustomerAddress(bankId: $bankId, customerId: $customerId, input: $input) { customerAddress { id line1 } }
}`;

describe('an unexpected error', () => {
  const input = {
    line1: sent.line1,
    city: sent.city,
    postcode: '13359',
    countryCode: 'DE',
    tags: [sent.attributeValue],
  };
  const customerIds = () => ({ bankId: world.bankId, customerId: world.customerId });
  const unexpected = () => logLines().filter((line) => line.includes('unexpected error'));

  /** Asserts that the response contains an unexpected error without sent data, and that the error was logged. */
  async function expectLogged(response: GatewayResponse<unknown>, before: number): Promise<void> {
    expect(response.errors).toMatchObject([{ extensions: { obpCode: 'OBP-50000' } }]);
    errorTexts.push(JSON.stringify(response.errors));
    expect(leaksIn(errorTexts.slice(-1), secretsOf(sent))).toEqual([]);
    expect(unexpected().length).toBeGreaterThan(before);
  }

  test('does not leak personal data if the message of a unique constraint contains a row', async () => {
    const { token } = await userWith(world, ['CanCreateCustomerAddress']);
    const index = `create unique index trouble on customer_address (line_1) where city = '${sent.city}'`;
    await execute(gateway.config.databaseUrl, index);
    const create = () => gateway.query(token, createAddress, { ...customerIds(), input });
    await create();
    const before = unexpected().length;

    await expectLogged(await create(), before);

    await execute(gateway.config.databaseUrl, 'drop index trouble');
  });

  test('does not leak personal data if the message of a trigger contains a row', async () => {
    const { token } = await userWith(world, ['CanCreateCustomerAddress']);
    const { databaseUrl } = gateway.config;
    await execute(
      databaseUrl,
      dialectUnderTest === 'sqlite'
        ? `create trigger trouble before insert on customer_address when json_extract(new.line_1, '$.a') = 1 begin select 1; end`
        : `create function trouble() returns trigger language plpgsql as $$ begin raise exception E'%\\nat % there', new.line_1, new.line_1 using detail = new.city, hint = new.line_1, column = new.city; end $$;
           create trigger trouble before insert on customer_address for each row execute function trouble()`,
    );
    const before = unexpected().length;

    const response = await gateway.query(token, createAddress, { ...customerIds(), input });

    await execute(
      databaseUrl,
      dialectUnderTest === 'sqlite'
        ? 'drop trigger trouble'
        : 'drop trigger trouble on customer_address; drop function trouble()',
    );
    await expectLogged(response, before);
  });

  test('does not leak personal data if a stored value is invalid', async () => {
    const { token } = await userWith(world, ['CanGetCustomerAddress', 'CanCreateCustomerAddress']);
    await gateway.query(token, createAddress, { ...customerIds(), input });
    const broken = dialectUnderTest === 'sqlite' ? `'${stored.line1} ' || tags` : `'"${stored.line1}"'`;
    const before = unexpected().length;
    await execute(
      gateway.config.databaseUrl,
      `update customer_address set tags = ${broken} where city = '${sent.city}'`,
    );

    const response = await gateway.query(
      token,
      'query ($bankId: ID!, $customerId: ID!) { customerAddresses(bankId: $bankId, customerId: $customerId) { id tags } }',
      customerIds(),
    );

    await execute(gateway.config.databaseUrl, `delete from customer_address where city = '${sent.city}'`);
    await expectLogged(response, before);
  });

  test('does not leak personal data if a table is missing', async () => {
    const { token } = await userWith(world, ['CanGetCustomers']);
    const before = unexpected().length;
    await execute(gateway.config.databaseUrl, 'alter table customer rename to customer_elsewhere');

    const response = await gateway.query(
      token,
      'query ($bankId: ID!, $filter: CustomerFilter) { customers(bankId: $bankId, filter: $filter) { nodes { id } } }',
      { bankId: world.bankId, filter: { legalNameStartsWith: sent.legalName, mobilePhoneNumber: sent.phone } },
    );
    await fetch(`${gateway.url}/health/ready`);

    await execute(gateway.config.databaseUrl, 'alter table customer_elsewhere rename to customer');
    await expectLogged(response, before);
  });

  test('does not leak personal data if another connection holds a lock until the deadline of the operation', async () => {
    const { token } = await userWith(world, ['CanCreateCustomerAddress']);
    const release = await holdLock(gateway.config.databaseUrl);

    const [response] = await Promise.all([
      gateway.query(token, createAddress, { ...customerIds(), input }),
      sleep(2_500).then(release),
    ]);

    expect(response.errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    errorTexts.push(JSON.stringify(response.errors));
    expect(leaksIn(errorTexts.slice(-1), secretsOf(sent))).toEqual([]);
  });

  test('does not leak personal data if the message has several lines', () => {
    const error = new Error(`broken\nat ${sent.line1}:1:1\n    at ${sent.legalName} (${sent.email})`, {
      cause: new SyntaxError(`Unexpected token, "${sent.legalName}" is not valid JSON`),
    });
    const { stack, cause } = describeError(error);

    expect(leaksIn([JSON.stringify([stack, cause])], Object.values(sent))).toEqual([]);
    expect(stack?.[0]).toContain('privacy.test.ts');
  });

  if (dialectUnderTest === 'postgresql') {
    test('does not leak personal data if the connections to the database are terminated', async () => {
      const { token } = await userWith(world, ['CanCreateCustomerAddress', 'CanGetCustomers']);
      const termination = execute(
        gateway.config.databaseUrl,
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      const responses = Array.from({ length: 20 }, () =>
        gateway.query(token, createAddress, { ...customerIds(), input }),
      );
      await termination;

      for (const response of await Promise.all(responses)) errorTexts.push(JSON.stringify(response.errors));
    });
  }
});

test('the search finds personal data that a log contains, and the reason in the audit trail', async () => {
  const lines: string[] = [];
  const logger = createLogger('trace', { write: (line) => lines.push(line) });
  logger.debug({ variables: { email: sent.email }, path: encodeURIComponent(sent.legalName) }, `Hello ${sent.phone}`);

  const leaks = leaksIn(lines, Object.values(sent)).map((leak) => leak.split(' in {')[0]);

  expect(leaks.sort()).toEqual([sent.email, sent.firstName, sent.legalName, sent.phone, sent.phoneDigits].sort());
  expect(handled.size).toBeGreaterThan(300);
  expect(errorTexts.length).toBeGreaterThan(300);
  // The audit trail must contain the reason.
  expect(leaksIn(await auditTexts(), [sent.reason])).toHaveLength(1);
});

test('the whole log, all errors, and all audit events are free of personal data', async () => {
  expect(await leaksSince({ lines: 0, errors: 0, events: 0 })).toEqual([]);
});

describe('the program', () => {
  let folder: string;
  let database: Awaited<ReturnType<typeof createDatabaseUrl>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'privacy-'));
    database = await createDatabaseUrl();
    await buildProgram();
  }, 120_000);
  afterAll(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  test('does not print personal data while it serves, seals, and stops', async () => {
    const environment = { ...testEnvironment(database.url), ...wholeEnvironment, LOG_LEVEL: 'trace' };
    const { program, match, lines, ended } = await startProgram(['serve'], /"url":"([^"]+)"/, { environment });
    const errors = program.stderr === null ? '' : text(program.stderr);
    const { username, password, email, firstName, lastName } = sent;
    const call = (query: string, variables: Variables = {}, headers: Record<string, string> = {}) =>
      fetch(`${match[1]}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-reason': encodeURIComponent(sent.reason), ...headers },
        body: JSON.stringify({ query, variables }),
      });

    await call('mutation ($input: CreateUserInput!) { createUser(input: $input) { token } }', {
      input: { username, password, email, firstName, lastName },
    });
    const login =
      'mutation ($username: String!, $password: String!) { login(username: $username, password: $password) { token } }';
    const loggedIn = (await (await call(login, { username, password })).json()) as {
      data?: { login?: { token?: string } };
    };
    const token = loggedIn.data?.login?.token ?? '';
    expect(token).not.toBe('');
    await call(login, { username, password: email });
    await call('{ me { id email } }', {}, { authorization: `Bearer ${token}` });
    await call('{ me { id } }', {}, { authorization: `Bearer ${sent.token}` });
    await call(`{ user(id: "${email}" { id } }`);
    await fetch(`${match[1]}/health/ready?${email}`);
    await sleep(1_500);
    program.kill('SIGTERM');
    expect(await ended).toBe(0);

    expect(lines.some((line) => line.includes('audit seal'))).toBe(true);
    const output = [...lines, await errors];
    expect(leaksIn(output, [...secretsOf(sent), token, ...token.split('.').slice(1)])).toEqual([]);
  }, 30_000);

  test('reports the position of records that cannot be imported, but not their content', async () => {
    const file = join(folder, 'customers.json');
    const bank_id = 'gh.29.uk';
    const customer = {
      bank_id,
      customer_id: randomUUID(),
      customer_number: sent.customerNumber,
      legal_name: sent.legalName,
      mobile_phone_number: 'no phone',
      email: sent.phone,
      date_of_birth: sent.city,
      face_image: { url: sent.email, date: sent.reason },
    };
    await writeFile(
      file,
      JSON.stringify({
        customers: [customer, { ...customer, email: sent.email }, { [sent.username]: sent.documentNumber }],
      }),
    );
    const truncated = join(folder, 'truncated.json');
    await writeFile(truncated, `{"customers": [{"legal_name": "${sent.legalName}", ${sent.email}`);
    const environment = testEnvironment(database.url);

    const { exitCode, output, errors, seals } = await runProgram(['import', file, truncated], { environment });

    expect(exitCode).toBe(1);
    expect(output + errors).toMatch(/customers\.json, line 1, customers\[0\]: /);
    expect(seals).toHaveLength(1);
    expect(leaksIn([output, errors, ...seals], secretsOf(sent))).toEqual([]);
  });
});
