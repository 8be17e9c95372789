import { randomUUID } from 'node:crypto';
import { and, eq, isNull, lte } from 'drizzle-orm';
import { type AuthenticatedUser, holdsAny } from '../../auth/authenticated-user.ts';
import { gatewayError } from '../../base/errors.ts';
import { type Role, roleScope } from '../../base/roles.ts';
import type { Queries } from '../../database/database.ts';
import { isUniqueViolation } from '../../database/errors.ts';
import { deleteRows, insertRow } from '../../database/write-row.ts';
import { assertInput } from '../../graph/input.ts';
import { recordEmpowerment } from './empowerment.writes.ts';
import { type EntitlementRow, entitlement } from './entitlement.table.ts';
import { maxEntitlements, refuseUserOverflow } from './user-overflow.ts';

type Pair = readonly [atOneBank: Role, atAnyBank: Role];

export const grantingRoles = ['CanCreateEntitlementAtOneBank', 'CanCreateEntitlementAtAnyBank'] as const;
export const revokingRoles = ['CanDeleteEntitlementAtOneBank', 'CanDeleteEntitlementAtAnyBank'] as const;

/** A bank role is given with a bank (OBP-30205), a system role without one (OBP-30206). */
export function checkRoleScope(role: Role, bankId: string | null, field: string): void {
  if (roleScope(role) === 'bank' && bankId === null) throw gatewayError('OBP-30205', { field });
  if (roleScope(role) === 'system' && bankId !== null) throw gatewayError('OBP-30206', { field });
}

/** @throws OBP-10001 if the time is not in the future. */
export function checkExpiry(expiresAt: Date | null, field: string): void {
  assertInput(expiresAt === null || expiresAt > new Date(), field, 'must be in the future');
}

/** Whether the caller holds one of the roles for what is held at this bank, or without one: that takes the role at any bank. */
export function mayAt(caller: AuthenticatedUser, roles: Pair, bankId: string | null): boolean {
  return holdsAny(caller, roles, bankId);
}

/** OBP-20006 unless the caller may at this bank. */
export function requireAt(caller: AuthenticatedUser, roles: Pair, bankId: string | null): void {
  if (mayAt(caller, roles, bankId)) return;
  const [, atAnyBank] = roles;
  if (bankId === null) throw gatewayError('OBP-20006', { missingRoles: [atAnyBank] });
  throw gatewayError('OBP-20006', { missingRoles: roles, bankId });
}

/** OBP-20006 unless the caller may somewhere: said before anything is looked up, so that it tells nothing about what exists. */
export function requireSomewhere(caller: AuthenticatedUser, roles: Pair): void {
  if (mayAt(caller, roles, null)) return;
  if ([...caller.bankRoles.keys()].some((bankId) => mayAt(caller, roles, bankId))) return;
  throw gatewayError('OBP-20006', { missingRoles: roles });
}

/** The condition of what is held at this bank, or without one. */
function heldAt(userId: string, roleName: string, bankId: string | null) {
  return and(
    eq(entitlement.userId, userId),
    eq(entitlement.roleName, roleName),
    bankId === null ? isNull(entitlement.bankId) : eq(entitlement.bankId, bankId),
  );
}

/** The granter of a role, and the second granter if the grant was approved. */
export interface Granters {
  byUserId: string;
  approvedByUserId: string | null;
}

/**
 * Stores an entitlement, in place of the same one that has expired. Fails with OBP-30216 when it is held already; that
 * there is no such user or bank is the database's to say. `granters` is null for the command line.
 */
export async function insertEntitlement(
  transaction: Queries,
  values: Pick<EntitlementRow, 'userId' | 'roleName' | 'bankId' | 'expiresAt'>,
  granters: Granters | null,
): Promise<EntitlementRow> {
  const now = new Date();
  const same = heldAt(values.userId, values.roleName, values.bankId);
  await deleteRows(transaction, entitlement, and(same, lte(entitlement.expiresAt, now)));
  await refuseUserOverflow(transaction, entitlement, [values.userId], maxEntitlements, { name: 'entitlements' });
  const row: EntitlementRow = { id: randomUUID(), ...values, createdAt: now, updatedAt: now };
  try {
    await insertRow(transaction, entitlement, row);
  } catch (error) {
    if (isUniqueViolation(error)) throw gatewayError('OBP-30216', { cause: error });
    throw error;
  }
  if (granters !== null) {
    const { userId, roleName, bankId } = values;
    await recordEmpowerment(transaction, { userId, roleName, bankId, kind: 'GRANTED', ...granters });
  }
  return row;
}

/** Whether the user holds it, and it has not expired. */
export async function isHeld(
  queries: Queries,
  { userId, roleName, bankId }: Pick<EntitlementRow, 'userId' | 'roleName' | 'bankId'>,
): Promise<boolean> {
  const [held] = await queries
    .select()
    .from(entitlement)
    .where(heldAt(userId, roleName, bankId));
  return held !== undefined && (held.expiresAt === null || held.expiresAt > new Date());
}

/** Deletes an entitlement that the caller may revoke; another is not found (OBP-30212). */
export async function revokeEntitlementOf(
  transaction: Queries,
  caller: AuthenticatedUser,
  id: string,
): Promise<EntitlementRow> {
  const [row] = await transaction.select().from(entitlement).where(eq(entitlement.id, id));
  const mayRevoke = row !== undefined && (caller.isSuperAdmin || mayAt(caller, revokingRoles, row.bankId));
  if (!mayRevoke) throw gatewayError('OBP-30212');
  const [deleted] = await deleteRows(transaction, entitlement, eq(entitlement.id, id));
  if (deleted === undefined) throw gatewayError('OBP-30212');
  return deleted;
}
