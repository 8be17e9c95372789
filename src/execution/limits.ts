import type { ApolloServerPlugin } from '@apollo/server';
import {
  __Directive,
  __Field,
  __Schema,
  __Type,
  type ASTVisitor,
  type ConstValueNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  getNullableType,
  getOperationAST,
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
  TokenKind,
  TypeMetaFieldDef,
  type ValidationContext,
  type ValidationRule,
  type ValueNode,
} from 'graphql';
import { type ErrorKey, gatewayError } from '../base/errors.ts';

export interface OperationLimits {
  /** Levels of fields: `{ me { id } }` has two. */
  maxDepth: number;
  maxAliases: number;
  maxRootFields: number;
  /** Objects that the answer may hold, were every page full: the product of page sizes down the tree, summed up. */
  maxListCost: number;
}

/**
 * What a front end needs, with room. A page of 100 customers with every collection around each, its connections left at
 * their default of 50, costs about 100,000; three pages of 100 inside each other cost over a million.
 */
export const defaultLimits: Readonly<OperationLimits> = {
  maxDepth: 12,
  maxAliases: 50,
  maxRootFields: 20,
  maxListCost: 200_000,
};

// Playgrounds and code generators send one deep query (15 levels) that reads no customer: it has limits of its own. Its
// cost is about 4,000, and grows with the schema.
const maxIntrospectionDepth = 20;
const maxIntrospectionCost = 10_000;

const defaultPageSize = 50;
// No list gives more. Its field refuses a larger page with OBP-10025, which helps more than a cost would.
const maxPageSize = 500;
// A list without pages has few members by nature (addresses, checks); 500 is its bound, a handful the rule.
const plainListSize = 5;

/** A page size as written, or the variable to take it from and what counts when that is not given. */
type PageSize = number | { variable: string; whenUnset: number };

/** A part of the cost that depends on variables: `pageSize × (fixedCost + the costs of earlier steps)`. */
interface CostStep {
  pageSize: PageSize;
  fixedCost: number;
  steps: number[];
}

/** What a selection set adds up to, with its fragments. */
interface Totals {
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
  /** In the order in which they can be computed. */
  steps: CostStep[];
  operations: Map<OperationDefinitionNode, Totals>;
}

// Fragments that double each other pass every number; sums stop here, so that they stay exact and finite.
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

/** What is not a number is unset, or refused when variables are coerced; what is out of range, the field refuses. */
function usablePageSize(value: unknown): number {
  if (typeof value !== 'number' || Number.isNaN(value)) return defaultPageSize;
  return Math.min(Math.max(Math.ceil(value), 1), maxPageSize);
}

function writtenPageSize(value: ValueNode | ConstValueNode): number {
  return usablePageSize(value.kind === Kind.INT || value.kind === Kind.FLOAT ? Number(value.value) : undefined);
}

const sizesOfSchemas = new WeakMap<GraphQLSchema, ReadonlyMap<unknown, number>>();

/** How long the lists of introspection are: what a type, a field or a directive has on average. */
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
    // Most types that are wrapped are wrapped once.
    [ofType.ofType, 0.5],
    [__Field.getFields().args, argumentsOfAll(fields) / fields.length],
    [__Directive.getFields().args, argumentsOfAll(directives) / Math.max(directives.length, 1)],
  ]);
}

function fieldsOf<Field>(type: { getFields(): Record<string, Field> }): Field[] {
  return Object.values(type.getFields());
}

/** How many times the selections below a field are answered for each parent. */
function pageSizeOf(
  schema: GraphQLSchema,
  field: FieldNode,
  definition: GraphQLField<unknown, unknown>,
  inConnection: boolean,
): PageSize {
  const pageArgument = definition.args.find(({ name }) => name === 'first' || name === 'limit');
  if (pageArgument) {
    const whenUnset = usablePageSize(pageArgument.defaultValue);
    const given = field.arguments?.find(({ name }) => name.value === pageArgument.name)?.value;
    if (!given) return whenUnset;
    return given.kind === Kind.VARIABLE ? { variable: given.name.value, whenUnset } : writtenPageSize(given);
  }
  const introspected = introspectedSizes(schema).get(definition);
  if (introspected !== undefined) return introspected;
  if (isConnection(getNamedType(definition.type))) return defaultPageSize;
  // `edges` and `nodes` are the page that the connection's field has multiplied by already.
  return isListType(getNullableType(definition.type)) && !inConnection ? plainListSize : 1;
}

