/** Several processes of the real program on one port and one database. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { asc, inArray } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { auditEvent } from '../../src/audit/audit.table.ts';
import { parseAuditEvent } from '../../src/audit/audit-event.ts';
import { customerAddress } from '../../src/domain/address/address.table.ts';
import * as administration from '../../src/domain/user/user-administration.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { type Gateway, startGateway, type TestUser, testEnvironment } from '../support/gateway.ts';
import { openStream } from '../support/live-stream.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { buildProgram, runProgram, startProgram } from '../support/program.ts';
import { openRawClient } from '../support/raw-client.ts';
import { insertCustomer } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const create = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $line1: String!, $idempotencyKey: String) {
  createCustomerAddress(bankId: $bankId, customerId: $customerId, idempotencyKey: $idempotencyKey, input: {
    line1: $line1, city: "Berlin", postcode: "13359", countryCode: "DE" }) { customerAddress { id } } }`;
const read = /* GraphQL */ `query ($bankId: ID!, $customerId: ID!) {
  customerAddresses(bankId: $bankId, customerId: $customerId) { id } }`;
const watch = /* GraphQL */ `subscription ($bankId: ID!, $customerId: ID!) {
  customerChanged(bankId: $bankId, customerId: $customerId) { fields } }`;

let gateway: Gateway;
let environment: Record<string, string>;
let mailServer: MailServer;
let clerk: TestUser;
let customerId: string;
let workers: Awaited<ReturnType<typeof startWorkers>>;

beforeAll(async () => {
  await buildProgram();
  gateway = await startGateway();
  mailServer = await startMailServer();
  environment = {
    ...testEnvironment(gateway.config.databaseUrl),
    ...mailServer.environment,
    GATEWAY_PASSWORD_RESET_URL: 'https://app.example/reset-password',
  };
  await gateway.createBank(bankId);
  clerk = await gateway.createUser({
    roles: [
      ['CanCreateCustomerAddress', bankId],
      ['CanGetCustomer', bankId],
      ['CanGetCustomerAddress', bankId],
    ],
  });
  workers = await startWorkers();
}, 120_000);

beforeEach(async () => {
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
});

afterAll(async () => {
  workers.program.kill('SIGKILL');
  await gateway.stop();
  await mailServer.close();
});

/** A line of the log. */
interface Line {
  msg: string;
  worker?: number;
  workers?: number;
  requestId?: string;
  exitCode?: number | null;
  signal?: string | null;
}

async function startWorkers() {
  const { program, match, lines, ended } = await startProgram(['serve', '--workers', '2'], /"url":"([^"]+)"/, {
    environment,
  });
  const logged = () => lines.map((line) => JSON.parse(line) as Line);
  const listening = () => logged().flatMap(({ msg, worker }) => (msg === 'listening' && worker ? [worker] : []));
  while (listening().length < 2) await sleep(20);
  return { program, ended, url: match[1] ?? '', logged, listening };
}

interface Sent {
  requestId: string;
  status: number;
  data: Record<string, { customerAddress: { id: string } } & { id: string }[]> | null;
}

