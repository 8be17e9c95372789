import { columns } from '../../database/columns.ts';
import { user } from '../user/user.table.ts';
import { childOfAccount } from './child-of-account.ts';

const { table, id, timestamp, primaryKey, index } = columns;

/** The users to whom an account belongs. */
export const accountHolder = table(
  'account_holder',
  {
    bankId: id('bank_id').notNull(),
    accountId: id('account_id').notNull(),
    userId: id('user_id')
      .notNull()
      .references(() => user.id),
    createdAt: timestamp('created_at').notNull(),
  },
  (t) => [
    childOfAccount(t),
    primaryKey({ columns: [t.bankId, t.accountId, t.userId] }),
    index('account_holder_user').on(t.userId, t.bankId, t.accountId),
  ],
);

export type AccountHolderRow = typeof accountHolder.$inferSelect;
