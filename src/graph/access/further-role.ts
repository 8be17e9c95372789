import { heldRole } from '../../auth/authenticated-user.ts';
import type { Role } from '../../base/roles.ts';
import type { Context } from '../context.ts';

/**
 * Whether the caller holds a role that decides about a part of a field, such as a filter, in addition to the access rule of the field.
 * Records the role in the audit trail.
 */
export function holdsFurtherRole(
  context: Context,
  coordinate: string,
  anyOf: readonly Role[],
  bankId: string | null,
): boolean {
  const role = heldRole(context.user, anyOf, bankId);
  if (role === undefined) return false;
  context.audit.recordFurtherRole(coordinate, bankId, role);
  return true;
}
