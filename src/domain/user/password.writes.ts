import { and, eq, isNull } from 'drizzle-orm';
import { localProvider } from '../../auth/password.ts';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { updateRows } from '../../database/write-row.ts';
import { type UserRow, user } from './user.table.ts';

type UserWithPassword = UserRow & { passwordHash: string };

/** Loads a user who logs in with a password. @throws NO_PASSWORD if the user has none, such as a user of an identity provider. */
export async function userWithPassword(read: Queries, id: string): Promise<UserWithPassword> {
  const [row] = await read.select().from(user).where(eq(user.id, id));
  if (row === undefined || row.passwordHash === null || row.provider !== localProvider) {
    throw gatewayError('NO_PASSWORD');
  }
  return { ...row, passwordHash: row.passwordHash };
}

/** Replaces the password of a user. Returns false if it is not that of `row` any more, or if the user was disabled. */
export async function replacePassword(transaction: Queries, row: UserRow, passwordHash: string): Promise<boolean> {
  const { id, passwordHash: former } = row;
  const isUnchanged = former === null ? isNull(user.passwordHash) : eq(user.passwordHash, former);
  const where = and(eq(user.id, id), isUnchanged, isNull(user.disabledAt));
  const replaced = await updateRows(transaction, user, { before: row, set: { passwordHash }, where });
  return replaced.length > 0;
}
