import { randomUUID } from 'node:crypto';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { getNamedType, isInputObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entities } from '../src/import/entities.ts';
import type { Entity } from '../src/import/entity.ts';
import { dateTime, localDate, timeByClock } from '../src/import/fields.ts';
import { gatewaySchema } from '../src/schema.ts';
import { type Gateway, startGateway, type TestUser } from './support/gateway.ts';
import { importRecords } from './support/import-records.ts';
import { insertCrmEvent, insertCustomer, insertKycCheck, insertUser } from './support/rows.ts';

const bankId = 'gh.29.uk';
let gateway: Gateway;
let officer: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  const roles = [
    ...['CanCreateCustomer', 'CanUpdateCustomerIdentity', 'CanCreateCrmEvent', 'CanAddSocialMediaHandle'],
    ...['CanAddKycCheck', 'CanAddKycDocument', 'CanAddKycMedia', 'CanAddKycStatus'],
  ] as const;
  officer = await gateway.createUser({ roles: roles.map((role) => [role, bankId] as const) });
});

afterAll(() => gateway.stop());

const problemsOf = (records: object, update = false) => importRecords(gateway.database, records, { update });

/** A mutation with a date in its input. */
interface Mutation {
  name: string;
  inputType: string;
  /** The fields of the input, without the date. */
  input: object;
  /** The path of the date in the input. */
  path: string;
  isOfBank?: true;
}

/** A date of what has happened, which neither GraphQL nor an import takes from the future. */
interface PastDate {
  /** The entity of the import, and the column of its table. */
  entity: (typeof entities)[number]['name'];
  column: string;
  /** The name of the field in a record. */
  field: string;
  isCalendarDate?: true;
  mutations: Mutation[];
  file(ids: { customerId: string; userId: string }, date: string): object;
}

const ofStored = (customerId: string) => ({ bank_id: bankId, customer_id: customerId });
const newCustomer = { legalName: 'Ada Lovelace', mobilePhoneNumber: '+44 7400 123456' };

function customers(values: object) {
  const numbers = { customer_id: randomUUID(), customer_number: randomUUID() };
  return {
    customers: [
      { bank_id: bankId, ...numbers, legal_name: 'Ada Lovelace', mobile_phone_number: '+44 7400 123456', ...values },
    ],
  };
}

function addEvidence(kind: string, path: string, input: object): Mutation {
  return { name: `addKyc${kind}`, inputType: `AddKyc${kind}Input`, input, path };
}

const createCustomer = { name: 'createCustomer', inputType: 'CreateCustomerInput', isOfBank: true } as const;
const addHandle = { name: 'addSocialMediaHandle', inputType: 'SocialMediaHandleInput' };
const image = { url: 'https://media.example.com/1.png' };
const passport = { type: 'passport', number: '1' };

