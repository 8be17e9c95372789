import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Role } from '../../src/base/roles.ts';
import { customer } from '../../src/domain/customer/customer.table.ts';
import { kycCheck } from '../../src/domain/kyc/kyc-check.table.ts';
import { kycDocument } from '../../src/domain/kyc/kyc-document.table.ts';
import { kycMedia } from '../../src/domain/kyc/kyc-media.table.ts';
import { kycStatus } from '../../src/domain/kyc/kyc-status.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { codesOf } from '../support/paging.ts';
import { insertCustomer, insertKycCheck, insertKycDocument, insertKycMedia, insertKycStatus } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const otherCustomerId = 'of-the-other-bank';

let gateway: Gateway;
let officer: TestUser;
let customerId: string;

const adding: Role[] = ['CanAddKycCheck', 'CanAddKycDocument', 'CanAddKycMedia', 'CanAddKycStatus'];

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  await insertCustomer(gateway.database, { id: otherCustomerId, bankId: otherBankId });
  const reading: Role[] = ['CanGetKycChecksAtOneBank', 'CanGetKycDocumentsAtOneBank', 'CanGetKycMediaAtOneBank'];
  const roles: Role[] = [...adding, ...reading, 'CanRetractKycEvidence', 'CanGetCustomer'];
  officer = await gateway.createUser({ roles: roles.map((role) => [role, bankId]) });
});

beforeEach(async () => {
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
});

afterAll(() => gateway.stop());

const checkInput = {
  date: '2024-05-31T09:30:00Z',
  how: 'online',
  staffUserId: '67876',
  staffName: 'Simon',
  satisfied: true,
  comments: 'All is well.',
};
const documentInput = {
  type: 'passport',
  number: '83436',
  issueDate: '2018-03-09',
  issuePlace: 'Berlin',
  expiryDate: '2028-03-08',
};
const mediaInput = { type: 'image', url: 'https://media.example.com/passport.png', date: '2024-05-31T09:30:00Z' };

interface Kind {
  suffix: string;
  table: typeof kycCheck | typeof kycDocument | typeof kycMedia;
  input: Record<string, unknown>;
  /** The selected fields of the evidence. */
  fields: string;
  bad: [what: string, change: Record<string, unknown>, field: string | undefined][];
  /** A change of the values. */
  other: Record<string, unknown>;
}

const badIds = (idField: string): Kind['bad'] => [
  ['an empty ID', { [idField]: '' }, `input.${idField}`],
  ['an ID with other characters', { [idField]: 'a b' }, `input.${idField}`],
  ['an ID with the separator of global IDs', { [idField]: 'KycCheck~a~b' }, `input.${idField}`],
  ['an ID of 255 characters', { [idField]: 'x'.repeat(255) }, `input.${idField}`],
];

