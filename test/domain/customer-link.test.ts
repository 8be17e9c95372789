import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { insertRows } from '../../src/database/insert-rows.ts';
import { CustomerType } from '../../src/domain/customer/customer-type.ts';
import { customerLink } from '../../src/domain/customer-link/customer-link.table.ts';
import { CustomerRelationship } from '../../src/domain/customer-link/customer-relationship.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { importRecords } from '../support/import-records.ts';
import { codesOf } from '../support/paging.ts';
import {
  insertCustomer,
  insertCustomerLink,
  insertCustomers,
  insertLegalHold,
  insertUserCustomerLink,
} from '../support/rows.ts';
import { everythingStored } from '../support/stored.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';
const roles = [
  ...(['CanCreateCustomerLink', 'CanUpdateCustomerLink', 'CanDeleteCustomerLink', 'CanGetCustomerLinks'] as const),
  ...(['CanGetCustomer', 'CanCreateCustomer', 'CanDeleteCustomerCascade', 'CanUpdateCustomerIdentity'] as const),
  'CanGetCustomerOverview' as const,
];
const create = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $input: CreateCustomerLinkInput!) {
  createCustomerLink(bankId: $bankId, customerId: $customerId, input: $input) {
    customerLink { id customerId linkedCustomerId relationshipTo percentage } } }`;
const read = /* GraphQL */ `query ($bankId: ID!, $customerId: ID!) {
  customer(bankId: $bankId, customerId: $customerId) {
    customerLinks { linkedCustomerId relationshipTo percentage linkedCustomer { legalName } }
    inverseCustomerLinks { customerId relationshipTo customer { legalName } } } }`;

let gateway: Gateway;
let clerk: TestUser;
let companyId: string;
let personId: string;

beforeAll(async () => {
  gateway = await startGateway();
  for (const id of [bankId, otherBankId]) await gateway.createBank(id);
  clerk = await gateway.createUser({ roles: roles.map((role) => [role, bankId] as const) });
});

beforeEach(async () => {
  companyId = await company();
  personId = await person();
});

afterAll(() => gateway.stop());

async function company(at = bankId): Promise<string> {
  return (await insertCustomer(gateway.database, { bankId: at, customerType: CustomerType.CORPORATE })).id;
}

async function person(at = bankId): Promise<string> {
  return (await insertCustomer(gateway.database, { bankId: at })).id;
}

function link(customerId: string, linkedCustomerId: string, relationshipTo: string, percentage: string | null = null) {
  const input = { linkedCustomerId, relationshipTo, percentage };
  return gateway.query(clerk.token, create, { bankId, customerId, input });
}

type Answer = Awaited<ReturnType<typeof link>>;

function problemOf({ errors }: Answer): unknown[] {
  const { key, field, rule } = (errors[0]?.extensions ?? {}) as Record<string, unknown>;
  return rule === undefined ? [key, field] : [key, field, rule];
}

describe('createCustomerLink', () => {
  test('fails without the role at the bank, and writes nothing', async () => {
    const stranger = await gateway.createUser({ roles: [['CanCreateCustomerLink', otherBankId]] });
    const before = await everythingStored(gateway.database);
    const input = { linkedCustomerId: personId, relationshipTo: 'DIRECTOR' };

    const { data, errors } = await gateway.query(stranger.token, create, { bankId, customerId: companyId, input });

    expect(data).toEqual({ createCustomerLink: null });
    expect(errors[0]?.extensions).toMatchObject({ missingRoles: ['CanCreateCustomerLink'] });
    expect(await everythingStored(gateway.database)).toEqual(before);
  });

  test('stores a beneficial owner with a share, whose sum can exceed 100', async () => {
    const other = await person();
    expect(await link(companyId, personId, 'BENEFICIAL_OWNER', '60.5')).toMatchObject({
      errors: [],
      data: {
        createCustomerLink: { customerLink: { customerId: companyId, linkedCustomerId: personId, percentage: '60.5' } },
      },
    });
    expect((await link(companyId, other, 'BENEFICIAL_OWNER', '100')).errors).toEqual([]);
  });

  test.each(['0', '-1', '100.000000000000000001', '101'])('fails for the share %s', async (percentage) => {
    const answer = await link(companyId, personId, 'BENEFICIAL_OWNER', percentage);

    expect(problemOf(answer)).toEqual(['OBP-10001', 'input.percentage', 'PERCENTAGE']);
  });

  test('accepts the smallest share', async () => {
    expect((await link(companyId, personId, 'BENEFICIAL_OWNER', '0.000000000000000001')).errors).toEqual([]);
  });

  test.each<[name: string, call: () => Promise<Answer>, problem: unknown[]]>([
    [
      'a share of a director',
      () => link(companyId, personId, 'DIRECTOR', '5'),
      ['OBP-10001', 'input.percentage', 'PERCENTAGE_OF_OWNER'],
    ],
    [
      'a director of a person',
      async () => link(personId, await person(), 'DIRECTOR'),
      ['OBP-10001', 'input.relationshipTo', 'RELATIONSHIP_OF_TYPE'],
    ],
    [
      'a guardian of a company',
      () => link(companyId, personId, 'GUARDIAN'),
      ['OBP-10001', 'input.relationshipTo', 'RELATIONSHIP_OF_TYPE'],
    ],
    [
      'a person as parent',
      () => link(companyId, personId, 'PARENT'),
      ['OBP-10001', 'input.linkedCustomerId', 'CORPORATE_CUSTOMER'],
    ],
    [
      'a company as beneficial owner',
      async () => link(companyId, await company(), 'BENEFICIAL_OWNER'),
      ['OBP-10001', 'input.linkedCustomerId', 'RETAIL_CUSTOMER'],
    ],
    [
      'the customer itself',
      () => link(companyId, companyId, 'DIRECTOR'),
      ['OBP-10001', 'input.linkedCustomerId', 'DIFFERENT'],
    ],
  ])('fails for %s', async (_name, call, problem) => {
    expect(problemOf(await call())).toEqual(problem);
  });

  test('fails in the same way for an unknown customer and for one of another bank', async () => {
    const unknown = await link(companyId, 'nobody', 'DIRECTOR');
    const foreign = await link(companyId, await person(otherBankId), 'DIRECTOR');

    expect(problemOf(unknown)).toEqual(['OBP-10001', 'input.linkedCustomerId', 'CUSTOMER_OF_BANK']);
    expect([foreign.data, problemOf(foreign), foreign.errors[0]?.message]).toEqual([
      unknown.data,
      problemOf(unknown),
      unknown.errors[0]?.message,
    ]);
  });

  test('fails for the same link, and for a second parent', async () => {
    const parent = await company();
    expect((await link(companyId, parent, 'PARENT')).errors).toEqual([]);

    expect(problemOf(await link(companyId, parent, 'PARENT'))[0]).toBe('CUSTOMER_LINK_EXISTS');
    expect(problemOf(await link(companyId, await company(), 'PARENT'))[0]).toBe('CUSTOMER_HAS_PARENT');
  });

  test('fails for a circle of parents', async () => {
    const [middle, top] = [await company(), await company()];
    await link(companyId, middle, 'PARENT');
    await link(middle, top, 'PARENT');

    expect(problemOf(await link(top, companyId, 'PARENT'))).toEqual([
      'CUSTOMER_PARENT_CIRCLE',
      'input.linkedCustomerId',
    ]);
  });

  test('lets only one of two concurrent calls succeed that would close a circle', async () => {
    for (let round = 0; round < 4; round += 1) {
      const [a, b] = [await company(), await company()];
      const answers = await Promise.all([link(a, b, 'PARENT'), link(b, a, 'PARENT')]);

      const keys = answers.map((answer) => problemOf(answer)[0] ?? null);
      expect(keys.sort()).toEqual(['CUSTOMER_PARENT_CIRCLE', null]);
    }
  });

  test('fails for the 501st link to a customer', async () => {
    const values = Array.from({ length: 500 }, () => ({ bankId, customerType: CustomerType.CORPORATE }));
    const companies = await insertCustomers(gateway.database, values);
    const rows = companies.map(({ id: customerId }) => ({
      ...{ id: randomUUID(), bankId, customerId, linkedCustomerId: personId },
      ...{ relationshipTo: CustomerRelationship.DIRECTOR, createdAt: new Date(), updatedAt: new Date() },
    }));
    await gateway.database.transaction((transaction) => insertRows(transaction, customerLink, rows));

    expect(problemOf(await link(companyId, personId, 'DIRECTOR'))).toEqual([
      'TOO_MANY_ITEMS',
      'input.linkedCustomerId',
    ]);
  });
});

describe('the links of a customer', () => {
  test('are readable from both customers', async () => {
    await link(companyId, personId, 'BENEFICIAL_OWNER', '30');

    const ofCompany = await gateway.query(clerk.token, read, { bankId, customerId: companyId });
    const ofPerson = await gateway.query(clerk.token, read, { bankId, customerId: personId });

    const name = { legalName: 'Eveline Tripman' };
    const owner = { relationshipTo: 'BENEFICIAL_OWNER', percentage: '30', linkedCustomer: name };
    expect(ofCompany.data).toEqual({
      customer: { customerLinks: [{ linkedCustomerId: personId, ...owner }], inverseCustomerLinks: [] },
    });
    expect(ofPerson.data).toEqual({
      customer: {
        customerLinks: [],
        inverseCustomerLinks: [{ customerId: companyId, relationshipTo: 'BENEFICIAL_OWNER', customer: name }],
      },
    });
  });

  test('are refused to linked users of one of the customers, and the linked customer without its own role', async () => {
    await link(companyId, personId, 'DIRECTOR');
    const linked = await gateway.createUser();
    await insertUserCustomerLink(gateway.database, { bankId, customerId: companyId, userId: linked.id });
    const refused = await gateway.query(linked.token, read, { bankId, customerId: companyId });
    expect(refused.data).toEqual({ customer: { customerLinks: null, inverseCustomerLinks: null } });

    const reader = await gateway.createUser({ roles: [['CanGetCustomerLinks', bankId]] });
    const list = `query ($bankId: ID!, $customerId: ID!) { customerLinks(bankId: $bankId, customerId: $customerId) {
      relationshipTo linkedCustomer { legalName } } }`;
    const { data, errors } = await gateway.query(reader.token, list, { bankId, customerId: companyId });
    expect(data).toEqual({ customerLinks: [{ relationshipTo: 'DIRECTOR', linkedCustomer: null }] });
    expect(codesOf({ errors })).toEqual(['OBP-20006']);
  });

  test('show the beneficial owners of a company in its overview', async () => {
    await link(companyId, personId, 'BENEFICIAL_OWNER', '30');
    await link(companyId, personId, 'DIRECTOR');
    const { data } = await gateway.query(
      clerk.token,
      '{ customer(bankId: "gh.29.uk", customerId: "COMPANY") { customerNumber } }'.replace('COMPANY', companyId),
    );
    const { customerNumber } = (data as { customer: { customerNumber: string } }).customer;
    const overview = `query ($bankId: ID!, $customerNumber: String!) {
      customerOverview(bankId: $bankId, customerNumber: $customerNumber) {
        customerType beneficialOwners { percentage linkedCustomer { id } } } }`;

    const shown = await gateway.query(clerk.token, overview, { bankId, customerNumber });

    const owners = [{ percentage: '30', linkedCustomer: { id: personId } }];
    expect(shown.data).toEqual({ customerOverview: { customerType: 'CORPORATE', beneficialOwners: owners } });
  });
});

describe('the deletion of a link', () => {
  const remove = /* GraphQL */ `mutation ($bankId: ID!, $id: ID!) {
    deleteCustomerLink(bankId: $bankId, id: $id) { customerLink { id } } }`;
  const cascade = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!) {
    deleteCustomerCascade(bankId: $bankId, customerId: $customerId) {
      deleted { customerLinks inverseCustomerLinks } } }`;

  test('happens with either customer', async () => {
    await link(companyId, personId, 'DIRECTOR');

    const { data } = await gateway.query(clerk.token, cascade, { bankId, customerId: personId });

    expect(data).toEqual({ deleteCustomerCascade: { deleted: { customerLinks: 0, inverseCustomerLinks: 1 } } });
  });

  test.each(['company', 'person'])('fails while the %s is under a legal hold', async (side) => {
    const { id } = await insertCustomerLink(gateway.database, {
      bankId,
      customerId: companyId,
      linkedCustomerId: personId,
    });
    const held = side === 'company' ? companyId : personId;
    await insertLegalHold(gateway.database, { bankId, customerId: held, setByUserId: clerk.id });

    const answers = [
      await gateway.query(clerk.token, remove, { bankId, id }),
      await gateway.query(clerk.token, cascade, { bankId, customerId: companyId }),
      await gateway.query(clerk.token, cascade, { bankId, customerId: personId }),
    ];

    expect(answers.map(({ errors }) => errors[0]?.extensions.key)).toEqual(
      answers.map(() => 'CUSTOMER_UNDER_LEGAL_HOLD'),
    );
  });
});

