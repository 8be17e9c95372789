/**
 * How many SQL statements an answer takes, and in how many round trips: not one more for a hundred customers than for one. How
 * many promises it allocates, and what of it is left in memory.
 */
import { createHook } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Role, roleScope, roles } from '../src/base/roles.ts';
import { CustomerOverviewDocument } from './generated/operations.ts';
import { statementsOfAuditTrail } from './support/database-url.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
import { overviewOfPage } from './support/overview-of-page.ts';
import { insertWholeCustomers, type WholeCustomer } from './support/whole-customer.ts';

const bankId = 'gh.29.uk';

/**
 * The caller with the entitlements, the bank, the customer: 3. Of the customer the addresses, attributes, tax residences,
 * handles, account links, user links, KYC statuses, checks, documents, media, messages, meetings and CRM events: 13. Below
 * these the accounts, routings, account attributes, users, invitees: 5. The KYC evidence that names another is found among that
 * of its customer. What the audit trail writes beside.
 */
const statementsOfOverview = 21 + statementsOfAuditTrail;

/** The caller; the bank, the customer and all 13 of the customer; what is below these. Of a page is not known before who is on it. */
const roundTrips = { overview: 3, page: 4 };

/** graphql-js has nothing read before its parent was: what is of the customer and what is of the accounts come later. */
const roundTripsOfInterpreter = { overview: 5, page: 5 };

setFlagsFromString('--expose-gc');
const collectGarbage: NonNullable<typeof globalThis.gc> = runInNewContext('gc');

let gateway: Gateway;
let clerk: string;
let customers: WholeCustomer[];

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  customers = await insertWholeCustomers(gateway.database, 101, { bankId });
  const held = (Object.keys(roles) as Role[]).filter((role) => roleScope(role) === 'bank');
  clerk = (await gateway.createUser({ roles: held.map((role) => [role, bankId]) })).token;
});

afterAll(() => gateway.stop());

