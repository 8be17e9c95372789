import { columns } from '../../database/columns.ts';
import { user } from './user.table.ts';

const { table, id, timestamp, primaryKey, index } = columns;

/** A revoked token that has not expired yet. The row is deleted after the token has expired. */
export const revokedToken = table(
  'revoked_token',
  {
    userId: id('user_id')
      .notNull()
      .references(() => user.id),
    /** The `jti` of the token. It is unique only for its issuer, and a user has one issuer. */
    tokenId: id('token_id').notNull(),
    expiresAt: timestamp('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'revoked_token_pk', columns: [t.userId, t.tokenId] }),
    index('revoked_token_expires_at').on(t.expiresAt),
  ],
);

export type RevokedTokenRow = typeof revokedToken.$inferSelect;
