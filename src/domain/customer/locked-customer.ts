import { and, eq, getTableName, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { gatewayError, type PlainErrorKey } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { lockedForDeletion, lockedForWriting } from '../../database/lock.ts';
import { statement, statementByShape } from '../../database/statement.ts';
import { kycStateOf } from './customer.rules.ts';
import { type CustomerRow, customer } from './customer.table.ts';

declare const locked: unique symbol;
declare const deletable: unique symbol;

/**
 * A customer whose bank was checked and whose row is locked. Writes need one rather than an ID. Only this module can create it, so
 * a caller with roles at one bank cannot write rows of another.
 */
export type LockedCustomer = CustomerRow & { readonly [locked]: true };

/** A locked customer to whom no row can be added, not even by writes that do not lock the customer. */
export type DeletableCustomer = LockedCustomer & { readonly [deletable]: true };

function selectCustomer(queries: Queries) {
  const { id, bankId } = customer;
  const isCustomer = and(eq(id, sql.placeholder('customerId')), eq(bankId, sql.placeholder('bankId')));
  return queries.select().from(customer).where(isCustomer);
}

const customerForWriting = statement((queries) => lockedForWriting(selectCustomer(queries)));
const customerForDeletion = statement((queries) => lockedForDeletion(selectCustomer(queries)));

/**
 * Reads a customer of a bank and locks the row. Writes to one customer wait for each other, so that limits hold and no row is added
 * while the customer is deleted.
 * @throws OBP-30046 if the bank does not have the customer.
 */
export async function lockCustomer(queries: Queries, bankId: string, customerId: string): Promise<LockedCustomer> {
  const [row] = await customerForWriting(queries, { bankId, customerId });
  if (row === undefined) throw gatewayError('OBP-30046');
  return withState(row) as LockedCustomer;
}

/** A customer that this transaction has inserted. No other transaction sees the row before it is committed. */
export function newCustomer(inserted: CustomerRow): LockedCustomer {
  return inserted as LockedCustomer;
}

/** Until `fillKycStates` has ended, a row might not have its state yet, which a change must not record as the former one. */
function withState(row: CustomerRow): CustomerRow {
  return { ...row, kycState: kycStateOf(row) };
}

/**
 * Reads a customer of a bank and locks the row for its deletion. This must be the first lock of the customer in a transaction: an
 * import that added a row before it updates the customer would wait for the weaker lock, and this transaction for the import.
 * @throws OBP-30046 if the bank does not have the customer.
 */
export async function lockCustomerForDeletion(
  queries: Queries,
  bankId: string,
  customerId: string,
): Promise<DeletableCustomer> {
  const [row] = await customerForDeletion(queries, { bankId, customerId });
  if (row === undefined) throw gatewayError('OBP-30046');
  return row as DeletableCustomer;
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
  notFound: PlainErrorKey,
): Promise<{ row: Table['$inferSelect']; customer: LockedCustomer }> {
  const [row] = await linkedRow(queries, table, { id, bankId });
  if (row === undefined) throw gatewayError(notFound);
  return { row, customer: await lockCustomer(queries, bankId, (row as { customerId: string }).customerId) };
}
