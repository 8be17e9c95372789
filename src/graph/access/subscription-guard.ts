import type { GraphQLFieldResolver } from 'graphql';
import type { Context } from '../context.ts';
import { EventSource } from '../event-source.ts';
import { type AccessFacts, requireAccess, subjectOf } from './check.ts';
import type { GuardedParent, GuardedRule } from './rule.ts';

type Subscribe = GraphQLFieldResolver<GuardedParent, Context, Record<string, unknown>>;

/** Runs `work`. Its failure is recorded in the audit trail of the context. */
async function recorded<Result>(
  { audit }: Context,
  { coordinate, args }: { coordinate: string; args: Record<string, unknown> },
  work: () => Result,
): Promise<Awaited<Result>> {
  try {
    return await work();
  } catch (error) {
    audit.recordRefusedRoot(coordinate, subjectOf(args), error);
    throw error;
  }
}

/** A function of its own, so that the result does not keep the context of the request in memory. */
function judgeOf(coordinate: string, rule: GuardedRule, args: Record<string, unknown>, facts: AccessFacts) {
  const { bankId } = subjectOf(args);
  return async (context: Context): Promise<void> => {
    await recorded(context, { coordinate, args }, () => requireAccess(rule, context, args, bankId, facts));
  };
}

/**
 * Checks the access when a subscription begins. The live updates call `judge` of the source again later, because the entitlements of
 * the caller can change while there is no event.
 */
export function guardedSubscribe(
  coordinate: string,
  rule: GuardedRule,
  subscribe: Subscribe,
  facts: AccessFacts,
): Subscribe {
  return async (root, args, context, info) => {
    const judge = judgeOf(coordinate, rule, args, facts);
    await judge(context);
    const source: unknown = await recorded(context, { coordinate, args }, () => subscribe(root, args, context, info));
    if (!(source instanceof EventSource)) throw new Error(`${coordinate} must return an EventSource.`);
    source.judge = judge;
    return source;
  };
}
