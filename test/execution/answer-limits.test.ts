/** Limits of responses: objects, bytes, the length of lists, and the deadline while a response is completed. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  buildSchema,
  type GraphQLSchema,
  getNullableType,
  getOperationAST,
  isListType,
  isObjectType,
  parse,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertRows } from '../../src/database/insert-rows.ts';
import { maxStatementRows, readRows } from '../../src/database/loader.ts';
import { account } from '../../src/domain/account/account.table.ts';
import { accountHolder } from '../../src/domain/account/account-holder.table.ts';
import { accountRouting } from '../../src/domain/account/account-routing.table.ts';
import { AnswerMeter, defaultAnswerLimits, maxConfigurableObjects } from '../../src/execution/answer-meter.ts';
import { executePlan } from '../../src/execution/compiled.ts';
import { createDocumentCache } from '../../src/execution/document-cache.ts';
import { createPlans } from '../../src/execution/executor.ts';
import { interpreter } from '../../src/execution/interpreted.ts';
import { maxItemsOf } from '../../src/execution/max-items.ts';
import { gatewaySchema } from '../../src/schema.ts';
import { auditReader } from '../support/audit-events.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer, insertCustomerAddress, insertCustomerAttribute } from '../support/rows.ts';

const bankId = 'gh.29.uk';

/** Inserts accounts of a holder, each with this number of routings. */
async function insertAccounts({ database }: Gateway, userId: string, count: number, routingsOfEach: number) {
  const now = new Date();
  const times = { createdAt: now, updatedAt: now };
  const ids = Array.from({ length: count }, () => randomUUID());
  await database.transaction(async (transaction) => {
    const accounts = ids.map((id) => ({
      ...times,
      id,
      bankId,
      label: 'Account',
      productCode: 'CURRENT',
      branchId: '1',
      currency: 'EUR',
      balance: '0',
    }));
    await insertRows<typeof account>(transaction, account, accounts);
    await insertRows(
      transaction,
      accountHolder,
      ids.map((accountId) => ({ bankId, accountId, userId, createdAt: now })),
    );
    const routings = ids.flatMap((accountId) =>
      Array.from({ length: routingsOfEach }, (_, index) => ({
        bankId,
        accountId,
        scheme: `S${index}`,
        address: `${accountId}-${index}`,
        createdAt: now,
      })),
    );
    for (let from = 0; from < routings.length; from += 5_000) {
      await insertRows(transaction, accountRouting, routings.slice(from, from + 5_000));
    }
  });
}

