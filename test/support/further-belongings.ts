/** Rows for belongings without a function in rows.ts, derived from the types of their columns. */
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from '../../src/database/database.ts';
import { type BelongingName, belongingEntries } from '../../src/domain/onboarding/belongings.ts';
import { insertAnyRow } from './rows.ts';

const withFunction: ReadonlySet<BelongingName> = new Set([
  'addresses',
  'attributes',
  'accountLinks',
  'taxResidences',
  'socialMediaHandles',
  'kycChecks',
  'kycDocuments',
  'kycMedia',
  'kycGaps',
  'kycStatuses',
  'kycStatusProposals',
  'messages',
  'meetings',
  'meetingInvitees',
  'crmEvents',
  'customerLinks',
  'inverseCustomerLinks',
  'legalHolds',
  'userLinks',
  'history',
]);

/** Inserts one row of each for a customer. Returns the IDs, such as `{ notes: '…' }`. */
export async function insertFurtherBelongings(
  database: Database,
  child: { bankId: string; customerId: string },
  options: { isWhole?: boolean; text?: string } = {},
): Promise<Record<string, string>> {
  const ids: Record<string, string> = {};
  for (const [name, { table }] of belongingEntries) {
    if (withFunction.has(name)) continue;
    const row = (await insertAnyRow<SQLiteTable>(database, table, child, options)) as { id: string };
    ids[name] = row.id;
  }
  return ids;
}
