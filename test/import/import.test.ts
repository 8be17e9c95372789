import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { localProvider, verifyPassword } from '../../src/auth/password.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { account } from '../../src/domain/account/account.table.ts';
import { accountAttribute } from '../../src/domain/account/account-attribute.table.ts';
import { accountHolder } from '../../src/domain/account/account-holder.table.ts';
import { accountRouting } from '../../src/domain/account/account-routing.table.ts';
import { customerAccountLink } from '../../src/domain/account/customer-account-link.table.ts';
import { customerAddress } from '../../src/domain/address/address.table.ts';
import { attributeDefinition } from '../../src/domain/attribute/attribute-definition.table.ts';
import { bank } from '../../src/domain/bank/bank.table.ts';
import { crmEvent } from '../../src/domain/crm-event/crm-event.table.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { customerAttribute } from '../../src/domain/customer/customer-attribute.table.ts';
import { kycCheck } from '../../src/domain/kyc/kyc-check.table.ts';
import { kycDocument } from '../../src/domain/kyc/kyc-document.table.ts';
import { kycMedia } from '../../src/domain/kyc/kyc-media.table.ts';
import { kycStatus } from '../../src/domain/kyc/kyc-status.table.ts';
import { meeting } from '../../src/domain/meeting/meeting.table.ts';
import { meetingInvitee } from '../../src/domain/meeting/meeting-invitee.table.ts';
import { customerMessage } from '../../src/domain/message/message.table.ts';
import { socialMediaHandle } from '../../src/domain/social-media-handle/social-media-handle.table.ts';
import { taxResidence } from '../../src/domain/tax-residence/tax-residence.table.ts';
import { entitlement } from '../../src/domain/user/entitlement.table.ts';
import { user } from '../../src/domain/user/user.table.ts';
import { userAttribute } from '../../src/domain/user/user-attribute.table.ts';
import { canonicalNames } from '../../src/domain/user/username.ts';
import { userCustomerLink } from '../../src/domain/user-customer-link/user-customer-link.table.ts';
import type { EntityName } from '../../src/import/entities.ts';
import { type ImportOptions, importFiles } from '../../src/import/import.ts';
import { type ImportReport, renderDifference, renderProblem, renderReport } from '../../src/import/report.ts';
import { createMigratedDatabaseUrl } from '../support/database-url.ts';

let database: Database;
let drop: () => Promise<void>;
let folder: string;
/** Each test uses its own bank, so that the tests do not see each other's rows. */
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
  folder = await mkdtemp(join(tmpdir(), 'import-'));
  bankId = `bank-${randomUUID()}`;
  return () => rm(folder, { recursive: true });
});

interface Imported {
  report: ImportReport;
  problems: string[];
  differences: string[];
}

/** Writes and imports files: strings as they are, other values as JSON. */
async function importing(files: Record<string, unknown>, options: ImportOptions = {}): Promise<Imported> {
  const paths = Object.keys(files).map((name) => join(folder, name));
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const problems: string[] = [];
  const differences: string[] = [];
  // Most tests have files of one line, in which the columns do not matter.
  const withoutFolder = (text: string) => text.replaceAll(`${folder}/`, '').replaceAll(/ column \d+,/g, '');
  const report = await importFiles(database, paths, options, {
    onProblem: (problem) => problems.push(withoutFolder(renderProblem(problem))),
    onDifference: (difference) => differences.push(withoutFolder(renderDifference(difference))),
  });
  return { report, problems, differences };
}

async function imported(files: Record<string, unknown>, options: ImportOptions = {}): Promise<ImportReport> {
  const { report, problems } = await importing(files, options);
  expect(problems).toEqual([]);
  expect(report.isWritten).toBe(true);
  return report;
}

function rowsOf<Table extends SQLiteTable>(table: Table, column: keyof Table & string, value: string) {
  const columns = table as unknown as Record<string, Parameters<typeof eq>[0]>;
  return database.read
    .select()
    .from(table as SQLiteTable)
    .where(eq(columns[column] as Parameters<typeof eq>[0], value)) as Promise<Table['$inferSelect'][]>;
}

/** Returns one count of each entity, without the zeros. */
function sums(
  report: ImportReport,
  count: 'written' | 'unchanged' | 'updated' | 'different' | 'invalid' | 'placeholders',
) {
  return Object.fromEntries(
    [...report.entities].filter(([, counts]) => counts[count] > 0).map(([name, counts]) => [name, counts[count]]),
  ) as Partial<Record<EntityName, number>>;
}

let lastNumber = 1000;

function customerRecord(values: Record<string, unknown> = {}) {
  lastNumber += 1;
  return {
    bank_id: bankId,
    customer_id: randomUUID(),
    customer_number: String(lastNumber),
    legal_name: 'Ada Lovelace',
    mobile_phone_number: '+44 7400 123456',
    email: 'ada@example.com',
    face_image: { url: 'https://images.example.com/ada.png', date: '2017-09-19T00:00:00Z' },
    date_of_birth: '1815-12-10T00:00:00Z',
    relationship_status: 'married',
    dependants: 2,
    dob_of_dependants: ['18360512', '1837-09-22'],
    credit_rating: { rating: 'AAA', source: 'Babbage' },
    credit_limit: { currency: 'GBP', amount: '1000.50' },
    highest_education_attained: 'Master',
    employment_status: 'self-employed',
    kyc_status: true,
    last_ok_date: '2023-03-13T11:39:33Z',
    title: 'Lady',
    branch_id: 'LONDON1',
    name_suffix: '',
    ...values,
  };
}

const ofCustomer = (record: { customer_id: string }) => record.customer_id;

