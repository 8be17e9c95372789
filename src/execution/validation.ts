import {
  type ASTVisitor,
  type DocumentNode,
  type GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  OverlappingFieldsCanBeMergedRule,
  type SelectionSetNode,
  specifiedRules,
  type ValidationContext,
  type ValidationRule,
  validate,
} from 'graphql';
import { gatewayError } from '../base/errors.ts';
import { knownOperationTypes, type OperationLimits, operationLimits } from './limits.ts';
import { overlappingFields } from './overlapping-fields.ts';
import { documentLimits } from './parse-options.ts';

/**
 * Limits the selections of a document once its fragments are expanded, scalars included, which the list cost does not
 * count: fragments that double each other reach billions.
 */
function recursiveSelections(limit: number): ValidationRule {
  return (context) => ({
    Document(document) {
      if (expandedSelections(document) <= limit) return;
      context.reportError(gatewayError('TOO_MANY_RECURSIVE_SELECTIONS', { limit }));
    },
  });
}

/** The number of selections of all operations, each fragment counted as often as it is spread. */
function expandedSelections({ definitions }: DocumentNode): number {
  const sets = new Map<string, SelectionSetNode>();
  const counts = new Map<string, number>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) sets.set(definition.name.value, definition.selectionSet);
  }

  function countOf({ selections }: SelectionSetNode): number {
    let count = 0;
    for (const selection of selections) {
      count += 1;
      if (selection.kind === Kind.FRAGMENT_SPREAD) count += countOfFragment(selection.name.value);
      else if (selection.selectionSet !== undefined) count += countOf(selection.selectionSet);
    }
    return Math.min(count, Number.MAX_SAFE_INTEGER);
  }

  function countOfFragment(name: string): number {
    const known = counts.get(name);
    if (known !== undefined) return known;
    // Ends a cycle of fragments, which validation reports.
    counts.set(name, 0);
    const set = sets.get(name);
    const count = set === undefined ? 0 : countOf(set);
    counts.set(name, count);
    return count;
  }

  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return operations.reduce((sum, { selectionSet }) => sum + countOf(selectionSet), 0);
}

interface ValidationOptions {
  limits: Readonly<OperationLimits>;
  introspection: boolean;
}

/**
 * All of validation, as one rule for Apollo Server. The limits come first, so that a document that exceeds them costs no more. Then
 * come graphql-js' rules, of which the most expensive one is replaced. The rule returns null for the document, which ends Apollo
 * Server's own pass.
 */
export function gatewayValidation({ limits, introspection }: ValidationOptions): ValidationRule {
  const { maxErrors } = documentLimits.validationOptions;
  const stages: readonly ValidationRule[][] = [
    [knownOperationTypes, ...operationLimits(limits), recursiveSelections(documentLimits.maxRecursiveSelections)],
    [
      ...specifiedRules.filter((rule) => rule !== OverlappingFieldsCanBeMergedRule),
      ...(introspection ? [] : [NoSchemaIntrospectionCustomRule]),
    ],
    [overlappingFields],
  ];
  return (context): ASTVisitor => ({
    Document() {
      for (const error of firstErrors(context, stages, maxErrors)) context.reportError(error);
      return null;
    },
  });
}

function firstErrors(
  context: ValidationContext,
  stages: readonly ValidationRule[][],
  maxErrors: number,
): readonly GraphQLError[] {
  const { hideSuggestions } = context;
  for (const rules of stages) {
    const errors = validate(context.getSchema(), context.getDocument(), rules, { maxErrors, hideSuggestions });
    if (errors.length > 0) return errors;
  }
  return [];
}