describe.each(['compiled', 'interpreted'])('with %s execution', (execution) => {
  let gateway: Gateway;
  let customerId: string;
  let clerk: TestUser;
  let holder: TestUser;
  let lister: TestUser;

  beforeAll(async () => {
    gateway = await startGateway({
      environment: {
        GATEWAY_EXECUTION: execution,
        GATEWAY_MAX_ANSWER_OBJECTS: '2000',
        GATEWAY_MAX_ANSWER_BYTES: '100000',
      },
    });
    await gateway.createBank(bankId);
    customerId = (await insertCustomer(gateway.database, { bankId })).id;
    for (let index = 0; index < 60; index += 1) {
      await insertCustomerAttribute(gateway.database, {
        bankId,
        customerId,
        name: `N${index}`,
        value: 'v'.repeat(100),
      });
    }
    await insertCustomerAddress(gateway.database, { bankId, customerId });
    clerk = await gateway.createUser({
      roles: [
        ['CanGetCustomer', bankId],
        ['CanGetCustomerAddress', bankId],
        ['CanGetCustomerAttributesAtOneBank', bankId],
        ['CanCreateCustomerAddress', bankId],
      ],
    });
    holder = await gateway.createUser();
    lister = await gateway.createUser({
      roles: [
        ['CanGetCustomers', bankId],
        ['CanGetCrmEvents', bankId],
      ],
    });
    await insertAccounts(gateway, holder.id, 50, 30);
  });
  afterAll(() => gateway.stop());

  const tooLarge = (limit: number, detail: 'BYTES' | 'OBJECTS' = 'BYTES') => ({
    code: 'LIMIT_EXCEEDED',
    obpCode: null,
    key: 'ANSWER_TOO_LARGE',
    detail,
    limit,
  });
  const aliases = (count: number, selection: string) =>
    Array.from({ length: count }, (_, index) => `a${index}: ${selection}`).join(' ');

  test('an operation with too many objects is stopped and returns nothing', async () => {
    const query = `{ me { ${aliases(2, 'accounts { id routings { scheme } }')} } }`;
    const { status, data, errors } = await gateway.query(holder.token, query);
    expect({ status, data }).toEqual({ status: 400, data: null });
    expect(errors).toHaveLength(1);
    expect(errors[0]?.extensions).toEqual(tooLarge(2000, 'OBJECTS'));
  });

  test('an operation within the limits returns everything', async () => {
    const { data, errors } = await gateway.query(holder.token, '{ me { accounts { id routings { scheme } } } }');
    expect(errors).toEqual([]);
    expect(JSON.stringify(data).match(/scheme/g)).toHaveLength(1_500);
  });

  test('an operation with too many bytes is stopped, and recorded as failed', async () => {
    const audit = auditReader(gateway.database);
    await audit.skipExisting();
    const query = `query ($bankId: ID!, $customerId: ID!) {
      ${aliases(15, 'customerAttributes(bankId: $bankId, customerId: $customerId) { name value }')} }`;
    const { status, data, errors } = await gateway.query(clerk.token, query, { bankId, customerId });
    expect({ status, data }).toEqual({ status: 400, data: null });
    expect(errors.map(({ extensions }) => extensions)).toEqual([tooLarge(100_000)]);
    expect(await audit.events()).toMatchObject([
      { kind: 'READ', outcome: 'FAILED', fieldsReturned: [], errors: ['ANSWER_TOO_LARGE'] },
    ]);
  });

  test('a text of characters with three bytes each counts as it is written', async () => {
    const customer = await insertCustomer(gateway.database, { bankId });
    for (let index = 0; index < 45; index += 1) {
      await insertCustomerAttribute(gateway.database, {
        bankId,
        customerId: customer.id,
        name: `N${index}`,
        value: '語'.repeat(1000),
      });
    }
    const query = `query ($bankId: ID!, $customerId: ID!) {
      customerAttributes(bankId: $bankId, customerId: $customerId) { value } }`;
    const { status, data, errors } = await gateway.query(clerk.token, query, { bankId, customerId: customer.id });
    expect({ status, data }).toEqual({ status: 400, data: null });
    expect(errors.map(({ extensions }) => extensions)).toEqual([tooLarge(100_000)]);
  });

  test('a mutation whose result is too large is committed, and its selection alone is null', async () => {
    const audit = auditReader(gateway.database);
    await audit.skipExisting();
    const write = (name: string, selection: string) =>
      `${name}: createCustomerAddress(bankId: $bankId, customerId: $customerId, input: $input) { ${selection} }`;
    const big = `customer { ${aliases(15, 'attributes { name value }')} }`;
    const query = `mutation ($bankId: ID!, $customerId: ID!, $input: CustomerAddressInput!) {
      ${write('before', 'customerAddress { line1 }')} ${write('big', big)} ${write('after', 'customerAddress { line1 }')} }`;
    const input = { line1: 'No 1 the Road', city: 'Berlin', postcode: '13359', countryCode: 'DE' };
    const { status, data, errors } = await gateway.query(clerk.token, query, { bankId, customerId, input });
    expect(status).toBe(200);
    const stored = { customerAddress: { line1: 'No 1 the Road' } };
    expect(data).toEqual({ before: stored, big: null, after: stored });
    expect(errors).toMatchObject([
      { path: ['big'], extensions: { ...tooLarge(100_000), detail: 'COMMITTED', committed: true } },
    ]);
    const writes = (await audit.events()).filter(({ kind }) => kind === 'WRITE');
    expect(writes.map(({ outcome }) => outcome)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
    const addresses = await gateway.query(
      clerk.token,
      'query ($bankId: ID!, $customerId: ID!) { customerAddresses(bankId: $bankId, customerId: $customerId) { id } }',
      { bankId, customerId },
    );
    expect(addresses.data?.customerAddresses).toHaveLength(4);
  });

  test('the names of a document have a maximum length, because each object and error repeats them', async () => {
    const named = (name: string) => `{ ${name}: customers(bankId: "${bankId}") { nodes { id } } }`;
    const { errors } = await gateway.query(lister.token, named('a'.repeat(201)));
    expect(errors).toMatchObject([{ extensions: { key: 'NAME_TOO_LONG', limit: 200 } }]);
    expect((await gateway.query(lister.token, named('a'.repeat(200)))).errors).toEqual([]);
  });

  test('a list that is longer than its maximum fails by name, and the rest is returned', async () => {
    const rich = await gateway.createUser();
    await insertAccounts(gateway, rich.id, 501, 0);
    const { data, errors } = await gateway.query(rich.token, '{ me { username accounts { id } } }');
    expect(data).toEqual({ me: { username: rich.username, accounts: null } });
    expect(errors).toMatchObject([{ path: ['me', 'accounts'], extensions: { key: 'TOO_MANY_ITEMS', limit: 500 } }]);
  });

  test('stopped operations leave their slots to others', async () => {
    const query = `{ me { ${aliases(40, 'accounts { id routings { scheme } }')} } }`;
    const stopped = await Promise.all(Array.from({ length: 8 }, () => gateway.query(holder.token, query)));
    expect(stopped.map(({ status }) => status)).toEqual(Array(8).fill(400));
    const { errors } = await gateway.query(holder.token, '{ me { accounts { routings { scheme } } } }');
    expect(errors).toEqual([]);
  });
});

describe.each(['compiled', 'interpreted'])('a mutation that exceeds its deadline with %s execution', (execution) => {
  let gateway: Gateway;
  let customerId: string;
  let clerk: TestUser;
  beforeAll(async () => {
    const schema = await gatewaySchema();
    const payload = schema.getType('CustomerAddressPayload');
    const field = isObjectType(payload) ? payload.getFields().customer : undefined;
    const resolve = field?.resolve;
    if (field === undefined || resolve == null) throw new Error('There is no CustomerAddressPayload.customer.');
    field.resolve = async (...args) => {
      await sleep(1_500);
      return resolve(...args);
    };
    const environment = { GATEWAY_EXECUTION: execution, GATEWAY_OPERATION_TIMEOUT: '1s' };
    gateway = await startGateway({ schema, environment });
    await gateway.createBank(bankId);
    customerId = (await insertCustomer(gateway.database, { bankId })).id;
    const roles = ['CanGetCustomer', 'CanGetCustomerAddress', 'CanCreateCustomerAddress'] as const;
    clerk = await gateway.createUser({ roles: roles.map((role) => [role, bankId] as const) });
  });
  afterAll(() => gateway.stop());

  test('after its commit, returns null for its selection, and begins no further field', async () => {
    const audit = auditReader(gateway.database);
    await audit.skipExisting();
    const write = (name: string, selection: string) =>
      `${name}: createCustomerAddress(bankId: $bankId, customerId: $customerId, input: $input) { ${selection} }`;
    const query = `mutation ($bankId: ID!, $customerId: ID!, $input: CustomerAddressInput!) {
      ${write('before', 'customerAddress { line1 }')} ${write('slow', 'customer { id }')}
      ${write('after', 'customerAddress { line1 }')} }`;
    const input = { line1: 'No 1 the Road', city: 'Berlin', postcode: '13359', countryCode: 'DE' };
    const { status, data, errors } = await gateway.query(clerk.token, query, { bankId, customerId, input });
    expect(status).toBe(200);
    expect(data).toEqual({ before: { customerAddress: { line1: 'No 1 the Road' } }, slow: null, after: null });
    expect(errors.map(({ path, extensions }) => [path, extensions.key, extensions.committed])).toEqual([
      [['slow'], 'OPERATION_TIMED_OUT', true],
      [['after'], 'OPERATION_TIMED_OUT', undefined],
    ]);
    const outcomes = (await audit.events()).filter(({ kind }) => kind === 'WRITE').map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  });
});

describe('a list without resolver', () => {
  const schema = buildSchema('type Query { tags: [String!] }');

  test('is limited by both executors', async () => {
    const tags = Array.from({ length: 501 }, String);
    const field = schema.getQueryType()?.getFields().tags;
    if (field !== undefined) field.resolve = () => tags;
    for (const result of await resultsOf(schema, '{ tags }')) {
      expect(result.data).toEqual({ tags: null });
      expect(result.errors?.[0]?.message).toMatch(/at most 500/);
    }
  });
});

test('each list of the schema has a maximum', async () => {
  const unlimited: string[] = [];
  for (const type of Object.values((await gatewaySchema()).getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const isList = isListType(getNullableType(field.type));
      if (isList && !(maxItemsOf(field, type) <= maxConfigurableObjects)) unlimited.push(`${type}.${field.name}`);
    }
  }
  expect(unlimited).toEqual([]);
});

/** The results of compiled and of interpreted execution. */
function resultsOf(schema: GraphQLSchema, query: string, makeMeter = () => new AnswerMeter(defaultAnswerLimits)) {
  const document = parse(query);
  const operation = getOperationAST(document);
  if (operation == null) throw new Error('There is no operation.');
  const { planFor } = createPlans(schema, createDocumentCache());
  const meter = makeMeter();
  const contextValue = { answer: makeMeter() };
  return Promise.all([
    executePlan({ plan: planFor(document, operation, {}), context: { answer: meter }, variables: {}, meter }),
    interpreter(schema)({ document, operation, contextValue, variableValues: {} }),
  ]);
}

test('a mutation field or a query with too many errors is null, and other mutation fields are returned', async () => {
  const schema = buildSchema(`
    type Node { id: ID broken: String nodes: [Node] }
    type Query { node: Node }
    type Mutation { first: Node second: Node }`);
  const broken = () => {
    throw new Error('broken');
  };
  const node = { id: 'a', broken };
  const tree = { ...node, nodes: Array.from({ length: 101 }, () => ({ ...node, nodes: Array(100).fill(node) })) };
  for (const name of ['first', 'second']) {
    Object.assign(schema.getMutationType()?.getFields()[name] ?? {}, { resolve: () => tree });
  }
  Object.assign(schema.getQueryType()?.getFields().node ?? {}, { resolve: () => tree });
  const document = 'mutation { first { nodes { nodes { broken } } } second { id } }';
  for (const result of await resultsOf(schema, document)) {
    expect(result.data).toEqual({ first: null, second: { id: 'a' } });
    expect(result.errors).toMatchObject([
      { path: ['first'], extensions: { key: 'ANSWER_TOO_LARGE', committed: true } },
    ]);
  }
  for (const result of await resultsOf(schema, '{ node { nodes { nodes { broken } } } }')) {
    expect(result.data).toBeNull();
    expect(result.errors).toMatchObject([{ extensions: { key: 'ANSWER_TOO_LARGE', detail: 'ERRORS', limit: 10_000 } }]);
  }
});

describe('the deadline', () => {
  const types = `
    type Node { id: ID nodes: [Node] }
    type Query { nodes: [Node] }
    type Mutation { slow: Node after: Node }`;

  test('stops completion that never waits, and reads nothing more', async () => {
    const schema = buildSchema(types);
    let calls = 0;
    const nodes = () => {
      calls += 1;
      return Array.from({ length: 100 }, () => ({ id: 'a' }));
    };
    for (const type of [schema.getQueryType(), schema.getType('Node')]) {
      if (isObjectType(type)) Object.assign(type.getFields().nodes ?? {}, { resolve: nodes });
    }
    const late = () => new AnswerMeter(defaultAnswerLimits, { deadline: performance.now() + 20 });
    const results = await resultsOf(schema, '{ nodes { nodes { nodes { nodes { nodes { id } } } } } }', late);
    for (const result of results) {
      expect(result.data).toBeNull();
      expect(result.errors).toMatchObject([{ extensions: { key: /OPERATION_TIMED_OUT|ANSWER_TOO_LARGE/ } }]);
    }
    expect(calls).toBeLessThan(20_000);
  });

  test('makes the selection of a committed mutation null, and begins no further field', async () => {
    const schema = buildSchema(types);
    const fields = schema.getMutationType()?.getFields();
    const called: string[] = [];
    for (const name of ['slow', 'after']) {
      const resolve = async () => {
        called.push(name);
        await sleep(1_100);
        return { id: name };
      };
      Object.assign(fields?.[name] ?? {}, { resolve });
    }
    const late = () => new AnswerMeter(defaultAnswerLimits, { deadline: performance.now() + 1_000 });
    for (const result of await resultsOf(schema, 'mutation { slow { id } after { id } }', late)) {
      expect(result.data).toEqual({ slow: null, after: null });
      expect(result.errors?.map(({ path, extensions }) => [path, extensions.committed])).toEqual([
        [['slow'], true],
        [['after'], undefined],
      ]);
    }
    expect(called).toEqual(['slow', 'slow']);
  });
});

describe('readRows', () => {
  /** `perKey` rows of each key, at most as many as a statement returns. */
  function reader(perKey: number) {
    const lengths: number[] = [];
    return {
      lengths,
      async read(keys: readonly number[]) {
        const rows = keys.flatMap((key) => Array.from({ length: perKey }, (_, index) => ({ key, index })));
        lengths.push(keys.length);
        return rows.slice(0, maxStatementRows + 1);
      },
    };
  }
  const keys = Array.from({ length: 160 }, (_, index) => index);

  test('reads keys with few rows in one statement', async () => {
    const { read, lengths } = reader(5);
    expect(await readRows(new AnswerMeter(defaultAnswerLimits), keys, read)).toHaveLength(800);
    expect(lengths).toEqual([160]);
  });

  test('reads all rows of many keys, in parts', async () => {
    const { read } = reader(500);
    const rows = await readRows(new AnswerMeter(defaultAnswerLimits), keys, read);
    expect(rows.map(({ key }) => key)).toEqual(keys.flatMap((key) => Array(500).fill(key)));
  });

  test('stops when the operation has read too many', async () => {
    const { read, lengths } = reader(1_000);
    const reading = readRows(new AnswerMeter(defaultAnswerLimits), keys, read);
    await expect(reading).rejects.toMatchObject({ key: 'ANSWER_TOO_LARGE' });
    expect(lengths.length).toBeLessThan(160);
  });

  test('waits for a slot once the operation has become a large one', async () => {
    const { read } = reader(500);
    let slots = 0;
    const acquireSlot = async () => {
      slots += 1;
    };
    const meter = new AnswerMeter(defaultAnswerLimits, { acquireSlot });
    await readRows(meter, keys.slice(0, 4), read);
    expect(slots).toBe(0);
    await readRows(meter, keys, read);
    expect(slots).toBe(1);
  });
});

test('an export has at most 64 MiB of text, in bytes of UTF-8', () => {
  const megabyte = 2 ** 20;
  const addMessages = (text: string, count: number) => () => {
    const meter = new AnswerMeter(defaultAnswerLimits);
    for (let index = 0; index < count; index += 1) meter.addExported([{ id: '1', message: text }]);
  };
  const tooLarge = expect.objectContaining({
    key: 'ANSWER_TOO_LARGE',
    message: expect.stringContaining('An export must have at most 67,108,864 bytes.'),
  });

  expect(addMessages('x'.repeat(megabyte), 63)).not.toThrow();
  expect(addMessages('x'.repeat(megabyte), 64)).toThrow(tooLarge);
  // Each of these characters has three bytes.
  expect(addMessages('界'.repeat(megabyte), 21)).not.toThrow();
  expect(addMessages('界'.repeat(megabyte), 22)).toThrow(tooLarge);
});
