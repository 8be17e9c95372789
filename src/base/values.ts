import { data as currencies } from 'currency-codes';
import countries from 'i18n-iso-countries/index.js';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { z } from 'zod';
import { brokenTextRule, isLongerThan, lengthRule } from './text-bounds.ts';

/** A value that is not of its kind. The message is a reason for people, and never holds the value: it may be personal. */
export class InvalidValue extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'InvalidValue';
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is them that are refused.
const controlCharacters = /[\u0000-\u001F\u007F-\u009F\u2028\u2029]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same, but tab and line ends are text.
const controlCharactersOfLines = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/;
/** They show text in another order than it has: a name could look like another one. */
const directionOverrides = /[\u202A-\u202E\u2066-\u2069]/;

/** Dates, codes and numbers are shorter. */
const maxCharactersOfToken = 100;

/** The text itself, after the checks that must come before all other work on it. */
function textOf(value: unknown, maxLength = maxCharactersOfToken): string {
  if (typeof value !== 'string') throw new InvalidValue('is no text');
  const brokenRule = brokenTextRule(value, maxLength);
  if (brokenRule !== null) throw new InvalidValue(brokenRule);
  return value;
}

function assertLength(text: string, maxLength: number): void {
  if (isLongerThan(text, maxLength)) throw new InvalidValue(lengthRule(maxLength));
}

function checkText(text: string, maxLength: number, refused: RegExp): string {
  if (!/[^\s\p{Cf}]/u.test(text)) throw new InvalidValue('is empty');
  if (refused.test(text)) throw new InvalidValue('has control characters');
  if (directionOverrides.test(text)) throw new InvalidValue('has characters that change the direction of text');
  assertLength(text, maxLength);
  return text;
}

/** One line in Unicode NFC, without white space around it: not empty, at most `maxLength` characters. */
export function parseText(value: unknown, maxLength: number): string {
  return checkText(textOf(value, maxLength).normalize('NFC').trim(), maxLength, controlCharacters);
}

/** As written, in Unicode NFC, with any number of lines: not empty, at most `maxLength` characters. */
export function parseLongText(value: unknown, maxLength: number): string {
  return checkText(textOf(value, maxLength).normalize('NFC'), maxLength, controlCharactersOfLines);
}

/** What `parse` makes of a text, where nothing (unset, null, '' or only white space) is null. */
export function parseOptional(value: unknown, parse: (text: string) => string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string') throw new InvalidValue('is no text');
  return value.trim() === '' ? null : parse(value);
}

/** `parseText`, where nothing is null. */
export function parseOptionalText(value: unknown, maxLength: number): string | null {
  return parseOptional(value, (text) => parseText(text, maxLength));
}

export function parseId(value: unknown): string {
  const id = textOf(value, 254);
  if (id === '') throw new InvalidValue('is empty');
  if (id.length > 254) throw new InvalidValue('is not shorter than 255 characters');
  if (!/^[0-9A-Za-z\-._]+$/.test(id)) {
    throw new InvalidValue("has other characters than 0-9, a-z, A-Z, '-', '.' and '_'");
  }
  return id;
}

const emailAddress = z.email();

export function parseEmailAddress(value: unknown): string {
  const address = textOf(value, 200);
  assertLength(address, 200);
  if (!emailAddress.safeParse(address).success) throw new InvalidValue('is no e-mail address');
  return address;
}

/**
 * An international number (`+…` or `00…`) that its country's numbering plan knows: as written, and as E.164. An
 * extension stays in what was written only, as E.164 has none.
 */
export function parsePhoneNumber(value: unknown): { written: string; e164: string } {
  const written = textOf(value, 50).normalize('NFC');
  assertLength(written, 50);
  const international = written.trim().replace(/^00/, '+');
  if (!international.startsWith('+') || /[\t\n\r]/.test(written) || controlCharacters.test(written)) {
    throw new InvalidValue('is no international phone number');
  }
  // Not extracted from a longer text; the full metadata, as the smallest one only knows how long numbers are.
  const number = parsePhoneNumberFromString(international, { extract: false });
  if (!number?.isValid()) throw new InvalidValue('is no international phone number');
  return { written, e164: number.number };
}

const maxUrlLength = 2000;
/** As in DNS. */
const maxHostLength = 253;

