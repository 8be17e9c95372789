import { randomInt } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { fillKycStates } from '../../src/domain/customer/fill-kyc-states.ts';
import { kycCount } from '../../src/domain/customer/kyc-count.table.ts';
import { KycState } from '../../src/domain/customer/kyc-state.ts';
import { kycStatus } from '../../src/domain/kyc/kyc-status.table.ts';
import { kycStatusProposal } from '../../src/domain/kyc/kyc-status-proposal.table.ts';
import { KycStatusProposalState } from '../../src/domain/kyc/kyc-status-proposal-state.ts';
import { generateCustomers } from '../../src/import/generate.ts';
import { importFiles } from '../../src/import/import.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { createFormerDatabase } from '../support/former-database.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';

let gateway: Gateway;
let officer: TestUser;
let second: TestUser;
let folder: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  const roles = [
    ...(['CanCreateCustomer', 'CanDeleteCustomerCascade', 'CanAddKycStatus', 'CanRetractKycStatus'] as const),
    ...(['CanConfirmKycStatus', 'CanGetKycCounts', 'CanGetCustomers'] as const),
  ].map((role) => [role, bankId] as const);
  officer = await gateway.createUser({ roles });
  second = await gateway.createUser({ roles });
  folder = await mkdtemp(join(tmpdir(), 'kyc-counts-'));
});

afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true });
});

interface Counts {
  neverAssessed: number;
  ok: number;
  notOk: number;
  openKycStatusProposals: number;
}

const countsQuery = /* GraphQL */ `query ($bankId: ID!) {
  kycCounts(bankId: $bankId) { bankId neverAssessed ok notOk openKycStatusProposals }
}`;

async function countsAt(at: string): Promise<Counts> {
  const reader = at === bankId ? officer : await gateway.createUser({ roles: [['CanGetKycStatusesAtOneBank', at]] });
  const { data, errors } = await gateway.query<{ kycCounts: Counts & { bankId: string } }>(reader.token, countsQuery, {
    bankId: at,
  });
  expect(errors).toEqual([]);
  const { bankId: of, ...counts } = data?.kycCounts ?? { bankId: null };
  expect(of).toBe(at);
  return counts as Counts;
}

/** The state that follows from the columns and the timeline, as the upgrade derives it. */
async function expectedStates(at: string): Promise<Map<string, KycState>> {
  const { read } = gateway.database;
  const customers = await read.select().from(customer).where(eq(customer.bankId, at));
  const statuses = await read.select().from(kycStatus).where(eq(kycStatus.bankId, at));
  const assessed = new Set(statuses.filter(({ retractedAt }) => retractedAt === null).map((row) => row.customerId));
  return new Map(
    customers.map(({ id, kycStatus: isOk, lastOkDate }) => {
      if (isOk) return [id, KycState.OK];
      return [id, lastOkDate !== null || assessed.has(id) ? KycState.NOT_OK : KycState.NEVER_ASSESSED];
    }),
  );
}

/** Compares the counts and the states with the stored rows. */
async function expectExactCounts(at: string): Promise<void> {
  const { read } = gateway.database;
  const rows = await read.select().from(customer).where(eq(customer.bankId, at));
  const expected = await expectedStates(at);
  expect(new Map(rows.map(({ id, kycState }) => [id, kycState]))).toEqual(expected);
  const total = (state: KycState) => [...expected.values()].filter((each) => each === state).length;
  const proposals = await read.select().from(kycStatusProposal).where(eq(kycStatusProposal.bankId, at));
  expect(await countsAt(at)).toEqual({
    neverAssessed: total(KycState.NEVER_ASSESSED),
    ok: total(KycState.OK),
    notOk: total(KycState.NOT_OK),
    openKycStatusProposals: proposals.filter(({ state }) => state === KycStatusProposalState.PROPOSED).length,
  });
}

