import { checkedText, InvalidValue } from './text-bounds.ts';
import { parseText } from './values.ts';

/** Format characters, such as U+200E and the soft hyphen, and others that are usually not displayed. */
const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

/**
 * The form in which identifiers are stored, compared and looked up: NFKC, so that full-width digits are digits, and single spaces.
 * Letter case is significant.
 */
export function canonicalIdentifier(text: string): string {
  return text.normalize('NFKC').replace(/\s+/g, ' ').trim();
}

/** @throws InvalidValue if the text contains characters that are not displayed */
export function requireVisible(text: string): string {
  if (invisible.test(text)) throw new InvalidValue('must not contain invisible characters');
  return text;
}

/** Parses the number or name by which people identify something, such as a customer number. Returns its canonical form. */
export function parseIdentifier(value: unknown, maxLength: number): string {
  const text = parseText(value, maxLength);
  return parseText(canonicalIdentifier(requireVisible(text)), maxLength);
}

/** Parses the number of a customer at a bank. OBP uses `::::` as a separator. */
export function parseCustomerNumber(value: unknown): string {
  const number = parseIdentifier(value, 50);
  if (number.includes('::::')) throw new InvalidValue('must not contain ::::, which OBP uses as a separator');
  return number;
}

/**
 * The forms in which a stored identifier might be: as written, because an earlier version stored identifiers in any form, and the
 * canonical form. A text that cannot be an identifier has only the form as written.
 */
export function storedForms(written: string, maxLength: number): string[] {
  try {
    checkedText(written, maxLength);
  } catch (error) {
    if (error instanceof InvalidValue) return [written];
    throw error;
  }
  return [...new Set([written, canonicalIdentifier(written)])];
}
