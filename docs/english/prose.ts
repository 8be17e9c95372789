/** Finds the texts in a file that a person reads: comments, descriptions, messages, titles and paragraphs. */

/** A text with the place at which it starts. Code within it is masked with `_`, so that places stay the same. */
export interface Prose {
  readonly text: string;
  readonly start: number;
  /** Whether it is the title of a test or of a group of tests. */
  readonly isTitle: boolean;
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

function mask(text: string): string {
  return text.replace(/[^\n]/g, '_');
}

function withoutCode(text: string): string {
  return text.replace(/\\?`[^`]+`/g, mask).replace(/\bhttps?:\/\/[^\s)>'"]+/g, mask);
}

function prose(text: string, start: number, isTitle = false): Prose {
  return { text: withoutCode(text), start, isTitle };
}

function isSentence(text: string): boolean {
  return /\p{L}+ \p{L}/u.test(text);
}

/** Reads TypeScript: all comments, and the string literals with more than one word. */
class TypeScriptReader {
  readonly found: Prose[] = [];
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    this.#readCode(null);
  }

  /** Reads to the end or, in a template literal, to the brace that closes the expression. */
  #readCode(end: '}' | null): void {
    let depth = 0;
    let before = '';
    while (this.#at < this.#text.length) {
      const char = this.#text.charAt(this.#at);
      const next = this.#text.charAt(this.#at + 1);
      if (char === '/' && next === '/') this.#readLineComments();
      else if (char === '/' && next === '*') this.#readBlockComment();
      else if (char === "'" || char === '"') before = this.#readString(char);
      else if (char === '`') before = this.#readTemplate();
      else if (char === '/' && this.#startsRegExp(before)) before = this.#readRegExp();
      else {
        if (char === '{') depth += 1;
        if (char === '}' && end === '}' && depth === 0) return;
        if (char === '}') depth -= 1;
        if (!/\s/.test(char)) before = char;
        this.#at += 1;
      }
    }
  }

  #startsRegExp(before: string): boolean {
    if (/[\w$]/.test(before))
      return /\b(?:return|typeof|case|in|of)\s*$/.test(this.#text.slice(0, this.#at).slice(-12));
    return !/[)\]'"`]/.test(before);
  }

  #readRegExp(): string {
    const literal = /\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[\n])+\//y;
    literal.lastIndex = this.#at;
    this.#at += literal.exec(this.#text)?.[0].length ?? 1;
    return ')';
  }

  /** Consecutive lines are one text, because sentences continue on the next line. */
  #readLineComments(): void {
    const lines = /\/\/[^\n]*(?:\n[ \t]*\/\/[^\n]*)*/y;
    lines.lastIndex = this.#at;
    const comment = lines.exec(this.#text)?.[0] ?? '';
    this.found.push(prose(comment.replace(/^[ \t]*\/\/+/gm, blank), this.#at));
    this.#at += comment.length;
  }

  #readBlockComment(): void {
    const end = this.#text.indexOf('*/', this.#at + 2);
    const comment = this.#text.slice(this.#at, end === -1 ? undefined : end);
    this.found.push(prose(comment.replace(/^\/\*+|^[ \t]*\*/gm, blank), this.#at));
    this.#at += comment.length + 2;
  }

  #readString(quote: string): string {
    const start = this.#at;
    this.#at += 1;
    while (this.#at < this.#text.length && this.#text.charAt(this.#at) !== quote) {
      this.#at += this.#text.charAt(this.#at) === '\\' ? 2 : 1;
    }
    this.#add(this.#text.slice(start + 1, this.#at), start);
    this.#at += 1;
    return quote;
  }

  #readTemplate(): string {
    const start = this.#at;
    let text = '';
    this.#at += 1;
    while (this.#at < this.#text.length && this.#text.charAt(this.#at) !== '`') {
      if (this.#text.startsWith('${', this.#at)) {
        const expression = this.#at;
        this.#at += 2;
        this.#readCode('}');
        this.#at += 1;
        text += mask(this.#text.slice(expression, this.#at));
      } else {
        const length = this.#text.charAt(this.#at) === '\\' ? 2 : 1;
        text += this.#text.slice(this.#at, this.#at + length);
        this.#at += length;
      }
    }
    this.#add(text, start);
    this.#at += 1;
    return '`';
  }

  #add(literal: string, quoteAt: number): void {
    const code = this.#text.slice(Math.max(0, quoteAt - 80), quoteAt);
    const isTitle = /\b(?:describe|test)(?:\.\w+)*\(\s*$|\.each[\s\S]*\)\(\s*$|\]\)\(\s*$/.test(code);
    const text = literal.replace(/\\[nt]/g, blank);
    if (isTitle || isSentence(text)) this.found.push(prose(text, quoteAt + 1, isTitle));
  }
}

