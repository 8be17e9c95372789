import { asc, count, eq, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseLocalDate } from '../../src/base/dates.ts';
import { brokenRules } from '../../src/base/row-rule.ts';
import { parseAmount, parseCountryCode, parseEmailAddress, parseHttpsUrl, parseId } from '../../src/base/values.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { account } from '../../src/domain/account/account.table.ts';
import { accountAttribute } from '../../src/domain/account/account-attribute.table.ts';
import { accountHolder } from '../../src/domain/account/account-holder.table.ts';
import { accountRouting } from '../../src/domain/account/account-routing.table.ts';
import { customerAccountLink } from '../../src/domain/account/customer-account-link.table.ts';
import { customerAddress } from '../../src/domain/address/address.table.ts';
import { attributeDefinition } from '../../src/domain/attribute/attribute-definition.table.ts';
import { parseAttributeValue } from '../../src/domain/attribute/attribute-value.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { crmEvent } from '../../src/domain/crm-event/crm-event.table.ts';
import { customerRules, derivedColumns, neverOk } from '../../src/domain/customer/customer.rules.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { customerAttribute } from '../../src/domain/customer/customer-attribute.table.ts';
import { CustomerType } from '../../src/domain/customer/customer-type.ts';
import { customerLink } from '../../src/domain/customer-link/customer-link.table.ts';
import { kycCheck } from '../../src/domain/kyc/kyc-check.table.ts';
import { kycDocument } from '../../src/domain/kyc/kyc-document.table.ts';
import { kycMedia } from '../../src/domain/kyc/kyc-media.table.ts';
import { kycStatus } from '../../src/domain/kyc/kyc-status.table.ts';
import { meeting } from '../../src/domain/meeting/meeting.table.ts';
import { meetingInvitee } from '../../src/domain/meeting/meeting-invitee.table.ts';
import { customerMessage } from '../../src/domain/message/message.table.ts';
import { socialMediaHandle } from '../../src/domain/social-media-handle/social-media-handle.table.ts';
import { taxResidence } from '../../src/domain/tax-residence/tax-residence.table.ts';
import { user } from '../../src/domain/user/user.table.ts';
import { userCustomerLink } from '../../src/domain/user-customer-link/user-customer-link.table.ts';
import { BankInUse, generateCustomers } from '../../src/import/generate.ts';
import { iban } from '../../src/import/generated/accounts.ts';
import { generateBank, generatedBankIds } from '../../src/import/generated/bank.ts';
import { generateCustomer } from '../../src/import/generated/customer.ts';
import { createMigratedDatabaseUrl } from '../support/database-url.ts';

const customers = 260;
const progress: number[] = [];
let generated: { customers: number; rows: number };
let database: Database;
let other: Database;
const drops: (() => Promise<void>)[] = [];

async function openEmptyDatabase(): Promise<Database> {
  const { url, drop } = await createMigratedDatabaseUrl();
  drops.push(drop);
  return openDatabase(url);
}

beforeAll(async () => {
  database = await openEmptyDatabase();
  other = await openEmptyDatabase();
  generated = await generateCustomers(database, { count: customers, onProgress: (done) => progress.push(done) });
});

afterAll(async () => {
  await Promise.all([database?.close(), other?.close()]);
  await Promise.all(drops.map((drop) => drop()));
});

const childrenOfCustomer = {
  customerAddress,
  customerAttribute,
  customerAccountLink,
  customerLink,
  userCustomerLink,
  taxResidence,
  socialMediaHandle,
  kycStatus,
  kycCheck,
  kycDocument,
  kycMedia,
  meeting,
  customerMessage,
  crmEvent,
};
const others = { bank, attributeDefinition, user, customer, account, accountRouting, accountHolder, accountAttribute };
const allTables = { ...others, ...childrenOfCustomer, meetingInvitee };

function rowsOf(queries: Database, table: SQLiteTable, ...order: SQLiteColumn[]) {
  return queries.read
    .select()
    .from(table)
    .orderBy(...order.map((column) => asc(column)));
}

async function countOf(table: SQLiteTable): Promise<number> {
  const [row] = await database.read.select({ count: count() }).from(table);
  return Number(row?.count);
}

test('generateCustomers reports its progress and the number of rows', async () => {
  expect(progress.at(-1)).toBe(customers);
  expect(generated.customers).toBe(customers);
  const counts = await Promise.all(Object.values(allTables).map(countOf));
  expect(generated.rows).toBe(counts.reduce((sum, rows) => sum + rows, 0));
});

test.each(Object.entries(allTables))('generateCustomers writes rows of %s', async (_name, table) => {
  expect(await countOf(table)).toBeGreaterThan(0);
});

