import type { GraphQLField, GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';
import { Extensions } from 'type-graphql';

/** Resolves a field of many objects at once: a value for each parent in their order, an Error where it fails for one. */
export type BatchResolver<Parent, Context> = (
  parents: readonly Parent[],
  args: Record<string, unknown>,
  context: Context,
  info: GraphQLResolveInfo,
) => Promise<readonly unknown[]>;

/** Has read what a field of these parents will need, for as far as the caller may see it. Gives nothing, fails never. */
export type ReadAhead<Parent, Context> = (...given: Parameters<BatchResolver<Parent, Context>>) => void;

/** What identifies the object that a field gives; null where the caller may not see it. */
export type KeyOf<Parent, Context> = (parent: Parent, args: Record<string, unknown>, context: Context) => object | null;

type Extended = { extensions: Readonly<Record<string, unknown>> };

/**
 * The method takes a list of parents and gives a list of values, one for each. Where a list of objects is answered the
 * field is resolved once for all of them, so that its access is judged, its keys are gathered and its promise is
 * awaited once.
 *
 * `byKey`: of its parents it needs no more than what identifies them (`KeyKnown`), so it may be called for these
 * before they are read.
 */
export function Batched({ byKey = false }: { byKey?: boolean } = {}) {
  return Extensions({ isBatched: true, isByKey: byKey });
}

/**
 * What identifies the object that the field gives is known before it is read: an executor then has read with it what
 * the fields below need, those that are `Batched({ byKey: true })`. For a database beyond a network that is a round trip
 * less.
 */
export function KeyKnown<Parent, Args>(keyOf: (parent: Parent, args: Args) => object) {
  return Extensions({ keyOf });
}

export function isBatched({ extensions }: Extended): boolean {
  return extensions.isBatched === true;
}

export function isByKey({ extensions }: Extended): boolean {
  return extensions.isByKey === true;
}

/** Where an executor finds how to resolve the field of many parents, and how to have read what it needs. */
export function withBatch<Parent, Context>(
  { extensions }: GraphQLField<Parent, Context>,
  batch: BatchResolver<Parent, Context>,
  readAhead: ReadAhead<Parent, Context> | null,
): Record<string, unknown> {
  return { ...extensions, batch, readAhead };
}

export function batchOf({ extensions }: Extended): BatchResolver<unknown, unknown> | null {
  return (extensions.batch as BatchResolver<unknown, unknown> | undefined) ?? null;
}

export function readAheadOf({ extensions }: Extended): ReadAhead<unknown, unknown> | null {
  return (extensions.readAhead as ReadAhead<unknown, unknown> | undefined) ?? null;
}

export function keyOf<Parent, Context>({ extensions }: Extended): KeyOf<Parent, Context> | null {
  return (extensions.keyOf as KeyOf<Parent, Context> | undefined) ?? null;
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
