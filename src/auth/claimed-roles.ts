import { isRole, type Role, roleScope } from '../base/roles.ts';

/** A role as an entitlement has it: the exact pair (role, bank) or (role, no bank). */
export interface ClaimedRole {
  roleName: Role;
  bankId: string | null;
}

/** How a claim of an identity provider entitles. */
export interface ClaimMapping {
  /** Its name; where there is none of that name, dots lead into objects: `realm_access.roles`. */
  readonly claim: string;
  /** The one value that counts and what it gives; null where the claim's values are themselves roles. */
  readonly when: { readonly value: string; readonly role: ClaimedRole | null } | null;
}

/** `CanGetAnyUser`, or `CanGetCustomer@gh.29.uk` with the bank; null where that is no role, or its bank is missing or too much. */
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

/** A list, or one text: whose words are the values, too, as those of `scope` are. */
function valuesOf(claim: unknown): string[] {
  if (typeof claim === 'string') return [...new Set([claim, ...claim.split(' ')])];
  return Array.isArray(claim) ? claim.filter((value) => typeof value === 'string') : [];
}

/** What the claims entitle to. `onUnknown` is told each value that should be a role and is none. */
export function claimedRoles(
  claims: Record<string, unknown>,
  mappings: readonly ClaimMapping[],
  onUnknown: (value: string) => void,
): ClaimedRole[] {
  const found: ClaimedRole[] = [];
  for (const { claim, when } of mappings) {
    const values = valuesOf(claimAt(claims, claim));
    if (when !== null) {
      if (when.role !== null && values.includes(when.value)) found.push(when.role);
      continue;
    }
    for (const value of values) {
      const role = parseClaimedRole(value);
      if (role !== null) found.push(role);
      else if (value !== '' && !value.includes(' ')) onUnknown(value);
    }
  }
  return found;
}