/** Uses a connection of its own, because connections are distributed round-robin over the workers. */
async function send(query: string, variables: Record<string, unknown>, requestId: string = randomUUID()) {
  const sent = request(`${workers.url}/graphql`, {
    method: 'POST',
    agent: false,
    timeout: 20_000,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${clerk.token}`,
      'x-request-id': requestId,
    },
  });
  sent.once('timeout', () => sent.destroy(new Error('There was no answer in time.')));
  sent.end(JSON.stringify({ query, variables: { bankId, customerId, ...variables } }));
  const [answer] = await once(sent, 'response');
  const { data } = (await json(answer)) as Pick<Sent, 'data'>;
  return { requestId, status: answer.statusCode, data } as Sent;
}

/** The process ID of the worker that handled the request. */
async function workerOf({ requestId }: Pick<Sent, 'requestId'>): Promise<number> {
  const find = () => workers.logged().find((line) => line.requestId === requestId)?.worker;
  await expect.poll(find).toBeTypeOf('number');
  return find() ?? 0;
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}

test('each worker handles requests, and reads the latest writes of the others', async () => {
  let crossings = 0;
  for (let round = 0; round < 50; round += 1) {
    const written = await send(create, { line1: `Road ${round}` });
    const seen = await send(read, {});
    const ids = seen.data?.customerAddresses?.map(({ id }) => id);
    expect(ids).toContain(written.data?.createCustomerAddress?.customerAddress.id);
    expect(ids).toHaveLength(round + 1);
    if ((await workerOf(written)) !== (await workerOf(seen))) crossings += 1;
  }
  expect(crossings).toBeGreaterThan(25);
});

test('a stream at each worker receives a change by any worker', async () => {
  const open = () => openStream(workers.url, clerk.token, watch, { variables: { bankId, customerId } });
  const streams = await Promise.all(Array.from({ length: 6 }, open));

  await send(create, { line1: 'Road' });

  for (const stream of streams) {
    expect((await stream.next())?.data?.customerChanged?.fields).toContain('CustomerAddress.line1');
    stream.close();
  }
  const ids = streams.map(({ headers }) => headers.get('x-request-id') ?? '');
  const workerIds = await Promise.all(ids.map((requestId) => workerOf({ requestId })));
  expect(new Set(workerIds).size).toBe(2);
});

test('a stream ends when a command revokes the role, although nothing else changes', async () => {
  const { username, token } = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });
  const stream = await openStream(workers.url, token, watch, { variables: { bankId, customerId } });

  const revoke = ['revoke', username, 'CanGetCustomer', '--bank', bankId];
  expect(await runProgram(revoke, { environment })).toMatchObject({ exitCode: 0 });

  const events = await stream.rest();
  expect(events.map(({ event, errors }) => [event, errors.map(({ extensions }) => extensions.key)])).toEqual([
    ['next', ['OBP-20006']],
    ['complete', []],
  ]);
});

test('the workers together accept as many connections of one address as configured', async () => {
  const clients = await Promise.all(Array.from({ length: 160 }, () => openRawClient(workers.url, '127.0.0.7')));
  try {
    for (const { send } of clients) send('GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n');
    const open = () => clients.filter(({ isClosed }) => !isClosed()).length;
    await expect.poll(open, { timeout: 8_000 }).toBeLessThanOrEqual(100);
    // Connections are distributed round-robin, so no worker closes many while another one has capacity. On a busy machine,
    // some are closed because they were idle.
    expect(open()).toBeGreaterThan(60);
  } finally {
    for (const { socket } of clients) socket.destroy();
  }
});

test('two workers that get a call with the same idempotency key write once', async () => {
  let crossings = 0;
  for (let round = 0; round < 10; round += 1) {
    const variables = { line1: `Road ${round}`, idempotencyKey: randomUUID() };
    const both = await Promise.all([send(create, variables), send(create, variables)]);
    const ids = both.map(({ data }) => data?.createCustomerAddress?.customerAddress.id);
    expect(ids).toEqual([ids[0], ids[0]]);
    expect(ids[0]).toBeTypeOf('string');
    const [first, second] = await Promise.all(both.map(workerOf));
    if (first !== second) crossings += 1;
  }
  expect(crossings).toBeGreaterThan(0);
  const { data } = await send(read, {});
  expect(data?.customerAddresses).toHaveLength(10);
});

test('a password reset that one worker mailed is finished by another', async () => {
  const ping = () => send('{ __typename }', {});
  // A test before this one might have ended a worker, which another replaces.
  const serving = new Set<number>();
  while (serving.size < 2) serving.add(await workerOf(await ping()));

  let hasCrossed = false;
  for (let round = 0; round < 10 && !hasCrossed; round += 1) {
    const email = `${randomUUID()}@example.com`;
    const person = { username: email, password: 'correct horse battery staple', email };
    const names = { firstName: 'Felix', lastName: 'Smith' };
    await administration.createUser(gateway.database, { ...person, ...names });
    await administration.validateEmail(gateway.database, email);

    const asked = await send(
      'mutation ($name: String!) { requestPasswordReset(usernameOrEmail: $name) { expiresAt } }',
      {
        name: email,
      },
    );
    const token = /#token=([\w-]{43})/.exec(await mailServer.mailTo(email))?.[1];
    // Connections are distributed round-robin. If others come between, a further connection reaches the other worker.
    if (round % 2 === 1) await ping();
    const finished = await send(
      'mutation ($token: String!, $password: String!) { resetPassword(token: $token, newPassword: $password) { changedAt } }',
      { token, password: 'a better passphrase than that' },
    );

    expect(finished.data).toEqual({ resetPassword: { changedAt: expect.any(String) } });
    hasCrossed = (await workerOf(asked)) !== (await workerOf(finished));
  }
  expect(hasCrossed).toBe(true);
});

test('a worker that is killed during a write is replaced, and no write is lost or without its audit event', async () => {
  const before = new Set(workers.listening());
  const [victim = 0] = before;
  const answered = new Set<string>();
  const failed: unknown[] = [];
  let isOver = false;
  const customerIds = new Set<string>();
  const clients = Array.from({ length: 8 }, async () => {
    const { id } = await insertCustomer(gateway.database, { bankId });
    customerIds.add(id);
    while (!isOver) {
      const requestId = randomUUID();
      await send(create, { customerId: id, line1: requestId }, requestId).then(
        ({ data }) => data?.createCustomerAddress && answered.add(requestId),
        (error) => failed.push(error),
      );
    }
  });
  await expect.poll(() => answered.size, { timeout: 30_000 }).toBeGreaterThan(30);
  process.kill(victim, 'SIGKILL');
  await expect.poll(() => workers.listening().length, { timeout: 50_000 }).toBe(3);
  isOver = true;
  await Promise.all(clients);

  // Those that the worker had, at most one for each client; at once, not when a client has waited long enough.
  expect(failed.map(String).filter((error) => error.includes('no answer in time'))).toEqual([]);
  expect(failed.length).toBeLessThanOrEqual(8);
  expect(workers.logged().filter(({ msg }) => msg === 'worker ended')).toMatchObject([
    { worker: victim, exitCode: null, signal: 'SIGKILL' },
  ]);

  const addresses = await gateway.database.read
    .select()
    .from(customerAddress)
    .where(inArray(customerAddress.customerId, [...customerIds]));
  const rows = await gateway.database.read
    .select()
    .from(auditEvent)
    .orderBy(asc(auditEvent.chain), asc(auditEvent.sequence));
  const events = rows.map((row) => ({ ...row, ...parseAuditEvent(row.event) }));
  const recorded = events.filter(
    ({ kind, outcome, customerIds: ids }) =>
      kind === 'WRITE' && outcome === 'SUCCEEDED' && ids.some((id) => customerIds.has(id)),
  );
  const written = addresses.map(({ line1 }) => line1).sort();
  expect(recorded.map(({ requestId }) => requestId).sort()).toEqual(written);
  expect([...answered].filter((requestId) => !written.includes(requestId))).toEqual([]);

  const workersOfRequests = new Map(workers.logged().map(({ requestId, worker }) => [requestId, worker]));
  const workersOfChains = new Map<number, Set<number>>();
  for (const [chain, ofChain = []] of Map.groupBy(events, ({ chain }) => chain)) {
    const ofWorkers = new Set(ofChain.flatMap(({ requestId }) => workersOfRequests.get(requestId ?? '') ?? []));
    // The kill rolls back transactions whose events are numbered, at most one for each client.
    const missing = (ofChain.at(-1)?.sequence ?? 0) - ofChain.length;
    expect(missing).toBeLessThanOrEqual(ofWorkers.has(victim) ? clients.length : 0);
    expect(ofWorkers.size).toBeLessThanOrEqual(1);
    if (ofWorkers.size > 0) workersOfChains.set(chain, ofWorkers);
  }
  expect(workersOfChains.size).toBeGreaterThanOrEqual(2);

  const after = await Promise.all(Array.from({ length: 20 }, () => send(read, {})));
  expect(new Set(after.map(({ status }) => status))).toEqual(new Set([200]));
  const now = new Set(await Promise.all(after.map(workerOf)));
  expect(now.size).toBe(2);
  expect(now).not.toContain(victim);
}, 120_000);

test('all workers end after SIGTERM, once they have finished the requests in flight', async () => {
  const agent = new Agent({ keepAlive: true });
  const begun = await Promise.all(
    [1, 2, 3, 4].map(async () => {
      const sent = request(`${workers.url}/graphql`, {
        agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
      });
      sent.write('{"query":');
      await once(sent, 'socket');
      return sent;
    }),
  );
  const stream = await openStream(workers.url, clerk.token, watch, { variables: { bankId, customerId } });
  await sleep(300);
  workers.program.kill('SIGTERM');
  // Without `complete`, so that the client connects to another process.
  expect(await stream.rest()).toEqual([]);
  await expect.poll(() => workers.logged().filter(({ msg }) => msg === 'stopping').length).toBe(3);
  const statuses = begun.map(async (sent) => {
    sent.end('"{ __typename }"}');
    const [answer] = await once(sent, 'response');
    answer.resume();
    return answer.statusCode;
  });

  expect(await Promise.all(statuses)).toEqual([200, 200, 200, 200]);
  expect(await workers.ended).toBe(0);
  expect(workers.logged().filter(({ msg }) => msg === 'stopped')).toHaveLength(3);
  expect(workers.listening().filter(isAlive)).toEqual([]);
  await expect(send(read, {})).rejects.toThrow('ECONNREFUSED');
});

test('workers end together with the parent process, even if it is killed', async () => {
  workers = await startWorkers();

  workers.program.kill('SIGKILL');

  expect(await workers.ended).toBe(null);
  await expect.poll(() => workers.listening().filter(isAlive), { timeout: 10_000 }).toEqual([]);
}, 120_000);

describe('a failure of every worker ends the program and is reported once', () => {
  test('if the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';

    const { exitCode, errors } = await runProgram(['serve', '--workers', '2'], {
      environment: { ...environment, PORT: port },
    });

    expect(errors).toMatch(new RegExp(`^[a-z]+ EADDRINUSE.* 127.0.0.1:${port}\\n$`));
    expect(exitCode).toBe(1);
    other.close();
  });

  test('if the database cannot be opened', async () => {
    const url = new URL(dialectUnderTest === 'sqlite' ? `file://${join(tmpdir())}` : gateway.config.databaseUrl);
    if (dialectUnderTest === 'postgresql') url.pathname = '/none_of_this_name';

    const { exitCode, errors } = await runProgram(['serve', '--workers', '2'], {
      environment: { ...environment, DATABASE_URL: url.href },
    });

    expect(errors).toMatch(/^The database .* cannot be opened: .*\n$/);
    expect(exitCode).toBe(1);
  });
});
