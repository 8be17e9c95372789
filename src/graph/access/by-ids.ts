import type { GraphQLFieldResolver } from 'graphql';
import { GatewayError, gatewayError } from '../../base/errors.ts';
import { brokenIdRule } from '../../base/values.ts';
import type { ReadByIds } from '../../execution/by-ids.ts';
import type { Context } from '../context.ts';
import { type AccessFacts, holdsRoleOf, requireBank, requireGround, subjectOf } from './check.ts';
import { startIgnoringFailure } from './prefetch.ts';
import type { GuardedParent, GuardedRule } from './rule.ts';

type Resolver = GraphQLFieldResolver<GuardedParent, Context, Record<string, unknown>>;

/** The error as a value, so that one refused ID does not fail the others. */
async function orRefusal<Value>(decided: Promise<Value>): Promise<Value | GatewayError> {
  try {
    return await decided;
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}

/** The errors of the texts that cannot be IDs, by which nothing is read. */
function invalidIds(argument: string, ids: readonly string[]): [id: string, GatewayError][] {
  return [...new Set(ids)].flatMap((id) => {
    const rule = brokenIdRule(id);
    if (rule === null) return [];
    return [[id, gatewayError('OBP-10001', { field: `${argument}[${ids.indexOf(id)}]`, rule })]];
  });
}

/**
 * Checks and records the access to each ID as the field that reads a single object does, and resolves all IDs together. The
 * field itself only fails without a caller, without the bank, or if the resolver fails.
 */
export function guardedByIds(
  coordinate: string,
  rule: GuardedRule,
  resolve: Resolver,
  facts: AccessFacts,
  { argument, single }: ReadByIds,
): Resolver {
  return async (root, args, context, info) => {
    const { audit } = context;
    const ids = args[argument] as readonly string[];
    const found = new Map<string, unknown>(invalidIds(argument, ids));
    const distinct = [...new Set(ids)].filter((id) => !found.has(id));
    const argumentsOf = (id: string) => ({ ...args, [argument]: undefined, [single]: id });
    const subjects = new Map(distinct.map((id) => [id, subjectOf(argumentsOf(id))]));
    const { bankId } = subjectOf(args);
    const resolveAll = async (some: readonly string[]) =>
      some.length === 0 ? [] : ((await resolve(root, { ...args, [argument]: some }, context, info)) as unknown[]);
    const holdsRole = rule.kind === 'role' && rule.kycMaterial !== true && holdsRoleOf(rule, context, bankId);
    // The bank is read together with the data, as by a field that reads a single object.
    const begun = holdsRole ? startIgnoringFailure(() => resolveAll(distinct)) : null;
    const grounds = new Map<string, string>();
    try {
      await requireBank(rule, context, bankId, facts);
      const decisions = await Promise.all(
        distinct.map((id) => orRefusal(requireGround(rule, context, argumentsOf(id), bankId, facts))),
      );
      distinct.forEach((id, index) => {
        const decision = decisions[index] ?? '';
        if (decision instanceof GatewayError) found.set(id, decision);
        else grounds.set(id, decision);
      });
      const values = (await (begun ?? resolveAll([...grounds.keys()]))) as unknown[];
      [...grounds.keys()].forEach((id, index) => {
        found.set(id, values[index]);
      });
    } catch (error) {
      for (const id of distinct) audit.recordRefusedRoot(coordinate, subjects.get(id) ?? {}, error);
      if (distinct.length === 0) audit.recordRefusedRoot(coordinate, { bankId }, error);
      throw error;
    }
    for (const [id, value] of found) {
      const subject = subjects.get(id) ?? { bankId };
      const ground = grounds.get(id);
      if (ground !== undefined) audit.recordAllowed(coordinate, bankId, ground);
      if (value instanceof Error || ground === undefined) audit.recordRefusedRoot(coordinate, subject, value);
      else audit.recordReturned(coordinate, subject, ground, value);
    }
    return ids.map((id) => found.get(id));
  };
}
