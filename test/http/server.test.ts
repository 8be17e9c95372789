import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { buildSchema, GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { user } from '../../src/domain/user/user.table.ts';
import type { Context } from '../../src/graph/context.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { connectBeforeAccepted } from '../support/early-clients.ts';
import { type Gateway, type GatewayOptions, startGateway, type TestUser } from '../support/gateway.ts';
import { openRawClient, rawPost } from '../support/raw-client.ts';

/** A small schema, because the server is under test here, not the graph. */
function testSchema(): GraphQLSchema {
  const schema = buildSchema(`
    type Query {
      me: String
      address: String!
      text(length: Int!): String
      fail: String
      slow(milliseconds: Int!): String
      held(name: String!): String
      customers(first: Int = 50): [Customer!]!
    }
    type Customer { id: String friend: Customer customers(first: Int = 50): [Customer!]! }
    type Mutation { slowWrite(id: String!, milliseconds: Int!): String touch: Customer }
  `);
  resolve(schema, 'Query', {
    me: (_values, context) => context.user?.username ?? null,
    address: (_values, context) => context.request.clientAddress,
    text: ({ length }) => 'Æ'.repeat(Number(length)),
    fail: () => {
      throw new Error('Something of the inside broke');
    },
    slow: ({ milliseconds }) => sleep(Number(milliseconds), 'done'),
    held: ({ name }) => hold(String(name)),
    customers: () => [],
  });
  resolve(schema, 'Customer', { customers: () => [] });
  resolve(schema, 'Mutation', {
    touch: () => ({}),
    slowWrite: ({ id, milliseconds }, context) =>
      context.write(async (transaction) => {
        const now = new Date();
        await transaction.insert(bank).values({ id: String(id), createdAt: now, updatedAt: now });
        await sleep(Number(milliseconds));
        return 'written';
      }),
  });
  return schema;
}

/** The held operations, by name, in the order of their start, until they are released. */
const held = new Map<string, () => void>();

function hold(name: string): Promise<string> {
  return new Promise((resolve) => held.set(name, () => resolve(name)));
}

function letGo(name: string): void {
  held.get(name)?.();
  held.delete(name);
}

type Resolver = (values: Record<string, unknown>, context: Context) => unknown;

function resolve(schema: GraphQLSchema, typeName: string, resolvers: Record<string, Resolver>): void {
  const type = schema.getType(typeName);
  if (!(type instanceof GraphQLObjectType)) throw new Error(`${typeName} is not an object type`);
  for (const [name, resolver] of Object.entries(resolvers)) {
    const field = type.getFields()[name];
    if (field === undefined) throw new Error(`${typeName} has no field ${name}`);
    field.resolve = (_parent, values, context) => resolver(values, context);
  }
}

async function withGateway(options: GatewayOptions, work: (gateway: Gateway) => Promise<void>): Promise<void> {
  const gateway = await startGateway({ schema: testSchema(), ...options });
  try {
    await work(gateway);
  } finally {
    await gateway.stop();
  }
}

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({ schema: testSchema() });
});
afterAll(() => gateway.stop());

function post(body: string, headers: Record<string, string> = {}, url = gateway.url): Promise<Response> {
  return fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
}

async function errorsOf(response: Response): Promise<{ message: string; extensions: Record<string, unknown> }[]> {
  const { errors } = (await response.json()) as { errors: { message: string; extensions: Record<string, unknown> }[] };
  return errors;
}

