import {
  GraphQLEnumType,
  type GraphQLFieldResolver,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLSchema,
  isObjectType,
  Kind,
  parse,
} from 'graphql';
import { holdsAny } from '../../auth/authenticated-user.ts';
import type { Context } from '../context.ts';
import type { AccessFacts } from './check.ts';
import {
  type Permission,
  type Permissions,
  type PermissionType,
  permissionsOf,
  permissionTypes,
} from './permissions.ts';
import type { GuardedParent } from './rule.ts';

type Resolver = GraphQLFieldResolver<GuardedParent | undefined, Context>;

/** The names of the permissions that the caller has for the customers of a bank. */
interface NamesAtBank {
  byRole: readonly string[];
  /** With those of a linked user. Equal to `byRole` if a link adds none. */
  byLink: readonly string[];
}

const fieldDescriptions: Record<PermissionType, string> = {
  Customer:
    'The permissions of the caller for this customer, sorted by name. A required reason (`X-Reason` header) is ignored.',
  Bank: "The permissions of the caller's roles at this bank, sorted by name. A required reason (`X-Reason` header) is ignored. Empty for anonymous callers.",
  Query: "The permissions of the caller's system roles outside any bank, sorted by name. Empty for anonymous callers.",
};

function namesOf(permissions: readonly Permission[], isAllowed: (permission: Permission) => boolean): string[] {
  return permissions.filter(isAllowed).map(({ name }) => name);
}

function makeCustomerNames(): Map<string, NamesAtBank> {
  return new Map();
}

function makeBankNames(): Map<string | null, readonly string[]> {
  return new Map();
}

/** Computes a value once for each bank of the operation. */
function cached<Key, Value>(values: Map<Key, Value>, key: Key, compute: () => Value): Value {
  let value = values.get(key);
  if (value === undefined) {
    value = compute();
    values.set(key, value);
  }
  return value;
}

function namesAtBank(permissions: readonly Permission[], context: Context, bankId: string): NamesAtBank {
  const byRole = namesOf(permissions, ({ rule }) => holdsAny(context.user, rule.anyOf, bankId));
  const byLink = namesOf(
    permissions,
    ({ rule }) => rule.orLinkedUser === true || holdsAny(context.user, rule.anyOf, bankId),
  );
  return { byRole, byLink: byLink.length === byRole.length ? byRole : byLink };
}

function resolveCustomer(permissions: readonly Permission[], { ownAccess }: AccessFacts): Resolver {
  return (customer, _args, context) => {
    const bankId = customer?.bankId;
    if (customer === undefined || bankId == null) return [];
    const { byRole, byLink } = cached(context.once(makeCustomerNames), bankId, () =>
      namesAtBank(permissions, context, bankId),
    );
    if (byRole === byLink || context.ownUserIds.size === 0) return byRole;
    const isLinked = ownAccess.orLinkedUser(context, customer);
    const decided = (linked: boolean) => (linked ? byLink : byRole);
    return isLinked instanceof Promise ? isLinked.then(decided) : decided(isLinked);
  };
}

/** Without a parent, the permissions outside any bank. */
function resolveBank(permissions: readonly Permission[]): Resolver {
  return (bank, _args, context) => {
    const bankId = bank?.bankId ?? null;
    return cached(context.once(makeBankNames), bankId, () =>
      namesOf(permissions, ({ rule }) => holdsAny(context.user, rule.anyOf, bankId)),
    );
  };
}

function enumOf(permissions: Permissions): GraphQLEnumType {
  const coordinates = new Map<string, Set<string>>();
  for (const permission of permissionTypes.flatMap((type) => permissions[type])) {
    const known = coordinates.get(permission.name) ?? new Set();
    for (const coordinate of permission.coordinates) known.add(coordinate);
    coordinates.set(permission.name, known);
  }
  const described = (names: Set<string>) => `Access to ${[...names].map((name) => `\`${name}\``).join(' and ')}.`;
  return new GraphQLEnumType({
    name: 'Permission',
    description:
      'The access of the caller to a field that requires a role: `READ_` and the name of the field, or the name of the mutation.',
    values: Object.fromEntries(
      [...coordinates.keys()]
        .sort()
        .map((name) => [name, { description: described(coordinates.get(name) ?? new Set()) }]),
    ),
  });
}

/** The field as the SDL prints it, with its directive. */
function fieldNode() {
  const [type] = parse('type Query { viewerPermissions: [Permission!]! @public }').definitions;
  return type?.kind === Kind.OBJECT_TYPE_DEFINITION ? type.fields?.[0] : undefined;
}

/**
 * Adds the enum `Permission` and the fields `viewerPermissions`. They evaluate the access rules that the guards check, and
 * read nothing, except for the caller's links.
 *
 * @throws AmbiguousPermission if a permission would have two meanings
 */
export function addViewerPermissions(schema: GraphQLSchema, facts: AccessFacts): void {
  const permissions = permissionsOf(schema);
  const permission = enumOf(permissions);
  const type = new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(permission)));
  const resolvers: Record<PermissionType, Resolver> = {
    Customer: resolveCustomer(permissions.Customer, facts),
    Bank: resolveBank(permissions.Bank),
    Query: resolveBank(permissions.Query),
  };
  for (const typeName of permissionTypes) {
    const parentType = schema.getType(typeName);
    if (!isObjectType(parentType)) throw new Error(`The schema has no type ${typeName}.`);
    parentType.getFields().viewerPermissions = {
      name: 'viewerPermissions',
      description: fieldDescriptions[typeName],
      type,
      args: [],
      resolve: resolvers[typeName],
      subscribe: undefined,
      deprecationReason: undefined,
      extensions: { access: { kind: 'public' } },
      astNode: fieldNode(),
    };
  }
}
