import { heldRole } from '../../auth/authenticated-user.ts';
import { GatewayError, gatewayError } from '../../base/errors.ts';
import type { Context } from '../context.ts';
import type { GuardedParent, GuardedRule, OwnAccess, RoleRule } from './rule.ts';

/** Whether the data of a parent is the caller's own. */
export type OwnAccessCheck = (context: Context, parent: GuardedParent) => boolean | Promise<boolean>;

/** The facts about banks that access checks need. The entity implements it, because access checks do not import it. */
export interface BankRules {
  /** Fails if the bank does not exist. It is called before the roles are checked, because banks are public. */
  check(context: Context, bankId: string): Promise<void>;
  /** Whether the bank requires a reason for access to KYC material. */
  wantsReason(context: Context, bankId: string): boolean | Promise<boolean>;
  /** The ID of the customer's bank. Null if the customer does not exist. */
  ofCustomer(context: Context, customerId: string): Promise<string | null>;
}

/** The facts about entities that access checks need. The entities implement them, because access checks do not import them. */
export interface AccessFacts {
  banks: BankRules;
  ownAccess: Record<keyof OwnAccess, OwnAccessCheck>;
}

/** Whether the caller holds one of the roles. It reads nothing, so it ignores the caller's own data. */
export function holdsRoleOf(rule: RoleRule, { user }: Context, bankId: string | null): boolean {
  return user !== null && bankId !== null && heldRole(user, rule.anyOf, bankId) !== undefined;
}

/** An error for all objects of a bank that are refused for the same reason: a new one for each would cost its stack trace. */
function refusalOnce(rule: GuardedRule, context: Context, place: string, refuse: () => GatewayError): GatewayError {
  let ofRule = context.refusals.get(rule);
  if (ofRule === undefined) {
    ofRule = new Map();
    context.refusals.set(rule, ofRule);
  }
  const known = ofRule.get(place);
  if (known !== undefined) return known;
  const error = refuse();
  ofRule.set(place, error);
  return error;
}

function refusal(rule: GuardedRule, context: Context, bankId: string | null): GatewayError {
  // After a login, its payload refuses fields for lack of a role, not of a login.
  const hasLoggedIn = context.ownUserIds.size > 0 && rule.kind === 'role';
  if (context.user === null && !hasLoggedIn) return refusalOnce(rule, context, '', () => gatewayError('OBP-20001'));
  return refusalOnce(rule, context, `role ${bankId ?? ''}`, () => {
    const missingRoles = rule.kind === 'role' ? rule.anyOf : [];
    return gatewayError('OBP-20006', bankId === null ? { missingRoles } : { missingRoles, bankId });
  });
}

/**
 * The access ground: the role or the kind of own data through which the caller can access the parent, or `authenticated`. Null
 * if the caller cannot access it. A promise only if the database must be read.
 */
function accessGround(
  rule: GuardedRule,
  context: Context,
  parent: GuardedParent,
  bankId: string | null,
  { ownAccess }: AccessFacts,
): string | null | Promise<string | null> {
  const { user } = context;
  if (rule.kind === 'authenticated') return user === null ? null : 'authenticated';
  const role = user === null ? undefined : heldRole(user, rule.anyOf, bankId);
  if (role !== undefined) return role;
  if (context.ownUserIds.size === 0) return null;
  const kinds = (['orSelf', 'orLinkedUser', 'orHolder'] as const).filter((kind) => rule[kind] === true);
  return kinds.length === 0 ? null : ownDataGround(kinds, context, parent, ownAccess);
}

async function ownDataGround(
  kinds: (keyof OwnAccess)[],
  context: Context,
  parent: GuardedParent,
  ownAccess: AccessFacts['ownAccess'],
): Promise<string | null> {
  for (const kind of kinds) if (await ownAccess[kind](context, parent)) return kind;
  return null;
}

function reasonRequired(rule: GuardedRule, context: Context, bankId: string): GatewayError {
  return refusalOnce(rule, context, `reason ${bankId}`, () => gatewayError('REASON_REQUIRED', { bankId }));
}

