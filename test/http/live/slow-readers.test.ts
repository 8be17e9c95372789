/** Clients that do not read their streams. */
import { count, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditEvent } from '../../../src/audit/audit.table.ts';
import { type Gateway, startGateway, type TestUser } from '../../support/gateway.ts';
import { createLiveCustomer, type LiveCustomer } from '../../support/live-customer.ts';
import { openRawClient, type RawClient, rawPost } from '../../support/raw-client.ts';
import { insertCustomerAddress } from '../../support/rows.ts';

/** Several times what an operating system keeps for a client that does not read. */
const eventBytes = 10_000_000;

const query = /* GraphQL */ `
  subscription ($bankId: ID!, $customerId: ID!) {
    customerChanged(bankId: $bankId, customerId: $customerId) {
      customer {
        addresses {
          line1
        }
      }
    }
  }
`;

let gateway: Gateway;
let customer: LiveCustomer;
let reader: TestUser;

beforeAll(async () => {
  gateway = await startGateway({ maxUnreadBytes: 12_000_000 });
  customer = await createLiveCustomer(gateway);
  const { bankId, customerId } = customer;
  await insertCustomerAddress(gateway.database, { bankId, customerId, line1: 'x'.repeat(eventBytes) });
  const roles = ['CanGetCustomer', 'CanGetCustomerAddress'] as const;
  reader = await gateway.createUser({ roles: roles.map((role) => [role, bankId]) });
});
afterAll(() => gateway.stop());

/** Opens a stream whose client reads nothing after its beginning. */
async function openSilent(at = gateway): Promise<RawClient> {
  const client = await openRawClient(at.url);
  const { bankId, customerId } = customer;
  const body = JSON.stringify({ query, variables: { bankId, customerId } });
  client.send(rawPost(body, ['accept: text/event-stream', `authorization: Bearer ${reader.token}`]));
  await expect.poll(client.received).toContain('\n:\n\n');
  client.socket.pause();
  return client;
}

/** The number of events that a client gets when it reads again, and the keys of the errors among them. */
async function endOf(client: RawClient): Promise<[events: number, keys: unknown[]]> {
  client.socket.resume();
  const text = await client.closed();
  const keys = [...text.matchAll(/"key":"(\w+)"/g)].map(([, key]) => key);
  return [[...text.matchAll(/event: next/g)].length, keys];
}

/** The number of events that were recorded for all streams, directly before they are written. */
async function recorded(): Promise<number> {
  const { database } = gateway;
  const [row] = await database.read.select({ total: count() }).from(auditEvent).where(eq(auditEvent.userId, reader.id));
  return Number(row?.total);
}

test('a client that reads gets events that are larger than what another can leave unread', async () => {
  const stream = await customer.open(reader, { query });
  for (let number = 0; number < 2; number += 1) {
    await customer.change();
    const event = await stream.next();
    expect(event?.errors).toEqual([]);
    expect(JSON.stringify(event?.data).length).toBeGreaterThan(eventBytes);
  }
  stream.close();
});

test('a client that has not read an event ends instead of the next one', async () => {
  const silent = await openSilent();
  const reading = await customer.open(reader, { query });
  await customer.change();
  expect((await reading.next())?.errors).toEqual([]);
  reading.close();
  await customer.change();

  expect(await endOf(silent)).toEqual([2, ['STREAM_TOO_SLOW']]);
});

test('clients that together leave too much unread end before another event is written', async () => {
  const silent = [await openSilent(), await openSilent()];
  const before = await recorded();
  await customer.change();
  await expect.poll(recorded).toBe(before + 2);
  // Another response, so that both events are written.
  await gateway.query(null, '{ __typename }');

  // Only the one to which the first of the two events was written.
  expect(await Promise.race(silent.map(endOf))).toEqual([2, ['STREAM_TOO_SLOW']]);
  for (const { socket } of silent) socket.destroy();
});

test('a stop does not wait for a client that never reads', async () => {
  const { databaseUrl } = gateway.config;
  const stopping = await startGateway({ prepareDatabase: async () => databaseUrl });
  const silent = await openSilent(stopping);
  const reading = await customer.open(reader, { at: stopping, query });
  await customer.change();
  await reading.next();

  await stopping.stop();

  expect(await endOf(silent)).toEqual([expect.any(Number), []]);
});
