import { InvalidValue, invalidValue, type ValueRule, valueRule } from './value-rules.ts';

/**
 * The maximum number of UTF-16 code units that one character of NFC needs: U+16126 decomposes into three surrogate pairs.
 * With this factor, a limit in code units, which is checked in constant time, never rejects a text within its limit in characters.
 */
const maxUnitsPerCharacter = 6;

const maxCombiningRun = 30;

/**
 * Sorting combining characters is quadratic in the length of their run, so a run is limited as in the Stream-Safe Text
 * Format of UAX #15. The two halfwidth Katakana marks become combining characters only by NFKC. The lookbehind lets a match
 * begin only where a run begins, so a text is read once.
 */
const tooLongCombiningRun = new RegExp(
  String.raw`(?<![\p{M}\uFF9E\uFF9F])[\p{M}\uFF9E\uFF9F]{${maxCombiningRun + 1}}`,
  'u',
);

/** Whether a text has too many characters (code points, so that a Gothic letter counts as one). */
export function isLongerThan(text: string, maxCharacters: number): boolean {
  if (text.length <= maxCharacters) return false;
  return text.length > 2 * maxCharacters || Array.from(text).length > maxCharacters;
}

/**
 * Returns the rule that a text of a client breaks, or null. Call it before any normalization, parser or regular expression reads
 * the text: afterwards, NFC and NFKC take linear time. It never rejects a text with at most `maxCharacters` characters in NFC.
 */
export function brokenTextRule(text: string, maxCharacters: number): ValueRule | null {
  if (text.length > maxCharacters * maxUnitsPerCharacter) return valueRule('MAX_CHARACTERS', { limit: maxCharacters });
  // PostgreSQL cannot store U+0000, although SQLite can.
  if (text.includes('\u0000')) return valueRule('NO_NULL_CHARACTER');
  if (!text.isWellFormed()) return valueRule('WELL_FORMED_UNICODE');
  if (tooLongCombiningRun.test(text)) {
    return valueRule('MAX_COMBINING_CHARACTERS', { limit: maxCombiningRun });
  }
  return null;
}

/** The maximum length of dates, codes and numbers. */
const maxTokenLength = 100;

/** Checks what must be known of a text before anything else reads it. */
export function checkedText(value: unknown, maxLength = maxTokenLength): string {
  if (typeof value !== 'string') throw invalidValue('STRING');
  const brokenRule = brokenTextRule(value, maxLength);
  if (brokenRule !== null) throw new InvalidValue(brokenRule);
  return value;
}
