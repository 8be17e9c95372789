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
import type { Context } from '../context.ts';
import { createDocumentCache } from '../execution/document-cache.ts';
import { compiledExecution, interpretedExecution } from '../execution/executor.ts';
import { idempotencyHeaderPlugin } from '../execution/idempotency-header.ts';
import { LargeOperations, largeListCost } from '../execution/large-operations.ts';
import { listCostOf, operationLimitsPlugin } from '../execution/limits.ts';
import { documentLimits } from '../execution/parse-options.ts';
import { gatewayValidation } from '../execution/validation.ts';
import { variableGuardPlugin } from '../graph/variable-guard.ts';
import { logUnexpected } from '../observability/logger.ts';
import { answerText } from './answer-text.ts';
import type { CostControl } from './cost-control.ts';
import { distinctErrorsPlugin, formatError } from './format-error.ts';
import {
  type FindCaller,
  operationNames,
  type RequestScope,
  recordRefusal,
  rounded,
  type ServerParts,
  waits,
} from './request.ts';

export function createApolloServer(
  parts: ServerParts,
  scopes: AsyncLocalStorage<RequestScope>,
  findCaller: FindCaller,
  costControl: CostControl,
): ApolloServer<Context> {
  const { config, database, schema, logger } = parts;
  const requestId = () => scopes.getStore()?.request.id;
  const onUnexpected = (error: unknown) => {
    const { path, originalError = error } = error instanceof GraphQLError ? error : {};
    logUnexpected(logger, originalError, { requestId: requestId(), path });
  };
  const largeOperations = new LargeOperations(database.concurrency);
  const beforeOperation: ApolloServerPlugin<Context> = {
    async unexpectedErrorProcessingRequest({ error }) {
      onUnexpected(error);
    },
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, operationName, queryHash, request, ...given }) {
          const { contextValue, response } = given;
          const scope = scopes.getStore();
          contextValue.audit.nameOperation(operationName, queryHash);
          if (scope !== undefined) {
            scope.response = response;
            scope.isMutation = operation?.operation === 'mutation';
            scope.acquireSlot = () => takeTurn(scope, contextValue);
            if (operationName) operationNames.set(scope.request, operationName.slice(0, 100));
          }
          if (operation === undefined || scope === undefined) return;
          const listCost = listCostOf(schema, document, operation, request.variables);
          // `operationLimitsPlugin` refuses it.
          if (listCost > config.limits.maxListCost) return;
          scope.isValid = true;
          const { user } = contextValue;
          try {
            costControl.admitOperation(scope.request, user, { document, operation, listCost });
          } catch (error) {
            await recordRefusal(scope.request, parts, user, error);
            throw error;
          }
          scope.listCost = listCost;
          // A mutation reads what it is about to change, and what it has changed: from the primary throughout.
          if (operation.operation !== 'query') return;
          // Nobody in particular may read next to nothing, and keeps nobody waiting.
          if (listCost >= largeListCost && user !== null) await takeTurn(scope, contextValue);
          contextValue.readFromReplica();
        },
      };
    },
  };

  /** After having waited the caller is found again: somebody may have lost a role or been logged out meanwhile. */
  async function takeTurn(scope: RequestScope, context: Context): Promise<void> {
    if (scope.turn !== undefined) {
      await scope.turn;
      return;
    }
    if (!largeOperations.areFull) {
      scope.turn = largeOperations.begin(scope.deadline);
      await scope.turn;
      return;
    }
    const begun = performance.now();
    scope.turn = largeOperations.begin(scope.deadline);
    await scope.turn;
    waits.set(scope.request, rounded(performance.now() - begun));
    const user = await findCaller(scope.request);
    scope.deadline.throwIfAborted();
    // Apollo Server's copy, and the one that was copied.
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
      distinctErrorsPlugin,
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

/** A message of Apollo Server without the error that it quotes, which can contain values. */
function withoutError(message: unknown): string {
  return typeof message === 'string' ? message.replace(/[.:] .*$/s, '') : 'error in Apollo Server';
}
