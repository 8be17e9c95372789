import {
  type ArgumentNode,
  type ASTVisitor,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLOutputType,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
  type ValidationContext,
  type ValueNode,
} from 'graphql';

/**
 * Reports fields with the same response name that are different fields or have different arguments. It replaces graphql-js'
 * `OverlappingFieldsCanBeMergedRule`, which compares all pairs of fields and fragments, and takes 70 ms for 2.6 KB. This rule visits each
 * field once for each place in the response. It requires a valid document without cycles and with few recursive selections.
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

  /** Two fields of the same objects must be equal. Those of different objects must only have values of the same shape. */
  function conflictOf(one: PlacedField, other: PlacedField): string | null {
    const areOfSameObjects =
      one.parentType === other.parentType || !(isObjectType(one.parentType) && isObjectType(other.parentType));
    if (areOfSameObjects && signatureOf(one.node) !== signatureOf(other.node)) {
      return one.node.name.value === other.node.name.value
        ? 'they have differing arguments'
        : `"${one.node.name.value}" and "${other.node.name.value}" are different fields`;
    }
    return one.type === other.type || shapeOf(one) === shapeOf(other) ? null : 'they return conflicting types';
  }

  function check(sets: readonly PlacedSet[]): void {
    for (const [responseName, fields] of fieldsOf(sets, context)) {
      const conflict = conflictIn(fields);
      if (conflict !== null) {
        const [{ node: one }, { node: other }, reason] = conflict;
        const message = `Fields "${responseName}" conflict because ${reason}. Use different aliases on the fields to fetch both.`;
        context.reportError(new GraphQLError(message, { nodes: [one, other] }));
        continue;
      }
      const below = fields.flatMap(({ node: { selectionSet }, type }) =>
        selectionSet === undefined ? [] : [{ selectionSet, parentType: type && getNamedType(type) }],
      );
      if (below.length > 0) check(below);
    }
  }

  /** Compares each field with the first one, and with the first one of the same parent type. */
  function conflictIn(fields: readonly PlacedField[]): [PlacedField, PlacedField, reason: string] | null {
    const [first, ...others] = fields;
    if (first === undefined) return null;
    const firsts = new Map([[first.parentType, first]]);
    for (const field of others) {
      let ofType = firsts.get(field.parentType);
      if (ofType === undefined) {
        ofType = field;
        firsts.set(field.parentType, field);
      }
      for (const other of ofType === first ? [first] : [first, ofType]) {
        const reason = other.node === field.node ? null : conflictOf(other, field);
        if (reason !== null) return [other, field, reason];
      }
    }
    return null;
  }

  return {
    OperationDefinition({ operation, selectionSet }) {
      check([{ selectionSet, parentType: context.getSchema().getRootType(operation) ?? undefined }]);
      return false;
    },
    FragmentDefinition: () => false,
  };
}

interface PlacedSet {
  selectionSet: SelectionSetNode;
  parentType: GraphQLNamedType | undefined;
}

interface PlacedField {
  node: FieldNode;
  parentType: GraphQLNamedType | undefined;
  type: GraphQLOutputType | undefined;
}

/** Two fields without equal texts return values that do not fit into one type of a client. */
function shapeOf({ type }: PlacedField): string {
  const named = type && getNamedType(type);
  return isCompositeType(named) ? String(type).replace(named.name, '{}') : String(type);
}

/** Merges selection sets, and returns their fields by response name. */
function fieldsOf(sets: readonly PlacedSet[], context: ValidationContext): Map<string, PlacedField[]> {
  const byName = new Map<string, PlacedField[]>();
  const spread = new Set<FragmentDefinitionNode>();
  const schema = context.getSchema();

  function add(node: FieldNode, parentType: GraphQLNamedType | undefined): void {
    const name = (node.alias ?? node.name).value;
    const hasFields = isObjectType(parentType) || isInterfaceType(parentType);
    const type =
      node.name.value === TypeNameMetaFieldDef.name
        ? TypeNameMetaFieldDef.type
        : hasFields
          ? parentType.getFields()[node.name.value]?.type
          : undefined;
    const field = { node, parentType, type };
    const fields = byName.get(name);
    if (fields === undefined) byName.set(name, [field]);
    else fields.push(field);
  }

  function collect({ selections }: SelectionSetNode, parentType: GraphQLNamedType | undefined): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) add(selection, parentType);
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value;
        collect(selection.selectionSet, condition === undefined ? parentType : schema.getType(condition));
      } else {
        const fragment = context.getFragment(selection.name.value);
        if (fragment == null || spread.has(fragment)) continue;
        spread.add(fragment);
        collect(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value));
      }
    }
  }

  const seen = new Set<SelectionSetNode>();
  for (const { selectionSet, parentType } of sets) {
    if (seen.has(selectionSet)) continue;
    seen.add(selectionSet);
    collect(selectionSet, parentType);
  }
  return byName;
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
