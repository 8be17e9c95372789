/** The limits of a caller over several processes of the real program. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditEvent } from '../../src/audit/audit.table.ts';
import { type AuditEvent, parseAuditEvent } from '../../src/audit/audit-event.ts';
import { costConsumption } from '../../src/auth/cost-consumption.table.ts';
import { type Gateway, startGateway, type TestUser, testEnvironment } from '../support/gateway.ts';
import { buildProgram, runProgram, startProgram } from '../support/program.ts';

const bankId = 'gh.29.uk';
/** Costs 101 points, and a base of 10. */
const page = '{ customers(bankId: "gh.29.uk", first: 100) { nodes { id } } }';
const pageCost = 111;
const costPerMinute = 1_000;

let gateway: Gateway;
let environment: Record<string, string>;
let reader: TestUser;
let workers: Awaited<ReturnType<typeof startWorkers>>;

beforeAll(async () => {
  await buildProgram();
  gateway = await startGateway();
  environment = { ...testEnvironment(gateway.config.databaseUrl), GATEWAY_COST_PER_MINUTE: String(costPerMinute) };
  await gateway.createBank(bankId);
  reader = await gateway.createUser({ roles: [['CanGetCustomers', bankId]] });
  workers = await startWorkers();
}, 120_000);

afterAll(async () => {
  workers.program.kill('SIGKILL');
  await gateway.stop();
});

interface Line {
  msg: string;
  worker?: number;
  requestId?: string;
}

async function startWorkers() {
  const { program, match, lines, ended } = await startProgram(['serve', '--workers', '2'], /"url":"([^"]+)"/, {
    environment,
  });
  const logged = () => lines.map((line) => JSON.parse(line) as Line);
  while (logged().filter(({ msg, worker }) => msg === 'listening' && worker).length < 2) await sleep(20);
  return { program, ended, url: match[1] ?? '', logged };
}

/** Uses a connection of its own, because connections are distributed round-robin over the workers. */
async function send(query: string, { token }: TestUser) {
  const requestId = randomUUID();
  const sent = request(`${workers.url}/graphql`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-request-id': requestId },
  });
  sent.end(JSON.stringify({ query }));
  const [answer] = await once(sent, 'response');
  const { errors = [] } = (await json(answer)) as { errors?: { extensions: { key: string } }[] };
  return { requestId, status: answer.statusCode as number, keys: errors.map(({ extensions }) => extensions.key) };
}

async function workerOf(requestId: string): Promise<number> {
  const find = () => workers.logged().find((line) => line.requestId === requestId)?.worker;
  await expect.poll(find).toBeTypeOf('number');
  return find() ?? 0;
}

async function recordedEvents(): Promise<AuditEvent[]> {
  const rows = await gateway.database.read.select().from(auditEvent);
  return rows.map(({ event }) => parseAuditEvent(event));
}

function total(events: readonly AuditEvent[]): number {
  return events.reduce((sum, { count }) => sum + count, 0);
}

test('two workers together admit no more than one budget', async () => {
  const begun = performance.now();
  let admitted = 0;
  const refusing = new Set<number>();
  while (refusing.size < 2) {
    const { status, requestId } = await send(page, reader);
    if (status === 200) admitted += 1;
    else refusing.add(await workerOf(requestId));
    await sleep(300);
  }
  const refilled = ((performance.now() - begun) / 60_000) * costPerMinute;

  expect(admitted * pageCost).toBeGreaterThan(costPerMinute / 2);
  // Both can consume more within a second, one operation each. Without the exchange, they would admit twice the budget.
  expect(admitted * pageCost).toBeLessThan(costPerMinute + refilled + 5 * pageCost);
  expect(await gateway.database.read.select().from(costConsumption)).toHaveLength(1);
}, 120_000);

test('refused requests and failed reads are aggregated, and the audit trail stays verifiable', async () => {
  const service = await gateway.createUser({ roles: [['CanExceedRateLimit', null]] });
  const refusedRead = `{ customer(bankId: "${bankId}", customerId: "any") { id } }`;
  const isRateLimited = ({ errors }: AuditEvent) => errors.join() === 'RATE_LIMITED';
  const before = (await recordedEvents()).filter(isRateLimited);

  let refusals = 0;
  for (let round = 0; round < 20; round += 1) {
    const pages = await Promise.all(Array.from({ length: 20 }, () => send(page, reader)));
    refusals += pages.filter(({ status }) => status === 429).length;
    const reads = await Promise.all(Array.from({ length: 20 }, () => send(refusedRead, service)));
    for (const { keys } of reads) expect(keys).toEqual(['OBP-20006']);
  }
  workers.program.kill('SIGTERM');
  expect(await workers.ended).toBe(0);

  const events = await recordedEvents();
  const rateLimited = events.filter(isRateLimited);
  expect(refusals).toBeGreaterThan(300);
  // The requests of the first test are included.
  expect(total(rateLimited) - total(before)).toBeGreaterThanOrEqual(refusals);
  expect(rateLimited.length).toBeLessThan(20);
  for (const { userId, subjectUserIds } of rateLimited) expect([userId, ...subjectUserIds]).toContain(reader.id);
  const reads = events.filter(({ userId }) => userId === service.id);
  expect(total(reads)).toBe(400);
  expect(reads.length).toBeLessThan(300);
  expect(Math.max(...reads.map(({ count }) => count))).toBeGreaterThan(5);
  for (const event of reads) {
    expect(event).toMatchObject({
      outcome: 'REFUSED',
      bankId,
      fieldsRefused: ['Query.customer'],
      errors: ['OBP-20006'],
    });
  }

  const verified = await runProgram(['audit', 'verify'], { environment });
  expect(verified.errors).toBe('');
  expect(verified.exitCode).toBe(0);
  const exported = await runProgram(['audit', 'export', '--user', service.id], { environment });
  const lines = exported.output.trim().split('\n');
  expect(lines).toHaveLength(reads.length);
}, 120_000);