/** Paragraphs, headings, items of lists and cells of tables; of blocks of code only the comments. */
function markdownProse(text: string): Prose[] {
  const found: Prose[] = [];
  let paragraph = '';
  let start = 0;
  let at = 0;
  let isFenced = false;
  let isIndentedCode = false;
  const endParagraph = () => {
    if (paragraph.trim() !== '') found.push(prose(paragraph.replace(/\]\([^)\s]+\)/g, mask), start));
    paragraph = '';
  };
  for (const line of text.split('\n')) {
    const isFence = /^\s*(```|~~~)/.test(line);
    isIndentedCode =
      /^ {4}/.test(line) && paragraph === '' && (isIndentedCode || !found.at(-1)?.text.match(/^\s*[-*]/));
    if (isFence) {
      endParagraph();
      isFenced = !isFenced;
    } else if (isFenced || isIndentedCode) {
      const comment = /(?:^|\s)# .*$/.exec(line);
      if (comment) found.push(prose(comment[0].replace(/#/, ' '), at + comment.index));
    } else if (/^\s*$/.test(line)) {
      endParagraph();
    } else if (/^\s*\|/.test(line)) {
      endParagraph();
      for (const cell of line.matchAll(/[^|]+/g)) found.push(prose(cell[0], at + cell.index));
    } else {
      if (/^\s*(?:[-*]|\d+\.|#+|>)\s/.test(line)) endParagraph();
      if (paragraph === '') start = at;
      paragraph += `${line.replace(/^\s*(?:[-*]|\d+\.|#+|>)\s/, blank)}\n`;
    }
    at += line.length + 1;
  }
  endParagraph();
  return found;
}

function graphqlProse(text: string): Prose[] {
  const tokens = /"""([\s\S]*?)"""|"((?:\\.|[^"\\\n])*)"|#([^\n]*(?:\n[ \t]*#[^\n]*)*)/g;
  return [...text.matchAll(tokens)].map((token) =>
    prose(token[0].replace(/^"+|"+$/g, blank).replace(/^[ \t]*#/gm, blank), token.index),
  );
}

function hashCommentProse(text: string): Prose[] {
  return [...text.matchAll(/(?:^|[ \t])#[^\n]*(?:\n[ \t]*#[^\n]*)*/gm)].map((comment) =>
    prose(comment[0].replace(/^[ \t]*#+!?/gm, blank), comment.index),
  );
}

function jsonProse(text: string): Prose[] {
  return [...text.matchAll(/"description": "([^"]*)"/g)].map((entry) => prose(entry[1] ?? '', entry.index + 16));
}

/** The texts of a file by the kind of the file. */
export function proseOf(path: string, text: string): Prose[] {
  if (path.endsWith('.ts')) return new TypeScriptReader(text).found;
  if (path.endsWith('.md')) return markdownProse(text);
  if (path.endsWith('.graphql')) return graphqlProse(text);
  if (path.endsWith('.json')) return jsonProse(text);
  return hashCommentProse(text);
}
