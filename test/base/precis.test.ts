import { describe, expect, test } from 'vitest';
import { isUsername, mapUsername } from '../../src/base/precis.ts';

describe('mapUsername', () => {
  test.each([
    ['Alice', 'alice'],
    ['ａｌｉｃｅ', 'alice'],
    ['ＡＬＩＣＥ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'alice@example.com'],
    ['Straße', 'straße'],
    ['STRASSE', 'strasse'],
    ['Π', 'π'],
    ['Σ', 'σ'],
    ['ΛΌΓΟΣ', 'λόγος'],
    ['İstanbul', 'i̇stanbul'],
    ['Å', 'å'],
    ['A\u030A', 'å'],
    ['ｶﾞ', 'ガ'],
    ['\u212A', 'k'],
    ['Ⅳ', 'ⅳ'],
  ])('maps %s to %s', (username, mapped) => {
    expect(mapUsername(username)).toBe(mapped);
  });

  test('is stable for every character alone and between letters', () => {
    const unstable: string[] = [];
    for (let point = 0; point <= 0x1_ffff; point += 1) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      for (const text of [String.fromCodePoint(point), `A${String.fromCodePoint(point)}\u0307Z`]) {
        const mapped = mapUsername(text);
        if (mapUsername(mapped) !== mapped) unstable.push(text);
      }
    }
    expect(unstable).toEqual([]);
  });
});

describe('isUsername', () => {
  // The examples of RFC 8265, section 3.5, and characters of each category that RFC 8264 refuses.
  test.each([
    'juliet@example.com',
    'fussball',
    'fußball',
    'π',
    'Σ',
    'σ',
    'ς',
    'ａｌｉｃｅ',
    'ガ',
    'שלום1',
    'ليلى٣',
    '〇',
  ])('accepts %s', (username) => {
    expect(isUsername(username)).toBe(true);
  });

  test.each([
    ['an empty text', ''],
    ['a space', 'foo bar'],
    ['a symbol', 'henry♚'],
    ['a Roman numeral', 'henryⅣ'],
    ['a ligature', 'ﬁeld'],
    ['a zero-width space', 'ali\u200Bce'],
    ['a zero-width joiner', 'ali\u200Dce'],
    ['a soft hyphen', 'ali\u00ADce'],
    ['a direction override', 'ali\u202Ece'],
    ['a variation selector', 'alice\uFE0F'],
    ['a control character', 'ali\u0007ce'],
    ['a non-breaking space', 'foo\u00A0bar'],
    ['an ideographic space', 'foo\u3000bar'],
    ['a half-width Hangul letter', '\uFFA1\uFFC2'],
    ['an old Hangul letter', '\u1100\u1161\u11A8\u11A8'],
    ['Arabic elongation', 'لي\u0640لى'],
    ['an unassigned character', 'a\u0378'],
    ['a lone surrogate', 'a\uD800'],
    ['two directions', 'aliceשלום'],
    ['a digit before right-to-left letters', '1שלום'],
    ['two sorts of digits', 'ليلى1٣'],
    ['punctuation at the end of right-to-left letters', 'שלום!'],
  ])('refuses %s', (_description, username) => {
    expect(isUsername(username)).toBe(false);
  });
});
