/** The objects that a mutation shows in its payload to callers with the mutation's own role. */
import { type GraphQLField, type GraphQLObjectType, getNamedType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
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
  confirmKycStatus: ['KycStatusProposal'],
  // The counts of what was deleted.
  deleteCustomerCascade: ['DeletedWithCustomer'],
  login: ['User'],
  proposeKycStatus: ['KycStatusProposal'],
  rejectEntitlementRequest: ['Entitlement'],
  rejectKycStatus: ['KycStatusProposal'],
  requestEntitlement: ['EntitlementRequest'],
  retractKycEvidence: ['KycCheck', 'KycDocument', 'KycMedia'],
};

/** OBP returns the whole customer to the roles that change one of its fields. */
const changesCustomer = /^updateCustomer(?!Account|Address|Attribute|Link)/;

const isNamedBy = (mutation: string, type: string) => mutation.endsWith(type) || mutation.endsWith(`${type}s`);

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
