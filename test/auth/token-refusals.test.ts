import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openTokenRefusalLog } from '../../src/auth/token-refusal-log.ts';
import { refusedToken } from '../../src/auth/token-refused.ts';
import { createLogger } from '../../src/base/logger.ts';
import { disableUser } from '../../src/domain/user/user-administration.ts';
import { type AuditReader, auditReader } from '../support/audit-events.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import {
  audience,
  type ForgedToken,
  type IdentityProvider,
  startIdentityProvider,
} from '../support/identity-provider.ts';

const me = '{ me { id } }';
const revokeAll = 'mutation { revokeMyTokens { revokedAt } }';
const revokeThis = 'mutation { revokeMyTokens(thisOneOnly: true) { revokedAt } }';

let provider: IdentityProvider;
let gateway: Gateway;
let audit: AuditReader;

beforeAll(async () => {
  provider = await startIdentityProvider();
});

afterAll(() => provider.stop());

/** A gateway for each group of tests, because a gateway logs only 60 refused tokens a minute. */
function useGateway(): void {
  beforeAll(async () => {
    gateway = await startGateway({ environment: { GATEWAY_OIDC_ISSUERS: `${provider.issuer}|${audience}` } });
    audit = auditReader(gateway.database);
  });

  afterAll(() => gateway.stop());
}

afterEach(() => {
  vi.useRealTimers();
});

const now = () => Math.floor(Date.now() / 1000);

/** Sends a token, and returns the response, the lines of the log and the audit events. */
async function refusalOf(token: string, headers: Record<string, string> = {}) {
  await audit.skipExisting();
  const logged = gateway.logged.length;
  const { status, data, errors } = await gateway.query(token, me, {}, headers);
  const lines = gateway.logged.slice(logged).filter(({ msg }) => msg === 'token refused');
  return { status, data, errors, lines, events: await audit.events() };
}

/** The error in the response to every refused token. */
const invalid = { message: 'The token is invalid or expired.', extensions: { code: 'UNAUTHENTICATED' } };

async function expectRefused(token: string, reason: string) {
  const { status, data, errors, lines, events } = await refusalOf(token);
  expect([status, data]).toEqual([401, null]);
  expect(errors).toMatchObject([invalid]);
  expect(JSON.stringify(errors)).not.toContain(reason);
  expect(lines).toMatchObject([{ level: 'info', reason, requestId: expect.any(String) }]);
  expect(events).toMatchObject([{ kind: 'AUTHENTICATION', outcome: 'REFUSED', errors: ['INVALID_TOKEN', reason] }]);
}

const sub = 'subject-of-this-token';

