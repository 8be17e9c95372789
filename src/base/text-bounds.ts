/**
 * The most UTF-16 code units in which a character of NFC can be written: U+16126 decomposes into three surrogate pairs.
 * A limit in code units costs nothing to check, and with this factor it never rejects a text that has few enough characters.
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

/** The rule that a text breaks if it has more characters. */
export function lengthRule(maxCharacters: number): string {
  return `must be at most ${maxCharacters.toLocaleString('en')} characters`;
}

/** Whether a text has too many code points, as people count them: a name in Gothic script is as long as one in Latin. */
export function isLongerThan(text: string, maxCharacters: number): boolean {
  if (text.length <= maxCharacters) return false;
  return text.length > 2 * maxCharacters || Array.from(text).length > maxCharacters;
}

/**
 * The rule that a text of any client breaks, or null. It is checked before any normalization, parser or regular expression
 * reads the text: in constant time if the text is far too long, otherwise in linear time, and after it NFC and NFKC take
 * linear time too. It never rejects a text that has at most `maxCharacters` characters in NFC.
 */
export function brokenTextRule(text: string, maxCharacters: number): string | null {
  if (text.length > maxCharacters * maxUnitsPerCharacter) return lengthRule(maxCharacters);
  // SQLite would store U+0000, PostgreSQL fails on it.
  if (text.includes('\u0000')) return 'must not contain the character U+0000';
  if (!text.isWellFormed()) return 'must be well-formed Unicode text';
  if (tooLongCombiningRun.test(text)) {
    return `must not contain more than ${maxCombiningRun} combining characters in a row`;
  }
  return null;
}
