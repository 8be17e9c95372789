import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/base/roles.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import {
  insertCustomer,
  insertKycCheck,
  insertKycDocument,
  insertKycMedia,
  insertKycStatus,
  insertUserCustomerLink,
} from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';

let gateway: Gateway;
let officer: TestUser;
let customerId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  const { database } = gateway;
  customerId = (await insertCustomer(database, { bankId })).id;
  const otherCustomerId = (await insertCustomer(database, { bankId })).id;
  for (const id of [customerId, otherCustomerId]) {
    const child = { bankId, customerId: id };
    // IDs are unique for each customer only, so both customers have the same IDs.
    await insertKycCheck(database, {
      ...child,
      id: 'check-1',
      how: `of ${id}`,
      date: new Date('2020-01-01T00:00:00Z'),
    });
    await insertKycCheck(database, { ...child, id: 'check-2', how: 'newer', date: new Date('2021-01-01T00:00:00Z') });
    await insertKycDocument(database, { ...child, id: 'document-1', number: `of ${id}` });
    const related = { relatesToKycDocumentId: 'document-1', relatesToKycCheckId: 'check-1' };
    await insertKycMedia(database, { ...child, id: 'media-1', ...related });
    await insertKycMedia(database, { ...child, id: 'media-2' });
    await insertKycStatus(database, { ...child, ok: true, date: new Date('2020-01-01T00:00:00Z') });
    await insertKycStatus(database, { ...child, ok: false, date: new Date('2021-01-01T00:00:00Z') });
  }
  officer = await gateway.createUser({
    roles: [
      ['CanGetKycChecksAtOneBank', bankId],
      ['CanGetKycDocumentsAtOneBank', bankId],
      ['CanGetKycMediaAtOneBank', bankId],
      ['CanGetKycStatusesAtOneBank', bankId],
    ],
  });
});

afterAll(() => gateway.stop());

describe.each<[field: string, systemRole: Role, bankRole: Role]>([
  ['kycChecks', 'CanGetAnyKycChecks', 'CanGetKycChecksAtOneBank'],
  ['kycDocuments', 'CanGetAnyKycDocuments', 'CanGetKycDocumentsAtOneBank'],
  ['kycMedia', 'CanGetAnyKycMedia', 'CanGetKycMediaAtOneBank'],
  ['kycStatuses', 'CanGetAnyKycStatuses', 'CanGetKycStatusesAtOneBank'],
])('%s', (field, systemRole, bankRole) => {
  const read = (caller: TestUser, args: string) => gateway.query(caller.token, `{ ${field}(${args}) { customerId } }`);

  test('is refused to a caller with the bank role if bankId is omitted', async () => {
    const { data, errors } = await read(officer, `customerId: "${customerId}"`);

    expect(data).toEqual({ [field]: null });
    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-20006', missingRoles: [systemRole, bankRole] });
  });

  test('fails with OBP-30046 for a customer of another bank', async () => {
    const caller = await gateway.createUser({ roles: [[bankRole, otherBankId]] });

    const { errors } = await read(caller, `bankId: "${otherBankId}", customerId: "${customerId}"`);

    expect(errors[0]?.extensions.obpCode).toBe('OBP-30046');
  });

  test('fails with OBP-30046 for an unknown customer', async () => {
    const caller = await gateway.createUser({ roles: [[systemRole, null]] });

    const { errors } = await read(caller, 'customerId: "no-customer"');

    expect(errors[0]?.extensions.obpCode).toBe('OBP-30046');
  });

  test('is returned with the bank role and bankId, and with the system role with or without bankId', async () => {
    const withSystemRole = await gateway.createUser({ roles: [[systemRole, null]] });

    for (const [caller, args] of [
      [officer, `bankId: "${bankId}", customerId: "${customerId}"`],
      [withSystemRole, `bankId: "${bankId}", customerId: "${customerId}"`],
      [withSystemRole, `customerId: "${customerId}"`],
    ] as const) {
      const { data, errors } = await read(caller, args);
      expect(errors).toEqual([]);
      expect(data?.[field]).toContainEqual({ customerId });
    }
  });

  test('is refused to a linked user', async () => {
    const linked = await gateway.createUser();
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: linked.id });

    const { data, errors } = await gateway.query(linked.token, `{ myCustomers { ${field} { customerId } } }`);

    expect(data?.myCustomers).toEqual([{ [field]: null }]);
    expect(errors[0]?.extensions.obpCode).toBe('OBP-20006');
  });
});

test('kycChecks and kycStatuses are sorted by date, newest first', async () => {
  const { data } = await gateway.query(
    officer.token,
    `{ kycChecks(bankId: "${bankId}", customerId: "${customerId}") { kycCheckId how satisfied staffName comments date }
       kycStatuses(bankId: "${bankId}", customerId: "${customerId}") { ok date } }`,
  );

  expect(data?.kycChecks).toMatchObject([
    { kycCheckId: 'check-2', how: 'newer', satisfied: true, date: '2021-01-01T00:00:00.000Z' },
    { kycCheckId: 'check-1', how: `of ${customerId}` },
  ]);
  expect(data?.kycStatuses).toEqual([
    { ok: false, date: '2021-01-01T00:00:00.000Z' },
    { ok: true, date: '2020-01-01T00:00:00.000Z' },
  ]);
});

test('KycMedia.document, KycMedia.check, and KycDocument.media return evidence of the same customer', async () => {
  const { data, errors } = await gateway.query(
    officer.token,
    `{ kycMedia(bankId: "${bankId}", customerId: "${customerId}") { kycMediaId document { number } check { how } }
       kycDocuments(bankId: "${bankId}", customerId: "${customerId}") { kycDocumentId media { kycMediaId } } }`,
  );

  expect(errors).toEqual([]);
  expect(data?.kycMedia).toEqual([
    { kycMediaId: 'media-2', document: null, check: null },
    { kycMediaId: 'media-1', document: { number: `of ${customerId}` }, check: { how: `of ${customerId}` } },
  ]);
  expect(data?.kycDocuments).toEqual([{ kycDocumentId: 'document-1', media: [{ kycMediaId: 'media-1' }] }]);
});
