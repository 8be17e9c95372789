import { columns } from '../../database/columns.ts';
import { bank } from '../bank/bank.table.ts';
import { childOfCustomer } from '../customer/child-of-customer.ts';
import { user } from '../user/user.table.ts';

const { table, id, text, timestamp, integer, index } = columns;

/** Meetings of OBP do not name a customer, so an imported one can have none. */
export const meeting = table(
  'meeting',
  {
    id: id('id').primaryKey(),
    bankId: id('bank_id')
      .notNull()
      .references(() => bank.id),
    customerId: id('customer_id'),
    providerId: text('provider_id').notNull(),
    purposeId: text('purpose_id').notNull(),
    when: timestamp('when').notNull(),
    sessionId: text('session_id'),
    creatorUserId: id('creator_user_id').references(() => user.id),
    creatorName: text('creator_name'),
    creatorMobilePhone: text('creator_mobile_phone'),
    creatorEmailAddress: text('creator_email_address'),
    staffUserId: id('staff_user_id').references(() => user.id),
    customerUserId: id('customer_user_id').references(() => user.id),
    cancelledAt: timestamp('cancelled_at'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    childOfCustomer(t),
    index('meeting_bank').on(t.bankId, t.when, t.id),
    index('meeting_customer').on(t.customerId, t.when, t.id),
    index('meeting_creator').on(t.creatorUserId, t.bankId),
    index('meeting_staff_user').on(t.staffUserId, t.bankId),
    index('meeting_customer_user').on(t.customerUserId, t.bankId),
  ],
);

export type MeetingRow = typeof meeting.$inferSelect;
