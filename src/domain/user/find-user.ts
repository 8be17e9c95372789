import { and, eq } from 'drizzle-orm';
import { localProvider } from '../../auth/password.ts';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { type UserRow, user } from './user.table.ts';
import { usersNamed } from './username.ts';

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
    .where(and(eq(user.provider, provider), eq(user.email, email)))
    .limit(2);
}

/**
 * The only user of the provider with the username, in any spelling, and with exactly the email address. One of the two can be
 * null. Returns null if no user or several users match.
 *
 * @throws OBP-10001 if both are null
 */
export async function findUser(read: Queries, { username, email, provider }: UserSearch): Promise<UserRow | null> {
  const searched = provider ?? localProvider;
  if (username === null) {
    if (email !== null) return onlyOne(await usersWithEmail(read, searched, email));
    throw gatewayError('OBP-10001', { field: 'username', detail: 'USERNAME_OR_EMAIL' });
  }
  const named = await usersNamed(read, searched, username);
  const exact = named.filter((row) => row.username === username);
  const found = onlyOne(exact.length > 0 ? exact : named);
  return email === null || found?.email === email ? found : null;
}

function onlyOne(rows: readonly UserRow[]): UserRow | null {
  const [row] = rows;
  return rows.length === 1 && row !== undefined ? row : null;
}
