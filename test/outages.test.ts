/** A database that fails while it is served: what clients and operators learn, and what is returned. */
import { open } from 'node:fs/promises';
import Sqlite from 'better-sqlite3';
import type { GraphQLSchema } from 'graphql';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTokens } from '../src/auth/tokens.ts';
import { readConfig } from '../src/config.ts';
import { openDatabase } from '../src/database/open-database.ts';
import { sqlitePath } from '../src/database/sqlite-path.ts';
import { gatewaySchema } from '../src/schema.ts';
import { createDatabaseUrl, dialectUnderTest } from './support/database-url.ts';
import { insertEveryEntity, type World } from './support/every-entity.ts';
import { type Gateway, insertUser, startGateway, type TestUser, testEnvironment } from './support/gateway.ts';
import { startPostgresqlCluster } from './support/postgresql-cluster.ts';
import { buildProgram, runProgram, startProgram } from './support/program.ts';
import { setReadOnly } from './support/read-only-database.ts';

const mail = {
  GATEWAY_SMTP_URL: 'smtp://127.0.0.1:1',
  GATEWAY_MAIL_FROM: 'no-reply@bank.example',
  GATEWAY_PUBLIC_URL: 'https://gateway.example',
};
const input = { line1: '1 Hill Street', city: 'Derby', postcode: 'DE1 1AA', countryCode: 'GB' };
const password = 'correct horse battery staple';

const outage = {
  message: 'The service is temporarily unavailable. Try again later.',
  extensions: { code: 'SERVICE_UNAVAILABLE', obpCode: null, key: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 5 },
};

/** Called before each `createCustomerAddress`, with the number of earlier calls. */
let beforeAddress: (earlier: number) => Promise<void> = async () => undefined;
let addresses = 0;

async function observedSchema(): Promise<GraphQLSchema> {
  const schema = await gatewaySchema();
  const field = schema.getMutationType()?.getFields().createCustomerAddress;
  const resolve = field?.resolve;
  if (field === undefined || resolve == null) throw new Error('There is no createCustomerAddress.');
  field.resolve = async (...parameters) => {
    await beforeAddress(addresses++);
    return resolve(...parameters);
  };
  return schema;
}

let gateway: Gateway;
let world: World;
let clerk: TestUser;
beforeAll(async () => {
  gateway = await startGateway({ schema: await observedSchema(), environment: mail });
  world = await insertEveryEntity(gateway);
  const roles = ['CanCreateCustomerAddress', 'CanGetCustomer', 'CanGetCustomerAddress'] as const;
  clerk = await gateway.createUser({ roles: roles.map((role) => [role, world.bankId]) });
});
beforeEach(() => {
  addresses = 0;
  beforeAddress = async () => undefined;
});
afterAll(() => gateway.stop());

const queryDocument = /* GraphQL */ `query ($bankId: ID!, $customerId: ID!) {
  customer(bankId: $bankId, customerId: $customerId) { id addresses { id } }
  me { id }
}`;

