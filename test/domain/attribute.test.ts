import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AttributeType } from '../../src/domain/attribute/attribute-type.ts';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import {
  insertAttributeDefinition,
  insertCustomer,
  insertCustomerAttribute,
  insertUserCustomerLink,
} from '../support/rows.ts';

const bankId = 'gh.29.uk';
const otherBankId = 'gh.30.uk';

let gateway: Gateway;
let clerk: TestUser;
let wrongBankClerk: TestUser;
let stranger: TestUser;
let customerId: string;
let neighbourId: string;
let foreignCustomerId: string;
let attributeId: string;
let neighboursAttributeId: string;

beforeAll(async () => {
  gateway = await startGateway();
  const { database } = gateway;
  await gateway.createBank(bankId);
  await gateway.createBank(otherBankId);
  const roles = [
    'CanGetCustomer',
    'CanGetCustomerAttributeAtOneBank',
    'CanGetCustomerAttributesAtOneBank',
    'CanGetCustomerAttributeDefinitionAtOneBank',
  ] as const;
  clerk = await gateway.createUser({ roles: roles.map((role) => [role, bankId] as const) });
  wrongBankClerk = await gateway.createUser({ roles: roles.map((role) => [role, otherBankId] as const) });
  stranger = await gateway.createUser();
  customerId = (await insertCustomer(database, { bankId })).id;
  neighbourId = (await insertCustomer(database, { bankId })).id;
  foreignCustomerId = (await insertCustomer(database, { bankId: otherBankId })).id;
  const own = { bankId, customerId };
  const number = AttributeType.INTEGER;
  attributeId = (await insertCustomerAttribute(database, { ...own, name: 'SHOE_SIZE', type: number, value: '42' })).id;
  await insertCustomerAttribute(database, { ...own, name: 'RISK', value: 'high' });
  await insertCustomerAttribute(database, { ...own, name: 'OLD_RISK', value: 'low' });
  neighboursAttributeId = (await insertCustomerAttribute(database, { bankId, customerId: neighbourId })).id;
  await insertAttributeDefinition(database, { bankId, name: 'SHOE_SIZE', canBeSeenOnViews: ['auditor', 'owner'] });
  await insertAttributeDefinition(database, { bankId, name: 'RISK', canBeSeenOnViews: ['auditor'] });
  await insertAttributeDefinition(database, { bankId, name: 'OLD_RISK', canBeSeenOnViews: [], isActive: false });
  await insertAttributeDefinition(database, { bankId: otherBankId, name: 'ELSEWHERE', canBeSeenOnViews: [] });
  // Definitions of the same name at another bank or in another category do not apply.
  await insertAttributeDefinition(database, { bankId: otherBankId, name: 'SHOE_SIZE', canBeSeenOnViews: [] });
  await insertAttributeDefinition(database, { bankId, name: 'SHOE_SIZE', category: 'Account', canBeSeenOnViews: [] });
});

afterAll(() => gateway.stop());

const attributesOf = (id: string) =>
  `{ customerAttributes(bankId: "${bankId}", customerId: "${id}") { name type value version customer { id } } }`;
const attributeOf = (id: string, attribute: string) =>
  `{ customerAttribute(bankId: "${bankId}", customerId: "${id}", id: "${attribute}") { id name type value } }`;
const definitions = `{ customerAttributeDefinitions(bankId: "${bankId}")
  { bankId name category type description alias canBeSeenOnViews isActive version } }`;

describe.each([
  ['customerAttributes', () => attributesOf(customerId)],
  ['customerAttribute', () => attributeOf(customerId, attributeId)],
  ['customerAttributeDefinitions', () => definitions],
])('%s', (field, document) => {
  test.each([
    ['an anonymous caller', () => null, 'OBP-20001'],
    ['a caller without a role', () => stranger.token, 'OBP-20006'],
    ['a caller with the role at another bank', () => wrongBankClerk.token, 'OBP-20006'],
  ])('refuses %s', async (_who, token, obpCode) => {
    const { data, errors } = await gateway.query(token(), document());

    expect(data).toEqual({ [field]: null });
    expect(errors.map(({ extensions }) => extensions.obpCode)).toEqual([obpCode]);
  });

  test('fails with OBP-30001 for an unknown bank', async () => {
    const { data, errors } = await gateway.query(clerk.token, document().replace(bankId, 'no-bank'));

    expect(data).toEqual({ [field]: null });
    expect(errors.map(({ extensions }) => extensions.obpCode)).toEqual(['OBP-30001']);
  });
});

test.each([
  ['customerAttributes', 'a customer of another bank', 'OBP-30046', () => attributesOf(foreignCustomerId)],
  ['customerAttributes', 'an unknown customer', 'OBP-30046', () => attributesOf('no-customer')],
  ['customerAttribute', 'a customer of another bank', 'OBP-30046', () => attributeOf(foreignCustomerId, attributeId)],
  ['customerAttribute', 'an unknown customer', 'OBP-30046', () => attributeOf('no-customer', attributeId)],
])('%s fails with OBP-30046 for %s', async (field, _whose, obpCode, document) => {
  const { data, errors } = await gateway.query(clerk.token, document());

  expect(data).toEqual({ [field]: null });
  expect(errors.map(({ extensions }) => extensions.obpCode)).toEqual([obpCode]);
});

test.each([
  ['an unknown attribute', () => 'no-attribute'],
  ['an attribute of another customer', () => neighboursAttributeId],
])('customerAttribute fails with OBP-30069 for %s', async (_which, id) => {
  const { data, errors } = await gateway.query(clerk.token, attributeOf(customerId, id()));

  expect(data).toEqual({ customerAttribute: null });
  expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', obpCode: 'OBP-30069' });
});