const kinds: Kind[] = [
  {
    suffix: 'Check',
    table: kycCheck,
    input: checkInput,
    fields: 'date how staffUserId staffName satisfied comments',
    bad: [
      ...badIds('kycCheckId'),
      ['a method that is too long', { how: 'x'.repeat(33) }, 'input.how'],
      ['an empty method', { how: ' ' }, 'input.how'],
      ['a staff user ID that is too long', { staffUserId: 'x'.repeat(65) }, 'input.staffUserId'],
      ['a staff name that is too long', { staffName: 'x'.repeat(65) }, 'input.staffName'],
      ['comments that are too long', { comments: 'x'.repeat(2001) }, 'input.comments'],
      ['a control character', { comments: 'a\u0000b' }, 'input.comments'],
      ['an invalid time', { date: '2024-02-30T00:00:00Z' }, 'input.date'],
    ],
    other: { satisfied: false },
  },
  {
    suffix: 'Document',
    table: kycDocument,
    input: documentInput,
    fields: 'type number issueDate issuePlace expiryDate',
    bad: [
      ...badIds('kycDocumentId'),
      ['a type that is too long', { type: 'x'.repeat(51) }, 'input.type'],
      ['a number that is too long', { number: 'x'.repeat(51) }, 'input.number'],
      ['a place that is too long', { issuePlace: 'x'.repeat(513) }, 'input.issuePlace'],
      ['an expiry date before the issue date', { expiryDate: '2018-03-08' }, 'input.expiryDate'],
      ['an invalid date', { issueDate: '2018-02-30' }, 'input.issueDate'],
    ],
    other: { expiryDate: '2028-03-09' },
  },
  {
    suffix: 'Media',
    table: kycMedia,
    input: mediaInput,
    fields: 'type url date relatesToKycDocumentId relatesToKycCheckId',
    bad: [
      ...badIds('kycMediaId'),
      ['a type that is too long', { type: 'x'.repeat(51) }, 'input.type'],
      ['a URL that is too long', { url: `https://media.example.com/${'x'.repeat(2000)}` }, 'input.url'],
      ['a URL that is not https', { url: 'http://media.example.com/passport.png' }, 'input.url'],
      ['a URL that is a script', { url: 'javascript:alert(1)' }, 'input.url'],
      ['an unknown document', { relatesToKycDocumentId: 'no-document' }, 'input.relatesToKycDocumentId'],
      ['an unknown check', { relatesToKycCheckId: 'no-check' }, 'input.relatesToKycCheckId'],
    ],
    other: { date: '2024-05-31T09:30:00.001Z' },
  },
];

