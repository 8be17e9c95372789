/** The limit on the cost of a caller's requests, over HTTP. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AttributeType } from '../../src/domain/attribute/attribute-type.ts';
import { userAttribute } from '../../src/domain/user/user-attribute.table.ts';
import type { Gateway, GatewayResponse } from '../support/gateway.ts';
import { startGatewayWithProvider } from '../support/gateway-with-provider.ts';
import type { IdentityProvider } from '../support/identity-provider.ts';

const bankId = 'gh.29.uk';
const me = '{ me { id } }';
const page = '{ customers(bankId: "gh.29.uk", first: 100) { nodes { id } } }';
const expensive = `{ customers(bankId: "${bankId}", first: 100) { nodes { id messages(first: 100) { nodes { id } } } } }`;
/** Logs in with a new username each time, because attempts with one username are limited. */
const login = () => `mutation { login(username: "${randomUUID()}", password: "a wrong password") { token } }`;

let provider: IdentityProvider;
let stop: () => Promise<void>;
let gateway: Gateway;
let nextAddress = 0;

beforeAll(async () => {
  ({ gateway, provider, stop } = await startGatewayWithProvider({
    GATEWAY_COST_PER_MINUTE: '1000',
    GATEWAY_ANONYMOUS_COST_PER_MINUTE: '520',
    GATEWAY_TRUSTED_PROXIES: '127.0.0.1',
    GATEWAY_CORS_ORIGINS: 'https://app.example.org',
  }));
  await gateway.createBank(bankId);
});

afterAll(() => stop());

/** Sends requests from a network of its own. */
function newClient() {
  nextAddress += 1;
  return { 'x-forwarded-for': `192.0.2.${nextAddress}` };
}

async function newReader() {
  const reader = await gateway.createUser({ roles: [['CanGetCustomers', bankId]] });
  return reader.token;
}

function remaining({ headers }: Pick<GatewayResponse<unknown>, 'headers'>): number {
  const [, points] = /^"cost";r=(\d+);t=\d+$/.exec(headers.get('ratelimit') ?? '') ?? [];
  return Number(points);
}

/** Sends requests until one is refused: for pages, of 101 points and a base of 10 each, or for `me`, of the base alone. */
async function exhaust(token: string, document = page): Promise<GatewayResponse<unknown>> {
  for (let count = 0; count < 1000; count += 1) {
    const answer = await gateway.query(token, document);
    if (answer.status === 429) return answer;
  }
  throw new Error('The budget is not exhausted.');
}

async function post(body: string, headers: Record<string, string>) {
  return fetch(`${gateway.url}/graphql`, { method: 'POST', body, headers });
}

const json = { 'content-type': 'application/json' };

