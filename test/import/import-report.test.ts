import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { importFiles } from '../../src/import/import.ts';
import { type ImportReport, renderDifference, renderProblem, renderReport } from '../../src/import/report.ts';
import { createMigratedDatabaseUrl } from '../support/database-url.ts';

let database: Database;
let drop: () => Promise<void>;
let folder: string;
let bankId: string;

beforeAll(async () => {
  const created = await createMigratedDatabaseUrl();
  drop = created.drop;
  database = await openDatabase(created.url);
});

afterAll(async () => {
  await database.close();
  await drop();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-report-'));
  bankId = `bank-${randomUUID()}`;
  return () => rm(folder, { recursive: true });
});

/** Imports files. Returns the report, and the problems and differences without the folder. */
async function importing(files: Record<string, string>): Promise<{ report: ImportReport; lines: string[] }> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const lines: string[] = [];
  const add = (line: string) => lines.push(line.replaceAll(`${folder}/`, ''));
  const paths = Object.keys(files).map((name) => join(folder, name));
  const report = await importFiles(
    database,
    paths,
    { bankId },
    {
      onProblem: (problem) => add(renderProblem(problem)),
      onDifference: (difference) => add(renderDifference(difference)),
    },
  );
  return { report, lines };
}

let lastNumber = 0;

function record(values: Record<string, unknown> = {}) {
  lastNumber += 1;
  return {
    customer_id: randomUUID(),
    customer_number: String(lastNumber),
    legal_name: 'Ada Lovelace',
    mobile_phone_number: '+44 7400 123456',
    ...values,
  };
}

async function storedCustomer(id: string) {
  const [row] = await database.read.select().from(customer).where(eq(customer.id, id));
  return row;
}

describe('the place of a problem', () => {
  test('is that of the invalid value, in a record of many lines', async () => {
    const records = Array.from({ length: 600 }, () => record());
    const attribute = { customer_attribute_id: randomUUID(), name: 'A', type: 'NUMBER', value: '1' };
    records[400] = record({ email: 'ada@', credit_limit: { currency: 'GBR', amount: '1' } });
    records[500] = record({ customer_attributes: [attribute] });
    const text = JSON.stringify({ customers: records }, null, 2);
    const lineOf = (search: string) => text.slice(0, text.indexOf(search)).split('\n').length;

    const { lines } = await importing({ 'customers.json': text });
    expect(lines).toEqual([
      `customers.json, line ${lineOf('"ada@"')}, column 16, customers[400]: customer email must be a valid email address`,
      `customers.json, line ${lineOf('"GBR"')}, column 21, customers[400]: customer credit_limit.currency must be an ISO 4217 currency code`,
      `customers.json, line ${lineOf('"GBR"') + 1}, column 19, customers[400]: customer credit_limit.amount must have an ISO 4217 currency code`,
      `customers.json, line ${lineOf('"NUMBER"')}, column 19, customers[500].customer_attributes[0]: customerAttribute type must be STRING, INTEGER, DOUBLE or DATE_WITH_DAY`,
    ]);
  });

  test('is that of the record if a required field is missing', async () => {
    const { legal_name: _name, ...nameless } = record();
    const { lines } = await importing({
      'customers.json': `{"customers": [${JSON.stringify(record())},\n  ${JSON.stringify(nameless)}]}`,
    });
    expect(lines).toEqual(['customers.json, line 2, column 3, customers[1]: customer legal_name is required']);
  });

  test('is that of the value if the problem is found by a comparison of records or with the database', async () => {
    const [ada, bea] = [record(), record()];
    const twice = { ...bea, customer_number: ada.customer_number };
    const list = `[\n${JSON.stringify(ada)},\n${JSON.stringify(twice, null, 1)}]`;
    expect((await importing({ 'twice.json': list })).lines).toEqual([
      'twice.json, line 5, column 21, [1]: customer customer_number must be unique at the bank, but is the same in twice.json, line 2, column 1, [0]',
    ]);
    await importing({ 'ada.json': JSON.stringify(ada) });
    const changed = JSON.stringify({ ...ada, legal_name: 'Ada King' });
    expect((await importing({ 'changed.ndjson': `{"customers":[${changed}]}\n{"customers":[]}\n` })).lines).toEqual([
      'changed.ndjson, line 1, column 15, customers[0]: customer exists with other values (legal_name)',
    ]);
  });

  test('is that of the fault if a file is not JSON', async () => {
    const lines = JSON.stringify([record(), record()], null, 2).split('\n');
    const text = lines.with(2, (lines[2] ?? '').replace(',', '')).join('\n');
    expect((await importing({ 'customers.json': text })).lines).toEqual([
      "customers.json, line 4, column 5, [0]: must be valid JSON, but ',' or '}' is missing after line 3",
    ]);
    const transactions = '{"transactions": [{"id": nul}], "customers": []}';
    expect((await importing({ 'sandbox.json': transactions })).lines).toEqual([
      'sandbox.json, line 1, column 26, transactions[0]: must be valid JSON, but contains an invalid value',
    ]);
  });
});

