import { columns } from '../../database/columns.ts';
import { childOfCustomer } from '../customer/child-of-customer.ts';
import { user } from '../user/user.table.ts';

const { table, id, timestamp, integer, boolean, unique, index } = columns;

/** An inactive link grants no access. */
export const userCustomerLink = table(
  'user_customer_link',
  {
    id: id('id').primaryKey(),
    bankId: id('bank_id').notNull(),
    customerId: id('customer_id').notNull(),
    userId: id('user_id')
      .notNull()
      .references(() => user.id),
    isActive: boolean('is_active').notNull(),
    dateInserted: timestamp('date_inserted').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    childOfCustomer(t),
    unique('user_customer_link_pair_unique').on(t.customerId, t.userId),
    index('user_customer_link_customer').on(t.customerId, t.dateInserted, t.id),
    index('user_customer_link_user').on(t.userId, t.dateInserted, t.id),
  ],
);

export type UserCustomerLinkRow = typeof userCustomerLink.$inferSelect;
