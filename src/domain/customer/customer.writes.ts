import { and, eq, sql } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import { derivedCanonicalForm } from '../../base/identifiers.ts';
import type { Queries } from '../../database/database.ts';
import { isUniqueViolation } from '../../database/errors.ts';
import { insertRow, updateOf } from '../../database/write-row.ts';
import { requireVersion } from '../../graph/input.ts';
import { isUpdateForOfficers } from './customer.rules.ts';
import { type CustomerRow, customer } from './customer.table.ts';
import { isLookAlikeStored } from './customer-number.ts';
import { type LockedCustomer, newCustomer } from './locked-customer.ts';

/** The columns that an input sets, including those derived from it, except the canonical number and the dates of reviews. */
export type CustomerColumns = Omit<
  CustomerRow,
  | 'rowNumber'
  | 'id'
  | 'bankId'
  | 'canonicalNumber'
  | 'createdAt'
  | 'updatedAt'
  | 'version'
  | keyof ClosingColumns
  | 'kycReviewDate'
  | 'kycReviewDueOn'
>;

/** The columns that a closing sets. */
export type ClosingColumns = Pick<
  CustomerRow,
  'closedOn' | 'closingReason' | 'closedByUserId' | 'closedAt' | 'changedBeforeClosing'
>;

const isStored = and(eq(customer.id, sql.placeholder('id')), eq(customer.bankId, sql.placeholder('bankId')));
const updateStored = updateOf(customer, isStored, { version: sql`${customer.version} + 1` });
const updateForOfficers = updateOf(customer, isStored);

/**
 * Changes the columns of `values`. Without columns, nothing is written. The version and the time of the last change stay if linked users
 * cannot read any of the columns.
 * @throws VERSION_CONFLICT; OBP-30006 if another customer of the bank has the number.
 */
export async function updateCustomer(
  transaction: Queries,
  before: LockedCustomer,
  values: Partial<CustomerColumns & ClosingColumns & Pick<CustomerRow, 'kycReviewDate'>>,
  expectedVersion: number | null | undefined,
): Promise<void> {
  requireVersion(before, expectedVersion);
  if (Object.keys(values).length === 0) return;
  const { id, bankId } = before;
  if (isUpdateForOfficers(Object.keys(values))) {
    await updateForOfficers(transaction, { before, set: values, where: { id, bankId } });
    return;
  }
  const set: Partial<CustomerRow> = { ...values, updatedAt: new Date() };
  const { customerNumber } = values;
  // An unchanged number can collide with another one that an earlier version stored.
  if (customerNumber !== undefined && customerNumber !== before.customerNumber) {
    if (await isLookAlikeStored(transaction, { bankId, customerNumber, exceptId: id })) {
      throw gatewayError('OBP-30006', { field: 'input.customerNumber' });
    }
    set.canonicalNumber = derivedCanonicalForm(customerNumber);
  }
  await updateStored(transaction, { before, set, where: { id, bankId } }).catch((error: unknown) => {
    if (isUniqueViolation(error, ['bank_id', 'customer_number'])) {
      throw gatewayError('OBP-30006', { field: 'input.customerNumber', cause: error });
    }
    throw error;
  });
}

/**
 * Stores a new customer. Returns null if another customer of the bank has the number: the database decides, also between
 * concurrent transactions, and the transaction can go on.
 */
export async function insertCustomer(
  transaction: Queries,
  row: CustomerColumns & Pick<CustomerRow, 'id' | 'bankId'>,
): Promise<LockedCustomer | null> {
  const { id, bankId, customerNumber } = row;
  if (await isLookAlikeStored(transaction, { bankId, customerNumber, exceptId: id })) return null;
  const now = new Date();
  const values = { ...row, canonicalNumber: derivedCanonicalForm(customerNumber), createdAt: now, updatedAt: now };
  const [inserted] = await insertRow(transaction, customer, values, 'ignore');
  return inserted === undefined ? null : newCustomer(inserted);
}
