import { columns } from '../../database/columns.ts';
import { childOfCustomer } from '../customer/child-of-customer.ts';

const { table, id, text, timestamp, integer, json, index } = columns;

export const customerAddress = table(
  'customer_address',
  {
    id: id('id').primaryKey(),
    bankId: id('bank_id').notNull(),
    customerId: id('customer_id').notNull(),
    line1: text('line_1').notNull(),
    line2: text('line_2'),
    line3: text('line_3'),
    city: text('city').notNull(),
    county: text('county'),
    state: text('state'),
    postcode: text('postcode'),
    countryCode: text('country_code').notNull(),
    tags: json<string[]>('tags').notNull(),
    status: text('status'),
    insertDate: timestamp('insert_date').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (t) => [childOfCustomer(t), index('customer_address_customer').on(t.customerId, t.insertDate, t.id)],
);

export type CustomerAddressRow = typeof customerAddress.$inferSelect;
