import { buildSchema, type GraphQLSchema, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/base/roles.ts';
import { setKycReasonRequired } from '../../src/domain/bank/bank-administration.ts';
import { AmbiguousPermission, permissionsOf } from '../../src/graph/access/permissions.ts';
import { statementsOfAuditTrail } from '../support/database-url.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer, insertUserCustomerLink } from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';

let gateway: Gateway;
let customerIds: string[];

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  customerIds = [];
  for (let index = 0; index < 12; index += 1) customerIds.push((await insertCustomer(gateway.database, { bankId })).id);
});

afterAll(() => gateway.stop());

function callerWith(...roles: Role[]): Promise<TestUser> {
  return gateway.createUser({ roles: roles.map((role) => [role, bankId]) });
}

async function permissionsForCustomer({ token }: TestUser, customerId = customerIds[0]): Promise<string[]> {
  const document = `{ customer(bankId: "${bankId}", customerId: "${customerId}") { viewerPermissions } }`;
  const { data, errors } = await gateway.query<{ customer: { viewerPermissions: string[] } }>(token, document);
  expect(errors).toEqual([]);
  return data?.customer.viewerPermissions ?? [];
}

describe('Customer.viewerPermissions', () => {
  test('names the fields and the mutations that the roles at the bank allow', async () => {
    const officer = await callerWith('CanGetCustomer', 'CanGetCustomerAddress', 'CanAddKycStatus');

    expect(await permissionsForCustomer(officer)).toEqual([
      'ADD_KYC_STATUS',
      'PROPOSE_KYC_STATUS',
      'READ_ADDRESSES',
      'READ_CUSTOMER',
      'READ_CUSTOMER_ADDRESSES',
      'READ_KYC_STATUS_PROPOSALS',
    ]);
  });

  test('ignores the reason that the bank requires', async () => {
    const officer = await callerWith('CanGetCustomer', 'CanGetKycChecksAtOneBank');
    const document = `{ customer(bankId: "${bankId}", customerId: "${customerIds[0]}") { viewerPermissions kycChecks { how } } }`;
    await setKycReasonRequired(gateway.database, bankId, true);

    const { data, errors } = await gateway.query<{ customer: { viewerPermissions: string[] } }>(
      officer.token,
      document,
    );
    await setKycReasonRequired(gateway.database, bankId, false);

    expect(errors.map(({ extensions }) => extensions.key)).toEqual(['REASON_REQUIRED']);
    expect(data?.customer.viewerPermissions).toContain('READ_KYC_CHECKS');
  });

  test('differs between the customers of a linked user and the other customers of a page', async () => {
    const caller = await callerWith('CanGetCustomers');
    await insertUserCustomerLink(gateway.database, { bankId, customerId: customerIds[3] ?? '', userId: caller.id });
    const document = `{ customers(bankId: "${bankId}", first: 100) { nodes { id viewerPermissions } } }`;

    const { data } = await gateway.query<{ customers: { nodes: { id: string; viewerPermissions: string[] }[] } }>(
      caller.token,
      document,
    );

    const nodes = data?.customers.nodes ?? [];
    expect(nodes).toHaveLength(customerIds.length);
    for (const { id, viewerPermissions } of nodes) {
      expect(viewerPermissions.includes('READ_ADDRESSES')).toBe(id === customerIds[3]);
      expect(viewerPermissions).not.toContain('READ_KYC_CHECKS');
    }
  });

  test('ignores an inactive link', async () => {
    const caller = await callerWith('CanGetCustomer');
    const customerId = customerIds[4] ?? '';
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: caller.id, isActive: false });

    expect(await permissionsForCustomer(caller, customerId)).toEqual(['READ_CUSTOMER']);
  });

  test('contains those of a linked user in the payload of the login', async () => {
    const username = 'linked.at.login';
    const password = 'a password of more than seventeen characters';
    const input = `{ username: "${username}", password: "${password}", email: "linked@example.com", firstName: "A", lastName: "B" }`;
    const created = await gateway.query<{ createUser: { user: { id: string } } }>(
      null,
      `mutation { createUser(input: ${input}) { user { id } } }`,
    );
    const userId = created.data?.createUser.user.id ?? '';
    await insertUserCustomerLink(gateway.database, { bankId, customerId: customerIds[5] ?? '', userId });

    const { data, errors } = await gateway.query<{
      login: { user: { customers: { viewerPermissions: string[] }[] } };
    }>(
      null,
      `mutation { login(username: "${username}", password: "${password}") { user { customers { viewerPermissions } } } }`,
    );

    expect(errors).toEqual([]);
    expect(data?.login.user.customers[0]?.viewerPermissions).toContain('READ_ADDRESSES');
  });

  test.each(['an unknown customer', 'a customer of another bank'])('reveals nothing about %s', async (kind) => {
    const officer = await callerWith('CanGetCustomer');
    const foreign = await insertCustomer(gateway.database, { bankId: otherBankId });
    const customerId = kind === 'an unknown customer' ? 'unknown' : foreign.id;

    const { data, errors } = await gateway.query(
      officer.token,
      `{ customer(bankId: "${bankId}", customerId: "${customerId}") { viewerPermissions } }`,
    );

    expect(data).toEqual({ customer: null });
    expect(errors.map(({ extensions }) => extensions.key)).toEqual(['OBP-30046']);
  });

  async function statementsFor({ token }: TestUser, selection: string, first: number): Promise<number> {
    const before = gateway.database.statistics.statements;
    const document = `{ customers(bankId: "${bankId}", first: ${first}) { nodes { ${selection} } } }`;
    const { errors } = await gateway.query(token, document);
    expect(errors).toEqual([]);
    return gateway.database.statistics.statements - before - statementsOfAuditTrail;
  }

  const rolesOfLinkedUsers: Role[] = [
    'CanGetCustomer',
    'CanGetCustomerAccountLinks',
    'CanGetCustomerAddress',
    'CanGetCustomerAttributesAtOneBank',
    'CanGetCustomerMessages',
    'CanGetMeetings',
    'CanGetSocialMediaHandles',
    'CanGetTaxResidence',
  ];

  test('takes no statement if a link adds nothing, and one for all customers otherwise', async () => {
    const officer = await callerWith('CanGetCustomers', ...rolesOfLinkedUsers);
    const clerk = await callerWith('CanGetCustomers');
    const withoutPermissions = await statementsFor(officer, 'id', 1);

    expect(await statementsFor(officer, 'id viewerPermissions', 12)).toBe(withoutPermissions);
    expect(await statementsFor(clerk, 'id viewerPermissions', 1)).toBe(withoutPermissions + 1);
    expect(await statementsFor(clerk, 'id viewerPermissions', 12)).toBe(withoutPermissions + 1);
  });
});

