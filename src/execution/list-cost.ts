/**
 * Measures operations before they are executed: their depth, their aliases, and the list cost, which is the estimated number of
 * objects that an operation can return. It is the product of the page sizes along each path, summed over all paths.
 */
import {
  __Directive,
  __Field,
  __Schema,
  __Type,
  type ConstValueNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  type ValueNode,
} from 'graphql';
import { maxPageSizes } from '../base/page-arguments.ts';
import { listArgumentOf } from './by-ids.ts';

const defaultPageSize = 50;
// The largest page of any list. The field itself refuses a larger one, with an error that is more helpful than the cost.
const maxPageSize = maxPageSizes.limit;
/** The longest list of IDs or references that a field reads objects by. */
const maxListLength = 1_000;
// A list without pages, such as addresses, can have 500 items, but usually has only a few.
const plainListSize = 5;

/** A page size, or the variable that contains it, with the page size that applies if the variable is omitted. */
type PageSize = number | { variable: string; whenOmitted: number; isList?: true };

/** A part of the cost that depends on variables: `pageSize × (fixedCost + costs of steps)`. */
interface CostStep {
  pageSize: PageSize;
  fixedCost: number;
  /** The indexes of earlier steps. */
  steps: number[];
}

/** The totals of a selection set, including its fragments. */
export interface Totals {
  depth: number;
  aliases: number;
  fields: number;
  fixedCost: number;
  steps: number[];
  introspectionDepth: number;
  introspectionCost: number;
}

interface MeasuredDocument {
  schema: GraphQLSchema;
  /** Sorted so that each step only depends on earlier ones. */
  steps: CostStep[];
  operations: Map<OperationDefinitionNode, Totals>;
}

// Fragments that double each other exceed every number, so sums are capped to stay exact and finite.
function capped(sum: number): number {
  return Math.min(sum, Number.MAX_SAFE_INTEGER);
}

function noTotals(): Totals {
  return { depth: 0, aliases: 0, fields: 0, fixedCost: 0, steps: [], introspectionDepth: 0, introspectionCost: 0 };
}

function addTotals(totals: Totals, added: Totals): void {
  totals.depth = Math.max(totals.depth, added.depth);
  totals.aliases = capped(totals.aliases + added.aliases);
  totals.fields = capped(totals.fields + added.fields);
  totals.fixedCost = capped(totals.fixedCost + added.fixedCost);
  totals.steps.push(...added.steps);
  totals.introspectionDepth = Math.max(totals.introspectionDepth, added.introspectionDepth);
  totals.introspectionCost = capped(totals.introspectionCost + added.introspectionCost);
}

