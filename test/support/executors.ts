/** The compiled executor and graphql-js, to compare their responses to random operations. */
import {
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { expect } from 'vitest';
import { executePlan } from '../../src/execution/compiled.ts';
import { createDocumentCache } from '../../src/execution/document-cache.ts';
import { createPlans } from '../../src/execution/executor.ts';
import { coerceVariables } from '../../src/execution/variables.ts';
import type { RandomOperation } from './random-operation.ts';

/** The tests execute thousands of operations, and the machine might be busy. */
export const executionTimeout = 300_000;

export type Executor = (
  context: unknown,
  variables: Record<string, unknown>,
) => ExecutionResult | Promise<ExecutionResult>;

/** Returns both executors for an operation. The compiled one creates its plan on the first call. */
export function executorsOf(schema: GraphQLSchema, query: string) {
  const document = parse(query);
  const operation = getOperationAST(document);
  if (operation == null) throw new Error('There is no operation.');
  const { planFor } = createPlans(schema, createDocumentCache());
  /** Coerces variables as the gateway does, and checks that graphql-js returns the same values. */
  function coerce(variables: Record<string, unknown>) {
    const result = coerceVariables({ schema, document, operation: operation as OperationDefinitionNode }, variables, {
      maxErrors: 3,
    });
    const reference = getVariableValues(schema, operation?.variableDefinitions ?? [], variables);
    expect('coerced' in result ? result.coerced : undefined).toEqual(reference.coerced);
    return result;
  }
  const interpreted: Executor = (contextValue, variables) => {
    const coerced = coerce(variables);
    if ('errors' in coerced) return coerced;
    return execute({ schema, document, variableValues: variables, contextValue, options: { maxCoercionErrors: 3 } });
  };
  const compiled: Executor = (context, variables) => {
    const coerced = coerce(variables);
    if ('errors' in coerced) return coerced;
    return executePlan({
      plan: planFor(document, operation, coerced.coerced),
      context,
      variables: coerced.coerced,
    });
  };
  return { document, interpreted, compiled };
}

/** Returns the variables twice, so that a plan is created and reused, and then with other values for `@skip` and `@include`. */
export function variationsOf({ variables }: RandomOperation): Record<string, unknown>[] {
  const flipped = Object.entries(variables).map(([name, value]) => [name, typeof value === 'boolean' ? !value : value]);
  return [variables, variables, Object.fromEntries(flipped)];
}
