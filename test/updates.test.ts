/** Every field of every mutation that updates an object: an omitted field stays, and null unsets it or is refused by name. */
import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { getNamedType, isInputObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bookkeeping, typeNameOf } from '../src/changes/collected-changes.ts';
import { customerAccountLink } from '../src/domain/account/customer-account-link.table.ts';
import { customerAddress } from '../src/domain/address/address.table.ts';
import { AttributeType } from '../src/domain/attribute/attribute-type.ts';
import { customer } from '../src/domain/customer/customer.table.ts';
import { customerAttribute } from '../src/domain/customer/customer-attribute.table.ts';
import { CustomerType } from '../src/domain/customer/customer-type.ts';
import { customerLink } from '../src/domain/customer-link/customer-link.table.ts';
import { meeting } from '../src/domain/meeting/meeting.table.ts';
import { idempotencyKey } from '../src/domain/user/idempotency-key.table.ts';
import { userCustomerLink } from '../src/domain/user-customer-link/user-customer-link.table.ts';
import { gatewaySchema } from '../src/schema.ts';
import { auditReader } from './support/audit-events.ts';
import { type Gateway, startGateway, type TestUser } from './support/gateway.ts';
import {
  insertAccount,
  insertCustomer,
  insertCustomerAccountLink,
  insertCustomerAddress,
  insertCustomerAttribute,
  insertCustomerLink,
  insertMeeting,
  insertUser,
  insertUserCustomerLink,
} from './support/rows.ts';

const bankId = 'gh.29.uk';

type Row = Record<string, unknown>;

/** A field of an update. */
interface UpdatedField {
  /** The value that the test sends, and the columns that change. */
  send: unknown;
  changes: Row;
  /** The columns that null changes. Omitted if the field cannot be unset. */
  unset?: Row;
  /** Inserts the object if those of the mutation cannot have the field. */
  insert?: UpdateMutation['insert'];
}

/** A mutation that updates an object. */
interface UpdateMutation {
  table: SQLiteTable & { id: unknown };
  /** Inserts an object with a value in every column. Returns its ID and that of its customer. */
  insert(): Promise<{ id: string; customerId: string | null }>;
  fields: Record<string, UpdatedField>;
  /** Whether the object is the customer of the argument `customerId`. */
  isCustomer?: true;
  /** Whether the mutation has the argument `customerId`, too. */
  isOfCustomer?: true;
}

let gateway: Gateway;
let clerk: TestUser;
let linkedUserId: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  const roles = [
    ...['CanUpdateCustomerIdentity', 'CanUpdateCustomerBranch', 'CanUpdateCustomerCreditLimit'],
    ...['CanUpdateCustomerCreditRatingAndSource', 'CanUpdateCustomerEmail', 'CanUpdateCustomerMobilePhoneNumber'],
    ...['CanUpdateCustomerNumber', 'CanUpdateCustomerData', 'CanUpdateCustomerAddress', 'CanUpdateMeeting'],
    ...['CanUpdateCustomerAttributeAtOneBank', 'CanUpdateCustomerAccountLink', 'CanUpdateCustomerLink'],
    'CanCreateUserCustomerLink',
  ] as const;
  clerk = await gateway.createUser({ roles: roles.map((role) => [role as never, bankId] as const) });
  linkedUserId = await insertUser(gateway.database);
});

afterAll(() => gateway.stop());

async function insertFullCustomer() {
  const { id } = await insertCustomer(gateway.database, {
    ...{ bankId, dateOfBirth: '1985-10-26', title: 'Dr', nameSuffix: 'Jr', branchId: 'DERBY6', creditRating: 'AA' },
    ...{ creditSource: 'Experian', creditLimitCurrency: 'EUR', creditLimitAmount: '10.00', dependants: 1 },
    ...{ faceImageUrl: 'https://media.example.com/1.png', faceImageDate: new Date('2020-01-01T00:00:00Z') },
    ...{ relationshipStatus: 'single', dobOfDependants: ['2012-09-08'], highestEducationAttained: 'PhD' },
    employmentStatus: 'employed',
  });
  return { id, customerId: id };
}

const ofCustomer = { table: customer, insert: insertFullCustomer, isCustomer: true } as const;

