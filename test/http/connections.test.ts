import { setTimeout as sleep } from 'node:timers/promises';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Gateway, type GatewayOptions, startGateway } from '../support/gateway.ts';
import { bodyOf, openRawClient, type RawClient, rawPost, rawResponse } from '../support/raw-client.ts';

/** Longer than necessary, because other tests use the same processors. */
const within = { timeout: 10_000, interval: 5 };

/** Larger than the buffers of the operating system for a loopback connection. */
const largeLength = 12_000_000;

/** Records the fields that were started, by name, and those that wait for `releaseAll`. */
let begun: string[] = [];
let running = 0;
let maxRunning = 0;
let releases: (() => void)[] = [];

function testSchema(): GraphQLSchema {
  const schema = buildSchema('type Query { large(name: String): String wait: String slow(name: String): String }');
  const { large, wait, slow } = schema.getQueryType()?.getFields() ?? {};
  if (large === undefined || wait === undefined || slow === undefined) throw new Error('The schema lacks a field.');
  large.resolve = (_parent, { name }) => {
    begun.push(name);
    return 'x'.repeat(largeLength);
  };
  wait.resolve = () => new Promise((resolve) => releases.push(() => resolve('released')));
  slow.resolve = async (_parent, { name }) => {
    begun.push(name);
    running += 1;
    maxRunning = Math.max(maxRunning, running);
    await sleep(20);
    running -= 1;
    return name;
  };
  return schema;
}

function releaseAll(): void {
  for (const release of releases) release();
}

const live = 'GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n';
const lastLive = 'GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
const isLive = '{"status":"live"}';
const waiting = rawPost('{"query":"{ wait }"}');
const large = (name: string) => rawPost(JSON.stringify({ query: `{ large(name: "${name}") }` }));
const slow = (name: string) => rawPost(JSON.stringify({ query: `{ slow(name: "${name}") }` }));

let gateways: Gateway[] = [];
let clients: RawClient[] = [];

beforeEach(() => {
  begun = [];
  maxRunning = 0;
  releases = [];
});

afterEach(async () => {
  releaseAll();
  for (const { socket } of clients) socket.destroy();
  clients = [];
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  gateways = [];
});

async function start(options: GatewayOptions = {}): Promise<Gateway> {
  const gateway = await startGateway({ schema: testSchema(), ...options });
  gateways.push(gateway);
  return gateway;
}

async function open({ url }: Gateway, localAddress?: string, bytes: string | Buffer = ''): Promise<RawClient> {
  const client = await openRawClient(url, localAddress);
  clients.push(client);
  client.send(bytes);
  return client;
}

/** Opens a connection that is idle after a first request. */
async function openIdle(gateway: Gateway, localAddress?: string): Promise<RawClient> {
  const client = await open(gateway, localAddress, live);
  await expect.poll(() => client.received(), within).toContain(isLive);
  return client;
}

async function openUnread(gateway: Gateway, localAddress: string, name: string): Promise<RawClient> {
  const client = await open(gateway, localAddress);
  client.socket.pause();
  client.send(large(name));
  await expect.poll(() => begun, within).toContain(name);
  return client;
}

function isOpen({ isClosed }: RawClient): boolean {
  return !isClosed();
}