describe('kycCounts', () => {
  test('is refused to an anonymous caller, and to callers without a role at the bank', async () => {
    const elsewhere = await gateway.createUser({
      roles: [
        ['CanGetKycCounts', otherBankId],
        ['CanGetCustomers', bankId],
      ],
    });

    const anonymous = await gateway.query(null, countsQuery, { bankId });
    const refused = await gateway.query(elsewhere.token, countsQuery, { bankId });

    expect(anonymous.errors[0]?.extensions.obpCode).toBe('OBP-20001');
    expect(refused.data).toEqual({ kycCounts: null });
    expect(refused.errors[0]?.extensions).toMatchObject({
      obpCode: 'OBP-20006',
      missingRoles: ['CanGetKycCounts', 'CanGetAnyKycStatuses', 'CanGetKycStatusesAtOneBank'],
    });
  });

  test('is zero for a bank without customers', async () => {
    await gateway.createBank('empty.bank');

    expect(await countsAt('empty.bank')).toEqual({ neverAssessed: 0, ok: 0, notOk: 0, openKycStatusProposals: 0 });
  });

  test('equals a count of the rows after generated customers', async () => {
    await generateCustomers(gateway.database, { count: 300, bankIds: ['generated.bank'] });

    await expectExactCounts('generated.bank');
  });
});

interface Operations {
  random(below: number): number;
  customerIds: string[];
}

async function mutation(
  caller: TestUser,
  field: string,
  variables: Record<string, [type: string, value: unknown]>,
  selection: string,
): Promise<Record<string, unknown> | null> {
  const types = Object.entries(variables).map(([name, [type]]) => `$${name}: ${type}`);
  const names = Object.keys(variables).map((name) => `${name}: $${name}`);
  const values = Object.fromEntries(Object.entries(variables).map(([name, [, value]]) => [name, value]));
  const document = `mutation ($bankId: ID!, ${types.join(', ')}) {
    result: ${field}(bankId: $bankId, ${names.join(', ')}) { ${selection} } }`;
  const { data } = await gateway.query<{ result: Record<string, unknown> | null }>(caller.token, document, {
    bankId,
    ...values,
  });
  return data?.result ?? null;
}

let imports = 0;

