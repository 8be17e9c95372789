/**
 * The folding of names: texts that people regard as spellings of one name have the same folded words. `docs/clients.md` documents it.
 * It is transliteration to Latin letters by any-ascii, after the marks that CLDR's root collation ignores at primary strength are
 * removed. A character is always folded in the same way, so that the beginning of a name becomes the beginning of its folded form.
 * Stored words were folded by this module: if their form changes, they must be folded again (`fillNameWords`).
 */
import anyAscii from 'any-ascii';

/** Characters that are not displayed, and the Arabic tatweel, which only stretches a word. */
const notDisplayed = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u0640\u2800]/gu;

/** Accents and vowel points. In the scripts of India and South-East Asia, marks are vowels, so only the nukta is one of these. */
const accents =
  /[\p{Me}[\p{Mn}&&[\p{Script=Inherited}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}]]\u093C\u09BC\u0A3C\u0ABC\u0B3C\u0C3C\u0CBC\u{110BA}\u{1133C}\u{11446}\u{114C3}\u{115C0}\u{116B7}\u{1183A}]/gv;

/** Arabic letters with the same name and sound that have several code points. */
const letterForms: ReadonlyMap<string, string> = new Map([
  ['\u0671', '\u0627'],
  ['\u06A9', '\u0643'],
  ['\u06CC', '\u064A'],
  ['\u06C1', '\u0647'],
  ['\u06BE', '\u0647'],
]);

/** A letter of a script that is written without spaces, or other letters, digits, and marks up to a punctuation mark. */
const part =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|[[\p{L}\p{N}\p{M}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]]+/gv;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** `ä`, `å`, `ö`, `ø`, `ü`, `æ` and `œ` as passports spell them (ICAO 9303): with a second vowel. */
const secondVowels = /(a)[ae]+|(o)e+|(u)e+/g;

/** Shorter words, such as `al`, `de` and `van`, are written with or without a space after them. */
const maxParticleLength = 3;
const maxWords = 16;
const maxWordLength = 60;
/** All words of a name, with spaces. An index of PostgreSQL accepts at most 2,704 bytes. */
const maxLength = 256;

/** A word between spaces, in parts between punctuation marks. */
interface Token {
  parts: string[];
  isUnspaced: boolean;
}

const isAscii = /^[\0-\x7F]*$/;

function latinLetters(character: string): string {
  const latin = anyAscii(character)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '');
  // Letters without a counterpart, such as alef and ayin, stay as they are.
  return latin === '' && /\p{Lo}/u.test(character) ? character : latin;
}

function foldedPart(text: string): string {
  if (isAscii.test(text)) return text.toLowerCase();
  return Array.from(text, (character) => latinLetters(letterForms.get(character) ?? character)).join('');
}

function withoutAccents(name: string): string {
  if (isAscii.test(name)) return name;
  // Recomposed, because the letters of Hangul are transliterated by syllable.
  return name.replace(notDisplayed, '').normalize('NFKD').replace(accents, '').normalize('NFC');
}

function tokensOf(name: string): Token[] {
  return withoutAccents(name)
    .split(/\s+/)
    .map((written) => ({
      parts: (written.match(part) ?? []).map(foldedPart).filter((folded) => folded !== ''),
      isUnspaced: unspaced.test(written),
    }))
    .filter(({ parts }) => parts.length > 0);
}

function joined(parts: readonly string[]): string {
  return parts.join('').replace(secondVowels, '$1$2$3').slice(0, maxWordLength);
}

function isParticle({ parts, isUnspaced }: Token): boolean {
  return parts.length === 1 && (isUnspaced || (parts[0] ?? '').length <= maxParticleLength);
}

/** The parts of each token. A particle belongs to the next token, so that `Al Rashid`, `Al-Rashid` and `Alrashid` are one. */
function compoundsOf(name: string): string[][] {
  const compounds: string[][] = [];
  let particles: string[] = [];
  for (const token of tokensOf(name)) {
    particles.push(...token.parts);
    if (isParticle(token)) continue;
    compounds.push(particles);
    particles = [];
  }
  if (particles.length > 0) compounds.push(particles);
  return compounds;
}

/**
 * The words by whose beginning a name is found, sorted, with a space between them. A word with punctuation is found from each of its
 * parts on: `Jean-Pierre` by `jeanpierre` and `pierre`. Words of very long names are omitted.
 */
export function nameWords(name: string): string {
  const words = new Set<string>();
  let length = 0;
  for (const parts of compoundsOf(name)) {
    for (const index of parts.keys()) {
      const word = joined(parts.slice(index));
      if (words.has(word)) continue;
      length += word.length + 1;
      if (words.size === maxWords || length > maxLength) return sorted(words);
      words.add(word);
    }
  }
  return sorted(words);
}

function sorted(words: Iterable<string>): string {
  return [...words].sort().join(' ');
}

/** The folded words of a name, sorted: the same for two spellings of one name, whatever the order of its words. */
export function foldedName(name: string): string {
  return sorted(
    withoutAccents(name)
      .split(/[\s\p{Pd}]+/u)
      .map((word) => joined(tokensOf(word).flatMap(({ parts }) => parts)))
      .filter((word) => word !== ''),
  );
}

/** A word of a searched text. A name matches if one of its words begins with `word`, or if one word begins with each of `parts`. */
export interface SearchedWord {
  word: string;
  /** The first of them is the beginning of `word`. Empty unless the word has several parts. */
  parts: readonly string[];
}

/** The words of a text that a name must match, in the order of the text. */
export function searchedWords(text: string): SearchedWord[] {
  return tokensOf(text).map(({ parts, isUnspaced }) => {
    const [first = ''] = parts;
    const isOne = parts.length === 1 || isUnspaced || first.length <= maxParticleLength;
    return { word: joined(parts), parts: isOne ? [] : parts.map((each) => joined([each])) };
  });
}

/** Whether a name with these `nameWords` matches all of the searched words. */
export function matchesWords(words: string, searched: readonly SearchedWord[]): boolean {
  const list = words.split(' ');
  const begins = (beginning: string) => list.some((word) => word.startsWith(beginning));
  return searched.every(({ word, parts }) => begins(word) || (parts.length > 0 && parts.every(begins)));
}
