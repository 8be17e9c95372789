import { type Role, roleScope } from '../../base/roles.ts';
import type { GuardedRule, OwnAccess } from './rule.ts';

const ownGrounds: Record<keyof OwnAccess, string> = {
  orLinkedUser: 'a link to the customer',
  orHolder: 'holding the account',
  orSelf: 'that the caller is the user',
};

/** `a`, `a or b`, or `a, b, or c`. */
function anyOf(alternatives: readonly string[]): string {
  const [last = '', ...others] = alternatives.toReversed();
  if (others.length === 0) return last;
  return `${others.toReversed().join(', ')}${others.length > 1 ? ',' : ''} or ${last}`;
}

function rolesOf(roles: readonly Role[]): string[] {
  const named = (scope: 'bank' | 'system') =>
    roles.filter((role) => roleScope(role) === scope).map((role) => `\`${role}\``);
  const [bankRoles, systemRoles] = [named('bank'), named('system')];
  return [
    ...(bankRoles.length === 0 ? [] : [`${anyOf(bankRoles)} at the bank`]),
    ...(systemRoles.length === 0
      ? []
      : [`${systemRoles.length === 1 ? 'the system role' : 'one of the system roles'} ${anyOf(systemRoles)}`]),
  ];
}

/**
 * The access rule as a sentence for the description of a field, because introspection does not return directives.
 *
 * @example 'Requires `CanGetCustomer` at the bank, or a link to the customer.'
 */
export function describeRule(rule: GuardedRule): string {
  if (rule.kind === 'authenticated') {
    return rule.anyOf.length === 0
      ? 'Requires authentication.'
      : `Requires authentication and, for more than the caller's own data, ${rolesOf(rule.anyOf).join(' or ')}.`;
  }
  const own = (['orLinkedUser', 'orHolder', 'orSelf'] as const).filter((ground) => rule[ground] === true);
  const grounds = [...rolesOf(rule.anyOf), ...own.map((ground) => ownGrounds[ground])].join(', or ');
  const reason = rule.kycMaterial === true ? ', and a reason in the `X-Reason` header if the bank requires one' : '';
  return `Requires ${grounds}${reason}.`;
}
