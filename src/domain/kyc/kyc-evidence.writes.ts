import { randomUUID } from 'node:crypto';
import { and, eq, getTableName, isNull, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { statementByShape } from '../../database/statement.ts';
import { insertRow, updateRows } from '../../database/write-row.ts';
import { countOf, maxCollectionSize } from '../customer/customer-collection.ts';
import type { ChildTable, LockedCustomer } from '../customer/locked-customer.ts';

/** Checks, documents and media: known by customer and id, added and retracted, never overwritten or deleted. */
type EvidenceTable = ChildTable & { retractedAt: SQLiteColumn };

/** The columns that are not the caller's to fill. */
type OwnColumn =
  | 'id'
  | 'bankId'
  | 'customerId'
  | 'retractedAt'
  | 'retractedByUserId'
  | 'retractionReason'
  | 'createdAt'
  | 'updatedAt';

/** All columns that the caller fills: a column that was forgotten would not be compared. */
export type EvidenceValues<Table extends EvidenceTable> = Required<Omit<Table['$inferInsert'], OwnColumn>>;

function own(table: EvidenceTable, customer: LockedCustomer, id: string): SQL | undefined {
  return and(eq(table.customerId, customer.id), eq(table.id, id));
}

const findOwn = statementByShape(getTableName<EvidenceTable>, (queries, table: EvidenceTable) =>
  queries
    .select()
    .from(table as SQLiteTable)
    .where(and(eq(table.customerId, sql.placeholder('customerId')), eq(table.id, sql.placeholder('id')))),
);

/** Fails when a customer has more rows than a plain list gives; called after the insert, within its transaction. */
export async function refuseOverflow(
  transaction: Queries,
  table: SQLiteTable & { customerId: SQLiteColumn },
  customer: LockedCustomer,
): Promise<void> {
  const [counted] = await countOf(transaction, table, { customerId: customer.id });
  if (Number(counted?.total ?? 0) > maxCollectionSize) {
    const message = `A customer has at most ${maxCollectionSize} of them.`;
    throw gatewayError('TOO_MANY_ITEMS', { message, limit: maxCollectionSize });
  }
}

/** Dates by their moment. */
function isSame(stored: unknown, given: unknown): boolean {
  return JSON.stringify(stored) === JSON.stringify(given);
}

/**
 * Adds evidence, or gives what is stored under its id when all values are equal (`isNew` is false then); other values
 * are KYC_EVIDENCE_EXISTS. Of requests that race with one id, the database lets one insert it, and the others compare.
 */
export async function addEvidence<Table extends EvidenceTable>(
  transaction: Queries,
  table: Table,
  customer: LockedCustomer,
  id: string | null,
  values: EvidenceValues<Table>,
): Promise<{ row: Table['$inferSelect']; isNew: boolean }> {
  const now = new Date();
  const made = {
    id: id ?? randomUUID(),
    bankId: customer.bankId,
    customerId: customer.id,
    createdAt: now,
    updatedAt: now,
  };
  const [added] = await insertRow<SQLiteTable>(transaction, table, { ...values, ...made }, 'ignore');
  if (added !== undefined) {
    await refuseOverflow(transaction, table, customer);
    return { row: added, isNew: true };
  }
  const [stored] = await findOwn(transaction, table, { customerId: customer.id, id: made.id });
  if (stored === undefined || !Object.entries(values).every(([name, value]) => isSame(stored[name], value))) {
    throw gatewayError('KYC_EVIDENCE_EXISTS', { field: 'input.id' });
  }
  return { row: stored, isNew: false };
}

/** Marks evidence as retracted, once: what the row says of the customer stays as it is. */
export async function retractEvidence(
  transaction: Queries,
  table: EvidenceTable,
  customer: LockedCustomer,
  id: string,
  { userId, reason }: { userId: string; reason: string },
): Promise<void> {
  const now = new Date();
  const retraction = { retractedAt: now, retractedByUserId: userId, retractionReason: reason };
  const [retracted] = await updateRows<SQLiteTable>(transaction, table, {
    before: {},
    set: { ...retraction, updatedAt: now },
    where: and(own(table, customer, id), isNull(table.retractedAt)),
  });
  if (retracted !== undefined) return;
  const [stored] = await findOwn(transaction, table, { customerId: customer.id, id });
  throw gatewayError(stored === undefined ? 'KYC_EVIDENCE_NOT_FOUND' : 'KYC_EVIDENCE_RETRACTED', { field: 'input.id' });
}
