import { type DocumentNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';

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
  totalCount: 100,
};

/** The cost in addition to the list cost, which depends on the variables. */
export interface FixedCost {
  fields: number;
  /** Counted for the network of the client too, even if the caller is authenticated. */
  passwords: number;
}

const noCost: FixedCost = { fields: 0, passwords: 0 };

function add(cost: FixedCost, added: FixedCost): void {
  // Fragments that double each other exceed every number.
  cost.fields = Math.min(cost.fields + added.fields, Number.MAX_SAFE_INTEGER);
  cost.passwords = Math.min(cost.passwords + added.passwords, Number.MAX_SAFE_INTEGER);
}

/** Measures each fragment only once. A cycle of fragments, which validation refuses, ends at its first repetition. */
function measureCost(document: DocumentNode, operation: OperationDefinitionNode): FixedCost {
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition.selectionSet);
  }
  const measured = new Map<string, FixedCost>();

  function costOfFragment(name: string, isRoot: boolean): FixedCost {
    const key = `${isRoot} ${name}`;
    const cached = measured.get(key);
    if (cached !== undefined) return cached;
    measured.set(key, noCost);
    const selections = fragments.get(name);
    const cost = selections === undefined ? noCost : costOfSelections(selections, isRoot);
    measured.set(key, cost);
    return cost;
  }

  function costOfSelections({ selections }: SelectionSetNode, isRoot: boolean): FixedCost {
    const cost = { ...noCost };
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) add(cost, costOfFragment(selection.name.value, isRoot));
      else if (selection.kind === Kind.INLINE_FRAGMENT) add(cost, costOfSelections(selection.selectionSet, isRoot));
      else {
        const name = selection.name.value;
        const isMutation = isRoot && operation.operation === 'mutation';
        const own = Object.hasOwn(fieldCosts, name) ? (fieldCosts[name] ?? 0) : 0;
        add(cost, {
          fields: own + (isMutation ? mutationFieldCost : 0),
          passwords: isMutation && passwordFields.has(name) ? passwordHashCost : 0,
        });
        if (selection.selectionSet !== undefined) add(cost, costOfSelections(selection.selectionSet, false));
      }
    }
    return cost;
  }

  return costOfSelections(operation.selectionSet, true);
}

const measuredOperations = new WeakMap<OperationDefinitionNode, FixedCost>();

/** Returns the part of an operation's cost that only depends on its document. It is measured once for each operation. */
export function fixedCostOf(document: DocumentNode, operation: OperationDefinitionNode): FixedCost {
  let cost = measuredOperations.get(operation);
  if (cost === undefined) {
    cost = measureCost(document, operation);
    measuredOperations.set(operation, cost);
  }
  return cost;
}
