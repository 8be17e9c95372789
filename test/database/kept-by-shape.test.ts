/** What is kept for each shape of a request: never more than a fixed number, in the process and on connections. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keptByShape, maxKeptShapes } from '../../src/database/kept-by-shape.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { insertCustomer } from '../support/rows.ts';

describe('keptByShape', () => {
  test('makes a value once as long as it is used, and again after it was evicted', () => {
    const made: string[] = [];
    const kept = keptByShape<string>();
    const make = (key: string) =>
      kept(key, () => {
        made.push(key);
        return key;
      });
    make('rare');
    for (let index = 0; index < maxKeptShapes; index += 1) {
      make('frequent');
      make(`other ${index}`);
    }
    make('frequent');
    make('rare');
    expect(made.filter((key) => key === 'frequent')).toHaveLength(1);
    expect(made.filter((key) => key === 'rare')).toHaveLength(2);
  });

  test('tells kinds apart', () => {
    const [one, other] = [keptByShape<number>(), keptByShape<number>()];
    expect([one('key', () => 1), other('key', () => 2), one('key', () => 3)]).toEqual([1, 2, 1]);
  });
});

describe('filters of customers', () => {
  const bankId = 'gh.29.uk';
  let gateway: Gateway;
  let token: string;
  beforeAll(async () => {
    gateway = await startGateway();
    await gateway.createBank(bankId);
    await insertCustomer(gateway.database, { bankId, customerNumber: '7', branchId: 'b' });
    token = (await gateway.createUser({ roles: [['CanGetCustomers', bankId]] })).token;
  });
  afterAll(() => gateway.stop());

  /** What every customer of the test has; each subset of it is a shape. */
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

  async function ask(shapes: number): Promise<void> {
    for (let shape = 0; shape < shapes; shape += 1) {
      const filter = Object.fromEntries(filters.filter((_, index) => (shape >> index) % 2 === 1));
      for (const sortBy of ['CREATED', 'CUSTOMER_NUMBER']) {
        const { data, errors } = await gateway.query(token, query, { bankId, filter, sortBy, sortDirection: 'ASC' });
        expect(errors).toEqual([]);
        expect(data).toEqual({ customers: { totalCount: 1, nodes: [{ customerNumber: '7' }] } });
      }
    }
  }

  test('of any number are answered, and leave no more prepared statements than are kept', async () => {
    await ask(2 ** filters.length);
    // Of those that were dropped.
    await ask(10);
    if (dialectUnderTest !== 'postgresql') return;
    const counts = await Promise.all(
      Array.from({ length: 10 }, () =>
        gateway.database.transaction(async (transaction) =>
          transaction.select({ total: sql<number>`count(*)::int` }).from(sql`pg_prepared_statements`),
        ),
      ),
    );
    // Those of no shape are a few dozen.
    for (const [counted] of counts) expect(counted?.total).toBeLessThan(maxKeptShapes + 200);
  }, 120_000);
});