describe('the caller', () => {
  test.each([
    ['an invalid token', 'Bearer nonsense'],
    ['an empty token', 'Bearer '],
    ['another scheme', 'Basic YWxpY2U6c2VjcmV0'],
  ])(
    'fails with HTTP 401 in the shape of GraphQL, before anything is executed, for %s',
    async (_what, authorization) => {
      const response = await post('{"query":"{ fail }"}', { authorization });
      expect(response.status).toBe(401);
      const body = (await response.json()) as { errors: unknown[] };
      expect(body).not.toHaveProperty('data');
      expect(body.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', obpCode: null } }]);
      expect(JSON.stringify(gateway.logged)).not.toMatch(/nonsense|YWxpY2U6c2VjcmV0/);
    },
  );

  test('is the user of a valid token, and anonymous without a token', async () => {
    const alice = await gateway.createUser({ username: 'alice' });
    expect((await gateway.query(alice.token, '{ me }')).data).toEqual({ me: 'alice' });
    expect((await gateway.query(null, '{ me }')).data).toEqual({ me: null });
    expect(JSON.stringify(gateway.logged)).not.toContain(alice.token);
  });

  test("has the address in a proxy's header only if the proxy is trusted", async () => {
    const forwarded = { 'x-forwarded-for': '203.0.113.7' };
    const query = '{"query":"{ address }"}';
    expect(await (await post(query, forwarded)).json()).toEqual({ data: { address: '127.0.0.1' } });
    await withGateway({ environment: { GATEWAY_TRUSTED_PROXIES: '127.0.0.0/8' } }, async ({ url }) => {
      expect(await (await post(query, forwarded, url)).json()).toEqual({ data: { address: '203.0.113.7' } });
    });
  });
});

describe('limits', () => {
  const limited = {
    GATEWAY_MAX_TOKENS: '100',
    GATEWAY_MAX_DEPTH: '4',
    GATEWAY_MAX_ALIASES: '3',
    GATEWAY_MAX_LIST_COST: '1000',
  };
  let small: Gateway;
  beforeAll(async () => {
    small = await startGateway({ schema: testSchema(), environment: { ...limited, GATEWAY_MAX_BODY_BYTES: '2000' } });
  });
  afterAll(() => small.stop());

  test.each([
    ['tokens', `{ ${'me '.repeat(100)} }`, 'The operation has too many tokens.'],
    ['depth', '{ customers(first: 1) { friend { friend { friend { id } } } } }', 'The operation is nested too deeply.'],
    ['aliases', '{ a: me b: me c: me d: me }', 'The operation has too many aliases.'],
    [
      'list cost',
      '{ customers(first: 100) { customers(first: 100) { id } } }',
      'The operation can return too many objects.',
    ],
  ])('more %s than allowed fails with the name of the limit', async (_what, document, message) => {
    const { status, data, errors } = await small.query(null, document);
    expect([status, data]).toEqual([400, null]);
    expect(errors[0]?.message).toContain(message);
    expect(errors[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', obpCode: null });
  });

  test('the values of variables count in the list cost', async () => {
    const document = 'query Q($first: Int) { customers(first: $first) { customers(first: $first) { id } } }';
    expect((await small.query(null, document, { first: 5 })).errors).toEqual([]);
    expect((await small.query(null, document, { first: 100 })).errors).toMatchObject([
      { extensions: { code: 'LIMIT_EXCEEDED', limit: 1000 } },
    ]);
  });

  test('a body that is too large fails with the name of the limit and HTTP 413', async () => {
    const response = await post(JSON.stringify({ query: `{ me } # ${'x'.repeat(2000)}` }), {}, small.url);
    expect(response.status).toBe(413);
    expect(await errorsOf(response)).toMatchObject([
      {
        message: expect.stringContaining('The request body is too large.'),
        extensions: { code: 'LIMIT_EXCEEDED', obpCode: null, limit: 2000 },
      },
    ]);
  });

  test('an operation fails at its deadline with its own error, and writes nothing', () =>
    withGateway({ environment: { GATEWAY_OPERATION_TIMEOUT: '1s' } }, async ({ url, database, query }) => {
      const { status, errors } = await query(null, 'mutation { slowWrite(id: "late", milliseconds: 1200) }');
      expect(status).toBe(503);
      expect(errors).toMatchObject([{ message: 'The operation took too long and was stopped.' }]);
      expect((await query(null, 'mutation { slowWrite(id: "in-time", milliseconds: 1 ) }')).errors).toEqual([]);
      await sleep(500);
      expect(await database.read.select({ id: bank.id }).from(bank)).toEqual([{ id: 'in-time' }]);
      expect((await fetch(`${url}/health/live`)).status).toBe(200);
    }));

  test('a request whose headers do not end is aborted', async () => {
    const { port } = new URL(gateway.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('POST /graphql HTTP/1.1\r\nhost: localhost\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408/);
  });
});

describe('large operations', () => {
  const atOnce = dialectUnderTest === 'sqlite' ? 1 : 2;
  const tenThousand = 'customers(first: 100) { customers(first: 99) { id } }';
  const document = `query Held($name: String!) { held(name: $name) ${tenThousand} }`;
  const began = (names: string[]) => expect.poll(() => [...held.keys()]).toEqual(names);
  const holders = ['a', 'b'].slice(0, atOnce);

  let reader: TestUser;
  beforeAll(async () => {
    reader = await gateway.createUser();
  });

  afterEach(() => held.clear());

  const ask = (name: string, token: string | null = reader.token) => gateway.query(token, document, { name });

  /** Acquires all slots. */
  async function holdAll() {
    const answers: ReturnType<typeof ask>[] = [];
    for (const [index, name] of holders.entries()) {
      answers.push(ask(name));
      await began(holders.slice(0, index + 1));
    }
    return answers;
  }

  async function letAllGo(answers: Promise<unknown>[]): Promise<void> {
    for (const name of [...held.keys()]) letGo(name);
    await Promise.all(answers);
  }

  test('wait in the order of their arrival, and their waits are logged', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const answers: ReturnType<typeof ask>[] = [];
    for (const [index, name] of names.entries()) {
      answers.push(ask(name));
      await began(names.slice(0, Math.min(index + 1, atOnce)));
      expect((await gateway.query(null, '{ me }')).data).toEqual({ me: null });
      // Nothing shows when the operation is in the queue.
      if (index >= atOnce) await sleep(200);
    }
    for (let first = 0; first < names.length; first += 1) {
      await began(names.slice(first, first + atOnce));
      letGo(names[first] ?? '');
    }
    expect(await Promise.all(answers)).toMatchObject(names.map((name) => ({ data: { held: name }, errors: [] })));
    const lines = gateway.logged.filter(({ operationName }) => operationName === 'Held');
    expect(lines.filter(({ waitedInMilliseconds }) => typeof waitedInMilliseconds === 'number')).toHaveLength(
      names.length - atOnce,
    );
  });

  test.each([
    ['a smaller query', '{ me customers(first: 100) { customers(first: 98) { id } } }'],
    ['a mutation that answers as much', `mutation { touch { ${tenThousand} } }`],
    ['a query that is refused as too large', '{ customers(first: 500) { customers(first: 500) { id } } }'],
  ])('do not delay %s', async (_what, other) => {
    const answers = await holdAll();
    const { status } = await gateway.query(reader.token, other);
    expect([...held.keys()]).toEqual(holders);
    expect([200, 400]).toContain(status);
    await letAllGo(answers);
  });

  test('do not delay anonymous callers, whose operations need no slot', async () => {
    const answers = await holdAll();
    const other = ask('nobody', null);
    await began([...holders, 'nobody']);
    await letAllGo([...answers, other]);
  });

  test('release their slot at their deadline, whether they have started or not', () =>
    withGateway({ environment: { GATEWAY_OPERATION_TIMEOUT: '1s' } }, async ({ createUser, query }) => {
      const { token } = await createUser();
      const names = ['late', 'later', 'latest'];
      const answers = await Promise.all(names.map((name) => query(token, document, { name })));
      for (const { status, errors } of answers) {
        expect(status).toBe(503);
        expect(errors).toMatchObject([{ message: 'The operation took too long and was stopped.' }]);
      }
      for (const name of names) letGo(name);
      const next = query(token, document, { name: 'next' });
      await began(['next']);
      letGo('next');
      expect((await next).data).toEqual({ held: 'next', customers: [] });
    }));

  test('fail if their deadline passes before they get a slot, and do not delay others', () =>
    withGateway({ environment: { GATEWAY_OPERATION_TIMEOUT: '1s' } }, async ({ createUser, query, tokens }) => {
      const { token } = await createUser();
      const { verify } = tokens;
      const unhandled: unknown[] = [];
      const note = (reason: unknown) => unhandled.push(reason);
      process.on('unhandledRejection', note);
      try {
        tokens.verify = (sent) => sleep(1_200).then(() => verify(sent));
        expect((await query(token, document, { name: 'late' })).status).toBe(503);
        await sleep(500);
      } finally {
        tokens.verify = verify;
        process.off('unhandledRejection', note);
      }
      expect(unhandled).toEqual([]);
      expect(held.has('late')).toBe(false);
      const next = query(token, document, { name: 'next' });
      await began(['next']);
      letGo('next');
      expect((await next).data).toEqual({ held: 'next', customers: [] });
    }));

  test('release their slot when they fail', async () => {
    for (let sent = 0; sent <= atOnce; sent += 1) {
      const { data } = await gateway.query(reader.token, `{ fail ${tenThousand} }`);
      expect(data).toEqual({ fail: null, customers: [] });
    }
  });

  test('are not started after their client disconnects', async () => {
    const answers = await holdAll();
    const client = new AbortController();
    const gone = fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${reader.token}` },
      body: JSON.stringify({ query: document, variables: { name: 'gone' } }),
      signal: client.signal,
    });
    await sleep(100);
    client.abort();
    await expect(gone).rejects.toThrow();
    // The server notices it later than the client.
    await sleep(100);
    const next = ask('next');
    letGo(holders[0] ?? '');
    await began([...holders.slice(1), 'next']);
    await letAllGo([...answers, next]);
  });

  test('release their slot when their client disconnects', async () => {
    const clients = holders.map((name) => {
      const client = new AbortController();
      const answer = fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${reader.token}` },
        body: JSON.stringify({ query: document, variables: { name } }),
        signal: client.signal,
      });
      return { client, answer };
    });
    await began(holders);
    for (const { client, answer } of clients) {
      client.abort();
      await expect(answer).rejects.toThrow();
    }
    const next = ask('next');
    await began([...holders, 'next']);
    await letAllGo([next]);
  });

  test('are not started if the caller was disabled during the wait', async () => {
    const leaver = await gateway.createUser();
    const answers = await holdAll();
    const refused = ask('leaver', leaver.token);
    await sleep(100);
    await gateway.database.transaction((transaction) =>
      transaction.update(user).set({ disabledAt: new Date() }).where(eq(user.id, leaver.id)),
    );
    letGo(holders[0] ?? '');
    const { status, data, errors } = await refused;
    expect([status, data]).toEqual([401, null]);
    expect(errors).toMatchObject([{ message: expect.stringContaining('disabled') }]);
    expect(held.has('leaver')).toBe(false);
    await letAllGo(answers);
  });
});