describe('a response within a second', () => {
  const head = 'POST /graphql HTTP/1.1\r\nhost: x\r\n';
  const small = { GATEWAY_MAX_CONNECTIONS: '50', GATEWAY_MAX_CONNECTIONS_PER_ADDRESS: '20' };

  async function attack(gateway: Gateway, count: number, addresses: number, bytes: string): Promise<void> {
    const attackers = Array.from({ length: count }, (_, index) => `127.0.1.${1 + (index % addresses)}`);
    await Promise.all(attackers.map((address) => open(gateway, address, bytes)));
  }

  /** The fastest of five counts, because the tests of other files use the same processors. */
  async function expectAnswers({ url }: Gateway): Promise<void> {
    const durations: number[] = [];
    for (let sent = 0; sent < 5; sent += 1) {
      const started = performance.now();
      expect(await rawResponse(url, lastLive, '127.0.2.1')).toContain(isLive);
      durations.push(performance.now() - started);
    }
    expect(Math.min(...durations)).toBeLessThan(1_000);
    expect(Math.max(...durations)).toBeLessThan(5_000);
  }

  test.each([
    ['idle connections', live],
    ['connections on which nothing was sent', ''],
    ['requests whose headers do not end', head],
    ['requests whose bodies do not end', `${head}content-type: application/json\r\ncontent-length: 99\r\n\r\n{`],
    ['pipelined requests', live.repeat(200)],
  ])('is sent while other addresses attack with %s', async (_description, bytes) => {
    const gateway = await start({ environment: small });
    for (let attacks = 0; attacks < 3; attacks += 1) {
      await attack(gateway, 60, 3 ** attacks, bytes);
      await expectAnswers(gateway);
    }
  });

  test('is sent while other addresses hold 1,000 connections', async () => {
    const gateway = await start();
    for (let opened = 0; opened < 1_000; opened += 100) await attack(gateway, 100, 10, live);
    await expectAnswers(gateway);
  });

  test('is sent while other addresses do not read their responses', async () => {
    const gateway = await start({ environment: { ...small, GATEWAY_MAX_CONNECTIONS: '4' } });
    for (const name of ['a', 'b', 'c', 'd']) await openUnread(gateway, '127.0.1.1', name);
    await expectAnswers(gateway);
  });

  test('is sent while the address of the client holds as many idle connections as it can', async () => {
    const gateway = await start({ environment: small });
    await attack(gateway, 40, 1, live);
    expect(await rawResponse(gateway.url, lastLive, '127.0.1.1')).toContain(isLive);
  });
});

describe('the limit of connections', () => {
  test('closes the connection that has been idle longest', async () => {
    const gateway = await start({ environment: { GATEWAY_MAX_CONNECTIONS: '3' } });
    const [first, second, third] = [
      await openIdle(gateway, '127.0.1.1'),
      await openIdle(gateway, '127.0.1.2'),
      await openIdle(gateway, '127.0.1.3'),
    ];
    first.send(live);
    await expect.poll(() => first.received().split(isLive), within).toHaveLength(3);
    const fourth = await openIdle(gateway, '127.0.1.4');
    await second.closed();
    expect([first, third, fourth].every(isOpen)).toBe(true);
  });

  test('closes a connection of the address with the most connections first', async () => {
    const gateway = await start({ environment: { GATEWAY_MAX_CONNECTIONS: '3' } });
    const alone = await openIdle(gateway, '127.0.1.1');
    const [first, second] = [await openIdle(gateway, '127.0.1.2'), await openIdle(gateway, '127.0.1.2')];
    await openIdle(gateway, '127.0.1.3');
    await first.closed();
    expect([alone, second].every(isOpen)).toBe(true);
  });

  test('closes the oldest idle connection of an address that exceeds its own limit', async () => {
    const gateway = await start({ environment: { GATEWAY_MAX_CONNECTIONS_PER_ADDRESS: '2' } });
    const other = await openIdle(gateway, '127.0.1.9');
    const [first, second] = [await openIdle(gateway, '127.0.1.1'), await openIdle(gateway, '127.0.1.1')];
    const third = await openIdle(gateway, '127.0.1.1');
    await first.closed();
    expect([other, second, third].every(isOpen)).toBe(true);
  });

  test.each([
    ['in all', { GATEWAY_MAX_CONNECTIONS: '2' }],
    ['of one address', { GATEWAY_MAX_CONNECTIONS_PER_ADDRESS: '2' }],
  ])('refuses a new connection if %s and all of them wait for the gateway', async (_description, environment) => {
    const gateway = await start({ environment });
    const answered = [await open(gateway, '127.0.1.1', waiting), await open(gateway, '127.0.1.1', waiting)];
    await expect.poll(() => releases.length, within).toBe(2);
    const refusal = await (await open(gateway, '127.0.1.1')).closed();
    expect(refusal).toMatch(/^HTTP\/1\.1 503 [\s\S]*x-content-type-options: nosniff[\s\S]*connection: close/);
    expect(bodyOf(refusal)).toMatchObject({
      errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', obpCode: null, key: 'TOO_MANY_CONNECTIONS' } }],
    });
    releaseAll();
    for (const client of answered) await expect.poll(() => client.received(), within).toContain('{"wait":"released"}');
  });

  test('refuses with a response that arrives although the client sends a request at once', async () => {
    const gateway = await start({ environment: { GATEWAY_MAX_CONNECTIONS: '1' } });
    await open(gateway, '127.0.1.1', waiting);
    await expect.poll(() => releases.length, within).toBe(1);
    const request = rawPost('x'.repeat(100_000));
    const refused = await Promise.all(Array.from({ length: 50 }, () => open(gateway, '127.0.1.2', request)));
    for (const client of refused) expect(await client.closed()).toMatch(/^HTTP\/1\.1 503 [\s\S]*TOO_MANY_CONNECTIONS/);
  });

  test('does not close connections of a trusted proxy', async () => {
    const environment = { GATEWAY_MAX_CONNECTIONS_PER_ADDRESS: '2', GATEWAY_TRUSTED_PROXIES: '127.0.1.1' };
    const gateway = await start({ environment });
    const ofProxy: RawClient[] = [];
    for (let opened = 0; opened < 5; opened += 1) ofProxy.push(await openIdle(gateway, '127.0.1.1'));
    expect(ofProxy.every(isOpen)).toBe(true);
  });

  test('logs the number of closed connections in one line', async () => {
    const gateway = await start({ environment: { GATEWAY_MAX_CONNECTIONS_PER_ADDRESS: '2' } });
    for (let opened = 0; opened < 20; opened += 1) await openIdle(gateway, '127.0.1.1');
    const lines = () => gateway.logged.filter(({ msg }) => msg === 'connections closed early');
    await expect.poll(lines, within).toMatchObject([{ level: 'warn', droppedForSameAddress: expect.any(Number) }]);
    expect(JSON.stringify(lines())).not.toContain('127.0.1.1');
  });
});

