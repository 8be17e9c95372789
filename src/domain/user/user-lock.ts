import { eq, sql } from 'drizzle-orm';
import { deleteLoginAttempts } from '../../auth/login-attempts.ts';
import { localProvider } from '../../auth/password.ts';
import { gatewayError } from '../../base/errors.ts';
import type { InstallationSecret } from '../../base/installation-secret.ts';
import { addSubject } from '../../changes/collected-changes.ts';
import type { Queries } from '../../database/database.ts';
import { updateRows } from '../../database/write-row.ts';
import { recordEmpowerment } from './empowerment.writes.ts';
import { type UserRow, user } from './user.table.ts';

/**
 * Removes an administrator's lock and the lock of failed logins. The caller who removes an administrator's lock empowers the user;
 * `byUserId` is null on the command line. @throws OBP-20057 if the user does not exist.
 */
export async function unlock(
  transaction: Queries,
  userId: string,
  secret: InstallationSecret,
  byUserId: string | null,
): Promise<UserRow> {
  const [row] = await transaction.select().from(user).where(eq(user.id, userId));
  if (row === undefined) throw gatewayError('OBP-20057');
  // Passwords belong to the local provider. Users of other providers can have the same username.
  if (row.provider === localProvider) await deleteLoginAttempts(transaction, secret, row.username);
  addSubject(transaction, user, row);
  if (row.disabledAt === null) return row;
  const set = { disabledAt: null, updatedAt: new Date(), version: sql`${user.version} + 1` };
  const [unlocked] = await updateRows(transaction, user, { before: row, set, where: eq(user.id, userId) });
  if (byUserId !== null) await recordEmpowerment(transaction, { userId, kind: 'ENABLED', byUserId });
  return unlocked ?? row;
}
