import type { change } from './change.table.ts';
import type { ChangesByBank } from './collected-changes.ts';

type NewChange = typeof change.$inferInsert;

/** The maximum number of customers, and of users, in a row. An import changes thousands in one transaction. */
export const maxIdsOfChange = 200;

/** The rows of a transaction: one for each bank, or more if there are too many customers or users for one row. */
export function changeRowsOf(byBank: ChangesByBank): NewChange[] {
  const at = new Date();
  return [...byBank].flatMap(([bankId, changes]) => {
    if (changes.fields.size === 0) return [];
    const fields = [...changes.fields].sort();
    const [customers, users] = [[...changes.customerIds], [...changes.userIds]];
    const rows = Math.max(1, Math.ceil(Math.max(customers.length, users.length) / maxIdsOfChange));
    return Array.from({ length: rows }, (_, row): NewChange => {
      const [from, to] = [row * maxIdsOfChange, (row + 1) * maxIdsOfChange];
      return { at, bankId, customerIds: customers.slice(from, to), userIds: users.slice(from, to), fields };
    });
  });
}
