import { columns } from '../../database/columns.ts';
import { bank } from './bank.table.ts';

/** The maximum number of intervals of a bank, because they are returned as a plain list. */
export const maxReviewIntervals = 100;

const { table, id, text, integer, primaryKey } = columns;

/**
 * After how many days a bank reviews a customer: every customer, if the name and the value are empty, or one with this attribute. The
 * shortest interval counts.
 */
export const reviewInterval = table(
  'review_interval',
  {
    bankId: id('bank_id')
      .notNull()
      .references(() => bank.id),
    attributeName: text('attribute_name').notNull(),
    attributeValue: text('attribute_value').notNull(),
    days: integer('days').notNull(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.attributeName, t.attributeValue] })],
);

export type ReviewIntervalRow = typeof reviewInterval.$inferSelect;
