/** Tokens with invalid claims. */
import { type Attack, attack } from '../attack.ts';

const me = JSON.stringify({ query: '{ me { id username } }' });
const revoke = JSON.stringify({ query: 'mutation { revokeMyTokens { revokedAt } }' });
const refused = { statuses: [401], keys: ['INVALID_TOKEN'], never: ['OBP-50000'] };

function token(name: string, claims: Record<string, unknown>, header: Record<string, unknown> = {}): Attack {
  return attack(
    `token: ${name}`,
    async (scene) => {
      const forged = await scene.issuer.token(claims, header);
      return [await scene.send({ token: forged, body: me }), await scene.send({ token: forged, body: revoke })];
    },
    { expected: refused },
  );
}

const now = Math.floor(Date.now() / 1_000);

const claims: Attack[] = [
  token('exp of 1e30', { exp: 1e30 }),
  token('exp of 1e15', { exp: 1e15 }),
  token('iat of -1e20', { iat: -1e20 }),
  token('iat of -1', { iat: -1 }),
  token('iat in ten years', { iat: now + 315_360_000, exp: now + 315_361_000 }),
  token('nbf of 1e300', { nbf: 1e300 }),
  token('exp in a hundred years', { exp: 8.64e15 }),
  token('exp as a string', { exp: String(now + 600) }),
  token('exp as a list', { exp: [now + 600] }),
  token('exp before iat', { iat: now, exp: now - 600 }),
  token('a missing exp', { exp: undefined }),
  token('a missing iat', { iat: undefined }),
  token('a missing sub', { sub: undefined }),
  token('sub of 300 characters', { sub: 'a'.repeat(300) }),
  token('sub with a null character', { sub: 'a\u0000b' }),
  token('sub that is a number', { sub: 5 }),
  token('sub that is __proto__ of another issuer', { sub: '__proto__', iss: 'http://127.0.0.1:1' }),
  token('aud of another program', { aud: 'https://other.example.org' }),
  token('aud as an object', { aud: { 0: 'https://gateway.example.org' } }),
  token('typ ID', { typ: 'ID' }, { typ: 'JWT' }),
  token('typ Refresh', { typ: 'Refresh' }, { typ: 'JWT' }),
  token('typ Logout', { typ: 'Logout' }, { typ: 'JWT' }),
  token('typ Offline', { typ: 'Offline' }, { typ: 'JWT' }),
  token('token_use id', { token_use: 'id' }, { typ: 'JWT' }),
  token('a bound token', { cnf: { jkt: 'abc' } }),
  token('header typ logout+jwt', {}, { typ: 'logout+jwt' }),
  token('header kid of 4,000 characters', {}, { kid: 'a'.repeat(4_000) }),
  token('header typ dpop+jwt with a jku', {}, { jku: 'http://169.254.169.254/', typ: 'dpop+jwt' }),
];

/** Claims that are copied into the user's profile. */
const profiles: Attack[] = (
  [
    ['a username of 7,000 combining marks', { preferred_username: 'a\u0300\u0323'.repeat(1_700) }],
    ['a username with null characters', { preferred_username: 'a\u0000b' }],
    ['a username with unpaired surrogates', { preferred_username: '\ud800' }],
    ['a username that is an object', { preferred_username: { a: 1 } }],
    ['an email address that is a list', { email: ['a@example.org'], email_verified: 'true' }],
    ['names with bidirectional controls', { given_name: '\u202eevE', family_name: '\u2066T' }],
  ] as const
).map(([name, profile]) =>
  attack(
    `token: ${name}`,
    async (scene) => [await scene.send({ token: await scene.issuer.token(profile), body: me })],
    { expected: { statuses: [200, 401], never: ['OBP-50000', '\u0000', '\\u0000', '\u202e'] } },
  ),
);

const encode = (text: string) => Buffer.from(text).toString('base64url');

const garbage: Attack[] = [
  ['of one character', 'a'],
  ['of dots', '.'.repeat(4_000)],
  ['without a signature', `${encode('{"alg":"none"}')}.${encode('{"sub":"a"}')}.`],
  ['whose header is a list', `${encode('[]')}.${encode('{}')}.AAAA`],
  ['whose header is null', `${encode('null')}.${encode('null')}.AAAA`],
  ['whose payload is deep', `${encode('{"alg":"EdDSA"}')}.${encode(`${'['.repeat(2_500)}${']'.repeat(2_500)}`)}.AAAA`],
  [
    'whose payload has __proto__',
    `${encode('{"alg":"ES256","__proto__":{}}')}.${encode('{"__proto__":{"iss":"x"}}')}.AAAA`,
  ],
  ['of 9,000 characters', 'a'.repeat(9_000)],
  ['with an encrypted header', `${encode('{"alg":"dir","enc":"A256GCM","zip":"DEF"}')}....`],
].map(([name, garbageToken]) =>
  attack(`token: garbage ${name}`, async (scene) => [await scene.send({ token: garbageToken, body: me })], {
    expected: refused,
  }),
);

export const tokenAttacks: Attack[] = [...claims, ...profiles, ...garbage];
