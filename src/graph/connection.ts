import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { GatewayError } from '../base/errors.ts';
import { withFurtherProblems } from '../base/input-problems.ts';
import type { Context } from './context.ts';
import { type CursorScope, decodeCursor, encodeCursor } from './cursor.ts';
import { errorOfArguments } from './input-collection.ts';

const defaultFirst = 50;

@ArgsType()
export class PageArguments {
  @Field(() => Int, { nullable: true, description: 'The number of items to return, from 1 to 100. Defaults to 50.' })
  first?: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The cursor after which the page starts, such as `endCursor` of the previous page. Defaults to the start of the list.',
  })
  after?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The position of a page in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more items follow the page.' })
  hasNextPage: boolean;

  @Field(() => Boolean, { description: 'Whether items precede the page.' })
  hasPreviousPage: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the first item of the page. Null if the page is empty.',
  })
  startCursor: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last item of the page. Null if the page is empty.',
  })
  endCursor: string | null;
}

/** A list that a field returns page by page. */
export interface List<Row, Node> {
  /** The coordinate of the field. */
  field: string;
  /** The parent, filter and order of the list. A cursor is valid only for the same field and the same values. */
  boundTo: unknown;
  /** The values of the sort columns. */
  orderValues(row: Row): readonly unknown[];
  toNode(row: Row): Node;
  /** The values of further fields of an edge. */
  edgeValues?(row: Row): object;
  /** The number of rows in the list. Called only if `totalCount` is selected. Omitted if the connection has no such field. */
  count?(): Promise<number>;
}

/** The rows to read for a page. */
export interface Slice {
  /** The values of the sort columns at the cursor. Null for the first page. */
  after: unknown[] | null;
  /** The page size and one: the row after the page shows that more rows follow. */
  limit: number;
}

interface PageParts<Row, Node> extends Slice {
  list: List<Row, Node>;
  scope: CursorScope;
  rows: readonly Row[];
}

class LazyEdge<Node> {
  readonly node: Node;
  readonly #makeCursor: () => string;

  constructor(node: Node, makeCursor: () => string) {
    this.node = node;
    this.#makeCursor = makeCursor;
  }

  get cursor(): string {
    return this.#makeCursor();
  }
}

class LazyPageInfo implements PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** The cursor of the row at this index. A negative index counts from the end. */
  readonly #cursorAt: (index: number) => string | null;

  constructor(
    { rows, limit, after }: Slice & { rows: readonly unknown[] },
    cursorAt: (index: number) => string | null,
  ) {
    this.hasNextPage = rows.length >= limit;
    this.hasPreviousPage = after !== null;
    this.#cursorAt = cursorAt;
  }

  get startCursor(): string | null {
    return this.#cursorAt(0);
  }

  get endCursor(): string | null {
    return this.#cursorAt(-1);
  }
}

/**
 * A page of a Relay connection. Getters compute the cursors and the total, because most operations do not select them. They
 * are getters of classes: V8 creates a hidden class for each object literal with a getter, and only its rare full garbage
 * collections free what such a class refers to.
 */
export class Page<Row, Node> {
  readonly nodes: Node[];
  readonly #parts: PageParts<Row, Node>;
  readonly #rows: Row[];

  constructor(parts: PageParts<Row, Node>) {
    this.#parts = parts;
    this.#rows = parts.rows.slice(0, parts.limit - 1);
    this.nodes = this.#rows.map((row) => parts.list.toNode(row));
  }

  #cursor(row: Row): string {
    return encodeCursor(this.#parts.scope, this.#parts.list.orderValues(row));
  }

  get edges(): LazyEdge<Node>[] {
    const { edgeValues } = this.#parts.list;
    return this.#rows.map((row, index) => {
      const edge = new LazyEdge(this.nodes[index] as Node, () => this.#cursor(row));
      return edgeValues === undefined ? edge : Object.assign(edge, edgeValues(row));
    });
  }

  get pageInfo(): PageInfo {
    return new LazyPageInfo(this.#parts, (index) => {
      const row = this.#rows.at(index);
      return row === undefined ? null : this.#cursor(row);
    });
  }

  get totalCount(): Promise<number> {
    const { field, count } = this.#parts.list;
    if (count === undefined) throw new Error(`${field} has no total.`);
    return count();
  }
}

