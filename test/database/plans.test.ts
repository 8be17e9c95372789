import SqliteDatabase from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PageArguments } from '../../src/connection.ts';
import { type Context, createContext } from '../../src/context.ts';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { sqlitePath } from '../../src/database/sqlite.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { firehose } from '../../src/domain/customer/customer.firehose.ts';
import { customerPage } from '../../src/domain/customer/customer.list.ts';
import { CustomerSort, SortDirection, toCustomer } from '../../src/domain/customer/customer.type.ts';
import type { CustomerFilter } from '../../src/domain/customer/customer-filter.type.ts';
import { generateCustomers } from '../../src/import/generate.ts';
import { createDatabaseUrl, dialectUnderTest } from '../support/database-url.ts';
import { contextParts } from '../support/gateway.ts';

const bankId = 'gh.29.uk';

let databaseUrl: string;
let drop: () => Promise<void>;
let database: Database;
let context: Context;
let sent: { statement: string; parameters: unknown[] }[] = [];

beforeAll(async () => {
  ({ url: databaseUrl, drop } = await createDatabaseUrl());
  database = await openDatabase(databaseUrl, {
    onStatement: (statement, parameters) => sent.push({ statement, parameters }),
  });
  context = createContext(await contextParts(databaseUrl, database));
  await generateCustomers(database, { count: 2000, bankIds: [bankId] });
  await analyse();
});

afterAll(async () => {
  await database.close();
  await drop();
});

/** What operators leave to PostgreSQL's autovacuum. */
async function analyse(): Promise<void> {
  if (dialectUnderTest === 'sqlite') return;
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
}

/** Runs `work`, and asks the database how it comes to the rows of each statement that was sent. */
async function plansOf(work: () => Promise<unknown>): Promise<string[]> {
  sent = [];
  await work();
  const statements = sent;
  if (dialectUnderTest === 'sqlite') {
    const handle = new SqliteDatabase(sqlitePath(databaseUrl), { readonly: true });
    try {
      return statements.map(({ statement, parameters }) =>
        handle
          .prepare<unknown[], { detail: string }>(`explain query plan ${statement}`)
          .all(...parameters)
          .map(({ detail }) => detail)
          .join('\n'),
      );
    } finally {
      handle.close();
    }
  }
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    // Few rows may be read faster without an index: what is asked is whether there is one.
    await client.query('set enable_seqscan = off');
    const plans: string[] = [];
    for (const { statement, parameters } of statements) {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${statement}`, parameters);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    }
    return plans;
  } finally {
    await client.end();
  }
}

/** Reads all rows of a table: SQLite's SCAN without an index, PostgreSQL's Seq Scan. */
const fullScan =
  dialectUnderTest === 'sqlite' ? /SCAN (customer|customer_attribute)\b(?! USING)/ : /Seq Scan on customer/;

function page(filter: CustomerFilter, sortBy = CustomerSort.LAST_OK_DATE, ofBank: string | null = bankId) {
  const list = { field: 'Query.customers', bankId: ofBank, filter, sortBy, sortDirection: SortDirection.DESC };
  return async () => {
    const { totalCount, pageInfo } = await customerPage(context, list, new PageArguments(), toCustomer);
    await totalCount;
    return pageInfo;
  };
}

const filters: [name: string, filter: CustomerFilter][] = [
  ['no filter', {}],
  ['customerNumber', { customerNumber: '1' }],
  ['legalNameStartsWith', { legalNameStartsWith: 'eve' }],
  ['legalNameContains', { legalNameContains: 'eve' }],
  ['email', { email: 'eveline@example.com' }],
  ['mobilePhoneNumber', { mobilePhoneNumber: '+447972444876' }],
  ['a pattern of mobilePhoneNumber', { mobilePhoneNumber: '%381%' }],
  ['kycStatus', { kycStatus: true }],
  ['branchId', { branchId: 'DERBY6' }],
  ['createdFrom', { createdFrom: new Date(0) }],
  ['createdBefore', { createdBefore: new Date() }],
  ['lastOkFrom', { lastOkFrom: new Date(0) }],
  ['lastOkBefore', { lastOkBefore: new Date() }],
  ['attribute', { attribute: { name: 'SEGMENT', value: 'GOLD' } }],
  ['several filters', { kycStatus: true, mobilePhoneNumber: '%381%', createdFrom: new Date(0) }],
];

describe.each(filters)('a list of customers with %s', (_name, filter) => {
  test.each(Object.values(CustomerSort))('sorted by %s uses an index', async (sortBy) => {
    const plans = await plansOf(page(filter, sortBy));

    expect(plans).toHaveLength(2);
    for (const plan of plans) expect(plan).not.toMatch(fullScan);
  });

  test('of all banks uses an index', async () => {
    const [plan] = await plansOf(page(filter, CustomerSort.LAST_OK_DATE, null));

    expect(plan).not.toMatch(fullScan);
  });
});

test.each(['legalNameContains', 'mobilePhoneNumber'] as const)('%s is searched by the trigram index', async (name) => {
  const [plan] = await plansOf(page({ [name]: name === 'mobilePhoneNumber' ? '%381%' : 'eve' }));

  expect(plan).toMatch(dialectUnderTest === 'sqlite' ? /customer_search VIRTUAL TABLE INDEX/ : /_trigram/);
});

test.each([CustomerSort.LAST_OK_DATE, CustomerSort.CREATED, CustomerSort.CUSTOMER_NUMBER])(
  'a page of a bank’s customers by %s is read in the order of an index, without sorting',
  async (sortBy) => {
    const [plan] = await plansOf(page({}, sortBy));

    // PostgreSQL sorts rows with the same number by their ids, though there is one of each number only.
    expect(plan).not.toMatch(/TEMP B-TREE|(?<!Incremental )Sort {2}\(/);
  },
);

test('the firehose uses an index', async () => {
  const asked = { bankId, limit: 10, offset: 0, sortDirection: SortDirection.DESC, fromDate: null, toDate: null };
  const firehoseContext = { ...context, config: { ...context.config, customerFirehose: true } };

  const plans = [
    ...(await plansOf(() => firehose(firehoseContext, { ...asked, attributes: null }))),
    ...(await plansOf(() => firehose(firehoseContext, { ...asked, attributes: [{ name: 'SEGMENT', value: 'GOLD' }] }))),
  ];

  expect(plans).toHaveLength(2);
  for (const plan of plans) expect(plan).not.toMatch(fullScan);
});

test('a statement without an index is caught', async () => {
  const plans = await plansOf(async () => {
    await database.read.select().from(bank);
    sent = [{ statement: 'select * from customer where title = title', parameters: [] }];
  });

  expect(plans[0]).toMatch(fullScan);
});
