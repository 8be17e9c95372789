import { createHmac, hkdfSync, randomUUID } from 'node:crypto';
import type { AuditEvent } from '../../../src/audit/audit-event.ts';
import type { BaselineDatabase, EventRow } from './database.ts';

/** The part of an event that differs between the requests to this server. */
export type RequestFacts = Pick<
  AuditEvent,
  'userId' | 'provider' | 'requestId' | 'operationHash' | 'fieldsReturned' | 'roles'
> &
  Partial<Pick<AuditEvent, 'operationName' | 'bankId' | 'customerIds'>>;

export interface AuditTrail {
  /** Resolves when the event is durable. */
  record(facts: RequestFacts): Promise<void>;
}

interface PendingEvent {
  row: EventRow;
  resolve(): void;
  reject(error: unknown): void;
}

/** Records events like the gateway: each with its MAC, and all events of one tick in one commit. */
export async function openAuditTrail(database: BaselineDatabase, secret: string): Promise<AuditTrail> {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'baseline audit', 32));
  const id = randomUUID();
  const chain = await database.beginChain({ id, keyId: 'baseline', mac: mac('chain', id) });
  let sequence = 0;
  let pendingEvents: PendingEvent[] = [];
  let isFlushing = false;

  function mac(...parts: (string | number)[]): string {
    return createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
  }

  function rowOf(facts: RequestFacts): EventRow {
    const { bankId = null, userId, customerIds = [] } = facts;
    const at = new Date();
    // Like the gateway, the event omits properties that are null or empty.
    const event = JSON.stringify({
      at: at.toISOString(),
      kind: 'READ',
      outcome: 'SUCCEEDED',
      clientAddress: '127.0.0.1',
      ...facts,
    } satisfies Partial<AuditEvent>);
    sequence += 1;
    return {
      chain,
      sequence,
      at,
      bankId,
      userId,
      event,
      mac: mac('event', id, sequence, event),
      customerIds,
    };
  }

  async function flush(): Promise<void> {
    while (pendingEvents.length > 0) {
      const batch = pendingEvents;
      pendingEvents = [];
      try {
        await database.insertEvents(batch.map(({ row }) => row));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isFlushing = false;
  }

  return {
    record(facts) {
      return new Promise((resolve, reject) => {
        pendingEvents.push({ row: rowOf(facts), resolve, reject });
        if (isFlushing) return;
        isFlushing = true;
        setImmediate(flush);
      });
    },
  };
}
