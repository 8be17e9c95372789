import { and, eq, getTableName, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type ErrorKey, gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { lockedForWriting } from '../../database/lock.ts';
import { statement, statementByShape } from '../../database/statement.ts';
import { type CustomerRow, customer } from './customer.table.ts';

declare const locked: unique symbol;

/**
 * A customer whose bank was checked and whose row is locked. Writes need one rather than an ID. Only this module can create it, so
 * a caller with roles at one bank cannot write rows of another.
 */
export type LockedCustomer = CustomerRow & { readonly [locked]: true };

const lockedCustomer = statement((queries) =>
  lockedForWriting(
    queries
      .select()
      .from(customer)
      .where(and(eq(customer.id, sql.placeholder('customerId')), eq(customer.bankId, sql.placeholder('bankId')))),
  ),
);

/**
 * Reads a customer of a bank and locks the row. Writes to one customer wait for each other, so that limits hold and no row is added
 * while the customer is deleted.
 * @throws OBP-30046 if the bank does not have the customer.
 */
export async function lockCustomer(queries: Queries, bankId: string, customerId: string): Promise<LockedCustomer> {
  const [row] = await lockedCustomer(queries, { bankId, customerId });
  if (row === undefined) throw gatewayError('OBP-30046');
  return row as LockedCustomer;
}

/** A table whose rows belong to customers. */
export type ChildTable = SQLiteTable & { id: SQLiteColumn; bankId: SQLiteColumn; customerId: SQLiteColumn };

const linkedRow = statementByShape(getTableName<ChildTable>, (queries, table: ChildTable) =>
  queries
    .select()
    .from(table as SQLiteTable)
    .where(and(eq(table.id, sql.placeholder('id')), eq(table.bankId, sql.placeholder('bankId')))),
);

/** Reads a row of a bank and locks its customer, for mutations without the argument `customerId`. @throws `notFound` */
export async function lockCustomerOfRow<Table extends ChildTable>(
  queries: Queries,
  table: Table,
  bankId: string,
  id: string,
  notFound: ErrorKey,
): Promise<{ row: Table['$inferSelect']; customer: LockedCustomer }> {
  const [row] = await linkedRow(queries, table, { id, bankId });
  if (row === undefined) throw gatewayError(notFound);
  return { row, customer: await lockCustomer(queries, bankId, (row as { customerId: string }).customerId) };
}
