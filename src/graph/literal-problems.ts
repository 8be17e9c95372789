import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  type ValueNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { errorOfViolations, violationsIn } from './argument-violations.ts';
import { shapeOfArgument } from './input-shape.ts';

/** The defaults of the variables of an operation. */
type Defaults = ReadonlyMap<string, ValueNode>;

/**
 * The value of a valid literal as execution coerces it. Variables have their defaults, and are undefined without one, because only
 * a request has their values.
 */
function literalValue(type: GraphQLInputType, node: ValueNode, defaults: Defaults): unknown {
  if (node.kind === Kind.VARIABLE) {
    const value = defaults.get(node.name.value);
    return value === undefined ? undefined : literalValue(type, value, defaults);
  }
  const nullable = getNullableType(type);
  if (node.kind === Kind.NULL || isEnumType(nullable)) return undefined;
  if (isListType(nullable)) {
    const items = node.kind === Kind.LIST ? node.values : [node];
    return items.map((item) => literalValue(nullable.ofType, item, defaults));
  }
  if (!isInputObjectType(nullable)) return nullable.parseLiteral(node);
  if (node.kind !== Kind.OBJECT) return undefined;
  const fields = nullable.getFields();
  return Object.fromEntries(
    node.fields.flatMap(({ name, value }) => {
      const field = fields[name.value];
      return field === undefined ? [] : [[name.value, literalValue(field.type, value, defaults)]];
    }),
  );
}

function problemsOf(schema: GraphQLSchema, document: DocumentNode, defaults: Defaults): string[] {
  const problems: string[] = [];
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Argument({ value: node }) {
        const [field, argument, type] = [types.getFieldDef(), types.getArgument(), types.getInputType()];
        if (field == null || argument == null || type == null || types.getDirective() != null) return;
        const coordinate = `${types.getParentType()?.name}.${field.name}`;
        const value = literalValue(type, node, defaults);
        const shape = shapeOfArgument(coordinate, field, argument);
        const violations = shape === null ? [] : violationsIn(shape, value);
        const error = errorOfViolations(violations.map((violation) => [argument.name, violation]));
        const listed = (error?.extensions.problems ?? []) as readonly { message: string }[];
        for (const { message } of listed) problems.push(`${coordinate}: ${message}`);
      },
    }),
  );
  return problems;
}

/**
 * Describes the literals of a valid document that the gateway refuses whenever their field is executed: values of arguments, and
 * defaults of variables. A literal is refused by the same limits and rules as the value of a variable.
 */
export function literalProblems(schema: GraphQLSchema, document: DocumentNode): string[] {
  const operations = document.definitions.filter(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const problems = operations.flatMap(({ variableDefinitions = [] }) => {
    const defaults = variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue === undefined ? [] : [[variable.name.value, defaultValue] as const],
    );
    return problemsOf(schema, document, new Map(defaults));
  });
  return [...new Set(problems)];
}
