import { sql } from 'drizzle-orm';
import { columns } from '../../database/columns.ts';
import { childOfCustomer } from '../customer/child-of-customer.ts';
import { customer } from '../customer/customer.table.ts';
import type { CustomerRelationship } from './customer-relationship.ts';

const { table, id, text, timestamp, decimal, integer, foreignKey, unique, uniqueIndex, index } = columns;

/** A link of a customer to another customer of the same bank, such as a company's beneficial owner. */
export const customerLink = table(
  'customer_link',
  {
    id: id('id').primaryKey(),
    bankId: id('bank_id').notNull(),
    customerId: id('customer_id').notNull(),
    linkedCustomerId: id('linked_customer_id').notNull(),
    relationshipTo: text('relationship_to').notNull().$type<CustomerRelationship>(),
    percentage: decimal('percentage'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    childOfCustomer(t),
    foreignKey({ columns: [t.bankId, t.linkedCustomerId], foreignColumns: [customer.bankId, customer.id] }),
    unique('customer_link_relationship_unique').on(t.customerId, t.linkedCustomerId, t.relationshipTo),
    uniqueIndex('customer_link_parent').on(t.customerId).where(sql`relationship_to = 'PARENT'`),
    index('customer_link_customer').on(t.customerId, t.createdAt, t.id),
    index('customer_link_linked_customer').on(t.linkedCustomerId, t.createdAt, t.id),
  ],
);

export type CustomerLinkRow = typeof customerLink.$inferSelect;
