import { expect, test } from 'vitest';
import { foldedName, matchesWords, nameWords, searchedWords } from '../../src/base/name-folding.ts';
import { randomNumbers, testSeed } from '../support/random-operation.ts';
import { worstTexts } from '../support/worst-texts.ts';

/** Whether the typed text finds the name. */
function finds(typed: string, name: string): boolean {
  return matchesWords(nameWords(name), searchedWords(typed));
}

test.each([
  ['jose', 'José'],
  ['muller', 'Müller'],
  ['muller', 'Mueller'],
  ['mueller', 'Müller'],
  ['Müller', 'MUELLER'],
  ['muller', 'Mu\u0308ller'],
  ['Müller José', 'José Müller'],
  ['garc jos', 'José Müller García'],
  ['WEISS', 'Weiß'],
  ['weiß', 'WEISS'],
  ['weiẞ', 'Weiss'],
  ['ibrahim', 'İbrahim'],
  ['isparta', 'ISPARTA'],
  ['ısparta', 'Isparta'],
  ['ΟΔΥΣ', 'Οδυσσεύς'],
  ['οδυσσευς', 'ΟΔΥΣΣΕΥΣ'],
  ['odysseys', 'Οδυσσεύς'],
  ['lukasz', 'Łukasz'],
  ['orsted', 'Ørsted'],
  ['oersted', 'Ørsted'],
  ['haakon', 'Håkon'],
  ['aeroskobing', 'Ærøskøbing'],
  ['oeuvre', 'Œuvre'],
  ['djordje', 'Djordje'],
  ['dorde', 'Đorđe'],
  ['thor', 'Þór'],
  ['nguyen van duc', 'Nguyễn Văn Đức'],
  ['elkin', 'Ёлкин'],
  ['Елкин', 'Ёлкин'],
  ['igor', 'Игорь'],
  ['محمد', 'مُحَمَّد'],
  ['محمد', 'محمــد'],
  ['احمد', 'أحمد'],
  ['ابراهيم', 'إبراهيم'],
  ['ادم', 'آدم'],
  ['اكبر', 'اکبر'],
  ['אברהם', 'אַבְרָהָם'],
  ['कमर', 'क़मर'],
  ['김민준', '김민준'.normalize('NFD')],
  ['민준', '김민준'],
  ['김 민준', '김민준'],
  ['小明', '王小明'],
  ['王小明', '王 小明'],
  ['ヤマダ', 'ﾔﾏﾀﾞ ﾀﾛｳ'],
  ['キヤノン', 'キャノン'],
  ['やまだ', 'ヤマダ'],
  ['full width', 'ＦＵＬＬ　Ｗｉｄｔｈ'],
  ['１２３', 'Studio 123'],
  ["O'Brien", 'O’Brien'],
  ['obrien', "O'Brien"],
  ['o brien', "O'Brien"],
  ["o'brien", 'OBrien'],
  ["o'brien", 'O Brien'],
  ['brien', "O'Brien"],
  ['dangelo', 'D`Angelo'],
  ['Jean-Pierre', 'Jean Pierre'],
  ['Jean-Pierre', 'Jeanpierre'],
  ['jean pierre', 'Jean-Pierre'],
  ['jeanpierre', 'Jean\u2010Pierre'],
  ['pierre', 'Jean-Pierre'],
  ['al rashid', 'Al-Rashid'],
  ['alrashid', 'Al Rashid'],
  ['al-rashid', 'Alrashid'],
  ['vandenberg', 'van den Berg'],
  ['berg', 'van den Berg'],
  ['softhyphen', 'Soft\u00ADhyphen'],
  ['abcd', 'ab\u200Ccd'],
  ['abcd', 'ab\u200Dcd'],
  ['abcd', '\u200Fabcd\u200E'],
  ['galla', 'Gal·la'],
  ['hawaii', 'Hawaiʻi'],
  ['muller soehne', 'Müller & Söhne GmbH'],
])('%j finds the name %j', (typed, name) => {
  expect(finds(typed, name)).toBe(true);
});

test.each([
  ['jon', 'José'],
  ['ose', 'José'],
  ['jose jose maria', 'José Müller'],
  ['王', '汪小明'.slice(1)],
  ['राम', 'रीम'],
  ['سم', 'سامي'],
])('%j does not find the name %j', (typed, name) => {
  expect(finds(typed, name)).toBe(false);
});

test.each([
  ['José Müller', 'MUELLER Jose'],
  ["Mary-Ann O'Brien", 'OBrien, Mary Ann'],
  ['李 小明', '小明 李'],
])('%j and %j have the same folded name', (name, other) => {
  expect(foldedName(name)).toBe(foldedName(other));
});

test('names that differ have different folded names', () => {
  expect(foldedName('José Müller')).not.toBe(foldedName('José Miller'));
});

const letters = [...'aeouAEOUäöüÅßsnt ıİłœæøþ', ...'-’.', ...'αςΣЁь', ...'عאأ', ...'小김가がーッ', '\u0301', '\u00AD'];

/** Cuts and shuffles the words, and changes the letter case and the normalization form. */
function typedFrom(name: string, random: () => number): string {
  const words = name.split(/\s+/).sort(() => random() - 0.5);
  const typed = words.map((word) => {
    const characters = [...new Intl.Segmenter('und').segment(word)].map(({ segment }) => segment);
    return characters.slice(0, Math.ceil(random() * characters.length)).join('');
  });
  const text = typed.join(random() < 0.5 ? ' ' : '  ');
  const form = (['NFC', 'NFD', 'NFKC', 'NFKD'] as const)[Math.floor(random() * 4)];
  return (random() < 0.5 ? text.toLowerCase() : text.toUpperCase()).normalize(form);
}

test('beginnings of the words of a random name find it, in any order, letter case and normalization form', () => {
  const seed = testSeed();
  const random = randomNumbers(seed);
  for (let round = 0; round < 2_000; round += 1) {
    const length = 1 + Math.floor(random() * 20);
    const name = Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
    const typed = typedFrom(name, random);
    expect(finds(typed, name), `SEED=${seed}: ${JSON.stringify([typed, name])}`).toBe(true);
  }
});

test('the words of the longest names fit into an index', () => {
  for (const name of [
    'Ab '.repeat(85),
    '王'.repeat(255),
    'é'.repeat(255),
    ...Object.values(worstTexts).map((text) => text.slice(0, 255)),
  ]) {
    expect(Buffer.byteLength(nameWords(name))).toBeLessThanOrEqual(1_100);
  }
  expect(nameWords('\u{1F600} - ')).toBe('');
});
