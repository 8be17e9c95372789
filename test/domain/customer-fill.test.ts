/** The KYC gaps and states of customers that an earlier version stored, which are derived while the server serves. */
import { asc, eq, inArray, ne } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customerHistory } from '../../src/changes/customer-history.table.ts';
import type { Database } from '../../src/database/database.ts';
import { migrationsOf, pendingMigrations } from '../../src/database/migrations.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { fillKycStates } from '../../src/domain/customer/fill-kyc-states.ts';
import { KycState } from '../../src/domain/customer/kyc-state.ts';
import { pendingFill } from '../../src/domain/customer/pending-fill.table.ts';
import { fillKycGaps } from '../../src/domain/kyc/fill-kyc-gaps.ts';
import { kycCheck } from '../../src/domain/kyc/kyc-check.table.ts';
import { kycDocument } from '../../src/domain/kyc/kyc-document.table.ts';
import { type KycGapRow, kycGap } from '../../src/domain/kyc/kyc-gap.table.ts';
import { refreshKycGaps } from '../../src/domain/kyc/kyc-gap.writes.ts';
import { fillStoredCustomers } from '../../src/http/fill-stored-customers.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { createFormerDatabase, type FormerDatabase } from '../support/former-database.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';

const bankId = 'gh.29.uk';
const day = (number: number) => new Date(Date.UTC(2024, 0, number));
const stored = (time: Date) => (dialectUnderTest === 'sqlite' ? time.getTime() : time.toISOString());
const truth = dialectUnderTest === 'sqlite' ? 1 : 'true';

/** More than two batches. */
const others = Array.from({ length: 600 }, (_, index) => `other-${String(index).padStart(3, '0')}`);

/** The state of each customer whose state the columns or the timeline determine. The others were never assessed. */
const states: Readonly<Record<string, KycState>> = {
  complete: KycState.OK,
  expired: KycState.NOT_OK,
  refused: KycState.NOT_OK,
  retracted: KycState.NOT_OK,
};

async function insertFormerRows({ execute }: FormerDatabase): Promise<void> {
  const insert = (table: string, row: Record<string, string | number>) =>
    execute(
      `insert into ${table} (${Object.keys(row)}) values (${Object.keys(row).map(() => '?')})`,
      Object.values(row),
    );
  const times = { created_at: stored(day(1)), updated_at: stored(day(1)) };
  await execute('begin', []);
  await insert('bank', { id: bankId, short_name: 'GH', full_name: 'GH', ...times });
  for (const id of ['changed', 'complete', 'expired', 'refused', 'retracted', 'nothing', 'closed', ...others]) {
    const names = { customer_number: id, legal_name: 'Eve', legal_name_search: 'eve', mobile_phone_number: '1' };
    const wasOk = ['changed', 'complete', 'expired', 'retracted'].includes(id);
    const status: Record<string, string | number> = wasOk ? { last_ok_date: stored(day(2)) } : {};
    if (id === 'closed') status.closed_on = '2024-01-08';
    if (id === 'changed' || id === 'complete') status.kyc_status = truth;
    const derived = { last_ok_date_order: stored(day(2)), dob_of_dependants: '[]' };
    await insert('customer', { id, bank_id: bankId, ...names, ...status, ...derived, ...times });
    const of = { customer_id: id, bank_id: bankId, ...times };
    if (id === 'refused') {
      await insert('kyc_status', {
        ...of,
        id: 'status',
        ok: dialectUnderTest === 'sqlite' ? 0 : 'false',
        date: stored(day(3)),
      });
    }
    if (!wasOk) continue;
    const retraction: Record<string, string | number> = id === 'retracted' ? { retracted_at: stored(day(5)) } : {};
    await insert('kyc_check', {
      ...of,
      id: 'check',
      date: stored(day(1)),
      how: 'online',
      satisfied: truth,
      ...retraction,
    });
    const expiry = id === 'expired' ? '2024-01-09' : '2099-01-01';
    await insert('kyc_document', { ...of, id: 'document', type: 'passport', number: '1', expiry_date: expiry });
    if (id === 'retracted') continue;
    const file = { type: 'image', url: 'https://media.example.com/1.png', date: stored(day(1)) };
    await insert('kyc_media', { ...of, id: 'media', ...file, relates_to_kyc_document_id: 'document' });
  }
  await execute('commit', []);
}

let former: FormerDatabase;
let gateway: Gateway;
let database: Database;
let officer: TestUser;

beforeAll(async () => {
  former = await createFormerDatabase('kyc_gaps');
  await insertFormerRows(former);
  await (await openDatabase(former.url, { migrate: 'upgrade' })).close();
  gateway = await startGateway({ prepareDatabase: async () => former.url });
  database = gateway.database;
  const roles = ['CanGetCustomers', 'CanGetCustomer', 'CanGetKycStatusesAtOneBank', 'CanAddKycStatus'] as const;
  officer = await gateway.createUser({ roles: roles.map((role) => [role, bankId] as const) });
});

