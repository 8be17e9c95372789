import { and, eq, isNotNull, sql } from 'drizzle-orm';
import { inKeys, keyValues } from '../../database/batch.ts';
import type { Queries } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { customer } from '../customer/customer.table.ts';
import { kycDocument } from './kyc-document.table.ts';
import { refreshKycGaps } from './kyc-gap.writes.ts';

const { customerId, ofClosedCustomer } = kycDocument;

const isClosed = sql<boolean>`(select ${isNotNull(customer.closedOn)} from ${customer} where ${eq(customer.id, customerId)})`;

const markDocuments = statement((queries) =>
  queries
    .update(kycDocument)
    .set({ ofClosedCustomer: isClosed })
    .where(and(inKeys([customerId]), sql`${ofClosedCustomer} <> ${isClosed}`)),
);

/**
 * Removes closed customers from the lists of KYC gaps and of documents that expire, and adds reopened ones again. Every transaction that
 * closes or reopens customers, or adds documents to closed ones, must call it afterwards.
 */
export async function followClosings(transaction: Queries, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length === 0) return;
  await refreshKycGaps(transaction, customerIds);
  await markDocuments(transaction, keyValues(customerIds));
}