describe('Bank.viewerPermissions', () => {
  test('names what the roles allow at that bank only', async () => {
    const { token } = await callerWith('CanGetCustomers', 'CanCreateCustomer');

    const { data } = await gateway.query<{ banks: { id: string; viewerPermissions: string[] }[] }>(
      token,
      '{ banks { id viewerPermissions } }',
    );

    expect(data?.banks).toEqual([
      {
        id: bankId,
        viewerPermissions: [
          'CREATE_CUSTOMER',
          'CREATE_CUSTOMERS',
          'READ_CUSTOMERS',
          'READ_CUSTOMERS_BY_MOBILE_PHONE_NUMBER',
          'UPDATE_CUSTOMER_ADDRESS',
        ],
      },
      { id: otherBankId, viewerPermissions: [] },
    ]);
  });

  test('names what system roles allow at every bank', async () => {
    const { token } = await gateway.createUser({ roles: [['CanGetAnyKycChecks', null]] });

    const { data } = await gateway.query(token, '{ viewerPermissions banks { viewerPermissions } }');

    const viewerPermissions = ['READ_KYC_CHECKS'];
    expect(data).toEqual({ viewerPermissions, banks: [{ viewerPermissions }, { viewerPermissions }] });
  });
});

test('anonymous callers have no permissions, without an error', async () => {
  const { data, errors } = await gateway.query(null, '{ viewerPermissions banks { viewerPermissions } }');

  expect(errors).toEqual([]);
  expect(data).toEqual({ viewerPermissions: [], banks: [{ viewerPermissions: [] }, { viewerPermissions: [] }] });
});

describe('the enum Permission', () => {
  /** A schema whose fields have a role each. */
  function schemaWith(sdl: string, roles: Record<string, Role[]>): GraphQLSchema {
    const schema = buildSchema(sdl);
    for (const [coordinate, anyOf] of Object.entries(roles)) {
      const [typeName = '', fieldName = ''] = coordinate.split('.');
      const type = schema.getType(typeName);
      const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
      if (field === undefined) throw new Error(`The schema has no field ${coordinate}.`);
      field.extensions = { access: { kind: 'role', anyOf } };
    }
    return schema;
  }

  const sdl = `
    type Customer { taxResidences: String }
    type Bank { customers: String }
    type Query { taxResidences(bankId: ID!, customerId: ID!): String customers(bankId: ID!): String }
    type Mutation { readCustomers(bankId: ID!): String }
  `;

  test('has one value for fields with the same name and the same roles', () => {
    const { Customer } = permissionsOf(
      schemaWith(sdl, {
        'Customer.taxResidences': ['CanGetTaxResidence'],
        'Query.taxResidences': ['CanGetTaxResidence'],
      }),
    );

    expect(Customer.map(({ name, coordinates }) => ({ name, coordinates }))).toEqual([
      { name: 'READ_TAX_RESIDENCES', coordinates: ['Customer.taxResidences', 'Query.taxResidences'] },
    ]);
  });

  test.each<[Record<string, Role[]>, string]>([
    [
      { 'Customer.taxResidences': ['CanGetTaxResidence'], 'Query.taxResidences': ['CanGetCustomer'] },
      'The permission READ_TAX_RESIDENCES of Customer stands for Customer.taxResidences and Query.taxResidences, which require different roles. Rename one of them.',
    ],
    [
      { 'Query.customers': ['CanGetCustomers'], 'Mutation.readCustomers': ['CanCreateCustomer'] },
      'The permission READ_CUSTOMERS of Bank stands for Query.customers and Mutation.readCustomers, which require different roles. Rename one of them.',
    ],
  ])('stops the server if a value would have two meanings', (roles, message) => {
    expect(() => permissionsOf(schemaWith(sdl, roles))).toThrow(AmbiguousPermission);
    expect(() => permissionsOf(schemaWith(sdl, roles))).toThrow(message);
  });
});
