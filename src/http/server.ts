import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as endOfTick, setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { CostExchange } from '../auth/cost-exchange.ts';
import { openIdentityProviders } from '../auth/oidc.ts';
import { openTokenRefusalLog } from '../auth/token-refusal-log.ts';
import { createApolloServer } from './apollo.ts';
import { createApp } from './app.ts';
import type { Connections } from './connections.ts';
import { CostControl } from './cost-control.ts';
import { openDeprecationLog } from './deprecation-log.ts';
import { openDocumentFiles } from './document-files.ts';
import { DocumentRequests } from './document-request.ts';
import { addGraphqlRoute } from './graphql.ts';
import { openReadiness, type ReadinessMonitor } from './health.ts';
import { type Listener, openListener } from './listener.ts';
import { LiveUpdates } from './live/live-updates.ts';
import { LoadControl } from './load-control.ts';
import { Operations } from './operations.ts';
import { callerOf, type FindCaller, type RequestScope, type ServerParts } from './request.ts';
import { addSchemaRoute } from './schema-route.ts';

/**
 * How long the operations in flight can take after the begin of a stop, in milliseconds. With what follows, the process ends within
 * ten seconds, which is as long as Docker waits.
 */
const maxOperationMilliseconds = 7_000;

/** How long clients can take to receive the last responses after that, in milliseconds. */
const maxSendMilliseconds = 1_500;

const checkMilliseconds = 20;

/** A tick that takes longer, in milliseconds, does not prove that a client has sent nothing. */
const maxTickMilliseconds = 20;

/** The times of a stop, as `performance.now()`. */
interface Drain {
  /** From when on idle connections are closed. */
  earliest: number;
  latest: number;
  drainMilliseconds: number;
}

export interface Server extends Pick<ReadinessMonitor, 'readiness' | 'mismatch'> {
  app: FastifyInstance;
  connections: Connections;
  /** Starts to listen, and returns the URL. */
  listen(): Promise<string>;
  /** Answers the requests on all connections, then closes them. The database stays open. */
  close(): Promise<void>;
}

export async function createServer(parts: ServerParts): Promise<Server> {
  const { config, database, logger, failures, drainMilliseconds = 1_000 } = parts;
  let state: 'serving' | 'stopping' | 'closing' = 'serving';
  let listener: Listener | null = null;
  const operations = new Operations();
  const scopes = new AsyncLocalStorage<RequestScope>();
  const graceMilliseconds = config.keyGracePeriodSeconds * 1_000;
  const identityProviders = openIdentityProviders(config.oidcIssuers, logger, { graceMilliseconds });
  const refusals = openTokenRefusalLog(logger);

  // The mailer is loaded only if it is configured, because it slows down the start.
  const mailer = config.mail === null ? null : (await import('../auth/mailer.ts')).openMailer(config.mail, logger);

  const costControl = new CostControl(config);
  const costExchange = new CostExchange({
    database,
    secret: config.secret,
    budgets: costControl.budgets,
    onFailure: (error) => failures.log(error),
  });
  const loadControl = new LoadControl({
    logger,
    largeSlots: database.concurrency,
    refuses: config.refuseWhenOverloaded,
  });
  const findCaller: FindCaller = async (request, { isNew = false } = {}) => {
    const begun = performance.now();
    const user = await callerOf(request, parts, identityProviders, refusals, isNew ? costControl : null);
    if (user !== null) loadControl.onCaller(request, user.id, performance.now() - begun);
    return user;
  };
  const live = new LiveUpdates({
    parts,
    // Not counted by the load control, because many streams look up their callers at the same time.
    findCaller: (request) => callerOf(request, parts, identityProviders, refusals, null),
    costControl,
    loadControl,
  });
  const deprecationLog = openDeprecationLog(logger);
  const apollo = createApolloServer(parts, scopes, findCaller, costControl, loadControl, deprecationLog);
  await apollo.start();

  const monitor = openReadiness({
    database,
    logger,
    failures,
    keys: {
      confirm: () => parts.tokens.confirmKeys(),
      unconfirmed: () => [parts.tokens.unconfirmedKeys() ?? [], identityProviders.unconfirmedKeys()].flat(),
      areRefused: () => parts.tokens.unconfirmedKeys()?.accepted === false,
    },
    checkIntervalMilliseconds: parts.checkIntervalMilliseconds,
    isStopping: () => state !== 'serving',
  });
  const { readiness, mismatch } = monitor;
  const { app, connections } = await createApp(
    parts,
    { costControl, loadControl },
    { readiness, isClosing: () => state === 'closing' },
  );
  const documentFiles = await openDocumentFiles({
    ...{ manifests: config.trustedDocuments.manifests, schema: parts.schema, rules: config, logger },
    intervalMilliseconds: parts.documentIntervalMilliseconds,
  });
  const documents = new DocumentRequests(config.trustedDocuments, documentFiles, logger);
  addGraphqlRoute(app, {
    ...{ parts, apollo, scopes, findCaller, costControl, loadControl, mailer, operations, documents },
    ...{ live, connections },
  });
  addSchemaRoute(app, { config, findCaller, costControl });
  await app.ready();

  return {
    app,
    connections,
    readiness,
    mismatch,
    async listen() {
      const onConnection = connections.serve.bind(connections);
      listener = await openListener({ host: config.host, port: config.port, onConnection });
      return listener.url;
    },
    async close() {
      state = 'stopping';
      const earliest = performance.now() + drainMilliseconds;
      const latest = performance.now() + maxOperationMilliseconds;
      const latestToSend = latest + maxSendMilliseconds;
      await listener?.close();
      // From now on, a client that receives `Connection: close` cannot open another one to this process.
      state = 'closing';
      live.close();
      await closeConnections(connections, { drainMilliseconds, earliest, latest });
      operations.stop();
      await closeConnections(connections, { drainMilliseconds, earliest, latest: latestToSend });
      connections.closeAll();
      live.closeAll();
      await app.close();
      await operations.settled(latestToSend);
      loadControl.close();
      monitor.close();
      documentFiles.close();
      await costExchange.stop();
      await mailer?.close();
      await apollo.stop();
      refusals.close();
      deprecationLog.close();
    },
  };
}

/**
 * Closes connections on which no request can be on its way, until none is left or it is too late. A connection that was idle for
 * long is closed after `drainMilliseconds`. A client that was active gets three times as long for its next request.
 */
async function closeConnections(
  connections: Connections,
  { earliest, latest, drainMilliseconds }: Drain,
): Promise<void> {
  while (connections.size > 0 && performance.now() < latest) {
    const start = performance.now();
    await endOfTick();
    // The tick has read what the clients had sent at its begin.
    const isProof = start >= earliest && performance.now() - start < maxTickMilliseconds;
    if (isProof) connections.closeIdle(3 * drainMilliseconds);
    await sleep(checkMilliseconds);
  }
}
