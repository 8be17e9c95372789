import { and, eq, isNull } from 'drizzle-orm';
import type { Database } from '../../database/database.ts';
import { isForeignKeyViolation } from '../../database/errors.ts';
import { registration } from './registration.table.ts';
import { type UserRow, user } from './user.table.ts';
import { registrationOf } from './user-registration.ts';

/**
 * Replaces users of an earlier version whose email addresses are not validated by registrations, so that they reserve no
 * username. Their links stay valid. A user whom other data references stays a user, which the link still validates.
 */
export async function moveAwaitingUsers(database: Database): Promise<void> {
  const isAwaiting = and(eq(user.awaitsEmailValidation, true), isNull(user.emailValidatedAt));
  const awaiting = await database.read.select().from(user).where(isAwaiting);
  for (const row of awaiting) {
    await move(database, row, true).catch(async (error) => {
      if (!isForeignKeyViolation(error)) throw error;
      await move(database, row, false);
    });
  }
}

function move(database: Database, row: UserRow, isDeleted: boolean): Promise<void> {
  return database.transaction(async (transaction) => {
    const { email, passwordHash } = row;
    const pending = email === null || passwordHash === null ? null : registrationOf({ ...row, email, passwordHash });
    // Older links have expired.
    if (pending !== null && pending.expiresAt > new Date()) {
      await transaction.insert(registration).values(pending).onConflictDoNothing();
    }
    if (isDeleted) {
      await transaction.delete(user).where(and(eq(user.id, row.id), eq(user.awaitsEmailValidation, true)));
    }
  });
}
