import { sql } from 'drizzle-orm';
import { columns } from '../../database/columns.ts';

const { table, id, text, timestamp, integer, boolean, unique, index } = columns;

/**
 * A user that is only referenced so far is a placeholder. It has no password, so that logging in is impossible.
 *
 * Users of earlier versions can collide by canonical username or by validated email address. Each of them has a number from 1
 * on in `usernameConflict` or `emailConflict`. All other users have 0, so the unique constraints hold for them.
 */
export const user = table(
  'user',
  {
    id: id('id').primaryKey(),
    username: text('username').notNull(),
    /** See `comparedUsername`. Null for rows of an earlier version until the program starts. */
    canonicalUsername: text('canonical_username'),
    usernameConflict: integer('username_conflict').notNull().default(0),
    email: text('email'),
    /** The canonical email address of a local user who validated it. Null for all others. */
    validatedEmail: text('validated_email'),
    emailConflict: integer('email_conflict').notNull().default(0),
    firstName: text('first_name'),
    lastName: text('last_name'),
    provider: text('provider').notNull(),
    providerId: text('provider_id').notNull(),
    passwordHash: text('password_hash'),
    isSuperAdmin: boolean('is_super_admin').notNull().default(false),
    emailValidatedAt: timestamp('email_validated_at'),
    /** Whether an earlier version stored the user before the email address was validated. */
    awaitsEmailValidation: boolean('awaits_email_validation').notNull().default(false),
    disabledAt: timestamp('disabled_at'),
    /** Tokens of a provider that were issued until this time are refused. */
    tokensValidFrom: timestamp('tokens_valid_from'),
    /**
     * The number of times that all tokens of the user were revoked. The gateway's own tokens contain it, so that no clock decides
     * whether they are revoked.
     */
    tokenGeneration: integer('token_generation').notNull().default(0),
    /** The latest issue time of an accepted token of a provider whose clock is ahead. */
    latestTokenIssuedAt: timestamp('latest_token_issued_at'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    unique('user_provider_id_unique').on(t.provider, t.providerId),
    unique('user_username_unique').on(t.provider, t.username),
    unique('user_canonical_username_unique').on(t.canonicalUsername, t.provider, t.usernameConflict),
    unique('user_validated_email_unique').on(t.validatedEmail, t.emailConflict),
    index('user_username').on(t.username, t.id),
    index('user_email_lower').on(sql`lower(email)`),
  ],
);

export type UserRow = typeof user.$inferSelect;

/** The columns of a user that the API returns. */
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
