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
import { type GatewayError, gatewayError } from '../errors.ts';
import { holdsAny } from './authenticate.ts';
import type { Role } from './roles.ts';

/** Who else may, without a role: how a rule is widened to people for whom the data is their own. */
export interface OwnAccess {
  /** The caller has an active link to the customer. */
  orLinkedUser?: boolean;
  /** The caller is a holder of the account. */
  orHolder?: boolean;
  /** The caller is the user. */
  orSelf?: boolean;
}

type AccessRule =
  | { kind: 'public' }
  | { kind: 'authenticated'; anyOf: readonly Role[] }
  | ({ kind: 'role'; anyOf: readonly Role[] } & OwnAccess);

/** How each own access is judged; the resolvers of the nouns provide it (`provideOwnAccess`). */
type OwnAccessCheck = (context: Context, parent: GuardedParent) => boolean | Promise<boolean>;

/** What a guarded field's parent tells of itself: at which bank it is, and whose. */
export interface GuardedParent {
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
 * Who is logged in may, for what is their own. Where `anyOf` is given, the field gives more to who holds one of these
 * roles: its resolver asks `holdsAny`.
 */
export function Authenticated(...anyOf: Role[]) {
  return declare(
    { kind: 'authenticated', anyOf },
    anyOf.length === 0 ? '@authenticated' : `@authenticated(anyOf: [${anyOf.join(', ')}])`,
  );
}

/**
 * Who holds any one of these roles may: a bank role at the bank of the argument `bankId`, else at the parent's bank; a
 * system role without a bank. `own` widens this to people for whom the data is their own.
 *
 * @example @RequiresRole(['CanGetCustomerAddress'], { orLinkedUser: true })
 */
export function RequiresRole(anyOf: Role[], own: OwnAccess = {}) {
  const widened = Object.entries(own).map(([kind, given]) => `, ${kind}: ${given}`);
  return declare({ kind: 'role', anyOf, ...own }, `@requiresRole(anyOf: [${anyOf.join(', ')}]${widened.join('')})`);
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
        'Who is logged in may, for what is their own. With one of the roles of anyOf the field gives more than that.',
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
      },
    }),
  ];
}

function refusal(rule: AccessRule, context: Context, bankId: string | null): GatewayError {
  if (context.user === null) return gatewayError('OBP-20001');
  const missingRoles = rule.kind === 'role' ? [...rule.anyOf] : [];
  return gatewayError('OBP-20006', bankId === null ? { missingRoles } : { missingRoles, bankId });
}

/** A refusal costs the field, not the answer: it is reported at its first path and counted after that. */
function refuse(coordinate: string, rule: AccessRule, context: Context, bankId: string | null): null {
  const key = `${coordinate} ${bankId ?? ''}`;
  const reported = context.refusals.get(key);
  if (reported !== undefined) {
    reported.extensions.count = Number(reported.extensions.count) + 1;
    return null;
  }
  const error = refusal(rule, context, bankId);
  error.extensions.count = 1;
  context.refusals.set(key, error);
  throw error;
}

type Resolver = GraphQLFieldResolver<GuardedParent, Context, Record<string, unknown>>;

/** Whether `rule` lets the caller in; a promise only where it takes a look at the database. */
function mayRead(
  rule: Extract<AccessRule, { kind: 'role' }>,
  context: Context,
  parent: GuardedParent,
  bankId: string | null,
): boolean | Promise<boolean> {
  if (context.user === null) return false;
  if (holdsAny(context.user, rule.anyOf, bankId)) return true;
  const checks = (['orSelf', 'orLinkedUser', 'orHolder'] as const).filter((kind) => rule[kind] === true);
  return checks.length > 0 && anyCheck(checks, context, parent);
}

async function anyCheck(kinds: (keyof OwnAccess)[], context: Context, parent: GuardedParent): Promise<boolean> {
  for (const kind of kinds) if (await ownAccessChecks[kind](context, parent)) return true;
  return false;
}

function guardedField(coordinate: string, rule: Extract<AccessRule, { kind: 'role' }>, resolve: Resolver): Resolver {
  return (parent, args, context, info) => {
    const bankId = parent.bankId ?? null;
    const allowed = mayRead(rule, context, parent, bankId);
    if (allowed === true) return resolve(parent, args, context, info);
    if (allowed === false) return refuse(coordinate, rule, context, bankId);
    return allowed.then((isAllowed) =>
      isAllowed ? resolve(parent, args, context, info) : refuse(coordinate, rule, context, bankId),
    );
  };
}

/** Banks are public: that a bank is unknown is said before any role is asked for. */
type CheckBank = (context: Context, bankId: string) => Promise<void>;

function guardedRoot(rule: AccessRule, resolve: Resolver, checkBank: CheckBank): Resolver {
  return async (root, args, context, info) => {
    if (context.user === null) throw refusal(rule, context, null);
    const bankId = typeof args.bankId === 'string' ? args.bankId : null;
    if (bankId !== null) await checkBank(context, bankId);
    if (rule.kind === 'role') {
      const asked = { bankId, accountId: (args.accountId ?? args.id) as string | undefined, userId: args.id as string };
      if (!(await mayRead(rule, context, asked, bankId))) throw refusal(rule, context, bankId);
    }
    return resolve(root, args, context, info);
  };
}

function guarded(
  type: GraphQLObjectType,
  field: GraphQLField<GuardedParent, Context>,
  isRoot: boolean,
  checkBank: CheckBank,
): Resolver {
  const coordinate = `${type.name}.${field.name}`;
  const rule = field.extensions.access as AccessRule | undefined;
  if (rule === undefined || field.resolve == null) throw new AccessUndeclared(coordinate, 'declares no access rule');
  if (rule.kind === 'public') return field.resolve;
  if (isNonNullType(field.type)) throw new AccessUndeclared(coordinate, 'is guarded, so it must be nullable');
  if (isRoot) return guardedRoot(rule, field.resolve, checkBank);
  if (rule.kind === 'authenticated') throw new AccessUndeclared(coordinate, 'is no root field, so it needs a role');
  return guardedField(coordinate, rule, field.resolve);
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
export function enforceAccess(schema: GraphQLSchema, role: GraphQLEnumType, checkBank: CheckBank): GraphQLSchema {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const isRoot = roots.includes(type);
    for (const field of Object.values(type.getFields())) {
      if (isRoot || field.resolve !== undefined) field.resolve = guarded(type, field, isRoot, checkBank);
    }
  }
  const config = schema.toConfig();
  return new GraphQLSchema({ ...config, directives: [...config.directives, ...accessDirectives(role)] });
}