describe('customers', () => {
  test('are imported with every field, and a second import changes nothing', async () => {
    const ada = customerRecord();
    const files = { 'customers.json': { customers: [ada] } };
    const report = await imported(files);
    expect(sums(report, 'written')).toEqual({ customer: 1 });
    expect(sums(report, 'placeholders')).toEqual({ bank: 1 });
    const [row] = await rowsOf(customer, 'id', ada.customer_id);
    expect(row).toMatchObject({
      bankId,
      customerNumber: ada.customer_number,
      legalName: 'Ada Lovelace',
      legalNameSearch: 'ada lovelace',
      nameWords: 'adalovelace lovelace',
      mobilePhoneNumber: '+44 7400 123456',
      mobilePhoneNumberE164: '+447400123456',
      email: 'ada@example.com',
      faceImageUrl: 'https://images.example.com/ada.png',
      faceImageDate: new Date('2017-09-19T00:00:00Z'),
      dateOfBirth: '1815-12-10',
      relationshipStatus: 'married',
      dependants: 2,
      dobOfDependants: ['1836-05-12', '1837-09-22'],
      creditRating: 'AAA',
      creditSource: 'Babbage',
      creditLimitCurrency: 'GBP',
      creditLimitAmount: '1000.50',
      highestEducationAttained: 'Master',
      employmentStatus: 'self-employed',
      kycStatus: true,
      lastOkDate: new Date('2023-03-13T11:39:33Z'),
      title: 'Lady',
      branchId: 'LONDON1',
      nameSuffix: null,
      version: 1,
    });

    const again = await imported(files);
    expect(sums(again, 'unchanged')).toEqual({ customer: 1 });
    expect(sums(again, 'written')).toEqual({});
    expect(sums(again, 'placeholders')).toEqual({});
    expect(await rowsOf(customer, 'id', ada.customer_id)).toEqual([row]);
  });

  test('are imported from an object, a list and lines, with the records inside them', async () => {
    const inside = { name: 'SEGMENT', type: 'STRING', value: 'retail' };
    const withAttribute = customerRecord({ customer_attributes: [{ customer_attribute_id: randomUUID(), ...inside }] });
    const report = await imported({
      'object.json': customerRecord(),
      'list.json': [customerRecord(), customerRecord()],
      'lines.ndjson': `${JSON.stringify(withAttribute)}\n${JSON.stringify({ customers: [customerRecord()] })}\n`,
    });
    expect(sums(report, 'written')).toEqual({ customer: 5, customerAttribute: 1 });
    expect(await rowsOf(customerAttribute, 'customerId', withAttribute.customer_id)).toMatchObject([
      { bankId, name: 'SEGMENT', type: 'STRING', value: 'retail', valueSearch: 'retail' },
    ]);
  });

  test('are imported in several batches', async () => {
    const records = Array.from({ length: 4321 }, () => customerRecord());
    const report = await imported({ 'customers.json': { customers: records } });
    expect(sums(report, 'written')).toEqual({ customer: 4321 });
    expect(await rowsOf(customer, 'bankId', bankId)).toHaveLength(4321);
    expect(sums(await imported({ 'customers.json': { customers: records } }), 'unchanged')).toEqual({ customer: 4321 });
  });

  test('require an ID and a bank, in the record or with --customer and --bank', async () => {
    const { bank_id: _bank, customer_id: _customer, ...record } = customerRecord();
    const { report, problems } = await importing({ 'customer.json': record });
    expect(problems).toEqual([
      'customer.json, line 1, [0]: customer bank_id is required. Add it to the record, or pass --bank.',
      'customer.json, line 1, [0]: customer customer_id is required. Add it to the record, or pass --customer.',
    ]);
    expect(report.isWritten).toBe(false);
    const customerId = randomUUID();
    await imported({ 'customer.json': record }, { bankId, customerId });
    expect(await rowsOf(customer, 'id', customerId)).toMatchObject([{ bankId, legalName: 'Ada Lovelace' }]);
  });

  test('are reported if they exist with other values, and updated only with --update', async () => {
    const ada = customerRecord();
    await imported({ 'ada.json': ada });
    const files = { 'ada.json': { ...ada, legal_name: 'Ada King', credit_limit: { currency: '', amount: '' } } };
    const left = await importing(files);
    expect(left.differences).toEqual([
      'ada.json, line 1, [0]: customer exists with other values (legal_name, credit_limit.currency, credit_limit.amount)',
    ]);
    expect(sums(left.report, 'different')).toEqual({ customer: 1 });
    expect(await rowsOf(customer, 'id', ada.customer_id)).toMatchObject([{ legalName: 'Ada Lovelace', version: 1 }]);

    const changed = await importing(files, { update: true });
    expect(sums(changed.report, 'updated')).toEqual({ customer: 1 });
    expect(await rowsOf(customer, 'id', ada.customer_id)).toMatchObject([
      {
        legalName: 'Ada King',
        legalNameSearch: 'ada king',
        nameWords: 'adaking king',
        creditLimitAmount: null,
        email: 'ada@example.com',
        version: 2,
      },
    ]);
    expect(sums((await importing(files, { update: true })).report, 'unchanged')).toEqual({ customer: 1 });
  });

  test('are not compared in fields that a shorter record omits', async () => {
    const ada = customerRecord();
    await imported({ 'ada.json': ada });
    const { credit_limit: _limit, dependants: _dependants, face_image: _image, ...shorter } = ada;
    expect(sums(await imported({ 'shorter.json': shorter }), 'unchanged')).toEqual({ customer: 1 });
  });

  test('must have unique numbers at a bank, in the files and in the database', async () => {
    const ada = customerRecord();
    const bea = customerRecord({ customer_number: ada.customer_number });
    const twice = await importing({ 'a.json': [ada], 'b.json': [customerRecord(), bea] });
    expect(twice.problems).toEqual([
      'b.json, line 1, [1]: customer customer_number must be unique at the bank, but is the same in a.json, line 1, [0]',
    ]);
    expect(await rowsOf(customer, 'bankId', bankId)).toEqual([]);

    await imported({ 'a.json': [ada] });
    expect((await importing({ 'b.json': bea })).problems).toEqual([
      'b.json, line 1, [0]: customer customer_number must be unique at the bank, but is the same in the database',
    ]);
    const elsewhere = { ...ada, bank_id: `other-${bankId}` };
    expect((await importing({ 'c.json': elsewhere })).problems).toEqual([
      'c.json, line 1, [0]: customer customer_id must not be the ID of a customer at another bank',
    ]);
  });

  test('must have a customer type for the fields of a company, in one of their records', async () => {
    const broken = (file: string) =>
      `${file}, line 1, [0]: customer registration_number must be omitted for a retail customer`;
    const acme = customerRecord({ dependants: null, dob_of_dependants: [] });
    const { customer_id, customer_number, legal_name, mobile_phone_number } = acme;
    const company = { bank_id: bankId, customer_id, customer_number, legal_name, mobile_phone_number };
    const registered = { ...company, registration_number: 'HRB 1234' };
    const corporate = { ...company, customer_type: 'CORPORATE' };
    const address = {
      ...{ customer_id, customer_address_id: randomUUID() },
      line_1: 'a',
      city: 'b',
      country_code: 'DE',
    };

    const skipped = await importing({ 'a.json': [registered, address] }, { skipInvalid: true });
    expect(skipped.problems[0]).toBe(broken('a.json'));
    expect(skipped.problems).toHaveLength(2);
    const twice = await importing({ 'a.json': [company], 'b.json': [registered] });
    expect(twice.problems).toEqual(['a.json', 'b.json'].map(broken));
    expect(await rowsOf(customer, 'bankId', bankId)).toEqual([]);

    await imported({ 'a.json': [registered, address], 'b.json': [corporate] });
    const columns = { customerType: 'CORPORATE', registrationNumber: 'HRB 1234' };
    expect(await rowsOf(customer, 'bankId', bankId)).toMatchObject([columns]);
    await imported({ 'a.json': [{ ...registered, registration_number: 'HRB 5678' }] }, { update: true });
    expect(await rowsOf(customer, 'bankId', bankId)).toMatchObject([{ ...columns, registrationNumber: 'HRB 5678' }]);
  });

  test('are counted as records without data if they contain only IDs', async () => {
    const report = await imported({ 'ids.json': { customers: [{ bank_id: bankId, customer_id: randomUUID() }] } });
    expect(report.emptyRecords).toBe(1);
    expect(renderReport(report)).toContain('Records without data to import, such as IDs only: 1');
  });

  test.each([
    ['legal_name', { legal_name: '' }, 'is required'],
    ['customer_number', { customer_number: 'a::::b' }, 'must not contain ::::, which OBP uses as a separator'],
    ['email', { email: 'ada@' }, 'must be a valid email address'],
    ['face_image.url', { face_image: { url: 'PlaceholderString' } }, 'must be a valid URL'],
    ['date_of_birth', { date_of_birth: '1815-02-30' }, 'must be a date'],
    ['dob_of_dependants', { dob_of_dependants: '18360512' }, 'must be a list'],
    ['dob_of_dependants', { dob_of_dependants: ['18360512', '1837-02-29'] }, 'item 2 must be a date'],
    ['dob_of_dependants', { dob_of_dependants: Array(101).fill('18360512') }, 'must have at most 100 items'],
    ['credit_limit.currency', { credit_limit: { currency: 'GBR', amount: '1' } }, 'must be an ISO 4217 currency code'],
    ['dependants', { dependants: 1.5 }, 'must be an integer from 0 to 1,000'],
    ['kyc_status', { kyc_status: 'yes' }, 'must be true or false'],
    ['title', { title: 'x'.repeat(256) }, 'must be at most 255 characters'],
    ['legal_name', { legal_name: 'a\u0000b' }, 'must not contain the character U+0000'],
    ['customer_id', { customer_id: 'a b' }, "must contain only the characters 0-9, a-z, A-Z, '-', '.' and '_'"],
  ])('are reported without the value if %s is invalid', async (field, values, reason) => {
    const { problems, report } = await importing({
      'c.json': { customers: [customerRecord(), customerRecord(values)] },
    });
    expect(problems).toContain(`c.json, line 1, customers[1]: customer ${field} ${reason}`);
    expect(sums(report, 'invalid')).toEqual({ customer: 1 });
    expect(await rowsOf(customer, 'bankId', bankId)).toEqual([]);
  });
});

test('one invalid record prevents the import, unless invalid records are skipped', async () => {
  const [ada, bea] = [customerRecord(), customerRecord({ email: 'nobody' })];
  const residences = [ada, bea].map((record) => ({
    customer_id: ofCustomer(record),
    domain: 'GB',
    tax_number: randomUUID(),
  }));
  const files = { 'customers.json': { customers: [ada, bea] }, 'tax.json': { tax_residence: residences } };
  const refused = await importing(files);
  expect(refused.problems).toEqual([
    'customers.json, line 1, customers[1]: customer email must be a valid email address',
    'tax.json, line 1, tax_residence[1]: taxResidence customer_id must be the ID of a valid customer, in the files or the database',
  ]);
  expect(refused.report.isWritten).toBe(false);
  expect(renderReport(refused.report)).toContain('Nothing was written because of 2 problems.');
  expect(await rowsOf(customer, 'bankId', bankId)).toEqual([]);
  expect(await rowsOf(bank, 'id', bankId)).toEqual([]);

  const skipped = await importing(files, { skipInvalid: true });
  expect(sums(skipped.report, 'written')).toEqual({ customer: 1, taxResidence: 1 });
  expect(await rowsOf(taxResidence, 'bankId', bankId)).toHaveLength(1);
  expect(renderReport(skipped.report)).toContain('2 invalid records were skipped.');
});

test('a file that cannot be read prevents the import, even if invalid records are skipped', async () => {
  const { report, problems } = await importing(
    {
      'cut.json': '{"customers": [{"legal_name":',
      'good.json': customerRecord(),
      'odd.json': '[1, {"colour": "red"}]',
    },
    { skipInvalid: true },
  );
  expect(problems).toEqual([
    'cut.json, line 1, column 30: must be valid JSON, but ends inside the value that starts on line 1',
    'odd.json, line 1, [0]: must be an object',
    'odd.json, line 1, [1]: must have a known format',
  ]);
  expect(report).toMatchObject({ isWritten: false, unreadableFiles: 1, unknownRecords: 2 });
  expect(await rowsOf(customer, 'bankId', bankId)).toEqual([]);
  const { problems: missing } = await importing({}).then(() => importingMissingFile());
  expect(missing).toEqual(['nowhere.json: does not exist']);
});

