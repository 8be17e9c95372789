import { randomUUID } from 'node:crypto';
import { and, eq, isNull, lte } from 'drizzle-orm';
import { type AuthenticatedUser, holdsAnywhere } from '../../auth/authenticated-user.ts';
import { gatewayError } from '../../base/errors.ts';
import { type Role, roleScope } from '../../base/roles.ts';
import type { Queries } from '../../database/database.ts';
import { isUniqueViolation } from '../../database/errors.ts';
import { deleteRows, insertRow } from '../../database/write-row.ts';
import { holdsFurtherRole } from '../../graph/access/further-role.ts';
import type { Context } from '../../graph/context.ts';
import { assertInput } from '../../graph/input.ts';
import { recordEmpowerment } from './empowerment.writes.ts';
import { type EntitlementRow, entitlement } from './entitlement.table.ts';
import { maxEntitlements, refuseUserOverflow } from './user-overflow.ts';

type Pair = readonly [atOneBank: Role, atAnyBank: Role];

export const grantingRoles = ['CanCreateEntitlementAtOneBank', 'CanCreateEntitlementAtAnyBank'] as const;
export const revokingRoles = ['CanDeleteEntitlementAtOneBank', 'CanDeleteEntitlementAtAnyBank'] as const;

/** @throws OBP-30205 for a bank role without a bank; OBP-30206 for a system role with a bank. */
export function checkRoleScope(role: Role, bankId: string | null, field: string): void {
  if (roleScope(role) === 'bank' && bankId === null) throw gatewayError('OBP-30205', { field });
  if (roleScope(role) === 'system' && bankId !== null) throw gatewayError('OBP-30206', { field });
}

/** @throws OBP-10001 if the time is not in the future. */
export function checkExpiry(expiresAt: Date | null, field: string): void {
  assertInput(expiresAt === null || expiresAt > new Date(), field, 'IN_FUTURE');
}

/** @throws OBP-20006 unless the caller is a super admin or can grant roles at the bank, or system roles if the bank is null. */
export function requireGrantAt(context: Context, { isSuperAdmin }: AuthenticatedUser, bankId: string | null): void {
  if (holdsFurtherRole(context, 'Mutation.grantEntitlement', grantingRoles, bankId) || isSuperAdmin) return;
  const [, atAnyBank] = grantingRoles;
  if (bankId === null) throw gatewayError('OBP-20006', { missingRoles: [atAnyBank] });
  throw gatewayError('OBP-20006', { missingRoles: grantingRoles, bankId });
}

/** Must be called before the first read, so that the error reveals nothing. @throws OBP-20006 unless a role applies at some bank. */
export function requireSomewhere(caller: AuthenticatedUser, roles: Pair): void {
  if (holdsAnywhere(caller, roles)) return;
  throw gatewayError('OBP-20006', { missingRoles: roles });
}

/** The condition for the entitlement at the bank, or without a bank. */
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
 * Stores an entitlement and deletes the same one if it has expired. `granters` is null for the command line. If the user or the bank
 * does not exist, the foreign key fails.
 * @throws OBP-30216 if the user already holds the role.
 */
export async function insertEntitlement(
  transaction: Queries,
  values: Pick<EntitlementRow, 'userId' | 'roleName' | 'bankId' | 'expiresAt'>,
  granters: Granters | null,
): Promise<EntitlementRow> {
  const now = new Date();
  const same = heldAt(values.userId, values.roleName, values.bankId);
  await deleteRows(transaction, entitlement, and(same, lte(entitlement.expiresAt, now)));
  await refuseUserOverflow(transaction, entitlement, [values.userId], maxEntitlements, {
    detail: 'ENTITLEMENTS_OF_USER',
  });
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

/** Whether the user holds the role, and it has not expired. */
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

/** Deletes an entitlement. @throws OBP-30212 if the caller cannot revoke it. */
export async function revokeEntitlementOf(
  transaction: Queries,
  context: Context,
  { isSuperAdmin }: AuthenticatedUser,
  id: string,
): Promise<EntitlementRow> {
  const [row] = await transaction.select().from(entitlement).where(eq(entitlement.id, id));
  if (row === undefined) throw gatewayError('OBP-30212');
  const isOfRevoker = holdsFurtherRole(context, 'Mutation.revokeEntitlement', revokingRoles, row.bankId);
  if (!isOfRevoker && !isSuperAdmin) throw gatewayError('OBP-30212');
  const [deleted] = await deleteRows(transaction, entitlement, eq(entitlement.id, id));
  if (deleted === undefined) throw gatewayError('OBP-30212');
  return deleted;
}
