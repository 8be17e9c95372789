import { randomUUID } from 'node:crypto';
import { and, asc, desc, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { insertRow, updateOf } from '../../database/write-row.ts';
import { timelineColumns } from '../customer/customer.rules.ts';
import { customer as customerTable } from '../customer/customer.table.ts';
import { refuseClosed } from '../customer/customer-closing.rules.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { refreshReviewDates } from '../customer/review-dates.ts';
import { type Retraction, refuseOverflow, retractEvidence } from './kyc-evidence.writes.ts';
import { refreshKycGapsAfter } from './kyc-gap.writes.ts';
import type { KycStatusValues } from './kyc-status.rules.ts';
import { type KycStatusRow, kycStatus } from './kyc-status.table.ts';

/** The status with the latest date. If two have the same date, the one that is not `ok`, regardless of which came first. */
async function newestOf(transaction: Queries, where: SQL | undefined): Promise<KycStatusRow | null> {
  const [newest] = await transaction
    .select()
    .from(kycStatus)
    .where(where)
    .orderBy(desc(kycStatus.date), asc(kycStatus.ok), asc(kycStatus.id))
    .limit(1);
  return newest ?? null;
}

const updateTimeline = updateOf(customerTable, eq(customerTable.id, sql.placeholder('customerId')), {
  version: sql`${customerTable.version} + 1`,
});

/** If a customer has a `lastOkDate`, but no timeline, starts the timeline with a status that is `ok` at that date. */
async function insertFirst(transaction: Queries, customer: LockedCustomer, now: Date): Promise<void> {
  const { id: customerId, bankId, lastOkDate: date } = customer;
  if (date === null || (await newestOf(transaction, eq(kycStatus.customerId, customerId))) !== null) return;
  const first = { id: randomUUID(), bankId, customerId, ok: true, date, createdAt: now, updatedAt: now };
  await insertRow(transaction, kycStatus, first, 'ignore');
}

/** The user who records a status, and the proposal that this user confirms with it. */
type Recording = { recordedByUserId: string; proposalId: string | null };

/**
 * Adds a status to the timeline of a customer. The `kycStatus` of the customer becomes the status with the latest date, and
 * `lastOkDate` the latest date of a status that is `ok`. An existing status changes nothing.
 * @throws CUSTOMER_CLOSED
 */
export async function applyKycStatus(
  transaction: Queries,
  customer: LockedCustomer,
  { ok, date, sentDate, reason }: KycStatusValues,
  recording: Recording,
): Promise<KycStatusRow> {
  refuseClosed(customer);
  const now = new Date();
  const { id: customerId, bankId } = customer;
  await insertFirst(transaction, customer, now);
  // A date that was ahead of the clock is the same at the retry of a call, even if it is in the past then.
  const isRetry = and(validOf(customer), eq(kycStatus.sentDate, sentDate ?? date), eq(kycStatus.ok, ok));
  const sent = await newestOf(transaction, isRetry);
  if (sent !== null) return sent;
  const values = { bankId, customerId, ok, date, sentDate, reason, ...recording };
  const row = { id: randomUUID(), ...values, createdAt: now, updatedAt: now };
  const [added] = await insertRow(transaction, kycStatus, row, 'ignore');
  if (added === undefined) {
    const same = await newestOf(transaction, and(validOf(customer), eq(kycStatus.date, date), eq(kycStatus.ok, ok)));
    // Statuses are deleted only with their customer.
    if (same === null) throw gatewayError('OBP-30046');
    return same;
  }
  await refuseOverflow(transaction, kycStatus, customer);
  await followTimeline(transaction, customer, now);
  return added;
}

/**
 * Retracts a status. The customer follows the rest of the timeline, as if the status had never been added.
 * @throws KYC_STATUS_NOT_FOUND or KYC_STATUS_RETRACTED
 */
export async function retractKycStatus(
  transaction: Queries,
  customer: LockedCustomer,
  id: string,
  retraction: Retraction,
): Promise<void> {
  const errors = { notFound: 'KYC_STATUS_NOT_FOUND', retracted: 'KYC_STATUS_RETRACTED', field: 'input.id' } as const;
  await retractEvidence(transaction, kycStatus, customer, id, retraction, errors);
  await followTimeline(transaction, customer, new Date());
}

function validOf(customer: LockedCustomer): SQL | undefined {
  return and(eq(kycStatus.customerId, customer.id), isNull(kycStatus.retractedAt));
}

/**
 * Sets the columns of the customer that follow the valid statuses of the timeline. If none differs, the version stays too, because
 * linked users see it, but not the timeline.
 */
async function followTimeline(transaction: Queries, customer: LockedCustomer, now: Date): Promise<void> {
  const valid = validOf(customer);
  const newest = await newestOf(transaction, valid);
  const newestOk = await newestOf(transaction, and(valid, eq(kycStatus.ok, true)));
  const { kycStatus: isOk, kycState, lastOkDate } = customer;
  const following = timelineColumns(newest, newestOk?.date ?? null);
  const isSameDate = following.lastOkDate?.getTime() === lastOkDate?.getTime();
  if (isSameDate && following.kycStatus === isOk && following.kycState === kycState) return;
  const set = { ...following, updatedAt: now };
  await updateTimeline(transaction, { before: customer, set, where: { customerId: customer.id } });
  if (isSameDate) return;
  await refreshKycGapsAfter(transaction, 'kyc_status', customer.id);
  await refreshReviewDates(transaction, [customer.id]);
}
