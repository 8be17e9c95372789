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
import { checksOf } from './argument-checks.ts';
import type { Context } from './context.ts';
import { findFurtherProblems, findFurtherProblemsOfAll } from './input-collection.ts';
import { maxItemsOfArgument, maxItemsOfInputField } from './max-input-items.ts';

function describeLimit(list: GraphQLArgument | GraphQLInputField, maxItems: number | undefined): void {
  if (maxItems !== undefined) list.description = `${list.description} At most ${maxItems.toLocaleString('en')} items.`;
}

type Arguments = Record<string, unknown>;

/** Puts the check around everything that a field does by its arguments: its resolver, its batch, and what it prefetches. */
function guardField(type: GraphQLObjectType, field: GraphQLField<GuardedParent, Context>, root: Root): void {
  const coordinate = `${type.name}.${field.name}`;
  for (const argument of field.args) describeLimit(argument, maxItemsOfArgument(field, argument.name));
  const rule = field.extensions.access as AccessRule;
  const checks = checksOf(coordinate, field, { isMutation: root === 'mutation', isPublic: rule?.kind === 'public' });
  const { resolve, subscribe } = field;
  if (checks === null || resolve === undefined) return;
  const { errorIn } = checks;
  const refuse = (error: GatewayError, parent: GuardedParent, args: Arguments, context: Context) =>
    recordInvalidArguments({ coordinate, rule, root }, error, {
      parent,
      args: checks.withoutInvalidIds(args),
      context,
    });

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
      const valid = checks.validPartOf(args);
      if (valid === null) return refuse(error, parent, args, context);
      return findFurtherProblems(error, args, () => resolve(parent, valid, context, info));
    };
  } else {
    const guardedBatch: typeof batch = async (parents, args, context, info) => {
      const error = errorIn(args);
      if (error === null) return batch(parents, args, context, info);
      const valid = checks.validPartOf(args);
      if (valid === null) {
        return parents.map((parent) => refuse(error, parent as GuardedParent, args, context as Context));
      }
      return findFurtherProblemsOfAll(error, args, parents, () => batch(parents, valid, context, info));
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
