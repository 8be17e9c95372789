import { clientNetwork } from '../auth/client-network.ts';
import { createRateLimit } from '../auth/rate-limit.ts';
import type { AuditEvent } from './audit-event.ts';
import type { AuditTrail } from './audit-trail.ts';

/** How many events of callers who are not logged in are written one by one, for each network in a minute. */
const mostPerMinute = 60;
const periodSeconds = 60;

interface Uncounted {
  /** The first one that was not written. */
  event: AuditEvent;
  count: number;
}

/** Whether nobody is behind the event whom the bank knows: anybody on the network can make any number of these. */
function isAnonymousAttempt({ userId, subjectUserIds, outcome }: AuditEvent): boolean {
  return userId === null && subjectUserIds.length === 0 && (outcome === 'REFUSED' || outcome === 'FAILED');
}

/**
 * The trail, which whoever is not logged in cannot fill up: of what they try in vain only so much is written one by one,
 * and after that one event for each network and period, which counts what followed.
 */
export function limitAnonymousEvents(trail: AuditTrail, onFailure: (error: unknown) => void): AuditTrail {
  const limit = createRateLimit({ most: mostPerMinute, periodSeconds });
  let uncounted = new Map<string, Uncounted>();

  function isWritten(event: AuditEvent): boolean {
    if (!isAnonymousAttempt(event)) return true;
    const network = clientNetwork(event.clientAddress ?? '');
    if (limit.take(network) === null) return true;
    const before = uncounted.get(network);
    if (before === undefined) uncounted.set(network, { event, count: 1 });
    else before.count += 1;
    return false;
  }

  async function writeCounts(): Promise<void> {
    const counted = [...uncounted.values()].map(({ event, count }) => ({ ...event, count }));
    uncounted = new Map();
    await trail.record(counted);
  }

  const timer = setInterval(() => {
    writeCounts().catch(onFailure);
  }, periodSeconds * 1000).unref();

  return {
    record: (events) => trail.record(events.filter(isWritten)),
    write: (work) => trail.write(work),
    async close() {
      clearInterval(timer);
      await writeCounts();
      await trail.close();
    },
  };
}
