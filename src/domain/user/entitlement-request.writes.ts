import { randomUUID } from 'node:crypto';
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { AuthenticatedUser } from '../../auth/authenticated-user.ts';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { isUniqueViolation } from '../../database/errors.ts';
import { lockedForWriting } from '../../database/lock.ts';
import { insertRow, updateRows } from '../../database/write-row.ts';
import { holdsFurtherRole } from '../../graph/access/further-role.ts';
import type { Context } from '../../graph/context.ts';
import { assertInput } from '../../graph/input.ts';
import { empowermentsOf } from './empowerment.writes.ts';
import { checkExpiry, grantingRoles, insertEntitlement, isHeld, requireSomewhere } from './entitlement.writes.ts';
import { canStillGrant, holdsStoredGrant, needsApproval } from './entitlement-approval.ts';
import { type EntitlementRequestRow, entitlementRequest } from './entitlement-request.table.ts';
import { EntitlementRequestState } from './entitlement-request-state.ts';
import { canApprove } from './independence.rules.ts';

type NewRequest = Pick<EntitlementRequestRow, 'userId' | 'roleName' | 'bankId' | 'reason'>;

function requestRow(values: NewRequest & Partial<EntitlementRequestRow>): EntitlementRequestRow {
  const now = new Date();
  return {
    id: randomUUID(),
    proposedByUserId: null,
    isProposedByClaim: false,
    expiresAt: null,
    state: EntitlementRequestState.REQUESTED,
    decidedByUserId: null,
    decidedAt: null,
    decisionReason: null,
    createdAt: now,
    updatedAt: now,
    version: 1,
    ...values,
  };
}

/** @throws OBP-30216 if the user holds the role; OBP-30214 if another request for it is open. */
export async function insertRequest(transaction: Queries, values: NewRequest): Promise<EntitlementRequestRow> {
  if (await isHeld(transaction, values)) throw gatewayError('OBP-30216');
  const row = requestRow(values);
  try {
    await insertRow(transaction, entitlementRequest, row);
  } catch (error) {
    if (isUniqueViolation(error)) throw gatewayError('OBP-30214', { cause: error });
    throw error;
  }
  return row;
}

/**
 * Files a grant that a second granter must approve. An open proposal of the same grant by the same granter is returned as it is.
 *
 * @throws OBP-30216 if the user holds the role; OBP-30214 if another request for it is open.
 */
export async function proposeGrant(
  transaction: Queries,
  values: NewRequest & { proposedByUserId: string; isProposedByClaim: boolean; expiresAt: Date | null },
): Promise<EntitlementRequestRow> {
  if (await isHeld(transaction, values)) throw gatewayError('OBP-30216');
  const row = requestRow(values);
  const [inserted] = await insertRow(transaction, entitlementRequest, row, 'ignore');
  if (inserted !== undefined) return row;
  const { userId, roleName, bankId, state } = entitlementRequest;
  const [open] = await transaction
    .select()
    .from(entitlementRequest)
    .where(
      and(
        eq(userId, values.userId),
        eq(roleName, values.roleName),
        values.bankId === null ? isNull(bankId) : eq(bankId, values.bankId),
        eq(state, EntitlementRequestState.REQUESTED),
      ),
    );
  if (open === undefined) throw gatewayError('VERSION_CONFLICT', { detail: 'REQUEST_JUST_DECIDED' });
  const isSame =
    open.proposedByUserId === values.proposedByUserId && open.expiresAt?.getTime() === values.expiresAt?.getTime();
  if (!isSame) throw gatewayError('OBP-30214', { entitlementRequestId: open.id });
  return open;
}

/** Reads a request and locks it, so that the second of two concurrent decisions sees the first one. */
async function lockRequest(transaction: Queries, id: string): Promise<EntitlementRequestRow | null> {
  const [row] = await lockedForWriting(
    transaction.select().from(entitlementRequest).where(eq(entitlementRequest.id, id)),
  );
  return row ?? null;
}

function refuseOwnRequest(caller: AuthenticatedUser, { userId }: EntitlementRequestRow): void {
  if (userId !== caller.id) return;
  throw gatewayError('OBP-30221', { detail: 'OWN_REQUEST' });
}

function refuseDecided({ state }: EntitlementRequestRow): void {
  if (state === EntitlementRequestState.REQUESTED) return;
  throw gatewayError('VERSION_CONFLICT', { detail: 'REQUEST_DECIDED' });
}

/** @throws OBP-30221 unless the caller is independent of the granter who proposed the role, and of its recipient. */
async function requireIndependence(
  transaction: Queries,
  caller: AuthenticatedUser,
  granterId: string,
  recipientId: string,
): Promise<void> {
  const links = await empowermentsOf(transaction, [caller.id, granterId, recipientId]);
  if (canApprove({ approverId: caller.id, granterId, recipientId }, links)) return;
  throw gatewayError('OBP-30221', { detail: 'SECOND_GRANTER_NOT_INDEPENDENT' });
}

