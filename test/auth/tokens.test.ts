import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createSigningKey, rotateSigningKeys } from '../../src/auth/signing-key.ts';
import { openTokens, type Tokens } from '../../src/auth/tokens.ts';

const key = createSigningKey();
const privateKey = createPrivateKey({ key: JSON.parse(key), format: 'jwk' });
const publicKey = createPublicKey(privateKey);
const tokens = await openTokens({ key });

const now = () => Math.floor(Date.now() / 1000);

interface Forged {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  signWith?: KeyObject | Uint8Array;
}

/** A token of the gateway with changes. `undefined` omits a claim or a header. */
async function forge({ header = {}, claims = {}, signWith = privateKey }: Forged = {}): Promise<string> {
  const parties = { iss: 'obp-customer-gateway', aud: 'obp-customer-gateway' };
  const payload = { ...parties, sub: 'user-1', jti: 'token-1', iat: now(), exp: now() + 60, ...claims };
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: await calculateJwkThumbprint(publicKey), ...header })
    .sign(signWith);
}

async function expectRefused(token: string, by: Tokens = tokens): Promise<void> {
  await expect(by.verify(token)).rejects.toMatchObject({
    key: 'INVALID_TOKEN',
    extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } },
  });
}

afterEach(() => {
  vi.useRealTimers();
});

test('a token contains its user, an ID of its own, and the ID of its key', async () => {
  const { token, expiresAt } = await tokens.sign({ userId: 'user-1' }, 3600);
  const other = await tokens.sign({ userId: 'user-1' }, 3600);
  const verified = await tokens.verify(token);
  expect(verified).toEqual({
    userId: 'user-1',
    generation: 0,
    tokenId: decodeJwt(token).jti,
    session: { id: decodeJwt(token).jti, authenticatedAt: null },
    issuedAt: expect.any(Date),
    expiresAt,
  });
  expect(Math.abs(verified.issuedAt.getTime() - Date.now())).toBeLessThan(5000);
  expect(Math.abs(expiresAt.getTime() - Date.now() - 3_600_000)).toBeLessThan(5000);
  expect((await tokens.verify(other.token)).tokenId).not.toBe(verified.tokenId);
  expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'EdDSA', kid: expect.any(String) });
  expect(JSON.stringify(decodeJwt(token))).not.toContain(JSON.parse(key).d);
});

test('accepts the token from which the forgeries of these tests are made', async () => {
  expect(await tokens.verify(await forge())).toMatchObject({ userId: 'user-1', tokenId: 'token-1' });
});

test('accepts a token of another process with the same key, as a JWK, as PEM, or in a file', async () => {
  const { token } = await tokens.sign({ userId: 'user-1' }, 60);
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const folder = await mkdtemp(join(tmpdir(), 'signing-key-'));
  const file = join(folder, 'signing-key.pem');
  await writeFile(file, pem);
  for (const signing of [{ key }, { key: pem }, { file }]) {
    expect(await (await openTokens(signing)).verify(token)).toMatchObject({ userId: 'user-1' });
  }
  await rm(folder, { recursive: true });
});

test('rejects a signing key that is not an Ed25519 or P-256 private key or cannot be read, without revealing it', async () => {
  const publicJwk = JSON.stringify(publicKey.export({ format: 'jwk' }));
  const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' });
  const publicFirst = JSON.stringify({ keys: [JSON.parse(publicJwk), JSON.parse(key)] });
  for (const invalid of ['secret-text', '{"secret":', publicJwk, JSON.stringify(ecKey), publicFirst, '{"keys":[]}']) {
    const opening = openTokens({ key: invalid });
    await expect(opening).rejects.toThrow(/^The signing key must be /);
    await expect(opening).rejects.not.toThrow(/secret/);
  }
  await expect(openTokens({ file: '/nowhere/key' })).rejects.toThrow('cannot be read from /nowhere/key');
});

test('refuses an expired token after the leeway of 60 seconds, even if it was verified before', async () => {
  const token = await forge({ claims: { exp: now() + 10 } });
  const neverSeen = await forge({ claims: { exp: now() + 10, jti: 'token-2' } });
  const start = Date.now();
  vi.useFakeTimers({ now: start, toFake: ['Date'] });
  await tokens.verify(token);
  vi.setSystemTime(start + 65_000);
  await tokens.verify(token);
  vi.setSystemTime(start + 75_000);
  await expectRefused(token);
  await expectRefused(token);
  await expectRefused(neverSeen);
});

