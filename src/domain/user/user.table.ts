import { columns } from '../../database/columns.ts';

const { table, id, text, timestamp, integer, boolean, unique, index } = columns;

/** A user that was only referred to is a stub: without a password, so that nobody can log in as it. */
export const user = table(
  'user',
  {
    id: id('id').primaryKey(),
    username: text('username').notNull(),
    email: text('email'),
    firstName: text('first_name'),
    lastName: text('last_name'),
    provider: text('provider').notNull(),
    providerId: text('provider_id').notNull(),
    passwordHash: text('password_hash'),
    isSuperAdmin: boolean('is_super_admin').notNull().default(false),
    emailValidatedAt: timestamp('email_validated_at'),
    /** Of who registered while e-mail addresses had to be validated, until theirs is. */
    awaitsEmailValidation: boolean('awaits_email_validation').notNull().default(false),
    disabledAt: timestamp('disabled_at'),
    /** Tokens that were issued before it are refused. */
    tokensValidFrom: timestamp('tokens_valid_from'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    unique('user_provider_id_unique').on(t.provider, t.providerId),
    unique('user_username_unique').on(t.provider, t.username),
    index('user_username').on(t.username, t.id),
    index('user_email').on(t.email),
  ],
);

export type UserRow = typeof user.$inferSelect;

/** What the graph tells of a user. */
export type UserProfile = Pick<
  UserRow,
  | 'id'
  | 'username'
  | 'email'
  | 'firstName'
  | 'lastName'
  | 'provider'
  | 'providerId'
  | 'isSuperAdmin'
  | 'disabledAt'
  | 'createdAt'
  | 'updatedAt'
>;
