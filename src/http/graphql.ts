import type { AsyncLocalStorage } from 'node:async_hooks';
import type { ApolloServer, HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify';
import type { Mailer } from '../auth/mailer.ts';
import { committedError, GatewayError, gatewayError } from '../base/errors.ts';
import { withDeadline } from '../database/deadline.ts';
import { databaseOutage } from '../database/errors.ts';
import { hashOfText } from '../execution/document-manifest.ts';
import { overloaded } from '../execution/operation-queue.ts';
import type { Context } from '../graph/context.ts';
import { type Result, textWithoutResults } from './answer-text.ts';
import { answerFailure, refuse } from './answers.ts';
import type { Connections } from './connections.ts';
import type { CostControl } from './cost-control.ts';
import type { DocumentRequests } from './document-request.ts';
import type { LiveUpdates } from './live/live-updates.ts';
import { respond } from './live/subscription-responses.ts';
import type { LoadControl } from './load-control.ts';
import type { Operations } from './operations.ts';
import {
  before,
  contextOf,
  type FindCaller,
  headersOf,
  type RequestScope,
  recorded,
  recordRefusal,
  releaseSlot,
  type ServerParts,
} from './request.ts';

/** How long a committed mutation can exceed its deadline, to complete the answer. Nothing more is read for it. */
const graceMilliseconds = 2_000;

interface GraphqlParts {
  parts: ServerParts;
  apollo: ApolloServer<Context>;
  scopes: AsyncLocalStorage<RequestScope>;
  findCaller: FindCaller;
  costControl: CostControl;
  loadControl: LoadControl;
  mailer: Mailer | null;
  operations: Operations;
  live: LiveUpdates;
  connections: Connections;
  documents: DocumentRequests;
}

/** The result of the operation. After the deadline it fails, unless it is a mutation that has committed something. */
async function beforeDeadline<Result>(
  scope: RequestScope,
  operation: Promise<Result>,
  timeoutMilliseconds: number,
): Promise<Result> {
  const { deadline } = scope;
  try {
    return await before(deadline, operation);
  } catch (error) {
    const { context } = scope;
    if (!deadline.aborted || scope.isMutation !== true || context === undefined) throw error;
    // A transaction that is running decides.
    const latest = AbortSignal.timeout(timeoutMilliseconds);
    if (!(await before(latest, context.audit.hasCommitted(), error))) throw error;
    const committed = committedError(gatewayError('OPERATION_TIMED_OUT'));
    return before(AbortSignal.timeout(graceMilliseconds), operation, committed);
  }
}

/** Whether the operation is a mutation that has committed something, which the client must learn. */
async function hasCommitted({ isMutation, context }: RequestScope): Promise<boolean> {
  return isMutation === true && context !== undefined && context.audit.hasCommitted();
}

/**
 * The response once the operation is recorded. If that fails, a mutation that has committed returns nothing that is not recorded, but
 * which of its fields are committed.
 */
async function recordedResponse(
  scope: RequestScope,
  response: HTTPGraphQLResponse,
  recording: Promise<void>,
): Promise<HTTPGraphQLResponse> {
  try {
    await recording;
    return response;
  } catch (error) {
    const { body } = response;
    if (!(error instanceof GatewayError) || body.kind !== 'complete' || !(await hasCommitted(scope))) throw error;
    if (scope.context?.audit.returnsUnrecorded !== true) return response;
    const result: Result = JSON.parse(body.string);
    return { ...response, body: { kind: 'complete', string: textWithoutResults(result, error) } };
  }
}

/** Calls `leave` if the connection closes before the response is sent. Returns a function that stops listening. */
function onDisconnect({ raw }: FastifyRequest, reply: FastifyReply, leave: () => void): () => void {
  // Only the first of pipelined requests has a response with a connection. The others emit `aborted` on their request.
  raw.once('aborted', leave);
  reply.raw.once('close', leave);
  return () => {
    raw.off('aborted', leave);
    reply.raw.off('close', leave);
  };
}

/** Adds `POST /graphql`, which executes an operation within its deadline and waits for its audit event. */
export function addGraphqlRoute(
  app: FastifyInstance,
  {
    parts,
    apollo,
    scopes,
    findCaller,
    costControl,
    loadControl,
    mailer,
    operations,
    documents,
    live,
    connections,
  }: GraphqlParts,
): void {
  const { config, failures } = parts;

  /** Returns the body of the request with the text of its document. A refusal of an untrusted text is recorded. */
  async function bodyOf(scope: RequestScope, { user, request: { id, clientName } }: Context): Promise<unknown> {
    const { request } = scope;
    try {
      const resolved = documents.resolve({ body: request.body, requestId: id, clientName });
      scope.documentId = resolved.documentId;
      return resolved.body;
    } catch (error) {
      if (error instanceof GatewayError && error.key === 'DOCUMENT_NOT_TRUSTED') {
        const { query } = request.body as { query: string };
        await recordRefusal(request, parts, user, error, { operationHash: hashOfText(query) });
      }
      throw error;
    }
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const timer = new AbortController();
    const stop = (key: 'OPERATION_TIMED_OUT' | 'CLIENT_DISCONNECTED') => {
      const reason = gatewayError(key);
      timer.abort(reason);
      scope.context?.answer.stop(reason);
    };
    const endDeadline = operations.startDeadline(config.limits.operationTimeoutMilliseconds, () =>
      stop('OPERATION_TIMED_OUT'),
    );
    const scope: RequestScope = { request, deadline: timer.signal, begun: performance.now() };
    const stopListening = onDisconnect(request, reply, () => {
      // A mutation that has begun is completed, because the client cannot know whether it was committed.
      if (scope.isMutation !== true) stop('CLIENT_DISCONNECTED');
    });
    // After its deadline it ends soon, at its next call of the context.
    const operation = operations.track(
      scopes.run(scope, () =>
        withDeadline(scope.deadline, async () => {
          scope.leave = await loadControl.enter(request, scope.deadline);
          const httpGraphQLRequest = { method: 'POST', headers: headersOf(request), body: {} as unknown, search: '' };
          return apollo.executeHTTPGraphQLRequest({
            httpGraphQLRequest,
            async context() {
              const context = await contextOf(scope, parts, findCaller, mailer);
              // Apollo Server reads the body after that.
              httpGraphQLRequest.body = (await bodyOf(scope, context)) ?? {};
              return context;
            },
          });
        }),
      ),
    );
    try {
      const response = await beforeDeadline(scope, operation, config.limits.operationTimeoutMilliseconds).finally(
        () => {
          releaseSlot(scope);
          const { context, listCost } = scope;
          if (context !== undefined && listCost !== undefined) {
            costControl.chargeWork(request, { work: context.answer.work, listCost });
          }
          context?.release();
          // Apollo Server's objects can live until a full garbage collection, so the response is detached from them.
          if (scope.response !== undefined) scope.response.body = undefined;
        },
      );
      if (scope.context !== undefined && scope.isValid !== true) costControl.chargeInvalidOperation(request);
      // A stopped query returns nothing. A mutation has an error for each stopped field.
      if (scope.isMutation !== true) scope.context?.answer.assertRunning();
      if (scope.outage !== undefined && !(await hasCommitted(scope))) throw scope.outage;
      const deadline = timer.signal.aborted ? AbortSignal.timeout(graceMilliseconds) : timer.signal;
      const recording = recorded(failures, request, scope.context?.audit.finish());
      reply.isCompressible = scope.isCompressible === true;
      const recordedOne = await recordedResponse(scope, response, before(deadline, recording, timer.signal.reason));
      return await respond(scope, reply, recordedOne, { live, connections });
    } catch (error) {
      const recording = recorded(failures, request, scope.context?.audit.finish(error));
      // In an outage, the client does not wait for the event, which perhaps cannot be recorded.
      if (databaseOutage(error) !== null) recording.catch(() => undefined);
      else await before(AbortSignal.timeout(config.limits.operationTimeoutMilliseconds), recording, error);
      throw error;
    } finally {
      scope.leave?.();
      stopListening();
      endDeadline();
    }
  }

  const onSend: onSendHookHandler = (request, reply, payload, done) => {
    costControl.setHeaders(request, reply);
    done(null, payload);
  };
  app.post(
    '/graphql',
    {
      onSend,
      async onRequest(request, reply) {
        try {
          costControl.checkBeforeBody(request);
        } catch (error) {
          // A client that goes on without a budget pays for a connection each time.
          reply.header('connection', 'close');
          throw error;
        }
        // The connection stays open, because a new one would cost more than the refusal.
        if (loadControl.refuses(request.raw, () => request.clientAddress)) throw overloaded();
      },
      errorHandler: (error, request, reply) =>
        answerFailure(costControl.refusalOfBody(request, error), request, reply, parts),
    },
    (request, reply) => operations.track(answer(request, reply)),
  );
  app.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    onSend,
    // Before the body is read.
    async onRequest(_request, reply) {
      return refuse(reply.header('allow', 'POST'), 'METHOD_NOT_ALLOWED');
    },
    handler: (_request, reply) => reply,
  });
}
