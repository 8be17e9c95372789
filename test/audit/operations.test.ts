/** What the audit trail says of operations: over the real server, as an auditor would find it afterwards. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { asc } from 'drizzle-orm';
import type { GraphQLSchema } from 'graphql';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { auditEvent } from '../../src/audit/audit.table.ts';
import type { AuditEvent } from '../../src/audit/audit-event.ts';
import { localProvider } from '../../src/auth/password.ts';
import { type Role, roleScope } from '../../src/base/roles.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { type AuditReader, auditReader } from '../support/audit-events.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { insertEveryEntity, type World } from '../support/every-entity.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { insertUserCustomerLink } from '../support/rows.ts';
import { everythingStored } from '../support/stored.ts';

let gateway: Gateway;
let world: World;
let otherWorld: World;
let audit: AuditReader;

beforeAll(async () => {
  gateway = await startGateway();
  world = await insertEveryEntity(gateway);
  otherWorld = await insertEveryEntity(gateway);
  await insertUserCustomerLink(gateway.database, {
    bankId: otherWorld.bankId,
    customerId: otherWorld.customerId,
    userId: world.linkedUser.id,
  });
  audit = auditReader(gateway.database);
});
beforeEach(() => audit.skipExisting());
afterAll(() => gateway.stop());

function userWith(...roles: Role[]) {
  return gateway.createUser({ roles: roles.map((role) => [role, roleScope(role) === 'system' ? null : world.bankId]) });
}

const customerDocument = /* GraphQL */ `query Look($bankId: ID!, $customerId: ID!) {
  customer(bankId: $bankId, customerId: $customerId) { id addresses { id } }
}`;
const ofCustomer = ({ bankId, customerId }: World) => ({ bankId, customerId });
const ids = (events: AuditEvent[]) => events.map(({ bankId, customerIds }) => ({ bankId, customerIds }));

