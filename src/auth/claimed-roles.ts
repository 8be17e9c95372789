import { isRole, type Role, roleScope } from '../base/roles.ts';

/** A role with its bank, as in an entitlement. */
export interface ClaimedRole {
  roleName: Role;
  bankId: string | null;
}

/** The roles that a claim of an identity provider grants. */
export interface ClaimMapping {
  /** The name of the claim. If there is no such claim, dots separate a path into objects, such as `realm_access.roles`. */
  readonly claim: string;
  /** The value that grants the role. Null if the values of the claim are roles. */
  readonly when: { readonly value: string; readonly role: ClaimedRole | null } | null;
}

/** Parses `CanGetAnyUser`, or `CanGetCustomer@gh.29.uk` with the bank. Returns null for an unknown role, and if the bank is missing or superfluous. */
export function parseClaimedRole(text: string): ClaimedRole | null {
  const [roleName = '', bankId, more] = text.split('@');
  if (!isRole(roleName) || more !== undefined) return null;
  if (roleScope(roleName) === 'system') return bankId === undefined ? { roleName, bankId: null } : null;
  return bankId !== undefined && /^[0-9A-Za-z._-]{1,254}$/.test(bankId) ? { roleName, bankId } : null;
}

function claimAt(claims: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split('.')
    .reduce<unknown>(
      (value, part) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, part)
          ? (value as Record<string, unknown>)[part]
          : undefined,
      claims,
    );
}

/** The values of a list, or of a text and its words, because `scope` contains words. */
function valuesOf(claim: unknown): string[] {
  if (typeof claim === 'string') return [...new Set([claim, ...claim.split(' ')])];
  return Array.isArray(claim) ? claim.filter((value) => typeof value === 'string') : [];
}

/** The roles that the claims grant. Calls `onUnknown` with each value that should be a role but is not. */
export function claimedRoles(
  claims: Record<string, unknown>,
  mappings: readonly ClaimMapping[],
  onUnknown: (value: string) => void,
): ClaimedRole[] {
  const roles: ClaimedRole[] = [];
  for (const { claim, when } of mappings) {
    const values = valuesOf(claimAt(claims, claim));
    if (when !== null) {
      if (when.role !== null && values.includes(when.value)) roles.push(when.role);
      continue;
    }
    for (const value of values) {
      const role = parseClaimedRole(value);
      if (role !== null) roles.push(role);
      else if (value !== '' && !value.includes(' ')) onUnknown(value);
    }
  }
  return roles;
}