test('a record with the fields of two formats is invalid, unless its list names the format', async () => {
  const ada = customerRecord();
  const residence = { ...{ bank_id: bankId, customer_id: ada.customer_id }, domain: 'GB', tax_number: randomUUID() };
  const ambiguous = { ...residence, type: 'twitter', handle: '@ada' };

  const { report, problems } = await importing({ 'customer.json': ada, 'odd.json': ambiguous });
  expect(problems).toEqual([
    'odd.json, line 1, [0]: must have the fields of one format only, but has those of social media handles and tax residences',
  ]);
  expect(report).toMatchObject({ isWritten: false, unknownRecords: 1 });

  const named = await importing({ 'customer.json': ada, 'tax.json': { tax_residences: [ambiguous] } });
  expect(named.problems).toEqual([]);
  expect(sums(named.report, 'written')).toEqual({ customer: 1, taxResidence: 1 });

  // Lists of this name contain customers or IDs only, so a customer with other fields is a customer.
  const { problems: none } = await importing({ 'customers.json': { customers: [{ ...ada, handle: '@ada' }] } });
  expect(none).toEqual([]);
});

async function importingMissingFile(): Promise<{ problems: string[] }> {
  const problems: string[] = [];
  await importFiles(database, ['nowhere.json'], {}, { onProblem: (problem) => problems.push(renderProblem(problem)) });
  return { problems };
}