/** The access ground of a field of `parent`, or the error if access is refused. A promise only if the database must be read. */
export function checkAccess(
  rule: GuardedRule,
  context: Context,
  parent: GuardedParent,
  facts: AccessFacts,
): string | GatewayError | Promise<string | GatewayError> {
  const bankId = parent.bankId ?? null;

  function decided(ground: string | null): string | GatewayError | Promise<string | GatewayError> {
    if (ground === null) return refusal(rule, context, bankId);
    const needsReason = rule.kind === 'role' && rule.kycMaterial === true;
    if (!needsReason || context.request.reason !== null || bankId === null) return ground;
    const wantsReason = facts.banks.wantsReason(context, bankId);
    const reasonDecided = (isWanted: boolean) => (isWanted ? reasonRequired(rule, context, bankId) : ground);
    return wantsReason instanceof Promise ? wantsReason.then(reasonDecided) : reasonDecided(wantsReason);
  }

  const ground = accessGround(rule, context, parent, bankId, facts);
  return ground instanceof Promise ? ground.then(decided) : decided(ground);
}

/** `checkAccess`, but only once for each bank where the caller holds a role, because a role applies to the whole bank. */
export function accessChecker(rule: GuardedRule, context: Context, facts: AccessFacts) {
  const roles = new Map<string | null, string>();
  return (parent: GuardedParent): ReturnType<typeof checkAccess> => {
    const bankId = parent.bankId ?? null;
    const known = roles.get(bankId);
    if (known !== undefined) return known;
    const decision = checkAccess(rule, context, parent, facts);
    // Checks of own data return promises, so a string is a role or `authenticated`, which apply to the whole bank.
    if (typeof decision === 'string') roles.set(bankId, decision);
    return decision;
  };
}

/** @throws OBP-20001 without a caller, or the error of a missing bank. */
export async function requireBank(
  rule: GuardedRule,
  context: Context,
  bankId: string | null,
  facts: AccessFacts,
): Promise<void> {
  if (context.user === null) throw refusal(rule, context, null);
  if (bankId !== null) await facts.banks.check(context, bankId);
}

/** Returns the access ground of a root field. @throws OBP-20001, OBP-20006, REASON_REQUIRED, or the error of a missing bank. */
export async function requireAccess(
  rule: GuardedRule,
  context: Context,
  args: Record<string, unknown>,
  bankId: string | null,
  facts: AccessFacts,
): Promise<string> {
  await requireBank(rule, context, bankId, facts);
  return requireGround(rule, context, args, bankId, facts);
}

/** `requireAccess` after `requireBank`. @throws OBP-20006 or REASON_REQUIRED */
export async function requireGround(
  rule: GuardedRule,
  context: Context,
  args: Record<string, unknown>,
  bankId: string | null,
  facts: AccessFacts,
): Promise<string> {
  const { accountId, userId } = args as GuardedParent;
  const subject = { ...subjectOf(args), bankId, accountId, userId };
  const ground = await accessGround(rule, context, subject, bankId, facts);
  if (ground === null) throw refusal(rule, context, bankId);
  if (rule.kind === 'role' && rule.kycMaterial === true && context.request.reason === null) {
    const { customerId } = subjectOf(args);
    const reasonBankId = bankId ?? (customerId === null ? null : await facts.banks.ofCustomer(context, customerId));
    if (reasonBankId !== null && (await facts.banks.wantsReason(context, reasonBankId))) {
      throw reasonRequired(rule, context, reasonBankId);
    }
  }
  return ground;
}

/** The bank and the customer that the arguments of a root field name. */
export function subjectOf(args: Record<string, unknown>): { bankId: string | null; customerId: string | null } {
  const { bankId, customerId } = args;
  return {
    bankId: typeof bankId === 'string' ? bankId : null,
    customerId: typeof customerId === 'string' ? customerId : null,
  };
}
