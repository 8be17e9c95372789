import type { ApolloServerPlugin } from '@apollo/server';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  TokenKind,
  type ValidationRule,
} from 'graphql';
import { type GatewayError, gatewayError, requestError } from '../base/errors.ts';
import { listCostOf, measured, type Totals } from './list-cost.ts';

export interface OperationLimits {
  /** The maximum number of levels of fields. `{ me { id } }` has two. */
  maxDepth: number;
  maxAliases: number;
  maxRootFields: number;
  /** The maximum of the estimated number of objects that an operation can return (`list-cost.ts`). */
  maxListCost: number;
}

/**
 * More than a front end needs. A page of 100 customers, each with every collection, where connections have their default page size of
 * 50, costs about 100,000. Three nested pages of 100 cost over a million.
 */
export const defaultLimits: Readonly<OperationLimits> = {
  maxDepth: 12,
  maxAliases: 50,
  maxRootFields: 20,
  maxListCost: 200_000,
};

// Introspection has limits of its own, because playgrounds and code generators send a deep query (15 levels) that reads no data. Its
// cost is about 4,000, and grows with the schema.
const maxIntrospectionDepth = 20;
const maxIntrospectionCost = 10_000;

/** Limited because names of a document, such as aliases, are repeated in each object of the response and in the path of each error. */
const maxNameLength = 200;

function hasLongName({ loc }: DocumentNode): boolean {
  for (let token = loc?.startToken ?? null; token !== null; token = token.next) {
    if (token.kind === TokenKind.NAME && token.end - token.start > maxNameLength) return true;
  }
  return false;
}

/** The names of the totals that are numbers. */
type Total = { [Name in keyof Totals]: Totals[Name] extends number ? Name : never }[keyof Totals];

interface Exceeded {
  amount: number;
  limit: number;
}

/**
 * The limits that depend on the document alone, as a validation rule, whose result Apollo Server caches with the document. Each limit
 * is reported once, for the first operation that exceeds it.
 */
export function operationLimits(limits: Readonly<OperationLimits>): ValidationRule[] {
  return [
    (context) => ({
      Document(document) {
        if (hasLongName(document)) {
          context.reportError(gatewayError('NAME_TOO_LONG', { limit: maxNameLength }));
        }
        const operations = [...measured(context.getSchema(), context.getDocument()).operations.values()];

        function report(limit: number, total: Total, error: (exceeded: Exceeded) => GatewayError): void {
          const amount = operations.map((totals) => totals[total]).find((value) => value > limit);
          if (amount !== undefined) context.reportError(error({ amount, limit }));
        }

        report(limits.maxDepth, 'depth', (exceeded) =>
          gatewayError('QUERY_TOO_DEEP', { detail: 'DEPTH', ...exceeded }),
        );
        report(maxIntrospectionDepth, 'introspectionDepth', (exceeded) =>
          gatewayError('QUERY_TOO_DEEP', { detail: 'INTROSPECTION_DEPTH', ...exceeded }),
        );
        report(limits.maxAliases, 'aliases', (exceeded) => gatewayError('TOO_MANY_ALIASES', exceeded));
        report(limits.maxRootFields, 'fields', (exceeded) => gatewayError('TOO_MANY_ROOT_FIELDS', exceeded));
        report(maxIntrospectionCost, 'introspectionCost', (exceeded) =>
          gatewayError('QUERY_TOO_COSTLY', { detail: 'INTROSPECTION_COST', ...exceeded }),
        );
      },
    }),
  ];
}

/**
 * Checks the limit that depends on variables too (`first: $first`), so it must be checked for each request. Returns null if the cost is
 * within the limit or the operation does not exist.
 */
export function checkListCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Readonly<Record<string, unknown>> | null | undefined,
  maxListCost: number,
): GraphQLError | null {
  const operation = getOperationAST(document, operationName);
  if (!operation) return null;
  const cost = listCostOf(schema, document, operation, variables);
  if (cost <= maxListCost) return null;
  return requestError('QUERY_TOO_COSTLY', { detail: 'LIST_COST', amount: cost, limit: maxListCost });
}

/** Makes an Apollo Server check the list cost of every request. The other limits are `validationRules`. */
export function operationLimitsPlugin({ maxListCost }: Pick<OperationLimits, 'maxListCost'>): ApolloServerPlugin {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operationName, request }) {
          const error = checkListCost(schema, document, operationName, request.variables, maxListCost);
          if (error) throw error;
        },
      };
    },
  };
}
