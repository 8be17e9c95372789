import {
  GraphQLError,
  type GraphQLField,
  type GraphQLFieldResolver,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  type GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql';
import { holdsAny } from '../../auth/authenticated-user.ts';
import { GatewayError, gatewayError } from '../../base/errors.ts';
import { valueRule } from '../../base/value-rules.ts';
import type { AccessFacts } from '../access/check.ts';
import type { Context } from '../context.ts';
import { entityResolver, type Representation } from './entities.ts';
import type { EntityTypes } from './entity-types.ts';
import { subgraphSdl } from './subgraph-sdl.ts';

/** The maximum number of representations in a call. Routers send all objects of a list in one call. */
export const maxRepresentations = 1_000;

type Resolver = GraphQLFieldResolver<unknown, Context, Record<string, unknown>>;

function objectOrFail(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new GraphQLError('A representation must be an object.');
}

const anyScalar = new GraphQLScalarType({
  name: '_Any',
  description: 'A reference to an object: its `__typename` and its `id`.',
  parseValue: objectOrFail,
  parseLiteral: (node, variables) => objectOrFail(valueFromASTUntyped(node, variables)),
});

function rootField(
  name: string,
  field: Pick<GraphQLField<unknown, Context>, 'type' | 'description'> & {
    resolve: Resolver;
    args?: GraphQLField<unknown, Context>['args'];
    extensions?: Record<string, unknown>;
  },
): GraphQLField<unknown, Context> {
  return {
    name,
    args: [],
    subscribe: undefined,
    deprecationReason: undefined,
    astNode: undefined,
    ...field,
    // Each representation is judged by the rule of the root field of its type, and `_service` by its resolver.
    extensions: { access: { kind: 'public' }, ...field.extensions },
  };
}

function makeCount(): { representations: number } {
  return { representations: 0 };
}

/**
 * Limits all calls of an anonymous operation together. The budget of a network is charged at most a tenth for a request, so
 * the many errors of such an operation would be cheap.
 *
 * @throws TOO_MANY_ITEMS
 */
function requireFewForAnonymous(context: Context, representations: number): void {
  if (context.user !== null) return;
  const counted = context.once(makeCount);
  counted.representations += representations;
  if (counted.representations <= maxRepresentations) return;
  throw gatewayError('TOO_MANY_ITEMS', { detail: 'INPUT', field: 'representations', limit: maxRepresentations });
}

function parseRepresentation(value: unknown, index: number, types: EntityTypes): Representation | GatewayError {
  const { __typename, id } = value as Record<string, unknown>;
  const place = `representations[${index}]`;
  if (typeof __typename !== 'string' || !Object.hasOwn(types, __typename)) {
    return gatewayError('OBP-10001', { field: `${place}.__typename`, rule: valueRule('ENTITY_TYPE') });
  }
  if (typeof id === 'string') return { __typename, id };
  return gatewayError('OBP-10001', { field: `${place}.id`, rule: valueRule('STRING') });
}

/**
 * Makes the schema a Federation 2 subgraph: adds `_entities`, and `_service` with the SDL for the composition. Must be called
 * before the access rules are enforced.
 */
export function addFederation(schema: GraphQLSchema, types: EntityTypes, facts: AccessFacts): void {
  const query = schema.getQueryType();
  if (query == null) throw new Error('The schema has no Query.');
  const members = Object.keys(types).map((name) => {
    const type = schema.getType(name);
    if (!isObjectType(type)) throw new Error(`The schema has no type ${name}.`);
    return type;
  });
  const entity = new GraphQLUnionType({
    name: '_Entity',
    description: 'An object that other subgraphs can refer to.',
    types: members,
    resolveType: ({ __typename }: { __typename: string }) => __typename,
  });
  const service = new GraphQLObjectType({
    name: '_Service',
    description: 'This subgraph.',
    fields: { sdl: { type: GraphQLString, description: 'The SDL for the composition of a supergraph.' } },
  });
  const resolve = entityResolver(schema, types, facts);
  const fields = query.getFields();
  fields._entities = rootField('_entities', {
    description:
      'The objects that routers refer to by their IDs, in the order of the representations. Each is subject to the access rule of the root field of its type, and each null has an error of its own.',
    type: new GraphQLNonNull(new GraphQLList(entity)),
    args: [
      {
        name: 'representations',
        description: 'The references to objects.',
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(anyScalar))),
        defaultValue: undefined,
        deprecationReason: undefined,
        extensions: {},
        astNode: undefined,
      },
    ],
    extensions: {
      maxItems: maxRepresentations,
      maxItemsOfArguments: { representations: maxRepresentations },
      listArgument: 'representations',
    },
    async resolve(_root, { representations }, context) {
      const values = representations as unknown[];
      requireFewForAnonymous(context, values.length);
      const parsed = values.map((value, index) => parseRepresentation(value, index, types));
      const valid = parsed.filter((item): item is Representation => !(item instanceof GatewayError));
      const resolved = (await resolve(valid, context)).values();
      return parsed.map((item) => (item instanceof GatewayError ? item : resolved.next().value));
    },
  });
  let sdl: string | undefined;
  fields._service = rootField('_service', {
    description: 'This subgraph. If introspection is disabled, it requires the system role `CanGetSchema`.',
    type: new GraphQLNonNull(service),
    resolve(_root, _args, { config, user }, info) {
      if (!config.introspection && !holdsAny(user, ['CanGetSchema'], null)) {
        throw user === null ? gatewayError('OBP-20001') : gatewayError('OBP-20006', { missingRoles: ['CanGetSchema'] });
      }
      sdl ??= subgraphSdl(info.schema, Object.keys(types));
      return { sdl };
    },
  });
}
