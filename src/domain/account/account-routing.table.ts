import { columns } from '../../database/columns.ts';
import { childOfAccount } from './child-of-account.ts';

const { table, id, text, timestamp, primaryKey, unique } = columns;

/** A routing identifies one account of the bank. An account has at most one routing of each scheme. */
export const accountRouting = table(
  'account_routing',
  {
    bankId: id('bank_id').notNull(),
    accountId: id('account_id').notNull(),
    scheme: text('scheme').notNull(),
    address: text('address').notNull(),
    createdAt: timestamp('created_at').notNull(),
  },
  (t) => [
    childOfAccount(t),
    primaryKey({ columns: [t.bankId, t.accountId, t.scheme] }),
    unique('account_routing_address_unique').on(t.bankId, t.scheme, t.address),
  ],
);

export type AccountRoutingRow = typeof accountRouting.$inferSelect;
