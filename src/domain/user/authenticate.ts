import { and, eq, gt, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { AuditedCaller } from '../../audit/audit-event.ts';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import type { AuthenticatedUser } from '../../auth/authenticated-user.ts';
import type { IdentityProvider, IdentityProviders } from '../../auth/oidc.ts';
import { refusedToken, TokenRefused } from '../../auth/token-refused.ts';
import type { Tokens } from '../../auth/tokens.ts';
import { requestError } from '../../base/errors.ts';
import { LruCache } from '../../base/lru-cache.ts';
import { currentMilliseconds, currentTimestamp } from '../../database/current-time.ts';
import type { Database } from '../../database/database.ts';
import { jsonList } from '../../database/json-list.ts';
import { statement } from '../../database/statement.ts';
import { userWrite } from '../../database/user-write.table.ts';
import { entitlement } from './entitlement.table.ts';
import { createProviderUser } from './provider-user.ts';
import { recordTokenOfFuture } from './revoke-tokens.ts';
import { revokedToken } from './revoked-token.table.ts';
import { type UserRow, user } from './user.table.ts';

/** Reads the user, whether the token is revoked, and the unexpired entitlements as a JSON list, in one row. */
function userStatement(isTheUser: SQL | undefined) {
  const isRevoked = sql<boolean | number>`exists (select 1 from ${revokedToken}
    where ${and(eq(revokedToken.userId, user.id), eq(revokedToken.tokenId, sql.placeholder('tokenId')))})`;
  // The clocks of this machine and of the database are compared, because one of them might be behind.
  const isUnexpired = or(
    isNull(entitlement.expiresAt),
    and(
      sql`${entitlement.expiresAt} > ${sql.param(sql.placeholder('now'), entitlement.expiresAt)}`,
      gt(entitlement.expiresAt, currentTimestamp),
    ),
  );
  const held = sql<string>`(select ${jsonList(entitlement.roleName, entitlement.bankId)} from ${entitlement}
    where ${and(eq(entitlement.userId, user.id), isUnexpired)})`;
  return statement((queries) =>
    queries
      .select({
        id: user.id,
        username: user.username,
        email: user.email,
        firstName: user.firstName,
        lastName: user.lastName,
        provider: user.provider,
        providerId: user.providerId,
        isSuperAdmin: user.isSuperAdmin,
        disabledAt: user.disabledAt,
        createdAt: user.createdAt,
        updatedAt: user.updatedAt,
        tokensValidFrom: user.tokensValidFrom,
        tokenGeneration: user.tokenGeneration,
        latestTokenIssuedAt: user.latestTokenIssuedAt,
        databaseTime: sql<number | string>`${currentMilliseconds}`.as('database_time'),
        lastWrite: userWrite.lastWrite,
        isTokenRevoked: isRevoked.as('is_token_revoked'),
        held: held.as('held'),
      })
      .from(user)
      .leftJoin(userWrite, eq(userWrite.userId, user.id))
      .where(isTheUser),
  );
}

const userById = userStatement(eq(user.id, sql.placeholder('id')));
const userByProvider = userStatement(
  and(eq(user.provider, sql.placeholder('issuer')), eq(user.providerId, sql.placeholder('subject'))),
);

type HeldRole = readonly [roleName: string, bankId: string | null];
type HeldRoles = Pick<AuthenticatedUser, 'systemRoles' | 'bankRoles'>;

/** The parsed roles of lists of entitlements, by the JSON text of the list. Users with equal lists share them. */
const parsedRoles = new LruCache<string, HeldRoles>(1_000);

function parseRoles(held: string): HeldRoles {
  let roles = parsedRoles.get(held);
  if (roles === undefined) {
    roles = heldRoles(JSON.parse(held));
    parsedRoles.set(held, roles);
  }
  return roles;
}

function heldRoles(held: readonly HeldRole[]): HeldRoles {
  const systemRoles = new Set<string>();
  const bankRoles = new Map<string, Set<string>>();
  for (const [roleName, bankId] of held) {
    if (bankId === null) systemRoles.add(roleName);
    else {
      const rolesAtBank = bankRoles.get(bankId);
      if (rolesAtBank === undefined) bankRoles.set(bankId, new Set([roleName]));
      else rolesAtBank.add(roleName);
    }
  }
  return { systemRoles, bankRoles };
}

/** Parses `Authorization: Bearer TOKEN`. */
function bearerToken(authorization: string): string {
  const [, token] = /^Bearer +([^\s]+) *$/i.exec(authorization) ?? [];
  if (token === undefined) {
    throw refusedToken('AUTHORIZATION_MALFORMED', { detail: 'AUTHORIZATION_FORM' });
  }
  return token;
}

async function callerOfOwnToken(database: Database, tokens: Tokens, token: string, onVerified: OnVerified) {
  const verified = await tokens.verify(token);
  const { userId: id, session } = verified;
  onVerified(id);
  // The revocation of a token applies to all tokens that it was renewed from or to.
  const rows = await userById(database, { id, tokenId: session.id, now: new Date() });
  return { verified, rows, claimed: [] };
}

/** Called with the ID of the user once the signature of a token is verified, before the database is read. */
type OnVerified = (userId: string) => void;

/** The parts of the audit event when a person becomes a user. */
interface Recording {
  auditTrail: AuditTrail;
  caller: Partial<AuditedCaller>;
}

/** The IDs of users of providers, by issuer and subject. They never change. */
const providerUserIds = new WeakMap<Database, Map<string, string>>();
const maxProviderUserIds = 10_000;

function providerUserIdsOf(database: Database): Map<string, string> {
  const userIds = providerUserIds.get(database) ?? new Map<string, string>();
  providerUserIds.set(database, userIds);
  return userIds;
}

function rememberProviderUser(userIds: Map<string, string>, person: string, userId: string): void {
  if (userIds.size >= maxProviderUserIds) userIds.clear();
  userIds.set(person, userId);
}

/** Finds the user of a provider's token. A person without a user becomes one. */
async function callerOfProvider(
  database: Database,
  { auditTrail, caller }: Recording,
  provider: IdentityProvider,
  token: string,
  onVerified: OnVerified,
) {
  const verified = await provider.verify(token);
  const { issuer, subject, tokenId, roles: claimed } = verified;
  const userIds = providerUserIdsOf(database);
  const person = `${issuer} ${subject}`;
  const userId = userIds.get(person);
  // A claim can lift the limit that `onVerified` checks.
  if (userId !== undefined && claimed.length === 0) onVerified(userId);
  const find = () => userByProvider(database, { issuer, subject, tokenId, now: new Date() });
  let rows = await find();
  if (rows.length === 0) {
    await createProviderUser(auditTrail, verified, caller);
    rows = await find();
  }
  const [row] = rows;
  if (row !== undefined && userId === undefined) rememberProviderUser(userIds, person, row.id);
  return { verified, rows, claimed };
}

/** Why a known user cannot use this token; null if the user can. Tokens of a provider have no generation. */
function refusalOf(
  row: Pick<UserRow, 'id' | 'disabledAt' | 'tokensValidFrom' | 'tokenGeneration'> & {
    isTokenRevoked: boolean | number;
  },
  { issuedAt, generation }: { issuedAt: Date; generation: number | null },
): TokenRefused | null {
  if (row.disabledAt !== null) {
    return new TokenRefused('USER_DISABLED', requestError('USER_DISABLED'), row.id);
  }
  return isFromBefore(row, issuedAt, generation) || row.isTokenRevoked
    ? refusedToken('TOKEN_REVOKED', { userId: row.id })
    : null;
}

/** Whether the token was issued before all tokens of the user were revoked. */
function isFromBefore(
  { tokensValidFrom, tokenGeneration }: Pick<UserRow, 'tokensValidFrom' | 'tokenGeneration'>,
  issuedAt: Date,
  generation: number | null,
): boolean {
  if (generation !== null && generation !== tokenGeneration) return true;
  // An earlier version has revoked the tokens of generation 0 by their time.
  if (generation !== null && generation > 0) return false;
  // Tokens of the same millisecond are refused too. If the issuer counts in seconds, that affects all tokens of the second.
  return tokensValidFrom !== null && issuedAt <= tokensValidFrom;
}

async function noteTokenOfFuture(
  database: Database,
  {
    id,
    latestTokenIssuedAt,
    databaseTime,
  }: Pick<UserRow, 'id' | 'latestTokenIssuedAt'> & { databaseTime: number | string },
  issuedAt: Date,
): Promise<void> {
  const isOfFuture = issuedAt.getTime() > Math.min(Date.now(), Number(databaseTime));
  if (isOfFuture && (latestTokenIssuedAt === null || issuedAt > latestTokenIssuedAt)) {
    await recordTokenOfFuture(database, id, issuedAt);
  }
}

/**
 * Authenticates the caller of a request, with the current entitlements. Returns null without an `Authorization` header.
 * @throws TokenRefused (HTTP 401) if the token is invalid or revoked, or the user is unknown or disabled. It contains the user's ID
 * if the user is known.
 */
export async function authenticate({
  authorization,
  tokens,
  identityProviders,
  database,
  onVerified = () => undefined,
  ...recording
}: {
  authorization: string | undefined;
  tokens: Tokens;
  identityProviders: IdentityProviders;
  database: Database;
  onVerified?: OnVerified;
} & Recording): Promise<AuthenticatedUser | null> {
  if (authorization === undefined) return null;
  const bearer = bearerToken(authorization);
  const identityProvider = identityProviders.ofToken(bearer);
  const { verified, rows, claimed } =
    identityProvider === null
      ? await callerOfOwnToken(database, tokens, bearer, onVerified)
      : await callerOfProvider(database, recording, identityProvider, bearer, onVerified);
  const [row] = rows;
  if (row === undefined) throw refusedToken('TOKEN_USER_UNKNOWN');
  const own = 'session' in verified ? { generation: verified.generation, session: verified.session } : null;
  const generation = own?.generation ?? null;
  const refusal = refusalOf(row, { issuedAt: verified.issuedAt, generation });
  if (refusal !== null) throw refusal;
  if (generation === null) await noteTokenOfFuture(database, row, verified.issuedAt);
  const { tokenId, issuedAt, expiresAt } = verified;
  return {
    ...row,
    ...(claimed.length === 0
      ? parseRoles(row.held)
      : heldRoles([
          ...(JSON.parse(row.held) as HeldRole[]),
          ...claimed.map(({ roleName, bankId }) => [roleName, bankId] as const),
        ])),
    token: { tokenId, issuedAt, expiresAt, own },
  };
}
