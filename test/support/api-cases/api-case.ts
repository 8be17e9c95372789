import { expect } from 'vitest';
import type { Role } from '../../../src/base/roles.ts';
import type { World } from '../every-entity.ts';

export type Variables = Record<string, unknown>;

/** A call that fails with an error. Omitted parts are as in the successful call. */
export interface Refusal {
  /** Overrides variables of the successful call. */
  variables?(world: World): Variables;
  /** Returns the token of the caller. */
  caller?(world: World): string | Promise<string>;
  /** Replaces the operation. */
  document?: string;
  /** Overrides environment variables. The call is sent to a separate gateway. */
  environment?: Record<string, string>;
}

/** The successful call of a root field, and the calls that fail with its specific errors. */
export interface ApiCase {
  variables(world: World): Variables;
  /** Overrides variables if the caller accesses their own data without a role. */
  ownVariables?(world: World): Variables;
  /** The selection of the field, without braces. */
  selection: string;
  /** The expected value of the field. */
  result(world: World): unknown;
  /** Whether the call fails for every caller without a role, although the field accepts authenticated callers. */
  isByRoleOnly?: true;
  /** Roles that the selection or a part of the input requires, in addition to one of the field's roles. */
  alsoRoles?: readonly Role[];
  refusals?: Record<string, Refusal>;
  /** Overrides variables for a different write with the same idempotency key, if a different ID is not enough. */
  otherVariables?(world: World): Variables;
  /** Overrides variables so that an existing object in version 1 is updated instead of a new one being created. */
  existingVariables?(world: World): Variables;
}

export const anId = expect.any(String);
export const aTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);

export const ofBank = ({ bankId }: World) => ({ bankId });
export const ofCustomer = ({ bankId, customerId }: World) => ({ bankId, customerId });
export const idOfCustomer = ({ customerId }: World) => ({ id: customerId });

export const readCustomer: readonly Role[] = ['CanGetCustomer'];
export const userLinkSelection = 'userCustomerLink { id userId isActive version } customer { id }';

/** A call that GraphQL itself refuses, because a required variable is null. */
export const without = (name: string): Refusal => ({ variables: () => ({ [name]: null }) });

/** A call with an invalid field in its input. */
export function badInput(variables: (world: World) => Variables, change: Variables): Refusal {
  return changed(variables, () => change);
}

/** A call with a changed field in its input. */
export function changed(variables: (world: World) => Variables, change: (world: World) => Variables): Refusal {
  return { variables: (world) => ({ input: { ...(variables(world).input as Variables), ...change(world) } }) };
}

/** The case of a list that belongs to a customer. */
export function listOfCustomer(selection: string, result: ApiCase['result'], rest: Partial<ApiCase> = {}): ApiCase {
  return { variables: ofCustomer, selection, result, ...rest };
}
