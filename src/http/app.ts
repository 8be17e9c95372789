import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import cors from '@fastify/cors';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { CallerBudget } from '../auth/cost-budget.ts';
import { type PlainErrorKey, requestError, statusOf } from '../base/errors.ts';
import { logRequest } from '../base/logger.ts';
import { answerFailure, refuse } from './answers.ts';
import { openTrustedProxies } from './client-address.ts';
import { compressAnswers } from './compression.ts';
import { Connections, defaultConnectionLimits } from './connections.ts';
import { type CostControl, rateLimitHeaderNames } from './cost-control.ts';
import { addHealthRoutes, type Readiness } from './health.ts';
import { addKeysRoute } from './jwks.ts';
import type { LoadControl } from './load-control.ts';
import { refuseOverload } from './overload-refusal.ts';
import { rawRefusal, safeHeaders } from './raw-refusal.ts';
import { operationNames, requestIdOf, rounded, type ServerParts, waits } from './request.ts';
import { acceptJsonBodies } from './request-body.ts';
import { headerError } from './request-headers.ts';
import { addEmailValidation } from './validate-email.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The address of the client as far as the trusted proxies tell it. Unlike `ip`, it has only one spelling. */
    clientAddress: string;
    /** The budget that the request is charged to. Null as long as the caller is not known. */
    costBudget: CallerBudget | 'unlimited' | null;
  }
}

const serverOptions = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  // Node looks for connections that are too slow only this often.
  connectionsCheckingInterval: 1_000,
  // `headerError` checks it, because the response of Node has no safe headers.
  requireHostHeader: false,
};

/** The error key for a failure of Node's HTTP parser, by its code. */
const parseErrors: ReadonlyMap<string, PlainErrorKey> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', 'REQUEST_TIMED_OUT'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 'BODY_TOO_LARGE'],
  ['HPE_HEADER_OVERFLOW', 'HEADERS_TOO_LARGE'],
]);

/** The request headers that browsers can send: those that the gateway reads, and those that libraries of front ends add. */
const corsHeaders: readonly string[] = [
  'authorization',
  'content-type',
  'idempotency-key',
  'x-reason',
  'x-request-id',
  'apollographql-client-name',
  'apollographql-client-version',
  'apollo-require-preflight',
  'last-event-id',
  'traceparent',
  'tracestate',
  'baggage',
  'sentry-trace',
];

export interface App {
  app: FastifyInstance;
  connections: Connections;
}

export interface AppState {
  readiness: () => Promise<Readiness>;
  /** Whether each connection is closed when its requests are answered. */
  isClosing(): boolean;
}

export interface AppControls {
  costControl: CostControl;
  loadControl: LoadControl;
}

/** Creates the fastify application with every route except `/graphql`. */
export async function createApp(
  parts: ServerParts,
  { costControl, loadControl }: AppControls,
  { readiness, isClosing }: AppState,
): Promise<App> {
  const { config, logger } = parts;
  const proxies = openTrustedProxies(config.trustedProxies);
  const connections = new Connections(
    {
      ...defaultConnectionLimits,
      maxBodyBytes: config.limits.maxBodyBytes,
      maxConnections: config.limits.maxConnections,
      maxPerAddress: config.limits.maxConnectionsPerAddress,
      ...parts.connectionLimits,
    },
    proxies,
    logger,
  );

  function logAnswer(request: FastifyRequest, reply: FastifyReply): void {
    logRequest(logger, {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      durationInMilliseconds: rounded(reply.elapsedTime),
      operationName: operationNames.get(request),
      waitedInMilliseconds: waits.get(request),
    });
  }

  /** Node and fastify would send responses without the safe headers. */
  function answerParseError({ code = '' }: { code?: string }, socket: Socket): void {
    const key = parseErrors.get(code) ?? 'MALFORMED_REQUEST';
    // The client expects the response to another request, and nothing can be written into the middle of that one.
    if (code === 'ECONNRESET' || !socket.writable || connections.isAnswering(socket)) {
      socket.destroy();
      return;
    }
    const requestId = randomUUID();
    socket.write(rawRefusal(key, requestId));
    socket.destroySoon();
    logger.info({ requestId, status: statusOf(key), code }, 'request not parsed');
  }

  const app = fastify({
    // Fastify would log addresses with their query string. logger.ts chooses what is logged.
    logger: false,
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    bodyLimit: config.limits.maxBodyBytes,
    serverFactory: (handle) =>
      connections.createServer(
        serverOptions,
        refuseOverload(handle, {
          loadControl,
          isClosing,
          clientAddressOf: (request) => proxies.clientAddressOf(request),
        }),
      ),
    genReqId: requestIdOf,
    // The server stops by itself, and the response of fastify during that time lacks the safe headers.
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => answerParseError(error, socket as Socket),
    // No hook is called for these.
    frameworkErrors(error, request, reply) {
      reply.headers({ ...safeHeaders, 'x-request-id': request.id });
      answerFailure(error, request, reply, parts);
      logAnswer(request, reply);
    },
  });
  app.decorateRequest('clientAddress', '');
  app.decorateRequest('costBudget', null);
  acceptJsonBodies(app);

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...safeHeaders, 'x-request-id': request.id });
    request.clientAddress = proxies.clientAddressOf(request.raw);
    const error = headerError(request.raw);
    if (error !== null) throw error;
    // Before the body is read.
    if (request.is404) throw requestError('PATH_NOT_FOUND');
  });
  app.addHook('onSend', async ({ socket }, reply) => {
    // A client does not expect the responses to requests that it sent behind this one if the connection ends with it.
    if (isClosing() && !connections.hasPipelined(socket)) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (request, reply) => logAnswer(request, reply));
  compressAnswers(app, { isEnabled: config.compression });

  app.setNotFoundHandler((_request, reply) => refuse(reply, 'PATH_NOT_FOUND'));
  app.setErrorHandler((error, request, reply) => answerFailure(error, request, reply, parts));
  if (config.corsOrigins.length > 0) {
    await app.register(cors, {
      origin: [...config.corsOrigins],
      methods: ['POST'],
      allowedHeaders: [...corsHeaders, ...config.corsHeaders],
      exposedHeaders: ['etag', 'x-request-id', 'x-schema-version', 'retry-after', ...rateLimitHeaderNames],
      maxAge: 600,
    });
  }
  addHealthRoutes(app, readiness);
  addKeysRoute(app, parts.tokens);
  if (config.mail !== null) addEmailValidation(app, parts, costControl);
  if (config.playground) {
    const { addPlayground } = await import('./playground.ts');
    const trustedOnly = config.trustedDocuments.mode === 'only';
    addPlayground(app, { exampleVariables: parts.exampleVariables ?? {}, trustedOnly });
  }
  return { app, connections };
}

/** No route has a JSON schema, and what compiles them takes a tenth of the time until the server answers. */
function noCompiler(): never {
  throw new Error('Routes of the gateway have no JSON schemas.');
}