describe('the report', () => {
  test('names each field that is not imported once, with its count', async () => {
    const phone = { mobile_phone: '1', twitter: 'ada' };
    const customers = [
      record({ nickname: 'Ada', face_image: { url: 'www.example.com/ada.png', size: 3 } }),
      record({ nickname: null, customer_attributes: [{ name: 'A', type: 'STRING', value: '1', note: 'x' }] }),
    ];
    const meeting = {
      meeting_id: randomUUID(),
      provider_id: 'tokbox',
      purpose_id: 'onboarding',
      when: '2024-03-18T09:30:00Z',
      keys: { session_id: 'session', staff_token: '', customer_token: '' },
      creator: { name: 'Clara' },
      invitees: [{ contact_details: { name: 'Ada', ...phone }, status: 'accepted' }],
    };
    const { report, lines } = await importing({
      'customers.json': JSON.stringify({ customers, total: 2, 'red\u001B[31m': 1 }),
      'meeting.json': JSON.stringify(meeting),
    });
    expect(lines).toEqual([]);
    expect(report.isWritten).toBe(true);
    expect(Object.fromEntries(report.unreadFields)).toEqual({
      'customer.nickname': 2,
      'customer.face_image.size': 1,
      'customerAttribute.note': 1,
      total: 1,
      'red?[31m': 1,
      'meeting.keys.staff_token': 1,
      'meeting.keys.customer_token': 1,
      'meetingInvitee.contact_details.twitter': 1,
    });
    expect(renderReport(report)).toContain('customer.nickname (2), customer.face_image.size (1)');
  });

  test('counts at most a thousand different names', async () => {
    const names = Array.from({ length: 1200 }, (_, index) => [`field${index}`, 1]);
    const { report } = await importing({ 'customer.json': JSON.stringify(record(Object.fromEntries(names))) });
    expect(report.unreadFields.size).toBe(1001);
    expect(report.unreadFields.get('others')).toBe(200);
  });

  test('names no field of the examples, except the tokens of meetings and the views of accounts', async () => {
    const examples = new URL('../../src/import/examples/', import.meta.url);
    const paths = (await readdir(examples)).map((name) => new URL(name, examples).pathname);
    const report = await importFiles(database, paths, { bankId });
    expect([...report.unreadFields.keys()].sort()).toEqual([
      'account.generate_accountants_view',
      'account.generate_auditors_view',
      'account.generate_public_view',
      'meeting.keys.customer_token',
      'meeting.keys.staff_token',
    ]);
  });
});

test('a field that must be an object is invalid if it has another value', async () => {
  const { lines } = await importing({ 'customer.json': JSON.stringify(record({ face_image: 'www.example.com' })) });
  expect(lines).toEqual([
    expect.stringMatching(/^customer\.json, line 1, column \d+, \[0\]: customer face_image must be an object$/),
  ]);
});

describe('records of OBP', () => {
  test('contain the branch and the suffix of a customer in the names that OBP used until 2019-11-20', async () => {
    const former = record({ title: 'Dr.', branchId: 'DERBY6', nameSuffix: 'Sr' });
    const { report, lines } = await importing({ 'customer.json': JSON.stringify(former) });
    expect(lines).toEqual([]);
    expect(report.unreadFields.size).toBe(0);
    expect(await storedCustomer(former.customer_id)).toMatchObject({ branchId: 'DERBY6', nameSuffix: 'Sr' });

    const again = await importing({ 'customer.json': JSON.stringify({ ...former, branchId: '' }) });
    expect(again.lines).toEqual([
      'customer.json, line 1, column 1, [0]: customer exists with other values (branch_id)',
    ]);
  });

  test('are imported with the newer name of a field that has both names, and the report names the older one', async () => {
    const both = record({ branch_id: 'DERBY6', branchId: 'LEEDS1', name_suffix: 'Sr', nameSuffix: 'Sr' });
    const { report, lines } = await importing({ 'customer.json': JSON.stringify(both) });
    expect(lines).toEqual([]);
    expect([...report.unreadFields]).toEqual([['customer.branchId', 1]]);
    expect(await storedCustomer(both.customer_id)).toMatchObject({ branchId: 'DERBY6', nameSuffix: 'Sr' });
  });

  test('are imported with the values of the examples in its documentation', async () => {
    const example = record({
      mobile_phone_number: '+44 07972 444 876',
      email: 'felixsmith@example.com',
      face_image: { url: 'www.openbankproject', date: '1100-01-01T00:00:00Z' },
      date_of_birth: '1100-01-01T00:00:00Z',
      relationship_status: 'single',
      dependants: 10,
      dob_of_dependants: ['1100-01-01T00:00:00Z'],
      credit_rating: { rating: 'OBP', source: 'OBP' },
      credit_limit: { currency: 'EUR', amount: '0' },
      highest_education_attained: 'Master',
      employment_status: 'worker',
      kyc_status: true,
      last_ok_date: '2023-03-13T11:39:33.076Z',
    });
    const { report, lines } = await importing({ 'customer.json': JSON.stringify(example) });
    expect(lines).toEqual([]);
    expect(report).toMatchObject({ isWritten: true, correctedUrls: 1 });
    expect(await storedCustomer(example.customer_id)).toMatchObject({
      faceImageUrl: 'https://www.openbankproject/',
      dateOfBirth: '1100-01-01',
      dobOfDependants: ['1100-01-01'],
      mobilePhoneNumber: '+44 07972 444 876',
    });
  });
});
