import { desc, eq, lte } from 'drizzle-orm';
import type { Mail } from '../../auth/mailer.ts';
import { comparedUsername } from '../../base/identifiers.ts';
import type { InstallationSecret } from '../../base/installation-secret.ts';
import { mapUsername } from '../../base/precis.ts';
import { addSubject } from '../../changes/collected-changes.ts';
import type { Queries } from '../../database/database.ts';
import { insertRow } from '../../database/write-row.ts';
import { deleteOldMailCounts } from './mail-count.ts';
import { type RegistrationRow, registration } from './registration.table.ts';
import { countMail, linkMail, noticeMail } from './registration-mail.ts';
import { user } from './user.table.ts';
import type { LocalUserRow } from './user.writes.ts';
import { holderOfEmail, holderOfUsername } from './username.ts';

const lifetimeMilliseconds = 24 * 3_600_000;

/** The registration of a user who was checked. */
export function registrationOf(row: LocalUserRow): RegistrationRow {
  const { id, username, email, passwordHash, firstName, lastName, updatedAt } = row;
  return {
    userId: id,
    username,
    canonicalUsername: comparedUsername(username),
    email,
    canonicalEmail: mapUsername(email),
    passwordHash,
    firstName,
    lastName,
    createdByUserId: null,
    createdAt: updatedAt,
    expiresAt: new Date(updatedAt.getTime() + lifetimeMilliseconds),
  };
}

export interface Registering {
  secret: InstallationSecret;
  publicUrl: string;
  clientAddress: string;
}

/**
 * Stores a registration, in addition to others with the same username or email address, and returns the mail with its link. If
 * a user has the username or the address already, stores nothing and returns a notice to that user. Null if no mail is sent.
 */
export async function register(
  transaction: Queries,
  row: RegistrationRow,
  registering: Registering,
): Promise<Mail | null> {
  const holder = (await holderOfUsername(transaction, row.username)) ?? (await holderOfEmail(transaction, row.email));
  if (holder !== null) {
    // The audit event names the user although nothing changes.
    addSubject(transaction, user, holder);
    if (holder.email === null || !(await countMail(transaction, registering, holder.email))) return null;
    return noticeMail(holder.email);
  }
  if (!(await countMail(transaction, registering, row.email))) return null;
  await insertRow(transaction, registration, row);
  return linkMail(row, registering);
}

/** The latest registration of a username, for a login before its email address is validated. */
export async function latestRegistration(read: Queries, username: string): Promise<RegistrationRow | null> {
  const [latest] = await read
    .select()
    .from(registration)
    .where(eq(registration.canonicalUsername, comparedUsername(username)))
    .orderBy(desc(registration.createdAt), desc(registration.userId))
    .limit(1);
  return latest ?? null;
}

export async function deleteExpiredRegistrations(transaction: Queries): Promise<void> {
  await transaction.delete(registration).where(lte(registration.expiresAt, new Date()));
  await deleteOldMailCounts(transaction);
}
