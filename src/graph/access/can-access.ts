import type { GraphQLField } from 'graphql';
import { GatewayError } from '../../base/errors.ts';
import type { Context } from '../context.ts';
import { type AccessFacts, checkAccess } from './check.ts';
import type { GuardedParent, GuardedRule } from './rule.ts';

interface Check {
  coordinate: string;
  decide(context: Context, parent: GuardedParent): ReturnType<typeof checkAccess>;
}

const checks = new WeakMap<object, Check>();

/** Lets `canAccess` and `canShow` evaluate the access rule of a field. */
export function allowAsking(field: object, coordinate: string, rule: GuardedRule, facts: AccessFacts): void {
  checks.set(field, { coordinate, decide: (context, parent) => checkAccess(rule, context, parent, facts) });
}

/**
 * Whether the caller can access the field of the parent. It records nothing, so at most the name of the field must be returned because of
 * it. `canShow` is for its values.
 * Plain and public fields have no rule.
 */
export async function canAccess(
  field: GraphQLField<unknown, unknown>,
  context: Context,
  parent: GuardedParent,
): Promise<boolean> {
  return !((await checks.get(field)?.decide(context, parent)) instanceof GatewayError);
}

/**
 * Whether the caller can access the field of the parent, so that another field shows a value of it. Records the field and the role in the
 * audit trail.
 */
export async function canShow(
  field: GraphQLField<unknown, unknown>,
  context: Context,
  parent: GuardedParent,
): Promise<boolean> {
  const check = checks.get(field);
  if (check === undefined) return true;
  const ground = await check.decide(context, parent);
  if (ground instanceof GatewayError) return false;
  context.audit.recordShown(check.coordinate, parent, ground);
  return true;
}
