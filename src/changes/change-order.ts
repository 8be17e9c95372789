import { eq, sql } from 'drizzle-orm';
import { commitOrderOf } from '../database/commit-order.ts';
import { statement } from '../database/statement.ts';
import { change } from './change.table.ts';

/** All changes, in the order of their commits. */
export const allChangesInOrder = commitOrderOf(change);

/** The changes at the bank of the placeholder `bankId`. */
export const changesOfBankInOrder = commitOrderOf(change, eq(change.bankId, sql.placeholder('bankId')));

/** The change with this number. */
export const changeByNumber = statement((queries) =>
  queries
    .select({ at: change.at })
    .from(change)
    .where(eq(change.number, sql.placeholder('number'))),
);
