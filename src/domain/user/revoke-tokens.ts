import { and, eq, isNull, lt, lte, or, sql } from 'drizzle-orm';
import { leewaySeconds } from '../../auth/access-token.ts';
import type { AuthenticatedUser } from '../../auth/authenticated-user.ts';
import type { Config } from '../../config.ts';
import { currentMilliseconds, currentTimestamp } from '../../database/current-time.ts';
import type { Database, Queries } from '../../database/database.ts';
import { lockedForWriting } from '../../database/lock.ts';
import { insertRow, updateRows } from '../../database/write-row.ts';
import { renewalEnd } from './renew-token.ts';
import { revokedToken } from './revoked-token.table.ts';
import { user } from './user.table.ts';

/** How long a revocation is kept after its token has expired, in case the clock of another machine is behind. */
const clockTolerance = 86_400_000;

/**
 * Revokes all tokens of the user that were issued so far, by any issuer. The gateway's own tokens are revoked by their generation.
 * Those of a provider are revoked by the latest of all times that are known: `now`, the time of the database, and the issue time of
 * a token that was accepted although the clock of the provider is ahead. Returns the generation of the tokens that are issued from
 * now on.
 */
export async function revokeAllTokens(transaction: Queries, userId: string, now: Date): Promise<number> {
  const known = { issuedAt: user.latestTokenIssuedAt, databaseTime: sql<number | string>`${currentMilliseconds}` };
  const [row] = await lockedForWriting(transaction.select(known).from(user).where(eq(user.id, userId)));
  const times = [now.getTime(), Number(row?.databaseTime ?? 0), row?.issuedAt?.getTime() ?? 0];
  const set = {
    tokensValidFrom: new Date(Math.max(...times)),
    tokenGeneration: sql`${user.tokenGeneration} + 1`,
    updatedAt: now,
    version: sql`${user.version} + 1`,
  };
  const [revoked] = await updateRows(transaction, user, { before: {}, set, where: eq(user.id, userId) });
  if (revoked === undefined) throw new Error('A user was deleted in the meantime, although users are never deleted.');
  return revoked.tokenGeneration;
}

/** Revokes all tokens of the caller, including that of the request. Returns the generation of later tokens. */
export async function revokeOwnTokens(
  transaction: Queries,
  { id, token }: AuthenticatedUser,
  now: Date,
): Promise<number> {
  return revokeAllTokens(transaction, id, token.issuedAt > now ? token.issuedAt : now);
}

/** Stores the issue time of a provider's token that is in the future, so that the token is revoked together with the others. */
export async function recordTokenOfFuture(database: Database, userId: string, issuedAt: Date): Promise<void> {
  const isEarlier = or(isNull(user.latestTokenIssuedAt), lt(user.latestTokenIssuedAt, issuedAt));
  await database.transaction((transaction) =>
    transaction
      .update(user)
      .set({ latestTokenIssuedAt: issuedAt })
      .where(and(eq(user.id, userId), isEarlier)),
  );
}

/** Revokes the token of the request, and all that it was renewed from or to. */
export async function revokeToken(
  transaction: Queries,
  { id, token }: AuthenticatedUser,
  { tokenMaxLifetimeSeconds }: Pick<Config, 'tokenMaxLifetimeSeconds'>,
): Promise<void> {
  const { tokenId, own, expiresAt: tokenExpiresAt } = token;
  const renewableUntil = renewalEnd(token, tokenMaxLifetimeSeconds)?.getTime() ?? 0;
  // A token of the session would be accepted until this time.
  const expiresAt = new Date(Math.max(tokenExpiresAt.getTime(), renewableUntil) + leewaySeconds * 1000);
  const row = { userId: id, tokenId: own?.session.id ?? tokenId, expiresAt };
  await insertRow(transaction, revokedToken, row, 'ignore');
}

/** Deletes the rows of tokens that have expired a day ago, by the clocks of this machine and of the database. */
export async function deleteExpiredRevocations(queries: Queries): Promise<void> {
  const before = new Date(Date.now() - clockTolerance);
  const isExpired = and(lte(revokedToken.expiresAt, before), lte(revokedToken.expiresAt, currentTimestamp));
  await queries.delete(revokedToken).where(isExpired);
}
