import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
} from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { calculateJwkThumbprint, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose';
import type { SigningKey } from '../config.ts';
import { gatewayError } from '../errors.ts';

const algorithm = 'EdDSA';
/** Says that it is a token for access: what else is ever signed with the same key is none. */
const type = 'at+jwt';
/** How far the clocks of two machines may be apart, in seconds. */
const leeway = 60;
const mostCharacters = 8192;
const mostVerifiedTokens = 10_000;

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
  expiresAt: Date;
}

export interface Tokens {
  sign(claims: { userId: string }, expiresInSeconds: number): Promise<{ token: string; expiresAt: Date }>;
  /** Fails with INVALID_TOKEN, whatever is wrong with the token. */
  verify(token: string): Promise<VerifiedToken>;
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

/** Fails with InvalidSigningKey. */
export function parseSigningKey(written: string): KeyObject {
  let key: KeyObject;
  try {
    key = written.trimStart().startsWith('{')
      ? createPrivateKey({ key: JSON.parse(written), format: 'jwk' })
      : createPrivateKey(written);
  } catch {
    throw new InvalidSigningKey('is neither a private JSON Web Key nor PKCS #8 in PEM');
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new InvalidSigningKey('is no Ed25519 key');
  return key;
}

export function invalidToken(cause?: unknown, message?: string) {
  const headers = new Map([['www-authenticate', 'Bearer error="invalid_token"']]);
  return gatewayError('INVALID_TOKEN', { cause, message, http: { status: 401, headers } });
}

async function readSigningKey(signing: SigningKey): Promise<KeyObject> {
  if ('key' in signing) return parseSigningKey(signing.key);
  const written = await readFile(signing.file, 'utf8').catch((cause) => {
    throw new InvalidSigningKey(`cannot be read from ${signing.file}`, { cause });
  });
  return parseSigningKey(written);
}

/** The tokens that the gateway gives to who logs in: signed, for one audience, and expiring. */
export async function openTokens(signing: SigningKey, parties: TokenParties = ownParties): Promise<Tokens> {
  const { issuer, audience } = parties;
  const signingKey = await readSigningKey(signing);
  const publicKey = createPublicKey(signingKey);
  const signingKeyId = await calculateJwkThumbprint(publicKey);
  const verificationKeys = new Map([[signingKeyId, publicKey]]);
  /** By the hash of the token, oldest first. */
  const verifiedTokens = new Map<string, VerifiedToken>();

  function verificationKey({ kid }: JWTHeaderParameters): KeyObject {
    const key = kid === undefined ? undefined : verificationKeys.get(kid);
    if (key === undefined) throw invalidToken();
    return key;
  }

  async function verifySignatureAndClaims(token: string): Promise<VerifiedToken> {
    try {
      const { payload } = await jwtVerify(token, verificationKey, {
        algorithms: [algorithm],
        typ: type,
        issuer,
        audience,
        clockTolerance: leeway,
        requiredClaims: ['sub', 'jti', 'exp', 'iat'],
      });
      const { sub = '', jti = '', exp = 0 } = payload;
      return { userId: sub, tokenId: jti, expiresAt: new Date(exp * 1000) };
    } catch (cause) {
      throw invalidToken(cause);
    }
  }

  return {
    async sign({ userId }, expiresInSeconds) {
      const now = Math.floor(Date.now() / 1000);
      const expires = now + expiresInSeconds;
      const token = await new SignJWT()
        .setProtectedHeader({ alg: algorithm, typ: type, kid: signingKeyId })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setJti(randomUUID())
        .setIssuedAt(now)
        .setExpirationTime(expires)
        .sign(signingKey);
      return { token, expiresAt: new Date(expires * 1000) };
    },

    async verify(token) {
      if (token.length > mostCharacters)
        throw invalidToken(undefined, `It is longer than ${mostCharacters} characters.`);
      const hash = createHash('sha256').update(token).digest('base64');
      const known = verifiedTokens.get(hash);
      if (known !== undefined) {
        if (known.expiresAt.getTime() > Date.now() - leeway * 1000) return known;
        verifiedTokens.delete(hash);
        throw invalidToken();
      }
      const verified = await verifySignatureAndClaims(token);
      verifiedTokens.set(hash, verified);
      for (const oldest of verifiedTokens.keys()) {
        if (verifiedTokens.size <= mostVerifiedTokens) break;
        verifiedTokens.delete(oldest);
      }
      return verified;
    },
  };
}
