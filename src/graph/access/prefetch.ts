/**
 * Reads the fields of objects together with the objects themselves, as soon as their keys are known, which saves a round trip.
 * The values are returned only after the objects were found and the access was checked.
 */
import type { GraphQLResolveInfo } from 'graphql';
import type { BatchResolver } from '../../execution/batched.ts';
import type { Context } from '../context.ts';
import type { GuardedParent } from './rule.ts';

export type Batch = BatchResolver<GuardedParent, Context>;

interface Prefetched {
  keys: readonly GuardedParent[];
  values: Promise<unknown>;
}

/** The map keys identify the field in the operation. */
function makePrefetched(): Map<GraphQLResolveInfo['fieldNodes'], Prefetched> {
  return new Map();
}

/** Starts `work` now. A failure is reported only to a caller that awaits the promise. */
export function startIgnoringFailure(work: () => unknown): Promise<unknown> {
  const started = (async () => work())();
  started.catch(() => undefined);
  return started;
}

export function prefetch(resolve: Batch, ...given: Parameters<Batch>): void {
  const [keys, , context, info] = given;
  const values = startIgnoringFailure(() => resolve(...given));
  context.once(makePrefetched).set(info.fieldNodes, { keys, values });
}

function isSame(parent: GuardedParent, key: GuardedParent | undefined): boolean {
  return parent.id !== undefined && parent.id === key?.id && parent.bankId === key?.bankId;
}

/** Resolves the field, or returns the values that were prefetched for exactly these parents. */
export function resolveOrUsePrefetched(resolve: Batch, ...given: Parameters<Batch>): ReturnType<Batch> {
  const [parents, , context, info] = given;
  const prefetched = context.once(makePrefetched).get(info.fieldNodes);
  const isOfParents =
    prefetched?.keys.length === parents.length &&
    parents.every((parent, index) => isSame(parent, prefetched.keys[index]));
  return isOfParents ? (prefetched.values as ReturnType<Batch>) : resolve(...given);
}
