import { and, asc, eq, isNotNull, isNull, lte, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { afterValues, comesAfter } from '../../database/batch.ts';
import type { Database, Queries } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { cutPage, type Page, type PageArguments } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { bankAt } from '../bank/bank.loader.ts';
import { customer } from '../customer/customer.table.ts';
import { heldCustomers } from '../customer/legal-hold-condition.ts';
import type { CustomerPastRetention } from './past-retention.type.ts';
import { endOfDay, millisecondsOfDay, type RetainedCustomer, retainedSince } from './retention.ts';

/** The values of the sort columns after which candidates are read. */
type After = readonly unknown[] | null;

type ReadCandidates = (after: After, limit: number) => Promise<RetainedCustomer[]>;

const { id, updatedAt, closedOn, closedByUserId, changedBeforeClosing } = customer;

/** The candidates of one kind, by an index of which `column` is the sort column after the bank. */
function candidatesBy(column: SQLiteColumn, condition: SQL | undefined) {
  const read = (after?: SQL) =>
    statement<RetainedCustomer[]>((queries: Queries) =>
      queries
        .select({ id, updatedAt, closedOn, closedByUserId, changedBeforeClosing })
        .from(customer)
        .where(
          and(
            eq(customer.bankId, sql.placeholder('bankId')),
            condition,
            lte(column, sql`${sql.param(sql.placeholder('until'), column)}`),
            after,
          ),
        )
        .orderBy(asc(column), asc(customer.id))
        .limit(sql.placeholder('limit')),
    );
  const first = read();
  const next = read(comesAfter([column, customer.id], false));
  return (database: Database, bankId: string, until: unknown): ReadCandidates =>
    (after, limit) =>
      (after === null ? first : next)(database, { bankId, until, limit, ...afterValues(after) });
}

const closedCustomers = candidatesBy(customer.closedOn, isNotNull(customer.closedOn));
const openCustomers = candidatesBy(customer.updatedAt, isNull(customer.closedOn));

/** The number of candidates that one statement reads, because SQLite cannot interrupt a statement. */
const chunkSize = 1000;

interface Period {
  bankId: string;
  days: number;
  /** The latest time from which a period counts that has passed. */
  cutoff: Date;
}

/** The candidates who are under no legal hold, and whose period began before the cutoff. */
async function pastRetention(
  database: Database,
  { bankId, days, cutoff }: Period,
  candidates: readonly RetainedCustomer[],
): Promise<CustomerPastRetention[]> {
  const held = await heldCustomers(
    database,
    candidates.map((candidate) => candidate.id),
  );
  const free = candidates.filter((candidate) => !held.has(candidate.id));
  const starts = await retainedSince(database, free);
  return free.flatMap((candidate, index) => {
    const since = starts[index] ?? candidate.updatedAt;
    if (since > cutoff) return [];
    const retainedUntil = new Date(since.getTime() + days * millisecondsOfDay);
    const sortTime = candidate.closedOn === null ? candidate.updatedAt : endOfDay(candidate.closedOn);
    return [{ bankId, customerId: candidate.id, closedOn: candidate.closedOn, retainedUntil, sortTime }];
  });
}

/** Reads the candidates chunk by chunk. The first chunk has `firstSize` of them, which usually fill a page. */
async function* pastRetentionChunks(
  database: Database,
  period: Period,
  { read, after }: { read: ReadCandidates; after: After },
  firstSize: number,
): AsyncGenerator<CustomerPastRetention[]> {
  let position = after;
  for (let size = firstSize; ; size = chunkSize) {
    const candidates = await read(position, size);
    yield await pastRetention(database, period, candidates);
    const last = candidates.at(-1);
    if (last === undefined || candidates.length < size) return;
    position = [last.closedOn ?? last.updatedAt, last.id];
  }
}

function utcDate(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** The cursor of the list in the order of closed customers, whose sort time is the midnight after their closing. */
function afterClosing(after: After): After {
  if (after === null) return null;
  const [time, id] = after as [Date, string];
  const dayBefore = utcDate(new Date(time.getTime() - millisecondsOfDay));
  // No ID contains a tilde or a later character.
  return [dayBefore, endOfDay(dayBefore).getTime() === time.getTime() ? id : '~'];
}

function inOrder(a: CustomerPastRetention, b: CustomerPastRetention): number {
  const difference = a.sortTime.getTime() - b.sortTime.getTime();
  if (difference !== 0) return difference;
  return a.customerId < b.customerId ? -1 : 1;
}

/** The two kinds of candidates, each in the order of its index. */
function kindsOf(database: Database, { bankId, cutoff }: Period, after: After) {
  const closedUntil = utcDate(new Date(cutoff.getTime() - millisecondsOfDay));
  return [
    { read: closedCustomers(database, bankId, closedUntil), after: afterClosing(after) },
    { read: openCustomers(database, bankId, cutoff), after },
  ];
}

async function readPage(
  database: Database,
  period: Period,
  { after, limit }: { after: After; limit: number },
): Promise<CustomerPastRetention[]> {
  const found: CustomerPastRetention[] = [];
  for (const kind of kindsOf(database, period, after)) {
    const ofKind: CustomerPastRetention[] = [];
    for await (const chunk of pastRetentionChunks(database, period, kind, limit)) {
      ofKind.push(...chunk);
      if (ofKind.length >= limit) break;
    }
    found.push(...ofKind);
  }
  return found.sort(inOrder).slice(0, limit);
}

/** A page of the customers whom `deleteCustomerCascade` can delete because their retention period has passed. */
export async function pastRetentionPage(
  context: Context,
  bankId: string,
  page: PageArguments,
): Promise<Page<CustomerPastRetention, CustomerPastRetention>> {
  const database = context.readDatabase();
  const { retentionDays: days } = await bankAt(context, bankId);
  const period = days === null ? null : { bankId, days, cutoff: new Date(Date.now() - days * millisecondsOfDay) };
  return cutPage(context, page, {
    field: 'Query.customersPastRetention',
    boundTo: bankId,
    orderValues: ({ sortTime, customerId }: CustomerPastRetention) => [sortTime, customerId],
    toNode: (row) => row,
    read: async (slice) => (period === null ? [] : readPage(database, period, slice)),
  });
}
