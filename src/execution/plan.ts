import {
  type DocumentNode,
  defaultFieldResolver,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLFieldResolver,
  GraphQLID,
  GraphQLIncludeDirective,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  GraphQLString,
  getDirectiveValues,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import { type BatchResolver, batchOf, type KeyOf, keyOf, type Prefetch, prefetchOf } from './batched.ts';
import { maxItemsOf } from './max-items.ts';

export type Variables = Readonly<Record<string, unknown>>;

/** The part of an operation that only depends on its document. Selections are planned when they are first reached. */
export interface Plan {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Record<string, FragmentDefinitionNode>;
  root: Selections | null;
  /** Called with the number of planned fields, plus one for the selection. */
  readonly onPlanned: (fields: number) => void;
}

/** A field of the response, with all that graphql-js would compute again for each object and each request. */
export interface FieldPlan {
  readonly responseName: string;
  /** The name in the schema. */
  readonly name: string;
  /** The nodes of the document that are merged into this field. */
  readonly nodes: readonly FieldNode[];
  readonly node: FieldNode;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly parentType: GraphQLObjectType;
  /** Null if the field is a property of the parent. */
  readonly resolve: GraphQLFieldResolver<unknown, unknown> | null;
  /** Resolves the field for any number of parents, in place of `resolve`. Null if the field is not batched or not nullable. */
  readonly batch: BatchResolver<unknown, unknown> | null;
  /** Reads what `batch` will need for parents of which only the keys are known. */
  readonly prefetch: Prefetch<unknown, unknown> | null;
  /** Returns the key of the object that the field returns, if it is known before the object is read. */
  readonly keyOf: KeyOf<unknown, unknown> | null;
  readonly type: TypePlan;
  /** The maximum length of each list that the field returns. */
  readonly maxItems: number;
  /** The value of `__typename`. Null for other fields. */
  readonly typeName: string | null;
  /** The fields that are selected of the returned objects. Null until the field first returns an object. */
  selections: Selections | null;
  /** The same for the further types of objects, if the type of the field is abstract. */
  furtherSelections: Map<GraphQLObjectType, Selections> | null;
}

/** The selected fields of an object. */
export interface Selections {
  readonly object: GraphQLObjectType;
  readonly fields: readonly FieldPlan[];
  /** A response object with all fields, but without values. Null if the response name of a field is `__proto__`. */
  readonly blank: Readonly<Record<string, unknown>> | null;
  /** An estimate of the bytes of an object as JSON, not counting the values of its fields. */
  readonly bytes: number;
}

export type TypePlan = { readonly isNonNull: boolean } & (
  | { readonly kind: 'leaf'; readonly leaf: GraphQLLeafType; readonly isText: boolean }
  | { readonly kind: 'list'; readonly item: TypePlan }
  | { readonly kind: 'object'; readonly object: GraphQLObjectType }
  | { readonly kind: 'abstract'; readonly abstract: GraphQLAbstractType }
);

/** Compiled execution does not support `isTypeOf`. @throws if a type has it. */
export function assertCompilable(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isObjectType(type) && type.isTypeOf != null) {
      throw new Error(`${type.name} has isTypeOf, which compiled execution does not support.`);
    }
  }
}

export function planOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  onPlanned: (fields: number) => void,
): Plan {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  return { schema, operation, fragments, root: null, onPlanned };
}

/** Returns the variables of `@skip` and `@include`, on which the selected fields depend. */
export function conditionVariables(document: DocumentNode): string[] {
  const names = new Set<string>();

  function collect({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      for (const directive of selection.directives ?? []) {
        // A selection can have no other directives.
        for (const { value } of directive.arguments ?? [])
          if (value.kind === Kind.VARIABLE) names.add(value.name.value);
      }
      if (selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet !== undefined)
        collect(selection.selectionSet);
    }
  }

  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION || definition.kind === Kind.FRAGMENT_DEFINITION) {
      collect(definition.selectionSet);
    }
  }
  return [...names];
}

/** Returns the root fields of the operation. */
export function rootFields(plan: Plan, rootType: GraphQLObjectType, variables: Variables): Selections {
  plan.root ??= planSelections(plan, rootType, [plan.operation.selectionSet], variables);
  return plan.root;
}

/** Returns the fields of the objects that `field` returns. Like graphql-js, fails if an argument of `@skip` or `@include` is null. */
export function subfields(plan: Plan, field: FieldPlan, type: GraphQLObjectType, variables: Variables): Selections {
  if (field.selections?.object === type) return field.selections;
  const known = field.furtherSelections?.get(type);
  if (known !== undefined) return known;
  const sets = field.nodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
  const selections = planSelections(plan, type, sets, variables);
  if (field.selections === null) field.selections = selections;
  else {
    field.furtherSelections ??= new Map();
    field.furtherSelections.set(type, selections);
  }
  return selections;
}

