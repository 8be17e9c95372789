/** Operations that send a text to each place in the arguments of the schema that accepts a text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql/index.js';

export interface Place {
  /** The path of the place, such as `createUser.input.firstName`. */
  name: string;
  /** The scalar type of the place. */
  scalar: string;
  query: string;
  /** The variables of the operation: `value` in this place, and a valid value in every other required place. */
  variables(value: unknown, ids: Ids): Record<string, unknown>;
}

/** IDs by the name of their argument. */
export type Ids = Readonly<Record<string, string>>;

const schemaFile = join(import.meta.dirname, '../../schema/schema.graphql');

const validValues: Readonly<Record<string, unknown>> = {
  String: 'some text',
  ID: 'some-id',
  Int: 1,
  Boolean: true,
  DateTime: '2024-05-31T09:30:00Z',
  LocalDate: '2012-09-08',
  Decimal: '0',
  CountryCode: 'DE',
  Currency: 'EUR',
  EmailAddress: 'eve@example.org',
  HttpsUrl: 'https://example.org/',
};

type Input = GraphQLArgument | GraphQLInputField;

/** Returns a valid value of a type, with `value` at the end of `path`. */
function inputValue(
  input: { name: string; type: GraphQLInputType },
  path: readonly string[],
  value: unknown,
  ids: Ids,
): unknown {
  const type = getNullableType(input.type);
  if (isListType(type)) return [inputValue({ name: input.name, type: type.ofType }, path, value, ids)];
  if (isInputObjectType(type)) {
    const [next] = path;
    const fields = Object.values(type.getFields()).filter((field) => field.name === next || isNonNullType(field.type));
    return Object.fromEntries(
      fields.map((field) => [field.name, inputValue(field, field.name === next ? path.slice(1) : ['?'], value, ids)]),
    );
  }
  if (path.length === 0) return value;
  if (isEnumType(type)) return type.getValues()[0]?.name;
  return ids[input.name] ?? validValues[type.name];
}

/** Returns the paths to all places of an input that accept a text. */
function pathsOf(input: Input, seen: readonly string[] = []): { path: string[]; scalar: string }[] {
  const type = getNamedType(input.type);
  if (isScalarType(type)) {
    return ['Int', 'Boolean', 'Float'].includes(type.name) ? [] : [{ path: [], scalar: type.name }];
  }
  if (!isInputObjectType(type) || seen.includes(type.name)) return [];
  return Object.values(type.getFields()).flatMap((field) =>
    pathsOf(field, [...seen, type.name]).map(({ path, scalar }) => ({ path: [field.name, ...path], scalar })),
  );
}

/** Returns all places of all root fields that accept a text or an ID. */
export function allPlaces(): Place[] {
  const schema = buildSchema(readFileSync(schemaFile, 'utf8'));
  const places: Place[] = [];
  for (const kind of ['query', 'mutation'] as const) {
    const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
    for (const field of Object.values(root?.getFields() ?? {})) {
      for (const target of field.args) {
        for (const { path, scalar } of pathsOf(target)) {
          const sentArguments = field.args.filter((argument) => argument === target || isNonNullType(argument.type));
          const definitions = sentArguments.map(({ name, type }) => `$${name}: ${type}`).join(', ');
          const variables = sentArguments.map(({ name }) => `${name}: $${name}`).join(', ');
          const selection = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
          places.push({
            name: [field.name, target.name, ...path].join('.'),
            scalar,
            query: `${kind}(${definitions}) { ${field.name}(${variables})${selection} }`,
            variables: (value, ids) =>
              Object.fromEntries(
                sentArguments.map((argument) => [
                  argument.name,
                  inputValue(argument, argument === target ? path : ['?'], value, ids),
                ]),
              ),
          });
        }
      }
    }
  }
  return places;
}
