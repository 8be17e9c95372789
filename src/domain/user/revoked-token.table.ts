import { columns } from '../../database/columns.ts';
import { user } from './user.table.ts';

const { table, id, timestamp, primaryKey, index } = columns;

/** A token that no longer counts although it has not expired. After that it is of no use, and is deleted. */
export const revokedToken = table(
  'revoked_token',
  {
    userId: id('user_id')
      .notNull()
      .references(() => user.id),
    /** Its `jti`, which is unique at its issuer only: the user is of one issuer. */
    tokenId: id('token_id').notNull(),
    expiresAt: timestamp('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'revoked_token_pk', columns: [t.userId, t.tokenId] }),
    index('revoked_token_expires_at').on(t.expiresAt),
  ],
);

export type RevokedTokenRow = typeof revokedToken.$inferSelect;
