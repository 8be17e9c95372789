import {
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  isObjectType,
} from 'graphql';
import type { FieldPlan } from './plan.ts';

/**
 * The object type to which an interface or a union has resolved a value. Fails as graphql-js does if it does not include a type of
 * this name.
 */
export function objectTypeOf(
  { name: abstractName }: GraphQLAbstractType,
  { parentType, name: fieldName, nodes }: FieldPlan,
  { schema }: GraphQLResolveInfo,
  name: unknown,
): GraphQLObjectType {
  const failed = (problem: string) => new GraphQLError(problem, { nodes });
  if (name == null) {
    throw failed(
      `Abstract type "${abstractName}" must resolve to an Object type at runtime for field "${parentType.name}.${fieldName}". Either the "${abstractName}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`,
    );
  }
  const type = schema.getType(String(name));
  if (type === undefined) {
    throw failed(
      `Abstract type "${abstractName}" was resolved to a type "${String(name)}" that does not exist inside the schema.`,
    );
  }
  if (!isObjectType(type)) {
    throw failed(`Abstract type "${abstractName}" was resolved to a non-object type "${type.name}".`);
  }
  const abstract = schema.getType(abstractName) as GraphQLAbstractType;
  if (!schema.isSubType(abstract, type)) {
    throw failed(`Runtime Object type "${type.name}" is not a possible type for "${abstractName}".`);
  }
  return type;
}
