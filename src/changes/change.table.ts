import { sql } from 'drizzle-orm';
import { columns } from '../database/columns.ts';

const { table, id, timestamp, json, rowNumber, transactionId, index } = columns;

/**
 * The changes of each transaction, at each bank: names and IDs only. `database/commit-order.ts` reads them in the order in which
 * they were committed. They are deleted after a retention period, unlike the audit trail.
 */
export const change = table(
  'change',
  {
    number: rowNumber('number'),
    transactionId: transactionId('transaction_id'),
    at: timestamp('at').notNull(),
    /** Null for rows without a bank, such as those of users. */
    bankId: id('bank_id'),
    customerIds: json<string[]>('customer_ids').notNull(),
    userIds: json<string[]>('user_ids').notNull(),
    /** The accounts that were changed. Their customers are found by their links. Null if there is none. */
    accountIds: json<string[]>('account_ids'),
    /** The changed columns, such as `CustomerAddress.city`, or only `CustomerAddress` for a deleted row: see `StoredField`. */
    fields: json<string[]>('fields').notNull(),
  },
  (self) => [
    index('change_by_bank').on(self.bankId, self.number),
    // Empty on SQLite, where it is not used.
    index('change_by_transaction').on(self.transactionId).where(sql`transaction_id is not null`),
  ],
);

export type ChangeRow = typeof change.$inferSelect;
