import { domainToASCII } from 'node:url';
import { compactForms, compactText } from '../../base/compact-text.ts';
import { canonicalIdentifier } from '../../base/identifiers.ts';
import { type SearchedWord, searchedWords } from '../../base/name-folding.ts';
import { isLongerThan } from '../../base/text-bounds.ts';
import { assertInput } from '../../graph/input.ts';
import { normaliseForSearch } from './customer.rules.ts';

const minCharacters = 2;
const maxCharacters = 100;
const maxWords = 10;
const minPhoneDigits = 3;
const maxPhoneDigits = 30;

/** The text of a search box, in the forms in which it is compared. */
export interface SearchedText {
  /** The text as an identifier. */
  identifier: string;
  /** Null if the text is not an email address. */
  email: string | null;
  /** The folded words. Empty if the text is an email address. */
  words: readonly SearchedWord[];
}

/** @throws OBP-10001 if the text is too short or too long, or has too many words */
export function parseSearch(text: string, field: string): SearchedText {
  assertInput(!isLongerThan(text, maxCharacters), field, 'MAX_CHARACTERS', { limit: maxCharacters });
  const identifier = canonicalIdentifier(text);
  const email = identifier.includes('@') ? searchedEmail(identifier) : null;
  const words = email === null ? searchedWords(identifier) : [];
  const length = words.reduce((sum, { word }) => sum + word.length, 0);
  assertInput(email !== null || length >= minCharacters, field, 'MIN_CHARACTERS', { limit: minCharacters });
  assertInput(words.length <= maxWords, field, 'MAX_WORDS', { limit: maxWords });
  return { identifier, email, words };
}

/** The address in the form of `customer.email_search`, with the domain as ASCII. */
export function searchedEmail(text: string): string {
  const address = normaliseForSearch(text);
  const domainStart = address.lastIndexOf('@') + 1;
  const domain = address.slice(domainStart);
  return address.slice(0, domainStart) + (domainToASCII(domain) || domain);
}

/** The forms of a number that is not international, such as that of an import, as `compactColumn` has them. Empty if it has other characters. */
export function writtenPhoneForms(text: string): string[] {
  const digits = compactText(canonicalIdentifier(text));
  if (!/^\d+$/.test(digits) || digits.length < minPhoneDigits || digits.length > maxPhoneDigits) return [];
  return [...new Set([digits, `00${digits}`, digits.replace(/^00/, '')])];
}

/** The forms of an identifier, as `compactColumn` has them. */
export function compactIdentifierForms(identifier: string): string[] {
  return compactForms(identifier).filter((form) => form !== '');
}