describe('a request without an operation', () => {
  test('fails without a quotation of broken JSON in the response or the log', async () => {
    const response = await post('{"query": "Jane Doe');
    expect(response.status).toBe(400);
    const answer = JSON.stringify(await errorsOf(response));
    expect(answer).toContain('OBP-10001');
    expect(answer + JSON.stringify(gateway.logged)).not.toContain('Jane');
  });

  test.each([
    ['an array of operations', '[{"query":"{ me }"},{"query":"{ me }"}]', 'application/json', 400],
    [
      'a persisted query',
      '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"abc"}}}',
      'application/json',
      400,
    ],
    ['an empty body', '', 'application/json', 400],
    ['a form, which any site could send', 'query=%7Bme%7D', 'application/x-www-form-urlencoded', 415],
    ['plain text, which any site could send', '{"query":"{ me }"}', 'text/plain', 415],
  ])('fails in the shape of GraphQL for %s', async (_what, body, contentType, status) => {
    const response = await post(body, { 'content-type': contentType });
    expect(response.status).toBe(status);
    expect(await errorsOf(response)).toMatchObject([
      { message: expect.any(String), extensions: { code: expect.any(String) } },
    ]);
  });

  test('fails if the operation is in the URL', async () => {
    const response = await fetch(`${gateway.url}/graphql?query=%7Bme%7D`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('fails with HTTP 404 for an unknown path', async () => {
    expect((await fetch(`${gateway.url}/customers/Jane`)).status).toBe(404);
    expect(JSON.stringify(gateway.logged)).not.toContain('Jane');
  });
});

describe('headers', () => {
  test('forbid caches, frames, and content sniffing for every response', async () => {
    const { headers } = await gateway.query(null, '{ me }');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test.each([10, 100_000])(
    'contain the length in bytes of a JSON response in UTF-8 with %i letters',
    async (length) => {
      const query = `{ text(length: ${length}) }`;
      const response = await post(JSON.stringify({ query }), { 'accept-encoding': 'identity' });

      const answer = JSON.stringify({ data: { text: 'Æ'.repeat(length) } });
      expect(await response.text()).toBe(answer);
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(answer)));
    },
  );

  test("contain the client's request ID if it is valid, else a new one", async () => {
    const given = await post('{"query":"{ me }"}', { 'x-request-id': 'web-42' });
    expect(given.headers.get('x-request-id')).toBe('web-42');
    for (const id of ['a b', 'x'.repeat(65)]) {
      const made = await post('{"query":"{ me }"}', { 'x-request-id': id });
      expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test('allow browsers of other origins only if they are configured', async () => {
    const preflight = (url: string, origin: string) =>
      fetch(`${url}/graphql`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
    const off = await preflight(gateway.url, 'https://app.example.org');
    expect(off.headers.get('access-control-allow-origin')).toBeNull();
    const environment = { GATEWAY_CORS_ORIGINS: 'https://app.example.org', GATEWAY_CORS_HEADERS: 'x-tenant, X-Region' };
    await withGateway({ environment }, async ({ url }) => {
      const allowed = await preflight(url, 'https://app.example.org');
      expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example.org');
      expect(allowed.headers.get('access-control-allow-headers')?.split(', ')).toEqual([
        ...['authorization', 'content-type', 'idempotency-key', 'x-reason', 'x-request-id'],
        ...['apollographql-client-name', 'apollographql-client-version', 'apollo-require-preflight', 'last-event-id'],
        ...['traceparent', 'tracestate', 'baggage', 'sentry-trace', 'x-tenant', 'X-Region'],
      ]);
      const other = await preflight(url, 'https://evil.example.org');
      expect(other.headers.get('access-control-allow-origin')).not.toBe('https://evil.example.org');
      const answer = await post('{"query":"{ me }"}', { origin: 'https://app.example.org' }, url);
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    });
  });
});

describe('the information in responses', () => {
  const introspection = '{ __schema { types { name } } }';
  const misspelt = '{ custmers { id } }';

  test('includes introspection and suggestions for misspelt names outside production', async () => {
    expect((await gateway.query(null, introspection)).errors).toEqual([]);
    expect((await gateway.query(null, misspelt)).errors[0]?.message).toContain('Did you mean "customers"?');
  });

  test('includes neither in production, where there is no playground', () =>
    withGateway({ environment: { NODE_ENV: 'production' } }, async ({ url, query }) => {
      expect((await query(null, introspection)).errors).toMatchObject([{ extensions: { obpCode: null } }]);
      expect((await query(null, misspelt)).errors[0]?.message).not.toContain('Did you mean');
      expect((await fetch(`${url}/playground`)).status).toBe(404);
    }));

  test('excludes internals of an unexpected error, which is logged with the request ID', async () => {
    const response = await post('{"query":"query Failing { fail }"}', { 'x-request-id': 'failing-1' });
    const body = await response.text();
    expect(JSON.parse(body)).toMatchObject({
      data: { fail: null },
      errors: [{ message: 'OBP-50000: Unknown Error.', path: ['fail'], extensions: { requestId: 'failing-1' } }],
    });
    expect(body).not.toMatch(/inside|stack|server\.test/);
    expect(gateway.logged.find(({ requestId }) => requestId === 'failing-1')).toMatchObject({
      level: 'error',
      path: ['fail'],
      error: { message: 'Something of the inside broke', stack: expect.arrayContaining([expect.any(String)]) },
    });
  });

  test('includes the SQL and the error code of a failed statement in the log, never its values', async () => {
    const document = 'mutation Twice($id: String!) { slowWrite(id: $id, milliseconds: 0) }';
    await gateway.query(null, document, { id: 'Jane Doe' });
    const { errors } = await gateway.query(null, document, { id: 'Jane Doe' });
    expect(errors).toMatchObject([{ message: 'OBP-50000: Unknown Error.' }]);
    const [line] = gateway.logged.filter(({ path }) => Array.isArray(path) && path[0] === 'slowWrite');
    expect(JSON.stringify(line)).toMatch(/insert into \\"bank\\"|UNIQUE constraint failed: bank\.id/);
    expect(JSON.stringify(line)).toMatch(/23505|SQLITE_CONSTRAINT_PRIMARYKEY/);
    expect(JSON.stringify(gateway.logged)).not.toContain('Jane');
  });

  test('includes the name of the operation in one log line per request, but not its contents', async () => {
    const query = 'query Overview($ms: Int!) { slow(milliseconds: $ms) }';
    await post(JSON.stringify({ query, variables: { ms: 3 } }), { 'x-request-id': 'line-1' });
    await expect.poll(() => gateway.logged.filter(({ requestId }) => requestId === 'line-1')).toHaveLength(1);
    const [line] = gateway.logged.filter(({ requestId }) => requestId === 'line-1');
    expect(line).toEqual({
      level: 'info',
      time: expect.any(String),
      msg: 'request',
      requestId: 'line-1',
      method: 'POST',
      route: '/graphql',
      status: 200,
      durationInMilliseconds: expect.any(Number),
      operationName: 'Overview',
    });
  });
});

describe('a stop', () => {
  test('finishes the requests in flight, then closes their connections', async () => {
    const stopping = await startGateway({ schema: testSchema() });
    const agent = new Agent({ keepAlive: true });
    const sent = request(`${stopping.url}/graphql`, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json' },
    });
    sent.end('{"query":"{ slow(milliseconds: 500) }"}');
    await once(sent, 'socket');
    await sleep(200);
    const stopped = stopping.stop();
    const [response] = await once(sent, 'response');
    expect(response.headers.connection).toBe('close');
    expect(JSON.parse(await text(response))).toEqual({ data: { slow: 'done' } });
    await stopped;
    await expect(fetch(`${stopping.url}/health/live`)).rejects.toThrow();
  });

  test('loses no request of clients with open connections', async () => {
    const stopping = await startGateway({ schema: testSchema(), drainMilliseconds: 500 });
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    let isOver = false;
    const lost: unknown[] = [];
    let answered = 0;
    const clients = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        try {
          const status = await postThrough(agent, stopping.url);
          if (status.connection === 'close') return;
          answered += 1;
        } catch (error) {
          lost.push(error);
        }
      }
    });
    try {
      await expect.poll(() => answered, { timeout: 10_000 }).toBeGreaterThan(100);
    } finally {
      await stopping.stop();
      isOver = true;
    }
    await Promise.all(clients);
    expect(lost).toEqual([]);
  });

  test('answers all requests that a client sent without waiting, and closes the connection with the last', async () => {
    const stopping = await startGateway({ schema: testSchema(), drainMilliseconds: 500 });
    const client = await openRawClient(stopping.url);
    const body = '{"query":"{ slow(milliseconds: 500) }"}';
    client.send(Buffer.concat([rawPost(body), rawPost(body), rawPost(body)]));
    await sleep(200);
    const stopped = stopping.stop();
    const received = await client.closed();
    await stopped;
    expect(received.match(/HTTP\/1.1 200 OK/g)).toHaveLength(3);
    expect(received.match(/connection: [a-z-]+/gi)?.map((header) => header.toLowerCase())).toEqual([
      'connection: keep-alive',
      'connection: keep-alive',
      'connection: close',
    ]);
  });

  test('waits for a request of which a part has arrived', async () => {
    const stopping = await startGateway({ schema: testSchema() });
    const client = await openRawClient(stopping.url);
    const sent = rawPost('{"query":"{ me }"}');
    client.send(sent.subarray(0, 20));
    await sleep(200);
    const stopped = stopping.stop();
    await sleep(500);
    client.send(sent.subarray(20));
    expect(await client.closed()).toContain('{"data":{"me":');
    await stopped;
  });

  test('answers the requests on connections that the operating system had accepted', async () => {
    const stopping = await startGateway({ schema: testSchema(), drainMilliseconds: 500 });
    const { port } = new URL(stopping.url);
    const request = rawPost('{"query":"{ me }"}', ['connection: close']);
    const responses = connectBeforeAccepted({ port: Number(port), count: 100, request });
    const stopped = stopping.stop();
    expect((await responses).map((response) => response.split('\r\n')[0])).toEqual(Array(100).fill('HTTP/1.1 200 OK'));
    await stopped;
  });
});

async function postThrough(agent: Agent, url: string): Promise<{ connection: string | undefined }> {
  const sent = request(`${url}/graphql`, { method: 'POST', agent, headers: { 'content-type': 'application/json' } });
  sent.end('{"query":"{ me }"}');
  const [response] = await once(sent, 'response');
  await text(response);
  return { connection: response.headers.connection };
}

test('a client that disconnects within its request is not logged as an outage of the database', async () => {
  const { url, logged, stop } = await startGateway({ schema: testSchema() });
  const client = await openRawClient(url);
  // The server has the headers when it sends the status 100.
  client.send(rawPost('{"query":"{ __typename }"}', ['expect: 100-continue']).subarray(0, -5));
  await expect.poll(client.received, { timeout: 10_000 }).toContain('100 Continue');
  client.socket.resetAndDestroy();
  // The server has noticed the reset when it answers a later request.
  expect((await fetch(`${url}/nowhere`)).status).toBe(404);
  await stop();
  expect(logged.map(({ msg }) => msg)).toEqual(['request']);
});

test('an unknown subscription fails without an error in the log', async () => {
  const gateway = await startGateway();
  try {
    const { errors } = await gateway.query(null, 'subscription { banks { id } }');

    expect(errors.map(({ extensions }) => extensions.code)).not.toContain('INTERNAL_SERVER_ERROR');
    expect(errors[0]?.message).toBe('Cannot query field "banks" on type "Subscription".');
    expect(gateway.logged.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  } finally {
    await gateway.stop();
  }
});
