/** Prepared reads that are asked for in one turn: sent together, and answered as if each had been sent alone. */
import { asc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';
import { statement, type Values } from '../../src/database/statement.ts';
import { account } from '../../src/domain/account/account.table.ts';
import { customerAddress } from '../../src/domain/address/address.table.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { kycCheck } from '../../src/domain/kyc/kyc-check.table.ts';
import { kycDocument } from '../../src/domain/kyc/kyc-document.table.ts';
import { meeting } from '../../src/domain/meeting/meeting.table.ts';
import { customerMessage } from '../../src/domain/message/message.table.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { insertCustomer } from '../support/rows.ts';
import { insertWholeCustomers } from '../support/whole-customer.ts';

const bankId = 'gh.29.uk';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await insertWholeCustomers(gateway.database, 3, { bankId });
  const odd = { legalName: 'Zoë "O’Neil"\n\\ 東京 \u0001', dobOfDependants: ['0001-01-01', '2020-02-29'] };
  await insertCustomer(gateway.database, { bankId, ...odd, createdAt: new Date('0001-01-01T00:00:00.007Z') });
  await gateway.database.transaction(async (transaction) => {
    await transaction.insert(account).values({
      bankId,
      id: 'of-exact-money',
      balanceCurrency: 'EUR',
      balanceAmount: '12345678901234567890.10',
      createdAt: new Date('9999-12-31T23:59:59.999Z'),
      updatedAt: new Date('2026-11-21T03:04:05.678Z'),
    });
  });
});

afterAll(() => gateway.stop());

function prepareAll(table: SQLiteTable & { id: SQLiteColumn }) {
  const select = statement<Record<string, unknown>[]>((queries) => queries.select().from(table).orderBy(asc(table.id)));
  return () => select(gateway.database);
}

function prepareBank(select: Record<string, SQL.Aliased>) {
  const selectBank = statement<Record<string, unknown>[]>((queries) =>
    queries
      .select(select)
      .from(bank)
      .where(eq(bank.id, sql.placeholder('id'))),
  );
  return (values: Values) => selectBank(gateway.database, values);
}

test('all values of all columns are the same, in one round trip', async () => {
  const reads = [customer, account, customerAddress, kycCheck, kycDocument, meeting, customerMessage].map(prepareAll);
  const alone: Record<string, unknown>[][] = [];
  for (const read of reads) alone.push(await read());
  const before = { ...gateway.database.statistics };

  const together = await Promise.all(reads.map((read) => read()));

  expect(together).toEqual(alone);
  expect(gateway.database.statistics).toEqual({
    statements: before.statements + reads.length,
    roundTrips: before.roundTrips + 1,
  });
  expect(together[0]).toHaveLength(4);
  expect(Object.keys(together[0]?.[0] ?? {})).toEqual(Object.keys(getTableColumns(customer)));
  expect(together[1]?.find(({ id }) => id === 'of-exact-money')).toMatchObject({
    balanceAmount: '12345678901234567890.10',
    createdAt: new Date('9999-12-31T23:59:59.999Z'),
  });
});

test('each has the values of its own placeholders, also when one is asked for twice', async () => {
  const values = prepareBank({ id: sql`${bank.id}`.as('id'), given: sql`${sql.placeholder('given')}`.as('given') });
  const other = prepareBank({ other: sql`${sql.placeholder('given')}`.as('other') });

  const rows = await Promise.all([
    values({ id: bankId, given: 'a' }),
    other({ id: bankId, given: 'b' }),
    values({ id: bankId, given: 'c' }),
    other({ id: 'no.such.bank', given: 'd' }),
  ]);

  expect(rows).toEqual([[{ id: bankId, given: 'a' }], [{ other: 'b' }], [{ id: bankId, given: 'c' }], []]);
});

test('what fails costs the others nothing', async () => {
  const parsed =
    dialectUnderTest === 'sqlite'
      ? sql`json(${sql.placeholder('given')})`
      : sql`(${sql.placeholder('given')}::json)::text`;
  const failing = prepareBank({ parsed: parsed.as('parsed') });
  const good = prepareBank({ id: sql`${bank.id}`.as('id') });

  const [refused, given, parsedWell] = await Promise.allSettled([
    failing({ id: bankId, given: 'no JSON' }),
    good({ id: bankId }),
    failing({ id: bankId, given: '[1]' }),
  ]);

  expect(refused.status).toBe('rejected');
  expect(given).toEqual({ status: 'fulfilled', value: [{ id: bankId }] });
  expect(parsedWell).toEqual({ status: 'fulfilled', value: [{ parsed: '[1]' }] });
});

test('more sets of statements than are kept as one statement are answered all the same', async () => {
  const reads = Array.from({ length: 16 }, (_, index) =>
    prepareBank({ number: sql`${sql.raw(`${index}`)}`.as('number') }),
  );
  const before = gateway.database.statistics.roundTrips;
  let sets = 0;

  for (const [one, first] of reads.entries()) {
    for (const [other, second] of reads.entries()) {
      if (one === other) continue;
      sets += 1;
      const rows = await Promise.all([first({ id: bankId }), second({ id: bankId })]);
      expect(rows).toEqual([[{ number: one }], [{ number: other }]]);
    }
  }

  expect(gateway.database.statistics.roundTrips - before).toBe(sets);
});

test('what is asked for when the database is closed is refused, and nothing else happens', async () => {
  const opened = await openDatabase(gateway.config.databaseUrl, { migrate: false });
  const ids = statement((queries) => queries.select({ id: bank.id }).from(bank));
  const names = statement((queries) => queries.select({ name: bank.shortName }).from(bank));
  await Promise.all([ids(opened), names(opened)]);
  await opened.close();

  const outcomes = await Promise.allSettled([ids(opened), names(opened)]);

  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
