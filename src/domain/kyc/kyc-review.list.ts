import { and, asc, count, eq, isNull, lte, type SQL, sql } from 'drizzle-orm';
import { afterValues, comesAfter } from '../../database/batch.ts';
import { statement } from '../../database/statement.ts';
import { cutPage, type Page, type PageArguments, totalOf } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { customer } from '../customer/customer.table.ts';
import type { CustomerReview } from './kyc-review.type.ts';

const orderColumns = [customer.kycReviewDueOn, customer.id];

const isDue = and(
  eq(customer.bankId, sql.placeholder('bankId')),
  lte(customer.kycReviewDueOn, sql.placeholder('on')),
  isNull(customer.closedOn),
);

function pageStatement(where: SQL | undefined) {
  return statement((queries) =>
    queries
      .select({
        bankId: customer.bankId,
        customerId: customer.id,
        dueOn: sql<string>`${customer.kycReviewDueOn}`.as('due_on'),
      })
      .from(customer)
      .where(where)
      .orderBy(...orderColumns.map((column) => asc(column)))
      .limit(sql.placeholder('limit')),
  );
}

const firstPage = pageStatement(isDue);
const nextPage = pageStatement(and(isDue, comesAfter(orderColumns, false)));
const total = statement((queries) => queries.select({ total: count() }).from(customer).where(isDue));

/** One page of the customers of a bank whose review is due on a date, sorted by their due dates, earliest first. */
export function dueReviewPage(
  context: Context,
  { bankId, on }: { bankId: string; on: string | null },
  page: PageArguments,
): Promise<Page<CustomerReview, CustomerReview>> {
  const database = context.readDatabase();
  const values = { bankId, on: on ?? new Date().toISOString().slice(0, 10) };
  return cutPage(context, page, {
    field: 'Query.customersDueForReview',
    boundTo: [bankId, on],
    orderValues: (row: CustomerReview) => [row.dueOn, row.customerId],
    toNode: (row: CustomerReview) => row,
    count: async () => totalOf(await total(database, values)),
    read: ({ after, limit }) =>
      (after === null ? firstPage : nextPage)(database, { ...values, ...afterValues(after), limit }),
  });
}
