import { and } from 'drizzle-orm';
import type { ChangeRow } from '../../changes/change.table.ts';
import { inKeys, keyValues } from '../../database/batch.ts';
import type { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { customerAccountLink } from '../account/customer-account-link.table.ts';

const { bankId, accountId, customerId } = customerAccountLink;

const linksOfCustomersToAccounts = statement((queries) =>
  queries
    .select({ bankId, accountId, customerId })
    .from(customerAccountLink)
    .where(and(inKeys([customerId], 'customers'), inKeys([bankId, accountId], 'accounts'))),
);

/**
 * Finds those of the customers to whom accounts of the changes are linked. The links are read after the commit of the changes. Those
 * that are created later are changes of the customers themselves.
 */
export async function customersOfChangedAccounts(
  database: Database,
  changes: readonly ChangeRow[],
  customerIds: readonly string[],
): Promise<(change: ChangeRow) => ReadonlySet<string>> {
  const accounts = changes.flatMap(({ bankId, accountIds }) =>
    bankId === null ? [] : (accountIds ?? []).map((accountId) => [bankId, accountId] as const),
  );
  if (accounts.length === 0 || customerIds.length === 0) return () => new Set();
  const links = await linksOfCustomersToAccounts(database, {
    ...keyValues(customerIds, 'customers'),
    ...keyValues(accounts, 'accounts'),
  });
  const linked = Map.groupBy(links, ({ bankId, accountId }) => JSON.stringify([bankId, accountId]));
  return ({ bankId, accountIds }) => {
    const ofChange = (accountIds ?? []).flatMap((accountId) => linked.get(JSON.stringify([bankId, accountId])) ?? []);
    return new Set(ofChange.map(({ customerId }) => customerId));
  };
}
