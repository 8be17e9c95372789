import { InvalidValue, parseEmailAddress } from '../../values.ts';

const plainUsername = /^(?=.{8,100}$)[A-Za-z0-9]+(?:[._][A-Za-z0-9]+)*$/;

/**
 * An e-mail address; or 8 to 100 letters, digits, dots and underscores, where a dot or an underscore stands only between
 * letters and digits.
 */
export function parseUsername(value: string): string {
  if (plainUsername.test(value)) return value;
  try {
    return parseEmailAddress(value);
  } catch {
    throw new InvalidValue(
      'is neither an e-mail address nor 8 to 100 letters, digits, dots and underscores, with no dot or underscore at an end or beside another',
    );
  }
}
