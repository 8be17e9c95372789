import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { columns } from '../../database/columns.ts';
import { account } from './account.table.ts';

/** The foreign key of a table whose rows belong to accounts. */
export function childOfAccount(t: { bankId: SQLiteColumn; accountId: SQLiteColumn }) {
  return columns.foreignKey({ columns: [t.bankId, t.accountId], foreignColumns: [account.bankId, account.id] });
}
