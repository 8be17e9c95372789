import type { GatewayResponse } from './gateway.ts';

interface Connection<Node> {
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/**
 * Reads all pages of a connection and returns the nodes of each page. `read` requests the page after a cursor, and must
 * select `nodes` and `pageInfo { hasNextPage endCursor }`.
 */
export async function readPages<Node>(
  read: (after: string | null) => Promise<GatewayResponse<Record<string, unknown>>>,
  connectionOf: (data: Record<string, unknown>) => unknown,
): Promise<Node[][]> {
  const pages: Node[][] = [];
  let after: string | null = null;
  do {
    const { data, errors } = await read(after);
    if (data === null || errors.length > 0) throw new Error(JSON.stringify(errors));
    const { nodes, pageInfo } = connectionOf(data) as Connection<Node>;
    pages.push(nodes);
    if (pages.length > 100) throw new Error('The connection must have at most 100 pages.');
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return pages;
}

export function nodesOf<Node>(connection: unknown): Node[] {
  return (connection as Connection<Node>).nodes;
}

/** Returns the cursor of the last node. @throws Error if the page is empty. */
export function endCursorOf(connection: unknown): string {
  const { endCursor } = (connection as Connection<unknown>).pageInfo;
  if (endCursor === null) throw new Error('The page is empty.');
  return endCursor;
}

/** Returns the OBP code of each error or, without an OBP code, its `code`. */
export function codesOf({ errors }: Pick<GatewayResponse<unknown>, 'errors'>): string[] {
  return errors.map(({ extensions }) => extensions.obpCode ?? extensions.code);
}