/**
 * Cuts a page of each list. `readSlices` reads the rows of all of them together. The result of a list is an error if the cursor
 * is not valid for it. The argument guard has checked the page size.
 */
export async function cutPages<Row, Node>(
  { config: { secret } }: Pick<Context, 'config'>,
  { first, after: cursor }: PageArguments,
  lists: readonly List<Row, Node>[],
  readSlices: (slices: readonly (Slice & { list: List<Row, Node> })[]) => Promise<readonly (readonly Row[])[]>,
): Promise<(Page<Row, Node> | Error)[]> {
  const limit = (first ?? defaultFirst) + 1;
  const requested = lists.map((list) => {
    const scope = { secret, field: list.field, arguments: list.boundTo };
    try {
      return { list, scope, limit, after: cursor == null ? null : decodeCursor(scope, cursor) };
    } catch (error) {
      return error as Error;
    }
  });
  const invalid = errorOfArguments();
  if (invalid !== null) {
    return requested.map((slice) => (slice instanceof GatewayError ? withFurtherProblems(invalid, [slice]) : invalid));
  }
  const valid = requested.flatMap((slice) => (slice instanceof Error ? [] : [slice]));
  const rows = (await readSlices(valid)).values();
  return requested.map((slice) =>
    slice instanceof Error ? slice : new Page({ ...slice, rows: rows.next().value ?? [] }),
  );
}

/** Cuts a page of a list. @throws INVALID_CURSOR if the cursor is not valid for it */
export async function cutPage<Row, Node>(
  context: Pick<Context, 'config'>,
  page: PageArguments,
  { read, ...list }: List<Row, Node> & { read(slice: Slice): Promise<readonly Row[]> },
): Promise<Page<Row, Node>> {
  const [result] = await cutPages(context, page, [list], (slices) => Promise.all(slices.map(read)));
  if (result === undefined || result instanceof Error) throw result;
  return result;
}

/** The number in the row of a count. It is a text on PostgreSQL. */
export function totalOf([counted]: readonly { total: number | string }[]): number {
  return Number(counted?.total ?? 0);
}

interface ConnectionOptions {
  /** Declares further fields of an edge, whose values are those of `edgeValues`. */
  declareEdgeFields?: (edge: object) => void;
  /** Whether the connection has the field `totalCount`. False if no index can count the list, or if callers must not learn its length. Defaults to true. */
  hasTotal?: boolean;
}

/**
 * The object types of a connection and its edges. The name of an edge type does not follow from that of its connection.
 *
 * @example export const CustomerConnection = connectionOf('CustomerConnection', 'CustomerEdge', () => Customer);
 */
export function connectionOf<Node extends object>(
  connectionName: string,
  edgeName: string,
  node: () => ClassType<Node>,
  { declareEdgeFields, hasTotal = true }: ConnectionOptions = {},
): ClassType<object> {
  @ObjectType(edgeName, { simpleResolvers: true, description: 'An item of a page, with its cursor.' })
  class Edge {
    @Field(() => String, { description: 'The cursor of the item. Send it as `after` to get the items that follow.' })
    cursor: string;

    @Field(() => node(), { description: 'The item.' })
    node: Node;
  }
  declareEdgeFields?.(Edge.prototype);

  @ObjectType(connectionName, { simpleResolvers: true, description: 'A page of a list whose length has no limit.' })
  class Connection {
    @Field(() => [Edge], { description: 'The items of the page, each with its cursor.' })
    edges: Edge[];

    @Field(() => [node()], { description: 'The items of the page.' })
    nodes: Node[];

    @Field(() => PageInfo, { description: 'The position of the page in its list.' })
    pageInfo: PageInfo;
  }
  if (hasTotal) {
    const description = 'The number of items in the whole list. It is counted only if this field is selected.';
    Field(() => Int, { description })(Connection.prototype, 'totalCount');
  }
  return Connection;
}
