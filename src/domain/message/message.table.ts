import { columns } from '../../database/columns.ts';
import { childOfCustomer } from '../customer/child-of-customer.ts';

const { table, id, text, timestamp, index } = columns;

export const customerMessage = table(
  'customer_message',
  {
    id: id('id').primaryKey(),
    bankId: id('bank_id').notNull(),
    customerId: id('customer_id').notNull(),
    date: timestamp('date').notNull(),
    transport: text('transport'),
    message: text('message').notNull(),
    fromDepartment: text('from_department').notNull(),
    fromPerson: text('from_person').notNull(),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
  },
  (t) => [
    childOfCustomer(t),
    index('customer_message_customer').on(t.customerId, t.date, t.id),
    index('customer_message_bank').on(t.bankId, t.date, t.id),
  ],
);

export type CustomerMessageRow = typeof customerMessage.$inferSelect;
