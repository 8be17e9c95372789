import { and, asc, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { auditEvent, auditEventCustomer } from './audit.table.ts';

/** Which events; all of them where nothing is said. */
export interface AuditExportFilter {
  bankId?: string;
  customerId?: string;
  userId?: string;
  /** Not before. */
  from?: Date;
  /** Before. */
  to?: Date;
}

const pageLength = 1000;

type ExportedRow = Pick<typeof auditEvent.$inferSelect, 'chain' | 'sequence' | 'at' | 'event' | 'mac'>;

function placeOf({ customerId }: AuditExportFilter) {
  return customerId === undefined ? auditEvent : auditEventCustomer;
}

function conditionsOf(filter: AuditExportFilter): (SQL | undefined)[] {
  const { bankId, customerId, userId, from, to } = filter;
  const { at } = placeOf(filter);
  return [
    customerId === undefined ? undefined : eq(auditEventCustomer.customerId, customerId),
    bankId === undefined ? undefined : eq(auditEvent.bankId, bankId),
    userId === undefined ? undefined : eq(auditEvent.userId, userId),
    from === undefined ? undefined : gte(at, from),
    to === undefined ? undefined : lt(at, to),
  ];
}

/** Joins the row by which an event is found by its customer with the event. */
const ofTheCustomer = and(
  eq(auditEvent.chain, auditEventCustomer.chain),
  eq(auditEvent.sequence, auditEventCustomer.sequence),
);

/** At which banks the events are; null among them for those at none, and the bank that was asked for in any case. */
export async function banksOfExport(database: Database, filter: AuditExportFilter): Promise<(string | null)[]> {
  if (filter.bankId !== undefined) return [filter.bankId];
  const conditions = and(...conditionsOf(filter));
  const banks = database.read.selectDistinct({ bankId: auditEvent.bankId });
  const found = await (filter.customerId === undefined
    ? banks.from(auditEvent).where(conditions)
    : banks.from(auditEventCustomer).innerJoin(auditEvent, ofTheCustomer).where(conditions));
  return found.length === 0 ? [null] : found.map(({ bankId }) => bankId);
}

/** Reads in the order of the index over the customer, the bank, the user or the time: whatever was asked for. */
function pageAfter(
  database: Database,
  filter: AuditExportFilter,
  after: ExportedRow | undefined,
): PromiseLike<ExportedRow[]> {
  const { customerId } = filter;
  const { chain, sequence, at, event, mac } = auditEvent;
  const place = placeOf(filter);
  const order = [place.at, place.chain, place.sequence];
  const conditions = conditionsOf(filter);
  if (after !== undefined) {
    const values = [
      sql.param(after.at, place.at),
      sql.param(after.chain, place.chain),
      sql.param(after.sequence, place.sequence),
    ];
    conditions.push(sql`(${sql.join(order, sql`, `)}) > (${sql.join(values, sql`, `)})`);
  }
  const columns = { chain, sequence, at, event, mac };
  const ordered = order.map((column) => asc(column));
  if (customerId === undefined) {
    return database.read
      .select(columns)
      .from(auditEvent)
      .where(and(...conditions))
      .orderBy(...ordered)
      .limit(pageLength);
  }
  return database.read
    .select(columns)
    .from(auditEventCustomer)
    .innerJoin(auditEvent, ofTheCustomer)
    .where(and(...conditions))
    .orderBy(...ordered)
    .limit(pageLength);
}

/**
 * The events as JSON lines, the oldest first, each with its chain, sequence and mac; up to 1,000 lines at a time. Its text
 * is that of the database to the letter, so that whoever has the key can compare it with the mac.
 */
export async function* exportAuditEvents(database: Database, filter: AuditExportFilter = {}): AsyncGenerator<string> {
  let after: ExportedRow | undefined;
  for (;;) {
    const rows = await pageAfter(database, filter, after);
    after = rows.at(-1);
    if (after === undefined) return;
    yield rows.map(exportedLine).join('');
  }
}

function exportedLine({ chain, sequence, event, mac }: ExportedRow): string {
  try {
    return `${JSON.stringify({ chain, sequence, mac, ...(JSON.parse(event) as object) })}\n`;
  } catch {
    throw new Error(`The event ${sequence} of chain ${chain} cannot be read: see audit verify.`);
  }
}
