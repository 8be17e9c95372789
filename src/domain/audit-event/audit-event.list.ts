import { aliasedTable, and, count, desc, eq, getTableColumns, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { type AuditEventRow, auditEvent, auditEventCustomer } from '../../audit/audit.table.ts';
import { gatewayError } from '../../base/errors.ts';
import {
  afterValues,
  comesAfter,
  inKeys,
  keyValues,
  limitOfStatement,
  type MakeLoader,
  type PageKey,
  pageLoader,
} from '../../database/batch.ts';
import { createLoader, readRows } from '../../database/loader.ts';
import { withoutIndex } from '../../database/search.ts';
import { statement, statementByShape } from '../../database/statement.ts';
import { cutPage, type Page, type PageArguments, totalOf } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { assertInput } from '../../graph/input.ts';
import { customerById } from '../customer/customer.loader.ts';
import { customer } from '../customer/customer.table.ts';
import { type AuditEvent, toAuditEvent } from './audit-event.type.ts';

/** The columns of the order, which is total, in the table whose index is scanned. */
const orderOfEvents = [auditEvent.at, auditEvent.chain, auditEvent.sequence];
const orderOfCustomer = [auditEventCustomer.at, auditEventCustomer.chain, auditEventCustomer.sequence];

const ofTheCustomer = and(
  eq(auditEvent.chain, auditEventCustomer.chain),
  eq(auditEvent.sequence, auditEventCustomer.sequence),
);
/** An event without a bank can contain customers of several banks, so a customer shows only events at the customer's bank. */
const atBankOfTheCustomer = eq(auditEvent.bankId, customer.bankId);

const newestFirst = (columns: SQLiteColumn[]) => columns.map((column) => desc(column));
const orderValues = ({ at, chain, sequence }: AuditEventRow) => [at, chain, sequence];

export interface AuditEventFilter {
  /** Null for events at all banks, and for those without a bank. */
  bankId: string | null;
  customerId: string | null;
  /** The user who caused the event. */
  userId: string | null;
  /** Inclusive. */
  from: Date | null;
  /** Exclusive. */
  to: Date | null;
}

type FilterName = keyof AuditEventFilter;

/** The filters that have a value, and whether the page follows another one. Each shape has a statement of its own. */
interface Shape {
  filters: readonly FilterName[];
  continued: boolean;
}

/** The columns of the order, and whether a more selective filter chooses the index. */
interface Place {
  columns: readonly SQLiteColumn[];
  has(name: FilterName): boolean;
}

/**
 * The column, without its index if a more selective filter chooses the index: a customer has fewer events than a user, and a user
 * fewer than a bank.
 */
function unlessOther(column: SQLiteColumn, { has }: Place, ...moreSelective: FilterName[]): SQL {
  return moreSelective.some(has) ? withoutIndex(column) : sql`${column}`;
}

/** The condition of each filter. Each one must be served by an index, which test/database/plans.test.ts checks. */
export const auditEventFilters: { [Name in FilterName]: (place: Place) => SQL } = {
  customerId: () => eq(auditEventCustomer.customerId, sql.placeholder('customerId')),
  userId: (place) => sql`${unlessOther(auditEvent.userId, place, 'customerId')} = ${sql.placeholder('userId')}`,
  bankId: (place) =>
    sql`${unlessOther(auditEvent.bankId, place, 'customerId', 'userId')} = ${sql.placeholder('bankId')}`,
  from: ({ columns: [at = auditEvent.at] }) => gte(at, sql.param(sql.placeholder('from'), at)),
  to: ({ columns: [at = auditEvent.at] }) => lt(at, sql.param(sql.placeholder('to'), at)),
};

const filterNames = Object.keys(auditEventFilters) as FilterName[];

function whereOf({ filters, continued }: Shape): SQL | undefined {
  const has = (name: FilterName) => filters.includes(name);
  const columns = has('customerId') ? orderOfCustomer : orderOfEvents;
  return and(
    ...filters.map((name) => auditEventFilters[name]({ columns, has })),
    continued ? comesAfter(columns, true) : undefined,
  );
}

const eventPage = statementByShape(
  ({ filters, continued }: Shape) => [continued, ...filters].join(' '),
  (queries, shape) => {
    const selected = queries.select(getTableColumns(auditEvent));
    const limit = sql.placeholder('limit');
    return shape.filters.includes('customerId')
      ? selected
          .from(auditEventCustomer)
          .innerJoin(auditEvent, ofTheCustomer)
          .where(whereOf(shape))
          .orderBy(...newestFirst(orderOfCustomer))
          .limit(limit)
      : selected
          .from(auditEvent)
          .where(whereOf(shape))
          .orderBy(...newestFirst(orderOfEvents))
          .limit(limit);
  },
);

const countOfEvents = statementByShape(
  ({ filters }: Shape) => filters.join(' '),
  (queries, shape) => {
    const counted = queries.select({ total: count() });
    return shape.filters.includes('customerId')
      ? counted.from(auditEventCustomer).innerJoin(auditEvent, ofTheCustomer).where(whereOf(shape))
      : counted.from(auditEvent).where(whereOf(shape));
  },
);

/**
 * A deleted customer is recognised by the remaining events. A customer of another bank is not found, like an unknown ID.
 * @throws OBP-30046 if the bank does not have the customer, and never had.
 */
async function checkCustomer(context: Context, { customerId, bankId }: AuditEventFilter): Promise<void> {
  if (customerId === null) return;
  const row = await context.loader(customerById).load(customerId);
  if (row !== null && (bankId === null || row.bankId === bankId)) return;
  const filters: FilterName[] = bankId === null ? ['customerId'] : ['customerId', 'bankId'];
  const values = { bankId, customerId, limit: 1 };
  const events = await eventPage(context.readDatabase(), { filters, continued: false }, values);
  if (events.length === 0) throw gatewayError('OBP-30046');
}

/** One page of the audit trail, newest event first. */
export async function auditEventPage(
  context: Context,
  { bankId = null, customerId = null, userId = null, from = null, to = null }: Partial<AuditEventFilter>,
  page: PageArguments,
): Promise<Page<AuditEventRow, AuditEvent>> {
  const database = context.readDatabase();
  const values: AuditEventFilter = { bankId, customerId, userId, from, to };
  assertInput(from === null || to === null || from <= to, 'from', 'NOT_AFTER', { otherField: 'to' });
  const filters = filterNames.filter((name) => values[name] !== null);
  return cutPage(context, page, {
    field: 'Query.auditEvents',
    boundTo: [bankId, customerId, userId, from, to],
    orderValues,
    toNode: (row) => toAuditEvent(row, customerId),
    count: async () => totalOf(await countOfEvents(database, { filters, continued: false }, { ...values })),
    async read({ after, limit }) {
      const shape = { filters, continued: after !== null };
      const rows = await eventPage(database, shape, { ...values, ...afterValues(after), limit });
      if (rows.length === 0) await checkCustomer(context, values);
      return rows;
    },
  });
}

type EventOfCustomer = AuditEventRow & { ofCustomerId: string };

const eventBefore = aliasedTable(auditEvent, 'event_before');
const ofCustomerBefore = aliasedTable(auditEventCustomer, 'of_customer_before');

/**
 * Reads the page of each customer, and further events of the same millisecond as the last event of the page. Customers have so
 * many events that not much more than the page must be read.
 */
function pagesStatement(continued: boolean) {
  const before = [ofCustomerBefore.at, ofCustomerBefore.chain, ofCustomerBefore.sequence];
  const earliest = sql.param(new Date(0), auditEventCustomer.at);
  return statement<EventOfCustomer[]>((queries) => {
    const lastOfPage = queries
      .select({ at: ofCustomerBefore.at })
      .from(ofCustomerBefore)
      .innerJoin(
        eventBefore,
        and(eq(eventBefore.chain, ofCustomerBefore.chain), eq(eventBefore.sequence, ofCustomerBefore.sequence)),
      )
      .where(
        and(
          eq(ofCustomerBefore.customerId, customer.id),
          eq(eventBefore.bankId, customer.bankId),
          continued ? comesAfter(before, true) : undefined,
        ),
      )
      .orderBy(...newestFirst(before))
      .limit(1)
      .offset(sql.placeholder('beforeLast'));
    return queries
      .select({ ...getTableColumns(auditEvent), ofCustomerId: sql<string>`${customer.id}`.as('of_customer_id') })
      .from(customer)
      .innerJoin(
        auditEventCustomer,
        and(
          eq(auditEventCustomer.customerId, customer.id),
          sql`${auditEventCustomer.at} >= coalesce(${lastOfPage}, ${earliest})`,
          continued ? comesAfter(orderOfCustomer, true) : undefined,
        ),
      )
      .innerJoin(auditEvent, and(ofTheCustomer, atBankOfTheCustomer))
      .where(inKeys([customer.id]))
      .orderBy(...newestFirst(orderOfCustomer))
      .limit(limitOfStatement);
  });
}

const firstPages = pagesStatement(false);
const nextPages = pagesStatement(true);

const totals = statement((queries) =>
  queries
    .select({ customerId: auditEventCustomer.customerId, total: count() })
    .from(customer)
    .innerJoin(auditEventCustomer, eq(auditEventCustomer.customerId, customer.id))
    .innerJoin(auditEvent, and(ofTheCustomer, atBankOfTheCustomer))
    .where(inKeys([customer.id]))
    .groupBy(auditEventCustomer.customerId),
);

/** Reads the pages of any number of customers with one statement. */
const pagesOfCustomers: MakeLoader<PageKey, EventOfCustomer[]> = (database, meter) =>
  pageLoader(async (customerIds, { limit, after }) => {
    const read = after === null ? firstPages : nextPages;
    const shared = { ...afterValues(after), beforeLast: limit - 1 };
    const rows = await readRows(meter, customerIds, (ids) => read(database, { ...shared, ...keyValues(ids) }));
    return Map.groupBy(rows, (row) => row.ofCustomerId);
  });

const totalsOfCustomers: MakeLoader<string, number> = (database) =>
  createLoader(async (customerIds) => {
    const rows = await totals(database, keyValues(customerIds));
    const byCustomer = new Map(rows.map(({ customerId, total }) => [customerId, Number(total)]));
    return customerIds.map((customerId) => byCustomer.get(customerId) ?? 0);
  });

/** One page of the events that concern a customer at the customer's bank, newest first. */
export function auditEventPageOfCustomer(
  context: Context,
  customerId: string,
  page: PageArguments,
): Promise<Page<AuditEventRow, AuditEvent>> {
  return cutPage<AuditEventRow, AuditEvent>(context, page, {
    field: 'Customer.auditEvents',
    boundTo: customerId,
    orderValues,
    toNode: (row) => toAuditEvent(row, customerId),
    count: () => context.loader(totalsOfCustomers).load(customerId),
    read: ({ after, limit }) => context.loader(pagesOfCustomers).load({ parent: customerId, limit, after }),
  });
}