describe('what is read', () => {
  test('is one event: who, from where, what, of whom, and by which roles', async () => {
    const reader = await userWith('CanGetCustomer', 'CanGetCustomerAddress');

    const { errors } = await gateway.query(reader.token, customerDocument, ofCustomer(world), {
      'apollographql-client-name': 'branch-app',
      'x-request-id': 'request-7',
      'x-reason': 'A%20complaint',
    });

    expect(errors).toEqual([]);
    expect(await audit.events()).toMatchObject([
      {
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        kind: 'READ',
        outcome: 'SUCCEEDED',
        bankId: world.bankId,
        customerIds: [world.customerId],
        subjectUserIds: [],
        userId: reader.id,
        provider: localProvider,
        clientName: 'branch-app',
        clientAddress: '127.0.0.1',
        requestId: 'request-7',
        operationName: 'Look',
        operationHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        fieldsReturned: ['Query.customer', 'Customer.addresses'],
        fieldsRefused: [],
        fieldsFailed: [],
        roles: ['CanGetCustomer', 'CanGetCustomerAddress'],
        changes: [],
        errors: [],
        reason: 'A complaint',
      },
    ]);
  });

  test('is told apart from what was refused beside it', async () => {
    const reader = await userWith('CanGetCustomer');

    await gateway.query(reader.token, customerDocument, ofCustomer(world));

    expect(await audit.events()).toMatchObject([
      {
        outcome: 'PARTIAL',
        customerIds: [world.customerId],
        fieldsReturned: ['Query.customer'],
        fieldsRefused: ['Customer.addresses'],
        fieldsFailed: [],
        roles: ['CanGetCustomer'],
        errors: ['OBP-20006'],
      },
    ]);
  });

  test('is told apart from what failed beside it', async () => {
    const reader = await userWith('CanGetCustomer', 'CanGetCustomerAddress');

    await gateway.query(
      reader.token,
      `query ($bankId: ID!, $customerId: ID!) {
        customer(bankId: $bankId, customerId: $customerId) { id }
        customerAddresses(bankId: $bankId, customerId: "nobody") { id }
      }`,
      ofCustomer(world),
    );

    expect(await audit.events()).toMatchObject([
      {
        outcome: 'PARTIAL',
        bankId: world.bankId,
        customerIds: [world.customerId],
        fieldsReturned: ['Query.customer'],
        fieldsRefused: [],
        fieldsFailed: ['Query.customerAddresses'],
        errors: ['OBP-30046'],
      },
    ]);
  });

  test.each([
    ['a link to the customer', 'orLinkedUser', '{ myCustomers { addresses { id } } }', 'Customer.addresses'],
    ['being the user', 'orSelf', '{ me { customers { id } } }', 'User.customers'],
    ['being logged in', 'authenticated', '{ myCustomers { id } }', 'Query.myCustomers'],
  ])('because of %s is told by that ground', async (_what, ground, document, coordinate) => {
    const { errors } = await gateway.query(world.linkedUser.token, document);

    expect(errors).toEqual([]);
    const events = await audit.events();
    const told = events.filter(({ fieldsReturned }) => fieldsReturned.includes(coordinate));
    expect(told.map(({ bankId }) => bankId).sort()).toEqual([world.bankId, otherWorld.bankId].sort());
    for (const { roles } of told) expect(roles).toContain(ground);
  });

  test('as a page of customers names each of them', async () => {
    const reader = await userWith('CanGetCustomers');

    await gateway.query(reader.token, 'query ($bankId: ID!) { customers(bankId: $bankId) { nodes { id } } }', {
      bankId: world.bankId,
    });

    const [event, ...others] = await audit.events();
    expect(others).toEqual([]);
    expect(event?.customerIds.toSorted()).toEqual([world.customerId, world.otherCustomerId].sort());
  });

  test('of other customers behind a user is an event of their bank, which names them and no others', async () => {
    const reader = await userWith('CanGetCorrelatedUsersInfo', 'CanGetCustomersAtAnyBank');

    const { data } = await gateway.query(
      reader.token,
      `query ($bankId: ID!, $customerId: ID!) {
        correlatedUsers(bankId: $bankId, customerId: $customerId) { users { customers { id } } }
      }`,
      ofCustomer(world),
    );

    expect(JSON.stringify(data)).toContain(otherWorld.customerId);
    const events = await audit.events();
    expect(
      ids(events).sort(
        (one, other) => Number(one.bankId === otherWorld.bankId) - Number(other.bankId === otherWorld.bankId),
      ),
    ).toEqual([
      { bankId: world.bankId, customerIds: [world.customerId] },
      { bankId: otherWorld.bankId, customerIds: [otherWorld.customerId] },
    ]);
    expect(events.find(({ bankId }) => bankId === otherWorld.bankId)?.fieldsReturned).toEqual(['User.customers']);
  });

  test('at two banks is one event for each, and neither names what is of the other', async () => {
    const reader = await userWith('CanGetAnyKycChecks');

    await gateway.query(
      reader.token,
      'query ($a: ID!, $b: ID!) { a: kycChecks(customerId: $a) { id } b: kycChecks(customerId: $b) { id } }',
      {
        a: world.customerId,
        b: otherWorld.customerId,
      },
    );

    expect(ids(await audit.events())).toEqual([
      { bankId: world.bankId, customerIds: [world.customerId] },
      { bankId: otherWorld.bankId, customerIds: [otherWorld.customerId] },
    ]);
  });

  test('by everybody, as the banks and the schema, leaves no event', async () => {
    for (const token of [null, world.linkedUser.token]) {
      const { errors } = await gateway.query(
        token,
        '{ __typename __schema { types { name } } banks { id shortName } }',
      );
      expect(errors).toEqual([]);
    }

    expect(await audit.events()).toEqual([]);
  });

  test('leaves no event where GraphQL refuses the document, and one where nothing was found', async () => {
    const reader = await userWith('CanGetCustomer');

    await gateway.query(reader.token, '{ customer(bankId: "a") { nonsense } }');
    expect(await audit.events()).toEqual([]);
    await gateway.query(reader.token, customerDocument, { bankId: world.bankId, customerId: 'nobody' });

    expect(await audit.events()).toMatchObject([
      {
        outcome: 'FAILED',
        bankId: world.bankId,
        customerIds: [],
        fieldsFailed: ['Query.customer'],
        errors: ['OBP-30046'],
      },
    ]);
  });
});

