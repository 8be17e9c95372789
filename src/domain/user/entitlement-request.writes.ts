import { randomUUID } from 'node:crypto';
import { and, count, desc, eq, lt, or, sql } from 'drizzle-orm';
import { noteChange } from '../../audit/changes.ts';
import type { AuthenticatedUser } from '../../auth/authenticate.ts';
import { afterOf, Page, type PageArguments, pageSize } from '../../connection.ts';
import type { Context } from '../../context.ts';
import type { Queries } from '../../database/database.ts';
import { isUniqueViolation } from '../../database/errors.ts';
import { insertRow } from '../../database/write-row.ts';
import { gatewayError } from '../../errors.ts';
import { grantingRoles, isHeld, mayAt } from './entitlement.writes.ts';
import { EntitlementRequestState } from './entitlement-request.state.ts';
import { type EntitlementRequestRow, entitlementRequest } from './entitlement-request.table.ts';
import { type EntitlementRequest, toEntitlementRequest } from './entitlement-request.type.ts';

/** Fails with OBP-30216 when the role is held already, and with OBP-30214 when it is asked for already. */
export async function insertRequest(
  transaction: Queries,
  values: Pick<EntitlementRequestRow, 'userId' | 'roleName' | 'bankId' | 'reason'>,
): Promise<EntitlementRequestRow> {
  if (await isHeld(transaction, values)) throw gatewayError('OBP-30216');
  const now = new Date();
  const row: EntitlementRequestRow = {
    id: randomUUID(),
    ...values,
    state: EntitlementRequestState.REQUESTED,
    decidedByUserId: null,
    decidedAt: null,
    decisionReason: null,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
  try {
    await insertRow(transaction, entitlementRequest, row);
  } catch (error) {
    if (isUniqueViolation(error)) throw gatewayError('OBP-30214', { cause: error });
    throw error;
  }
  noteChange(transaction, entitlementRequest, null, row);
  return row;
}

interface Decision {
  state: EntitlementRequestState.APPROVED | EntitlementRequestState.REJECTED;
  reason: string | null;
  /** Whether the caller may grant every role. */
  isSuperAdmin: boolean;
}

/**
 * Decides a request that the caller may decide; another is not found (OBP-30215). Nobody decides what they asked for
 * themself (OBP-30221), and of two who decide at the same time one is too late (VERSION_CONFLICT).
 */
export async function decideRequest(
  transaction: Queries,
  caller: AuthenticatedUser,
  id: string,
  { state, reason, isSuperAdmin }: Decision,
): Promise<EntitlementRequestRow> {
  const [found] = await transaction.select().from(entitlementRequest).where(eq(entitlementRequest.id, id));
  if (found === undefined || !(isSuperAdmin || mayAt(caller, grantingRoles, found.bankId))) {
    throw gatewayError('OBP-30215');
  }
  if (found.userId === caller.id) {
    throw gatewayError('OBP-30221', { message: 'Nobody decides on a role that they asked for themself.' });
  }
  const now = new Date();
  const [decided] = await transaction
    .update(entitlementRequest)
    .set({
      state,
      decidedByUserId: caller.id,
      decidedAt: now,
      decisionReason: reason,
      updatedAt: now,
      version: sql`${entitlementRequest.version} + 1`,
    })
    .where(and(eq(entitlementRequest.id, id), eq(entitlementRequest.state, EntitlementRequestState.REQUESTED)))
    .returning();
  if (decided === undefined) throw gatewayError('VERSION_CONFLICT', { message: 'The request was decided before.' });
  noteChange(transaction, entitlementRequest, found, decided);
  return decided;
}

/**
 * One page of the requests, the newest first: of a bank, or of all where `bankId` is null. Who may not grant there is
 * given their own.
 */
export async function requestPage(
  context: Context,
  caller: AuthenticatedUser,
  { bankId, state }: { bankId: string | null; state: EntitlementRequestState | null },
  page: PageArguments,
): Promise<Page<EntitlementRequestRow, EntitlementRequest>> {
  const size = pageSize(page.first);
  const ownOf = mayAt(caller, grantingRoles, bankId) ? null : caller.id;
  const scope = {
    secret: context.config.secret,
    field: 'Query.entitlementRequests',
    arguments: [bankId, state, ownOf],
  };
  const after = afterOf(scope, page.after);
  const { createdAt, id } = entitlementRequest;
  const listed = and(
    bankId === null ? undefined : eq(entitlementRequest.bankId, bankId),
    state === null ? undefined : eq(entitlementRequest.state, state),
    ownOf === null ? undefined : eq(entitlementRequest.userId, ownOf),
  );
  const [afterDate, afterId] = (after ?? []) as [Date?, string?];
  const comesAfter =
    afterDate === undefined || afterId === undefined
      ? undefined
      : or(lt(createdAt, afterDate), and(eq(createdAt, afterDate), lt(id, afterId)));
  const { read } = context.readDatabase();
  const rows = await read
    .select()
    .from(entitlementRequest)
    .where(and(listed, comesAfter))
    .orderBy(desc(createdAt), desc(id))
    .limit(size + 1);
  return new Page({
    rows,
    size,
    after: page.after,
    scope,
    orderValues: (row) => [row.createdAt, row.id],
    toNode: toEntitlementRequest,
    async count() {
      const [counted] = await read.select({ total: count() }).from(entitlementRequest).where(listed);
      return Number(counted?.total ?? 0);
    },
  });
}
