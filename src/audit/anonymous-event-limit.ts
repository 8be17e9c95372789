import { clientNetwork } from '../base/client-network.ts';
import { createRateLimit } from '../base/rate-limit.ts';
import { type AuditEvent, auditEventOf } from './audit-event.ts';
import type { AuditTrail } from './audit-trail.ts';

/** The number of failed attempts that are recorded individually in a minute: of each caller, and of all anonymous callers. */
const maxEventsOfCaller = 60;
const maxAnonymousEvents = 6_000;
const periodSeconds = 60;

/** More than the networks of a /48 of IPv6, so that a client with a /48 cannot evict its own limits. */
const maxCallers = 100_000;

/** The key of the limit that all anonymous callers share. */
const allAnonymous = 'all anonymous callers';

/** The number of counters in a minute: of each caller, and of all. */
interface CounterLimits {
  ofCaller: number;
  ofAll: number;
}

/** First with the subjects of the attempts, then without them. After that there is one counter per bank. */
const detailedCounters: CounterLimits = { ofCaller: 100, ofAll: 5_000 };
const reducedCounters: CounterLimits = { ofCaller: 150, ofAll: 10_000 };

/** The details of a request. A counter keeps a detail if it is the same for all its attempts. */
const requestDetails = [
  'provider',
  'clientName',
  'requestId',
  'operationName',
  'operationHash',
  'documentId',
  'reason',
] as const satisfies (keyof AuditEvent)[];

/** Whether the attempt returned and changed nothing. Other events are always recorded individually. */
function isFailedAttempt({ kind, outcome }: AuditEvent): boolean {
  return kind !== 'COMMAND' && kind !== 'LOST' && (outcome === 'REFUSED' || outcome === 'FAILED');
}

/** Whether the request was refused because of the caller's rate: such events are only ever counted. */
function isRateLimited({ kind, outcome, errors }: AuditEvent): boolean {
  return kind === 'AUTHENTICATION' && outcome === 'REFUSED' && errors.every((error) => error === 'RATE_LIMITED');
}

/** The user, or the network of an anonymous caller, because a client can use all addresses of its network. */
function callerOf({ userId, clientAddress }: AuditEvent): string {
  return userId === null ? `network ${clientNetwork(clientAddress ?? '')}` : `user ${userId}`;
}

/** The parts of an event that all attempts of one counter share. */
function counterKey({ kind, outcome, bankId, ...event }: AuditEvent): string {
  const { fieldsRefused, fieldsFailed, errors, customerIds, subjectUserIds } = event;
  const sets = [fieldsRefused, fieldsFailed, errors, customerIds, subjectUserIds].map((names) => names.toSorted());
  return JSON.stringify([kind, outcome, bankId, ...sets]);
}

/** The attempt without the customers and users that it concerns. */
function withoutSubjects(event: AuditEvent): AuditEvent {
  return { ...event, customerIds: [], subjectUserIds: [] };
}

/** The attempt without anything that a caller can vary at will: of these there are few for each caller and bank. */
function withoutDetails({ at, kind, outcome, bankId, userId, provider, clientAddress, count }: AuditEvent): AuditEvent {
  return auditEventOf({ at, kind, outcome, bankId, userId, provider, clientAddress, count });
}

function addTo(counter: AuditEvent, event: AuditEvent): void {
  counter.count += event.count;
  for (const name of requestDetails) if (counter[name] !== event[name]) counter[name] = null;
  if (counter.clientAddress === event.clientAddress) return;
  const network = clientNetwork(event.clientAddress ?? '');
  counter.clientAddress = clientNetwork(counter.clientAddress ?? '') === network ? network : null;
}

/** The counters of a minute. */
class AttemptCounters {
  readonly #ofCallers = new Map<string, Map<string, AuditEvent>>();
  #size = 0;

  add(event: AuditEvent): void {
    const caller = callerOf(event);
    if (this.#addWithin(detailedCounters, caller, event)) return;
    if (this.#addWithin(reducedCounters, caller, withoutSubjects(event))) return;
    const reduced = withoutDetails(event);
    // Users need no such limit, because there are fewer of them than networks.
    const isOneTooMany = event.userId === null && this.#size >= reducedCounters.ofAll && !this.#ofCallers.has(caller);
    if (isOneTooMany) this.#add(allAnonymous, { ...reduced, clientAddress: null });
    else this.#add(caller, reduced);
  }

  all(): AuditEvent[] {
    return [...this.#ofCallers.values()].flatMap((ofCaller) => [...ofCaller.values()]);
  }

  #addWithin({ ofCaller, ofAll }: CounterLimits, caller: string, event: AuditEvent): boolean {
    const counters = this.#ofCallers.get(caller);
    const isKnown = counters?.has(counterKey(event)) === true;
    const hasRoom = (counters?.size ?? 0) < ofCaller && this.#size < ofAll;
    if (isKnown || hasRoom) this.#add(caller, event);
    return isKnown || hasRoom;
  }

  #add(caller: string, event: AuditEvent): void {
    let counters = this.#ofCallers.get(caller);
    if (counters === undefined) {
      counters = new Map();
      this.#ofCallers.set(caller, counters);
    }
    const key = counterKey(event);
    const counter = counters.get(key);
    if (counter !== undefined) {
      addTo(counter, event);
      return;
    }
    counters.set(key, { ...event });
    this.#size += 1;
  }
}

/**
 * Limits how fast a caller can fill the audit trail with failed attempts: beyond a number in a minute they are counted, and
 * recorded at the end of the minute as one event per caller, field and bank. Counts that could not be recorded are kept for
 * the next minute; if the process is killed, they are lost.
 */
export function limitFailedAttempts(trail: AuditTrail, onFailure: (error: unknown) => void): AuditTrail {
  const limitOfCaller = createRateLimit({ capacity: maxEventsOfCaller, periodSeconds, maxKeys: maxCallers });
  const limitOfAnonymous = createRateLimit({ capacity: maxAnonymousEvents, periodSeconds });
  let counters = new AttemptCounters();

  function isIndividual(event: AuditEvent): boolean {
    if (!isFailedAttempt(event)) return true;
    if (isRateLimited(event) || limitOfCaller.take(callerOf(event)) !== null) return false;
    return event.userId !== null || limitOfAnonymous.take(allAnonymous) === null;
  }

  function isRecordedNow(event: AuditEvent): boolean {
    const isNow = isIndividual(event);
    if (!isNow) counters.add(event);
    return isNow;
  }

  async function recordCounts(): Promise<void> {
    const counted = counters.all();
    counters = new AttemptCounters();
    try {
      await trail.record(counted);
    } catch (error) {
      for (const event of counted) counters.add(event);
      throw error;
    }
  }

  const timer = setInterval(() => {
    recordCounts().catch(onFailure);
  }, periodSeconds * 1000).unref();

  return {
    chain: trail.chain,
    record: (events) => trail.record(events.filter(isRecordedNow)),
    write: (work) => trail.write(work),
    async close() {
      clearInterval(timer);
      await recordCounts().catch(onFailure);
      await trail.close();
    },
  };
}
