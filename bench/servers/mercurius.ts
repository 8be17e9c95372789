/** Serves the gateway's schema with Mercurius, which compiles every operation with graphql-jit on its first run. */
import { fastify } from 'fastify';
import { defaultFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import mercurius from 'mercurius';
import { openPeerGateway } from './peer-gateway.ts';

/** Adds a resolver to a field, because graphql-jit awaits the promise of a resolver, but not that of a property. */
function resolvePromisedField(schema: GraphQLSchema, typeName: string, fieldName: string): void {
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined) throw new Error(`The schema has no ${typeName}.${fieldName}.`);
  field.resolve ??= (...args) => defaultFieldResolver(...args);
}

const { schema, contextOf, port } = await openPeerGateway();
resolvePromisedField(schema, 'Meeting', 'invitees');
const app = fastify();
await app.register(mercurius, { schema, jit: 1, context: ({ headers }) => contextOf(headers) });
await app.listen({ host: '127.0.0.1', port });
