import type { ApolloServerPlugin } from '@apollo/server';
import {
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isInputType,
  isListType,
  isObjectType,
  typeFromAST,
} from 'graphql';
import { requestError } from '../base/errors.ts';
import { valueRule } from '../base/value-rules.ts';
import { type InputShape, shapeOf } from './input-shape.ts';
import { maxItemsOfArgument, maxItemsOfInputField } from './max-input-items.ts';

/**
 * Limits what coercing a variable can cost. A list is cut to one item more than its maximum, so that the argument guard
 * still rejects it, at its path and with an audit event. Texts are left to their scalars and to the argument guard.
 *
 * @throws OBP-10001 if an object has more fields than its type: coercion would print it whole for each unknown field
 */
function limit(shape: InputShape, value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null || shape.kind === 'text') return;
  if (shape.kind === 'object') {
    if (Object.keys(value).length > shape.size) {
      throw requestError('OBP-10001', { field: path, rule: valueRule('MAX_FIELDS', { limit: shape.size }) });
    }
    for (const [name, shapeOfField] of shape.fields) {
      limit(shapeOfField, (value as Record<string, unknown>)[name], `${path}.${name}`);
    }
    return;
  }
  if (shape.kind !== 'list') return;
  const { item, maxItems } = shape;
  if (Array.isArray(value)) {
    if (value.length > maxItems) value.length = maxItems + 1;
    if (item === null || item.kind === 'text') return;
    for (const [index, each] of value.entries()) limit(item, each, `${path}[${index}]`);
  } else if (item !== null) {
    // A value without a list around it is coerced to a list of one.
    limit(item, value, path);
  }
}

/** The largest maximum of all lists, by the type of their items: a variable does not tell to which list it is passed. */
function largestMaxima(schema: GraphQLSchema): ReadonlyMap<GraphQLInputType, number> {
  const largest = new Map<GraphQLInputType, number>();
  function add(type: GraphQLInputType, maxItems: number | undefined): void {
    if (maxItems === undefined || !isListType(getNullableType(type))) return;
    const item = getNamedType(type);
    largest.set(item, Math.max(maxItems, largest.get(item) ?? 0));
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) add(field.type, maxItemsOfInputField(field));
    } else if (isObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        for (const { name, type: typeOfArgument } of field.args) add(typeOfArgument, maxItemsOfArgument(field, name));
      }
    }
  }
  return largest;
}

/** Limits the variables of every request of an Apollo Server before they are coerced. */
export function variableGuardPlugin(schema: GraphQLSchema): ApolloServerPlugin {
  const largest = largestMaxima(schema);
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, request: { variables = {} } }) {
          for (const { variable, type: typeNode } of operation?.variableDefinitions ?? []) {
            const name = variable.name.value;
            const value: unknown = variables[name];
            if (typeof value !== 'object' || value === null) continue;
            const type = typeFromAST(schema, typeNode);
            if (!isInputType(type)) continue;
            const shape = shapeOf(type, largest.get(getNamedType(type)) ?? 0, `$${name}`);
            if (shape !== null) limit(shape, value, name);
          }
        },
      };
    },
  };
}
