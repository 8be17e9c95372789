import { and, eq, sql } from 'drizzle-orm';
import { localProvider } from '../../auth/password.ts';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { collectProblems } from '../../graph/input-collection.ts';
import { type UserRow, user } from './user.table.ts';
import { usersNamed } from './username.ts';

/** More users with one address are as ambiguous as these. */
const maxCandidates = 10;

export interface UserSearch {
  username: string | null;
  email: string | null;
  /** Defaults to the gateway itself. */
  provider: string | null;
}

function usersWithEmail(read: Queries, provider: string, email: string): Promise<UserRow[]> {
  return read
    .select()
    .from(user)
    .where(and(eq(user.provider, provider), eq(sql`lower(${user.email})`, email.toLowerCase())))
    .limit(maxCandidates);
}

/**
 * The only user of the provider with the username and the email address, both in any letter case, as for logins. One of the two can
 * be null. A user with exactly this spelling takes precedence. Returns null if no user or several users match.
 *
 * @throws OBP-10001 if both are null
 */
export async function findUser(read: Queries, { username, email, provider }: UserSearch): Promise<UserRow | null> {
  const searched = provider ?? localProvider;
  collectProblems(() => assertSearch({ username, email }));
  if (username === null) {
    return preferExact(await usersWithEmail(read, searched, email ?? ''), (row) => row.email === email);
  }
  const named = await usersNamed(read, searched, username);
  const found = preferExact(named, (row) => row.username === username);
  return email === null || found?.email?.toLowerCase() === email.toLowerCase() ? found : null;
}

function assertSearch({ username, email }: Pick<UserSearch, 'username' | 'email'>): void {
  if (username !== null || email !== null) return;
  throw gatewayError('OBP-10001', { field: 'username', detail: 'USERNAME_OR_EMAIL' });
}

function preferExact(rows: readonly UserRow[], isExact: (row: UserRow) => boolean): UserRow | null {
  const exact = rows.filter(isExact);
  return onlyOne(exact.length > 0 ? exact : rows);
}

function onlyOne(rows: readonly UserRow[]): UserRow | null {
  const [row] = rows;
  return rows.length === 1 && row !== undefined ? row : null;
}
