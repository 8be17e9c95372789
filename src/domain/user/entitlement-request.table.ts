import { sql } from 'drizzle-orm';
import { columns } from '../../database/columns.ts';
import { bank } from '../bank/bank.table.ts';
import type { EntitlementRequestState } from './entitlement-request.state.ts';
import { user } from './user.table.ts';

const { table, id, text, timestamp, integer, index, uniqueIndex } = columns;

/** That a user asks for a role, and what became of it. */
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
    // A unique key takes each null for another value.
    uniqueIndex('entitlement_request_open')
      .on(t.userId, t.roleName)
      .where(sql`state = 'REQUESTED' and bank_id is null`),
    index('entitlement_request_newest').on(t.createdAt, t.id),
    index('entitlement_request_bank').on(t.bankId, t.createdAt, t.id),
    index('entitlement_request_user').on(t.userId, t.createdAt, t.id),
  ],
);

export type EntitlementRequestRow = typeof entitlementRequest.$inferSelect;
