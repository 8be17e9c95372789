import { and, eq, isNotNull, or, sql } from 'drizzle-orm';
import { inKeys, keyValues } from '../../database/batch.ts';
import type { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { customer } from './customer.table.ts';
import { type FillOptions, fillCustomers } from './customer-fill.ts';
import { KycState } from './kyc-state.ts';

const { id, kycState, kycStatus, lastOkDate } = customer;

const isOk = sql`${kycStatus}`;

const fill = statement((queries) =>
  queries
    .update(customer)
    .set({ kycState: sql`case when ${isOk} then ${KycState.OK} else ${KycState.NOT_OK} end` })
    .where(and(inKeys([id]), eq(kycState, KycState.NEVER_ASSESSED), or(isOk, isNotNull(lastOkDate)))),
);

/**
 * Derives the KYC states of customers that an earlier version stored, as `kycStateOf` does. The migration itself has derived those that
 * depend on the timeline.
 */
export async function fillKycStates(database: Database, options?: FillOptions): Promise<void> {
  await fillCustomers(
    database,
    'kyc_states',
    async (transaction, ids) => void (await fill(transaction, keyValues(ids))),
    options,
  );
}