describe('a company', () => {
  const createCustomer = /* GraphQL */ `mutation ($bankId: ID!, $input: CreateCustomerInput!) {
    createCustomer(bankId: $bankId, input: $input) {
      customer { id customerType registrationNumber incorporationDate legalForm
        customerLinks { linkedCustomerId relationshipTo } } } }`;
  const input = { legalName: 'Tripman Ltd', mobilePhoneNumber: '+44 7972 444876', customerType: 'CORPORATE' };
  const companyValues = { registrationNumber: 'HRB 12345 B', incorporationDate: '1999-04-01', legalForm: 'GmbH' };

  test('is created with its parent, owners, and directors', async () => {
    const customerLinks = [
      { linkedCustomerId: personId, relationshipTo: 'BENEFICIAL_OWNER', percentage: '75' },
      { linkedCustomerId: personId, relationshipTo: 'DIRECTOR' },
    ];
    const values = { ...input, ...companyValues, parentCustomerId: companyId, customerLinks };

    const { data, errors } = await gateway.query(clerk.token, createCustomer, { bankId, input: values });

    expect(errors).toEqual([]);
    const { customer } = (data as { createCustomer: { customer: { customerLinks: object[] } } }).createCustomer;
    expect(customer).toMatchObject({ customerType: 'CORPORATE', ...companyValues });
    expect(customer.customerLinks).toEqual(
      expect.arrayContaining([
        { linkedCustomerId: companyId, relationshipTo: 'PARENT' },
        ...customerLinks.map(({ linkedCustomerId, relationshipTo }) => ({ linkedCustomerId, relationshipTo })),
      ]),
    );
  });

  test('has no values of a person, nor a person those of a company, and all problems are listed', async () => {
    const ofPerson = { dateOfBirth: '1985-10-26', title: 'Dr', dependants: 1, dobOfDependants: ['2012-09-08'] };
    const links = [
      { linkedCustomerId: 'nobody', relationshipTo: 'DIRECTOR' },
      { linkedCustomerId: personId, relationshipTo: 'GUARDIAN' },
    ];
    const wrongCompany = { ...input, ...ofPerson, incorporationDate: '2999-01-01' };
    const first = await gateway.query(clerk.token, createCustomer, { bankId, input: wrongCompany });
    const second = await gateway.query(clerk.token, createCustomer, {
      bankId,
      input: { ...input, ...companyValues, customerType: 'RETAIL' },
    });
    const third = await gateway.query(clerk.token, createCustomer, {
      bankId,
      input: { ...input, customerLinks: links, parentCustomerId: personId },
    });

    const fieldsOf = ({ errors }: Answer) =>
      ((errors[0]?.extensions.problems ?? []) as { field: string }[]).map(({ field }) => field).sort();
    expect(fieldsOf(first)).toEqual(
      ['dateOfBirth', 'dependants', 'dobOfDependants', 'incorporationDate', 'title'].map((name) => `input.${name}`),
    );
    expect(fieldsOf(second)).toEqual(
      Object.keys(companyValues)
        .map((name) => `input.${name}`)
        .sort(),
    );
    expect(fieldsOf(third)).toEqual([
      'input.customerLinks[0].linkedCustomerId',
      'input.customerLinks[1].relationshipTo',
      'input.parentCustomerId',
    ]);
  });

  test('requires the role for links', async () => {
    const creator = await gateway.createUser({ roles: [['CanCreateCustomer', bankId]] });

    const { errors } = await gateway.query(creator.token, createCustomer, {
      bankId,
      input: { ...input, parentCustomerId: companyId },
    });

    const missing = { missingRoles: ['CanCreateCustomerLink'], field: 'input.parentCustomerId' };
    expect(errors[0]?.extensions).toMatchObject(missing);
  });

  test('can be updated, but does not get the values of a person', async () => {
    const update = /* GraphQL */ `mutation ($bankId: ID!, $customerId: ID!, $input: UpdateCustomerIdentityInput!) {
      updateCustomerIdentity(bankId: $bankId, customerId: $customerId, input: $input) { customer { legalForm } } }`;
    const call = (values: object) =>
      gateway.query(clerk.token, update, { bankId, customerId: companyId, input: values });

    expect((await call({ legalForm: 'AG' })).data).toEqual({
      updateCustomerIdentity: { customer: { legalForm: 'AG' } },
    });
    expect(problemOf(await call({ title: 'Dr' }))).toEqual(['OBP-10001', 'input.title', 'NOT_OF_COMPANY']);
  });
});