test('refuses a token more than 60 seconds before it becomes valid', async () => {
  await expectRefused(await forge({ claims: { nbf: now() + 90 } }));
  await expect(tokens.verify(await forge({ claims: { nbf: now() + 30 } }))).resolves.toBeDefined();
});

test.each([
  ['in 90 seconds', 90],
  ['in two hours', 7_200],
  ['in a thousand years', 31_557_600_000],
])('refuses a token that will be issued %s, although its own key has signed it', async (_description, seconds) => {
  const iat = now() + seconds;
  await expectRefused(await forge({ claims: { iat, exp: iat + 60 } }));
});

test('accepts a token of a process whose clock is ahead by at most 60 seconds', async () => {
  await expect(tokens.verify(await forge({ claims: { iat: now() + 40, exp: now() + 90 } }))).resolves.toBeDefined();
});

test('refuses a token whose claims, header or signature were changed', async () => {
  const { token } = await tokens.sign({ userId: 'user-1' }, 60);
  const [header = '', claims = '', signature = ''] = token.split('.');
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const otherClaims = encode({ ...decodeJwt(token), sub: 'user-2' });
  const otherHeader = encode({ ...decodeProtectedHeader(token), x: 1 });
  const otherSignature = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
  for (const tampered of [
    `${header}.${otherClaims}.${signature}`,
    `${otherHeader}.${claims}.${signature}`,
    `${header}.${claims}.${otherSignature}`,
    `${header}.${claims}.`,
    `${header}.${claims}`,
  ]) {
    await expectRefused(tampered);
  }
  await tokens.verify(token);
});

test('refuses the algorithm none, and HMAC with the public key as its secret', async () => {
  const claims = decodeJwt((await tokens.sign({ userId: 'user-1' }, 60)).token);
  await expectRefused(new UnsecuredJWT(claims).encode());
  const kid = await calculateJwkThumbprint(publicKey);
  const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt', kid })).toString('base64url');
  await expectRefused(`${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`);
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  await expectRefused(await forge({ header: { alg: 'HS256' }, signWith: Buffer.from(pem) }));
  await expectRefused(
    await forge({
      header: { alg: 'HS256' },
      signWith: Buffer.from(JSON.stringify(publicKey.export({ format: 'jwk' }))),
    }),
  );
});

test('refuses another algorithm, even with the ID of the right key', async () => {
  const { privateKey: signWith } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await expectRefused(await forge({ header: { alg: 'ES256' }, signWith }));
});

test('refuses a signature of another key, with the ID of that key, with the ID of the right key, and without an ID', async () => {
  const { privateKey: signWith, publicKey: otherPublicKey } = generateKeyPairSync('ed25519');
  await expectRefused(await forge({ signWith }));
  await expectRefused(await forge({ signWith, header: { kid: await calculateJwkThumbprint(otherPublicKey) } }));
  await expectRefused(await forge({ signWith, header: { kid: undefined } }));
  await expectRefused(await forge({ signWith, header: { jwk: otherPublicKey.export({ format: 'jwk' }) } }));
});

test.each<[string, Forged]>([
  ['a foreign issuer', { claims: { iss: 'https://elsewhere.example' } }],
  ['no issuer', { claims: { iss: undefined } }],
  ['a foreign audience', { claims: { aud: 'another-gateway' } }],
  ['no audience', { claims: { aud: undefined } }],
  ['no user', { claims: { sub: undefined } }],
  ['no ID', { claims: { jti: undefined } }],
  ['no expiry', { claims: { exp: undefined } }],
  ['no key ID', { header: { kid: undefined } }],
  ['another type, such as that of a signed link', { header: { typ: 'JWT' } }],
  ['no type', { header: { typ: undefined } }],
])('refuses a token with %s, although the right key signed it', async (_description, forged) => {
  await expectRefused(await forge(forged));
});

