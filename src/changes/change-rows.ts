import type { change } from './change.table.ts';
import type { ChangesByBank } from './collected-changes.ts';

type NewChange = typeof change.$inferInsert;

/** The maximum number of customers, of users, and of accounts in a row. An import changes thousands in one transaction. */
export const maxIdsOfChange = 200;

/** The rows of a transaction: one for each bank, or more if there are too many customers, users, or accounts for one row. */
export function changeRowsOf(byBank: ChangesByBank): NewChange[] {
  const at = new Date();
  return [...byBank].flatMap(([bankId, changes]) => {
    if (changes.fields.size === 0) return [];
    const fields = [...changes.fields].sort();
    const [customers, users, accounts] = [[...changes.customerIds], [...changes.userIds], [...changes.accountIds]];
    const rows = Math.max(1, Math.ceil(Math.max(customers.length, users.length, accounts.length) / maxIdsOfChange));
    return Array.from({ length: rows }, (_, row): NewChange => {
      const [from, to] = [row * maxIdsOfChange, (row + 1) * maxIdsOfChange];
      const ids = { customerIds: customers.slice(from, to), userIds: users.slice(from, to) };
      return { at, bankId, ...ids, accountIds: accounts.length === 0 ? undefined : accounts.slice(from, to), fields };
    });
  });
}
