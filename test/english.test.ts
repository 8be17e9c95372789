import { describe, expect, test } from 'vitest';
import { findPhrases, readAllowedTexts } from '../docs/english/find-phrases.ts';

function phrasesIn(path: string, file: string): string[] {
  return findPhrases(path, file).map(({ line, phrase }) => `${line}: ${phrase}`);
}

describe('the search for phrases', () => {
  test.each([
    ['The user who is logged in.', 'who is'],
    ['Refused to nobody.', 'nobody'],
    ['What follows the name.', 'What'],
    ['The name. Of whom it is the name.', 'Of'],
    ['The role is given.', 'given'],
    ['It tells the reason.', 'tells'],
    ['The value is no number.', 'is no'],
    ['Defaults to 50 when left out.', 'left out'],
    ['The key that is to be used.', 'is to be'],
    ['The caller may read.', 'may'],
    ['May be null.', 'May'],
    ['A column beside the name.', 'beside'],
    ['It is read anew.', 'anew'],
    ['In the same turn.', 'turn'],
    ['At the moment.', 'moment'],
    ['An e-mail address.', 'e-mail'],
    ['The bank’s name.', '’'],
  ])('finds the phrase in a comment, a string, Markdown, SDL, and YAML: %s', (sentence, phrase) => {
    const comment = `/** ${sentence} */\nconst given = 1;`;
    const block = `const given = 1;\n/**\n * The first line.\n * ${sentence}\n */`;
    const text = `const given = 1;\nconst text = ${JSON.stringify(sentence)};`;

    expect(phrasesIn('a.ts', comment)).toEqual([`1: ${phrase}`]);
    expect(phrasesIn('a.ts', block)).toEqual([`4: ${phrase}`]);
    expect(phrasesIn('a.ts', text)).toEqual([`2: ${phrase}`]);
    expect(phrasesIn('a.md', `# Title\n\n- ${sentence}\n`)).toEqual([`3: ${phrase}`]);
    expect(phrasesIn('a.md', `| Name |\n| --- |\n| ${sentence} |\n`)).toEqual([`3: ${phrase}`]);
    expect(phrasesIn('a.graphql', `type A {\n  """${sentence}"""\n  a: Int\n}`)).toEqual([`2: ${phrase}`]);
    expect(phrasesIn('a.yml', `# ${sentence}\na: given\n`)).toEqual([`1: ${phrase}`]);
    expect(phrasesIn('package.json', `{ "description": ${JSON.stringify(sentence)} }`)).toEqual([`1: ${phrase}`]);
  });

  test('finds a phrase that continues on the next line', () => {
    expect(phrasesIn('a.ts', '// The value is\n// no number.')).toEqual(['2: is no']);
    expect(phrasesIn('a.md', 'The field is left\nout.')).toEqual(['2: left out']);
  });

  test('finds a phrase on both sides of an expression in a template', () => {
    const template = 'const a = `$' + '{list.map((x) => `it tells $' + '{x}`)} is given`;';
    expect(phrasesIn('a.ts', template)).toEqual(['1: tells', '1: given']);
  });

  test.each(['what is read', 'of an unknown bank', 'by a customer'])(
    'finds a title that is a fragment: %s',
    (title) => {
      expect(phrasesIn('a.test.ts', `test('${title}', () => {});`)).toHaveLength(1);
      expect(phrasesIn('a.test.ts', `describe.each([1])('${title}', () => {});`)).toHaveLength(1);
      expect(phrasesIn('a.test.ts', `const text = '${title}';`)).toEqual([]);
    },
  );

  test.each([
    ['identifiers', 'const given = told(moment, turn);'],
    ['strings of one word', "const state = 'given';"],
    ['code in backticks', '/** Returns `given`. */'],
    ['regular expressions', 'const pattern = /is given "/g; const quotient = 4 / 2;'],
    ['addresses', '// See https://example.com/given/moment.'],
    ['the month', '// The third of May 2024.'],
    [
      'common sentences',
      '// For example, there is no limit by default. By default, it is no longer used. Turn on the filter.',
    ],
  ])('ignores %s', (_kind, file) => {
    expect(phrasesIn('a.ts', file)).toEqual([]);
  });

  test('ignores code in Markdown but not its comments', () => {
    expect(phrasesIn('a.md', '```\ngiven # is given\n```\n\n    given  # is told\n')).toEqual(['2: given', '5: told']);
  });

  test('accepts an allowed text, also across lines, and notes that it was needed', () => {
    const allowed = readAllowedTexts('# A comment.\n\nas the given name # The term of OIDC.\n');
    const used = new Set(allowed.slice(1));

    expect(findPhrases('a.ts', '// Known as the\n// given name. It is given.', allowed, used)).toMatchObject([
      { line: 2, phrase: 'given' },
    ]);
    expect([...used]).toEqual(allowed);
    expect(allowed).toEqual([{ text: 'as the given name', reason: 'The term of OIDC.' }]);
  });

  test('fails for an allowed text without a reason', () => {
    expect(() => readAllowedTexts('as the given name\n')).toThrow('An allowed text must have a reason');
  });
});
