import { and, asc, eq, gt, lte, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { inTuples, tupleValues } from '../database/tuple-condition.ts';
import { type AuditEventRow, type AuditSealRow, auditEvent, auditEventCustomer, auditSeal } from './audit.table.ts';
import { type AuditEvent, parseAuditEvent } from './audit-event.ts';

/** The number of rows that one statement reads. */
export const pageLength = 1000;

function eventsAfter(upTo?: SQL) {
  return statement((queries) =>
    queries
      .select()
      .from(auditEvent)
      .where(
        and(eq(auditEvent.chain, sql.placeholder('chain')), gt(auditEvent.sequence, sql.placeholder('after')), upTo),
      )
      .orderBy(asc(auditEvent.sequence))
      .limit(pageLength),
  );
}

function sealsAfter(upTo?: SQL) {
  return statement((queries) =>
    queries
      .select()
      .from(auditSeal)
      .where(and(eq(auditSeal.chain, sql.placeholder('chain')), gt(auditSeal.number, sql.placeholder('after')), upTo))
      .orderBy(asc(auditSeal.number))
      .limit(pageLength),
  );
}

const allEvents = eventsAfter();
const eventsUpTo = eventsAfter(lte(auditEvent.sequence, sql.placeholder('upTo')));
const allSeals = sealsAfter();
const sealsUpTo = sealsAfter(lte(auditSeal.number, sql.placeholder('upTo')));

/** A page of rows: those after a number, up to `upTo` or to the end. */
interface Page {
  chain: number;
  after: number;
  upTo: number | null;
}

export function readEvents(database: Database, { chain, after, upTo }: Page): Promise<AuditEventRow[]> {
  return upTo === null ? allEvents(database, { chain, after }) : eventsUpTo(database, { chain, after, upTo });
}

export function readSeals(database: Database, { chain, after, upTo }: Page): Promise<AuditSealRow[]> {
  return upTo === null ? allSeals(database, { chain, after }) : sealsUpTo(database, { chain, after, upTo });
}

type CustomerKey = typeof auditEventCustomer.$inferSelect;

export const customerColumns = [
  auditEventCustomer.customerId,
  auditEventCustomer.at,
  auditEventCustomer.chain,
  auditEventCustomer.sequence,
];

export function customerValues({ customerId, at, chain, sequence }: CustomerKey): unknown[] {
  return [customerId, at, chain, sequence];
}

const customersOfKeys = statement((queries) =>
  queries
    .select()
    .from(auditEventCustomer)
    .where(inTuples(customerColumns, sql.placeholder('tuples'))),
);

/** Returns those of the rows that exist. */
export async function findCustomerRows(database: Database, keys: readonly CustomerKey[]): Promise<CustomerKey[]> {
  if (keys.length === 0) return [];
  return customersOfKeys(database, { tuples: tupleValues(customerColumns, keys.map(customerValues)) });
}

/** Parses the text of an event. Returns null if it is not an event. */
export function readEvent(text: string): AuditEvent | null {
  try {
    const event = parseAuditEvent(text);
    const isEvent = !Number.isNaN(Date.parse(event.at)) && Array.isArray(event.customerIds);
    return isEvent ? event : null;
  } catch {
    return null;
  }
}
