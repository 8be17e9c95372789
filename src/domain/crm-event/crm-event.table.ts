import { sql } from 'drizzle-orm';
import { columns } from '../../database/columns.ts';
import { isUnderived } from '../../database/plain-text.ts';
import { bank } from '../bank/bank.table.ts';
import { childOfCustomer } from '../customer/child-of-customer.ts';
import { user } from '../user/user.table.ts';

const { table, id, text, timestamp, index } = columns;

/** An event can name a customer whom the bank does not have. It then contains the name and the number, but no ID. */
export const crmEvent = table(
  'crm_event',
  {
    id: id('id').primaryKey(),
    bankId: id('bank_id')
      .notNull()
      .references(() => bank.id),
    customerId: id('customer_id'),
    customerName: text('customer_name'),
    customerNumber: text('customer_number'),
    /** See `derivedCanonicalForm`. */
    canonicalNumber: text('canonical_number'),
    category: text('category').notNull(),
    detail: text('detail'),
    channel: text('channel'),
    scheduledDate: timestamp('scheduled_date'),
    actualDate: timestamp('actual_date'),
    result: text('result'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    /** An event that is stored with an `actualDate` is closed from then on. */
    closedAt: timestamp('closed_at'),
    closedByUserId: id('closed_by_user_id').references(() => user.id),
  },
  (t) => [
    childOfCustomer(t),
    index('crm_event_bank').on(t.bankId, t.createdAt, t.id),
    index('crm_event_scheduled').on(t.bankId, t.scheduledDate, t.id).where(sql`scheduled_date is not null`),
    index('crm_event_category').on(t.bankId, t.category, t.createdAt, t.id),
    index('crm_event_open').on(t.bankId, t.createdAt, t.id).where(sql`closed_at is null`),
    index('crm_event_open_scheduled')
      .on(t.bankId, t.scheduledDate, t.id)
      .where(sql`closed_at is null and scheduled_date is not null`),
    index('crm_event_customer').on(t.customerId, t.createdAt, t.id),
    index('crm_event_customer_number').on(t.bankId, t.customerNumber),
    index('crm_event_canonical_number').on(t.canonicalNumber, t.bankId).where(sql`canonical_number is not null`),
    index('crm_event_underived_number').on(t.id).where(isUnderived('canonical_number', 'customer_number')),
  ],
);

export type CrmEventRow = typeof crmEvent.$inferSelect;
