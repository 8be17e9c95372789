import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/** The cost of every request, because it is authenticated, parsed, and logged. */
export const requestCost = 10;

/** The additional cost of an invalid operation, because its parsing and validation are not cached. */
export const invalidOperationCost = 40;

/** The cost of each field of a mutation, because it commits a transaction. */
export const mutationFieldCost = 20;

/** The additional cost of mutations that hash a password, or send a mail about it. */
export const passwordHashCost = 20;
const passwordFields = new Set(['changeMyPassword', 'createUser', 'login', 'requestPasswordReset', 'resetPassword']);

/** The additional cost of fields whose work is not part of the list cost, wherever they are selected. */
export const fieldCosts: Readonly<Record<string, number>> = {
  createCustomers: 1_000,
  deleteCustomerCascade: 200,
  exportCustomerData: 1_000,
  renewToken: 100,
  totalCount: 100,
};

/** The additional cost of each entry of a filter by attributes, because each one searches an index. */
export const attributeFilterCost = 50;
/** The argument, and the member of a filter, that contains the entries. */
const attributesName = 'attributes';
const filterName = 'filter';

/** The cost in addition to the list cost. */
export interface AdditionalCost {
  fields: number;
  /** Counted for the network of the client too, even if the caller is authenticated. */
  passwords: number;
}

interface MeasuredCost extends AdditionalCost {
  /** How many fields take the entries of their filter from a variable, such as `$attributes`, or from `$filter.attributes`. */
  filters: ReadonlyMap<string, number>;
}

const noCost: Readonly<MeasuredCost> = { fields: 0, passwords: 0, filters: new Map() };

// Fragments that double each other exceed every number.
function capped(sum: number): number {
  return Math.min(sum, Number.MAX_SAFE_INTEGER);
}

function sumOf(cost: MeasuredCost, added: MeasuredCost): MeasuredCost {
  let { filters } = cost;
  if (added.filters.size > 0) {
    const sums = new Map(filters);
    for (const [source, count] of added.filters) sums.set(source, capped((sums.get(source) ?? 0) + count));
    filters = sums;
  }
  return { fields: capped(cost.fields + added.fields), passwords: capped(cost.passwords + added.passwords), filters };
}

/** The number of entries in a literal, which can be a single entry instead of a list. */
function entriesIn(value: ValueNode): number {
  if (value.kind === Kind.LIST) return value.values.length;
  return value.kind === Kind.OBJECT ? 1 : 0;
}

function memberOf(value: ValueNode, name: string): ValueNode | undefined {
  return value.kind === Kind.OBJECT ? value.fields.find((field) => field.name.value === name)?.value : undefined;
}

function costOfFilters({ arguments: args = [] }: FieldNode): MeasuredCost {
  let cost: MeasuredCost = noCost;
  for (const { name, value } of args) {
    if (name.value !== filterName && name.value !== attributesName) continue;
    const isFilter = name.value === filterName;
    const entries = isFilter && value.kind !== Kind.VARIABLE ? memberOf(value, attributesName) : value;
    if (entries === undefined) continue;
    if (entries.kind === Kind.VARIABLE) {
      const source = entries === value && isFilter ? `${entries.name.value}.${attributesName}` : entries.name.value;
      cost = sumOf(cost, { ...noCost, filters: new Map([[source, 1]]) });
    } else {
      cost = sumOf(cost, { ...noCost, fields: attributeFilterCost * entriesIn(entries) });
    }
  }
  return cost;
}

/** The number of entries in the value of a variable, or in its default. */
function entriesFrom(
  source: string,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const [variable = '', member] = source.split('.');
  if (Object.hasOwn(variables, variable) && variables[variable] !== undefined) {
    const value = variables[variable] as Record<string, unknown> | null;
    const entries = member === undefined ? value : value?.[member];
    if (Array.isArray(entries)) return entries.length;
    return typeof entries === 'object' && entries !== null ? 1 : 0;
  }
  const definition = operation.variableDefinitions?.find(({ variable: { name } }) => name.value === variable);
  const value = definition?.defaultValue;
  const entries = value === undefined || member === undefined ? value : memberOf(value, member);
  return entries === undefined ? 0 : entriesIn(entries);
}

/** Measures each fragment only once. A cycle of fragments, which validation refuses, ends at its first repetition. */
function measureCost(document: DocumentNode, operation: OperationDefinitionNode): MeasuredCost {
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition.selectionSet);
  }
  const measured = new Map<string, MeasuredCost>();

  function costOfFragment(name: string, isRoot: boolean): MeasuredCost {
    const key = `${isRoot} ${name}`;
    const cached = measured.get(key);
    if (cached !== undefined) return cached;
    measured.set(key, noCost);
    const selections = fragments.get(name);
    const cost = selections === undefined ? noCost : costOfSelections(selections, isRoot);
    measured.set(key, cost);
    return cost;
  }

  function costOfField(field: FieldNode, isRoot: boolean): MeasuredCost {
    const name = field.name.value;
    const isMutation = isRoot && operation.operation === 'mutation';
    const own = Object.hasOwn(fieldCosts, name) ? (fieldCosts[name] ?? 0) : 0;
    const cost = sumOf(costOfFilters(field), {
      ...noCost,
      fields: own + (isMutation ? mutationFieldCost : 0),
      passwords: isMutation && passwordFields.has(name) ? passwordHashCost : 0,
    });
    return field.selectionSet === undefined ? cost : sumOf(cost, costOfSelections(field.selectionSet, false));
  }

  function costOfSelections({ selections }: SelectionSetNode, isRoot: boolean): MeasuredCost {
    let cost: MeasuredCost = noCost;
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) cost = sumOf(cost, costOfFragment(selection.name.value, isRoot));
      else if (selection.kind === Kind.FIELD) cost = sumOf(cost, costOfField(selection, isRoot));
      else cost = sumOf(cost, costOfSelections(selection.selectionSet, isRoot));
    }
    return cost;
  }

  return costOfSelections(operation.selectionSet, true);
}

const measuredOperations = new WeakMap<OperationDefinitionNode, MeasuredCost>();

/** Returns the additional cost of an operation. The part that does not depend on variables is measured once for each operation. */
export function additionalCostOf(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | null | undefined,
): AdditionalCost {
  let cost = measuredOperations.get(operation);
  if (cost === undefined) {
    cost = measureCost(document, operation);
    measuredOperations.set(operation, cost);
  }
  let { fields, passwords } = cost;
  for (const [source, count] of cost.filters) {
    fields = capped(fields + attributeFilterCost * count * entriesFrom(source, operation, variables ?? {}));
  }
  return { fields, passwords };
}
