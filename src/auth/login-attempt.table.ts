import { columns } from '../database/columns.ts';

const { table, id, text, timestamp, integer, index } = columns;

/**
 * Counts failed logins: of a username in one network, of a username in all networks, and of a network with all usernames.
 * Usernames and networks are stored as keyed hashes only, because users sometimes type a password into the wrong field.
 */
export const loginAttempt = table(
  'login_attempt',
  {
    id: id('id').primaryKey(),
    /** The hash of the username, or of the network in rows of networks. */
    usernameHash: text('username_hash').notNull(),
    failures: integer('failures').notNull(),
    lastAttemptAt: timestamp('last_attempt_at').notNull(),
    /** The end of the lock of a username in one network. Null if it is not locked. */
    lockedUntil: timestamp('locked_until'),
    /** The time at which the token bucket of the row is full again. Null in rows without a rate limit. */
    fullAt: timestamp('full_at'),
  },
  (t) => [
    index('login_attempt_username').on(t.usernameHash),
    index('login_attempt_last').on(t.lastAttemptAt),
    index('login_attempt_failures').on(t.failures, t.lastAttemptAt),
  ],
);