function plain(name: string, value: string, isRequired = false): Record<string, UpdatedField> {
  const changed = { send: value, changes: { [name]: value } };
  return { [name]: isRequired ? changed : { ...changed, unset: { [name]: null } } };
}

async function insertCompany() {
  const { id } = await insertCustomer(gateway.database, {
    ...{ bankId, customerType: CustomerType.CORPORATE, registrationNumber: 'HRB 12', legalForm: 'AG' },
    incorporationDate: '1998-12-31',
  });
  return { id, customerId: id };
}

function ofCompany(name: string, value: string): Record<string, UpdatedField> {
  return { [name]: { send: value, changes: { [name]: value }, unset: { [name]: null }, insert: insertCompany } };
}

const mutations: Record<string, UpdateMutation> = {
  updateCustomerIdentity: {
    ...ofCustomer,
    fields: {
      legalName: { send: 'Ada', changes: { legalName: 'Ada', legalNameSearch: 'ada', nameWords: 'ada' } },
      ...plain('dateOfBirth', '1985-10-27'),
      ...plain('title', 'Lady'),
      ...plain('nameSuffix', 'Sr'),
      ...ofCompany('registrationNumber', 'HRB 4711'),
      ...ofCompany('incorporationDate', '1999-12-31'),
      ...ofCompany('legalForm', 'GmbH'),
    },
  },
  updateCustomerBranch: { ...ofCustomer, fields: plain('branchId', 'LEEDS1') },
  updateCustomerEmail: {
    ...ofCustomer,
    fields: {
      email: {
        send: 'Ada@example.com',
        changes: { email: 'Ada@example.com', emailSearch: 'ada@example.com' },
        unset: { email: null, emailSearch: null },
      },
    },
  },
  updateCustomerMobilePhoneNumber: {
    ...ofCustomer,
    fields: {
      mobilePhoneNumber: {
        send: '+44 7400 123456',
        changes: { mobilePhoneNumber: '+44 7400 123456', mobilePhoneNumberE164: '+447400123456' },
      },
    },
  },
  updateCustomerNumber: { ...ofCustomer, fields: plain('customerNumber', '5987954', true) },
  updateCustomerCreditLimit: {
    ...ofCustomer,
    fields: {
      creditLimit: {
        send: { currency: 'JPY', amount: '7' },
        changes: { creditLimitCurrency: 'JPY', creditLimitAmount: '7' },
        unset: { creditLimitCurrency: null, creditLimitAmount: null },
      },
    },
  },
  updateCustomerCreditRatingAndSource: {
    ...ofCustomer,
    fields: { ...plain('creditRating', 'B'), ...plain('creditSource', 'Other') },
  },
  updateCustomerData: {
    ...ofCustomer,
    fields: {
      faceImage: {
        // The omitted date is unset, because the object is replaced as a whole.
        send: { url: 'https://media.example.com/2.png' },
        changes: { faceImageUrl: 'https://media.example.com/2.png', faceImageDate: null },
        unset: { faceImageUrl: null, faceImageDate: null },
      },
      dobOfDependants: { send: ['2013-09-08'], changes: { dobOfDependants: ['2013-09-08'] } },
      dependants: { send: 1, changes: {} },
      ...plain('relationshipStatus', 'married'),
      ...plain('highestEducationAttained', 'School'),
      ...plain('employmentStatus', 'retired'),
    },
  },
  updateCustomerAddress: {
    table: customerAddress,
    isOfCustomer: true,
    async insert() {
      const { id: customerId } = await insertCustomer(gateway.database, { bankId });
      const lines = { line2: '2', line3: '3', county: 'Kent', state: 'KE', status: 'OK' };
      const { id } = await insertCustomerAddress(gateway.database, { bankId, customerId, ...lines });
      return { id, customerId };
    },
    fields: {
      ...plain('line1', 'No 1', true),
      ...plain('line2', 'No 2'),
      ...plain('line3', 'No 3'),
      ...plain('city', 'Leeds', true),
      ...plain('county', 'York'),
      ...plain('state', 'YO'),
      ...plain('postcode', '1'),
      ...plain('countryCode', 'GB', true),
      tags: { send: ['home'], changes: { tags: ['home'] }, unset: { tags: [] } },
      ...plain('status', 'old'),
    },
  },
  updateCustomerAttribute: {
    table: customerAttribute,
    isOfCustomer: true,
    async insert() {
      const { id: customerId } = await insertCustomer(gateway.database, { bankId });
      const attribute = { name: 'SCORE', type: AttributeType.INTEGER, value: '12' };
      const { id } = await insertCustomerAttribute(gateway.database, { bankId, customerId, ...attribute });
      return { id, customerId };
    },
    fields: {
      name: { send: 'RISK', changes: { name: 'RISK', valueOrder: expect.stringMatching(/^RISK/) } },
      type: { send: 'STRING', changes: { type: 'STRING', valueOrder: null } },
      value: {
        send: '13',
        changes: { value: '13', valueSearch: '13', valueOrder: expect.stringMatching(/^SCORE/) },
      },
    },
  },
  updateCustomerAccountLink: {
    table: customerAccountLink,
    async insert() {
      const { id: customerId } = await insertCustomer(gateway.database, { bankId });
      const { id: accountId } = await insertAccount(gateway.database, { bankId });
      return { ...(await insertCustomerAccountLink(gateway.database, { bankId, customerId, accountId })), customerId };
    },
    fields: plain('relationshipType', 'Signatory', true),
  },
  updateCustomerLink: {
    table: customerLink,
    async insert() {
      const { id: customerId } = await insertCustomer(gateway.database, { bankId });
      const { id: linkedCustomerId } = await insertCustomer(gateway.database, { bankId });
      const columns = { bankId, customerId, linkedCustomerId, percentage: '50' };
      return { ...(await insertCustomerLink(gateway.database, columns)), customerId };
    },
    fields: plain('percentage', '25.5'),
  },
  updateUserCustomerLink: {
    table: userCustomerLink,
    async insert() {
      const { id: customerId } = await insertCustomer(gateway.database, { bankId });
      const link = { bankId, customerId, userId: linkedUserId };
      return { ...(await insertUserCustomerLink(gateway.database, link)), customerId };
    },
    fields: { isActive: { send: false, changes: { isActive: false } } },
  },
  updateMeeting: {
    table: meeting,
    async insert() {
      const staffUserId = await insertUser(gateway.database);
      const when = new Date('2024-05-31T09:30:00Z');
      return { ...(await insertMeeting(gateway.database, { bankId, staffUserId, when })), customerId: null };
    },
    fields: {
      when: { send: '2034-05-31T09:30:00Z', changes: { when: new Date('2034-05-31T09:30:00Z') } },
      cancelled: { send: true, changes: { cancelledAt: expect.any(Date) } },
      get staffUserId() {
        return { send: linkedUserId, changes: { staffUserId: linkedUserId }, unset: { staffUserId: null } };
      },
    },
  },
};