describe.each(kinds)('addKyc$suffix', ({ suffix, table, input, fields, bad, other }) => {
  const field = `addKyc${suffix}`;
  const idField = `kyc${suffix}Id`;
  const add = `mutation ($bankId: ID!, $customerId: ID!, $input: AddKyc${suffix}Input!, $idempotencyKey: String) {
    ${field}(bankId: $bankId, customerId: $customerId, input: $input, idempotencyKey: $idempotencyKey) {
      kyc${suffix} { id ${idField} bankId customerId ${fields} retraction { reason } } customer { id } } }`;

  function storedOf(id: string) {
    return gateway.database.read.select().from(table).where(eq(table.customerId, id));
  }

  test('refuses a caller without the role at the bank and writes nothing', async () => {
    const caller = await gateway.createUser({ roles: [[`CanAddKyc${suffix}` as Role, otherBankId]] });

    const { data, errors } = await gateway.query(caller.token, add, { bankId, customerId, input });

    expect(data).toEqual({ [field]: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missingRoles: [`CanAddKyc${suffix}`] });
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('fails with OBP-30046 for a customer of another bank and writes nothing', async () => {
    const answer = await gateway.query(officer.token, add, { bankId, customerId: otherCustomerId, input });

    expect(codesOf(answer)).toEqual(['OBP-30046']);
    expect(await storedOf(otherCustomerId)).toEqual([]);
  });

  test.each(bad)('fails with OBP-10001 for %s and writes nothing', async (_what, change, invalidField) => {
    const { errors } = await gateway.query(officer.token, add, { bankId, customerId, input: { ...input, ...change } });

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001' });
    expect(errors[0]?.extensions.field).toBe(invalidField);
    expect(await storedOf(customerId)).toEqual([]);
  });

  test('returns the evidence and its customer, with the ID of the input or a generated ID', async () => {
    const withId = await gateway.query(officer.token, add, {
      bankId,
      customerId,
      input: { ...input, [idField]: 'own-id' },
    });
    const withoutId = await gateway.query(officer.token, add, { bankId, customerId, input });

    expect([...withId.errors, ...withoutId.errors]).toEqual([]);
    const stored = (await storedOf(customerId)).map(({ id }) => id);
    expect(stored).toHaveLength(2);
    expect(stored).toContain('own-id');
    const expected = Object.entries(input).map(([name, value]) => [
      name,
      name === 'date' ? new Date(String(value)).toISOString() : value,
    ]);
    expect(withId.data?.[field]).toEqual({
      [`kyc${suffix}`]: {
        ...(suffix === 'Media' ? { relatesToKycDocumentId: null, relatesToKycCheckId: null } : {}),
        ...Object.fromEntries(expected),
        id: `Kyc${suffix}~${customerId}~own-id`,
        [idField]: 'own-id',
        bankId,
        customerId,
        retraction: null,
      },
      customer: { id: customerId },
    });
  });

  test('returns existing evidence with the same values, and fails with CONFLICT for other values', async () => {
    const own = { ...input, [idField]: 'own-id' };
    const first = await gateway.query(officer.token, add, { bankId, customerId, input: own });
    const before = await storedOf(customerId);

    const same = await gateway.query(officer.token, add, { bankId, customerId, input: own });
    const { data, errors } = await gateway.query(officer.token, add, {
      bankId,
      customerId,
      input: { ...own, ...other },
    });

    expect(same.errors).toEqual([]);
    expect(same.data).toEqual(first.data);
    expect(data).toEqual({ [field]: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', obpCode: null, field: `input.${idField}` });
    expect(errors[0]?.message).toContain('never overwritten');
    expect(await storedOf(customerId)).toEqual(before);
  });

  test('accepts an ID that exists for another customer only', async () => {
    const second = await insertCustomer(gateway.database, { bankId });
    const own = { ...input, [idField]: 'own-id' };

    await gateway.query(officer.token, add, { bankId, customerId, input: own });
    const answer = await gateway.query(officer.token, add, {
      bankId,
      customerId: second.id,
      input: { ...own, ...other },
    });

    expect(answer.errors).toEqual([]);
    expect(await storedOf(second.id)).toHaveLength(1);
  });

  test('writes once and returns the same when requests with the same ID and values race', async () => {
    const variables = { bankId, customerId, input: { ...input, [idField]: 'own-id' } };

    const answers = await Promise.all(Array.from({ length: 6 }, () => gateway.query(officer.token, add, variables)));

    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test('succeeds once when requests with the same ID and other values race', async () => {
    const inputs = [input, { ...input, ...other }].map((values) => ({ ...values, [idField]: 'own-id' }));

    const answers = await Promise.all(
      inputs.map((racing) => gateway.query(officer.token, add, { bankId, customerId, input: racing })),
    );

    expect(answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code))).toEqual(['CONFLICT']);
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test('writes once for each idempotency key', async () => {
    const variables = { bankId, customerId, input, idempotencyKey: randomUUID() };

    const first = await gateway.query(officer.token, add, variables);
    const second = await gateway.query(officer.token, add, variables);

    expect(second.errors).toEqual([]);
    expect(second.data).toEqual(first.data);
    expect(await storedOf(customerId)).toHaveLength(1);
  });

  test('fails if the customer already has 500 of the kind, but still returns existing evidence', async () => {
    const own = { ...input, [idField]: 'own-id' };
    await gateway.query(officer.token, add, { bankId, customerId, input: own });
    const [stored] = await storedOf(customerId);
    if (stored === undefined) throw new Error('The evidence was not stored.');
    await gateway.database.transaction(async (transaction) => {
      const rows = Array.from({ length: 499 }, (_, index) => ({ ...stored, id: `filler-${index}` }));
      await transaction.insert(table as typeof kycCheck).values(rows as (typeof kycCheck.$inferInsert)[]);
    });

    const more = await gateway.query(officer.token, add, { bankId, customerId, input });
    const same = await gateway.query(officer.token, add, { bankId, customerId, input: own });

    expect(more.errors[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 500 });
    expect(same.errors).toEqual([]);
    expect(await storedOf(customerId)).toHaveLength(500);
  });
});

const addMedia = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $input: AddKycMediaInput!) {
  addKycMedia(bankId: $bankId, customerId: $customerId, input: $input) {
    kycMedia { kycMediaId relatesToKycDocumentId relatesToKycCheckId check { kycCheckId } } } }`;

describe('addKycMedia with related evidence', () => {
  test('accepts a document and a check of the same customer', async () => {
    const child = { bankId, customerId };
    await insertKycDocument(gateway.database, { ...child, id: 'document-1' });
    await insertKycCheck(gateway.database, { ...child, id: 'check-1' });
    const related = { relatesToKycDocumentId: 'document-1', relatesToKycCheckId: 'check-1' };

    const { data, errors } = await gateway.query(officer.token, addMedia, {
      ...child,
      input: { ...mediaInput, ...related },
    });

    expect(errors).toEqual([]);
    expect(data).toMatchObject({ addKycMedia: { kycMedia: { ...related, check: { kycCheckId: 'check-1' } } } });
  });

  test.each([
    ['document', 'relatesToKycDocumentId'],
    ['check', 'relatesToKycCheckId'],
  ] as const)('fails with OBP-10001 for a %s of another customer and writes nothing', async (kind, field) => {
    const second = await insertCustomer(gateway.database, { bankId });
    const values = { bankId, customerId: second.id, id: `foreign-${kind}` };
    if (kind === 'document') await insertKycDocument(gateway.database, values);
    else await insertKycCheck(gateway.database, values);

    const { errors } = await gateway.query(officer.token, addMedia, {
      bankId,
      customerId,
      input: { ...mediaInput, [field]: values.id },
    });

    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field: `input.${field}` });
    expect(await gateway.database.read.select().from(kycMedia).where(eq(kycMedia.customerId, customerId))).toEqual([]);
  });

  test('fails with OBP-10001 for retracted evidence, but still returns an existing media item', async () => {
    const child = { bankId, customerId };
    await insertKycDocument(gateway.database, { ...child, id: 'document-1', retractedAt: new Date() });
    const related = { ...mediaInput, relatesToKycDocumentId: 'document-1' };
    await insertKycMedia(gateway.database, { ...child, ...related, date: new Date(mediaInput.date), id: 'media-1' });

    const added = await gateway.query(officer.token, addMedia, { ...child, input: related });
    const same = await gateway.query(officer.token, addMedia, {
      ...child,
      input: { ...related, kycMediaId: 'media-1' },
    });

    expect(added.errors[0]?.extensions).toMatchObject({
      obpCode: 'OBP-10001',
      field: 'input.relatesToKycDocumentId',
    });
    expect(same.errors).toEqual([]);
    expect(await gateway.database.read.select().from(kycMedia).where(eq(kycMedia.customerId, customerId))).toHaveLength(
      1,
    );
  });
});

describe('addKycStatus', () => {
  const add = `mutation ($bankId: ID!, $customerId: ID!, $input: AddKycStatusInput!, $idempotencyKey: String) {
    addKycStatus(bankId: $bankId, customerId: $customerId, input: $input, idempotencyKey: $idempotencyKey) {
      kycStatus { id ok date } customer { kycStatus lastOkDate version } } }`;
  const at = (year: number) => `${year}-01-01T00:00:00.000Z`;

  function addStatus(ok: boolean, year: number) {
    return gateway.query(officer.token, add, { bankId, customerId, input: { ok, date: at(year) } });
  }

  function timelineOf(id: string) {
    return gateway.database.read.select().from(kycStatus).where(eq(kycStatus.customerId, id));
  }

  async function storedCustomer() {
    const [row] = await gateway.database.read.select().from(customer).where(eq(customer.id, customerId));
    return row;
  }

  test('refuses a caller without the role at the bank and writes nothing', async () => {
    const caller = await gateway.createUser({ roles: [['CanAddKycStatus', otherBankId]] });

    const { data, errors } = await gateway.query(caller.token, add, {
      bankId,
      customerId,
      input: { ok: true, date: at(2024) },
    });

    expect(data).toEqual({ addKycStatus: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missingRoles: ['CanAddKycStatus'] });
    expect(await timelineOf(customerId)).toEqual([]);
    expect(await storedCustomer()).toMatchObject({ kycStatus: false, lastOkDate: null, version: 1 });
  });

  test('fails with OBP-30046 for a customer of another bank and writes nothing', async () => {
    const input = { ok: true, date: at(2024) };

    const answer = await gateway.query(officer.token, add, { bankId, customerId: otherCustomerId, input });

    expect(codesOf(answer)).toEqual(['OBP-30046']);
    expect(await timelineOf(otherCustomerId)).toEqual([]);
  });

  test('fails with OBP-10001 for an invalid time', async () => {
    const input = { ok: true, date: '2024-01-01' };

    expect(codesOf(await gateway.query(officer.token, add, { bankId, customerId, input }))).toEqual(['OBP-10001']);
  });

  test('updates the customer', async () => {
    const { data, errors } = await addStatus(true, 2024);

    expect(errors).toEqual([]);
    expect(data?.addKycStatus).toEqual({
      kycStatus: { id: expect.any(String), ok: true, date: at(2024) },
      customer: { kycStatus: true, lastOkDate: at(2024), version: 2 },
    });
    expect(await storedCustomer()).toMatchObject({ lastOkDateOrder: new Date(at(2024)) });
  });

  test('updates the customer by the latest date, whatever the order of the calls', async () => {
    const steps: [ok: boolean, year: number, expected: object][] = [
      [false, 2022, { kycStatus: false, lastOkDate: null, version: 2 }],
      [true, 2020, { kycStatus: false, lastOkDate: at(2020), version: 3 }],
      [true, 2023, { kycStatus: true, lastOkDate: at(2023), version: 4 }],
      // Linked users see the version, but not the timeline.
      [true, 2021, { kycStatus: true, lastOkDate: at(2023), version: 4 }],
      [false, 2024, { kycStatus: false, lastOkDate: at(2023), version: 5 }],
    ];
    for (const [ok, year, expected] of steps) {
      const { data } = await addStatus(ok, year);
      expect(data).toMatchObject({ addKycStatus: { customer: expected } });
    }
    expect(await timelineOf(customerId)).toHaveLength(5);
  });

  test.each([
    [true, false],
    [false, true],
  ])('prefers the status that is not ok if two have the same date (%s, then %s)', async (first, second) => {
    await addStatus(first, 2024);

    const { data } = await addStatus(second, 2024);

    expect(data).toMatchObject({ addKycStatus: { customer: { kycStatus: false, lastOkDate: at(2024) } } });
  });

  test('returns an existing status and changes nothing', async () => {
    const first = await addStatus(true, 2024);

    const same = await addStatus(true, 2024);

    expect(same.errors).toEqual([]);
    expect(same.data).toEqual(first.data);
    expect(await timelineOf(customerId)).toHaveLength(1);
    expect(await storedCustomer()).toMatchObject({ version: 2 });
  });

  test('writes once for each idempotency key, and returns the same status', async () => {
    const variables = { bankId, customerId, input: { ok: true, date: at(2024) }, idempotencyKey: randomUUID() };

    const first = await gateway.query(officer.token, add, variables);
    const second = await gateway.query(officer.token, add, variables);

    expect(second.errors).toEqual([]);
    expect(second.data).toEqual(first.data);
    expect(await timelineOf(customerId)).toHaveLength(1);
  });

  test('updates the customer by the whole timeline when calls race', async () => {
    for (let round = 0; round < 5; round += 1) {
      customerId = (await insertCustomer(gateway.database, { bankId })).id;
      const years = [2020, 2025, 2021, 2024, 2022, 2023, 2023, 2021];

      const answers = await Promise.all(years.map((year) => addStatus(year !== 2025, year)));

      expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
      expect(await timelineOf(customerId)).toHaveLength(6);
      expect(await storedCustomer()).toMatchObject({
        kycStatus: false,
        lastOkDate: new Date(at(2024)),
        lastOkDateOrder: new Date(at(2024)),
      });
    }
  });

  test('fails if the customer already has 500 statuses', async () => {
    const { bankId: _bankId, ...row } = await insertKycStatus(gateway.database, { bankId, customerId });
    await gateway.database.transaction(async (transaction) => {
      const rows = Array.from({ length: 499 }, (_, index) => ({
        ...row,
        bankId,
        id: randomUUID(),
        date: new Date(index),
      }));
      await transaction.insert(kycStatus).values(rows);
    });

    const { errors } = await addStatus(true, 2024);

    expect(errors[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 500 });
    expect(await timelineOf(customerId)).toHaveLength(500);
    expect(await storedCustomer()).toMatchObject({ kycStatus: false, version: 1 });
  });
});

describe('retractKycEvidence', () => {
  const retract = `mutation ($bankId: ID!, $customerId: ID!, $input: RetractKycEvidenceInput!, $idempotencyKey: String) {
    retractKycEvidence(bankId: $bankId, customerId: $customerId, input: $input, idempotencyKey: $idempotencyKey) {
      kycCheck { kycCheckId how retraction { date userId reason } }
      kycDocument { kycDocumentId number retraction { date userId reason } }
      kycMedia { kycMediaId url retraction { date userId reason } }
      customer { id } } }`;
  const reason = 'It belongs to another person.';

  function callRetract(caller: TestUser, input: object, more: object = {}) {
    return gateway.query(caller.token, retract, { bankId, customerId, input: { reason, ...input }, ...more });
  }

  async function storedCheck(id = 'check-1') {
    const [row] = await gateway.database.read
      .select()
      .from(kycCheck)
      .where(and(eq(kycCheck.customerId, customerId), eq(kycCheck.id, id)));
    return row;
  }

  beforeEach(async () => {
    const child = { bankId, customerId };
    await insertKycCheck(gateway.database, { ...child, id: 'check-1' });
    await insertKycDocument(gateway.database, { ...child, id: 'document-1' });
    await insertKycMedia(gateway.database, { ...child, id: 'media-1' });
  });

  test('refuses a caller without the role and writes nothing', async () => {
    const adder = await gateway.createUser({ roles: adding.map((role) => [role, bankId]) });

    const { data, errors } = await callRetract(adder, { kind: 'CHECK', kycEvidenceId: 'check-1' });

    expect(data).toEqual({ retractKycEvidence: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missingRoles: ['CanRetractKycEvidence'] });
    expect(await storedCheck()).toMatchObject({ retractedAt: null });
  });

  test.each([
    ['an empty reason', { reason: ' ' }, 'input.reason'],
    ['a reason that is too long', { reason: 'x'.repeat(2001) }, 'input.reason'],
    ['an invalid ID', { kycEvidenceId: 'a b' }, 'input.kycEvidenceId'],
    ['an unknown kind', { kind: 'STATUS' }, 'input.kind'],
  ])('fails with OBP-10001 for %s and writes nothing', async (_what, change, field) => {
    const { errors } = await callRetract(officer, { kind: 'CHECK', kycEvidenceId: 'check-1', ...change });

    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001' });
    expect(errors[0]?.extensions.field).toBe(field);
    expect(await storedCheck()).toMatchObject({ retractedAt: null });
  });

  test('fails with NOT_FOUND for evidence of another kind, of another customer, or of another bank', async () => {
    const second = await insertCustomer(gateway.database, { bankId });
    await insertKycCheck(gateway.database, { bankId, customerId: second.id, id: 'foreign' });

    for (const input of [
      { kind: 'CHECK', kycEvidenceId: 'foreign' },
      { kind: 'CHECK', kycEvidenceId: 'document-1' },
      { kind: 'DOCUMENT', kycEvidenceId: 'check-1' },
      { kind: 'MEDIA', kycEvidenceId: 'no-media' },
    ]) {
      const { errors } = await callRetract(officer, input);
      expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: null, field: 'input.kycEvidenceId' });
    }
    const elsewhere = await callRetract(
      officer,
      { kind: 'CHECK', kycEvidenceId: 'check-1' },
      { customerId: otherCustomerId },
    );
    expect(codesOf(elsewhere)).toEqual(['OBP-30046']);
  });

  test.each([
    ['CHECK', 'kycCheck', 'check-1', { how: 'online' }],
    ['DOCUMENT', 'kycDocument', 'document-1', { number: '123456' }],
    ['MEDIA', 'kycMedia', 'media-1', { url: 'https://media.example.com/passport.png' }],
  ])('keeps a %s, and returns the user and the reason of the retraction', async (kind, name, id, kept) => {
    const { data, errors } = await callRetract(officer, { kind, kycEvidenceId: id });

    expect(errors).toEqual([]);
    const retraction = { date: expect.any(String), userId: officer.id, reason };
    expect(data?.retractKycEvidence).toEqual({
      kycCheck: null,
      kycDocument: null,
      kycMedia: null,
      [name]: { [`${name}Id`]: id, ...kept, retraction },
      customer: { id: customerId },
    });
  });

  test('keeps retracted evidence in the list, with its retraction', async () => {
    await insertKycCheck(gateway.database, { bankId, customerId, id: 'check-2' });
    await callRetract(officer, { kind: 'CHECK', kycEvidenceId: 'check-1' });

    const { data } = await gateway.query(
      officer.token,
      `{ kycChecks(bankId: "${bankId}", customerId: "${customerId}") { kycCheckId retraction { reason } } }`,
    );

    expect(data?.kycChecks).toEqual([
      { kycCheckId: 'check-2', retraction: null },
      { kycCheckId: 'check-1', retraction: { reason } },
    ]);
  });

  test('fails with CONFLICT for retracted evidence and keeps the first reason', async () => {
    await callRetract(officer, { kind: 'CHECK', kycEvidenceId: 'check-1' });

    const { errors } = await callRetract(officer, {
      kind: 'CHECK',
      kycEvidenceId: 'check-1',
      reason: 'Another reason.',
    });

    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', field: 'input.kycEvidenceId' });
    expect(await storedCheck()).toMatchObject({ retractionReason: reason });
  });

  test('succeeds once when requests race', async () => {
    const answers = await Promise.all(
      ['A', 'B', 'C'].map((racingReason) =>
        callRetract(officer, { kind: 'CHECK', kycEvidenceId: 'check-1', reason: racingReason }),
      ),
    );

    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    expect(new Set(answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code)))).toEqual(
      new Set(['CONFLICT']),
    );
  });

  test('retracts once for each idempotency key, and returns the same', async () => {
    const idempotencyKey = randomUUID();

    const first = await callRetract(officer, { kind: 'CHECK', kycEvidenceId: 'check-1' }, { idempotencyKey });
    const second = await callRetract(officer, { kind: 'CHECK', kycEvidenceId: 'check-1' }, { idempotencyKey });

    expect(second.errors).toEqual([]);
    expect(second.data).toEqual(first.data);
  });

  test('does not allow evidence to be overwritten by adding it again', async () => {
    const add = `mutation ($bankId: ID!, $customerId: ID!, $input: AddKycCheckInput!) {
      addKycCheck(bankId: $bankId, customerId: $customerId, input: $input) { kycCheck { retraction { reason } } } }`;
    const input = { ...checkInput, kycCheckId: 'check-3' };
    await gateway.query(officer.token, add, { bankId, customerId, input });
    await callRetract(officer, { kind: 'CHECK', kycEvidenceId: 'check-3' });

    const same = await gateway.query(officer.token, add, { bankId, customerId, input });
    const other = await gateway.query(officer.token, add, {
      bankId,
      customerId,
      input: { ...input, satisfied: false },
    });

    expect(same.data).toEqual({ addKycCheck: { kycCheck: { retraction: { reason } } } });
    expect(other.errors[0]?.extensions.code).toBe('CONFLICT');
  });
});