describe('records of a customer', () => {
  /** In the order of their names, the files that refer to a record come before the file with the record. */
  function files(ada: ReturnType<typeof customerRecord>, accountId: string, staffId: string) {
    const of = { bank_id: bankId, customer_id: ada.customer_id, customer_number: ada.customer_number };
    const onlyCustomer = { customer_id: ada.customer_id };
    const number = { customer_number: ada.customer_number };
    return {
      'a-links.json': {
        links: [{ customer_account_link_id: randomUUID(), ...of, account_id: accountId, relationship_type: 'Joint' }],
      },
      'b-user-links.json': {
        user_customer_links: [
          {
            user_customer_link_id: randomUUID(),
            ...onlyCustomer,
            user_id: staffId,
            date_inserted: '1100-01-01T00:00:00Z',
            is_active: false,
          },
        ],
      },
      'c-media.json': {
        medias: [
          {
            ...of,
            id: 'medium',
            type: 'image',
            url: 'scans.example.com/1.png',
            date: '2017-09-19T00:00:00Z',
            relates_to_kyc_document_id: 'document',
            relates_to_kyc_check_id: 'check',
          },
        ],
      },
      'd-documents.json': {
        documents: [
          {
            ...of,
            id: 'document',
            type: 'passport',
            number: '123',
            issue_date: '19900101',
            issue_place: 'London',
            expiry_date: '2030-01-31T00:00:00Z',
          },
        ],
      },
      'e-checks.json': {
        checks: [
          {
            ...of,
            id: 'check',
            date: '2018-03-09',
            how: 'passport',
            staff_user_id: staffId,
            staff_name: 'Grace',
            satisfied: true,
            comments: '',
          },
        ],
      },
      'f-statuses.json': {
        statuses: [
          { ...onlyCustomer, ...number, ok: true, date: '2020-01-01T00:00:00Z' },
          { ...onlyCustomer, ...number, ok: false, date: '2024-01-01T00:00:00Z' },
        ],
      },
      'g-handles.json': {
        checks: [
          {
            ...number,
            type: 'twitter',
            handle: '@ada',
            date_added: '1100-01-01T00:00:00Z',
            date_activated: '1100-01-01T00:00:00Z',
          },
        ],
      },
      'h-addresses.json': {
        addresses: [
          {
            customer_address_id: randomUUID(),
            ...onlyCustomer,
            line_1: 'No 1 the Road',
            line_2: '',
            line_3: 'The Hill',
            city: 'London',
            county: '',
            state: 'England',
            postcode: 'W1',
            country_code: 'GB',
            tags: ['mailing', 'home'],
            status: 'OK',
            insert_date: '1100-01-01T00:00:00Z',
          },
        ],
      },
      'i-attributes.json': {
        customer_attributes: [{ ...onlyCustomer, name: 'SCORE', type: 'INTEGER', value: '7' }],
      },
      'j-tax.json': { tax_residence: [{ ...onlyCustomer, domain: 'GB', tax_number: 'T1' }] },
      'k-meetings.json': {
        meetings: [
          {
            meeting_id: randomUUID(),
            provider_id: 'tokbox',
            purpose_id: 'onboarding',
            bank_id: bankId,
            present: { staff_user_id: staffId, customer_user_id: '' },
            keys: { session_id: 'session', staff_token: 'secret', customer_token: 'secret' },
            when: '2017-09-19T00:00:00Z',
            creator: { name: 'Simon', mobile_phone: '+44 7400 123456', email_address: 'simon@example.com' },
            invitees: [
              {
                contact_details: { name: 'Ada', mobile_phone: '', email_address: 'ada@example.com' },
                status: 'accepted',
              },
            ],
          },
        ],
      },
      'l-messages.json': {
        messages: [
          {
            id: randomUUID(),
            ...onlyCustomer,
            date: '2017-09-19T00:00:00Z',
            transport: 'SMS',
            message: 'Hello',
            from_department: 'Sales',
            from_person: 'Tom',
          },
        ],
      },
      'm-events.json': {
        crm_events: [
          {
            id: randomUUID(),
            bank_id: bankId,
            customer_name: 'Ada',
            ...number,
            category: 'CALL',
            detail: 'Called',
            channel: 'phone',
            scheduled_date: '2017-09-19T00:00:00Z',
            actual_date: '2017-09-19T00:00:00Z',
            result: 'fine',
          },
        ],
      },
      'n-definitions.json': {
        attributes: [
          {
            attribute_definition_id: randomUUID(),
            bank_id: bankId,
            name: 'SCORE',
            category: 'Customer',
            type: 'INTEGER',
            description: 'A score',
            alias: 'score',
            can_be_seen_on_views: ['owner', 'bank'],
            is_active: true,
          },
        ],
      },
      'o-overview.json': {
        ...ada,
        customer_attributes: [],
        accounts: [
          {
            account_id: accountId,
            label: 'My Account',
            product_code: 'CURRENT',
            balance: { currency: '12.50', amount: 'EUR' },
            branch_id: 'LONDON1',
            contracts: [{ product_code: 'LOAN', contract_code: 'C1', payment_method: 'cash', interest_rate: '3.5' }],
            account_routings: [{ scheme: 'AccountNumber', address: '4930396' }],
            account_attributes: [
              {
                account_attribute_id: randomUUID(),
                product_code: 'LOAN',
                contract_code: 'C1',
                name: 'INTEREST_RATE',
                type: 'DOUBLE',
                value: '3.5',
              },
            ],
          },
        ],
      },
    };
  }

  test('are imported from lists in files of any order, once', async () => {
    const ada = customerRecord();
    const [accountId, staffId] = [randomUUID(), randomUUID()];
    const all = files(ada, accountId, staffId);
    const report = await imported(all, { bankId });
    expect(sums(report, 'written')).toEqual({
      attributeDefinition: 1,
      customer: 1,
      account: 1,
      accountRouting: 1,
      accountAttribute: 2,
      customerAccountLink: 1,
      customerAddress: 1,
      customerAttribute: 1,
      socialMediaHandle: 1,
      taxResidence: 1,
      kycCheck: 1,
      kycDocument: 1,
      kycMedia: 1,
      kycStatus: 2,
      meeting: 1,
      meetingInvitee: 1,
      customerMessage: 1,
      crmEvent: 1,
      userCustomerLink: 1,
    });
    expect(sums(report, 'placeholders')).toEqual({ bank: 1, user: 1 });
    expect(report).toMatchObject({ correctedUrls: 1, correctedBalances: 1 });

    const id = ada.customer_id;
    expect(await rowsOf(customerAccountLink, 'customerId', id)).toMatchObject([
      { accountId, relationshipType: 'Joint' },
    ]);
    expect(await rowsOf(userCustomerLink, 'customerId', id)).toMatchObject([
      { bankId, userId: staffId, isActive: false, dateInserted: new Date('1100-01-01T00:00:00Z') },
    ]);
    expect(await rowsOf(kycMedia, 'customerId', id)).toMatchObject([
      {
        id: 'medium',
        url: 'https://scans.example.com/1.png',
        relatesToKycDocumentId: 'document',
        relatesToKycCheckId: 'check',
      },
    ]);
    expect(await rowsOf(kycDocument, 'customerId', id)).toMatchObject([
      { issueDate: '1990-01-01', issuePlace: 'London', expiryDate: '2030-01-31' },
    ]);
    expect(await rowsOf(kycCheck, 'customerId', id)).toMatchObject([
      { bankId, date: new Date('2018-03-09T00:00:00Z'), satisfied: true, staffUserId: staffId, comments: null },
    ]);
    expect(await rowsOf(socialMediaHandle, 'customerId', id)).toMatchObject([{ type: 'twitter', handle: '@ada' }]);
    expect(await rowsOf(customerAddress, 'customerId', id)).toMatchObject([
      { bankId, line2: null, county: null, tags: ['mailing', 'home'], insertDate: new Date('1100-01-01T00:00:00Z') },
    ]);
    expect(await rowsOf(customerAttribute, 'customerId', id)).toMatchObject([
      { name: 'SCORE', type: 'INTEGER', value: '7' },
    ]);
    expect(await rowsOf(taxResidence, 'customerId', id)).toMatchObject([{ domain: 'GB', taxNumber: 'T1' }]);
    const [met] = await rowsOf(meeting, 'bankId', bankId);
    expect(met).toMatchObject({ customerId: null, staffUserId: staffId, customerUserId: null, sessionId: 'session' });
    expect(await rowsOf(meetingInvitee, 'meetingId', met?.id ?? '')).toMatchObject([
      {
        position: 0,
        name: 'Ada',
        mobilePhone: null,
        emailAddress: 'ada@example.com',
        userId: null,
        status: 'accepted',
      },
    ]);
    expect(await rowsOf(customerMessage, 'customerId', id)).toMatchObject([
      { bankId, message: 'Hello', transport: 'SMS' },
    ]);
    expect(await rowsOf(crmEvent, 'bankId', bankId)).toMatchObject([{ customerId: id, customerName: 'Ada' }]);
    expect(await rowsOf(attributeDefinition, 'bankId', bankId)).toMatchObject([
      { canBeSeenOnViews: ['owner', 'bank'], isActive: true },
    ]);
    expect(await rowsOf(account, 'bankId', bankId)).toMatchObject([
      { id: accountId, productCode: 'CURRENT', balanceCurrency: 'EUR', balanceAmount: '12.50' },
    ]);
    expect(await rowsOf(accountRouting, 'bankId', bankId)).toMatchObject([
      { scheme: 'AccountNumber', address: '4930396' },
    ]);
    const attributes = await rowsOf(accountAttribute, 'bankId', bankId);
    expect(attributes.map(({ contractCode, name, value }) => [contractCode, name, value]).sort()).toEqual([
      ['C1', 'INTEREST_RATE', '3.5'],
      ['C1', 'payment_method', 'cash'],
    ]);
    const [placeholder] = await rowsOf(user, 'id', staffId);
    expect(placeholder).toMatchObject({ username: staffId, provider: localProvider, passwordHash: null });

    const again = await imported(all, { bankId });
    expect(sums(again, 'written')).toEqual({});
    expect(sums(again, 'updated')).toEqual({});
    expect(sums(again, 'different')).toEqual({});
    expect(sums(again, 'placeholders')).toEqual({});
    expect(sums(again, 'unchanged')).toMatchObject({ customer: 1, kycStatus: 2, customerAttribute: 1, crmEvent: 1 });
  });

  test('are imported from single objects, for the customer of --customer', async () => {
    const ada = customerRecord();
    const lists = files(ada, randomUUID(), randomUUID());
    const { 'o-overview.json': overview, ...others } = lists;
    const singles = Object.fromEntries(
      Object.entries(others).map(([name, list]) => {
        const [record] = Object.values(list)[0] as unknown as Record<string, unknown>[];
        const { customer_id: _id, bank_id: _bank, ...withoutIds } = record ?? {};
        return [name, withoutIds];
      }),
    );
    const report = await imported({ ...singles, 'o-overview.json': overview }, { bankId, customerId: ada.customer_id });
    expect(sums(report, 'written')).toMatchObject({
      kycStatus: 1,
      kycMedia: 1,
      meeting: 1,
      crmEvent: 1,
      userCustomerLink: 1,
    });
    expect(await rowsOf(meeting, 'bankId', bankId)).toMatchObject([{ customerId: ada.customer_id }]);
  });

  test('require a customer and an account, in the record or with an option', async () => {
    const { problems } = await importing({
      'attribute.json': { customer_attribute_id: randomUUID(), name: 'A', type: 'STRING', value: 'b' },
      'handle.json': { customer_number: '1', type: 'twitter', handle: '@a' },
      'link.json': { customer_id: 'c', relationship_type: 'Owner' },
    });
    expect(problems).toEqual([
      'attribute.json, line 1, [0]: customerAttribute customer_id is required. Add it to the record, or pass --customer.',
      'handle.json, line 1, [0]: socialMediaHandle customer_id is required. Add it to the record, or pass --customer. To identify the customer by customer_number, add the bank_id, or pass --bank.',
      'link.json, line 1, [0]: customerAccountLink account_id is required. Add it to the record, or pass --account.',
    ]);
  });

  test('must refer to existing customers, accounts, documents and checks', async () => {
    const ada = customerRecord();
    await imported({ 'ada.json': ada });
    const of = { customer_id: ada.customer_id, id: 'm', type: 'image', date: '2017-09-19T00:00:00Z' };
    const { problems, report } = await importing(
      {
        'handle.json': { customer_number: 'nobody', type: 'twitter', handle: '@a' },
        'link.json': { customer_id: ada.customer_id, account_id: 'nothing', relationship_type: 'Owner' },
        'medium.json': { ...of, url: 'https://example.com/a', relates_to_kyc_document_id: 'nothing' },
        'residence.json': { customer_id: 'nobody', domain: 'GB', tax_number: '1' },
        'status.json': { bank_id: 'another', customer_id: ada.customer_id, ok: true, date: '2017-09-19' },
      },
      { bankId },
    );
    expect(problems.sort()).toEqual([
      'handle.json, line 1, [0]: socialMediaHandle customer_number must be the number of a customer at the bank, in the files or the database',
      'link.json, line 1, [0]: customerAccountLink account_id must be the ID of an account at the bank, in the files or the database',
      'medium.json, line 1, [0]: kycMedia relates_to_kyc_document_id must be the ID of a document of the customer, in the files or the database',
      'residence.json, line 1, [0]: taxResidence customer_id must be the ID of a valid customer, in the files or the database',
      'status.json, line 1, [0]: kycStatus bank_id must be the bank of the customer',
    ]);
    expect(sums(report, 'invalid')).toEqual({
      socialMediaHandle: 1,
      customerAccountLink: 1,
      kycMedia: 1,
      taxResidence: 1,
      kycStatus: 1,
    });
  });

  test('can refer to documents and accounts in the database', async () => {
    const ada = customerRecord();
    const of = { customer_id: ada.customer_id };
    const document = { ...of, id: 'd', type: 'passport', number: '1', issue_date: '2020-01-01' };
    const owned = { account_id: 'a-1', bank_id: bankId, balance: { currency: 'EUR', amount: '0' } };
    await imported({ 'all.json': [ada, document, owned] });
    const medium = { ...of, id: 'm', type: 'image', url: 'https://example.com/a', date: '2020-01-01' };
    const report = await imported({
      'medium.json': { ...medium, relates_to_kyc_document_id: 'd' },
      'link.json': { customer_id: ada.customer_id, account_id: 'a-1', relationship_type: 'Owner' },
    });
    expect(sums(report, 'written')).toEqual({ kycMedia: 1, customerAccountLink: 1 });
  });

  test('never move to another customer, even with --update', async () => {
    const [ada, bea] = [customerRecord(), customerRecord()];
    const address = { line_1: 'The Road', city: 'London', postcode: 'W1', country_code: 'GB', tags: [] };
    const owned = { ...address, customer_address_id: randomUUID(), customer_id: ada.customer_id };
    await imported({ 'all.json': [ada, bea, owned] });
    const moved = { ...owned, customer_id: bea.customer_id, city: 'Paris' };
    const { differences } = await importing({ 'moved.json': moved }, { update: true });
    expect(differences).toEqual([
      'moved.json, line 1, [0]: customerAddress exists with other values (city, customerId)',
    ]);
    expect(await rowsOf(customerAddress, 'id', owned.customer_address_id)).toMatchObject([
      { customerId: ada.customer_id, city: 'London' },
    ]);
  });

  test('have the tags that the API allows', async () => {
    const ada = customerRecord();
    const address = (tags: string[]) => ({
      ...{ customer_address_id: randomUUID(), customer_id: ada.customer_id },
      ...{ line_1: 'The Road', city: 'London', postcode: 'W1', country_code: 'GB', tags },
    });
    const most = address(Array(20).fill('x'.repeat(50)));
    const files = {
      'ada.json': ada,
      'more.json': [most, address(Array(21).fill('x')), address(['x', 'x'.repeat(51)])],
    };
    const { problems } = await importing(files, { skipInvalid: true });
    expect(problems).toEqual([
      'more.json, line 1, [1]: customerAddress tags must have at most 20 items',
      'more.json, line 1, [2]: customerAddress tags item 2 must be at most 50 characters',
    ]);
    expect(await rowsOf(customerAddress, 'customerId', String(ada.customer_id))).toMatchObject([{ tags: most.tags }]);
  });

  test('are limited to 500 of each entity', async () => {
    const ada = customerRecord();
    const residence = (number: number) => ({ customer_id: ada.customer_id, domain: 'GB', tax_number: `T${number}` });
    const first = Array.from({ length: 500 }, (_, number) => residence(number));
    const tooMany = await importing({ 'ada.json': ada, 'tax.json': { tax_residence: [...first, residence(500)] } });
    expect(tooMany.problems).toEqual([
      'tax.json, line 1, tax_residence[500]: taxResidence customer_id must be the ID of a customer with at most 500 tax residences',
    ]);
    await imported({ 'ada.json': ada, 'tax.json': { tax_residence: first } });
    // Stored rows do not count twice.
    const { problems } = await importing({
      'tax.json': { tax_residence: [residence(0), residence(501), residence(1)] },
    });
    expect(problems).toEqual([
      'tax.json, line 1, tax_residence[1]: taxResidence customer_id must be the ID of a customer with at most 500 tax residences',
    ]);
  });

  test('without IDs are counted by their values, and stored ones do not count twice', async () => {
    const ada = customerRecord();
    const attributes = Array.from({ length: 501 }, (_, number) => ({
      customer_id: ada.customer_id,
      name: `A${number}`,
      type: 'STRING',
      value: 'x',
    }));
    const files = (count: number) => ({
      'ada.json': ada,
      'attributes.json': { customer_attributes: attributes.slice(0, count) },
    });
    await imported(files(300));
    expect(sums(await imported(files(300)), 'unchanged')).toEqual({ customer: 1, customerAttribute: 300 });
    expect((await importing(files(501))).problems).toEqual([
      'attributes.json, line 1, customer_attributes[500]: customerAttribute customer_id must be the ID of a customer with at most 500 customer attributes',
    ]);
  });
});

