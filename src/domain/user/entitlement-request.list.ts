import { and, count, desc, eq, isNotNull, or, type SQL, sql } from 'drizzle-orm';
import type { AuthenticatedUser } from '../../auth/authenticated-user.ts';
import { afterValues, comesAfter } from '../../database/batch.ts';
import { statementByShape } from '../../database/statement.ts';
import { holdsFurtherRole } from '../../graph/access/further-role.ts';
import { cutPage, type Page, type PageArguments, totalOf } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { grantingRoles } from './entitlement.writes.ts';
import { type EntitlementRequestRow, entitlementRequest } from './entitlement-request.table.ts';
import { type EntitlementRequest, toEntitlementRequest } from './entitlement-request.type.ts';
import type { EntitlementRequestState } from './entitlement-request-state.ts';

const orderColumns = [entitlementRequest.createdAt, entitlementRequest.id];

const ownRequests = eq(entitlementRequest.userId, sql.placeholder('callerId'));

const conditions = {
  bankId: eq(entitlementRequest.bankId, sql.placeholder('bankId')),
  state: eq(entitlementRequest.state, sql.placeholder('state')),
  /** Callers without a granting role see only their own requests. */
  own: ownRequests,
  /** Super admins without a granting role also see the proposals of granters. */
  ownOrProposed: or(ownRequests, isNotNull(entitlementRequest.proposedByUserId)) ?? ownRequests,
} satisfies Record<string, SQL>;

interface Shape {
  filters: readonly (keyof typeof conditions)[];
  continued: boolean;
}

function whereOf({ filters, continued }: Shape): SQL | undefined {
  const after = continued ? comesAfter(orderColumns, true) : undefined;
  return and(...filters.map((name) => conditions[name]), after);
}

const shapeKey = ({ filters, continued }: Shape) => [continued, ...filters].join(' ');

const requestsStatement = statementByShape(shapeKey, (queries, shape) =>
  queries
    .select()
    .from(entitlementRequest)
    .where(whereOf(shape))
    .orderBy(...orderColumns.map((column) => desc(column)))
    .limit(sql.placeholder('limit')),
);

const countStatement = statementByShape(shapeKey, (queries, shape) =>
  queries.select({ total: count() }).from(entitlementRequest).where(whereOf(shape)),
);

/**
 * One page of the requests, sorted by creation time, newest first: of a bank, or of all banks if `bankId` is null. Callers who
 * cannot grant there see their own requests only, super admins also the proposals of granters.
 */
export function requestPage(
  context: Context,
  caller: AuthenticatedUser,
  { bankId, state }: { bankId: string | null; state: EntitlementRequestState | null },
  page: PageArguments,
): Promise<Page<EntitlementRequestRow, EntitlementRequest>> {
  const database = context.readDatabase();
  const seesAll = holdsFurtherRole(context, 'Query.entitlementRequests', grantingRoles, bankId);
  const callerId = seesAll ? null : caller.id;
  const filters: Shape['filters'] = [
    ...(bankId === null ? [] : (['bankId'] as const)),
    ...(state === null ? [] : (['state'] as const)),
    ...(callerId === null ? [] : ([caller.isSuperAdmin ? 'ownOrProposed' : 'own'] as const)),
  ];
  const values = { bankId, state, callerId };
  return cutPage(context, page, {
    field: 'Query.entitlementRequests',
    boundTo: [bankId, state, callerId],
    orderValues: (row: EntitlementRequestRow) => [row.createdAt, row.id],
    toNode: toEntitlementRequest,
    count: async () => totalOf(await countStatement(database, { filters, continued: false }, values)),
    read: ({ after, limit }) =>
      requestsStatement(database, { filters, continued: after !== null }, { ...values, ...afterValues(after), limit }),
  });
}
