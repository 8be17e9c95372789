import {
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  GraphQLSchema,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { GatewayError } from '../../base/errors.ts';
import { inOrderOfArguments } from '../../base/input-problems.ts';
import { namedFailure } from '../../database/errors.ts';
import {
  isBatched,
  isByKey,
  type KeyOf,
  keyOf,
  type Prefetch,
  resolveOne,
  withBatch,
} from '../../execution/batched.ts';
import { byIdsOf } from '../../execution/by-ids.ts';
import type { Context } from '../context.ts';
import { guardedByIds } from './by-ids.ts';
import { allowAsking } from './can-access.ts';
import { type AccessFacts, accessChecker, checkAccess, holdsRoleOf, requireAccess, subjectOf } from './check.ts';
import { describeRule } from './describe.ts';
import { type PayloadObjects, payloadObjects, selectedObjects } from './payload-objects.ts';
import { type Batch, prefetch, resolveOrUsePrefetched, startIgnoringFailure } from './prefetch.ts';
import { type AccessRule, accessDirectives, type GuardedParent, type GuardedRule, type RoleRule } from './rule.ts';
import { guardedSubscribe } from './subscription-guard.ts';

type Resolver = GraphQLFieldResolver<GuardedParent, Context, Record<string, unknown>>;

/** Records a refused access, and returns its error. */
function recordRefusal(
  coordinate: string,
  { audit }: Context,
  parent: GuardedParent,
  error: GatewayError,
): GatewayError {
  audit.recordRefused(coordinate, parent, error);
  return error;
}

/** Records in the audit trail what a field returns, or that it fails, without waiting for the value. */
function audited(
  value: unknown,
  { audit }: Context,
  { coordinate, parent, ground }: { coordinate: string; parent: GuardedParent; ground: string },
): unknown {
  if (value instanceof Promise) {
    value.then(
      (given) => audit.recordReturned(coordinate, parent, ground, given),
      (error) => audit.recordRefused(coordinate, parent, error),
    );
  } else audit.recordReturned(coordinate, parent, ground, value);
  return value;
}

function guardedField(coordinate: string, rule: GuardedRule, resolve: Resolver, facts: AccessFacts): Resolver {
  return (parent, args, context, info) => {
    function act(decision: string | GatewayError): unknown {
      if (decision instanceof GatewayError) return recordRefusal(coordinate, context, parent, decision);
      context.audit.recordAllowed(coordinate, parent.bankId ?? null, decision);
      return audited(resolve(parent, args, context, info), context, { coordinate, parent, ground: decision });
    }

    const decision = checkAccess(rule, context, parent, facts);
    return decision instanceof Promise ? decision.then(act) : act(decision);
  };
}

/** Prefetches for parents whose field a role makes accessible. `guardedBatch` checks the access again for the loaded parents. */
function guardedPrefetch(rule: RoleRule, resolve: Batch): Prefetch<GuardedParent, Context> {
  return (keys, args, context, info) => {
    const seen = keys.filter(({ bankId = null }) => holdsRoleOf(rule, context, bankId));
    if (seen.length > 0) prefetch(resolve, seen, args, context, info);
  };
}

/** Checks the access for each parent, and resolves the field of the parents that the caller can access. */
function guardedBatch(
  coordinate: string,
  rule: GuardedRule,
  resolve: Batch,
  facts: AccessFacts,
  byKey: boolean,
): Batch {
  const resolveSeen: Batch = byKey ? (...given) => resolveOrUsePrefetched(resolve, ...given) : resolve;
  return async (parents, args, context, info) => {
    const { audit } = context;
    const decide = accessChecker(rule, context, facts);
    const decisions = parents.map(decide);
    const isDecided = (decision: (typeof decisions)[number]) => !(decision instanceof Promise);
    const settled = decisions.every(isDecided)
      ? (decisions as (string | GatewayError)[])
      : await Promise.all(decisions);
    const seen: GuardedParent[] = [];
    const values: unknown[] = parents.map((parent, index) => {
      const decision = settled[index];
      if (decision instanceof GatewayError) return recordRefusal(coordinate, context, parent, decision);
      audit.recordAllowed(coordinate, parent.bankId ?? null, decision ?? '');
      seen.push(parent);
      return undefined;
    });
    if (seen.length === 0) return values;
    const given = await resolvedAll(resolveSeen, seen, args, context, info);
    let next = 0;
    settled.forEach((ground, index) => {
      const parent = parents[index];
      if (ground instanceof GatewayError || parent === undefined) return;
      const value = given[next];
      next += 1;
      values[index] = value;
      if (value instanceof Error) audit.recordRefused(coordinate, parent, value);
      else audit.recordReturned(coordinate, parent, ground, value);
    });
    return values;
  };
}

/** A value for each parent, or the same error for each if `resolve` fails, so that refused parents keep their own error. */
async function resolvedAll(resolve: Batch, ...given: Parameters<Batch>): Promise<readonly unknown[]> {
  const [parents] = given;
  try {
    const values = await resolve(...given);
    if (values.length !== parents.length) throw new Error(`${values.length} values for ${parents.length} parents.`);
    return values;
  } catch (error) {
    const failure =
      error instanceof Error ? error : new Error('A value was thrown that is not an Error.', { cause: error });
    return parents.map(() => failure);
  }
}

/** Used only by the audit trail, because a field whose input names the bank checks the access itself. */
function bankOfInput({ input }: Record<string, unknown>): string | null {
  const { bankId } = (input ?? {}) as { bankId?: unknown };
  return typeof bankId === 'string' ? bankId : null;
}

/** Whether the text has the form of the gateway's own IDs, because a client can send any text. */
function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

function guardedQuery(coordinate: string, rule: GuardedRule, resolve: Resolver, facts: AccessFacts): Resolver {
  return async (root, args, context, info) => {
    const subject = subjectOf(args);
    const { audit } = context;
    const holdsRole = rule.kind === 'role' && rule.kycMaterial !== true && holdsRoleOf(rule, context, subject.bankId);
    // The bank is read together with the data. If it does not exist, the field fails with that error.
    const begun = holdsRole ? startIgnoringFailure(() => resolve(root, args, context, info)) : null;
    try {
      const ground = await requireAccess(rule, context, args, subject.bankId, facts);
      audit.recordAllowed(coordinate, subject.bankId, ground);
      const value: unknown = await (begun ?? resolve(root, args, context, info));
      audit.recordReturned(coordinate, subject, ground, value);
      return value;
    } catch (error) {
      audit.recordRefusedRoot(coordinate, subject, error);
      throw error;
    }
  };
}

function beginWrite(
  coordinate: string,
  args: Record<string, unknown>,
  { audit }: Context,
  payloadFields: readonly string[] = [],
): void {
  const subject = subjectOf(args);
  audit.beginWrite(coordinate, { ...subject, bankId: subject.bankId ?? bankOfInput(args) }, payloadFields);
  if (typeof args.userId === 'string' && isUuid(args.userId)) audit.addSubjectUser(args.userId);
}

/** Public mutation fields are recorded too, because they log users in and create them. */
function guardedMutation(
  coordinate: string,
  rule: AccessRule,
  resolve: Resolver,
  facts: AccessFacts,
  objects: PayloadObjects,
): Resolver {
  return async (root, args, context, info) => {
    const { audit } = context;
    // A login has an effect only on its own payload.
    context.setOwnUser(null);
    beginWrite(coordinate, args, context, selectedObjects(objects, info));
    try {
      const { bankId } = subjectOf(args);
      if (rule.kind !== 'public') audit.recordAllowedWrite(await requireAccess(rule, context, args, bankId, facts));
      const payload: unknown = await resolve(root, args, context, info);
      audit.endWrite(payload);
      return payload;
    } catch (failure) {
      const named = namedFailure(failure);
      const error = named instanceof GatewayError ? inOrderOfArguments(named, args) : named;
      // Without `committed`, the client would repeat the call.
      if (audit.isWritten && error instanceof GatewayError) error.extensions.committed = true;
      audit.failWrite(error);
      throw error;
    }
  };
}

/**
 * Records that the arguments of a field are invalid, as its other failures are, although its access rule was not
 * evaluated. Fails with `error`, except for a guarded field of objects: there it returns the error, with which the field fails for
 * this object only.
 */
export function recordInvalidArguments(
  { coordinate, rule, root }: { coordinate: string; rule: AccessRule; root: Root },
  error: GatewayError,
  { parent, args, context }: { parent: GuardedParent; args: Record<string, unknown>; context: Context },
): GatewayError {
  if (root === 'mutation') {
    beginWrite(coordinate, args, context);
    context.audit.failWrite(error);
  } else if (rule.kind !== 'public') {
    if (root === null) return recordRefusal(coordinate, context, parent, error);
    context.audit.recordRefusedRoot(coordinate, subjectOf(args), error);
  }
  throw error;
}

/** The ID of the bank at which access to a field is checked. */
type BankAsked = (parent: GuardedParent, args: Record<string, unknown>) => string | null;

/** Prefetches only for callers who hold a role. */
function guardedKeyOf(
  rule: AccessRule,
  find: KeyOf<GuardedParent, Context>,
  bankOf: BankAsked,
): KeyOf<GuardedParent, Context> {
  return (parent, args, context) =>
    rule.kind === 'role' && holdsRoleOf(rule, context, bankOf(parent, args)) ? find(parent, args, context) : null;
}

export type Root = 'query' | 'mutation' | 'subscription' | null;

function guarded(
  type: GraphQLObjectType,
  field: GraphQLField<GuardedParent, Context>,
  root: Root,
  facts: AccessFacts,
): Resolver {
  const coordinate = `${type.name}.${field.name}`;
  const rule = field.extensions.access as AccessRule | undefined;
  if (rule === undefined || field.resolve == null) throw new AccessUndeclared(coordinate, noRule);
  if (rule.kind !== 'public' && isNonNullType(field.type)) {
    throw new AccessUndeclared(coordinate, 'is guarded, so it must be nullable. Add nullable: true to it');
  }
  if (rule.kind !== 'public') allowAsking(field, coordinate, rule, facts);
  if (rule.kind !== 'public') field.description = `${field.description ?? ''} ${describeRule(rule)}`.trim();
  const findKey = keyOf<GuardedParent, Context>(field);
  if (findKey !== null) {
    const bankOf: BankAsked = (parent, args) => (root === null ? (parent.bankId ?? null) : subjectOf(args).bankId);
    field.extensions = { ...field.extensions, keyOf: guardedKeyOf(rule, findKey, bankOf) };
  }
  if (root === 'mutation') {
    return guardedMutation(coordinate, rule, field.resolve, facts, payloadObjects(field));
  }
  if (root === 'subscription') {
    const { subscribe } = field;
    if (rule.kind === 'public' || subscribe === undefined) throw new AccessUndeclared(coordinate, noSubscription);
    field.subscribe = guardedSubscribe(coordinate, rule, subscribe, facts);
    // Each event is judged, too.
    return guardedQuery(coordinate, rule, field.resolve, facts);
  }
  if (root === 'query') {
    if (rule.kind === 'public') return field.resolve;
    const byIds = byIdsOf(field);
    return byIds === null
      ? guardedQuery(coordinate, rule, field.resolve, facts)
      : guardedByIds(coordinate, rule, field.resolve, facts, byIds);
  }
  if (field.extensions.takesList === true && !isBatched(field)) {
    throw new AccessUndeclared(coordinate, 'takes a list of parents. Add @Batched() or @BatchedByKey() to its method');
  }
  if (isBatched(field)) {
    // The resolver of TypeGraphQL passes the parents to the method as its only parent.
    const resolveAll = field.resolve as unknown as Batch;
    const byKey = isByKey(field);
    const batch = rule.kind === 'public' ? resolveAll : guardedBatch(coordinate, rule, resolveAll, facts, byKey);
    const ahead = rule.kind === 'role' && byKey ? guardedPrefetch(rule, resolveAll) : null;
    field.extensions = withBatch(field, batch, ahead);
    return resolveOne(batch);
  }
  return rule.kind === 'public' ? field.resolve : guardedField(coordinate, rule, field.resolve, facts);
}

const noRule =
  'declares no access rule. Add @RequiresRole, @Authenticated or @Public to its method; if it is a plain field, add simpleResolvers: true to its @ObjectType';

const noSubscription = 'must have an access rule that is not public, and the option subscribe';

/** Stops the server, because a field without an access rule would be public, and a wrongly declared one would always fail. */
export class AccessUndeclared extends Error {
  constructor(coordinate: string, problem: string) {
    super(`${coordinate} ${problem}.`);
    this.name = 'AccessUndeclared';
  }
}

/**
 * Wraps each root field and each resolved field with its access rule, once at start-up, and adds the rule to its description.
 * Returns the schema with the directives that its SDL prints.
 * @throws AccessUndeclared if a field has no rule
 */
export function enforceAccess(schema: GraphQLSchema, role: GraphQLEnumType, facts: AccessFacts): GraphQLSchema {
  const rootOf = new Map<GraphQLObjectType | null | undefined, Root>([
    [schema.getQueryType(), 'query'],
    [schema.getMutationType(), 'mutation'],
    [schema.getSubscriptionType(), 'subscription'],
  ]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const root = rootOf.get(type) ?? null;
    for (const field of Object.values(type.getFields())) {
      if (root !== null || field.resolve !== undefined) field.resolve = guarded(type, field, root, facts);
    }
  }
  const config = schema.toConfig();
  return new GraphQLSchema({ ...config, directives: [...config.directives, ...accessDirectives(role)] });
}
