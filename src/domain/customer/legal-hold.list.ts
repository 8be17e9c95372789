import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Page, PageArguments } from '../../graph/connection.ts';
import { connectionQuery } from '../../graph/connection-query.ts';
import type { Context } from '../../graph/context.ts';
import { type LegalHoldRow, legalHold } from './legal-hold.table.ts';
import type { LegalHold } from './legal-hold.type.ts';

const isInForceAtBank = sql`${and(eq(legalHold.bankId, sql.placeholder('bankId')), isNull(legalHold.liftedAt))}`;
const query = connectionQuery(legalHold, 'setAt', isInForceAtBank);

/** A page of the holds that are in force at the bank, newest first. */
export function holdsInForce(
  context: Context,
  bankId: string,
  page: PageArguments,
): Promise<Page<LegalHoldRow, LegalHold>> {
  const list = { field: 'Query.legalHolds', boundTo: bankId, values: { bankId } };
  return query(context, list, page, (row) => row);
}