const pastDates: PastDate[] = [
  {
    ...{ entity: 'kycCheck', column: 'date', field: 'date' },
    mutations: [addEvidence('Check', 'date', { how: 'online', staffUserId: '1', staffName: 'Simon', satisfied: true })],
    file: ({ customerId }, date) => ({
      checks: [{ ...ofStored(customerId), id: randomUUID(), date, how: 'online', satisfied: true }],
    }),
  },
  {
    ...{ entity: 'kycMedia', column: 'date', field: 'date' },
    mutations: [addEvidence('Media', 'date', { type: 'image', url: image.url })],
    file: ({ customerId }, date) => ({
      medias: [
        { ...ofStored(customerId), id: randomUUID(), type: 'image', ...image, date, relates_to_kyc_check_id: '' },
      ],
    }),
  },
  {
    ...{ entity: 'kycDocument', column: 'issueDate', field: 'issue_date', isCalendarDate: true },
    mutations: [addEvidence('Document', 'issueDate', { ...passport, issuePlace: 'London', expiryDate: '9999-12-31' })],
    file: ({ customerId }, date) => ({
      documents: [{ ...ofStored(customerId), id: randomUUID(), ...passport, issue_date: date }],
    }),
  },
  {
    ...{ entity: 'kycStatus', column: 'date', field: 'date' },
    mutations: [
      addEvidence('Status', 'date', { ok: true }),
      { ...addEvidence('Status', 'date', { ok: true }), name: 'proposeKycStatus' },
    ],
    file: ({ customerId }, date) => ({ statuses: [{ ...ofStored(customerId), ok: true, date }] }),
  },
  {
    ...{ entity: 'customer', column: 'faceImageDate', field: 'face_image.date' },
    mutations: [
      { ...createCustomer, input: { ...newCustomer, faceImage: image }, path: 'faceImage.date' },
      {
        ...{ name: 'updateCustomerData', inputType: 'UpdateCustomerDataInput' },
        ...{ input: { faceImage: image }, path: 'faceImage.date' },
      },
    ],
    file: (_ids, date) => customers({ face_image: { ...image, date } }),
  },
  {
    ...{ entity: 'customer', column: 'lastOkDate', field: 'last_ok_date' },
    mutations: [{ ...createCustomer, input: { ...newCustomer, kycStatus: true }, path: 'lastOkDate' }],
    file: (_ids, date) => customers({ kyc_status: true, last_ok_date: date }),
  },
  {
    ...{ entity: 'customer', column: 'dateOfBirth', field: 'date_of_birth', isCalendarDate: true },
    mutations: [
      { ...createCustomer, input: newCustomer, path: 'dateOfBirth' },
      {
        ...{ name: 'updateCustomerIdentity', inputType: 'UpdateCustomerIdentityInput' },
        ...{ input: { legalName: 'Ada Lovelace' }, path: 'dateOfBirth' },
      },
    ],
    file: (_ids, date) => customers({ date_of_birth: date }),
  },
  {
    ...{ entity: 'customer', column: 'incorporationDate', field: 'incorporation_date', isCalendarDate: true },
    mutations: [{ ...createCustomer, input: { ...newCustomer, customerType: 'CORPORATE' }, path: 'incorporationDate' }],
    file: (_ids, date) => customers({ customer_type: 'CORPORATE', incorporation_date: date }),
  },
  {
    ...{ entity: 'customer', column: 'closedOn', field: 'closed_on', isCalendarDate: true, mutations: [] },
    file: (_ids, date) => customers({ closed_on: date }),
  },
  {
    ...{ entity: 'crmEvent', column: 'actualDate', field: 'actual_date' },
    mutations: [
      {
        ...{ name: 'createCrmEvent', inputType: 'CreateCrmEventInput', isOfBank: true },
        ...{ input: { category: 'Call' }, path: 'actualDate' },
      },
    ],
    file: (_ids, date) => ({
      crm_events: [{ bank_id: bankId, id: randomUUID(), category: 'Call', actual_date: date }],
    }),
  },
  ...(['dateAdded', 'dateActivated'] as const).map((column): PastDate => {
    const field = column === 'dateAdded' ? 'date_added' : 'date_activated';
    return {
      ...{ entity: 'socialMediaHandle', column, field },
      mutations: [{ ...addHandle, input: { type: 'twitter', handle: '@ada' }, path: column }],
      file: ({ customerId }, date) => ({
        social_media_handles: [{ ...ofStored(customerId), type: 'twitter', handle: '@ada', [field]: date }],
      }),
    };
  }),
  {
    ...{ entity: 'customerMessage', column: 'date', field: 'date', mutations: [] },
    file: ({ customerId }, date) => ({
      messages: [
        {
          ...{ ...ofStored(customerId), id: randomUUID(), date },
          ...{ message: 'Hello', from_department: 'Cards', from_person: 'Tom' },
        },
      ],
    }),
  },
  {
    ...{ entity: 'customerAddress', column: 'insertDate', field: 'insert_date', mutations: [] },
    file: ({ customerId }, date) => ({
      addresses: [
        {
          ...{ ...ofStored(customerId), customer_address_id: randomUUID(), insert_date: date },
          ...{ line_1: '1', city: 'London', country_code: 'GB' },
        },
      ],
    }),
  },
  {
    ...{ entity: 'userCustomerLink', column: 'dateInserted', field: 'date_inserted', mutations: [] },
    file: ({ customerId, userId }, date) => ({
      user_customer_links: [{ ...ofStored(customerId), user_id: userId, is_active: true, date_inserted: date }],
    }),
  },
  {
    ...{ entity: 'userAttribute', column: 'insertDate', field: 'insert_date', mutations: [] },
    file: ({ userId }, date) => ({
      users: [
        {
          ...{ user_id: userId, username: `user-${userId}` },
          user_attributes: [
            { user_attribute_id: randomUUID(), name: 'ROLE', type: 'STRING', value: '1', insert_date: date },
          ],
        },
      ],
    }),
  },
];

