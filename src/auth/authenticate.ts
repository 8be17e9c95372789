import { eq, sql } from 'drizzle-orm';
import { oncePerDatabase } from '../database/batch.ts';
import type { Database } from '../database/database.ts';
import { entitlement } from '../domain/user/entitlement.table.ts';
import { user } from '../domain/user/user.table.ts';
import { gatewayError } from '../errors.ts';
import type { Role } from './roles.ts';
import { roleScope } from './roles.ts';
import { invalidToken, type Tokens } from './tokens.ts';

/** The caller of an operation, with the entitlements that count at this moment. */
export interface AuthenticatedUser {
  id: string;
  username: string;
  provider: string;
  isSuperAdmin: boolean;
  /** Roles that are held without a bank. */
  systemRoles: ReadonlySet<string>;
  /** Roles that are held at a bank, by the bank's id. */
  bankRoles: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Whether the user holds one of these roles: a bank role counts only at `bankId`, a system role only when it is held
 * without a bank. With no bank to judge at (null) only system roles count.
 */
export function holdsAny(user: AuthenticatedUser | null, anyOf: readonly Role[], bankId: string | null): boolean {
  if (user === null) return false;
  const rolesAtBank = bankId === null ? undefined : user.bankRoles.get(bankId);
  return anyOf.some((role) =>
    roleScope(role) === 'system' ? user.systemRoles.has(role) : rolesAtBank?.has(role) === true,
  );
}

/** The user's state and entitlements, one row for each entitlement: one statement a request. */
const userWithEntitlements = oncePerDatabase((database) =>
  database.prepare(
    database.read
      .select({
        id: user.id,
        username: user.username,
        provider: user.provider,
        isSuperAdmin: user.isSuperAdmin,
        disabledAt: user.disabledAt,
        roleName: entitlement.roleName,
        bankId: entitlement.bankId,
      })
      .from(user)
      .leftJoin(entitlement, eq(entitlement.userId, user.id))
      .where(eq(user.id, sql.placeholder('id'))),
  ),
);

interface HeldRole {
  roleName: string | null;
  bankId: string | null;
}

function heldRoles(rows: readonly HeldRole[]): Pick<AuthenticatedUser, 'systemRoles' | 'bankRoles'> {
  const systemRoles = new Set<string>();
  const bankRoles = new Map<string, Set<string>>();
  for (const { roleName, bankId } of rows) {
    if (roleName === null) continue;
    if (bankId === null) systemRoles.add(roleName);
    else {
      const rolesAtBank = bankRoles.get(bankId);
      if (rolesAtBank === undefined) bankRoles.set(bankId, new Set([roleName]));
      else rolesAtBank.add(roleName);
    }
  }
  return { systemRoles, bankRoles };
}

/** The token of `Authorization: Bearer TOKEN`. */
function bearerToken(authorization: string): string {
  const [, token] = /^Bearer +([^\s]+) *$/i.exec(authorization) ?? [];
  if (token === undefined) throw invalidToken(undefined, 'The header Authorization has the form: Bearer TOKEN.');
  return token;
}

/**
 * Who sends the request, with the entitlements of this moment; null without an Authorization header. A bad token, and a
 * user who is unknown or disabled, are refused with HTTP 401 before anything is executed.
 */
export async function authenticate({
  authorization,
  tokens,
  database,
}: {
  authorization: string | undefined;
  tokens: Tokens;
  database: Database;
}): Promise<AuthenticatedUser | null> {
  if (authorization === undefined) return null;
  const { userId } = await tokens.verify(bearerToken(authorization));
  const rows = await userWithEntitlements(database)({ id: userId });
  const [row] = rows;
  if (row === undefined) throw invalidToken();
  if (row.disabledAt !== null) throw gatewayError('USER_DISABLED', { http: { status: 401 } });
  const { id, username, provider, isSuperAdmin } = row;
  return { id, username, provider, isSuperAdmin, ...heldRoles(rows) };
}