afterAll(async () => {
  await gateway.stop();
  await former.drop();
});

async function succeed(document: string, variables: object = {}) {
  const { data, errors } = await gateway.query(officer.token, document, { bankId, ...variables });
  expect(errors).toEqual([]);
  return data as Record<string, never>;
}

const none = { noSatisfiedCheckSince: null, evidenceRetractedSince: null, mediaMissingSince: null };

/** The gaps of some customers. */
const expectedGaps: readonly Omit<KycGapRow, 'bankId'>[] = [
  { customerId: 'closed', ...none, noValidDocumentSince: null },
  { customerId: 'complete', ...none, noValidDocumentSince: new Date('2099-01-02T00:00:00Z') },
  { customerId: 'expired', ...none, noValidDocumentSince: day(10) },
  { customerId: 'nothing', ...none, noSatisfiedCheckSince: day(1), noValidDocumentSince: day(1) },
  {
    ...{ customerId: 'retracted', noSatisfiedCheckSince: day(5), evidenceRetractedSince: day(5) },
    ...{ noValidDocumentSince: new Date('2099-01-02T00:00:00Z'), mediaMissingSince: day(1) },
  },
];
const sampledIds = expectedGaps.map(({ customerId }) => customerId);

const storedGaps = () =>
  database.read.select().from(kycGap).where(inArray(kycGap.customerId, sampledIds)).orderBy(asc(kycGap.customerId));

const queue =
  'query ($bankId: ID!) { customersWithKycGaps(bankId: $bankId, gap: NO_SATISFIED_CHECK) { totalCount nodes { customerId since } } }';
const counts = 'query ($bankId: ID!) { kycCounts(bankId: $bankId) { neverAssessed ok notOk } }';
const filtered =
  'query ($bankId: ID!) { customers(bankId: $bankId, filter: { kycState: NOT_OK }, sortBy: CREATED, sortDirection: ASC) { totalCount nodes { id } } }';
const single =
  'query ($bankId: ID!, $customerId: ID!) { customer(bankId: $bankId, customerId: $customerId) { kycState kycGaps { kind since } } }';

async function expectRightCustomers(): Promise<void> {
  for (const [customerId, kycState] of Object.entries({ ...states, nothing: KycState.NEVER_ASSESSED })) {
    const gaps = expectedGaps.find((row) => row.customerId === customerId);
    const times = [
      gaps?.noSatisfiedCheckSince,
      gaps?.noValidDocumentSince,
      gaps?.evidenceRetractedSince,
      gaps?.mediaMissingSince,
    ];
    const since = times.flatMap((time) => (time != null && time < new Date() ? [time.toISOString()] : [])).sort();
    const { customer: read } = await succeed(single, { customerId });
    expect(read).toMatchObject({ kycState });
    if (gaps === undefined) continue;
    expect(read).toMatchObject({ kycGaps: since.map((time) => ({ since: time })) });
  }
}

describe('before the values of customers of an earlier version are filled', () => {
  test.each([
    ['customersWithKycGaps', queue],
    ['kycCounts', counts],
    ['customers', filtered],
  ])('%s fails rather than return an incomplete result', async (field, document) => {
    const { data, errors } = await gateway.query(officer.token, document, { bankId });

    expect(data?.[field]).toBeNull();
    expect(errors).toMatchObject([
      { path: [field], extensions: { key: 'UPGRADE_UNFINISHED', code: 'SERVICE_UNAVAILABLE' } },
    ]);
  });

  test('each customer has the KYC state and the gaps that follow from the evidence', expectRightCustomers);

  test('the history records the state that follows from the evidence as the former one', async () => {
    const input = { ok: false, date: day(20).toISOString() };
    const add = (customerId: string) =>
      succeed(
        'mutation ($bankId: ID!, $customerId: ID!, $input: AddKycStatusInput!) { addKycStatus(bankId: $bankId, customerId: $customerId, input: $input) { kycStatus { ok } } }',
        { customerId, input },
      );
    await add('changed');

    const [entry] = await database.read.select().from(customerHistory).where(eq(customerHistory.customerId, 'changed'));
    expect(entry).toMatchObject({ before: { kycState: 'OK' }, after: { kycState: 'NOT_OK' } });
  });
});

