/** The objects that a mutation shows in its payload to callers with the mutation's own role. */
import { type GraphQLField, type GraphQLObjectType, getNamedType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { gatewayFields } from '../../docs/gateway-fields.ts';
import type { Role } from '../../src/base/roles.ts';
import { gatewaySchema } from '../../src/schema.ts';

type Field = GraphQLField<unknown, unknown>;

const schema = await gatewaySchema();
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});

function objectsOf({ type }: Field): { field: Field; type: GraphQLObjectType }[] {
  const payload = getNamedType(type);
  if (!isObjectType(payload)) return [];
  return Object.values(payload.getFields()).flatMap((field) => {
    const named = getNamedType(field.type);
    return isObjectType(named) ? [{ field, type: named }] : [];
  });
}

const rolesOf = ({ extensions }: Field) => (extensions.access as { anyOf?: Role[] } | undefined)?.anyOf;

/** Further objects that mutations show. Each mutation writes the object, decides on it, or is about the caller. */
const further: Record<string, string[]> = {
  approveEntitlementRequest: ['Entitlement'],
  closeCustomer: ['CustomerClosing'],
  confirmKycStatus: ['KycStatusProposal'],
  // The counts of what was deleted.
  deleteCustomerCascade: ['DeletedWithCustomer'],
  login: ['User'],
  proposeKycStatus: ['KycStatusProposal'],
  rejectEntitlementRequest: ['Entitlement'],
  rejectKycStatus: ['KycStatusProposal'],
  reopenCustomer: ['CustomerClosing'],
  requestEntitlement: ['EntitlementRequest'],
};

/** OBP returns the whole customer to the roles that change one of its fields. */
const changesCustomer = /^updateCustomer(?!Account|Address|Attribute|Link)/;

const isNamedBy = (mutation: string, type: string) => mutation.endsWith(type) || mutation.endsWith(`${type}s`);

/** The roles of the fields that return objects of the type, payloads excepted, because those show what a mutation wrote. */
function readingRoles(type: GraphQLObjectType): ReadonlySet<Role> {
  const roles = new Set<Role>();
  for (const parent of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    if (parent === schema.getMutationType() || parent.name.endsWith('Payload')) continue;
    for (const field of Object.values(parent.getFields())) {
      if (nodeTypeOf(field) === type) for (const role of rolesOf(field) ?? []) roles.add(role);
    }
  }
  return roles;
}

/** The type of the objects that a field returns, also as the nodes of a connection. */
function nodeTypeOf({ type }: Field): unknown {
  const named = getNamedType(type);
  const nodes = isObjectType(named) ? named.getFields().nodes : undefined;
  return nodes === undefined ? named : getNamedType(nodes.type);
}

/** The objects that a mutation creates, so that its caller knows them, by mutations that are not APIs of OBP. */
const created: Record<string, string[]> = {
  approveEntitlementRequest: ['Entitlement'],
  confirmKycStatus: ['KycStatus'],
  createBank: ['Bank'],
  createCustomers: ['Customer'],
  createUserAttribute: ['UserAttribute'],
  // The counts of what was deleted.
  deleteCustomerCascade: ['DeletedWithCustomer'],
  grantEntitlement: ['Entitlement'],
  login: ['User'],
  // The status that the confirmation of the proposal creates.
  proposeKycStatus: ['KycStatus'],
  rejectEntitlementRequest: ['Entitlement'],
  rejectKycStatus: ['KycStatus'],
  requestEntitlement: ['Entitlement', 'EntitlementRequest'],
};

const ownMutations = Object.values(gatewayFields)
  .flatMap(Object.keys)
  .flatMap((coordinate) => mutations.filter(({ name }) => coordinate === `Mutation.${name}`));

test.each(ownMutations)('$name shows objects that it changes only to roles that read them', (mutation) => {
  const own = rolesOf(mutation) ?? [];
  const unreadable = objectsOf(mutation)
    .filter(({ field, type }) => rolesOf(field) === undefined && !type.name.endsWith('Summary'))
    .filter(({ type }) => !own.some((role) => readingRoles(type).has(role)))
    .map(({ type }) => type.name);
  expect(unreadable.sort()).toEqual(created[mutation.name] ?? []);
});

test.each(ownMutations)('$name requires for guarded objects of its payload the roles that read them', (mutation) => {
  for (const { field, type } of objectsOf(mutation)) {
    const reading = readingRoles(type);
    expect((rolesOf(field) ?? []).filter((role) => !reading.has(role))).toEqual([]);
  }
});

test.each(ownMutations)('$name has a payload field without a role, so that every caller can select one', ({ type }) => {
  const payload = getNamedType(type);
  const fields = isObjectType(payload) ? Object.values(payload.getFields()) : [];
  expect(fields.filter((field) => rolesOf(field) === undefined)).not.toEqual([]);
});

describe.each(mutations)('$name', (mutation) => {
  test('shows only what it wrote, and summaries, without a role for reading', () => {
    const open = objectsOf(mutation).filter(({ field }) => rolesOf(field) === undefined);
    const names = open.map(({ type }) => type.name).filter((name) => !name.endsWith('Summary'));
    const others = names.filter((name) => !isNamedBy(mutation.name, name));
    expect(others.sort()).toEqual(further[mutation.name] ?? (changesCustomer.test(mutation.name) ? ['Customer'] : []));
  });

  test('does not open a guarded object of its payload by its own role', () => {
    const own = new Set(rolesOf(mutation));
    const opened = objectsOf(mutation).filter(({ field }) => rolesOf(field)?.some((role) => own.has(role)));
    expect(opened.map(({ field }) => field.name)).toEqual([]);
  });
});

test('summaries have no contact details, balances, or routings', () => {
  const summaries = Object.values(schema.getTypeMap()).filter(({ name }) => name.endsWith('Summary'));
  const fields = summaries.filter(isObjectType).map((type) => [type.name, Object.keys(type.getFields()).sort()]);
  expect(Object.fromEntries(fields)).toEqual({
    AccountSummary: ['accountId', 'attributes', 'bankId'],
    UserSummary: ['displayName', 'userId', 'username'],
  });
});
