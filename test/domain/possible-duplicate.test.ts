import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bank } from '../../src/domain/bank/bank.table.ts';
import type { CustomerRow } from '../../src/domain/customer/customer.table.ts';
import { maxDuplicates } from '../../src/domain/possible-duplicate/possible-duplicate.loader.ts';
import { auditReader } from '../support/audit-events.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import {
  insertCustomer,
  insertCustomers,
  insertKycDocument,
  insertUserCustomerLink,
  type NewCustomer,
} from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const person = {
  legalName: 'José Müller',
  dateOfBirth: '1980-02-29',
  mobilePhoneNumber: '+447972444876',
  email: 'jose@example.com',
};
/** Has nothing in common with `person`. */
const unlike = {
  legalName: 'Ada Lovelace',
  dateOfBirth: '1990-01-01',
  mobilePhoneNumber: '+447972000001',
  email: null,
};

let gateway: Gateway;
let clerk: TestUser;
let officer: TestUser;
let customer: CustomerRow;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  const roles = ['CanGetCustomer', 'CanGetCustomers', 'CanCreateCustomer'] as const;
  clerk = await gateway.createUser({ roles: roles.map((role) => [role, bankId]) });
  const withDocuments = [...roles, 'CanGetKycDocumentsAtOneBank'] as const;
  officer = await gateway.createUser({ roles: withDocuments.map((role) => [role, bankId]) });
});

beforeEach(async () => {
  // Each test has a person of its own, because those of other tests would be duplicates.
  person.dateOfBirth = new Date(Date.parse(person.dateOfBirth) + 86_400_000).toISOString().slice(0, 10);
  person.mobilePhoneNumber = `+${Number(person.mobilePhoneNumber) + 1}`;
  person.email = `a${person.email}`;
  customer = await insertCustomer(gateway.database, { bankId, ...person });
});

afterAll(() => gateway.stop());

interface Duplicate {
  customerId: string;
  matchedBy: string[];
}

const query = /* GraphQL */ `query ($bankId: ID!, $customerId: ID!) {
  customer(bankId: $bankId, customerId: $customerId) {
    possibleDuplicates { bankId customerId matchedBy customer { id legalName } } } }`;

async function duplicatesFor(caller: TestUser, headers: Record<string, string> = {}): Promise<Duplicate[]> {
  const { data, errors } = await gateway.query<{ customer: { possibleDuplicates: Duplicate[] } }>(
    caller.token,
    query,
    { bankId, customerId: customer.id },
    headers,
  );
  expect(errors).toEqual([]);
  const duplicates = data?.customer.possibleDuplicates ?? [];
  return duplicates.map(({ customerId, matchedBy }) => ({ customerId, matchedBy }));
}

const insertOther = (columns: Partial<NewCustomer>) =>
  insertCustomer(gateway.database, { bankId, ...unlike, ...columns });

