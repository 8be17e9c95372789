import { mapUsername } from './precis.ts';
import { brokenTextRule } from './text-bounds.ts';
import { invalidValue } from './value-rules.ts';
import { parseText, withAsciiDigits } from './values.ts';

/** Format characters, such as U+200E and the soft hyphen, and others that are usually not displayed. */
const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;
const everyInvisible = new RegExp(invisible, 'gu');

/** The hyphens, dashes, and minus signs that look like `-`, which word processors insert in its place. */
const dashes = /[\u2010-\u2015\u2212]/g;

/**
 * The form in which identifiers are stored, compared and looked up: without invisible characters, in NFKC, with 0-9 for the digits of every
 * script and width, with `-` for every dash, and with single spaces. Letter case is significant.
 */
export function canonicalIdentifier(text: string): string {
  return withAsciiDigits(withoutInvisible(text)).replace(dashes, '-').replace(/\s+/g, ' ').trim();
}

export function withoutInvisible(text: string): string {
  return text.replace(everyInvisible, '');
}

/** @throws InvalidValue if the text contains characters that are not displayed */
export function requireVisible(text: string): string {
  if (invisible.test(text)) throw invalidValue('NO_INVISIBLE_CHARACTERS');
  return text;
}

/** Parses a name by which programs find something, such as that of an attribute, so that two names never look the same by it. */
export function parseVisibleText(value: unknown, maxLength: number): string {
  return requireVisible(parseText(value, maxLength));
}

/** The form in which usernames are compared. An earlier version stored usernames with invisible characters, which the profile refuses. */
export function comparedUsername(username: string): string {
  return mapUsername(withoutInvisible(username));
}

/** Visible ASCII characters with single spaces between them. `src/database/plain-text.ts` has the same rule in SQL. */
const plain = /^[!-~]+( [!-~]+)*$/;

/** NFKC can make an identifier of an earlier version much longer, and an index on PostgreSQL accepts at most 2,704 bytes. */
const maxDerivedLength = 255;

/** A character that no parsed text contains. */
const separator = '\u001f';

/**
 * The value of a column for the canonical form of an identifier. Null if the identifier is plain, because it then is its own canonical
 * form: only identifiers of other scripts, and those that an earlier version stored in another form, take space and time.
 */
export function derivedCanonicalForm(...parts: string[]): string | null {
  return parts.every((part) => plain.test(part)) ? null : comparedForm(...parts);
}

/** The canonical form of an identifier as `derivedCanonicalForm` stores it, also of a plain one. */
export function comparedForm(...parts: string[]): string {
  const formOf = (part: string) => Array.from(canonicalIdentifier(part)).slice(0, maxDerivedLength).join('');
  return parts.map((part) => (plain.test(part) ? part : formOf(part))).join(separator);
}

/** The parts of a form that `comparedForm` returned. */
export function partsOfForm(form: string): string[] {
  return form.split(separator);
}

/** Parses the number or name by which people identify something, such as a customer number. Returns its canonical form. */
export function parseIdentifier(value: unknown, maxLength: number): string {
  const text = parseText(value, maxLength);
  return parseText(canonicalIdentifier(requireVisible(text)), maxLength);
}

/** Parses the number of a customer at a bank. OBP uses `::::` as a separator. */
export function parseCustomerNumber(value: unknown): string {
  const number = parseIdentifier(value, 50);
  if (number.includes('::::')) throw invalidValue('NO_OBP_SEPARATOR');
  return number;
}

/**
 * The canonical form of what a caller looks for. A text that cannot be an identifier is returned as written, because normalizing any
 * text could take long.
 */
export function searchedForm(written: string, maxLength: number): string {
  return brokenTextRule(written, maxLength) === null ? comparedForm(written) : written;
}

function isIban(scheme: string): boolean {
  return scheme.toUpperCase() === 'IBAN';
}

/** Parses the address of a routing. An IBAN is stored in its electronic form: without spaces, and in upper case. */
export function parseRoutingAddress(scheme: string, value: unknown): string {
  const address = parseIdentifier(value, 255);
  return isIban(scheme) ? address.replaceAll(' ', '').toUpperCase() : address;
}

/**
 * The forms in which the address of a routing can be stored. Earlier versions stored an IBAN with or without the spaces of its
 * printed form, and in any letter case.
 */
export function routingAddressForms(scheme: string, address: string): string[] {
  if (!isIban(scheme)) return [address];
  const compact = address.replaceAll(' ', '');
  const forms = [address, compact, compact.replace(/(.{4})(?=.)/g, '$1 ')];
  return [...new Set(forms.flatMap((form) => [form, form.toUpperCase(), form.toLowerCase()]))];
}
