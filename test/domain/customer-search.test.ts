/** Searches with thousands of matches: SQLite then scans the list in its order until a page is full. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertRows } from '../../src/database/insert-rows.ts';
import { frequentCandidates } from '../../src/database/search.ts';
import { AttributeType } from '../../src/domain/attribute/attribute-type.ts';
import { maxScannedRows } from '../../src/domain/customer/customer.list.ts';
import { derivedAttributeColumns } from '../../src/domain/customer/customer-attribute.rules.ts';
import { customerAttribute } from '../../src/domain/customer/customer-attribute.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { readPages } from '../support/paging.ts';
import { updateStatistics } from '../support/query-plans.ts';
import { insertCustomers } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'rs.31.de';
const many = frequentCandidates + 100;

let gateway: Gateway;
let clerk: TestUser;
let matching: { id: string; kycStatus: boolean; bankId: string }[];

beforeAll(async () => {
  // On a busy machine, searches of thousands of customers take longer than operations usually can.
  let databaseUrl = '';
  gateway = await startGateway({
    environment: { GATEWAY_OPERATION_TIMEOUT: '5m' },
    prepareDatabase: async (url) => {
      databaseUrl = url;
      return url;
    },
  });
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  const atBoth = [bankId, otherBankId].map((at): [role: 'CanGetCustomers', bankId: string] => ['CanGetCustomers', at]);
  const atAny = ['CanGetCustomersAtAnyBank', 'CanGetCustomerAttributesAtAnyBank'] as const;
  clerk = await gateway.createUser({ roles: [...atBoth, ...atAny.map((role): [typeof role, null] => [role, null])] });
  const rows = Array.from({ length: many + 300 }, (_, index) => ({
    // Every 17th customer does not match, and about 30 of the matching customers are at the other bank.
    bankId: index >= many && index % 10 === 0 ? otherBankId : bankId,
    legalName: index % 17 === 0 ? `Other ${index}` : `Maria Frequent ${index}`,
    mobilePhoneNumber: `+44 7972 ${String(100_000 + ((index * 7_919) % 900_000))}`,
    kycStatus: index % 3 === 0,
    // A shared address, such as that of a household or a branch.
    email: index % 17 === 0 ? null : 'Shared@example.com',
    lastOkDate: new Date(1_600_000_000_000 + ((index * 104_729) % 10_000) * 1_000),
  }));
  const inserted = await insertCustomers(gateway.database, rows);
  await insertSegments(inserted.filter(({ legalName }) => legalName.startsWith('Maria')));
  // Otherwise, the planner of PostgreSQL expects that few customers match, until autovacuum runs.
  await updateStatistics(databaseUrl);
  matching = inserted
    .filter(({ legalName }) => legalName.startsWith('Maria'))
    .sort((one, other) => Number(other.lastOkDate) - Number(one.lastOkDate) || (one.id < other.id ? 1 : -1))
    .map(({ id, kycStatus = false, bankId: at }) => ({ id, kycStatus, bankId: at }));
});

afterAll(() => gateway.stop());

/** Adds an attribute that all matching customers have, and another one with a different value. */
async function insertSegments(customers: { id: string; bankId: string }[]): Promise<void> {
  const now = new Date();
  const rows = customers.flatMap(({ id: customerId, bankId: at }) =>
    ['RETAIL', 'PREMIUM'].map((value) => {
      const name = value === 'RETAIL' ? 'SEGMENT' : 'FORMER_SEGMENT';
      const attribute = { name, type: AttributeType.STRING, value };
      const of = { id: randomUUID(), bankId: at, customerId };
      return { ...of, ...attribute, ...derivedAttributeColumns(attribute), createdAt: now, updatedAt: now };
    }),
  );
  await gateway.database.transaction((transaction) => insertRows(transaction, customerAttribute, rows));
}

