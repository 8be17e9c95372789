#!/usr/bin/env node
/**
 * Lists the changes of the contract since a Git ref (`npm run schema:check -- <git ref>`). Exits with 0 if clients are
 * compatible with all changes, with 1 if a change is breaking, and with 2 if the comparison is not possible.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getDirectiveValues,
  isObjectType,
} from 'graphql';

const file = 'schema/schema.graphql';
const headings: [CriticalityLevel, string][] = [
  [CriticalityLevel.Breaking, 'Breaking'],
  [CriticalityLevel.Dangerous, 'Dangerous'],
  [CriticalityLevel.NonBreaking, 'Safe'],
];
const accessDirectives = ['public', 'authenticated', 'requiresRole'];
const everyCaller = 'every caller';

interface Change {
  level: CriticalityLevel;
  path: string | undefined;
  message: string;
}

class ComparisonImpossible extends Error {}

function schemaOf(read: () => string, where: string): GraphQLSchema {
  let sdl: string;
  try {
    sdl = read();
  } catch {
    throw new ComparisonImpossible(`${file} does not exist ${where}.`);
  }
  try {
    return buildSchema(sdl);
  } catch (error) {
    throw new ComparisonImpossible(`${file} is invalid ${where}: ${error instanceof Error ? error.message : error}`);
  }
}

function schemaAt(ref: string): GraphQLSchema {
  const git = (...args: string[]) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 100_000_000 });
  try {
    git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`);
  } catch {
    throw new ComparisonImpossible(`The commit ${ref} does not exist.`);
  }
  return schemaOf(() => git('show', '--end-of-options', `${ref}:./${file}`), `at ${ref}`);
}

/** The effect of each argument of the access directives. A test compares the names with the contract. */
const argumentEffects = new Map<string, 'allows' | 'requires'>([
  ['anyOf', 'allows'],
  ['orHolder', 'allows'],
  ['orLinkedUser', 'allows'],
  ['orSelf', 'allows'],
  ['kycMaterial', 'requires'],
]);

interface AccessRule {
  /** The callers that the rule allows: roles, kinds of own data, or every caller. */
  callers: string[];
  /** The conditions that all of these callers must meet. */
  requirements: string[];
  /** The arguments whose effect is unknown, with their values. */
  unknown: string[];
}

/** Returns the access rule of a field. A field without a rule is as accessible as its parent, so it counts as public. */
function accessRuleOf(schema: GraphQLSchema, { astNode }: GraphQLField<unknown, unknown>): AccessRule {
  const directive = accessDirectives
    .map((name) => schema.getDirective(name))
    .find((candidate) => astNode?.directives?.some(({ name }) => name.value === candidate?.name));
  const rule: AccessRule = { callers: [], requirements: [], unknown: [] };
  if (directive == null || astNode == null || directive.name === 'public') return { ...rule, callers: [everyCaller] };
  if (directive.name === 'authenticated') rule.callers.push('authenticated callers');
  for (const [name, value] of Object.entries(getDirectiveValues(directive, astNode) ?? {})) {
    const effect = argumentEffects.get(name);
    if (effect === undefined) rule.unknown.push(`${name}: ${JSON.stringify(value)}`);
    else if (effect === 'allows') rule.callers.push(...(Array.isArray(value) ? value : value === true ? [name] : []));
    else if (value === true) rule.requirements.push(name);
  }
  return rule;
}

function without(names: string[], others: string[]): string[] {
  return names.filter((name) => !others.includes(name));
}

/** Returns the messages about a changed access rule, first those about changes that can break a client. */
function changesOfRule(before: AccessRule, after: AccessRule): [level: CriticalityLevel, message: string][] {
  const removed = after.callers.includes(everyCaller) ? [] : without(before.callers, after.callers);
  const added = before.callers.includes(everyCaller) ? [] : without(after.callers, before.callers);
  const breaking = [
    ...removed.map((caller) => `Access was removed: ${caller}`),
    ...without(after.requirements, before.requirements).map((name) => `A requirement was added: ${name}`),
    // Whether such a change adds or removes access cannot be known.
    ...without(before.unknown, after.unknown).map((name) => `An argument of unknown effect was removed: ${name}`),
    ...without(after.unknown, before.unknown).map((name) => `An argument of unknown effect was added: ${name}`),
  ];
  const dangerous = [
    ...added.map((caller) => `Access was added: ${caller}`),
    ...without(before.requirements, after.requirements).map((name) => `A requirement was removed: ${name}`),
  ];
  return [
    ...breaking.map((message): [CriticalityLevel, string] => [CriticalityLevel.Breaking, message]),
    ...dangerous.map((message): [CriticalityLevel, string] => [CriticalityLevel.Dangerous, message]),
  ];
}

/** Returns the changes of access rules, which graphql-inspector does not classify as breaking or dangerous. */
function accessChanges(before: GraphQLSchema, after: GraphQLSchema): Change[] {
  return fieldsOf(before).flatMap(({ type, field }) => {
    const typeAfter = after.getType(type.name);
    const fieldAfter = isObjectType(typeAfter) ? typeAfter.getFields()[field.name] : undefined;
    if (fieldAfter === undefined) return [];
    const path = `${type.name}.${field.name}`;
    const changes = changesOfRule(accessRuleOf(before, field), accessRuleOf(after, fieldAfter));
    return changes.map(([level, message]) => ({ level, path, message }));
  });
}

function fieldsOf(schema: GraphQLSchema): { type: GraphQLObjectType; field: GraphQLField<unknown, unknown> }[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })));
}

async function changesBetween(before: GraphQLSchema, after: GraphQLSchema): Promise<Change[]> {
  const changes = await diff(before, after);
  const isAccessChange = ({ type, path }: (typeof changes)[number]) =>
    type.startsWith('DIRECTIVE_USAGE') && accessDirectives.some((name) => path?.includes(`.@${name}`));
  const added = new Set(changes.filter(({ type }) => /(?<!DESCRIPTION)_ADDED$/.test(type)).map(({ path }) => path));
  const isDescriptionOfAdded = ({ type, path }: (typeof changes)[number]) =>
    type.endsWith('DESCRIPTION_ADDED') && added.has(path);
  return [
    ...accessChanges(before, after),
    ...changes
      .filter((change) => !isAccessChange(change) && !isDescriptionOfAdded(change))
      .map(({ criticality, path, message }) => ({ level: criticality.level, path, message })),
  ];
}

async function check([ref, ...otherArguments]: string[]): Promise<number> {
  if (ref === undefined || otherArguments.length > 0) {
    throw new ComparisonImpossible('Usage: npm run schema:check -- <git ref>');
  }
  const before = schemaAt(ref);
  const after = schemaOf(() => readFileSync(file, 'utf8'), 'in the working tree');
  const changes = await changesBetween(before, after);
  for (const [level, heading] of headings) {
    const changesOfLevel = changes.filter((change) => change.level === level);
    process.stdout.write(`${heading}: ${changesOfLevel.length}\n`);
    for (const { message, path } of changesOfLevel) {
      process.stdout.write(`  ${path === undefined ? '' : `${path}: `}${message}\n`);
    }
  }
  return changes.some(({ level }) => level === CriticalityLevel.Breaking) ? 1 : 0;
}

try {
  process.exitCode = await check(process.argv.slice(2));
} catch (error) {
  // The exit code 1 is reserved for breaking changes.
  process.stderr.write(`${error instanceof ComparisonImpossible ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
