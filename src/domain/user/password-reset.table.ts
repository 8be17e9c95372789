import { columns } from '../../database/columns.ts';
import { user } from './user.table.ts';

const { table, id, text, timestamp, index } = columns;

/**
 * Requested password resets, at most one for each user. A request that sends no mail stores a row too, without a user, so that its
 * duration does not reveal whether the user exists.
 */
export const passwordReset = table(
  'password_reset',
  {
    /** The SHA-256 hash of the token in the mail. */
    tokenHash: id('token_hash').primaryKey(),
    userId: id('user_id')
      .unique('password_reset_user_unique')
      .references(() => user.id),
    /** Binds the token to the email address and the password of the user at the time of the request. */
    boundTo: text('bound_to').notNull(),
    expiresAt: timestamp('expires_at').notNull(),
  },
  (t) => [index('password_reset_expiry').on(t.expiresAt)],
);
