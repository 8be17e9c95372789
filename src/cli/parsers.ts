import { InvalidArgumentError } from 'commander';
import { parseDateTime, parseLocalDate } from '../base/dates.ts';
import { durationInSeconds } from '../base/duration.ts';
import { isRole, type Role } from '../base/roles.ts';
import { InvalidValue } from '../base/value-rules.ts';

/** The values of options and arguments. Every parser throws InvalidArgumentError, whose message states the rule. */

export function role(name: string): Role {
  if (isRole(name)) return name;
  throw new InvalidArgumentError('It must be the name of a role.');
}

export function id(text: string): string {
  if (/^[0-9A-Za-z._-]{1,254}$/.test(text)) return text;
  throw new InvalidArgumentError("It must contain 1 to 254 characters, and only 0-9, a-z, A-Z, '-', '.' and '_'.");
}

export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(
      `It must be an integer from ${min.toLocaleString('en-GB')} to ${max.toLocaleString('en-GB')}.`,
    );
  };
}

/** Returns the result of `parse`, or null if the value is invalid. */
function validOrNull<Value>(parse: () => Value): Value | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InvalidValue) return null;
    throw error;
  }
}

/** Parses a time with its offset, whose seconds can be omitted. Returns null for any other text. */
function timeWithOffset(text: string): Date | null {
  return validOrNull(() => parseDateTime(text.replace(/(T\d\d:\d\d)(?=Z|[+-])/, '$1:00')));
}

/** Parses a time with its offset, or a day, which is midnight in UTC. */
export function time(text: string): Date {
  const day = validOrNull(() => parseLocalDate(text));
  const parsed = day === null ? timeWithOffset(text) : new Date(`${day}T00:00:00Z`);
  if (parsed !== null) return parsed;
  throw new InvalidArgumentError(
    'It must be a time, such as 2026-11-21T10:00:00Z, or a date, such as 2026-11-21 (midnight in UTC).',
  );
}

const maxReasonCharacters = 500;

/** Parses a text that readers of the audit trail see, in the order in which it was written. */
export function reason(text: string): string {
  const normalized = text.normalize('NFC').trim();
  const isOfLength = normalized.length > 0 && normalized.length <= maxReasonCharacters;
  if (isOfLength && normalized.isWellFormed() && !/[\p{Cc}\p{Bidi_Control}]/u.test(normalized)) return normalized;
  throw new InvalidArgumentError(
    `It must have 1 to ${maxReasonCharacters} characters, and no control or bidirectional formatting characters.`,
  );
}

/** The last year that the API can return. */
const maxYear = 9999;

/** Parses a time in the future: a time with its offset, or a duration from now. */
export function expiry(text: string): Date {
  const seconds = durationInSeconds(text);
  const expiresAt = seconds === null ? timeWithOffset(text) : new Date(Date.now() + seconds * 1000);
  const isInFuture = expiresAt !== null && expiresAt.getTime() > Date.now();
  if (isInFuture && expiresAt.getUTCFullYear() <= maxYear) return expiresAt;
  throw new InvalidArgumentError(
    `It must be a time in the future, such as 2027-01-31T18:00:00Z, or a duration (s, m, h or d), such as 90d, until the year ${maxYear}.`,
  );
}

const maxTokenLifetimeSeconds = 30 * 86_400;

/** Parses the lifetime of a token. Returns seconds. */
export function tokenLifetime(text: string): number {
  const seconds = durationInSeconds(text);
  if (seconds !== null && seconds >= 1 && seconds <= maxTokenLifetimeSeconds) return seconds;
  throw new InvalidArgumentError('It must be a duration (s, m, h or d) from 1s to 30d, such as 1h.');
}

/** Parses a retention period. Returns days, or null for `off`. */
export function retentionPeriod(text: string): number | null {
  if (text === 'off') return null;
  const [, amount] = /^(\d{1,5})d$/.exec(text) ?? [];
  const days = Number(amount ?? Number.NaN);
  if (days >= 1 && days <= 36_525) return days;
  throw new InvalidArgumentError('It must be off, or a number of days from 1d to 36525d, such as 1826d.');
}
