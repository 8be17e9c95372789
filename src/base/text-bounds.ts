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

/** The rule of a maximum length. */
export function lengthRule(maxCharacters: number): string {
  return `must be at most ${maxCharacters.toLocaleString('en')} characters`;
}

/** Whether a text has too many characters (code points, so that a Gothic letter counts as one). */
export function isLongerThan(text: string, maxCharacters: number): boolean {
  if (text.length <= maxCharacters) return false;
  return text.length > 2 * maxCharacters || Array.from(text).length > maxCharacters;
}

/**
 * Returns the rule that a text of a client breaks, or null. Call it before any normalization, parser or regular expression reads
 * the text: afterwards, NFC and NFKC take linear time. It never rejects a text with at most `maxCharacters` characters in NFC.
 */
export function brokenTextRule(text: string, maxCharacters: number): string | null {
  if (text.length > maxCharacters * maxUnitsPerCharacter) return lengthRule(maxCharacters);
  // PostgreSQL cannot store U+0000, although SQLite can.
  if (text.includes('\u0000')) return 'must not contain the character U+0000';
  if (!text.isWellFormed()) return 'must be well-formed Unicode text';
  if (tooLongCombiningRun.test(text)) {
    return `must not contain more than ${maxCombiningRun} combining characters in a row`;
  }
  return null;
}

/** A value that breaks a rule. The message states the rule, never the value, which might be personal data. */
export class InvalidValue extends Error {
  constructor(rule: string) {
    super(rule);
    this.name = 'InvalidValue';
  }
}

/** The maximum length of dates, codes and numbers. */
const maxTokenLength = 100;

/** Checks what must be known of a text before anything else reads it. */
export function checkedText(value: unknown, maxLength = maxTokenLength): string {
  if (typeof value !== 'string') throw new InvalidValue('must be a string');
  const brokenRule = brokenTextRule(value, maxLength);
  if (brokenRule !== null) throw new InvalidValue(brokenRule);
  return value;
}
