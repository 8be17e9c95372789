import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { kycGap } from '../../src/domain/kyc/kyc-gap.table.ts';
import { KycGapKind } from '../../src/domain/kyc/kyc-gap.type.ts';
import { deriveKycGaps } from '../../src/domain/kyc/kyc-gap.writes.ts';
import { generateCustomers } from '../../src/import/generate.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { importRecords } from '../support/import-records.ts';

const bankId = 'gh.29.uk';
const longAgo = '2024-05-31T09:30:00.000Z';

let gateway: Gateway;
let officer: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  const roles = [
    ...['CanAddKycCheck', 'CanAddKycDocument', 'CanAddKycMedia', 'CanAddKycStatus', 'CanRetractKycEvidence'],
    ...['CanRetractKycStatus', 'CanGetKycStatusesAtOneBank', 'CanCreateCustomer', 'CanGetCustomer'],
    ...['CanDeleteCustomerCascade', 'CanCloseCustomer'],
  ] as const;
  officer = await gateway.createUser({ roles: roles.map((role) => [role, bankId] as const) });
});

afterAll(() => gateway.stop());

async function succeed(document: string, variables: object) {
  const { data, errors } = await gateway.query(officer.token, document, { bankId, ...variables });
  expect(errors).toEqual([]);
  return data as Record<string, Record<string, Record<string, unknown>>>;
}

async function newCustomer(): Promise<string> {
  const { createCustomer } = await succeed(
    'mutation ($bankId: ID!, $input: CreateCustomerInput!) { createCustomer(bankId: $bankId, input: $input) { customer { id } } }',
    { input: { legalName: 'Eveline Tripman', mobilePhoneNumber: '+447972444876' } },
  );
  return String(createCustomer?.customer?.id);
}

async function call(name: string, inputType: string, customerId: string, input: object) {
  const document = `mutation ($bankId: ID!, $customerId: ID!, $input: ${inputType}!) {
    ${name}(bankId: $bankId, customerId: $customerId, input: $input) { customer { id } } }`;
  await succeed(document, { customerId, input });
}

const addCheck = (customerId: string, kycCheckId: string, satisfied = true) =>
  call('addKycCheck', 'AddKycCheckInput', customerId, {
    ...{ kycCheckId, satisfied, date: longAgo, how: 'online', staffUserId: 'staff-1', staffName: 'Simon' },
  });

const addDocument = (customerId: string, kycDocumentId: string, expiryDate = '2099-01-01') =>
  call('addKycDocument', 'AddKycDocumentInput', customerId, {
    ...{ kycDocumentId, type: 'passport', number: '1', issueDate: '2010-01-01', issuePlace: 'Berlin', expiryDate },
  });

const addMedia = (customerId: string, kycMediaId: string, relatesToKycDocumentId: string) =>
  call('addKycMedia', 'AddKycMediaInput', customerId, {
    ...{ kycMediaId, relatesToKycDocumentId, type: 'image', url: 'https://media.example.com/1.png', date: longAgo },
  });

const addStatus = (customerId: string, date: string) =>
  call('addKycStatus', 'AddKycStatusInput', customerId, { ok: true, date });

const retract = (customerId: string, kind: string, kycEvidenceId: string) =>
  call('retractKycEvidence', 'RetractKycEvidenceInput', customerId, { kind, kycEvidenceId, reason: 'A mistake' });

const close = (customerId: string) =>
  call('closeCustomer', 'CloseCustomerInput', customerId, {
    date: new Date().toISOString().slice(0, 10),
    reason: 'Moved abroad',
  });

const reopen = (customerId: string) =>
  succeed(
    'mutation ($bankId: ID!, $customerId: ID!) { reopenCustomer(bankId: $bankId, customerId: $customerId) { customerId } }',
    { customerId },
  );

/** A customer without gaps, with `check-1`, `document-1`, and `media-1`. */
async function completeCustomer(): Promise<string> {
  const customerId = await newCustomer();
  await addCheck(customerId, 'check-1');
  await addDocument(customerId, 'document-1');
  await addMedia(customerId, 'media-1', 'document-1');
  return customerId;
}

interface Gap {
  kind: KycGapKind;
  since: string;
}

async function gapsOf(customerId: string): Promise<Gap[]> {
  const document = `query ($bankId: ID!, $customerId: ID!) {
    customer(bankId: $bankId, customerId: $customerId) { kycGaps { kind since } } }`;
  return (await succeed(document, { customerId })).customer?.kycGaps as unknown as Gap[];
}

