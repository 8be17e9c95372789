import { and, asc, count, eq, gte, isNull, lt, not, type SQL, sql } from 'drizzle-orm';
import { afterValues, comesAfter } from '../../database/batch.ts';
import { statement } from '../../database/statement.ts';
import { cutPage, type Page, type PageArguments, totalOf } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { type KycDocumentRow, kycDocument } from './kyc-document.table.ts';
import { type KycDocument, toKycDocument } from './kyc-document.type.ts';

const orderColumns = [kycDocument.expiryDate, kycDocument.customerId, kycDocument.id];

/** The documents of customers who are not closed whose last valid day is from `from`, inclusive, to `before`, exclusive. */
const isExpiring = and(
  eq(kycDocument.bankId, sql.placeholder('bankId')),
  isNull(kycDocument.retractedAt),
  not(kycDocument.ofClosedCustomer),
  gte(kycDocument.expiryDate, sql.placeholder('from')),
  lt(kycDocument.expiryDate, sql.placeholder('before')),
);

function pageStatement(where: SQL | undefined) {
  return statement<KycDocumentRow[]>((queries) =>
    queries
      .select()
      .from(kycDocument)
      .where(where)
      .orderBy(...orderColumns.map((column) => asc(column)))
      .limit(sql.placeholder('limit')),
  );
}

const firstPage = pageStatement(isExpiring);
const nextPage = pageStatement(and(isExpiring, comesAfter(orderColumns, false)));

const total = statement((queries) => queries.select({ total: count() }).from(kycDocument).where(isExpiring));

const earliestDate = '0001-01-01';

/** One page of the documents of a bank that expire before a date, sorted by expiry date. Retracted documents are omitted. */
export function expiringDocumentPage(
  context: Context,
  { bankId, before, includeExpired }: { bankId: string; before: string; includeExpired: boolean },
  page: PageArguments,
): Promise<Page<KycDocumentRow, KycDocument>> {
  const database = context.readDatabase();
  const today = new Date().toISOString().slice(0, 10);
  const values = { bankId, before, from: includeExpired ? earliestDate : today };
  return cutPage(context, page, {
    field: 'Query.expiringKycDocuments',
    boundTo: [bankId, before, includeExpired],
    orderValues: (row: KycDocumentRow) => [row.expiryDate, row.customerId, row.id],
    toNode: toKycDocument,
    count: async () => totalOf(await total(database, values)),
    read: ({ after, limit }) =>
      (after === null ? firstPage : nextPage)(database, { ...values, ...afterValues(after), limit }),
  });
}
