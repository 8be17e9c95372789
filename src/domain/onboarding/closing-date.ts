import { and, getTableName, isNull, max, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { gatewayError } from '../../base/errors.ts';
import { inKeys, keyValues } from '../../database/batch.ts';
import type { Database, Queries } from '../../database/database.ts';
import { statementByShape } from '../../database/statement.ts';
import type { CustomerRow } from '../customer/customer.table.ts';
import { kycCheck } from '../kyc/kyc-check.table.ts';
import { kycDocument } from '../kyc/kyc-document.table.ts';
import { kycMedia } from '../kyc/kyc-media.table.ts';
import { kycStatus } from '../kyc/kyc-status.table.ts';

interface DatedTable {
  table: SQLiteTable & { customerId: SQLiteColumn; retractedAt: SQLiteColumn };
  date: SQLiteColumn;
}

/** The tables of KYC evidence and statuses. Proposals are decided on, so their dates prove nothing. */
const datedTables: readonly DatedTable[] = [
  { table: kycCheck, date: kycCheck.date },
  { table: kycDocument, date: kycDocument.issueDate },
  { table: kycMedia, date: kycMedia.date },
  { table: kycStatus, date: kycStatus.date },
];

const latestDates = statementByShape(
  ({ table }: DatedTable) => getTableName(table),
  (queries, { table, date }) =>
    queries
      .select({ customerId: sql<string>`${table.customerId}`.as('customer_id'), latest: max(date) })
      .from(table as SQLiteTable)
      .where(and(inKeys([table.customerId]), isNull(table.retractedAt)))
      .groupBy(table.customerId),
);

function dayOf(date: unknown): string {
  return date instanceof Date ? date.toISOString().slice(0, 10) : String(date);
}

/** The columns of a customer from which the earliest day of a closing follows. */
export type ClosableCustomer = Pick<CustomerRow, 'id' | 'dateOfBirth' | 'incorporationDate'>;

/**
 * The earliest days on which the relationships can have ended: a customer exists before, and no evidence shows that the relationship
 * continued. Null for any day.
 */
export async function earliestClosings(
  target: Database | Queries,
  customers: readonly ClosableCustomer[],
): Promise<(string | null)[]> {
  const days = new Map(
    customers.map(({ id, dateOfBirth, incorporationDate }) => [id, dateOfBirth ?? incorporationDate ?? null]),
  );
  const keys = keyValues([...days.keys()]);
  for (const dated of datedTables) {
    for (const { customerId, latest } of await latestDates(target, dated, keys)) {
      const known = days.get(customerId) ?? null;
      if (latest !== null && (known === null || dayOf(latest) > known)) days.set(customerId, dayOf(latest));
    }
  }
  return customers.map(({ id }) => days.get(id) ?? null);
}

/** @throws CLOSING_TOO_EARLY */
export async function refuseEarlyClosing(
  transaction: Queries,
  customer: ClosableCustomer,
  closedOn: string,
): Promise<void> {
  const [earliest = null] = await earliestClosings(transaction, [customer]);
  if (earliest !== null && closedOn < earliest) throw gatewayError('CLOSING_TOO_EARLY', { field: 'input.date' });
}
