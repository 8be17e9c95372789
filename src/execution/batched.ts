import type { GraphQLField, GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';
import { Extensions } from 'type-graphql';

/**
 * Resolves a field of many parents with one call. Returns a value for each parent, in the same order, which is an Error if the field
 * fails for this parent.
 */
export type BatchResolver<Parent, Context> = (
  parents: readonly Parent[],
  args: Record<string, unknown>,
  context: Context,
  info: GraphQLResolveInfo,
) => Promise<readonly unknown[]>;

/** Starts to read what a field of these parents will need, as far as the caller can access it. Never throws. */
export type Prefetch<Parent, Context> = (...args: Parameters<BatchResolver<Parent, Context>>) => void;

/** Returns the key of the object that a field returns. Null if the caller cannot access the object. */
export type KeyOf<Parent, Context> = (parent: Parent, args: Record<string, unknown>, context: Context) => object | null;

type Extended = { extensions: Readonly<Record<string, unknown>> };

/** Accepts a method that resolves a list of parents and needs only the `Key` of each. Otherwise, a text that the compiler shows. */
type BatchedMethod<Method, Key> = Method extends (parents: infer Parents, ...others: never[]) => infer Values
  ? Parents extends readonly (infer Parent)[]
    ? [Key] extends [Parent]
      ? Values extends Promise<readonly unknown[]>
        ? unknown
        : 'A batched method returns a promise of a list, with a value for each parent.'
      : 'A method that is batched by key reads no more of its parents than the key.'
    : 'A batched method takes a list of parents.'
  : 'A batched method takes a list of parents.';

type BatchedDecorator<Key> = <Method>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<Method> & BatchedMethod<Method, Key>,
) => void;

function batched<Key>(extensions: Record<string, unknown>): BatchedDecorator<Key> {
  return (target, name, descriptor) => (Extensions(extensions) as MethodDecorator)(target, name, descriptor);
}

/**
 * The method takes a list of parents and returns a promise of a list of values, one for each parent. In a list of objects,
 * the field is resolved once for all of them, so its access is checked, its keys are collected, and its promise is awaited
 * only once.
 */
export function Batched(): BatchedDecorator<never> {
  return batched({ isBatched: true });
}

/**
 * Like `Batched`, for a method that reads no more of its parents than `Key`. An executor can call it with the keys of
 * `PrefetchKey` before the parents are read.
 *
 * @example @BatchedByKey<CustomerKey>()
 */
export function BatchedByKey<Key>(): BatchedDecorator<Key> {
  return batched({ isBatched: true, isByKey: true });
}

/**
 * The key of the object that the field returns is known before the object is read. An executor then reads the fields below
 * that are `BatchedByKey` together with the object, which saves a round trip to the database.
 */
export function PrefetchKey<Parent, Args>(keyOf: (parent: Parent, args: Args) => object) {
  return Extensions({ keyOf });
}

export function isBatched({ extensions }: Extended): boolean {
  return extensions.isBatched === true;
}

export function isByKey({ extensions }: Extended): boolean {
  return extensions.isByKey === true;
}

/** Adds to the extensions of a field how an executor resolves and prefetches the field for many parents. */
export function withBatch<Parent, Context>(
  { extensions }: GraphQLField<Parent, Context>,
  batch: BatchResolver<Parent, Context>,
  prefetch: Prefetch<Parent, Context> | null,
): Record<string, unknown> {
  return { ...extensions, batch, prefetch };
}

export function batchOf({ extensions }: Extended): BatchResolver<unknown, unknown> | null {
  return (extensions.batch as BatchResolver<unknown, unknown> | undefined) ?? null;
}

export function prefetchOf({ extensions }: Extended): Prefetch<unknown, unknown> | null {
  return (extensions.prefetch as Prefetch<unknown, unknown> | undefined) ?? null;
}

export function keyOf<Parent, Context>({ extensions }: Extended): KeyOf<Parent, Context> | null {
  return (extensions.keyOf as KeyOf<Parent, Context> | undefined) ?? null;
}

/** Resolves a batched field for one parent, because graphql-js does not know batches. Loaders still collect the keys of all parents. */
export function resolveOne<Parent, Context>(
  batch: BatchResolver<Parent, Context>,
): GraphQLFieldResolver<Parent, Context, Record<string, unknown>> {
  return async (parent, args, context, info) => {
    const [value] = await batch([parent], args, context, info);
    return value;
  };
}
