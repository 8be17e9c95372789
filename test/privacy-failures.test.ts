/**
 * Checks that personal data does not leak through requests that fail before or during their execution: invalid
 * requests, logins, and unexpected errors. Searches the same places as `privacy.test.ts`.
 */
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { describeError } from '../src/base/logger.ts';
import { dialectUnderTest } from './support/database-url.ts';
import type { World } from './support/every-entity.ts';
import type { Gateway, GatewayResponse } from './support/gateway.ts';
import { isHandled, type LeakSearch, secretsOf, startLeakSearch } from './support/leak-search.ts';
import { leaksIn, plantedPerson } from './support/planted.ts';

/** Data that requests contain in unusual places. */
const sent = plantedPerson();

let search: LeakSearch;
let gateway: Gateway;
let world: World;

beforeAll(async () => {
  search = await startLeakSearch(sent);
  ({ gateway, world } = search);
});

afterAll(() => search.stop());

// Runs after each test, so that a leak fails the test that caused it.
afterEach(async () => {
  expect(await search.newLeaks()).toEqual([]);
});

describe('an invalid request', () => {
  const inLiteral = `query { customers(bankId: "${sent.email}", filter: { legalNameStartsWith: ${JSON.stringify(sent.legalName)} }) { nodes { id } } }`;
  test.each([
    ['malformed JSON', `{"query": "{ me }", "variables": {"email": "${sent.email}", "name": "${sent.legalName}`],
    ['a JSON string', JSON.stringify(sent.legalName)],
    ['a list of operations', JSON.stringify([{ query: `{ user(userId: "${sent.username}") { id } }` }])],
    ['a query that is an object', JSON.stringify({ query: { name: sent.legalName } })],
    ['variables that are a string', JSON.stringify({ query: '{ me { id } }', variables: sent.email })],
    ['a syntax error', JSON.stringify({ query: `{ user(userId: "${sent.email}" "${sent.phone}" { id } }` })],
    ['an unterminated string', JSON.stringify({ query: `{ user(userId: "${sent.email}` })],
    ['an unknown field', JSON.stringify({ query: `{ user(userId: "x") { ${sent.firstName} } }` })],
    [
      'an unknown argument',
      JSON.stringify({ query: `{ user(userId: "x", ${sent.firstName}: "${sent.phone}") { id } }` }),
    ],
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
    ['a body that is too large', JSON.stringify({ query: `{ user(userId: "${sent.email.repeat(20_000)}") { id } }` })],
    ['too many tokens', JSON.stringify({ query: `{ ${`a: user(userId: "${sent.email}") { id } `.repeat(400)} }` })],
  ])('does not leak personal data in %s', async (_title, body) => {
    const { status, responseText } = await search.post(body);

    expect(responseText).toContain('"errors"');
    expect(status).toBeLessThan(500);
  });

  test('does not leak personal data in another content type, a path, and a query string', async () => {
    await search.post(`name=${encodeURIComponent(sent.legalName)}`, {
      'content-type': `text/plain; name=${sent.username}`,
    });
    const responses = [
      await fetch(`${gateway.url}/${encodeURIComponent(sent.legalName)}?email=${encodeURIComponent(sent.email)}`),
      await fetch(`${gateway.url}/graphql?query=${encodeURIComponent(`{ user(userId: "${sent.email}") { id } }`)}`),
      await fetch(`${gateway.url}/health/ready?phone=${encodeURIComponent(sent.phone)}`),
      await fetch(`${gateway.url}/health/live?phone=${encodeURIComponent(sent.phone)}`),
      await fetch(`${gateway.url}/.well-known/jwks.json`),
      await fetch(`${gateway.url}/validate-email?token=${sent.token}`),
      await fetch(`${gateway.url}/validate-email?token=${sent.token}`, {
        method: 'POST',
        body: new URLSearchParams({ password: sent.password }),
      }),
    ];

    for (const response of responses) search.errorTexts.push(await response.text());
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
      await search.post(JSON.stringify({ query: '{ me { id } }' }), headers);
    }
  });

  test('does not leak personal data in a connection that closes before the end of the body', async () => {
    const broken = request(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': '5000' },
    });
    broken.on('error', () => undefined);
    broken.write(`{"query": "{ user(userId: \\"${sent.email}\\")`);
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
    expect((await search.send(null, register, { input })).errors).toEqual([]);
    await search.send(null, register, { input });
    for (const variables of [
      { username, password },
      { username, password: `${password}!` },
      { username: email, password },
      { username: `${username}-unknown`, password },
    ]) {
      await search.send(null, login, variables);
    }
    for (let attempt = 0; attempt < 7; attempt += 1) await search.send(null, login, { username, password: 'wrong' });

    // The mail server rejects the email to the new user with a message that contains the address.
    await expect.poll(() => search.logLines().filter((line) => line.includes('mail not sent'))).not.toEqual([]);
  });

  test('does not leak personal data with the password of another user at registration', async () => {
    const { username, email, firstName, lastName } = plantedPerson();
    const { password } = sent;
    await search.send(null, register, { input: { username, password, email, firstName, lastName } });
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
      await search.provider.forge({ claims: { sub: sent.username, exp: 1 } }),
      await search.provider.forge({ claims: { sub: sent.username, aud: sent.email } }),
      await search.provider.forge({ claims: { sub: sent.username, iss: sent.email } }),
      await search.provider.forge({
        claims: { sub: sent.username, email: sent.legalName, name: 7 },
        header: { kid: sent.legalName },
      }),
    ];
    for (const token of tokens) {
      const { status } = await gateway.query(token, '{ me { id } }');
      // An email address is not split, because its parts occur in other addresses.
      for (const part of token === sent.email ? [token] : token.split('.')) {
        if (isHandled(part)) search.handled.set(part, 'token');
      }
      expect(status).toBe(401);
    }
    await search.post('{"query":"{ me { id } }"}', {
      authorization: `Basic ${Buffer.from(sent.password).toString('base64')}`,
    });
  });

  test('does not leak personal data with a token of an identity provider, also while the provider is down', async () => {
    search.provider.claims = {
      email: sent.email,
      name: sent.legalName,
      preferred_username: sent.username,
      obp_roles: ['CanFly', sent.email, 7],
    };
    const token = await search.provider.tokenOfPerson(sent.username);
    for (const part of token.split('.')) search.handled.set(part, 'token');
    await gateway.query(token, '{ me { id username email } }');

    search.provider.behaviour = 'down';
    const unknown = await search.provider.forge({ header: { kid: 'no-such-key' }, claims: { sub: sent.username } });
    await gateway.query(unknown, '{ me { id } }');
    search.provider.behaviour = 'normal';
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
  const unexpected = () => search.logLines().filter((line) => line.includes('unexpected error'));

  /** Asserts that the response contains an unexpected error without sent data, and that the error was logged. */
  async function expectLogged(response: GatewayResponse<unknown>, before: number): Promise<void> {
    expect(response.errors).toMatchObject([{ extensions: { obpCode: 'OBP-50000' } }]);
    search.errorTexts.push(JSON.stringify(response.errors));
    expect(leaksIn(search.errorTexts.slice(-1), secretsOf(sent))).toEqual([]);
    expect(unexpected().length).toBeGreaterThan(before);
  }

  test('does not leak personal data if the message of a unique constraint contains a row', async () => {
    const { token } = await search.userWith(world, ['CanCreateCustomerAddress']);
    const index = `create unique index trouble on customer_address (line_1) where city = '${sent.city}'`;
    await execute(gateway.config.databaseUrl, index);
    const create = () => gateway.query(token, createAddress, { ...customerIds(), input });
    await create();
    const before = unexpected().length;

    await expectLogged(await create(), before);

    await execute(gateway.config.databaseUrl, 'drop index trouble');
  });

  test('does not leak personal data if the message of a trigger contains a row', async () => {
    const { token } = await search.userWith(world, ['CanCreateCustomerAddress']);
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
    const { token } = await search.userWith(world, ['CanGetCustomerAddress', 'CanCreateCustomerAddress']);
    await gateway.query(token, createAddress, { ...customerIds(), input });
    const broken = dialectUnderTest === 'sqlite' ? `'${search.stored.line1} ' || tags` : `'"${search.stored.line1}"'`;
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
    const { token } = await search.userWith(world, ['CanGetCustomers']);
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
    const { token } = await search.userWith(world, ['CanCreateCustomerAddress']);
    const release = await holdLock(gateway.config.databaseUrl);

    const [response] = await Promise.all([
      gateway.query(token, createAddress, { ...customerIds(), input }),
      sleep(2_500).then(release),
    ]);

    expect(response.errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    search.errorTexts.push(JSON.stringify(response.errors));
    expect(leaksIn(search.errorTexts.slice(-1), secretsOf(sent))).toEqual([]);
  });

  test('does not leak personal data if the message has several lines', () => {
    const error = new Error(`broken\nat ${sent.line1}:1:1\n    at ${sent.legalName} (${sent.email})`, {
      cause: new SyntaxError(`Unexpected token, "${sent.legalName}" is not valid JSON`),
    });
    const { stack, cause } = describeError(error);

    expect(leaksIn([JSON.stringify([stack, cause])], Object.values(sent))).toEqual([]);
    expect(stack?.[0]).toContain('privacy-failures.test.ts');
  });

  if (dialectUnderTest === 'postgresql') {
    test('does not leak personal data if the connections to the database are terminated', async () => {
      const { token } = await search.userWith(world, ['CanCreateCustomerAddress', 'CanGetCustomers']);
      const termination = execute(
        gateway.config.databaseUrl,
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      const responses = Array.from({ length: 20 }, () =>
        gateway.query(token, createAddress, { ...customerIds(), input }),
      );
      await termination;

      for (const response of await Promise.all(responses)) search.errorTexts.push(JSON.stringify(response.errors));
    });
  }
});

test('the whole log, all errors, and all audit events are free of personal data', async () => {
  expect(await search.allLeaks()).toEqual([]);
});
