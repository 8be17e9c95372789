import { columns } from '../database/columns.ts';
import type { CustomerHistoryObject } from './customer-history-object.ts';

const { table, id, text, timestamp, json, rowNumber, index } = columns;

/** The values of columns, by the names of the columns. Times are texts in the format of `DateTime`. */
export type HistoryValues = Record<string, unknown>;

/**
 * The changes of customers and of their objects, with the former and the new values. Unlike the audit trail and the table of
 * changes, it contains personal data, so its rows are deleted with their customer.
 */
export const customerHistory = table(
  'customer_history',
  {
    number: rowNumber('number'),
    bankId: id('bank_id').notNull(),
    customerId: id('customer_id').notNull(),
    changedAt: timestamp('changed_at').notNull(),
    /** Null for imports. */
    changedByUserId: id('changed_by_user_id'),
    /** Null for imports. */
    requestId: text('request_id'),
    object: text('object').$type<CustomerHistoryObject>().notNull(),
    objectId: id('object_id').notNull(),
    /** The former values of the changed columns, or of all columns of a deleted object. Null if the object was created. */
    before: json<HistoryValues>('before'),
    /** The new values of the changed columns, or those that are not null of a created object. Null if the object was deleted. */
    after: json<HistoryValues>('after'),
  },
  (self) => [index('customer_history_customer').on(self.customerId, self.number)],
);

export type CustomerHistoryRow = typeof customerHistory.$inferSelect;