test('customerAttribute fails with OBP-10001 for a missing argument', async () => {
  const { errors } = await gateway.query(clerk.token, `{ customerAttribute(bankId: "${bankId}", id: "1") { id } }`);

  expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', obpCode: 'OBP-10001' });
});

test('customerAttributes returns all attributes to a caller with the role, oldest first', async () => {
  const { data, errors } = await gateway.query(clerk.token, attributesOf(customerId));

  expect(errors).toEqual([]);
  const rest = { version: 1, customer: { id: customerId } };
  expect(data?.customerAttributes).toEqual([
    { name: 'SHOE_SIZE', type: 'INTEGER', value: '42', ...rest },
    { name: 'RISK', type: 'STRING', value: 'high', ...rest },
    { name: 'OLD_RISK', type: 'STRING', value: 'low', ...rest },
  ]);
});

test('customerAttribute returns the attribute', async () => {
  const { data, errors } = await gateway.query(clerk.token, attributeOf(customerId, attributeId));

  expect(errors).toEqual([]);
  expect(data?.customerAttribute).toEqual({ id: attributeId, name: 'SHOE_SIZE', type: 'INTEGER', value: '42' });
});

test('customerAttributes and customerAttribute accept their system role for every bank', async () => {
  const officer = await gateway.createUser({
    roles: [
      ['CanGetCustomerAttributesAtAnyBank', null],
      ['CanGetCustomerAttributeAtAnyBank', null],
    ],
  });
  const list = await gateway.query(officer.token, attributesOf(neighbourId));
  const one = await gateway.query(officer.token, attributeOf(neighbourId, neighboursAttributeId));

  expect(list.data?.customerAttributes).toEqual([expect.objectContaining({ name: 'SPECIAL_TAX_NUMBER' })]);
  expect(one.data?.customerAttribute).toEqual(expect.objectContaining({ id: neighboursAttributeId }));
});

describe('a linked user', () => {
  const own = (id: string) => `{ myCustomer(customerId: "${id}") { attributes { name customer { id } } } }`;

  test('cannot see attributes whose definition lacks owner in its views, active or not', async () => {
    const linked = await gateway.createUser();
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: linked.id });
    const { data, errors } = await gateway.query(linked.token, own(customerId));

    expect(errors).toEqual([]);
    expect(data?.myCustomer).toEqual({
      attributes: [{ name: 'SHOE_SIZE', customer: { id: customerId } }],
    });
  });

  test('can see all attributes with the role', async () => {
    const linked = await gateway.createUser({ roles: [['CanGetCustomerAttributesAtOneBank', bankId]] });
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: linked.id });
    const { data } = await gateway.query(linked.token, own(customerId));

    const names = ['SHOE_SIZE', 'RISK', 'OLD_RISK'];
    expect(data?.myCustomer).toEqual({
      attributes: names.map((name) => ({ name, customer: { id: customerId } })),
    });
  });

  test('cannot see the attributes of another customer, or of a customer with an inactive link', async () => {
    const linked = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });
    await insertUserCustomerLink(gateway.database, { bankId, customerId, userId: linked.id, isActive: false });
    await insertUserCustomerLink(gateway.database, { bankId, customerId: neighbourId, userId: linked.id });
    const { data, errors } = await gateway.query(
      linked.token,
      `{ unlinked: customer(bankId: "${bankId}", customerId: "${customerId}") { attributes { name } }
         linked: customer(bankId: "${bankId}", customerId: "${neighbourId}") { attributes { name } } }`,
    );

    expect(data).toEqual({ unlinked: { attributes: null }, linked: { attributes: [{ name: 'SPECIAL_TAX_NUMBER' }] } });
    expect(errors.map(({ path, extensions }) => [path, extensions.obpCode])).toEqual([
      [['unlinked', 'attributes'], 'OBP-20006'],
    ]);
  });
});

test('customerAttributeDefinitions returns the definitions of this bank only, active or not, sorted by name', async () => {
  const { data, errors } = await gateway.query(clerk.token, definitions);

  expect(errors).toEqual([]);
  const rest = {
    bankId,
    category: 'Customer',
    type: 'STRING',
    description: 'The tax number',
    alias: 'TAX',
    version: 1,
  };
  expect(data?.customerAttributeDefinitions).toEqual([
    { name: 'OLD_RISK', canBeSeenOnViews: [], isActive: false, ...rest },
    { name: 'RISK', canBeSeenOnViews: ['auditor'], isActive: true, ...rest },
    { name: 'SHOE_SIZE', canBeSeenOnViews: ['auditor', 'owner'], isActive: true, ...rest },
  ]);
});

test('Bank.customerAttributeDefinitions is refused only for the banks where the caller lacks the role', async () => {
  const { data, errors } = await gateway.query(
    clerk.token,
    `{ own: bank(bankId: "${bankId}") { customerAttributeDefinitions { name } }
       other: bank(bankId: "${otherBankId}") { customerAttributeDefinitions { name } } }`,
  );

  expect(data).toEqual({
    own: { customerAttributeDefinitions: [{ name: 'OLD_RISK' }, { name: 'RISK' }, { name: 'SHOE_SIZE' }] },
    other: { customerAttributeDefinitions: null },
  });
  expect(errors.map(({ extensions }) => [extensions.obpCode, extensions.bankId])).toEqual([['OBP-20006', otherBankId]]);
});
