import { sql } from 'drizzle-orm';
import { columns } from '../../database/columns.ts';
import type { AttributeType } from '../attribute/attribute-type.ts';
import { childOfCustomer } from './child-of-customer.ts';

const { table, id, text, timestamp, integer, index } = columns;

/** The condition on rows whose `value_order` was not derived yet. It has no parameters, so that both databases find the index. */
export const isUnordered = sql`value_order is null and type <> 'STRING'`;

export const customerAttribute = table(
  'customer_attribute',
  {
    id: id('id').primaryKey(),
    bankId: id('bank_id').notNull(),
    customerId: id('customer_id').notNull(),
    name: text('name').notNull(),
    type: text('type').$type<AttributeType>().notNull(),
    value: text('value').notNull(),
    /** The first characters of the value, because an index on PostgreSQL cannot contain a value of 2,000 characters. */
    valueSearch: text('value_search').notNull(),
    /**
     * The name, and a key that sorts numbers and dates by value (`orderOfAttribute`). Null for texts, and for rows of an earlier
     * version until they are filled. PostgreSQL's planner estimates a range of one column, but not of a name and its values.
     */
    valueOrder: text('value_order'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    childOfCustomer(t),
    index('customer_attribute_customer').on(t.customerId, t.createdAt, t.id),
    index('customer_attribute_value').on(t.name, t.valueSearch, t.bankId, t.customerId),
    index('customer_attribute_order').on(t.bankId, t.valueOrder, t.customerId).where(sql`value_order is not null`),
    // Finds the rows of an earlier version that are to be filled. It is empty afterwards.
    index('customer_attribute_unordered').on(t.id).where(isUnordered),
  ],
);

export type CustomerAttributeRow = typeof customerAttribute.$inferSelect;
