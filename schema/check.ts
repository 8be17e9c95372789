#!/usr/bin/env node
/**
 * Names what has changed in the contract since a git ref: `npm run schema:check -- <git ref>`.
 * Ends with 1 when a change breaks clients, with 2 when it cannot compare.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const file = 'schema/schema.graphql';
const headings: [CriticalityLevel, string][] = [
  [CriticalityLevel.Breaking, 'Breaking'],
  [CriticalityLevel.Dangerous, 'Dangerous'],
  [CriticalityLevel.NonBreaking, 'Safe'],
];

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

const [ref] = process.argv.slice(2);
if (ref === undefined) fail('usage: npm run schema:check -- <git ref>');

function schemaAt(gitRef: string): string {
  try {
    return execFileSync('git', ['show', `${gitRef}:${file}`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return fail(`There is no ${file} at ${gitRef}.`);
  }
}

const changes: Change[] = await diff(buildSchema(schemaAt(ref)), buildSchema(readFileSync(file, 'utf8')));
for (const [level, heading] of headings) {
  const ofLevel = changes.filter(({ criticality }) => criticality.level === level);
  process.stdout.write(`${heading}: ${ofLevel.length}\n`);
  for (const { message, path } of ofLevel) process.stdout.write(`  ${path === undefined ? '' : `${path}: `}${message}\n`);
}
process.exitCode = changes.some(({ criticality }) => criticality.level === CriticalityLevel.Breaking) ? 1 : 0;
