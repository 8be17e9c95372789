import { type KeyObject, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type JWK, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose';
import type { Logger } from '../base/logger.ts';
import { leewaySeconds, requireAccessToken, tokenDates } from './access-token.ts';
import { defaultKeyGraceMilliseconds, KeyConfirmation, type UnconfirmedKeys } from './key-confirmation.ts';
import {
  algorithmOf,
  algorithms,
  InvalidSigningKey,
  type KeyRing,
  readKeyRing,
  type SigningKey,
} from './signing-key.ts';
import { refusedByVerification, refusedToken } from './token-refused.ts';
import { unverifiedIssuer } from './unverified-token.ts';
import { cacheVerified } from './verified-tokens.ts';

/** The `typ` header of access tokens, so that nothing else that is signed with the same key is accepted. */
const type = 'at+jwt';
/** The file of the keys is read again after this time, so that a rotation needs no restart. */
const rereadMilliseconds = 60_000;
/** The same if `confirmKeys` is called, which the server does every five seconds, and if the last read failed. */
const confirmMilliseconds = 4_000;
/** A file is read for unknown keys at most once in this time, because any client can name one. */
const unknownKeyMilliseconds = 5_000;
/** A file that cannot be read within this time, for example because its server does not respond, counts as unreadable. */
const readTimeoutMilliseconds = 2_000;

/** The issuer of the tokens, and their audience. */
export interface TokenParties {
  issuer: string;
  audience: string;
}

const ownParties: TokenParties = { issuer: 'obp-customer-gateway', audience: 'obp-customer-gateway' };

/** The claim with the number of times that all tokens of the user had been revoked. Tokens of earlier versions lack it. */
const generationClaim = 'generation';

/** The login that a token came from. Renewed tokens have the session of the first one. */
export interface TokenSession {
  /** The `jti` claim of the first token. */
  id: string;
  /** The time of the login. Null if the token cannot be renewed. */
  authenticatedAt: Date | null;
}

/** The claims of a new token. */
export interface TokenClaims {
  userId: string;
  /** The `tokenGeneration` of the user. Defaults to 0. */
  generation?: number;
  /** The session of the token that is renewed, or `new` for a login. Without it, the token cannot be renewed. */
  session?: TokenSession | 'new';
}

export interface VerifiedToken {
  userId: string;
  generation: number;
  session: TokenSession;
  /** The `jti` claim. It identifies the token, because one token can be encoded in several ways. */
  tokenId: string;
  issuedAt: Date;
  expiresAt: Date;
}

export interface Tokens {
  /** Signs a token that expires at the latest at `latest`, if present. @throws KEYS_UNCONFIRMED */
  sign(claims: TokenClaims, expiresInSeconds: number, latest?: Date): Promise<{ token: string; expiresAt: Date }>;
  /** @throws INVALID_TOKEN if anything is wrong with the token, KEYS_UNCONFIRMED if that cannot be known */
  verify(token: string): Promise<VerifiedToken>;
  /** The public parts of all keys, as a JWK Set. @throws KEYS_UNCONFIRMED */
  publicKeys(): Promise<{ keys: JWK[] }>;
  /** Reads the keys again, unless that has just happened. Failures are logged and returned by `unconfirmedKeys`. */
  confirmKeys(): Promise<void>;
  /** The keys, if they could not be read again. Otherwise null. */
  unconfirmedKeys(): UnconfirmedKeys | null;
}

export interface TokensOptions {
  logger?: Logger;
  /** How long keys in a file that cannot be read again are accepted. */
  graceMilliseconds?: number;
  parties?: TokenParties;
}

/**
 * Opens the signing keys of the gateway's own tokens. Keys in a file are read again at intervals, so a rotation needs no restart.
 * While the file cannot be read, the previous keys apply, but not for longer than the grace period.
 */
export async function openTokens(signing: SigningKey, options: TokensOptions = {}): Promise<Tokens> {
  const {
    logger,
    graceMilliseconds = defaultKeyGraceMilliseconds,
    parties: { issuer, audience } = ownParties,
  } = options;
  let ring = await readKeyRing(signing);
  const confirmation = new KeyConfirmation({
    source: 'GATEWAY_SIGNING_KEY_FILE',
    areRead: true,
    logger,
    refreshMilliseconds: rereadMilliseconds,
    graceMilliseconds,
  });
  let attemptedAt = Date.now();
  let unknownKeyAt = attemptedAt;
  let attempt: Promise<void> | undefined;
  /** Outlives its attempt if the file system does not respond. */
  let reading: Promise<KeyRing> | undefined;

  async function attemptToRead(): Promise<void> {
    reading ??= readKeyRing(signing).finally(() => {
      reading = undefined;
    });
    try {
      const newRing = await withinReadTimeout(reading);
      const isKeyRemoved = [...ring.verification.keys()].some((id) => !newRing.verification.has(id));
      ring = newRing;
      if (isKeyRemoved) clear();
      confirmation.confirm();
    } catch (error) {
      confirmation.fail(error);
    }
    attemptedAt = Date.now();
    attempt = undefined;
  }

  /** Reads the file again, unless it was read within this time. */
  async function reread(olderThanMilliseconds: number): Promise<void> {
    if ('key' in signing) return;
    const interval = confirmation.isFailing
      ? Math.min(olderThanMilliseconds, confirmMilliseconds)
      : olderThanMilliseconds;
    if (Date.now() - attemptedAt < interval) return;
    attempt ??= attemptToRead();
    await attempt;
  }

  /** Reads the file again if that is due. @throws KEYS_UNCONFIRMED if it could not be read for too long. */
  async function requireConfirmedKeys(): Promise<void> {
    await reread(rereadMilliseconds);
    if ('file' in signing) confirmation.assertAccepted();
  }

  async function rereadForUnknownKey(): Promise<void> {
    if (Date.now() - unknownKeyAt < unknownKeyMilliseconds) return;
    unknownKeyAt = Date.now();
    await reread(0);
  }

  async function verificationKey({ kid, alg }: JWTHeaderParameters): Promise<KeyObject> {
    if (kid === undefined) throw refusedToken('TOKEN_KEY_UNKNOWN');
    if (!ring.verification.has(kid)) await rereadForUnknownKey();
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
      const { sub, jti, sid = jti, auth_time: authTime, [generationClaim]: generation = 0 } = payload;
      if (typeof sub !== 'string' || typeof jti !== 'string') throw refusedToken('TOKEN_CLAIM_INVALID');
      if (typeof generation !== 'number' || typeof sid !== 'string') throw refusedToken('TOKEN_CLAIM_INVALID');
      const dates = tokenDates(payload);
      // `tokenDates` has checked it.
      const authenticatedAt = authTime === undefined ? null : new Date(Math.round(Number(authTime) * 1000));
      return { userId: sub, tokenId: jti, generation, session: { id: sid, authenticatedAt }, ...dates };
    } catch (cause) {
      // The key of another issuer is unknown, but the reason is the issuer.
      const claimed = unverifiedIssuer(token);
      if (claimed !== null && claimed !== issuer) throw refusedToken('TOKEN_ISSUER_UNKNOWN', { cause });
      throw refusedByVerification(cause);
    }
  });

  return {
    async sign({ userId, generation = 0, session }, expiresInSeconds, latest) {
      await requireConfirmedKeys();
      const { key, id, algorithm } = ring.signing;
      const now = Date.now() / 1000;
      const issued = Math.round(now * 1000) / 1000;
      const latestSeconds = latest === undefined ? Number.POSITIVE_INFINITY : Math.floor(latest.getTime() / 1000);
      const expires = Math.min(Math.floor(now) + expiresInSeconds, latestSeconds);
      const token = await new SignJWT({ [generationClaim]: generation, ...sessionClaims(session, issued) })
        .setProtectedHeader({ alg: algorithm, typ: type, kid: id })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setJti(randomUUID())
        .setIssuedAt(issued)
        .setExpirationTime(expires)
        .sign(key);
      return { token, expiresAt: new Date(expires * 1000) };
    },
    async verify(token) {
      // A key that was removed from the file no longer verifies.
      await requireConfirmedKeys();
      return verify(token);
    },
    async publicKeys() {
      await requireConfirmedKeys();
      return ring.published;
    },
    confirmKeys: () => reread(confirmMilliseconds),
    unconfirmedKeys: () => confirmation.unconfirmed,
  };
}

/** The claims `sid` and `auth_time` of OpenID Connect. The first token of a session has its own ID as that of the session. */
function sessionClaims(session: TokenClaims['session'], issued: number): { sid?: string; auth_time?: number } {
  if (session === undefined) return {};
  if (session === 'new') return { auth_time: issued };
  const { id, authenticatedAt } = session;
  return authenticatedAt === null ? { sid: id } : { sid: id, auth_time: authenticatedAt.getTime() / 1000 };
}

async function withinReadTimeout(reading: Promise<KeyRing>): Promise<KeyRing> {
  const over = new AbortController();
  const timeout = sleep(readTimeoutMilliseconds, undefined, { signal: over.signal, ref: false }).then(() => {
    throw new InvalidSigningKey(`could not be read within ${readTimeoutMilliseconds} milliseconds`);
  });
  try {
    return await Promise.race([reading, timeout]);
  } finally {
    over.abort();
    timeout.catch(() => undefined);
  }
}