const kindsOf = async (customerId: string) => (await gapsOf(customerId)).map(({ kind }) => kind).sort();

describe('Customer.kycGaps', () => {
  test('are the missing check and document for a new customer, since the customer was stored', async () => {
    const customerId = await newCustomer();
    const [stored] = await gateway.database.read.select().from(customer).where(eq(customer.id, customerId));

    const since = stored?.createdAt.toISOString();
    expect((await gapsOf(customerId)).toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual([
      { kind: 'NO_SATISFIED_CHECK', since },
      { kind: 'NO_VALID_DOCUMENT', since },
    ]);
  });

  test('are closed by a satisfied check, and by a document with a media item', async () => {
    const customerId = await newCustomer();
    await addCheck(customerId, 'failed', false);
    expect(await kindsOf(customerId)).toEqual(['NO_SATISFIED_CHECK', 'NO_VALID_DOCUMENT']);
    await addCheck(customerId, 'check-1');
    expect(await kindsOf(customerId)).toEqual(['NO_VALID_DOCUMENT']);
    await addDocument(customerId, 'document-1');
    expect(await kindsOf(customerId)).toEqual(['MEDIA_MISSING']);
    await addMedia(customerId, 'media-1', 'document-1');
    expect(await kindsOf(customerId)).toEqual([]);
  });

  test('contain an expired document, and only the media of the document that is valid longest', async () => {
    const customerId = await newCustomer();
    await addCheck(customerId, 'check-1');
    await addDocument(customerId, 'expired', '2021-01-01');
    await addMedia(customerId, 'of-expired', 'expired');
    expect(await kindsOf(customerId)).toEqual(['NO_VALID_DOCUMENT']);
    await addDocument(customerId, 'renewed', '2099-01-01');
    expect(await kindsOf(customerId)).toEqual(['MEDIA_MISSING']);
    await addMedia(customerId, 'of-renewed', 'renewed');
    await addDocument(customerId, 'shorter', '2098-01-01');
    expect(await kindsOf(customerId)).toEqual([]);
  });

  test.each([
    ['2099-01-01', '2099-01-02T00:00:00.000Z'],
    ['9999-12-31', undefined],
  ])('a document that expires on %s opens a gap after that day, without a write', async (expiryDate, since) => {
    const customerId = await newCustomer();
    await addDocument(customerId, 'document-1', expiryDate);

    const [row] = await gateway.database.read.select().from(kycGap).where(eq(kycGap.customerId, customerId));
    expect(row?.noValidDocumentSince?.toISOString()).toBe(since);
    await gateway.database.transaction((transaction) =>
      transaction
        .update(kycGap)
        .set({ noValidDocumentSince: new Date(longAgo) })
        .where(eq(kycGap.customerId, customerId)),
    );
    expect(await gapsOf(customerId)).toContainEqual({ kind: 'NO_VALID_DOCUMENT', since: longAgo });
  });

  test.each([
    ['CHECK', 'check-1', ['NO_SATISFIED_CHECK']],
    ['DOCUMENT', 'document-1', ['NO_VALID_DOCUMENT']],
    ['MEDIA', 'media-1', ['MEDIA_MISSING']],
  ])('are opened by the retraction of a %s, at its time', async (kind, id, kinds) => {
    const customerId = await completeCustomer();
    const before = Date.now();
    await retract(customerId, kind, id);

    const gaps = await gapsOf(customerId);
    expect(gaps.map((gap) => gap.kind)).toEqual(kinds);
    expect(new Date(gaps[0]?.since ?? 0).getTime()).toBeGreaterThanOrEqual(before);
  });

  test('contain a retraction after the last ok, until the status is confirmed again', async () => {
    const customerId = await completeCustomer();
    await addCheck(customerId, 'check-2');
    await addStatus(customerId, longAgo);
    await retract(customerId, 'CHECK', 'check-2');
    expect(await kindsOf(customerId)).toEqual(['EVIDENCE_RETRACTED']);

    await addStatus(customerId, new Date().toISOString());
    expect(await kindsOf(customerId)).toEqual([]);

    const document = `query ($bankId: ID!, $customerId: ID!) {
      customer(bankId: $bankId, customerId: $customerId) { kycStatuses { id } } }`;
    const statuses = (await succeed(document, { customerId })).customer?.kycStatuses as unknown as { id: string }[];
    await call('retractKycStatus', 'RetractKycStatusInput', customerId, { id: statuses[0]?.id, reason: 'A mistake' });
    expect(await kindsOf(customerId)).toEqual(['EVIDENCE_RETRACTED']);
  });

  test('are the same as those derived from all evidence, after each write', async () => {
    const customerId = await newCustomer();
    const writes = [
      async () => undefined,
      () => addCheck(customerId, 'failed', false),
      () => addCheck(customerId, 'check-1'),
      () => addDocument(customerId, 'expired', '2021-01-01'),
      () => addDocument(customerId, 'document-1'),
      () => addMedia(customerId, 'media-1', 'document-1'),
      () => addStatus(customerId, longAgo),
      () => addDocument(customerId, 'document-2', '2099-06-01'),
      () => retract(customerId, 'DOCUMENT', 'document-2'),
      () => retract(customerId, 'CHECK', 'check-1'),
      () => addCheck(customerId, 'check-2'),
      () => addStatus(customerId, new Date().toISOString()),
      () => retract(customerId, 'MEDIA', 'media-1'),
      () => addMedia(customerId, 'media-2', 'document-1'),
      () => close(customerId),
      () => retract(customerId, 'CHECK', 'check-2'),
      () => reopen(customerId),
    ];
    for (const [index, write] of writes.entries()) {
      await write();
      const stored = await gateway.database.read.select().from(kycGap).where(eq(kycGap.customerId, customerId));
      expect([index, stored]).toEqual([index, await deriveKycGaps(gateway.database, [customerId])]);
    }
  });

  test('are empty while the customer is closed, and have the same times when the customer is reopened', async () => {
    const customerId = await completeCustomer();
    await addStatus(customerId, longAgo);
    await addDocument(customerId, 'document-2', '2099-06-01');
    await retract(customerId, 'CHECK', 'check-1');
    const before = await gapsOf(customerId);
    const [row] = await gateway.database.read.select().from(kycGap).where(eq(kycGap.customerId, customerId));

    await close(customerId);
    expect(await gapsOf(customerId)).toEqual([]);
    await retract(customerId, 'DOCUMENT', 'document-2');
    await retract(customerId, 'DOCUMENT', 'document-1');
    expect(await gapsOf(customerId)).toEqual([]);
    await reopen(customerId);

    const after = await gapsOf(customerId);
    expect(before.map(({ kind }) => kind).sort()).toEqual([
      'EVIDENCE_RETRACTED',
      'MEDIA_MISSING',
      'NO_SATISFIED_CHECK',
    ]);
    const expected = before.filter(({ kind }) => kind !== 'MEDIA_MISSING');
    expect(after).toEqual([...expected, { kind: 'NO_VALID_DOCUMENT', since: expect.any(String) }]);
    expect(row?.noValidDocumentSince).toEqual(new Date('2099-06-02T00:00:00Z'));
  });

  test('are derived by an import, also for evidence that is added later', async () => {
    const ids = { bank_id: bankId, customer_id: 'imported-customer' };
    const record = { ...ids, customer_number: 'imported-1', legal_name: 'Ada', mobile_phone_number: '+44 7400 123456' };
    const check = { ...ids, id: 'check-1', date: longAgo, how: 'online', satisfied: true };
    expect(await importRecords(gateway.database, { customers: [record] })).toEqual([]);
    expect(await kindsOf('imported-customer')).toEqual(['NO_SATISFIED_CHECK', 'NO_VALID_DOCUMENT']);
    expect(await importRecords(gateway.database, { checks: [check] })).toEqual([]);
    expect(await kindsOf('imported-customer')).toEqual(['NO_VALID_DOCUMENT']);
  });

  test('are empty after the import of a closing, until an import removes the closing', async () => {
    const record = {
      ...{ bank_id: bankId, customer_id: 'imported-closed', customer_number: 'imported-2', legal_name: 'Ada' },
      mobile_phone_number: '+44 7400 123456',
    };
    const kinds: string[][] = [];
    for (const closed_on of ['2024-06-01', null, '2024-06-02']) {
      expect(
        await importRecords(gateway.database, { customers: [{ ...record, closed_on }] }, { update: true }),
      ).toEqual([]);
      kinds.push(await kindsOf('imported-closed'));
    }

    expect(kinds).toEqual([[], ['NO_SATISFIED_CHECK', 'NO_VALID_DOCUMENT'], []]);
  });

  test('are derived for generated customers', async () => {
    await generateCustomers(gateway.database, { count: 20, bankIds: ['generated.bank'] });
    const rows = await gateway.database.read.select().from(kycGap).where(eq(kycGap.bankId, 'generated.bank'));
    expect(rows).toHaveLength(20);
    const customers = await gateway.database.read.select().from(customer).where(eq(customer.bankId, 'generated.bank'));
    const open = customers.filter(({ closedOn }) => closedOn === null).map(({ id }) => id);
    const expiring = rows.filter(({ noValidDocumentSince }) => noValidDocumentSince !== null);
    expect(expiring.map(({ customerId }) => customerId).sort()).toEqual(open.sort());
  });

  test('are refused to a caller without the role at the bank', async () => {
    const customerId = await newCustomer();
    const reader = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });
    const { data, errors } = await gateway.query(
      reader.token,
      'query ($bankId: ID!, $customerId: ID!) { customer(bankId: $bankId, customerId: $customerId) { kycGaps { kind } } }',
      { bankId, customerId },
    );

    expect(data).toEqual({ customer: { kycGaps: null } });
    expect(errors[0]?.extensions.obpCode).toBe('OBP-20006');
  });

  test('are deleted with the customer', async () => {
    const customerId = await completeCustomer();
    await succeed(
      'mutation ($bankId: ID!, $customerId: ID!) { deleteCustomerCascade(bankId: $bankId, customerId: $customerId) { deleted { kycGaps } } }',
      { customerId },
    );

    expect(await gateway.database.read.select().from(kycGap).where(eq(kycGap.customerId, customerId))).toEqual([]);
  });
});

