import { sql } from 'drizzle-orm';
import { columns } from '../../database/columns.ts';
import { bank } from '../bank/bank.table.ts';
import type { EntitlementRequestState } from './entitlement-request-state.ts';
import { user } from './user.table.ts';

const { table, id, text, timestamp, integer, boolean, index, uniqueIndex } = columns;

/** A role that a user requested or a granter proposed, and the decision on it. */
export const entitlementRequest = table(
  'entitlement_request',
  {
    id: id('id').primaryKey(),
    userId: id('user_id')
      .notNull()
      .references(() => user.id),
    roleName: text('role_name').notNull(),
    bankId: id('bank_id').references(() => bank.id),
    reason: text('reason').notNull(),
    /** The granter who proposed the role, or was the first to approve it. With one, a second granter must approve. */
    proposedByUserId: id('proposed_by_user_id').references(() => user.id),
    /** Whether the right of that granter comes from a claim of an identity provider, which is not stored here. */
    isProposedByClaim: boolean('is_proposed_by_claim').notNull().default(false),
    /** The time when the proposed role will expire. */
    expiresAt: timestamp('expires_at'),
    state: text('state').notNull().$type<EntitlementRequestState>(),
    decidedByUserId: id('decided_by_user_id').references(() => user.id),
    decidedAt: timestamp('decided_at'),
    decisionReason: text('decision_reason'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    uniqueIndex('entitlement_request_open_at_bank').on(t.userId, t.roleName, t.bankId).where(sql`state = 'REQUESTED'`),
    // A unique constraint treats nulls as different values.
    uniqueIndex('entitlement_request_open')
      .on(t.userId, t.roleName)
      .where(sql`state = 'REQUESTED' and bank_id is null`),
    index('entitlement_request_newest').on(t.createdAt, t.id),
    index('entitlement_request_bank').on(t.bankId, t.createdAt, t.id),
    index('entitlement_request_user').on(t.userId, t.createdAt, t.id),
  ],
);

export type EntitlementRequestRow = typeof entitlementRequest.$inferSelect;
