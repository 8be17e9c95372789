import type { Database } from '../../database/database.ts';
import { withDates } from '../../database/json-dates.ts';
import { timelineColumns } from '../../domain/customer/customer.rules.ts';
import { customer as customerTable } from '../../domain/customer/customer.table.ts';
import { kycStatus as kycStatusTable } from '../../domain/kyc/kyc-status.table.ts';
import { storedRows } from '../existing-rows.ts';
import type { Row } from '../row.ts';
import type { Staging } from '../staging.ts';

/** The status of a customer is the newest of the timeline that is not retracted. If two statuses have the same date, the one that is not ok wins. */
function currentStatus(timeline: Row[]): ReturnType<typeof timelineColumns> {
  let newest: Row | null = null;
  let lastOkDate: Date | null = null;
  for (const status of timeline) {
    if (!(status.date instanceof Date) || status.retractedAt instanceof Date) continue;
    const newestDate = newest?.date instanceof Date ? newest.date : null;
    if (
      newestDate === null ||
      status.date > newestDate ||
      (status.date.getTime() === newestDate.getTime() && !status.ok)
    ) {
      newest = status;
    }
    if (status.ok === true && (lastOkDate === null || status.date > lastOkDate)) lastOkDate = status.date;
  }
  return timelineColumns(newest === null ? null : { ok: newest.ok === true }, lastOkDate);
}

/** Returns the customers that have KYC statuses in the database. */
export async function customersWithTimeline(database: Database, customers: readonly Row[]): Promise<Set<unknown>> {
  const ids = customers.map(({ id }) => ({ customerId: id }));
  return new Set((await storedRows(database, kycStatusTable, ['customerId'], ids)).map(({ customerId }) => customerId));
}

/** Sets the status of new customers from their staged timelines, so that the timelines need not update the customers. */
export function applyStagedTimelines(staging: Staging, customers: readonly Row[]): void {
  const statuses = staging.kycStatusesOf(customers.map(({ id }) => String(id)));
  const timelines = Map.groupBy(statuses, ({ customerId }) => customerId);
  for (const row of customers) {
    const timeline = timelines.get(String(row.id));
    if (timeline === undefined) continue;
    Object.assign(row, currentStatus(timeline.map((staged) => withDates(kycStatusTable, staged.row))));
  }
}

/** Returns the customers whose status is not that of their timeline, and the columns to update. */
export async function outdatedCustomers(
  database: Database,
  statuses: Iterable<Row>,
): Promise<{ stored: Row; changes: Row }[]> {
  const timelines = Map.groupBy(statuses, ({ customerId }) => String(customerId));
  const ids = [...timelines.keys()].map((id) => ({ id }));
  const customers = await storedRows(database, customerTable, ['id'], ids);
  return customers.flatMap((stored) => {
    const changes = currentStatus(timelines.get(String(stored.id)) ?? []);
    const isSameDate = timeOf(stored.lastOkDate) === timeOf(changes.lastOkDate);
    return stored.kycState === changes.kycState && isSameDate ? [] : [{ stored, changes }];
  });
}

function timeOf(value: unknown): number | null {
  return value instanceof Date ? value.getTime() : null;
}
