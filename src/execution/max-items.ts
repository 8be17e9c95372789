import { setImmediate } from 'node:timers/promises';
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNullableType,
  isIntrospectionType,
  isListType,
  isObjectType,
} from 'graphql';
import { Extensions } from 'type-graphql';
import { type GatewayError, gatewayError } from '../base/errors.ts';
import type { AnswerMeter } from './answer-meter.ts';
import { isBatched } from './batched.ts';

/** The part of an operation's context that execution needs. */
export interface Metered {
  readonly answer: AnswerMeter;
}

/** The maximum length of a list without `MaxItems`. */
export const defaultMaxItems = 500;

/**
 * Declares the maximum length of a list. A longer list fails with TOO_MANY_ITEMS. If it is `readByBank`, the message refers to the
 * argument `bankId`.
 */
export function MaxItems(maxItems: number, { readByBank = false } = {}) {
  return Extensions({ maxItems, isReadByBank: readByBank });
}

type Field = Pick<GraphQLField<unknown, unknown>, 'name' | 'extensions'>;

/** The maximum length of the lists that the field returns. Introspection is bounded by the schema. */
export function maxItemsOf({ extensions }: Field, parentType: GraphQLObjectType): number {
  if (isIntrospectionType(parentType)) return Number.POSITIVE_INFINITY;
  return (extensions.maxItems as number | undefined) ?? defaultMaxItems;
}

export function tooManyItems({ name, extensions }: Field, limit: number): GatewayError {
  const detail = extensions.isReadByBank === true ? 'RESULT_BY_BANK' : 'RESULT';
  return gatewayError('TOO_MANY_ITEMS', { detail, schemaField: name, limit });
}

/** The number of items between two pauses. Recording them in the audit trail and completing them takes some milliseconds. */
const itemsBetweenPauses = 5_000;

/** Whether the lists of a batch have so many items that other requests must be handled first. */
function isLarge(lists: unknown): boolean {
  if (!Array.isArray(lists)) return false;
  let count = 0;
  for (const list of lists) if (Array.isArray(list)) count += list.length;
  return count > itemsBetweenPauses;
}

/** Returns the lists after a pause, or nulls if the operation was stopped in the meantime. */
async function afterPause({ answer }: Partial<Metered>, lists: unknown): Promise<unknown> {
  await setImmediate();
  return answer?.isStopped === true && Array.isArray(lists) ? lists.map(() => null) : lists;
}

/**
 * Makes resolvers of lists fail if a list is too long. Wraps them once at start-up, before the access rules, so that the
 * audit trail records the failure. Executors check the other lists, which are properties of their parents.
 */
export function limitLists(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field;
      if (resolve === undefined || !isListType(getNullableType(field.type))) continue;
      const limit = maxItemsOf(field, type);
      const isTooLong = (value: unknown) => Array.isArray(value) && value.length > limit;
      const limited = (value: unknown) => {
        if (isTooLong(value)) throw tooManyItems(field, limit);
        return value;
      };
      const limitedEach = (values: unknown) => {
        if (!Array.isArray(values) || !values.some(isTooLong)) return values;
        return values.map((value) => (isTooLong(value) ? tooManyItems(field, limit) : value));
      };
      const check = isBatched(field) ? limitedEach : limited;
      field.resolve = (parent, args, context: Partial<Metered>, info) => {
        const value: unknown = resolve(parent, args, context, info);
        if (!(value instanceof Promise)) return check(value);
        return value.then((values) => (isLarge(values) ? afterPause(context, check(values)) : check(values)));
      };
    }
  }
}
