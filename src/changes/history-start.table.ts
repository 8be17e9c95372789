import { columns } from '../database/columns.ts';

const { table, timestamp } = columns;

/** Contains one row: the time of the upgrade from which on the history of customers is kept. The migration inserts it. */
export const historyStart = table('history_start', { startedAt: timestamp('started_at').primaryKey() });