/** The coordinates of the dates of inputs that can be of any time, or are checked by other tests. */
const freeInputs = {
  'AddKycDocumentInput.expiryDate': 'It must not be before the date of issue.',
  'CloseCustomerInput.date': 'It is tested in customer-closing.test.ts, because a customer is closed once.',
  'CreateCrmEventInput.scheduledDate': 'A plan.',
  'CloseCrmEventInput.actualDate': 'It must not be in the future: see bank-queues.test.ts.',
  'CreateMeetingInput.date': 'A plan.',
  'NewCustomerMeetingInput.date': 'A plan.',
  'UpdateCustomerIdentityInput.incorporationDate': 'It has the rule of createCustomer, but is only for companies.',
  'UpdateMeetingInput.when': 'A plan.',
  'GrantEntitlementInput.expiresAt': 'It must be in the future.',
  'CreateCustomerInput.dobOfDependants': 'A list: see rules-of-values.test.ts.',
  'UpdateCustomerDataInput.dobOfDependants': 'A list: see rules-of-values.test.ts.',
  'CustomerFilter.createdBefore': 'A filter.',
  'CustomerFilter.createdFrom': 'A filter.',
  'CustomerFilter.dateOfBirth': 'A filter.',
  'CustomerFilter.lastOkBefore': 'A filter.',
  'CustomerFilter.lastOkFrom': 'A filter.',
  'CustomerFilter.updatedBefore': 'A filter.',
  'CustomerFilter.updatedFrom': 'A filter.',
};

const freeColumns = ['kycDocument.expiryDate', 'meeting.when', 'crmEvent.scheduledDate'];

function withDate(input: object, path: string, date: string): object {
  const [outer = '', inner] = path.split('.');
  if (inner === undefined) return { ...input, [outer]: date };
  return { ...input, [outer]: { ...(input as Record<string, object>)[outer], [inner]: date } };
}

async function mutateWith(mutation: Mutation, date: string, customerId: string, other: object = {}) {
  const { name, inputType, isOfBank, input, path } = mutation;
  const [variable, argument] = isOfBank ? ['', ''] : [', $customerId: ID!', ', customerId: $customerId'];
  const document = `mutation ($bankId: ID!, $input: ${inputType}!${variable}) {
    ${name}(bankId: $bankId, input: $input${argument}) { __typename } }`;
  const variables = { bankId, input: { ...withDate(input, path, date), ...other } };
  return gateway.query(officer.token, document, isOfBank ? variables : { ...variables, customerId });
}

function entityNamed(name: string): Entity {
  const entity = (entities as readonly Entity[]).find((each) => each.name === name);
  if (entity === undefined) throw new Error(`No entity ${name}.`);
  return entity;
}

/** The values of a column in all rows. */
async function storedValues(entity: string, column: string): Promise<unknown[]> {
  const { table } = entityNamed(entity);
  const rows: Record<string, unknown>[] = await gateway.database.read.select().from(table as SQLiteTable);
  return rows.map((row) => row[column]);
}

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const farDate = ({ isCalendarDate }: PastDate) => (isCalendarDate ? '2099-01-01' : '2099-01-01T00:00:00Z');

