import { eq, lte, sql } from 'drizzle-orm';
import { leewaySeconds } from '../../auth/access-token.ts';
import type { AuthenticatedUser } from '../../auth/authenticated-user.ts';
import type { Queries } from '../../database/database.ts';
import { insertRow, updateRows } from '../../database/write-row.ts';
import { revokedToken } from './revoked-token.table.ts';
import { user } from './user.table.ts';

/** Revokes all tokens of the user that were issued until this time, by any issuer. */
export async function revokeAllTokens(transaction: Queries, userId: string, now: Date): Promise<void> {
  const set = { tokensValidFrom: now, updatedAt: now, version: sql`${user.version} + 1` };
  await updateRows(transaction, user, { before: {}, set, where: eq(user.id, userId) });
}

/**
 * Revokes all tokens of the caller. The clock of an issuer can be ahead, so the token of the request can have been issued
 * later than now; it is revoked, too.
 */
export async function revokeOwnTokens(
  transaction: Queries,
  { id, token }: AuthenticatedUser,
  now: Date,
): Promise<void> {
  await revokeAllTokens(transaction, id, token.issuedAt > now ? token.issuedAt : now);
}

/** Revokes the token of the request. */
export async function revokeToken(transaction: Queries, { id, token }: AuthenticatedUser): Promise<void> {
  // The token would be accepted until this time.
  const expiresAt = new Date(token.expiresAt.getTime() + leewaySeconds * 1000);
  const row = { userId: id, tokenId: token.tokenId, expiresAt };
  await insertRow(transaction, revokedToken, row, 'ignore');
}

/** Deletes the rows of tokens that have expired. */
export async function deleteExpiredRevocations(queries: Queries): Promise<void> {
  await queries.delete(revokedToken).where(lte(revokedToken.expiresAt, new Date()));
}
