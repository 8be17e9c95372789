import { asc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

function readOfAll(table: SQLiteTable & { id: SQLiteColumn }) {
  const select = statement<Record<string, unknown>[]>((queries) => queries.select().from(table).orderBy(asc(table.id)));
  return () => select(gateway.database);
}

function readOfBank(select: Record<string, SQL.Aliased>) {
  const selectBank = statement<Record<string, unknown>[]>((queries) =>
    queries
      .select(select)
      .from(bank)
      .where(eq(bank.id, sql.placeholder('id'))),
  );
  return (values: Values) => selectBank(gateway.database, values);
}

describe('reads of the same tick', () => {
  test('return the same values of all columns as alone, in one round trip', async () => {
    const reads = [customer, account, customerAddress, kycCheck, kycDocument, meeting, customerMessage].map(readOfAll);
    const alone: Record<string, unknown>[][] = [];
    for (const read of reads) alone.push(await read());
    const before = { ...gateway.database.statistics };

    const together = await Promise.all(reads.map((read) => read()));

    expect(together).toEqual(alone);
    expect(gateway.database.statistics).toMatchObject({
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

  test('use the values of their own placeholders, even if a statement is requested twice', async () => {
    const values = readOfBank({ id: sql`${bank.id}`.as('id'), text: sql`${sql.placeholder('text')}`.as('text') });
    const other = readOfBank({ other: sql`${sql.placeholder('text')}`.as('other') });

    const rows = await Promise.all([
      values({ id: bankId, text: 'a' }),
      other({ id: bankId, text: 'b' }),
      values({ id: bankId, text: 'c' }),
      other({ id: 'no.such.bank', text: 'd' }),
    ]);

    expect(rows).toEqual([[{ id: bankId, text: 'a' }], [{ other: 'b' }], [{ id: bankId, text: 'c' }], []]);
  });

  test('succeed if another one fails', async () => {
    const parsed =
      dialectUnderTest === 'sqlite'
        ? sql`json(${sql.placeholder('text')})`
        : sql`(${sql.placeholder('text')}::json)::text`;
    const failing = readOfBank({ parsed: parsed.as('parsed') });
    const good = readOfBank({ id: sql`${bank.id}`.as('id') });

    const [failed, succeeded, parsedLater] = await Promise.allSettled([
      failing({ id: bankId, text: 'invalid JSON' }),
      good({ id: bankId }),
      failing({ id: bankId, text: '[1]' }),
    ]);

    expect(failed.status).toBe('rejected');
    expect(succeeded).toEqual({ status: 'fulfilled', value: [{ id: bankId }] });
    expect(parsedLater).toEqual({ status: 'fulfilled', value: [{ parsed: '[1]' }] });
  });

  test('succeed in more combinations than stay prepared', async () => {
    const reads = Array.from({ length: 16 }, (_, index) =>
      readOfBank({ number: sql`${sql.raw(`${index}`)}`.as('number') }),
    );
    const before = gateway.database.statistics.roundTrips;
    let combinations = 0;

    for (const [one, first] of reads.entries()) {
      for (const [other, second] of reads.entries()) {
        if (one === other) continue;
        combinations += 1;
        const rows = await Promise.all([first({ id: bankId }), second({ id: bankId })]);
        expect(rows).toEqual([[{ number: one }], [{ number: other }]]);
      }
    }

    expect(gateway.database.statistics.roundTrips - before).toBe(combinations);
  });

  test('fail if the database is closed', async () => {
    const opened = await openDatabase(gateway.config.databaseUrl, { migrate: 'never' });
    const ids = statement((queries) => queries.select({ id: bank.id }).from(bank));
    const names = statement((queries) => queries.select({ name: bank.shortName }).from(bank));
    await Promise.all([ids(opened), names(opened)]);
    await opened.close();

    const outcomes = await Promise.allSettled([ids(opened), names(opened)]);

    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
