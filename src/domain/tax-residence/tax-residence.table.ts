import { columns } from '../../database/columns.ts';
import { childOfCustomer } from '../customer/child-of-customer.ts';

const { table, id, text, timestamp, integer, unique, index } = columns;

export const taxResidence = table(
  'tax_residence',
  {
    id: id('id').primaryKey(),
    bankId: id('bank_id').notNull(),
    customerId: id('customer_id').notNull(),
    domain: text('domain').notNull(),
    taxNumber: text('tax_number').notNull(),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    childOfCustomer(t),
    unique('tax_residence_unique').on(t.customerId, t.domain, t.taxNumber),
    index('tax_residence_customer').on(t.customerId, t.createdAt, t.id),
  ],
);

export type TaxResidenceRow = typeof taxResidence.$inferSelect;
