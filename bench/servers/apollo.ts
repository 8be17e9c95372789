/** Serves the gateway's schema with Apollo Server, standalone and with its defaults. */
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import type { Context } from '../../src/graph/context.ts';
import { openPeerGateway } from './peer-gateway.ts';

const { schema, contextOf, port } = await openPeerGateway();
await startStandaloneServer(new ApolloServer<Context>({ schema }), {
  listen: { host: '127.0.0.1', port },
  context: ({ req }) => contextOf(req.headers),
});