/** Each operation can also fail, because others run at the same time: then it must change no count. */
const operations: Record<string, (of: Operations) => Promise<unknown>> = {
  async createCustomer({ random, customerIds }) {
    const status = random(2) === 0 ? {} : { kycStatus: true };
    const input = { legalName: 'Ada Lovelace', mobilePhoneNumber: '+447972444876', ...status };
    const result = await mutation(
      officer,
      'createCustomer',
      { input: ['CreateCustomerInput!', input] },
      'customer { id }',
    );
    const created = result?.customer as { id: string } | undefined;
    customerIds.push(created?.id ?? '');
  },
  addKycStatus({ random, customerIds }) {
    const date = new Date(Date.UTC(2024, 0, 1 + random(20))).toISOString();
    const customerId = customerIds[random(customerIds.length)];
    const variables = { customerId: ['ID!', customerId], input: ['AddKycStatusInput!', { ok: random(2) === 0, date }] };
    return mutation(officer, 'addKycStatus', variables as never, 'kycStatus { id }');
  },
  async retractKycStatus({ random, customerIds }) {
    const customerId = customerIds[random(customerIds.length)] ?? '';
    const rows = await gateway.database.read.select().from(kycStatus).where(eq(kycStatus.customerId, customerId));
    const id = rows[random(rows.length + 1)]?.id ?? 'no-status';
    const variables = {
      customerId: ['ID!', customerId],
      input: ['RetractKycStatusInput!', { id, reason: 'A mistake' }],
    };
    return mutation(officer, 'retractKycStatus', variables as never, 'kycStatus { id }');
  },
  proposeKycStatus({ random, customerIds }) {
    const date = new Date(Date.UTC(2024, 1, 1 + random(20))).toISOString();
    const customerId = customerIds[random(customerIds.length)];
    const variables = { customerId: ['ID!', customerId], input: ['AddKycStatusInput!', { ok: random(2) === 0, date }] };
    return mutation(officer, 'proposeKycStatus', variables as never, 'kycStatusProposal { id }');
  },
  async decide({ random }) {
    const open = await gateway.database.read
      .select()
      .from(kycStatusProposal)
      .where(eq(kycStatusProposal.state, KycStatusProposalState.PROPOSED));
    const proposal = open[random(open.length + 1)];
    if (proposal === undefined) return;
    const of = { customerId: ['ID!', proposal.customerId], id: ['ID!', proposal.id] };
    if (random(2) === 0) await mutation(second, 'confirmKycStatus', of as never, 'kycStatusProposal { id }');
    else {
      const rejected = { ...of, reason: ['String!', 'The passport had expired'] };
      await mutation(second, 'rejectKycStatus', rejected as never, 'kycStatusProposal { id }');
    }
  },
  deleteCustomer({ random, customerIds }) {
    const [customerId] = customerIds.splice(random(customerIds.length), 1);
    return mutation(officer, 'deleteCustomerCascade', { customerId: ['ID!', customerId] }, 'customer { id }');
  },
  async importFile({ random, customerIds }) {
    imports += 1;
    const file = join(folder, `${imports}.json`);
    const known = customerIds[random(customerIds.length)];
    const ids = [`imported-${imports}`, `later-${imports}`];
    const at = (day: number) => new Date(Date.UTC(2023, 0, day)).toISOString();
    const customers = ids.map((id, index) => ({
      ...{
        bank_id: bankId,
        customer_id: id,
        customer_number: id,
        legal_name: 'Ada',
        mobile_phone_number: '+447972444876',
      },
      ...(index === 1 ? { kyc_status: random(2) === 0, last_ok_date: at(3) } : { kyc_status: false }),
    }));
    const statuses = [ids[0], known].map((id) => ({
      ...{ bank_id: bankId, customer_id: id, ok: random(2) === 0, date: at(1 + random(20)) },
    }));
    await writeFile(file, JSON.stringify({ customers, statuses }));
    // The known customer might be deleted before the import refers to it. Then the database refuses the batch.
    await importFiles(gateway.database, [file], { update: true }).catch(() => undefined);
    customerIds.push(...ids);
  },
};

/** The generator mulberry32, so that a failed run can be repeated. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

test('the counts equal the rows after a random mix of concurrent operations', { timeout: 120_000 }, async () => {
  const seed = Number(process.env.KYC_COUNTS_SEED ?? randomInt(2 ** 31));
  console.log(`KYC_COUNTS_SEED=${seed}`);
  const random = randomOf(seed);
  const customerIds = await Promise.all(
    Array.from({ length: 10 }, async () => (await insertCustomer(gateway.database, { bankId })).id),
  );
  const names = Object.keys(operations);
  for (let round = 0; round < 12; round += 1) {
    const chosen = Array.from({ length: 8 }, () => names[random(names.length)] ?? '');
    await Promise.all(chosen.map((name) => operations[name]?.({ random, customerIds })));
    await expectExactCounts(bankId);
  }
  expect(await countsAt(otherBankId)).toMatchObject({ ok: 0 });
});

test('the total of customers in a state is that of kycCounts, with closed customers', async () => {
  const { neverAssessed: before } = await countsAt(bankId);
  await insertCustomer(gateway.database, { bankId, closedOn: '2024-05-31' });
  const { data } = await gateway.query<Record<string, { totalCount: number; nodes: { kycState: string }[] }>>(
    officer.token,
    `query ($bankId: ID!) { ${Object.values(KycState)
      .map(
        (state) => `${state}: customers(bankId: $bankId, filter: { kycState: ${state} }) {
        totalCount nodes { kycState } }`,
      )
      .join(' ')} }`,
    { bankId },
  );

  const { neverAssessed, ok, notOk } = await countsAt(bankId);
  expect(neverAssessed).toBe(before + 1);
  expect(data?.NEVER_ASSESSED?.totalCount).toBe(neverAssessed);
  expect(data?.OK?.totalCount).toBe(ok);
  expect(data?.NOT_OK?.totalCount).toBe(notOk);
  for (const [state, list] of Object.entries(data ?? {})) {
    for (const { kycState } of list.nodes) expect(kycState).toBe(state);
  }
});

/** SQLite has a single writer, which runs its transactions one after the other. */
describe.each(dialectUnderTest === 'postgresql' ? ['postgresql'] : [])('a writer on %s', () => {
  test('does not wait for another one that changed the same counts and is not committed', async () => {
    const before = await countsAt(bankId);
    const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
    const { promise: isInserted, resolve: inserted } = Promise.withResolvers<void>();
    const first = await insertCustomer(gateway.database, { bankId });
    const slow = gateway.database.transaction(async (transaction) => {
      await transaction.delete(customer).where(eq(customer.id, first.id));
      inserted();
      await isReleased;
    });
    await isInserted;

    await insertCustomer(gateway.database, { bankId });
    await insertCustomer(gateway.database, { bankId });
    expect(await countsAt(bankId)).toEqual({ ...before, neverAssessed: before.neverAssessed + 3 });
    release();
    await slow;

    await expectExactCounts(bankId);
  });
});

