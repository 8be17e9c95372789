import { createHmac, hkdfSync, randomUUID } from 'node:crypto';
import type { AuditEvent } from '../../../src/audit/audit-event.ts';
import type { EventRow, FloorDatabase } from './database.ts';

/** What of an event is not the same for every request of this server. */
export type Seen = Pick<
  AuditEvent,
  'userId' | 'provider' | 'requestId' | 'operationHash' | 'fieldsReturned' | 'roles'
> &
  Partial<Pick<AuditEvent, 'operationName' | 'bankId' | 'customerIds'>>;

export interface AuditTrail {
  /** Resolves when the event is durable. */
  record(seen: Seen): Promise<void>;
}

interface Waiting {
  row: EventRow;
  resolve(): void;
  reject(error: unknown): void;
}

/** Events as the gateway writes them, each with its mac, in one commit with those that come in the same turn. */
export async function openAuditTrail(database: FloorDatabase, secret: string): Promise<AuditTrail> {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'floor audit', 32));
  const id = randomUUID();
  const chain = await database.beginChain({ id, keyId: 'floor', mac: mac('chain', id) });
  let sequence = 0;
  let waiting: Waiting[] = [];
  let isFlushing = false;

  function mac(...parts: (string | number)[]): string {
    return createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
  }

  function rowOf(seen: Seen): EventRow {
    const { bankId = null, userId, customerIds = [] } = seen;
    const at = new Date();
    // What is null or empty is left out, as the gateway does.
    const event = JSON.stringify({
      at: at.toISOString(),
      kind: 'READ',
      outcome: 'SUCCEEDED',
      clientAddress: '127.0.0.1',
      ...seen,
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
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
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
    record(seen) {
      return new Promise((resolve, reject) => {
        waiting.push({ row: rowOf(seen), resolve, reject });
        if (isFlushing) return;
        isFlushing = true;
        setImmediate(flush);
      });
    },
  };
}
