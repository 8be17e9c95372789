import type { FastifyRequest } from 'fastify';
import { describeError, type ErrorPlace, type Logger, logUnexpected } from '../base/logger.ts';
import { type DatabaseOutage, databaseOutage, type OutageKind } from '../database/errors.ts';

/** The interval in which the failures of an outage are counted, in milliseconds. An interval without failures ends the outage. */
const countInterval = 10_000;

/** Where a failure occurred. A task in the background has no request. */
interface FailurePlace extends Pick<ErrorPlace, 'path'> {
  request?: FastifyRequest | undefined;
}

export interface FailureLog {
  /** Logs an unexpected failure or, if the database caused it, counts it as part of an outage. */
  log(error: unknown, place?: FailurePlace): void;
  /** Calls the listener with each failure that the database caused. */
  onOutage(listener: (outage: DatabaseOutage) => void): void;
  /** Logs the count of the last failures. */
  close(): void;
}

/** The failures of an outage: in total, and since the last line of the log by kind. */
interface Outage {
  startedAt: number;
  /** The reason of the latest failure. It can change, for example because another server takes over. */
  reason: string;
  failures: number;
  counts: Partial<Record<OutageKind, number>>;
}

/**
 * Opens the log of unexpected failures. During an outage of the database, all requests can fail, so only the first failure has a line
 * of its own: those that follow are counted, each request once, in one line every ten seconds. A last line states the end.
 */
export function openFailureLog(logger: Logger): FailureLog {
  let outage: Outage | null = null;
  let timer: NodeJS.Timeout | undefined;
  const counted = new WeakSet<FastifyRequest>();
  const listeners: ((outage: DatabaseOutage) => void)[] = [];

  function logCounts({ startedAt, reason, failures, counts }: Outage): void {
    const durationInMilliseconds = Math.round(performance.now() - startedAt);
    if (Object.keys(counts).length === 0) logger.info({ failures, durationInMilliseconds }, 'database available');
    else logger.error({ reason, failures, counts, durationInMilliseconds }, 'database still unavailable');
  }

  function endInterval(): void {
    if (outage === null) return;
    logCounts(outage);
    if (Object.keys(outage.counts).length > 0) {
      outage.counts = {};
      return;
    }
    outage = null;
    clearInterval(timer);
  }

  return {
    log(error, { request, path } = {}) {
      const found = databaseOutage(error);
      if (found === null) {
        logUnexpected(logger, error, { requestId: request?.id, path });
        return;
      }
      for (const listener of listeners) listener(found);
      if (request !== undefined && counted.has(request)) return;
      if (request !== undefined) counted.add(request);
      const { code, reason } = found;
      if (outage !== null) {
        outage.reason = reason;
        outage.failures += 1;
        outage.counts[found.kind] = (outage.counts[found.kind] ?? 0) + 1;
        return;
      }
      outage = { startedAt: performance.now(), reason, failures: 1, counts: {} };
      timer = setInterval(endInterval, countInterval).unref();
      logger.error({ requestId: request?.id, code, reason, error: describeError(error) }, 'database unavailable');
    },
    onOutage(listener) {
      listeners.push(listener);
    },
    close() {
      clearInterval(timer);
      if (outage !== null && Object.keys(outage.counts).length > 0) logCounts(outage);
    },
  };
}
