import { eq, getTableColumns } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { subjectColumns } from '../../changes/collected-changes.ts';
import type { Queries } from '../../database/database.ts';
import { deleteRows } from '../../database/write-row.ts';
import { requireVersion } from '../../graph/input.ts';
import { customer as customerTable } from '../customer/customer.table.ts';
import type { DeletableCustomer } from '../customer/locked-customer.ts';
import { type BelongingName, belongingEntries } from './belongings.ts';
import { refuseWhileRetained } from './retention.ts';

/** The columns that the audit trail needs of a deleted row. The other columns of many rows would need much memory. */
function recordedColumns(table: SQLiteTable) {
  return Object.fromEntries(Object.entries(getTableColumns(table)).filter(([name]) => subjectColumns.has(name)));
}

/**
 * Deletes a customer with everything that belongs to the customer. Accounts and users stay.
 * @throws RETENTION_PERIOD_RUNS during the retention period of the bank.
 */
export async function deleteCustomerCascade(
  transaction: Queries,
  customer: DeletableCustomer,
  expectedVersion: number | null | undefined,
): Promise<Record<BelongingName, number>> {
  await refuseWhileRetained(transaction, customer);
  requireVersion(customer, expectedVersion);
  const deleted: Partial<Record<BelongingName, number>> = {};
  for (const [name, { table, where }] of belongingEntries.toReversed()) {
    const rows = await deleteRows(transaction, table, where(customer), recordedColumns(table));
    deleted[name] = rows.length;
  }
  await deleteRows(transaction, customerTable, eq(customerTable.id, customer.id));
  return deleted as Record<BelongingName, number>;
}
