import { columns } from '../database/columns.ts';

const { table, id, text, timestamp, integer, index } = columns;

/**
 * Logins that failed: of a username at one client address, and of the username at all of them together. Both are kept as
 * keyed hashes: what is typed as a username may be anything, a password too.
 */
export const loginAttempt = table(
  'login_attempt',
  {
    id: id('id').primaryKey(),
    usernameHash: text('username_hash').notNull(),
    failures: integer('failures').notNull(),
    lastAttemptAt: timestamp('last_attempt_at').notNull(),
    /** Until then no password is looked at. Null for all addresses together: they only slow down. */
    lockedUntil: timestamp('locked_until'),
  },
  (t) => [
    index('login_attempt_username').on(t.usernameHash),
    index('login_attempt_last').on(t.lastAttemptAt),
    index('login_attempt_failures').on(t.failures, t.lastAttemptAt),
  ],
);
