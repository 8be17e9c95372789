import { and, eq, inArray } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { account } from '../account/account.table.ts';
import { toAccount } from '../account/account.type.ts';
import { accountAttribute } from '../account/account-attribute.table.ts';
import { accountRouting } from '../account/account-routing.table.ts';
import { type CustomerAccountLinkRow, customerAccountLink } from '../account/customer-account-link.table.ts';
import type { LockedCustomer } from '../customer/locked-customer.ts';
import { type ExportReader, exportedRow, readAllRows } from './exported-rows.ts';

/** The account links, each with its account, and the routings and attributes of the account. */
export async function withAccounts(
  links: readonly CustomerAccountLinkRow[],
  reader: ExportReader,
  { id: customerId, bankId }: LockedCustomer,
): Promise<object[]> {
  const accountIds = reader.transaction
    .select({ id: customerAccountLink.accountId })
    .from(customerAccountLink)
    .where(eq(customerAccountLink.customerId, customerId));

  function readOfAccounts<Table extends SQLiteTable & { bankId: SQLiteColumn }>(
    name: string,
    table: Table,
    accountId: SQLiteColumn,
    orderBy: readonly SQLiteColumn[],
  ): Promise<Table['$inferSelect'][]> {
    const where = and(eq(table.bankId, bankId), inArray(accountId, accountIds));
    return readAllRows(reader, table, { name, where, orderBy });
  }

  const accounts = await readOfAccounts('accounts', account, account.id, [account.id]);
  const { accountId: routedId, scheme } = accountRouting;
  const routings = Map.groupBy(
    await readOfAccounts('routings', accountRouting, routedId, [scheme]),
    ({ accountId }) => accountId,
  );
  const { accountId: describedId, createdAt, id } = accountAttribute;
  const attributes = Map.groupBy(
    await readOfAccounts('account attributes', accountAttribute, describedId, [createdAt, id]),
    ({ accountId }) => accountId,
  );
  const accountsById = new Map(accounts.map((row) => [row.id, row]));
  return links.map((link) => {
    const row = accountsById.get(link.accountId);
    const ofAccount = row && {
      accountId: row.id,
      ...exportedRow(toAccount(row)),
      routings: (routings.get(row.id) ?? []).map(exportedRow),
      attributes: (attributes.get(row.id) ?? []).map(exportedRow),
    };
    return { ...link, account: ofAccount };
  });
}