describe('KYC', () => {
  test('evidence is never updated', async () => {
    const ada = customerRecord();
    const check = { customer_id: ada.customer_id, id: 'c', date: '2020-01-01', how: 'passport', satisfied: true };
    await imported({ 'all.json': [ada, check] });
    const { differences, report } = await importing({ 'check.json': { ...check, satisfied: false } }, { update: true });
    expect(differences).toEqual(['check.json, line 1, [0]: kycCheck exists with other values (satisfied)']);
    expect(sums(report, 'updated')).toEqual({});
    expect(await rowsOf(kycCheck, 'customerId', ada.customer_id)).toMatchObject([{ satisfied: true }]);
  });

  test('statuses determine the status of the customer, whatever the record of the customer contains', async () => {
    const ada = customerRecord({ kyc_status: true, last_ok_date: '2023-03-13T11:39:33Z' });
    const status = (ok: boolean, date: string) => ({ customer_id: ada.customer_id, ok, date });
    const files = { 'all.json': [status(false, '2022-01-01'), ada, status(true, '2020-01-01')] };
    await imported(files);
    const stored = async () => (await rowsOf(customer, 'id', ada.customer_id))[0];
    expect(await stored()).toMatchObject({
      kycStatus: false,
      lastOkDate: new Date('2020-01-01T00:00:00Z'),
      lastOkDateOrder: new Date('2020-01-01T00:00:00Z'),
      version: 1,
    });
    expect(sums(await imported(files), 'unchanged')).toEqual({ customer: 1, kycStatus: 2 });

    await imported({ 'later.json': { statuses: [status(true, '2024-01-01')] } });
    expect(await stored()).toMatchObject({
      kycStatus: true,
      lastOkDate: new Date('2024-01-01T00:00:00Z'),
      lastOkDateOrder: new Date('2024-01-01T00:00:00Z'),
      version: 2,
    });
    await imported({ 'earlier.json': { statuses: [status(false, '2023-01-01')] } });
    expect(await stored()).toMatchObject({ kycStatus: true, version: 2 });
    expect(await rowsOf(kycStatus, 'customerId', ada.customer_id)).toHaveLength(4);
  });
});

describe('accounts', () => {
  test('are linked to the customer of their overview as Owner, unless they are linked already', async () => {
    const ada = customerRecord();
    const owned = { account_id: randomUUID(), label: 'L', balance: { currency: 'EUR', amount: '1' } };
    const files = { 'ada.json': { ...ada, accounts: [owned] } };
    await imported(files);
    expect(await rowsOf(customerAccountLink, 'customerId', ada.customer_id)).toMatchObject([
      { accountId: owned.account_id, relationshipType: 'Owner' },
    ]);
    await database.transaction(async (transaction) => {
      await transaction
        .update(customerAccountLink)
        .set({ relationshipType: 'Joint' })
        .where(eq(customerAccountLink.customerId, ada.customer_id));
    });
    expect(sums(await imported(files), 'unchanged')).toMatchObject({ customerAccountLink: 1 });
  });

  test('are linked to the customer whose number an attribute contains, if the customer exists', async () => {
    const ada = customerRecord();
    const named = (accountId: string, customerNumber: string) => ({
      account_id: accountId,
      bank_id: bankId,
      account_routings: [],
      account_attributes: [
        { account_attribute_id: randomUUID(), name: 'customer_number', type: 'STRING', value: customerNumber },
      ],
    });
    const report = await imported({
      'accounts.json': { accounts: [named('a-1', ada.customer_number), named('a-2', 'nobody')] },
      'ada.json': ada,
    });
    expect(await rowsOf(customerAccountLink, 'bankId', bankId)).toMatchObject([
      { accountId: 'a-1', customerId: ada.customer_id, relationshipType: 'Owner' },
    ]);
    expect(report.accountsWithoutCustomer).toBe(1);
  });

  test('have the user as holder and the ID of --account if the record is a request to create an account', async () => {
    const userId = randomUUID();
    const created = {
      user_id: userId,
      label: 'Label',
      type: 'CURRENT',
      balance: { currency: 'EUR', amount: '0' },
      branch_id: '1234',
      account_routing: { scheme: 'OBP', address: 'UK123456' },
    };
    const { problems } = await importing({ 'account.json': created }, { bankId });
    expect(problems).toEqual([
      'account.json, line 1, [0]: account account_id is required. Add it to the record, or pass --account.',
    ]);
    await imported({ 'account.json': created }, { bankId, accountId: 'a-1' });
    expect(await rowsOf(account, 'bankId', bankId)).toMatchObject([
      { id: 'a-1', productCode: 'CURRENT', branchId: '1234' },
    ]);
    expect(await rowsOf(accountHolder, 'bankId', bankId)).toMatchObject([{ accountId: 'a-1', userId }]);
    expect(await rowsOf(accountRouting, 'bankId', bankId)).toMatchObject([{ scheme: 'OBP', address: 'UK123456' }]);
  });

  test('must have unique routings at a bank', async () => {
    const routed = (id: string) => ({
      account_id: id,
      bank_id: bankId,
      account_routing: { scheme: 'OBP', address: 'X' },
    });
    expect((await importing({ 'accounts.json': [routed('a-1'), routed('a-2')] })).problems).toEqual([
      'accounts.json, line 1, [1].account_routing: accountRouting address must be unique for the scheme at the bank, but is the same in accounts.json, line 1, [0].account_routing',
    ]);
  });
});

