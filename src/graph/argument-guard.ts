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
import type { GatewayError } from '../base/errors.ts';
import { batchOf, keyOf, prefetchOf, resolveOne } from '../execution/batched.ts';
import { type Root, recordInvalidArguments } from './access/guard.ts';
import type { AccessRule, GuardedParent } from './access/rule.ts';
import { errorOfViolations, violationsIn, withoutInvalidTexts } from './argument-violations.ts';
import type { Context } from './context.ts';
import { findFurtherProblems } from './input-collection.ts';
import { shapeOf } from './input-shape.ts';
import { maxItemsOfArgument, maxItemsOfInputField } from './max-input-items.ts';

type Arguments = Record<string, unknown>;

interface Checks {
  /** The error that lists all problems of the arguments; null if they are valid. */
  errorIn(args: Arguments): GatewayError | null;
  /** The arguments without the invalid texts of `input`; null if other arguments are invalid, or other values. */
  withoutInvalidTexts(args: Arguments): Arguments | null;
}

/** The checks of the arguments of a field; null if nothing in them has a limit. */
function checksOf(coordinate: string, field: GraphQLField<unknown, Context>): Checks | null {
  const shapes = field.args.flatMap(({ name, type }) => {
    const shape = shapeOf(type, maxItemsOfArgument(field, name), `${coordinate}(${name}:)`);
    return shape === null ? [] : [[name, shape] as const];
  });
  if (shapes.length === 0) return null;
  const violationsOf = (args: Arguments) =>
    shapes.flatMap(([name, shape]) => violationsIn(shape, args[name]).map((violation) => [name, violation] as const));
  return {
    errorIn: (args) => errorOfViolations(violationsOf(args)),
    withoutInvalidTexts(args) {
      const isRest = violationsOf(args).every(([name, { isOfText }]) => name === 'input' && isOfText);
      const shape = shapes.find(([name]) => name === 'input')?.[1];
      return isRest && shape !== undefined ? { ...args, input: withoutInvalidTexts(shape, args.input) } : null;
    },
  };
}

function describeLimit(list: GraphQLArgument | GraphQLInputField, maxItems: number | undefined): void {
  if (maxItems !== undefined) list.description = `${list.description} At most ${maxItems.toLocaleString('en')} items.`;
}

/** Puts the check around everything that a field does by its arguments: its resolver, its batch, and what it prefetches. */
function guardField(type: GraphQLObjectType, field: GraphQLField<GuardedParent, Context>, root: Root): void {
  const coordinate = `${type.name}.${field.name}`;
  for (const argument of field.args) describeLimit(argument, maxItemsOfArgument(field, argument.name));
  const checks = checksOf(coordinate, field as GraphQLField<unknown, Context>);
  const { resolve, subscribe } = field;
  if (checks === null || resolve === undefined) return;
  const { errorIn } = checks;
  const rule = field.extensions.access as AccessRule;
  const refuse = (error: GatewayError, parent: GuardedParent, args: Arguments, context: Context) =>
    recordInvalidArguments({ coordinate, rule, root }, error, { parent, args, context });

  const findKey = keyOf<GuardedParent, Context>(field);
  const prefetch = prefetchOf(field);
  const extensions: Record<string, unknown> = { ...field.extensions };
  if (findKey !== null) {
    extensions.keyOf = ((parent, args, context) =>
      errorIn(args) === null ? findKey(parent, args, context) : null) satisfies typeof findKey;
  }
  if (prefetch !== null) {
    extensions.prefetch = ((keys, args, context, info) => {
      if (errorIn(args) === null) prefetch(keys, args, context, info);
    }) satisfies typeof prefetch;
  }
  const batch = batchOf(field);
  if (batch === null) {
    field.resolve = (parent, args, context, info) => {
      const error = errorIn(args);
      if (error === null) return resolve(parent, args, context, info);
      const valid = root === 'mutation' ? checks.withoutInvalidTexts(args) : null;
      if (valid === null) return refuse(error, parent, args, context);
      return findFurtherProblems(error, () => resolve(parent, valid, context, info));
    };
  } else {
    const guardedBatch: typeof batch = async (parents, args, context, info) => {
      const error = errorIn(args);
      if (error === null) return batch(parents, args, context, info);
      return parents.map((parent) => refuse(error, parent as GuardedParent, args, context as Context));
    };
    extensions.batch = guardedBatch;
    field.resolve = resolveOne(guardedBatch);
  }
  field.extensions = extensions;
  if (subscribe !== undefined) {
    field.subscribe = (parent, args, context, info) => {
      const error = errorIn(args);
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