test('the same seed generates the same rows in another database', async () => {
  await generateCustomers(other, { count: customers, seed: 1 });
  for (const table of Object.values(allTables)) {
    const columns = Object.entries(table).flatMap(([name, column]) =>
      name === 'rowNumber' || typeof column !== 'object' ? [] : [column as SQLiteColumn],
    );
    expect(await rowsOf(other, table, ...columns)).toEqual(await rowsOf(database, table, ...columns));
  }
  const [first] = await rowsOf(database, customer, customer.rowNumber);
  const generatedCustomer = generateCustomer(generateBank(1, 'gh.29.uk', 0), 0).customers[0];
  expect(first).toMatchObject(generatedCustomer ?? {});
});

test('another seed generates other customers', () => {
  const [first, second] = [1, 2].map((seed) => generateCustomer(generateBank(seed, 'gh.29.uk', 0), 7).customers[0]);
  expect(first?.id).not.toBe(second?.id);
  expect(first?.mobilePhoneNumber).not.toBe(second?.mobilePhoneNumber);
});

test('generateCustomers fails with the IDs of banks in use, and writes nothing', async () => {
  const before = await countOf(bank);
  const generating = generateCustomers(database, { count: 1, bankIds: ['wb.42.nl', 'new.1', 'gh.29.uk'] });
  await expect(generating).rejects.toThrow(BankInUse);
  await expect(generating).rejects.toThrow('The banks gh.29.uk, wb.42.nl already have customers or accounts');
  expect(await countOf(bank)).toBe(before);
});

test('customers of other banks can be added with the same seed', async () => {
  await generateCustomers(other, { count: 5, bankIds: ['new.1', 'new.2'] });
  const rows = await other.read
    .select({ bankId: customer.bankId, count: count() })
    .from(customer)
    .where(sql`${customer.bankId} like 'new.%'`)
    .groupBy(customer.bankId)
    .orderBy(asc(customer.bankId));
  expect(rows.map(({ bankId, count }) => [bankId, Number(count)])).toEqual([
    ['new.1', 3],
    ['new.2', 2],
  ]);
});

describe('a generated customer', () => {
  test('belongs to one of the banks, which have equal numbers of customers', async () => {
    const rows = await database.read
      .select({ bankId: customer.bankId, count: count() })
      .from(customer)
      .groupBy(customer.bankId);
    expect(rows.map(({ bankId }) => bankId).sort()).toEqual([...generatedBankIds].sort());
    for (const row of rows) expect(Math.abs(Number(row.count) - customers / 3)).toBeLessThan(1);
  });

  test.each(Object.entries(childrenOfCustomer))('has %s rows at the bank of the customer', async (_name, table) => {
    const rows = await database.read
      .select({ bankOfCustomer: customer.bankId, bank: table.bankId })
      .from(table)
      .innerJoin(customer, eq(customer.id, table.customerId));
    expect(rows).toHaveLength(await countOf(table));
    for (const row of rows) expect(row.bank).toBe(row.bankOfCustomer);
  });

  test('has the newest KYC status of the timeline and the newest date that is ok', async () => {
    const timeline = await database.read.select().from(kycStatus).orderBy(asc(kycStatus.date));
    const rows = await database.read.select().from(customer);
    for (const row of rows) {
      const own = timeline.filter(({ customerId }) => customerId === row.id);
      expect(row.kycStatus).toBe(own.at(-1)?.ok ?? false);
      expect(row.lastOkDate).toEqual(own.findLast(({ ok }) => ok)?.date ?? null);
    }
    expect(new Set(rows.map((row) => row.kycStatus))).toEqual(new Set([true, false]));
    expect(rows.some((row) => row.lastOkDate === null)).toBe(true);
  });

  test('has consistent derived columns and values that the API accepts', async () => {
    for (const row of await database.read.select().from(customer)) {
      const { legalNameSearch, nameWords, mobilePhoneNumberE164, emailSearch } = derivedColumns(row);
      expect(row).toMatchObject({ legalNameSearch, nameWords, mobilePhoneNumberE164, emailSearch });
      expect(mobilePhoneNumberE164).not.toBeNull();
      expect(parseId(row.id)).toBe(row.id);
      if (row.email !== null) expect(parseEmailAddress(row.email)).toBe(row.email);
      const day = row.customerType === CustomerType.RETAIL ? row.dateOfBirth : row.incorporationDate;
      expect(parseLocalDate(day)).toBe(day);
      expect(brokenRules(customerRules, row)).toEqual([]);
      expect(row.dobOfDependants.map(parseLocalDate)).toEqual(row.dobOfDependants);
      expect(row.dependants ?? 0).toBe(row.dobOfDependants.length);
      expect(parseAmount(row.creditLimitAmount, row.creditLimitCurrency ?? '')).toBe(row.creditLimitAmount);
      if (row.lastOkDate !== null) expect(row.lastOkDateOrder).toEqual(row.lastOkDate);
    }
  });

  test('has one or two addresses and accounts, and two or three attributes that the bank defines', async () => {
    const of = async (table: typeof customerAddress | typeof customerAttribute | typeof customerAccountLink) => {
      const rows = await database.read.select({ count: count() }).from(table).groupBy(table.customerId);
      expect(rows).toHaveLength(customers);
      return [...new Set(rows.map((row) => Number(row.count)))].sort();
    };
    expect(await of(customerAddress)).toEqual([1, 2]);
    expect(await of(customerAttribute)).toEqual([2, 3]);
    expect(await of(customerAccountLink)).toEqual([1, 2]);
    for (const { countryCode } of await database.read.select().from(customerAddress)) parseCountryCode(countryCode);

    const definitions = await database.read.select().from(attributeDefinition);
    for (const { bankId, name, type, value } of await database.read.select().from(customerAttribute)) {
      const definition = definitions.find((candidate) => candidate.bankId === bankId && candidate.name === name);
      expect(definition?.type).toBe(type);
      expect(parseAttributeValue(type, value)).toBe(value);
    }
  });

  test('has accounts, users and media items that belong to no other customer', async () => {
    const media = await database.read
      .select({ document: kycDocument.customerId, own: kycMedia.customerId })
      .from(kycMedia)
      .innerJoin(
        kycDocument,
        sql`${kycDocument.id} = ${kycMedia.relatesToKycDocumentId} and ${kycDocument.customerId} = ${kycMedia.customerId}`,
      );
    expect(media).toHaveLength(await countOf(kycMedia));
    for (const { url } of await database.read.select().from(kycMedia)) expect(parseHttpsUrl(url)).toBe(url);

    const links = await database.read.select().from(userCustomerLink);
    expect(new Set(links.map(({ userId }) => userId)).size).toBe(links.length);
    expect(links.every(({ isActive }) => isActive)).toBe(true);
    expect(links.length).toBeLessThan(customers);
  });
});

