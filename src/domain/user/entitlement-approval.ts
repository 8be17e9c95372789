import { and, eq, gt, isNull, or } from 'drizzle-orm';
import { isRole } from '../../base/roles.ts';
import type { GrantApproval } from '../../config.ts';
import type { Queries } from '../../database/database.ts';
import { bank } from '../bank/bank.table.ts';
import { empowermentsOf } from './empowerment.writes.ts';
import { entitlement } from './entitlement.table.ts';
import { isApprovalRequired } from './entitlement-approval.rules.ts';
import type { EntitlementRequestRow } from './entitlement-request.table.ts';
import { upstreamOf } from './independence.rules.ts';
import { user } from './user.table.ts';

/** A role that a granter wants to grant. */
interface WantedGrant {
  granterId: string;
  userId: string;
  roleName: string;
  bankId: string | null;
}

/** Whether a bank requires the approval of every grant. A system role applies at all banks, so one such bank is enough. */
async function isRequiredByBank(queries: Queries, bankId: string | null): Promise<boolean> {
  const isConcerned = bankId === null ? undefined : eq(bank.id, bankId);
  const rows = await queries
    .select({ id: bank.id })
    .from(bank)
    .where(and(eq(bank.grantApprovalRequired, true), isConcerned))
    .limit(1);
  return rows.length > 0;
}

/** Whether a second granter must approve the grant. */
export async function needsApproval(
  queries: Queries,
  setting: GrantApproval,
  { granterId, userId, roleName, bankId }: WantedGrant,
): Promise<boolean> {
  // A role that is unknown to this version has no effect.
  if (!isRole(roleName)) return true;
  const links = await empowermentsOf(queries, [granterId]);
  return isApprovalRequired(setting, {
    roleName,
    isRecipientUpstream: upstreamOf(granterId, links).has(userId),
    isRequiredByBank: await isRequiredByBank(queries, bankId),
  });
}

/** Whether the right of a user to grant at the bank is stored here: as super admin, or by an entitlement that has not expired. */
export async function holdsStoredGrant(queries: Queries, userId: string, bankId: string | null): Promise<boolean> {
  const [granter] = await queries.select({ isSuperAdmin: user.isSuperAdmin }).from(user).where(eq(user.id, userId));
  if (granter?.isSuperAdmin === true) return true;
  const atAnyBank = and(eq(entitlement.roleName, 'CanCreateEntitlementAtAnyBank'), isNull(entitlement.bankId));
  const atBank =
    bankId === null
      ? undefined
      : and(eq(entitlement.roleName, 'CanCreateEntitlementAtOneBank'), eq(entitlement.bankId, bankId));
  const [held] = await queries
    .select({ id: entitlement.id })
    .from(entitlement)
    .where(
      and(
        eq(entitlement.userId, userId),
        or(atAnyBank, atBank),
        or(isNull(entitlement.expiresAt), gt(entitlement.expiresAt, new Date())),
      ),
    )
    .limit(1);
  return held !== undefined;
}

/** Whether the granter who proposed the role is not disabled, and can still grant it, as far as that is stored here. */
export async function canStillGrant(
  queries: Queries,
  { proposedByUserId, isProposedByClaim, bankId }: EntitlementRequestRow,
): Promise<boolean> {
  if (proposedByUserId === null) return false;
  const [granter] = await queries
    .select({ disabledAt: user.disabledAt })
    .from(user)
    .where(eq(user.id, proposedByUserId));
  if (granter === undefined || granter.disabledAt !== null) return false;
  return isProposedByClaim || holdsStoredGrant(queries, proposedByUserId, bankId);
}
