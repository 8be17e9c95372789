import { invalidValue } from '../../base/value-rules.ts';
import { parseEmailAddress } from '../../base/values.ts';
import type { OwnAccessCheck } from '../../graph/access/check.ts';
import { areSameAddress } from './username.ts';

const plainUsername = /^(?=.{8,100}$)[A-Za-z0-9]+(?:[._][A-Za-z0-9]+)*$/;

export function isEmailAddress(text: string): boolean {
  try {
    parseEmailAddress(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The user's own email address; or 8 to 100 letters, digits, dots, and underscores, with dots and underscores only between
 * letters and digits.
 */
export function parseUsername(value: string, email: string): string {
  if (plainUsername.test(value)) return value;
  if (isEmailAddress(value)) {
    if (areSameAddress(value, email)) return value;
    throw invalidValue('USERNAME_OF_EMAIL');
  }
  throw invalidValue('USERNAME');
}

/** Whether the parent belongs to the caller, or to the user of the login that the payload belongs to. */
export const isSelf: OwnAccessCheck = ({ ownUserIds }, { userId }) => userId != null && ownUserIds.has(userId);
