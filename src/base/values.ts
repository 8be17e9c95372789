import countries from 'i18n-iso-countries/index.js';
import { AsYouType, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { z } from 'zod';
import { currencyDigits } from './currencies.ts';
import { brokenTextRule, checkedText, isLongerThan } from './text-bounds.ts';
import { InvalidValue, invalidValue, type ValueRule, valueRule } from './value-rules.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds control characters.
const controlCharacters = /[\u0000-\u001F\u007F-\u009F\u2028\u2029]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same, except for tabs and line ends.
const controlCharactersInLines = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/;
/** Characters that change the order in which text is shown, so that one name can look like another. */
const directionOverrides = /[\u202A-\u202E\u2066-\u2069]/;

function assertLength(text: string, maxLength: number): void {
  if (isLongerThan(text, maxLength)) throw invalidValue('MAX_CHARACTERS', { limit: maxLength });
}

function requireReadable(text: string, maxLength: number, forbidden: RegExp): string {
  if (!/[^\s\p{Cf}]/u.test(text)) throw invalidValue('NOT_EMPTY');
  if (forbidden.test(text)) throw invalidValue('NO_CONTROL_CHARACTERS');
  if (directionOverrides.test(text)) throw invalidValue('NO_DIRECTION_CHARACTERS');
  assertLength(text, maxLength);
  return text;
}

/** Parses one line of text. Returns it in Unicode NFC, without surrounding white space. */
export function parseText(value: unknown, maxLength: number): string {
  return requireReadable(checkedText(value, maxLength).normalize('NFC').trim(), maxLength, controlCharacters);
}

/** Parses text with any number of lines. Returns it in Unicode NFC. */
export function parseLongText(value: unknown, maxLength: number): string {
  return requireReadable(checkedText(value, maxLength).normalize('NFC'), maxLength, controlCharactersInLines);
}

/** Parses a text unless it is undefined, null or blank; then returns null. */
export function parseOptional(value: unknown, parse: (text: string) => string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string') throw invalidValue('STRING');
  return value.trim() === '' ? null : parse(value);
}

/** Parses one line of text. Returns null if it is undefined, null or blank. */
export function parseOptionalText(value: unknown, maxLength: number): string | null {
  return parseOptional(value, (text) => parseText(text, maxLength));
}

/** The limit of OBP for IDs. */
export const maxIdCharacters = 254;

/** Returns the rule that no ID of an object breaks, or null. The `id` of a type with a composite key has another form (`globalId`). */
export function brokenIdRule(id: string): ValueRule | null {
  const broken = brokenTextRule(id, maxIdCharacters);
  if (broken !== null) return broken;
  if (id === '') return valueRule('NOT_EMPTY');
  if (isLongerThan(id, maxIdCharacters)) return valueRule('MAX_CHARACTERS', { limit: maxIdCharacters });
  return /^[0-9A-Za-z\-._]+$/.test(id) ? null : valueRule('ID_CHARACTERS');
}

export function parseId(value: unknown): string {
  if (typeof value !== 'string') throw invalidValue('STRING');
  const broken = brokenIdRule(value);
  if (broken !== null) throw new InvalidValue(broken);
  return value;
}

/** HTML's rule, so that browsers and the gateway accept the same addresses. */
const emailAddress = z.email({ pattern: z.regexes.html5Email });

/** Parses an email address by the rule of HTML. Its domain must contain a dot, because a local host name is not reachable. */
export function parseEmailAddress(value: unknown): string {
  const address = checkedText(value, 200);
  assertLength(address, 200);
  if (!emailAddress.safeParse(address).success || !/@.*\./.test(address)) throw invalidValue('EMAIL_ADDRESS');
  return address;
}

/**
 * Parses an international phone number (`+…` or `00…`) that is valid in the numbering plan of its country. Only `written`
 * contains an extension, because E.164 has none.
 */
export function parsePhoneNumber(value: unknown): { written: string; e164: string } {
  const written = checkedText(value, 50).normalize('NFC');
  assertLength(written, 50);
  const international = written.trim().replace(/^00/, '+');
  if (!international.startsWith('+') || /[\t\n\r]/.test(written) || controlCharacters.test(written)) {
    throw invalidValue('PHONE_NUMBER');
  }
  // The full metadata are needed, because the smaller ones only contain the lengths of numbers.
  const number = parsePhoneNumberFromString(international, { extract: false });
  if (!number?.isValid()) throw invalidValue('PHONE_NUMBER');
  return { written, e164: number.number };
}

/** The longest number in E.164, with a plus sign and a trunk prefix. */
const maxTypedLength = 20;

/** The digits of every script are ten characters in a row, or several times ten. */
function asciiDigit(digit: string): string {
  const codePoint = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(codePoint - value - 1))) value += 1;
  return String(value % 10);
}

