import { columns } from './columns.ts';

const { table, id, text } = columns;

/**
 * The ID of the last transaction that was caused by a user or concerned one. Only written if there are replicas: a replica that has
 * not replayed this transaction does not execute the user's queries. This is not a column of the user, because other statements lock
 * that row before the last statement of a transaction, so that two transactions could deadlock.
 */
export const userWrite = table('user_write', {
  userId: id('user_id').primaryKey(),
  lastWrite: text('last_write').notNull(),
});
