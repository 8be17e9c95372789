import { columns } from './columns.ts';

const { table, id, text, timestamp } = columns;

/** A row for each process that serves, which the process writes to check whether it can write. */
export const readinessCheck = table('readiness_check', {
  /** A random ID of the process, so that processes never wait for each other. */
  id: id('id').primaryKey(),
  filler: text('filler').notNull(),
  checkedAt: timestamp('checked_at').notNull(),
});