/** Replaces the digits of other scripts and widths, which numbers without wildcards can have, too. */
export function withAsciiDigits(written: string): string {
  return written.normalize('NFKC').replace(/(?![0-9])\p{Nd}/gu, asciiDigit);
}

/** Keeps the digits, the wildcards, and the plus sign. */
function phonePatternCharacters(text: string): string {
  return text
    .replace(/[^0-9+%_]/g, '')
    .replace(/%+/g, '%')
    .replace(/^00/, '+');
}

/**
 * Drops a trunk prefix in brackets after the calling code, such as that in `+7 (8) 912`. Without the brackets, it could be part of the
 * number, as in `+7 812`.
 */
function withoutTrunkInBrackets(start: string): string {
  const [, before = '', prefix, after = ''] = /^([^(]*)\(\s*(\d{1,2})\s*\)(.*)$/s.exec(start) ?? [];
  const callingCode = phonePatternCharacters(before);
  const rest = after.replace(/\D/g, '');
  // Long texts are not parsed, because that could take long.
  if (prefix === undefined || callingCode.length + rest.length > maxTypedLength) return start;
  const international = new AsYouType();
  international.input(callingCode);
  if (callingCode !== `+${international.getCallingCode()}`) return start;
  const national = new AsYouType({ defaultCallingCode: callingCode.slice(1) });
  national.input(prefix + rest);
  return national.getNumberValue() === callingCode + rest ? callingCode + rest : start;
}

/**
 * Converts a pattern of phone numbers with the wildcards `%` and `_` to a pattern of E.164 numbers. The digits before the first
 * wildcard are read as the beginning of an international number, so `+44 (0)7972 %` becomes `+447972%`. Other characters are dropped.
 */
export function phonePatternE164(written: string): string {
  const typed = withAsciiDigits(written);
  // Whether it belongs to the number depends on the country, which is unknown after a wildcard: Italian numbers keep it.
  if (/[%_].*\(\s*0\d?\s*\)/s.test(typed)) {
    throw invalidValue('PHONE_PATTERN_TRUNK_PREFIX');
  }
  const [, typedStart = '', typedRest = ''] = /^([^%_]*)(.*)$/s.exec(typed) ?? [];
  const [, start = '', rest = ''] =
    /^([^%_]*)(.*)$/s.exec(phonePatternCharacters(withoutTrunkInBrackets(typedStart) + typedRest)) ?? [];
  if (start !== '' && !start.startsWith('+')) {
    throw invalidValue('PHONE_PATTERN_START');
  }
  if (start.length > maxTypedLength) return start + rest;
  const number = new AsYouType();
  number.input(start);
  return (number.getNumberValue() ?? start) + rest;
}

const maxUrlLength = 2000;
/** The limit of DNS. */
const maxHostLength = 253;

/** The host, with the user and the port if the URL has them. */
function hostOf(httpsUrl: string): string {
  return /^https:\/\/([^/?#]*)/i.exec(httpsUrl)?.[1] ?? '';
}

function parseUrl(text: string): string {
  assertLength(text, maxUrlLength);
  // The parser drops some white space and reads a backslash as a slash, so the result would differ from what people see.
  if (/[\s\\]/.test(text) || controlCharacters.test(text)) throw invalidValue('URL');
  if (!/^https:\/\//i.test(text)) throw invalidValue('HTTPS_URL');
  // Punycode is quadratic in the length of a host.
  if (hostOf(text).length > maxHostLength) {
    throw invalidValue('HOST_CHARACTERS', { limit: maxHostLength });
  }
  const parsed = URL.parse(text);
  if (parsed === null) throw invalidValue('URL');
  if (parsed.username !== '' || parsed.password !== '') throw invalidValue('NO_URL_CREDENTIALS');
  if (!/[^.]\.[^.]/.test(parsed.hostname)) throw invalidValue('URL');
  assertLength(parsed.href, maxUrlLength);
  return parsed.href;
}

/** Parses an https URL whose host contains a dot. Returns it as browsers write it. */
export function parseHttpsUrl(value: unknown): string {
  return parseUrl(checkedText(value, maxUrlLength));
}

/** Parses a URL of an import. One without a scheme or with http is `corrected` to https. */
export function httpsUrlFromWritten(value: unknown): { url: string; corrected: boolean } {
  const written = checkedText(value, maxUrlLength);
  if (/^https:\/\//i.test(written)) return { url: parseUrl(written), corrected: false };
  if (/^http:\/\//i.test(written)) return { url: parseUrl(written.replace(/^http/i, 'https')), corrected: true };
  // A dot before the colon shows that a host precedes a port: schemes do not contain dots in practice.
  if (/^[a-z][a-z0-9+-]*:/i.test(written) || written.includes('://')) throw invalidValue('HTTPS_URL');
  return { url: parseUrl(`https://${written.replace(/^\/\//, '')}`), corrected: true };
}

/** Parses a SHA-256 hash. Returns it in lower case. */
export function parseSha256(value: unknown): string {
  const hash = checkedText(value).toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hash)) throw invalidValue('SHA256');
  return hash;
}

/** Each of the two names of a media type, as RFC 6838 restricts them. */
const mediaTypeName = '[a-z0-9][a-z0-9!#$&^_.+-]{0,126}';
const mediaType = new RegExp(`^${mediaTypeName}/${mediaTypeName}$`);

/** Parses a media type without parameters. Returns it in lower case. */
export function parseContentType(value: unknown): string {
  const type = checkedText(value, 255).toLowerCase();
  if (!mediaType.test(type)) throw invalidValue('CONTENT_TYPE');
  return type;
}

const countryCodes = new Set(Object.keys(countries.getAlpha2Codes()));

/** Parses an ISO 3166-1 alpha-2 code in upper case. */
export function parseCountryCode(value: unknown): string {
  const code = checkedText(value);
  if (!countryCodes.has(code)) throw invalidValue('COUNTRY_CODE');
  return code;
}

/** Parses a current ISO 4217 code in upper case, or XBT. Stored amounts can have a code that was withdrawn later. */
export function parseCurrency(value: unknown): string {
  const code = checkedText(value);
  if (!currencyDigits.has(code)) throw invalidValue('CURRENCY_CODE');
  return code;
}

/** The maximum number of digits before the decimal point, and after it. */
const maxDigits = 18;

/** Parses an exact decimal number, never as a float. Returns it without '+', leading zeros, and the '-' of a zero. */
export function parseDecimal(value: unknown): string {
  if (typeof value !== 'string') throw invalidValue('DECIMAL_TEXT');
  const [, sign, whole, fraction] = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(checkedText(value)) ?? [];
  if (whole === undefined) throw invalidValue('DECIMAL');
  const significant = whole.replace(/^0+(?=\d)/, '');
  if (significant.length > maxDigits) throw invalidValue('INTEGER_DIGITS', { limit: maxDigits });
  if (fraction !== undefined && fraction.length > maxDigits) {
    throw invalidValue('FRACTION_DIGITS', { limit: maxDigits });
  }
  const number = fraction === undefined ? significant : `${significant}.${fraction}`;
  return sign === '-' && /[1-9]/.test(number) ? `-${number}` : number;
}

/** Parses a decimal number with at most as many digits after the decimal point as the currency has, if it has a fixed number. */
export function parseAmount(value: unknown, currency: string): string {
  const amount = parseDecimal(value);
  const digits = currencyDigits.get(currency);
  if (digits === undefined) throw invalidValue('AMOUNT_WITH_CURRENCY');
  if (digits !== null && (amount.split('.')[1] ?? '').length > digits) {
    throw invalidValue('CURRENCY_DIGITS', { limit: digits });
  }
  return amount;
}