describe('a sandbox file', () => {
  function sandbox() {
    const name = randomUUID();
    const accountOf = (at: string, owners: string[]) => ({
      id: 'same-at-both',
      bank: at,
      label: 'Current',
      number: '18449011898',
      type: 'CURRENT PLUS',
      balance: { currency: 'GBP', amount: '6599.63' },
      IBAN: 'BA12 1234 5123 4518 4490 1189 877',
      owners,
      generate_public_view: true,
    });
    const event = (at: string, number: string) => ({
      id: randomUUID(),
      bank_id: at,
      customer: { name: 'Dennis', number },
      category: 'CALL',
      detail: 'Called',
      channel: 'phone',
      actual_date: '2015-02-14T00:00:00.000Z',
    });
    return {
      banks: [
        {
          id: bankId,
          short_name: 'X',
          full_name: 'The Bank of X',
          logo: 'http://example.com/x.png',
          website: 'www.example.com',
        },
        { id: `${bankId}-2`, short_name: 'Y', full_name: 'The Bank of Y', logo: '', website: '' },
      ],
      users: [{ email: 'robert@example.com', password: 'Str0ng!pass', user_name: `Robert.${name}` }],
      accounts: [accountOf(bankId, [`Robert.${name}`]), accountOf(`${bankId}-2`, [`Robert.${name}`, `Susan.${name}`])],
      transactions: [{ id: 't1' }, { id: 't2' }],
      atms: [{ id: 'a1' }],
      crm_events: [event(bankId, 'bank-x1'), event(`${bankId}-2`, 'bank-y1')],
    };
  }

  test('is imported with banks, users, accounts, owners and CRM events, and the other sections are counted', async () => {
    const file = sandbox();
    const report = await imported({ 'sandbox.json': file });
    expect(sums(report, 'written')).toEqual({
      bank: 2,
      user: 1,
      account: 2,
      accountRouting: 2,
      accountHolder: 3,
      crmEvent: 2,
    });
    expect(sums(report, 'placeholders')).toEqual({ user: 1 });
    expect(report.skippedSections).toEqual(
      new Map([
        ['transactions', 2],
        ['atms', 1],
      ]),
    );
    expect(report).toMatchObject({ skippedPasswords: 1, correctedUrls: 2 });
    expect(renderReport(report)).toContain('Sections that are not imported: transactions (2), atms (1)');
    expect(await rowsOf(bank, 'id', bankId)).toMatchObject([
      { shortName: 'X', logoUrl: 'https://example.com/x.png', websiteUrl: 'https://www.example.com/' },
    ]);
    expect(await rowsOf(account, 'id', 'same-at-both')).toHaveLength(2);
    expect(await rowsOf(accountRouting, 'bankId', bankId)).toMatchObject([
      { scheme: 'IBAN', address: 'BA1212345123451844901189877' },
    ]);
    const [robert] = await rowsOf(user, 'username', file.users[0]?.user_name ?? '');
    expect(robert).toMatchObject({ email: 'robert@example.com', provider: localProvider, passwordHash: null });
    expect(await rowsOf(accountHolder, 'userId', robert?.id ?? '')).toHaveLength(2);
    expect(await rowsOf(crmEvent, 'bankId', bankId)).toMatchObject([
      { customerId: null, customerName: 'Dennis', customerNumber: 'bank-x1' },
    ]);

    const again = await imported({ 'sandbox.json': file });
    expect(sums(again, 'written')).toEqual({});
    expect(sums(again, 'placeholders')).toEqual({});
    expect(sums(again, 'unchanged')).toEqual({
      bank: 2,
      user: 1,
      account: 2,
      accountRouting: 2,
      accountHolder: 3,
      crmEvent: 2,
    });
  });

  test('assigns CRM events to customers that are imported later', async () => {
    const file = sandbox();
    await imported({ 'sandbox.json': file });
    const ada = customerRecord({ customer_number: 'bank-x1' });
    const report = await imported({ 'sandbox.json': file, 'ada.json': ada });
    expect(sums(report, 'updated')).toEqual({ crmEvent: 1 });
    expect(await rowsOf(crmEvent, 'bankId', bankId)).toMatchObject([{ customerId: ada.customer_id }]);
  });

  test('is imported with hashed passwords, only with --with-passwords', async () => {
    const file = sandbox();
    await imported({ 'sandbox.json': file }, { withPasswords: true });
    const [robert] = await rowsOf(user, 'username', file.users[0]?.user_name ?? '');
    expect(robert?.passwordHash).toMatch(/^\$argon2id\$/);
    expect(robert?.emailValidatedAt).toBeInstanceOf(Date);
    expect(await verifyPassword(robert?.passwordHash ?? null, 'Str0ng!pass')).toBe(true);
    expect(sums(await imported({ 'sandbox.json': file }, { withPasswords: true }), 'unchanged')).toMatchObject({
      user: 1,
    });

    const weak = { users: [{ ...sandbox().users[0], password: 'password' }] };
    expect((await importing({ 'weak.json': weak }, { withPasswords: true })).problems).toEqual([
      'weak.json, line 1, users[0]: user password must meet the rule for passwords (OBP-30207)',
    ]);
  });
});

describe('lists of users', () => {
  const account = (id: string, owners: string[]) => ({ id, bank: bankId, label: 'Current', owners });

  test('have at most 500 account holders, and stored ones do not count twice', async () => {
    const userId = randomUUID();
    const robert = { user_id: userId, email: 'r@example.com', provider_id: userId, provider: 'OBP', username: userId };
    const ids = Array.from({ length: 501 }, (_, index) => `${userId.slice(0, 8)}-${index}`);
    const accounts = (from: number, to: number) => ids.slice(from, to).map((id) => account(id, [userId]));
    const tooMany = await importing({ 'user.json': robert, 'accounts.json': { accounts: accounts(0, 501) } });
    expect(tooMany.problems).toEqual([
      expect.stringMatching(/accounts\[500\].* user_id must be the ID of a user with at most 500 account holders/),
    ]);
    await imported({ 'user.json': robert, 'accounts.json': { accounts: accounts(0, 500) } });
    await imported({ 'again.json': { accounts: accounts(0, 10) } });
    const { problems } = await importing({ 'one-more.json': { accounts: accounts(499, 501) } });
    expect(problems).toEqual([
      expect.stringMatching(/accounts\[1\].* user_id must be the ID of a user with at most 500 account holders/),
    ]);
  });

  test('have at most 500 links to customers', async () => {
    const userId = randomUUID();
    const customers = Array.from({ length: 501 }, () => customerRecord());
    const links = customers.map(({ customer_id }) => ({ customer_id, user_id: userId, is_active: true }));
    const { problems } = await importing({ 'all.json': { customers, user_customer_links: links } });
    expect(problems).toEqual([
      expect.stringMatching(
        /user_customer_links\[500\].* user_id must be the ID of a user with at most 500 user-customer links/,
      ),
    ]);
  });
});

describe('users', () => {
  const grant = (role: string, at: string) => ({ entitlement_id: randomUUID(), role_name: role, bank_id: at });

  function userRecord(entitlements: unknown[] = []) {
    const userId = randomUUID();
    return {
      user_id: userId,
      email: 'robert@example.com',
      provider_id: `Robert.${userId}`,
      provider: 'OBP',
      username: `Robert.${userId}`,
      entitlements: { list: entitlements },
    };
  }

  test('have entitlements only with --with-entitlements, and unknown roles are counted', async () => {
    const robert = userRecord([
      grant('CanGetCustomer', bankId),
      grant('CanGetAnyKycChecks', ''),
      grant('CanQueryOtherUser', bankId),
    ]);
    const left = await imported({ 'user.json': robert });
    expect(left.skippedEntitlements).toBe(2);
    expect(left.unknownRoles).toEqual(new Map([['CanQueryOtherUser', 1]]));
    expect(await rowsOf(entitlement, 'userId', robert.user_id)).toEqual([]);

    await imported({ 'user.json': robert }, { withEntitlements: true });
    const granted = await rowsOf(entitlement, 'userId', robert.user_id);
    expect(granted.map(({ roleName, bankId: at }) => [roleName, at]).sort()).toEqual([
      ['CanGetAnyKycChecks', null],
      ['CanGetCustomer', bankId],
    ]);
    const again = await imported({ 'user.json': robert }, { withEntitlements: true });
    expect(sums(again, 'unchanged')).toEqual({ user: 1, entitlement: 2 });
  });

  test('must have bank roles with a bank and system roles without', async () => {
    const robert = userRecord([grant('CanGetCustomer', ''), grant('CanGetAnyKycChecks', bankId)]);
    expect((await importing({ 'user.json': robert }, { withEntitlements: true })).problems).toEqual([
      'user.json, line 1, [0].entitlements.list[0]: entitlement bank_id is required for the bank role CanGetCustomer',
      'user.json, line 1, [0].entitlements.list[1]: entitlement bank_id must be omitted for the system role CanGetAnyKycChecks',
    ]);
    expect(await rowsOf(user, 'id', robert.user_id)).toEqual([]);
  });

  test('are completed by their records if they are placeholders, like banks', async () => {
    const ada = customerRecord();
    const robert = userRecord();
    await imported({ 'all.json': [ada, { customer_id: ada.customer_id, user_id: robert.user_id, is_active: true }] });
    const full = { id: bankId, short_name: 'X', full_name: 'The Bank of X' };
    const report = await imported({ 'all.json': [robert, full] });
    expect(sums(report, 'updated')).toEqual({ bank: 1, user: 1 });
    expect(await rowsOf(user, 'id', robert.user_id)).toMatchObject([{ username: robert.username, provider: 'OBP' }]);
    expect(await rowsOf(bank, 'id', bankId)).toMatchObject([{ shortName: 'X' }]);
  });

  test('must have unique usernames', async () => {
    const [robert, susan] = [userRecord(), userRecord()];
    const { problems } = await importing({
      'users.json': { users: [robert, { ...susan, username: robert.username }] },
    });
    expect(problems).toEqual([
      'users.json, line 1, users[1]: user username must be unique among the users of the provider, but is the same in users.json, line 1, users[0]',
    ]);
  });

  test('are imported from correlated entities with their attributes, but not linked to the customer', async () => {
    const ada = customerRecord();
    const robert = {
      ...userRecord(),
      user_attributes: [
        {
          user_attribute_id: randomUUID(),
          name: 'LEVEL',
          type: 'INTEGER',
          value: '3',
          insert_date: '2020-01-01T00:00:00Z',
        },
      ],
    };
    const report = await imported({ 'entities.json': { correlated_entities: [{ customer: ada, users: [robert] }] } });
    expect(sums(report, 'written')).toEqual({ user: 1, userAttribute: 1, customer: 1 });
    expect(await rowsOf(userAttribute, 'userId', robert.user_id)).toMatchObject([{ name: 'LEVEL', value: '3' }]);
    expect(await rowsOf(userCustomerLink, 'customerId', ada.customer_id)).toEqual([]);
  });
});