describe('refusal of a token of a provider', () => {
  useGateway();

  test.each<[string, string, () => ForgedToken]>([
    ['an expiry that is not a date', 'TOKEN_DATE_INVALID', () => ({ claims: { exp: 1e30 } })],
    ['an expiry after the year 9999', 'TOKEN_DATE_INVALID', () => ({ claims: { exp: 253_402_300_800 } })],
    ['an expiry in milliseconds', 'TOKEN_DATE_INVALID', () => ({ claims: { exp: Date.now() * 1000 } })],
    ['a time of issue that is not a date', 'TOKEN_DATE_INVALID', () => ({ claims: { iat: -1e20 } })],
    ['a time of issue before 1970', 'TOKEN_DATE_INVALID', () => ({ claims: { iat: -1 } })],
    ['a time of issue that is text', 'TOKEN_DATE_INVALID', () => ({ claims: { iat: String(now()) } })],
    ['a time of issue that is null', 'TOKEN_DATE_INVALID', () => ({ claims: { iat: null } })],
    [
      'a time of issue after its expiry',
      'TOKEN_DATE_INVALID',
      () => ({ claims: { iat: now() - 10, exp: now() - 20 } }),
    ],
    ['a time of issue in 90 seconds', 'TOKEN_NOT_YET_VALID', () => ({ claims: { iat: now() + 90 } })],
    ['a start of validity that is not a date', 'TOKEN_DATE_INVALID', () => ({ claims: { nbf: -1e300 } })],
    ['a start of validity in 90 seconds', 'TOKEN_NOT_YET_VALID', () => ({ claims: { nbf: now() + 90 } })],
    ['a time of login that is not a date', 'TOKEN_DATE_INVALID', () => ({ claims: { auth_time: 1e30 } })],
    ['an expiry in the past', 'TOKEN_EXPIRED', () => ({ claims: { iat: now() - 600, exp: now() - 61 } })],
    ['the type of an ID token of Keycloak', 'TOKEN_TYPE_REFUSED', () => ({ claims: { typ: 'ID' } })],
    ['the type of an ID token in lower case', 'TOKEN_TYPE_REFUSED', () => ({ claims: { typ: 'id' } })],
    ['the type of a refresh token', 'TOKEN_TYPE_REFUSED', () => ({ claims: { typ: 'Refresh' } })],
    ['the type of an offline token', 'TOKEN_TYPE_REFUSED', () => ({ claims: { typ: 'Offline' } })],
    ['the type of a logout token', 'TOKEN_TYPE_REFUSED', () => ({ claims: { typ: 'Logout' } })],
    ['a serialised ID token of Keycloak', 'TOKEN_TYPE_REFUSED', () => ({ claims: { typ: 'Serialized-ID' } })],
    ['a type that is a list', 'TOKEN_TYPE_REFUSED', () => ({ claims: { typ: ['Bearer', 'ID'] } })],
    ['the use of an ID token of Cognito', 'TOKEN_TYPE_REFUSED', () => ({ claims: { token_use: 'id' } })],
    ['the use of a refresh token', 'TOKEN_TYPE_REFUSED', () => ({ claims: { token_use: 'refresh' } })],
    ['the name of an ID token of PingAM', 'TOKEN_TYPE_REFUSED', () => ({ claims: { tokenName: 'id_token' } })],
    ['the hash of an access token', 'TOKEN_TYPE_REFUSED', () => ({ claims: { at_hash: 'LDktKdoQak3Pk0cnXxCltA' } })],
    [
      'a logout event',
      'TOKEN_TYPE_REFUSED',
      () => ({ claims: { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } } }),
    ],
    ['the header type of a logout token', 'TOKEN_TYPE_REFUSED', () => ({ header: { typ: 'logout+jwt' } })],
    [
      'the header type of a security event',
      'TOKEN_TYPE_REFUSED',
      () => ({ header: { typ: 'application/secevent+jwt' } }),
    ],
    ['the header type of a proof of possession', 'TOKEN_TYPE_REFUSED', () => ({ header: { typ: 'DPoP+JWT' } })],
    [
      'the header type of an authorization response',
      'TOKEN_TYPE_REFUSED',
      () => ({ header: { typ: 'oauth-authz-req+jwt' } }),
    ],
    ['a foreign audience', 'TOKEN_AUDIENCE_REFUSED', () => ({ claims: { aud: 'https://other.example.org' } })],
    ['no audience', 'TOKEN_AUDIENCE_REFUSED', () => ({ claims: { aud: undefined } })],
    ['an unknown issuer', 'TOKEN_ISSUER_UNKNOWN', () => ({ claims: { iss: 'https://elsewhere.example' } })],
    ['an issuer that is a list', 'TOKEN_KEY_UNKNOWN', () => ({ claims: { iss: [provider.issuer] } })],
    ['no subject', 'TOKEN_CLAIM_MISSING', () => ({ claims: { sub: undefined } })],
    ['a subject that is a number', 'TOKEN_CLAIM_INVALID', () => ({ claims: { sub: 12345 } })],
    ['a key of the client', 'TOKEN_BOUND_TO_KEY', () => ({ claims: { cnf: { jkt: 'thumbprint' } } })],
    ['an unknown key', 'TOKEN_KEY_UNKNOWN', () => ({ header: { kid: 'unknown' } })],
  ])('applies to %s (%s)', async (_description, reason, forged) => {
    const { header, claims } = forged();
    await expectRefused(await provider.forge({ header, claims: { sub, ...claims } }), reason);
  });

  test('applies to an invalid and to a missing signature', async () => {
    const [header = '', claims = '', signature = ''] = (await provider.forge({ claims: { sub } })).split('.');
    const other = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);

    await expectRefused(`${header}.${claims}.${other}`, 'TOKEN_SIGNATURE_INVALID');
    await expectRefused(`${header}.${claims}`, 'TOKEN_MALFORMED');
  });
});

describe('acceptance of a token of a provider', () => {
  useGateway();

  test.each<[string, ForgedToken]>([
    ['the type Bearer of Keycloak', { claims: { typ: 'Bearer', auth_time: 0 } }],
    ['the use of an access token of Cognito', { claims: { token_use: 'access' }, header: { typ: undefined } }],
    ['the name of an access token of PingAM', { claims: { tokenName: 'access_token', token_type: 'Bearer' } }],
    ['a nonce, which authentik and Keycloak before version 25 add', { claims: { nonce: 'n-0S6_WzA2Mj' } }],
    ['the header type application/at+jwt', { header: { typ: 'application/AT+JWT' } }],
    ['the header type application/jwt', { header: { typ: 'application/jwt' } }],
  ])('applies to a token with %s', async (_description, forged) => {
    const token = await provider.forge({ ...forged, claims: { sub: randomUUID(), ...forged.claims } });
    expect((await gateway.query(token, me)).errors).toEqual([]);
  });

  const limits: [string, Record<string, unknown>][] = [
    ['issued in 1970', { iat: 0 }],
    ['issued at a fraction of a second', { iat: now() - 0.000_001 }],
    ['issued within the leeway', { iat: now() + 40 }],
    ['expiring at the latest time', { exp: 253_402_300_739 }],
    ['expiring at a fraction of a second', { exp: now() + 600.123_456_789 }],
  ];

  test.each(limits)('includes the revocation of a single token %s', async (_description, claims) => {
    const token = await provider.forge({ claims: { sub: randomUUID(), ...claims } });
    expect((await gateway.query(token, revokeThis)).errors).toEqual([]);
    expect((await gateway.query(token, me)).status).toBe(401);
  });

  test.each(limits)('includes the revocation of all tokens, of which one is %s', async (_description, claims) => {
    const token = await provider.forge({ claims: { sub: randomUUID(), ...claims } });
    expect((await gateway.query(token, revokeAll)).errors).toEqual([]);
    expect((await gateway.query(token, me)).status).toBe(401);
  });
});

