import { columns } from '../../database/columns.ts';
import type { AttributeType } from '../attribute/attribute-type.ts';
import { childOfCustomer } from './child-of-customer.ts';

const { table, id, text, timestamp, integer, index } = columns;

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
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    childOfCustomer(t),
    index('customer_attribute_customer').on(t.customerId, t.createdAt, t.id),
    index('customer_attribute_value').on(t.name, t.valueSearch, t.bankId, t.customerId),
  ],
);

export type CustomerAttributeRow = typeof customerAttribute.$inferSelect;
