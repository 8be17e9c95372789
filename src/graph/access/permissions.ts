import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isObjectType,
} from 'graphql';
import type { AccessRule, RoleRule } from './rule.ts';

/** The types with the field `viewerPermissions`. */
export const permissionTypes = ['Customer', 'Bank', 'Query'] as const;
export type PermissionType = (typeof permissionTypes)[number];

/** The access of a caller to a guarded field, as a value of the enum `Permission`. */
export interface Permission {
  /** Such as `READ_ADDRESSES` or `ADD_KYC_STATUS`. */
  name: string;
  /** The schema coordinates of the guarded fields. */
  coordinates: string[];
  rule: RoleRule;
}

/** The permissions that each type lists, sorted by name. */
export type Permissions = Readonly<Record<PermissionType, readonly Permission[]>>;

type Field = GraphQLField<unknown, unknown>;

/** Stops the server, because the permission would state the access to only one of the fields. */
export class AmbiguousPermission extends Error {
  constructor(name: string, type: PermissionType, coordinates: readonly string[]) {
    super(
      `The permission ${name} of ${type} stands for ${coordinates.join(' and ')}, which require different roles. Rename one of them.`,
    );
    this.name = 'AmbiguousPermission';
  }
}

/** `kycStatusProposals` becomes `KYC_STATUS_PROPOSALS`. */
function upperCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
}

function roleRuleOf({ extensions }: Field): RoleRule | null {
  const rule = extensions.access as AccessRule | undefined;
  return rule?.kind === 'role' ? rule : null;
}

function takes({ args }: Field, name: string): boolean {
  return args.some((argument) => {
    const type = getNamedType(argument.type);
    return argument.name === name || (isInputObjectType(type) && type.getFields()[name] !== undefined);
  });
}

/** Whether a root field takes the ID of a customer, or returns an object that belongs to a customer. */
function concernsCustomer(field: Field): boolean {
  const type = isObjectType(field.type) ? field.type : null;
  const customer = type?.getFields().customer;
  return takes(field, 'customerId') || (customer !== undefined && roleRuleOf(customer) !== null);
}

/** The types that list the permission for a field of this type. The rule of a root field applies at the bank that it takes. */
function typesOf(type: GraphQLObjectType, field: Field, isRoot: boolean): PermissionType[] {
  if (!isRoot) return permissionTypes.filter((name) => name === type.name);
  const bankId = field.args.find(({ name }) => name === 'bankId');
  if (bankId === undefined) return ['Query'];
  return [
    ...(concernsCustomer(field) ? (['Customer'] as const) : []),
    'Bank',
    // Without a bank, only system roles apply.
    ...(String(bankId.type).endsWith('!') ? [] : (['Query'] as const)),
  ];
}

function sameRoles(first: RoleRule, second: RoleRule): boolean {
  return new Set(first.anyOf).symmetricDifference(new Set(second.anyOf)).size === 0;
}

/**
 * Derives the permissions from the access rules of the schema. Only fields that require a role have one, because every
 * authenticated caller can access the others.
 *
 * @throws AmbiguousPermission if two fields with different roles have the same permission on the same type
 */
export function permissionsOf(schema: GraphQLSchema): Permissions {
  const found: Record<PermissionType, Map<string, Permission>> = {
    Customer: new Map(),
    Bank: new Map(),
    Query: new Map(),
  };

  function add(type: GraphQLObjectType | null | undefined, isRoot: boolean): void {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const rule = roleRuleOf(field);
      if (type == null || rule === null) continue;
      const name = type === schema.getMutationType() ? upperCase(field.name) : `READ_${upperCase(field.name)}`;
      const coordinate = `${type.name}.${field.name}`;
      for (const typeName of typesOf(type, field, isRoot)) {
        const former = found[typeName].get(name);
        if (former === undefined) found[typeName].set(name, { name, coordinates: [coordinate], rule });
        else if (sameRoles(former.rule, rule)) former.coordinates.push(coordinate);
        else throw new AmbiguousPermission(name, typeName, [...former.coordinates, coordinate]);
      }
    }
  }

  // A permission of an object has the rule of the object's own field, which can be wider than that of a root field.
  for (const name of ['Customer', 'Bank']) {
    const type = schema.getType(name);
    if (isObjectType(type)) add(type, false);
  }
  add(schema.getQueryType(), true);
  add(schema.getMutationType(), true);
  const sorted = (type: PermissionType) =>
    [...found[type].values()].sort((first, second) => (first.name < second.name ? -1 : 1));
  return { Customer: sorted('Customer'), Bank: sorted('Bank'), Query: sorted('Query') };
}
