import { and, eq, sql } from 'drizzle-orm';
import { noteChange } from '../../audit/changes.ts';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { isUniqueViolation } from '../../database/errors.ts';
import { type CustomerRow, customer } from './customer.table.ts';
import { type LockedCustomer, lockCustomer } from './locked-customer.ts';

/** The columns that an input fills, those derived from it among them. */
export type CustomerColumns = Omit<CustomerRow, 'rowNumber' | 'id' | 'bankId' | 'createdAt' | 'updatedAt' | 'version'>;

/**
 * VERSION_CONFLICT when the customer has another version than expected; OBP-30006 when another has its number. The caller
 * says for the audit trail what changed: the cascade only locks the customer with it.
 */
export async function updateCustomer(
  transaction: Queries,
  { id, bankId }: LockedCustomer,
  values: Partial<CustomerColumns>,
  expectedVersion: number | null | undefined,
): Promise<CustomerRow> {
  const own = and(eq(customer.id, id), eq(customer.bankId, bankId));
  const [row] = await transaction
    .update(customer)
    .set({ ...values, updatedAt: new Date(), version: sql`${customer.version} + 1` })
    .where(and(own, expectedVersion == null ? undefined : eq(customer.version, expectedVersion)))
    .returning()
    .catch((error: unknown) => {
      if (isUniqueViolation(error, ['bank_id', 'customer_number'])) {
        throw gatewayError('OBP-30006', { field: 'input.customerNumber', cause: error });
      }
      throw error;
    });
  if (row !== undefined) return row;
  const [current] = await transaction.select({ version: customer.version }).from(customer).where(own);
  if (current === undefined) throw gatewayError('OBP-30046');
  throw gatewayError('VERSION_CONFLICT', { currentVersion: current.version, field: 'expectedVersion' });
}

/**
 * Stores a new customer; null where another one of the bank has its number. The database decides that, of two at once too,
 * and the transaction goes on.
 */
export async function insertCustomer(
  transaction: Queries,
  row: CustomerColumns & Pick<CustomerRow, 'id' | 'bankId'>,
): Promise<LockedCustomer | null> {
  const now = new Date();
  const [inserted] = await transaction
    .insert(customer)
    .values({ ...row, createdAt: now, updatedAt: now })
    .onConflictDoNothing({ target: [customer.bankId, customer.customerNumber] })
    .returning({ id: customer.id });
  if (inserted === undefined) return null;
  const found = await lockCustomer(transaction, row.bankId, row.id);
  noteChange(transaction, customer, null, found);
  return found;
}
