import {
  defaultFieldResolver,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  isIntrospectionType,
  isObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import { committedError, GatewayError } from '../base/errors.ts';
import { type AnswerMeter, bytesOfItem, maxErrors, tooManyErrors } from './answer-meter.ts';
import { type Metered, maxItemsOf, tooManyItems } from './max-items.ts';
import { documentLimits } from './parse-options.ts';

type Resolver = GraphQLFieldResolver<unknown, Metered>;

/** The mutation fields of each operation that were stopped, by their response names. */
const stoppedFields = new WeakMap<AnswerMeter, Map<string, GatewayError>>();

/** An estimate of the bytes of a field without its name and text: quotes, a colon, a comma, and a value such as `null`. */
const bytesOfField = 8;

/**
 * Executes operations with graphql-js, which is the reference for compiled execution. Resolvers count the objects: those of the schema
 * are wrapped once, and `fieldResolver` counts for the others. graphql-js cannot stop an operation, so all resolvers of a stopped
 * operation return null, and the result is discarded.
 */
export function interpreter(schema: GraphQLSchema) {
  countInResolvers(schema);
  return async (
    args: Pick<Parameters<typeof execute>[0], 'document' | 'variableValues' | 'rootValue'> & {
      contextValue: Metered;
      operation: OperationDefinitionNode;
    },
  ): Promise<ExecutionResult> => {
    const { answer } = args.contextValue;
    answer.countsInResolvers = true;
    const result = await execute({
      ...args,
      schema,
      operationName: args.operation.name?.value,
      fieldResolver: propertyResolver,
      options: documentLimits.executionOptions,
    });
    if (args.operation.operation === 'mutation') {
      endStoppedField(answer);
      return withoutStoppedFields(result, new Map([...failingFields(result), ...(stoppedFields.get(answer) ?? [])]));
    }
    if ((result.errors?.length ?? 0) > maxErrors) answer.stop(tooManyErrors());
    return answer.check() || answer.stopped === null ? result : { errors: [answer.stopped], data: null };
  };
}

const counted = new WeakSet<GraphQLField<unknown, unknown>>();

function countInResolvers(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.resolve === undefined || counted.has(field)) continue;
      const resolve = countedResolver(field.resolve);
      field.resolve = type === schema.getMutationType() ? mutationResolver(resolve) : resolve;
      counted.add(field);
    }
  }
}

const propertyResolver = countedResolver(defaultFieldResolver);

function countedResolver(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    const { answer } = context;
    if (!answer.countsInResolvers) return resolve(source, args, context, info);
    if (answer.isStopped) return null;
    answer.bytes += String(info.path.key).length + bytesOfField;
    const { parentType, fieldName } = info;
    const value: unknown = resolve(source, args, context, info);
    return isPromise(value)
      ? value.then((later) => countedValue(answer, later, parentType, fieldName))
      : countedValue(answer, value, parentType, fieldName);
  };
}

/** The value of a field, or null if the operation is stopped. */
function countedValue(answer: AnswerMeter, value: unknown, parentType: GraphQLObjectType, fieldName: string): unknown {
  if (answer.isStopped) return null;
  if (typeof value === 'string') answer.bytes += value.length;
  else if (Array.isArray(value)) {
    const field = parentType.getFields()[fieldName];
    const limit = field === undefined ? Number.POSITIVE_INFINITY : maxItemsOf(field, parentType);
    if (field !== undefined && value.length > limit) throw tooManyItems(field, limit);
    if (!answer.admitsItems(value.length)) return null;
    answer.bytes += bytesOfItem * value.length;
    for (const item of value) {
      if (typeof item === 'string') answer.bytes += item.length;
      else if (typeof item === 'object' && !answer.addObject(0)) return null;
    }
  } else if (typeof value === 'object' && value !== null && !answer.addObject(bytesOfItem)) return null;
  return value;
}

/** Ends the previous field of the mutation, because the fields are executed one after the other. */
function mutationResolver(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    const { answer } = context;
    if (!answer.countsInResolvers) return resolve(source, args, context, info);
    endStoppedField(answer);
    const refused = answer.beginField();
    if (refused !== null) throw refused;
    currentFields.set(answer, String(info.path.key));
    return resolve(source, args, context, info);
  };
}

const currentFields = new WeakMap<AnswerMeter, string>();

function endStoppedField(answer: AnswerMeter): void {
  const name = currentFields.get(answer);
  const stopped = name === undefined ? null : answer.endField();
  if (name === undefined || stopped === null) return;
  const fields = stoppedFields.get(answer) ?? new Map<string, GatewayError>();
  stoppedFields.set(answer, fields.set(name, stopped));
}

/** Finds the mutation fields whose selections have too many errors, by their response names. */
function failingFields({ errors = [] }: ExecutionResult): [name: string, error: GatewayError][] {
  if (errors.length <= maxErrors) return [];
  const byField = Map.groupBy(errors, ({ path }) => String(path?.[0]));
  return [...byField].filter(([, { length }]) => length > maxErrors).map(([name]) => [name, tooManyErrors()]);
}

/** Sets stopped fields to null. One error replaces the errors of the fields below. */
function withoutStoppedFields(
  { data, errors = [] }: ExecutionResult,
  fields: ReadonlyMap<string, GatewayError>,
): ExecutionResult {
  if (fields.size === 0 || data == null) return errors.length === 0 ? { data } : { data, errors };
  const isStopped = ({ path }: GraphQLError) => fields.has(String(path?.[0]));
  const stopped = [...fields].map(([name, error]) => {
    const own = errors.find(
      ({ path, originalError }) => path?.length === 1 && path[0] === name && originalError === error,
    );
    return own ?? located(committedError(error), name);
  });
  const nulls = Object.fromEntries([...fields.keys()].map((name) => [name, null]));
  const names = Object.keys(data);
  const placeOf = ({ path }: GraphQLError) => names.indexOf(String(path?.[0]));
  const all = [...errors.filter((error) => !isStopped(error)), ...stopped];
  return { data: { ...data, ...nulls }, errors: all.sort((one, other) => placeOf(one) - placeOf(other)) };
}

function located(error: GatewayError, name: string): GraphQLError {
  return new GraphQLError(error.message, { originalError: error, path: [name], extensions: error.extensions });
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}
