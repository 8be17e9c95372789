import { columns } from '../database/columns.ts';

const { table, id, bigInteger } = columns;

/**
 * The cost budgets that are not full, over all processes. Keys are kept as keyed hashes: they are IDs of users and
 * addresses of networks.
 */
export const costConsumption = table('cost_consumption', {
  id: id('id').primaryKey(),
  /** The time at which the budget is full again, in milliseconds since 1970 by the clock of the database. */
  fullAt: bigInteger('full_at').notNull(),
});