/** Whether a fragment with this type condition selects fields of the object type. */
function applies({ schema }: Plan, condition: string | undefined, type: GraphQLObjectType): boolean {
  if (condition === undefined || condition === type.name) return true;
  const named = schema.getType(condition);
  return isAbstractType(named) && schema.isSubType(named, type);
}

function planSelections(
  plan: Plan,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  variables: Variables,
): Selections {
  const collected = new Map<string, FieldNode[]>();
  const spread = new Set<string>();

  function collect({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD && spread.has(selection.name.value)) continue;
      if (!isIncluded(selection, variables)) continue;
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const nodes = collected.get(name);
        if (nodes === undefined) collected.set(name, [selection]);
        else nodes.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (applies(plan, selection.typeCondition?.name.value, type)) collect(selection.selectionSet);
      } else {
        spread.add(selection.name.value);
        const fragment = plan.fragments[selection.name.value];
        if (fragment !== undefined && applies(plan, fragment.typeCondition.name.value, type)) {
          collect(fragment.selectionSet);
        }
      }
    }
  }

  for (const set of sets) collect(set);
  const fields: FieldPlan[] = [];
  for (const [responseName, nodes] of collected) {
    const field = fieldPlan(plan.schema, type, responseName, nodes);
    if (field !== null) fields.push(field);
  }
  plan.onPlanned(fields.length + 1);
  return { object: type, fields, blank: blankOf(fields), bytes: bytesOf(fields) };
}

/** Counts braces and a comma, and for each field a quoted name, a colon, a comma, and a short value such as `null` or quotes. */
function bytesOf(fields: readonly FieldPlan[]): number {
  return fields.reduce((sum, { responseName, typeName }) => sum + responseName.length + 8 + (typeName?.length ?? 0), 3);
}

function blankOf(fields: readonly FieldPlan[]): Record<string, unknown> | null {
  // Assigning `__proto__` to a plain object would set its prototype.
  if (fields.some(({ responseName }) => responseName === '__proto__')) return null;
  return Object.fromEntries(fields.map(({ responseName }) => [responseName, undefined]));
}

/** Whether `@skip` and `@include` keep the selection. */
export function isIncluded(node: SelectionNode, variables: Variables): boolean {
  if (node.directives === undefined || node.directives.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;
}

function fieldPlan(
  schema: GraphQLSchema,
  parentType: GraphQLObjectType,
  responseName: string,
  nodes: readonly FieldNode[],
): FieldPlan | null {
  const [node] = nodes;
  const definition = node && definitionOf(schema, parentType, node.name.value);
  if (node === undefined || definition === undefined) return null;
  // If the property has arguments, graphql-js validates them, and calls the property if it is a method.
  const resolve = definition.resolve ?? (definition.args.length > 0 ? defaultFieldResolver : null);
  return {
    responseName,
    name: definition.name,
    nodes,
    node,
    definition,
    parentType,
    resolve,
    batch: isNonNullType(definition.type) ? null : batchOf(definition),
    prefetch: prefetchOf(definition),
    keyOf: keyOf(definition),
    type: typePlan(definition.type),
    maxItems: maxItemsOf(definition, parentType),
    typeName: definition === TypeNameMetaFieldDef ? parentType.name : null,
    selections: null,
    furtherSelections: null,
  };
}

function definitionOf(
  schema: GraphQLSchema,
  parentType: GraphQLObjectType,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (parentType === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return parentType.getFields()[name];
}

const typePlans = new WeakMap<GraphQLOutputType, TypePlan>();

function typePlan(type: GraphQLOutputType): TypePlan {
  let plan = typePlans.get(type);
  if (plan === undefined) {
    plan = makeTypePlan(type);
    typePlans.set(type, plan);
  }
  return plan;
}

function makeTypePlan(type: GraphQLOutputType): TypePlan {
  const isNonNull = isNonNullType(type);
  const nullable = isNonNull ? type.ofType : type;
  if (isListType(nullable)) return { isNonNull, kind: 'list', item: typePlan(nullable.ofType) };
  if (isLeafType(nullable)) {
    // Both types serialize a text as it is.
    return { isNonNull, kind: 'leaf', leaf: nullable, isText: nullable === GraphQLString || nullable === GraphQLID };
  }
  return isObjectType(nullable)
    ? { isNonNull, kind: 'object', object: nullable }
    : { isNonNull, kind: 'abstract', abstract: nullable };
}