test('the values are filled by processes at the same time, which resume after a stop', async () => {
  const other = await openDatabase(former.url);
  for (const fill of [fillKycGaps, fillKycStates]) {
    const stopped = new AbortController();
    await fill(database, { signal: stopped.signal, onFilled: () => stopped.abort() });
  }
  expect(await database.read.select().from(pendingFill).orderBy(asc(pendingFill.name))).toEqual([
    { name: 'kyc_gaps', filledRowNumber: 250 },
    { name: 'kyc_states', filledRowNumber: 250 },
  ]);
  const ended: string[] = [];
  const options = { onEnd: (message: string) => ended.push(message) };
  await Promise.all([fillStoredCustomers(database, options), fillStoredCustomers(other, options)]);
  await other.close();

  expect(await database.read.select().from(pendingFill)).toEqual([]);
  expect(new Set(ended)).toEqual(new Set(['KYC states filled', 'KYC gaps filled', 'names folded']));
  expect(await storedGaps()).toEqual(expectedGaps.map((row) => ({ ...row, bankId })));
  const rows = await database.read.select().from(customer).where(ne(customer.id, 'changed'));
  for (const { id, kycState, version } of rows) {
    expect([id, kycState, version]).toEqual([id, states[id] ?? KycState.NEVER_ASSESSED, 1]);
  }
  expect((await succeed(counts)).kycCounts).toEqual({ neverAssessed: 602, ok: 1, notOk: 4 });
  const notOk = ['changed', 'expired', 'refused', 'retracted'];
  expect((await succeed(filtered)).customers).toEqual({ totalCount: 4, nodes: notOk.map((id) => ({ id })) });
  const { customersWithKycGaps } = (await succeed(queue)) as Record<string, { totalCount: number }>;
  expect(customersWithKycGaps?.totalCount).toBe(603);
  await expectRightCustomers();
});

test('the gaps are derived again after a write', async () => {
  await database.transaction(async (transaction) => {
    await transaction.update(kycCheck).set({ satisfied: false }).where(eq(kycCheck.customerId, 'complete'));
    await refreshKycGaps(transaction, sampledIds);
  });

  const [closed, complete, ...unchanged] = expectedGaps;
  expect(await storedGaps()).toEqual(
    [closed, { ...complete, noSatisfiedCheckSince: day(1) }, ...unchanged].map((row) => ({ ...row, bankId })),
  );
});

test('the upgrade removes closed customers from lists that an earlier version derived', async () => {
  const earlier = await createFormerDatabase('closed_in_queues');
  await insertFormerRows(earlier);
  for (const id of ['closed', 'expired']) {
    await earlier.execute(
      'insert into kyc_gap (customer_id, bank_id, no_satisfied_check_since, no_valid_document_since) values (?, ?, ?, ?)',
      [id, bankId, stored(day(1)), stored(day(1))],
    );
  }
  await earlier.execute("update customer set closed_on = '2024-01-08' where id = 'complete'", []);

  const upgraded = await openDatabase(earlier.url, { migrate: 'upgrade' });
  const gaps = await upgraded.read.select().from(kycGap).orderBy(asc(kycGap.customerId));
  const documents = await upgraded.read.select().from(kycDocument).orderBy(asc(kycDocument.customerId));
  await upgraded.close();
  await earlier.drop();

  expect(gaps.map(({ customerId, noValidDocumentSince }) => [customerId, noValidDocumentSince])).toEqual([
    ['closed', null],
    ['expired', day(1)],
  ]);
  expect(documents.map(({ customerId, ofClosedCustomer }) => [customerId, ofClosedCustomer])).toEqual([
    ['changed', false],
    ['complete', true],
    ['expired', false],
    ['retracted', false],
  ]);
});

test('a database that was migrated with the former files of the migrations needs no fill', () => {
  const formerHashes =
    dialectUnderTest === 'sqlite'
      ? {
          kyc_gaps: 'c913256f83587edcdb961b3142b77c644f619da20edc4f093981719a06c99c83',
          kyc_state: 'b1a1c60e1c397e6e824a8df91c0404fa1ff5baaa48339b0b50314f44072116e2',
        }
      : {
          kyc_gaps: '5e2f26774a683a79e3481e5c1ae57f74d163179c280900e485db856cf51f73e5',
          kyc_state: '2fc93c31ff3d4d96e71f4a5f74037b3f68de2bd839f5971b33f8aed2df54bee6',
        };
  const applied = migrationsOf(dialectUnderTest).map(({ hash, statements }) => {
    if (statements.some((text) => /^create table .kyc_gap/i.test(text))) return formerHashes.kyc_gaps;
    return statements.some((text) => /^create table .kyc_count/i.test(text)) ? formerHashes.kyc_state : hash;
  });

  expect(applied).toContain(formerHashes.kyc_gaps);
  expect(applied).toContain(formerHashes.kyc_state);
  expect(pendingMigrations(dialectUnderTest, applied)).toEqual([]);
});