const schema = await gatewaySchema();

function inputTypeOf(name: string) {
  const argument = schema
    .getMutationType()
    ?.getFields()
    [name]?.args.find(({ name: each }) => each === 'input');
  const type = argument === undefined ? undefined : getNamedType(argument.type);
  if (!isInputObjectType(type)) throw new Error(`${name} has no input.`);
  return type;
}

test('every field of every update is tested, and optional', () => {
  const updates = Object.keys(schema.getMutationType()?.getFields() ?? {}).filter((name) => name.startsWith('update'));
  expect(Object.keys(mutations).sort()).toEqual(updates.sort());
  for (const [name, { fields }] of Object.entries(mutations)) {
    const type = inputTypeOf(name);
    expect(Object.keys(type.getFields()).sort()).toEqual(Object.keys(fields).sort());
    for (const field of Object.values(type.getFields())) expect(String(field.type)).not.toMatch(/!$/);
  }
});

test('no creation has the input of an update', () => {
  const inputs = Object.keys(mutations).map((name) => inputTypeOf(name).name);
  expect(inputs).toEqual(Object.keys(mutations).map((name) => `${name.replace(/^u/, 'U')}Input`));
});

describe.each(Object.entries(mutations))('%s', (name, { table, insert, fields, isCustomer, isOfCustomer }) => {
  async function update(ids: { id: string; customerId: string | null }, input: object, expectedVersion?: number) {
    const [variables, passed] = [['$bankId: ID!'], ['bankId: $bankId']];
    if (isCustomer || isOfCustomer) {
      variables.push('$customerId: ID!');
      passed.push('customerId: $customerId');
    }
    if (!isCustomer) {
      variables.push('$id: ID!');
      passed.push('id: $id');
    }
    const all = [...variables, `$input: ${inputTypeOf(name).name}!`, '$expectedVersion: Int'].join(', ');
    return gateway.query(
      clerk.token,
      `mutation (${all}) { ${name}(${passed.join(', ')}, input: $input, expectedVersion: $expectedVersion) { __typename } }`,
      { bankId, ...ids, input, expectedVersion },
    );
  }

  async function stored(id: string): Promise<Row> {
    const [row] = await gateway.database.read
      .select()
      .from(table as SQLiteTable)
      .where(eq(table.id as never, id));
    if (row === undefined) throw new Error(`No row ${id}.`);
    return row;
  }

  /** The row without the columns that every update changes. */
  const withoutTimes = ({ updatedAt: _updatedAt, version: _version, ...row }: Row) => row;

  async function changesOf(ids: { id: string; customerId: string | null }, input: object): Promise<string[]> {
    const audit = auditReader(gateway.database);
    await audit.skipExisting();
    expect((await update(ids, input)).errors).toEqual([]);
    const [event] = await audit.events();
    return event?.changes ?? [];
  }

  const named = (columns: Row) =>
    Object.keys(columns)
      .filter((column) => !bookkeeping.has(column))
      .map((column) => `${typeNameOf(table)}.${column}`)
      .sort();

  for (const field of Object.keys(fields)) {
    test(`changes only ${field} if the input omits the others`, async () => {
      const ids = await (fields[field]?.insert ?? insert)();
      const before = await stored(ids.id);
      const { send, changes } = fields[field] ?? { send: null, changes: {} };

      const audited = await changesOf(ids, { [field]: send });

      expect(withoutTimes(await stored(ids.id))).toEqual(withoutTimes({ ...before, ...changes }));
      expect(audited.toSorted()).toEqual(named(changes));
      expect((await stored(ids.id)).version).toBe(Number(before.version) + 1);
    });

    test(`unsets ${field} for null, or refuses it by name`, async () => {
      const ids = await (fields[field]?.insert ?? insert)();
      const before = await stored(ids.id);
      const { unset } = fields[field] ?? {};
      // These two must agree with each other.
      if (field === 'dependants' || field === 'dobOfDependants') {
        const { errors } = await update(ids, { [field]: null });
        expect(errors[0]?.extensions).toMatchObject({ key: 'OBP-10020', field: 'input.dependants' });
        const both = { dependants: null, dobOfDependants: [] };
        expect(await changesOf(ids, { dependants: null, dobOfDependants: null })).toHaveLength(2);
        expect(withoutTimes(await stored(ids.id))).toEqual(withoutTimes({ ...before, ...both }));
        return;
      }
      if (unset === undefined) {
        const { errors } = await update(ids, { [field]: null });
        expect(errors.map(({ extensions }) => [extensions.key, extensions.field])).toEqual([
          ['OBP-10001', `input.${field}`],
        ]);
        expect(await stored(ids.id)).toEqual(before);
        return;
      }
      const audited = await changesOf(ids, { [field]: null });
      expect(withoutTimes(await stored(ids.id))).toEqual(withoutTimes({ ...before, ...unset }));
      expect(audited.toSorted()).toEqual(named(unset));
    });
  }

  test('writes nothing without fields, but checks the version', async () => {
    const ids = await insert();
    const before = await stored(ids.id);

    expect(await changesOf(ids, {})).toEqual([]);
    expect((await update(ids, {}, 2)).errors[0]?.extensions.key).toBe('VERSION_CONFLICT');
    expect(await stored(ids.id)).toEqual(before);
  });
});