test('refuses a text of more than 8,192 characters before anything else reads it', async () => {
  const large = await forge({ claims: { padding: 'x'.repeat(8192) } });
  await expectRefused(large);
  await expect(tokens.verify('x'.repeat(8193))).rejects.toThrow('longer than 8,192');
  await expectRefused('x'.repeat(8192));
});

test('refuses a text that is not a token', async () => {
  for (const text of ['', '.', '..', 'x.y.z', 'null']) await expectRefused(text);
});

test('a P-256 key signs with ES256', async () => {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const tokensOfCurve = await openTokens({ key: JSON.stringify(key.export({ format: 'jwk' })) });

  const { token } = await tokensOfCurve.sign({ userId: 'user-1' }, 60);

  expect(decodeProtectedHeader(token).alg).toBe('ES256');
  expect(await tokensOfCurve.verify(token)).toMatchObject({ userId: 'user-1' });
  await expectRefused(token);
});

describe('rotated keys', () => {
  test('sign with the new key and verify with all, without the private parts of former keys', async () => {
    const before = (await tokens.sign({ userId: 'user-1' }, 60)).token;
    const rotated = rotateSigningKeys(key);
    const after = await openTokens({ key: rotated });

    const { token } = await after.sign({ userId: 'user-2' }, 60);

    expect(await after.verify(before)).toMatchObject({ userId: 'user-1' });
    expect(await after.verify(token)).toMatchObject({ userId: 'user-2' });
    await expectRefused(token);
    expect(rotated).not.toContain(JSON.parse(key).d);
    expect(JSON.parse(rotateSigningKeys(rotated)).keys).toHaveLength(3);
    await expectRefused(before, await openTokens({ key: rotateSigningKeys(key, 0) }));
  });

  test('are published without private parts, with the IDs that tokens contain', async () => {
    const rotated = rotateSigningKeys(key);
    const opened = await openTokens({ key: rotated });
    const { keys } = await opened.publicKeys();

    const { token } = await opened.sign({ userId: 'user-1' }, 60);

    expect(keys).toHaveLength(2);
    expect(keys.map(({ d, use, alg }) => ({ d, use, alg }))).toEqual(
      Array.from({ length: 2 }, () => ({ d: undefined, use: 'sig', alg: 'EdDSA' })),
    );
    expect(keys[0]?.kid).toBe(decodeProtectedHeader(token).kid);
    const verified = await jwtVerify(token, createLocalJWKSet({ keys }));
    expect(verified.payload.sub).toBe('user-1');
  });

  test('apply without a restart, survive the loss of their file, and no longer verify once they are removed from it', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'signing-key-')), 'signing-key.json');
    await writeFile(file, key);
    const serving = await openTokens({ file });
    const before = (await serving.sign({ userId: 'user-1' }, 3600)).token;
    await serving.verify(before);
    const start = Date.now();
    vi.useFakeTimers({ now: start, toFake: ['Date'] });

    await writeFile(file, rotateSigningKeys(key));
    const { token } = await (await openTokens({ file })).sign({ userId: 'user-2' }, 3600);
    await expectRefused(token, serving);
    vi.setSystemTime(start + 6_000);
    expect(await serving.verify(token)).toMatchObject({ userId: 'user-2' });
    expect(await serving.verify(before)).toMatchObject({ userId: 'user-1' });

    await rm(file);
    vi.setSystemTime(start + 70_000);
    expect(await serving.verify(token)).toMatchObject({ userId: 'user-2' });

    await writeFile(file, createSigningKey());
    vi.setSystemTime(start + 140_000);
    await expectRefused(token, serving);
    await expectRefused(before, serving);
  });
});

test('verifying a token again takes less than 50 µs, and less than half the time of the first verification', async () => {
  const many = await Promise.all(Array.from({ length: 300 }, () => tokens.sign({ userId: 'user-1' }, 60)));
  const timeOfAll = async () => {
    const start = performance.now();
    for (const { token } of many) await tokens.verify(token);
    return performance.now() - start;
  };
  const uncached = await timeOfAll();
  const times: number[] = [];
  // Other processes can interrupt a round.
  for (let round = 0; round < 10; round += 1) times.push(await timeOfAll());
  const cached = Math.min(...times);
  expect(cached).toBeLessThan(uncached / 2);
  expect(cached / many.length).toBeLessThan(0.05);
});
