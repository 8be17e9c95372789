import { and, asc, eq, gt, isNull, ne, or } from 'drizzle-orm';
import { localProvider } from '../../auth/password.ts';
import { gatewayError } from '../../base/errors.ts';
import { comparedUsername } from '../../base/identifiers.ts';
import { mapUsername } from '../../base/precis.ts';
import type { Queries } from '../../database/database.ts';
import { type UserRow, user } from './user.table.ts';

type Named = Pick<UserRow, 'provider' | 'username' | 'email' | 'emailValidatedAt'>;

/** The columns of a user that are derived from others, and are unique. Users of other providers validate no address here. */
export function canonicalNames({ provider, username, email, emailValidatedAt }: Named) {
  const isValidated = provider === localProvider && email !== null && emailValidatedAt !== null;
  return {
    canonicalUsername: comparedUsername(username),
    validatedEmail: isValidated ? mapUsername(email) : null,
  };
}

export function areSameAddress(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && mapUsername(a) === mapUsername(b);
}

/**
 * Loads the users of a provider whose usernames have the same canonical form. An earlier version of the program can still be
 * running and insert users without one, which are found by their exact names.
 */
export function usersNamed(read: Queries, provider: string, username: string): Promise<UserRow[]> {
  const isCanonical = eq(user.canonicalUsername, comparedUsername(username));
  const isExact = and(isNull(user.canonicalUsername), eq(user.username, username));
  return read
    .select()
    .from(user)
    .where(and(eq(user.provider, provider), or(isCanonical, isExact)));
}

/** Loads the local user who logs in with this name: in any spelling, but exactly as stored if several users collide. */
export async function userForLogin(read: Queries, username: string): Promise<UserRow | null> {
  const users = await usersNamed(read, localProvider, username);
  const exact = users.find((row) => row.username === username);
  return exact ?? users.find(({ usernameConflict }) => usernameConflict === 0) ?? null;
}

/**
 * Loads a user by the exact username or, if only one user matches, by any spelling of it.
 * @throws OBP-20005 if no user matches, USERNAME_AMBIGUOUS if several users match.
 */
export async function findUserByUsername(
  read: Queries,
  username: string,
  provider: string = localProvider,
): Promise<UserRow> {
  const users = await usersNamed(read, provider, username);
  const exact = users.find((row) => row.username === username);
  const [only] = users;
  if (exact !== undefined) return exact;
  if (only === undefined) throw gatewayError('OBP-20005', { hint: `No user is named ${username}.` });
  if (users.length === 1) return only;
  const names = users.map((row) => row.username).sort();
  throw gatewayError('USERNAME_AMBIGUOUS', { hint: `Use one of these: ${names.join(', ')}.` });
}

/** The local user, other than `exceptId`, who validated this email address. */
export async function holderOfEmail(read: Queries, email: string, exceptId = ''): Promise<UserRow | null> {
  const [holder] = await read
    .select()
    .from(user)
    .where(and(eq(user.validatedEmail, mapUsername(email)), ne(user.id, exceptId)))
    .limit(1);
  return holder ?? null;
}

/**
 * The local user with the username in any spelling, or for whom the username is reserved, because it is the email address that
 * this user validated. Null if the username is free.
 */
export async function holderOfUsername(read: Queries, username: string): Promise<UserRow | null> {
  const [holder] = await usersNamed(read, localProvider, username);
  if (holder !== undefined) return holder;
  return username.includes('@') ? holderOfEmail(read, username) : null;
}

/** Loads the users whose usernames or validated email addresses collide, sorted so that users with the same name are adjacent. */
export async function collidingUsers(read: Queries): Promise<UserRow[]> {
  const isColliding = or(gt(user.usernameConflict, 0), gt(user.emailConflict, 0));
  const rows = await read.select().from(user).where(isColliding).orderBy(asc(user.username), asc(user.id));
  const groups = Map.groupBy(rows, (row) =>
    row.usernameConflict > 0 ? `${row.provider} ${row.canonicalUsername}` : row.validatedEmail,
  );
  return [...groups.values()].flat();
}