describe('a stored value that breaks a rule', () => {
  test('does not prevent changes of other fields', async () => {
    const { database } = gateway;
    const { id: customerId } = await insertCustomer(database, { bankId, dependants: 3, legalName: 'x'.repeat(300) });
    const { id } = await insertCustomerAddress(database, {
      bankId,
      customerId,
      countryCode: 'XX',
      city: 'x'.repeat(300),
    });
    const { id: attributeId } = await insertCustomerAttribute(database, {
      ...{ bankId, customerId, type: AttributeType.INTEGER, value: 'forty-two' },
    });
    const documents: [name: string, id: string | undefined, input: object][] = [
      ['updateCustomerIdentity', undefined, { title: 'Dr' }],
      ['updateCustomerData', undefined, { employmentStatus: 'retired' }],
      ['updateCustomerAddress', id, { line1: 'No 1' }],
      ['updateCustomerAttribute', attributeId, { name: 'OTHER' }],
    ];
    for (const [name, childId, input] of documents) {
      const [variable, passed] = childId === undefined ? ['', ''] : [', $id: ID!', ', id: $id'];
      const { errors } = await gateway.query(
        clerk.token,
        `mutation ($bankId: ID!, $customerId: ID!, $input: ${inputTypeOf(name).name}!${variable}) {
          ${name}(bankId: $bankId, customerId: $customerId, input: $input${passed}) { __typename } }`,
        { bankId, customerId, input, id: childId },
      );
      expect([name, errors]).toEqual([name, []]);
    }
    const [attribute] = await database.read
      .select()
      .from(customerAttribute)
      .where(eq(customerAttribute.id, attributeId));
    expect(attribute).toMatchObject({ name: 'OTHER', value: 'forty-two' });
  });

  test('is refused if the type of an attribute changes, but its value does not have the format of the type', async () => {
    const { id: customerId } = await insertCustomer(gateway.database, { bankId });
    const { id } = await insertCustomerAttribute(gateway.database, { bankId, customerId, value: 'gold' });
    const { errors } = await gateway.query(
      clerk.token,
      `mutation ($bankId: ID!, $customerId: ID!, $id: ID!, $input: UpdateCustomerAttributeInput!) {
        updateCustomerAttribute(bankId: $bankId, customerId: $customerId, id: $id, input: $input) { __typename } }`,
      { bankId, customerId, id, input: { type: 'INTEGER' } },
    );
    expect(errors.map(({ extensions }) => extensions.field)).toEqual(['input.value']);
  });
});

