import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { type GatewayError, gatewayError } from '../base/errors.ts';
import { brokenTextRule } from '../base/text-bounds.ts';
import type { ValueRule } from '../base/value-rules.ts';
import { batchOf, keyOf, prefetchOf, resolveOne } from '../execution/batched.ts';
import { type Root, recordInvalidArguments } from './access/guard.ts';
import type { AccessRule, GuardedParent } from './access/rule.ts';
import type { Context } from './context.ts';
import { type InputShape, shapeOf } from './input-shape.ts';
import { maxItemsOfArgument, maxItemsOfInputField } from './max-input-items.ts';

type Arguments = Record<string, unknown>;

/** The first limit that a value exceeds. */
interface Violation {
  /** From the value, such as `.addresses[3].city`. */
  path: string;
  error(path: string): GatewayError;
}

/** The results for lists and objects: aliases can pass the same variable to many fields. */
const checked = new WeakMap<object, { shape: InputShape; violation: Violation | null }>();

/** `violationIn`, once for each object. */
function violationInArgument(shape: InputShape, value: unknown): Violation | null {
  if (shape.kind === 'text' || typeof value !== 'object' || value === null) return violationIn(shape, value);
  const known = checked.get(value);
  if (known?.shape === shape) return known.violation;
  const violation = violationIn(shape, value);
  checked.set(value, { shape, violation });
  return violation;
}

function tooManyItems(maxItems: number): Violation {
  return {
    path: '',
    error: (path) => gatewayError('TOO_MANY_ITEMS', { detail: 'INPUT', field: path, limit: maxItems }),
  };
}

function brokenRule(rule: ValueRule): Violation {
  return { path: '', error: (path) => gatewayError('OBP-10001', { field: path, rule }) };
}

function within(step: string, { path, error }: Violation): Violation {
  return { path: step + path, error };
}

/** Checks a coerced value. Lengths come first, because everything else takes time that grows with them. */
function violationIn(shape: InputShape, value: unknown): Violation | null {
  if (value === null || value === undefined) return null;
  if (shape.kind === 'text') {
    const rule = typeof value === 'string' ? brokenTextRule(value, shape.maxCharacters) : null;
    return rule === null ? null : brokenRule(rule);
  }
  return shape.kind === 'list'
    ? violationInList(shape, value as readonly unknown[])
    : violationInObject(shape, value as Arguments);
}

function violationInList(
  { maxItems, item }: Extract<InputShape, { kind: 'list' }>,
  values: readonly unknown[],
): Violation | null {
  if (values.length > maxItems) return tooManyItems(maxItems);
  if (item === null) return null;
  for (const [index, value] of values.entries()) {
    const violation = violationIn(item, value);
    if (violation !== null) return within(`[${index}]`, violation);
  }
  return null;
}

function violationInObject({ fields }: Extract<InputShape, { kind: 'object' }>, values: Arguments): Violation | null {
  for (const [name, shape] of fields) {
    const violation = violationIn(shape, values[name]);
    if (violation !== null) return within(`.${name}`, violation);
  }
  return null;
}

type Check = (args: Arguments) => GatewayError | null;

/** Checks the arguments of a field; null if nothing in them has a limit. */
function checkOf(coordinate: string, field: GraphQLField<unknown, Context>): Check | null {
  const shapes = field.args.flatMap(({ name, type }) => {
    const shape = shapeOf(type, maxItemsOfArgument(field, name), `${coordinate}(${name}:)`);
    return shape === null ? [] : [[name, shape] as const];
  });
  if (shapes.length === 0) return null;
  return (args) => {
    for (const [name, shape] of shapes) {
      const violation = violationInArgument(shape, args[name]);
      if (violation !== null) return violation.error(name + violation.path);
    }
    return null;
  };
}

function describeLimit(list: GraphQLArgument | GraphQLInputField, maxItems: number | undefined): void {
  if (maxItems !== undefined) list.description = `${list.description} At most ${maxItems.toLocaleString('en')} items.`;
}

/** Puts the check around everything that a field does by its arguments: its resolver, its batch, and what it prefetches. */
function guardField(type: GraphQLObjectType, field: GraphQLField<GuardedParent, Context>, root: Root): void {
  const coordinate = `${type.name}.${field.name}`;
  for (const argument of field.args) describeLimit(argument, maxItemsOfArgument(field, argument.name));
  const check = checkOf(coordinate, field as GraphQLField<unknown, Context>);
  const { resolve, subscribe } = field;
  if (check === null || resolve === undefined) return;
  const rule = field.extensions.access as AccessRule;
  const refuse = (error: GatewayError, parent: GuardedParent, args: Arguments, context: Context) =>
    recordInvalidArguments({ coordinate, rule, root }, error, { parent, args, context });

  const findKey = keyOf<GuardedParent, Context>(field);
  const prefetch = prefetchOf(field);
  const extensions: Record<string, unknown> = { ...field.extensions };
  if (findKey !== null) {
    extensions.keyOf = ((parent, args, context) =>
      check(args) === null ? findKey(parent, args, context) : null) satisfies typeof findKey;
  }
  if (prefetch !== null) {
    extensions.prefetch = ((keys, args, context, info) => {
      if (check(args) === null) prefetch(keys, args, context, info);
    }) satisfies typeof prefetch;
  }
  const batch = batchOf(field);
  if (batch === null) {
    field.resolve = (parent, args, context, info) => {
      const error = check(args);
      return error === null ? resolve(parent, args, context, info) : refuse(error, parent, args, context);
    };
  } else {
    const guardedBatch: typeof batch = async (parents, args, context, info) => {
      const error = check(args);
      if (error === null) return batch(parents, args, context, info);
      return parents.map((parent) => refuse(error, parent as GuardedParent, args, context as Context));
    };
    extensions.batch = guardedBatch;
    field.resolve = resolveOne(guardedBatch);
  }
  field.extensions = extensions;
  if (subscribe !== undefined) {
    field.subscribe = (parent, args, context, info) => {
      const error = check(args);
      return error === null ? subscribe(parent, args, context, info) : refuse(error, parent, args, context);
    };
  }
}

/**
 * Checks the limits of every text and list of every argument before anything else reads it: access rules read the
 * database by IDs, and both databases and Unicode functions fail or slow down on some texts. Wraps the resolvers once, at
 * start-up, after the access rules, so that it is the outermost. An error names the argument and its limit, which reveals
 * no data, so it needs no role.
 *
 * @throws MaxInputItemsUndeclared if a list has no maximum
 */
export function guardArguments(schema: GraphQLSchema): void {
  const rootOf = new Map<GraphQLObjectType | null | undefined, Root>([
    [schema.getQueryType(), 'query'],
    [schema.getMutationType(), 'mutation'],
    [schema.getSubscriptionType(), 'subscription'],
  ]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue;
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) describeLimit(field, maxItemsOfInputField(field));
    } else if (isObjectType(type)) {
      for (const field of Object.values(type.getFields())) guardField(type, field, rootOf.get(type) ?? null);
    }
  }
}
