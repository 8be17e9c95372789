import type { GraphQLField, GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';
import { Extensions } from 'type-graphql';

/** Resolves a field of many objects at once: a value for each parent in their order, an Error where it fails for one. */
export type BatchResolver<Parent, Context> = (
  parents: readonly Parent[],
  args: Record<string, unknown>,
  context: Context,
  info: GraphQLResolveInfo,
) => Promise<readonly unknown[]>;

/**
 * The method takes a list of parents and gives a list of values, one for each. Where a list of objects is answered the
 * field is resolved once for all of them, so that its access is judged, its keys are gathered and its promise is
 * awaited once.
 */
export function Batched() {
  return Extensions({ isBatched: true });
}

export function isBatched({ extensions }: { extensions: Readonly<Record<string, unknown>> }): boolean {
  return extensions.isBatched === true;
}

/** Where an executor finds how to resolve the field of many parents. */
export function withBatch<Parent, Context>(
  { extensions }: GraphQLField<Parent, Context>,
  batch: BatchResolver<Parent, Context>,
): Record<string, unknown> {
  return { ...extensions, batch };
}

export function batchOf({ extensions }: GraphQLField<unknown, unknown>): BatchResolver<unknown, unknown> | undefined {
  return extensions.batch as BatchResolver<unknown, unknown> | undefined;
}

/** For an executor that knows no batches, such as graphql-js: loaders gather the keys of all parents all the same. */
export function resolveOne<Parent, Context>(
  batch: BatchResolver<Parent, Context>,
): GraphQLFieldResolver<Parent, Context, Record<string, unknown>> {
  return async (parent, args, context, info) => {
    const [value] = await batch([parent], args, context, info);
    return value;
  };
}
