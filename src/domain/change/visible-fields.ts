import { type GraphQLField, type GraphQLObjectType, type GraphQLSchema, getNamedType, isObjectType } from 'graphql';
import { canAccess } from '../../graph/access/can-access.ts';
import type { Context } from '../../graph/context.ts';
import type { CustomerKey } from '../customer/customer.type.ts';

type Field = GraphQLField<unknown, unknown>;

/** The types whose objects are parts of objects of another type. */
const partOf: Readonly<Record<string, string>> = { MeetingInvitee: 'Meeting' };

/** The fields of other types than the customer through which a customer shows objects. */
const shownBy: Readonly<Record<string, readonly [typeName: string, fieldName: string]>> = {
  Account: ['CustomerAccountLink', 'account'],
  AccountAttribute: ['Account', 'attributes'],
  AccountRouting: ['Account', 'routings'],
};

const collectionsOfSchemas = new WeakMap<GraphQLSchema, ReadonlyMap<string, readonly Field[]>>();

function objectType(schema: GraphQLSchema, name: string): GraphQLObjectType | null {
  const type = schema.getType(name);
  return isObjectType(type) ? type : null;
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
    const fields = Object.values(objectType(schema, 'Customer')?.getFields() ?? {});
    collections = Map.groupBy(fields, typeNameOf);
    collectionsOfSchemas.set(schema, collections);
  }
  return collections;
}

async function canAccessAny(fields: readonly Field[], context: Context, customer: CustomerKey): Promise<boolean> {
  for (const field of fields)
    if (await canAccess(field, context, { ...customer, customerId: customer.id })) return true;
  return false;
}

/** Whether the caller can access each field on the way from a customer to objects of the type. */
async function canReach(
  schema: GraphQLSchema,
  context: Context,
  customer: CustomerKey,
  typeName: string,
): Promise<boolean> {
  if (typeName === 'Customer') return true;
  const [parentName, fieldName] = shownBy[typeName] ?? [];
  if (parentName === undefined || fieldName === undefined) {
    return canAccessAny(collectionsOf(schema).get(partOf[typeName] ?? typeName) ?? [], context, customer);
  }
  const field = objectType(schema, parentName)?.getFields()[fieldName];
  if (field === undefined || !(await canAccessAny([field], context, customer))) return false;
  return canReach(schema, context, customer, parentName);
}

/**
 * Those of the changed fields that the caller can read: of the customer, or of a type whose objects the customer shows through fields
 * which the caller can access. The name of any other field would reveal that there was, for example, KYC work.
 */
export async function visibleFields(
  schema: GraphQLSchema,
  context: Context,
  customer: CustomerKey,
  names: readonly string[],
): Promise<string[]> {
  const byType = Map.groupBy(names, (name) => name.split('.')[0] ?? '');
  const visible: string[] = [];
  for (const [typeName, ofType] of byType) {
    if (!(await canReach(schema, context, customer, typeName))) continue;
    const own = objectType(schema, typeName)?.getFields() ?? {};
    for (const name of ofType) {
      const field = own[name.slice(typeName.length + 1)];
      if (field === undefined || (await canAccessAny([field], context, customer))) visible.push(name);
    }
  }
  return visible;
}
