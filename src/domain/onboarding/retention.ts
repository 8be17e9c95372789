import { eq, max } from 'drizzle-orm';
import { gatewayError } from '../../base/errors.ts';
import type { Queries } from '../../database/database.ts';
import { bank } from '../bank/bank.table.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { belongingEntries } from './belongings.ts';

const millisecondsOfDay = 86_400_000;

async function lastChange(transaction: Queries, customer: LockedCustomer): Promise<Date> {
  let newest = customer.updatedAt;
  for (const [, { table, where, retainedSince }] of belongingEntries) {
    if (retainedSince === undefined) continue;
    const [row] = await transaction
      .select({ changedAt: max(retainedSince) })
      .from(table)
      .where(where(customer));
    const changedAt = row?.changedAt;
    if (changedAt instanceof Date && changedAt > newest) newest = changedAt;
  }
  return newest;
}

/**
 * The period starts at the last time when the customer, KYC evidence, KYC statuses or their proposals were stored, changed, retracted
 * or decided. Messages and meetings do not matter, because they are not KYC material and would prolong the period as long as the bank
 * writes to the customer.
 *
 * @throws RETENTION_PERIOD_RUNS, with `retainedUntil`, if the customer changed within the retention period of the bank.
 */
export async function refuseWhileRetained(transaction: Queries, customer: LockedCustomer): Promise<void> {
  const { bankId } = customer;
  const [settings] = await transaction
    .select({ retentionDays: bank.retentionDays })
    .from(bank)
    .where(eq(bank.id, bankId));
  const retentionDays = settings?.retentionDays ?? null;
  if (retentionDays === null) return;
  const changedAt = await lastChange(transaction, customer);
  const retainedUntil = new Date(changedAt.getTime() + retentionDays * millisecondsOfDay);
  if (retainedUntil.getTime() <= Date.now()) return;
  throw gatewayError('RETENTION_PERIOD_RUNS', { bankId, retainedUntil: retainedUntil.toISOString() });
}
