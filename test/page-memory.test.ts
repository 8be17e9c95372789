/** Measures the memory that remains after a page, in a process of its own, because other tests would change the heap. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Role, roleScope, roles } from '../src/base/roles.ts';
import { CustomerOverviewDocument } from './generated/graphql.ts';
import { type Gateway, startGateway, testEnvironment } from './support/gateway.ts';
import type { HeapReport } from './support/heap-probe.ts';
import { overviewOfPage } from './support/overview-of-page.ts';
import { buildProgram, startProgram } from './support/program.ts';
import { insertWholeCustomers } from './support/whole-customer.ts';

const bankId = 'gh.29.uk';

/** As in production, the new space can grow to 32 MB. */
const nodeOptions = `--expose-gc --max-semi-space-size=32 --import ${join(import.meta.dirname, 'support/heap-probe.ts')}`;

let gateway: Gateway;
let officer: string;
let server: Awaited<ReturnType<typeof startProgram>>;

beforeAll(async () => {
  [gateway] = await Promise.all([startGateway(), buildProgram()]);
  await gateway.createBank(bankId);
  await insertWholeCustomers(gateway.database, 101, { bankId });
  const bankRoles = (Object.keys(roles) as Role[]).filter((role) => roleScope(role) === 'bank');
  officer = (await gateway.createUser({ roles: bankRoles.map((role) => [role, bankId]) })).token;
  server = await startProgram(['serve', '--workers', '1'], /"url":"([^"]+)"/, {
    environment: { ...testEnvironment(gateway.config.databaseUrl), NODE_OPTIONS: nodeOptions },
  });
});

afterAll(async () => {
  server.program.kill();
  await Promise.all([server.ended, gateway.stop()]);
});

async function heapReport(): Promise<HeapReport> {
  const { lines, program } = server;
  const from = lines.length;
  program.kill('SIGUSR2');
  for (;;) {
    const line = lines.slice(from).find((text) => text.includes('"afterMinorCollection"'));
    if (line !== undefined) return JSON.parse(line);
    await sleep(5);
  }
}

async function requestPage(): Promise<void> {
  const response = await fetch(`${server.match[1]}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${officer}` },
    body: JSON.stringify({ query: overviewOfPage(CustomerOverviewDocument), variables: { bankId, first: 100 } }),
  });
  const { errors } = JSON.parse(await response.text()) as { errors?: unknown };
  expect(errors).toBeUndefined();
}

test('the objects of a page are garbage for a minor collection after the response', async () => {
  const allocated: number[] = [];
  const remaining: number[] = [];
  // From about the tenth page, V8 itself keeps an eighth of the objects until a major collection.
  for (let page = 0; page < 7; page += 1) {
    const { baseline } = await heapReport();
    await requestPage();
    const { beforeCollection, afterMinorCollection } = await heapReport();
    allocated.push(beforeCollection - baseline);
    remaining.push(afterMinorCollection - baseline);
  }

  const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[3];
  expect(median(allocated)).toBeGreaterThan(5);
  // graphql-js makes a promise for each field, and its promises refer to each other.
  expect(median(remaining)).toBeLessThan(gateway.config.execution === 'compiled' ? 0.5 : 2);
});
