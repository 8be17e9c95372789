import { and, asc, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { auditEvent, auditEventCustomer } from './audit.table.ts';

/** Selects events. Omitted conditions select all. */
export interface AuditExportFilter {
  bankId?: string;
  customerId?: string;
  userId?: string;
  /** The earliest time. */
  from?: Date;
  /** The end of the period, exclusive. */
  to?: Date;
}

const pageLength = 1000;

type ExportedRow = Pick<typeof auditEvent.$inferSelect, 'chain' | 'sequence' | 'at' | 'event' | 'mac'>;

function sortedTable({ customerId }: AuditExportFilter) {
  return customerId === undefined ? auditEvent : auditEventCustomer;
}

function conditionsOf(filter: AuditExportFilter): (SQL | undefined)[] {
  const { bankId, customerId, userId, from, to } = filter;
  const { at } = sortedTable(filter);
  return [
    customerId === undefined ? undefined : eq(auditEventCustomer.customerId, customerId),
    bankId === undefined ? undefined : eq(auditEvent.bankId, bankId),
    userId === undefined ? undefined : eq(auditEvent.userId, userId),
    from === undefined ? undefined : gte(at, from),
    to === undefined ? undefined : lt(at, to),
  ];
}

/** Joins the rows of a customer with their events. */
const isEventOfRow = and(
  eq(auditEvent.chain, auditEventCustomer.chain),
  eq(auditEvent.sequence, auditEventCustomer.sequence),
);

/** The banks of the exported events, with null for events outside any bank. A bank of the filter is always included. */
export async function banksOfExport(database: Database, filter: AuditExportFilter): Promise<(string | null)[]> {
  if (filter.bankId !== undefined) return [filter.bankId];
  const conditions = and(...conditionsOf(filter));
  const banks = database.read.selectDistinct({ bankId: auditEvent.bankId });
  const rows = await (filter.customerId === undefined
    ? banks.from(auditEvent).where(conditions)
    : banks.from(auditEventCustomer).innerJoin(auditEvent, isEventOfRow).where(conditions));
  return rows.length === 0 ? [null] : rows.map(({ bankId }) => bankId);
}

/** Reads the next page, in the order of the index over the customer, the bank, the user or the time. */
function pageAfter(
  database: Database,
  filter: AuditExportFilter,
  after: ExportedRow | undefined,
): PromiseLike<ExportedRow[]> {
  const { customerId } = filter;
  const { chain, sequence, at, event, mac } = auditEvent;
  const place = sortedTable(filter);
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
    .innerJoin(auditEvent, isEventOfRow)
    .where(and(...conditions))
    .orderBy(...ordered)
    .limit(pageLength);
}

/**
 * Exports events as JSON lines with their chain, sequence and MAC, sorted by time, oldest first, up to 1,000 lines at a time.
 * Each event has the text of the database, so that it can be verified with the MAC and the key.
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
    throw new Error(`Event ${sequence} of chain ${chain} cannot be read. Run audit verify.`);
  }
}