/** Without the user and port, which are short or refused. */
function hostOf(httpsUrl: string): string {
  return /^https:\/\/([^/?#]*)/i.exec(httpsUrl)?.[1] ?? '';
}

function parseUrl(text: string): string {
  assertLength(text, maxUrlLength);
  // The parser drops some white space, and a backslash is a slash to it: what it is given is what people see.
  if (/[\s\\]/.test(text) || controlCharacters.test(text)) throw new InvalidValue('is no URL');
  if (!/^https:\/\//i.test(text)) throw new InvalidValue('is no https URL');
  // Punycode is quadratic in the length of a host.
  if (hostOf(text).length > maxHostLength) {
    throw new InvalidValue(`must have a host of at most ${maxHostLength} characters`);
  }
  const parsed = URL.parse(text);
  if (parsed === null) throw new InvalidValue('is no URL');
  if (parsed.username !== '' || parsed.password !== '') throw new InvalidValue('has a username or password in it');
  if (!/[^.]\.[^.]/.test(parsed.hostname)) throw new InvalidValue('is no URL');
  assertLength(parsed.href, maxUrlLength);
  return parsed.href;
}

/** The URL as browsers write it: https only, a host with a dot, no username or password, at most 2000 characters. */
export function parseHttpsUrl(value: unknown): string {
  return parseUrl(textOf(value, maxUrlLength));
}

/** For import: what has no scheme, or http, is taken as https; `corrected` tells so. */
export function httpsUrlFromWritten(value: unknown): { url: string; corrected: boolean } {
  const written = textOf(value, maxUrlLength);
  if (/^https:\/\//i.test(written)) return { url: parseUrl(written), corrected: false };
  if (/^http:\/\//i.test(written)) return { url: parseUrl(written.replace(/^http/i, 'https')), corrected: true };
  // A scheme has no dot in practice, a host before a port has one.
  if (/^[a-z][a-z0-9+-]*:/i.test(written) || written.includes('://')) throw new InvalidValue('is no https URL');
  return { url: parseUrl(`https://${written.replace(/^\/\//, '')}`), corrected: true };
}

const countryCodes = new Set(Object.keys(countries.getAlpha2Codes()));

/** ISO 3166-1 alpha-2, in upper case. */
export function parseCountryCode(value: unknown): string {
  const code = textOf(value);
  if (!countryCodes.has(code)) throw new InvalidValue('is no ISO 3166-1 alpha-2 country code');
  return code;
}

/** Digits after the point by currency; bitcoin, which OBP accepts as XBT, is no ISO currency. */
const currencyDigits = new Map<string, number>([
  ...currencies.map(({ code, digits }) => [code, digits] as const),
  ['XBT', 8],
]);

/** ISO 4217 in upper case, or XBT. */
export function parseCurrency(value: unknown): string {
  const code = textOf(value);
  if (!currencyDigits.has(code)) throw new InvalidValue('is no ISO 4217 currency code');
  return code;
}

/** An exact number as text, never through a float: without exponent, '+', leading zeros, and without a '-' on zero. */
export function parseDecimal(value: unknown): string {
  if (typeof value !== 'string') throw new InvalidValue('is no decimal number written as text');
  const [, sign, whole, fraction] = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(textOf(value)) ?? [];
  if (whole === undefined) throw new InvalidValue('is no decimal number');
  const significant = whole.replace(/^0+(?=\d)/, '');
  if (significant.length > 18) throw new InvalidValue('has more than 18 digits before the point');
  if (fraction !== undefined && fraction.length > 18) {
    throw new InvalidValue('has more than 18 digits after the point');
  }
  const number = fraction === undefined ? significant : `${significant}.${fraction}`;
  return sign === '-' && /[1-9]/.test(number) ? `-${number}` : number;
}

/** A decimal number with no more digits after the point than the currency has. */
export function parseAmount(value: unknown, currency: string): string {
  const amount = parseDecimal(value);
  const digits = currencyDigits.get(currency);
  if (digits === undefined) throw new InvalidValue('has no ISO 4217 currency code beside it');
  if ((amount.split('.')[1] ?? '').length > digits) {
    throw new InvalidValue(`has more than ${digits} digits after the point, which is what its currency has`);
  }
  return amount;
}

/** Year, month, day; time; a fraction of a second; an offset from UTC. */
const writtenMoment = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** Whether all parts are in their ranges: `Date` would roll 30 February over to March. */
function isRealDay(day: string): boolean {
  return new Date(`${day}T00:00:00Z`).getUTCDate() === Number(day.slice(8)) && !day.startsWith('0000');
}

/** A day that there is, `YYYY-MM-DD`, from 0001-01-01 to 9999-12-31. */
export function parseLocalDate(value: unknown): string {
  const day = textOf(value);
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || !isRealDay(day)) throw new InvalidValue('is no date written YYYY-MM-DD');
  return day;
}

/** An RFC 3339 date-time with its offset, to the millisecond: what is finer is cut off. */
export function parseDateTime(value: unknown): Date {
  const [, day, time, fraction, offset] = writtenMoment.exec(textOf(value)) ?? [];
  if (day === undefined || time === undefined || offset === undefined || !isRealDay(day) || time > '23:59:59') {
    throw new InvalidValue('is no date-time with an offset, as 2024-05-31T09:30:00Z');
  }
  const moment = new Date(`${day}T${time}${(fraction ?? '').slice(0, 4)}${offset}`);
  const year = moment.getUTCFullYear();
  if (Number.isNaN(moment.getTime()) || year < 1 || year > 9999) {
    throw new InvalidValue('is no date-time with an offset, as 2024-05-31T09:30:00Z');
  }
  return moment;
}

/** For import: OBP writes a day as `2018-03-09`, `19900101` or as its midnight, `1100-01-01T00:00:00Z`. */
export function localDateFromWritten(value: unknown): string {
  const written = textOf(value);
  try {
    if (writtenMoment.test(written)) {
      parseDateTime(written);
      // The day where it was written: a birthday does not move with an offset.
      return written.slice(0, 10);
    }
    return parseLocalDate(written.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3'));
  } catch {
    throw new InvalidValue('is no date');
  }
}

/** For import: a date-time or a day in any spelling of OBP; a day is its midnight in UTC. */
export function dateTimeFromWritten(value: unknown): Date {
  const written = textOf(value);
  try {
    return writtenMoment.test(written)
      ? parseDateTime(written)
      : new Date(`${localDateFromWritten(written)}T00:00:00Z`);
  } catch {
    throw new InvalidValue('is no date-time');
  }
}
