import type { Mail } from '../../auth/mailer.ts';
import type { UserRow } from './user.table.ts';

/** The username as a part of a line. Users of earlier versions can have names with any characters. */
function printable({ username }: Pick<UserRow, 'username'>): string {
  return username.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '');
}

function durationText(seconds: number): string {
  if (seconds % 3_600 === 0) return seconds === 3_600 ? 'an hour' : `${seconds / 3_600} hours`;
  if (seconds % 60 === 0) return seconds === 60 ? 'a minute' : `${seconds / 60} minutes`;
  return `${seconds} seconds`;
}

/** The mail with the link to reset a password. */
export function resetMail(
  row: Pick<UserRow, 'username'>,
  { to, url, token, lifetimeSeconds }: { to: string; url: string; token: string; lifetimeSeconds: number },
): Mail {
  return {
    to,
    subject: 'Reset your password',
    text: [
      `A new password was requested for your user ${printable(row)}. To choose it, open this link within ${durationText(lifetimeSeconds)}:`,
      // Browsers do not send the fragment to servers, so it is neither in their logs nor in a `Referer` header.
      `${url}#token=${token}`,
      'If you did not request it, ignore this mail. Your password stays the same.',
      '',
    ].join('\n\n'),
  };
}

/** The mail about a changed password. Null if the user has validated no email address. */
export function passwordChangedMail(row: UserRow): Mail | null {
  if (row.email === null || row.validatedEmail === null) return null;
  return {
    to: row.email,
    subject: 'Your password was changed',
    text: [
      `The password of your user ${printable(row)} was changed. Everyone who was logged in with this user must log in again.`,
      'If you did not change it, inform your bank at once.',
      '',
    ].join('\n\n'),
  };
}