test('a generated bank hides one attribute from the owners', async () => {
  const definitions = await database.read.select().from(attributeDefinition);
  for (const bankId of generatedBankIds) {
    const own = definitions.filter((definition) => definition.bankId === bankId);
    expect(own).toHaveLength(3);
    expect(own.filter(({ canBeSeenOnViews }) => !canBeSeenOnViews.includes('owner'))).toHaveLength(1);
  }
});

test('a generated account has routings and the number of its customer, and one of each customer has a contract', async () => {
  const accounts = await database.read.select().from(account);
  const attributes = await database.read.select().from(accountAttribute);
  const routings = await database.read.select().from(accountRouting);
  const linked = await database.read
    .select({ accountId: customerAccountLink.accountId, customerNumber: customer.customerNumber })
    .from(customerAccountLink)
    .innerJoin(customer, eq(customer.id, customerAccountLink.customerId));
  for (const { id, bankId, number, balanceAmount, balanceCurrency } of accounts) {
    expect(parseAmount(balanceAmount, balanceCurrency ?? '')).toBe(balanceAmount);
    const own = attributes.filter((attribute) => attribute.accountId === id && attribute.bankId === bankId);
    const customerNumber = linked.find(({ accountId }) => accountId === id)?.customerNumber;
    expect(own.find(({ name }) => name === 'customer_number')?.value).toBe(customerNumber);
    for (const { type, value } of own) expect(parseAttributeValue(type, value)).toBe(value);
    const addresses = routings.filter(({ accountId }) => accountId === id);
    expect(addresses.map(({ scheme }) => scheme).sort()).toEqual(['AccountNumber', 'IBAN']);
    expect(addresses.find(({ scheme }) => scheme === 'AccountNumber')?.address).toBe(number);
  }
  const contracts = attributes.filter(({ contractCode }) => contractCode !== null);
  expect(new Set(contracts.map(({ bankId, contractCode }) => `${bankId} ${contractCode}`)).size).toBe(customers);
});

test('iban computes the check digits of ISO 13616', () => {
  // Examples of the IBAN registry.
  expect(iban('GB', 'NWBK60161331926819')).toBe('GB29NWBK60161331926819');
  expect(iban('DE', '370400440532013000')).toBe('DE89370400440532013000');
  expect(iban('NL', 'ABNA0417164300')).toBe('NL91ABNA0417164300');
});

test('customers without an ok status come first in the order of lastOkDate', async () => {
  const rows = await database.read.select().from(customer).orderBy(asc(customer.lastOkDateOrder), asc(customer.id));
  const never = rows.filter(({ lastOkDate }) => lastOkDate === null).length;
  expect(never).toBeGreaterThan(0);
  expect(rows.slice(0, never).every(({ lastOkDate }) => lastOkDate === null)).toBe(true);
  expect(rows[0]?.lastOkDateOrder).toEqual(neverOk);
});
