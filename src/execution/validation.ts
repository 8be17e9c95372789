import {
  type ASTVisitor,
  type DocumentNode,
  type GraphQLError,
  getNamedType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  NoSchemaIntrospectionCustomRule,
  OverlappingFieldsCanBeMergedRule,
  ProvidedRequiredArgumentsRule,
  type SelectionSetNode,
  specifiedRules,
  type ValidationContext,
  type ValidationRule,
  type ValueNode,
  ValuesOfCorrectTypeRule,
  validate,
} from 'graphql';
import { gatewayError } from '../base/errors.ts';
import { maxProblems } from '../base/input-problems.ts';
import { InvalidValue } from '../base/value-rules.ts';
import { argumentPath } from './argument-path.ts';
import { type OperationLimits, operationLimits } from './limits.ts';
import { overlappingFields } from './overlapping-fields.ts';
import { documentLimits } from './parse-options.ts';
import { unconditionalSubscriptions } from './unconditional-subscriptions.ts';

/** Limits the selections of a document after its fragments are expanded (`maxRecursiveSelections` in `parse-options.ts`). */
function recursiveSelections(limit: number): ValidationRule {
  return (context) => ({
    Document(document) {
      if (expandedSelections(document) <= limit) return;
      context.reportError(gatewayError('TOO_MANY_RECURSIVE_SELECTIONS', { limit }));
    },
  });
}

/** Counts the selections of all operations, and each fragment as often as it is spread. */
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
    const cached = counts.get(name);
    if (cached !== undefined) return cached;
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

/** Each error costs time and text, and a few are enough to correct an operation. graphql-js adds one that says that there are more. */
export const maxDocumentErrors = 3;

interface ValidationOptions {
  limits: Readonly<OperationLimits>;
  introspection: boolean;
}

/** The rules whose errors are problems of arguments, so that they are listed together. */
const valueRules: readonly ValidationRule[] = [ProvidedRequiredArgumentsRule, ValuesOfCorrectTypeRule];

/**
 * Creates a single validation rule for Apollo Server. The limits are checked first, so that a document which exceeds them costs no more.
 * The rules of graphql-js follow, of which the most expensive one is replaced. The rule returns null for the document, so that Apollo
 * Server does not visit the document again.
 */
export function gatewayValidation({ limits, introspection }: ValidationOptions): ValidationRule {
  const stages: readonly ValidationRule[][] = [
    [
      unconditionalSubscriptions,
      ...operationLimits(limits),
      recursiveSelections(documentLimits.maxRecursiveSelections),
    ],
    [
      ...specifiedRules.filter((rule) => rule !== OverlappingFieldsCanBeMergedRule && !valueRules.includes(rule)),
      ...(introspection ? [] : [NoSchemaIntrospectionCustomRule]),
    ],
    [...valueRules],
    [overlappingFields],
  ];
  return (context): ASTVisitor => ({
    Document() {
      for (const error of firstErrors(context, stages)) context.reportError(error);
      return null;
    },
  });
}

function firstErrors(context: ValidationContext, stages: readonly ValidationRule[][]): readonly GraphQLError[] {
  const { hideSuggestions } = context;
  const document = context.getDocument();
  for (const rules of stages) {
    const ofValues = rules.includes(ValuesOfCorrectTypeRule);
    const options = { maxErrors: ofValues ? maxProblems : maxDocumentErrors, hideSuggestions };
    const errors = validate(context.getSchema(), document, rules, options);
    if (errors.length > 0) return ofValues ? withInvalidScalars(context, errors) : errors;
  }
  return [];
}

/** Reports the values that a scalar of the gateway rejects. If all else is valid, the argument guard does. */
function invalidScalars(context: ValidationContext): ASTVisitor {
  function check(node: ValueNode): void {
    const type = getNamedType(context.getInputType());
    if (!isScalarType(type) || isSpecifiedScalarType(type)) return;
    const value: unknown = type.parseLiteral(node);
    if (!(value instanceof InvalidValue)) return;
    const field = argumentPath(context.getDocument(), (each) => each === node) ?? undefined;
    context.reportError(gatewayError('OBP-10001', { field, rule: value.rule, node }));
  }
  return { StringValue: check, IntValue: check, FloatValue: check, BooleanValue: check };
}

/** All errors of values in the order of the document, with the paths of the values from their arguments. */
function withInvalidScalars(context: ValidationContext, errors: readonly GraphQLError[]): readonly GraphQLError[] {
  const document = context.getDocument();
  const ofScalars = validate(context.getSchema(), document, [invalidScalars], { maxErrors: maxProblems });
  const all = [...errors, ...ofScalars].filter(({ nodes }) => nodes !== undefined).slice(0, maxProblems);
  const placeOf = ({ nodes: [value] = [] }: GraphQLError) => value?.loc?.start ?? 0;
  return all
    .sort((one, other) => placeOf(one) - placeOf(other))
    .map((error) => {
      const [value] = error.nodes ?? [];
      const field = argumentPath(document, (node) => node === value) ?? undefined;
      error.extensions.field ??= field;
      return error;
    });
}
