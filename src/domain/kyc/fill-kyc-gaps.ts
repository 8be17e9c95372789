import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from '../../database/database.ts';
import { type FillOptions, fillCustomers } from '../customer/customer-fill.ts';
import { kycGap } from './kyc-gap.table.ts';
import { refreshKycGaps } from './kyc-gap.writes.ts';

/** Derives the gaps of customers that an earlier version stored. */
export async function fillKycGaps(database: Database, { onFilled, signal }: FillOptions = {}): Promise<void> {
  let filled = 0;
  const count: FillOptions['onFilled'] = (table, rows) => {
    filled += rows;
    onFilled?.(table, rows);
  };
  await fillCustomers(database, 'kyc_gaps', refreshKycGaps, { onFilled: count, signal });
  if (filled > 0) await database.updateStatistics(new Map([[kycGap as SQLiteTable, filled]]));
}
