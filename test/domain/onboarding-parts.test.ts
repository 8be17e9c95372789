import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/base/roles.ts';
import { setKycReasonRequired } from '../../src/domain/bank/bank-administration.ts';
import { wholeEnvironment } from '../support/api-cases.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { everythingStored } from '../support/stored.ts';

const bankId = 'gh.29.uk';
const partRoles: Record<string, Role> = {
  kycChecks: 'CanAddKycCheck',
  kycDocuments: 'CanAddKycDocument',
  kycMedia: 'CanAddKycMedia',
  socialMediaHandles: 'CanAddSocialMediaHandle',
  meeting: 'CanCreateMeeting',
};
const reads: Role[] = [
  ...(['CanGetKycChecksAtOneBank', 'CanGetKycDocumentsAtOneBank', 'CanGetKycMediaAtOneBank'] as const),
  ...(['CanGetSocialMediaHandles', 'CanGetMeetings', 'CanCreateCustomer', 'CanCreateUserCustomerLink'] as const),
];
const create = /* GraphQL */ `mutation ($bankId: ID!, $input: CreateCustomerInput!) {
  createCustomer(bankId: $bankId, input: $input) { customer {
    id kycChecks { kycCheckId recordedBy { userId } } kycDocuments { kycDocumentId media { kycMediaId } }
    kycMedia { kycMediaId check { kycCheckId } } socialMediaHandles { handle }
    meetings { nodes { purposeId present { customerUserId } invitees { contactDetails { name } } } } } } }`;

const date = '2024-05-31T09:30:00Z';
const customer = { legalName: 'Eveline Tripman', mobilePhoneNumber: '+44 7972 444876' };
const check = { kycCheckId: 'c-1', date, how: 'online', staffUserId: '1', staffName: 'Simon', satisfied: true };
const document = {
  ...{ kycDocumentId: 'd-1', type: 'passport', number: '1', issuePlace: 'Berlin' },
  ...{ issueDate: '2020-01-01', expiryDate: '2030-01-01' },
};
const media = {
  ...{ kycMediaId: 'm-1', type: 'image', url: 'https://media.example.com/1.png', date },
  ...{ relatesToKycDocumentId: 'd-1', relatesToKycCheckId: 'c-1' },
};
const handle = { type: 'linkedin', handle: '@eveline' };
const meeting = {
  ...{ providerId: 'jitsi', purposeId: 'onboarding', date, creator: { name: 'Simon' } },
  invitees: [{ contactDetails: { name: 'Eveline' } }],
};
const parts: Record<string, unknown> = {
  kycChecks: [check],
  kycDocuments: [document],
  kycMedia: [media],
  socialMediaHandles: [handle],
  meeting,
};

let gateway: Gateway;
let clerk: TestUser;

beforeAll(async () => {
  gateway = await startGateway({ environment: wholeEnvironment });
  await gateway.createBank(bankId);
  clerk = await clerkWith(Object.values(partRoles));
});

afterAll(() => gateway.stop());

function clerkWith(roles: Role[], at = bankId): Promise<TestUser> {
  return gateway.createUser({ roles: [...reads, ...roles].map((role) => [role, at] as const) });
}

function call(values: object, token = clerk.token, at = bankId) {
  return gateway.query(token, create, { bankId: at, input: { ...customer, ...values } });
}

describe('createCustomer', () => {
  test('stores KYC evidence, handles, and a meeting with the customer', async () => {
    const { id: userId } = await gateway.createUser();

    const { data, errors } = await call({ ...parts, userLinks: [{ userId }] });

    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      createCustomer: {
        customer: {
          kycChecks: [{ kycCheckId: 'c-1', recordedBy: { userId: clerk.id } }],
          kycDocuments: [{ kycDocumentId: 'd-1', media: [{ kycMediaId: 'm-1' }] }],
          kycMedia: [{ kycMediaId: 'm-1', check: { kycCheckId: 'c-1' } }],
          socialMediaHandles: [{ handle: '@eveline' }],
          meetings: {
            nodes: [
              {
                purposeId: 'onboarding',
                present: { customerUserId: userId },
                invitees: [{ contactDetails: { name: 'Eveline' } }],
              },
            ],
          },
        },
      },
    });
  });

  test.each(Object.keys(parts))('requires the role of %s, and writes nothing without it', async (name) => {
    const role = partRoles[name];
    const { token } = await clerkWith(Object.values(partRoles).filter((other) => other !== role));
    const before = await everythingStored(gateway.database);

    const { errors } = await call({ [name]: parts[name] }, token);

    expect(errors[0]?.extensions).toMatchObject({ missingRoles: [role], field: `input.${name}` });
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('fails with all problems at once, and writes nothing', async () => {
    const before = await everythingStored(gateway.database);

    const { data, errors } = await call({
      legalName: '',
      kycChecks: [check, { ...check, how: '' }, { ...check, date: '2999-01-01T00:00:00Z', kycCheckId: 'c-3' }],
      kycDocuments: [document, { ...document, expiryDate: '2019-01-01' }, document],
      kycMedia: [media, { ...media, kycMediaId: 'm-2', relatesToKycCheckId: 'unknown' }],
      socialMediaHandles: [handle, handle],
      meeting: { ...meeting, providerId: 'other', staffUserId: 'nobody', customerUserId: 'somebody' },
    });

    expect(data).toEqual({ createCustomer: null });
    const fields = ((errors[0]?.extensions.problems ?? []) as { field: string }[]).map(({ field }) => field).sort();
    expect(fields).toEqual([
      'input.kycChecks[1].how',
      'input.kycChecks[2].date',
      'input.kycDocuments[1].expiryDate',
      'input.kycDocuments[2].kycDocumentId',
      'input.kycMedia[1].relatesToKycCheckId',
      'input.legalName',
      'input.meeting.customerUserId',
      'input.meeting.providerId',
      'input.meeting.staffUserId',
      'input.socialMediaHandles[1]',
    ]);
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('generates the IDs of evidence that has none', async () => {
    const { kycCheckId: _id, ...withoutId } = check;

    const { data, errors } = await call({ kycChecks: [withoutId, withoutId] });

    expect(errors).toEqual([]);
    expect(
      (data as { createCustomer: { customer: { kycChecks: object[] } } }).createCustomer.customer.kycChecks,
    ).toHaveLength(2);
  });

  test.each(['kycChecks', 'kycDocuments', 'kycMedia'])('requires a reason for %s if the bank does', async (name) => {
    const at = `reason.${name.toLowerCase()}`;
    await gateway.createBank(at);
    await setKycReasonRequired(gateway.database, at, true);
    const { token } = await clerkWith(Object.values(partRoles), at);

    const { errors } = await call({ [name]: parts[name] }, token, at);

    expect(errors[0]?.extensions).toMatchObject({ key: 'REASON_REQUIRED', field: `input.${name}` });
  });
});
