import { CriticalityLevel, diff } from '@graphql-inspector/core';
import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getDirectiveValues,
  getNamedType,
  isInputObjectType,
  isObjectType,
} from 'graphql';

const severities: Record<CriticalityLevel, Severity> = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'safe',
};
const accessDirectives = ['public', 'authenticated', 'requiresRole'];
const everyCaller = 'every caller';

/** Whether clients of the former contract are compatible with a change: not, perhaps not, or always. */
export type Severity = 'breaking' | 'dangerous' | 'safe';

export interface Change {
  severity: Severity;
  /** The schema coordinate. */
  path: string | undefined;
  message: string;
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
function changesOfRule(before: AccessRule, after: AccessRule): [severity: Severity, message: string][] {
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
    ...breaking.map((message): [Severity, string] => ['breaking', message]),
    ...dangerous.map((message): [Severity, string] => ['dangerous', message]),
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
    return changes.map(([severity, message]) => ({ severity, path, message }));
  });
}

function fieldsOf(schema: GraphQLSchema): { type: GraphQLObjectType; field: GraphQLField<unknown, unknown> }[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })));
}

function addWithNested(type: GraphQLNamedType, types: Set<string>): void {
  if (!isInputObjectType(type) || types.has(type.name)) return;
  types.add(type.name);
  for (const field of Object.values(type.getFields())) addWithNested(getNamedType(field.type), types);
}

/** The input types that mutations replace as a whole: those nested in the input of an update, and all of a `createOrUpdate…`. */
function replacedInputs(schema: GraphQLSchema): ReadonlySet<string> {
  const types = new Set<string>();
  for (const { name, args } of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const inputs = args.map(({ type }) => getNamedType(type)).filter(isInputObjectType);
    const fields = inputs.flatMap((input) => Object.values(input.getFields()));
    const nested = fields.map(({ type }) => getNamedType(type));
    const replaced = name.startsWith('createOrUpdate') ? inputs : name.startsWith('update') ? nested : [];
    for (const type of replaced) addWithNested(type, types);
  }
  return types;
}

/** The changes of a contract, with those of its access rules first. */
export async function changesBetween(before: GraphQLSchema, after: GraphQLSchema): Promise<Change[]> {
  const changes = await diff(before, after);
  const isAccessChange = ({ type, path }: (typeof changes)[number]) =>
    type.startsWith('DIRECTIVE_USAGE') && accessDirectives.some((name) => path?.includes(`.@${name}`));
  const added = new Set(changes.filter(({ type }) => /(?<!DESCRIPTION)_ADDED$/.test(type)).map(({ path }) => path));
  const isDescriptionOfAdded = ({ type, path }: (typeof changes)[number]) =>
    type.endsWith('DESCRIPTION_ADDED') && added.has(path);
  const replaced = replacedInputs(before);
  return [
    ...accessChanges(before, after),
    ...changes
      .filter((change) => !isAccessChange(change) && !isDescriptionOfAdded(change))
      .map(({ type, criticality, path, message }): Change => {
        const severity = severities[criticality.level];
        const isOfReplaced = type === 'INPUT_FIELD_ADDED' && replaced.has(path?.split('.')[0] ?? '');
        return isOfReplaced && severity === 'safe'
          ? { severity: 'dangerous', path, message: `${message}. Updates of clients that omit it unset it` }
          : { severity, path, message };
      }),
  ];
}

const headings: [Severity, string][] = [
  ['breaking', 'Breaking'],
  ['dangerous', 'Dangerous'],
  ['safe', 'Safe'],
];

/** The changes by their severity, as lines or as JSON. */
export function renderChanges(changes: readonly Change[], { json }: { json: boolean }): string {
  const bySeverity = headings.map(([severity, heading]) => ({
    severity,
    heading,
    ofSeverity: changes.filter((change) => change.severity === severity),
  }));
  if (json) {
    const entries = bySeverity.map(({ severity, ofSeverity }) => [
      severity,
      ofSeverity.map(({ path, message }) => ({ path: path ?? null, message })),
    ]);
    return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
  }
  return bySeverity
    .flatMap(({ heading, ofSeverity }) => [
      `${heading}: ${ofSeverity.length}\n`,
      ...ofSeverity.map(({ path, message }) => `  ${path === undefined ? '' : `${path}: `}${message}\n`),
    ])
    .join('');
}
