import type { ApolloServerOptions, BaseContext } from '@apollo/server';

/**
 * What one document may cost before a resolver runs. To be spread into Apollo Server's options. `executionOptions` is
 * for graphql-js; an executor of our own coerces variables itself and has to be given `maxCoercionErrors` too.
 */
export const documentLimits = {
  // The parser is recursive: a little above this, a deeply nested document overflows its stack. Introspection
  // takes 200.
  parseOptions: { maxTokens: 1500 },
  // Each error is found by work and answered by text; three are enough to mend an operation.
  validationOptions: { maxErrors: 3 },
  executionOptions: { maxCoercionErrors: 3 },
  // Fields after fragments are spread, scalars too, which the list cost does not count: fragments that double each
  // other reach billions. Every field of every type of the schema, asked for once, is far below it.
  maxRecursiveSelections: 10_000,
} satisfies Partial<ApolloServerOptions<BaseContext>>;
