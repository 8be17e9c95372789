import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openAuditTrail } from '../../src/audit/audit-trail.ts';
import { createLogger } from '../../src/base/logger.ts';
import { deleteExpiredRevocations } from '../../src/domain/user/revoke-tokens.ts';
import { revokedToken } from '../../src/domain/user/revoked-token.table.ts';
import { disableUser } from '../../src/domain/user/user-administration.ts';
import { openFailureLog } from '../../src/http/failure-log.ts';
import { createServer } from '../../src/http/server.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { auditReader } from '../support/audit-events.ts';
import type { Gateway } from '../support/gateway.ts';
import { startGatewayWithProvider } from '../support/gateway-with-provider.ts';
import type { IdentityProvider } from '../support/identity-provider.ts';

const me = '{ me { id } }';
const revokeAll = 'mutation { revokeMyTokens { revokedAt } }';
const revokeThis = 'mutation { revokeMyTokens(thisOneOnly: true) { revokedAt } }';

let gateway: Gateway;
let provider: IdentityProvider;
let stop: () => Promise<void>;

beforeAll(async () => {
  ({ gateway, provider, stop } = await startGatewayWithProvider());
});

afterAll(() => stop());

async function statusOf(token: string): Promise<number> {
  return (await gateway.query(token, me)).status;
}

test('revokeMyTokens fails for an anonymous caller', async () => {
  const { data, errors } = await gateway.query(null, revokeAll);

  expect(data).toEqual({ revokeMyTokens: null });
  expect(errors).toMatchObject([{ extensions: { obpCode: 'OBP-20001' } }]);
});

test('revokeMyTokens revokes all tokens of the caller and no others, and accepts a login right after it', async () => {
  const { id, token } = await gateway.createUser();
  const other = (await gateway.tokens.sign({ userId: id }, 3600)).token;
  const neighbour = await gateway.createUser();
  expect(await Promise.all([token, other].map(statusOf))).toEqual([200, 200]);

  const { data, errors } = await gateway.query(token, revokeAll);
  const later = (await gateway.tokens.sign({ userId: id, generation: 1 }, 3600)).token;

  expect(errors).toEqual([]);
  expect(data).toEqual({ revokeMyTokens: { revokedAt: expect.any(String) } });
  expect(await Promise.all([token, other, later, neighbour.token].map(statusOf))).toEqual([401, 401, 200, 200]);
});

describe('with a clock that is two hours behind', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  function setClockBack(): void {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 7_200_000 });
  }

  test('revokeMyTokens revokes the tokens of other processes too, and a new token is accepted', async () => {
    const { id, token } = await gateway.createUser();
    setClockBack();
    const early = (await gateway.tokens.sign({ userId: id }, 36_000)).token;
    expect((await gateway.query(early, revokeAll)).errors).toEqual([]);
    const later = (await gateway.tokens.sign({ userId: id, generation: 1 }, 36_000)).token;
    expect(await statusOf(later)).toBe(200);
    vi.useRealTimers();

    expect(await Promise.all([token, early, later].map(statusOf))).toEqual([401, 401, 200]);
  });

  test('revokeMyTokens revokes tokens that are already cached, once the clock is right again', async () => {
    const { id, token } = await gateway.createUser();
    const other = (await gateway.tokens.sign({ userId: id }, 36_000)).token;
    expect(await Promise.all([token, other].map(statusOf))).toEqual([200, 200]);
    setClockBack();
    const early = (await gateway.tokens.sign({ userId: id }, 36_000)).token;
    expect((await gateway.query(early, revokeAll)).errors).toEqual([]);
    vi.useRealTimers();

    expect(await Promise.all([token, other, early].map(statusOf))).toEqual([401, 401, 401]);
  });

  test('revokeMyTokens for one token revokes it, and its revocation is not deleted too early', async () => {
    const { id, token } = await gateway.createUser();
    setClockBack();
    const early = (await gateway.tokens.sign({ userId: id }, 7_200)).token;
    expect((await gateway.query(early, revokeThis)).errors).toEqual([]);
    await gateway.database.transaction(deleteExpiredRevocations);
    expect(await statusOf(early)).toBe(401);
    vi.useRealTimers();

    expect(await Promise.all([token, early].map(statusOf))).toEqual([200, 401]);
  });

  test('a token of another process is refused, even if it was accepted before the clock was set back', async () => {
    const { token } = await gateway.createUser();
    expect(await statusOf(token)).toBe(200);
    setClockBack();
    expect(await statusOf(token)).toBe(401);
  });
});

test('the event of a refused token concerns its user and has an anonymous caller', async () => {
  const audit = auditReader(gateway.database);
  const loggedOut = await gateway.createUser();
  const revoked = await gateway.createUser();
  const disabled = await gateway.createUser();
  await gateway.query(loggedOut.token, revokeAll);
  await gateway.query(revoked.token, revokeThis);
  await disableUser(gateway.database, disabled.username);
  const unknown = await gateway.tokens.sign({ userId: randomUUID() }, 3600);
  await audit.skipExisting();

  const answers = [];
  for (const { token } of [loggedOut, revoked, disabled, unknown]) answers.push(await gateway.query(token, me));

  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  const [first, second, third, fourth] = answers.map(({ errors }) => errors);
  expect(first).toEqual(fourth);
  expect(second).toEqual(fourth);
  expect(third).toEqual([
    { message: 'The user is disabled.', extensions: { code: 'UNAUTHENTICATED', obpCode: null, key: 'USER_DISABLED' } },
  ]);
  const event = { kind: 'AUTHENTICATION', outcome: 'REFUSED', userId: null };
  expect(await audit.events()).toMatchObject([
    { ...event, subjectUserIds: [loggedOut.id], errors: ['INVALID_TOKEN', 'TOKEN_REVOKED'] },
    { ...event, subjectUserIds: [revoked.id], errors: ['INVALID_TOKEN', 'TOKEN_REVOKED'] },
    { ...event, subjectUserIds: [disabled.id], errors: ['USER_DISABLED'] },
    { ...event, subjectUserIds: [], errors: ['INVALID_TOKEN', 'TOKEN_USER_UNKNOWN'] },
  ]);
});