async function idsOf(filter: string, at: string | null = bankId, pages = 3): Promise<string[]> {
  let read = 0;
  const field = at === null ? 'customersAtAnyBank(' : `customers(bankId: "${at}", `;
  const all = await readPages<{ id: string }>(
    async (after) => {
      read += 1;
      const response = await gateway.query(
        clerk.token,
        `query ($after: String) { list: ${field}first: 100, after: $after, filter: { ${filter} }) {
          nodes { id } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
      const { list } = response.data as { list: { pageInfo: { hasNextPage: boolean } } };
      if (read === pages) list.pageInfo.hasNextPage = false;
      return response;
    },
    ({ list }) => list,
  );
  return all.flat().map(({ id }) => id);
}

function expected(matches: (customer: (typeof matching)[number]) => boolean): string[] {
  return matching.filter(matches).map(({ id }) => id);
}

test('pages of a name that thousands of customers have follow the order of the list', async () => {
  const atBank = expected((customer) => customer.bankId === bankId);

  expect(await idsOf('legalNameContains: "maria  FREQ"')).toEqual(atBank.slice(0, 300));
});

test('pages of a phone pattern that thousands of customers match follow the order of the list', async () => {
  const ids = await idsOf('mobilePhoneNumber: "+44797%", legalNameContains: "frequent"');

  expect(ids).toEqual(expected((customer) => customer.bankId === bankId).slice(0, 300));
});

test.each([
  ['the beginning of a name', 'legalNameStartsWith: "Maria"'],
  ['an attribute', 'attributes: [{ name: "SEGMENT", value: "RETAIL" }]'],
  ['an email address', 'email: "shared@EXAMPLE.com"'],
  [
    'several conditions',
    'legalNameStartsWith: "maria f", attributes: [{ name: "SEGMENT", value: "RETAIL" }], email: "shared@example.com"',
  ],
])(
  'pages of %s that thousands of customers have follow the order of the list, at one bank and at all banks',
  async (_what, filter) => {
    const atBank = expected((customer) => customer.bankId === bankId);

    expect(await idsOf(filter)).toEqual(atBank.slice(0, 300));
    expect(await idsOf(filter, null)).toEqual(expected(() => true).slice(0, 300));
    expect(await idsOf(`${filter}, kycStatus: true`)).toEqual(
      expected((customer) => customer.bankId === bankId && customer.kycStatus).slice(0, 300),
    );
  },
);

test('a rare attribute is not found among thousands of customers with another value', async () => {
  expect(await idsOf('legalNameStartsWith: "maria", attributes: [{ name: "SEGMENT", value: "PREMIUM" }]')).toEqual([]);
});

test('customers with the same phone number are found by it', async () => {
  const numbered = 'numbered.bank';
  await gateway.createBank(numbered);
  const inserted = await insertCustomers(
    gateway.database,
    Array.from({ length: many }, (_, index) => ({
      bankId: numbered,
      mobilePhoneNumber: index % 5 === 0 ? '+44 7911 123456' : '+44 7911 654321',
      lastOkDate: new Date(1_600_000_000_000 + ((index * 104_729) % many) * 1_000),
    })),
  );
  const others = await insertCustomers(
    gateway.database,
    Array.from({ length: many }, () => ({ bankId: otherBankId, mobilePhoneNumber: '+44 7911 123456' })),
  );
  expect(others).toHaveLength(many);
  const reader = await gateway.createUser({ roles: [['CanGetCustomers', numbered]] });

  const { data } = await gateway.query<{ customers: { nodes: { id: string }[] } }>(
    reader.token,
    `{ customers(bankId: "${numbered}", first: 100, filter: { mobilePhoneNumber: "+447911123456" }) { nodes { id } } }`,
  );

  const byDate = inserted
    .filter(({ mobilePhoneNumber }) => mobilePhoneNumber === '+44 7911 123456')
    .sort((one, other) => Number(other.lastOkDate) - Number(one.lastOkDate));
  expect(data?.customers.nodes.map(({ id }) => id)).toEqual(byDate.slice(0, 100).map(({ id }) => id));
});

test('another condition applies in addition to the search', async () => {
  const ids = await idsOf('legalNameContains: "maria", kycStatus: true');

  expect(ids).toEqual(expected((customer) => customer.bankId === bankId && customer.kycStatus).slice(0, 300));
});

test('a search at all banks finds the customers of each bank', async () => {
  expect(await idsOf('legalNameContains: "maria"', null)).toEqual(expected(() => true).slice(0, 300));
});

test('a search at a bank with few matches finds all of them', async () => {
  const ofOther = expected((customer) => customer.bankId === otherBankId);
  expect(ofOther.length).toBeGreaterThan(20);

  expect(await idsOf('legalNameContains: "maria"', otherBankId)).toEqual(ofOther);
});

test('matches after thousands of other customers are found', async () => {
  const wideBankId = 'wide.bank';
  await gateway.createBank(wideBankId);
  for (let first = 0; first <= maxScannedRows; first += 2_500) {
    const others = Array.from({ length: 2_500 }, () => ({ bankId: wideBankId, lastOkDate: new Date() }));
    await insertCustomers(gateway.database, others);
  }
  const names = Array.from({ length: 120 }, (_, index) => `Maria Frequent ${index}`);
  const late = await insertCustomers(
    gateway.database,
    names.map((legalName) => ({ bankId: wideBankId, legalName, mobilePhoneNumber: '+44 7900 000000' })),
  );
  const reader = await gateway.createUser({ roles: [['CanGetCustomers', wideBankId]] });

  const { data } = await gateway.query<{ customers: { totalCount: number; nodes: { id: string }[] } }>(
    reader.token,
    `{ customers(bankId: "${wideBankId}", first: 100, filter: { legalNameContains: "frequent" }) { totalCount nodes { id } } }`,
  );

  expect(data?.customers.totalCount).toBe(late.length);
  expect(new Set(data?.customers.nodes.map(({ id }) => id)).size).toBe(100);
  expect(late.map(({ id }) => id)).toEqual(expect.arrayContaining(data?.customers.nodes.map(({ id }) => id) ?? []));
});

test('the last page has the remaining customers', async () => {
  const atBank = expected((customer) => customer.bankId === bankId);
  const pages = Math.ceil(atBank.length / 100);

  const ids = await idsOf('legalNameContains: "maria"', bankId, pages + 1);

  expect(pages).toBeGreaterThan(frequentCandidates / 100);
  expect(ids).toEqual(atBank);
});
