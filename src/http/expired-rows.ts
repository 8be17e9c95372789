import { deleteFullBudgets } from '../auth/cost-exchange.ts';
import { deleteExpiredLoginAttempts } from '../auth/login-attempts.ts';
import { deleteExpiredChanges } from '../changes/delete-expired-changes.ts';
import type { Database } from '../database/database.ts';
import { deleteExpiredReadinessChecks } from '../database/readiness-check.ts';
import { deleteExpiredIdempotencyKeys } from '../domain/user/idempotency-key.writes.ts';
import { deleteExpiredPasswordResets } from '../domain/user/password-reset.ts';
import { deleteExpiredRevocations } from '../domain/user/revoke-tokens.ts';
import { deleteExpiredRegistrations } from '../domain/user/user-registration.ts';

/**
 * The interval in which expired rows are deleted, in milliseconds. It is random, so that processes that started at the same time
 * do not delete at the same time.
 */
const deletionInterval = () => 3_600_000 * (0.9 + 0.2 * Math.random());

/** Deletes expired rows about once an hour. Returns a function that ends it. */
export function deleteExpiredRowsHourly(
  database: Database,
  { changeRetentionSeconds }: { changeRetentionSeconds: number },
  onFailure: (error: unknown) => void,
): () => void {
  const timer = setInterval(() => {
    database
      .transaction(async (transaction) => {
        await deleteExpiredIdempotencyKeys(transaction);
        await deleteExpiredRevocations(transaction);
        await deleteExpiredLoginAttempts(transaction);
        await deleteExpiredRegistrations(transaction);
        await deleteExpiredPasswordResets(transaction);
        await deleteFullBudgets(transaction);
        await deleteExpiredReadinessChecks(transaction);
      })
      .then(() => deleteExpiredChanges(database, changeRetentionSeconds))
      .catch(onFailure);
  }, deletionInterval()).unref();
  return () => clearInterval(timer);
}