const mutationDocument = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $input: CustomerAddressInput!) {
  createCustomerAddress(bankId: $bankId, customerId: $customerId, input: $input) { customerAddress { line1 } }
}`;

function send(document: string, token: string | null = clerk.token, variables: Record<string, unknown> = {}) {
  const { bankId, customerId } = world;
  return gateway.query(token, document, { bankId, customerId, input, ...variables });
}

describe('while the database is read-only', () => {
  beforeEach(() => setReadOnly(gateway, true));
  afterEach(() => setReadOnly(gateway, false));

  test.each<[string, () => ReturnType<typeof send>]>([
    ['a query', () => send(queryDocument)],
    ['a mutation', () => send(mutationDocument)],
    [
      'a login',
      () => send(`mutation { login(username: "${clerk.username}", password: "${password}") { token } }`, null),
    ],
    [
      'a registration',
      () =>
        send('mutation ($user: CreateUserInput!) { createUser(input: $user) { user { id } } }', null, {
          user: { username: 'robert.x.0.gh', email: 'robert@example.com', password, firstName: 'R', lastName: 'B' },
        }),
    ],
  ])('%s fails as a whole with HTTP 503 and Retry-After', async (_operation, execute) => {
    const { status, headers, data, errors } = await execute();
    expect({ status, data, errors }).toEqual({ status: 503, data: null, errors: [outage] });
    expect(headers.get('retry-after')).toBe('5');
  });

  test('an email address cannot be validated, and the page says so', async () => {
    const response = await fetch(`${gateway.url}/validate-email?token=invalid`, {
      method: 'POST',
      body: new URLSearchParams({ password }),
    });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.text()).toContain('The service is temporarily unavailable. Try again later.');
  });
});

test('the log has one line for all failing requests', async () => {
  const other = await startGateway();
  const { token } = await other.createUser();
  await setReadOnly(other, true);
  const responses = await Promise.all(Array.from({ length: 20 }, () => other.query(token, '{ me { id } }')));
  expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(503));
  expect(other.logged.filter(({ msg }) => msg !== 'request')).toMatchObject([
    { level: 'error', msg: 'database unavailable', reason: 'The database is read-only', requestId: expect.any(String) },
  ]);
  await setReadOnly(other, false);
  await other.stop();
});

describe('a mutation whose second field finds the database read-only', () => {
  beforeEach(() => {
    beforeAddress = async (earlier) => {
      if (earlier === 1) await setReadOnly(gateway, true);
    };
  });
  afterEach(() => setReadOnly(gateway, false));

  function sendTwo(selection: string) {
    const field = `createCustomerAddress(bankId: $bankId, customerId: $customerId, input: $input) { ${selection} }`;
    return send(`mutation ($bankId: ID!, $customerId: ID!, $input: CustomerAddressInput!) {
      first: ${field}
      second: ${field}
    }`);
  }

  test('returns the first field, which is committed', async () => {
    const { status, data, errors } = await sendTwo('customerAddress { line1 }');
    expect({ status, data }).toEqual({
      status: 200,
      data: { first: { customerAddress: { line1: input.line1 } }, second: null },
    });
    expect(errors).toEqual([{ ...outage, path: ['second'], locations: expect.anything() }]);
  });

  test('returns nothing that could not be recorded, but that the first field is committed', async () => {
    const { status, data, errors } = await sendTwo('customer { addresses { line1 } }');
    expect({ status, data }).toEqual({ status: 200, data: { first: null, second: null } });
    expect(errors).toEqual([
      { ...outage, path: ['second'], locations: expect.anything() },
      {
        message: expect.stringContaining('The mutation was committed, but its result is omitted.'),
        path: ['first'],
        extensions: { ...outage.extensions, detail: 'COMMITTED', committed: true },
      },
    ]);
  });
});

test('a gateway works again after an outage', async () => {
  await setReadOnly(gateway, true);
  expect((await send(mutationDocument)).status).toBe(503);
  await setReadOnly(gateway, false);

  expect((await send(mutationDocument)).errors).toEqual([]);
  expect((await send(queryDocument)).errors).toEqual([]);
});

/** A database that cannot read its users any more, and a token of one of them. */
interface BrokenDatabase {
  url: string;
  token: string;
  break(): Promise<void>;
  stop(): Promise<void>;
}

async function insertTokenHolder(url: string): Promise<string> {
  const database = await openDatabase(url);
  const { token } = await insertUser(database, await openTokens(readConfig(testEnvironment(url)).signing));
  await database.close();
  return token;
}

/** An SQLite file whose table of users is overwritten on the disk. */
async function damagedFile(): Promise<BrokenDatabase> {
  const { url, drop } = await createDatabaseUrl();
  const token = await insertTokenHolder(url);
  const handle = new Sqlite(sqlitePath(url));
  const pageSize = Number(handle.pragma('page_size', { simple: true }));
  const root = Number(handle.prepare("select rootpage from sqlite_master where name = 'user'").pluck().get());
  handle.close();
  return {
    url,
    token,
    async break() {
      const file = await open(sqlitePath(url), 'r+');
      await file.write(Buffer.alloc(pageSize, 0xff), 0, pageSize, (root - 1) * pageSize);
      await file.close();
    },
    stop: drop,
  };
}

async function stoppedServer(): Promise<BrokenDatabase> {
  const { primary, stop } = await startPostgresqlCluster([]);
  return { url: primary.url, token: await insertTokenHolder(primary.url), break: () => primary.stop(), stop };
}

describe('the program', () => {
  let broken: BrokenDatabase;
  beforeAll(async () => {
    await buildProgram();
    broken = dialectUnderTest === 'sqlite' ? await damagedFile() : await stoppedServer();
  }, 120_000);
  afterAll(() => broken.stop());

  test('does not refuse a token that it cannot check, and ends a command with one sentence', async () => {
    const environment = testEnvironment(broken.url);
    const { program, match, lines, ended } = await startProgram(
      ['serve', '--workers', '1'],
      /"url":"(http[^"]+)".*"listening"/,
      { environment },
    );
    await broken.break();

    const response = await fetch(`${match[1]}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${broken.token}` },
      body: JSON.stringify({ query: '{ me { id } }' }),
    });
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ errors: [outage] });
    program.kill('SIGTERM');
    await ended;
    expect(lines.join('\n')).not.toMatch(/token refused|unexpected error/);

    const { exitCode, errors } = await runProgram(['user', 'list'], { environment });
    expect(exitCode).toBe(1);
    expect(errors).toMatch(
      dialectUnderTest === 'sqlite'
        ? /^The database is damaged \(SQLITE_CORRUPT\w*\)\.\n$/
        : /^The database of DATABASE_URL \(.*\) cannot be opened: connect ECONNREFUSED .*\n$/,
    );
  });
});