function fieldOf(schema: GraphQLSchema, parentType: GraphQLType | undefined, name: string) {
  if (parentType !== undefined && parentType === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return isObjectType(parentType) || isInterfaceType(parentType) ? parentType.getFields()[name] : undefined;
}

function isConnection(type: GraphQLType | undefined): boolean {
  return isObjectType(type) && type.name.endsWith('Connection') && type.getFields().pageInfo !== undefined;
}

/** The field refuses a page size out of range, and coercion refuses one that is not a number. */
function usablePageSize(value: unknown): number {
  if (typeof value !== 'number' || Number.isNaN(value)) return defaultPageSize;
  return Math.min(Math.max(Math.ceil(value), 1), maxPageSize);
}

function literalPageSize(value: ValueNode | ConstValueNode): number {
  return usablePageSize(value.kind === Kind.INT || value.kind === Kind.FLOAT ? Number(value.value) : undefined);
}

/** Coercion makes a single value a list. */
function lengthOf(value: unknown): number {
  if (value === null || value === undefined) return 0;
  return Array.isArray(value) ? Math.min(value.length, maxListLength) : 1;
}

function literalLength(value: ValueNode | ConstValueNode | undefined): number {
  if (value === undefined || value.kind === Kind.NULL) return 0;
  return value.kind === Kind.LIST ? Math.min(value.values.length, maxListLength) : 1;
}

const sizesOfSchemas = new WeakMap<GraphQLSchema, ReadonlyMap<unknown, number>>();

/** The average lengths of the lists of introspection, by field: for example, how many fields a type has. */
function introspectedSizes(schema: GraphQLSchema): ReadonlyMap<unknown, number> {
  let sizes = sizesOfSchemas.get(schema);
  if (sizes === undefined) {
    sizes = measureIntrospection(schema);
    sizesOfSchemas.set(schema, sizes);
  }
  return sizes;
}

function measureIntrospection(schema: GraphQLSchema): ReadonlyMap<unknown, number> {
  const types = Object.values(schema.getTypeMap());
  const directives = schema.getDirectives();
  const fields = types.flatMap((type) => (isObjectType(type) || isInterfaceType(type) ? fieldsOf(type) : []));
  const inputFields = types.flatMap((type) => (isInputObjectType(type) ? fieldsOf(type) : []));
  const enumValues = types.flatMap((type) => (isEnumType(type) ? type.getValues() : []));
  const interfaces = types.flatMap((type) => (isObjectType(type) ? type.getInterfaces() : []));
  const argumentsOfAll = (members: readonly { args: readonly unknown[] }[]) =>
    members.flatMap(({ args }) => args).length;
  const ofType = __Type.getFields();
  return new Map<unknown, number>([
    [__Schema.getFields().types, types.length],
    [__Schema.getFields().directives, directives.length],
    [ofType.fields, fields.length / types.length],
    [ofType.inputFields, inputFields.length / types.length],
    [ofType.enumValues, enumValues.length / types.length],
    [ofType.interfaces, interfaces.length / types.length],
    [ofType.possibleTypes, interfaces.length / types.length],
    // Most wrapped types have only one wrapper.
    [ofType.ofType, 0.5],
    [__Field.getFields().args, argumentsOfAll(fields) / fields.length],
    [__Directive.getFields().args, argumentsOfAll(directives) / Math.max(directives.length, 1)],
  ]);
}

function fieldsOf<Field>(type: { getFields(): Record<string, Field> }): Field[] {
  return Object.values(type.getFields());
}

/** The number of objects that a field returns for each parent. */
function pageSizeOf(
  schema: GraphQLSchema,
  field: FieldNode,
  definition: GraphQLField<unknown, unknown>,
  inConnection: boolean,
): PageSize {
  const pageArgument = definition.args.find(({ name }) => name === 'first' || name === 'limit');
  if (pageArgument) {
    const whenOmitted = usablePageSize(pageArgument.defaultValue);
    const value = field.arguments?.find((argument) => argument.name.value === pageArgument.name)?.value;
    if (!value) return whenOmitted;
    return value.kind === Kind.VARIABLE ? { variable: value.name.value, whenOmitted } : literalPageSize(value);
  }
  const listArgument = listArgumentOf(definition);
  if (listArgument !== null) {
    const value = field.arguments?.find((argument) => argument.name.value === listArgument)?.value;
    if (value?.kind === Kind.VARIABLE) return { variable: value.name.value, whenOmitted: 0, isList: true };
    return literalLength(value);
  }
  const introspected = introspectedSizes(schema).get(definition);
  if (introspected !== undefined) return introspected;
  if (isConnection(getNamedType(definition.type))) return defaultPageSize;
  // The field of the connection has already multiplied the cost by the length of `edges` and `nodes`.
  return isListType(getNullableType(definition.type)) && !inConnection ? plainListSize : 1;
}

/**
 * Measures every operation of a document. Each fragment is measured only once, so that the work is proportional to the length of the
 * document. Selections with `@skip` or `@include` count as included. An invalid document (cycles of fragments, unknown names) has
 * arbitrary totals.
 */
function measureDocument(schema: GraphQLSchema, document: DocumentNode): MeasuredDocument {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const fragmentTotals = new Map<string, Totals>();
  const steps: CostStep[] = [];

  function addStep(step: CostStep): number {
    steps.push(step);
    return steps.length - 1;
  }

  function addCost(totals: Totals, pageSize: PageSize, fixedCost: number, below: number[]): void {
    if (typeof pageSize === 'number' && below.length === 0) {
      totals.fixedCost = capped(totals.fixedCost + pageSize * fixedCost);
    } else {
      totals.steps.push(addStep({ pageSize, fixedCost, steps: below }));
    }
  }

  function addField(totals: Totals, parentType: GraphQLType | undefined, field: FieldNode): void {
    totals.fields = capped(totals.fields + 1);
    if (field.alias) totals.aliases = capped(totals.aliases + 1);
    if (!field.selectionSet) {
      totals.depth = Math.max(totals.depth, 1);
      return;
    }
    const definition = fieldOf(schema, parentType, field.name.value);
    const type = definition && getNamedType(definition.type);
    const below = noTotals();
    addSelections(below, type, field.selectionSet);
    totals.aliases = capped(totals.aliases + below.aliases);

    if (definition === SchemaMetaFieldDef || definition === TypeMetaFieldDef) {
      totals.introspectionDepth = Math.max(totals.introspectionDepth, 1 + below.depth);
      const cost = Math.ceil(1 + below.fixedCost);
      totals.introspectionCost = capped(totals.introspectionCost + cost);
      totals.fixedCost = capped(totals.fixedCost + cost);
      return;
    }
    totals.depth = Math.max(totals.depth, 1 + below.depth);
    if (!definition || !isCompositeType(type)) {
      addCost(totals, 1, below.fixedCost, below.steps);
    } else if (isConnection(type)) {
      totals.fixedCost = capped(totals.fixedCost + 1);
      addCost(totals, pageSizeOf(schema, field, definition, false), below.fixedCost, below.steps);
    } else {
      // `pageInfo` exists once for each page, so it would be counted for each item.
      const inConnection = isConnection(parentType);
      const ownCost = inConnection && !isListType(getNullableType(definition.type)) ? 0 : 1;
      addCost(
        totals,
        pageSizeOf(schema, field, definition, inConnection),
        capped(ownCost + below.fixedCost),
        below.steps,
      );
    }
  }

  function addSelections(totals: Totals, parentType: GraphQLType | undefined, selectionSet: SelectionSetNode): void {
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.FIELD) {
        addField(totals, parentType, selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition;
        addSelections(totals, condition ? schema.getType(condition.name.value) : parentType, selection.selectionSet);
      } else {
        addTotals(totals, totalsOfFragment(selection.name.value));
      }
    }
  }

  function totalsOfFragment(name: string): Totals {
    const cached = fragmentTotals.get(name);
    if (cached) return cached;
    const totals = noTotals();
    // Ends a cycle of fragments, which validation reports.
    fragmentTotals.set(name, noTotals());
    const fragment = fragments.get(name);
    if (fragment) addSelections(totals, schema.getType(fragment.typeCondition.name.value), fragment.selectionSet);
    // Combined into one step, because each spread would repeat all steps.
    if (totals.steps.length > 1) totals.steps = [addStep({ pageSize: 1, fixedCost: 0, steps: totals.steps })];
    fragmentTotals.set(name, totals);
    return totals;
  }

  const operations = new Map<OperationDefinitionNode, Totals>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const totals = noTotals();
    addSelections(totals, schema.getRootType(definition.operation) ?? undefined, definition.selectionSet);
    operations.set(definition, totals);
  }
  return { schema, steps, operations };
}

