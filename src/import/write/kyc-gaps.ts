import { refreshReviewDates } from '../../domain/customer/review-dates.ts';
import { followClosings } from '../../domain/kyc/kyc-closing.writes.ts';
import { rowsPerTransaction, type Writing } from './writing.ts';

/** Derives what lists of work contain of all customers in the files, also if an interrupted import wrote some of their evidence. */
export async function writeKycGaps({ database, staging }: Writing): Promise<void> {
  const selectIds = staging.database
    .prepare<[string, number], string>('select id from known_customer where id > ? order by id limit ?')
    .pluck();
  for (let last = ''; ; ) {
    const ids = selectIds.all(last, rowsPerTransaction);
    if (ids.length === 0) return;
    await database.transaction(async (transaction) => {
      await followClosings(transaction, ids);
      await refreshReviewDates(transaction, ids);
    });
    last = ids.at(-1) ?? last;
  }
}
