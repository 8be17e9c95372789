import { eq, max } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { bank } from '../bank/bank.table.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { kycCheck } from '../kyc/kyc-check.table.ts';
import { kycDocument } from '../kyc/kyc-document.table.ts';
import { kycMedia } from '../kyc/kyc-media.table.ts';
import { kycStatus } from '../kyc/kyc-status.table.ts';
import { kycStatusProposal } from '../kyc/kyc-status-proposal.table.ts';

const millisecondsOfDay = 86_400_000;

/** Their `updatedAt` is when a row was stored, retracted or decided, whichever came last. */
const kycTables: (SQLiteTable & { customerId: SQLiteColumn; updatedAt: SQLiteColumn })[] = [
  kycCheck,
  kycDocument,
  kycMedia,
  kycStatus,
  kycStatusProposal,
];

async function lastChange(transaction: Queries, { id, updatedAt }: LockedCustomer): Promise<Date> {
  let newest = updatedAt;
  for (const table of kycTables) {
    const [found] = await transaction
      .select({ changedAt: max(table.updatedAt) })
      .from(table as SQLiteTable)
      .where(eq(table.customerId, id));
    const changedAt = found?.changedAt;
    if (changedAt instanceof Date && changedAt > newest) newest = changedAt;
  }
  return newest;
}

/**
 * Fails with RETENTION_PERIOD_RUNS, and `retainedUntil`, where the bank has a retention period and the customer changed
 * within it. What counts is the customer itself, the KYC evidence and the KYC statuses with their proposals: when each
 * was stored, changed, retracted or decided. Messages, meetings and the like do not count: they show no KYC, and would
 * keep somebody for as long as the bank goes on writing.
 */
export async function refuseWhileRetained(transaction: Queries, found: LockedCustomer): Promise<void> {
  const { bankId } = found;
  const [at] = await transaction.select({ retentionDays: bank.retentionDays }).from(bank).where(eq(bank.id, bankId));
  const retentionDays = at?.retentionDays ?? null;
  if (retentionDays === null) return;
  const changedAt = await lastChange(transaction, found);
  const retainedUntil = new Date(changedAt.getTime() + retentionDays * millisecondsOfDay);
  if (retainedUntil.getTime() <= Date.now()) return;
  throw gatewayError('RETENTION_PERIOD_RUNS', { bankId, retainedUntil: retainedUntil.toISOString() });
}