const measuredDocuments = new WeakMap<DocumentNode, MeasuredDocument>();

export function measured(schema: GraphQLSchema, document: DocumentNode): MeasuredDocument {
  let result = measuredDocuments.get(document);
  if (result?.schema !== schema) {
    result = measureDocument(schema, document);
    measuredDocuments.set(document, result);
  }
  return result;
}

/** A variable that is null counts as omitted. If a variable is omitted, its default applies, then the default of the argument. */
function variablePageSize(
  { variable, whenOmitted, isList }: Exclude<PageSize, number>,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  if (Object.hasOwn(variables, variable) && variables[variable] !== undefined) {
    return isList ? lengthOf(variables[variable]) : usablePageSize(variables[variable]);
  }
  const definition = operation.variableDefinitions?.find(({ variable: { name } }) => name.value === variable);
  if (definition?.defaultValue === undefined) return whenOmitted;
  return isList ? literalLength(definition.defaultValue) : literalPageSize(definition.defaultValue);
}

function listCost(
  { steps, operations }: MeasuredDocument,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const totals = operations.get(operation) ?? noTotals();
  if (totals.steps.length === 0) return totals.fixedCost;
  const costs: number[] = [];
  const sum = (fixedCost: number, of: number[]) =>
    of.reduce((cost, step) => capped(cost + (costs[step] ?? 0)), fixedCost);
  for (const { pageSize, fixedCost, steps: below } of steps) {
    const size = typeof pageSize === 'number' ? pageSize : variablePageSize(pageSize, operation, variables);
    costs.push(capped(size * sum(fixedCost, below)));
  }
  return sum(totals.fixedCost, totals.steps);
}

/** The estimated number of objects that the operation can return. */
export function listCostOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | null | undefined,
): number {
  return listCost(measured(schema, document), operation, variables ?? {});
}