describe('customersWithKycGaps', () => {
  const list = `query ($bankId: ID!, $gap: KycGapKind!, $first: Int, $after: String) {
    customersWithKycGaps(bankId: $bankId, gap: $gap, first: $first, after: $after) {
      nodes { kind since bankId customerId customer { id } } totalCount pageInfo { endCursor hasNextPage } } }`;
  interface List {
    customersWithKycGaps: {
      nodes: (Gap & { customerId: string; customer: { id: string } })[];
      totalCount: number;
      pageInfo: { endCursor: string | null; hasNextPage: boolean };
    };
  }

  test.each(Object.values(KycGapKind))('returns the customers with %s, the oldest gap first', async (gap) => {
    const withGap = await completeCustomer();
    await addStatus(withGap, longAgo);
    if (gap === 'NO_VALID_DOCUMENT') await retract(withGap, 'DOCUMENT', 'document-1');
    else if (gap === 'MEDIA_MISSING') await retract(withGap, 'MEDIA', 'media-1');
    else await retract(withGap, 'CHECK', 'check-1');
    const without = await completeCustomer();
    const closed = await newCustomer();
    await addDocument(closed, 'document-1');
    await addStatus(closed, longAgo);
    await addDocument(closed, 'document-2');
    await retract(closed, 'DOCUMENT', gap === 'NO_VALID_DOCUMENT' ? 'document-1' : 'document-2');
    if (gap === 'NO_VALID_DOCUMENT') await retract(closed, 'DOCUMENT', 'document-2');
    expect(await kindsOf(closed)).toContain(gap);
    await close(closed);

    const nodes: List['customersWithKycGaps']['nodes'] = [];
    let total = 0;
    for (let after: string | null | undefined; after !== null; ) {
      const { data, errors } = await gateway.query<List>(officer.token, list, { bankId, gap, first: 2, after });
      expect(errors).toEqual([]);
      const page = data?.customersWithKycGaps;
      nodes.push(...(page?.nodes ?? []));
      total = page?.totalCount ?? 0;
      after = page?.pageInfo.hasNextPage === true ? page.pageInfo.endCursor : null;
    }

    const ids = nodes.map(({ customerId }) => customerId);
    expect(ids).toContain(withGap);
    expect(ids).not.toContain(without);
    expect(ids).not.toContain(closed);
    expect(total).toBe(new Set(ids).size);
    expect(nodes.map(({ customer }) => customer.id)).toEqual(ids);
    expect(nodes.map(({ since }) => since)).toEqual(nodes.map(({ since }) => since).toSorted());
    expect(new Set(nodes.map(({ kind }) => kind))).toEqual(new Set([gap]));
  });

  test('is refused without a role at the bank', async () => {
    const { token } = await gateway.createUser({ roles: [['CanGetKycStatusesAtOneBank', 'generated.bank']] });
    const { data, errors } = await gateway.query(token, list, { bankId, gap: 'MEDIA_MISSING' });

    expect(data).toEqual({ customersWithKycGaps: null });
    expect(errors[0]?.extensions.obpCode).toBe('OBP-20006');
  });
});
