import { randomUUID } from 'node:crypto';
import { eq, SQL, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { maxShapes, statement, statementByShape } from '../../src/database/statement.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { insertCustomer } from '../support/rows.ts';

const bankId = 'gh.29.uk';

let gateway: Gateway;
let customerId: string;
let token: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  customerId = (await insertCustomer(gateway.database, { bankId, customerNumber: '7', branchId: 'b' })).id;
  const user = await gateway.createUser({
    roles: [
      ['CanGetCustomers', bankId],
      ['CanCreateCustomerAddress', bankId],
      ['CanUpdateCustomerAddress', bankId],
      ['CanDeleteCustomerAddress', bankId],
    ],
  });
  token = user.token;
});

afterEach(() => vi.restoreAllMocks());

afterAll(() => gateway.stop());

describe('statement', () => {
  test('is built once for each database and connection, and runs with the values of each call', async () => {
    let builds = 0;
    const find = statement((queries) => {
      builds += 1;
      return queries
        .select({ id: bank.id })
        .from(bank)
        .where(eq(bank.id, sql.placeholder('id')));
    });
    const { database } = gateway;
    const findInTransaction = (id: string) => database.transaction((transaction) => find(transaction, { id }));

    const inTransactions = [
      await findInTransaction(bankId),
      await findInTransaction('no.such.bank'),
      await findInTransaction(bankId),
    ];
    expect(inTransactions).toEqual([[{ id: bankId }], [], [{ id: bankId }]]);
    expect(builds).toBe(1);

    const onDatabase = [
      await find(database, { id: 'no.such.bank' }),
      await find(database, { id: bankId }),
      await findInTransaction(bankId),
    ];
    expect(onDatabase).toEqual([[], [{ id: bankId }], [{ id: bankId }]]);
    expect(builds).toBe(2);
  });

  test('builds no SQL for a mutation that has run before', async () => {
    const input = { line1: 'No 1 the Road', city: 'Berlin', postcode: '13359', countryCode: 'DE' };
    const parameters = '$bankId: ID!, $customerId: ID!';
    const ofCustomer = 'bankId: $bankId, customerId: $customerId';
    const create = `mutation (${parameters}, $input: CustomerAddressInput!, $key: String!) {
      createCustomerAddress(${ofCustomer}, input: $input, idempotencyKey: $key) { customerAddress { id } } }`;
    const change = `mutation (${parameters}, $id: ID!, $input: UpdateCustomerAddressInput!) {
      updateCustomerAddress(${ofCustomer}, id: $id, input: $input, expectedVersion: 1) { customerAddress { version } }
      deleteCustomerAddress(${ofCustomer}, id: $id) { customerAddress { version } } }`;
    const toQuery = vi.spyOn(SQL.prototype, 'toQuery');

    async function buildsOfRound(): Promise<number> {
      toQuery.mockClear();
      const ids = { bankId, customerId };
      const created = await gateway.query<{ createCustomerAddress: { customerAddress: { id: string } } }>(
        token,
        create,
        { ...ids, input, key: randomUUID() },
      );
      const id = created.data?.createCustomerAddress.customerAddress.id;
      const { data } = await gateway.query(token, change, { ...ids, id, input });
      expect(data).toEqual({
        updateCustomerAddress: { customerAddress: { version: 2 } },
        deleteCustomerAddress: { customerAddress: { version: 2 } },
      });
      return toQuery.mock.calls.length;
    }
    const counts: number[] = [];
    for (let round = 0; round < 5; round += 1) counts.push(await buildsOfRound());

    expect(counts[0]).toBeGreaterThan(5);
    // A background task of the gateway might take a connection of PostgreSQL, on which the statement is then new.
    expect(Math.min(...counts.slice(1))).toBe(0);
  });
});

