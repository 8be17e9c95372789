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

const customerDocument = /* GraphQL */ `query ReadCustomer($bankId: ID!, $customerId: ID!) {
  customer(bankId: $bankId, customerId: $customerId) { id addresses { id } }
}`;
const ofCustomer = ({ bankId, customerId }: World) => ({ bankId, customerId });
const ids = (events: AuditEvent[]) => events.map(({ bankId, customerIds }) => ({ bankId, customerIds }));

describe('the audit event of a query', () => {
  test('contains the caller, the request, the fields, the customers, and the roles', async () => {
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
        operationName: 'ReadCustomer',
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

  test('separates returned from refused fields', async () => {
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

  test('separates returned from failed fields', async () => {
    const reader = await userWith('CanGetCustomer', 'CanGetCustomerAddress');

    await gateway.query(
      reader.token,
      `query ($bankId: ID!, $customerId: ID!) {
        customer(bankId: $bankId, customerId: $customerId) { id }
        customerAddresses(bankId: $bankId, customerId: "unknown") { id }
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
    ['a linked user', 'orLinkedUser', '{ myCustomers { addresses { id } } }', 'Customer.addresses'],
    ['the user to whom the data belongs', 'orSelf', '{ me { customers { id } } }', 'User.customers'],
    ['an authenticated caller', 'authenticated', '{ myCustomers { id } }', 'Query.myCustomers'],
  ])('contains the access ground of %s', async (_description, ground, document, coordinate) => {
    const { errors } = await gateway.query(world.linkedUser.token, document);

    expect(errors).toEqual([]);
    const events = await audit.events();
    const eventsOfField = events.filter(({ fieldsReturned }) => fieldsReturned.includes(coordinate));
    expect(eventsOfField.map(({ bankId }) => bankId).sort()).toEqual([world.bankId, otherWorld.bankId].sort());
    for (const { roles } of eventsOfField) expect(roles).toContain(ground);
  });

  test('contains every customer of the returned page', async () => {
    const reader = await userWith('CanGetCustomers');

    await gateway.query(reader.token, 'query ($bankId: ID!) { customers(bankId: $bankId) { nodes { id } } }', {
      bankId: world.bankId,
    });

    const [event, ...others] = await audit.events();
    expect(others).toEqual([]);
    expect(event?.customerIds.toSorted()).toEqual([world.customerId, world.otherCustomerId, world.companyId].sort());
  });

  test('is recorded at the bank of customers that were reached through a user, with no other customers', async () => {
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

  test('is recorded once for each bank, with the customers of this bank only', async () => {
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

  test('is not recorded for public fields and the schema', async () => {
    for (const token of [null, world.linkedUser.token]) {
      const { errors } = await gateway.query(
        token,
        '{ __typename __schema { types { name } } banks { id shortName } }',
      );
      expect(errors).toEqual([]);
    }

    expect(await audit.events()).toEqual([]);
  });

  test('is not recorded for an invalid document, but is recorded for a customer that does not exist', async () => {
    const reader = await userWith('CanGetCustomer');

    await gateway.query(reader.token, '{ customer(bankId: "a") { nonsense } }');
    expect(await audit.events()).toEqual([]);
    await gateway.query(reader.token, customerDocument, { bankId: world.bankId, customerId: 'unknown' });

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

describe('the audit event of an operation with several fields', () => {
  test('contains a refused field even if the same field was returned for another customer', async () => {
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

  test('contains a failed field even if the same field was returned at a bank', async () => {
    const reader = await userWith('CanGetAnyKycChecks');

    await gateway.query(
      reader.token,
      `{ none: kycChecks(customerId: "unknown") { id } some: kycChecks(customerId: "${world.customerId}") { id } }`,
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

  test('contains the customers who are linked to an account', async () => {
    const { bankId, customerId, accountId } = world;
    const reader = await userWith('CanGetCustomerOverview');

    const { errors } = await gateway.query(
      reader.token,
      `{ account(bankId: "${bankId}", accountId: "${accountId}") { id routings { address } } }`,
    );

    expect(errors).toEqual([]);
    expect(await audit.events()).toMatchObject([{ outcome: 'SUCCEEDED', bankId, customerIds: [customerId] }]);
  });
});

describe('the audit event of a refusal', () => {
  test('contains the requested customer', async () => {
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
    ['a text that is not an ID', () => 'Eveline Tripman'],
    ['an unknown ID', () => 'Eveline-Tripman'],
  ])('contains no customer if %s was requested', async (_description, customerId) => {
    await gateway.query(world.freeUser.token, customerDocument, { bankId: world.bankId, customerId: customerId() });

    expect(ids(await audit.events())).toEqual([{ bankId: world.bankId, customerIds: [] }]);
  });

  test('contains the bank only if it exists, for an anonymous caller', async () => {
    await gateway.query(null, customerDocument, ofCustomer(world));
    await gateway.query(null, customerDocument, { bankId: 'Eveline-Tripman', customerId: 'Eveline-Tripman' });
    await gateway.query(
      null,
      'mutation ($bankId: ID!, $id: ID!) { deleteCustomerAddress(bankId: $bankId, customerId: "x", id: $id) { customer { id } } }',
      { bankId: 'Eveline-Tripman', id: 'Eveline-Tripman' },
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

  test('has no caller if the token is invalid', async () => {
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

  test('does not contain the username of a failed login', async () => {
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

describe('the audit event of a mutation', () => {
  test('contains the names of the changed fields, and no values', async () => {
    const officer = await userWith('CanCreateCustomerAddress');

    const { errors } = await gateway.query(officer.token, create, { ...ofCustomer(world), input });

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

  test('is recorded once for each mutation field, whether it succeeds, fails, or is refused', async () => {
    const officer = await userWith('CanCreateCustomerAddress');
    const variables = { ...ofCustomer(world), input };

    await gateway.query(
      officer.token,
      `mutation ($bankId: ID!, $customerId: ID!, $input: CustomerAddressInput!) {
        first: createCustomerAddress(bankId: $bankId, customerId: $customerId, input: $input) { customerAddress { id } }
        second: createCustomerAddress(bankId: $bankId, customerId: "unknown", input: $input) { customerAddress { id } }
        third: deleteCustomerAddress(bankId: $bankId, customerId: $customerId, id: "unknown") { customerAddress { id } }
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

test('the event of a retried mutation contains the customer of its payload, and no changes', async () => {
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
  ])('is recorded as read with the role of the mutation, if it is selected by %s', async (_description, document) => {
    const officer = await userWith('CanUpdateCustomerBranch');

    const { data, errors } = await gateway.query(officer.token, document, ofCustomer(world));

    expect(errors).toEqual([]);
    expect(JSON.stringify(data)).toContain('legalName');
    const events = await audit.events();
    expect(writeOf(events)).toMatchObject([{ fieldsReturned: ['Mutation.updateCustomerBranch'] }]);
    expect(readOf(events)).toMatchObject([
      {
        outcome: 'SUCCEEDED',
        bankId: world.bankId,
        customerIds: [world.customerId],
        userId: officer.id,
        fieldsReturned: ['CustomerPayload.customer'],
        roles: ['CanUpdateCustomerBranch'],
      },
    ]);
  });

  test('is not recorded as read if its fields are excluded or the mutation is refused', async () => {
    const officer = await userWith('CanUpdateCustomerBranch');
    const variables = { ...ofCustomer(world), isWanted: false };
    await gateway.query(officer.token, conditional, variables);
    await gateway.query(world.freeUser.token, conditional, { ...variables, isWanted: true });

    const events = await audit.events();
    expect(events.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['WRITE', 'SUCCEEDED'],
      ['WRITE', 'REFUSED'],
    ]);
  });

  test('is recorded with every customer in it', async () => {
    const officer = await userWith('CanCreateCustomer');
    const newCustomer = '{ legalName: "Eveline Tripman", mobilePhoneNumber: "+41446681800" }';
    const { data } = await gateway.query<{ createCustomers: { customers: { id: string }[] } }>(
      officer.token,
      `mutation { createCustomers(bankId: "${world.bankId}", input: [${newCustomer}, ${newCustomer}]) { customers { id } } }`,
    );

    const [read] = readOf(await audit.events());
    const created = data?.createCustomers.customers.map(({ id }) => id) ?? [];
    expect(read?.fieldsReturned).toEqual(['CustomersPayload.customers']);
    expect(read?.customerIds.toSorted()).toEqual(created.toSorted());
  });
});

test('the events of 50 concurrent queries take fewer commits than those of 50 queries one after the other', async () => {
  const reader = await userWith('CanGetCustomer', 'CanGetCustomerAddress');
  const read = () => gateway.query(reader.token, customerDocument, ofCustomer(world));
  const { statistics } = gateway.database;
  const statementsOf = async (work: () => Promise<unknown>) => {
    const before = statistics.statements;
    await work();
    return statistics.statements - before;
  };
  // The first round opens the connections.
  await Promise.all(Array.from({ length: 50 }, read));
  const oneByOne = await statementsOf(async () => {
    for (let count = 0; count < 50; count += 1) await read();
  });
  // The number of statements of a commit does not depend on the number of its events.
  const statementsOfCommit = dialectUnderTest === 'sqlite' ? 2 : 1;
  const limit = oneByOne - 10 * statementsOfCommit;

  let together = Number.POSITIVE_INFINITY;
  // On a busy machine, the queries of a round might arrive one after the other.
  for (let round = 0; round < 10 && together >= limit; round += 1) {
    await audit.skipExisting();
    together = await statementsOf(() => Promise.all(Array.from({ length: 50 }, read)));
  }

  const events = await audit.events();
  expect(events.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 50 }, () => 'SUCCEEDED'));
  expect(new Set(events.map(({ requestId }) => requestId)).size).toBe(50);
  expect(together).toBeLessThan(limit);
});

/** Executes a statement outside the gateway. */
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

const brokenDisk = {
  sqlite: {
    begin:
      "create trigger broken_disk before insert on audit_event begin select raise(abort, 'The disk is full.'); end",
    end: 'drop trigger broken_disk',
  },
  postgresql: {
    begin: `create function broken_disk() returns trigger language plpgsql as $$ begin raise exception 'The disk is full.'; end $$;
      create trigger broken_disk before insert on audit_event for each row execute function broken_disk()`,
    end: 'drop trigger broken_disk on audit_event; drop function broken_disk()',
  },
}[dialectUnderTest];

/** Expects that the chain has no gap. Later events take the sequence numbers of events that could not be written. */
async function expectNoGap({ database }: Gateway, read: () => Promise<unknown>): Promise<void> {
  const hasNoGap = async () => {
    await read();
    const rows = await database.read.select().from(auditEvent).orderBy(asc(auditEvent.sequence));
    return rows.every(({ sequence }, index) => sequence === index + 1);
  };
  await expect.poll(hasNoGap).toBe(true);
}

describe('an unavailable audit trail', () => {
  const stored = () => everythingStored(gateway.database);
  const unavailable = [
    expect.objectContaining({ extensions: expect.objectContaining({ code: 'SERVICE_UNAVAILABLE', obpCode: null }) }),
  ];

  async function whileUnavailable(work: () => Promise<void>): Promise<void> {
    await execute(gateway.config.databaseUrl, brokenDisk.begin);
    try {
      await work();
    } finally {
      await execute(gateway.config.databaseUrl, brokenDisk.end);
    }
  }

  test('fails all queries of guarded data without returning data, but not those of public data', async () => {
    const reader = await userWith('CanGetCustomer', 'CanGetCustomerAddress');
    await whileUnavailable(async () => {
      for (const token of [reader.token, world.freeUser.token, null]) {
        const { status, data, errors } = await gateway.query(token, customerDocument, ofCustomer(world));
        expect({ status, data, errors }).toEqual({ status: 503, data: null, errors: unavailable });
        expect(JSON.stringify(errors)).not.toContain('disk');
      }
      expect((await gateway.query(null, '{ banks { id } }')).errors).toEqual([]);
    });

    expect(await audit.events()).toEqual([]);
  });

  test('does not change the refusal of an invalid token', async () => {
    await whileUnavailable(async () => {
      const { status, data } = await gateway.query('no-token', customerDocument, ofCustomer(world));

      expect([401, 503]).toContain(status);
      expect(data).toBeNull();
    });
  });

  test('fails mutations and rolls them back', async () => {
    const officer = await userWith('CanCreateCustomerAddress');
    const before = await stored();
    await whileUnavailable(async () => {
      const variables = { ...ofCustomer(world), input };
      const responses = await Promise.all([1, 2, 3].map(() => gateway.query(officer.token, create, variables)));

      for (const { data, errors } of responses) expect({ data, errors }).toEqual({ data: null, errors: unavailable });
      expect(await stored()).toEqual(before);
    });
  });

  test('leaves no gap in the chain once it is available again', async () => {
    const officer = await userWith('CanCreateCustomerAddress', 'CanGetCustomer', 'CanGetCustomerAddress');
    const variables = { ...ofCustomer(world), input };
    const all = () =>
      Promise.all([
        ...[1, 2, 3].map(() => gateway.query(officer.token, create, variables)),
        ...[1, 2, 3].map(() => gateway.query(officer.token, customerDocument, ofCustomer(world))),
      ]);
    await whileUnavailable(async () => {
      for (const { errors } of await all()) expect(errors).toEqual(unavailable);
    });

    for (const { errors } of await all()) expect(errors).toEqual([]);

    const succeeded = (await audit.events()).filter(({ outcome }) => outcome === 'SUCCEEDED');
    // Three queries, three mutations, and three reads of their payloads.
    expect(succeeded).toHaveLength(9);
    await expectNoGap(gateway, () => gateway.query(officer.token, customerDocument, ofCustomer(world)));
  });
});

/** The schema with a `Query.customer` that returns its value after a delay. */
async function slowSchema(milliseconds: number): Promise<GraphQLSchema> {
  const schema = await gatewaySchema();
  const field = schema.getQueryType()?.getFields().customer;
  const resolve = field?.resolve;
  if (field === undefined || resolve == null) throw new Error('There is no Query.customer.');
  field.resolve = async (...parameters) => {
    const value: unknown = await resolve(...parameters);
    await sleep(milliseconds);
    return value;
  };
  return schema;
}

describe('the audit event of an operation without a response', () => {
  let slow: Gateway;
  let slowWorld: World;
  let slowAudit: AuditReader;
  let reader: { id: string; token: string };
  beforeAll(async () => {
    slow = await startGateway({ schema: await slowSchema(1_500), environment: { GATEWAY_OPERATION_TIMEOUT: '1s' } });
    slowWorld = await insertEveryEntity(slow);
    reader = await slow.createUser({
      roles: [
        ['CanGetCustomer', slowWorld.bankId],
        ['CanCreateCustomerAddress', slowWorld.bankId],
      ],
    });
    slowAudit = auditReader(slow.database);
  });
  beforeEach(() => slowAudit.skipExisting());
  afterAll(() => slow.stop());

  const failed = (error: string) => ({
    kind: 'READ',
    outcome: 'FAILED',
    bankId: slowWorld.bankId,
    customerIds: [slowWorld.customerId],
    userId: reader.id,
    fieldsReturned: [],
    fieldsFailed: ['Query.customer'],
    errors: [error],
  });

  test('contains the error OPERATION_TIMED_OUT after the deadline', async () => {
    const { data, errors } = await slow.query(reader.token, customerDocument, ofCustomer(slowWorld));

    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    expect(await slowAudit.events()).toMatchObject([failed('OPERATION_TIMED_OUT')]);
  });

  test('contains the error CLIENT_DISCONNECTED if the client has closed the connection', async () => {
    const client = new AbortController();
    const response = fetch(`${slow.url}/graphql`, {
      method: 'POST',
      signal: client.signal,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${reader.token}`,
        'x-request-id': `disconnected-${randomUUID()}`,
      },
      body: JSON.stringify({ query: customerDocument, variables: ofCustomer(slowWorld) }),
    });
    setTimeout(() => client.abort(), 300);
    await expect(response).rejects.toThrow();

    await expect.poll(() => slowAudit.events()).toMatchObject([failed('CLIENT_DISCONNECTED')]);
  });
});
