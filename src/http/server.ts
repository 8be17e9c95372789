import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApolloServer, type ApolloServerPlugin, HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import cors from '@fastify/cors';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { type AuditEvent, type AuditedCaller, auditEventOf, auditedError } from '../audit/audit-event.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { type AuthenticatedUser, authenticate, TokenRefused } from '../auth/authenticate.ts';
import type { Mailer } from '../auth/mailer.ts';
import { type IdentityProviders, openIdentityProviders } from '../auth/oidc.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { Config } from '../config.ts';
import { type Context, createContext, type RequestDetails } from '../context.ts';
import type { Database } from '../database/database.ts';
import { type ErrorCode, formatError, GatewayError, gatewayError } from '../errors.ts';
import { createDocumentCache } from '../execution/document-cache.ts';
import { compiledExecution } from '../execution/executor.ts';
import { idempotencyHeaderPlugin } from '../execution/idempotency-header.ts';
import { LargeOperations, largeListCost } from '../execution/large-operations.ts';
import { knownOperationTypes, listCostOf, operationLimits, operationLimitsPlugin } from '../execution/limits.ts';
import { documentLimits } from '../execution/parse-options.ts';
import { type Logger, logRequest, logUnexpected } from '../observability/logger.ts';
import { addHealthRoutes } from './health.ts';
import { addKeysRoute } from './jwks.ts';
import { clientNameOf, reasonOf } from './request-headers.ts';
import { addEmailValidation } from './validate-email.ts';

const headersTimeout = 10_000;
const requestTimeout = 15_000;

/** How long a stop waits for operations after the last moment at which one may end. */
const stopMargin = 5_000;

export interface ServerParts {
  config: Config;
  database: Database;
  schema: GraphQLSchema;
  logger: Logger;
  tokens: Tokens;
  auditTrail: AuditTrail;
  /** Values for the variables of the playground's examples, by name. */
  exampleVariables?: Readonly<Record<string, unknown>>;
  /** How long a stop goes on answering, so that clients who keep a connection learn that it ends. */
  drainMilliseconds?: number;
}

export interface Server {
  app: FastifyInstance;
  /** Gives the address. */
  listen(): Promise<string>;
  /** Finishes what is in flight, then ends every connection. The database stays open. */
  close(): Promise<void>;
}

/** What belongs to the request that is being handled, for code that Apollo Server calls without it. */
interface RequestScope {
  request: FastifyRequest;
  deadline: AbortSignal;
  /** Once the caller is known. */
  context?: Context;
  /** Apollo Server's own, once the operation is known. */
  response?: { body?: unknown };
  /** Where this is a large operation: when it may begin, and what lets the next one begin. */
  turn?: Promise<() => void>;
}

/** For the log. */
const operationNames = new WeakMap<FastifyRequest, string>();
/** In milliseconds. */
const waits = new WeakMap<FastifyRequest, number>();

export async function createServer(parts: ServerParts): Promise<Server> {
  const { config, database, logger, drainMilliseconds = 1_000 } = parts;
  let isStopping = false;
  let inFlight = 0;
  const operations = new Set<Promise<unknown>>();
  const scopes = new AsyncLocalStorage<RequestScope>();
  const identityProviders = openIdentityProviders(config.oidcIssuers, logger);

  // What a server may do without is loaded where it is wanted.
  const mailer = config.mail === null ? null : (await import('../auth/mailer.ts')).openMailer(config.mail, logger);

  const findCaller = (request: FastifyRequest) => callerOf(request, parts, identityProviders);
  const apollo = createApolloServer(parts, scopes, findCaller);
  await apollo.start();

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
    if (isStopping) reply.header('connection', 'close');
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

  app.setNotFoundHandler((_request, reply) => refuse(reply, 404, 'NOT_FOUND', 'There is nothing at this address.'));
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
      exposedHeaders: ['x-request-id', 'retry-after'],
      maxAge: 600,
    });
  }
  addHealthRoutes(app, { database, logger, isStopping: () => isStopping });
  addKeysRoute(app, parts.tokens);
  if (config.mail !== null) addEmailValidation(app, { auditTrail: parts.auditTrail, secret: config.secret });
  if (config.playground) {
    const { addPlayground } = await import('./playground.ts');
    addPlayground(app, { exampleVariables: parts.exampleVariables ?? {} });
  }

  /** A stop waits for it. */
  function tracked<Result>(operation: Promise<Result>): Promise<Result> {
    operations.add(operation);
    operation.catch(() => undefined).finally(() => operations.delete(operation));
    return operation;
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const timer = new AbortController();
    const timeout = setTimeout(() => {
      timer.abort(gatewayError('OPERATION_TIMED_OUT'));
    }, config.limits.operationTimeoutMilliseconds);
    const scope: RequestScope = { request, deadline: timer.signal };
    // After its deadline it ends soon, at the next thing that it asks of the context.
    const operation = tracked(
      scopes.run(scope, () =>
        apollo.executeHTTPGraphQLRequest({
          httpGraphQLRequest: { method: 'POST', headers: headersOf(request), body: request.body ?? {}, search: '' },
          context: () => contextOf(scope, parts, findCaller, mailer),
        }),
      ),
    );
    try {
      const given = await before(timer.signal, operation).finally(() => endTurn(scope));
      scope.context?.release();
      // Apollo Server's objects may stay until V8 collects all garbage: what was answered is not to stay with them.
      if (scope.response !== undefined) scope.response.body = undefined;
      await before(timer.signal, recorded(logger, request, scope.context?.audit.finish()));
      return send(reply, given);
    } catch (error) {
      const latest = AbortSignal.timeout(config.limits.operationTimeoutMilliseconds);
      await before(latest, recorded(logger, request, scope.context?.audit.finish(error)), error);
      throw error;
    } finally {
      clearTimeout(timeout);
    }
  }

  app.post('/graphql', (request, reply) => tracked(answer(request, reply)));
  app.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    handler: (_request, reply) =>
      refuse(reply.header('allow', 'POST'), 405, 'BAD_USER_INPUT', 'Operations are sent with POST.'),
  });

  return {
    app,
    listen: () => app.listen({ host: config.host, port: config.port }),
    async close() {
      isStopping = true;
      const drained = Date.now() + drainMilliseconds;
      const latest = drained + config.limits.operationTimeoutMilliseconds + stopMargin;
      while ((await connectionCount(app)) > 0 && (Date.now() < drained || (inFlight > 0 && Date.now() < latest))) {
        await sleep(10);
      }
      const closed = app.close();
      app.server.closeAllConnections();
      await closed;
      await Promise.race([Promise.allSettled(operations), sleep(stopMargin, undefined, { ref: false })]);
      await mailer?.close();
      await apollo.stop();
    },
  };
}