interface CustomersPage {
  customers: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

/** The answer, which has no errors, and how many statements it took. */
async function ask<Data, Variables = object>(
  document: string | TypedDocumentNode<Data, Variables>,
  variables: Variables,
) {
  const { statistics } = gateway.database;
  const before = { ...statistics };
  const { data, errors } = await gateway.query(clerk, document, variables);
  if (data === null || errors.length > 0) throw new Error(JSON.stringify(errors));
  return {
    data,
    statements: statistics.statements - before.statements,
    roundTrips: statistics.roundTrips - before.roundTrips,
  };
}

function expectedRoundTrips() {
  return gateway.config.execution === 'compiled' ? roundTrips : roundTripsOfInterpreter;
}

describe('the overview', () => {
  test(`of one customer takes ${statementsOfOverview} statements`, async () => {
    const customerId = customers[0]?.customerId ?? '';

    const { data, statements, ...taken } = await ask(CustomerOverviewDocument, { bankId, customerId });

    expect(data.customer?.id).toBe(customerId);
    expect(statements).toBe(statementsOfOverview);
    expect(taken.roundTrips).toBe(expectedRoundTrips().overview);
  });

  test.each([1, 2, 100])('of a page of %i takes no statement more', async (first) => {
    const document = overviewOfPage(CustomerOverviewDocument);
    const { data, statements, ...taken } = await ask<CustomersPage>(document, { bankId, first });

    expect(data.customers.nodes).toHaveLength(first);
    expect(statements).toBe(statementsOfOverview);
    expect(taken.roundTrips).toBe(expectedRoundTrips().page);
  });

  test('of the customers of the second page takes no statement more', async () => {
    const { data: firstPage } = await ask<CustomersPage>(overviewOfPage(CustomerOverviewDocument), {
      bankId,
      first: 50,
    });
    const after = firstPage.customers.pageInfo.endCursor;

    const { data, statements } = await ask<CustomersPage>(overviewOfPage(CustomerOverviewDocument), {
      bankId,
      first: 50,
      after,
    });

    expect(data.customers.nodes).toHaveLength(50);
    expect(statements).toBe(statementsOfOverview);
  });

  test('with the second page of messages, meetings and CRM events takes no statement more', async () => {
    const customerId = customers[0]?.customerId ?? '';
    const variables = { bankId, customerId, firstMessages: 1, firstMeetings: 1, firstCrmEvents: 1 };
    const { data: firstPage } = await ask(CustomerOverviewDocument, variables);

    const { data, statements } = await ask(CustomerOverviewDocument, {
      ...variables,
      afterMessage: firstPage.customer?.messages?.pageInfo.endCursor,
      afterMeeting: firstPage.customer?.meetings?.pageInfo.endCursor,
      afterCrmEvent: firstPage.customer?.crmEvents?.pageInfo.endCursor,
    });

    const { messages, meetings, crmEvents } = data.customer ?? {};
    for (const connection of [messages, meetings, crmEvents]) {
      expect(connection).toMatchObject({ nodes: [{ id: expect.any(String) }], pageInfo: { hasNextPage: false } });
    }
    expect(statements).toBe(statementsOfOverview);
  });
});

test('who asks for themselves is read once, with the token', async () => {
  const { data, statements, roundTrips } = await ask<{ me: { username: string } }>('{ me { username email } }', {});

  expect(data.me.username).toMatch(/^user-/);
  // The other one is the audit event's, which is about no customer.
  expect(statements).toBe(2);
  expect(roundTrips).toBe(1);
});

/** How many promises are made, here and in the gateway, while a page is asked for. */
async function promisesOfPage(first: number): Promise<number> {
  const document = overviewOfPage(CustomerOverviewDocument);
  await ask<CustomersPage>(document, { bankId, first });
  let promises = 0;
  const hook = createHook({
    init(_id, type) {
      if (type === 'PROMISE') promises += 1;
    },
  }).enable();
  try {
    await ask<CustomersPage>(document, { bankId, first });
  } finally {
    hook.disable();
  }
  return promises;
}

test('a customer more on a page takes few promises, as batched fields make none for each object', async () => {
  const promisesOfCustomer = ((await promisesOfPage(100)) - (await promisesOfPage(50))) / 50;

  // 45 of the bank and of the meetings' invitees; graphql-js makes 540, as it resolves each field of each object by itself.
  expect(promisesOfCustomer).toBeLessThan(gateway.config.execution === 'compiled' ? 50 : 600);
});

function megabytesOfNewSpace(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  if (space === undefined) throw new Error('V8 has no space for what is new.');
  return space.space_used_size / 1e6;
}

/**
 * What of a page, in megabytes, is left by one of V8's frequent collections, of what is new: if it is dead all the same, it
 * waits for the next full one. The median, as V8 may collect by itself meanwhile. `hold` may keep the answer.
 */
async function megabytesLeftOfPage(hold: (data: CustomersPage) => void): Promise<number> {
  const document = overviewOfPage(CustomerOverviewDocument);
  const left: number[] = [];
  for (let times = 0; times < 9; times += 1) {
    // What survives twice is not new any more.
    collectGarbage({ type: 'minor' });
    collectGarbage({ type: 'minor' });
    const before = megabytesOfNewSpace();
    hold((await ask<CustomersPage>(document, { bankId, first: 100 })).data);
    await sleep(20);
    collectGarbage({ type: 'minor' });
    left.push(megabytesOfNewSpace() - before);
  }
  return left.sort((a, b) => a - b)[4] ?? Number.NaN;
}

test('what a page was made of is collected with what is new, as soon as it was answered', async () => {
  const held: unknown[] = [];

  expect(await megabytesLeftOfPage((data) => held.push(data))).toBeGreaterThan(0.5);
  expect(await megabytesLeftOfPage(() => undefined)).toBeLessThan(0.5);
});

test('what is read once for each of two fields takes a statement more, and that is noticed', async () => {
  const messages = (fields: string) =>
    `query Messages($bankId: ID!, $customerId: ID!) { customer(bankId: $bankId, customerId: $customerId) { ${fields} } }`;
  const variables = { bankId, customerId: customers[0]?.customerId };
  const { statements } = await ask(messages('one: messages(first: 1) { nodes { id } }'), variables);

  const more = await ask(
    messages('one: messages(first: 1) { nodes { id } } two: messages(first: 2) { nodes { id } }'),
    variables,
  );

  expect(more.statements).toBe(statements + 1);
});
