/** Measures how fast health is reported while more clients than the gateway can serve load overviews. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isRole, roleScope } from '../../src/base/roles.ts';
import { type Gateway, startGateway, type TestUser, testEnvironment } from '../support/gateway.ts';
import { probe } from '../support/health-prober.ts';
import { buildProgram, startProgram, workersIn } from '../support/program.ts';
import { insertWholeCustomer, type WholeCustomer } from '../support/whole-customer.ts';

const bankId = 'gh.29.uk';
const clients = 256;
const probeMilliseconds = 10_000;
/** The 99th percentile that load balancers can rely on. */
const maxMilliseconds = 250;

const overview = await readFile(new URL('../../schema/operations/CustomerOverview.graphql', import.meta.url), 'utf8');

let gateway: Gateway;
let clerk: TestUser;
let customers: WholeCustomer[];

beforeAll(async () => {
  await buildProgram();
  gateway = await startGateway();
  await gateway.createBank(bankId);
  const roles =
    overview
      .split(/^query/m)[0]
      ?.match(/\bCan\w+/g)
      ?.filter(isRole) ?? [];
  clerk = await gateway.createUser({
    roles: roles.filter((role) => roleScope(role) === 'bank').map((role) => [role, bankId]),
  });
  customers = [];
  for (let inserted = 0; inserted < 20; inserted += 1) {
    customers.push(await insertWholeCustomer(gateway.database, { bankId }));
  }
}, 120_000);
afterAll(() => gateway.stop());

/** Sends overviews on one connection without a pause until `isOver`, and returns their number. */
async function loadOverviews(url: string, isOver: () => boolean): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let answered = 0;
  for (; !isOver(); answered += 1) {
    const variables = { bankId, customerId: customers[answered % customers.length]?.customerId };
    const sent = request(`${url}/graphql`, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${clerk.token}` },
    });
    sent.end(JSON.stringify({ query: overview, variables }));
    const [response] = await once(sent, 'response');
    const body = await text(response);
    if (response.statusCode !== 200 || body.includes('"errors"')) throw new Error(body);
  }
  agent.destroy();
  return answered;
}

const percentile = (sorted: readonly number[], share: number) =>
  Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN);

test.each([1, 2])('the health port responds under load with %i workers', async (workers) => {
  const { program, match, lines, ended } = await startProgram(
    ['serve', '--workers', String(workers)],
    /"url":"([^"]+)","healthUrl":"([^"]+)"/,
    {
      environment: {
        ...testEnvironment(gateway.config.databaseUrl),
        GATEWAY_HEALTH_PORT: '0',
        GATEWAY_MAX_CONNECTIONS_PER_ADDRESS: '1000',
      },
    },
  );
  await expect.poll(() => workersIn(lines), { timeout: 60_000 }).toHaveLength(workers);
  const [, url = '', healthUrl = ''] = match;
  let isOver = false;
  const load = Array.from({ length: clients }, () => loadOverviews(url, () => isOver));
  const latencies = await probe(
    [`${healthUrl}/health/live`, `${healthUrl}/health/ready`, `${url}/health/live`],
    probeMilliseconds,
  );
  isOver = true;
  const overviews = (await Promise.all(load)).reduce((sum, count) => sum + count, 0);
  const [live, ready, mainLive] = latencies.map((sorted) => ({
    requests: sorted.length,
    median: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
  }));
  console.log(JSON.stringify({ workers, clients, overviews, live, ready, mainLive }));
  program.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(live?.p99).toBeLessThan(maxMilliseconds);
  expect(ready?.p99).toBeLessThan(maxMilliseconds);
});