/**
 * Measures every operation of a document. Each fragment is measured once, however often it is spread, so that the work
 * grows with the document's length. `@skip` and `@include` count as included. A document that is not valid (cycles of
 * fragments, unknown names) is measured too, to some number.
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
      // `pageInfo` comes once a page: it would be counted once for each member.
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
    const known = fragmentTotals.get(name);
    if (known) return known;
    const totals = noTotals();
    // Known from here on, as nothing: this ends a cycle of fragments, which validation reports.
    fragmentTotals.set(name, noTotals());
    const fragment = fragments.get(name);
    if (fragment) addSelections(totals, schema.getType(fragment.typeCondition.name.value), fragment.selectionSet);
    // One step for the whole fragment, or each of its spreads would repeat all of them.
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

function measured(schema: GraphQLSchema, document: DocumentNode): MeasuredDocument {
  let result = measuredDocuments.get(document);
  if (result?.schema !== schema) {
    result = measureDocument(schema, document);
    measuredDocuments.set(document, result);
  }
  return result;
}

/** An explicit null is unset for the field; a variable that is left out has its own default, then the argument's. */
function variablePageSize(
  { variable, whenUnset }: Exclude<PageSize, number>,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  if (Object.hasOwn(variables, variable) && variables[variable] !== undefined)
    return usablePageSize(variables[variable]);
  const written = operation.variableDefinitions?.find((definition) => definition.variable.name.value === variable);
  return written?.defaultValue ? writtenPageSize(written.defaultValue) : whenUnset;
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

/** Refuses an operation of a kind that the schema has not, such as a subscription, before anything is run. */
export function knownOperationTypes(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (context.getSchema().getRootType(node.operation) != null) return;
      context.reportError(new GraphQLError(`There is no ${node.operation} here.`, { nodes: node }));
    },
  };
}

/** Names of a document, such as aliases, stand in each object of the answer and in the path of each error. */
const maxNameLength = 200;

function hasLongName({ loc }: DocumentNode): boolean {
  for (let token = loc?.startToken ?? null; token !== null; token = token.next) {
    if (token.kind === TokenKind.NAME && token.end - token.start > maxNameLength) return true;
  }
  return false;
}

/**
 * The limits that depend on the document alone, as a validation rule: Apollo Server caches its result with
 * the document.
 * Each limit is reported once, for the first operation that exceeds it.
 */
export function operationLimits(limits: Readonly<OperationLimits>): ValidationRule[] {
  return [
    (context) => ({
      Document(document) {
        if (hasLongName(document)) {
          const message = `A name has at most ${maxNameLength} characters.`;
          context.reportError(gatewayError('NAME_TOO_LONG', { limit: maxNameLength, message }));
        }
        const operations = [...measured(context.getSchema(), context.getDocument()).operations.values()];

        function report(key: ErrorKey, limit: number, amountOf: (totals: Totals) => number, described: string): void {
          const amount = operations.map(amountOf).find((each) => each > limit);
          if (amount === undefined) return;
          const message = `This operation's ${described} is ${amount}; at most ${limit} is allowed.`;
          context.reportError(gatewayError(key, { limit, message }));
        }

        report('QUERY_TOO_DEEP', limits.maxDepth, ({ depth }) => depth, 'depth');
        report(
          'QUERY_TOO_DEEP',
          maxIntrospectionDepth,
          ({ introspectionDepth }) => introspectionDepth,
          'introspection depth',
        );
        report('TOO_MANY_ALIASES', limits.maxAliases, ({ aliases }) => aliases, 'number of aliases');
        report('TOO_MANY_ROOT_FIELDS', limits.maxRootFields, ({ fields }) => fields, 'number of root fields');
        report(
          'QUERY_TOO_COSTLY',
          maxIntrospectionCost,
          ({ introspectionCost }) => introspectionCost,
          'introspection cost',
        );
      },
    }),
  ];
}

/**
 * The limit that depends on variables too (`first: $first`), to be checked for each request. What depends on the
 * document is computed once for it. Null when within the limit, or when there is no such operation to run.
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
  const message = `This operation's list cost is ${cost}; at most ${maxListCost} is allowed.`;
  return gatewayError('QUERY_TOO_COSTLY', { limit: maxListCost, message, http: { status: 400 } });
}

/** What `checkListCost` compares with the limit. */
export function listCostOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | null | undefined,
): number {
  return listCost(measured(schema, document), operation, variables ?? {});
}

/** Checks the list cost of every request of an Apollo Server; the other limits are its `validationRules`. */
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
