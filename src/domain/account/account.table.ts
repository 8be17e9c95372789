import { columns } from '../../database/columns.ts';
import { bank } from '../bank/bank.table.ts';

const { table, id, text, timestamp, decimal, integer, primaryKey } = columns;

/** The ID of an account is unique only at its bank. */
export const account = table(
  'account',
  {
    bankId: id('bank_id')
      .notNull()
      .references(() => bank.id),
    id: id('id').notNull(),
    label: text('label'),
    number: text('number'),
    productCode: text('product_code'),
    balanceCurrency: text('balance_currency'),
    balanceAmount: decimal('balance_amount'),
    branchId: text('branch_id'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    version: integer('version').notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.id] })],
);

export type AccountRow = typeof account.$inferSelect;
