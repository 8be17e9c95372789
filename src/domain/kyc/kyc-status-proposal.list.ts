import { and, asc, count, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { afterValues, comesAfter } from '../../database/batch.ts';
import { metByFew, withoutIndex } from '../../database/search.ts';
import { statementByShape } from '../../database/statement.ts';
import { cutPage, type Page, type PageArguments, totalOf } from '../../graph/connection.ts';
import type { Context } from '../../graph/context.ts';
import { type KycStatusProposalRow, kycStatusProposal } from './kyc-status-proposal.table.ts';
import type { KycStatusProposal } from './kyc-status-proposal.type.ts';
import type { KycStatusProposalState } from './kyc-status-proposal-state.ts';

const orderColumns = [kycStatusProposal.createdAt, kycStatusProposal.id];

export interface KycStatusProposalFilter {
  customerId: string | null;
  state: KycStatusProposalState | null;
  proposedBefore: Date | null;
}

const filterNames = ['customerId', 'state', 'proposedBefore'] as const satisfies (keyof KycStatusProposalFilter)[];
type FilterName = (typeof filterNames)[number];

interface Shape {
  filters: readonly FilterName[];
  continued: boolean;
}

/** A customer has few proposals, so those of a customer are found by the customer, and their other columns are compared. */
function whereOf({ filters, continued }: Shape): SQL | undefined {
  const { bankId, customerId, state, createdAt } = kycStatusProposal;
  const compared = (column: SQLiteColumn) => (filters.includes('customerId') ? withoutIndex(column) : sql`${column}`);
  const conditions: Record<FilterName, SQL> = {
    customerId: eq(customerId, sql.placeholder('customerId')),
    state: metByFew(sql`${compared(state)} = ${sql.placeholder('state')}`),
    proposedBefore: lt(createdAt, sql`${sql.param(sql.placeholder('proposedBefore'), createdAt)}`),
  };
  return and(
    sql`${compared(bankId)} = ${sql.placeholder('bankId')}`,
    ...filters.map((name) => conditions[name]),
    continued ? comesAfter(orderColumns, false) : undefined,
  );
}

const shapeKey = ({ filters, continued }: Shape) => [continued, ...filters].join(' ');

const proposalsStatement = statementByShape(shapeKey, (queries, shape) =>
  queries
    .select()
    .from(kycStatusProposal)
    .where(whereOf(shape))
    .orderBy(...orderColumns.map((column) => asc(column)))
    .limit(sql.placeholder('limit')),
);

const countStatement = statementByShape(shapeKey, (queries, shape) =>
  queries.select({ total: count() }).from(kycStatusProposal).where(whereOf(shape)),
);

/** One page of the proposals of a bank, sorted by creation time, oldest first. */
export function kycStatusProposalPage(
  context: Context,
  bankId: string,
  filter: KycStatusProposalFilter,
  page: PageArguments,
): Promise<Page<KycStatusProposalRow, KycStatusProposal>> {
  const database = context.readDatabase();
  const filters = filterNames.filter((name) => filter[name] !== null);
  const values = { bankId, ...filter };
  return cutPage(context, page, {
    field: 'Query.kycStatusProposals',
    boundTo: values,
    orderValues: (row: KycStatusProposalRow) => [row.createdAt, row.id],
    toNode: (row: KycStatusProposalRow): KycStatusProposal => row,
    count: async () => totalOf(await countStatement(database, { filters, continued: false }, values)),
    read: ({ after, limit }) =>
      proposalsStatement(database, { filters, continued: after !== null }, { ...values, ...afterValues(after), limit }),
  });
}
