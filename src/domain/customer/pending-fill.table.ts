import { columns } from '../../database/columns.ts';

const { table, text, bigInteger } = columns;

/** The values that are derived for each stored customer. */
export type FillName = 'kyc_gaps' | 'kyc_states';

/** A row for each fill that a migration has started and that has not reached all customers of the earlier version yet. */
export const pendingFill = table('pending_fill', {
  name: text('name').primaryKey().$type<FillName>(),
  /** The `row_number` of the last customer whose values are filled. */
  filledRowNumber: bigInteger('filled_row_number').notNull().default(0),
});
