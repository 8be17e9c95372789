import { phrases } from './phrases.ts';
import { proseOf } from './prose.ts';

/** A phrase to avoid, with its line and remedy. */
export interface Finding {
  readonly line: number;
  readonly phrase: string;
  readonly remedy: string;
}

/** A text in which phrases are accepted, such as a text of OBP, with the reason. */
export interface AllowedText {
  readonly text: string;
  readonly reason: string;
}

/** Reads lines of the form `text # reason`. Empty lines and lines that start with `#` are ignored. */
export function readAllowedTexts(file: string): AllowedText[] {
  return file
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, text, reason] = /^(.+?)\s+# (.+)$/.exec(line) ?? [];
      if (text === undefined || reason === undefined) throw new Error(`An allowed text must have a reason: ${line}`);
      return { text, reason };
    });
}

function spansOf(text: string, allowed: string): [number, number][] {
  const spans: [number, number][] = [];
  for (let at = text.indexOf(allowed); at !== -1; at = text.indexOf(allowed, at + 1)) {
    spans.push([at, at + allowed.length]);
  }
  return spans;
}

/**
 * Searches the texts of a file for the phrases to avoid, sorted by line.
 * Adds every allowed text that was needed to `used`.
 */
export function findPhrases(
  path: string,
  file: string,
  allowedTexts: readonly AllowedText[] = [],
  used: Set<AllowedText> = new Set(),
): Finding[] {
  const findings: Finding[] = [];
  for (const { text: raw, start, isTitle } of proseOf(path, file)) {
    const text = raw.replaceAll('\n', ' ');
    // Line breaks and the marks of comments would separate the words of an allowed text.
    const places = [...text.matchAll(/\S+/g)].flatMap((word) => Array.from(`${word[0]} `, (_, i) => word.index + i));
    const words = text.trim().split(/\s+/).join(' ');
    const spans = allowedTexts.flatMap((allowed) => spansOf(words, allowed.text).map((span) => ({ allowed, span })));
    for (const { pattern, remedy, titlesOnly } of phrases) {
      if (titlesOnly && !isTitle) continue;
      for (const match of text.matchAll(pattern)) {
        const end = match.index + match[0].length - 1;
        const covering = spans.find(
          ({ span: [from, to] }) => (places[from] ?? 0) <= end && end <= (places[to - 1] ?? text.length),
        );
        if (covering) used.add(covering.allowed);
        else {
          const line = file.slice(0, start + end).split('\n').length;
          const phrase = match[0].replace(/^[.!?\s'"([*_)\]]+/, '').replace(/\s+/g, ' ');
          findings.push({ line, phrase, remedy });
        }
      }
    }
  }
  return findings.sort((a, b) => a.line - b.line);
}
