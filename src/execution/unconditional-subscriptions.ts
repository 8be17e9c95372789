import { type ASTVisitor, GraphQLError, Kind, type SelectionSetNode, type ValidationContext } from 'graphql';

/**
 * Refuses `@skip` and `@include` on the root field of a subscription, as the GraphQL specification does. graphql-js 16 has no such rule,
 * and throws when it counts the root fields.
 */
export function unconditionalSubscriptions(context: ValidationContext): ASTVisitor {
  const seen = new Set<string>();

  function check({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      const condition = selection.directives?.find(({ name }) => name.value === 'skip' || name.value === 'include');
      if (condition !== undefined) {
        const message = `The root field of a subscription must not have the directive @${condition.name.value}.`;
        context.reportError(new GraphQLError(message, { nodes: condition }));
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) check(selection.selectionSet);
      if (selection.kind !== Kind.FRAGMENT_SPREAD || seen.has(selection.name.value)) continue;
      seen.add(selection.name.value);
      const fragment = context.getFragment(selection.name.value);
      if (fragment != null) check(fragment.selectionSet);
    }
  }

  return {
    OperationDefinition({ operation, selectionSet }) {
      if (operation === 'subscription') check(selectionSet);
      return false;
    },
  };
}
