import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import { gatewayError } from '../base/errors.ts';
import type { Context } from '../graph/context.ts';

/** The names under which the operation's own fields are answered; each fragment is looked into once. */
function answeredNames(document: DocumentNode, operation: OperationDefinitionNode): Set<string> {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition.selectionSet] as const] : [],
    ),
  );
  const names = new Set<string>();
  const collect = ({ selections }: SelectionSetNode) => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value !== '__typename') names.add((selection.alias ?? selection.name).value);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else {
        const fragment = fragments.get(selection.name.value);
        fragments.delete(selection.name.value);
        if (fragment !== undefined) collect(fragment);
      }
    }
  };
  collect(operation.selectionSet);
  return names;
}

/** The header `Idempotency-Key` stands for the argument of one mutation field; with more it is not said for which. */
export const idempotencyHeaderPlugin: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ contextValue, document, operation }) {
        if (operation?.operation !== 'mutation' || contextValue.request.idempotencyKey === null) return;
        if (answeredNames(document, operation).size > 1) {
          throw gatewayError('OBP-10001', { detail: 'IDEMPOTENCY_KEY_OF_SEVERAL_FIELDS', field: 'idempotencyKey' });
        }
      },
    };
  },
};