describe('an idempotency key', () => {
  const update = (customerId: string, input: object, idempotencyKey: string) =>
    gateway.query(
      clerk.token,
      `mutation ($bankId: ID!, $customerId: ID!, $input: UpdateCustomerIdentityInput!, $idempotencyKey: String) {
        updateCustomerIdentity(
          bankId: $bankId, customerId: $customerId, input: $input, idempotencyKey: $idempotencyKey
        ) { __typename } }`,
      { bankId, customerId, input, idempotencyKey },
    );
  const titleOf = async (id: string) => {
    const [row] = await gateway.database.read.select().from(customer).where(eq(customer.id, id));
    return row?.title;
  };

  test('distinguishes null from an omitted field', async () => {
    const { id } = await insertFullCustomer();
    const key = randomUUID();

    expect((await update(id, { title: 'Lady' }, key)).errors).toEqual([]);
    expect((await update(id, { title: 'Lady' }, key)).errors).toEqual([]);
    const { errors } = await update(id, { title: 'Lady', nameSuffix: null }, key);
    expect(errors.map(({ extensions }) => extensions.key)).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });

  test('is found if an earlier version stored it, for which null and omitted fields were the same', async () => {
    const { id } = await insertFullCustomer();
    const key = randomUUID();
    const hash = (text: string) => gateway.config.secret.hashes('gateway idempotency', text)[0];
    const formerArguments = { input: { title: 'Lady' }, customerId: id, bankId };
    const formerText = JSON.stringify(['updateCustomerIdentity', formerArguments]);
    const row = { field: 'updateCustomerIdentity', written: { id }, createdAt: new Date(Date.now() - 3_600_000) };
    await gateway.database.transaction((transaction) =>
      transaction
        .insert(idempotencyKey)
        .values({ ...row, userId: clerk.id, key: hash(key), argumentsHash: hash(formerText) }),
    );

    expect((await update(id, { title: 'Lady' }, key)).errors).toEqual([]);
    expect((await update(id, { title: 'Lady', nameSuffix: null }, key)).errors).toEqual([]);
    expect(await titleOf(id)).toBe('Dr');
    const { errors } = await update(id, { title: 'Sir' }, key);
    expect(errors.map(({ extensions }) => extensions.key)).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });
});
