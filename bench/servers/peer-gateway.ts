import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import type { AuditTrail } from '../../src/audit/audit-trail.ts';
import type { Database } from '../../src/database/database.ts';
import type { Context } from '../../src/graph/context.ts';
import { gatewayModule } from './gateway-modules.ts';

/** What another GraphQL server takes to serve the gateway's own schema. */
export interface PeerGateway {
  schema: GraphQLSchema;
  /** Checks the token, as the gateway does; without limits and without the audit trail. */
  contextOf(headers: IncomingHttpHeaders): Promise<Context>;
  port: number;
}

/** Writes what is to be written, and no event about it. */
function noAuditTrail(database: Database): AuditTrail {
  return {
    record: async () => undefined,
    write: (work) => database.transaction(async (transaction) => (await work(transaction)).result),
    close: async () => undefined,
  };
}

/**
 * There must be one copy of `graphql`: a schema that was made with another one is none for graphql-js. bench/package.json
 * therefore takes the gateway's own as a link (`file:../node_modules/graphql`), and by `overrides` gives every peer the same.
 */
export async function openPeerGateway(): Promise<PeerGateway> {
  const { readConfig } = await gatewayModule('config');
  const config = readConfig(process.env);
  const { openDatabase } = await gatewayModule('database/open-database');
  const database = await openDatabase(config.databaseUrl, { isServing: true, migrate: false });
  const { openTokens } = await gatewayModule('auth/tokens');
  const tokens = await openTokens(config.signing);
  const { createLogger } = await gatewayModule('base/logger');
  const { openIdentityProviders } = await gatewayModule('auth/oidc');
  const identityProviders = openIdentityProviders([], createLogger('silent'));
  const { authenticate } = await gatewayModule('domain/user/authenticate');
  const { eventPlaces } = await gatewayModule('domain/audit-event/event-places');
  const { createContext } = await gatewayModule('graph/context');
  const { gatewaySchema } = await gatewayModule('schema');
  const auditTrail = noAuditTrail(database);
  return {
    schema: await gatewaySchema(),
    port: config.port,
    async contextOf({ authorization }) {
      const user = await authenticate({
        authorization,
        tokens,
        identityProviders,
        database,
        auditTrail,
        caller: {},
      });
      const request = {
        id: randomUUID(),
        clientAddress: '127.0.0.1',
        clientName: null,
        idempotencyKey: null,
        reason: null,
      };
      return createContext({
        user,
        config,
        database,
        tokens,
        auditTrail,
        eventPlaces: eventPlaces(database),
        request,
      });
    },
  };
}
