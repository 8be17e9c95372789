#!/usr/bin/env node
/**
 * Searches everything that a person reads for phrases that are hard to understand: `npm run lint` runs it.
 * Exits with 1 if a file contains such a phrase, or if an allowed text is unused.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { type AllowedText, findPhrases, readAllowedTexts } from './find-phrases.ts';

const project = new URL('../../', import.meta.url);
const allowedList = 'docs/english/allowed.txt';

/** Files that are not prose, that are frozen, or that are generated from files that are searched. */
const ignored = [
  /^drizzle\/.*\.(sql|json)$/,
  /^docs\/english\/(phrases\.ts|allowed\.txt)$/,
  /^src\/import\/examples\//,
  /^test\/catalogue\.json$/,
  /^test\/english\.test\.ts$/,
  /^test\/generated\//,
  /(^|\/)package-lock\.json$/,
];

function read(path: string): string {
  return readFileSync(new URL(path, project), 'utf8');
}

function projectFiles(): string[] {
  const options = { cwd: project, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 } as const;
  return execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], options)
    .split('\n')
    .filter((path) => path !== '' && existsSync(new URL(path, project)) && !ignored.some((files) => files.test(path)));
}

const allowedTexts = readAllowedTexts(read(allowedList));
const used = new Set<AllowedText>();
// `npm run english -- src/cli README.md` shows only the findings of these files.
const named = process.argv.slice(2);
const isNamed = (path: string) => named.length === 0 || named.some((name) => path.startsWith(name));

const problems: string[] = [];
for (const path of projectFiles().filter(isNamed)) {
  for (const { line, phrase, remedy } of findPhrases(path, read(path), allowedTexts, used)) {
    problems.push(`${path}:${line} "${phrase}": ${remedy}`);
  }
}
if (named.length === 0) {
  for (const allowed of allowedTexts) {
    if (!used.has(allowed)) problems.push(`${allowedList} allows "${allowed.text}", which no file needs: remove it.`);
  }
}

if (problems.length > 0) {
  console.error(problems.slice(0, 200).join('\n'));
  console.error(`${problems.length} problems in the English of the project.`);
  process.exitCode = 1;
}