function createApolloServer(
  { config, database, schema, logger }: ServerParts,
  scopes: AsyncLocalStorage<RequestScope>,
  findCaller: (request: FastifyRequest) => Promise<AuthenticatedUser | null>,
): ApolloServer<Context> {
  const requestId = () => scopes.getStore()?.request.id;
  const onUnexpected = (error: unknown) => {
    const { path, originalError = error } = error instanceof GraphQLError ? error : {};
    logUnexpected(logger, originalError, { requestId: requestId(), path });
  };
  const largeOperations = new LargeOperations(database.concurrency);
  const beforeOperation: ApolloServerPlugin<Context> = {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, operationName, queryHash, request, ...given }) {
          const { contextValue, response } = given;
          const scope = scopes.getStore();
          contextValue.audit.nameOperation(operationName, queryHash);
          if (scope !== undefined) {
            scope.response = response;
            if (operationName) operationNames.set(scope.request, operationName.slice(0, 100));
          }
          // A mutation reads what it is about to change, and what it has changed: from the primary throughout.
          if (operation?.operation !== 'query') return;
          // Nobody in particular may read next to nothing, and keeps nobody waiting.
          if (scope !== undefined && contextValue.user !== null) {
            const listCost = listCostOf(schema, document, operation, request.variables);
            if (listCost >= largeListCost && listCost <= config.limits.maxListCost) {
              await takeTurn(scope, contextValue);
            }
          }
          contextValue.readFromReplica();
        },
      };
    },
  };

  /** After having waited the caller is found again: somebody may have lost a role or been logged out meanwhile. */
  async function takeTurn(scope: RequestScope, context: Context): Promise<void> {
    if (!largeOperations.areFull) {
      scope.turn = largeOperations.begin(scope.deadline);
      await scope.turn;
      return;
    }
    const begun = performance.now();
    const gone = new AbortController();
    const leave = () => gone.abort(gatewayError('OPERATION_TIMED_OUT'));
    const { socket } = scope.request;
    socket.once('close', leave);
    scope.turn = largeOperations.begin(AbortSignal.any([scope.deadline, gone.signal]));
    await scope.turn.finally(() => socket.off('close', leave));
    waits.set(scope.request, rounded(performance.now() - begun));
    const user = await findCaller(scope.request);
    scope.deadline.throwIfAborted();
    // Apollo Server's copy, and the one that was copied.
    for (const each of [context, scope.context]) if (each !== undefined) each.user = user;
  }

  const documents = createDocumentCache();
  return new ApolloServer<Context>({
    ...(config.execution === 'compiled' ? { gateway: compiledExecution(schema, documents) } : { schema }),
    documentStore: documents,
    ...documentLimits,
    parseOptions: { ...documentLimits.parseOptions, maxTokens: config.limits.maxTokens },
    validationRules: [knownOperationTypes, ...operationLimits(config.limits)],
    introspection: config.introspection,
    hideSchemaDetailsFromClientErrors: !config.errorDetail,
    includeStacktraceInErrorResponses: false,
    formatError: formatError(onUnexpected, requestId),
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    // Without the line break that Apollo Server adds, for which a long answer would be copied once more.
    stringifyResult: (result) => JSON.stringify(result),
    stopOnTerminationSignals: false,
    logger: {
      debug() {},
      info() {},
      warn: (message) => logger.warn(message),
      error: (message) => logger.error(message),
    },
    plugins: [
      beforeOperation,
      operationLimitsPlugin(config.limits),
      idempotencyHeaderPlugin,
      ApolloServerPluginCacheControlDisabled(),
      // Of use to a subgraph alone, and what it loads is more than the rest of Apollo Server.
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      // These two would send what they see to Apollo, if only its key were in the environment.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
}

/** No route has a JSON schema, and what compiles them takes a tenth of the time until the server answers. */
function noCompiler(): never {
  throw new Error('Routes of the gateway have no JSON schemas.');
}

/** Nothing is seen that is not recorded: where the audit trail cannot be written, the answer is an error. */
async function recorded(logger: Logger, { id }: FastifyRequest, writing: Promise<void> | undefined): Promise<void> {
  try {
    await writing;
  } catch (error) {
    logUnexpected(logger, error, { requestId: id });
    throw gatewayError('AUDIT_UNAVAILABLE', { cause: error, http: { status: 503 } });
  }
}

async function contextOf(
  scope: RequestScope,
  { config, database, tokens, auditTrail }: ServerParts,
  findCaller: (request: FastifyRequest) => Promise<AuthenticatedUser | null>,
  mailer: Mailer | null,
): Promise<Context> {
  const { request, deadline } = scope;
  const user = await findCaller(request);
  const details = detailsOf(request);
  const context = createContext({ user, config, database, tokens, mailer, auditTrail, request: details, deadline });
  scope.context = context;
  return context;
}

/** Who sends the request, by the token and by what the database says now. */
async function callerOf(
  request: FastifyRequest,
  { database, logger, tokens, auditTrail }: ServerParts,
  identityProviders: IdentityProviders,
): Promise<AuthenticatedUser | null> {
  const { authorization } = request.headers;
  const caller = auditedCaller(detailsOf(request));
  try {
    return await authenticate({ authorization, tokens, identityProviders, database, auditTrail, caller });
  } catch (error) {
    await recorded(logger, request, auditTrail.record([refusedToken(caller, error)]));
    throw error;
  }
}

function detailsOf(request: FastifyRequest): RequestDetails {
  const sent = request.headers['idempotency-key'];
  return {
    id: request.id,
    clientAddress: request.ip,
    idempotencyKey: typeof sent === 'string' ? sent : null,
    clientName: clientNameOf(request),
    reason: reasonOf(request),
  };
}

function auditedCaller({ id, clientAddress, clientName, reason }: RequestDetails): Partial<AuditedCaller> {
  return { requestId: id, clientAddress, clientName, reason };
}

function refusedToken(caller: Partial<AuditedCaller>, error: unknown): AuditEvent {
  const subjectUserIds = error instanceof TokenRefused ? [error.userId] : [];
  const errors = [auditedError(error)];
  return auditEventOf({ ...caller, kind: 'AUTHENTICATION', outcome: 'REFUSED', subjectUserIds, errors });
}

const safeHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
}

function headersOf({ headers }: FastifyRequest): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}

