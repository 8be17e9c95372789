import type { Answer } from './gateway.ts';

interface Connection<Node> {
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/**
 * Follows a connection from its first page to its last. `read` asks for the page after a cursor, with `nodes` and
 * `pageInfo { hasNextPage endCursor }`; the answer has the nodes of each page.
 */
export async function readPages<Node>(
  read: (after: string | null) => Promise<Answer<Record<string, unknown>>>,
  connectionOf: (data: Record<string, unknown>) => unknown,
): Promise<Node[][]> {
  const pages: Node[][] = [];
  let after: string | null = null;
  do {
    const { data, errors } = await read(after);
    if (data === null || errors.length > 0) throw new Error(JSON.stringify(errors));
    const { nodes, pageInfo } = connectionOf(data) as Connection<Node>;
    pages.push(nodes);
    if (pages.length > 100) throw new Error('The pages do not end.');
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return pages;
}

export function nodesOf<Node>(connection: unknown): Node[] {
  return (connection as Connection<Node>).nodes;
}

/** The cursor to go on after the page, which has `pageInfo { endCursor }` and is not empty. */
export function endCursorOf(connection: unknown): string {
  const { endCursor } = (connection as Connection<unknown>).pageInfo;
  if (endCursor === null) throw new Error('The page is empty.');
  return endCursor;
}

/** OBP's codes of the errors, or our own where OBP has none. */
export function codesOf({ errors }: Pick<Answer<unknown>, 'errors'>): string[] {
  return errors.map(({ extensions }) => extensions.obpCode ?? extensions.code);
}