describe('the budget of a user', () => {
  test('is charged a base for each request, and announced in the headers', async () => {
    const { token } = await gateway.createUser();

    const answer = await gateway.query(token, me);

    expect(answer.headers.get('ratelimit-policy')).toBe('"cost";q=1000;w=60');
    expect(answer.headers.get('ratelimit')).toMatch(/^"cost";r=\d+;t=1$/);
    expect(remaining(answer)).toBeGreaterThan(980);
    expect(remaining(answer)).toBeLessThan(1000);
  });

  test('is charged the list cost of an operation that succeeds, fails, or is refused', async () => {
    const reader = await newReader();
    const { token: stranger } = await gateway.createUser();
    const failing = '{ customers(bankId: "no-bank", first: 100) { nodes { id } } }';

    for (const [token, document] of [
      [reader, page],
      [reader, failing],
      [stranger, page],
    ] as const) {
      const before = remaining(await gateway.query(token, me));
      const after = remaining(await gateway.query(token, document));
      expect(before - after).toBeGreaterThanOrEqual(100);
    }
  });

  test('is charged the objects of an answer beyond the list cost, which is an estimate', async () => {
    const { id, token } = await gateway.createUser();
    const now = new Date();
    await gateway.database.transaction(async (transaction) => {
      for (let index = 0; index < 300; index += 1) {
        await transaction.insert(userAttribute).values({
          id: randomUUID(),
          userId: id,
          name: `name ${index}`,
          type: AttributeType.STRING,
          value: 'x',
          insertDate: now,
          updatedAt: now,
        });
      }
    });
    const document = '{ me { attributes { name } } }';
    const before = remaining(await gateway.query(token, me));
    const answer = await gateway.query<{ me: { attributes: unknown[] } }>(token, document);
    expect(answer.data?.me.attributes).toHaveLength(300);
    expect(before - remaining(answer)).toBeGreaterThan(280);
  });

  test('refuses requests with HTTP 429 while it is empty, and admits them again after the announced time', async () => {
    const token = await newReader();

    const { status, headers, data, errors } = await exhaust(token, me);

    expect(status).toBe(429);
    expect(data).toBeNull();
    const retryAfter = Number(headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThanOrEqual(1);
    expect(errors).toMatchObject([
      { extensions: { code: 'RATE_LIMITED', obpCode: null, limit: 1000, retryAfterSeconds: retryAfter } },
    ]);
    expect(headers.get('ratelimit')).toBe(`"cost";r=0;t=${retryAfter}`);

    await sleep(retryAfter * 1000);
    expect((await gateway.query(token, me)).status).toBe(200);
  });

  test('is not charged for refused requests', async () => {
    const token = await newReader();
    const first = (await exhaust(token)).errors[0]?.extensions.retryAfterSeconds;

    for (let count = 0; count < 50; count += 1) await gateway.query(token, page);

    const last = (await gateway.query(token, page)).errors[0]?.extensions.retryAfterSeconds;
    expect(last).toBeLessThanOrEqual(first as number);
  });

  test.each([
    ['the gateway', newReader],
    ['an identity provider', () => provider.tokenOfPerson('clara')],
  ])('is checked before the database is read, for tokens of %s', async (_issuer, tokenOf) => {
    const token = await tokenOf();
    // Two minutes' budget, so that it is not refilled meanwhile.
    await gateway.query(token, expensive);
    const reads: number[] = [];
    for (let count = 0; count < 5; count += 1) {
      const { roundTrips } = gateway.database.statistics;
      expect((await gateway.query(token, me)).status).toBe(429);
      reads.push(gateway.database.statistics.roundTrips - roundTrips);
    }
    // The exchange of the budgets reads every second.
    expect(Math.min(...reads)).toBe(0);
  });

  test('is charged at most two minutes for a single operation', async () => {
    const token = await newReader();
    await gateway.query(token, expensive);

    const { status, errors } = await gateway.query(token, me);

    expect(status).toBe(429);
    expect(errors[0]?.extensions.retryAfterSeconds).toBeGreaterThan(55);
    expect(errors[0]?.extensions.retryAfterSeconds).toBeLessThanOrEqual(120);
  });

  test('admits few of many operations that are sent at once', async () => {
    const token = await newReader();

    const answers = await Promise.all(Array.from({ length: 40 }, () => gateway.query(token, page)));

    const admitted = answers.filter(({ status }) => status === 200).length;
    expect(admitted).toBeGreaterThan(0);
    expect(admitted).toBeLessThanOrEqual(12);
  });

  test('is charged more for a mutation, and for each of its fields', async () => {
    const { token } = await gateway.createUser();
    const logOut = (count: number) =>
      `mutation { ${Array.from({ length: count }, (_, index) => `m${index}: deleteCustomerAddress(bankId: "${bankId}", customerId: "x", id: "y") { customer { id } }`).join(' ')} }`;

    const before = remaining(await gateway.query(token, me));
    const after = remaining(await gateway.query(token, logOut(10)));

    expect(before - after).toBeGreaterThanOrEqual(200);
  });

  test('is charged for an invalid operation and a large body', async () => {
    const { token } = await gateway.createUser();

    const full = remaining(await gateway.query(token, me));
    const afterInvalid = remaining(await gateway.query(token, '{ nothing }'));
    const afterSyntax = remaining(await gateway.query(token, '{'));
    const afterLarge = remaining(await gateway.query(token, `${me} #${'x'.repeat(100 * 1024)}`));

    expect(full - afterInvalid).toBeGreaterThanOrEqual(45);
    expect(afterInvalid - afterSyntax).toBeGreaterThanOrEqual(45);
    expect(afterSyntax - afterLarge).toBeGreaterThanOrEqual(105);
  });

  test('is independent of other users and of the network', async () => {
    const client = newClient();
    const exhausted = await newReader();
    await exhaust(exhausted);
    const { token } = await gateway.createUser();

    expect((await gateway.query(exhausted, me, {}, client)).status).toBe(429);
    expect((await gateway.query(token, me, {}, client)).status).toBe(200);
    expect((await gateway.query(null, '{ __typename }', {}, client)).status).toBe(200);
  });

  test('does not limit a holder of CanExceedRateLimit, who gets no headers', async () => {
    const { token } = await gateway.createUser({
      roles: [
        ['CanExceedRateLimit', null],
        ['CanGetCustomers', bankId],
      ],
    });

    const answers = await Promise.all(Array.from({ length: 40 }, () => gateway.query(token, page)));

    for (const { status, headers } of answers) {
      expect(status).toBe(200);
      expect(headers.has('ratelimit')).toBe(false);
      expect(headers.has('ratelimit-policy')).toBe(false);
    }
  });
});

describe('the budget of a network of anonymous callers', () => {
  test('allows 11 logins per 520 points, then refuses anonymous callers but no user', async () => {
    const client = newClient();
    const statuses: number[] = [];
    for (let count = 0; count < 12; count += 1) statuses.push((await gateway.query(null, login(), {}, client)).status);

    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(200));
    expect(statuses.at(-1)).toBe(429);
    const refused = await gateway.query(null, '{ __typename }', {}, client);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('ratelimit-policy')).toBe('"cost";q=520;w=60');
    expect((await gateway.query(null, '{ __typename }', {}, newClient())).status).toBe(200);
    const { token } = await gateway.createUser();
    expect((await gateway.query(token, me, {}, client)).status).toBe(200);
  });

  test('is not emptied by a single expensive operation', async () => {
    const client = newClient();
    const aliases = Array.from({ length: 19 }, (_, index) => `a${index}: ${page.slice(1, -1)}`).join(' ');
    const { headers } = await gateway.query(null, `{ ${aliases} }`, undefined, client);
    expect(remaining({ headers })).toBeGreaterThan(400);
    expect((await gateway.query(null, login(), undefined, client)).status).toBe(200);
  });

  test('refuses bodies that cannot be read, and those of anonymous callers unread, while it is empty', async () => {
    const client = newClient();
    const broken = `{"query": "{ me { id } }", "variables": {"x": "${'x'.repeat(100_000)}"`;
    const statuses: number[] = [];
    // The budget is refilled meanwhile, the more the slower the machine is.
    while (statuses.length < 300 && statuses.at(-1) !== 429) {
      statuses.push((await post(broken, { ...json, ...client })).status);
    }
    expect(statuses[0]).toBe(400);
    expect(statuses.at(-1)).toBe(429);

    for (let count = 0; count < 100; count += 1) await gateway.query(null, '{ banks { id } }', undefined, client);
    const refused = await post(broken, { ...json, ...client });
    expect([refused.status, refused.headers.get('connection')]).toEqual([429, 'close']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  test('counts the addresses of one IPv6 network together', async () => {
    const from = (host: number) => ({ 'x-forwarded-for': `2001:db8:1:1::${host}` });
    for (let count = 0; count < 12; count += 1) await gateway.query(null, login(), {}, from(count));

    expect((await gateway.query(null, login(), {}, from(99))).status).toBe(429);
    expect((await gateway.query(null, login(), {}, { 'x-forwarded-for': '2001:db8:1:2::1' })).status).toBe(200);
  });

  test('is charged for password hashes of authenticated callers too', async () => {
    const client = newClient();
    const { token } = await gateway.createUser();
    const begun = performance.now();
    for (let count = 0; count < 20; count += 1) await gateway.query(token, login(), {}, client);

    // 20 password hashes of 20 points each are charged to the network.
    const { headers } = await gateway.query(null, '{ __typename }', {}, client);
    const refilled = ((performance.now() - begun) / 60_000) * 520;
    expect(remaining({ headers })).toBeLessThanOrEqual(520 - 20 * 20 + refilled);
  });
});

describe('requests whose caller cannot be identified', () => {
  test('are refused with HTTP 429 when they are too many, while others from the network are answered', async () => {
    const client = newClient();
    const statuses = new Set<number>();
    for (let count = 0; count < 60; count += 1) {
      statuses.add((await gateway.query('no.valid.token', me, {}, client)).status);
    }

    expect(statuses).toEqual(new Set([401, 429]));
    expect((await gateway.query('no.valid.token', me, {}, client)).headers.get('retry-after')).not.toBeNull();
    const { token } = await gateway.createUser();
    expect((await gateway.query(token, me, {}, client)).status).toBe(200);
    expect((await gateway.query(null, '{ __typename }', {}, client)).status).toBe(200);
  });

  test.each([
    ['a body that is not JSON', '{', json, 400],
    ['a body of another type', 'query', { 'content-type': 'application/xml' }, 415],
    ['a body that is too large', `"${'x'.repeat(300_000)}"`, json, 413],
  ])('are charged to the network for %s', async (_what, body, headers, status) => {
    const response = await post(body, { ...headers, ...newClient() });

    expect(response.status).toBe(status);
    expect(response.headers.get('ratelimit-policy')).toBe('"cost";q=520;w=60');
    expect(remaining(response)).toBeLessThan(515);
  });
});

test('browsers can read the headers', async () => {
  const response = await post('{"query":"{ __typename }"}', {
    ...json,
    origin: 'https://app.example.org',
    ...newClient(),
  });

  const exposed = response.headers.get('access-control-expose-headers')?.split(', ');
  expect(exposed).toEqual(expect.arrayContaining(['ratelimit', 'ratelimit-policy', 'retry-after']));
});
