import { checkedText } from './text-bounds.ts';
import { invalidValue } from './value-rules.ts';

/** The date, the time, a fraction of a second, and the offset from UTC. */
const dateTimePattern = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** Whether the date exists. `Date` would convert 30 February to 1 or 2 March. */
function isRealDate(date: string): boolean {
  return new Date(`${date}T00:00:00Z`).getUTCDate() === Number(date.slice(8)) && !date.startsWith('0000');
}

/** Parses a date from 0001-01-01 to 9999-12-31. */
export function parseLocalDate(value: unknown): string {
  const date = checkedText(value);
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || !isRealDate(date)) {
    throw invalidValue('DATE');
  }
  return date;
}

/** Parses a date, or its midnight in UTC, which is how OBP writes a date. Another time or offset could mean another date. */
export function parseLocalDateOrMidnight(value: unknown): string {
  return parseLocalDate(checkedText(value).replace(/^(.{10})T00:00:00(?:\.0{1,9})?(?:Z|[+-]00:00)$/, '$1'));
}

/** Parses an RFC 3339 date-time with an offset. Digits beyond milliseconds are dropped. */
export function parseDateTime(value: unknown): Date {
  const [, date, time, fraction, offset] = dateTimePattern.exec(checkedText(value)) ?? [];
  if (date === undefined || time === undefined || offset === undefined || !isRealDate(date) || time > '23:59:59') {
    throw invalidValue('DATE_TIME');
  }
  const dateTime = new Date(`${date}T${time}${(fraction ?? '').slice(0, 4)}${offset}`);
  const year = dateTime.getUTCFullYear();
  if (Number.isNaN(dateTime.getTime()) || year < 1 || year > 9999) throw invalidValue('DATE_TIME');
  return dateTime;
}

/** The tolerated difference between the clocks of two machines, in milliseconds. */
const clockLeeway = 5 * 60_000;

/** Returns `now` for a time that is at most five minutes ahead of it, because clocks differ, and any other time as it is. */
export function withinClockLeeway(time: Date, now = new Date()): Date {
  const ahead = time.getTime() - now.getTime();
  return ahead > 0 && ahead <= clockLeeway ? now : time;
}

/** The same for a time that can be omitted. */
export function optionalWithinClockLeeway(time: Date | null | undefined): Date | null {
  return time == null ? null : withinClockLeeway(time);
}

/** Parses a date of an import. OBP writes `2018-03-09`, `19900101`, or the midnight of the date, `1100-01-01T00:00:00Z`. */
export function localDateFromWritten(value: unknown): string {
  const written = checkedText(value);
  try {
    if (dateTimePattern.test(written)) {
      parseDateTime(written);
      // The offset is ignored, because a birthday does not depend on the time zone.
      return written.slice(0, 10);
    }
    return parseLocalDate(written.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3'));
  } catch {
    throw invalidValue('DATE_WRITTEN');
  }
}

/** Parses a date-time or a date of an import, in any form that OBP writes. A date becomes its midnight in UTC. */
export function dateTimeFromWritten(value: unknown): Date {
  const written = checkedText(value);
  try {
    return dateTimePattern.test(written)
      ? parseDateTime(written)
      : new Date(`${localDateFromWritten(written)}T00:00:00Z`);
  } catch {
    throw invalidValue('DATE_OR_DATE_TIME');
  }
}
