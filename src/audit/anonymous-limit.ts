import { clientNetwork } from '../auth/client-network.ts';
import { createRateLimit } from '../auth/rate-limit.ts';
import { type AuditEvent, auditEventOf } from './audit-event.ts';
import type { AuditTrail } from './audit-trail.ts';

/** How many events of callers who are not logged in are written one by one, for each network in a minute. */
const mostPerMinute = 60;
const periodSeconds = 60;

/** How many kinds of attempts are told apart in a period: of each network, and of all. */
const mostKindsOfNetwork = 100;
const mostKinds = 5_000;

/** What two attempts that are counted as one may differ in: it is told where it is the same for all. */
const detailsOfRequest = [
  'provider',
  'clientName',
  'requestId',
  'operationName',
  'operationHash',
  'reason',
] as const satisfies (keyof AuditEvent)[];

/**
 * Whether it comes from whoever is on the network, who can make any number of these. Whom it is about makes no difference:
 * else the time that an answer takes would tell which users there are.
 */
function isAnonymousAttempt({ userId, outcome }: AuditEvent): boolean {
  return userId === null && (outcome === 'REFUSED' || outcome === 'FAILED');
}

/** What the attempts of a network that are counted as one have in common. */
function kindOfAttempt({ kind, outcome, bankId, ...event }: AuditEvent): string {
  const { fieldsRefused, fieldsFailed, errors, customerIds, subjectUserIds } = event;
  const sets = [fieldsRefused, fieldsFailed, errors, customerIds, subjectUserIds].map((names) => names.toSorted());
  return JSON.stringify([kind, outcome, bankId, ...sets]);
}

/** The attempt without what an attacker can vary at will: of these there are few for each network and bank. */
function withoutDetails({ at, kind, outcome, bankId, clientAddress, count }: AuditEvent): AuditEvent {
  return auditEventOf({ at, kind, outcome, bankId, clientAddress, count });
}

function addTo(counted: AuditEvent, event: AuditEvent, network: string): void {
  counted.count += event.count;
  for (const name of detailsOfRequest) if (counted[name] !== event[name]) counted[name] = null;
  if (counted.clientAddress !== event.clientAddress) counted.clientAddress = network;
}

/**
 * The trail, which whoever is not logged in cannot fill up: of what they try in vain only so much is written one by one for
 * each network, and of what follows once in a period how often each kind of it was tried, at which bank.
 */
export function limitAnonymousEvents(trail: AuditTrail, onFailure: (error: unknown) => void): AuditTrail {
  const limit = createRateLimit({ most: mostPerMinute, periodSeconds });
  /** By network, and by the kind of attempt. */
  let uncounted = new Map<string, Map<string, AuditEvent>>();
  let kinds = 0;

  function count(event: AuditEvent): void {
    const network = clientNetwork(event.clientAddress ?? '');
    const ofNetwork = uncounted.get(network) ?? new Map<string, AuditEvent>();
    uncounted.set(network, ofNetwork);
    const isTold = ofNetwork.has(kindOfAttempt(event));
    const hasRoom = ofNetwork.size < mostKindsOfNetwork && kinds < mostKinds;
    const told = isTold || hasRoom ? event : withoutDetails(event);
    const kind = kindOfAttempt(told);
    const same = ofNetwork.get(kind);
    if (same !== undefined) addTo(same, told, network);
    else {
      ofNetwork.set(kind, { ...told });
      kinds += 1;
    }
  }

  function isWritten(event: AuditEvent): boolean {
    if (!isAnonymousAttempt(event)) return true;
    if (limit.take(clientNetwork(event.clientAddress ?? '')) === null) return true;
    count(event);
    return false;
  }

  async function writeCounts(): Promise<void> {
    const counted = [...uncounted.values()].flatMap((ofNetwork) => [...ofNetwork.values()]);
    uncounted = new Map();
    kinds = 0;
    try {
      await trail.record(counted);
    } catch (error) {
      // With what came meanwhile, for the next time.
      for (const event of counted) count(event);
      throw error;
    }
  }

  const timer = setInterval(() => {
    writeCounts().catch(onFailure);
  }, periodSeconds * 1000).unref();

  return {
    record: (events) => trail.record(events.filter(isWritten)),
    write: (work) => trail.write(work),
    async close() {
      clearInterval(timer);
      await writeCounts().catch(onFailure);
      await trail.close();
    },
  };
}
