import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';
import { isIncluded } from './plan.ts';

/** Returns the names of the selected fields of the object, not of an interface, that a field returns. */
export function selectedFields({
  fieldNodes,
  fragments,
  variableValues,
}: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments' | 'variableValues'>): Set<string> {
  const names = new Set<string>();
  const spread = new Set<string>();

  function collect(set: SelectionSetNode | undefined): void {
    for (const selection of set?.selections ?? []) {
      if (!isIncluded(selection, variableValues)) continue;
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        collect(fragments[selection.name.value]?.selectionSet);
      }
    }
  }

  for (const node of fieldNodes as readonly FieldNode[]) collect(node.selectionSet);
  return names;
}
