import { columns } from '../../database/columns.ts';
import { childOfCustomer } from '../customer/child-of-customer.ts';
import { childOfAccount } from './child-of-account.ts';

const { table, id, text, timestamp, integer, unique, index } = columns;

export const customerAccountLink = table(
  'customer_account_link',
  {
    id: id('id').primaryKey(),
    bankId: id('bank_id').notNull(),
    customerId: id('customer_id').notNull(),
    accountId: id('account_id').notNull(),
    relationshipType: text('relationship_type').notNull(),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    childOfCustomer(t),
    childOfAccount(t),
    unique('customer_account_link_pair_unique').on(t.customerId, t.accountId),
    index('customer_account_link_customer').on(t.customerId, t.createdAt, t.id),
    index('customer_account_link_account').on(t.bankId, t.accountId, t.createdAt, t.id),
  ],
);

export type CustomerAccountLinkRow = typeof customerAccountLink.$inferSelect;
