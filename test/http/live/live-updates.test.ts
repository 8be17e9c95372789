import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { change } from '../../../src/changes/change.table.ts';
import { readConfig } from '../../../src/config.ts';
import { startOfTable } from '../../../src/database/commit-order.ts';
import type { Database } from '../../../src/database/database.ts';
import { insertRows } from '../../../src/database/insert-rows.ts';
import { openDatabase } from '../../../src/database/open-database.ts';
import { cursorValues } from '../../../src/domain/change/change-cursor.ts';
import { encodeCursor } from '../../../src/graph/cursor.ts';
import { EventSource } from '../../../src/graph/event-source.ts';
import { Deliverer, type DelivererParts } from '../../../src/http/live/deliverer.ts';
import type { Delivery, LiveStream } from '../../../src/http/live/live-stream.ts';
import { LiveUpdates, type NewStream } from '../../../src/http/live/live-updates.ts';
import { createMigratedDatabaseUrl } from '../../support/database-url.ts';
import { testEnvironment } from '../../support/gateway.ts';

const bankId = 'bank';
const field = 'Subscription.kycWork';

let database: Database;
let drop: () => Promise<void>;
let live: LiveUpdates;
let charges = 0;
let cursor: string;

beforeAll(async () => {
  const created = await createMigratedDatabaseUrl();
  drop = created.drop;
  database = await openDatabase(created.url);
  const config = readConfig(testEnvironment(created.url));
  const costControl = {
    chargeResumption: () => {
      charges += 1;
    },
  };
  const failures = {
    log: (error: unknown) => {
      throw error;
    },
  };
  live = new LiveUpdates({ parts: { config, database, failures }, costControl } as unknown as DelivererParts);
  const values = cursorValues({ position: startOfTable, changedAt: 0, issuedAt: Date.now() });
  cursor = encodeCursor({ secret: config.secret, field, arguments: bankId }, values);
});
afterEach(() => {
  charges = 0;
});
afterAll(async () => {
  live.close();
  await database.close();
  await drop();
});

async function insertChanges(count: number): Promise<void> {
  const row = { at: new Date(), bankId, customerIds: [], userIds: [], fields: ['KycCheck.how'] };
  const rows = Array(count).fill(row);
  await database.transaction((transaction) => insertRows<typeof change>(transaction, change, rows));
}

/** An output that only shows whether it is open. */
function outputOf({ isOpen = true } = {}): LiveStream['output'] {
  return { isOpen, onClose: () => undefined, end: () => undefined } as unknown as LiveStream['output'];
}

/** A stream of which no change is an event. Calls `onChange` with each change that it is asked about. */
function streamOf(onChange: () => void): NewStream {
  const matches = () => {
    onChange();
    return false;
  };
  const source = new EventSource({ field, arguments: bankId, bankId, matches, eventOf: async () => null });
  const request = { headers: { 'last-event-id': cursor } };
  return { request, user: { id: 'user' }, source } as unknown as NewStream;
}

test('a resumption is charged as a request for each hundred changes that it reads', async () => {
  await insertChanges(250);
  let changes = 0;
  const { promise: isRead, resolve } = Promise.withResolvers<void>();
  const stream = streamOf(() => {
    changes += 1;
    if (changes === 250) resolve();
  });

  await live.open(stream, () => outputOf());
  await isRead;

  expect(charges).toBe(3);
});

test('a stream cannot be resumed after more changes than its data costs, and none of them is read', async () => {
  await insertChanges(10_000);
  let changes = 0;
  const stream = streamOf(() => {
    changes += 1;
  });

  await expect(live.open(stream, () => outputOf())).rejects.toMatchObject({ key: 'RESUME_IMPOSSIBLE' });

  expect([changes, charges]).toEqual([0, 0]);
});

test('a delivery is dropped if its client has disconnected while it waited', async () => {
  const deliverer = new Deliverer({} as DelivererParts, () => undefined);
  // Nothing of the delivery is used, so the caller is not looked up.
  await deliverer.deliver({ output: outputOf({ isOpen: false }) } as LiveStream, {} as Delivery);
  await expect(deliverer.deliver({ output: outputOf() } as LiveStream, {} as Delivery)).rejects.toThrow();
});
