import { eq } from 'drizzle-orm';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { revokedToken } from '../../src/domain/user/revoked-token.table.ts';
import { disableUser } from '../../src/domain/user/user-administration.ts';
import { auditReader } from '../support/audit-events.ts';
import type { Gateway } from '../support/gateway.ts';
import { startGatewayWithProvider } from '../support/gateway-with-provider.ts';
import type { IdentityProvider } from '../support/identity-provider.ts';

const renew = 'mutation { renewToken { token expiresAt } }';
const revokeThis = 'mutation { revokeMyTokens(thisOneOnly: true) { revokedAt } }';
const hour = 3_600_000;

let gateway: Gateway;
let provider: IdentityProvider;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ gateway, provider, stop } = await startGatewayWithProvider());
});
afterAll(() => stop());

async function statusOf(token: string): Promise<number> {
  return (await gateway.query(token, '{ me { id } }')).status;
}

async function renewed(token: string): Promise<string> {
  const { data, errors } = await gateway.query<{ renewToken: { token: string } }>(token, renew);
  expect(errors).toEqual([]);
  return data?.renewToken.token ?? '';
}

async function refusalOf(token: string | null): Promise<unknown[]> {
  const { data, errors } = await gateway.query(token, renew);
  expect(data).toEqual({ renewToken: null });
  return errors.map(({ extensions }) => extensions.key);
}

/** A user with a token as of a login at this time. */
async function loggedIn(authenticatedAt?: Date, expiresInSeconds = 3_600) {
  const { id, username } = await gateway.createUser();
  const session = authenticatedAt === undefined ? 'new' : { id: `session-of-${id}`, authenticatedAt };
  return { id, username, token: (await gateway.tokens.sign({ userId: id, session }, expiresInSeconds)).token };
}

const ago = (milliseconds: number) => new Date(Math.floor((Date.now() - milliseconds) / 1_000) * 1_000);

test('renewToken continues a login, and leaves the former token valid', async () => {
  const input = {
    username: 'renewing',
    password: 'a password of more than seventeen characters',
    email: 'r@example.com',
    firstName: 'Re',
    lastName: 'New',
  };
  const create = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { token } }';
  const login =
    'mutation { login(username: "renewing", password: "a password of more than seventeen characters") { token } }';
  const created = await gateway.query<{ createUser: { token: string } }>(null, create, { input });
  const first = (await gateway.query<{ login: { token: string } }>(null, login)).data?.login.token ?? '';
  const second = await renewed(first);
  const third = await renewed(second);

  expect(await Promise.all([first, second, third].map(statusOf))).toEqual([200, 200, 200]);
  const claims = decodeJwt(third);
  expect(claims).toMatchObject({
    sid: decodeJwt(first).jti,
    auth_time: decodeJwt(first).iat,
    sub: decodeJwt(first).sub,
  });
  expect(claims.jti).not.toBe(decodeJwt(second).jti);
  expect(await statusOf(await renewed(created.data?.createUser.token ?? ''))).toBe(200);
});

test('a renewed token expires when the total lifetime ends', async () => {
  const authenticatedAt = ago(11.5 * hour);
  const { token } = await loggedIn(authenticatedAt, 60);

  expect(decodeJwt(await renewed(token)).exp).toBe((authenticatedAt.getTime() + 12 * hour) / 1_000);
});

test('the last token of a login is not renewed, also if the login was within a second', async () => {
  const authenticatedAt = new Date(ago(11.5 * hour).getTime() + 500);
  const { token } = await loggedIn(authenticatedAt, 60);

  const last = await renewed(token);

  expect(decodeJwt(last).exp).toBe((authenticatedAt.getTime() - 500 + 12 * hour) / 1_000);
  expect(await refusalOf(last)).toEqual(['TOKEN_NOT_RENEWABLE']);
});

test('a token that is still accepted after the total lifetime has ended is not renewed', async () => {
  const signedAt = Date.now() - 20_000;
  vi.useFakeTimers({ toFake: ['Date'], now: signedAt });
  const { token } = await loggedIn(new Date(signedAt + 15_000 - 12 * hour), 10).finally(() => vi.useRealTimers());

  expect(await refusalOf(token)).toEqual(['TOKEN_NOT_RENEWABLE']);
});

test.each([
  ['that is valid until the total lifetime ends', 11.5 * hour],
  ['whose total lifetime has ended', 13 * hour],
])('a token %s is not renewed', async (_case, milliseconds) => {
  const { token } = await loggedIn(ago(milliseconds));

  expect(await refusalOf(token)).toEqual(['TOKEN_NOT_RENEWABLE']);
});

test('only tokens of logins at the gateway are renewed', async () => {
  const { token } = await gateway.createUser();

  expect(await refusalOf(token)).toEqual(['TOKEN_NOT_RENEWABLE']);
  expect(await refusalOf(await provider.forge())).toEqual(['TOKEN_NOT_RENEWABLE']);
  expect(await refusalOf(null)).toEqual(['OBP-20001']);
  expect((await gateway.query('a', renew)).status).toBe(401);
});

describe('the revocation of a login', () => {
  test('follows from the revocation of any of its tokens, and affects no other login', async () => {
    for (const revoking of [0, 1, 2]) {
      const { id, token } = await loggedIn();
      const next = await renewed(token);
      const tokens = [token, next, await renewed(next)];
      const other = (await gateway.tokens.sign({ userId: id, session: 'new' }, 3_600)).token;
      await gateway.query(tokens[revoking] ?? '', revokeThis);

      expect(await Promise.all([...tokens, other].map(statusOf))).toEqual([401, 401, 401, 200]);
    }
  });

  test('is stored until its last token has expired', async () => {
    const authenticatedAt = ago(hour);
    const { id, token } = await loggedIn(authenticatedAt);
    await gateway.query(await renewed(token), revokeThis);

    const stored = await gateway.database.read.select().from(revokedToken).where(eq(revokedToken.userId, id));
    const expiresAt = new Date(authenticatedAt.getTime() + 12 * hour + 60_000);
    expect(stored).toMatchObject([{ tokenId: `session-of-${id}`, expiresAt }]);
  });

  test('follows from the revocation of all tokens, also for one that is signed afterwards', async () => {
    const { id, token } = await loggedIn();
    const next = await renewed(token);
    const { generation, session } = await gateway.tokens.verify(token);
    await gateway.query(token, 'mutation { revokeMyTokens { revokedAt } }');
    // As if the request had been authenticated before the revocation.
    const late = (await gateway.tokens.sign({ userId: id, generation, session }, 3_600)).token;

    expect(await Promise.all([token, next, late].map(statusOf))).toEqual([401, 401, 401]);
  });

  test('follows when an administrator disables the user', async () => {
    const { username, token } = await loggedIn();
    const next = await renewed(token);
    await disableUser(gateway.database, username);

    expect(await Promise.all([token, next].map(statusOf))).toEqual([401, 401]);
  });
});

test('each renewal and each refusal is recorded', async () => {
  const { id, token } = await loggedIn();
  const audit = auditReader(gateway.database);
  await audit.skipExisting();
  await renewed(token);
  await refusalOf((await gateway.tokens.sign({ userId: id }, 3_600)).token);

  expect(await audit.events()).toMatchObject([
    { kind: 'AUTHENTICATION', outcome: 'SUCCEEDED', userId: id, fieldsReturned: ['Mutation.renewToken'], changes: [] },
    { kind: 'AUTHENTICATION', outcome: 'REFUSED', userId: id, errors: ['TOKEN_NOT_RENEWABLE'] },
  ]);
});
