import { columns } from '../../database/columns.ts';
import { bank } from '../bank/bank.table.ts';
import { user } from './user.table.ts';

const { table, id, text, timestamp, index } = columns;

/** How a user was empowered: a role was granted, the user was created, or an administrator's lock was lifted. */
export type EmpowermentKind = 'GRANTED' | 'CREATED' | 'ENABLED';

/**
 * The users who empowered a user. Rows are only added, so the chain of a right is known even after the entitlement was revoked
 * or has expired. Grants by the command line, an import or a claim have no row, because they depend on no user.
 */
export const empowerment = table(
  'empowerment',
  {
    id: id('id').primaryKey(),
    userId: id('user_id')
      .notNull()
      .references(() => user.id),
    kind: text('kind').notNull().$type<EmpowermentKind>(),
    byUserId: id('by_user_id')
      .notNull()
      .references(() => user.id),
    /** The second granter, if the grant was approved. */
    approvedByUserId: id('approved_by_user_id').references(() => user.id),
    roleName: text('role_name'),
    bankId: id('bank_id').references(() => bank.id),
    createdAt: timestamp('created_at').notNull(),
  },
  (t) => [index('empowerment_user').on(t.userId, t.roleName)],
);

export type EmpowermentRow = typeof empowerment.$inferSelect;
