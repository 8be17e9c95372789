import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { toCustomer } from '../customer/customer.type.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { belongingEntries } from './belongings.ts';
import { type ExportReader, exportedRow, readAllRows } from './exported-rows.ts';
import type { CustomerData } from './onboarding.type.ts';

/**
 * Reads all data that the bank stores about a customer, under the names of the GraphQL schema.
 *
 * Omitted are data that only serve the gateway (search columns, row numbers, versions, idempotency keys), credentials (the
 * sessions and tokens of meetings), the linked users except for their IDs, because they are persons of their own, and the
 * audit trail, which contains the readers rather than the customer.
 *
 * The number of statements is the same for every customer. Within the transaction that locked the customer, nothing changes
 * between two statements: SQLite has a single writer, and on PostgreSQL writes to the customer wait for the lock. Only rows
 * that are written without this lock, such as accounts, CRM events with only the customer's number and imports, can be newer.
 */
export async function exportCustomer(reader: ExportReader, customer: LockedCustomer): Promise<CustomerData> {
  const { id: customerId, bankId } = customer;
  const exportedAt = new Date();
  const data: Record<string, object> = { customer: { bankId, ...exportedRow(toCustomer(customer)) } };
  for (const [name, { table, where, exportedBy, toExport }] of belongingEntries) {
    if (exportedBy === null) continue;
    const { id } = table as unknown as { id?: SQLiteColumn };
    const orderBy = id === undefined ? [exportedBy] : [exportedBy, id];
    const rows = await readAllRows(reader, table, { name, where: where(customer), orderBy });
    const objects = toExport === undefined ? rows : await toExport(rows, reader, customer);
    data[name] = objects.map(exportedRow);
  }
  return { bankId, customerId, exportedAt, data };
}
