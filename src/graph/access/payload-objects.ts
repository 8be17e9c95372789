import { type GraphQLOutputType, type GraphQLResolveInfo, getNamedType, isObjectType } from 'graphql';
import { selectedFields } from '../../execution/selected-fields.ts';

/** The schema coordinates of the object fields of a payload that have no access rule of their own, by field name. */
export type PayloadObjects = ReadonlyMap<string, string>;

/** The objects that the role of a mutation lets the caller read through its payload. */
export function payloadObjects({ type }: { type: GraphQLOutputType }): PayloadObjects {
  const payload = getNamedType(type);
  if (!isObjectType(payload)) return new Map();
  return new Map(
    Object.values(payload.getFields())
      .filter((field) => isObjectType(getNamedType(field.type)) && field.extensions.access === undefined)
      .map(({ name }) => [name, `${payload.name}.${name}`]),
  );
}

/** The coordinates of those that the operation selects. */
export function selectedObjects(objects: PayloadObjects, info: GraphQLResolveInfo): string[] {
  if (objects.size === 0) return [];
  return [...selectedFields(info)].flatMap((name) => objects.get(name) ?? []);
}
