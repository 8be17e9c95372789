import { type KeyObject, randomUUID } from 'node:crypto';
import { type JWK, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose';
import { leewaySeconds, requireAccessToken, tokenDates } from './access-token.ts';
import { algorithmOf, algorithms, readKeyRing, type SigningKey } from './signing-key.ts';
import { refusedByVerification, refusedToken } from './token-refused.ts';
import { unverifiedIssuer } from './unverified-token.ts';
import { cacheVerified } from './verified-tokens.ts';

/** The `typ` header of access tokens, so that nothing else that is signed with the same key is accepted. */
const type = 'at+jwt';
/** The file of the keys is read again after this time, so that a rotation needs no restart. */
const rereadMilliseconds = 60_000;
const rereadForUnknownKeyMilliseconds = 5_000;

/** The issuer of the tokens, and their audience. */
export interface TokenParties {
  issuer: string;
  audience: string;
}

const ownParties: TokenParties = { issuer: 'obp-customer-gateway', audience: 'obp-customer-gateway' };

/** The claim with the number of times that all tokens of the user had been revoked. Tokens of earlier versions lack it. */
const generationClaim = 'generation';

export interface VerifiedToken {
  userId: string;
  generation: number;
  /** The `jti` claim. It identifies the token, because one token can be encoded in several ways. */
  tokenId: string;
  issuedAt: Date;
  expiresAt: Date;
}

export interface Tokens {
  /** Signs a token for a user with this `tokenGeneration`, by default 0. */
  sign(
    claims: { userId: string; generation?: number },
    expiresInSeconds: number,
  ): Promise<{ token: string; expiresAt: Date }>;
  /** @throws INVALID_TOKEN if anything is wrong with the token */
  verify(token: string): Promise<VerifiedToken>;
  /** The public parts of all keys, as a JWK Set. */
  publicKeys(): Promise<{ keys: JWK[] }>;
}

/**
 * Opens the signing keys of the gateway's own tokens. Keys in a file are read again at intervals: a rotation needs no restart, and
 * while the file is unreadable, the previous keys apply.
 */
export async function openTokens(signing: SigningKey, parties: TokenParties = ownParties): Promise<Tokens> {
  const { issuer, audience } = parties;
  let ring = await readKeyRing(signing);
  let readAt = Date.now();
  let reading: Promise<void> | undefined;

  /** Reads the file again, unless it was read within this time. */
  async function reread(olderThanMilliseconds: number): Promise<void> {
    if ('key' in signing || Date.now() - readAt < olderThanMilliseconds) return;
    reading ??= readKeyRing(signing)
      .then((newRing) => {
        const isKeyRemoved = [...ring.verification.keys()].some((id) => !newRing.verification.has(id));
        ring = newRing;
        if (isKeyRemoved) clear();
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

  const { verify, clear } = cacheVerified<VerifiedToken>(async (token) => {
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
      const { sub, jti, [generationClaim]: generation = 0 } = payload;
      if (typeof sub !== 'string' || typeof jti !== 'string') throw refusedToken('TOKEN_CLAIM_INVALID');
      if (typeof generation !== 'number') throw refusedToken('TOKEN_CLAIM_INVALID');
      return { userId: sub, tokenId: jti, generation, ...tokenDates(payload) };
    } catch (cause) {
      // The key of another issuer is unknown, but the reason is the issuer.
      const claimed = unverifiedIssuer(token);
      if (claimed !== null && claimed !== issuer) throw refusedToken('TOKEN_ISSUER_UNKNOWN', { cause });
      throw refusedByVerification(cause);
    }
  });

  return {
    async sign({ userId, generation = 0 }, expiresInSeconds) {
      await reread(rereadMilliseconds);
      const { key, id, algorithm } = ring.signing;
      const now = Date.now() / 1000;
      const expires = Math.floor(now) + expiresInSeconds;
      const token = await new SignJWT({ [generationClaim]: generation })
        .setProtectedHeader({ alg: algorithm, typ: type, kid: id })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setJti(randomUUID())
        .setIssuedAt(Math.round(now * 1000) / 1000)
        .setExpirationTime(expires)
        .sign(key);
      return { token, expiresAt: new Date(expires * 1000) };
    },
    async verify(token) {
      // A key that was removed from the file no longer verifies.
      await reread(rereadMilliseconds);
      return verify(token);
    },
    async publicKeys() {
      await reread(rereadMilliseconds);
      return ring.published;
    },
  };
}
