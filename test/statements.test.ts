/**
 * Counts the SQL statements and round trips of an operation, which must not grow with the number of customers. Also
 * counts its promises.
 */
import { createHook } from 'node:async_hooks';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Role, roleScope, roles } from '../src/base/roles.ts';
import { CustomerOverviewDocument } from './generated/graphql.ts';
import { statementsOfAuditTrail } from './support/database-url.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
import { overviewOfPage } from './support/overview-of-page.ts';
import { insertWholeCustomers, type WholeCustomer } from './support/whole-customer.ts';

const bankId = 'gh.29.uk';

/**
 * 3 statements for the caller with entitlements, the bank, and the customer. 13 for the addresses, attributes, tax
 * residences, handles, account links, user links, KYC statuses, checks, documents, media, messages, meetings, and CRM
 * events of the customer. 5 for the accounts, routings, account attributes, users, and invitees of these. KYC evidence
 * that references other evidence needs no statement, because the evidence of the customer is read already. The
 * audit trail takes the others.
 */
const statementsOfOverview = 21 + statementsOfAuditTrail;

/**
 * One round trip for the caller, one for the bank, the customer, and its lists, and one for the objects of these. A
 * page needs one more, because its customers must be read before their lists.
 */
const roundTripsOfCompiler = { overview: 3, page: 4 };

/** graphql-js does not prefetch, so the lists of the customer and those of the accounts take additional round trips. */
const roundTripsOfInterpreter = { overview: 5, page: 5 };

let gateway: Gateway;
let officer: string;
let customers: WholeCustomer[];

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  customers = await insertWholeCustomers(gateway.database, 101, { bankId });
  const bankRoles = (Object.keys(roles) as Role[]).filter((role) => roleScope(role) === 'bank');
  officer = (await gateway.createUser({ roles: bankRoles.map((role) => [role, bankId]) })).token;
});

afterAll(() => gateway.stop());

interface CustomersPage {
  customers: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

/**
 * Returns the data of a response, and the numbers of statements and round trips. @throws Error if the response contains
 * errors.
 */
async function run<Data, Variables = object>(
  document: string | TypedDocumentNode<Data, Variables>,
  variables: Variables,
) {
  const { statistics } = gateway.database;
  const before = { ...statistics };
  const { data, errors } = await gateway.query(officer, document, variables);
  if (data === null || errors.length > 0) throw new Error(JSON.stringify(errors));
  return {
    data,
    statements: statistics.statements - before.statements,
    roundTrips: statistics.roundTrips - before.roundTrips,
  };
}

function expectedRoundTrips() {
  return gateway.config.execution === 'compiled' ? roundTripsOfCompiler : roundTripsOfInterpreter;
}

describe('the overview', () => {
  test(`takes ${statementsOfOverview} statements for one customer`, async () => {
    const customerId = customers[0]?.customerId ?? '';

    const { data, statements, roundTrips } = await run(CustomerOverviewDocument, { bankId, customerId });

    expect(data.customer?.id).toBe(customerId);
    expect(statements).toBe(statementsOfOverview);
    expect(roundTrips).toBe(expectedRoundTrips().overview);
  });

  test.each([1, 2, 100])('takes the same number of statements for a page of %i customers', async (first) => {
    const document = overviewOfPage(CustomerOverviewDocument);
    const { data, statements, roundTrips } = await run<CustomersPage>(document, { bankId, first });

    expect(data.customers.nodes).toHaveLength(first);
    expect(statements).toBe(statementsOfOverview);
    expect(roundTrips).toBe(expectedRoundTrips().page);
  });

  test('takes the same number of statements for the second page of customers', async () => {
    const { data: firstPage } = await run<CustomersPage>(overviewOfPage(CustomerOverviewDocument), {
      bankId,
      first: 50,
    });
    const after = firstPage.customers.pageInfo.endCursor;

    const { data, statements } = await run<CustomersPage>(overviewOfPage(CustomerOverviewDocument), {
      bankId,
      first: 50,
      after,
    });

    expect(data.customers.nodes).toHaveLength(50);
    expect(statements).toBe(statementsOfOverview);
  });

  test('takes the same number of statements for the second page of messages, meetings, and CRM events', async () => {
    const customerId = customers[0]?.customerId ?? '';
    const variables = { bankId, customerId, firstMessages: 1, firstMeetings: 1, firstCrmEvents: 1 };
    const { data: firstPage } = await run(CustomerOverviewDocument, variables);

    const { data, statements } = await run(CustomerOverviewDocument, {
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

test('me is resolved from the user row that is loaded during authentication', async () => {
  const { data, statements, roundTrips } = await run<{ me: { username: string } }>('{ me { username email } }', {});

  expect(data.me.username).toMatch(/^user-/);
  // The second statement records the audit event, which does not concern a customer.
  expect(statements).toBe(2);
  expect(roundTrips).toBe(1);
});

/** Returns the number of promises that the test and the gateway allocate for a page. */
async function promisesOfPage(first: number): Promise<number> {
  const document = overviewOfPage(CustomerOverviewDocument);
  await run<CustomersPage>(document, { bankId, first });
  let promises = 0;
  const hook = createHook({
    init(_id, type) {
      if (type === 'PROMISE') promises += 1;
    },
  }).enable();
  try {
    await run<CustomersPage>(document, { bankId, first });
  } finally {
    hook.disable();
  }
  return promises;
}

test('an additional customer on a page allocates few promises, because batched fields do not allocate one for each object', async () => {
  const promisesOfCustomer = ((await promisesOfPage(100)) - (await promisesOfPage(50))) / 50;

  // 45 for the bank and the invitees of meetings. graphql-js allocates 540, because it resolves each field separately.
  expect(promisesOfCustomer).toBeLessThan(gateway.config.execution === 'compiled' ? 50 : 600);
});

test('a list with two different page sizes takes one more statement, which the counter shows', async () => {
  const messages = (fields: string) =>
    `query Messages($bankId: ID!, $customerId: ID!) { customer(bankId: $bankId, customerId: $customerId) { ${fields} } }`;
  const variables = { bankId, customerId: customers[0]?.customerId };
  const { statements } = await run(messages('one: messages(first: 1) { nodes { id } }'), variables);

  const doubled = await run(
    messages('one: messages(first: 1) { nodes { id } } two: messages(first: 2) { nodes { id } }'),
    variables,
  );

  expect(doubled.statements).toBe(statements + 1);
});
