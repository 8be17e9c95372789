import type { GraphQLField } from 'graphql';
import { Extensions } from 'type-graphql';

/** The arguments of a field that reads objects by their IDs. */
export interface ReadByIds {
  /** The argument with the IDs, such as `customerIds`. */
  argument: string;
  /** The name of one of them in the field that reads a single object, such as `customerId`. */
  single: string;
}

/**
 * The field returns an object for each ID of the argument, in the same order. Its method is called once, with each ID once, and
 * returns a promise of a list with an object or an Error for each. The access is checked for each ID, as by the field that
 * reads a single object.
 *
 * @example @ByIds('customerIds', 'customerId')
 */
export function ByIds(argument: string, single: string): MethodDecorator {
  return Extensions({ byIds: { argument, single } satisfies ReadByIds });
}

export function byIdsOf({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): ReadByIds | null {
  return (extensions.byIds as ReadByIds | undefined) ?? null;
}

/** The argument whose length is the number of objects that the field returns. Null if there is none. */
export function listArgumentOf(field: Pick<GraphQLField<unknown, unknown>, 'extensions'>): string | null {
  return byIdsOf(field)?.argument ?? (field.extensions.listArgument as string | undefined) ?? null;
}
