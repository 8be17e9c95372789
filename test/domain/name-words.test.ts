/** The folded words of names, and their index, also for customers that an earlier version stored. */
import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nameWords } from '../../src/base/name-folding.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { updateRows } from '../../src/database/write-row.ts';
import { derivedNameColumns } from '../../src/domain/customer/customer.rules.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { customerNameWord } from '../../src/domain/customer/customer-name-word.table.ts';
import { areNamesMissing, fillNameWords } from '../../src/domain/customer/name-words.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { createFormerDatabase, type FormerDatabase } from '../support/former-database.ts';
import { testEnvironment } from '../support/gateway.ts';
import { buildProgram, startProgram } from '../support/program.ts';
import { insertCustomer, insertCustomers } from '../support/rows.ts';

const bankId = 'gh.29.uk';
/** More than two batches. */
const former = Array.from({ length: 600 }, (_, index) => ({
  id: `former-${index}`,
  legalName: `José Müller ${index}`,
}));

let stored: FormerDatabase;
let database: Database;

beforeAll(async () => {
  stored = await createFormerDatabase('name_words');
  const now = dialectUnderTest === 'sqlite' ? Date.now() : new Date().toISOString();
  const insert = (table: string, row: Record<string, string | number>) =>
    stored.execute(
      `insert into ${table} (${Object.keys(row)}) values (${Object.keys(row).map(() => '?')})`,
      Object.values(row),
    );
  const times = { created_at: now, updated_at: now };
  await insert('bank', { id: bankId, short_name: 'GH', full_name: 'GH', ...times });
  await stored.execute('begin', []);
  for (const [index, { id, legalName }] of former.entries()) {
    const names = { legal_name: legalName, legal_name_search: legalName.toLowerCase(), mobile_phone_number: '1' };
    const others = { dob_of_dependants: '[]', last_ok_date_order: now, ...times };
    await insert('customer', { id, bank_id: bankId, customer_number: String(index), ...names, ...others });
  }
  await stored.execute('commit', []);
  database = await openDatabase(stored.url, { migrate: 'upgrade' });
});

afterAll(async () => {
  await database.close();
  await stored.drop();
});

/** The rows of the index for a customer. */
async function indexedWords(id: string): Promise<string[]> {
  const rows = await database.read
    .select({ words: customerNameWord.words })
    .from(customerNameWord)
    .innerJoin(customer, eq(customer.rowNumber, customerNameWord.rowNumber))
    .where(eq(customer.id, id))
    .orderBy(asc(customerNameWord.words));
  return rows.map(({ words }) => words);
}

describe('the index of the words of names', () => {
  test('has a row for each word, which follows changes of the name and the deletion of the customer', async () => {
    const { id, rowNumber } = await insertCustomer(database, { bankId, legalName: "José O'Brien" });
    expect(await indexedWords(id)).toEqual([
      'brien brien jose obrien',
      'jose brien jose obrien',
      'obrien brien jose obrien',
    ]);

    const rename = (legalName: string) =>
      database.transaction((transaction) =>
        updateRows(transaction, customer, {
          before: {},
          set: { legalName, ...derivedNameColumns(legalName) },
          where: eq(customer.id, id),
        }),
      );
    await rename('Müller');
    expect(await indexedWords(id)).toEqual(['muller muller']);
    await rename('😀');
    expect(await indexedWords(id)).toEqual([]);
    await rename('Weiß');
    expect(await indexedWords(id)).toEqual(['weiss weiss']);

    await database.transaction((transaction) => transaction.delete(customer).where(eq(customer.id, id)));
    const left = database.read.select().from(customerNameWord).where(eq(customerNameWord.rowNumber, rowNumber));
    expect(await left).toEqual([]);
  });

  test('has the words of all rows that one statement inserts', async () => {
    const rows = await insertCustomers(database, [
      { bankId, legalName: 'Ada' },
      { bankId, legalName: 'Grace Hopper' },
    ]);

    expect(await Promise.all(rows.map(({ id }) => indexedWords(id)))).toEqual([
      ['ada ada'],
      ['grace grace hopper', 'hopper grace hopper'],
    ]);
  });
});

describe('the words of names that an earlier version stored', () => {
  test('are filled by processes at the same time, which resume after a stop', async () => {
    const other = await openDatabase(stored.url);
    const stopped = new AbortController();
    await fillNameWords(database, { signal: stopped.signal, onFilled: () => stopped.abort() });
    expect(await areNamesMissing(database)).toBe(true);

    await Promise.all([fillNameWords(database), fillNameWords(other)]);
    await other.close();

    expect(await areNamesMissing(database)).toBe(false);
    const rows = await database.read.select().from(customer);
    for (const row of rows) expect(row.nameWords).toBe(nameWords(row.legalName));
    const byId = new Map(rows.map((row) => [row.id, row]));
    expect(former.map(({ id }) => byId.get(id)?.version)).toEqual(former.map(() => 1));
    expect(await indexedWords('former-7')).toEqual(['7 7 jose muller', 'jose 7 jose muller', 'muller 7 jose muller']);
  });

  test('are filled while serve serves, and by the next worker if one is killed', async () => {
    await buildProgram();
    await insertCustomers(
      database,
      Array.from({ length: 1_000 }, (_, index) => ({ bankId, legalName: `Zoë ${index}`, nameWords: null })),
    );
    const environment = testEnvironment(stored.url);
    const { program, match, ended } = await startProgram(
      ['serve', '--workers', '1'],
      /"worker":(\d+).*"msg":"listening"/,
      {
        environment,
      },
    );
    process.kill(Number(match[1]), 'SIGKILL');

    await expect.poll(() => areNamesMissing(database), { timeout: 60_000 }).toBe(false);
    program.kill('SIGTERM');
    expect(await ended).toBe(0);
    const [zoe] = await database.read.select().from(customer).where(eq(customer.legalName, 'Zoë 7'));
    expect(await indexedWords(zoe?.id ?? '')).toEqual(['7 7 zo7', 'zo7 7 zo7']);
  }, 120_000);
});