test('the progress reports reading, checking and writing', async () => {
  const file = join(folder, 'customers.json');
  await writeFile(file, JSON.stringify({ customers: [customerRecord(), customerRecord()] }));
  const phases: unknown[] = [];
  await importFiles(database, [file], {}, { onProgress: (progress) => phases.push(progress) });
  expect(phases[0]).toMatchObject({ phase: 'read', records: 2 });
  expect(phases.at(-1)).toEqual({ phase: 'write', rows: 2, totalRows: 2 });
});

test('an interrupted import can be repeated', async () => {
  const records = Array.from({ length: 4500 }, () => customerRecord());
  const file = join(folder, 'customers.json');
  await writeFile(file, JSON.stringify({ customers: records }));
  const interrupted = importFiles(
    database,
    [file],
    {},
    {
      onProgress(progress) {
        if (progress.phase === 'write') throw new Error('interrupted');
      },
    },
  );
  await expect(interrupted).rejects.toThrow('interrupted');
  const before = await rowsOf(customer, 'bankId', bankId);
  expect(before.length).toBeGreaterThan(0);
  expect(before.length).toBeLessThan(4500);
  const report = await imported({ 'customers.json': { customers: records } });
  expect(sums(report, 'unchanged')).toEqual({ customer: before.length });
  expect(sums(report, 'written')).toEqual({ customer: 4500 - before.length });
});

describe('a user without an ID', () => {
  async function storedUser(values: Partial<typeof user.$inferInsert> = {}) {
    const id = randomUUID();
    const row = {
      id,
      username: `Robert.${id}`,
      email: 'robert@example.com',
      provider: localProvider,
      providerId: `Robert.${id}`,
      passwordHash: 'hash',
      createdAt: new Date('2020-01-01T00:00:00Z'),
      updatedAt: new Date('2020-01-01T00:00:00Z'),
      ...values,
    };
    await database.transaction(async (transaction) => {
      await transaction.insert(user).values(row);
    });
    return row;
  }

  const owned = (owners: string[], id = 'a-1') => ({ id, bank: bankId, label: 'Current', owners });
  const withRole = { list: [{ role_name: 'CanGetAnyUser', bank_id: '' }] };
  const otherEmail =
    'must be that of the user with this username in the database. If the record is of that user, add the user_id.';

  test.each([
    ['another email address', { email: 'mallory@example.com' }, 'robert@example.com', otherEmail],
    [
      'another validated email address',
      { email: 'mallory@example.com', emailValidatedAt: new Date(0) },
      'robert@example.com',
      otherEmail,
    ],
    ['a password and no email address', { email: null }, 'robert@example.com', otherEmail],
    ['a password, if the record has no email address', {}, '', otherEmail],
    [
      'the same email address, which the user has not validated yet',
      { awaitsEmailValidation: true },
      'robert@example.com',
      otherEmail.replace('that of', 'validated by'),
    ],
  ])('is not a stored user with %s, and receives neither accounts nor roles', async (_case, values, email, reason) => {
    const registered = await storedUser(values);
    const file = {
      users: [{ user_name: registered.username, email, entitlements: withRole }],
      accounts: [owned([registered.username])],
    };
    const { problems, report } = await importing({ 'sandbox.json': file }, { withEntitlements: true });
    expect(problems).toEqual([
      `sandbox.json, line 1, users[0]: user email ${reason}`,
      'sandbox.json, line 1, users[0].entitlements.list[0]: entitlement username must be that of a valid user',
      'sandbox.json, line 1, accounts[0]: accountHolder owners must be valid users',
    ]);
    expect(report.isWritten).toBe(false);

    await importing({ 'sandbox.json': file }, { withEntitlements: true, skipInvalid: true });
    expect(await rowsOf(account, 'bankId', bankId)).toHaveLength(1);
    expect(await rowsOf(accountHolder, 'userId', registered.id)).toEqual([]);
    expect(await rowsOf(entitlement, 'userId', registered.id)).toEqual([]);

    // The user_id confirms that the record is of the stored user.
    const meant = { users: [{ ...file.users[0], user_id: registered.id }], accounts: file.accounts };
    await importing({ 'sandbox.json': meant }, { withEntitlements: true });
    expect(await rowsOf(accountHolder, 'userId', registered.id)).toHaveLength(1);
    expect(await rowsOf(entitlement, 'userId', registered.id)).toHaveLength(1);
  });

  test('is the stored user with the same username and email address', async () => {
    const created = await storedUser();
    const file = {
      users: [{ user_name: created.username, email: 'Robert@example.com' }],
      accounts: [owned([created.username])],
    };
    await imported({ 'sandbox.json': file });
    expect(await rowsOf(accountHolder, 'bankId', bankId)).toMatchObject([{ userId: created.id }]);
  });

  test('completes the email address of a stored placeholder', async () => {
    const username = `Susan.${bankId}`;
    await imported({ 'accounts.json': { accounts: [owned([username])] } });
    await imported(
      { 'users.json': { users: [{ user_name: username, email: 'susan@example.com' }] } },
      { update: true },
    );
    expect(await rowsOf(user, 'username', username)).toMatchObject([
      { email: 'susan@example.com', passwordHash: null },
    ]);
  });

  test('owns an account only if the stored user of that name is a placeholder', async () => {
    const registered = await storedUser();
    const validated = await storedUser({ emailValidatedAt: new Date(0) });
    const placeholder = await storedUser({ passwordHash: null });
    const ofProvider = await storedUser({ passwordHash: null, provider: 'https://login.example.com' });
    const names = [registered, validated, placeholder, ofProvider].map(({ username }) => username);
    const reason =
      'accountHolder owners must not be users who can have registered the username themselves. Add the record of the intended user, with the user_id.';
    const files = { 'accounts.json': { accounts: names.map((name, index) => owned([name], `a-${index}`)) } };
    const { problems } = await importing(files, { skipInvalid: true });
    expect(problems).toEqual([
      `accounts.json, line 1, accounts[0]: ${reason}`,
      `accounts.json, line 1, accounts[1]: ${reason}`,
      `accounts.json, line 1, accounts[3]: ${reason}`,
    ]);
    expect((await rowsOf(accountHolder, 'bankId', bankId)).map(({ userId }) => userId)).toEqual([placeholder.id]);
  });

  test('remains the owner if a password is set after the import', async () => {
    const username = `Susan.${bankId}`;
    const files = { 'accounts.json': { accounts: [owned([username])] } };
    await imported(files);
    await database.transaction(async (transaction) => {
      await transaction.update(user).set({ passwordHash: 'hash' }).where(eq(user.username, username));
    });
    expect(sums(await imported(files), 'unchanged')).toEqual({ account: 1, accountHolder: 1 });
  });

  test('is the user in the files, not a stored user of that name at another provider', async () => {
    const registered = await storedUser({ emailValidatedAt: new Date(0) });
    const userId = randomUUID();
    const { username } = registered;
    const ofObp = { user_id: userId, username, email: 'robert@example.com', provider: 'OBP' };
    await imported({ 'all.json': { users: [ofObp], accounts: [owned([username])] } });
    expect(await rowsOf(accountHolder, 'bankId', bankId)).toMatchObject([{ userId }]);

    const entitled = { username: `X.${bankId}`, provider: 'OBP', entitlements: withRole };
    const local = await storedUser({ username: entitled.username });
    await imported({ 'user.json': entitled }, { withEntitlements: true });
    expect(await rowsOf(entitlement, 'userId', local.id)).toEqual([]);
    const [written] = (await rowsOf(user, 'username', entitled.username)).filter(({ provider }) => provider === 'OBP');
    expect(await rowsOf(entitlement, 'userId', written?.id ?? '')).toHaveLength(1);
  });

  test('is not a user who registers the name during the import', async () => {
    const inFuture = new Date(Date.now() + 60_000);
    const meanwhile = await storedUser({ passwordHash: null, createdAt: inFuture });
    const file = {
      users: [{ user_name: meanwhile.username, email: meanwhile.email }],
      accounts: [owned([meanwhile.username])],
    };
    await expect(importing({ 'sandbox.json': file })).rejects.toThrow('was registered during the import');
    expect(await rowsOf(accountHolder, 'bankId', bankId)).toEqual([]);
  });
});

