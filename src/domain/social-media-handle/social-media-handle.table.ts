import { columns } from '../../database/columns.ts';
import { childOfCustomer } from '../customer/child-of-customer.ts';

const { table, id, text, timestamp, integer, unique, index } = columns;

export const socialMediaHandle = table(
  'social_media_handle',
  {
    id: id('id').primaryKey(),
    bankId: id('bank_id').notNull(),
    customerId: id('customer_id').notNull(),
    type: text('type').notNull(),
    handle: text('handle').notNull(),
    dateAdded: timestamp('date_added'),
    dateActivated: timestamp('date_activated'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    childOfCustomer(t),
    unique('social_media_handle_unique').on(t.customerId, t.type, t.handle),
    index('social_media_handle_customer').on(t.customerId, t.createdAt, t.id),
  ],
);

export type SocialMediaHandleRow = typeof socialMediaHandle.$inferSelect;
