/** Mercurius over the gateway's schema, with every operation compiled by graphql-jit from its first run on. */
import { fastify } from 'fastify';
import { defaultFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import mercurius from 'mercurius';
import { openPeerGateway } from './peer-gateway.ts';

/** graphql-jit waits for what a resolver gives, but not for a promise that a property holds. */
function resolvePromisedField(schema: GraphQLSchema, typeName: string, fieldName: string): void {
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined) throw new Error(`The schema has no ${typeName}.${fieldName}.`);
  field.resolve ??= (...given) => defaultFieldResolver(...given);
}

const { schema, contextOf, port } = await openPeerGateway();
resolvePromisedField(schema, 'Meeting', 'invitees');
const app = fastify();
await app.register(mercurius, { schema, jit: 1, context: ({ headers }) => contextOf(headers) });
await app.listen({ host: '127.0.0.1', port });
