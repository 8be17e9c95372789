import {
  coerceInputValue,
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
import { GatewayError, gatewayError } from '../base/errors.ts';
import { InvalidValue, type ValueRule, valueRule } from '../base/value-rules.ts';
import type { Variables } from './plan.ts';

type Path = readonly (string | number)[];

interface CoercionOptions {
  /** The number of errors after which the remaining variables are skipped. */
  maxErrors: number;
  /** Whether errors name types and fields of the schema that the request does not contain. */
  namesSchema?: boolean;
}

/**
 * Coerces the variables of a request to the types that the operation declares. It replaces graphql-js' `getVariableValues`, whose errors
 * quote the invalid values, such as passwords and personal data.
 */
export function coerceVariables(
  { schema, operation }: { schema: GraphQLSchema; operation: OperationDefinitionNode },
  variables: Variables,
  { maxErrors, namesSchema = false }: CoercionOptions,
): { coerced: Variables } | { errors: readonly GraphQLError[] } {
  const coerced: Record<string, unknown> = {};
  const errors: GraphQLError[] = [];
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    // Validation refuses variables of output types.
    if (!isInputType(type)) continue;
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined) {
      if (definition.defaultValue) coerced[name] = valueFromAST(definition.defaultValue, type);
      else if (isNonNullType(type)) errors.push(refused(definition, [], valueRule('ARGUMENT_REQUIRED')));
      continue;
    }
    if (value === null && isNonNullType(type)) {
      errors.push(refused(definition, [], valueRule('NOT_NULL')));
      continue;
    }
    try {
      coerced[name] = coerceInputValue(value, type, (path, invalid, error) => {
        errors.push(
          error instanceof GatewayError
            ? refusedByScalar(definition, path, error)
            : refused(definition, path, ruleOf(typeAt(type, path), invalid, error, namesSchema)),
        );
        if (errors.length > maxErrors) throw new TooManyErrors();
      });
    } catch (error) {
      if (!(error instanceof TooManyErrors)) throw error;
    }
    if (errors.length > maxErrors) break;
  }
  return errors.length === 0 ? { coerced } : { errors: errors.slice(0, maxErrors) };
}

class TooManyErrors extends Error {}

/** Returns a text such as `input.addresses[3].line1`. It only contains indexes, and names of the document and the schema. */
function pathText(definition: VariableDefinitionNode, path: Path): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`));
  return definition.variable.name.value + steps.join('');
}

function refused(definition: VariableDefinitionNode, path: Path, rule: ValueRule): GatewayError {
  return gatewayError('OBP-10001', { field: pathText(definition, path), rule, node: definition });
}

/** Adds the place of the value to the error of a scalar of the gateway. */
function refusedByScalar(definition: VariableDefinitionNode, path: Path, { cause }: GatewayError): GatewayError {
  return refused(definition, path, cause instanceof InvalidValue ? cause.rule : valueRule('VALID'));
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