describe.each(pastDates.map((each) => [`${each.entity}.${each.column}`, each] as const))('%s', (_name, pastDate) => {
  const { entity, column, field, isCalendarDate, mutations, file } = pastDate;
  const someIds = async () => ({
    customerId: (await insertCustomer(gateway.database, { bankId })).id,
    userId: await insertUser(gateway.database),
  });
  const importOf = async (date: string) => problemsOf(file(await someIds(), date));

  test.each(mutations.map((mutation) => [mutation.name, mutation] as const))(
    'is refused by %s if it is in the future',
    async (_mutation, mutation) => {
      const { customerId } = await someIds();
      const { errors } = await mutateWith(mutation, farDate(pastDate), customerId);

      const path = `input.${mutation.path}`;
      expect(errors.map(({ extensions, message }) => [extensions.field, message])).toEqual([
        [path, expect.stringContaining('must not be in the future')],
      ]);
    },
  );

  test('is refused by an import if it is in the future', async () => {
    expect(await importOf(farDate(pastDate))).toEqual([`${entity} ${field} must not be in the future`]);
  });

  if (isCalendarDate) {
    test('can be the present date of any time zone', async () => {
      const { customerId } = await someIds();
      const tooLate = inMinutes(38 * 60 + 1).slice(0, 10);
      const inFirstZone = inMinutes(14 * 60 - 1).slice(0, 10);
      for (const mutation of mutations) {
        expect((await mutateWith(mutation, inFirstZone, customerId)).errors).toEqual([]);
        expect((await mutateWith(mutation, tooLate, customerId)).errors).toHaveLength(1);
      }
      expect(await importOf(inFirstZone)).toEqual([]);
      expect(await importOf(tooLate)).toHaveLength(1);
    });
    return;
  }

  test('is stored as the present if it is at most five minutes ahead', async () => {
    const { customerId } = await someIds();
    for (const mutation of mutations.filter(({ name }) => name !== 'proposeKycStatus')) {
      expect((await mutateWith(mutation, inMinutes(4), customerId)).errors).toEqual([]);
    }
    expect(await importOf(inMinutes(4))).toEqual([]);

    const now = Date.now();
    const times = (await storedValues(entity, column)).filter((value) => value instanceof Date);
    expect(times.length).toBeGreaterThan(0);
    expect(times.filter((time) => time.getTime() > now)).toEqual([]);
  });
});

test('every date of an input is past-only, or free for a reason', async () => {
  const inputs = Object.values((await gatewaySchema()).getTypeMap()).filter(isInputObjectType);
  const dates = inputs.flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => ['DateTime', 'LocalDate'].includes(getNamedType(field.type).name))
      .map((field) => `${type.name}.${field.name}`),
  );
  const past = pastDates.flatMap(({ mutations }) =>
    mutations.map(({ inputType, path }) =>
      path === 'faceImage.date' ? 'FaceImageInput.date' : `${inputType}.${path}`,
    ),
  );
  expect(dates.sort()).toEqual([...new Set([...past, ...Object.keys(freeInputs)])].sort());
});

test('every date of an import is past-only by a rule, or free', () => {
  const dates = (entities as readonly Entity[]).flatMap(({ name, fields, rules = [] }) =>
    fields
      .filter(({ parse }) => parse === dateTime || parse === localDate || parse === timeByClock)
      .map(({ column, parse }) => ({
        column: `${name}.${column}`,
        isRuled: rules.some(
          ({ columns, holds }) => columns.length === 1 && columns[0] === column && holds !== undefined,
        ),
        isByClock: parse !== dateTime,
      })),
  );
  const past = pastDates.map(({ entity, column }) => `${entity}.${column}`);
  expect(dates.map(({ column }) => column).sort()).toEqual([...past, ...freeColumns].sort());
  for (const { column, isRuled, isByClock } of dates) {
    expect([column, isRuled && isByClock]).toEqual([column, past.includes(column)]);
  }
});

