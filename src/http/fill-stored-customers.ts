import type { Logger } from '../base/logger.ts';
import type { Database } from '../database/database.ts';
import { fillKycStates } from '../domain/customer/fill-kyc-states.ts';
import { fillNameWords } from '../domain/customer/name-words.ts';
import { fillKycGaps } from '../domain/kyc/fill-kyc-gaps.ts';

/** The fills of values of customers that an earlier version stored, by the log message at their end. */
const fills = {
  'KYC states filled': fillKycStates,
  'KYC gaps filled': fillKycGaps,
  'names folded': fillNameWords,
};

/** Fills the values of all customers that an earlier version stored, one kind after the other, in batches that can be interrupted. */
export async function fillStoredCustomers(
  database: Database,
  { signal, onEnd }: { signal?: AbortSignal; onEnd?: (message: string, customers: number) => void } = {},
): Promise<void> {
  for (const [message, fill] of Object.entries(fills)) {
    let filled = 0;
    await fill(database, {
      signal,
      onFilled(_table, rows) {
        filled += rows;
      },
    });
    if (filled > 0 && signal?.aborted !== true) onEnd?.(message, filled);
  }
}

/** Does so while the process serves. Returns a function that stops, and resolves after the last batch. */
export function fillWhileServing(
  database: Database,
  logger: Logger,
  onFailure: (error: unknown) => void,
): () => Promise<void> {
  const stopped = new AbortController();
  const onEnd = (message: string, customers: number) => logger.info({ customers }, message);
  const filling = fillStoredCustomers(database, { signal: stopped.signal, onEnd }).catch(onFailure);
  return () => {
    stopped.abort();
    return filling;
  };
}
