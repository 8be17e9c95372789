import { columns } from '../database/columns.ts';

const { table, id, text, timestamp, index } = columns;

/** The networks from which a username logged in recently, as keyed hashes. */
export const loginNetwork = table(
  'login_network',
  {
    id: id('id').primaryKey(),
    usernameHash: text('username_hash').notNull(),
    lastLoginAt: timestamp('last_login_at').notNull(),
  },
  (t) => [
    index('login_network_username').on(t.usernameHash, t.lastLoginAt),
    index('login_network_last').on(t.lastLoginAt),
  ],
);