describe('statementByShape', () => {
  /** Selects the shape, and records that it was built. */
  function selectShape(builds: string[]) {
    return statementByShape(String, (queries, shape: string) => {
      builds.push(shape);
      return queries.select({ shape: sql<string>`${sql.raw(`'${shape}'`)}`.as('shape') }).from(bank);
    });
  }

  test('is built once while its shape is used, and again after it was evicted', async () => {
    const { database } = gateway;
    const builds: string[] = [];
    const select = selectShape(builds);
    const run = async (shape: string) => expect(await select(database, shape)).toEqual([{ shape }]);

    await run('rare');
    for (let index = 0; index < maxShapes; index += 1) await Promise.all([run('frequent'), run(`other ${index}`)]);
    await run('frequent');
    await run('rare');

    expect(builds.filter((shape) => shape === 'frequent')).toHaveLength(1);
    expect(builds.filter((shape) => shape === 'rare')).toHaveLength(2);
  });

  test('distinguishes statements whose shapes have the same key', async () => {
    const { database } = gateway;
    const [one, other] = [selectShape([]), statementByShape(String, (queries) => queries.select().from(bank))];

    expect(await one(database, 'key')).toEqual([{ shape: 'key' }]);
    expect(await other(database, 'key')).toMatchObject([{ id: bankId }]);
    expect(await one(database, 'key')).toEqual([{ shape: 'key' }]);
  });

  test('is built separately for a database and for transactions', async () => {
    const { database } = gateway;
    const builds: string[] = [];
    const select = selectShape(builds);

    for (let round = 0; round < 2; round += 1) {
      expect(await select(database, 'a')).toEqual([{ shape: 'a' }]);
      expect(await database.transaction((transaction) => select(transaction, 'a'))).toEqual([{ shape: 'a' }]);
    }

    expect(builds).toEqual(['a', 'a']);
  });
});

describe('filters of customers', () => {
  /** Conditions that the customer meets. Each subset of them is a shape. */
  const filters: [string, unknown][] = [
    ['customerNumber', '7'],
    ['legalNameStartsWith', 'Evel'],
    ['legalNameContains', 'Tripman'],
    ['email', 'eveline@example.com'],
    ['mobilePhoneNumber', '+447972444876'],
    ['branchId', 'b'],
    ['createdFrom', '2020-01-01T00:00:00Z'],
    ['createdBefore', '2100-01-01T00:00:00Z'],
  ];
  const query = `query ($bankId: ID!, $filter: CustomerFilter, $sortBy: CustomerSort, $sortDirection: SortDirection) {
    customers(bankId: $bankId, filter: $filter, sortBy: $sortBy, sortDirection: $sortDirection) {
      totalCount nodes { customerNumber } } }`;

  async function queryShapes(count: number): Promise<void> {
    for (let shape = 0; shape < count; shape += 1) {
      const filter = Object.fromEntries(filters.filter((_, index) => (shape >> index) % 2 === 1));
      for (const sortBy of ['CREATED', 'CUSTOMER_NUMBER']) {
        const { data, errors } = await gateway.query(token, query, { bankId, filter, sortBy, sortDirection: 'ASC' });
        expect(errors).toEqual([]);
        expect(data).toEqual({ customers: { totalCount: 1, nodes: [{ customerNumber: '7' }] } });
      }
    }
  }

  test('work in any number of combinations, of which a bounded number stays prepared', async () => {
    await queryShapes(2 ** filters.length);
    // Their statements were evicted.
    await queryShapes(10);
    if (dialectUnderTest !== 'postgresql') return;
    const counts = await Promise.all(
      Array.from({ length: 10 }, () =>
        gateway.database.transaction(async (transaction) =>
          transaction.select({ total: sql<number>`count(*)::int` }).from(sql`pg_prepared_statements`),
        ),
      ),
    );
    // A connection also has a few dozen prepared statements without shapes.
    for (const [counted] of counts) expect(counted?.total).toBeLessThan(maxShapes + 200);
  }, 120_000);
});
