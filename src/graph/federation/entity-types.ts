import type { GatewayError, PlainErrorKey } from '../../base/errors.ts';
import type { GuardedParent } from '../access/rule.ts';
import type { Context } from '../context.ts';

/** An object that other subgraphs refer to. Its bank, customer, account, and user are those for access checks. */
export type Entity = GuardedParent & object;

/** A type whose objects other subgraphs can refer to by their `id`. */
export interface EntityType {
  /** The field of `Query` whose access rule applies to the objects. */
  rootField: string;
  /** The parent for checks of the caller's own data, before the object is read. Null if no object can have this ID. */
  parentOf(id: string): GuardedParent | null;
  /** Loads the objects with one statement. Null for each ID that no object has. */
  load(context: Context, ids: readonly string[]): Promise<readonly (Entity | null)[]>;
  /** The error for an unknown ID, and for an object at a bank where the caller has no role. A function if it names the ID. */
  notFound: PlainErrorKey | ((id: string) => GatewayError);
}

/** The types by their names. */
export type EntityTypes = Readonly<Record<string, EntityType>>;
