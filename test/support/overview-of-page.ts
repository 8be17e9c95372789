import { type DocumentNode, Kind, print } from 'graphql';

/** Returns an operation that selects the overview of each customer of a page. */
export function overviewOfPage({ definitions }: DocumentNode): string {
  const [operation, ...fragments] = definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('The document must start with the operation.');
  const [customer] = operation.selectionSet.selections;
  if (customer?.kind !== Kind.FIELD || customer.selectionSet === undefined)
    throw new Error('The operation must select a customer.');
  const pages = ['Messages', 'Meetings', 'CrmEvents'].map((name) => `$first${name}: Int = 20`);
  const cursors = ['Message', 'Meeting', 'CrmEvent'].map((name) => `$after${name}: String`);
  return `
    query OverviewOfPage($bankId: ID!, $first: Int!, $after: String, ${[...pages, ...cursors].join(', ')}) {
      customers(bankId: $bankId, first: $first, after: $after, sortBy: CREATED) {
        nodes ${print(customer.selectionSet)}
        pageInfo { hasNextPage endCursor }
      }
    }
    ${fragments.map(print).join('\n')}`;
}
