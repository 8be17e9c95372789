import type { AsyncLocalStorage } from 'node:async_hooks';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError } from 'graphql';
import { requestError } from '../base/errors.ts';
import { databaseOutage } from '../database/errors.ts';
import { deprecatedIn } from '../execution/deprecated-usage.ts';
import { createDocumentCache } from '../execution/document-cache.ts';
import { compiledExecution, interpretedExecution } from '../execution/executor.ts';
import { operationLimitsPlugin } from '../execution/limits.ts';
import { listCostOf } from '../execution/list-cost.ts';
import { largeListCost } from '../execution/operation-queue.ts';
import { documentLimits } from '../execution/parse-options.ts';
import { gatewayValidation } from '../execution/validation.ts';
import type { Context } from '../graph/context.ts';
import { selectsSecret } from '../graph/secret.ts';
import { variableGuardPlugin } from '../graph/variable-guard.ts';
import { answerText } from './answer-text.ts';
import type { CostControl } from './cost-control.ts';
import type { DeprecationLog } from './deprecation-log.ts';
import { distinctErrorsPlugin, formatError } from './format-error.ts';
import { idempotencyHeaderPlugin } from './idempotency-header.ts';
import { streamFormatOf } from './live/stream-format.ts';
import type { LoadControl } from './load-control.ts';
import {
  type FindCaller,
  operationNames,
  type RequestScope,
  recordRefusal,
  rounded,
  type ServerParts,
  unavailable,
  waits,
} from './request.ts';

export function createApolloServer(
  parts: ServerParts,
  scopes: AsyncLocalStorage<RequestScope>,
  findCaller: FindCaller,
  costControl: CostControl,
  { large: operationQueue }: LoadControl,
  deprecationLog: DeprecationLog,
): ApolloServer<Context> {
  const { config, schema, logger, failures } = parts;
  const requestId = () => scopes.getStore()?.request.id;
  const onUnexpected = (error: unknown) => {
    const { path, originalError = error } = error instanceof GraphQLError ? error : {};
    const scope = scopes.getStore();
    if (scope !== undefined && databaseOutage(originalError) !== null) scope.outage ??= unavailable(originalError);
    failures.log(originalError, { request: scope?.request, path });
  };
  const beforeOperation: ApolloServerPlugin<Context> = {
    async unexpectedErrorProcessingRequest({ error }) {
      onUnexpected(error);
    },
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, operationName, queryHash, request, ...details }) {
          const { contextValue, response } = details;
          const scope = scopes.getStore();
          const { documentId = null } = scope ?? {};
          const named = { operationName, operationHash: queryHash, documentId };
          contextValue.audit.nameOperation(named);
          if (scope !== undefined) {
            scope.operation = named;
            scope.isSubscription = operation?.operation === 'subscription';
            scope.response = response;
            scope.isMutation = operation?.operation === 'mutation';
            scope.isCompressible = operation?.operation === 'query' && !selectsSecret(schema, document);
            scope.acquireSlot = () => acquireSlot(scope, contextValue, { isStarted: true });
            if (operationName) operationNames.set(scope.request, operationName.slice(0, 100));
          }
          if (operation === undefined || scope === undefined) return;
          if (scope.isSubscription === true && streamFormatOf(scope.request.headers.accept) === null) {
            throw requestError('STREAM_REQUIRED');
          }
          const { variables } = request;
          const listCost = listCostOf(schema, document, operation, variables);
          // `operationLimitsPlugin` reports it.
          if (listCost > config.limits.maxListCost) return;
          scope.isValid = true;
          const { user } = contextValue;
          try {
            costControl.admitOperation(scope.request, user, { document, operation, variables, listCost });
          } catch (error) {
            await recordRefusal(scope.request, parts, user, error);
            throw error;
          }
          scope.listCost = listCost;
          deprecationLog.count(contextValue.request.clientName, deprecatedIn(schema, document, operation, variables));
          // A mutation reads the rows that it changes, so it uses the primary throughout.
          if (operation.operation !== 'query') return;
          // Anonymous callers can read very little, so their operations never need a slot.
          if (listCost >= largeListCost && user !== null) await acquireSlot(scope, contextValue, { isStarted: false });
          contextValue.readFromReplica();
        },
      };
    },
  };

  /** Authenticates the caller again after the wait, because roles or the token might have been revoked. */
  async function acquireSlot(
    scope: RequestScope,
    context: Context,
    { isStarted }: { isStarted: boolean },
  ): Promise<void> {
    if (scope.slot !== undefined) {
      await scope.slot;
      return;
    }
    scope.leave?.();
    const mustWait = operationQueue.mustWait;
    const begun = performance.now();
    scope.slot = operationQueue.acquire(() => context.user?.id ?? scope.request.clientAddress, {
      signal: scope.deadline,
      isStarted,
    });
    await scope.slot;
    if (!mustWait) return;
    waits.set(scope.request, rounded(performance.now() - begun));
    const user = await findCaller(scope.request);
    scope.deadline.throwIfAborted();
    // Apollo Server copies the context, so both have the user.
    for (const each of [context, scope.context]) if (each !== undefined) each.user = user;
  }

  const documents = createDocumentCache();
  return new ApolloServer<Context>({
    gateway:
      config.execution === 'compiled'
        ? compiledExecution(schema, documents, { namesSchema: config.errorDetail })
        : interpretedExecution(schema, { namesSchema: config.errorDetail }),
    documentStore: documents,
    parseOptions: { ...documentLimits.parseOptions, maxTokens: config.limits.maxTokens },
    // Suggestions cost time, and an attacker finds out the schema by them.
    validationOptions: { ...documentLimits.validationOptions, hideSuggestions: !config.errorDetail },
    validationRules: [gatewayValidation(config)],
    introspection: config.introspection,
    includeStacktraceInErrorResponses: false,
    formatError: formatError({ onUnexpected, requestId, detail: config.errorDetail }),
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stringifyResult: (result) => answerText(result, scopes.getStore()),
    stopOnTerminationSignals: false,
    logger: {
      debug() {},
      info() {},
      warn: (message) => logger.warn(withoutError(message)),
      error: (message) => logger.error(withoutError(message)),
    },
    plugins: [
      beforeOperation,
      operationLimitsPlugin(config.limits),
      variableGuardPlugin(schema),
      idempotencyHeaderPlugin,
      distinctErrorsPlugin({ detail: config.errorDetail }),
      ApolloServerPluginCacheControlDisabled(),
      // Only subgraphs need it, and it loads more code than the rest of Apollo Server.
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      // These two would send data to Apollo if its key were in the environment.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
}

/** A message of Apollo Server without the error that it quotes, which can contain values. */
function withoutError(message: unknown): string {
  return typeof message === 'string' ? message.replace(/[.:] .*$/s, '') : 'error in Apollo Server';
}
