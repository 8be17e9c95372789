import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Metered } from './max-items.ts';
import type { Variables } from './plan.ts';

/** A subscription that has begun. */
export interface Subscription<Context> {
  /** The result of the `subscribe` function of its field. */
  source: unknown;
  /** Executes the operation for an event of the source, in a context of its own. */
  execute(context: Context, event: unknown): ExecutionResult | Promise<ExecutionResult>;
}

/** A context in which an operation can subscribe. */
export interface Subscribing<Context> extends Metered {
  /** Called when a subscription has begun. */
  onSubscription?: ((subscription: Subscription<Context>) => void) | undefined;
}

interface SubscriptionParts<Context extends Subscribing<Context>> {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  context: Context;
  variables: Variables;
  execute: Subscription<Context>['execute'];
}

/** Begins a subscription. The result has no data, because its events are executed one by one. */
export async function beginSubscription<Context extends Subscribing<Context>>({
  schema,
  document,
  operation,
  context,
  variables,
  execute,
}: SubscriptionParts<Context>): Promise<ExecutionResult> {
  const source = await createSourceEventStream({
    schema,
    document,
    operationName: operation.name?.value,
    contextValue: context,
    variableValues: variables,
  });
  if (!(Symbol.asyncIterator in source)) return { data: null, errors: source.errors };
  context.onSubscription?.({ source, execute });
  return { data: null };
}
