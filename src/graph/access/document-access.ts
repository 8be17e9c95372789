import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { describeRule } from './describe.ts';
import type { AccessRule } from './rule.ts';

/** A field of an operation that is not public. */
export interface GuardedField {
  /** The schema coordinate, such as `Customer.addresses`. */
  coordinate: string;
  /** A sentence that describes the access rule. */
  requirement: string;
}

/** Returns the fields with an access rule that a valid operation selects, in the order of the operation, each once. */
export function guardedFields(
  schema: GraphQLSchema,
  { definitions }: DocumentNode,
  operation: OperationDefinitionNode,
): GuardedField[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const spread = new Set<string>();
  const requirements = new Map<string, string>();

  function objectTypesOf(type: unknown): readonly GraphQLObjectType[] {
    if (isAbstractType(type)) return schema.getPossibleTypes(type);
    return isObjectType(type) ? [type] : [];
  }

  function visit(type: unknown, { selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        for (const objectType of objectTypesOf(type)) {
          const field = objectType.getFields()[selection.name.value];
          if (field === undefined) continue;
          const rule = field.extensions.access as AccessRule | undefined;
          const coordinate = `${objectType.name}.${field.name}`;
          if (rule !== undefined && rule.kind !== 'public') requirements.set(coordinate, describeRule(rule));
          if (selection.selectionSet !== undefined) visit(getNamedType(field.type), selection.selectionSet);
        }
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition;
        visit(condition === undefined ? type : schema.getType(condition.name.value), selection.selectionSet);
      } else {
        const fragment = fragments.get(selection.name.value);
        if (fragment === undefined || spread.has(selection.name.value)) continue;
        spread.add(selection.name.value);
        visit(schema.getType(fragment.typeCondition.name.value), fragment.selectionSet);
      }
    }
  }

  visit(schema.getRootType(operation.operation), operation.selectionSet);
  return [...requirements].map(([coordinate, requirement]) => ({ coordinate, requirement }));
}
