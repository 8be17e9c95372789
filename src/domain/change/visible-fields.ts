import { type GraphQLField, type GraphQLObjectType, type GraphQLSchema, getNamedType, isObjectType } from 'graphql';
import { holdsAny } from '../../auth/authenticated-user.ts';
import { attributeOf } from '../../changes/stored-field.ts';
import { canAccess } from '../../graph/access/can-access.ts';
import type { AccessRule } from '../../graph/access/rule.ts';
import type { Context } from '../../graph/context.ts';
import { definitionsByBank } from '../attribute/attribute-definition.loader.ts';
import { customerCategory } from '../attribute/attribute-definition.rules.ts';
import { attributeReaders, namesHiddenFromOwner } from '../customer/customer-attribute.rules.ts';
import { type ShownField, shownFieldOf } from './shown-field.ts';

type Field = GraphQLField<unknown, unknown>;

/** Whose changes a caller reads. */
interface View {
  schema: GraphQLSchema;
  context: Context;
  bankId: string;
  /** The customer whose changes are shown. Null for changes of several customers, which only roles show. */
  customerId: string | null;
}

/** Whether the caller can read objects of a type. */
type CanReadType = (view: View, typeName: string) => boolean | Promise<boolean>;

/** The fields of other types than the customer that show objects. */
const shownBy: Readonly<Record<string, readonly [typeName: string, fieldName: string]>> = {
  Account: ['CustomerAccountLink', 'account'],
  AccountAttribute: ['Account', 'attributes'],
  AccountRouting: ['Account', 'routings'],
  MeetingInvitee: ['Meeting', 'invitees'],
  ReviewInterval: ['Bank', 'reviewIntervals'],
};

/** The root fields that show the objects of a bank. A customer shows those of other types. */
const rootFields: Readonly<Record<string, readonly string[]>> = {
  Account: ['account'],
  Bank: ['bank'],
  Customer: ['customer', 'customers', 'customersAtAnyBank'],
  CustomerAttributeDefinition: ['customerAttributeDefinitions'],
  Entitlement: ['entitlements', 'bankEntitlements'],
  EntitlementRequest: ['entitlementRequests'],
};

const collectionsOfSchemas = new WeakMap<GraphQLSchema, ReadonlyMap<string, readonly Field[]>>();

function fieldsOfType(schema: GraphQLSchema, name: string): ReturnType<GraphQLObjectType['getFields']> {
  const type = schema.getType(name);
  return isObjectType(type) ? type.getFields() : {};
}

/** The type of the objects that a field returns, alone, in a list, or in the pages of a connection. */
function typeNameOf({ type }: Field): string {
  const named = getNamedType(type);
  const nodes = isObjectType(named) ? named.getFields().nodes : undefined;
  return nodes === undefined ? named.name : getNamedType(nodes.type).name;
}

/** The fields of a customer that return objects, by the types of the objects. */
function collectionsOf(schema: GraphQLSchema): ReadonlyMap<string, readonly Field[]> {
  let collections = collectionsOfSchemas.get(schema);
  if (collections === undefined) {
    collections = Map.groupBy(Object.values(fieldsOfType(schema, 'Customer')), typeNameOf);
    collectionsOfSchemas.set(schema, collections);
  }
  return collections;
}

/** Without one of the roles of its rule, a field for every authenticated caller returns only the caller's own data. */
function needsRole({ extensions }: Field, { context, bankId }: View): boolean {
  const rule = extensions.access as AccessRule | undefined;
  return rule?.kind === 'authenticated' && rule.anyOf.length > 0 && !holdsAny(context.user, rule.anyOf, bankId);
}

async function canAccessAny(fields: readonly (Field | undefined)[], view: View): Promise<boolean> {
  const { context, bankId, customerId } = view;
  const parent = customerId === null ? { bankId } : { id: customerId, bankId, customerId };
  for (const field of fields) {
    if (field !== undefined && !needsRole(field, view) && (await canAccess(field, context, parent))) return true;
  }
  return false;
}

/** Whether the caller can access a field of the customer that returns the type, or each field on the way to it. */
async function canReadThrough(canRead: CanReadType, view: View, typeName: string): Promise<boolean> {
  const [parentName, fieldName] = shownBy[typeName] ?? [];
  if (parentName === undefined || fieldName === undefined) {
    return canAccessAny(collectionsOf(view.schema).get(typeName) ?? [], view);
  }
  const field = fieldsOfType(view.schema, parentName)[fieldName];
  return (await canAccessAny([field], view)) && canRead(view, parentName);
}

/** Requires that the caller can read the customer. */
const canReadOfCustomer: CanReadType = (view, typeName) =>
  typeName === 'Customer' || canReadThrough(canReadOfCustomer, view, typeName);

const canReadOfBank: CanReadType = (view, typeName) => {
  const names = rootFields[typeName];
  if (names === undefined) return canReadThrough(canReadOfBank, view, typeName);
  const ofQuery = fieldsOfType(view.schema, 'Query');
  return canAccessAny(
    names.map((name) => ofQuery[name]),
    view,
  );
};

/** Those of the changed attributes that the caller can read. Linked users do not see all of them. */
async function seenAttributes({ context, bankId }: View, fields: readonly ShownField[]): Promise<ShownField[]> {
  if (fields.every(({ typeName }) => typeName !== 'CustomerAttribute')) return [...fields];
  if (holdsAny(context.user, attributeReaders, bankId)) return [...fields];
  const definitions = await context.loader(definitionsByBank).load([bankId, customerCategory]);
  const hidden = new Set(namesHiddenFromOwner(definitions).map(attributeOf));
  return fields.filter(
    ({ typeName, attribute }) => typeName !== 'CustomerAttribute' || (attribute !== null && !hidden.has(attribute)),
  );
}

/** The shown fields by their names, such as `CustomerAddress.city`, or `CustomerAddress` for deleted addresses. */
async function visibleNames(canRead: CanReadType, view: View, stored: readonly string[]): Promise<Map<string, string>> {
  const visible = new Map<string, string>();
  const seen = await seenAttributes(
    view,
    stored.map((field) => shownFieldOf(field)),
  );
  for (const [typeName, ofType] of Map.groupBy(seen, (field) => field.typeName)) {
    const own = fieldsOfType(view.schema, typeName);
    const isUnknown = Object.keys(own).length === 0;
    if (isUnknown || !(await canRead(view, typeName))) continue;
    for (const { stored, name, fieldName } of ofType) {
      // A column without a field is never shown.
      if (fieldName === null || (await canAccessAny([own[fieldName]], view))) visible.set(stored, name);
    }
  }
  return visible;
}

function sortedNames(names: Iterable<string>): string[] {
  return [...new Set(names)].sort();
}

/**
 * The names of those of the changed fields of a customer that the caller can read. The customer must be readable, and show their objects
 * through fields which the caller can access. The name of any other field would reveal that there was, for example, KYC work.
 */
export async function fieldsVisibleOfCustomer(view: View, stored: readonly string[]): Promise<string[]> {
  return sortedNames((await visibleNames(canReadOfCustomer, view, stored)).values());
}

/** Those of the changed fields at a bank that the caller can read with roles, without regard to the caller's own data. */
export async function fieldsVisibleAtBank(
  view: Omit<View, 'customerId'>,
  changes: readonly (readonly string[])[],
): Promise<string[][]> {
  const all = new Set(changes.flat());
  const visible = await visibleNames(canReadOfBank, { ...view, customerId: null }, [...all]);
  return changes.map((stored) => sortedNames(stored.flatMap((field) => visible.get(field) ?? [])));
}
