import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import type { AuditTrail } from '../../src/audit/audit-trail.ts';
import type { Database } from '../../src/database/database.ts';
import type { Context } from '../../src/graph/context.ts';
import { gatewayModule } from './gateway-modules.ts';

/** The parts that another GraphQL server needs to serve the gateway's schema. */
export interface PeerGateway {
  schema: GraphQLSchema;
  /** Authenticates the caller like the gateway, but without limits and audit trail. */
  contextOf(headers: IncomingHttpHeaders): Promise<Context>;
  port: number;
}

/** Runs the writes of mutations without recording an event. */
function noAuditTrail(database: Database): AuditTrail {
  return {
    chain: 0,
    record: async () => undefined,
    write: (run) => database.transaction(async (transaction) => (await run(transaction, new Map())).result),
    close: async () => undefined,
  };
}

/**
 * Builds the gateway's schema and context. graphql-js accepts only schemas that were built with the same copy of
 * `graphql`, so bench/package.json links the gateway's copy (`file:../node_modules/graphql`) and forces it on every
 * peer with `overrides`.
 */
export async function openPeerGateway(): Promise<PeerGateway> {
  const { readConfig } = await gatewayModule('config');
  const config = readConfig(process.env);
  const { openDatabase } = await gatewayModule('database/open-database');
  const database = await openDatabase(config.databaseUrl, { isServing: true, migrate: 'never' });
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
