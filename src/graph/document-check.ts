import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
  visit,
} from 'graphql';
import { maxPageSizes } from '../base/page-arguments.ts';
import { checkListCost, type OperationLimits } from '../execution/limits.ts';
import { listCostOf } from '../execution/list-cost.ts';
import { documentLimits } from '../execution/parse-options.ts';
import { gatewayValidation } from '../execution/validation.ts';
import { literalProblems } from './literal-problems.ts';

/** The settings that decide whether a document is valid. */
export interface DocumentRules {
  readonly limits: Readonly<OperationLimits & { maxTokens: number }>;
  readonly introspection: boolean;
}

export interface CheckedOperation {
  /** Null if the operation is anonymous. */
  name: string | null;
  node: OperationDefinitionNode;
  /** The list cost with the default page sizes, and with the largest ones. */
  listCost: number;
  maxListCost: number;
}

export interface CheckedDocument {
  /** Null if the text has a syntax error or too many tokens. */
  document: DocumentNode | null;
  operations: CheckedOperation[];
  /** Why requests with the document would fail, or a field in them. Empty if the document is valid. */
  problems: string[];
}

/** Checks a document as for a request, except for the values of its variables. */
export function checkDocument(schema: GraphQLSchema, text: string, rules: DocumentRules): CheckedDocument {
  let document: DocumentNode;
  try {
    document = parse(text, { ...documentLimits.parseOptions, maxTokens: rules.limits.maxTokens });
  } catch (error) {
    return { document: null, operations: [], problems: [(error as Error).message] };
  }
  const { maxErrors } = documentLimits.validationOptions;
  const errors = validate(schema, document, [gatewayValidation(rules)], { maxErrors });
  const nodes = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (errors.length > 0 || nodes.length === 0) {
    const problems = errors.map(({ message }) => message);
    return { document, operations: [], problems: nodes.length > 0 ? problems : ['The document has no operation.'] };
  }
  const operations = nodes.map((node) => ({
    name: node.name?.value ?? null,
    node,
    listCost: listCostOf(schema, document, node, {}),
    maxListCost: listCostOf(schema, document, node, {
      ...variablesOf(node, maxPageSizes.first),
      ...variablesOfLimits(document),
    }),
  }));
  const tooCostly = nodes
    .map((node) => checkListCost(schema, document, node.name?.value, variablesOf(node, 1), rules.limits.maxListCost))
    .filter((error) => error !== null);
  const problems = [...tooCostly.map(({ message }) => message), ...literalProblems(schema, document)];
  return { document, operations, problems };
}

/** The largest value of the variables in arguments that allow larger pages. */
function variablesOfLimits(document: DocumentNode): Record<string, number> {
  const values: Record<string, number> = {};
  visit(document, {
    Argument({ name, value }) {
      if (name.value === 'limit' && value.kind === Kind.VARIABLE) values[value.name.value] = maxPageSizes.limit;
    },
  });
  return values;
}

/** The same page size for every variable. Only variables that are page sizes change the list cost. */
function variablesOf({ variableDefinitions = [] }: OperationDefinitionNode, pageSize: number): Record<string, number> {
  return Object.fromEntries(variableDefinitions.map(({ variable }) => [variable.name.value, pageSize]));
}
