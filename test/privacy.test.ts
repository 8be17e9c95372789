/**
 * Nothing that is personal leaves by the back door: everything is called that there is, goes right and goes wrong, and then
 * the log at its most talkative, the errors of answers, the audit trail and the idempotency keys are searched for whatever
 * was given, stored or answered.
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

interface Called {
  title: string;
  kind: 'query' | 'mutation';
  field: Field;
  errors: readonly string[];
  case: ApiCase;
}

const schema = await gatewaySchema();

function calledAt(coordinate: string, title: string, errors: readonly string[], found: ApiCase | undefined): Called[] {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined || found === undefined) return [];
  return [{ title, kind: typeName === 'Mutation' ? 'mutation' : 'query', field, errors, case: found }];
}

const calls: Called[] = [
  ...catalogue.flatMap(({ operation, root, errors }) => calledAt(root, operation, errors, apiCases[operation])),
  ...Object.entries(gatewayCases).flatMap(([name, found]) => calledAt(`Mutation.${name}`, name, [], found)),
];

function documentOf({ kind, field, case: { selection } }: Called): string {
  const brackets = (inside: string[]) => (inside.length === 0 ? '' : `(${inside.join(', ')})`);
  const variables = field.args.map(({ name, type, defaultValue }) => {
    return `$${name}: ${type}${defaultValue === undefined ? '' : ` = ${defaultValue}`}`;
  });
  const passed = field.args.map(({ name }) => `${name}: $${name}`);
  const selected = isObjectType(getNamedType(field.type)) ? `{ ${selection} }` : '';
  return `${kind} ${brackets(variables)} { ${field.name}${brackets(passed)} ${selected} }`;
}

/** Stored at the bank of each world, and never sent: nobody is to be told of it by an error. */
const stored = plantedPerson();
/** Sent where it does not belong. */
const sent = plantedPerson();
/** Whatever went in or came out by the cases, but for what also a log may say. */
const handled = new Map<string, string>();

let gateway: Gateway;
let provider: IdentityProvider;
let mailServer: Server;
let world: World;
/** What answers said of what went wrong. */
const toldToClients: string[] = [];

function isHandled(value: string): boolean {
  // Times are in each line of the log, and short words may stand in any.
  return value.length >= 6 && !/^\d{4}-\d\d-\d\d/.test(value);
}

function remember(value: unknown): void {
  for (const { field, text: found } of textsIn(value)) if (isHandled(found)) handled.set(found, field);
}

