import type { Logger } from '../base/logger.ts';
import type { Database } from '../database/database.ts';
import { fillNameWords } from '../domain/customer/name-words.ts';

/** Folds the names of an earlier version while the process serves. Returns a function that stops, and resolves after the last batch. */
export function fillNamesWhileServing(
  database: Database,
  logger: Logger,
  onFailure: (error: unknown) => void,
): () => Promise<void> {
  const stopped = new AbortController();
  let filled = 0;
  const filling = fillNameWords(database, {
    signal: stopped.signal,
    onFilled(_table, rows) {
      filled += rows;
    },
  })
    .then(() => {
      if (filled > 0) logger.info({ customers: filled }, 'names folded');
    })
    .catch(onFailure);
  return () => {
    stopped.abort();
    return filling;
  };
}