test('an idle connection is kept open for the announced time, and longer for a trusted proxy', async () => {
  const gateway = await start({
    environment: { GATEWAY_TRUSTED_PROXIES: '127.0.1.1' },
    connectionLimits: { idleTimeout: 1_000, proxyIdleTimeout: 4_000 },
  });
  const [direct, proxied] = await Promise.all([openIdle(gateway), openIdle(gateway, '127.0.1.1')]);
  expect(direct.received()).toMatch(/\r\nkeep-alive: timeout=1\r\n/i);
  expect(proxied.received()).toMatch(/\r\nkeep-alive: timeout=4\r\n/i);
  // A request that was sent just before the end of the announced time, and arrives later.
  await sleep(1_100);
  direct.send(live);
  await expect.poll(() => direct.received().split(isLive), within).toHaveLength(3);
  await direct.closed();
  expect(isOpen(proxied)).toBe(true);
  proxied.send(live);
  await expect.poll(() => proxied.received().split(isLive), within).toHaveLength(3);
});

test('a client that honours the announced time loses no request', async () => {
  const gateway = await start({ connectionLimits: { idleTimeout: 2_000 } });
  for (const pause of [900, 1_900, 2_000]) {
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
    await sleep(pause);
  }
});

describe('pipelined requests', () => {
  test('are executed one after another, with responses in the same order', async () => {
    const gateway = await start();
    const names = Array.from({ length: 10 }, (_, index) => `n${index}`);
    const client = await open(gateway, '127.0.1.1', Buffer.concat(names.map(slow)));
    await expect.poll(() => client.received(), within).toContain('"n9"');
    expect(begun).toEqual(names);
    expect(maxRunning).toBe(1);
    expect([...client.received().matchAll(/"slow":"(n\d)"/g)].map(([, name]) => name)).toEqual(names);
  });

  test('close the connection if there are too many', async () => {
    const gateway = await start();
    const client = await open(gateway, '127.0.1.1', Buffer.concat(Array.from({ length: 200 }, () => slow('a'))));
    await client.closed();
    expect(begun.length).toBeLessThan(40);
  });

  test('close the other idle connections of the address too, and refuse new ones until the next check', async () => {
    const gateway = await start({ environment: { GATEWAY_TRUSTED_PROXIES: '127.0.1.9' } });
    const bytes = live.repeat(200);
    const [idle, busy] = [await openIdle(gateway, '127.0.1.1'), await open(gateway, '127.0.1.1', waiting)];
    const [other, ofProxy] = [await openIdle(gateway, '127.0.1.2'), await openIdle(gateway, '127.0.1.9')];
    await expect.poll(() => releases.length, within).toBe(1);
    for (const address of ['127.0.1.1', '127.0.1.9']) await (await open(gateway, address, bytes)).closed();
    await idle.closed();
    expect([busy, other, ofProxy].every(isOpen)).toBe(true);
    const isAnswered = async () => (await rawResponse(gateway.url, lastLive, '127.0.1.1')).includes(isLive);
    await expect.poll(isAnswered, within).toBe(true);
    releaseAll();
    await expect.poll(() => busy.received(), within).toContain('released');
  });

  test('wait until the client has read the previous response', async () => {
    const gateway = await start();
    const client = await openUnread(gateway, '127.0.1.1', 'first');
    client.send(large('second'));
    await sleep(500);
    expect(begun).toEqual(['first']);
    client.socket.resume();
    await expect.poll(() => begun, within).toEqual(['first', 'second']);
  });
});

