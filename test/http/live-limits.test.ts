import { afterAll, beforeAll, expect, test } from 'vitest';
import { allChangesInOrder } from '../../src/changes/change-order.ts';
import { cursorOfEnd, cursorValues } from '../../src/domain/change/change-cursor.ts';
import { encodeCursor } from '../../src/graph/cursor.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { createLiveCustomer, customerChangedDocument, type LiveCustomer } from '../support/live-customer.ts';
import { keysOf, type OpenStream } from '../support/live-stream.ts';

let gateway: Gateway;
/** A second process with the same database. */
let other: Gateway;
let customer: LiveCustomer;

beforeAll(async () => {
  gateway = await startGateway({
    environment: {
      GATEWAY_MAX_STREAMS: '3',
      GATEWAY_MAX_STREAMS_PER_USER: '2',
      GATEWAY_MAX_CONNECTIONS: '3',
      GATEWAY_COST_PER_MINUTE: '200',
    },
  });
  const { databaseUrl } = gateway.config;
  other = await startGateway({ prepareDatabase: async () => databaseUrl });
  customer = await createLiveCustomer(gateway);
});
afterAll(async () => {
  await other.stop();
  await gateway.stop();
});

/** Opens a stream once the server has noticed that another one was closed. */
async function openWhenPossible(reader: TestUser): Promise<OpenStream> {
  for (;;) {
    const stream = await customer.open(reader);
    if (stream.headers.get('connection') === 'close') return stream;
    await stream.rest();
  }
}

async function errorsOf(stream: OpenStream): Promise<[event: string, errors: unknown][]> {
  return (await stream.rest()).map(({ event, errors }) => [
    event,
    errors.map(({ extensions: { key, limit } }) => ({ key, limit })),
  ]);
}

test('streams have limits of their own, for each user and for the process', async () => {
  const [first, second] = [await customer.createReader(), await customer.createReader()];
  const streams = [await customer.open(first), await customer.open(first)];
  expect(await errorsOf(await customer.open(first))).toEqual([
    ['next', [{ key: 'TOO_MANY_STREAMS', limit: 2 }]],
    ['complete', []],
  ]);
  streams.push(await customer.open(second));
  expect(await errorsOf(await customer.open(second))).toEqual([
    ['next', [{ key: 'TOO_MANY_STREAMS', limit: 3 }]],
    ['complete', []],
  ]);

  // The three streams do not count as connections, so neither they nor this request are dropped.
  await customer.change();
  for (const stream of streams) expect((await stream.next())?.errors).toEqual([]);

  for (const stream of streams) stream.close();
  const again = [await openWhenPossible(first), await openWhenPossible(second)];
  for (const stream of again) stream.close();
});

test('streams receive the changes of other processes', async () => {
  const stream = await openWhenPossible(await customer.createReader());
  await customer.change(other);
  expect((await stream.next())?.data?.customerChanged?.fields).toEqual(['Customer.email']);
  stream.close();
});

test('each event is charged to the budget of its caller, and the stream ends without completion when it is empty', async () => {
  const stream = await openWhenPossible(await customer.createReader());
  let keys: unknown[] = [];
  for (let count = 0; keys.length === 0; count += 1) {
    expect(count).toBeLessThan(300);
    await customer.change();
    keys = keysOf(await stream.next());
  }

  expect(keys).toEqual(['RATE_LIMITED']);
  expect(await stream.rest()).toEqual([]);
});

test('a stream cannot be resumed after a position that is older than the retention period', async () => {
  const values = cursorValues(
    cursorOfEnd(await allChangesInOrder.readEnd(gateway.database), Date.now() - 8 * 86_400_000),
  );
  const scope = {
    secret: gateway.config.secret,
    field: 'Subscription.customerChanged',
    arguments: [customer.bankId, customer.customerId],
  };
  const stream = await customer.open(await customer.createReader(), {
    headers: { 'last-event-id': encodeCursor(scope, values) },
  });

  expect((await errorsOf(stream)).map(([event]) => event)).toEqual(['next', 'complete']);
});

test('Apollo Client gets the events as parts of a multipart response', async () => {
  const { bankId, customerId } = customer;
  const response = await fetch(`${other.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${(await customer.createReader()).token}`,
      accept: 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0",application/json',
    },
    body: JSON.stringify({ query: customerChangedDocument, variables: { bankId, customerId } }),
  });
  expect(response.headers.get('content-type')).toBe('multipart/mixed;boundary="graphql";subscriptionSpec="1.0"');
  const stream = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const readUntil = async (end: string) => {
    while (!text.endsWith(end)) text += (await stream?.read())?.value ?? '';
  };
  await readUntil('--graphql');
  await customer.change();
  await readUntil('}\r\n--graphql');

  expect(text).toBe(
    '--graphql\r\ncontent-type: application/json\r\n\r\n{"payload":{"data":{"customerChanged":{"fields":["Customer.email"]}}}}\r\n--graphql',
  );
  await stream?.cancel();
});

test('a stop ends the streams without completion, so that their clients connect to another process', async () => {
  const { databaseUrl } = gateway.config;
  const stopping = await startGateway({ prepareDatabase: async () => databaseUrl });
  const stream = await customer.open(await customer.createReader(), { at: stopping });

  await stopping.stop();

  expect(await stream.rest()).toEqual([]);
});