describe('several records of one object', () => {
  const secondDiffers =
    'b.json, line 1, [0]: customer date_of_birth must be the same as in a.json, line 1, customers[0]';

  test.each([
    ['for the first time', {}],
    ['with --update', { update: true }],
  ])('must not contradict each other %s, and the first record wins', async (_case, options) => {
    // OBP's examples of a list of customers and of a single customer differ like this.
    const ada = customerRecord({ date_of_birth: '19900101' });
    const files = {
      'a.json': { customers: [ada] },
      'b.json': { ...ada, date_of_birth: '1100-01-01T00:00:00Z' },
    };
    const { problems, report } = await importing(files, options);
    expect(problems).toEqual([secondDiffers]);
    expect(report.isWritten).toBe(false);
    expect(await rowsOf(customer, 'bankId', bankId)).toEqual([]);

    const skipped = await importing(files, { ...options, skipInvalid: true });
    expect(skipped.problems).toEqual([secondDiffers]);
    expect(skipped.differences).toEqual([]);
    expect(sums(skipped.report, 'written')).toEqual({ customer: 1 });
    expect(await rowsOf(customer, 'bankId', bankId)).toMatchObject([{ dateOfBirth: '1990-01-01' }]);
  });

  test('are merged if they are equal or contain more fields, in any order', async () => {
    const ada = customerRecord();
    const { credit_limit: _limit, dependants: _dependants, email: _email, ...shorter } = ada;
    const report = await imported({
      'a.json': shorter,
      'b.json': [ada, ada],
      'c.json': { ...shorter, email: ada.email },
    });
    expect(sums(report, 'written')).toEqual({ customer: 1 });
    expect(sums(report, 'unchanged')).toEqual({ customer: 3 });
    expect(await rowsOf(customer, 'bankId', bankId)).toMatchObject([
      { email: ada.email, dependants: 2, creditLimitAmount: '1000.50' },
    ]);
  });

  test('are reported with all differing fields and the first place', async () => {
    const ada = customerRecord();
    const { email: _email, ...withoutEmail } = ada;
    const check = { customer_id: ada.customer_id, id: 'c', date: '2020-01-01', how: 'passport', satisfied: true };
    const { problems } = await importing({
      'a.json': [withoutEmail, check],
      'b.json': [ada, { ...check, how: 'visit', satisfied: false }],
      'c.json': { ...ada, email: 'countess@example.com' },
    });
    expect(problems.sort()).toEqual([
      'b.json, line 1, [1]: kycCheck how, satisfied must be the same as in a.json, line 1, [1]',
      'c.json, line 1, [0]: customer email must be the same as in b.json, line 1, [0]',
    ]);
  });

  test('can differ in the KYC status, which follows the timeline', async () => {
    const ada = customerRecord();
    const status = { customer_id: ada.customer_id, ok: true, date: '2020-01-01' };
    const report = await imported({ 'a.json': [ada, { ...ada, kyc_status: false }, status] });
    expect(sums(report, 'unchanged')).toEqual({ customer: 1 });
    expect(await rowsOf(customer, 'bankId', bankId)).toMatchObject([{ kycStatus: true }]);
  });

  test('must not contain two email addresses for one username', async () => {
    const username = `Robert.${bankId}`;
    const file = {
      users: ['robert@example.com', 'mallory@example.com'].map((email) => ({ user_name: username, email })),
      accounts: [{ id: 'a-1', bank: bankId, owners: [username] }],
    };
    const { problems } = await importing({ 'sandbox.json': file }, { skipInvalid: true });
    expect(problems).toEqual([
      'sandbox.json, line 1, users[1]: user email must be the same as in sandbox.json, line 1, users[0]',
    ]);
    const [robert] = await rowsOf(user, 'username', username);
    expect(robert?.email).toBe('robert@example.com');
    expect(await rowsOf(accountHolder, 'userId', robert?.id ?? '')).toHaveLength(1);
  });
});

describe('imported usernames and email addresses', () => {
  const unique = () => randomUUID().replaceAll('-', '');

  /** Inserts a user with canonical names. */
  async function insertUser(username: string, email: string, emailValidatedAt: Date | null = null): Promise<string> {
    const id = randomUUID();
    const now = new Date();
    const names = canonicalNames({ provider: localProvider, username, email, emailValidatedAt });
    await database.transaction(async (transaction) => {
      await transaction.insert(user).values({
        ...{ id, username, email, emailValidatedAt, provider: localProvider, providerId: username },
        ...names,
        ...{ createdAt: now, updatedAt: now },
      });
    });
    return id;
  }

  test('must be unique in every spelling, in the files and in the database', async () => {
    const name = `Felix.${unique()}`;
    const { problems } = await importing(
      {
        'users.json': {
          users: [
            { user_id: randomUUID(), username: name, email: 'a@example.com' },
            { user_id: randomUUID(), username: name.toUpperCase(), email: 'b@example.com' },
            { user_name: name.toLowerCase(), email: 'c@example.com' },
          ],
        },
      },
      { skipInvalid: true },
    );
    const reason = 'user username must be unique among the users of the provider, in every spelling';
    expect(problems).toEqual([
      `users.json, line 1, users[1]: ${reason}, but is the same in users.json, line 1, users[0]`,
      `users.json, line 1, users[2]: ${reason}, but is the same in users.json, line 1, users[0]`,
    ]);
    const later = { 'users.json': { users: [{ user_name: name.toUpperCase(), email: 'a@example.com' }] } };
    expect((await importing(later)).problems).toEqual([
      `users.json, line 1, users[0]: ${reason}, but is the same in the database`,
    ]);
    expect(await rowsOf(user, 'username', name)).toMatchObject([{ canonicalUsername: name.toLowerCase() }]);
  });

  test('can change their spelling', async () => {
    const name = `felix.${unique()}`;
    const id = await insertUser(name, 'a@example.com');
    const files = { 'users.json': { users: [{ user_id: id, username: name.toUpperCase(), email: 'a@example.com' }] } };
    await imported(files, { update: true });
    expect(await rowsOf(user, 'id', id)).toMatchObject([{ username: name.toUpperCase(), canonicalUsername: name }]);
  });

  test('must be the address of the user if they are email addresses', async () => {
    const name = `${unique()}@example.com`;
    const record = { user_name: name, email: 'other@example.com' };
    const { problems } = await importing({ 'users.json': { users: [record] } });
    expect(problems).toEqual([
      'users.json, line 1, users[0]: user username must be equal to the email address of the user if it is an email address',
    ]);
    await imported({ 'users.json': { users: [{ ...record, email: name.toUpperCase() }] } });
  });

  test('must not be those of another user in another spelling, even for owners and placeholders', async () => {
    const [stored, owner] = [`felix.${unique()}`, `Susan.${unique()}`];
    await insertUser(stored, 'a@example.com');
    const owned = (id: string, name: string) => ({ id, bank: bankId, label: 'Current', owners: [name] });
    const { problems } = await importing(
      {
        'accounts.json': {
          accounts: [
            owned('a-1', stored.toUpperCase()),
            owned('a-2', owner),
            owned('a-3', owner.toLowerCase()),
            owned('a-4', owner),
          ],
        },
      },
      { skipInvalid: true },
    );
    expect(problems).toEqual([
      'accounts.json, line 1, accounts[0]: accountHolder owners must have the spelling of the username of the user',
      'accounts.json, line 1, accounts[2]: accountHolder owners must have the spelling of the username of the user',
    ]);
    expect(await rowsOf(user, 'username', owner)).toMatchObject([{ canonicalUsername: owner.toLowerCase() }]);
  });

  test('must be unique if a password validates the address', async () => {
    const email = `${unique()}@example.com`;
    await insertUser(`felix.${unique()}`, email, new Date());
    const withPassword = { email: email.toUpperCase(), password: 'Str0ng!pass', user_name: `other.${unique()}` };
    const files = { 'users.json': { users: [withPassword] } };
    expect((await importing(files, { withPasswords: true })).problems).toEqual([
      'users.json, line 1, users[0]: user email must be unique among the validated email addresses, but is the same in the database',
    ]);
    expect((await importing(files)).problems).toEqual([]);
  });

  test('lose their validation if the address changes', async () => {
    const [email, replaced] = [`${unique()}@example.com`, `${unique()}@example.com`];
    const name = `felix.${unique()}`;
    const id = await insertUser(name, email, new Date());
    const record = { user_id: id, username: name, email: replaced };
    await imported({ 'users.json': { users: [record] } }, { update: true });
    expect(await rowsOf(user, 'id', id)).toMatchObject([
      { email: replaced, emailValidatedAt: null, validatedEmail: null },
    ]);
  });
});
