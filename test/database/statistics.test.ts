/** The statistics of the planner after many rows were written. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { beforeEach, expect, test } from 'vitest';
import { fillColumns } from '../../src/cli/fill-columns.ts';
import { withDatabase } from '../../src/cli/running.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { generateCustomers } from '../../src/import/generate.ts';
import { importFiles } from '../../src/import/import.ts';
import { createMigratedDatabaseUrl, dialectUnderTest } from '../support/database-url.ts';
import { explain } from '../support/query-plans.ts';

const bankId = 'gh.29.uk';
let url: string;
let database: Database;
let folder: string;

beforeEach(async () => {
  const created = await createMigratedDatabaseUrl();
  url = created.url;
  database = await openDatabase(url);
  folder = await mkdtemp(join(tmpdir(), 'statistics-'));
  return async () => {
    await database.close();
    await created.drop();
    await rm(folder, { recursive: true });
  };
});

/** Imports customers with an attribute that all of them have and one that each has for itself. */
async function importCustomers(from: number, to: number): Promise<void> {
  const customers = Array.from({ length: to - from }, (_, index) => {
    const id = String(from + index);
    return {
      ...{ bank_id: bankId, customer_id: id, customer_number: id, legal_name: 'Ada', mobile_phone_number: '' },
      customer_attributes: [
        { customer_attribute_id: `s${id}`, name: 'SEGMENT', type: 'STRING', value: 'GOLD' },
        { customer_attribute_id: `t${id}`, name: 'SCORE', type: 'INTEGER', value: id },
      ],
    };
  });
  const file = join(folder, 'customers.json');
  await writeFile(file, JSON.stringify({ customers }));
  const report = await importFiles(database, [file]);
  expect(report.isWritten).toBe(true);
}

/** The number of rows that the planner expects for a condition on attributes. Null on SQLite. */
async function expectedRows(condition: string): Promise<number | null> {
  const statement = `select customer_id from customer_attribute where bank_id = '${bankId}' and ${condition}`;
  const [plan = ''] = await explain(url, [{ statement, parameters: [] }]);
  const [, rows] = /rows=(\d+)/.exec(plan) ?? [];
  return rows === undefined ? null : Number(rows);
}

async function execute(statement: string, values: string[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(statement, values)).rows;
  } finally {
    await client.end();
  }
}

/** How many times the statistics of a table were updated by a statement, so not by autovacuum. */
async function analyses(table: string): Promise<number> {
  const [row] = await execute('select pg_stat_get_analyze_count($1::regclass) as count', [table]);
  return Number(row?.count);
}

const isGold = `name = 'SEGMENT' and value_search = 'GOLD'`;
const isScore = `name = 'SCORE' and value_search = '7'`;

if (dialectUnderTest === 'sqlite') {
  test('an import makes no statistics, because all plans of SQLite are those without', async () => {
    await importCustomers(0, 100);

    expect(await explain(url, [{ statement: 'select name from sqlite_stat1', parameters: [] }]).catch(String)).toMatch(
      /no such table/,
    );
  });
}

if (dialectUnderTest === 'postgresql') {
  test('an import updates the statistics, so that frequent and rare attributes are planned differently', async () => {
    await importCustomers(0, 1_000);

    expect(await expectedRows(isGold)).toBeGreaterThan(500);
    expect(await expectedRows(isScore)).toBeLessThan(10);
  });

  test('an import updates the statistics only of tables of which it wrote a large part', async () => {
    await importCustomers(0, 1_000);
    const [before, untouched] = [await analyses('customer_attribute'), await analyses('kyc_check')];
    await importCustomers(1_000, 1_020);
    expect([await analyses('customer_attribute'), await analyses('kyc_check')]).toEqual([before, untouched]);

    await importCustomers(1_020, 1_400);
    expect([await analyses('customer_attribute'), await analyses('kyc_check')]).toEqual([before + 1, untouched]);
    expect([before, untouched]).toEqual([1, 0]);
  });

  test('generated customers have statistics', async () => {
    await generateCustomers(database, { count: 100, bankIds: [bankId] });

    expect(await analyses('customer_attribute')).toBe(1);
    expect(await analyses('kyc_check')).toBe(1);
  });

  test('an upgrade updates the statistics of the columns that it filled', async () => {
    await importCustomers(0, 1_000);
    await execute('update customer_attribute set value_order = null');
    await execute('analyze customer_attribute');
    const isInRange = `value_order >= E'SCORE\\u0001n' and value_order <= E'SCORE\\u0001o'`;
    expect(await expectedRows(isInRange)).toBeLessThan(10);

    await withDatabase({ databaseUrl: url, databaseOwnerUrl: null }, async () => undefined, { migrate: 'upgrade' });

    expect(await expectedRows(isInRange)).toBeGreaterThan(500);
    const count = await analyses('customer_attribute');
    await fillColumns(database);
    expect(await analyses('customer_attribute')).toBe(count);
  });
}
