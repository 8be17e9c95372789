import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type JsonWebKey,
  type KeyObject,
  randomUUID,
} from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { calculateJwkThumbprint, exportJWK, type JWK, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose';
import { leewaySeconds, maxTokenCharacters, requireAccessToken, tokenDates } from './access-token.ts';
import { refusedByVerification, refusedToken } from './token-refused.ts';
import { unverifiedIssuer } from './unverified-token.ts';

/** By the type of key, or by its curve. */
const algorithms = { ed25519: 'EdDSA', prime256v1: 'ES256' } as const;
/** Says that it is a token for access: what else is ever signed with the same key is none. */
const type = 'at+jwt';
const mostVerifiedTokens = 10_000;
/** How often the file of the keys is looked at again, so that a rotation needs no restart. */
const rereadMilliseconds = 60_000;
const rereadForUnknownKeyMilliseconds = 5_000;

/** The keys of tokens, as a JWK Set whose first key signs, or one key as PKCS #8 in PEM or JWK: the text, or its file. */
export type SigningKey = { readonly key: string } | { readonly file: string };

/** Who gives the tokens, and for whom they are. */
export interface TokenParties {
  issuer: string;
  audience: string;
}

const ownParties: TokenParties = { issuer: 'obp-customer-gateway', audience: 'obp-customer-gateway' };

export interface VerifiedToken {
  userId: string;
  /** The token's own id (`jti`): one token can be written in several ways, so it is known by this. */
  tokenId: string;
  issuedAt: Date;
  expiresAt: Date;
}

export interface Tokens {
  sign(claims: { userId: string }, expiresInSeconds: number): Promise<{ token: string; expiresAt: Date }>;
  /** Fails with INVALID_TOKEN, whatever is wrong with the token. */
  verify(token: string): Promise<VerifiedToken>;
  /** The public parts of all keys, as a JWK Set. */
  publicKeys(): Promise<{ keys: JWK[] }>;
}

/** Why a signing key cannot be used. The message never holds the key. */
export class InvalidSigningKey extends Error {
  constructor(problem: string, options?: ErrorOptions) {
    super(`The signing key ${problem}.`, options);
    this.name = 'InvalidSigningKey';
  }
}

/** A new Ed25519 private key as a JSON Web Key on one line, for a file or an environment variable. */
export function createSigningKey(): string {
  return JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
}

/**
 * A JWK Set with a new private key, which signs from now on, and the public parts of the keys that are written, which
 * only verify from now on. Of those the first `keep` stay. Fails with InvalidSigningKey.
 */
export function rotateSigningKeys(written: string, keep = Number.POSITIVE_INFINITY): string {
  const former = parseSigningKeys(written)
    .slice(0, keep)
    .map((key) => publicKeyOf(key).export({ format: 'jwk' }));
  return JSON.stringify({ keys: [JSON.parse(createSigningKey()), ...former] }, null, 2);
}

/** All keys of a JWK Set, or the one of a private JSON Web Key or PEM. The first is private. Fails with InvalidSigningKey. */
export function parseSigningKeys(written: string): KeyObject[] {
  const keys = readKeys(written);
  if (keys[0]?.type !== 'private') {
    throw new InvalidSigningKey(
      'is neither a JWK Set that begins with a private key, nor a private JSON Web Key or PKCS #8 in PEM',
    );
  }
  if (keys.some((key) => algorithmOf(key) === undefined)) throw new InvalidSigningKey('is no Ed25519 or P-256 key');
  return keys;
}

function readKeys(written: string): KeyObject[] {
  try {
    if (!written.trimStart().startsWith('{')) return [createPrivateKey(written)];
    const read: JsonWebKey & { keys?: JsonWebKey[] } = JSON.parse(written);
    return (read.keys ?? [read]).map((key) =>
      key.d === undefined ? createPublicKey({ key, format: 'jwk' }) : createPrivateKey({ key, format: 'jwk' }),
    );
  } catch {
    return [];
  }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  if (asymmetricKeyType === 'ed25519') return algorithms.ed25519;
  return asymmetricKeyDetails?.namedCurve === 'prime256v1' ? algorithms.prime256v1 : undefined;
}

function publicKeyOf(key: KeyObject): KeyObject {
  return key.type === 'public' ? key : createPublicKey(key);
}

/** What `keepVerified` makes. */
export interface KeptVerification<Verified> {
  verify(token: string): Promise<Verified>;
  /** After a key was taken back. */
  forget(): void;
}

/**
 * Signature and claims of a token are verified once: the outcome is kept, by the hash of the token, until it expires.
 * What is longer than any token is refused before anything else is done with it.
 */
export function keepVerified<Verified extends { expiresAt: Date }>(
  verifyFirst: (token: string) => Promise<Verified>,
): KeptVerification<Verified> {
  /** Oldest first. */
  const kept = new Map<string, Verified>();
  /** Raised when all is forgotten: what was being verified then with a former key is not kept. */
  let generation = 0;
  return {
    async verify(token) {
      if (token.length > maxTokenCharacters) {
        throw refusedToken('TOKEN_TOO_LONG', { message: `It is longer than ${maxTokenCharacters} characters.` });
      }
      const tokenHash = hash('sha256', token, 'base64');
      const known = kept.get(tokenHash);
      if (known !== undefined) {
        if (known.expiresAt.getTime() > Date.now() - leewaySeconds * 1000) return known;
        kept.delete(tokenHash);
        throw refusedToken('TOKEN_EXPIRED');
      }
      const begun = generation;
      const verified = await verifyFirst(token);
      if (begun === generation) kept.set(tokenHash, verified);
      for (const oldest of kept.keys()) {
        if (kept.size <= mostVerifiedTokens) break;
        kept.delete(oldest);
      }
      return verified;
    },
    forget() {
      generation += 1;
      kept.clear();
    },
  };
}

interface KeyRing {
  /** The key that signs, with its id and algorithm. */
  signing: { key: KeyObject; id: string; algorithm: string };
  /** Public keys by their ids. */
  verification: ReadonlyMap<string, KeyObject>;
  published: { keys: JWK[] };
}

async function readKeyRing(signing: SigningKey): Promise<KeyRing> {
  const written =
    'key' in signing
      ? signing.key
      : await readFile(signing.file, 'utf8').catch((cause) => {
          throw new InvalidSigningKey(`cannot be read from ${signing.file}`, { cause });
        });
  const keys = parseSigningKeys(written);
  const verification = new Map<string, KeyObject>();
  const published: JWK[] = [];
  for (const key of keys.map(publicKeyOf)) {
    const jwk = await exportJWK(key);
    const id = await calculateJwkThumbprint(jwk);
    if (verification.has(id)) continue;
    verification.set(id, key);
    published.push({ ...jwk, kid: id, use: 'sig', alg: algorithmOf(key) });
  }
  const [key] = keys;
  const [first] = published;
  if (key === undefined || first?.kid === undefined || first.alg === undefined)
    throw new InvalidSigningKey('is missing');
  return { signing: { key, id: first.kid, algorithm: first.alg }, verification, published: { keys: published } };
}

/**
 * The tokens that the gateway gives to who logs in: signed, for one audience, and expiring. Keys in a file are read again
 * now and then: a rotated file counts without a restart, and one that has become unreadable changes nothing.
 */
export async function openTokens(signing: SigningKey, parties: TokenParties = ownParties): Promise<Tokens> {
  const { issuer, audience } = parties;
  let ring = await readKeyRing(signing);
  let readAt = Date.now();
  let reading: Promise<void> | undefined;

  /** Reads the file again, unless that was done less than this time ago. */
  async function reread(olderThanMilliseconds: number): Promise<void> {
    if ('key' in signing || Date.now() - readAt < olderThanMilliseconds) return;
    reading ??= readKeyRing(signing)
      .then((read) => {
        const lost = [...ring.verification.keys()].some((id) => !read.verification.has(id));
        ring = read;
        if (lost) forget();
      })
      .catch(() => undefined)
      .finally(() => {
        readAt = Date.now();
        reading = undefined;
      });
    await reading;
  }

  async function verificationKey({ kid, alg }: JWTHeaderParameters): Promise<KeyObject> {
    if (kid === undefined) throw refusedToken('TOKEN_KEY_UNKNOWN');
    if (!ring.verification.has(kid)) await reread(rereadForUnknownKeyMilliseconds);
    const key = ring.verification.get(kid);
    if (key === undefined) throw refusedToken('TOKEN_KEY_UNKNOWN');
    if (algorithmOf(key) !== alg) throw refusedToken('TOKEN_ALGORITHM_REFUSED');
    return key;
  }

  const { verify, forget } = keepVerified<VerifiedToken>(async (token) => {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, verificationKey, {
        algorithms: Object.values(algorithms),
        typ: type,
        issuer,
        audience,
        clockTolerance: leewaySeconds,
        requiredClaims: ['sub', 'jti', 'exp', 'iat'],
      });
      requireAccessToken(protectedHeader, payload);
      const { sub, jti } = payload;
      if (typeof sub !== 'string' || typeof jti !== 'string') throw refusedToken('TOKEN_CLAIM_INVALID');
      return { userId: sub, tokenId: jti, ...tokenDates(payload) };
    } catch (cause) {
      // The keys of the gateway do not know the key of another issuer, which is not the reason.
      const claimed = unverifiedIssuer(token);
      if (claimed !== null && claimed !== issuer) throw refusedToken('TOKEN_ISSUER_UNKNOWN', { cause });
      throw refusedByVerification(cause);
    }
  });

  return {
    async sign({ userId }, expiresInSeconds) {
      await reread(rereadMilliseconds);
      const { key, id, algorithm } = ring.signing;
      const now = Date.now() / 1000;
      const expires = Math.floor(now) + expiresInSeconds;
      const token = await new SignJWT()
        .setProtectedHeader({ alg: algorithm, typ: type, kid: id })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setJti(randomUUID())
        // With its fraction: who has just revoked all tokens may log in again within the same second.
        .setIssuedAt(Math.round(now * 1000) / 1000)
        .setExpirationTime(expires)
        .sign(key);
      return { token, expiresAt: new Date(expires * 1000) };
    },
    async verify(token) {
      // A key that was taken out of the file ceases to count.
      await reread(rereadMilliseconds);
      return verify(token);
    },
    async publicKeys() {
      await reread(rereadMilliseconds);
      return ring.published;
    },
  };
}
