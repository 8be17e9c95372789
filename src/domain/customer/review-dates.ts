import { and, asc, eq, gt, or, type SQL, sql } from 'drizzle-orm';
import { inKeys, keyValues } from '../../database/batch.ts';
import type { Database, Queries } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { dateAfter, dateOf } from '../../database/times.ts';
import { reviewInterval } from '../bank/review-interval.table.ts';
import { customer } from './customer.table.ts';
import { customerAttribute } from './customer-attribute.table.ts';

const { bankId, id, lastOkDate, kycReviewDate, kycReviewDueOn } = customer;

const hasAttribute = sql`exists (select 1 from ${customerAttribute} where ${and(
  eq(customerAttribute.customerId, id),
  eq(customerAttribute.name, reviewInterval.attributeName),
  eq(customerAttribute.value, reviewInterval.attributeValue),
)})`;

/** The shortest interval of the bank that applies to the customer. */
const days = sql`(select min(${reviewInterval.days}) from ${reviewInterval} where ${and(
  eq(reviewInterval.bankId, bankId),
  or(eq(reviewInterval.attributeName, ''), hasAttribute),
)})`;

const byInterval = dateAfter(lastOkDate, days);

/** A date that an officer set is done when the customer is found ok on this date or later. */
const byOfficer = sql`case when ${lastOkDate} is null or ${kycReviewDate} > ${dateOf(lastOkDate)} then ${kycReviewDate} end`;

const dueOn = sql`case when ${byOfficer} is null or ${byInterval} < ${byOfficer} then ${byInterval} else ${byOfficer} end`;

const refresh = statement((queries) =>
  queries
    .update(customer)
    .set({ kycReviewDueOn: dueOn as SQL<string> })
    .where(and(inKeys([id]), sql`${dueOn} is distinct from ${kycReviewDueOn}`)),
);

/**
 * Derives the dates on which customers must be reviewed, with one statement: at the latest, the interval of the bank after `lastOkDate`.
 * Every transaction that changes `lastOkDate`, `kycReviewDate`, or an attribute must call it afterwards.
 */
export async function refreshReviewDates(transaction: Queries, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length > 0) await refresh(transaction, keyValues(customerIds));
}

const customersPerTransaction = 2000;

/** Derives the dates of all customers of a bank, whose intervals have changed. */
export async function refreshReviewDatesOfBank(database: Database, ofBank: string): Promise<void> {
  for (let last = ''; ; ) {
    const rows = await database.read
      .select({ id })
      .from(customer)
      .where(and(eq(bankId, ofBank), gt(id, last)))
      .orderBy(asc(id))
      .limit(customersPerTransaction);
    const ids = rows.map((row) => row.id);
    if (ids.length === 0) return;
    await database.transaction((transaction) => refreshReviewDates(transaction, ids));
    last = ids.at(-1) ?? last;
  }
}
