/** The gaps of customers that an earlier version stored. A migration derives them with a copy of the SQL of `refreshKycGaps`. */
import { asc, eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';
import { kycCheck } from '../../src/domain/kyc/kyc-check.table.ts';
import { type KycGapRow, kycGap } from '../../src/domain/kyc/kyc-gap.table.ts';
import { refreshKycGaps } from '../../src/domain/kyc/kyc-gap.writes.ts';
import { dialectUnderTest } from '../support/database-url.ts';
import { createFormerDatabase, type FormerDatabase } from '../support/former-database.ts';

const bankId = 'gh.29.uk';
const day = (number: number) => new Date(Date.UTC(2024, 0, number));
const stored = (time: Date) => (dialectUnderTest === 'sqlite' ? time.getTime() : time.toISOString());
const truth = dialectUnderTest === 'sqlite' ? 1 : 'true';

async function insertFormerRows({ execute }: FormerDatabase): Promise<void> {
  const insert = (table: string, row: Record<string, string | number>) =>
    execute(
      `insert into ${table} (${Object.keys(row)}) values (${Object.keys(row).map(() => '?')})`,
      Object.values(row),
    );
  const times = { created_at: stored(day(1)), updated_at: stored(day(1)) };
  await insert('bank', { id: bankId, short_name: 'GH', full_name: 'GH', ...times });
  for (const id of ['complete', 'expired', 'nothing', 'retracted']) {
    const names = { customer_number: id, legal_name: 'Eve', legal_name_search: 'eve', mobile_phone_number: '1' };
    const status = { last_ok_date: stored(day(2)), last_ok_date_order: stored(day(2)) };
    await insert('customer', { id, bank_id: bankId, ...names, ...status, dob_of_dependants: '[]', ...times });
    if (id === 'nothing') continue;
    const of = { customer_id: id, bank_id: bankId, ...times };
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
}

test('are derived by the migration as by a write', async () => {
  const former = await createFormerDatabase('kyc_gaps');
  await insertFormerRows(former);
  const database = await openDatabase(former.url, { migrate: 'upgrade' });
  const gaps = () => database.read.select().from(kycGap).orderBy(asc(kycGap.customerId));
  const none = { noSatisfiedCheckSince: null, evidenceRetractedSince: null, mediaMissingSince: null };
  const expected: Omit<KycGapRow, 'bankId'>[] = [
    { customerId: 'complete', ...none, noValidDocumentSince: new Date('2099-01-02T00:00:00Z') },
    { customerId: 'expired', ...none, noValidDocumentSince: day(10) },
    { customerId: 'nothing', ...none, noSatisfiedCheckSince: day(1), noValidDocumentSince: day(1) },
    {
      ...{ customerId: 'retracted', noSatisfiedCheckSince: day(5), evidenceRetractedSince: day(5) },
      ...{ noValidDocumentSince: new Date('2099-01-02T00:00:00Z'), mediaMissingSince: day(1) },
    },
  ];

  expect(await gaps()).toEqual(expected.map((row) => ({ ...row, bankId })));

  // The rows are derived again from the evidence, which has changed.
  const ids = expected.map(({ customerId }) => customerId);
  await database.transaction(async (transaction) => {
    await transaction.update(kycCheck).set({ satisfied: false }).where(eq(kycCheck.customerId, 'complete'));
    await refreshKycGaps(transaction, ids);
  });
  expect(await gaps()).toEqual(
    expected.map((row) => ({
      ...row,
      bankId,
      noSatisfiedCheckSince: row.customerId === 'complete' ? day(1) : row.noSatisfiedCheckSince,
    })),
  );
  await database.close();
  await former.drop();
});
