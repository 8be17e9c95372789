import { columns } from '../../database/columns.ts';
import { bank } from '../bank/bank.table.ts';
import type { KycState } from './kyc-state.ts';

const { table, rowNumber, id, text, bigInteger, index } = columns;

/**
 * The number of customers in each KYC state, and of open proposals, at each bank: the sum of the rows. Triggers maintain it in the
 * transaction of each change. On PostgreSQL, each concurrent transaction changes a row of its own, so that none waits for another.
 */
export const kycCount = table(
  'kyc_count',
  {
    rowNumber: rowNumber('row_number'),
    bankId: id('bank_id')
      .notNull()
      .references(() => bank.id),
    state: text('state').notNull().$type<KycState | 'PROPOSED'>(),
    total: bigInteger('total').notNull(),
  },
  (t) => [index('kyc_count_bank').on(t.bankId, t.state)],
);
