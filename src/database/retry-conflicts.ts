import { setTimeout as sleep } from 'node:timers/promises';
import { currentDeadline } from './deadline.ts';
import { isConflict, isStalePlan } from './errors.ts';

/** The number of attempts after which a conflict is reported. */
export const maxAttempts = 10;
/** The maximum pause before the second attempt, in milliseconds. It doubles with each further attempt, up to `maxPause`. */
const firstPause = 20;
const maxPause = 200;

/**
 * Repeats a transaction that PostgreSQL has rolled back because of concurrent ones or of a stale plan, until the deadline of the
 * operation.
 *
 * @param run Must have no effects outside the transaction, or replace those of its former attempt.
 */
export async function retryConflicts<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const canRepeat = isConflict(error) || isStalePlan(error);
      if (attempt === maxAttempts || !canRepeat || currentDeadline()?.aborted === true) throw error;
    }
    // The pause is random, so that transactions which prevented each other do not meet again.
    await sleep(Math.random() * Math.min(maxPause, firstPause * 2 ** (attempt - 1)));
  }
}
