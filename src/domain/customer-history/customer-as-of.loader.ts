import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { withinClockLeeway } from '../../base/dates.ts';
import { gatewayError } from '../../base/errors.ts';
import { CustomerHistoryObject } from '../../changes/customer-history-object.ts';
import type { MakeLoader } from '../../database/batch.ts';
import { withDates } from '../../database/json-dates.ts';
import type { Context } from '../../graph/context.ts';
import { globalId } from '../../graph/global-id.ts';
import { customerById } from '../customer/customer.loader.ts';
import { derivedColumns } from '../customer/customer.rules.ts';
import { type CustomerRow, customer } from '../customer/customer.table.ts';
import { type CustomerKey, toCustomer } from '../customer/customer.type.ts';
import type { CustomerAsOf } from './customer-as-of.type.ts';
import { laterChanges, startOfHistory } from './customer-history.loader.ts';
import { rowsBefore } from './customer-history.rules.ts';

/** The time from which on the history of a customer is kept. The clock of another machine can be ahead. */
function keptSince({ createdAt }: CustomerRow, start: Date): Date {
  return withinClockLeeway(createdAt > start ? createdAt : start);
}

/** A former customer has the derived columns of the former values. */
function formerCustomer(row: CustomerRow, later: Parameters<typeof rowsBefore>[1]): CustomerRow {
  const updates = later.filter(({ before }) => before !== null);
  const [former = row] = rowsBefore([row], updates, (values) => withDates(customer, values));
  return { ...former, ...derivedColumns(former) };
}

/** Each customer as it was at a time. The error HISTORY_NOT_KEPT in place of customers whose history begins later. */
export async function customersAsOf(
  context: Context,
  customers: readonly CustomerKey[],
  time: Date,
): Promise<(CustomerAsOf | Error)[]> {
  const ids = customers.map(({ id }) => id);
  const [rows, start] = await Promise.all([context.loader(customerById).loadAll(ids), startOfHistory(context)]);
  const keys = ids.map((customerId) => ({ customerId, object: CustomerHistoryObject.CUSTOMER, time }));
  const later = await context.loader(laterChanges).loadAll(keys);
  return rows.map((row, index) => {
    if (row === null) return gatewayError('OBP-30046');
    const since = keptSince(row, start);
    if (time < since) return gatewayError('HISTORY_NOT_KEPT', { keptSince: since.toISOString() });
    const id = globalId('CustomerAsOf', row.id, String(time.getTime()));
    return { ...toCustomer(formerCustomer(row, later[index] ?? [])), id, customerId: row.id, time };
  });
}

interface Collection<Row, Former> {
  object: CustomerHistoryObject;
  table: SQLiteTable;
  present: MakeLoader<string, Row[]>;
  storedAt(row: Row): Date;
  /** By default, the oldest row is the first one. */
  isNewestFirst?: boolean;
  toFormer(row: Row): Former;
}

/** Makes a function that returns the objects of each customer as they were at its time. */
export function collectionAsOf<Row extends { id: string }, Former>({
  object,
  table,
  present,
  storedAt,
  isNewestFirst = false,
  toFormer,
}: Collection<Row, Former>) {
  const sign = isNewestFirst ? -1 : 1;
  const inOrder = (a: Row, b: Row) => sign * (storedAt(a).getTime() - storedAt(b).getTime() || (a.id < b.id ? -1 : 1));
  const toValues = (values: Record<string, unknown>) => withDates(table, values) as Partial<Row>;

  return async (context: Context, customers: readonly CustomerAsOf[]): Promise<Former[][]> => {
    // The changes are read after the rows (see `rowsBefore`).
    const rows = await context.loader(present).loadAll(customers.map(({ customerId }) => customerId));
    const keys = customers.map(({ customerId, time }) => ({ customerId, object, time }));
    const later = await context.loader(laterChanges).loadAll(keys);
    return rows.map((ofCustomer, index) =>
      rowsBefore(ofCustomer, later[index] ?? [], toValues)
        .sort(inOrder)
        .map(toFormer),
    );
  };
}