describe('KYC evidence with a time ahead of the clock', () => {
  const [check] = pastDates[0]?.mutations ?? [];
  const add = (customerId: string, id: string, date: string) => {
    if (check === undefined) throw new Error('No mutation.');
    return mutateWith(check, date, customerId, { kycCheckId: id });
  };

  test('is the same evidence when it is sent again', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const date = inMinutes(3);

    for (const _attempt of [1, 2, 3]) expect((await add(customerId, 'c1', date)).errors).toEqual([]);
    expect((await add(customerId, 'c1', inMinutes(-3))).errors[0]?.extensions.key).toBe('KYC_EVIDENCE_EXISTS');
  });

  test('is the same evidence when its time is in the past by then', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const [stored, sent] = [new Date(inMinutes(-10)), new Date(inMinutes(-8))];
    await insertKycCheck(gateway.database, {
      ...{ bankId, customerId, id: 'c1', date: stored, createdAt: stored, updatedAt: stored },
      ...{ how: 'online', staffUserId: '1', staffName: 'Simon', satisfied: true, comments: null },
    });

    expect((await add(customerId, 'c1', sent.toISOString())).errors).toEqual([]);
    expect((await add(customerId, 'c1', inMinutes(-2))).errors[0]?.extensions.key).toBe('KYC_EVIDENCE_EXISTS');
  });
});

test('a first KYC status ahead of the clock is not added a second time', async () => {
  const lastOkDate = inMinutes(3);
  const { data, errors } = await gateway.query<{ createCustomer: { customer: { id: string } | null } }>(
    officer.token,
    `mutation ($bankId: ID!, $input: CreateCustomerInput!) {
      createCustomer(bankId: $bankId, input: $input) { customer { id } } }`,
    { bankId, input: { ...newCustomer, kycStatus: true, lastOkDate } },
  );
  const customerId = String(data?.createCustomer.customer?.id);
  expect(errors).toEqual([]);

  const statuses = pastDates.find(({ entity }) => entity === 'kycStatus');
  const [addStatus] = statuses?.mutations ?? [];
  if (addStatus === undefined) throw new Error('No mutation.');
  expect((await mutateWith(addStatus, lastOkDate, customerId)).errors).toEqual([]);

  expect((await storedValues('kycStatus', 'customerId')).filter((id) => id === customerId)).toHaveLength(1);
});

describe('a stored row whose date is in the future', () => {
  test('can be changed in its other fields by an import, but not in this date', async () => {
    const actualDate = new Date('2099-01-01T00:00:00Z');
    const { id } = await insertCrmEvent(gateway.database, { bankId, actualDate, result: 'None' });
    const record = (date: string) => ({
      crm_events: [{ bank_id: bankId, id, category: 'Call', actual_date: date, result: 'Will call again' }],
    });

    expect(await problemsOf(record('2098-01-01T00:00:00Z'), true)).toEqual([
      'crmEvent actual_date must not be in the future',
    ]);
    expect(await problemsOf(record('2099-01-01T00:00:00Z'), true)).toEqual([]);
    expect(await storedValues('crmEvent', 'result')).toContain('Will call again');
  });

  test('can be changed in its other fields by GraphQL', async () => {
    const faceImageDate = new Date('2099-01-01T00:00:00Z');
    const { id } = await insertCustomer(gateway.database, { bankId, faceImageUrl: image.url, faceImageDate });
    const update = (date: string, employmentStatus: string) =>
      gateway.query(
        officer.token,
        `mutation ($bankId: ID!, $customerId: ID!, $input: UpdateCustomerDataInput!) {
          updateCustomerData(bankId: $bankId, customerId: $customerId, input: $input) { customer { __typename } } }`,
        { bankId, customerId: id, input: { faceImage: { ...image, date }, employmentStatus } },
      );

    expect((await update('2099-01-01T00:00:00Z', 'retired')).errors).toEqual([]);
    expect((await update('2098-01-01T00:00:00Z', 'employed')).errors[0]?.extensions.field).toBe('input.faceImage.date');
    expect(await storedValues('customer', 'employmentStatus')).toContain('retired');
    expect(await storedValues('customer', 'employmentStatus')).not.toContain('employed');
  });
});
