import { eq, getTableName, max, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { gatewayError } from '../../base/errors.ts';
import { inKeys, keyValues } from '../../database/batch.ts';
import type { Database, Queries } from '../../database/database.ts';
import { statementByShape } from '../../database/statement.ts';
import { bank } from '../bank/bank.table.ts';
import type { CustomerRow } from '../customer/customer.table.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { belongingEntries } from './belongings.ts';

export const millisecondsOfDay = 86_400_000;

/** A table whose changes prolong the retention period, and the column with the time of the last change of a row. */
interface RetainedTable {
  table: SQLiteTable & { customerId: SQLiteColumn };
  changedAt: SQLiteColumn;
}

const retainedTables = belongingEntries.flatMap(([, { table, retainedSince }]) =>
  retainedSince === undefined ? [] : [{ table, changedAt: retainedSince } as RetainedTable],
);

const lastChanges = statementByShape(
  ({ table }: RetainedTable) => getTableName(table),
  (queries, { table, changedAt }) =>
    queries
      .select({ customerId: sql<string>`${table.customerId}`.as('customer_id'), changedAt: max(changedAt) })
      .from(table as SQLiteTable)
      .where(inKeys([table.customerId]))
      .groupBy(table.customerId),
);

/**
 * The times of the last changes: when the customer, KYC evidence, KYC statuses or their proposals were stored, changed, retracted or
 * decided. Messages and meetings do not matter, because they are not KYC material and would prolong the period as long as the bank
 * writes to the customer.
 */
export async function lastChangesOf(
  target: Database | Queries,
  customers: readonly Pick<CustomerRow, 'id' | 'updatedAt'>[],
): Promise<Date[]> {
  const newest = new Map(customers.map(({ id, updatedAt }) => [id, updatedAt]));
  const keys = keyValues([...newest.keys()]);
  for (const retained of retainedTables) {
    for (const { customerId, changedAt } of await lastChanges(target, retained, keys)) {
      const known = newest.get(customerId);
      if (changedAt instanceof Date && known !== undefined && changedAt > known) newest.set(customerId, changedAt);
    }
  }
  return customers.map(({ id, updatedAt }) => newest.get(id) ?? updatedAt);
}

/** The end of the day of a closing, from which the period counts. */
export function endOfDay(closedOn: string): Date {
  return new Date(Date.parse(`${closedOn}T00:00:00Z`) + millisecondsOfDay);
}

export type RetainedCustomer = Pick<
  CustomerRow,
  'id' | 'updatedAt' | 'closedOn' | 'closedByUserId' | 'changedBeforeClosing'
>;

/** An earlier version recorded closings without the last change before them. */
function countsFromLastChange({ closedOn, closedByUserId, changedBeforeClosing }: RetainedCustomer): boolean {
  return closedOn === null || (closedByUserId !== null && changedBeforeClosing === null);
}

/**
 * The times from which the period counts: the end of the day of the closing, but not before the last change until the closing was
 * recorded, so that an early day never shortens the period. If a customer is not closed, the last change.
 */
export async function retainedSince(
  target: Database | Queries,
  customers: readonly RetainedCustomer[],
): Promise<Date[]> {
  const changed = customers.filter(countsFromLastChange);
  const changes = changed.length === 0 ? [] : await lastChangesOf(target, changed);
  const changedAt = new Map(changed.map(({ id }, index) => [id, changes[index]]));
  return customers.map(({ id, closedOn, changedBeforeClosing, updatedAt }) => {
    const change = changedAt.get(id) ?? changedBeforeClosing;
    const closing = closedOn === null ? null : endOfDay(closedOn);
    if (change === null) return closing ?? updatedAt;
    return closing !== null && closing > change ? closing : change;
  });
}

/** @throws RETENTION_PERIOD_RUNS, with `retainedUntil`, if the retention period of the bank has not passed. */
export async function refuseWhileRetained(transaction: Queries, customer: LockedCustomer): Promise<void> {
  const { bankId } = customer;
  const [settings] = await transaction
    .select({ retentionDays: bank.retentionDays })
    .from(bank)
    .where(eq(bank.id, bankId));
  const retentionDays = settings?.retentionDays ?? null;
  if (retentionDays === null) return;
  const [since = customer.updatedAt] = await retainedSince(transaction, [customer]);
  const retainedUntil = new Date(since.getTime() + retentionDays * millisecondsOfDay);
  if (retainedUntil.getTime() <= Date.now()) return;
  throw gatewayError('RETENTION_PERIOD_RUNS', { bankId, retainedUntil: retainedUntil.toISOString() });
}
