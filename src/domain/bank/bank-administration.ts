import { and, eq, sql } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Database } from '../../database/database.ts';
import { deleteRows, insertRow, updateRows } from '../../database/write-row.ts';
import { type BankRow, bank } from './bank.table.ts';
import { maxReviewIntervals, reviewInterval } from './review-interval.table.ts';

type BankSettings = Pick<BankRow, 'kycFourEyes' | 'kycReasonRequired' | 'grantApprovalRequired' | 'retentionDays'>;

/** Changes settings without checking roles, because only the command line calls it. @throws OBP-30001 */
async function changeSettings(database: Database, bankId: string, settings: Partial<BankSettings>): Promise<BankRow> {
  return database.transaction(async (transaction) => {
    const [before] = await transaction.select().from(bank).where(eq(bank.id, bankId));
    if (before === undefined) throw gatewayError('OBP-30001', { bankId });
    const set = { ...settings, updatedAt: new Date(), version: sql`${bank.version} + 1` };
    const [after] = await updateRows(transaction, bank, { before, set, where: eq(bank.id, bankId) });
    if (after === undefined) throw gatewayError('OBP-30001', { bankId });
    return after;
  });
}

/** Sets whether a second officer must confirm the KYC statuses of the bank's customers. */
export function setKycFourEyes(database: Database, bankId: string, kycFourEyes: boolean): Promise<BankRow> {
  return changeSettings(database, bankId, { kycFourEyes });
}

/** Sets whether requests for KYC material of the bank's customers must state a reason. */
export function setKycReasonRequired(database: Database, bankId: string, kycReasonRequired: boolean): Promise<BankRow> {
  return changeSettings(database, bankId, { kycReasonRequired });
}

/** Sets whether a second granter must approve every grant of a role at the bank. */
export function setGrantApprovalRequired(
  database: Database,
  bankId: string,
  grantApprovalRequired: boolean,
): Promise<BankRow> {
  return changeSettings(database, bankId, { grantApprovalRequired });
}

/** Sets the number of days after the last change during which a customer of the bank cannot be deleted. Null for none. */
export function setRetentionDays(database: Database, bankId: string, retentionDays: number | null): Promise<BankRow> {
  return changeSettings(database, bankId, { retentionDays });
}

/** The customers to whom a review interval applies: those with an attribute, or all if it is null. */
export type ReviewedAttribute = { name: string; value: string } | null;

/**
 * Sets after how many days customers of the bank are reviewed. Null for no such interval.
 * @throws OBP-30001, or TOO_MANY_ITEMS if the bank has the maximum number of intervals
 */
export async function setReviewInterval(
  database: Database,
  bankId: string,
  attribute: ReviewedAttribute,
  days: number | null,
): Promise<void> {
  const { name: attributeName, value: attributeValue } = attribute ?? { name: '', value: '' };
  const { attributeName: nameColumn, attributeValue: valueColumn } = reviewInterval;
  await database.transaction(async (transaction) => {
    const [existing] = await transaction.select().from(bank).where(eq(bank.id, bankId));
    if (existing === undefined) throw gatewayError('OBP-30001', { bankId });
    const isSame = and(eq(nameColumn, attributeName), eq(valueColumn, attributeValue));
    await deleteRows(transaction, reviewInterval, and(eq(reviewInterval.bankId, bankId), isSame));
    if (days === null) return;
    const others = await transaction.select().from(reviewInterval).where(eq(reviewInterval.bankId, bankId));
    if (others.length >= maxReviewIntervals) {
      throw gatewayError('TOO_MANY_ITEMS', { detail: 'INTERVALS_OF_BANK', limit: maxReviewIntervals });
    }
    await insertRow(transaction, reviewInterval, { bankId, attributeName, attributeValue, days });
  });
}
