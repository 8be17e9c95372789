import { and, eq, sql } from 'drizzle-orm';
import { noteChange } from '../../audit/changes.ts';
import type { Queries } from '../../database/database.ts';
import { emailValidationToken } from './email-validation.ts';
import { type UserRow, user } from './user.table.ts';
import { holderOfUsername } from './username.ts';

/** Who gets a mail: the link with which the new user's address is validated, or word that somebody tried. */
export type Registration = { kind: 'link' | 'notice'; row: UserRow };

/**
 * Stores a user who has to validate the e-mail address first. Where the username is taken nothing is changed, and its
 * holder is told; but who registers again with the same address before it is validated gets another link, and the new
 * password counts. Null where there is nobody to tell.
 */
export async function register(transaction: Queries, row: UserRow): Promise<Registration | null> {
  const isFree = (await holderOfUsername(transaction, row.username)) === null;
  const [inserted] = isFree ? await transaction.insert(user).values(row).onConflictDoNothing().returning() : [];
  if (inserted !== undefined) {
    noteChange(transaction, user, null, inserted);
    return { kind: 'link', row: inserted };
  }
  const holder = await holderOfUsername(transaction, row.username);
  if (holder === null) return null;
  const { email, passwordHash, firstName, lastName, updatedAt } = row;
  // The event names the holder also where nothing is changed.
  noteChange(transaction, user, holder, holder);
  if (!holder.awaitsEmailValidation || holder.email !== email) return { kind: 'notice', row: holder };
  const [again] = await transaction
    .update(user)
    .set({ passwordHash, firstName, lastName, updatedAt, version: sql`${user.version} + 1` })
    .where(and(eq(user.id, holder.id), eq(user.awaitsEmailValidation, true)))
    .returning();
  if (again === undefined) return { kind: 'notice', row: holder };
  noteChange(transaction, user, holder, again);
  return { kind: 'link', row: again };
}

/** Says nothing that was typed by who asked for it: the form is no way to write to others. */
export async function mailOf(
  { kind, row }: Registration,
  { secret, publicUrl }: { secret: string; publicUrl: string },
) {
  if (row.email === null) return null;
  if (kind === 'notice') {
    return {
      to: row.email,
      subject: 'Somebody tried to create a user with your username',
      text: [
        'Somebody tried to create a user with the username that you have here. Nothing was changed.',
        'If it was you: you have a user already, so log in with it. Otherwise there is nothing to do.',
        '',
      ].join('\n\n'),
    };
  }
  const link = `${publicUrl}/validate-email?token=${await emailValidationToken(secret, row)}`;
  return {
    to: row.email,
    subject: 'Validate your e-mail address',
    text: [
      'Somebody, probably you, created a user with this e-mail address. Open this link within 24 hours to validate it:',
      link,
      'If it was not you, do not open the link: without it nobody can log in.',
      '',
    ].join('\n\n'),
  };
}
