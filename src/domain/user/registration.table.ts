import { columns } from '../../database/columns.ts';
import { user } from './user.table.ts';

const { table, id, text, timestamp, index } = columns;

/**
 * Registrations that wait for the validation of an email address. Each has a link of its own. They reserve neither the username
 * nor the address: the first one that is validated becomes the user.
 */
export const registration = table(
  'registration',
  {
    /** The ID that the user will have. */
    userId: id('user_id').primaryKey(),
    username: text('username').notNull(),
    canonicalUsername: text('canonical_username').notNull(),
    email: text('email').notNull(),
    canonicalEmail: text('canonical_email').notNull(),
    passwordHash: text('password_hash').notNull(),
    firstName: text('first_name'),
    lastName: text('last_name'),
    /** The caller who registered the user. Null for an anonymous caller. */
    createdByUserId: id('created_by_user_id').references(() => user.id),
    createdAt: timestamp('created_at').notNull(),
    expiresAt: timestamp('expires_at').notNull(),
  },
  (t) => [
    index('registration_username').on(t.canonicalUsername, t.createdAt),
    index('registration_email').on(t.canonicalEmail),
    index('registration_expiry').on(t.expiresAt),
  ],
);

export type RegistrationRow = typeof registration.$inferSelect;
