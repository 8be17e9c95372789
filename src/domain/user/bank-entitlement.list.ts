import { and, asc, count, eq, inArray, isNull, or, type SQL, sql } from 'drizzle-orm';
import { roles } from '../../base/roles.ts';
import { afterValues, comesAfter } from '../../database/batch.ts';
import { statementByShape } from '../../database/statement.ts';
import { cutPage, type Page, type PageArguments, totalOf } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { type EntitlementRow, entitlement } from './entitlement.table.ts';
import { type Entitlement, toEntitlement } from './entitlement.type.ts';

const orderColumns = [entitlement.roleName, entitlement.userId];

const conditions = {
  roleName: eq(entitlement.roleName, sql.placeholder('roleName')),
  userId: eq(entitlement.userId, sql.placeholder('userId')),
} satisfies Record<string, SQL>;

interface Shape {
  filters: readonly (keyof typeof conditions)[];
  continued: boolean;
}

function whereOf({ filters, continued }: Shape): SQL | undefined {
  return and(
    eq(entitlement.bankId, sql.placeholder('bankId')),
    // Roles that this version does not know do not allow anything.
    inArray(entitlement.roleName, Object.keys(roles)),
    or(
      isNull(entitlement.expiresAt),
      sql`${entitlement.expiresAt} > ${sql.param(sql.placeholder('now'), entitlement.expiresAt)}`,
    ),
    ...filters.map((name) => conditions[name]),
    continued ? comesAfter(orderColumns, false) : undefined,
  );
}

const shapeKey = ({ filters, continued }: Shape) => [continued, ...filters].join(' ');

const entitlementsStatement = statementByShape(shapeKey, (queries, shape) =>
  queries
    .select()
    .from(entitlement)
    .where(whereOf(shape))
    .orderBy(...orderColumns.map((column) => asc(column)))
    .limit(sql.placeholder('limit')),
);

const countStatement = statementByShape(shapeKey, (queries, shape) =>
  queries.select({ total: count() }).from(entitlement).where(whereOf(shape)),
);

export interface BankEntitlementFilter {
  bankId: string;
  roleName: string | null;
  userId: string | null;
}

/** One page of the entitlements at a bank that have not expired, sorted by role and user. */
export function bankEntitlementPage(
  context: Context,
  filter: BankEntitlementFilter,
  page: PageArguments,
): Promise<Page<EntitlementRow, Entitlement>> {
  const database = context.readDatabase();
  const { bankId, roleName, userId } = filter;
  const filters: Shape['filters'] = [
    ...(roleName === null ? [] : (['roleName'] as const)),
    ...(userId === null ? [] : (['userId'] as const)),
  ];
  const values = { ...filter, now: new Date() };
  return cutPage(context, page, {
    field: 'Query.bankEntitlements',
    boundTo: [bankId, roleName, userId],
    orderValues: (row: EntitlementRow) => [row.roleName, row.userId],
    toNode: (row: EntitlementRow) => toEntitlement(row),
    count: async () => totalOf(await countStatement(database, { filters, continued: false }, values)),
    read: ({ after, limit }) =>
      entitlementsStatement(
        database,
        { filters, continued: after !== null },
        { ...values, ...afterValues(after), limit },
      ),
  });
}
