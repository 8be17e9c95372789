import type { ApolloServerOptions } from '@apollo/server';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { executePlan } from './compiled.ts';
import type { DocumentCache } from './document-cache.ts';
import { interpreter } from './interpreted.ts';
import { documentLimits } from './parse-options.ts';
import { assertCompilable, conditionVariables, type Plan, planOf, type Variables } from './plan.ts';
import { beginSubscription, type Subscribing } from './subscription.ts';
import { coerceVariables } from './variables.ts';

/** Apollo Server's hook for an executor other than graphql-js. */
type Gateway<Context extends Subscribing<Context>> = NonNullable<ApolloServerOptions<Context>['gateway']>;

/** The plans of a document, which are cached as long as the document. */
interface CompiledDocument {
  readonly conditions: readonly string[];
  /** The keys are the operation and the values of the variables of `@skip` and `@include`. */
  readonly plans: Map<string, Plan>;
}

/**
 * Creates the plans of documents. A selection is planned when an operation first reaches it, so a document that is executed only once
 * costs no more than with graphql-js.
 */
export function createPlans(schema: GraphQLSchema, documents: Pick<DocumentCache, 'addPlannedFields'>) {
  assertCompilable(schema);
  const compiled = new WeakMap<DocumentNode, CompiledDocument>();

  function compiledDocument(document: DocumentNode): CompiledDocument {
    let cached = compiled.get(document);
    if (cached === undefined) {
      cached = { conditions: conditionVariables(document), plans: new Map() };
      compiled.set(document, cached);
    }
    return cached;
  }

  return {
    /** Returns the plan for the coerced variables, on which `@skip` and `@include` depend. */
    planFor(document: DocumentNode, operation: OperationDefinitionNode, variables: Variables): Plan {
      const { conditions, plans } = compiledDocument(document);
      const key = [operation.loc?.start, ...conditions.map((name) => variables[name])].join();
      let plan = plans.get(key);
      if (plan === undefined) {
        plan = planOf(schema, document, operation, (fields) => documents.addPlannedFields(document, fields));
        plans.set(key, plan);
        documents.addPlannedFields(document, 1);
      }
      return plan;
    },
  };
}

export interface ExecutionOptions {
  /** Whether errors of variables name types and fields of the schema that the request does not contain. */
  namesSchema: boolean;
}

/** Executes operations by the plans of `createPlans`. */
export function compiledExecution<Context extends Subscribing<Context>>(
  schema: GraphQLSchema,
  documents: DocumentCache,
  options: ExecutionOptions,
): Gateway<Context> {
  const { planFor } = createPlans(schema, documents);
  return gatewayOf(schema, options, ({ document, operation, context, variables, event }) =>
    executePlan({
      plan: planFor(document, operation, variables.coerced),
      context,
      variables: variables.coerced,
      meter: context.answer,
      root: event,
    }),
  );
}

/** Executes operations with graphql-js, but coerces variables as compiled execution does, so that both report the same errors. */
export function interpretedExecution<Context extends Subscribing<Context>>(
  schema: GraphQLSchema,
  options: ExecutionOptions,
): Gateway<Context> {
  const interpret = interpreter(schema);
  return gatewayOf(schema, options, ({ document, operation, context, variables, event }) =>
    interpret({ document, operation, contextValue: context, variableValues: variables.sent, rootValue: event }),
  );
}

interface Execution<Context extends Subscribing<Context>> {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  context: Context;
  variables: { sent: Variables; coerced: Variables };
  /** The event of a subscription. */
  event?: unknown;
}

function gatewayOf<Context extends Subscribing<Context>>(
  schema: GraphQLSchema,
  { namesSchema }: ExecutionOptions,
  run: (execution: Execution<Context>) => ExecutionResult | Promise<ExecutionResult>,
): Gateway<Context> {
  const { maxCoercionErrors: maxErrors } = documentLimits.executionOptions;
  return {
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    async load() {
      return {
        async executor({ document, operation, request, context }) {
          // graphql-js reports why there is no operation.
          if (operation === undefined) return execute({ schema, document, operationName: request.operationName });
          const sent = request.variables ?? {};
          const result = coerceVariables({ schema, document, operation }, sent, { maxErrors, namesSchema });
          if ('errors' in result) return { errors: result.errors };
          const execution = { document, operation, variables: { sent, coerced: result.coerced } };
          if (operation.operation !== 'subscription') return run({ ...execution, context: context as Context });
          return beginSubscription({
            ...{ schema, document, operation, variables: sent },
            context: context as Context,
            execute: (contextOfEvent, event) => run({ ...execution, context: contextOfEvent, event }),
          });
        },
      };
    },
    async stop() {},
  };
}
