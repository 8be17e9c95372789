import { eq, getTableColumns } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { subjectColumns } from '../../changes/collected-changes.ts';
import type { Queries } from '../../database/database.ts';
import { deleteRows } from '../../database/write-row.ts';
import { requireVersion } from '../../graph/input.ts';
import { customer as customerTable } from '../customer/customer.table.ts';
import { refuseUnderHold } from '../customer/legal-hold-condition.ts';
import type { DeletableCustomer } from '../customer/locked-customer.ts';
import { refuseLinksUnderHold } from '../customer-link/customer-link.writes.ts';
import { type BelongingName, belongingEntries } from './belongings.ts';
import { refuseWhileRetained } from './retention.ts';
import { requireSecondOfficer } from './second-officer.ts';

/** The columns that the audit trail needs of a deleted row. The other columns of many rows would need much memory. */
function recordedColumns(table: SQLiteTable) {
  return Object.fromEntries(Object.entries(getTableColumns(table)).filter(([name]) => subjectColumns.has(name)));
}

/**
 * Deletes a customer with everything that belongs to the customer. Accounts and users stay.
 * @throws CUSTOMER_UNDER_LEGAL_HOLD; RETENTION_PERIOD_RUNS during the retention period of the bank; DELETION_NEEDS_SECOND_OFFICER or
 * KYC_OFFICERS_NOT_INDEPENDENT if the caller has prepared the deletion.
 */
export async function deleteCustomerCascade(
  transaction: Queries,
  customer: DeletableCustomer,
  expectedVersion: number | null | undefined,
  callerId: string | null = null,
): Promise<Record<BelongingName, number>> {
  await refuseUnderHold(transaction, customer.id);
  await refuseLinksUnderHold(transaction, customer);
  await refuseWhileRetained(transaction, customer);
  if (callerId !== null) await requireSecondOfficer(transaction, customer, callerId);
  requireVersion(customer, expectedVersion);
  const deleted: Partial<Record<BelongingName, number>> = {};
  for (const [name, { table, where, isShared = false }] of belongingEntries.toReversed()) {
    const columns = isShared ? getTableColumns(table) : recordedColumns(table);
    const rows = await deleteRows(transaction, table, where(customer), columns);
    deleted[name] = rows.length;
  }
  await deleteRows(transaction, customerTable, eq(customerTable.id, customer.id));
  return deleted as Record<BelongingName, number>;
}
