import {
  coerceInputValue,
  type DocumentNode,
  type GraphQLError,
  GraphQLID,
  type GraphQLInputType,
  GraphQLInt,
  type GraphQLSchema,
  GraphQLString,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isScalarType,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
} from 'graphql';
import { gatewayError } from '../base/errors.ts';
import { comparePositions, positionsOf } from '../base/input-problems.ts';
import { InvalidValue, type ValueRule, valueRule } from '../base/value-rules.ts';
import { pathOfVariable } from './argument-path.ts';
import type { Variables } from './plan.ts';

type Path = readonly (string | number)[];

interface CoercionOptions {
  /** The number of errors after which the remaining variables are skipped. */
  maxErrors: number;
  /** Whether errors name types and fields of the schema that the request does not contain. */
  namesSchema?: boolean;
}

interface Operation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
}

/**
 * Coerces the variables of a request to the types that the operation declares. It replaces graphql-js' `getVariableValues`, whose errors
 * quote the invalid values, such as passwords and personal data.
 */
export function coerceVariables(
  { schema, document, operation }: Operation,
  variables: Variables,
  { maxErrors, namesSchema = false }: CoercionOptions,
): { coerced: Variables } | { errors: readonly GraphQLError[] } {
  const coerced: Record<string, unknown> = {};
  const errors: PlacedError[] = [];
  function refuse(definition: VariableDefinitionNode, path: Path, rule: ValueRule): void {
    const name = definition.variable.name.value;
    // Clients know the names of arguments, but not those of variables, which the developer of an operation chooses.
    const field = (pathOfVariable(document, name) ?? name) + pathText(path);
    const positions = positionsOf(name + pathText(path), variables);
    errors.push({ positions, error: gatewayError('OBP-10001', { field, rule, node: definition }) });
  }

  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    // Validation refuses variables of output types.
    if (!isInputType(type)) continue;
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined) {
      if (definition.defaultValue) coerced[name] = valueFromAST(definition.defaultValue, type);
      else if (isNonNullType(type)) refuse(definition, [], valueRule('ARGUMENT_REQUIRED'));
      continue;
    }
    if (value === null && isNonNullType(type)) {
      refuse(definition, [], valueRule('NOT_NULL'));
      continue;
    }
    try {
      coerced[name] = coerceInputValue(value, type, (path, invalid, error) => {
        refuse(definition, path, ruleOf(typeAt(type, path), invalid, error, namesSchema));
        if (errors.length > maxErrors) throw new TooManyErrors();
      });
    } catch (error) {
      if (!(error instanceof TooManyErrors)) throw error;
    }
    if (errors.length > maxErrors) break;
  }
  if (errors.length === 0) return { coerced };
  for (const definition of operation.variableDefinitions ?? []) {
    forEachInvalidValue(coerced[definition.variable.name.value], [], (path, rule) => {
      if (errors.length < maxErrors) refuse(definition, path, rule);
    });
  }
  const sorted = errors.toSorted((one, other) => comparePositions(one.positions, other.positions));
  return { errors: sorted.slice(0, maxErrors).map(({ error }) => error) };
}

interface PlacedError {
  /** The position in the variables, for the order of the errors. */
  positions: readonly number[];
  error: GraphQLError;
}

/** Calls `report` for each value that a scalar of the gateway has rejected. The argument guard reports them if all else is valid. */
function forEachInvalidValue(value: unknown, path: Path, report: (path: Path, rule: ValueRule) => void): void {
  if (value instanceof InvalidValue) report(path, value.rule);
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) forEachInvalidValue(item, [...path, index], report);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) forEachInvalidValue(each, [...path, name], report);
  }
}

class TooManyErrors extends Error {}

/** Returns a text such as `input.addresses[3].line1`. It only contains indexes, and names of the document and the schema. */
function pathText(path: Path): string {
  return path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
}

/** Returns the type of the value at the path. Null for a path that graphql-js never reports. */
function typeAt(type: GraphQLInputType, path: Path): GraphQLInputType | null {
  let current: GraphQLInputType = type;
  for (const step of path) {
    const nullable: GraphQLInputType = getNullableType(current);
    if (isListType(nullable)) {
      // A single value instead of a list is coerced to a list of one, which adds no step to the path.
      current = typeof step === 'number' ? nullable.ofType : getNamedType(nullable);
      if (typeof step === 'number') continue;
    }
    const object: GraphQLInputType = getNullableType(current);
    if (!isInputObjectType(object)) return null;
    const field = object.getFields()[step];
    if (field === undefined) return null;
    current = field.type;
  }
  return current;
}

/** Returns the rule that the value violates, without the value. */
function ruleOf(type: GraphQLInputType | null, value: unknown, error: GraphQLError, namesSchema: boolean): ValueRule {
  if (value == null) return valueRule('NOT_NULL');
  const [, missing] = /^Field "(\w+)" of required type /.exec(error.message) ?? [];
  if (missing !== undefined) {
    return namesSchema ? valueRule('REQUIRED_FIELD', { schemaField: missing }) : valueRule('REQUIRED_FIELDS');
  }
  const named = type === null ? null : getNamedType(type);
  if (error.message.startsWith('Field "')) {
    return namesSchema && named !== null
      ? valueRule('UNKNOWN_FIELD_OF_TYPE', { schemaType: named.name })
      : valueRule('UNKNOWN_FIELD');
  }
  if (named === null) return valueRule('VALID');
  if (isInputObjectType(named)) return valueRule('OBJECT');
  if (isEnumType(named)) {
    return namesSchema ? valueRule('OF_NAMED_ENUM', { schemaType: named.name }) : valueRule('OF_ENUM');
  }
  return isScalarType(named) ? ruleOfScalar(named.name) : valueRule('VALID');
}

const rulesOfScalars: Readonly<Record<string, ValueRule>> = {
  [GraphQLInt.name]: valueRule('INTEGER_32'),
  [GraphQLString.name]: valueRule('STRING'),
  [GraphQLID.name]: valueRule('STRING_OR_INTEGER'),
  Boolean: valueRule('BOOLEAN'),
  Float: valueRule('NUMBER'),
};

/** The rule for the values of a scalar. */
export function ruleOfScalar(scalar: string): ValueRule {
  return rulesOfScalars[scalar] ?? valueRule('OF_TYPE');
}
