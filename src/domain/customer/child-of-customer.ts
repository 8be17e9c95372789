import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { columns } from '../../database/columns.ts';
import { customer } from './customer.table.ts';

/** The foreign key of a table whose rows belong to customers. A row is at the bank of its customer. */
export function childOfCustomer(t: { bankId: SQLiteColumn; customerId: SQLiteColumn }) {
  return columns.foreignKey({ columns: [t.bankId, t.customerId], foreignColumns: [customer.bankId, customer.id] });
}
