import {
  type ArgumentNode,
  type ASTVisitor,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
  type ValueNode,
} from 'graphql';

/**
 * Reports fields with the same response name that are different fields or have different arguments. It replaces graphql-js'
 * `OverlappingFieldsCanBeMergedRule`, which compares all pairs of fields and fragments, and takes 70 ms for 2.6 KB. This rule visits each
 * field once for each place in the response. It requires a schema without interfaces and unions, and a document without cycles and with
 * few recursive selections.
 */
export function overlappingFields(context: ValidationContext): ASTVisitor {
  const signatures = new Map<FieldNode, string>();

  function signatureOf(field: FieldNode): string {
    let signature = signatures.get(field);
    if (signature === undefined) {
      signature = JSON.stringify([field.name.value, argumentsOf(field.arguments ?? [])]);
      signatures.set(field, signature);
    }
    return signature;
  }

  function check(sets: readonly SelectionSetNode[]): void {
    for (const [responseName, fields] of fieldsOf(sets, context)) {
      const [first, ...others] = fields;
      if (first === undefined) continue;
      const other = others.find((field) => field !== first && signatureOf(field) !== signatureOf(first));
      if (other !== undefined) context.reportError(conflict(responseName, first, other));
      const below = fields.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
      if (below.length > 0 && other === undefined) check(below);
    }
  }

  return {
    OperationDefinition({ selectionSet }) {
      check([selectionSet]);
      return false;
    },
    FragmentDefinition: () => false,
  };
}

/** Merges selection sets, and returns their fields by response name. */
function fieldsOf(sets: readonly SelectionSetNode[], context: ValidationContext): Map<string, FieldNode[]> {
  const byName = new Map<string, FieldNode[]>();
  const spread = new Set<FragmentDefinitionNode>();

  function collect({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const fields = byName.get(name);
        if (fields === undefined) byName.set(name, [selection]);
        else fields.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else {
        const fragment = context.getFragment(selection.name.value);
        if (fragment == null || spread.has(fragment)) continue;
        spread.add(fragment);
        collect(fragment.selectionSet);
      }
    }
  }

  for (const set of new Set(sets)) collect(set);
  return byName;
}

function conflict(responseName: string, one: FieldNode, other: FieldNode): GraphQLError {
  const reason =
    one.name.value === other.name.value
      ? 'they have differing arguments'
      : `"${one.name.value}" and "${other.name.value}" are different fields`;
  const message = `Fields "${responseName}" conflict because ${reason}. Use different aliases on the fields to fetch both.`;
  return new GraphQLError(message, { nodes: [one, other] });
}

function argumentsOf(nodes: readonly ArgumentNode[]): unknown {
  return sortedByName(nodes.map(({ name, value }) => [name.value, comparable(value)]));
}

function sortedByName(entries: [string, unknown][]): [string, unknown][] {
  return entries.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
}

/** The parts of a value that graphql-js compares. Locations and the order of fields in objects are ignored. */
function comparable(value: ValueNode): unknown {
  switch (value.kind) {
    case Kind.VARIABLE:
      return [value.kind, value.name.value];
    case Kind.LIST:
      return [value.kind, value.values.map(comparable)];
    case Kind.OBJECT:
      return [value.kind, sortedByName(value.fields.map((field) => [field.name.value, comparable(field.value)]))];
    case Kind.STRING:
      return [value.kind, value.value, value.block === true];
    case Kind.NULL:
      return [value.kind];
    default:
      return [value.kind, value.value];
  }
}