describe('refusal of a token of the gateway', () => {
  useGateway();

  test('has different reasons for an unknown user, a disabled user, and a revoked token', async () => {
    const revoked = await gateway.createUser();
    await gateway.query(revoked.token, revokeThis);
    const disabled = await gateway.createUser();
    await disableUser(gateway.database, disabled.username);
    const unknown = await gateway.tokens.sign({ userId: randomUUID() }, 3600);

    await expectRefused(revoked.token, 'TOKEN_REVOKED');
    await expectRefused(unknown.token, 'TOKEN_USER_UNKNOWN');
    const { lines, events } = await refusalOf(disabled.token);
    expect(lines).toMatchObject([{ reason: 'USER_DISABLED' }]);
    expect(events).toMatchObject([{ errors: ['USER_DISABLED'], subjectUserIds: [disabled.id] }]);
  });

  test('applies to a long token, a malformed token, and another scheme of the Authorization header', async () => {
    const { errors, lines, events } = await refusalOf('x'.repeat(8193));
    expect(errors).toMatchObject([{ message: expect.stringContaining('longer than 8,192') }]);
    expect(lines).toEqual([expect.not.objectContaining({ issuer: expect.anything() })]);
    expect(events).toMatchObject([{ errors: ['INVALID_TOKEN', 'TOKEN_TOO_LONG'] }]);
    await expectRefused('x.y.z', 'TOKEN_MALFORMED');

    const basic = Buffer.from('clerk:S3cret-passphrase').toString('base64');
    const other = await refusalOf('', { authorization: `Basic ${basic}` });
    expect(other.events).toMatchObject([{ errors: ['INVALID_TOKEN', 'AUTHORIZATION_MALFORMED'] }]);
    expect(other.lines).toMatchObject([{ reason: 'AUTHORIZATION_MALFORMED' }]);
    expect(JSON.stringify([other.lines, other.events])).not.toContain(basic);
  });
});

describe('the log of a refused token', () => {
  useGateway();

  test('contains the issuer, the audience and the key ID, but not the token or its subject', async () => {
    const claims = { sub, aud: ['https://other.example.org', 'account'], preferred_username: 'name-of-a-person' };
    const token = await provider.forge({ header: { kid: 'key-1' }, claims });

    const { lines } = await refusalOf(token);

    const parts = { issuer: provider.issuer, audience: claims.aud, kid: 'key-1' };
    expect(lines).toEqual([expect.objectContaining(parts)]);
    expect(Object.keys(lines[0] ?? {}).sort()).toEqual(
      ['audience', 'issuer', 'kid', 'level', 'msg', 'reason', 'requestId', 'time'].sort(),
    );
    expect(JSON.stringify(gateway.logged)).not.toMatch(/subject-of-this-token|name-of-a-person/);
    for (const part of token.split('.')) expect(JSON.stringify(gateway.logged)).not.toContain(part);
  });

  test('contains shortened texts of the client, and only URLs and IDs', async () => {
    const long = 'x'.repeat(300);
    const claims = {
      sub,
      iss: long,
      aud: [1, { a: long }, 'person@example.org', ...Array.from({ length: 10 }, () => long)],
    };

    const { lines } = await refusalOf(await provider.forge({ header: { kid: 'Key of Ada' }, claims }));

    const shortened = long.slice(0, 200);
    expect(lines).toMatchObject([{ issuer: shortened, audience: Array.from({ length: 5 }, () => shortened) }]);
    expect(JSON.stringify(lines)).not.toMatch(/person|Ada/);
  });

  test('has at most 60 lines a minute, and then a count for each reason', () => {
    vi.useFakeTimers();
    const lines: Record<string, unknown>[] = [];
    const logger = createLogger('info', { destination: { write: (line) => lines.push(JSON.parse(line)) } });
    const log = openTokenRefusalLog(logger);
    const send = (count: number, reason: 'TOKEN_EXPIRED' | 'TOKEN_MALFORMED') => {
      for (let sent = 0; sent < count; sent += 1) {
        log.log(refusedToken(reason), { requestId: 'request', authorization: 'Bearer x' });
      }
    };

    send(1_000, 'TOKEN_EXPIRED');
    send(500, 'TOKEN_MALFORMED');
    log.log(new Error('another failure'), { requestId: 'request', authorization: 'Bearer x' });
    expect(lines).toHaveLength(60);

    vi.advanceTimersByTime(60_000);
    expect(lines.slice(60)).toMatchObject([
      { msg: 'refused tokens counted', refusals: { TOKEN_EXPIRED: 940, TOKEN_MALFORMED: 500 } },
    ]);

    send(61, 'TOKEN_EXPIRED');
    log.close();
    expect(lines).toHaveLength(61 + 60 + 1);
    expect(lines.at(-1)).toMatchObject({ refusals: { TOKEN_EXPIRED: 1 } });
  });
});