describe('the import of links', () => {
  const customer = (id: string, type: string) => ({
    ...{ bank_id: bankId, customer_id: id, customer_number: id, customer_type: type },
    ...{ legal_name: 'Import Ltd', mobile_phone_number: '+441' },
  });
  const record = (from: string, to: string, relationship: string, more: object = {}) => ({
    ...{ bank_id: bankId, customer_id: from, other_customer_id: to, relationship_to: relationship, ...more },
  });

  test('refuses circles, second parents, and customers of another bank or type', async () => {
    const ids = ['c1', 'c2', 'c3', 'c4'].map((id) => `${companyId}-${id}`);
    const [a = '', b = '', c = '', d = ''] = ids;
    const foreign = await company(otherBankId);
    await insertCustomerLink(gateway.database, {
      bankId,
      customerId: companyId,
      linkedCustomerId: await company(),
      relationshipTo: CustomerRelationship.PARENT,
    });

    const problems = await importRecords(gateway.database, {
      customers: ids.map((id) => customer(id, 'CORPORATE')),
      customer_links: [
        record(a, b, 'PARENT'),
        record(b, c, 'PARENT'),
        record(c, a, 'PARENT'),
        record(d, c, 'PARENT'),
        record(d, foreign, 'DIRECTOR'),
        record(d, personId, 'BENEFICIAL_OWNER', { percentage: '101' }),
        record(personId, d, 'DIRECTOR'),
        record(companyId, d, 'PARENT'),
      ],
    });

    const circle = 'other_customer_id must not have the customer as its parent, directly or through others';
    const reasons = [
      'other_customer_id must be the ID of a customer at the bank, in the files or the database',
      ...[circle, circle, circle],
      'percentage must be greater than 0 and at most 100',
      'relationship_to must be GUARDIAN for a retail customer, and another relationship for a corporate customer',
      'relationship_to must not be PARENT if the customer has another parent',
    ];
    expect(problems.sort()).toEqual(reasons.map((reason) => `customerLink ${reason}`));
  });

  test('stores links, once', async () => {
    const id = `${companyId}-owned`;
    const records = {
      customers: [customer(id, 'CORPORATE')],
      customer_links: [
        record(id, personId, 'BENEFICIAL_OWNER', { percentage: '25.5' }),
        record(id, companyId, 'PARENT'),
      ],
    };
    expect(await importRecords(gateway.database, records)).toEqual([]);
    expect(await importRecords(gateway.database, records)).toEqual([]);

    const { data } = await gateway.query(clerk.token, read, { bankId, customerId: id });

    const links = (data as { customer: { customerLinks: { linkedCustomerId: string }[] } }).customer.customerLinks;
    expect(links.map(({ linkedCustomerId }) => linkedCustomerId).sort()).toEqual([personId, companyId].sort());
  });
});