describe('of several things in one operation', () => {
  test('what was refused is told although the same field was given of another customer', async () => {
    const alias = (name: string, customerId: string) =>
      `${name}: customer(bankId: "${world.bankId}", customerId: "${customerId}") { id addresses { id } }`;
    const reader = await userWith('CanGetCustomer');
    await insertUserCustomerLink(gateway.database, { ...ofCustomer(world), userId: reader.id });

    const { data } = await gateway.query(
      reader.token,
      `{ ${alias('own', world.customerId)} ${alias('other', world.otherCustomerId)} }`,
    );

    expect(data).toMatchObject({ own: { addresses: [expect.anything()] }, other: { addresses: null } });
    expect(await audit.events()).toMatchObject([
      {
        outcome: 'PARTIAL',
        fieldsReturned: ['Query.customer', 'Customer.addresses'],
        fieldsRefused: ['Customer.addresses'],
        errors: ['OBP-20006'],
      },
    ]);
  });

  test('what failed is told although the same field was given, and found at a bank', async () => {
    const reader = await userWith('CanGetAnyKycChecks');

    await gateway.query(
      reader.token,
      `{ none: kycChecks(customerId: "nobody") { id } some: kycChecks(customerId: "${world.customerId}") { id } }`,
    );

    const events = await audit.events();
    expect(events).toHaveLength(2);
    expect(events).toContainEqual(
      expect.objectContaining({ bankId: world.bankId, customerIds: [world.customerId], outcome: 'SUCCEEDED' }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({ bankId: null, fieldsFailed: ['Query.kycChecks'], errors: ['OBP-30046'] }),
    );
  });

  test('an account names the customers it is linked to', async () => {
    const { bankId, customerId, accountId } = world;
    const reader = await userWith('CanGetCustomerOverview');

    const { errors } = await gateway.query(
      reader.token,
      `{ account(bankId: "${bankId}", id: "${accountId}") { id routings { address } } }`,
    );

    expect(errors).toEqual([]);
    expect(await audit.events()).toMatchObject([{ outcome: 'SUCCEEDED', bankId, customerIds: [customerId] }]);
  });
});

describe('what is refused', () => {
  test('to a stranger names the customer who was asked for', async () => {
    await gateway.query(world.freeUser.token, customerDocument, ofCustomer(world));

    expect(await audit.events()).toMatchObject([
      {
        kind: 'READ',
        outcome: 'REFUSED',
        bankId: world.bankId,
        customerIds: [world.customerId],
        userId: world.freeUser.id,
        fieldsReturned: [],
        fieldsRefused: ['Query.customer'],
        roles: [],
        errors: ['OBP-20006'],
      },
    ]);
  });

  test.each([
    ['a customer of another bank', () => otherWorld.customerId],
    ['what is no id', () => 'Eveline Tripman'],
  ])('names nobody where %s was asked for', async (_what, customerId) => {
    await gateway.query(world.freeUser.token, customerDocument, { bankId: world.bankId, customerId: customerId() });

    expect(ids(await audit.events())).toEqual([{ bankId: world.bankId, customerIds: [] }]);
  });

  test('to nobody names the bank only where there is one', async () => {
    await gateway.query(null, customerDocument, ofCustomer(world));
    await gateway.query(null, customerDocument, { bankId: 'Eveline Tripman', customerId: 'Eveline Tripman' });
    await gateway.query(
      null,
      'mutation ($bankId: ID!, $id: ID!) { deleteCustomerAddress(bankId: $bankId, customerId: "x", id: $id) { customer { id } } }',
      { bankId: 'Eveline Tripman', id: 'Eveline Tripman' },
    );

    const events = await audit.events();
    expect(events.map(({ outcome, userId, errors }) => ({ outcome, userId, errors }))).toEqual(
      events.map(() => ({ outcome: 'REFUSED', userId: null, errors: ['OBP-20001'] })),
    );
    expect(ids(events)).toEqual([
      { bankId: world.bankId, customerIds: [world.customerId] },
      { bankId: null, customerIds: [] },
      { bankId: null, customerIds: [] },
    ]);
  });

  test('because of its token is an event of nobody', async () => {
    const { status } = await gateway.query('no-token', customerDocument, ofCustomer(world));

    expect(status).toBe(401);
    expect(await audit.events()).toMatchObject([
      {
        kind: 'AUTHENTICATION',
        outcome: 'REFUSED',
        userId: null,
        bankId: null,
        errors: ['INVALID_TOKEN', 'TOKEN_MALFORMED'],
      },
    ]);
  });

  test('because of a password is an event without the name', async () => {
    await gateway.query(null, 'mutation { login(username: "eveline.tripman", password: "a wrong one") { token } }');

    const events = await audit.events();
    expect(events).toMatchObject([{ kind: 'AUTHENTICATION', outcome: 'REFUSED', fieldsRefused: ['Mutation.login'] }]);
    expect(JSON.stringify(events)).not.toMatch(/eveline|wrong/);
  });
});

const create = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $input: CustomerAddressInput!) {
  createCustomerAddress(bankId: $bankId, customerId: $customerId, input: $input) { customerAddress { id } }
}`;
const input = { line1: 'Hidden Lane 12', city: 'Elsewhere', postcode: '13359', countryCode: 'DE' };

describe('what is written', () => {
  test('is an event with the names of what changed, and no value', async () => {
    const clerk = await userWith('CanCreateCustomerAddress');

    const { errors } = await gateway.query(clerk.token, create, { ...ofCustomer(world), input });

    expect(errors).toEqual([]);
    const events = await audit.events();
    const common = {
      outcome: 'SUCCEEDED',
      bankId: world.bankId,
      customerIds: [world.customerId],
      roles: ['CanCreateCustomerAddress'],
    };
    expect(events).toMatchObject([
      { ...common, kind: 'WRITE', fieldsReturned: ['Mutation.createCustomerAddress'] },
      { ...common, kind: 'READ', fieldsReturned: ['CustomerAddressPayload.customerAddress'], changes: [] },
    ]);
    expect(events[0]?.changes).toEqual(expect.arrayContaining(['CustomerAddress.line1', 'CustomerAddress.city']));
    expect(JSON.stringify(events)).not.toMatch(/Hidden|Elsewhere|13359/);
  });

  test('or refused or failed is one event for each mutation field', async () => {
    const clerk = await userWith('CanCreateCustomerAddress');
    const variables = { ...ofCustomer(world), input };

    await gateway.query(
      clerk.token,
      `mutation ($bankId: ID!, $customerId: ID!, $input: CustomerAddressInput!) {
        first: createCustomerAddress(bankId: $bankId, customerId: $customerId, input: $input) { customerAddress { id } }
        second: createCustomerAddress(bankId: $bankId, customerId: "nobody", input: $input) { customerAddress { id } }
        third: deleteCustomerAddress(bankId: $bankId, customerId: $customerId, id: "nothing") { customerAddress { id } }
      }`,
      variables,
    );

    expect(
      (await audit.events()).map(({ kind, outcome, customerIds, errors }) => ({ kind, outcome, customerIds, errors })),
    ).toEqual([
      { kind: 'WRITE', outcome: 'SUCCEEDED', customerIds: [world.customerId], errors: [] },
      { kind: 'READ', outcome: 'SUCCEEDED', customerIds: [world.customerId], errors: [] },
      { kind: 'WRITE', outcome: 'FAILED', customerIds: [], errors: ['OBP-30046'] },
      { kind: 'WRITE', outcome: 'REFUSED', customerIds: [world.customerId], errors: ['OBP-20006'] },
    ]);
  });
});

test('a write that is repeated with its key names the customer whom it shows again, and no change', async () => {
  const writer = await userWith('CanCreateCustomer');
  const create = `mutation ($bankId: ID!) {
    createCustomer(bankId: $bankId, input: { legalName: "Eveline Tripman", mobilePhoneNumber: "+41446681800" }, idempotencyKey: "once") {
      customer { id }
    }
  }`;

  const { data } = await gateway.query<{ createCustomer: { customer: { id: string } } }>(writer.token, create, {
    bankId: world.bankId,
  });
  await gateway.query(writer.token, create, { bankId: world.bankId });

  const common = { outcome: 'SUCCEEDED', bankId: world.bankId, customerIds: [data?.createCustomer.customer.id] };
  const read = { ...common, kind: 'READ', fieldsReturned: ['CustomerPayload.customer'], changes: [] };
  expect(await audit.events()).toMatchObject([
    { ...common, kind: 'WRITE', changes: expect.arrayContaining(['Customer.legalName']) },
    read,
    { ...common, kind: 'WRITE', changes: [] },
    read,
  ]);
});

describe('the payload of a mutation', () => {
  const call = 'updateCustomerBranch(bankId: $bankId, customerId: $customerId, input: { branchId: "DERBY7" })';
  const conditional = `mutation ($bankId: ID!, $customerId: ID!, $isWanted: Boolean = true) { ${call} { ...Whole } }
    fragment Whole on CustomerPayload { ...Part ...Part }
    fragment Part on CustomerPayload { found: customer @include(if: $isWanted) { legalName } }`;
  const writeOf = (events: AuditEvent[]) => events.filter(({ kind }) => kind === 'WRITE');
  const readOf = (events: AuditEvent[]) => events.filter(({ kind }) => kind === 'READ');

  test.each([
    ['a field', `mutation ($bankId: ID!, $customerId: ID!) { ${call} { customer { legalName } } }`],
    ['an alias in a fragment', conditional],
    [
      'an inline fragment',
      `mutation ($bankId: ID!, $customerId: ID!) { ${call} { ... on CustomerPayload { customer { legalName } } } }`,
    ],
  ])('is recorded as read by the role of the write, selected by %s', async (_what, document) => {
    const clerk = await userWith('CanUpdateCustomerBranch');

    const { data, errors } = await gateway.query(clerk.token, document, ofCustomer(world));

    expect(errors).toEqual([]);
    expect(JSON.stringify(data)).toContain('legalName');
    const events = await audit.events();
    expect(writeOf(events)).toMatchObject([{ fieldsReturned: ['Mutation.updateCustomerBranch'] }]);
    expect(readOf(events)).toMatchObject([
      {
        outcome: 'SUCCEEDED',
        bankId: world.bankId,
        customerIds: [world.customerId],
        userId: clerk.id,
        fieldsReturned: ['CustomerPayload.customer'],
        roles: ['CanUpdateCustomerBranch'],
      },
    ]);
  });

  test('is not recorded as read if the operation excludes its fields, or the write is refused', async () => {
    const clerk = await userWith('CanUpdateCustomerBranch');
    const variables = { ...ofCustomer(world), isWanted: false };
    await gateway.query(clerk.token, conditional, variables);
    await gateway.query(world.freeUser.token, conditional, { ...variables, isWanted: true });

    const events = await audit.events();
    expect(events.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['WRITE', 'SUCCEEDED'],
      ['WRITE', 'REFUSED'],
    ]);
  });

  test('is recorded with every customer in it', async () => {
    const clerk = await userWith('CanCreateCustomer');
    const one = '{ legalName: "Eveline Tripman", mobilePhoneNumber: "+41446681800" }';
    const { data } = await gateway.query<{ createCustomers: { customers: { id: string }[] } }>(
      clerk.token,
      `mutation { createCustomers(bankId: "${world.bankId}", input: [${one}, ${one}]) { customers { id } } }`,
    );

    const [read] = readOf(await audit.events());
    const created = data?.createCustomers.customers.map(({ id }) => id) ?? [];
    expect(read?.fieldsReturned).toEqual(['CustomersPayload.customers']);
    expect(read?.customerIds.toSorted()).toEqual(created.toSorted());
  });
});

test('50 queries at once are 50 events in fewer commits than one after another', async () => {
  const reader = await userWith('CanGetCustomer', 'CanGetCustomerAddress');
  const look = () => gateway.query(reader.token, customerDocument, ofCustomer(world));
  const { statistics } = gateway.database;
  const statementsOf = async (work: () => Promise<unknown>) => {
    const before = statistics.statements;
    await work();
    return statistics.statements - before;
  };
  // Once before, so that the connections are there.
  await Promise.all(Array.from({ length: 50 }, look));
  const oneByOne = await statementsOf(async () => {
    for (let count = 0; count < 50; count += 1) await look();
  });
  await audit.skipExisting();

  const together = await statementsOf(() => Promise.all(Array.from({ length: 50 }, look)));

  const events = await audit.events();
  expect(events.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 50 }, () => 'SUCCEEDED'));
  expect(new Set(events.map(({ requestId }) => requestId)).size).toBe(50);
  // Each commit takes as many statements, whatever the number of its events.
  const statementsOfCommit = dialectUnderTest === 'sqlite' ? 2 : 1;
  expect(together).toBeLessThan(oneByOne - 25 * statementsOfCommit);
});

/** As a second program would, beside the gateway. */
async function execute(url: string, statement: string): Promise<void> {
  if (dialectUnderTest === 'sqlite') {
    const database = new Sqlite(url.replace('file:', ''));
    database.exec(statement);
    database.close();
    return;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

const trouble = {
  sqlite: {
    begin: "create trigger trouble before insert on audit_event begin select raise(abort, 'The disk is full.'); end",
    end: 'drop trigger trouble',
  },
  postgresql: {
    begin: `create function trouble() returns trigger language plpgsql as $$ begin raise exception 'The disk is full.'; end $$;
      create trigger trouble before insert on audit_event for each row execute function trouble()`,
    end: 'drop trigger trouble on audit_event; drop function trouble()',
  },
}[dialectUnderTest];

/** Whether the chain has every number once, as soon as other events have taken those of events that could not be written. */
async function expectWholeChain({ database }: Gateway, look: () => Promise<unknown>): Promise<void> {
  const isWhole = async () => {
    await look();
    const rows = await database.read.select().from(auditEvent).orderBy(asc(auditEvent.sequence));
    return rows.every(({ sequence }, index) => sequence === index + 1);
  };
  await expect.poll(isWhole, { timeout: 5_000 }).toBe(true);
}

describe('while the audit trail cannot be written', () => {
  const stored = () => everythingStored(gateway.database);
  const unavailable = [
    expect.objectContaining({ extensions: expect.objectContaining({ code: 'SERVICE_UNAVAILABLE', obpCode: null }) }),
  ];

  async function during(work: () => Promise<void>): Promise<void> {
    await execute(gateway.config.databaseUrl, trouble.begin);
    try {
      await work();
    } finally {
      await execute(gateway.config.databaseUrl, trouble.end);
    }
  }

  test('a query answers an error and no data, refused or not, and what is public is answered as ever', async () => {
    const reader = await userWith('CanGetCustomer', 'CanGetCustomerAddress');
    await during(async () => {
      for (const token of [reader.token, world.freeUser.token, null]) {
        const { status, data, errors } = await gateway.query(token, customerDocument, ofCustomer(world));
        expect({ status, data, errors }).toEqual({ status: 503, data: null, errors: unavailable });
        expect(JSON.stringify(errors)).not.toContain('disk');
      }
      expect((await gateway.query(null, '{ banks { id } }')).errors).toEqual([]);
    });

    expect(await audit.events()).toEqual([]);
  });

  test('a bad token is refused all the same, without a word of it', async () => {
    await during(async () => {
      const { status, data } = await gateway.query('no-token', customerDocument, ofCustomer(world));

      expect([401, 503]).toContain(status);
      expect(data).toBeNull();
    });
  });

  test('a mutation is rolled back, and answers an error', async () => {
    const clerk = await userWith('CanCreateCustomerAddress');
    const before = await stored();
    await during(async () => {
      const variables = { ...ofCustomer(world), input };
      const answers = await Promise.all([1, 2, 3].map(() => gateway.query(clerk.token, create, variables)));

      for (const { data, errors } of answers) expect({ data, errors }).toEqual({ data: null, errors: unavailable });
      expect(await stored()).toEqual(before);
    });
  });

  test('nothing is lost for later: afterwards all works, and the chain has no gap', async () => {
    const clerk = await userWith('CanCreateCustomerAddress', 'CanGetCustomer', 'CanGetCustomerAddress');
    const variables = { ...ofCustomer(world), input };
    const all = () =>
      Promise.all([
        ...[1, 2, 3].map(() => gateway.query(clerk.token, create, variables)),
        ...[1, 2, 3].map(() => gateway.query(clerk.token, customerDocument, ofCustomer(world))),
      ]);
    await during(async () => {
      for (const { errors } of await all()) expect(errors).toEqual(unavailable);
    });

    for (const { errors } of await all()) expect(errors).toEqual([]);

    const succeeded = (await audit.events()).filter(({ outcome }) => outcome === 'SUCCEEDED');
    // Three queries, and three mutations with a read of their payload each.
    expect(succeeded).toHaveLength(9);
    await expectWholeChain(gateway, () => gateway.query(clerk.token, customerDocument, ofCustomer(world)));
  });
});

/** The whole schema, of which `Query.customer` keeps what it has found for a while. */
async function slowSchema(milliseconds: number): Promise<GraphQLSchema> {
  const schema = await gatewaySchema();
  const field = schema.getQueryType()?.getFields().customer;
  const resolve = field?.resolve;
  if (field === undefined || resolve == null) throw new Error('There is no Query.customer.');
  field.resolve = async (...given) => {
    const value: unknown = await resolve(...given);
    await sleep(milliseconds);
    return value;
  };
  return schema;
}

describe('an operation whose answer nobody gets', () => {
  let slow: Gateway;
  let there: World;
  let slowAudit: AuditReader;
  let reader: { id: string; token: string };
  beforeAll(async () => {
    slow = await startGateway({ schema: await slowSchema(1_500), environment: { GATEWAY_OPERATION_TIMEOUT: '1s' } });
    there = await insertEveryEntity(slow);
    reader = await slow.createUser({
      roles: [
        ['CanGetCustomer', there.bankId],
        ['CanCreateCustomerAddress', there.bankId],
      ],
    });
    slowAudit = auditReader(slow.database);
  });
  beforeEach(() => slowAudit.skipExisting());
  afterAll(() => slow.stop());

  const failed = (error: string) => ({
    kind: 'READ',
    outcome: 'FAILED',
    bankId: there.bankId,
    customerIds: [there.customerId],
    userId: reader.id,
    fieldsReturned: [],
    fieldsFailed: ['Query.customer'],
    errors: [error],
  });

  test('because it was timed out leaves an event that says so', async () => {
    const { data, errors } = await slow.query(reader.token, customerDocument, ofCustomer(there));

    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    expect(await slowAudit.events()).toMatchObject([failed('OPERATION_TIMED_OUT')]);
  });

  test('because its client is gone leaves its event all the same', async () => {
    const gone = new AbortController();
    const asked = fetch(`${slow.url}/graphql`, {
      method: 'POST',
      signal: gone.signal,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${reader.token}`,
        'x-request-id': `gone-${randomUUID()}`,
      },
      body: JSON.stringify({ query: customerDocument, variables: ofCustomer(there) }),
    });
    setTimeout(() => gone.abort(), 300);
    await expect(asked).rejects.toThrow();

    await expect.poll(() => slowAudit.events(), { timeout: 5_000 }).toMatchObject([failed('CLIENT_DISCONNECTED')]);
  });
});