/** Also where its deadline comes before its turn, which is given to the next one then. */
function endTurn({ turn }: RequestScope): void {
  turn?.then(
    (end) => end(),
    () => undefined,
  );
}

/** What `operation` gives; after the deadline it fails with `failure`, or the deadline's own reason. */
function before<Result>(deadline: AbortSignal, operation: Promise<Result>, failure?: unknown): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(failure ?? deadline.reason);
    deadline.addEventListener('abort', abort, { once: true });
    operation.then(resolve, reject).finally(() => deadline.removeEventListener('abort', abort));
  });
}

/** From how many characters on Node takes several times as long to write a text as to write its bytes. */
const longText = 16_384;

function send(reply: FastifyReply, { status = 200, headers, body }: HTTPGraphQLResponse): FastifyReply {
  reply.code(status).headers(Object.fromEntries(headers));
  if (body.kind !== 'complete') return reply.send(Readable.from(body.asyncIterator));
  return reply.send(body.string.length < longText ? body.string : Buffer.from(body.string));
}

/** Answers, in GraphQL's shape, what never comes to GraphQL. */
function refuse(reply: FastifyReply, status: number, code: ErrorCode, message: string): FastifyReply {
  return reply.code(status).send({ errors: [{ message, extensions: { code, obpCode: null } }] });
}

function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply, parts: ServerParts): FastifyReply {
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (error instanceof GatewayError) return reply.code(503).send({ errors: [error] });
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const { maxBodyBytes } = parts.config.limits;
    const message = `At most ${maxBodyBytes} bytes are allowed.`;
    return reply.code(413).send({ errors: [gatewayError('BODY_TOO_LARGE', { limit: maxBodyBytes, message })] });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return refuse(reply, 415, 'BAD_USER_INPUT', 'Operations are sent as application/json.');
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    // Without the error's own message, which quotes the body.
    return reply.code(statusCode).send({ errors: [gatewayError('OBP-10001')] });
  }
  logUnexpected(parts.logger, error, { requestId: request.id });
  return reply.code(500).send({ errors: [gatewayError('OBP-50000')] });
}

function connectionCount(app: FastifyInstance): Promise<number> {
  return new Promise((resolve) => {
    app.server.getConnections((error, count) => resolve(error ? 0 : count));
  });
}
