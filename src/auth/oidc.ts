import { createHash } from 'node:crypto';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Logger } from '../base/logger.ts';
import { leewaySeconds, maxTokenCharacters, requireAccessToken, tokenDates } from './access-token.ts';
import { type ClaimedRole, claimedRoles } from './claimed-roles.ts';
import { defaultKeyGraceMilliseconds, KeyConfirmation, type UnconfirmedKeys } from './key-confirmation.ts';
import { isSafeUrl, type OidcIssuer } from './oidc-issuer.ts';
import { refusedByVerification, refusedToken } from './token-refused.ts';
import { unverifiedIssuer } from './unverified-token.ts';
import { cacheVerified } from './verified-tokens.ts';

/** Neither `none` nor HMAC, because a public key could be used as the secret of HMAC. */
const algorithms = ['EdDSA', 'ES256', 'RS256', 'PS256'];
/** The deadline for reading the keys of a provider, with its discovery document. */
const timeoutMilliseconds = 3_000;
/** The keys are read again after this time, in the background, so that withdrawn keys no longer verify. */
const refreshMilliseconds = 600_000;
/** The time without reads after a read failed or did not return the key. */
const cooldownMilliseconds = 10_000;
const maxDocumentBytes = 512 * 1024;
const maxLoggedValues = 1_000;

/** A verified token of a provider. */
export interface ProviderToken {
  issuer: string;
  subject: string;
  /** The `jti` claim or, without one, a hash of the signed part. */
  tokenId: string;
  issuedAt: Date;
  expiresAt: Date;
  /** The roles that its claims grant. They apply to requests with this token, and are never stored. */
  roles: readonly ClaimedRole[];
  profile: Profile;
}

/** The unchecked claims about the person. Other claims are not cached, because they can be large. */
export type Profile = Readonly<
  Record<'preferred_username' | 'email' | 'email_verified' | 'given_name' | 'family_name', unknown>
>;

export interface IdentityProvider {
  /** @throws INVALID_TOKEN if anything is wrong with the token, KEYS_UNCONFIRMED if that cannot be known */
  verify(token: string): Promise<ProviderToken>;
  /** The keys of the provider, if they could not be read again. Otherwise null. */
  unconfirmedKeys(): UnconfirmedKeys | null;
}

export interface IdentityProviders {
  /** The provider that the token names as its issuer. Null if it is not configured. */
  ofToken(token: string): IdentityProvider | null;
  /** The keys of all providers that could not be read again. */
  unconfirmedKeys(): UnconfirmedKeys[];
}

export interface IdentityProviderOptions {
  /** How long the keys of a provider that cannot be read again are accepted. */
  graceMilliseconds?: number;
  cooldownMilliseconds?: number;
  refreshMilliseconds?: number;
}

/** Opens the configured OpenID Connect providers. The keys of a provider are read when a token needs them. */
export function openIdentityProviders(
  issuers: readonly OidcIssuer[],
  logger: Logger,
  options: IdentityProviderOptions = {},
): IdentityProviders {
  const providers = new Map(issuers.map((issuer) => [issuer.issuer, openProvider(issuer, logger, options)]));
  return {
    ofToken(token) {
      if (providers.size === 0 || token.length > maxTokenCharacters) return null;
      return providers.get(unverifiedIssuer(token) ?? '') ?? null;
    },
    unconfirmedKeys() {
      return [...providers.values()].map((provider) => provider.unconfirmedKeys()).filter((keys) => keys !== null);
    },
  };
}

function openProvider(configured: OidcIssuer, logger: Logger, options: IdentityProviderOptions): IdentityProvider {
  const { issuer, audiences, claimMappings } = configured;
  const logged = new Set<string>();

  function logUnknownRole(value: string): void {
    if (logged.has(value) || logged.size >= maxLoggedValues) return;
    logged.add(value);
    // A value that does not look like a role could be personal data.
    const role = /^Can[A-Za-z]{1,97}(@[\w.-]{1,97})?$/.test(value) ? value : undefined;
    logger.warn({ issuer, role }, 'unknown role in token claim ignored');
  }

  const keys = openProviderKeys(issuer, logger, options, () => clear());
  const { verify, clear } = cacheVerified<ProviderToken>(async (token) => {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys.find, {
        algorithms,
        issuer,
        audience: [...audiences],
        clockTolerance: leewaySeconds,
        requiredClaims: ['sub', 'exp', 'iat'],
      });
      requireAccessToken(protectedHeader, payload);
      return {
        issuer,
        subject: subjectOf(payload),
        tokenId: tokenIdOf(token, payload),
        ...tokenDates(payload),
        roles: claimedRoles(payload, claimMappings, logUnknownRole),
        profile: profileOf(payload),
      };
    } catch (cause) {
      throw refusedByVerification(cause);
    }
  });

  return {
    async verify(token) {
      await keys.requireConfirmed();
      return verify(token);
    },
    unconfirmedKeys: keys.unconfirmed,
  };
}

function profileOf({ preferred_username, email, email_verified, given_name, family_name }: JWTPayload): Profile {
  return { preferred_username, email, email_verified, given_name, family_name };
}