test('a revocation applies to every process immediately', async () => {
  const { token } = await gateway.createUser();
  const { config, database, tokens } = gateway;
  const logger = createLogger('silent');
  const auditTrail = await openAuditTrail({ database, secret: config.secret });
  const other = await createServer({
    config,
    database,
    tokens,
    logger,
    failures: openFailureLog(logger),
    auditTrail,
    schema: await gatewaySchema(),
    drainMilliseconds: 0,
  });
  const url = await other.listen();
  const send = (query: string) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
  expect((await send(me)).status).toBe(200);

  await gateway.query(token, revokeAll);

  expect((await send(me)).status).toBe(401);
  await other.close();
  await auditTrail.close();
});

test('revokeMyTokens with thisOneOnly revokes only the token of the request, and can be repeated', async () => {
  const { id, token } = await gateway.createUser();
  const other = (await gateway.tokens.sign({ userId: id }, 3600)).token;

  const { errors } = await gateway.query(
    token,
    `mutation { a: ${revokeThis.slice(11, -2)} b: ${revokeThis.slice(11, -2)} }`,
  );

  expect(errors).toEqual([]);
  expect(await Promise.all([token, other].map(statusOf))).toEqual([401, 200]);
  const stored = await gateway.database.read.select().from(revokedToken).where(eq(revokedToken.userId, id));
  expect(stored).toMatchObject([{ tokenId: decodeJwt(token).jti }]);
});

test('a revocation is deleted a day after the token and its leeway have expired', async () => {
  const long = await gateway.createUser();
  const short = await gateway.createUser();
  const ending = (await gateway.tokens.sign({ userId: short.id }, 1)).token;
  await gateway.query(long.token, revokeThis);
  await gateway.query(ending, revokeThis);
  const [row] = await gateway.database.read.select().from(revokedToken).where(eq(revokedToken.userId, short.id));
  expect(row?.expiresAt.getTime()).toBe(((decodeJwt(ending).exp ?? 0) + 60) * 1000);

  await gateway.database.transaction(async (transaction) => {
    await transaction
      .update(revokedToken)
      .set({ expiresAt: new Date(Date.now() - 86_400_001) })
      .where(eq(revokedToken.userId, short.id));
    await deleteExpiredRevocations(transaction);
  });

  const left = await gateway.database.read.select().from(revokedToken);
  expect(left.map(({ userId }) => userId)).toContain(long.id);
  expect(left.map(({ userId }) => userId)).not.toContain(short.id);
  expect(await statusOf(long.token)).toBe(401);
});

test('revokeMyTokens revokes tokens of a provider, with and without an ID, one by one and together', async () => {
  const iat = Math.floor(Date.now() / 1000) - 5;
  const claims = { sub: 'revoker', iat };
  const [first, second] = [
    await provider.forge({ claims }),
    await provider.forge({ claims: { ...claims, jti: undefined } }),
  ];
  const third = await provider.forge({ claims });
  expect(await Promise.all([first, second, third].map(statusOf))).toEqual([200, 200, 200]);

  await gateway.query(first, revokeThis);
  await gateway.query(second, revokeThis);
  expect(await Promise.all([first, second, third].map(statusOf))).toEqual([401, 401, 200]);

  await gateway.query(third, revokeAll);
  expect(await statusOf(third)).toBe(401);
  expect(await statusOf(await provider.forge({ claims: { sub: 'revoker', iat: iat + 30 } }))).toBe(200);
});

test('revokeMyTokens revokes a token of a provider whose clock is ahead', async () => {
  const now = Math.floor(Date.now() / 1000);
  const early = await provider.forge({ claims: { sub: 'traveller', iat: now - 5 } });
  const ahead = await provider.forge({ claims: { sub: 'traveller', iat: now + 40 } });
  expect(await Promise.all([early, ahead].map(statusOf))).toEqual([200, 200]);
  await gateway.query(early, revokeAll);
  expect(await Promise.all([early, ahead].map(statusOf))).toEqual([401, 401]);
});

test('authentication reads the user, the entitlements and the revocation in one statement', async () => {
  const { token } = await gateway.createUser();
  const person = await provider.forge({ claims: { sub: 'counted' } });
  for (const bearer of [token, person]) {
    await gateway.query(bearer, '{ __typename }');
    const before = gateway.database.statistics.statements;
    await gateway.query(bearer, '{ __typename }');
    expect(gateway.database.statistics.statements - before).toBe(1);
  }
});

test('the public keys are published, and can be cached', async () => {
  const response = await fetch(`${gateway.url}/.well-known/jwks.json`);

  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('application/jwk-set+json');
  expect(response.headers.get('cache-control')).toBe('public, max-age=300');
  const { keys } = (await response.json()) as { keys: Record<string, unknown>[] };
  expect(keys).toEqual([
    { kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid: expect.any(String), alg: 'EdDSA', use: 'sig' },
  ]);
});
