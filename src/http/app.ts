import cors from '@fastify/cors';
import { type FastifyInstance, fastify } from 'fastify';
import { logRequest } from '../observability/logger.ts';
import { answerFailure, refuse, safeHeaders } from './answers.ts';
import { rateLimitHeaderNames } from './cost-control.ts';
import { addHealthRoutes } from './health.ts';
import { addKeysRoute } from './jwks.ts';
import { operationNames, requestIdOf, rounded, type ServerParts, waits } from './request.ts';
import { addEmailValidation } from './validate-email.ts';

const headersTimeout = 10_000;
const requestTimeout = 15_000;

export interface App {
  app: FastifyInstance;
  /** The number of requests that are not answered yet. */
  inFlight(): number;
}

/** Creates the fastify application with every route except `/graphql`. */
export async function createApp(parts: ServerParts, isStopping: () => boolean): Promise<App> {
  const { config, database, logger } = parts;
  let inFlight = 0;
  const app = fastify({
    // Fastify would log addresses with their query string; what is logged is chosen in logger.ts.
    logger: false,
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    bodyLimit: config.limits.maxBodyBytes,
    requestTimeout,
    // Node looks for connections that are too slow only this often.
    http: { headersTimeout, connectionsCheckingInterval: 1_000 },
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    genReqId: requestIdOf,
  });
  // Of several workers one that is full would hand a connection on to the next, and so on without an end if all are.
  Object.assign(app.server, { maxConnections: config.limits.maxConnections, dropMaxConnection: true });

  app.addHook('onRequest', async (request, reply) => {
    inFlight += 1;
    reply.raw.once('close', () => {
      inFlight -= 1;
    });
    reply.headers({ ...safeHeaders, 'x-request-id': request.id });
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isStopping()) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (request, reply) => {
    logRequest(logger, {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      durationInMilliseconds: rounded(reply.elapsedTime),
      operationName: operationNames.get(request),
      waitedInMilliseconds: waits.get(request),
    });
  });

  app.setNotFoundHandler((_request, reply) => refuse(reply, 404, 'PATH_NOT_FOUND'));
  app.setErrorHandler((error, request, reply) => answerFailure(error, request, reply, parts));
  if (config.corsOrigins.length > 0) {
    await app.register(cors, {
      origin: [...config.corsOrigins],
      methods: ['POST'],
      allowedHeaders: [
        'authorization',
        'content-type',
        'idempotency-key',
        'x-reason',
        'x-request-id',
        'apollographql-client-name',
        'apollographql-client-version',
      ],
      exposedHeaders: ['x-request-id', 'retry-after', ...rateLimitHeaderNames],
      maxAge: 600,
    });
  }
  addHealthRoutes(app, { database, logger, isStopping });
  addKeysRoute(app, parts.tokens);
  if (config.mail !== null) addEmailValidation(app, { auditTrail: parts.auditTrail, secret: config.secret });
  if (config.playground) {
    const { addPlayground } = await import('./playground.ts');
    addPlayground(app, { exampleVariables: parts.exampleVariables ?? {} });
  }
  return { app, inFlight: () => inFlight };
}

/** No route has a JSON schema, and what compiles them takes a tenth of the time until the server answers. */
function noCompiler(): never {
  throw new Error('Routes of the gateway have no JSON schemas.');
}
