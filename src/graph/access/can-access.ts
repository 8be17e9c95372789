import type { GraphQLField } from 'graphql';
import { GatewayError } from '../../base/errors.ts';
import type { Context } from '../context.ts';
import { type AccessFacts, checkAccess } from './check.ts';
import type { GuardedParent, GuardedRule } from './rule.ts';

const checks = new WeakMap<object, (context: Context, parent: GuardedParent) => ReturnType<typeof checkAccess>>();

/** Lets `canAccess` evaluate the access rule of a field. */
export function allowAsking(field: object, rule: GuardedRule, facts: AccessFacts): void {
  checks.set(field, (context, parent) => checkAccess(rule, context, parent, facts));
}

/**
 * Whether the caller can access the field of the parent. It records nothing, so no data of the field must be returned because of it.
 * Plain and public fields have no rule.
 */
export async function canAccess(
  field: GraphQLField<unknown, unknown>,
  context: Context,
  parent: GuardedParent,
): Promise<boolean> {
  return !((await checks.get(field)?.(context, parent)) instanceof GatewayError);
}