/** Returns the subject, which OpenID Connect limits to 255 ASCII characters. */
function subjectOf({ sub }: JWTPayload): string {
  if (typeof sub !== 'string' || !/^[\x20-\x7E]{1,255}$/.test(sub)) throw refusedToken('TOKEN_CLAIM_INVALID');
  return sub;
}

function tokenIdOf(token: string, { jti }: JWTPayload): string {
  if (typeof jti === 'string' && /^[\x21-\x7E]{1,255}$/.test(jti)) return jti;
  // Without the signature, because some signatures can be encoded in several ways.
  const signed = token.slice(0, token.lastIndexOf('.'));
  return createHash('sha256').update(signed).digest('base64url');
}

interface ProviderKeys {
  find: JWTVerifyGetKey;
  /** Reads old keys again, in the background unless the grace period is over. @throws KEYS_UNCONFIRMED if that fails then. */
  requireConfirmed(): Promise<void>;
  unconfirmed(): UnconfirmedKeys | null;
}

/**
 * The published keys of a provider. While the provider is slow or unavailable, the keys that were read last apply, but not for
 * longer than the grace period.
 */
function openProviderKeys(
  issuer: string,
  logger: Logger,
  options: IdentityProviderOptions,
  onWithdrawn: () => void,
): ProviderKeys {
  const refreshAfter = options.refreshMilliseconds ?? refreshMilliseconds;
  const cooldown = options.cooldownMilliseconds ?? cooldownMilliseconds;
  const confirmation = new KeyConfirmation({
    source: issuer,
    areRead: false,
    logger,
    refreshMilliseconds: refreshAfter,
    graceMilliseconds: options.graceMilliseconds ?? defaultKeyGraceMilliseconds,
  });
  let current: { find: ReturnType<typeof createLocalJWKSet>; texts: ReadonlySet<string>; readAt: number } | undefined;
  let cooldownUntil = 0;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    try {
      const set = await readKeySet(issuer);
      const find = createLocalJWKSet(set);
      const texts = new Set(set.keys.map((key) => JSON.stringify(key)));
      const isWithdrawn = current !== undefined && !current.texts.isSubsetOf(texts);
      current = { find, texts, readAt: Date.now() };
      confirmation.confirm();
      if (isWithdrawn) onWithdrawn();
    } catch (error) {
      cooldownUntil = Date.now() + cooldown;
      confirmation.fail(error);
      throw error;
    }
  }

  /** Concurrent requests wait for the same read. */
  function refresh(): Promise<void> {
    if (reading === undefined) {
      if (Date.now() < cooldownUntil) return Promise.reject(new Error('The keys were read a short time ago.'));
      reading = read().finally(() => {
        reading = undefined;
      });
    }
    return reading;
  }

  return {
    async find(header, token) {
      try {
        if (current !== undefined) return await current.find(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      }
      try {
        await refresh();
      } catch (cause) {
        throw refusedToken(current === undefined ? 'TOKEN_KEYS_UNAVAILABLE' : 'TOKEN_KEY_UNKNOWN', { cause });
      }
      if (current === undefined) throw refusedToken('TOKEN_KEYS_UNAVAILABLE');
      try {
        return await current.find(header, token);
      } catch (error) {
        cooldownUntil = Date.now() + cooldown;
        throw error;
      }
    },
    async requireConfirmed() {
      // Without keys, `find` reads them.
      if (current === undefined || (Date.now() - current.readAt < refreshAfter && !confirmation.isFailing)) return;
      // A failure is logged, and the keys remain.
      const refreshed = refresh().catch(() => undefined);
      if (!confirmation.isOverdue) return;
      await refreshed;
      confirmation.assertAccepted();
    },
    unconfirmed: () => confirmation.unconfirmed,
  };
}

async function readKeySet(issuer: string): Promise<JSONWebKeySet> {
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const discovered = await readDocument(address, signal);
  if (discovered.issuer !== issuer) throw new Error('The discovery document names another issuer.');
  const { jwks_uri: keysAddress } = discovered;
  if (typeof keysAddress !== 'string' || !isSafeUrl(keysAddress))
    throw new Error('The discovery document has no safe jwks_uri.');
  const { keys } = await readDocument(keysAddress, signal);
  if (!Array.isArray(keys)) throw new Error('The key set has no list of keys.');
  return { keys };
}

async function readDocument(address: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  // A redirect could lead to an unencrypted address, or into the network of the bank.
  const response = await fetch(address, { signal, redirect: 'error', headers: { accept: 'application/json' } });
  if (!response.ok || response.body === null) throw new Error(`The provider returned HTTP ${response.status}.`);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body) {
    size += part.byteLength;
    if (size > maxDocumentBytes) throw new Error('The document is too large.');
    parts.push(part);
  }
  const document: unknown = JSON.parse(Buffer.concat(parts).toString());
  if (typeof document !== 'object' || document === null) throw new Error('The document is not a JSON object.');
  return document as Record<string, unknown>;
}
