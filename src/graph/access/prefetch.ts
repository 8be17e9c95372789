/**
 * What is read of objects before they are: of whom only the keys are known, so that it takes no round trip of its own. It
 * is given to nobody before the objects themselves were found, and the caller was let in.
 */
import type { GraphQLResolveInfo } from 'graphql';
import type { BatchResolver } from '../../execution/batched.ts';
import type { Context } from '../context.ts';
import type { GuardedParent } from './rule.ts';

export type Batch = BatchResolver<GuardedParent, Context>;

interface Reading {
  keys: readonly GuardedParent[];
  values: Promise<unknown>;
}

/** By the field's place in the operation. */
function makeReadings(): Map<GraphQLResolveInfo['fieldNodes'], Reading> {
  return new Map();
}

/** Runs `work` at once; how it ends is for who awaits it, if anybody does. */
export function begin(work: () => unknown): Promise<unknown> {
  const begun = (async () => work())();
  begun.catch(() => undefined);
  return begun;
}

export function readAhead(resolve: Batch, ...given: Parameters<Batch>): void {
  const [keys, , context, info] = given;
  const values = begin(() => resolve(...given));
  context.once(makeReadings).set(info.fieldNodes, { keys, values });
}

function isSame(parent: GuardedParent, key: GuardedParent | undefined): boolean {
  return parent.id !== undefined && parent.id === key?.id && parent.bankId === key?.bankId;
}

/** Resolves the field, or gives what was read of it for these very parents. */
export function resolveOrTake(resolve: Batch, ...given: Parameters<Batch>): ReturnType<Batch> {
  const [parents, , context, info] = given;
  const reading = context.once(makeReadings).get(info.fieldNodes);
  const isOfThese =
    reading?.keys.length === parents.length && parents.every((parent, index) => isSame(parent, reading.keys[index]));
  return isOfThese ? (reading.values as ReturnType<Batch>) : resolve(...given);
}