describe('Customer.possibleDuplicates', () => {
  test('is refused to callers without the role to list customers, and to linked users', async () => {
    const reader = await gateway.createUser({
      roles: [
        ['CanGetCustomer', bankId],
        ['CanGetCustomers', otherBankId],
      ],
    });
    const linked = await gateway.createUser();
    await insertUserCustomerLink(gateway.database, { bankId, customerId: customer.id, userId: linked.id });

    for (const { token } of [reader, linked]) {
      const { data, errors } = await gateway.query(token, query, { bankId, customerId: customer.id });
      expect(data).toEqual({ customer: { possibleDuplicates: null } });
      expect(errors[0]?.extensions).toMatchObject({
        missingRoles: ['CanGetCustomers', 'CanGetCustomersAtAnyBank'],
      });
    }
  });

  test.each<[name: string, columns: () => Partial<NewCustomer>, matchedBy: string[]]>([
    ['nothing', () => ({}), []],
    ['only the name', () => ({ legalName: 'Jose Muller' }), []],
    ['only the date of birth', () => ({ dateOfBirth: person.dateOfBirth }), []],
    [
      'the name in another spelling and order, and the date of birth',
      () => ({ legalName: 'MULLER,  Jose', dateOfBirth: person.dateOfBirth }),
      ['NAME_AND_DATE_OF_BIRTH'],
    ],
    ['the phone number', () => ({ mobilePhoneNumber: person.mobilePhoneNumber }), ['MOBILE_PHONE_NUMBER']],
    ['the email address', () => ({ email: person.email.toUpperCase() }), ['EMAIL']],
    ['everything', () => person, ['NAME_AND_DATE_OF_BIRTH', 'MOBILE_PHONE_NUMBER', 'EMAIL']],
  ])('compares a customer with %s in common', async (_name, columns, matchedBy) => {
    const other = await insertOther(columns());
    await insertCustomer(gateway.database, { ...person, bankId: otherBankId });

    expect(await duplicatesFor(clerk)).toEqual(matchedBy.length === 0 ? [] : [{ customerId: other.id, matchedBy }]);
  });

  test('compares numbers of documents only for callers who can read documents', async () => {
    const other = await insertOther({});
    const unrelated = await insertOther({});
    const of = (row: CustomerRow, number: string, retractedAt: Date | null = null) =>
      insertKycDocument(gateway.database, { bankId, customerId: row.id, number, retractedAt });
    const number = `AB ${customer.id}`;
    await of(customer, number);
    await of(other, number.toLowerCase().replace('ab ', 'ab-'));
    await of(unrelated, number, new Date());

    const found = [{ customerId: other.id, matchedBy: ['DOCUMENT_NUMBER'] }];
    expect(await duplicatesFor(clerk)).toEqual([]);
    const audit = auditReader(gateway.database);
    await audit.skipExisting();
    expect(await duplicatesFor(officer)).toEqual(found);
    expect((await audit.events()).flatMap(({ roles }) => roles)).toContain('CanGetKycDocumentsAtOneBank');
    const setReason = (kycReasonRequired: boolean) =>
      gateway.database.transaction((transaction) =>
        transaction.update(bank).set({ kycReasonRequired }).where(eq(bank.id, bankId)),
      );
    await setReason(true);
    try {
      expect(await duplicatesFor(officer)).toEqual([]);
      expect(await duplicatesFor(officer, { 'X-Reason': 'Onboarding' })).toEqual(found);
      expect(await duplicatesFor(clerk, { 'X-Reason': 'Onboarding' })).toEqual([]);
    } finally {
      await setReason(false);
    }
  });

  test('returns those with the most matches first, and a limited number of them', async () => {
    await insertCustomers(
      gateway.database,
      Array.from({ length: maxDuplicates + 5 }, () => ({ bankId, ...unlike, email: person.email })),
    );
    const best = await insertOther({ ...person, email: null });

    const duplicates = await duplicatesFor(clerk);

    expect(duplicates).toHaveLength(maxDuplicates);
    expect(duplicates[0]).toEqual({
      customerId: best.id,
      matchedBy: ['NAME_AND_DATE_OF_BIRTH', 'MOBILE_PHONE_NUMBER'],
    });
  });
});

describe('createCustomer', () => {
  const create = /* GraphQL */ `mutation ($bankId: ID!, $input: CreateCustomerInput!) {
    createCustomer(bankId: $bankId, input: $input) {
      customer { id } possibleDuplicates { customerId matchedBy customer { legalName } } } }`;

  test('returns the possible duplicates of the new customer', async () => {
    const { data, errors } = await gateway.query(clerk.token, create, { bankId, input: person });

    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      createCustomer: {
        possibleDuplicates: [
          {
            customerId: customer.id,
            matchedBy: ['NAME_AND_DATE_OF_BIRTH', 'MOBILE_PHONE_NUMBER', 'EMAIL'],
            customer: { legalName: person.legalName },
          },
        ],
      },
    });
  });

  test('creates the customer, but refuses the duplicates, for a caller who cannot list customers', async () => {
    const caller = await gateway.createUser({ roles: [['CanCreateCustomer', bankId]] });

    const { data, errors } = await gateway.query(caller.token, create, { bankId, input: person });

    expect(data).toEqual({ createCustomer: { customer: { id: expect.any(String) }, possibleDuplicates: null } });
    expect(errors[0]?.extensions).toMatchObject({ obpCode: 'OBP-20006' });
  });
});
