import {
  DirectiveLocation,
  GraphQLBoolean,
  GraphQLDirective,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLFieldResolver,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLObjectType,
  GraphQLSchema,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { Directive, Extensions } from 'type-graphql';
import type { Context } from '../context.ts';
import { GatewayError, gatewayError } from '../errors.ts';
import { isBatched, isByKey, type KeyOf, keyOf, type ReadAhead, resolveOne, withBatch } from '../execution/batched.ts';
import { heldRole } from './authenticate.ts';
import { type PayloadObjects, payloadObjects, selectedObjects } from './payload-objects.ts';
import { type Batch, begin, readAhead, resolveOrTake } from './read-ahead.ts';
import type { Role } from './roles.ts';

/** Who else may, without a role: how a rule is widened to people for whom the data is their own. */
interface OwnAccess {
  /** The caller has an active link to the customer. */
  orLinkedUser?: boolean;
  /** The caller is a holder of the account. */
  orHolder?: boolean;
  /** The caller is the user. */
  orSelf?: boolean;
}

export interface RoleOptions extends OwnAccess {
  /** Where the bank wants a reason for KYC material, the request has to say it. */
  kycMaterial?: boolean;
}

type RoleRule = { kind: 'role'; anyOf: readonly Role[] } & RoleOptions;
export type AccessRule = { kind: 'public' } | { kind: 'authenticated'; anyOf: readonly Role[] } | RoleRule;
type GuardedRule = Exclude<AccessRule, { kind: 'public' }>;

/** How each own access is judged; the resolvers of the nouns provide it (`provideOwnAccess`). */
type OwnAccessCheck = (context: Context, parent: GuardedParent) => boolean | Promise<boolean>;

/** What a guarded field's parent tells of itself: at which bank it is, and whose. */
export interface GuardedParent {
  id?: string;
  bankId?: string | null;
  customerId?: string | null;
  accountId?: string | null;
  userId?: string | null;
}

const ownAccessChecks: Record<keyof OwnAccess, OwnAccessCheck> = {
  orLinkedUser: () => false,
  orHolder: () => false,
  orSelf: (context, parent) => context.user !== null && parent.userId === context.user.id,
};

/** The nouns know who is linked and who holds; access does not import them. */
export function provideOwnAccess(kind: keyof OwnAccess, check: OwnAccessCheck): void {
  ownAccessChecks[kind] = check;
}

function declare(rule: AccessRule, directive: string): MethodDecorator & PropertyDecorator {
  return (target: object, key: string | symbol, descriptor?: PropertyDescriptor) => {
    (Directive(directive) as MethodDecorator)(target, key, descriptor ?? {});
    (Extensions({ access: rule }) as MethodDecorator)(target, key, descriptor ?? {});
  };
}

/** Anybody may, without logging in. */
export function Public() {
  return declare({ kind: 'public' }, '@public');
}

/**
 * Any authenticated user can access the field: a root field only for their own data, another field on every object that they
 * can read. With one of the roles of `anyOf` the field returns more: its resolver asks `holdsAny`.
 */
export function Authenticated(...anyOf: Role[]) {
  return declare(
    { kind: 'authenticated', anyOf },
    anyOf.length === 0 ? '@authenticated' : `@authenticated(anyOf: [${anyOf.join(', ')}])`,
  );
}

/**
 * Who holds any one of these roles may: a bank role at the bank of the argument `bankId`, else at the parent's bank; a
 * system role without a bank. `options` widen this to people for whom the data is their own.
 *
 * @example @RequiresRole(['CanGetCustomerAddress'], { orLinkedUser: true })
 */
export function RequiresRole(anyOf: Role[], options: RoleOptions = {}) {
  const flags = Object.entries(options).map(([flag, given]) => `, ${flag}: ${given}`);
  return declare({ kind: 'role', anyOf, ...options }, `@requiresRole(anyOf: [${anyOf.join(', ')}]${flags.join('')})`);
}

/** The directives as the SDL prints them; their roles are the enum that the schema already has. */
function accessDirectives(role: GraphQLEnumType): GraphQLDirective[] {
  const locations = [DirectiveLocation.FIELD_DEFINITION];
  const roles = new GraphQLList(new GraphQLNonNull(role));
  const flag = { type: GraphQLBoolean, defaultValue: false };
  return [
    new GraphQLDirective({ name: 'public', locations, description: 'Anybody may, without logging in.' }),
    new GraphQLDirective({
      name: 'authenticated',
      locations,
      description:
        "Any authenticated caller can access this field: a root field only for the caller's own data, another field on every object that the caller can read. With one of the roles in `anyOf`, the field returns more.",
      args: { anyOf: { type: roles, description: 'Roles that widen the answer beyond what is the caller’s own.' } },
    }),
    new GraphQLDirective({
      name: 'requiresRole',
      locations,
      description:
        'Who holds any one of these roles may: a bank role at the bank of the argument bankId, else at the bank of the parent; a system role without a bank.',
      args: {
        anyOf: { type: new GraphQLNonNull(roles), description: 'Any one of these roles is enough.' },
        orLinkedUser: { ...flag, description: 'Or who has an active link to the customer.' },
        orHolder: { ...flag, description: 'Or who holds the account.' },
        orSelf: { ...flag, description: 'Or who is the user.' },
        kycMaterial: {
          ...flag,
          description: 'Where the bank wants a reason for KYC material, it has to be in the header X-Reason.',
        },
      },
    }),
  ];
}

function refusal(rule: AccessRule, context: Context, bankId: string | null): GatewayError {
  if (context.user === null) return gatewayError('OBP-20001');
  const missingRoles = rule.kind === 'role' ? [...rule.anyOf] : [];
  return gatewayError('OBP-20006', bankId === null ? { missingRoles } : { missingRoles, bankId });
}

/** The number of refusals that an answer reports for each field and bank. Further ones are reported once for each field. */
const maxReportedRefusals = 100;

/**
 * A refusal costs the field, not the answer: it is reported at its first path and counted after that. Null where it was
 * reported.
 */
function refused(
  coordinate: string,
  context: Context,
  parent: GuardedParent,
  error: GatewayError,
): GatewayError | null {
  context.audit.refuse(coordinate, parent, error);
  const ofBank = `${error.key} ${coordinate} ${parent.bankId ?? ''}`;
  const isForAllBanks = context.refusals.size >= maxReportedRefusals && !context.refusals.has(ofBank);
  const key = isForAllBanks ? `${error.key} ${coordinate}` : ofBank;
  const reported = context.refusals.get(key);
  if (reported !== undefined) {
    reported.extensions.count = Number(reported.extensions.count) + 1;
    return null;
  }
  error.extensions.count = 1;
  if (isForAllBanks) delete error.extensions.bankId;
  context.refusals.set(key, error);
  return error;
}

type Resolver = GraphQLFieldResolver<GuardedParent, Context, Record<string, unknown>>;

/** What access asks of banks; the noun provides it, as access does not import it. */
export interface BankRules {
  /** Fails where there is no such bank: banks are public, so that is said before any role is asked for. */
  check(context: Context, bankId: string): Promise<void>;
  /** Whether the bank gives KYC material only to who says why. */
  wantsReason(context: Context, bankId: string): boolean | Promise<boolean>;
  /** Whose customer that is; null where there is none. */
  ofCustomer(context: Context, customerId: string): Promise<string | null>;
}

/** On what ground `rule` lets the caller in: a role, or that the data is their own. A promise only where it takes a look. */
function groundOf(
  rule: GuardedRule,
  context: Context,
  parent: GuardedParent,
  bankId: string | null,
): string | null | Promise<string | null> {
  if (context.user === null) return null;
  if (rule.kind === 'authenticated') return 'authenticated';
  const role = heldRole(context.user, rule.anyOf, bankId);
  if (role !== undefined) return role;
  const checks = (['orSelf', 'orLinkedUser', 'orHolder'] as const).filter((kind) => rule[kind] === true);
  return checks.length === 0 ? null : ownGround(checks, context, parent);
}

async function ownGround(kinds: (keyof OwnAccess)[], context: Context, parent: GuardedParent): Promise<string | null> {
  for (const kind of kinds) if (await ownAccessChecks[kind](context, parent)) return kind;
  return null;
}

function reasonRequired(bankId: string): GatewayError {
  return gatewayError('REASON_REQUIRED', { bankId });
}

/** Tells the audit trail what a field gives, or that it fails; the value goes its way meanwhile. */
function audited(
  value: unknown,
  { audit }: Context,
  { coordinate, parent, ground }: { coordinate: string; parent: GuardedParent; ground: string },
): unknown {
  if (value instanceof Promise) {
    value.then(
      (given) => audit.give(coordinate, parent, ground, given),
      (error) => audit.refuse(coordinate, parent, error),
    );
  } else audit.give(coordinate, parent, ground, value);
  return value;
}

/** The ground on which a field of `parent` lets the caller in, or why it does not. A promise only where it takes a look. */
function decisionOf(
  rule: GuardedRule,
  context: Context,
  parent: GuardedParent,
  banks: BankRules,
): string | GatewayError | Promise<string | GatewayError> {
  const bankId = parent.bankId ?? null;

  function decided(ground: string | null): string | GatewayError | Promise<string | GatewayError> {
    if (ground === null) return refusal(rule, context, bankId);
    const needsReason = rule.kind === 'role' && rule.kycMaterial === true;
    if (!needsReason || context.request.reason !== null || bankId === null) return ground;
    const wantsReason = banks.wantsReason(context, bankId);
    const reasonDecided = (isWanted: boolean) => (isWanted ? reasonRequired(bankId) : ground);
    return wantsReason instanceof Promise ? wantsReason.then(reasonDecided) : reasonDecided(wantsReason);
  }

  const ground = groundOf(rule, context, parent, bankId);
  return ground instanceof Promise ? ground.then(decided) : decided(ground);
}

/** As `decisionOf`, but once for each bank where a role lets the caller in: that counts for all that is of the bank. */
function decidingOnce(rule: GuardedRule, context: Context, banks: BankRules) {
  const roles = new Map<string | null, string>();
  return (parent: GuardedParent): ReturnType<typeof decisionOf> => {
    const bankId = parent.bankId ?? null;
    const known = roles.get(bankId);
    if (known !== undefined) return known;
    const decision = decisionOf(rule, context, parent, banks);
    // That the data is the caller's own is looked up, so it is never said at once.
    if (typeof decision === 'string') roles.set(bankId, decision);
    return decision;
  };
}

function guardedField(coordinate: string, rule: GuardedRule, resolve: Resolver, banks: BankRules): Resolver {
  return (parent, args, context, info) => {
    function act(decision: string | GatewayError): unknown {
      if (decision instanceof GatewayError) return refused(coordinate, context, parent, decision);
      context.audit.allow(coordinate, parent.bankId ?? null, decision);
      return audited(resolve(parent, args, context, info), context, { coordinate, parent, ground: decision });
    }

    const decision = decisionOf(rule, context, parent, banks);
    return decision instanceof Promise ? decision.then(act) : act(decision);
  };
}

/** Only for those of whom a role lets the caller see the field: `guardedBatch` judges again when they are there. */
function guardedReadAhead(rule: RoleRule, resolve: Batch): ReadAhead<GuardedParent, Context> {
  return (keys, args, context, info) => {
    const seen = keys.filter(({ bankId = null }) => mayAt(rule, context, bankId));
    if (seen.length > 0) readAhead(resolve, seen, args, context, info);
  };
}

/** Judges each parent by itself, and resolves those whose field the caller may see. */
function guardedBatch(coordinate: string, rule: GuardedRule, resolve: Batch, banks: BankRules, byKey: boolean): Batch {
  const resolveSeen: Batch = byKey ? (...given) => resolveOrTake(resolve, ...given) : resolve;
  return async (parents, args, context, info) => {
    const { audit } = context;
    const decide = decidingOnce(rule, context, banks);
    const decisions = parents.map(decide);
    const isDecided = (decision: (typeof decisions)[number]) => !(decision instanceof Promise);
    const settled = decisions.every(isDecided)
      ? (decisions as (string | GatewayError)[])
      : await Promise.all(decisions);
    const seen: GuardedParent[] = [];
    const values: unknown[] = parents.map((parent, index) => {
      const decision = settled[index];
      if (decision instanceof GatewayError) return refused(coordinate, context, parent, decision);
      audit.allow(coordinate, parent.bankId ?? null, decision ?? '');
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
      if (value instanceof Error) audit.refuse(coordinate, parent, value);
      else audit.give(coordinate, parent, ground, value);
    });
    return values;
  };
}

/** A value for each parent, an error for each where all fail: those who were refused are not to hear of it. */
async function resolvedAll(resolve: Batch, ...given: Parameters<Batch>): Promise<readonly unknown[]> {
  const [parents] = given;
  try {
    const values = await resolve(...given);
    if (values.length !== parents.length) throw new Error(`${values.length} values for ${parents.length} parents.`);
    return values;
  } catch (error) {
    const failure = error instanceof Error ? error : new Error('What was thrown is no error.', { cause: error });
    return parents.map(() => failure);
  }
}

/** Lets the caller in or fails; answers the ground. */
async function admit(
  rule: GuardedRule,
  context: Context,
  args: Record<string, unknown>,
  bankId: string | null,
  banks: BankRules,
): Promise<string> {
  if (context.user === null) throw refusal(rule, context, null);
  if (bankId !== null) await banks.check(context, bankId);
  const asked = { bankId, accountId: (args.accountId ?? args.id) as string | undefined, userId: args.id as string };
  const ground = await groundOf(rule, context, asked, bankId);
  if (ground === null) throw refusal(rule, context, bankId);
  if (rule.kind === 'role' && rule.kycMaterial === true && context.request.reason === null) {
    const { customerId } = askedFor(args);
    const at = bankId ?? (customerId === null ? null : await banks.ofCustomer(context, customerId));
    if (at !== null && (await banks.wantsReason(context, at))) throw reasonRequired(at);
  }
  return ground;
}

/** What the arguments say of where a root field looks, and whose. */
function askedFor(args: Record<string, unknown>): { bankId: string | null; customerId: string | null } {
  const { bankId, customerId } = args;
  return {
    bankId: typeof bankId === 'string' ? bankId : null,
    customerId: typeof customerId === 'string' ? customerId : null,
  };
}

/** For the audit trail only: a field whose bank is in its input checks it by itself. */
function bankOfInput({ input }: Record<string, unknown>): string | null {
  const { bankId } = (input ?? {}) as { bankId?: unknown };
  return typeof bankId === 'string' ? bankId : null;
}

/** As the gateway's own ids are: a client may have put any text there. */
function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/** Whether the caller holds one of the roles, without a look. */
function mayAt(rule: RoleRule, { user }: Context, bankId: string | null): boolean {
  return user !== null && bankId !== null && heldRole(user, rule.anyOf, bankId) !== undefined;
}

function guardedQuery(coordinate: string, rule: GuardedRule, resolve: Resolver, banks: BankRules): Resolver {
  return async (root, args, context, info) => {
    const asked = askedFor(args);
    const { audit } = context;
    const isKnownToMay = rule.kind === 'role' && rule.kycMaterial !== true && mayAt(rule, context, asked.bankId);
    // Whether there is such a bank is looked up together with what is asked of it; where there is none, that is the answer.
    const begun = isKnownToMay ? begin(() => resolve(root, args, context, info)) : null;
    try {
      const ground = await admit(rule, context, args, asked.bankId, banks);
      audit.allow(coordinate, asked.bankId, ground);
      const value: unknown = await (begun ?? resolve(root, args, context, info));
      audit.give(coordinate, asked, ground, value);
      return value;
    } catch (error) {
      audit.refuseRoot(coordinate, asked, error);
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
  const asked = askedFor(args);
  audit.beginWrite(coordinate, { ...asked, bankId: asked.bankId ?? bankOfInput(args) }, payloadFields);
  if (typeof args.userId === 'string' && isUuid(args.userId)) audit.concernUser(args.userId);
}

/** Of a mutation field also the public ones are recorded: who logs in, or becomes a user. */
function guardedMutation(
  coordinate: string,
  rule: AccessRule,
  resolve: Resolver,
  banks: BankRules,
  objects: PayloadObjects,
): Resolver {
  return async (root, args, context, info) => {
    const { audit } = context;
    beginWrite(coordinate, args, context, selectedObjects(objects, info));
    try {
      const { bankId } = askedFor(args);
      if (rule.kind !== 'public') audit.allowWrite(await admit(rule, context, args, bankId, banks));
      const payload: unknown = await resolve(root, args, context, info);
      audit.endWrite(payload);
      return payload;
    } catch (error) {
      // The answer says so, as the client would repeat the call otherwise.
      if (audit.isWritten && error instanceof GatewayError) error.extensions.committed = true;
      audit.failWrite(error);
      throw error;
    }
  };
}

/**
 * Records that the arguments of a field are invalid, as its other failures are, although its access rule was not
 * evaluated. Fails with `error`, except for a guarded field of many objects: there it returns what the field resolves to,
 * because one error stands for all objects.
 */
export function recordInvalidArguments(
  { coordinate, rule, root }: { coordinate: string; rule: AccessRule; root: Root },
  error: GatewayError,
  { parent, args, context }: { parent: GuardedParent; args: Record<string, unknown>; context: Context },
): GatewayError | null {
  if (root === 'mutation') {
    beginWrite(coordinate, args, context);
    context.audit.failWrite(error);
  } else if (rule.kind !== 'public') {
    if (root === null) return refused(coordinate, context, parent, error);
    context.audit.refuseRoot(coordinate, askedFor(args), error);
  }
  throw error;
}

/** At which bank a field is judged. */
type BankAsked = (parent: GuardedParent, args: Record<string, unknown>) => string | null;

/** Nothing is read ahead for who is not let in by a role. */
function guardedKeyOf(
  rule: AccessRule,
  find: KeyOf<GuardedParent, Context>,
  bankOf: BankAsked,
): KeyOf<GuardedParent, Context> {
  return (parent, args, context) =>
    rule.kind === 'role' && mayAt(rule, context, bankOf(parent, args)) ? find(parent, args, context) : null;
}

export type Root = 'query' | 'mutation' | null;

function guarded(
  type: GraphQLObjectType,
  field: GraphQLField<GuardedParent, Context>,
  root: Root,
  banks: BankRules,
): Resolver {
  const coordinate = `${type.name}.${field.name}`;
  const rule = field.extensions.access as AccessRule | undefined;
  if (rule === undefined || field.resolve == null) throw new AccessUndeclared(coordinate, 'declares no access rule');
  if (rule.kind !== 'public' && isNonNullType(field.type)) {
    throw new AccessUndeclared(coordinate, 'is guarded, so it must be nullable');
  }
  const findKey = keyOf<GuardedParent, Context>(field);
  if (findKey !== null) {
    const bankOf: BankAsked = (parent, args) => (root === null ? (parent.bankId ?? null) : askedFor(args).bankId);
    field.extensions = { ...field.extensions, keyOf: guardedKeyOf(rule, findKey, bankOf) };
  }
  if (root === 'mutation') {
    return guardedMutation(coordinate, rule, field.resolve, banks, payloadObjects(field));
  }
  if (root === 'query')
    return rule.kind === 'public' ? field.resolve : guardedQuery(coordinate, rule, field.resolve, banks);
  if (isBatched(field)) {
    // As TypeGraphQL made it, it passes the parents on as its resolver's only parent.
    const resolveAll = field.resolve as unknown as Batch;
    const byKey = isByKey(field);
    const batch = rule.kind === 'public' ? resolveAll : guardedBatch(coordinate, rule, resolveAll, banks, byKey);
    const ahead = rule.kind === 'role' && byKey ? guardedReadAhead(rule, resolveAll) : null;
    field.extensions = withBatch(field, batch, ahead);
    return resolveOne(batch);
  }
  return rule.kind === 'public' ? field.resolve : guardedField(coordinate, rule, field.resolve, banks);
}

/** Stops the server: a field that nobody thought of would be open to everybody. */
export class AccessUndeclared extends Error {
  constructor(coordinate: string, problem: string) {
    super(`${coordinate} ${problem}.`);
    this.name = 'AccessUndeclared';
  }
}

/**
 * Wraps each root field and each resolved field with its rule, once, at start-up. A field that has no rule stops the
 * server, by name. Answers the schema with the directives that its SDL prints.
 */
export function enforceAccess(schema: GraphQLSchema, role: GraphQLEnumType, banks: BankRules): GraphQLSchema {
  const rootOf = new Map<GraphQLObjectType | null | undefined, Root>([
    [schema.getQueryType(), 'query'],
    [schema.getMutationType(), 'mutation'],
  ]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const root = rootOf.get(type) ?? null;
    for (const field of Object.values(type.getFields())) {
      if (root !== null || field.resolve !== undefined) field.resolve = guarded(type, field, root, banks);
    }
  }
  const config = schema.toConfig();
  return new GraphQLSchema({ ...config, directives: [...config.directives, ...accessDirectives(role)] });
}
