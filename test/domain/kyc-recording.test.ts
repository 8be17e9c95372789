/** Who recorded, proposed, confirmed, and retracted KYC evidence and KYC statuses. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { setKycFourEyes } from '../../src/domain/bank/bank-administration.ts';
import { kycMedia } from '../../src/domain/kyc/kyc-media.table.ts';
import { user } from '../../src/domain/user/user.table.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { importRecords } from '../support/import-records.ts';
import { insertCustomer, insertKycCheck, insertKycStatus } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const fourEyesBankId = 'gh.30.uk';
const date = '2024-05-31T09:30:00.000Z';
const sha256 = 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9';

let gateway: Gateway;
let officer: TestUser;
let secondOfficer: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  for (const id of [bankId, fourEyesBankId]) await gateway.createBank(id);
  await setKycFourEyes(gateway.database, fourEyesBankId, true);
  const roles = [
    ...['CanAddKycCheck', 'CanAddKycDocument', 'CanAddKycMedia', 'CanAddKycStatus', 'CanConfirmKycStatus'],
    ...['CanGetKycChecksAtOneBank', 'CanGetKycDocumentsAtOneBank', 'CanGetKycMediaAtOneBank'],
    ...['CanGetKycStatusesAtOneBank', 'CanRetractKycEvidence', 'CanRetractKycStatus', 'CanCreateCustomer'],
  ] as const;
  const newOfficer = () => {
    const at = [bankId, fourEyesBankId];
    return gateway.createUser({ roles: at.flatMap((id) => roles.map((role) => [role, id] as const)) });
  };
  [officer, secondOfficer] = [await newOfficer(), await newOfficer()];
  await gateway.database.transaction((transaction) =>
    transaction.update(user).set({ firstName: 'Felix', lastName: 'Smith' }).where(eq(user.id, officer.id)),
  );
});

beforeEach(async () => {
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
});

afterAll(() => gateway.stop());

const checkInput = { date, how: 'online', staffUserId: 'staff-1', staffName: 'Simon Redfern', satisfied: true };
const documentInput = {
  ...{ type: 'passport', number: '1', issueDate: '2020-01-01' },
  ...{ issuePlace: 'Berlin', expiryDate: '2099-01-01' },
};
const mediaInput = { type: 'image', url: 'https://media.example.com/1.png', date };

const recording = 'recordedAt recordedBy { userId username displayName }';

function add(kind: string, selection = recording): string {
  const name = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}`;
  return `mutation ($bankId: ID!, $customerId: ID!, $input: Add${kind}Input!) {
    add${kind}(bankId: $bankId, customerId: $customerId, input: $input) { ${name} { ${selection} } } }`;
}

const kinds: [kind: string, idField: string, input: object][] = [
  ['KycCheck', 'kycCheckId', checkInput],
  ['KycDocument', 'kycDocumentId', documentInput],
  ['KycMedia', 'kycMediaId', mediaInput],
];

async function succeed(caller: TestUser, document: string, variables: Record<string, unknown>) {
  const { data, errors } = await gateway.query(caller.token, document, { bankId, customerId, ...variables });
  expect(errors).toEqual([]);
  return data as Record<string, Record<string, Record<string, unknown>>>;
}

const fieldOf = (kind: string) => kind.charAt(0).toLowerCase() + kind.slice(1);

describe.each(kinds)('add%s', (kind, idField, input) => {
  const objectOf = (data: Record<string, Record<string, Record<string, unknown>>>) =>
    data[`add${kind}`]?.[fieldOf(kind)];

  test('records the caller, whatever member of staff the input names', async () => {
    const added = objectOf(await succeed(officer, add(kind), { input }));

    expect(added).toEqual({
      recordedAt: expect.any(String),
      recordedBy: { userId: officer.id, username: officer.username, displayName: 'Felix Smith' },
    });
  });

  test('keeps who recorded it first if another officer sends the same values again', async () => {
    const own = { ...input, [idField]: 'own-id' };
    const first = await succeed(officer, add(kind), { input: own });

    expect(await succeed(secondOfficer, add(kind), { input: own })).toEqual(first);
  });
});

test('returns the users of a page of evidence with one statement', async () => {
  for (let number = 1; number <= 3; number += 1) {
    const caller = number === 1 ? officer : secondOfficer;
    await succeed(caller, add('KycCheck'), { input: { ...checkInput, kycCheckId: `check-${number}` } });
  }
  const list = `query ($bankId: ID!, $customerId: ID!) {
    kycChecks(bankId: $bankId, customerId: $customerId) { kycCheckId recordedBy { userId } } }`;
  const { statistics } = gateway.database;
  const before = statistics.statements;
  const many = await gateway.query(officer.token, list, { bankId, customerId });
  const statementsForThree = statistics.statements - before;

  const { id } = await insertCustomer(gateway.database, { bankId });
  await succeed(officer, add('KycCheck'), { customerId: id, input: checkInput });
  const beforeOne = statistics.statements;
  await gateway.query(officer.token, list, { bankId, customerId: id });

  expect(many.data?.kycChecks).toHaveLength(3);
  expect(statementsForThree).toBe(statistics.statements - beforeOne);
});

test('recordedBy is null for imported evidence and for rows of an earlier version', async () => {
  const record = { bank_id: bankId, customer_id: customerId, id: 'imported', date, how: 'online', satisfied: true };
  expect(await importRecords(gateway.database, { checks: [record] })).toEqual([]);
  await insertKycCheck(gateway.database, { bankId, customerId, id: 'earlier' });
  await insertKycStatus(gateway.database, { bankId, customerId });

  const { data, errors } = await gateway.query(
    officer.token,
    `query ($bankId: ID!, $customerId: ID!) {
      kycChecks(bankId: $bankId, customerId: $customerId) { recordedBy { userId } }
      kycStatuses(bankId: $bankId, customerId: $customerId) {
        recordedBy { userId } proposal { id } proposedBy { userId } decidedBy { userId } reason } }`,
    { bankId, customerId },
  );

  expect(errors).toEqual([]);
  expect(data).toEqual({
    kycChecks: [{ recordedBy: null }, { recordedBy: null }],
    kycStatuses: [{ recordedBy: null, proposal: null, proposedBy: null, decidedBy: null, reason: null }],
  });
});

test('a retraction names the user who retracted the evidence', async () => {
  await succeed(officer, add('KycCheck'), { input: { ...checkInput, kycCheckId: 'check-1' } });

  const retracted = await succeed(
    secondOfficer,
    `mutation ($bankId: ID!, $customerId: ID!, $input: RetractKycEvidenceInput!) {
      retractKycEvidence(bankId: $bankId, customerId: $customerId, input: $input) {
        kycCheck { recordedBy { userId } retraction { userId retractedBy { username } } } } }`,
    { input: { kind: 'CHECK', kycEvidenceId: 'check-1', reason: 'A mistake' } },
  );

  expect(retracted.retractKycEvidence?.kycCheck).toEqual({
    recordedBy: { userId: officer.id },
    retraction: { userId: secondOfficer.id, retractedBy: { username: secondOfficer.username } },
  });
});

describe('a KYC status', () => {
  const selection = 'ok reason recordedBy { userId } proposal { id state } proposedBy { userId } decidedBy { userId }';

  test('has the caller and the reason, which a repeated call does not replace', async () => {
    const input = { ok: true, date, reason: 'The passport was checked' };
    const status = {
      ...{ ok: true, reason: 'The passport was checked', recordedBy: { userId: officer.id } },
      ...{ proposal: null, proposedBy: null, decidedBy: null },
    };

    expect(await succeed(officer, add('KycStatus', selection), { input })).toEqual({
      addKycStatus: { kycStatus: status },
    });
    expect(await succeed(secondOfficer, add('KycStatus', selection), { input: { ...input, reason: 'Other' } })).toEqual(
      { addKycStatus: { kycStatus: status } },
    );
  });

  test('has the caller for a new customer', async () => {
    const { createCustomer } = await succeed(
      officer,
      `mutation ($bankId: ID!, $input: CreateCustomerInput!) {
        createCustomer(bankId: $bankId, input: $input) { customer { id kycStatuses { recordedBy { userId } } } } }`,
      { input: { legalName: 'Eveline Tripman', mobilePhoneNumber: '+447972444876', kycStatus: true } },
    );

    expect(createCustomer?.customer).toMatchObject({ kycStatuses: [{ recordedBy: { userId: officer.id } }] });
  });

  test('has both officers and the reason of the proposal if a second officer confirms it', async () => {
    const ofCustomer = {
      bankId: fourEyesBankId,
      customerId: (await insertCustomer(gateway.database, { bankId: fourEyesBankId })).id,
    };
    const proposed = await succeed(
      officer,
      `mutation ($bankId: ID!, $customerId: ID!, $input: AddKycStatusInput!) {
        proposeKycStatus(bankId: $bankId, customerId: $customerId, input: $input) {
          kycStatusProposal { id reason proposedBy { userId } decidedBy { userId } } } }`,
      { ...ofCustomer, input: { ok: true, date, reason: 'The passport was checked' } },
    );
    const proposal = proposed.proposeKycStatus?.kycStatusProposal;
    expect(proposal).toEqual({
      ...{ id: expect.any(String), reason: 'The passport was checked' },
      ...{ proposedBy: { userId: officer.id }, decidedBy: null },
    });

    const confirmed = await succeed(
      secondOfficer,
      `mutation ($bankId: ID!, $customerId: ID!, $id: ID!) {
        confirmKycStatus(bankId: $bankId, customerId: $customerId, id: $id) {
          kycStatus { ${selection} } kycStatusProposal { proposedBy { userId } decidedBy { userId } } } }`,
      { ...ofCustomer, id: proposal?.id },
    );

    const officers = { proposedBy: { userId: officer.id }, decidedBy: { userId: secondOfficer.id } };
    expect(confirmed.confirmKycStatus).toEqual({
      kycStatus: {
        ...{ ok: true, reason: 'The passport was checked', recordedBy: { userId: secondOfficer.id } },
        ...{ proposal: { id: proposal?.id, state: 'CONFIRMED' }, ...officers },
      },
      kycStatusProposal: officers,
    });
  });
});

describe('the file of a media item', () => {
  const selection = 'url sha256 contentType bytes';

  test('is stored with its hash and type in lower case, and its size', async () => {
    const url = `https://media.example.com/${'a'.repeat(2000 - 'https://media.example.com/'.length)}`;
    const file = { sha256: sha256.toUpperCase(), contentType: 'Image/JPEG', bytes: 2_147_483_647 };

    expect(await succeed(officer, add('KycMedia', selection), { input: { ...mediaInput, url, ...file } })).toEqual({
      addKycMedia: { kycMedia: { url, sha256, contentType: 'image/jpeg', bytes: 2_147_483_647 } },
    });
  });

  test.each([
    ['sha256', sha256.slice(1)],
    ['sha256', `${sha256}0`],
    ['sha256', sha256.replace('b', 'g')],
    ['contentType', 'jpeg'],
    ['contentType', 'image/jpeg; charset=utf-8'],
    ['contentType', `image/${'a'.repeat(128)}`],
    ['bytes', 0],
    ['bytes', -1],
  ])('is refused if %s is %s', async (field, value) => {
    const input = { ...mediaInput, [field]: value };
    const { errors } = await gateway.query(officer.token, add('KycMedia'), { bankId, customerId, input });

    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-10001', field: `input.${field}` });
    expect(await gateway.database.read.select().from(kycMedia).where(eq(kycMedia.customerId, customerId))).toEqual([]);
  });

  test('can be imported with its hash, type, and size', async () => {
    const record = { bank_id: bankId, customer_id: customerId, id: 'imported', type: 'image', date };
    const file = { url: mediaInput.url, sha256: sha256.toUpperCase(), content_type: 'image/png', bytes: 12 };
    expect(await importRecords(gateway.database, { medias: [{ ...record, ...file }] })).toEqual([]);

    const [stored] = await gateway.database.read.select().from(kycMedia).where(eq(kycMedia.customerId, customerId));
    expect(stored).toMatchObject({ sha256, contentType: 'image/png', bytes: 12, recordedByUserId: null });
  });
});

test('the export names who recorded each object', async () => {
  await succeed(officer, add('KycCheck'), { input: checkInput });
  const auditor = await gateway.createUser({ roles: [['CanExportCustomerData', bankId]] });

  const exported = await gateway.query(
    auditor.token,
    'query ($bankId: ID!, $customerId: ID!) { exportCustomerData(bankId: $bankId, customerId: $customerId) { data } }',
    { bankId, customerId },
  );

  expect(exported.errors).toEqual([]);
  expect(exported.data).toMatchObject({
    exportCustomerData: {
      data: { kycChecks: [{ recordedByUserId: officer.id, recordedAt: expect.any(String), retraction: null }] },
    },
  });
});
