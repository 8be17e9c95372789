#!/usr/bin/env node
/**
 * Searches everything that a person reads for phrases that are hard to understand: `npm run lint` runs it.
 * Exits with 1 if a file contains such a phrase, if a file of `unclean.txt` no longer does, or if an allowed text is unused.
 * With the option `--rewrite`, removes the clean files from `unclean.txt` and corrects the paths of files that were moved.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type AllowedText, type Finding, findPhrases, readAllowedTexts } from './find-phrases.ts';

const project = new URL('../../', import.meta.url);
const uncleanList = 'docs/english/unclean.txt';
const allowedList = 'docs/english/allowed.txt';

/** Files that are not prose, that are frozen, or that are generated from files that are searched. */
const ignored = [
  /^drizzle\/.*\.(sql|json)$/,
  /^docs\/english\/(phrases\.ts|allowed\.txt|unclean\.txt)$/,
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
const findingsByPath = new Map<string, Finding[]>();
for (const path of projectFiles()) {
  const findings = findPhrases(path, read(path), allowedTexts, used);
  if (findings.length > 0) findingsByPath.set(path, findings);
}

const hasUncleanList = existsSync(new URL(uncleanList, project));
const unclean = hasUncleanList ? read(uncleanList).split('\n').filter(Boolean) : [];
// A listed file that was moved keeps its place in the list.
const moved = new Set(unclean.filter((path) => !existsSync(new URL(path, project))).map((path) => basename(path)));
const isListed = (path: string) => unclean.includes(path) || moved.has(basename(path));

if (process.argv.includes('--rewrite')) {
  const remaining = [...findingsByPath.keys()].filter(isListed).sort();
  if (remaining.length > 0) writeFileSync(new URL(uncleanList, project), `${remaining.join('\n')}\n`);
  else rmSync(new URL(uncleanList, project), { force: true });
  console.log(`${unclean.length} files were listed as unclean, ${remaining.length} remain.`);
  process.exit(0);
}

// `npm run english -- src/cli README.md` shows the findings of these files, whether they are listed or not.
const named = process.argv.slice(2);
const problems = [...findingsByPath]
  .filter(([path]) => (named.length > 0 ? named.some((name) => path.startsWith(name)) : !isListed(path)))
  .flatMap(([path, findings]) => findings.map(({ line, phrase, remedy }) => `${path}:${line} "${phrase}": ${remedy}`));
if (named.length === 0) {
  for (const path of unclean) {
    const isClean = !findingsByPath.has(path) && existsSync(new URL(path, project));
    if (isClean) problems.push(`${path} is clean: remove it from ${uncleanList} (npm run english -- --rewrite).`);
  }
  for (const allowed of allowedTexts) {
    if (!used.has(allowed)) problems.push(`${allowedList} allows "${allowed.text}", which no file needs: remove it.`);
  }
  if (hasUncleanList && unclean.length === 0) problems.push(`${uncleanList} is empty: delete it.`);
}

if (problems.length > 0) {
  console.error(problems.slice(0, 200).join('\n'));
  console.error(`${problems.length} problems in the English of the project.`);
  process.exitCode = 1;
}
