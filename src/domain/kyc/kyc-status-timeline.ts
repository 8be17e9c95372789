import { randomUUID } from 'node:crypto';
import { and, asc, desc, eq, type SQL, sql } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { insertRow, updateRows } from '../../database/write-row.ts';
import { lastOkDateOrderOf } from '../customer/customer.rules.ts';
import { customer as customerTable } from '../customer/customer.table.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { refuseOverflow } from './kyc-evidence.writes.ts';
import { type KycStatusRow, kycStatus } from './kyc-status.table.ts';

/** The newest by its date. Of two of one date the one that is not ok counts, whichever came first. */
async function newestOf(transaction: Queries, where: SQL | undefined): Promise<KycStatusRow | null> {
  const [newest] = await transaction
    .select()
    .from(kycStatus)
    .where(where)
    .orderBy(desc(kycStatus.date), asc(kycStatus.ok))
    .limit(1);
  return newest ?? null;
}

/** A customer that came with `lastOkDate` but without a timeline was ok then: the timeline begins with that. */
async function layDownFirst(transaction: Queries, customer: LockedCustomer, now: Date): Promise<void> {
  const { id: customerId, bankId, lastOkDate: date } = customer;
  if (date === null || (await newestOf(transaction, eq(kycStatus.customerId, customerId))) !== null) return;
  const first = { id: randomUUID(), bankId, customerId, ok: true, date, createdAt: now, updatedAt: now };
  await insertRow(transaction, kycStatus, first, 'ignore');
}

/**
 * Adds a status to the timeline of a customer, whose `kycStatus` and `lastOkDate` follow the whole timeline: the newest
 * status by date, and the date of the newest that is ok. The same status again changes nothing, the version neither.
 */
export async function applyKycStatus(
  transaction: Queries,
  customer: LockedCustomer,
  { ok, date }: Pick<KycStatusRow, 'ok' | 'date'>,
): Promise<KycStatusRow> {
  const now = new Date();
  const { id: customerId, bankId } = customer;
  await layDownFirst(transaction, customer, now);
  const row = { id: randomUUID(), bankId, customerId, ok, date, createdAt: now, updatedAt: now };
  const [added] = await insertRow(transaction, kycStatus, row, 'ignore');
  const ofCustomer = eq(kycStatus.customerId, customerId);
  if (added === undefined) {
    const same = await newestOf(transaction, and(ofCustomer, eq(kycStatus.date, date), eq(kycStatus.ok, ok)));
    // Gone in between: only a deleted customer loses a status.
    if (same === null) throw gatewayError('OBP-30046');
    return same;
  }
  // Locks the customer: another status that is added at the same time waits here, and then sees this one.
  const where = eq(customerTable.id, customerId);
  const next = { version: sql`${customerTable.version} + 1`, updatedAt: now };
  await updateRows(transaction, customerTable, { before: customer, set: next, where });
  await refuseOverflow(transaction, kycStatus, customer);
  const newest = await newestOf(transaction, ofCustomer);
  const newestOk = await newestOf(transaction, and(ofCustomer, eq(kycStatus.ok, true)));
  const lastOkDate = newestOk?.date ?? null;
  const following = { kycStatus: newest?.ok ?? false, lastOkDate, lastOkDateOrder: lastOkDateOrderOf(lastOkDate) };
  await updateRows(transaction, customerTable, { before: customer, set: following, where });
  return added;
}
