import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import { maxProblems } from '../base/input-problems.ts';

/**
 * Options of Apollo Server that limit the work for a document before a resolver runs. `executionOptions` only applies to graphql-js, so
 * an executor that coerces variables must use `maxCoercionErrors` itself.
 */
export const documentLimits = {
  // The parser is recursive, so a deeply nested document with a few more tokens would overflow the stack. Introspection has 200.
  parseOptions: { maxTokens: 1500 },
  // Errors of values are listed together. The number of other errors is limited by `maxDocumentErrors`.
  validationOptions: { maxErrors: maxProblems },
  executionOptions: { maxCoercionErrors: maxProblems },
  // The number of fields, scalars included, after fragments are expanded. The list cost does not count scalars, and fragments that
  // double each other reach billions. Selecting every field of every type once is far below this limit.
  maxRecursiveSelections: 10_000,
} satisfies Partial<ApolloServerOptions<BaseContext>>;
