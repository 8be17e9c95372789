import { type Role, roleScope } from '../base/roles.ts';
import type { VerifiedToken } from './tokens.ts';

/** The authenticated caller of an operation, as of the time of authentication. */
export interface AuthenticatedUser {
  id: string;
  username: string;
  email: string | null;
  firstName: string | null;
  lastName: string | null;
  provider: string;
  providerId: string;
  isSuperAdmin: boolean;
  disabledAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  /** The unexpired system roles. */
  systemRoles: ReadonlySet<string>;
  /** The unexpired bank roles, by the ID of the bank. */
  bankRoles: ReadonlyMap<string, ReadonlySet<string>>;
  /** The position of the user's last write, which a replica must have replayed. Null if every replica can be read. */
  lastWrite: string | null;
  token: Pick<VerifiedToken, 'tokenId' | 'issuedAt' | 'expiresAt'> & {
    /** Null for the token of an identity provider. */
    own: Pick<VerifiedToken, 'generation' | 'session'> | null;
  };
}

/** Whether the user holds one of the roles: a bank role at the bank, or a system role. Without a bank, only system roles apply. */
export function holdsAny(user: AuthenticatedUser | null, anyOf: readonly Role[], bankId: string | null): boolean {
  return heldRole(user, anyOf, bankId) !== undefined;
}

/** Whether the user holds one of the roles: a bank role at any bank, or a system role. */
export function holdsAnywhere(user: AuthenticatedUser | null, anyOf: readonly Role[]): boolean {
  if (user === null) return false;
  return anyOf.some((role) =>
    roleScope(role) === 'system'
      ? user.systemRoles.has(role)
      : user.bankRoles.values().some((roles) => roles.has(role)),
  );
}

/** The first of the roles that the user holds, by the rule of `holdsAny`. */
export function heldRole(
  user: AuthenticatedUser | null,
  anyOf: readonly Role[],
  bankId: string | null,
): Role | undefined {
  if (user === null) return undefined;
  const rolesAtBank = bankId === null ? undefined : user.bankRoles.get(bankId);
  return anyOf.find((role) =>
    roleScope(role) === 'system' ? user.systemRoles.has(role) : rolesAtBank?.has(role) === true,
  );
}