test('an upgrade fills the states and the counts', { timeout: 60_000 }, async () => {
  const former = await createFormerDatabase('kyc_state');
  const now = dialectUnderTest === 'sqlite' ? 0 : '2024-01-01T00:00:00Z';
  const no = dialectUnderTest === 'sqlite' ? 0 : 'false';
  const yes = dialectUnderTest === 'sqlite' ? 1 : 'true';
  await former.execute('insert into bank (id, created_at, updated_at) values (?, ?, ?)', [bankId, now, now]);
  const addCustomer = (id: string, isOk: number | string, lastOkDate: number | string | null) =>
    former.execute(
      `insert into customer (id, bank_id, customer_number, legal_name, legal_name_search, mobile_phone_number,
        dob_of_dependants, kyc_status, last_ok_date, last_ok_date_order, created_at, updated_at)
      values (?, ?, ?, 'Ada', 'ada', '', '[]', ?, ?, ?, ?, ?)`,
      [id, bankId, id, isOk, lastOkDate, now, now, now],
    );
  await addCustomer('ok', yes, now);
  await addCustomer('was-ok', no, now);
  await addCustomer('never-ok', no, null);
  await addCustomer('retracted', no, null);
  await addCustomer('unknown', no, null);
  const addStatus = (customerId: string, retractedAt: number | string | null) =>
    former.execute(
      `insert into kyc_status (id, bank_id, customer_id, ok, date, retracted_at, created_at, updated_at)
      values (?, ?, ?, ?, ?, ?, ?, ?)`,
      [customerId, bankId, customerId, no, now, retractedAt, now, now],
    );
  await addStatus('never-ok', null);
  await addStatus('retracted', now);

  const database = await openDatabase(former.url, { migrate: 'upgrade' });
  try {
    await fillKycStates(database);
    const rows = await database.read.select({ id: customer.id, state: customer.kycState }).from(customer);
    expect(Object.fromEntries(rows.map(({ id, state }) => [id, state]))).toEqual({
      ok: 'OK',
      'was-ok': 'NOT_OK',
      'never-ok': 'NOT_OK',
      retracted: 'NEVER_ASSESSED',
      unknown: 'NEVER_ASSESSED',
    });
    const counts = await database.read.select().from(kycCount);
    expect(Object.fromEntries(counts.map(({ state, total }) => [state, total]))).toEqual({
      OK: 1,
      NOT_OK: 2,
      NEVER_ASSESSED: 2,
    });
  } finally {
    await database.close();
    await former.drop();
  }
});
