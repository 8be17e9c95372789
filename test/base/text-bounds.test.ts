import { describe, expect, test } from 'vitest';
import { brokenTextRule, isLongerThan } from '../../src/base/text-bounds.ts';

/** All code points of Unicode except surrogates. */
function* codePoints(): Generator<string> {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += 1) {
    if (codePoint < 0xd800 || codePoint > 0xdfff) yield String.fromCodePoint(codePoint);
  }
}

describe('brokenTextRule', () => {
  test.each([
    ['Vietnamese, decomposed', 'Nguyễn Thị Ngọc Ánh '.normalize('NFD')],
    ['Korean, decomposed', '한글날각'.normalize('NFD')],
    ['Greek with three marks', '\u1F82'.normalize('NFD')],
    ['vowel signs in three surrogate pairs', '\u{16100}\u{16126}'.normalize('NFD')],
    ['Gothic', '\u{10330}\u{10331}'],
    ['emoji', '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}'],
    ['Tibetan', 'བསྒྲུབས'],
    ['Hindi', 'हिन्दी'],
  ])('accepts the maximum number of characters in %s', (_script, pattern) => {
    const characters = Array.from(pattern.normalize('NFC')).length;

    expect(brokenTextRule(pattern.repeat(100), characters * 100)).toBeNull();
  });

  test.each([
    ['the length', 'a'.repeat(31), 'must be at most 5 characters'],
    ['the length first', `${'\u0300\u0323'.repeat(20)}\u0000\uD800`, 'must be at most 5 characters'],
    ['the length in thousands', 'a'.repeat(12_001), 'must be at most 2,000 characters', 2_000],
    ['U+0000', 'a\u0000\uD800', 'must not contain the character U+0000'],
    ['an unpaired surrogate', 'a\uDC00', 'must be well-formed Unicode text'],
    [
      '31 combining characters',
      `a${'\u0300'.repeat(31)}`,
      'must not contain more than 30 combining characters in a row',
      10,
    ],
    [
      '31 characters that NFKC makes combining',
      '\uFF9E'.repeat(31),
      'must not contain more than 30 combining characters in a row',
      10,
    ],
  ])('rejects a text that breaks the rule of %s', (_description, text, rule, maxCharacters = 5) => {
    expect(brokenTextRule(text, maxCharacters)?.text).toBe(rule);
  });

  test('accepts any number of runs of 30 combining characters', () => {
    expect(brokenTextRule(`a${'\u0300'.repeat(30)}`.repeat(50), 2_000)).toBeNull();
  });

  // The next two tests depend on the Unicode version of Node.js.
  test('rejects runs of every character that normalization makes combining', () => {
    const accepted: string[] = [];
    for (const character of codePoints()) {
      // Their first mark has the combining class 0, so it is not sorted.
      if (character === '\u0E33' || character === '\u0EB3') continue;
      const becomesCombining = /^\p{M}/u.test(character.normalize('NFKD'));
      if (becomesCombining && brokenTextRule(character.repeat(31), 100) === null) accepted.push(character);
    }

    expect(accepted).toEqual([]);
  });

  test('accepts the maximum number of code units of a character', () => {
    let maxLength = 0;
    for (const character of codePoints()) {
      if (character.normalize('NFC') === character) maxLength = Math.max(maxLength, character.normalize('NFD').length);
    }

    expect(maxLength).toBe(6);
    expect(brokenTextRule('a'.repeat(6), 1)).toBeNull();
    expect(brokenTextRule('a'.repeat(7), 1)?.text).toBe('must be at most 1 characters');
  });
});

test('isLongerThan counts code points', () => {
  expect(isLongerThan('\u{10330}'.repeat(5), 5)).toBe(false);
  expect(isLongerThan('\u{10330}'.repeat(6), 5)).toBe(true);
  expect(isLongerThan('a'.repeat(11), 5)).toBe(true);
});