/** Refuses each mail, and says for whom. */
async function startRefusingMailServer(): Promise<Server> {
  const server = createServer((socket) => {
    socket.write('220 mail.example.org ESMTP\r\n');
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const line = String(chunk).trim();
      const answer = /^RCPT/i.test(line) ? `550 5.1.1 ${line.slice(8)} is unknown here` : '250 ok';
      socket.write(`${answer}\r\n`);
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

async function callerOf({ field, case: { alsoRoles = [] } }: Called, at: World): Promise<string | null> {
  const { kind, anyOf = [] } = field.extensions.access as { kind: string; anyOf?: Role[] };
  if (kind === 'public') return null;
  return anyOf.length === 0 ? at.linkedUser.token : (await userWith(at, [...anyOf, ...alsoRoles])).token;
}

async function ask(
  token: string | null,
  document: string,
  variables: Variables = {},
  headers: Record<string, string> = {},
): Promise<GatewayResponse<Record<string, unknown>>> {
  const answer = await gateway.query(token, document, variables, headers);
  remember([variables, answer.data, token]);
  toldToClients.push(JSON.stringify(answer.errors));
  return answer;
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

/** Words of the schema and of the gateway itself, which may stand anywhere. */
const ownWords = new Set(['category', 'kind', 'state', 'type', 'relationshipType', 'roleName']);

/** What stands where it must not, in what was added since so many lines and events. */
async function leaksSince(since: { lines: number; told: number; events: number }): Promise<string[]> {
  const log = logLines().slice(since.lines);
  const personal = [...handled].filter(([, field]) => !ownWords.has(field));
  const { reason, ...sentButReason } = sent;
  // By id the audit trail names banks, customers and users; a reason is for it alone.
  const personalButIds = personal.filter(([, field]) => !/id$/i.test(field)).map(([value]) => value);
  const kept = await idempotencyTexts();
  return [
    ...leaksIn(log, [...secretsOf(stored), ...secretsOf(sent), ...personal.map(([value]) => value)]),
    ...leaksIn(toldToClients.slice(since.told), secretsOf(stored)),
    ...leaksIn(
      [...(await auditTexts(since.events)), ...kept],
      [...secretsOf(stored), ...Object.values(sentButReason), ...personalButIds],
    ),
    ...leaksIn(kept, [reason]),
  ];
}

const since = { lines: 0, told: 0, events: 0 };

// After each test, so that a leak is found in the one that made it.
afterEach(async () => {
  const leaks = await leaksSince(since);
  since.lines = gateway.logged.length;
  since.told = toldToClients.length;
  since.events += (await auditTexts(since.events)).length;
  expect(leaks).toEqual([]);
});

describe('what goes right', () => {
  test.each(calls.map((called): [string, Called] => [called.title, called]))('by %s', async (_title, called) => {
    const at = called.kind === 'query' ? world : await insertEveryEntity(gateway);
    const token = await callerOf(called, at);
    const variables = called.case.variables(at);
    const headers = { 'x-reason': encodeURIComponent(sent.reason), 'idempotency-key': randomUUID() };

    const first = await ask(token, documentOf(called), variables, headers);

    expect(first.errors).toEqual([]);
  });

  test('by a customer with distinctive data, written twice with a key of personal data', async () => {
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

describe('what is refused', () => {
  const refusals = calls.flatMap((called) =>
    Object.entries(called.case.refusals ?? {})
      .filter(([, { environment }]) => environment === undefined)
      .map(([code, refusal]) => ({ called, code, refusal })),
  );

  test.each(
    refusals.map((each): [string, (typeof refusals)[number]] => [`${each.called.title} with ${each.code}`, each]),
  )('by %s', async (_title, { called, refusal }) => {
    const token = (await refusal.caller?.(world)) ?? (await callerOf(called, world));
    const variables = { ...called.case.variables(world), ...refusal.variables?.(world) };

    const { errors } = await ask(token, refusal.document ?? documentOf(called), variables);

    expect(errors).not.toEqual([]);
  });

  test.each(
    calls
      .filter(({ field }) => (field.extensions.access as { kind: string }).kind === 'role')
      .map((called): [string, Called] => [called.title, called]),
  )('by %s to nobody, and to a stranger', async (_title, called) => {
    for (const token of [null, world.freeUser.token]) {
      const { errors } = await ask(token, documentOf(called), called.case.variables(world));
      expect(errors).not.toEqual([]);
    }
  });

  test.each(['bankId', 'customerId', 'id', 'userId', 'customerNumber', 'accountId'])(
    'where personal data is sent as the %s',
    async (name) => {
      const taking = calls.filter(({ field }) => field.args.some((argument) => argument.name === name));
      for (const called of taking) {
        for (const token of [null, world.freeUser.token, await callerOf(called, world)]) {
          const variables = { ...called.case.variables(world), [name]: sent.email };
          toldToClients.push(JSON.stringify(await gateway.query(token, documentOf(called), variables)));
        }
      }
    },
    60_000,
  );

  test('where what is taken belongs to somebody else', async () => {
    const { token } = await userWith(world, [
      'CanCreateCustomer',
      'CanUpdateCustomerNumber',
      'CanCreateTaxResidence',
      'CanAddSocialMediaHandle',
    ]);
    const { bankId, customerId } = world;
    const own = { bankId, customerId };

    const answers = [
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
        { ...own, input: { customerNumber: stored.customerNumber } },
      ),
    ];

    for (const { errors } of answers) {
      expect(errors).toMatchObject([{ extensions: { obpCode: 'OBP-30006' } }]);
      toldToClients.push(JSON.stringify(errors));
    }
  });
});

/** Sent as it is, with whatever comes back. */
async function post(
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<{ status: number; answer: string }> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: new Uint8Array(Buffer.from(body)),
  });
  const answer = await response.text();
  toldToClients.push(answer);
  return { status: response.status, answer };
}

describe('what cannot be read', () => {
  const inLiteral = `query { customers(bankId: "${sent.email}", filter: { legalNameStartsWith: ${JSON.stringify(sent.legalName)} }) { nodes { id } } }`;
  test.each([
    ['malformed JSON', `{"query": "{ me }", "variables": {"email": "${sent.email}", "name": "${sent.legalName}`],
    ['JSON that is a text', JSON.stringify(sent.legalName)],
    ['a list of operations', JSON.stringify([{ query: `{ user(id: "${sent.username}") { id } }` }])],
    ['a query that is no text', JSON.stringify({ query: { name: sent.legalName } })],
    ['variables that are a text', JSON.stringify({ query: '{ me { id } }', variables: sent.email })],
    ['a syntax error', JSON.stringify({ query: `{ user(id: "${sent.email}" "${sent.phone}" { id } }` })],
    ['an unfinished text', JSON.stringify({ query: `{ user(id: "${sent.email}` })],
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
      'an input with a wrong value',
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
  ])('%s', async (_what, body) => {
    const { status, answer } = await post(body);

    expect(answer).toContain('"errors"');
    expect(status).toBeLessThan(500);
  });

  test('another content type, and an address that does not exist', async () => {
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

    for (const response of responses) toldToClients.push(await response.text());
  });

  test('headers with personal data', async () => {
    const sentHeaders: Record<string, string>[] = [
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
    for (const headers of sentHeaders) {
      await post(JSON.stringify({ query: '{ me { id } }' }), headers);
    }
  });

  test('a connection that ends in the middle of a body', async () => {
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

describe('who logs in', () => {
  const login =
    'mutation ($username: String!, $password: String!) { login(username: $username, password: $password) { token } }';
  const register = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } token } }';

  test('with a password that is right, wrong, or somebody else’s', async () => {
    const { username, password, email, firstName, lastName } = sent;
    const input = { username, password, email, firstName, lastName };
    expect((await ask(null, register, { input })).errors).toEqual([]);
    await ask(null, register, { input });
    for (const variables of [
      { username, password },
      { username, password: `${password}!` },
      { username: email, password },
      { username: `${username}-unknown`, password },
    ]) {
      await ask(null, login, variables);
    }
    for (let attempt = 0; attempt < 7; attempt += 1) await ask(null, login, { username, password: 'wrong' });

    // The mail to the new user is refused by its server, which quotes the address.
    await expect.poll(() => logLines().filter((line) => line.includes('mail not sent'))).not.toEqual([]);
  });

  test('by a password of the gateway’s own', async () => {
    const { username, email, firstName, lastName } = plantedPerson();
    const { password } = sent;
    await ask(null, register, { input: { username, password, email, firstName, lastName } });
  });

  test('with a token that is none, tampered with, expired, foreign, or of another kind', async () => {
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
      // An address is not split: a part of it is a part of many other addresses.
      for (const part of token === sent.email ? [token] : token.split('.')) {
        if (isHandled(part)) handled.set(part, 'token');
      }
      expect(status).toBe(401);
    }
    await post('{"query":"{ me { id } }"}', {
      authorization: `Basic ${Buffer.from(sent.password).toString('base64')}`,
    });
  });

  test('by an identity provider, with claims of all kinds, also while it is down', async () => {
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

/** As a second program would, beside the gateway. */
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

/** Keeps everybody else from writing addresses, until it is released. */
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

describe('what goes wrong', () => {
  const input = {
    line1: sent.line1,
    city: sent.city,
    postcode: '13359',
    countryCode: 'DE',
    tags: [sent.attributeValue],
  };
  const ofCustomer = () => ({ bankId: world.bankId, customerId: world.customerId });
  const unexpected = () => logLines().filter((line) => line.includes('unexpected error'));

  /** The program is at fault, as its answer says, and the log says more. */
  async function expectLogged(answer: GatewayResponse<unknown>, before: number): Promise<void> {
    expect(answer.errors).toMatchObject([{ extensions: { obpCode: 'OBP-50000' } }]);
    toldToClients.push(JSON.stringify(answer.errors));
    expect(leaksIn(toldToClients.slice(-1), secretsOf(sent))).toEqual([]);
    expect(unexpected().length).toBeGreaterThan(before);
  }

  test('in a database that refuses a row, and quotes it', async () => {
    const { token } = await userWith(world, ['CanCreateCustomerAddress']);
    const index = `create unique index trouble on customer_address (line_1) where city = '${sent.city}'`;
    await execute(gateway.config.databaseUrl, index);
    const create = () => gateway.query(token, createAddress, { ...ofCustomer(), input });
    await create();
    const before = unexpected().length;

    await expectLogged(await create(), before);

    await execute(gateway.config.databaseUrl, 'drop index trouble');
  });

  test('in a database that fails in words that quote a row', async () => {
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

    const answer = await gateway.query(token, createAddress, { ...ofCustomer(), input });

    await execute(
      databaseUrl,
      dialectUnderTest === 'sqlite'
        ? 'drop trigger trouble'
        : 'drop trigger trouble on customer_address; drop function trouble()',
    );
    await expectLogged(answer, before);
  });

  test('over what is stored and cannot be read', async () => {
    const { token } = await userWith(world, ['CanGetCustomerAddress', 'CanCreateCustomerAddress']);
    await gateway.query(token, createAddress, { ...ofCustomer(), input });
    const broken = dialectUnderTest === 'sqlite' ? `'${stored.line1} ' || tags` : `'"${stored.line1}"'`;
    const before = unexpected().length;
    await execute(
      gateway.config.databaseUrl,
      `update customer_address set tags = ${broken} where city = '${sent.city}'`,
    );

    const answer = await gateway.query(
      token,
      'query ($bankId: ID!, $customerId: ID!) { customerAddresses(bankId: $bankId, customerId: $customerId) { id tags } }',
      ofCustomer(),
    );

    await execute(gateway.config.databaseUrl, `delete from customer_address where city = '${sent.city}'`);
    await expectLogged(answer, before);
  });

  test('in a database that lacks a table', async () => {
    const { token } = await userWith(world, ['CanGetCustomers']);
    const before = unexpected().length;
    await execute(gateway.config.databaseUrl, 'alter table customer rename to customer_elsewhere');

    const answer = await gateway.query(
      token,
      'query ($bankId: ID!, $filter: CustomerFilter) { customers(bankId: $bankId, filter: $filter) { nodes { id } } }',
      { bankId: world.bankId, filter: { legalNameStartsWith: sent.legalName, mobilePhoneNumber: sent.phone } },
    );
    await fetch(`${gateway.url}/health/ready`);

    await execute(gateway.config.databaseUrl, 'alter table customer_elsewhere rename to customer');
    await expectLogged(answer, before);
  });

  test('while somebody else holds the lock for longer than an operation may take', async () => {
    const { token } = await userWith(world, ['CanCreateCustomerAddress']);
    const release = await holdLock(gateway.config.databaseUrl);

    const [answer] = await Promise.all([
      gateway.query(token, createAddress, { ...ofCustomer(), input }),
      sleep(2_500).then(release),
    ]);

    expect(answer.errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    toldToClients.push(JSON.stringify(answer.errors));
    expect(leaksIn(toldToClients.slice(-1), secretsOf(sent))).toEqual([]);
  });

  test('in words of several lines', () => {
    const error = new Error(`broken\nat ${sent.line1}:1:1\n    at ${sent.legalName} (${sent.email})`, {
      cause: new SyntaxError(`Unexpected token, "${sent.legalName}" is not valid JSON`),
    });
    const { stack, cause } = describeError(error);

    expect(leaksIn([JSON.stringify([stack, cause])], Object.values(sent))).toEqual([]);
    expect(stack?.[0]).toContain('privacy.test.ts');
  });

  if (dialectUnderTest === 'postgresql') {
    test('when the connections to the database are cut', async () => {
      const { token } = await userWith(world, ['CanCreateCustomerAddress', 'CanGetCustomers']);
      const cut = execute(
        gateway.config.databaseUrl,
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      const answers = Array.from({ length: 20 }, () => gateway.query(token, createAddress, { ...ofCustomer(), input }));
      await cut;

      for (const answer of await Promise.all(answers)) toldToClients.push(JSON.stringify(answer.errors));
    });
  }
});

test('the same search finds what is planted in a log, and the reason in the audit trail', async () => {
  const lines: string[] = [];
  const logger = createLogger('trace', { write: (line) => lines.push(line) });
  logger.debug({ variables: { email: sent.email }, path: encodeURIComponent(sent.legalName) }, `Hello ${sent.phone}`);

  const found = leaksIn(lines, Object.values(sent)).map((leak) => leak.split(' in {')[0]);

  expect(found.sort()).toEqual([sent.email, sent.firstName, sent.legalName, sent.phone, sent.phoneDigits].sort());
  expect(handled.size).toBeGreaterThan(300);
  expect(toldToClients.length).toBeGreaterThan(300);
  // A reason is in the audit trail, and is found there.
  expect(leaksIn(await auditTexts(), [sent.reason])).toHaveLength(1);
});

test('all that was handled is nowhere in all that was said', async () => {
  expect(await leaksSince({ lines: 0, told: 0, events: 0 })).toEqual([]);
});

describe('the program itself', () => {
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

  test('prints nothing of anybody while it serves, seals and stops', async () => {
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
    const printed = [...lines, await errors];
    expect(leaksIn(printed, [...secretsOf(sent), token, ...token.split('.').slice(1)])).toEqual([]);
  }, 30_000);

  test('tells of records that cannot be imported where they are, and not what is in them', async () => {
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
    const torn = join(folder, 'torn.json');
    await writeFile(torn, `{"customers": [{"legal_name": "${sent.legalName}", ${sent.email}`);
    const environment = testEnvironment(database.url);

    const { exitCode, output, errors, seals } = await runProgram(['import', file, torn], { environment });

    expect(exitCode).toBe(1);
    expect(output + errors).toMatch(/customers\.json, line 1, customers\[0\]: /);
    expect(seals).toHaveLength(1);
    expect(leaksIn([output, errors, ...seals], secretsOf(sent))).toEqual([]);
  });
});
