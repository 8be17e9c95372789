/** The order of the attributes that an earlier version stored. */
import { asc } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';
import { AttributeType } from '../../src/domain/attribute/attribute-type.ts';
import { fillAttributeOrders } from '../../src/domain/customer/attribute-orders.ts';
import { derivedAttributeColumns } from '../../src/domain/customer/customer-attribute.rules.ts';
import { customerAttribute } from '../../src/domain/customer/customer-attribute.table.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { createFormerDatabase, type FormerDatabase } from '../support/former-database.ts';

const bankId = 'gh.29.uk';
const { STRING, INTEGER, DOUBLE, DATE_WITH_DAY } = AttributeType;
/** More than two batches. */
const many = 4_100;

const stored: [type: AttributeType, value: string][] = [
  [STRING, '42'],
  [INTEGER, '-0042'],
  [INTEGER, '9'.repeat(2_000)],
  [INTEGER, 'forty-two'],
  [DOUBLE, '4.2e1'],
  [DOUBLE, '4,2'],
  [DATE_WITH_DAY, '2012-04-23'],
  [DATE_WITH_DAY, '23 April 2012'],
  ...Array.from({ length: many }, (_, index): [AttributeType, string] => [INTEGER, String(index)]),
];
const idOf = (index: number) => `attribute-${String(index).padStart(5, '0')}`;

let former: FormerDatabase;

beforeAll(async () => {
  former = await createFormerDatabase('attribute_order');
  const now = dialectUnderTest === 'sqlite' ? Date.now() : new Date().toISOString();
  const insert = (table: string, row: Record<string, string | number>) =>
    former.execute(
      `insert into ${table} (${Object.keys(row)}) values (${Object.keys(row).map(() => '?')})`,
      Object.values(row),
    );
  const times = { created_at: now, updated_at: now };
  await insert('bank', { id: bankId, short_name: 'GH', full_name: 'GH', ...times });
  const names = { customer_number: '1', legal_name: 'Eve', legal_name_search: 'eve', mobile_phone_number: '1' };
  const others = { dob_of_dependants: '[]', last_ok_date_order: now, ...times };
  await insert('customer', { id: 'eve', bank_id: bankId, ...names, ...others });
  await former.execute('begin', []);
  for (const [index, [type, value]] of stored.entries()) {
    const of = { id: idOf(index), bank_id: bankId, customer_id: 'eve', name: 'A' };
    await insert('customer_attribute', { ...of, type, value, value_search: value.slice(0, 100), ...times });
  }
  await former.execute('commit', []);
}, 120_000);

afterAll(() => former.drop());

test('is filled in batches by processes that start together, and not again', async () => {
  const databases = [
    await openDatabase(former.url, { migrate: 'upgrade' }),
    await openDatabase(former.url, { migrate: 'upgrade' }),
  ];
  const [database] = databases;
  if (database === undefined) throw new Error('No database was opened.');
  await Promise.all(databases.map((database) => fillAttributeOrders(database)));

  const rows = await database.read.select().from(customerAttribute).orderBy(asc(customerAttribute.id));
  const filled = rows.map(({ valueOrder, version }) => ({ valueOrder, version }));
  expect(filled).toEqual(
    stored.map(([type, value]) => ({
      valueOrder: derivedAttributeColumns({ name: 'A', type, value }).valueOrder,
      version: 1,
    })),
  );
  expect(filled.slice(0, 8).map(({ valueOrder }) => valueOrder)).toEqual([
    null,
    expect.stringMatching('^A.n0'),
    expect.stringMatching('^A.n2'),
    'A\u0001',
    expect.stringMatching('^A.n2'),
    'A\u0001',
    'A\u0001d2012-04-23',
    'A\u0001',
  ]);

  let writes = 0;
  const counted = await openDatabase(former.url, {
    onStatement: (statement) => {
      if (statement.startsWith('update')) writes += 1;
    },
  });
  await fillAttributeOrders(counted);
  expect(writes).toBe(0);
  for (const open of [...databases, counted]) await open.close();
}, 120_000);
