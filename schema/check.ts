#!/usr/bin/env node
/**
 * Names what has changed in the contract since a git ref: `npm run schema:check -- <git ref>`.
 * Ends with 0 when no change breaks clients, with 1 when one does, with 2 when it cannot compare.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import {
  buildSchema,
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql';

const file = 'schema/schema.graphql';
const headings: [CriticalityLevel, string][] = [
  [CriticalityLevel.Breaking, 'Breaking'],
  [CriticalityLevel.Dangerous, 'Dangerous'],
  [CriticalityLevel.NonBreaking, 'Safe'],
];
const accessDirectives = ['public', 'authenticated', 'requiresRole'];
const anybody = 'anybody';

interface Change {
  level: CriticalityLevel;
  path: string | undefined;
  message: string;
}

class CannotCompare extends Error {}

function schemaOf(read: () => string, where: string): GraphQLSchema {
  let sdl: string;
  try {
    sdl = read();
  } catch {
    throw new CannotCompare(`There is no ${file} ${where}.`);
  }
  try {
    return buildSchema(sdl);
  } catch (error) {
    throw new CannotCompare(`${file} ${where} is no schema: ${error instanceof Error ? error.message : error}`);
  }
}

function schemaAt(ref: string): GraphQLSchema {
  const git = (...args: string[]) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 100_000_000 });
  try {
    git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`);
  } catch {
    throw new CannotCompare(`git knows no commit ${ref}.`);
  }
  return schemaOf(() => git('show', '--end-of-options', `${ref}:./${file}`), `at ${ref}`);
}

/** A field without a rule is there for whoever may read its parent, as a public one is. */
function whoMay(directives: readonly ConstDirectiveNode[] = []): string[] {
  const rule = directives.find(({ name }) => accessDirectives.includes(name.value));
  if (rule === undefined || rule.name.value === 'public') return [anybody];
  const people = rule.name.value === 'authenticated' ? ['who is logged in'] : [];
  for (const { name, value } of rule.arguments ?? []) {
    const given = valueFromASTUntyped(value);
    if (Array.isArray(given)) people.push(...given.map(String));
    else if (given === true) people.push(name.value);
  }
  return people;
}

/** What graphql-inspector takes for a detail, or for safe: a role that is needed, or no longer enough. */
function accessChanges(before: GraphQLSchema, after: GraphQLSchema): Change[] {
  return fieldsOf(before).flatMap(({ type, field }) => {
    const typeAfter = after.getType(type.name);
    const fieldAfter = isObjectType(typeAfter) ? typeAfter.getFields()[field.name] : undefined;
    if (fieldAfter === undefined) return [];
    const path = `${type.name}.${field.name}`;
    const could = whoMay(field.astNode?.directives);
    const can = whoMay(fieldAfter.astNode?.directives);
    const lost = can.includes(anybody) ? [] : could.filter((who) => !can.includes(who));
    const gained = could.includes(anybody) ? [] : can.filter((who) => !could.includes(who));
    return [
      ...lost.map((who) => ({ level: CriticalityLevel.Breaking, path, message: `Access was taken away: ${who}` })),
      ...gained.map((who) => ({ level: CriticalityLevel.Dangerous, path, message: `Access was given: ${who}` })),
    ];
  });
}

function fieldsOf(schema: GraphQLSchema): { type: GraphQLObjectType; field: GraphQLField<unknown, unknown> }[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })));
}

async function changesBetween(before: GraphQLSchema, after: GraphQLSchema): Promise<Change[]> {
  const changes = await diff(before, after);
  const isOfAccess = ({ type, path }: (typeof changes)[number]) =>
    type.startsWith('DIRECTIVE_USAGE') && accessDirectives.some((name) => path?.includes(`.@${name}`));
  const added = new Set(changes.filter(({ type }) => /(?<!DESCRIPTION)_ADDED$/.test(type)).map(({ path }) => path));
  const isOfAdded = ({ type, path }: (typeof changes)[number]) => type.endsWith('DESCRIPTION_ADDED') && added.has(path);
  return [
    ...accessChanges(before, after),
    ...changes
      .filter((change) => !isOfAccess(change) && !isOfAdded(change))
      .map(({ criticality, path, message }) => ({ level: criticality.level, path, message })),
  ];
}

async function check([ref, ...more]: string[]): Promise<number> {
  if (ref === undefined || more.length > 0) throw new CannotCompare('usage: npm run schema:check -- <git ref>');
  const before = schemaAt(ref);
  const after = schemaOf(() => readFileSync(file, 'utf8'), 'here');
  const changes = await changesBetween(before, after);
  for (const [level, heading] of headings) {
    const ofLevel = changes.filter((change) => change.level === level);
    process.stdout.write(`${heading}: ${ofLevel.length}\n`);
    for (const { message, path } of ofLevel) {
      process.stdout.write(`  ${path === undefined ? '' : `${path}: `}${message}\n`);
    }
  }
  return changes.some(({ level }) => level === CriticalityLevel.Breaking) ? 1 : 0;
}

try {
  process.exitCode = await check(process.argv.slice(2));
} catch (error) {
  // Not 1, which says that something breaks.
  process.stderr.write(`${error instanceof CannotCompare ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
