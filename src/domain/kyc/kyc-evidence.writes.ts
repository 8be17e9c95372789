import { randomUUID } from 'node:crypto';
import { and, eq, getTableName, isNull, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { withinClockLeeway } from '../../base/dates.ts';
import { type FieldErrorKey, gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { insertRows } from '../../database/insert-rows.ts';
import { statementByShape } from '../../database/statement.ts';
import { insertRow, updateRows } from '../../database/write-row.ts';
import { refuseClosed } from '../customer/customer-closing.rules.ts';
import { countOf, maxCollectionSize } from '../customer/customer-collection.ts';
import type { ChildTable, LockedCustomer } from '../customer/locked-customer.ts';
import { type EvidenceName, refreshKycGapsAfter } from './kyc-gap.writes.ts';

/** A table of checks, documents, media items or statuses. Rows are added and retracted, but never overwritten or deleted. */
type EvidenceTable = ChildTable & { retractedAt: SQLiteColumn };

/** The columns that the input does not set. */
type OwnColumn =
  | 'id'
  | 'bankId'
  | 'customerId'
  | 'retractedAt'
  | 'retractedByUserId'
  | 'retractionReason'
  | 'createdAt'
  | 'updatedAt'
  | 'recordedByUserId'
  | 'ofClosedCustomer';

/** All columns that the input sets. A missing one would not be compared with the stored row. */
export type EvidenceValues<Table extends EvidenceTable> = Required<Omit<Table['$inferInsert'], OwnColumn>>;

/** New evidence, and the user who records it. */
export interface NewEvidence<Table extends EvidenceTable> {
  /** Null if one must be generated. */
  id: string | null;
  values: EvidenceValues<Table>;
  recordedByUserId: string;
}

function own(table: EvidenceTable, customer: LockedCustomer, id: string): SQL | undefined {
  return and(eq(table.customerId, customer.id), eq(table.id, id));
}

const findOwn = statementByShape(getTableName<EvidenceTable>, (queries, table: EvidenceTable) =>
  queries
    .select()
    .from(table as SQLiteTable)
    .where(and(eq(table.customerId, sql.placeholder('customerId')), eq(table.id, sql.placeholder('id')))),
);

/** Must be called after the insert. @throws TOO_MANY_ITEMS if the customer has more rows than a plain list can have. */
export async function refuseOverflow(
  transaction: Queries,
  table: SQLiteTable & { customerId: SQLiteColumn },
  customer: LockedCustomer,
): Promise<void> {
  const [counted] = await countOf(transaction, table, { customerId: customer.id });
  if (Number(counted?.total ?? 0) > maxCollectionSize) {
    throw gatewayError('TOO_MANY_ITEMS', { detail: 'OF_CUSTOMER', limit: maxCollectionSize });
  }
}

/** The values as stored at a time. Times ahead of the clock become this time. */
function valuesAt(time: Date, values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value instanceof Date ? withinClockLeeway(value, time) : value,
    ]),
  );
}

/** Compares dates by their times. */
function isSame(stored: unknown, value: unknown): boolean {
  return JSON.stringify(stored) === JSON.stringify(value);
}

/** The field of the input that chooses the ID of new evidence, such as `input.kycCheckId`. */
function idFieldOf(table: EvidenceTable): string {
  const name = getTableName(table).replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return `input.${name}Id`;
}

/**
 * Adds evidence. If evidence with the ID and the same values exists, returns it with `isNew` false, and the user
 * who recorded it first stays. If concurrent requests have the
 * same ID, the database lets one of them insert, and the others compare.
 * @throws CUSTOMER_CLOSED; KYC_EVIDENCE_EXISTS if evidence with the ID has other values.
 */
export async function addEvidence<Table extends EvidenceTable>(
  transaction: Queries,
  table: Table,
  customer: LockedCustomer,
  { id, values, recordedByUserId }: NewEvidence<Table>,
): Promise<{ row: Table['$inferSelect']; isNew: boolean }> {
  refuseClosed(customer);
  const now = new Date();
  const ownColumns = {
    id: id ?? randomUUID(),
    bankId: customer.bankId,
    customerId: customer.id,
    createdAt: now,
    updatedAt: now,
    recordedByUserId,
  };
  const [added] = await insertRow<SQLiteTable>(
    transaction,
    table,
    { ...valuesAt(now, values), ...ownColumns },
    'ignore',
  );
  if (added !== undefined) {
    await refuseOverflow(transaction, table, customer);
    await refreshKycGapsAfter(transaction, getTableName(table) as EvidenceName, customer.id);
    return { row: added, isNew: true };
  }
  const [stored] = await findOwn(transaction, table, { customerId: customer.id, id: ownColumns.id });
  // A time that was ahead of the clock is still so for a retry, or is in the past by then.
  const repeated = valuesAt(stored?.createdAt ?? now, values);
  if (stored === undefined || !Object.entries(repeated).every(([name, value]) => isSame(stored[name], value))) {
    throw gatewayError('KYC_EVIDENCE_EXISTS', { field: idFieldOf(table) });
  }
  return { row: stored, isNew: false };
}

/** Inserts the evidence of a new customer with one statement. */
export async function insertEvidence<Table extends EvidenceTable>(
  transaction: Queries,
  table: Table,
  { id: customerId, bankId }: LockedCustomer,
  evidence: readonly NewEvidence<Table>[],
): Promise<void> {
  if (evidence.length === 0) return;
  const now = new Date();
  const rows = evidence.map(({ id, values, recordedByUserId }) => ({
    ...valuesAt(now, values),
    ...{ id: id ?? randomUUID(), bankId, customerId, recordedByUserId, createdAt: now, updatedAt: now },
  }));
  await insertRows<SQLiteTable>(transaction, table, rows);
}

/** The user who retracts a row, and the reason. */
export interface Retraction {
  userId: string;
  reason: string;
}

/** The errors for a row that does not exist, and for one that is already retracted. */
interface RetractionErrors {
  notFound: FieldErrorKey;
  retracted: FieldErrorKey;
  /** The field of the input that names the row. */
  field: string;
}

const evidenceErrors = {
  notFound: 'KYC_EVIDENCE_NOT_FOUND',
  retracted: 'KYC_EVIDENCE_RETRACTED',
  field: 'input.kycEvidenceId',
} as const;

/** Marks a row as retracted. Its other columns stay. @throws `errors` */
export async function retractEvidence(
  transaction: Queries,
  table: EvidenceTable,
  customer: LockedCustomer,
  id: string,
  { userId, reason }: Retraction,
  errors: RetractionErrors = evidenceErrors,
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
  throw gatewayError(stored === undefined ? errors.notFound : errors.retracted, { field: errors.field });
}
