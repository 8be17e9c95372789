import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { CostExchange } from '../auth/cost-exchange.ts';
import { openIdentityProviders } from '../auth/oidc.ts';
import { openTokenRefusalLog } from '../auth/token-refusal-log.ts';
import { createApolloServer } from './apollo.ts';
import { createApp } from './app.ts';
import { CostControl } from './cost-control.ts';
import { addGraphqlRoute } from './graphql.ts';
import { LoadControl } from './load-control.ts';
import { callerOf, type FindCaller, type RequestScope, type ServerParts } from './request.ts';

/** The time for which a stop waits after the latest deadline of an operation, in milliseconds. */
const stopMargin = 5_000;

/** How many connections the operating system keeps until the process accepts them. A client tries a lost one again after a second. */
const maxWaitingConnections = 4_096;

export interface Server {
  app: FastifyInstance;
  /** Starts to listen, and returns the URL. */
  listen(): Promise<string>;
  /** Finishes the requests in flight, then closes every connection. The database stays open. */
  close(): Promise<void>;
}

export async function createServer(parts: ServerParts): Promise<Server> {
  const { config, database, logger, failures, drainMilliseconds = 1_000 } = parts;
  let isStopping = false;
  const operations = new Set<Promise<unknown>>();
  const scopes = new AsyncLocalStorage<RequestScope>();
  const identityProviders = openIdentityProviders(config.oidcIssuers, logger);
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
  const apollo = createApolloServer(parts, scopes, findCaller, costControl, loadControl);
  await apollo.start();

  const { app, inFlight } = await createApp(parts, costControl, () => isStopping);

  /** `close` waits for the operation. */
  function tracked<Result>(operation: Promise<Result>): Promise<Result> {
    operations.add(operation);
    operation.catch(() => undefined).finally(() => operations.delete(operation));
    return operation;
  }

  addGraphqlRoute(app, { parts, apollo, scopes, findCaller, costControl, loadControl, mailer, tracked });

  return {
    app,
    listen: () => app.listen({ host: config.host, port: config.port, backlog: maxWaitingConnections }),
    async close() {
      isStopping = true;
      const drained = Date.now() + drainMilliseconds;
      const latest = drained + config.limits.operationTimeoutMilliseconds + stopMargin;
      while ((await connectionCount(app)) > 0 && (Date.now() < drained || (inFlight() > 0 && Date.now() < latest))) {
        await sleep(10);
      }
      const closed = app.close();
      app.server.closeAllConnections();
      await closed;
      await Promise.race([Promise.allSettled(operations), sleep(stopMargin, undefined, { ref: false })]);
      loadControl.close();
      await costExchange.stop();
      await mailer?.close();
      await apollo.stop();
      refusals.close();
    },
  };
}

function connectionCount(app: FastifyInstance): Promise<number> {
  return new Promise((resolve) => {
    app.server.getConnections((error, count) => resolve(error ? 0 : count));
  });
}