async function update(
  transaction: Queries,
  before: EntitlementRequestRow,
  values: Partial<EntitlementRequestRow>,
): Promise<EntitlementRequestRow> {
  const now = new Date();
  const { id, state, version } = entitlementRequest;
  const [after] = await updateRows(transaction, entitlementRequest, {
    before,
    set: { ...values, updatedAt: now, version: sql`${version} + 1` },
    where: and(eq(id, before.id), eq(state, EntitlementRequestState.REQUESTED)),
  });
  if (after === undefined) throw gatewayError('VERSION_CONFLICT', { detail: 'REQUEST_DECIDED' });
  return after;
}

function decision(caller: AuthenticatedUser, state: EntitlementRequestState, decisionReason: string | null) {
  return { state, decidedByUserId: caller.id, decidedAt: new Date(), decisionReason };
}

/** @throws OBP-10001 if the time is later than the proposed one, which the first granter chose. */
function expiryOf({ expiresAt: proposed }: EntitlementRequestRow, expiresAt: Date | null): Date | null {
  if (expiresAt === null || proposed === null) return expiresAt ?? proposed;
  assertInput(expiresAt <= proposed, 'expiresAt', 'NOT_AFTER_PROPOSED');
  return expiresAt;
}

/**
 * Approves a request. If the grant requires two granters, the first one to approve it becomes its proposer, and nothing is granted
 * yet. A proposal has no effect if its granter has lost the right to grant.
 *
 * @returns The ID of the new entitlement. Null if a second granter must approve.
 * @throws OBP-30215 if the caller cannot decide on the request; OBP-30221 for the recipient, the first granter, and users who are not
 * independent of them.
 */
export async function approveRequest(
  transaction: Queries,
  context: Context,
  caller: AuthenticatedUser,
  { id, expiresAt: chosenExpiry }: { id: string; expiresAt: Date | null },
): Promise<string | null> {
  const request = await lockRequest(transaction, id);
  if (request === null) throw gatewayError('OBP-30215');
  const isOfGranter = holdsFurtherRole(context, 'Mutation.approveEntitlementRequest', grantingRoles, request.bankId);
  if (!isOfGranter && !caller.isSuperAdmin) throw gatewayError('OBP-30215');
  refuseOwnRequest(caller, request);
  refuseDecided(request);
  const { userId, roleName, bankId, proposedByUserId } = request;
  if (proposedByUserId === caller.id) {
    throw gatewayError('OBP-30221', { detail: 'OWN_PROPOSAL' });
  }
  const expiresAt = expiryOf(request, chosenExpiry);
  checkExpiry(expiresAt, 'expiresAt');
  const isProposed = proposedByUserId !== null && (await canStillGrant(transaction, request));
  if (isProposed) await requireIndependence(transaction, caller, proposedByUserId, userId);
  else if (await needsApproval(transaction, context.config.grantApproval, { ...request, granterId: caller.id })) {
    const isProposedByClaim = !(await holdsStoredGrant(transaction, caller.id, bankId));
    await update(transaction, request, { proposedByUserId: caller.id, isProposedByClaim, expiresAt });
    return null;
  }
  await update(transaction, request, decision(caller, EntitlementRequestState.APPROVED, null));
  const granters = isProposed
    ? { byUserId: proposedByUserId, approvedByUserId: caller.id }
    : { byUserId: caller.id, approvedByUserId: null };
  return (await insertEntitlement(transaction, { userId, roleName, bankId, expiresAt }, granters)).id;
}

/**
 * Rejects a request. A granter can withdraw their own proposal. Super admins can reject only proposals, because they hold no role.
 * @throws OBP-30215 if the caller cannot decide on the request.
 */
export async function rejectRequest(
  transaction: Queries,
  context: Context,
  caller: AuthenticatedUser,
  { id, reason }: { id: string; reason: string },
): Promise<void> {
  const request = await lockRequest(transaction, id);
  const isOfGranter =
    request !== null && holdsFurtherRole(context, 'Mutation.rejectEntitlementRequest', grantingRoles, request.bankId);
  if (!isOfGranter && !(caller.isSuperAdmin && request !== null && request.proposedByUserId !== null)) {
    requireSomewhere(caller, grantingRoles);
    throw gatewayError('OBP-30215');
  }
  refuseOwnRequest(caller, request);
  refuseDecided(request);
  const { userId, proposedByUserId } = request;
  if (proposedByUserId !== null && proposedByUserId !== caller.id) {
    await requireIndependence(transaction, caller, proposedByUserId, userId);
  }
  await update(transaction, request, decision(caller, EntitlementRequestState.REJECTED, reason));
}