describe('a response that the client does not read', () => {
  test('closes the connection after the stall timeout', async () => {
    const gateway = await start({ connectionLimits: { stallTimeout: 500 } });
    const client = await openUnread(gateway, '127.0.1.1', 'a');
    await sleep(1_500);
    client.socket.resume();
    expect((await client.closed()).length).toBeLessThan(largeLength);
  });

  test('closes the connection if the client reads, but too slowly', async () => {
    const gateway = await start({ connectionLimits: { stallTimeout: 1_000, minReadRate: 20_000_000 } });
    const client = await openUnread(gateway, '127.0.1.1', 'a');
    for (let reads = 0; reads < 15; reads += 1) {
      await sleep(200);
      client.socket.read(100_000);
    }
    client.socket.resume();
    expect((await client.closed()).length).toBeLessThan(largeLength);
  });

  test('is sent completely if the client reads fast enough', async () => {
    const gateway = await start({ connectionLimits: { stallTimeout: 1_000 } });
    const client = await openUnread(gateway, '127.0.1.1', 'a');
    await sleep(300);
    client.socket.resume();
    await expect.poll(() => client.received().length, within).toBeGreaterThan(largeLength);
  });

  test('closes its connection if all unread responses are too large together', async () => {
    const gateway = await start({ connectionLimits: { maxUnsentBytes: 30_000_000 } });
    const [first, second, third] = [
      await openUnread(gateway, '127.0.1.1', 'first'),
      await openUnread(gateway, '127.0.1.2', 'second'),
      await openUnread(gateway, '127.0.1.3', 'third'),
    ];
    for (const { socket } of [first, second, third]) socket.resume();
    expect((await first.closed()).length).toBeLessThan(largeLength);
    for (const { received } of [second, third]) {
      await expect.poll(() => received().length, within).toBeGreaterThan(largeLength);
    }
  });
});

test('incomplete request bodies that are too large together close the oldest connection', async () => {
  const gateway = await start({ connectionLimits: { maxIncomingBytes: 600_000 } });
  const head = (bytes: number) =>
    `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${bytes}\r\n\r\n{`;
  const chunked = head(0).replace('content-length: 0', 'transfer-encoding: chunked').replace(/\{$/, '1\r\n{\r\n');
  const first = await open(gateway, '127.0.1.1', head(250_000));
  const second = await open(gateway, '127.0.1.2', chunked);
  await sleep(100);
  expect([first, second].every(isOpen)).toBe(true);
  // A body of unknown length counts with its maximum size.
  const third = await open(gateway, '127.0.1.3', head(250_000));
  await first.closed();
  for (let sent = 0; sent < 10; sent += 1) {
    expect(await rawResponse(gateway.url, rawPost('{"query":"{ slow }"}', ['connection: close']))).toContain('"data"');
  }
  expect([second, third].every(isOpen)).toBe(true);
});
