import type { AsyncLocalStorage } from 'node:async_hooks';
import type { ApolloServer } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Mailer } from '../auth/mailer.ts';
import type { Context } from '../context.ts';
import { gatewayError } from '../errors.ts';
import { refuse, send } from './answers.ts';
import {
  before,
  contextOf,
  endTurn,
  type FindCaller,
  headersOf,
  type RequestScope,
  recorded,
  type ServerParts,
} from './request.ts';

interface GraphqlParts {
  parts: ServerParts;
  apollo: ApolloServer<Context>;
  scopes: AsyncLocalStorage<RequestScope>;
  findCaller: FindCaller;
  mailer: Mailer | null;
  /** A stop waits for it. */
  tracked<Result>(operation: Promise<Result>): Promise<Result>;
}

/** Adds `POST /graphql`, which executes an operation within its deadline and waits for its audit event. */
export function addGraphqlRoute(
  app: FastifyInstance,
  { parts, apollo, scopes, findCaller, mailer, tracked }: GraphqlParts,
): void {
  const { config, logger } = parts;

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
    handler: (_request, reply) => refuse(reply.header('allow', 'POST'), 405, 'METHOD_NOT_ALLOWED'),
  });
}
