import { createHash } from 'node:crypto';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { describeError, type Logger } from '../base/logger.ts';
import { leewaySeconds, maxTokenCharacters, requireAccessToken, tokenDates } from './access-token.ts';
import { type ClaimedRole, claimedRoles } from './claimed-roles.ts';
import { isSafeUrl, type OidcIssuer } from './oidc-issuer.ts';
import { refusedByVerification, refusedToken } from './token-refused.ts';
import { keepVerified } from './tokens.ts';
import { unverifiedIssuer } from './unverified-token.ts';

/** Never `none`, and nothing that is verified with a secret: a public key could be taken for one. */
const algorithms = ['EdDSA', 'ES256', 'RS256', 'PS256'];
/** How long a provider may take to tell its keys, with its discovery document. */
const timeoutMilliseconds = 3_000;
/** After so long the keys are read again beside the requests, so that one that was withdrawn ceases to count. */
const refreshMilliseconds = 600_000;
/** How long a provider is left alone after it failed, or did not have the key either. */
const cooldownMilliseconds = 10_000;
const mostDocumentBytes = 512 * 1024;
const mostLoggedValues = 1_000;

/** Whom a provider's token is of, and what its claims say. */
export interface ProviderToken {
  issuer: string;
  subject: string;
  /** Its `jti`; where it has none, a hash of what is signed. */
  tokenId: string;
  issuedAt: Date;
  expiresAt: Date;
  /** What mapped claims entitle to: they count for the requests with this token, and are never stored. */
  roles: readonly ClaimedRole[];
  profile: Profile;
}

/** What the claims say of the person, not looked at yet. The others are not kept: they may be large. */
export type Profile = Readonly<
  Record<'preferred_username' | 'email' | 'email_verified' | 'given_name' | 'family_name', unknown>
>;

export interface IdentityProvider {
  /** Fails with INVALID_TOKEN, whatever is wrong with the token. */
  verify(token: string): Promise<ProviderToken>;
}

export interface IdentityProviders {
  /** The provider that the token says to be of; null where it is none of those that are configured. */
  ofToken(token: string): IdentityProvider | null;
}

export interface IdentityProviderOptions {
  cooldownMilliseconds?: number;
  refreshMilliseconds?: number;
}

/** The configured OpenID Connect providers. Their keys are read when a token first needs them. */
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
  };
}

function openProvider(configured: OidcIssuer, logger: Logger, options: IdentityProviderOptions): IdentityProvider {
  const { issuer, audiences, claimMappings } = configured;
  const logged = new Set<string>();

  function logUnknownRole(value: string): void {
    if (logged.has(value) || logged.size >= mostLoggedValues) return;
    logged.add(value);
    // What has not the form of a role may be anything, such as an address.
    const role = /^Can[A-Za-z]{1,97}(@[\w.-]{1,97})?$/.test(value) ? value : undefined;
    logger.warn({ issuer, role }, 'a claim names a role that does not exist, or not in this way');
  }

  const keys = openProviderKeys(issuer, logger, options, () => forget());
  const { verify, forget } = keepVerified<ProviderToken>(async (token) => {
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
    verify(token) {
      keys.refreshWhenOld();
      return verify(token);
    },
  };
}

function profileOf({ preferred_username, email, email_verified, given_name, family_name }: JWTPayload): Profile {
  return { preferred_username, email, email_verified, given_name, family_name };
}

/** As OpenID Connect has it: at most 255 ASCII characters. */
function subjectOf({ sub }: JWTPayload): string {
  if (typeof sub !== 'string' || !/^[\x20-\x7E]{1,255}$/.test(sub)) throw refusedToken('TOKEN_CLAIM_INVALID');
  return sub;
}

function tokenIdOf(token: string, { jti }: JWTPayload): string {
  if (typeof jti === 'string' && /^[\x21-\x7E]{1,255}$/.test(jti)) return jti;
  // Without the signature: some can be written in several ways.
  const signed = token.slice(0, token.lastIndexOf('.'));
  return createHash('sha256').update(signed).digest('base64url');
}

interface ProviderKeys {
  find: JWTVerifyGetKey;
  /** Reads the keys again when that was long ago, without anybody waiting for it. */
  refreshWhenOld(): void;
}

/** The keys that a provider publishes. What was read last goes on counting while the provider is slow or down. */
function openProviderKeys(
  issuer: string,
  logger: Logger,
  options: IdentityProviderOptions,
  onWithdrawn: () => void,
): ProviderKeys {
  const refreshAfter = options.refreshMilliseconds ?? refreshMilliseconds;
  const cooldown = options.cooldownMilliseconds ?? cooldownMilliseconds;
  let known: { find: ReturnType<typeof createLocalJWKSet>; written: ReadonlySet<string>; readAt: number } | undefined;
  let restUntil = 0;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    try {
      const set = await readKeySet(issuer);
      const find = createLocalJWKSet(set);
      const written = new Set(set.keys.map((key) => JSON.stringify(key)));
      const isWithdrawn = known !== undefined && !known.written.isSubsetOf(written);
      known = { find, written, readAt: Date.now() };
      if (isWithdrawn) onWithdrawn();
    } catch (error) {
      restUntil = Date.now() + cooldown;
      logger.warn({ issuer, error: describeError(error) }, 'the keys of an identity provider cannot be read');
      throw error;
    }
  }

  /** All who need it wait for the same reading. */
  function refresh(): Promise<void> {
    if (reading === undefined) {
      if (Date.now() < restUntil) return Promise.reject(new Error('The keys were asked for just now.'));
      reading = read().finally(() => {
        reading = undefined;
      });
    }
    return reading;
  }

  return {
    async find(header, token) {
      try {
        if (known !== undefined) return await known.find(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      }
      try {
        await refresh();
      } catch (cause) {
        throw refusedToken(known === undefined ? 'TOKEN_KEYS_UNAVAILABLE' : 'TOKEN_KEY_UNKNOWN', { cause });
      }
      if (known === undefined) throw refusedToken('TOKEN_KEYS_UNAVAILABLE');
      try {
        return await known.find(header, token);
      } catch (error) {
        restUntil = Date.now() + cooldown;
        throw error;
      }
    },
    refreshWhenOld() {
      if (known === undefined || Date.now() - known.readAt < refreshAfter) return;
      // Its failure is logged, and leaves the keys as they are.
      refresh().catch(() => undefined);
    },
  };
}

async function readKeySet(issuer: string): Promise<JSONWebKeySet> {
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const discovered = await readDocument(address, signal);
  if (discovered.issuer !== issuer) throw new Error('The discovery document is of another issuer.');
  const { jwks_uri: keysAddress } = discovered;
  if (typeof keysAddress !== 'string' || !isSafeUrl(keysAddress)) throw new Error('The address of the keys is none.');
  const { keys } = await readDocument(keysAddress, signal);
  if (!Array.isArray(keys)) throw new Error('There is no list of keys.');
  return { keys };
}

async function readDocument(address: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  // A redirection could lead away from encryption, or into the bank's own network.
  const response = await fetch(address, { signal, redirect: 'error', headers: { accept: 'application/json' } });
  if (!response.ok || response.body === null) throw new Error(`The answer is HTTP ${response.status}.`);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body) {
    size += part.byteLength;
    if (size > mostDocumentBytes) throw new Error('The answer is too large.');
    parts.push(part);
  }
  const document: unknown = JSON.parse(Buffer.concat(parts).toString());
  if (typeof document !== 'object' || document === null) throw new Error('The answer is no object.');
  return document as Record<string, unknown>;
}
